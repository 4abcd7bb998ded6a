"""What follows from one attempt to hand a notice on: SMTP reply code → state, and when to try again.

Must not: send, or know connections.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.decide.refusals import NOT_FROM_US, OF_LOGIN, REFUSED_THERE, REJECTED, Blame, Cause, blame
from gateway.model.notice import Attempt, NoticeState

# How long to wait after the first failure, the second, …; the last is repeated. RFC 5321 §4.5.4.1 wants half an hour
# between tries at a destination, but sooner where a failure may be short; ours is one submission server, which queues.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
GIVE_UP_AFTER = timedelta(days=3)  # RFC 5321 §4.5.4.1 says 4–5 days; what we say is stale by then
# What was refused at one address alone for a reason that may be ours: stewards are to hear of it within the first day.
GIVE_UP_ALONE_AFTER = timedelta(hours=20)
_SPREAD = timedelta(seconds=20)  # tries that failed together come back over this time, not all at one second

OURS_TO_MEND = frozenset({"login", NOT_FROM_US})  # the reasons of notices that wait till it is mended


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a notice: its state, when to try again (only when queued), and why."""

    state: NoticeState
    next_attempt_at: datetime | None
    reason: str  # sent, rejected, deferred, no-connection, login, not-from-us, refused-there, given-up


def after(attempt: Attempt, attempts: int, due_at: datetime, now: datetime, cause: Cause = Cause.AS_SAID) -> Verdict:
    """Return what follows from an attempt, the `attempts`-th of its notice (from 1), which was due at `due_at`.

    2xx is sent and 5xx failed, but for what is ours to mend or may be (`cause` says so, see `refusals.judged`);
    everything else, no answer at all (code 0) among it, is tried again until three days after the notice was due, and
    in any case as often as there are waits.
    """
    code = attempt.code
    if 200 <= code <= 299:
        return Verdict(NoticeState.SENT, None, "sent")
    reason = _reason(attempt, cause)
    if reason == REJECTED:
        return Verdict(NoticeState.FAILED, None, reason)
    next_at = now + wait_after(attempts) + _spread(attempt.notice_id)
    most = GIVE_UP_ALONE_AFTER if reason == REFUSED_THERE else GIVE_UP_AFTER
    if next_at - due_at > most and attempts > len(WAITS):
        return Verdict(NoticeState.FAILED, None, "given-up")
    return Verdict(NoticeState.QUEUED, next_at, reason)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts."""
    return WAITS[min(max(attempts, 1), len(WAITS)) - 1]


def _spread(notice_id: int) -> timedelta:
    return _SPREAD * (notice_id % 16) / 16


def _reason(attempt: Attempt, cause: Cause) -> str:
    """Return why a notice was not taken."""
    if attempt.code == 0:
        return "no-connection"
    if not 500 <= attempt.code <= 599:
        return "deferred"
    if attempt.code in OF_LOGIN:
        return "login"
    said = blame(attempt)
    if said is Blame.US or cause is Cause.OF_US:
        return NOT_FROM_US
    return REFUSED_THERE if said is Blame.UNSURE or cause is Cause.UNDECIDED else REJECTED
