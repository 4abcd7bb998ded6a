"""An answer whose question, corrected since, no longer knows it counts no more; before, it was still said to count."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

rounds = sa.table(
    "rounds",
    sa.column("workspace_id", ID),
    sa.column("mark", sa.String()),
    sa.column("ritual", sa.String()),
    sa.column("answered", sa.Integer()),
    sa.column("record", sa.Text()),
)
standings = sa.table(
    "standings",
    sa.column("workspace_id", ID),
    sa.column("mark", sa.String()),
    sa.column("member_id", ID),
    sa.column("kind", sa.String()),
    sa.column("answer", sa.Text()),
    sa.column("stands", sa.Boolean()),
)
ledger = sa.table(
    "ledger", sa.column("workspace_id", ID), sa.column("kind", sa.String()), sa.column("mark", sa.String())
)


def upgrade() -> None:
    """Set aside what was answered to options that a correction, or its undo, took out."""
    op.add_column("standings", sa.Column("stands", sa.Boolean(), server_default=sa.true(), nullable=False))
    connection = op.get_bind()
    for workspace_id, mark, record in connection.execute(_changed()).all():
        question = json.loads(record)["form"]["question"]
        _set_aside(connection, workspace_id, mark, frozenset(question["options"]))


def _changed() -> sa.Select[Any]:
    touched = sa.exists().where(
        ledger.c.workspace_id == rounds.c.workspace_id,
        ledger.c.mark == rounds.c.mark,
        ledger.c.kind.in_(("corrected", "round-restored")),
    )
    return sa.select(rounds.c.workspace_id, rounds.c.mark, rounds.c.record).where(rounds.c.ritual == "vote", touched)


def _set_aside(connection: sa.Connection, workspace_id: int, mark: str, options: frozenset[str]) -> None:
    here = (standings.c.workspace_id == workspace_id, standings.c.mark == mark, standings.c.kind == "ballot")
    given = connection.execute(sa.select(standings.c.member_id, standings.c.answer).where(*here)).all()
    gone = [member_id for member_id, answer in given if not _is_known(json.loads(answer)["choice"], options)]
    if gone:
        connection.execute(sa.update(standings).where(*here, standings.c.member_id.in_(gone)).values(stands=False))
        left = rounds.c.answered - len(gone)
        the_round = (rounds.c.workspace_id == workspace_id, rounds.c.mark == mark)
        connection.execute(sa.update(rounds).where(*the_round).values(answered=left))


def _is_known(choice: dict[str, Any], options: frozenset[str]) -> bool:
    """Whether a choice names any of the options; one that names none, as an abstention, needs none."""
    match choice["type"]:
        case "pick":
            named = [choice["label"]]
        case "picks":
            named = choice["labels"]
        case "ranking":
            named = [label for group in choice["groups"] for label in group]
        case "scores":
            named = [label for label, _ in choice["pairs"]]
        case _:
            named = []
    return not named or not options.isdisjoint(named)
