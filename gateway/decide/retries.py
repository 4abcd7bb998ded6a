"""What follows from one attempt to hand a notice on: SMTP reply code → state, and when to try again.

Must not: send, or know connections.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
_SPREAD = timedelta(seconds=20)  # tries that failed together come back over this time, not all at one second

# Replies of class 5 that say something of us and not of the notice: no login (530, 535), a mechanism too weak (534) or
# not encrypted (523, 538); RFC 4954 §6. A wrong password must not fail the mails of a day: they wait till it is mended.
_OURS_TO_MEND = frozenset({523, 530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a notice: its state, when to try again (only when queued), and why."""

    state: NoticeState
    next_attempt_at: datetime | None
    reason: str  # sent, rejected, deferred, no-connection, login, given-up


def after(attempt: Attempt, attempts: int, due_at: datetime, now: datetime) -> Verdict:
    """Return what follows from an attempt, the `attempts`-th of its notice (from 1), which was due at `due_at`.

    2xx is sent and 5xx failed; everything else, no answer at all (code 0) among it, is tried again until three days
    after the notice was due, and in any case as often as there are waits.
    """
    code = attempt.code
    if 200 <= code <= 299:
        return Verdict(NoticeState.SENT, None, "sent")
    if 500 <= code <= 599 and code not in _OURS_TO_MEND:
        return Verdict(NoticeState.FAILED, None, "rejected")
    next_at = now + wait_after(attempts) + _spread(attempt.notice_id)
    if next_at - due_at > GIVE_UP_AFTER and attempts > len(WAITS):
        return Verdict(NoticeState.FAILED, None, "given-up")
    return Verdict(NoticeState.QUEUED, next_at, _reason(code))


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts."""
    return WAITS[min(max(attempts, 1), len(WAITS)) - 1]


def _spread(notice_id: int) -> timedelta:
    return _SPREAD * (notice_id % 16) / 16


def _reason(code: int) -> str:
    if code in _OURS_TO_MEND:
        return "login"
    return "no-connection" if code == 0 else "deferred"
