"""When a member's digest comes: at their own hour, on a day they work, daily or weekly, as a due row each.

The row carries the instant up to which all was told, and how many digests were left out since the last that was sent.
Must not: know what a digest holds (digests.py does), or send one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from gateway.decide.calendar import DAY, at_wall, is_working_day, local
from gateway.decide.owed import wants_nothing
from gateway.model.charter import Charter
from gateway.model.context import Due, DueKind
from gateway.model.member import Delivery, Member

BY_DIGEST = frozenset({Delivery.DAILY, Delivery.WEEKLY})


def due_key(member_id: int) -> str:
    """Return the key of a member's digest row."""
    return f"digest:{member_id}"


def pace(member: Member, charter: Charter) -> str | None:
    """Return how often a member gets a digest, "daily" or "weekly", or None for never."""
    own = member.settings.delivery or charter.delivery
    if own is Delivery.NONE:
        wanted = set(member.settings.channels.values()) & BY_DIGEST
        return min(wanted, default=None)  # "daily" before "weekly"
    return "weekly" if own is Delivery.WEEKLY else "daily"


def period_of(day: date, pace: str) -> str:
    """Return the name of the period a day is in: `2026-03-02`, or the ISO week `2026-W10`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}" if pace == "weekly" else day.isoformat()


def next_at(member: Member, charter: Charter, after: datetime) -> datetime | None:
    """Return the next instant (UTC) of a member's digest, at their own hour on a day they work; None for never.

    A weekly one whose day is a holiday, or not worked, comes on the next day that is.
    """
    rhythm = pace(member, charter)
    if rhythm is None:
        return None
    today = local(after, member.timezone).date()
    days = _weekly_days(member, charter, today) if rhythm == "weekly" else _daily_days(member, charter, today)
    hour = member.settings.digest_at or charter.digest_at
    return next((at for day in days if (at := at_wall(day, hour, member.timezone)) > after), None)


def _daily_days(member: Member, charter: Charter, day: date) -> Iterator[date]:
    for number in range(60):
        if is_working_day(day + number * DAY, charter, member=member):
            yield day + number * DAY


def _weekly_days(member: Member, charter: Charter, day: date) -> Iterator[date]:
    monday = day - day.weekday() * DAY
    for week in range(-1, 5):
        wanted = monday + (7 * week + member.settings.digest_weekday % 7) * DAY
        yield next(_daily_days(member, charter, wanted), wanted)


def first_dues(
    charter: Charter, members: Iterable[Member], now: datetime, planned: Iterable[Due] = ()
) -> tuple[Due, ...]:
    """Return the digest row of every member who gets one, under a charter or settings that are now in force.

    `planned` are the rows there were before: what they have told stays told, and the period that had its digest has it.
    """
    before = {due.key: due for due in planned}
    found = (_planned(member, charter, now, before.get(due_key(member.id))) for member in members)
    return tuple(due for due in found if due is not None)


def _planned(member: Member, charter: Charter, now: datetime, before: Due | None) -> Due | None:
    """Return the next row; who is back after a digest was left out is told now (catch_up.py)."""
    found = _next(member, charter, now, before)
    if found is None or not found.number or is_silent(member, local(now, member.timezone).date()):
        return found
    return msgspec.structs.replace(found, at=now)


def is_silent(member: Member, day: date) -> bool:
    """Whether a member gets no digest on a day, and is told on return: away, or paused."""
    return member.away_on(day) is not None or wants_nothing(member, day) == "paused"


def following(member: Member, charter: Charter, now: datetime, told: Due) -> tuple[Due, ...]:
    """Return the row after one that fell due; `told` says what was told so far."""
    found = _next(member, charter, now, told)
    return (found,) if found else ()


def _next(member: Member, charter: Charter, now: datetime, before: Due | None) -> Due | None:
    at = next_at(member, charter, now) if member.left_at is None else None
    if at is None:
        return None
    missed = before.number if before else 0
    if missed:  # back from an absence, nobody waits for the day of the week
        at = next_at(_daily(member), charter, now) or at
    since = before.since if before and before.since else now
    last = before.occurrence if before else None
    key = due_key(member.id)
    return Due(key=key, kind=DueKind.DIGEST, at=at, member_id=member.id, since=since, occurrence=last, number=missed)


def _daily(member: Member) -> Member:
    return msgspec.structs.replace(member, settings=msgspec.structs.replace(member.settings, delivery=Delivery.DAILY))
