"""Members whose mail was suspended before mail was tried again at all: theirs is tried too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds UTC since 1970
WAIT = timedelta(days=3)  # as after any other suspension, counted from the last that is known
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

members = sa.table(
    "members",
    sa.column("id", ID),
    sa.column("workspace_id", ID),
    sa.column("suspended", sa.Boolean()),
    sa.column("left_at", INSTANT),
)
ledger = sa.table(
    "ledger",
    sa.column("workspace_id", ID),
    sa.column("kind", sa.String()),
    sa.column("at", INSTANT),
    sa.column("entry", sa.Text()),
)
outbox = sa.table("outbox", sa.column("workspace_id", ID), sa.column("key", sa.String()))
dues = sa.table(
    "dues",
    sa.column("workspace_id", ID),
    sa.column("key", sa.String()),
    sa.column("at", INSTANT),
    sa.column("due", sa.Text()),
)


def upgrade() -> None:
    """Plan the first probe of each suspended member who has none and had none. Who complained is left in peace."""
    connection = op.get_bind()
    rows = [_due(*one, connection) for one in _never_tried(connection)]
    if rows:
        connection.execute(sa.insert(dues), rows)


def _never_tried(connection: sa.Connection) -> Iterator[tuple[int, int]]:
    suspended = sa.select(members.c.workspace_id, members.c.id).where(
        members.c.suspended == sa.true(), members.c.left_at.is_(None)
    )
    complained = _complained(connection)
    for workspace_id, member_id in connection.execute(suspended).all():
        planned = sa.exists().where(dues.c.workspace_id == workspace_id, dues.c.key == f"probe:{member_id}")
        tried = sa.exists().where(outbox.c.workspace_id == workspace_id, outbox.c.key.like(f"probe:{member_id}:%"))
        if member_id not in complained and not connection.scalar(sa.select(sa.or_(planned, tried))):
            yield workspace_id, member_id


def _complained(connection: sa.Connection) -> set[int]:
    entries = connection.scalars(sa.select(ledger.c.entry).where(ledger.c.kind == "delivery-suspended"))
    said = (json.loads(entry) for entry in entries)
    return {one["member_id"] for one in said if one.get("reason") == "complaint"}


def _due(workspace_id: int, member_id: int, connection: sa.Connection) -> dict[str, Any]:
    last = connection.scalar(sa.select(sa.func.max(ledger.c.at)).where(ledger.c.workspace_id == workspace_id)) or 0
    at = EPOCH + timedelta(microseconds=last) + WAIT
    key = f"probe:{member_id}"
    due = {"key": key, "kind": "probe", "at": at.isoformat(), "member_id": member_id, "number": 0}
    instant = (at - EPOCH) // timedelta(microseconds=1)
    return {"workspace_id": workspace_id, "key": key, "at": instant, "due": json.dumps(due)}
