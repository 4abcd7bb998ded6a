"""What can go wrong with the store, in our own words, so that an edge knows whether to answer 4xx.

Must not: let an exception of SQLAlchemy or of a driver out of this package.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)


class StoreFault(Exception):
    """The store could not do it. `temporary` says whether trying again later can help."""

    def __init__(self, text: str, *, temporary: bool = False) -> None:
        super().__init__(text)
        self.temporary = temporary


class StoreBusy(StoreFault):
    """Somebody else is writing. Always temporary: 451 at a door."""

    def __init__(self, text: str) -> None:
        super().__init__(text, temporary=True)


class StoreFull(StoreFault):
    """There is no room to write. Always temporary: 452 at a door."""

    def __init__(self, text: str) -> None:
        super().__init__(text, temporary=True)


class StoreRefusal(Exception):
    """A thing that cannot be written, now or later: our own bug, or a person's mistake. The transaction is to be left.

    No StoreFault: the store is well, and whoever waits for it to recover would wait for ever.
    """

    temporary = False


class Forbidden(StoreRefusal):
    """A transition that is not listed, or a fact about something that is not there."""


class Conflict(StoreRefusal):
    """A unique key guards this fact, and it is already written."""


# A statement or a value that no engine takes.
_OUR_BUGS = (
    ProgrammingError,
    DataError,
    NotSupportedError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.DataError,
    sqlite3.NotSupportedError,
)
_DATABASE = (DatabaseError, sqlite3.Error)

# Primary SQLite result codes (the low byte of an extended one) → what they mean to us.
_FULL = frozenset({sqlite3.SQLITE_FULL})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_PASSING = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})

# SQLSTATE of PostgreSQL, by their beginnings.
_FULL_STATES = ("53100", "53200")  # disk full, out of memory
_BUSY_STATES = ("40", "55P03")  # serialization failure, deadlock, lock not available


def fault_of(error: SQLAlchemyError | sqlite3.Error) -> StoreFault | StoreRefusal:
    """Return our exception for one of SQLAlchemy or of the driver; its text names no row's content."""
    cause = getattr(error, "orig", None) or error
    if isinstance(error, IntegrityError | sqlite3.IntegrityError):
        return Conflict(_first_line(cause))
    if not isinstance(error, _DATABASE) or isinstance(error, _OUR_BUGS):
        return StoreRefusal(_first_line(cause))
    text, code = _first_line(cause), getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _sqlite_fault(text, code & 0xFF)
    state = str(getattr(cause, "sqlstate", None) or "")
    if state.startswith(_FULL_STATES):
        return StoreFull(text)
    if state.startswith(_BUSY_STATES):
        return StoreBusy(text)
    lost = getattr(error, "connection_invalidated", False)
    return StoreFault(text, temporary=lost or isinstance(error, OperationalError | sqlite3.OperationalError))


def _sqlite_fault(text: str, code: int) -> StoreFault:
    if code in _FULL:
        return StoreFull(text)
    if code in _BUSY:
        return StoreBusy(text)
    return StoreFault(text, temporary=code in _PASSING)


def _first_line(error: BaseException | None) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
