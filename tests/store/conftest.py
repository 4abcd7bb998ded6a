"""A store of its own for each test, on each real engine: a SQLite file, and PostgreSQL where there is one.

On PostgreSQL the tests share one schema, whose tables are emptied before each: to migrate it anew takes a second.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from gateway.model.token import KeyRing
from store.database import Store
from store.tables import metadata
from tests.store import postgres
from tests.store.samples import found

_WANTED = os.environ.get("RESTANTE_WIRE") != "no"
_ENGINES = ["sqlite"]
if _WANTED and not postgres.missing():
    _ENGINES.append(pytest.param("postgresql", marks=pytest.mark.wire))  # type: ignore[arg-type]


@pytest.fixture
def keys() -> KeyRing:
    """Keys for tokens."""
    return KeyRing({1: b"k" * 32}, current=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite store may be made."""
    return tmp_path / "restante.db"


@pytest.fixture(scope="session")
def shared_schema() -> Iterator[tuple[str, Engine]]:
    """A PostgreSQL schema at the newest migration: the address of a store in it, and a way in beside the store."""
    with postgres.running() as server:
        engine = create_engine(server)
        schema = f"restante_test_{os.getpid()}"
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        address = f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        Store.open(address, keys=KeyRing({1: b"k" * 32}, current=1), create=True).close()
        within = create_engine(address)
        yield address, within
        within.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@pytest.fixture(params=_ENGINES)
def address(request: pytest.FixtureRequest, file: Path) -> str:
    """Where a store may be made: on each engine."""
    if request.param == "sqlite":
        return str(file)
    address, engine = request.getfixturevalue("shared_schema")
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    return str(address)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store to copy: making one runs every migration."""
    path = tmp_path_factory.mktemp("template") / "restante.db"
    Store.open(path, keys=KeyRing({1: b"k" * 32}, current=1), create=True).close()
    return path


@pytest.fixture
def store(address: str, template: Path, keys: KeyRing) -> Iterator[Store]:
    """An empty store, on each engine."""
    if "://" not in address:
        shutil.copyfile(template, address)
    with_store = Store.open(address, keys=keys, create=True)
    yield with_store
    with_store.close()


@pytest.fixture
def acme(store: Store) -> int:
    """The workspace `acme` of the store, by id."""
    return found(store)
