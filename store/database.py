"""The store: one SQLite file (or one PostgreSQL database), one connection, one transaction at a time.

SQLite runs with WAL and synchronous FULL: what was committed survives a power cut. Processes take turns at writing, see
lock.py. Must not: know what is written.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from gateway.model.token import KeyRing
from store.charters import Cache
from store.faults import Conflict, Forbidden, StoreBusy, StoreFault, StoreFull, StoreRefusal, fault_of
from store.lock import FileLock
from store.prepared import Plans
from store.sql import Sql
from store.transaction import Transaction

__all__ = ["Conflict", "Forbidden", "Store", "StoreBusy", "StoreFault", "StoreFull", "StoreRefusal", "Transaction"]

SCHEMA = "0010"  # the newest migration; a store that says so needs no Alembic, whose import takes a while
PATIENCE = 10.0  # seconds to wait for one's turn at writing
_PRAGMAS = (
    f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Pages, 16 MiB: bringing the log into the file makes the disk wait twice, and a post writes eleven pages.
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA cache_size = -16384",  # KiB
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)


class Store:
    """A store that is open. Any thread may use it, one transaction at a time; the others wait."""

    def __init__(self, engine: Engine, keys: KeyRing, lock: FileLock | None, serving: FileLock | None) -> None:
        self._engine = engine
        self._keys = keys
        self._lock = lock
        self._serving = serving
        self._kept = False  # the lock is kept beyond a transaction
        self._turn = threading.Lock()
        self._owner: int | None = None  # the thread whose transaction runs
        self._cache: Cache = {}
        self._plans = Plans(engine.dialect)
        self._begin = "BEGIN"
        self._connection: Connection | None = None
        if engine.dialect.name == "sqlite":
            _use_plain_transactions(engine, lambda: self._begin)

    @classmethod
    def open(
        cls, path: Path | str, *, keys: KeyRing, create: bool = False, command: str = "restante", keep: bool = False
    ) -> Store:
        """Open the store at a path (or an SQLAlchemy URL), brought to the newest schema.

        With `create` a missing file is made. `command` is how other processes name this one while it writes; with
        `keep` it is the only one that writes until it closes. Raises StoreFault when there is no store or it is not
        one, StoreBusy when another process writes.
        """
        url = _url(path)
        file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        if file is not None and not create and not file.exists():
            raise StoreFault(f"there is no store at {file}; `restante init` makes one")
        locks = _locks(file, command)
        store = cls(_engine(url), keys, *locks)
        try:
            store._prepare(keep)
        except BaseException:
            store.close()
            raise
        return store

    # --- transactions -------------------------------------------------------------------------------------------

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Give a transaction that writes: committed on leaving, rolled back when an exception leaves it.

        Raises StoreBusy, StoreFull or StoreFault in place of whatever the engine raises, also for a failed commit;
        nothing of the transaction is then written.
        """
        with self._one_at_a_time(), self._written_in_turn():
            connection = self._start("BEGIN IMMEDIATE")
            sql = Sql(connection, self._plans)
            try:
                yield Transaction(sql, self._keys, self._cache)
            except BaseException:
                self._undo(connection, sql)
                raise
            try:
                connection.commit()
            except SQLAlchemyError as error:
                self._undo(connection, sql)
                raise fault_of(error) from error

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give a transaction that leaves everything as it was: for listings, and for trying out what would be written.

        It takes its turn among writers only when it writes something.
        """
        with self._one_at_a_time():
            taken: list[FileLock] = []
            connection = self._start("BEGIN")
            sql = Sql(connection, self._plans, lambda: self._take_turn(taken))
            try:
                yield Transaction(sql, self._keys, self._cache)
            finally:
                self._undo(connection, sql)
                for lock in taken:
                    lock.give_back()

    # --- the store itself ---------------------------------------------------------------------------------------

    def occupy(self) -> None:
        """Be the one process that serves this store until it closes. Raises StoreBusy naming the one that is.

        Commands still take their turns at writing meanwhile.
        """
        if self._serving is not None:
            self._serving.take(0)

    def look_at_locks(self) -> None:
        """Raise StoreFault, with its mend, where a lock file beside the store is not to be opened by all who must."""
        for lock in (self._lock, self._serving):
            if lock is not None:
                lock.look()

    def scrub(self) -> None:
        """Write the file anew without a trace of what was deleted or changed in it; takes long on a large store.

        Raises StoreBusy while another process reads or writes. What is not SQLite does this by itself, in its own time.
        """
        with self._one_at_a_time(), self._written_in_turn():
            if self._connection is None:
                raise StoreFault("the store is closed")
            if self._engine.dialect.name != "sqlite":
                return
            driver: Any = self._connection.connection.driver_connection
            try:
                driver.execute("VACUUM")
                # The log still holds the pages of before; emptied, there is one file and nothing old in it.
                if driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    raise StoreBusy("another process reads the store; its log is not emptied yet")
            except sqlite3.Error as error:
                raise fault_of(error) from error
            finally:
                self._connection.rollback()

    def close(self) -> None:
        """Let go of the file and the locks. Closing twice is no error."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._engine.dispose()
            for lock in (self._lock, self._serving):
                if lock is not None:
                    lock.close()

    @property
    def is_healthy(self) -> bool:
        """Whether the engine finds its own structures sound; takes long on a large store."""
        with self.read() as transaction:
            if self._engine.dialect.name != "sqlite":
                return True
            return bool(transaction._sql.value(text("PRAGMA quick_check")) == "ok")

    def _prepare(self, keep: bool) -> None:
        """Bring the schema up to date, in turn."""
        if self._lock is not None and keep:
            self._lock.take(0)
            self._kept = True
        try:
            with self._one_at_a_time():
                self._connection = self._engine.connect()
                self._begin = "BEGIN"
                found = _schema(self._connection)
                self._connection.rollback()
                if found != SCHEMA:
                    self._upgrade(found)
        except SQLAlchemyError as error:
            raise fault_of(error) from error

    def _upgrade(self, found: str | None) -> None:
        from store.migrations import upgrade

        with self._written_in_turn():
            assert self._connection is not None
            self._begin = "BEGIN IMMEDIATE"
            upgrade(self._connection, found)
            self._connection.commit()

    # --- pieces -------------------------------------------------------------------------------------------------

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if self._owner == threading.get_ident():
            raise RuntimeError("this thread is in a transaction already: pass it on instead of opening another")
        with self._turn:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None

    @contextmanager
    def _written_in_turn(self) -> Iterator[None]:
        taken: list[FileLock] = []
        self._take_turn(taken)
        try:
            yield
        finally:
            for lock in taken:
                lock.give_back()

    def _take_turn(self, taken: list[FileLock]) -> None:
        if self._lock is not None and not self._kept:
            self._lock.take(PATIENCE)
            taken.append(self._lock)

    def _start(self, begin: str) -> Connection:
        if self._connection is None:
            raise StoreFault("the store is closed")
        self._begin = begin
        try:
            self._connection.begin()
        except SQLAlchemyError as error:
            raise fault_of(error) from error
        return self._connection

    def _undo(self, connection: Connection, sql: Sql) -> None:
        if sql.wrote:
            self._cache.clear()  # it may hold a version that is now not to be
        try:
            connection.rollback()
        except SQLAlchemyError:
            connection.invalidate()  # the engine has lost it, and the transaction with it


