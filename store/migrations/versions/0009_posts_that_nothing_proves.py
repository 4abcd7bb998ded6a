"""Which posts nothing proved to be their author's: they are counted apart from those that are.

Asked of the last day alone: what is older, and so all of before, need not be known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; posts of before count as proven."""
    op.add_column("posts", sa.Column("unproven", sa.Boolean(), server_default=sa.false(), nullable=False))
