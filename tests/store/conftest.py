"""A store of its own for each test, on a real engine: a SQLite file, and PostgreSQL where a server is named.

RESTANTE_TEST_POSTGRES is an SQLAlchemy URL, such as postgresql://localhost/test; each test works in its own schema.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from gateway.model.token import KeyRing
from store.database import Store
from tests.store.samples import found

SERVER = os.environ.get("RESTANTE_TEST_POSTGRES", "")
_schemas = count(1)


@pytest.fixture
def keys() -> KeyRing:
    """Keys for tokens."""
    return KeyRing({1: b"k" * 32}, current=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite store may be made."""
    return tmp_path / "restante.db"


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def address(request: pytest.FixtureRequest, file: Path) -> Iterator[str]:
    """Where a store may be made: on each engine."""
    if request.param == "sqlite":
        yield str(file)
        return
    schema = f"restante_test_{os.getpid()}_{next(_schemas)}"
    server = create_engine(SERVER)
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    sign = "&" if "?" in SERVER else "?"
    yield f"{SERVER}{sign}options=-csearch_path%3D{schema}"
    with server.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    server.dispose()


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
