"""What entries about blockers change in their rows: one function a type, in a table.

Must not: decide anything, or write what the entry and the rows before it do not say: rows = fold of the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from gateway.model.entry import BlockerClosed, BlockerRaised, BlockerReopened, BlockerTakenBack
from store.codec import storable
from store.place import Place
from store.sql import Sql
from store.tables import blockers

_ADD_BLOCKER = insert(blockers)
_OPEN_BLOCKERS = (
    (blockers.c.workspace_id == bindparam("b_workspace_id"))
    & blockers.c.closed_at.is_(None)
    & (blockers.c.member_id == bindparam("b_member_id"))
    & (blockers.c.text == bindparam("b_text"))
)
_READ_BLOCKER = select(blockers.c.entry_id).where(_OPEN_BLOCKERS)
_CLOSE_BLOCKER = update(blockers).where(_OPEN_BLOCKERS)
_DROP_BLOCKER = delete(blockers).where(_OPEN_BLOCKERS)
_READ_CLOSED = (
    select(blockers.c.entry_id)
    .where(
        blockers.c.workspace_id == bindparam("b_workspace_id"),
        blockers.c.closed_at.is_not(None),
        blockers.c.member_id == bindparam("b_member_id"),
        blockers.c.text == bindparam("b_text"),
    )
    .order_by(blockers.c.closed_at.desc(), blockers.c.entry_id.desc())
    .limit(1)
)
_REOPEN_BLOCKER: Any = update(blockers).where(blockers.c.entry_id == bindparam("b_entry_id")).values(closed_at=None)


def _blocker(place: Place, entry: BlockerRaised | BlockerClosed | BlockerReopened | BlockerTakenBack) -> dict[str, Any]:
    return {"b_workspace_id": place.workspace_id, "b_member_id": entry.member_id, "b_text": storable(entry.text)}


def _blocker_raised(sql: Sql, place: Place, entry: BlockerRaised) -> None:
    if sql.value(_READ_BLOCKER, _blocker(place, entry)) is None:  # said again, it is the same one, open since then
        values = {"entry_id": place.entry_id, "member_id": entry.member_id, "text": storable(entry.text)}
        sql.run(_ADD_BLOCKER, {"workspace_id": place.workspace_id, "mark": entry.mark, "since": place.at} | values)


def _blocker_closed(sql: Sql, place: Place, entry: BlockerClosed) -> None:
    sql.run(_CLOSE_BLOCKER, _blocker(place, entry) | {"closed_at": place.at})


def _blocker_taken_back(sql: Sql, place: Place, entry: BlockerTakenBack) -> None:
    sql.run(_DROP_BLOCKER, _blocker(place, entry))


def _blocker_reopened(sql: Sql, place: Place, entry: BlockerReopened) -> None:
    """The one that was closed last; raised anew in the meantime, it is open as that."""
    said = _blocker(place, entry)
    last = sql.value(_READ_CLOSED, said)
    if last is not None and sql.value(_READ_BLOCKER, said) is None:
        sql.run(_REOPEN_BLOCKER, {"b_entry_id": last})


BLOCKERS: dict[type, Callable[[Sql, Place, Any], None]] = {
    BlockerRaised: _blocker_raised,
    BlockerClosed: _blocker_closed,
    BlockerTakenBack: _blocker_taken_back,
    BlockerReopened: _blocker_reopened,
}
