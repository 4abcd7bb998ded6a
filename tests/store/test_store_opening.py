"""Opening a store: its schema, its pragmas, and who may write."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import store.database as database
from gateway.model.token import KeyRing
from store.database import Store, StoreBusy, StoreFault
from store.lock import FileLock
from store.migrations import configuration
from store.tables import metadata
from tests.store import postgres
from tests.store.samples import found


def test_a_store_that_is_not_there_is_not_made_by_accident(file: Path, keys: KeyRing) -> None:
    with pytest.raises(StoreFault, match=r"no store at .*restante\.db.*restante init"):
        Store.open(file, keys=keys)
    assert not file.exists()


def test_a_file_of_something_else_is_left_as_it_is(file: Path, keys: KeyRing) -> None:
    file.write_bytes(b"these are no rows of ours, and it is long enough to be looked at" * 20)
    before = file.read_bytes()
    with pytest.raises(StoreFault, match="not a database"):
        Store.open(file, keys=keys, create=True)
    assert file.read_bytes() == before


def test_a_database_of_something_else_is_left_as_it_is(file: Path, keys: KeyRing) -> None:
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()
    with pytest.raises(StoreFault, match="something else"):
        Store.open(file, keys=keys, create=True)


def test_a_store_of_a_newer_version_is_not_touched(file: Path, keys: KeyRing) -> None:
    Store.open(file, keys=keys, create=True).close()
    with sqlite3.connect(file) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(StoreFault, match=r"newer Restante.*9999"):
        Store.open(file, keys=keys)


def test_the_contract_is_tried_on_postgresql_too() -> None:
    wanted, absent = os.environ.get("RESTANTE_WIRE"), postgres.missing()
    assert not (absent and wanted == "required"), f"the store must be tested on PostgreSQL too: {absent}"
    if absent or wanted == "no":
        pytest.skip(f"the store was tested on SQLite alone: {absent or 'RESTANTE_WIRE=no asks for it'}")


def test_an_address_that_is_none_is_a_clear_error(keys: KeyRing) -> None:
    with pytest.raises(StoreFault):
        Store.open("nonsense://", keys=keys)


def test_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    connection = store._connection
    assert connection is not None
    assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    connection.rollback()


def test_the_schema_we_ask_for_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == database.SCHEMA


def test_opening_a_store_that_is_up_to_date_loads_no_alembic(file: Path, keys: KeyRing) -> None:
    Store.open(file, keys=keys, create=True).close()
    code = (
        "import sys; from store.database import Store; from gateway.model.token import KeyRing;"
        "Store.open(sys.argv[1], keys=KeyRing({1: b'k' * 32}, 1)).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "error", "-c", code, str(file)], check=False).returncode == 0


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(file: Path, keys: KeyRing) -> None:
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        other.execute("CREATE TABLE facts (unexpected TEXT)")
    other.close()
    with pytest.raises(StoreFault):
        Store.open(file, keys=keys)
    left = create_engine(f"sqlite:///{file}")
    with left.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    left.dispose()
    assert sorted(names) == ["alembic_version", "facts"]


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)]
)
def test_sqlite_is_set_for_durability(file: Path, keys: KeyRing, pragma: str, value: str | int) -> None:
    store = Store.open(file, keys=keys, create=True)
    assert store._connection is not None
    assert store._connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    store.close()


# --- who may write ---------------------------------------------------------------------------------------------------


def test_two_open_stores_take_turns_at_writing(file: Path, keys: KeyRing) -> None:
    serve = Store.open(file, keys=keys, create=True, command="restante serve")
    other = Store.open(file, keys=keys, command="restante member add")
    for number in range(5):
        for store in (serve, other):
            with store.begin() as tx:
                tx.set_mark("count", str(int(tx.get_mark("count") or 0) + 1))
        with other.read() as tx:
            assert tx.get_mark("count") == str(2 * number + 2)
    serve.close()
    other.close()


def test_who_waits_too_long_is_told_which_command_writes(
    file: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    serve = Store.open(file, keys=keys, create=True, command="restante serve")
    other = Store.open(file, keys=keys, command="restante member add")
    with serve.begin() as tx:
        tx.set_mark("one", "1")
        held = r"restante\.db is held by restante serve \(process \d+\)"
        with pytest.raises(StoreBusy, match=held) as raised, other.begin():
            pass
        assert raised.value.temporary
        with pytest.raises(StoreBusy), other.read() as dry_run:
            dry_run.set_mark("two", "2")
        with other.read() as listing:
            assert listing.get_mark("one") is None  # not committed, and no reason to wait
    with other.begin() as tx:
        assert tx.get_mark("one") == "1"
    serve.close()
    other.close()


def test_a_store_can_be_kept_from_all_other_writers(file: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    keeper = Store.open(file, keys=keys, create=True, command="restante restore", keep=True)
    found(keeper)
    with pytest.raises(StoreBusy, match="restante restore"):
        Store.open(file, keys=keys, command="restante serve", keep=True)
    other = Store.open(file, keys=keys, command="restante member add")
    with pytest.raises(StoreBusy, match="restante restore"), other.begin():
        pass
    keeper.close()
    with other.begin() as tx:
        tx.set_mark("now", "free")
    other.close()


def test_only_one_process_serves_while_commands_still_write(file: Path, keys: KeyRing) -> None:
    first = Store.open(file, keys=keys, create=True, command="restante serve")
    second = Store.open(file, keys=keys, command="restante serve")
    first.occupy()
    with pytest.raises(StoreBusy, match="restante serve"):
        second.occupy()
    with second.begin() as tx:
        tx.set_mark("a command", "writes")
    first.close()
    second.occupy()
    second.close()


_HOLDER = """
import sys
from store.database import Store
from gateway.model.token import KeyRing

