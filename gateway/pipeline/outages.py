"""When we were down, and so what still came in time: the signs of life, and the server before ours.

Must not: decide what follows from an outage, or from a clock that was wrong.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from gateway.model.arrival import Arrival
from store.transaction import Transaction

ALIVE = "alive_at"  # when there was last a sign of life
_OUTAGE = "outage"
_BEHIND = "behind_since"  # since when the clock has been behind the last sign of life, "" while it is not
_BETWEEN_SIGNS = timedelta(minutes=1)
_FASTEST = 100  # notices a second, far more than ever go out
_LONGEST = timedelta(days=366)  # of what one start leaves out: a clock that was years off would use up all numbers
STAYS_BEHIND = timedelta(hours=1)  # a clock so long behind is right: a host that starts with a wrong one is soon set


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """When we were last down: from the last sign of life to the start."""

    since: datetime
    until: datetime


class _Behind(msgspec.Struct, frozen=True, kw_only=True):
    """The clock is behind the last sign of life: from the first beat that found it so to the last, by that clock."""

    since: datetime
    until: datetime


def outage(tx: Transaction) -> Outage | None:
    """Return the last time we were down, None when there was none."""
    noted = tx.get_mark(_OUTAGE)
    return msgspec.json.decode(noted.encode(), type=Outage) if noted else None


def note_outage(tx: Transaction, now: datetime, gap: timedelta) -> None:
    """Keep the time since the last sign of life as an outage when it was longer than `gap`.

    Perhaps there was none, even a short one, and this is an older record that somebody put back: the numbers of notices
    that may have gone out since are left out, so that the tokens of these stay theirs alone. Not within the time that
    lies between two signs: whoever dies and starts at once goes on with the same numbers, and so the same mails.
    """
    last = tx.get_mark(ALIVE)
    since = datetime.fromisoformat(last) if last else now
    if now - since >= _BETWEEN_SIGNS:
        tx.outbox.leave_out(math.ceil(_FASTEST * min(now - since, _LONGEST).total_seconds()))
    if now - since > gap:
        tx.set_mark(_OUTAGE, msgspec.json.encode(Outage(since=since, until=now)).decode())


def note_alive(tx: Transaction, now: datetime, gap: timedelta) -> bool:
    """Keep a sign of life. Returns whether the clock was ahead when it gave the one before, and so all it planned.

    A clock behind that sign by more than `gap` may as well be the wrong one: a host starts with it, and it is set right
    in minutes; or it is one of two hosts. So the later sign stays until the clock has been behind for STAYS_BEHIND,
    without a silence in between.
    """
    last = tx.get_mark(ALIVE)
    if last is None or now >= datetime.fromisoformat(last):
        _keep(tx, now)
        return False
    if not is_set_back(tx, now, gap):
        return False
    noted = tx.get_mark(_BEHIND)
    before = msgspec.json.decode(noted.encode(), type=_Behind) if noted else None
    goes_on = before is not None and abs(now - before.until) <= gap
    since = min(before.since, now) if before and goes_on else now
    if now - since >= STAYS_BEHIND:
        _keep(tx, now)
        return True
    tx.set_mark(_BEHIND, msgspec.json.encode(_Behind(since=since, until=now)).decode())
    return False


def _keep(tx: Transaction, now: datetime) -> None:
    tx.set_mark(ALIVE, now.isoformat())
    if tx.get_mark(_BEHIND):
        tx.set_mark(_BEHIND, "")


def is_set_back(tx: Transaction, now: datetime, gap: timedelta) -> bool:
    """Whether the last sign of life is later than now by more than `gap`: the clock was ahead, or is behind."""
    last = tx.get_mark(ALIVE)
    return last is not None and datetime.fromisoformat(last) > now + gap


def in_time_at(arrival: Arrival, down: Outage | None) -> datetime:
    """Return what counts for being in time: when our server took it, or, while we were down, the one before us."""
    if arrival.accepted_at is not None:
        return min(arrival.accepted_at, arrival.received_at)
    if down is None or arrival.received_at < down.until:
        return arrival.received_at
    stamped = _topmost_received(arrival.raw)
    return stamped if stamped is not None and down.since <= stamped <= down.until else arrival.received_at


def _topmost_received(raw: bytes) -> datetime | None:
    """Return the date of the topmost Received field: the server before us wrote it (RFC 5321 §4.4)."""
    head = raw[:16_384].replace(b"\r\n", b"\n").partition(b"\n\n")[0].replace(b"\n ", b" ").replace(b"\n\t", b" ")
    for line in head.split(b"\n"):
        if line[:9].lower() == b"received:":
            try:
                stamped = parsedate_to_datetime(line.rpartition(b";")[2].decode("ascii", "replace").strip())
            except (ValueError, TypeError):
                return None
            return stamped if stamped.tzinfo else None
    return None
