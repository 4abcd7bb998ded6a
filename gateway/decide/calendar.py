"""Working time: which days count, and how spans are added to and taken from an instant.

Instants go in with any zone and come back in UTC: arithmetic on two datetimes of one zone counts wall time, and a
night in which the clocks change is then an hour wrong. In doubt people get more time: a working day begins at the
opening hour for what started before it, and ends at the closing hour for what ends after it.

Must not: know routines, rounds or dues; ask what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from gateway.model.charter import Charter, Hours
from gateway.model.member import Member
from gateway.model.span import Span, Unit

DAY = timedelta(days=1)
MARGIN = timedelta(minutes=15)  # what is moved back to the end of working hours still has this long to be sent
_ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
_FURTHEST = 400  # days: no calendar has a longer stretch without a working day; the loops below end there


# --- days ---------------------------------------------------------------------------------------


def is_holiday(day: date, country: str | None) -> bool:
    """Whether a day is a public holiday of a country as `FR`, or of a subdivision as `DE-BY`; never without one."""
    return bool(country) and day in _holidays(country or "", day.year)


def is_known_country(country: str) -> bool:
    """Whether there is a calendar of holidays for `FR` or `DE-BY`; for the one who checks a charter."""
    return _lookup(country, 2026) is not None


def is_working_day(day: date, charter: Charter, member: Member | None = None) -> bool:
    """Whether people work on a day: the member's own days, else the charter's, and no holiday there."""
    return day.weekday() in _weekdays(charter, member) and not is_holiday(day, charter.holidays)


def _weekdays(charter: Charter, member: Member | None) -> tuple[int, ...]:
    own = member.settings.days if member else None
    return own or charter.working_days or _ALL_DAYS


def after_working_days(day: date, amount: int, charter: Charter, member: Member) -> date:
    """Return the first day on which so many of a member's working days from `day` on, itself among them, are over."""
    last = day - DAY
    for _ in range(amount):
        last = _step(last, 1, charter, member)
    return last + DAY


def _step(day: date, sign: int, charter: Charter, member: Member | None = None) -> date:
    for number in range(1, _FURTHEST):
        found = day + number * sign * DAY
        if is_working_day(found, charter, member=member):
            return found
    return day + sign * DAY


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    return _lookup(country, year) or frozenset()  # an unknown country has no holidays: a clock tick must not fail of it


def _lookup(country: str, year: int) -> frozenset[date] | None:
    from holidays import country_holidays  # imported late: it takes up to 0.7 s and 25 MiB, and few charters name one

    code, _, subdivision = country.strip().upper().partition("-")
    try:
        return frozenset(country_holidays(code, subdiv=subdivision or None, years=year))
    except (NotImplementedError, ValueError):
        return None


# --- instants -----------------------------------------------------------------------------------


def local(instant: datetime, tz: str) -> datetime:
    """Return an instant as the clocks of a zone show it."""
    return instant.astimezone(ZoneInfo(tz))


def at_wall(day: date, wall: time, tz: str) -> datetime:
    """Return the instant (UTC) of a wall time on a day.

    Of a wall time that comes twice in autumn the first is meant (fold 0); one that is skipped in spring moves forward
    by as much as the clocks do: 02:30 is 03:30 there.
    """
    return datetime.combine(day, wall.replace(tzinfo=None, fold=0), ZoneInfo(tz)).astimezone(UTC)


def working_hours(charter: Charter, member: Member | None = None) -> tuple[time, time]:
    """Return when work begins and ends, local time: the member's own hours, else the charter's."""
    own = member.settings.hours if member else None
    hours: Hours = charter.working_hours
    return own or (hours.start, hours.end)


def _window(day: date, tz: str, hours: tuple[time, time]) -> tuple[datetime, datetime]:
    start, end = hours
    return at_wall(day, start, tz), at_wall(day if start < end else day + DAY, end, tz)  # a night shift ends next day


# --- spans --------------------------------------------------------------------------------------


def add_span(start: datetime, span: Span, charter: Charter, zone: str) -> datetime:
    """Return the instant (UTC) a span after another, counted by the charter's calendar in a zone.

    Minutes and hours are elapsed time, days keep the wall time, working hours and days pass over everything else.
    """
    return _ADD[span.unit](start.astimezone(UTC), span.amount, charter, zone)


def subtract_span(end: datetime, span: Span, charter: Charter, zone: str) -> datetime:
    """Return the instant (UTC) a span before another; taken off what was added, it is the start within working time."""
    return _SUBTRACT[span.unit](end.astimezone(UTC), span.amount, charter, zone)


def _shift_days(instant: datetime, amount: int, zone: str) -> datetime:
    there = local(instant, zone)
    return at_wall(there.date() + amount * DAY, there.time(), zone)