store = Store.open(sys.argv[1], keys=KeyRing({1: b"k" * 32}, 1), command="restante inject")
with store.begin() as tx:
    tx.set_mark("half", "written")
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_the_lock_of_a_killed_process_is_free_and_its_writing_undone(
    file: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    store = Store.open(file, keys=keys, create=True)
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "writing\n"
    with pytest.raises(StoreBusy, match=rf"restante inject \(process {holder.pid}\)"), store.begin():
        pass
    holder.kill()
    holder.communicate()
    with store.begin() as tx:
        assert tx.get_mark("half") is None
    store.close()


def test_a_lock_waits_for_the_one_before(tmp_path: Path) -> None:
    first, second = (FileLock(tmp_path / "a.lock", name) for name in ("first", "second"))
    first.take(0)
    with pytest.raises(StoreBusy, match="first"):
        second.take(0.02)
    first.give_back()
    second.take(0)
    first.close()
    second.close()


def test_who_wants_the_lock_again_at_once_keeps_nobody_out(tmp_path: Path) -> None:
    """As `serve` does under load, transaction after transaction; a command gets its turn among them."""
    busy, command = (FileLock(tmp_path / "a.lock", name) for name in ("serve", "command"))
    enough = threading.Event()

    def serve() -> None:
        while not enough.is_set():
            busy.take(5)
            time.sleep(0.005)
            busy.give_back()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        started = time.monotonic()
        for _ in range(10):
            command.take(5)
            command.give_back()
        assert time.monotonic() - started < 2  # without a line to stand in, one turn alone took about as long
    finally:
        enough.set()
        serving.join()
        busy.close()
        command.close()


_STANDS_IN_LINE = """
import sys
from pathlib import Path
from store.lock import FileLock
FileLock(Path(sys.argv[1]), "the stopped").take(60)
"""


def test_one_that_is_stopped_in_line_keeps_the_others_half_their_patience(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    first, last = FileLock(path, "first"), FileLock(path, "last")
    first.take(0)
    stopped = subprocess.Popen([sys.executable, "-c", _STANDS_IN_LINE, str(path)])
    try:
        line = path.with_name("a.lock.next")
        while not (line.exists() and _is_locked(line)):
            time.sleep(0.005)
        stopped.send_signal(signal.SIGSTOP)
        with pytest.raises(StoreBusy, match=r"held by first"):
            last.take(0.1)
        first.give_back()
        started = time.monotonic()
        last.take(1)
        assert 0.5 <= time.monotonic() - started < 1
    finally:
        stopped.kill()
        stopped.wait()
        first.close()
        last.close()


def _is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.mark.parametrize("name", ["restante.db.lock", "restante.db.lock.next", "restante.db.serving"])
def test_a_lock_file_that_cannot_be_opened_is_named_with_its_mend(file: Path, keys: KeyRing, name: str) -> None:
    Store.open(file, keys=keys, create=True).close()
    locked = file.with_name(name)
    locked.unlink(missing_ok=True)
    locked.mkdir()  # what root may not open either
    store = Store.open(file, keys=keys)
    with pytest.raises(StoreFault, match=rf"{re.escape(name)} cannot be opened .*chown --reference=\S+restante\.db "):
        store.look_at_locks()
    write = store.occupy if name.endswith("serving") else store.begin().__enter__
    with pytest.raises(StoreFault, match="cannot be opened"):
        write()
    store.close()


def test_lock_files_are_made_as_the_store_is(file: Path, keys: KeyRing) -> None:
    Store.open(file, keys=keys, create=True).close()
    locks = [file.with_name(f"{file.name}.{end}") for end in ("lock", "lock.next")]
    for lock in locks:
        lock.unlink()
    file.chmod(0o664)
    store = Store.open(file, keys=keys)
    with store.begin():
        pass
    store.close()
    assert [(lock.stat().st_mode & 0o777, lock.stat().st_uid) for lock in locks] == [(0o664, file.stat().st_uid)] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_lock_file_of_somebody_else_is_seen_by_root_too(file: Path, keys: KeyRing) -> None:
    Store.open(file, keys=keys, create=True).close()
    os.chown(file, 12_345, 12_345)
    file.with_name(f"{file.name}.lock.next").chmod(0o640)
    store = Store.open(file, keys=keys)
    with pytest.raises(StoreFault, match=r"not owned as the store is; give it the store's owner: chown"):
        store.look_at_locks()
    for end in ("lock", "lock.next"):
        file.with_name(f"{file.name}.{end}").unlink()
    with store.begin():
        pass
    store.look_at_locks()
    store.close()


def test_a_store_may_live_in_memory(keys: KeyRing) -> None:
    store = Store.open("sqlite://", keys=keys, create=True)
    found(store)
    with store.read() as tx:
        assert list(tx.charters.names()) == ["acme"]
    store.close()
