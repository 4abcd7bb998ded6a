"""What is let go with time, a few rows at once: raw mail, frozen bytes, the answers of servers.

With the bytes of a mail goes what rows of ours repeat of it: its subject; who wrote it, where nothing came of it; and
what stewards were told of it, with the bytes of that notice. What was understood stays, and so do the bytes that a
round under way may still want: an answer to a ballot is read in the light of the ballot as it was sent. Must not: look
for what to let go by reading all there is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, exists, select, text, update

from gateway.model.arrival import ArrivalState
from gateway.model.facts import Act, Facts, ReceiptFacts, StewardFacts
from gateway.model.notice import NoticeState
from gateway.model.round import Phase
from store.codec import pack
from store.sql import Sql
from store.tables import arrivals, attempts, facts, frozen, outbox, raw, rounds

TOO_OLD = "too-old"  # the reason of mail that waited for a steward or a mend until its bytes went

_WAITS = (ArrivalState.HELD.value, ArrivalState.FAILED.value)
_UNDER_WAY = (Phase.DRAFT.value, Phase.OPEN.value, Phase.PAUSED.value)
_OVER = (NoticeState.SENT.value, NoticeState.SUPPRESSED.value, NoticeState.FAILED.value)

# Rows are numbered as they come, so the old ones stand first: each step reads the next few, and none twice.
_RAW = (
    select(raw.c.arrival_id, arrivals.c.received_at, arrivals.c.settled_at, arrivals.c.state)
    .join(arrivals, arrivals.c.id == raw.c.arrival_id)
    .where(raw.c.arrival_id > bindparam("after"))
    .order_by(raw.c.arrival_id)
    .limit(bindparam("limit"))
)
_DROP_RAW = delete(raw).where(raw.c.arrival_id == bindparam("b_id"))
_GIVE_UP = (
    update(arrivals)
    .where(arrivals.c.id == bindparam("b_id"))
    .values(state=ArrivalState.IGNORED.value, reason=TOO_OLD, settled_at=bindparam("now"))
)
_NO_SUBJECT = update(arrivals).where(arrivals.c.id == bindparam("b_id")).values(subject="")
_NO_AUTHOR = (
    update(arrivals)
    .where(arrivals.c.id == bindparam("b_id"), arrivals.c.state == ArrivalState.IGNORED.value)
    .values(author="", reverse_path="", message_id="")
)
_ASKS_STILL = exists().where(
    rounds.c.workspace_id == outbox.c.workspace_id, rounds.c.mark == outbox.c.mark, rounds.c.phase.in_(_UNDER_WAY)
)
_FROZEN = (
    select(
        frozen.c.notice_id,
        outbox.c.due_at,
        outbox.c.state,
        outbox.c.kind,
        outbox.c.facts_id,
        _ASKS_STILL.label("asks_still"),
    )
    .join(outbox, outbox.c.id == frozen.c.notice_id)
    .where(frozen.c.notice_id > bindparam("after"))
    .order_by(frozen.c.notice_id)
    .limit(bindparam("limit"))
)
_DROP_FROZEN = delete(frozen).where(frozen.c.notice_id == bindparam("b_id"))
_DROP_ATTEMPTS = delete(attempts).where(attempts.c.notice_id == bindparam("b_id"))
_NO_HINT = update(outbox).where(outbox.c.id == bindparam("b_id")).values(subject_hint="")
_SAID = select(facts.c.body).where(facts.c.id == bindparam("id"))
_SAY_LESS = update(facts).where(facts.c.id == bindparam("b_id")).values(body=bindparam("body"))
_WIPING = text("PRAGMA secure_delete")

_facts: msgspec.json.Decoder[Facts] = msgspec.json.Decoder(Facts)
_TELL_OF_MAIL = ("steward", "receipt")  # kinds of notices that repeat the mail of somebody who may be a stranger
_SETTLED_HELD = ("held-accepted", "held-rejected", "held-added")  # acts of a receipt that name who wrote what was held


class Step(NamedTuple):
    """What a step came to: how many rows it let go, and where the next one begins; None when there is no next one."""

    gone: int
    after: int | None


class Retention:
    """What is let go in one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def raw(self, before: datetime, now: datetime, *, after: int, limit: int) -> Step:
        """Let go of the bytes of mail that was settled before an instant, looking at `limit` mails behind `after`.

        What was held for a steward or failed since then is finished with it: without its bytes it is of no use.
        """
        rows = self._sql.rows(_RAW, {"after": after, "limit": limit})
        old = [row for row in rows if row.settled_at is not None and row.settled_at < before]
        each = [{"b_id": row.arrival_id} for row in old]
        waited = [{"b_id": row.arrival_id, "now": now} for row in old if row.state in _WAITS]
        if waited:
            self._sql.run(_GIVE_UP, waited)
        for statement in (_DROP_RAW, _NO_SUBJECT, _NO_AUTHOR):
            self._wipe(statement, each)
        is_last = len(rows) < limit or rows[-1].received_at >= before
        return Step(len(old), None if is_last else int(rows[-1].arrival_id))

    def frozen(self, before: datetime, *, after: int, limit: int) -> Step:
        """Let go of the bytes of notices that were due before an instant and are over, and of the tries at them.

        Those of a round under way stay.
        """
        rows = self._sql.rows(_FROZEN, {"after": after, "limit": limit})
        old = [row for row in rows if row.due_at < before and row.state in _OVER and not row.asks_still]
        each = [{"b_id": row.notice_id} for row in old]
        for statement in (_DROP_FROZEN, _DROP_ATTEMPTS, _NO_HINT):
            self._wipe(statement, each)
        self._say_less(sorted({row.facts_id for row in old if row.kind in _TELL_OF_MAIL}))
        is_last = len(rows) < limit or rows[-1].due_at >= before
        return Step(len(old), None if is_last else int(rows[-1].notice_id))

    def _say_less(self, facts_ids: list[int]) -> None:
        """Take out of notices whose mail they told of."""
        said = ((one, _facts.decode(self._sql.value(_SAID, {"id": one}))) for one in facts_ids)
        less = ((one, was, _without_mail(was)) for one, was in said)
        self._wipe(_SAY_LESS, [{"b_id": one, "body": pack(now)} for one, was, now in less if now != was])

    def _wipe(self, statement: Any, each: list[dict[str, Any]]) -> None:
        """Delete or change rows so that the file holds their bytes no more: SQLite else leaves them in free pages."""
        if not each:
            return
        if self._sql.dialect != "sqlite":
            self._sql.run(statement, each)
            return
        before = int(self._sql.value(_WIPING))  # many systems build SQLite so that it always does
        self._sql.rows(text("PRAGMA secure_delete = 1"))
        self._sql.run(statement, each)
        self._sql.rows(text(f"PRAGMA secure_delete = {before}"))


def _without_mail(said: Facts) -> Facts:
    """Return what a notice says without the mail of others that it tells of; its numbers and its kind stay."""
    match said:
        case StewardFacts():
            return msgspec.structs.replace(said, name="", address="", subject="", text="")
        case ReceiptFacts(acts=acts) if any(act.name in _SETTLED_HELD for act in acts):
            return msgspec.structs.replace(said, acts=tuple(map(_nameless, acts)), subject="")
        case _:
            return said


def _nameless(act: Act) -> Act:
    return msgspec.structs.replace(act, text="") if act.name in _SETTLED_HELD else act
