"""The outbox: notices on their way, each written once, leased while it is attempted, frozen before the first attempt.

Must not: render, send, or let a notice take a way that NOTICE_TRANSITIONS does not list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Executable, Row, Select, bindparam, delete, exists, func, insert, select, update

from gateway.model.context import Sent
from gateway.model.facts import Facts
from gateway.model.notice import Attempt, Notice, NoticeState, PastTry, StoredNotice
from gateway.model.token import Claim, KeyRing
from store import counters
from store.codec import pack, squeeze, storable
from store.faults import Forbidden
from store.notice_rows import RETURNED, attempt_columns, columns, past_try, sent_notice, stored_notice
from store.sql import Sql, insert_for
from store.tables import attempts, facts, frozen, outbox

# A transition not listed cannot happen. A lease that ran out is leased anew.
NOTICE_TRANSITIONS: dict[NoticeState, frozenset[NoticeState]] = {
    NoticeState.QUEUED: frozenset({NoticeState.LEASED, NoticeState.SUPPRESSED}),
    NoticeState.LEASED: frozenset(NoticeState),
    NoticeState.SENT: frozenset(),
    NoticeState.FAILED: frozenset({NoticeState.QUEUED}),
    NoticeState.SUPPRESSED: frozenset({NoticeState.QUEUED}),
}

_QUEUED, _LEASED = NoticeState.QUEUED.value, NoticeState.LEASED.value
_COPY_KINDS = ("post", "ballot", "prompt")  # what carries a post or a round to its readers
_AT_ONCE = 500  # values in one IN list; SQLite takes 32,766 parameters in a statement

_ADD = insert(outbox)
_ADD_FACTS = insert(facts).returning(facts.c.id)
_KNOWN_KEYS = select(outbox.c.key).where(
    outbox.c.workspace_id == bindparam("workspace_id"), outbox.c.key.in_(bindparam("keys", expanding=True))
)
_KNOWN_KEY = select(outbox.c.key).where(
    outbox.c.workspace_id == bindparam("workspace_id"), outbox.c.key == bindparam("key")
)
_WHOLE: Select[Any] = (
    select(outbox, facts.c.body.label("facts_body"), frozen.c.body.label("frozen_body"))
    .join(facts, facts.c.id == outbox.c.facts_id)
    .outerjoin(frozen, frozen.c.notice_id == outbox.c.id)
)
_GET = _WHOLE.where(outbox.c.id == bindparam("id"))
_BY_KEY = _WHOLE.where(outbox.c.workspace_id == bindparam("workspace_id"), outbox.c.key == bindparam("key"))
_BY_IDS = _WHOLE.where(outbox.c.id.in_(bindparam("ids", expanding=True)))
_READY = (
    select(outbox.c.id, outbox.c.due_at)
    .where(outbox.c.state == _QUEUED, outbox.c.due_at <= bindparam("now"), outbox.c.next_attempt_at <= bindparam("now"))
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_READY_DIGESTS_FIRST = _READY.order_by(None).order_by(outbox.c.kind != "digest", outbox.c.due_at, outbox.c.id)
_ABANDONED = (
    select(outbox.c.id, outbox.c.due_at)
    .where(outbox.c.state == _LEASED, outbox.c.leased_until <= bindparam("now"))
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_SENT_SINCE = (
    select(attempts.c.at)
    .where(attempts.c.at > bindparam("instant"), attempts.c.code.between(200, 299))
    .order_by(attempts.c.at)
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=_LEASED, leased_until=bindparam("until"))
)
_STATE = select(outbox.c.state).where(outbox.c.id == bindparam("id")).with_for_update()
_MOVE = update(outbox).where(outbox.c.id == bindparam("b_id"))
_RELEASE = update(outbox).where(outbox.c.state == _LEASED).values(state=_QUEUED, leased_until=None)
_GIVE_BACK: Any = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.state == _LEASED)
    .values(state=_QUEUED, leased_until=None)
)
_BRING_FORWARD: tuple[tuple[Any, timedelta], ...] = tuple(
    (update(outbox).where(outbox.c.state == state, column > bindparam("latest")).values({column: bindparam("now")}), by)
    for column, state, by in (
        (outbox.c.due_at, _QUEUED, timedelta()),
        (outbox.c.next_attempt_at, _QUEUED, timedelta(days=1)),
        (outbox.c.leased_until, _LEASED, timedelta(days=1)),
    )
)
# A report changes a notice that is leased; that it was sent is true whatever became of the row meanwhile.
_REPORT: Any = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), outbox.c.state == _LEASED)
    .values(attempts=outbox.c.attempts + 1, leased_until=None)
)
_REPORT_SENT: Any = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), outbox.c.state != NoticeState.SENT.value)
    .values(attempts=outbox.c.attempts + 1, leased_until=None, state=NoticeState.SENT.value)
)
_RETURNED: Any = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), outbox.c.state == NoticeState.SENT.value)
    .values(reason=RETURNED)
)
_FAILED_SINCE = (
    select(outbox.c.address, outbox.c.detail, outbox.c.reason)
    .where(
        outbox.c.workspace_id == bindparam("workspace_id"),
        outbox.c.state == NoticeState.FAILED.value,
        exists().where(attempts.c.notice_id == outbox.c.id, attempts.c.at >= bindparam("since")),
    )
    .order_by(outbox.c.id)
)
_WAITING_FOR = (
    select(outbox.c.detail)
    .where(
        outbox.c.workspace_id == bindparam("workspace_id"),
        outbox.c.state == _QUEUED,
        outbox.c.reason.in_(bindparam("reasons", expanding=True)),
    )
    .order_by(outbox.c.id)
)
_ADD_ATTEMPT = insert(attempts)
_ATTEMPTS = select(attempts).where(attempts.c.notice_id == bindparam("id")).order_by(attempts.c.id)
_LAST_TRIED = (
    select(
        outbox.c.id,
        outbox.c.address,
        outbox.c.reason,
        outbox.c.attempts,
        attempts.c.at,
        attempts.c.code,
        attempts.c.text,
    )
    .join(outbox, outbox.c.id == attempts.c.notice_id)
    .order_by(attempts.c.id.desc())
    .limit(bindparam("limit"))
)
_COPIES = (
    select(outbox.c.member_id, outbox.c.id, outbox.c.token)
    .where(
        outbox.c.workspace_id == bindparam("workspace_id"),
        outbox.c.mark == bindparam("mark"),
        outbox.c.kind.in_(_COPY_KINDS),
        outbox.c.state.not_in((NoticeState.FAILED.value, NoticeState.SUPPRESSED.value)),
    )
    .order_by(outbox.c.id.desc())
)
_TRIES = select(outbox.c.id, outbox.c.attempts, outbox.c.due_at).where(
    outbox.c.id.in_(bindparam("ids", expanding=True))
)
_TRIES_OF = select(outbox.c.id, outbox.c.attempts, outbox.c.due_at).where(outbox.c.id == bindparam("id"))
_TO_MEMBER = select(func.count()).where(
    outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.member_id == bindparam("member_id")
)
_FEW = 4  # so many are asked for one by one: statements without a list are prepared (store/prepared.py)
_DEPTH = select(func.count().label("waiting"), func.min(outbox.c.due_at).label("oldest")).where(
    outbox.c.state.in_((_QUEUED, _LEASED)), outbox.c.due_at <= bindparam("now")
)
_NEXT_QUEUED = select(func.min(outbox.c.next_attempt_at)).where(outbox.c.state == _QUEUED)
_NEXT_LEASED = select(func.min(outbox.c.leased_until)).where(outbox.c.state == _LEASED)


class Report(NamedTuple):
    """What came of an attempt, for `report_all`."""

    attempt: Attempt
    state: NoticeState
    next_attempt_at: datetime | None = None
    reason: str = ""


class Outbox:
    """Notices of one transaction. `name_of` gives a workspace's name, which is part of what a token is signed for."""

    def __init__(self, sql: Sql, keys: KeyRing, name_of: Callable[[int], str]) -> None:
        self._sql = sql
        self._keys = keys
        self._name_of = name_of

    # --- writing ------------------------------------------------------------------------------------------------

    def add(self, workspace_id: int, notices: Sequence[Notice], *, expires_on: date) -> list[int]:
        """Write notices, each with its token, and return their ids in order. One whose key is known is left out."""
        fresh = self._unknown(workspace_id, notices)
        if not fresh:
            return []
        first = counters.take(self._sql, counters.NOTICES, len(fresh))
        workspace, said = self._name_of(workspace_id), self._say(fresh)
        rows = []
        for notice_id, notice in enumerate(fresh, start=first):
            token = self._keys.sign(Claim(notice_id, notice.member_id, expires_on), workspace)
            rows.append(
                columns(notice)
                | {"id": notice_id, "workspace_id": workspace_id, "token": token}
                | {"facts_id": said[id(notice.facts)]}
            )
        self._sql.run(_ADD, rows)
        return [row["id"] for row in rows]

    def leave_out(self, numbers: int) -> None:
        """Leave out the next ids: none of them is ever given to a notice."""
        counters.take(self._sql, counters.NOTICES, numbers)

    def claim(self, now: datetime, limit: int, lease: timedelta, *, digests_first: bool = False) -> list[StoredNotice]:
        """Lease what is due and not being attempted, the earliest due first, until `now + lease`.

        With `digests_first` they go before all else, where only a few may go. A notice whose row cannot be read any
        more fails by itself: it must not hold up the others.
        """
        found = [*self._sql.rows(_ABANDONED, {"now": now, "limit": limit})]
        if digests_first:
            found += self._sql.rows(_READY_DIGESTS_FIRST, {"now": now, "limit": limit})
        else:
            found = sorted((*found, *self._sql.rows(_READY, {"now": now, "limit": limit})), key=_by_due)
        ids = [row.id for row in found[:limit]]
        for some in _pieces(ids):
            self._sql.run(_LEASE, {"ids": some, "until": now + lease})
        known: dict[int, Facts] = {}
        return [stored for one, row in self._many(ids) if (stored := self._readable(one, row, known)) is not None]

    def freeze(self, pairs: Sequence[tuple[int, bytes]]) -> None:
        """Keep the bytes of notices for good: what was frozen once is never replaced."""
        if pairs:
            self._sql.run(
                _freeze(self._sql.dialect), [{"notice_id": one, "body": squeeze(body)} for one, body in pairs]
            )

    def thaw(self, notice_id: int) -> None:
        """Let go of the bytes of a notice that nobody has, since they promise what is not there any more."""
        self._sql.run(delete(frozen).where(frozen.c.notice_id == notice_id))

    def report(
        self, attempt: Attempt, *, state: NoticeState, next_attempt_at: datetime | None = None, reason: str = ""
    ) -> None:
        """Record an attempt and what follows from it: sent, failed, or queued again for a later time."""
        self.report_all([Report(attempt, state, next_attempt_at, reason)])

    def report_all(self, reports: Sequence[Report]) -> None:
        """Record many attempts at once."""
        if not reports:
            return
        sent = [_reported(report) for report in reports if report.state is NoticeState.SENT]
        rest = [_reported(report) for report in reports if report.state is not NoticeState.SENT]
        if sent:
            self._sql.run(_REPORT_SENT, sent)
        for one in rest:  # few: what they set differs
            self._sql.run(_REPORT, one)
        self._sql.run(_ADD_ATTEMPT, [attempt_columns(report.attempt) for report in reports])

    def suppress(self, notice_id: int, reason: str, now: datetime) -> None:
        """Give a notice up that is no longer owed."""
        self._move(notice_id, NoticeState.SUPPRESSED, reason=reason, detail=f"at {now.isoformat()}", leased_until=None)

    def note_returned(self, notice_id: int) -> None:
        """Note that a notice which was sent came back."""
        self._sql.run(_RETURNED, {"b_id": notice_id})

    def failed_since(self, workspace_id: int, since: datetime) -> list[tuple[str, str]]:
        """Return (address, what was answered) of notices that failed for good at an instant or later, oldest first."""
        values = {"workspace_id": workspace_id, "since": since}
        return [(row.address, row.detail or row.reason) for row in self._sql.rows(_FAILED_SINCE, values)]

    def waiting_for(self, workspace_id: int, reasons: Collection[str]) -> list[str]:
        """Return what was answered to notices that wait to be tried again for one of these reasons, oldest first."""
        values = {"workspace_id": workspace_id, "reasons": [*reasons]}
        return [str(row.detail) for row in self._sql.rows(_WAITING_FOR, values)]

    def release(self) -> None:
        """Give every lease back, whoever took it: for the one process that sends, as it starts after another ended."""
        self._sql.run(_RELEASE)

    def bring_forward(self, now: datetime) -> None:
        """Let go now what a clock that was ahead has dated: nothing is due later than when it was decided, no try is
        planned and no lease taken for more than hours.
        """
        for statement, latest in _BRING_FORWARD:
            self._sql.run(statement, {"latest": now + latest, "now": now})

    def give_back(self, notice_ids: Sequence[int]) -> None:
        """Give back the leases of notices that were claimed and are not attempted now."""
        for some in _pieces(notice_ids):
            self._sql.run(_GIVE_BACK, {"ids": some})

    def requeue(self, notice_id: int) -> None:
        """Put a failed or suppressed notice back, to be attempted at once; frozen bytes stay as they are."""
        due_at = self._sql.value(select(outbox.c.due_at).where(outbox.c.id == notice_id))
        self._move(notice_id, NoticeState.QUEUED, reason="", detail="", attempts=0, next_attempt_at=due_at)

    # --- reading ------------------------------------------------------------------------------------------------

    def get(self, notice_id: int) -> StoredNotice | None:
        """Return a notice with its frozen bytes, or None."""
        row = self._sql.first(_GET, {"id": notice_id})
        return None if row is None else self._stored(row, {})

    def by_key(self, workspace_id: int, key: str) -> StoredNotice | None:
        """Return the notice of a workspace with this key, or None."""
        row = self._sql.first(_BY_KEY, {"workspace_id": workspace_id, "key": key})
        return None if row is None else self._stored(row, {})

    def sent(self, notice_id: int) -> Sent | None:
        """Return a notice as an answer to it is read, or None."""
        row = self._sql.first(_GET, {"id": notice_id})
        return None if row is None else sent_notice(row)

    def attempts(self, notice_id: int) -> Sequence[Attempt]:
        """Return every try to hand a notice on, oldest first."""
        return [
            Attempt(notice_id=row.notice_id, at=row.at, code=row.code, text=row.text, took=row.took / 1_000_000)
            for row in self._sql.rows(_ATTEMPTS, {"id": notice_id})
        ]

    def tried_since_taken(self, limit: int) -> tuple[list[PastTry], datetime | None]:
        """Return the last tries, newest first, since a mail was taken, and when that was: None where none of these was.

        `limit`: how many are looked at.
        """
        found: list[PastTry] = []
        for row in self._sql.rows(_LAST_TRIED, {"limit": limit}):
            if 200 <= row.code <= 299:
                return found, row.at
            found.append(past_try(row))
        return found, None

    def copy_tokens(self, workspace_id: int, mark: str) -> dict[int, str]:
        """Return the tokens of the notices that brought a post or a round to each member: the first not given up."""
        newest_first = self._sql.rows(_COPIES, {"workspace_id": workspace_id, "mark": mark})
        return {row.member_id: row.token for row in newest_first}

    def depth(self, now: datetime) -> tuple[int, datetime | None]:
        """Return how many notices are due and not yet gone, and since when the oldest is."""
        row: Any = self._sql.first(_DEPTH, {"now": now})
        return int(row.waiting), row.oldest

    def next_at(self) -> datetime | None:
        """Return when there is something to attempt next, None when the outbox is empty."""
        found: list[datetime | None] = [self._sql.value(_NEXT_QUEUED), self._sql.value(_NEXT_LEASED)]
        return min((at for at in found if at is not None), default=None)

    def sent_since(self, instant: datetime) -> list[datetime]:
        """Return when each mail was handed on after an instant, oldest first. It looks through all attempts."""
        return [row.at for row in self._sql.rows(_SENT_SINCE, {"instant": instant})]

    def count_to(self, notice_ids: Sequence[int], member_id: int) -> int:
        """Return how many of some notices are for one member."""
        return sum(
            int(self._sql.value(_TO_MEMBER, {"ids": some, "member_id": member_id})) for some in _pieces(notice_ids)
        )

    def tries(self, notice_ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
        """Return (attempts so far, due at) of notices by id; what is not known is left out."""
        if len(notice_ids) <= _FEW:
            found = [row for one in notice_ids for row in self._sql.rows(_TRIES_OF, {"id": one})]
        else:
            found = [row for some in _pieces(notice_ids) for row in self._sql.rows(_TRIES, {"ids": some})]
        return {row.id: (row.attempts, row.due_at) for row in found}

    # --- pieces -------------------------------------------------------------------------------------------------

    def _stored(self, row: Row[Any], known: dict[int, Facts]) -> StoredNotice:
        return stored_notice(row, self._keys.for_returns(row.token, self._name_of(row.workspace_id)), known)

    def _unknown(self, workspace_id: int, notices: Sequence[Notice]) -> Sequence[Notice]:
        by_key: dict[str, Notice] = {}
        for notice in notices:
            by_key.setdefault(notice.key, notice)
        for key in self._known(workspace_id, [*by_key]):
            del by_key[key]
        return [*by_key.values()]

    def _known(self, workspace_id: int, keys: Sequence[str]) -> list[str]:
        where = {"workspace_id": workspace_id}
        if len(keys) <= _FEW:
            return [key for key in keys if self._sql.first(_KNOWN_KEY, where | {"key": key}) is not None]
        rows = (row for some in _pieces(keys) for row in self._sql.rows(_KNOWN_KEYS, where | {"keys": some}))
        return [row.key for row in rows]

    def _say(self, notices: Sequence[Notice]) -> dict[int, int]:
        """Write what notices say, once for all that share it; by the identity of the facts."""
        distinct = {id(notice.facts): notice.facts for notice in notices}
        return {key: int(self._sql.value(_ADD_FACTS, {"body": pack(said)})) for key, said in distinct.items()}

    def _many(self, ids: Sequence[int]) -> list[tuple[int, Row[Any]]]:
        found = {row.id: row for some in _pieces(ids) for row in self._sql.rows(_BY_IDS, {"ids": some})}
        return [(one, found[one]) for one in ids]

    def _readable(self, notice_id: int, row: Row[Any], known: dict[int, Facts]) -> StoredNotice | None:
        try:
            return self._stored(row, known)
        except msgspec.DecodeError as fault:
            self._move(notice_id, NoticeState.FAILED, reason="unreadable", detail=str(fault), leased_until=None)
            return None

    def _move(self, notice_id: int, state: NoticeState, **columns: Any) -> None:
        found = self._sql.value(_STATE, {"id": notice_id})
        if found is None:
            raise Forbidden(f"there is no notice {notice_id}")
        if state not in NOTICE_TRANSITIONS[NoticeState(found)]:
            raise Forbidden(f"notice {notice_id} is {found} and cannot become {state.value}")
        self._sql.run(_MOVE, {"b_id": notice_id, "state": state.value, **columns})

    # Last, since it takes the name of the built-in type from what stands below it.
    def list(
        self,
        *,
        limit: int | None,
        workspace_id: int | None = None,
        state: NoticeState | None = None,
        member_id: int | None = None,
        kind: str | None = None,
        mark: str | None = None,
        before_id: int | None = None,
    ) -> list[StoredNotice]:
        """Return notices newest first, without frozen bytes; `before_id` continues where a list ended."""
        query = select(outbox, facts.c.body.label("facts_body")).join(facts, facts.c.id == outbox.c.facts_id)
        wanted = {
            outbox.c.workspace_id: workspace_id,
            outbox.c.state: None if state is None else state.value,
            outbox.c.member_id: member_id,
            outbox.c.kind: kind,
            outbox.c.mark: mark,
        }
        for column, value in wanted.items():
            if value is not None:
                query = query.where(column == value)
        if before_id is not None:
            query = query.where(outbox.c.id < before_id)
        known: dict[int, Facts] = {}
        return [self._stored(row, known) for row in self._sql.rows(query.order_by(outbox.c.id.desc()).limit(limit))]


@lru_cache
def _freeze(dialect: str) -> Executable:
    return insert_for(dialect, frozen).on_conflict_do_nothing()


def _pieces(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE)]


def _reported(report: Report) -> dict[str, Any]:
    attempt = report.attempt
    common = {"b_id": attempt.notice_id, "reason": report.reason, "detail": _told(attempt)}
    if report.state is NoticeState.SENT:
        return common | {"sent_at": attempt.at}
    if report.state is NoticeState.QUEUED:
        return common | {"state": _QUEUED, "next_attempt_at": report.next_attempt_at or attempt.at}
    if report.state is NoticeState.FAILED:
        return common | {"state": NoticeState.FAILED.value}
    raise Forbidden(f"an attempt does not make a notice {report.state.value}")


def _told(attempt: Attempt) -> str:
    return storable(f"{attempt.code} {attempt.text}".strip() if attempt.code else attempt.text)


def _by_due(row: Row[Any]) -> tuple[datetime, int]:
    return row.due_at, row.id
