"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds UTC since 1970
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")  # compared byte by byte


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "counters",
        sa.Column("workspace_id", ID, autoincrement=False, nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "letter", name=op.f("pk_counters")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "facts",
        sa.Column("id", ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
    )
    op.create_table(
        "notes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notes")),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("charter_version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("name", name=op.f("uq_workspaces_name")),
    )
    op.create_table(
        "arrivals",
        sa.Column("id", ID, nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("reverse_path", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("workspace_id", ID, nullable=True),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_arrivals_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
    )
    op.create_index("ix_arrivals_state", "arrivals", ["state", "id"], unique=False)

    op.create_table(
        "charter_versions",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_charter_versions_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "version", name=op.f("pk_charter_versions")),
    )
    op.create_table(
        "dues",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_dues_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_dues")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dues_at", "dues", ["at"], unique=False)

    op.create_table(
        "electorate",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_electorate_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "mark", "member_id", name=op.f("pk_electorate")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrival_id", ID, nullable=True),
        sa.Column("charter_version", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_ledger_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )
    op.create_index("ix_ledger_mark", "ledger", ["workspace_id", "mark", "id"], unique=False)
    op.create_index("ix_ledger_workspace_id", "ledger", ["workspace_id", "id"], unique=False)

    op.create_table(
        "members",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.Column("absent_until", sa.Date(), nullable=True),
        sa.Column("bounced", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_members_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index("ix_members_absent_until", "members", ["workspace_id", "absent_until"], unique=False)
    op.create_index("ix_members_workspace_id", "members", ["workspace_id", "left_at"], unique=False)

    op.create_table(
        "message_ids",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_message_ids_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "message_id", name=op.f("pk_message_ids")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("answering", sa.String(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=False),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.Column("subject_hint", sa.Text(), nullable=False),
        sa.Column("facts_id", ID, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["facts_id"], ["facts.id"], name=op.f("fk_outbox_facts_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_outbox_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_address", "outbox", ["workspace_id", "address", "due_at"], unique=False)
    op.create_index("ix_outbox_mark", "outbox", ["workspace_id", "mark", "member_id"], unique=False)
    op.create_index("ix_outbox_state", "outbox", ["state", "due_at", "id"], unique=False)
    op.create_index("uq_outbox_key", "outbox", ["workspace_id", "key"], unique=True)

    op.create_table(
        "standings",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("arrival_id", ID, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_standings_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "mark", "member_id", name=op.f("pk_standings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_standings_at", "standings", ["workspace_id", "at"], unique=False)

    op.create_table(
        "threads",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("root_message_id", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_threads_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "mark", name=op.f("pk_threads")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_threads_last_at", "threads", ["workspace_id", "last_at"], unique=False)

    op.create_table(
        "addresses",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_addresses_member_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_addresses_workspace_id")),
        sa.PrimaryKeyConstraint("address", "workspace_id", name=op.f("pk_addresses")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_addresses_member_id"), "addresses", ["member_id"], unique=False)

    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["outbox.id"], name=op.f("fk_attempts_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_notice_id"), "attempts", ["notice_id"], unique=False)

    op.create_table(
        "blockers",
        sa.Column("entry_id", ID, autoincrement=False, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.id"], name=op.f("fk_blockers_entry_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_blockers_workspace_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_blockers")),
    )
    op.create_index("ix_blockers_member_id", "blockers", ["workspace_id", "closed_at", "member_id"], unique=False)

    op.create_table(
        "fingerprints",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("arrival_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrivals.id"], name=op.f("fk_fingerprints_arrival_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_fingerprints_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "fingerprint", name=op.f("pk_fingerprints")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "frozen",
        sa.Column("notice_id", ID, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["outbox.id"], name=op.f("fk_frozen_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_frozen")),
    )
    op.create_table(
        "posts",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.id"], name=op.f("fk_posts_entry_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_posts_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "mark", name=op.f("pk_posts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_posts_at", "posts", ["workspace_id", "at"], unique=False)
    op.create_index("ix_posts_thread", "posts", ["workspace_id", "thread", "entry_id"], unique=False)

    op.create_table(
        "raw",
        sa.Column("arrival_id", ID, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrivals.id"], name=op.f("fk_raw_arrival_id")),
        sa.PrimaryKeyConstraint("arrival_id", name=op.f("pk_raw")),
    )
    op.create_table(
        "rounds",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("ritual", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("routine", sa.String(), nullable=True),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("opened_entry_id", ID, nullable=False),
        sa.Column("closed_entry_id", ID, nullable=True),
        sa.Column("outcome_mark", sa.String(), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["closed_entry_id"], ["ledger.id"], name=op.f("fk_rounds_closed_entry_id")),
        sa.ForeignKeyConstraint(["opened_entry_id"], ["ledger.id"], name=op.f("fk_rounds_opened_entry_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_rounds_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "mark", name=op.f("pk_rounds")),
    )
    op.create_index("ix_rounds_closed_at", "rounds", ["workspace_id", "closed_at"], unique=False)
    op.create_index("ix_rounds_phase", "rounds", ["workspace_id", "phase", "opened_entry_id"], unique=False)
    op.create_index("ix_rounds_routine", "rounds", ["workspace_id", "routine", "opened_entry_id"], unique=False)


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise NotImplementedError("a store is not taken back to no schema: restore a backup instead")
