"""Statements prepared once: SQLAlchemy writes their SQL and turns their values, the driver runs them.

A post takes some thirty statements, and on SQLite the way through SQLAlchemy costs several times what the engine does:
everything but running is therefore done once a statement. Must not: run anything, or know a table.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Turn = Callable[[Any], Any]


class Plan:
    """One statement with one set of parameters: its SQL, and how values go in and come out."""

    def __init__(self, compiled: SQLCompiler, columns: Sequence[TypeEngine[Any]], dialect: Dialect) -> None:
        self.sql = str(compiled)
        binds, said = compiled.binds, compiled.params
        # One name may stand at several places, and only at some of them beside a column that gives it a type.
        bound = {name: turn for bind, name in compiled.bind_names.items() if (turn := _bound(bind.type, dialect))}
        self._places = [
            (name, said[name], binds[name].required, bound.get(name)) for name in compiled.positiontup or ()
        ]
        turns = [_read(type_, dialect) for type_ in columns]
        self._turns = [(place, turn) for place, turn in enumerate(turns) if turn is not None]
        self._row: Callable[[Sequence[Any]], Any] | None = None

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the values of a run in the order of their places. Raises KeyError for one that is missing."""
        values = []
        for name, fixed, required, turn in self._places:
            value = parameters[name] if required or name in parameters else fixed
            values.append(value if turn is None else turn(value))
        return values

    def rows(self, cursor: sqlite3.Cursor) -> Sequence[Any]:
        """Return what a run found, each row a named tuple."""
        found = cursor.fetchall()
        if not found:
            return found
        row = self._row = self._row or _row_named([column[0] for column in cursor.description])
        if not self._turns:
            return [*map(row, found)]
        rows = []
        for one in map(list, found):
            for place, turn in self._turns:
                one[place] = turn(one[place])
            rows.append(row(one))
        return rows


class Plans:
    """The plans of one engine, kept as long as their statements: those of modules stay, one made for a call goes."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[Any, dict[tuple[str, ...], Plan | None]] = WeakKeyDictionary()

    def of(self, statement: Executable, names: tuple[str, ...]) -> Plan | None:
        """Return how to run a statement with parameters of these names, None when only SQLAlchemy can."""
        plans = self._known.get(statement)
        if plans is None:
            plans = self._known[statement] = {}
        if names not in plans:
            plans[names] = self._prepared(statement, names)
        return plans[names]

    def _prepared(self, statement: Any, names: tuple[str, ...]) -> Plan | None:
        compiled = statement.compile(dialect=self._dialect, column_keys=list(names))
        if not isinstance(compiled, SQLCompiler) or any(bind.expanding for bind in compiled.binds.values()):
            return None  # a list of values: its SQL depends on how many there are
        columns = getattr(statement, "exported_columns", ())
        return Plan(compiled, [column.type for column in columns], self._dialect)


def _row_named(names: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
    make: Callable[..., Any] = namedtuple  # the names are known only now, which no type checker likes
    return cast(Callable[[Sequence[Any]], Any], make("Row", names, rename=True)._make)


def _bound(type_: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _read(type_: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
