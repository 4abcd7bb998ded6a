"""The grammar of dates: which stretches in a row make a day, a range of days or a time, and what that comes to.

A rule is elements in order: a tag, TIME, PART or DAY; "?" may be absent; "dash" is a dash between two words.
Must not: read a text (date_parser.py does), or know a language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from gateway.understand.reading.date_values import (
    Moment,
    Resolve,
    after_span,
    at_clock,
    before_month,
    calendar_day,
    coming_weekday,
    day_of_month,
    days_ahead,
    days_before,
    edge_of,
    edge_of_month,
    feast,
    following_units,
    lasting,
    make_date,
    month_after,
    nth_weekday,
    period_ahead,
    ranged,
    weekday_and_day,
    weekday_of_week,
    weekday_with_number,
    whole_month,
)
from gateway.understand.reading.date_words import PART_HOURS

Caught = dict[str, Any]  # what the elements of a rule caught, by tag

_AFTER_NOON = frozenset({"afternoon", "evening"})


def _number_day(caught: Caught) -> int:
    return int(caught.get("day_number") or caught.get("nth") or 0)


def _date_of(caught: Caught) -> Resolve:
    return calendar_day(_number_day(caught), caught["month"], caught.get("year"))


def _weekday_date(caught: Caught) -> Resolve:
    return weekday_and_day(caught["weekday"], _date_of(caught))


def _next_weekday(caught: Caught) -> Resolve:
    _, language = caught["next"]
    return coming_weekday(caught["weekday"], skip_this_week=bool(caught.get("skips")) and language in caught["skips"])


def _next_period(caught: Caught) -> Resolve:
    return period_ahead(caught["unit"], 1)


def _next_numbered(caught: Caught) -> Resolve:
    return following_units(caught["number"], caught["unit"])


_DAY_RULES: tuple[tuple[str, Callable[[Caught], Resolve | None]], ...] = (
    ("iso", lambda c: c["iso"]),
    ("numeric", lambda c: c["numeric"]),
    ("weekday|weekday_short article? numeric", lambda c: weekday_and_day(c["weekday"], c["numeric"])),
    ("weekday article? numeric_weak", lambda c: weekday_and_day(c["weekday"], c["numeric_weak"])),
    ("day_number of? month of? year?", _date_of),
    ("article_number day_number of? month of? year?", _date_of),
    ("article day_number of? month of? year?", _date_of),
    ("nth of? month of? year?", _date_of),
    ("article nth of? month of? year?", _date_of),
    ("weekday|weekday_short article|article_number|on? day_number of? month of? year?", _weekday_date),
    ("month article? day_number year?", _date_of),
    ("weekday|weekday_short article? month article? day_number year?", _weekday_date),
    ("weekday article|article_number? day_last", lambda c: weekday_with_number(c["weekday"], c["day_last"])),
    ("weekday article|article_number? day_ordinal", lambda c: weekday_with_number(c["weekday"], c["day_ordinal"])),
    ("weekday_short day_last", lambda c: weekday_with_number(c["weekday"], c["day_last"])),
    ("article|on|by|until|from|to|before? day_ordinal", lambda c: day_of_month(c["day_ordinal"])),
    ("article_dotted day_dot", lambda c: day_of_month(c["day_dot"])),
    ("article_number day_last", lambda c: day_of_month(c["day_last"])),
    ("nth weekday of? month year?", lambda c: nth_weekday(c["nth"], c["weekday"], c["month"], c.get("year"))),
    ("article nth weekday of? month year?", lambda c: nth_weekday(c["nth"], c["weekday"], c["month"], c.get("year"))),
    ("today", lambda c: days_ahead(0)),
    ("tomorrow", lambda c: days_ahead(1)),
    ("overmorrow", lambda c: days_ahead(2)),
    ("tonight", lambda c: at_clock(days_ahead(0), PART_HOURS["evening"])),
    ("this part", lambda c: _later_today(c["part"])),
    ("weekday", lambda c: coming_weekday(c["weekday"])),
    ("article weekday", lambda c: coming_weekday(c["weekday"])),
    ("weekday_part", lambda c: at_clock(coming_weekday(c["weekday_part"][0]), PART_HOURS[c["weekday_part"][1]])),
    ("article? overnext weekday", lambda c: coming_weekday(c["weekday"], 1)),
    ("article? weekday after_next|plus_week", lambda c: coming_weekday(c["weekday"], 1)),
    ("article? weekday plus_fortnight", lambda c: coming_weekday(c["weekday"], 2)),
    ("week_on weekday", lambda c: coming_weekday(c["weekday"], 1)),
    ("article? weekday in number unit", lambda c: _weeks_on(c)),
    ("today in number unit", lambda c: after_span(c["number"], c["unit"])),
    ("article? overnext unit", lambda c: period_ahead(c["unit"], 2)),
    ("article? unit after_next", lambda c: period_ahead(c["unit"], 2)),
    ("this weekday", lambda c: coming_weekday(c["weekday"], today_counts=True)),
    ("article? next weekday", _next_weekday),
    ("article? weekday article? next", lambda c: coming_weekday(c["weekday"])),
    ("weekday of? article? next unit", lambda c: _of_next(c)),
    ("weekday of? article? unit next", lambda c: _of_next(c)),
    ("next unit on|of|article? weekday", lambda c: _of_next(c)),
    ("article? next unit", _next_period),
    ("article? unit next", _next_period),
    ("this unit", lambda c: period_ahead(c["unit"], 0)),
    ("whole unit", lambda c: period_ahead(c["unit"], 0)),
    ("whole this unit", lambda c: period_ahead(c["unit"], 0)),
    ("whole of? next unit", _next_period),
    ("whole of? article? unit next", _next_period),
    ("article weekend", lambda c: period_ahead("weekend", 0)),
    ("article|for? next number unit", _next_numbered),
    ("article number next unit", _next_numbered),
    ("in number unit", lambda c: after_span(c["number"], c["unit"])),
    ("within number unit", lambda c: after_span(c["number"], c["unit"])),
    ("for number unit", lambda c: after_span(c["number"], c["unit"])),
    ("in span", lambda c: after_span(*c["span"])),
    ("within span", lambda c: after_span(*c["span"])),
    ("for span", lambda c: after_span(*c["span"])),
    ("number unit hence", lambda c: after_span(c["number"], c["unit"])),
    ("end article? this? unit", lambda c: edge_of(period_ahead(c["unit"], 0), "end")),
    ("end article? next unit", lambda c: edge_of(period_ahead(c["unit"], 1), "end")),
    ("end article? unit next", lambda c: edge_of(period_ahead(c["unit"], 1), "end")),
    ("article? unit close", lambda c: None),
    ("number unit before feast|DAY", lambda c: _ahead_of(c)),
    ("begin article? next unit", lambda c: edge_of(period_ahead(c["unit"], 1), "begin")),
    ("begin article? unit next", lambda c: edge_of(period_ahead(c["unit"], 1), "begin")),
    ("middle article? next unit", lambda c: edge_of(period_ahead(c["unit"], 1), "middle")),
    ("middle article? unit next", lambda c: edge_of(period_ahead(c["unit"], 1), "middle")),
    ("week_close", lambda c: edge_of(period_ahead("week", 0), "end")),
    ("month_close", lambda c: edge_of(period_ahead("month", 0), "end")),
    ("end of? month of? year?", lambda c: edge_of_month(c["month"], c.get("year"), "end")),
    ("middle of? month of? year?", lambda c: edge_of_month(c["month"], c.get("year"), "middle")),
    ("begin of? month of? year?", lambda c: edge_of_month(c["month"], c.get("year"), "begin")),
    ("until|before|by month year?", lambda c: before_month(c["month"], c.get("year"))),
    # A feast alone is what something is about ("the Christmas party"), not when.
    ("until|before|by feast", lambda c: feast(c["feast"])),
    ("month_lead month year?", lambda c: whole_month(c["month"], c.get("year"))),
    ("month_apart year", lambda c: whole_month(c["month_apart"], c["year"])),
)


def _of_next(caught: Caught) -> Resolve | None:
    return weekday_of_week(caught["weekday"], 1) if caught["unit"] == "week" else None


def _weeks_on(caught: Caught) -> Resolve | None:
    """Return "Friday in two weeks": that day of the week, so many weeks on."""
    return coming_weekday(caught["weekday"], caught["number"]) if caught["unit"] == "week" else None


def _later_today(part: str) -> Resolve | None:
    """Return "this afternoon"; this morning may be over."""
    return at_clock(days_ahead(0), PART_HOURS[part]) if part in _AFTER_NOON else None


def _ahead_of(caught: Caught) -> Resolve | None:
    """Return "a week before Christmas": so many days ahead of a day."""
    day = feast(caught["feast"]) if "feast" in caught else caught["DAY"]
    return days_before(day, caught["number"], caught["unit"])


def _pair_in_month(caught: Caught) -> Resolve | None:
    month, year = caught["month"], caught.get("year")
    first, last = caught["day_number#1"], calendar_day(caught["day_number"], month, year)
    if first > caught["day_number"]:  # "from the 25th until the 8th of August"
        return _number_to_date({"day_number": first, "DAY": last})
    return ranged(calendar_day(first, month, year), last)


def _number_pair(caught: Caught) -> Resolve:
    return ranged(day_of_month(caught["day_ordinal#1"]), day_of_month(caught["day_ordinal"]))


def _number_to_date(caught: Caught) -> Resolve:
    """Return "from the 28th to 3 August": the first number is the last such day before the second."""
    day = caught["day_number"]

    def resolve(base: datetime) -> Moment | None:
        end = caught["DAY"](base)
        if end is None:
            return None
        last = end.last or end.first
        for back in range(3):
            start = make_date(*month_after(last, -back), day)
            if start and start <= last:
                return Moment(start, last=last)
        return None

    return resolve


# Of two rules that reach as far the first one counts: the numbers of "4 to 19 May" are of one month, whatever today is.
_RANGE_RULES: tuple[tuple[str, Callable[[Caught], Resolve | None]], ...] = (
    ("numeric_range", lambda c: c["numeric_range"]),
    (
        "from? article|article_number|on? weekday|weekday_short? day_number dash day_number of? month of? year?",
        _pair_in_month,
    ),
    (
        "from? article|article_number|on? weekday|weekday_short? day_number to|and|until article|article_number|on?"
        " weekday|weekday_short? day_number of? month of? year?",
        _pair_in_month,
    ),
    ("from? month article? day_number dash day_number year?", _pair_in_month),
    ("from? month article? day_number to article? day_number year?", _pair_in_month),
    ("from article|article_number? day_ordinal to|until article|article_number? day_ordinal", _number_pair),
    ("from article|article_number|on? day_number to|until|dash article|article_number|on? DAY", _number_to_date),
    (
        "from article|article_number|on? day_number to|until article|article_number? day_last",
        lambda c: _numbers_only(c),
    ),
    ("from? article|on? weekday to|until|dash article|on? weekday of? article? next unit", lambda c: _both_of_next(c)),
    ("from? article|on? weekday to|until|dash article|on? weekday of? article? unit next", lambda c: _both_of_next(c)),
    ("article|on? weekday and article|on? weekday of? article? next unit", lambda c: _both_of_next(c, days=1)),
    ("article|on? weekday and article|on? weekday of? article? unit next", lambda c: _both_of_next(c, days=1)),
    ("this unit and article? next unit?", lambda c: _this_and_next(c)),
    ("this and article? next unit", lambda c: _this_and_next(c)),
    ("DAY dash DAY", lambda c: ranged(c["DAY#1"], c["DAY"])),
    ("from? DAY to from|article|article_number|until|on? DAY", lambda c: ranged(c["DAY#1"], c["DAY"])),
    ("from? DAY and DAY", lambda c: _joined(c)),
    (
        "weekday_short dash weekday_short",
        lambda c: ranged(coming_weekday(c["weekday#1"]), coming_weekday(c["weekday"])),
    ),
    (
        "from weekday_short to weekday_short",
        lambda c: ranged(coming_weekday(c["weekday#1"]), coming_weekday(c["weekday"])),
    ),
    ("from DAY for number unit", lambda c: lasting(c["DAY"], c["number"], c["unit"])),
    ("for number unit from DAY", lambda c: lasting(c["DAY"], c["number"], c["unit"])),
    ("number unit from DAY", lambda c: lasting(c["DAY"], c["number"], c["unit"])),
    ("DAY for number unit", lambda c: lasting(c["DAY"], c["number"], c["unit"])),
    ("from DAY number unit", lambda c: _long_from(c)),
)


def _this_and_next(caught: Caught) -> Resolve | None:
    """Return what is left of this week, and the next one: "this week and next", "deze en volgende week"."""
    unit = str(caught.get("unit#1", caught["unit"]))
    return ranged(period_ahead(unit, 0), period_ahead(unit, 1)) if unit == caught["unit"] else None


def _both_of_next(caught: Caught, days: int = 6) -> Resolve | None:
    """Return two days of next week, at most so many apart: "Thursday and Friday next week"."""
    if caught["unit"] != "week" or not 0 < caught["weekday"] - caught["weekday#1"] <= days:
        return None
    first, last = (weekday_of_week(caught[day], 1) for day in ("weekday#1", "weekday"))

    def resolve(base: datetime) -> Moment | None:
        start, end = first(base), last(base)
        return Moment(start.first, last=end.first) if start and end else None

    return resolve


def _joined(caught: Caught) -> Resolve:
    """Return two days joined by "and", when the second is the day after the first; a longer stretch is not meant."""
    both = ranged(caught["DAY#1"], caught["DAY"])

    def resolve(base: datetime) -> Moment | None:
        moment = both(base)
        close = moment is not None and moment.last is not None and moment.last - moment.first <= timedelta(days=1)
        return moment if close else None

    return resolve


def _long_from(caught: Caught) -> Resolve | None:
    """Return "from Thursday two weeks"; days would be of a rhythm ("from Monday 3 days a week")."""
    return None if caught["unit"] == "day" else lasting(caught["DAY"], caught["number"], caught["unit"])


def _numbers_only(caught: Caught) -> Resolve:
    return ranged(day_of_month(caught["day_number"]), day_of_month(caught["day_last"]))


_TIME_RULES: tuple[tuple[str, Callable[[Caught], time | None]], ...] = (
    ("at? clock", lambda c: c["clock"]),
    ("at? clock am", lambda c: half_day(c["clock"], "am")),
    ("at? clock pm", lambda c: half_day(c["clock"], "pm")),
    ("at? clock oclock", lambda c: c["clock"]),
    ("at? clock part", lambda c: half_day(c["clock"], c["part"])),
    ("at clock_dotted", lambda c: c["clock_dotted"]),
    ("at? clock_dotted oclock", lambda c: c["clock_dotted"]),
    ("at? clock_dotted am", lambda c: half_day(c["clock_dotted"], "am")),
    ("at? clock_dotted pm", lambda c: half_day(c["clock_dotted"], "pm")),
    ("at? hour_number oclock", lambda c: time(c["hour_number"])),
    ("at? hour_number oclock minutes", lambda c: time(c["hour_number"], c["minutes"])),
    ("at? hour_number oclock part", lambda c: half_day(time(c["hour_number"]), c["part"])),
    ("at? hour_number am", lambda c: half_day(time(c["hour_number"]), "am")),
    ("at? hour_number pm", lambda c: half_day(time(c["hour_number"]), "pm")),
    ("at? hour_number part", lambda c: half_day(time(c["hour_number"]), c["part"])),
    ("at hour_number", lambda c: time(c["hour_number"])),
    ("at? noon", lambda c: PART_HOURS["noon"]),
    ("at? midnight", lambda c: PART_HOURS["midnight"]),
)


def half_day(clock: time, half: str) -> time | None:
    """Return a clock time as that of the half or the part of the day named beside it; None where the two disagree."""
    if half == "am":
        return clock.replace(hour=clock.hour % 12) if clock.hour <= 12 else clock
    if half == "pm" or half in _AFTER_NOON:
        return clock.replace(hour=clock.hour % 12 + 12) if clock.hour <= 12 else clock
    return clock if half == "morning" else None


# Elements that are other tags, looked at more closely.
_STANDS_FOR = {"day_last": "day_number", "minutes": "number", "weekend": "unit", "month_apart": "month"}


class Rule(NamedTuple):
    """A rule compiled: its elements, what it comes to, the tags it may begin with, and those it cannot do without."""

    elements: tuple[tuple[tuple[str, ...], bool], ...]  # (alternatives, may be absent)
    build: Callable[[Caught], Any]
    openers: frozenset[str]
    needs: tuple[frozenset[str], ...]  # one of each


def _compiled(rules: Sequence[tuple[str, Callable[[Caught], Any]]]) -> tuple[Rule, ...]:
    found = []
    for pattern, build in rules:
        elements = tuple((tuple(piece.rstrip("?").split("|")), piece.endswith("?")) for piece in pattern.split())
        openers: set[str] = set()
        for alternatives, optional in elements:
            openers.update(alternatives)
            if not optional:
                break
        needs = tuple(_tags_of(alternatives) for alternatives, optional in elements if not optional)
        found.append(Rule(elements, build, frozenset(openers), tuple(tags for tags in needs if tags)))
    return tuple(found)


def _tags_of(alternatives: Sequence[str]) -> frozenset[str]:
    """Return the tags of stretches that can stand for an element, none where that takes more than a tag to tell."""
    if "DAY" in alternatives or "dash" in alternatives:
        return frozenset()
    return frozenset(_STANDS_FOR.get(tag, tag) for tag in alternatives)


DAYS = _compiled(_DAY_RULES)
RANGES = _compiled(_RANGE_RULES)
TIMES = _compiled(_TIME_RULES)
MOST_LEADS = 3