def _add_working_days(start: datetime, amount: int, charter: Charter, zone: str) -> datetime:
    if not amount:
        return start
    there = local(start, zone)
    day, wall, opens = there.date(), there.time(), charter.working_hours.start
    if not is_working_day(day, charter):
        day, wall = _step(day, 1, charter), opens
    for _ in range(amount):
        day = _step(day, 1, charter)
    return max(start, at_wall(day, max(wall, opens), zone))


def _subtract_working_days(end: datetime, amount: int, charter: Charter, zone: str) -> datetime:
    if not amount:
        return end
    there = local(end, zone)
    day, wall, closes = there.date(), there.time(), charter.working_hours.end
    if not is_working_day(day, charter):
        day, wall = _step(day, -1, charter), closes
    for _ in range(amount):
        day = _step(day, -1, charter)
    return min(end, at_wall(day, min(wall, closes), zone))


def _windows(day: date, sign: int, charter: Charter, zone: str) -> Iterator[tuple[datetime, datetime]]:
    """Working time by day from a day on, forwards or backwards, without end."""
    hours = working_hours(charter)
    if not is_working_day(day, charter):
        day = _step(day, sign, charter)
    while True:
        yield _window(day, zone, hours)
        day = _step(day, sign, charter)


def _add_working_hours(start: datetime, amount: int, charter: Charter, zone: str) -> datetime:
    left = timedelta(hours=amount)
    if not left:
        return start
    for opens, closes in _windows(local(start, zone).date(), 1, charter, zone):
        begins = max(start, opens)
        if closes - begins >= left:
            return begins + left
        left -= max(closes - begins, timedelta(0))
    raise AssertionError("working time has no end")


def _subtract_working_hours(end: datetime, amount: int, charter: Charter, zone: str) -> datetime:
    left = timedelta(hours=amount)
    if not left:
        return end
    for opens, closes in _windows(local(end, zone).date(), -1, charter, zone):
        ends = min(end, closes)
        if ends - opens >= left:
            return ends - left
        left -= max(ends - opens, timedelta(0))
    raise AssertionError("working time has no end")


_Shift = Callable[[datetime, int, Charter, str], datetime]

_ADD: dict[Unit, _Shift] = {
    Unit.MINUTES: lambda start, amount, charter, zone: start + timedelta(minutes=amount),
    Unit.HOURS: lambda start, amount, charter, zone: start + timedelta(hours=amount),
    Unit.DAYS: lambda start, amount, charter, zone: _shift_days(start, amount, zone),
    Unit.WORKING_HOURS: _add_working_hours,
    Unit.WORKING_DAYS: _add_working_days,
}
_SUBTRACT: dict[Unit, _Shift] = {
    Unit.MINUTES: lambda end, amount, charter, zone: end - timedelta(minutes=amount),
    Unit.HOURS: lambda end, amount, charter, zone: end - timedelta(hours=amount),
    Unit.DAYS: lambda end, amount, charter, zone: _shift_days(end, -amount, zone),
    Unit.WORKING_HOURS: _subtract_working_hours,
    Unit.WORKING_DAYS: _subtract_working_days,
}


# --- working hours ------------------------------------------------------------------------------


def in_working_hours(instant: datetime, member: Member, charter: Charter, slack: timedelta = timedelta(0)) -> bool:
    """Whether a member works at an instant, both ends of the hours included, and `slack` after them."""
    return any(
        opens <= instant <= closes + slack for opens, closes in _member_windows(instant, member, charter, (-1, 0))
    )


def into_working_hours(
    instant: datetime, member: Member, charter: Charter, earliest: datetime, latest: datetime
) -> datetime | None:
    """Return the instant moved into the member's working hours, in UTC, or None when there is no room.

    It stays where it is when that is within them; else it moves on to the next opening hour up to `latest`, else back
    to a little before the last closing hour not earlier than `earliest`.
    """
    instant = instant.astimezone(UTC)
    if earliest <= instant <= latest and in_working_hours(instant, member, charter):
        return instant
    reach = _reach(earliest, latest)
    for opens, closes in _member_windows(instant, member, charter, range(-1, reach)):
        begins = max(opens, instant, earliest)
        if begins <= min(closes, latest):
            return begins.astimezone(UTC)
    for opens, closes in _member_windows(instant, member, charter, range(1, -reach, -1)):
        ends = min(closes - MARGIN, instant, latest)
        if ends >= max(opens, earliest):
            return ends.astimezone(UTC)
    return None


def _reach(earliest: datetime, latest: datetime) -> int:
    return min(max((latest - earliest).days, 0) + 3, _FURTHEST)


def _member_windows(
    instant: datetime, member: Member, charter: Charter, steps: Iterable[int]
) -> Iterator[tuple[datetime, datetime]]:
    """A member's working time on the days so many steps from an instant's own, working days alone."""
    today, hours = local(instant, member.timezone).date(), working_hours(charter, member)
    for step in steps:
        day = today + step * DAY
        if is_working_day(day, charter, member=member):
            yield _window(day, member.timezone, hours)