def _url(path: Path | str) -> URL:
    given = str(path)
    if "://" not in given:
        return URL.create("sqlite", database=given)
    try:
        return make_url(given)
    except ArgumentError:
        raise StoreFault(f"{given.partition('://')[0]}://… is no address of a store") from None


def _locks(file: Path | None, command: str) -> tuple[FileLock | None, FileLock | None]:
    if file is None or str(file) == ":memory:":
        return None, None
    return FileLock(file.with_name(file.name + ".lock"), command), FileLock(
        file.with_name(file.name + ".serving"), command
    )


def _engine(url: URL) -> Engine:
    """Parameters are hidden: errors are logged, and a log holds no mail."""
    try:
        if url.get_backend_name() == "sqlite":
            threads = {"check_same_thread": False}  # one at a time, see Store._one_at_a_time
            return create_engine(url, poolclass=StaticPool, connect_args=threads, hide_parameters=True)
        return create_engine(url, pool_pre_ping=True, pool_size=1, max_overflow=0, hide_parameters=True)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreFault(f"{url.drivername}: {error}") from error


def _use_plain_transactions(engine: Engine, begin: Callable[[], str]) -> None:
    """Let SQLAlchemy begin transactions, not the driver: writers as writers at once, schema changes within them too."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        connection.exec_driver_sql(begin())


def _schema(connection: Connection) -> str | None:
    """Return the migration a store is at, None when it is empty."""
    names = set(inspect(connection).get_table_names())
    if not names:
        return None
    if "alembic_version" not in names:
        raise StoreFault("this database holds the tables of something else; it is left as it is")
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
