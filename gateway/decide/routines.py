"""Routines: when a ritual on a schedule comes round, for whom, and when it closes.

A routine's rule (RFC 5545 §3.3.10) names days; the hour is each member's own. Where the rule names no DTSTART it counts
from one fixed Monday, so that applying a charter anew never moves "every second week" to the other week.

Must not: say what a ritual asks (rituals/), or remember what was opened (the due row carries the next day).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import islice, takewhile

from dateutil.rrule import rrule, rruleset, rrulestr

from gateway.decide.audience import audience_members, only_observes, voters
from gateway.decide.calendar import DAY, add_span, at_wall, is_holiday, is_working_day
from gateway.decide.owed import is_paused
from gateway.model.charter import Charter, Routine
from gateway.model.context import Due, DueKind
from gateway.model.member import Member

_ANCHOR = datetime(2024, 1, 1)  # noqa: DTZ001 a wall day, of no zone: a Monday, and the first of its month and year
_ZONE_OF_START = re.compile(r";TZID=[^:;\n]*", re.IGNORECASE)


# --- days ---------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _rule(text: str) -> rrule | rruleset:
    # The hour is each member's own, so zones in a rule mean nothing: dates alone are taken from it.
    return rrulestr(_ZONE_OF_START.sub("", text), dtstart=_ANCHOR, ignoretz=True)


def days_after(rule: str, day: date) -> Iterator[date]:
    """Yield the days of a rule after a day, ascending; it ends when the rule does."""
    while found := _next_days(rule, day):
        yield from found
        day = found[-1]


@lru_cache(maxsize=4096)
def _next_days(rule: str, day: date) -> tuple[date, ...]:
    """The next few days of a rule: found once for all the members who are told of them."""
    ahead = _rule(rule).xafter(datetime.combine(day, time.max))
    return tuple(dict.fromkeys(found.date() for found in islice(ahead, 8)))  # it may name several hours of one day


def is_day_of(rule: str, day: date) -> bool:
    """Whether a rule names a day."""
    return next(days_after(rule, day - DAY), None) == day


@lru_cache(maxsize=1024)
def _turn(rule: str, weekdays: tuple[int, ...], day: date) -> int:
    """Return the number of a day among the days of a rule on some weekdays (() means all), from 0."""
    named = _rule(rule).between(datetime.combine(date.min, time.min), datetime.combine(day - DAY, time.max))
    return sum(not weekdays or at.weekday() in weekdays for at in named)


# --- people -------------------------------------------------------------------------------------


def asked(routine: Routine, day: date, members: Iterable[Member], charter: Charter) -> tuple[Member, ...]:
    """Return the members a check-in asks on a day: its audience, less those who do not work then or asked for silence.

    Those who are away are among them: the round shows them as away, and they may be back at their hour.
    """
    return tuple(
        member
        for member in audience_members(routine.audience, members, charter)
        if _is_reached(member, charter)
        and is_working_day(day, charter, member=member)
        and not is_paused(member, day)
        and _wants(routine, day, member)
    )


def _is_reached(member: Member, charter: Charter) -> bool:
    return not member.suspended and not only_observes(member, charter)


def _wants(routine: Routine, day: date, member: Member) -> bool:
    settings = member.settings
    if not settings.prompts or (settings.prompt_days and day.weekday() not in settings.prompt_days):
        return False
    return settings.prompt_every < 2 or _turn(routine.rule, settings.prompt_days, day) % settings.prompt_every == 0


def prompt_at(routine: Routine, day: date, member: Member) -> datetime:
    """Return when (UTC) a member is asked on a day: at the hour they chose or the routine's, by their own clock."""
    return at_wall(day, member.settings.prompt_at or routine.at, member.timezone)


# --- occurrences --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day of a routine: who is asked, when each, and when it closes. All instants are UTC."""

    name: str
    routine: Routine
    day: date
    prompts: tuple[tuple[Member, datetime], ...]
    closes_at: datetime

    def not_before(self, now: datetime) -> Occurrence:
        """Return it as it is opened now: nobody is asked in the past."""
        return replace(self, prompts=tuple((member, max(at, now)) for member, at in self.prompts))


def occurrence(
    name: str, routine: Routine, day: date, members: Collection[Member], charter: Charter
) -> Occurrence | None:
    """Return what a routine comes to on a day, or None when the day is a holiday or nobody it asks works then."""
    if is_holiday(day, charter.holidays):
        return None
    prompts = _PROMPTS[routine.ritual](routine, day, members, charter)
    if not prompts:
        return None
    last = max(at for _, at in prompts)
    closes_at = add_span(last, routine.closes_after, charter, charter.timezone)
    return Occurrence(name, routine, day, prompts, closes_at)


