"""What came back of a member's mail is a score that fades; whether delivery is suspended stands by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.BigInteger()  # microseconds UTC since 1970


def upgrade() -> None:
    """Three mails that came back for good suspended delivery before: they do now."""
    op.add_column("members", sa.Column("bounce_score", sa.Float(), server_default=sa.text("0"), nullable=False))
    op.add_column("members", sa.Column("bounced_at", INSTANT, nullable=True))
    op.add_column("members", sa.Column("suspended", sa.Boolean(), server_default=sa.false(), nullable=False))
    members = sa.table("members", sa.column("bounced", sa.Integer()), sa.column("suspended", sa.Boolean()))
    op.execute(sa.update(members).where(members.c.bounced >= 3).values(suspended=True))
    op.drop_column("members", "bounced")
