"""What follows from one attempt to hand a notice on: SMTP reply code → state, and when to try again.

Must not: send, or know connections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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
SEVERAL = 3  # addresses refused so, and none taken in between: it is not they who want nothing, it is we who may not
_SPREAD = timedelta(seconds=20)  # tries that failed together come back over this time, not all at one second

# Replies of class 5 that say something of us and not of the notice: no login (530, 535), a mechanism too weak (534) or
# not encrypted (523, 538); RFC 4954 §6. A wrong password must not fail the mails of a day: they wait till it is mended.
_OURS_TO_MEND = frozenset({523, 530, 534, 535, 538})
OURS_TO_MEND = frozenset({"login", "not-from-us"})  # the reasons of notices that wait till it is mended
REFUSED_THERE = "refused-there"  # the reason of one that waits, refused at its address alone
REFUSED_AT_RCPT = frozenset({REFUSED_THERE, "not-from-us"})


class Blame(StrEnum):
    """What a reply of class 5 speaks of."""

    US = "us"  # our sender, our session, or what the server allows us: it says nothing of the notice
    RECIPIENT = "recipient"  # the address: what another server would have told in a report
    MESSAGE = "message"  # these octets, or an address that cannot be written to at all
    UNSURE = "unsure"  # us, or one address that wants nothing of us: what befalls the others tells


# Enhanced codes by subject and detail (RFC 3463 §3), then by subject alone; what is not listed is told by the command.
_OF_DETAIL = {
    (1, 7): Blame.US,  # bad sender's mailbox address
    (1, 8): Blame.US,  # bad sender's system address
    (2, 3): Blame.MESSAGE,  # longer than is allowed
    (3, 4): Blame.MESSAGE,  # too big for the system
}
_OF_SUBJECT = {
    1: Blame.RECIPIENT,
    2: Blame.RECIPIENT,  # mailbox
    3: Blame.UNSURE,  # mail system
    4: Blame.RECIPIENT,  # network and routing: there is no way there
    5: Blame.UNSURE,  # protocol
    6: Blame.MESSAGE,
    7: Blame.UNSURE,  # policy. QUIRK: Postfix says at RCPT that it will not have the sender, or relay for us at all
}
# Bare replies to RCPT that speak of a mailbox (RFC 5321 §4.2.2, RFC 7504); 554 and its kin may be about anything.
_OF_MAILBOX = frozenset({550, 551, 552, 553, 556})
_TOO_BIG = 552  # to MAIL: the size we stated (RFC 1870 §6.1)
_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def status_of(attempt: Attempt) -> str:
    """Return the enhanced status code at the start of a reply's text (RFC 2034 §4), "" where there is none."""
    found = _ENHANCED.match(attempt.text)
    return found[0].strip() if found else ""


def blame(attempt: Attempt) -> Blame:
    """Return what a reply of class 5 speaks of. Of the message alone where it is none, or answers we know not what."""
    if not attempt.refused or not 500 <= attempt.code <= 599:
        return Blame.MESSAGE
    if attempt.code in _OURS_TO_MEND:
        return Blame.US
    found = _ENHANCED.match(attempt.text)
    subject, detail = (int(found[2]), int(found[3])) if found else (0, 0)
    by_status = _OF_DETAIL.get((subject, detail)) or _OF_SUBJECT.get(subject)
    return _BY_COMMAND[attempt.refused](attempt.code, by_status)


def _by_sender(code: int, by_status: Blame | None) -> Blame:
    if by_status is Blame.MESSAGE or (by_status is None and code == _TOO_BIG):
        return Blame.MESSAGE
    return Blame.US


def _by_recipient(code: int, by_status: Blame | None) -> Blame:
    return by_status or (Blame.RECIPIENT if code in _OF_MAILBOX else Blame.UNSURE)


def _by_message(code: int, by_status: Blame | None) -> Blame:
    """Its one recipient may be told of here at last; a policy that it breaks is one about what it says."""
    return Blame.RECIPIENT if by_status is Blame.RECIPIENT else Blame.MESSAGE


_BY_COMMAND: dict[str, Callable[[int, Blame | None], Blame]] = {
    "sender": _by_sender,
    "recipient": _by_recipient,
    "message": _by_message,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a notice: its state, when to try again (only when queued), and why."""

    state: NoticeState
    next_attempt_at: datetime | None
    reason: str  # sent, rejected, deferred, no-connection, login, not-from-us, refused-there, given-up


def blamed_on_us(before: Iterable[str], tried: Sequence[tuple[str, Attempt]]) -> frozenset[int]:
    """Return the notices whose refusal at RCPT is of us, since several addresses are refused so and none is taken.

    `before`: the addresses refused so since the last that was taken; `tried`: (address, attempt), in order.
    """
    in_a_row, waiting, found = set(before), set[int](), set[int]()
    for address, attempt in tried:
        if 200 <= attempt.code <= 299 or attempt.refused == "message":
            in_a_row, waiting = set(), set()
        elif blame(attempt) is Blame.UNSURE:
            in_a_row.add(address)
            waiting.add(attempt.notice_id)
        if len(in_a_row) >= SEVERAL:
            found |= waiting
    return frozenset(found)


def after(attempt: Attempt, attempts: int, due_at: datetime, now: datetime, *, is_of_us: bool = False) -> Verdict:
    """Return what follows from an attempt, the `attempts`-th of its notice (from 1), which was due at `due_at`.

    2xx is sent and 5xx failed, but for what is ours to mend or may be (`is_of_us` says it is, see `blamed_on_us`);
    everything else, no answer at all (code 0) among it, is tried again until three days after the notice was due, and
    in any case as often as there are waits.
    """
    code = attempt.code
    if 200 <= code <= 299:
        return Verdict(NoticeState.SENT, None, "sent")
    unsure = blame(attempt) is Blame.UNSURE
    if 500 <= code <= 599 and not unsure and not _is_ours_to_mend(attempt):
        return Verdict(NoticeState.FAILED, None, "rejected")
    reason = REFUSED_THERE if unsure and not is_of_us else _reason(attempt)
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


def _is_ours_to_mend(attempt: Attempt) -> bool:
    """Whether a try failed by what we are, whatever it was to carry: a login, a sender, a session."""
    return attempt.code in _OURS_TO_MEND or blame(attempt) is Blame.US


def _reason(attempt: Attempt) -> str:
    if attempt.code in _OURS_TO_MEND:
        return "login"
    if 500 <= attempt.code <= 599:
        return "not-from-us"
    return "no-connection" if attempt.code == 0 else "deferred"
