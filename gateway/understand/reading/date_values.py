"""What a date expression comes to, once it is known when the mail was sent: days, stretches of days, instants.

Each function returns a `Resolve`: from the moment the mail was sent to what is meant, None where there is no such day.
Must not: read words, or guess a day that does not exist.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dateutil.easter import easter

_FRIDAY = 4
SPAN_HOURS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_SPAN_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_SPAN_MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS_LONG = _SPAN_DAYS.keys() | _SPAN_MONTHS.keys()


class Contradicted(ValueError):
    """A day whose parts speak of different days, or of none to come: "Friday 29 May" where that is no Friday."""


class Moment(NamedTuple):
    """What an expression comes to. `floats` says that it names no year and may be moved by one; `bare`, no month."""

    first: date
    last: date | None = None
    at: time | None = None
    instant: datetime | None = None
    floats: bool = False
    zone: str | None = None
    bare: bool = False


Resolve = Callable[[datetime], Moment | None]


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date, None where there is no such day."""
    return (
        date(year, month, day) if 1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= _last_of(year, month) else None
    )


def _last_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def iso_moment(match: re.Match[str]) -> Resolve | None:
    """Return what a match of a date written as in ISO 8601 comes to, None where there is no such instant."""
    day = make_date(int(match[1]), int(match[2]), int(match[3]))
    if day is None:
        return None
    if match[4] is None:
        return lambda base: Moment(day)
    hour, minute, offset = int(match[4]), int(match[5]), match[6]
    if hour > 23 or minute > 59:
        return None
    if not offset:
        return lambda base: Moment(day, at=time(hour, minute))
    try:
        instant = datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}{'+00:00' if offset == 'Z' else offset}")
    except ValueError:
        return None

    def resolve(base: datetime) -> Moment:
        local = instant.astimezone(base.tzinfo)
        return Moment(local.date(), at=local.time(), instant=instant)

    return resolve


def calendar_day(day: int, month: int, year: int | None) -> Resolve:
    """Return the day of that month: of the year named, else its next coming, unless it has just gone by."""

    def resolve(base: datetime) -> Moment | None:
        if year is not None:
            found = make_date(year, month, day)
            return Moment(found) if found else None
        today = base.date()
        found = make_date(today.year, month, day)
        if found is None or found < today:
            found = next((d for ahead in range(1, 5) if (d := make_date(today.year + ahead, month, day))), None)
        return Moment(found, floats=True) if found else None

    return resolve


def feast(worth: str | int) -> Resolve:
    """Return the next coming of a feast: "12-25", month and day, or its days from Easter Sunday."""
    if isinstance(worth, str):
        month, _, day = worth.partition("-")
        return calendar_day(int(day), int(month), None)

    def resolve(base: datetime) -> Moment:
        days = (easter(year) + timedelta(days=worth) for year in (base.year, base.year + 1))
        return Moment(next((day for day in days if day >= base.date()), base.date()), floats=True)

    return resolve


def day_of_month(day: int) -> Resolve:
    """Return the next day with this number."""

    def resolve(base: datetime) -> Moment | None:
        today = base.date()
        for ahead in range(13):
            year, month = month_after(today, ahead)
            found = make_date(year, month, day)
            if found and found >= today:
                return Moment(found, bare=True)
        return None

    return resolve


def month_after(day: date, months: int) -> tuple[int, int]:
    """Return (year, month) so many months after the month of a day."""
    count = day.year * 12 + day.month - 1 + months
    return count // 12, count % 12 + 1


def _add_months(day: date, months: int) -> date:
    year, month = month_after(day, months)
    return date(year, month, min(day.day, _last_of(year, month)))


def coming_weekday(number: int, weeks: int = 0, *, today_counts: bool = False, skip_this_week: bool = False) -> Resolve:
    """Return the next such day of the week, so many weeks on."""

    def resolve(base: datetime) -> Moment:
        today = base.date()
        ahead = (number - today.weekday()) % 7
        if ahead == 0 and not today_counts:
            ahead = 7
        if skip_this_week and number > today.weekday() and today.weekday() < _FRIDAY + 1:
            ahead += 7
        return Moment(today + timedelta(days=ahead + 7 * weeks))

    return resolve


