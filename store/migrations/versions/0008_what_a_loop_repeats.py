"""Who posted and what was said again, so that a loop is known; and which answers went to mail that nothing proved.

Both are asked of the last day alone: what is older, and so all of before, need not be known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; posts of before are as those of strangers of whom nothing is known."""
    op.add_column("posts", sa.Column("author_id", ID, nullable=True))
    op.add_column("posts", sa.Column("words", sa.String(), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("unproven", sa.Boolean(), server_default=sa.false(), nullable=False))
