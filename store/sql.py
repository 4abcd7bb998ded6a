"""One connection within one transaction: runs statements, and turns their faults into ours.

Must not: know a table. The one place where the two engines differ is here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from store.faults import StoreRefusal, fault_of
from store.prepared import Plans

if TYPE_CHECKING:  # loaded where a store is on it: two MiB
    from sqlalchemy.dialects import postgresql

    Insert = sqlite.Insert | postgresql.Insert

One = Mapping[str, Any]

_PIECE = "piece"  # the savepoint of `Sql.piece`; within one another, the innermost is meant


class Sql:
    """The connection of a transaction. `before_write` runs ahead of the first statement that changes something.

    On SQLite a statement that can be prepared goes to the driver itself (prepared.py); every other one, and all on
    PostgreSQL, goes through SQLAlchemy. Rows are named tuples either way.
    """

    def __init__(self, connection: Connection, plans: Plans, before_write: Callable[[], None] | None = None) -> None:
        self._connection = connection
        self._plans = plans
        self._before_write = before_write
        self._driver: sqlite3.Connection | None = None
        self.wrote = False
        self.dialect = connection.dialect.name
        if self.dialect == "sqlite":
            self._driver = connection.connection.driver_connection

    # --- reading ------------------------------------------------------------------------------------------------

    def rows(self, statement: Executable, parameters: One | None = None) -> Sequence[Any]:
        """Return every row of a query, or of what a statement returns."""
        return self._asked(statement, parameters or {})

    def first(self, statement: Executable, parameters: One | None = None) -> Any:
        """Return the first row of a query, or None."""
        found = self._asked(statement, parameters or {})
        return found[0] if found else None

    def value(self, statement: Executable, parameters: One | None = None) -> Any:
        """Return the first column of the first row, or None."""
        found = self._asked(statement, parameters or {})
        return found[0][0] if found else None

    # --- writing ------------------------------------------------------------------------------------------------

    def run(self, statement: Executable, parameters: One | Sequence[One] | None = None) -> int:
        """Run a statement, for each when given several parameters; return how many rows it touched."""
        self._about_to(statement)
        each = [parameters or {}] if parameters is None or isinstance(parameters, Mapping) else parameters
        with _our_faults:
            plan = self._plans.of(statement, tuple(each[0])) if self._driver is not None else None
            if plan is None:
                return self._connection.execute(statement, parameters).rowcount
            assert self._driver is not None
            if len(each) == 1:
                return self._driver.execute(plan.sql, plan.values(each[0])).rowcount
            return self._driver.executemany(plan.sql, [plan.values(one) for one in each]).rowcount

    def numbers(self, statement: Executable, each: Sequence[One]) -> list[int]:
        """Run an INSERT that returns an id, for each; return the ids in order."""
        if len(each) == 1:
            return [int(self.value(statement, each[0]))]
        self._about_to(statement)
        with _our_faults:
            return [int(number) for number in self._connection.execute(statement, each).scalars()]

    # --- pieces -------------------------------------------------------------------------------------------------

    def begin_piece(self) -> None:
        """Begin a piece that can be taken back by itself."""
        self._say(f"SAVEPOINT {_PIECE}")

    def end_piece(self) -> None:
        """Let the piece be a part of the whole."""
        self._say(f"RELEASE SAVEPOINT {_PIECE}")

    def take_back_piece(self) -> None:
        """Undo what the piece wrote, and nothing else."""
        self._say(f"ROLLBACK TO SAVEPOINT {_PIECE}")
        self.end_piece()

    def _say(self, text: str) -> None:
        with _our_faults:
            if self._driver is not None:
                self._driver.execute(text)
            else:
                self._connection.exec_driver_sql(text)

    def _asked(self, statement: Executable, parameters: One) -> Sequence[Any]:
        self._about_to(statement)
        with _our_faults:
            plan = self._plans.of(statement, tuple(parameters)) if self._driver is not None else None
            if plan is None:
                return self._connection.execute(statement, parameters).all()
            assert self._driver is not None
            return plan.rows(self._driver.execute(plan.sql, plan.values(parameters)))

    def _about_to(self, statement: Executable) -> None:
        if not self.wrote and getattr(statement, "is_dml", False):
            if self._before_write is not None:
                self._before_write()
            self.wrote = True


class _OurFaults:
    """Raise what goes wrong in the block as a fault of ours. A class: it stands around every statement of a mail."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, (SQLAlchemyError, sqlite3.Error)):
            raise fault_of(error) from error
        if isinstance(error, (KeyError, ValueError)):  # what a plan cannot bind: our own bug
            raise StoreRefusal(f"a value that cannot be written: {error}") from error


_our_faults = _OurFaults()


def _postgresql_insert(table: Table) -> Insert:
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


_INSERTS: dict[str, Callable[[Table], Insert]] = {"sqlite": sqlite.insert, "postgresql": _postgresql_insert}


def insert_for(dialect: str, table: Table) -> Insert:
    """Return an INSERT that knows ON CONFLICT, in the words of an engine."""
    return _INSERTS[dialect](table)