def weekday_of_week(number: int, weeks: int) -> Resolve:
    """Return the day of this week (0), of the next (1) …"""

    def resolve(base: datetime) -> Moment:
        monday = base.date() - timedelta(days=base.weekday())
        return Moment(monday + timedelta(days=7 * weeks + number))

    return resolve


def weekday_and_day(number: int, resolve_day: Resolve) -> Resolve:
    """Return the day, moved to the month or year in which it falls on that weekday. Raises Contradicted where none of
    those to come does.
    """

    def resolve(base: datetime) -> Moment | None:
        moment = resolve_day(base)
        if moment and moment.first.weekday() != number:
            raise Contradicted
        return moment

    return resolve


def weekday_with_number(number: int, day: int) -> Resolve:
    """Return the next day with this number that falls on that day of the week, within a few months."""

    def resolve(base: datetime) -> Moment | None:
        today = base.date()
        for ahead in range(4):
            found = make_date(*month_after(today, ahead), day)
            if found and found >= today and found.weekday() == number:
                return Moment(found)
        return None

    return resolve


def days_ahead(days: int) -> Resolve:
    """Return the day so many days after the mail was sent."""
    return lambda base: Moment(base.date() + timedelta(days=days))


def after_span(number: int, unit: str) -> Resolve:
    """Return the moment that long after the mail was sent: an instant for hours, else a day."""

    def resolve(base: datetime) -> Moment | None:
        number_ = min(number, 999)
        if unit in SPAN_HOURS:
            instant = (base.timestamp() + (SPAN_HOURS[unit] * number_).total_seconds()) if base.tzinfo else None
            then = (
                datetime.fromtimestamp(instant, base.tzinfo)
                if instant is not None
                else base + SPAN_HOURS[unit] * number_
            )
            return Moment(then.date(), at=then.time().replace(microsecond=0), instant=then)
        if unit in _SPAN_DAYS:
            return Moment(base.date() + timedelta(days=_SPAN_DAYS[unit] * number_))
        if unit in _SPAN_MONTHS:
            return Moment(_add_months(base.date(), _SPAN_MONTHS[unit] * number_))
        return None

    return resolve


def following_units(number: int, unit: str) -> Resolve:
    """Return the stretch of so many units that begins today."""

    def resolve(base: datetime) -> Moment | None:
        end = after_span(number, unit)(base)
        return Moment(base.date(), last=end.first - timedelta(days=1)) if end and unit not in SPAN_HOURS else end

    return resolve


def period_ahead(unit: str, ahead: int) -> Resolve:
    """Return this (0) or next (1) week, month …, what is left of it when it has begun. A week ends on its Friday."""

    def resolve(base: datetime) -> Moment | None:
        bounds = _bounds(base.date(), unit, ahead)
        if bounds is None:
            return None
        first, last = bounds
        first = max(first, base.date())
        return Moment(first, last=max(first, last))

    return resolve


def _bounds(today: date, unit: str, ahead: int) -> tuple[date, date] | None:
    monday = today - timedelta(days=today.weekday())
    match unit:
        case "week":
            return monday + timedelta(days=7 * ahead), monday + timedelta(days=7 * ahead + _FRIDAY)
        case "weekend":
            saturday = monday + timedelta(days=5 + 7 * ahead)
            return saturday, saturday + timedelta(days=1)
        case "month":
            year, month = month_after(today, ahead)
            return date(year, month, 1), date(year, month, _last_of(year, month))
        case "quarter":
            year, month = month_after(today.replace(day=1), 3 * ahead - (today.month - 1) % 3)
            last_year, last_month = month_after(date(year, month, 1), 2)
            return date(year, month, 1), date(last_year, last_month, _last_of(last_year, last_month))
        case "year":
            return date(today.year + ahead, 1, 1), date(today.year + ahead, 12, 31)
        case "day":
            return today + timedelta(days=ahead), today + timedelta(days=ahead)
    return None


