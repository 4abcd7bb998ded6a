"""The codes in links are made otherwise now: those in mails that went out before stay good, up to the notice that was
the newest then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

outbox = sa.table("outbox", sa.column("id", sa.Integer()))
notes = sa.table("notes", sa.column("name", sa.String()), sa.column("value", sa.Text()))


def upgrade() -> None:
    """A new store has sent nothing."""
    newest = op.get_bind().scalar(sa.select(sa.func.max(outbox.c.id)))
    if newest:
        op.execute(sa.insert(notes).values(name="codes_of_before", value=str(newest)))
