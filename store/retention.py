"""What is let go with time, a few rows at once: raw mail, frozen bytes, the answers of servers.

What was understood stays, and so do the bytes that a round under way may still want: an answer to a ballot is read in
the light of the ballot as it was sent. Must not: look for what to let go by reading all there is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, select, text, update

from gateway.model.arrival import ArrivalState
from gateway.model.notice import NoticeState
from gateway.model.round import Phase
from store.sql import Sql
from store.tables import arrivals, attempts, frozen, outbox, raw, rounds

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
_ASKS_STILL = exists().where(
    rounds.c.workspace_id == outbox.c.workspace_id, rounds.c.mark == outbox.c.mark, rounds.c.phase.in_(_UNDER_WAY)
)
_FROZEN = (
    select(frozen.c.notice_id, outbox.c.due_at, outbox.c.state, _ASKS_STILL.label("asks_still"))
    .join(outbox, outbox.c.id == frozen.c.notice_id)
    .where(frozen.c.notice_id > bindparam("after"))
    .order_by(frozen.c.notice_id)
    .limit(bindparam("limit"))
)
_DROP_FROZEN = delete(frozen).where(frozen.c.notice_id == bindparam("b_id"))
_DROP_ATTEMPTS = delete(attempts).where(attempts.c.notice_id == bindparam("b_id"))
_WIPING = text("PRAGMA secure_delete")


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
        self._wipe(_DROP_RAW, [{"b_id": row.arrival_id} for row in old])
        waited = [{"b_id": row.arrival_id, "now": now} for row in old if row.state in _WAITS]
        if waited:
            self._sql.run(_GIVE_UP, waited)
        is_last = len(rows) < limit or rows[-1].received_at >= before
        return Step(len(old), None if is_last else int(rows[-1].arrival_id))

    def frozen(self, before: datetime, *, after: int, limit: int) -> Step:
        """Let go of the bytes of notices that were due before an instant and are over, and of the tries at them.

        Those of a round under way stay.
        """
        rows = self._sql.rows(_FROZEN, {"after": after, "limit": limit})
        old = [row for row in rows if row.due_at < before and row.state in _OVER and not row.asks_still]
        each = [{"b_id": row.notice_id} for row in old]
        self._wipe(_DROP_FROZEN, each)
        self._wipe(_DROP_ATTEMPTS, each)
        is_last = len(rows) < limit or rows[-1].due_at >= before
        return Step(len(old), None if is_last else int(rows[-1].notice_id))

    def _wipe(self, statement: Any, each: list[dict[str, Any]]) -> None:
        """Delete rows so that the file does not hold their bytes any more: SQLite else leaves them in free pages."""
        if not each:
            return
        if self._sql.dialect != "sqlite":
            self._sql.run(statement, each)
            return
        before = int(self._sql.value(_WIPING))  # many systems build SQLite so that it always does
        self._sql.rows(text("PRAGMA secure_delete = 1"))
        self._sql.run(statement, each)
        self._sql.rows(text(f"PRAGMA secure_delete = {before}"))