def edge_of(period: Resolve, which: str) -> Resolve:
    """Return the last, middle or first day of a period."""

    def resolve(base: datetime) -> Moment | None:
        moment = period(base)
        if moment is None or moment.last is None:
            return moment
        if which == "end":
            return Moment(moment.last)
        return Moment(moment.first + (moment.last - moment.first) // 2 if which == "middle" else moment.first)

    return resolve


def whole_month(number: int, year: int | None) -> Resolve:
    """Return a month: of the year named, else its next coming; what is left of it when it has begun."""

    def resolve(base: datetime) -> Moment | None:
        today = base.date()
        chosen = year if year is not None else today.year + (number < today.month)
        first = make_date(chosen, number, 1)
        return Moment(max(first, today), last=date(chosen, number, _last_of(chosen, number))) if first else None

    return resolve


def before_month(number: int, year: int | None) -> Resolve:
    """Return the day before a month begins ("until September"), or its last day when it has begun."""

    def resolve(base: datetime) -> Moment | None:
        moment = whole_month(number, year)(base)
        if moment is None or moment.last is None:
            return None
        begun = moment.first.day != 1 or moment.first <= base.date()
        return Moment(moment.last if begun else moment.first - timedelta(days=1))

    return resolve


def edge_of_month(number: int, year: int | None, which: str) -> Resolve:
    """Return the first, the middle or the last day of a month."""

    def resolve(base: datetime) -> Moment | None:
        moment = whole_month(number, year)(base)
        if moment is None or moment.last is None:
            return None
        day = {"end": moment.last.day, "middle": 15, "begin": 1}[which]
        return Moment(moment.last.replace(day=day))

    return resolve


def nth_weekday(nth: int, weekday: int, month: int, year: int | None) -> Resolve:
    """Return the first, second … or last (-1) such day of the week in a month."""

    def resolve(base: datetime) -> Moment | None:
        for chosen in [year] if year is not None else [base.year, base.year + 1]:
            days = [d for d in range(1, _last_of(chosen, month) + 1) if date(chosen, month, d).weekday() == weekday]
            if nth == -1 or nth <= len(days):
                found = date(chosen, month, days[-1 if nth == -1 else nth - 1])
                if year is not None or found >= base.date():
                    return Moment(found)
        return None

    return resolve


def ranged(first: Resolve, second: Resolve) -> Resolve:
    """Return the stretch from the first to the second; a start that has gone by is that of the stretch still on."""

    def resolve(base: datetime) -> Moment | None:
        start = first(base)
        if start is None:
            return None
        if start.floats:
            end = second(base)
            if end and end.first < start.first and end.floats:
                back = make_date(start.first.year - 1, start.first.month, start.first.day)
                if back and (end.last or end.first) - back < timedelta(days=200):
                    return Moment(back, last=end.last or end.first)
        later = second(datetime.combine(start.first, base.timetz()))
        if later is None or (later.last or later.first) < start.first:
            return None
        return Moment(start.first, last=later.last or later.first, at=None, zone=later.zone)

    return resolve


def lasting(first: Resolve, number: int, unit: str) -> Resolve:
    """Return the stretch of so many units from a day on; None for units shorter than a day."""

    def resolve(base: datetime) -> Moment | None:
        start = first(base)
        if start is None or unit in SPAN_HOURS:
            return None
        end = after_span(number, unit)(datetime.combine(start.first, base.timetz()))
        return Moment(start.first, last=end.first - timedelta(days=1)) if end else None

    return resolve


def days_before(day: Resolve, number: int, unit: str) -> Resolve | None:
    """Return the day so many days or weeks ahead of another; None for other units."""
    if unit not in _SPAN_DAYS:
        return None
    span = timedelta(days=_SPAN_DAYS[unit] * min(number, 999))

    def resolve(base: datetime) -> Moment | None:
        moment = day(base)
        return Moment(moment.first - span) if moment and moment.first - span >= base.date() else None

    return resolve


def at_clock(day: Resolve, clock: time | None) -> Resolve:
    """Return the day with that clock time."""

    def resolve(base: datetime) -> Moment | None:
        moment = day(base)
        return moment._replace(at=clock) if moment and clock and not moment.instant else moment

    return resolve
