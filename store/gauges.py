"""How much there is of what is not finished, for the figures: counts along an index, whose cost is what they count.

Must not: count what only grows, such as mail that was sent; the process counts that as it goes (pipeline/counting.py).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from gateway.model.arrival import ArrivalState
from gateway.model.notice import NoticeState
from store.sql import Sql
from store.tables import arrivals, outbox

OPEN_ARRIVALS = (ArrivalState.RECEIVED, ArrivalState.HELD, ArrivalState.FAILED)
OPEN_NOTICES = (NoticeState.QUEUED, NoticeState.LEASED, NoticeState.FAILED)


def _by_state(table: Any, states: tuple[Any, ...]) -> Any:
    """Both tables have an index that begins with the state, and hold all that is needed in it."""
    named = [state.value for state in states]
    return select(table.c.state, func.count().label("many")).where(table.c.state.in_(named)).group_by(table.c.state)


_ARRIVALS = _by_state(arrivals, OPEN_ARRIVALS)
_NOTICES = _by_state(outbox, OPEN_NOTICES)


class Gauges:
    """Counts of one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def arrivals(self) -> dict[str, int]:
        """Return how many arrivals are in each state that is not finished."""
        return self._counted(_ARRIVALS, OPEN_ARRIVALS)

    def notices(self) -> dict[str, int]:
        """Return how many notices are in each state that is not finished."""
        return self._counted(_NOTICES, OPEN_NOTICES)

    def _counted(self, query: Any, states: tuple[Any, ...]) -> dict[str, int]:
        found = {row.state: int(row.many) for row in self._sql.rows(query)}
        return {state.value: found.get(state.value, 0) for state in states}
