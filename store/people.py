"""People as the ledger left them, for reading. Whatever changes here changes through an entry (projection.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from gateway.model.member import Member
from store.sql import Sql
from store.tables import addresses, bounces, members

_member = msgspec.json.Decoder(Member)

_GET = select(members.c.record).where(members.c.id == bindparam("id"))
_BY_ADDRESS = (
    select(members.c.record)
    .join(addresses, addresses.c.member_id == members.c.id)
    .where(addresses.c.address == bindparam("address"), addresses.c.workspace_id == bindparam("workspace_id"))
)
_ALL = select(members.c.record).where(members.c.workspace_id == bindparam("workspace_id")).order_by(members.c.id)
_PRESENT = _ALL.where(members.c.left_at.is_(None))
_NAMES = select(members.c.id, members.c.name).where(members.c.workspace_id == bindparam("workspace_id"))
_WORKSPACES_OF = select(addresses.c.workspace_id).where(addresses.c.address == bindparam("address"))
_WORKSPACES_OF = _WORKSPACES_OF.order_by(addresses.c.workspace_id)
_BOUNCES = select(func.count()).where(
    bounces.c.member_id == bindparam("member_id"), bounces.c.at >= bindparam("since"), bounces.c.permanent
)


class People:
    """Members of one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def get(self, member_id: int) -> Member | None:
        """Return a member, also one who left."""
        found = self._sql.value(_GET, {"id": member_id})
        return None if found is None else _member.decode(found)

    def by_address(self, workspace_id: int, folded: str) -> Member | None:
        """Return the member with this folded address, main or further; nobody who left."""
        found = self._sql.value(_BY_ADDRESS, {"workspace_id": workspace_id, "address": folded})
        return None if found is None else _member.decode(found)

    def all(self, workspace_id: int, include_left: bool = False) -> list[Member]:
        """Return the members of a workspace in the order they joined."""
        found = self._sql.rows(_ALL if include_left else _PRESENT, {"workspace_id": workspace_id})
        return [_member.decode(row.record) for row in found]

    def many(self, member_ids: Sequence[int]) -> list[Member]:
        """Return members by id, in the order of their ids; ids of nobody are passed over."""
        found = self._sql.rows(select(members.c.record).where(members.c.id.in_(member_ids)).order_by(members.c.id))
        return [_member.decode(row.record) for row in found]

    def names(self, workspace_id: int) -> dict[int, str]:
        """Return the names of all who are or were members, by id."""
        return {row.id: row.name for row in self._sql.rows(_NAMES, {"workspace_id": workspace_id})}

    def workspaces_of(self, address: str) -> list[int]:
        """Return the ids of the workspaces somebody with this folded address is a member of."""
        return [row.workspace_id for row in self._sql.rows(_WORKSPACES_OF, {"address": address})]

    def bounces_since(self, member_id: int, since: datetime) -> int:
        """Return how often mail to a member came back for good since an instant."""
        return int(self._sql.value(_BOUNCES, {"member_id": member_id, "since": since}))
