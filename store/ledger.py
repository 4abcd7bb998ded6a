"""The ledger: one fact after the other, each written with its projection in the same transaction.

Must not: change or take back an entry, or say what an entry means beside projection.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, insert, select

from gateway.model.context import Fresh
from gateway.model.entry import Entry, MemberAdded, Recorded, RoundOpened, TaskMade
from store import counters
from store.codec import pack
from store.place import Place
from store.projection import project
from store.sql import Sql
from store.tables import ledger

_entry: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)

_ADD = insert(ledger).returning(ledger.c.id)
_PAGE = (
    select(ledger)
    .where(ledger.c.workspace_id == bindparam("workspace_id"), ledger.c.id > bindparam("since_id"))
    .order_by(ledger.c.id)
    .limit(bindparam("limit"))
)
_PAGE_OF_MARK = _PAGE.where(ledger.c.mark == bindparam("mark"))
_OF_KIND = (
    select(ledger)
    .where(ledger.c.workspace_id == bindparam("workspace_id"), ledger.c.kind == bindparam("kind"))
    .order_by(ledger.c.id)
)
_BY_LATER_MAIL = (
    select(ledger.c.entry)
    .where(
        ledger.c.workspace_id == bindparam("workspace_id"),
        ledger.c.mark.in_(bindparam("marks", expanding=True)),
        ledger.c.arrival_id > bindparam("arrival_id"),
        ledger.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(ledger.c.id)
)
_PAGE_ROWS = 500  # read in pieces, so that a ledger of any size needs little memory and holds no cursor open


class Ledger:
    """Entries of one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def append(
        self,
        workspace_id: int,
        entries: Sequence[Entry],
        *,
        at: datetime,
        charter_version: int,
        arrival_id: int | None = None,
    ) -> list[int]:
        """Write entries and what follows from them, in order, and return their ids.

        A new member is given an id here (`people.by_address` finds it). Raises Forbidden for what cannot happen (an
        answer to a closed vote) and Conflict for what is written already; the transaction is then to be left.
        """
        common = {
            "workspace_id": workspace_id,
            "at": at,
            "arrival_id": arrival_id,
            "charter_version": charter_version,
        }
        return [self._write(entry, common) for entry in entries]

    def entries(
        self, workspace_id: int, *, since_id: int = 0, mark: str | None = None, limit: int | None = None
    ) -> Iterator[Recorded]:
        """Give what was recorded after `since_id`, oldest first, of one mark when it is named."""
        query, left = (_PAGE if mark is None else _PAGE_OF_MARK), limit
        while left is None or left > 0:
            size = _PAGE_ROWS if left is None else min(left, _PAGE_ROWS)
            values = {"workspace_id": workspace_id, "since_id": since_id, "mark": mark, "limit": size}
            if mark is None:
                del values["mark"]
            page = self._sql.rows(query, values)
            yield from map(recorded, page)
            if len(page) < size:
                return
            since_id, left = page[-1].id, (None if left is None else left - size)

    def by_later_mail(
        self, workspace_id: int, marks: Collection[str], arrival_id: int, kinds: Collection[type]
    ) -> list[Entry]:
        """Return entries of some kinds about these marks that mail made which came after an arrival, oldest first."""
        if not marks:
            return []
        named = [str(kind.__struct_config__.tag) for kind in kinds]  # type: ignore[attr-defined]
        values = {"workspace_id": workspace_id, "marks": sorted(marks), "arrival_id": arrival_id, "kinds": named}
        return [_entry.decode(row.entry) for row in self._sql.rows(_BY_LATER_MAIL, values)]

    def of_kind(self, workspace_id: int, kind: type) -> list[Recorded]:
        """Return all that was recorded of a kind which is rare, oldest first: it looks through the whole ledger."""
        named = str(kind.__struct_config__.tag)  # type: ignore[attr-defined]
        return [*map(recorded, self._sql.rows(_OF_KIND, {"workspace_id": workspace_id, "kind": named}))]

    def fresh(self, workspace_id: int) -> Fresh:
        """Return the next free number of each letter; nobody else is given them before this transaction ends."""
        return Fresh(counters.following(self._sql, workspace_id))

    def _write(self, entry: Entry, common: dict[str, Any]) -> int:
        if isinstance(entry, MemberAdded):
            entry = self._numbered(entry)
        values = {"kind": kind_of(entry), "mark": mark_of(entry), "entry": pack(entry), **common}
        entry_id = int(self._sql.value(_ADD, values))
        project(self._sql, Place(common["workspace_id"], entry_id, common["at"], common["arrival_id"]), entry)
        return entry_id

    def _numbered(self, entry: MemberAdded) -> MemberAdded:
        member = entry.member
        if member.id:  # an entry of another ledger, brought here whole
            counters.move_past(self._sql, counters.EVERYWHERE, counters.MEMBERS, member.id)
            return entry
        member_id = counters.take(self._sql, counters.MEMBERS)
        return msgspec.structs.replace(entry, member=msgspec.structs.replace(member, id=member_id))


def kind_of(entry: Entry) -> str:
    """Return the name an entry's type is stored under."""
    return str(entry.__struct_config__.tag)


def mark_of(entry: Entry) -> str | None:
    """Return the mark of what an entry is about, None when it is about a member."""
    match entry:
        case RoundOpened(round=round_):
            return round_.mark
        case TaskMade(task=task):
            return task.mark
        case _:
            return getattr(entry, "mark", None)


def recorded(row: Row[Any]) -> Recorded:
    """Return the entry of a row of the ledger."""
    return Recorded(
        id=row.id,
        entry=_entry.decode(row.entry),
        at=row.at,
        arrival_id=row.arrival_id,
        charter_version=row.charter_version,
    )
