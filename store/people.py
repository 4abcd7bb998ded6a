"""People as the ledger left them. Must not: write; whatever changes a member is an entry (projection.py)."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, select, true

from gateway.model.member import Member
from store.sql import Sql
from store.tables import addresses, members

_member: msgspec.json.Decoder[Member] = msgspec.json.Decoder(Member)

_RECORD = select(members.c.record, members.c.suspended, members.c.bounce_score, members.c.bounced_at)
_GET = _RECORD.where(members.c.id == bindparam("id"))
_BY_ADDRESS = _RECORD.join(addresses, addresses.c.member_id == members.c.id).where(
    addresses.c.address == bindparam("address"), addresses.c.workspace_id == bindparam("workspace_id")
)
_ALL = _RECORD.where(members.c.workspace_id == bindparam("workspace_id")).order_by(members.c.id)
_PRESENT = _ALL.where(members.c.left_at.is_(None))
_ABSENT = _PRESENT.where(members.c.absent_until >= bindparam("first"))
_WITH_SUSPENDED = (
    select(members.c.workspace_id).where(members.c.suspended == true(), members.c.left_at.is_(None)).distinct()
)
_ADDRESSES = select(addresses.c.address).where(addresses.c.workspace_id == bindparam("workspace_id"))
_NAMES = select(members.c.id, members.c.name).where(members.c.workspace_id == bindparam("workspace_id"))


class People:
    """Members of one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def get(self, member_id: int) -> Member | None:
        """Return a member, also one who left."""
        row = self._sql.first(_GET, {"id": member_id})
        return None if row is None else _read(row)

    def by_address(self, workspace_id: int, folded: str) -> Member | None:
        """Return the member with this folded address, main or further; nobody who left."""
        row = self._sql.first(_BY_ADDRESS, {"workspace_id": workspace_id, "address": folded})
        return None if row is None else _read(row)

    def addresses(self, workspace_id: int) -> frozenset[str]:
        """Return every address of those who have not left."""
        return frozenset(row.address for row in self._sql.rows(_ADDRESSES, {"workspace_id": workspace_id}))

    def all(self, workspace_id: int, include_left: bool = False) -> list[Member]:
        """Return the members of a workspace in the order they joined."""
        return [*map(_read, self._sql.rows(_ALL if include_left else _PRESENT, {"workspace_id": workspace_id}))]

    def with_suspended(self) -> list[int]:
        """Return the workspaces that have a member whose mail is suspended."""
        return [row.workspace_id for row in self._sql.rows(_WITH_SUSPENDED)]

    def absent(self, workspace_id: int, first: date, last: date) -> list[Member]:
        """Return the members with an absence that touches the days from `first` to `last`."""
        found = map(_read, self._sql.rows(_ABSENT, {"workspace_id": workspace_id, "first": first}))
        return [
            member
            for member in found
            if any(one.starts <= last and (one.until is None or one.until >= first) for one in member.absences)
        ]

    def names(self, workspace_id: int) -> dict[int, str]:
        """Return the names of all who are or were members, by id."""
        return {row.id: row.name for row in self._sql.rows(_NAMES, {"workspace_id": workspace_id})}


def _read(row: Row[Any]) -> Member:
    member = _member.decode(row.record)
    if not row.suspended and not row.bounce_score:
        return member
    return msgspec.structs.replace(
        member, suspended=row.suspended, bounce_score=row.bounce_score, bounced_at=row.bounced_at
    )
