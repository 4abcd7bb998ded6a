"""How often an address was answered lately, and by which receipt last.

Must not: write, or say how much is too much.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select

from gateway.model.notice import Answering
from store.sql import Sql
from store.tables import outbox

_LAST_RECEIPT = (
    select(outbox.c.id)
    .where(
        outbox.c.workspace_id == bindparam("workspace_id"),
        outbox.c.address == bindparam("address"),
        outbox.c.due_at > bindparam("since"),
        outbox.c.due_at <= bindparam("until"),
        outbox.c.kind == "receipt",
    )
    .order_by(outbox.c.due_at.desc(), outbox.c.id.desc())
    .limit(1)
)
_REPLIED = select(func.count()).where(
    outbox.c.workspace_id == bindparam("workspace_id"),
    outbox.c.address == bindparam("address"),
    outbox.c.due_at >= bindparam("since"),
    outbox.c.answering == Answering.REPLIED.value,
)
_REPLIED_AS_PROVEN = _REPLIED.where(outbox.c.unproven == bindparam("unproven"), outbox.c.kind != bindparam("but"))
_REPLIED_SO = _REPLIED.where(outbox.c.kind == bindparam("kind"))


class AnsweredLately:
    """What one transaction reads of the answers an address had."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def last_receipt(self, workspace_id: int, address: str, since: datetime, until: datetime) -> int:
        """Return the id of the last receipt to an address that was decided between two instants, 0 for none."""
        values = {"workspace_id": workspace_id, "address": address, "since": since, "until": until}
        return int(self._sql.value(_LAST_RECEIPT, values) or 0)

    def count_replied_since(self, workspace_id: int, address: str, since: datetime, kind: str) -> int:
        """Return how many automatic answers of one kind an address was sent since an instant."""
        values = {"workspace_id": workspace_id, "address": address, "since": since, "kind": kind}
        return int(self._sql.value(_REPLIED_SO, values))

    def count_answers_since(
        self, workspace_id: int, address: str, since: datetime, *, unproven: bool, but: str = ""
    ) -> int:
        """Return how many automatic answers an address was sent since an instant, those of one kind left out: to mail
        that nothing proved to be theirs, or to all other mail.
        """
        values = {"workspace_id": workspace_id, "address": address, "since": since, "unproven": unproven, "but": but}
        return int(self._sql.value(_REPLIED_AS_PROVEN, values))
