"""Who was asked back about a round, and whose question is still open.

Must not: write, or say what an answer means.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, exists, select

from gateway.model.facts import AskBackFacts, Facts
from store.sql import Sql
from store.tables import facts, outbox, standings

_facts: msgspec.json.Decoder[Facts] = msgspec.json.Decoder(Facts)
_ASKED_BACK = select(
    exists().where(
        outbox.c.workspace_id == bindparam("workspace_id"),
        outbox.c.mark == bindparam("mark"),
        outbox.c.member_id == bindparam("member_id"),
        outbox.c.kind == "ask-back",
    )
)
_ALL_ASKED_BACK = (
    select(outbox.c.member_id)
    .distinct()
    .where(
        outbox.c.workspace_id == bindparam("workspace_id"),
        outbox.c.mark == bindparam("mark"),
        outbox.c.kind == "ask-back",
    )
)
_SETTLED = outbox.alias("settled")
# An answer given since stands anew; else what is told of the round since leaves nothing open: its receipt, or that the
# question was let be.
_ASKED_BACK_SINCE = (
    select(standings.c.member_id, standings.c.at)
    .distinct()
    .join(
        outbox,
        (outbox.c.workspace_id == standings.c.workspace_id)
        & (outbox.c.mark == standings.c.mark)
        & (outbox.c.member_id == standings.c.member_id),
    )
    .where(
        standings.c.workspace_id == bindparam("workspace_id"),
        standings.c.mark == bindparam("mark"),
        standings.c.stands,
        outbox.c.kind == "ask-back",
        outbox.c.due_at > standings.c.at,
        ~exists().where(
            _SETTLED.c.workspace_id == outbox.c.workspace_id,
            _SETTLED.c.mark == outbox.c.mark,
            _SETTLED.c.member_id == outbox.c.member_id,
            _SETTLED.c.kind.in_(("receipt", "decline")),
            _SETTLED.c.id > outbox.c.id,
        ),
    )
)
# Questions which of several things is answered have no mark; their keys stand together in the index of keys.
_ASKED_WHICH = (
    select(outbox.c.member_id, facts.c.body)
    .join(facts, facts.c.id == outbox.c.facts_id)
    .where(
        outbox.c.workspace_id == bindparam("workspace_id"),
        outbox.c.key >= "ask-back:item",
        outbox.c.key < "ask-back:iten",
        facts.c.body.like(bindparam("shown")),
    )
)


class AskedBack:
    """Questions back about unclear answers, as the outbox holds them."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def was(self, workspace_id: int, mark: str, member_id: int) -> bool:
        """Whether a member was asked back about a round: an answer came, and was unclear."""
        values = {"workspace_id": workspace_id, "mark": mark, "member_id": member_id}
        return bool(self._sql.value(_ASKED_BACK, values)) or member_id in self._asked_which(workspace_id, mark)

    def members(self, workspace_id: int, mark: str) -> frozenset[int]:
        """Return the members who were asked back about a round."""
        rows = self._sql.rows(_ALL_ASKED_BACK, {"workspace_id": workspace_id, "mark": mark})
        return frozenset(row.member_id for row in rows) | self._asked_which(workspace_id, mark)

    def since(self, workspace_id: int, mark: str) -> dict[int, datetime]:
        """Return when each standing answer to a round was given after which its member was asked back, and is still."""
        rows = self._sql.rows(_ASKED_BACK_SINCE, {"workspace_id": workspace_id, "mark": mark})
        return {row.member_id: row.at for row in rows}

    def _asked_which(self, workspace_id: int, mark: str) -> frozenset[int]:
        """Return the members who were asked whether words were their answer to a round, and for it the likeliest."""
        rows = self._sql.rows(_ASKED_WHICH, {"workspace_id": workspace_id, "shown": f'%"{mark}"%'})
        return frozenset(row.member_id for row in rows if _is_likeliest(_facts.decode(row.body), mark))


def _is_likeliest(said: Facts, mark: str) -> bool:
    """Whether words that name no item are most likely the answer to one, or would be a choice in it."""
    guesses = said.guesses if isinstance(said, AskBackFacts) else ()
    likely = (guess for place, guess in enumerate(guesses) if place == 0 or guess.choice is not None)
    return any(guess.mark == mark for guess in likely)
