"""What came of tries to hand notices on, written down: states, what counts against a member, who is told.

Must not: say what a refusal is (decide/refusals.py), or when a notice is tried again (decide/retries.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

import structlog

from gateway.decide import bounces, refusals, retries, undelivered
from gateway.model.decision import Decision
from gateway.model.notice import Attempt, NoticeState, StoredNotice
from gateway.pipeline import workspaces
from gateway.pipeline.recording import record
from store.faults import StoreFault
from store.outbox import Report
from store.transaction import Transaction

log = structlog.get_logger()


def recorded(
    tx: Transaction, attempts: Sequence[Attempt], now: datetime, separator: str, token_days: int
) -> tuple[Sequence[Report], Sequence[Decision]]:
    """Record tries; return what follows from each that is of a notice we know, and what was decided of their members.

    `separator` and `token_days` are those of the settings.
    """
    known = tx.outbox.tries([attempt.notice_id for attempt in attempts])
    judged = _judged(tx, attempts, {number: tries for number, (tries, _) in known.items()}, now)
    reports = []
    for attempt in attempts:
        if attempt.notice_id in known:
            tries, due_at = known[attempt.notice_id]
            verdict = retries.after(attempt, tries + 1, due_at, now, judged.cause(attempt.notice_id))
            reports.append(Report(attempt, verdict.state, verdict.next_attempt_at, verdict.reason))
    tx.outbox.report_all(reports)
    for report in reports:
        if report.reason in retries.OURS_TO_MEND:
            plan_to_tell(tx, report.attempt)
    failed = [report.attempt for report in reports if report.state is NoticeState.FAILED]
    # One after the other: what is decided of a member counts what was recorded of them before.
    found = chain(
        (_failed(tx, attempt, now, judged) for attempt in failed),
        (_put_back(tx, notice_id) for notice_id in sorted(judged.put_back)),
    )
    return reports, [one[1] for one in found if one and _recorded(tx, *one, now, separator, token_days)]


_Decided = tuple[StoredNotice, Decision]


def _judged(tx: Transaction, attempts: Sequence[Attempt], tries: Mapping[int, int], now: datetime) -> refusals.Judged:
    """Return what refusals are in the light of those before; looked up only where one may be of us."""
    if not any(refusals.may_be_of_us(attempt) for attempt in attempts):
        return refusals.Judged()
    tried = [
        (stored.notice.address if (stored := tx.outbox.get(attempt.notice_id)) else "", attempt) for attempt in attempts
    ]
    before, taken_at = tx.outbox.tried_since_taken(refusals.LOOKED_BACK)
    return refusals.judged(before, tried, tries, now, taken_at)


def _failed(tx: Transaction, attempt: Attempt, now: datetime, judged: refusals.Judged) -> _Decided | None:
    """A server that will not have a member's address says what a bounce says; all else is told to the stewards."""
    stored = tx.outbox.get(attempt.notice_id)
    member = tx.people.get(stored.notice.member_id) if stored and stored.notice.member_id else None
    is_theirs = refusals.blame(attempt) is refusals.Blame.RECIPIENT and attempt.notice_id not in judged.of_us
    if stored is None or member is None or not is_theirs:
        plan_to_tell(tx, attempt)
        return None
    return stored, bounces.refused(stored, member, attempt, now)


def _put_back(tx: Transaction, notice_id: int) -> _Decided | None:
    """Queue a notice anew that had failed; what was counted against its member is to be taken back."""
    stored = tx.outbox.get(notice_id)
    if stored is None or stored.state is not NoticeState.FAILED:
        return None
    tx.outbox.requeue(notice_id)
    member = tx.people.get(stored.notice.member_id) if stored.notice.member_id else None
    return (stored, bounces.not_theirs(member)) if member is not None and member.bounce_score else None


def _recorded(
    tx: Transaction, stored: StoredNotice, decision: Decision, now: datetime, separator: str, token_days: int
) -> bool:
    """Record a decision on a notice; a fault of ours in it keeps nothing else from the store."""
    try:
        with tx.apart():
            record(tx, workspaces.workspace(tx, stored.workspace_id, separator), decision, now, token_days)
    except StoreFault:
        raise
    except Exception:
        log.exception("refusal not counted", notice=stored.id)
        plan_to_tell(tx, Attempt(notice_id=stored.id, at=now, code=0))
        return False
    return True


def plan_to_tell(tx: Transaction, failed: Attempt) -> None:
    """Plan that stewards are told of a notice that failed or waits for a mend, unless that is planned already."""
    stored = tx.outbox.get(failed.notice_id)
    if stored is not None and not tx.schedule.get(stored.workspace_id, [undelivered.KEY]):
        tx.schedule.plan(stored.workspace_id, [undelivered.due(failed.at)])


def log_refusals(reports: Sequence[Report]) -> None:
    """Say that the server which takes our mail wants none from us: somebody must mend the settings, here or there."""
    refused = [report for report in reports if report.reason in retries.OURS_TO_MEND]
    if refused:
        first = refused[0]
        status = refusals.status_of(first.attempt)
        log.error(
            "submission refuses us", reason=first.reason, code=first.attempt.code, status=status, notices=len(refused)
        )
