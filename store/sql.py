"""One connection within one transaction: runs statements, and turns their faults into ours.

Must not: know a table. The one place where the two engines differ is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, NestedTransaction, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from store.faults import fault_of

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Insert = sqlite.Insert | postgresql.Insert


class Sql:
    """The connection of a transaction. `before_write` runs ahead of the first statement that changes something."""

    def __init__(self, connection: Connection, before_write: Callable[[], None] | None = None) -> None:
        self._connection = connection
        self._before_write = before_write
        self.wrote = False
        self.dialect = connection.dialect.name

    def run(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run a statement; a sequence of parameters runs it for each."""
        if not self.wrote and getattr(statement, "is_dml", False):
            if self._before_write is not None:
                self._before_write()
            self.wrote = True
        try:
            return self._connection.execute(statement, parameters)
        except SQLAlchemyError as error:
            raise fault_of(error) from error

    def piece(self) -> NestedTransaction:
        """Begin a piece that can be taken back by itself."""
        try:
            return self._connection.begin_nested()
        except SQLAlchemyError as error:
            raise fault_of(error) from error

    def rows(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Return every row of a query."""
        return self.run(statement, parameters).all()

    def first(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """Return the first row of a query, or None."""
        return self.run(statement, parameters).first()

    def value(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        return self.run(statement, parameters).scalar()


_INSERTS: dict[str, Callable[[Table], Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_for(dialect: str, table: Table) -> Insert:
    """Return an INSERT that knows ON CONFLICT, in the words of an engine."""
    return _INSERTS[dialect](table)
