"""Tasks: one row each, beside the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """There were none before."""
    op.create_table(
        "tasks",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("made_entry_id", ID, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_tasks_workspace_id")),
        sa.ForeignKeyConstraint(["made_entry_id"], ["ledger.id"], name=op.f("fk_tasks_made_entry_id")),
        sa.PrimaryKeyConstraint("workspace_id", "mark", name=op.f("pk_tasks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tasks_owner_id", "tasks", ["workspace_id", "state", "owner_id"], unique=False)
