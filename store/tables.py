"""The tables, as SQLAlchemy Core knows them. The migrations make them; a test proves both say the same.

The ledger is the truth; the tables from `members` to `tasks` are projections of it (projection.py) and could be made
anew from it. Must not: hold a query or a rule.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
    true,
)

from store.codec import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows of itself only in an INTEGER column
# Compared byte by byte in every engine, so that "all keys that begin so" is a range of an index.
Key = String().with_variant(String(collation="C"), "postgresql")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _workspace(**options: Any) -> Column[int]:
    return Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False, **options)


def _mark(name: str = "mark", **options: Any) -> Column[str]:
    return Column(name, String, nullable=False, **options)


# --- workspaces and charters ------------------------------------------------------------------------------------

workspaces = Table(
    "workspaces",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),  # the local part, lower case
    Column("charter_version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
)

charter_versions = Table(
    "charter_versions",
    metadata,
    _workspace(primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", Text, nullable=False),  # what TinyDB holds: its tables
    Column("at", Instant, nullable=False),
    Column("by", String, nullable=False),
)

# --- inbox ------------------------------------------------------------------------------------------------------

arrivals = Table(
    "arrivals",
    metadata,
    _id(),
    Column("door", String, nullable=False),
    Column("reverse_path", Text, nullable=False),
    Column("recipients", Text, nullable=False),  # JSON
    Column("received_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    Column("size", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("workspace_id", Id, ForeignKey("workspaces.id")),
    Column("message_id", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("author", Text, nullable=False, server_default=""),
    Column("settled_at", Instant),
    Index("ix_arrivals_state", "state", "id"),
)

raw = Table(
    "raw",
    metadata,
    Column("arrival_id", Id, ForeignKey("arrivals.id"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

# One row for each workspace a mail was processed for: the same mail again finds it.
fingerprints = Table(
    "fingerprints",
    metadata,
    _workspace(primary_key=True),
    Column("fingerprint", String, primary_key=True),
    Column("arrival_id", Id, ForeignKey("arrivals.id"), nullable=False),
    sqlite_with_rowid=False,
)

# --- ledger -----------------------------------------------------------------------------------------------------

ledger = Table(
    "ledger",
    metadata,
    _id(),
    _workspace(),
    Column("kind", String, nullable=False),
    Column("mark", String),
    Column("at", Instant, nullable=False),
    Column("arrival_id", Id),
    Column("charter_version", Integer, nullable=False),
    Column("entry", Text, nullable=False),  # JSON
    Index("ix_ledger_workspace_id", "workspace_id", "id"),
    Index("ix_ledger_mark", "workspace_id", "mark", "id"),
)

# The next number of each letter of marks; workspace 0 numbers members and notices over the whole store.
counters = Table(
    "counters",
    metadata,
    Column("workspace_id", Id, primary_key=True, autoincrement=False),
    Column("letter", String, primary_key=True),
    Column("next", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# --- projections of the ledger ----------------------------------------------------------------------------------

members = Table(
    "members",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("left_at", Instant),
    Column("absent_until", Date),  # the last day of all absences, for ever when one is undated, NULL without any
    Column("bounce_score", Float, nullable=False, server_default=text("0")),  # as of bounced_at; since a sign of life
    Column("bounced_at", Instant),
    Column("suspended", Boolean, nullable=False, server_default=false()),  # nothing is sent of our own accord
    Column("record", Text, nullable=False),  # JSON of the whole Member, settings and absences within
    Index("ix_members_workspace_id", "workspace_id", "left_at"),
    Index("ix_members_absent_until", "workspace_id", "absent_until"),
)

# Every address of those who have not left: no two members share one.
addresses = Table(
    "addresses",
    metadata,
    Column("address", String, primary_key=True),
    _workspace(primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

threads = Table(
    "threads",
    metadata,
    _workspace(primary_key=True),
    _mark(primary_key=True),
    Column("subject", Text, nullable=False),
    Column("channel", String),
    Column("root_message_id", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("posts", Integer, nullable=False),
    Index("ix_threads_last_at", "workspace_id", "last_at"),
    sqlite_with_rowid=False,
)

# The words of a post stand in its ledger entry alone.
posts = Table(
    "posts",
    metadata,
    _workspace(primary_key=True),
    _mark(primary_key=True),
    _mark("thread"),
    Column("message_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("entry_id", Id, ForeignKey("ledger.id"), nullable=False),
    Column("author_id", Id),  # NULL: a stranger
    Column("words", String, nullable=False, server_default=""),  # by which a post is known that says the same
    Column("unproven", Boolean, nullable=False, server_default=false()),  # nothing proved who wrote it
    Index("ix_posts_thread", "workspace_id", "thread", "entry_id"),
    Index("ix_posts_at", "workspace_id", "at"),
    sqlite_with_rowid=False,
)

message_ids = Table(
    "message_ids",
    metadata,
    _workspace(primary_key=True),
    Column("message_id", String, primary_key=True),
    _mark("thread"),
    sqlite_with_rowid=False,
)

rounds = Table(
    "rounds",
    metadata,
    _workspace(primary_key=True),
    _mark(primary_key=True),
    Column("ritual", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("routine", String),
    _mark("thread"),
    Column("answered", Integer, nullable=False),
    Column("closed_at", Instant),
    Column("opened_entry_id", Id, ForeignKey("ledger.id"), nullable=False),
    Column("closed_entry_id", Id, ForeignKey("ledger.id")),
    Column("outcome_mark", String),
    Column("record", Text, nullable=False),  # JSON of the Round
    Index("ix_rounds_phase", "workspace_id", "phase", "opened_entry_id"),
    Index("ix_rounds_routine", "workspace_id", "routine", "opened_entry_id"),
    Index("ix_rounds_closed_at", "workspace_id", "closed_at"),
)

electorate = Table(
    "electorate",
    metadata,
    _workspace(primary_key=True),
    _mark(primary_key=True),
    Column("member_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

standings = Table(
    "standings",
    metadata,
    _workspace(primary_key=True),
    _mark(primary_key=True),
    Column("member_id", Id, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("arrival_id", Id),
    Column("answer", Text, nullable=False),  # JSON
    Column("stands", Boolean, nullable=False, server_default=true()),  # false: its question no longer knows it
    Index("ix_standings_at", "workspace_id", "at"),
    sqlite_with_rowid=False,
)

blockers = Table(
    "blockers",
    metadata,
    Column("entry_id", Id, ForeignKey("ledger.id"), primary_key=True, autoincrement=False),
    _workspace(),
    Column("member_id", Id, nullable=False),
    _mark(),
    Column("text", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("closed_at", Instant),
    Index("ix_blockers_member_id", "workspace_id", "closed_at", "member_id"),
)

tasks = Table(
    "tasks",
    metadata,
    _workspace(primary_key=True),
    _mark(primary_key=True),
    Column("state", String, nullable=False),
    Column("owner_id", Id),  # NULL: anyone may take it
    Column("made_entry_id", Id, ForeignKey("ledger.id"), nullable=False),
    Column("record", Text, nullable=False),  # JSON of the Task
    Index("ix_tasks_owner_id", "workspace_id", "state", "owner_id"),
    sqlite_with_rowid=False,
)

# --- outbox -----------------------------------------------------------------------------------------------------

# What a notice says. The copies of a broadcast share one row.
facts = Table(
    "facts",
    metadata,
    _id(),
    Column("body", Text, nullable=False),  # JSON
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _workspace(),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("member_id", Id, nullable=False),
    Column("address", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("mark", String, nullable=False),
    Column("items", Text, nullable=False),  # JSON
    Column("answering", String, nullable=False),
    Column("in_reply_to", Text, nullable=False),
    Column("refs", Text, nullable=False),  # JSON; the SQL word REFERENCES is taken
    Column("owed", Boolean, nullable=False),
    Column("subject_hint", Text, nullable=False),
    Column("facts_id", Id, ForeignKey("facts.id"), nullable=False),
    Column("token", String, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("sent_at", Instant),
    Column("reason", String, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("unproven", Boolean, nullable=False, server_default=false()),  # answers what nothing proved
    Index("uq_outbox_key", "workspace_id", "key", unique=True),
    Index("ix_outbox_state", "state", "due_at", "id"),
    Index("ix_outbox_mark", "workspace_id", "mark", "member_id"),
    Index("ix_outbox_address", "workspace_id", "address", "due_at"),
)

# A notice as it goes out, rendered once. Apart from `outbox`, whose rows are written anew at each change of state.
frozen = Table(
    "frozen",
    metadata,
    Column("notice_id", Id, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("notice_id", Id, ForeignKey("outbox.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("code", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("took", Integer, nullable=False),  # microseconds
)

# --- schedule and marks -----------------------------------------------------------------------------------------

dues = Table(
    "dues",
    metadata,
    _workspace(primary_key=True),
    Column("key", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("due", Text, nullable=False),  # JSON
    Index("ix_dues_at", "at"),
    sqlite_with_rowid=False,
)

# Single values of the store itself: when it was last alive, the clock of a rehearsal.
notes = Table(
    "notes",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
