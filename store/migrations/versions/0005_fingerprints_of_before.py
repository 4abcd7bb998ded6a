"""Fingerprints are taken otherwise now: a store that holds older ones says so, and is asked for these too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

fingerprints = sa.table("fingerprints", sa.column("fingerprint", sa.String()))
notes = sa.table("notes", sa.column("name", sa.String()), sa.column("value", sa.Text()))


def upgrade() -> None:
    """A new store holds none, and is asked for none."""
    if op.get_bind().scalar(sa.select(sa.exists(sa.select(fingerprints.c.fingerprint)))):
        op.execute(sa.insert(notes).values(name="fingerprints_of_before", value="1"))