_Prompts = tuple[tuple[Member, datetime], ...]


def _check_in_prompts(routine: Routine, day: date, members: Collection[Member], charter: Charter) -> _Prompts:
    return tuple((member, prompt_at(routine, day, member)) for member in asked(routine, day, members, charter))


def _vote_prompts(routine: Routine, day: date, members: Collection[Member], charter: Charter) -> _Prompts:
    """A vote is open for days and opens for all at once: everyone is asked, on a day when one of them works."""
    who = voters(members, charter, routine.audience)
    opens_at = at_wall(day, routine.at, charter.timezone)
    works = any(is_working_day(day, charter, member=member) for member in who)
    return tuple((member, opens_at) for member in who) if works else ()


_PROMPTS: dict[str, Callable[[Routine, date, Collection[Member], Charter], _Prompts]] = {
    "check-in": _check_in_prompts,
    "vote": _vote_prompts,
}


def starts_at(name: str, routine: Routine, day: date, members: Collection[Member], charter: Charter) -> datetime:
    """Return when (UTC) a day of a routine begins: with the first member's hour, in Auckland before Paris."""
    found = occurrence(name, routine, day, members, charter)
    if found is None:
        return at_wall(day, routine.at, charter.timezone)
    return min(at for _, at in found.prompts)


def opens_at(name: str, routine: Routine, day: date, members: Collection[Member], charter: Charter) -> datetime:
    """Return when (UTC) a day of a routine is opened: as it begins, and not after the day behind it.

    Who works on Sunday in New York begins that day when it is Monday in Auckland; days are opened in their order.
    """
    following = next(days_after(routine.rule, day), None)
    near = (day, following) if following and following - day <= 2 * DAY else (day,)
    return min(starts_at(name, routine, found, members, charter) for found in near)


# --- dues ---------------------------------------------------------------------------------------


def due_key(name: str) -> str:
    """Return the key of a routine's due row."""
    return f"routine:{name}"


def first_dues(
    charter: Charter, members: Collection[Member], now: datetime, planned: Iterable[Due] = ()
) -> tuple[Due, ...]:
    """Return the due row of every routine of a charter that is to be put in force now.

    `planned` are the rows of the charter before it: a day that was opened is not opened again when its hour is moved,
    and one that has fallen due and waits is kept. They carry the day last opened in `since`.
    """
    before = {due.key: due for due in planned}
    found = (
        _first_due(name, routine, charter, members, now, before.get(due_key(name)))
        for name, routine in charter.routines.items()
    )
    return tuple(due for due in found if due is not None)


def _first_due(
    name: str, routine: Routine, charter: Charter, members: Collection[Member], now: datetime, before: Due | None
) -> Due | None:
    if before and before.at <= now and before.occurrence and is_day_of(routine.rule, before.occurrence):
        return before
    opened = before.since if before else None
    after = max(opened.date() if opened else date.min, now.date() - 2 * DAY)  # a day is over two dates later, anywhere
    days = (day for day in days_after(routine.rule, after) if starts_at(name, routine, day, members, charter) > now)
    first = next(days, None)
    return _due(name, routine, first, members, charter, opened) if first else None


def next_due(
    name: str, routine: Routine, charter: Charter, members: Collection[Member], after: date, opened: datetime | None
) -> Due | None:
    """Return the due row of the first day after a day, at once if it has begun; None when the rule has ended."""
    following = next(days_after(routine.rule, after), None)
    return _due(name, routine, following, members, charter, opened) if following else None


def _due(
    name: str, routine: Routine, day: date, members: Collection[Member], charter: Charter, opened: datetime | None
) -> Due:
    at = opens_at(name, routine, day, members, charter)
    return Due(key=due_key(name), kind=DueKind.ROUTINE, at=at, routine=name, occurrence=day, since=opened)


def begun(
    name: str, routine: Routine, day: date, charter: Charter, members: Collection[Member], now: datetime
) -> Iterator[date]:
    """Yield the days of a routine from a day on that are to be open by now, ascending."""
    days = takewhile(lambda found: found <= now.date() + 2 * DAY, days_after(routine.rule, day - DAY))
    return takewhile(lambda found: opens_at(name, routine, found, members, charter) <= now, days)


def opened_on(day: date) -> datetime:
    """Return how a due row carries the day its routine was last opened on."""
    return datetime.combine(day, time(), UTC)
