"""Dates and times out of words: a closed grammar over CLDR names and hand words, so that an answer is right or absent.

What is read is relative to when the mail was sent and to its author's zone. Must not: guess (a number is no date
without a month, a weekday or a word that makes it one), count working days, or know a language (the lexicon does).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import get_day_names, get_month_names

from gateway.model.reading import When
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Phrases, fold, listed, words_of

_TABLE = "date"
_LONGEST_TEXT = 6_000  # letters looked at; a deadline stands near the top
_FRIDAY = 4
_HORIZON = timedelta(days=370)  # a fallback reading further off than this is a misreading
_MOST_AHEAD = 330  # days: a date without a year that far ahead was meant as past
_PART_HOURS = {
    "noon": time(12),
    "midnight": time(23, 59),
    "morning": time(9),
    "afternoon": time(15),
    "evening": time(19),
    "close": time(18),
}
_AFTER_NOON = frozenset({"afternoon", "evening"})
_UNIT_KEYS = ("minute", "hour", "day", "week", "fortnight", "month", "quarter", "year", "weekend")
_SPAN_HOURS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_SPAN_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_SPAN_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS_LONG = _SPAN_DAYS.keys() | _SPAN_MONTHS.keys()
# Zone names people write behind a time, and a place that keeps it; others make the time unknown.
_ZONES = {
    "UTC": "UTC", "GMT": "UTC", "CET": "Europe/Paris", "CEST": "Europe/Paris", "MEZ": "Europe/Berlin",
    "MESZ": "Europe/Berlin", "BST": "Europe/London", "WEST": "Europe/Lisbon", "EST": "America/New_York",
    "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago", "MST": "America/Denver",
    "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """A date expression in a text: what it says, and the kinds of words that lead up to it ("by", "from" …)."""

    when: When
    leads: frozenset[str]
    inclusive: bool = False


class _Moment(NamedTuple):
    """What an expression comes to. `floats` says that it names no year and may be moved by one."""

    first: date
    last: date | None = None
    at: time | None = None
    instant: datetime | None = None
    floats: bool = False
    zone: str | None = None


_Resolve = Callable[[datetime], _Moment | None]


class _Edge(NamedTuple):
    value: Any
    end: int


class _Catch(NamedTuple):
    tag: str
    value: Any


# --- what a language brings -----------------------------------------------------------------------------------------


class _Words(NamedTuple):
    """The tables of a lexicon, compiled once: phrases by tag, and what a phrase is worth."""

    phrases: Phrases
    worth: Mapping[tuple[str, str, tuple[str, ...]], Any]
    marks: Mapping[str, Mapping[str, str]]
    skipping: frozenset[str]


def _plain(phrase: str) -> tuple[str, ...]:
    return tuple(word.text for word in words_of(phrase))


def _cldr_names(language: str) -> Iterator[tuple[str, str, int]]:
    """Yield (tag, name, number) for the days and months of a language; short ones under a tag of their own."""
    for width in ("wide", "abbreviated"):
        for number, name in get_day_names(width, "format", language).items():
            yield ("weekday" if width == "wide" else "weekday_short", name, number)
        for context in ("format", "stand-alone"):
            for number, name in get_month_names(width, context, language).items():
                yield ("month", name, number)


@lru_cache(maxsize=8)
def _words(lexicon: Lexicon) -> _Words:
    triples: list[tuple[str, str, str]] = []
    worth: dict[tuple[str, str, tuple[str, ...]], Any] = {}
    marks: dict[str, dict[str, str]] = {"ordinal": {}, "hour": {}, "am": {}, "pm": {}, "span": {}}
    skipping = set()

    def add(tag: str, language: str, phrase: str, value: Any) -> None:
        triples.append((tag, language, phrase))
        worth[tag, language, _plain(phrase)] = value

    for language, table in lexicon.tables(_TABLE).items():
        weekdays: dict[str, int] = {}
        for tag, name, number in _cldr_names(language):
            add(tag, language, name, number)
            if tag == "weekday":
                weekdays[name] = number
        for tag, key in (
            ("weekday", "weekday_names"),
            ("month", "month_names"),
            ("number", "numbers"),
            ("nth", "ordinals"),
        ):
            for name, number in table.get(key, {}).items():
                add(tag, language, name, number)
        weekdays |= table.get("weekday_names", {})
        for part in _PART_HOURS:
            for phrase in table.get(part, ()):
                if " " not in phrase and "'" not in phrase:  # compounds: Freitagabend, maandagochtend
                    for name, number in weekdays.items():
                        add("weekday_part", language, name + phrase, (number, part))
        for unit in _UNIT_KEYS:
            for phrase in table.get(unit, ()):
                add("unit", language, phrase, unit)
        for key, language_, phrase in listed({language: table}):
            if key not in _UNIT_KEYS:
                add(key, language_, phrase, key)
        for part in _PART_HOURS:
            for phrase in table.get(part, ()):
                add("part", language, phrase, part)
        for key in ("ordinal", "hour"):
            marks[key].update((fold(mark), mark) for mark in table.get(f"{key}_marks", ()))
        for key in ("am", "pm"):
            marks[key].update((fold(mark), mark) for mark in table.get(key, ()))
        marks["span"].update((fold(mark), unit) for mark, unit in table.get("span_marks", {}).items())
        if table.get("next_weekday_is_next_week"):
            skipping.add(language)
    return _Words(Phrases(triples), worth, marks, frozenset(skipping))


@lru_cache(maxsize=8)
def weekday_names(lexicon: Lexicon) -> Mapping[str, int]:
    """Return the folded names of the days of the week in all languages, each with its number (0 for Monday)."""
    found: dict[str, int] = {}
    for language, table in lexicon.tables(_TABLE).items():
        named = [(name, number) for tag, name, number in _cldr_names(language) if tag == "weekday"]
        for name, number in (*named, *table.get("weekday_names", {}).items()):
            if len(_plain(name)) == 1:
                found[fold(name)] = number
    return found


@lru_cache(maxsize=8)
def month_words(lexicon: Lexicon) -> frozenset[str]:
    """Return the folded names of the months in all languages, long and short."""
    tables = lexicon.tables(_TABLE)
    named = {name for language in tables for tag, name, _ in _cldr_names(language) if tag == "month"}
    extra = {name for table in tables.values() for name in table.get("month_names", {})}
    return frozenset(words[0].text for name in named | extra if (words := words_of(name)))


# --- the text as a lattice of tagged stretches ----------------------------------------------------------------------

_ISO = re.compile(r"(?<![\d/.-])(20\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d)?(Z|[+-]\d\d:?\d\d)?)?(?![\d-])")
_NUMERIC = re.compile(
    r"(?<![\d/.:])(\d{1,2})([./])(\d{1,2})(?:\2(\d{4}|\d{2})(?!\d)|(?<=\.\d)\.|(?<=\.\d\d)\.)?(?![\d/:]|\.\d)"
)
_DASHED = re.compile(r"(?<![\d/.:-])(\d{1,2})-(\d{1,2})-(\d{4})(?![\d-])")
_SHARED_MONTH = re.compile(
    r"(?<![\d/.:-])(\d{1,2})\.?\s?[-–]\s?(\d{1,2})([./])(\d{1,2})(?:\3(\d{4}|\d{2}))?\.?(?![\d/:])"
)
_CLOCK = re.compile(r"(?<![\d/.:-])(\d{1,2})(?::|(?<=\d)\.)([0-5]\d)(?::[0-5]\d)?(?![\d/:%€$£]|\.\d)")
_GLUED = re.compile(r"(\d{1,4})([^\W\d_]+)(\d{2})?$")
_GAP = re.compile(r"[ \t,'’‘()°\u00a0\u202f*]*\Z")
_DOT_GAP = re.compile(r"\.,?[ \t\u00a0\u202f]*\Z")
_DASH_GAP = re.compile(r"\.?\)?\s{0,2}[-–—→>]{1,2}\s{0,2}\Z")
_LINE_GAP = re.compile(r"[ \t]*\r?\n[ \t]*\Z")
_NUMBERED_END = re.compile(r"\d\.$")
_HALF = re.compile(r"/\d")
_DATE_TAGS = frozenset({"month", "weekday", "numeric", "clock", "iso", "part", "today", "tomorrow", "overmorrow"})
_ALL_DAYS = range(1, 32)


class _Lattice:
    """The words of a text, and what each stretch of them could be. `base` decides only the order of day and month."""

    def __init__(self, text: str, base: datetime, words: _Words) -> None:
        self.text = text
        self.words = words_of(text)
        self.known = words
        self.month_first = _month_first(base)
        self.edges: list[dict[str, list[_Edge]]] = [{} for _ in self.words]
        self._starts = {word.start: index for index, word in enumerate(self.words)}
        self._ends = {word.end: index + 1 for index, word in enumerate(self.words)}
        self._add_phrases()
        self._add_numbers()
        self._add_composites()

    def gap(self, index: int) -> str:
        """Return what stands between a word and the one before it."""
        return self.text[self.words[index - 1].end : self.words[index].start] if 0 < index < len(self.words) else ""

    def raw(self, index: int) -> str:
        """Return a word as it was written."""
        return self.text[self.words[index].start : self.words[index].end]

    def _add(self, tag: str, start: int, end: int, value: Any) -> None:
        self.edges[start].setdefault(tag, []).append(_Edge(value, end))

    def _add_phrases(self) -> None:
        texts = [word.text for word in self.words]
        for start in range(len(self.words)):
            for hit in self.known.phrases.at(self.words, start):
                inside = self.text[self.words[start].end : self.words[hit.end - 1].start] if hit.end > start + 1 else ""
                if "\n" in inside or (any(char in inside for char in ".!?;:,") and len(inside) > 3 and ". " in inside):
                    continue
                value = self.known.worth[hit.key, hit.language, tuple(texts[start : hit.end])]
                self._add(hit.key, start, hit.end, (value, hit.language) if hit.key == "next" else value)

    def _add_numbers(self) -> None:
        for index, word in enumerate(self.words):
            if word.text.isdecimal() and len(word.text) <= 4:
                self._add_number(index, int(word.text), len(word.text))
            elif word.text[0].isdecimal() and (match := _GLUED.match(word.text)):
                self._add_glued(index, int(match[1]), match[2], match[3])

    def _add_number(self, index: int, number: int, size: int) -> None:
        if number:
            self._add("number", index, index + 1, number)
        # "8" of "8/3" is half of a date, and no day beside a word that may be a month.
        is_half = bool(_HALF.match(self.text, self.words[index].end))
        if size <= 2 and number in _ALL_DAYS and not is_half:
            self._add("day_number", index, index + 1, number)
            if self.text[self.words[index].end : self.words[index].end + 1] == ".":
                self._add("day_dot", index, index + 1, number)
        if size <= 2 and number < 24:
            self._add("hour_number", index, index + 1, number)
        if size == 4 and 2000 <= number < 2100:
            self._add("year", index, index + 1, number)

    def _add_glued(self, index: int, number: int, mark: str, rest: str | None) -> None:
        marks = self.known.marks
        if mark in marks["ordinal"] and number in _ALL_DAYS and not rest:
            self._add("day_number", index, index + 1, number)
            self._add("day_ordinal", index, index + 1, number)
        minutes = int(rest or 0)
        if mark in marks["hour"] and number < 24 and minutes < 60:
            self._add("clock", index, index + 1, time(number, minutes))
        if (mark in marks["am"] or mark in marks["pm"]) and 1 <= number <= 12 and not rest:
            self._add("clock", index, index + 1, time(number % 12 + (12 if mark in marks["pm"] else 0)))
        if mark in marks["span"] and 1 <= number <= 366 and not rest:
            self._add("span", index, index + 1, (number, marks["span"][mark]))

    def _add_composites(self) -> None:
        for match in _ISO.finditer(self.text):
            self._add_match(match, "iso", _iso(match))
        for match in _NUMERIC.finditer(self.text):
            firm = match[2] == "/" or match[4] is not None or match.group().endswith(".")
            self._add_match(
                match, "numeric" if firm else "numeric_weak", self._day_month(match[1], match[3], match[4], match[2])
            )
        for match in _DASHED.finditer(self.text):
            self._add_match(match, "numeric", self._day_month(match[1], match[2], match[3], "-"))
        for match in _SHARED_MONTH.finditer(self.text):
            second = self._day_month(match[2], match[4], match[5], ".")
            first = self._day_month(match[1], match[4], match[5], ".")
            if (first and second and match[3] == ".") or (not self.month_first and match[3] == "/"):
                self._add_match(match, "numeric_range", _ranged(first, second) if first and second else None)
        for match in _CLOCK.finditer(self.text):
            if int(match[1]) < 24:
                dotted = "." in match.group()
                self._add_match(match, "clock_dotted" if dotted else "clock", time(int(match[1]), int(match[2])))

    def _add_match(self, match: re.Match[str], tag: str, value: Any) -> None:
        end = match.end() - (match.group().endswith("."))
        start_index, end_index = self._starts.get(match.start()), self._ends.get(end)
        if start_index is None:
            return
        if end_index is None:  # "15:00Z", "2026-12-01T15:00": the last word reaches past the digits
            end_index = next(
                (i + 1 for i, word in enumerate(self.words[start_index:], start_index) if word.end >= end), None
            )
        if value is not None and end_index is not None:
            self._add(tag, start_index, end_index, value)

    def _day_month(self, one: str, two: str, year: str | None, mark: str) -> _Resolve | None:
        first, second = int(one), int(two)
        day, month = (second, first) if self.month_first and mark != "." else (first, second)
        if month > 12 and mark != ".":
            day, month = month, day
        full = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
        return _calendar_day(day, month, full) if 1 <= month <= 12 and 1 <= day <= 31 else None


@lru_cache(maxsize=512)
def _zone_month_first(key: str) -> bool:
    territory = get_global("zone_territories").get(key)
    try:
        pattern = str(Locale("en", territory).date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return pattern.startswith("M")


def _month_first(base: datetime) -> bool:
    """Tell whether people of this zone write the month before the day (CLDR's short English date of its country)."""
    key = getattr(base.tzinfo, "key", "")
    return bool(key) and _zone_month_first(key)


# --- values ---------------------------------------------------------------------------------------------------------


def _make_date(year: int, month: int, day: int) -> date | None:
    return (
        date(year, month, day) if 1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= _last_of(year, month) else None
    )


def _last_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _iso(match: re.Match[str]) -> _Resolve | None:
    day = _make_date(int(match[1]), int(match[2]), int(match[3]))
    if day is None:
        return None
    if match[4] is None:
        return lambda base: _Moment(day)
    hour, minute, offset = int(match[4]), int(match[5]), match[6]
    if hour > 23 or minute > 59:
        return None
    if not offset:
        return lambda base: _Moment(day, at=time(hour, minute))
    try:
        instant = datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}{'+00:00' if offset == 'Z' else offset}")
    except ValueError:
        return None

    def resolve(base: datetime) -> _Moment:
        local = instant.astimezone(base.tzinfo)
        return _Moment(local.date(), at=local.time(), instant=instant)

    return resolve


def _calendar_day(day: int, month: int, year: int | None) -> _Resolve:
    """Return the day of that month: of the year named, else its next coming, unless it has just gone by."""

    def resolve(base: datetime) -> _Moment | None:
        if year is not None:
            found = _make_date(year, month, day)
            return _Moment(found) if found else None
        today = base.date()
        found = _make_date(today.year, month, day)
        if found is None or found < today:
            found = next((d for ahead in range(1, 5) if (d := _make_date(today.year + ahead, month, day))), None)
        return _Moment(found, floats=True) if found else None

    return resolve


def _day_of_month(day: int) -> _Resolve:
    """Return the next day with this number."""

    def resolve(base: datetime) -> _Moment | None:
        today = base.date()
        for ahead in range(13):
            year, month = _month_after(today, ahead)
            found = _make_date(year, month, day)
            if found and found >= today:
                return _Moment(found)
        return None

    return resolve


def _month_after(day: date, months: int) -> tuple[int, int]:
    count = day.year * 12 + day.month - 1 + months
    return count // 12, count % 12 + 1


def _add_months(day: date, months: int) -> date:
    year, month = _month_after(day, months)
    return date(year, month, min(day.day, _last_of(year, month)))


def _weekday(number: int, weeks: int = 0, *, today_counts: bool = False, skip_this_week: bool = False) -> _Resolve:
    def resolve(base: datetime) -> _Moment:
        today = base.date()
        ahead = (number - today.weekday()) % 7
        if ahead == 0 and not today_counts:
            ahead = 7
        if skip_this_week and number > today.weekday() and today.weekday() < _FRIDAY + 1:
            ahead += 7
        return _Moment(today + timedelta(days=ahead + 7 * weeks))

    return resolve


def _weekday_of_week(number: int, weeks: int) -> _Resolve:
    def resolve(base: datetime) -> _Moment:
        monday = base.date() - timedelta(days=base.weekday())
        return _Moment(monday + timedelta(days=7 * weeks + number))

    return resolve


def _weekday_and_day(number: int, resolve_day: _Resolve) -> _Resolve:
    """Return the day, moved to the month or year in which it falls on that weekday; None when it does not soon."""

    def resolve(base: datetime) -> _Moment | None:
        moment = resolve_day(base)
        return moment if moment and moment.first.weekday() == number else None

    return resolve


def _weekday_with_number(number: int, day: int) -> _Resolve:
    def resolve(base: datetime) -> _Moment | None:
        today = base.date()
        for ahead in range(4):
            found = _make_date(*_month_after(today, ahead), day)
            if found and found >= today and found.weekday() == number:
                return _Moment(found)
        return None

    return resolve


def _relative_day(days: int) -> _Resolve:
    return lambda base: _Moment(base.date() + timedelta(days=days))


def _span(number: int, unit: str) -> _Resolve:
    """Return the moment that long after the mail was sent: an instant for hours, else a day."""

    def resolve(base: datetime) -> _Moment | None:
        number_ = min(number, 999)
        if unit in _SPAN_HOURS:
            instant = (base.timestamp() + (_SPAN_HOURS[unit] * number_).total_seconds()) if base.tzinfo else None
            then = (
                datetime.fromtimestamp(instant, base.tzinfo)
                if instant is not None
                else base + _SPAN_HOURS[unit] * number_
            )
            return _Moment(then.date(), at=then.time().replace(microsecond=0), instant=then)
        if unit in _SPAN_DAYS:
            return _Moment(base.date() + timedelta(days=_SPAN_DAYS[unit] * number_))
        if unit in _SPAN_MONTHS:
            return _Moment(_add_months(base.date(), _SPAN_MONTHS[unit] * number_))
        return None

    return resolve


def _following(number: int, unit: str) -> _Resolve:
    """Return the stretch of so many units that begins today."""

    def resolve(base: datetime) -> _Moment | None:
        end = _span(number, unit)(base)
        return _Moment(base.date(), last=end.first - timedelta(days=1)) if end and unit not in _SPAN_HOURS else end

    return resolve


def _period(unit: str, ahead: int) -> _Resolve:
    """Return this (0) or next (1) week, month …, what is left of it when it has begun. A week ends on its Friday."""

    def resolve(base: datetime) -> _Moment | None:
        bounds = _bounds(base.date(), unit, ahead)
        if bounds is None:
            return None
        first, last = bounds
        first = max(first, base.date())
        return _Moment(first, last=max(first, last))

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
            year, month = _month_after(today, ahead)
            return date(year, month, 1), date(year, month, _last_of(year, month))
        case "quarter":
            year, month = _month_after(today.replace(day=1), 3 * ahead - (today.month - 1) % 3)
            last_year, last_month = _month_after(date(year, month, 1), 2)
            return date(year, month, 1), date(last_year, last_month, _last_of(last_year, last_month))
        case "year":
            return date(today.year + ahead, 1, 1), date(today.year + ahead, 12, 31)
        case "day":
            return today + timedelta(days=ahead), today + timedelta(days=ahead)
    return None


def _edge_of(period: _Resolve, which: str) -> _Resolve:
    """Return the last, middle or first day of a period."""

    def resolve(base: datetime) -> _Moment | None:
        moment = period(base)
        if moment is None or moment.last is None:
            return moment
        if which == "end":
            return _Moment(moment.last)
        return _Moment(moment.first + (moment.last - moment.first) // 2 if which == "middle" else moment.first)

    return resolve


def _month(number: int, year: int | None) -> _Resolve:
    def resolve(base: datetime) -> _Moment | None:
        today = base.date()
        chosen = year if year is not None else today.year + (number < today.month)
        first = _make_date(chosen, number, 1)
        return _Moment(max(first, today), last=date(chosen, number, _last_of(chosen, number))) if first else None

    return resolve


def _before_month(number: int, year: int | None) -> _Resolve:
    """Return the day before a month begins ("until September"), or its last day when it has begun."""

    def resolve(base: datetime) -> _Moment | None:
        moment = _month(number, year)(base)
        if moment is None or moment.last is None:
            return None
        begun = moment.first.day != 1 or moment.first <= base.date()
        return _Moment(moment.last if begun else moment.first - timedelta(days=1))

    return resolve


def _month_edge(number: int, year: int | None, which: str) -> _Resolve:
    def resolve(base: datetime) -> _Moment | None:
        moment = _month(number, year)(base)
        if moment is None or moment.last is None:
            return None
        day = {"end": moment.last.day, "middle": 15, "begin": 1}[which]
        return _Moment(moment.last.replace(day=day))

    return resolve


def _nth_weekday(nth: int, weekday: int, month: int, year: int | None) -> _Resolve:
    def resolve(base: datetime) -> _Moment | None:
        for chosen in [year] if year is not None else [base.year, base.year + 1]:
            days = [d for d in range(1, _last_of(chosen, month) + 1) if date(chosen, month, d).weekday() == weekday]
            if nth == -1 or nth <= len(days):
                found = date(chosen, month, days[-1 if nth == -1 else nth - 1])
                if year is not None or found >= base.date():
                    return _Moment(found)
        return None

    return resolve


def _ranged(first: _Resolve, second: _Resolve) -> _Resolve:
    """Return the stretch from the first to the second; a start that has gone by is that of the stretch still on."""

    def resolve(base: datetime) -> _Moment | None:
        start = first(base)
        if start is None:
            return None
        if start.floats:
            end = second(base)
            if end and end.first < start.first and end.floats:
                back = _make_date(start.first.year - 1, start.first.month, start.first.day)
                if back and (end.last or end.first) - back < timedelta(days=200):
                    return _Moment(back, last=end.last or end.first)
        later = second(datetime.combine(start.first, base.timetz()))
        if later is None or (later.last or later.first) < start.first:
            return None
        return _Moment(start.first, last=later.last or later.first, at=None, zone=later.zone)

    return resolve


def _lasting(first: _Resolve, number: int, unit: str) -> _Resolve:
    def resolve(base: datetime) -> _Moment | None:
        start = first(base)
        if start is None or unit in _SPAN_HOURS:
            return None
        end = _span(number, unit)(datetime.combine(start.first, base.timetz()))
        return _Moment(start.first, last=end.first - timedelta(days=1)) if end else None

    return resolve


def _at(day: _Resolve, clock: time | None) -> _Resolve:
    def resolve(base: datetime) -> _Moment | None:
        moment = day(base)
        return moment._replace(at=clock) if moment and clock and not moment.instant else moment

    return resolve


# --- the grammar ----------------------------------------------------------------------------------------------------
# A rule is elements in order: a tag, TIME, PART or DAY; "?" may be absent; "dash" is a dash between two words.

_Caught = dict[str, Any]


def _number_day(caught: _Caught) -> int:
    return int(caught.get("day_number") or caught.get("nth") or 0)


def _date_of(caught: _Caught) -> _Resolve:
    return _calendar_day(_number_day(caught), caught["month"], caught.get("year"))


def _weekday_date(caught: _Caught) -> _Resolve:
    return _weekday_and_day(caught["weekday"], _date_of(caught))


def _next_weekday(caught: _Caught) -> _Resolve:
    _, language = caught["next"]
    return _weekday(caught["weekday"], skip_this_week=bool(caught.get("skips")) and language in caught["skips"])


def _next_period(caught: _Caught) -> _Resolve:
    return _period(caught["unit"], 1)


def _next_numbered(caught: _Caught) -> _Resolve:
    return _following(caught["number"], caught["unit"])


_DAY_RULES: tuple[tuple[str, Callable[[_Caught], _Resolve | None]], ...] = (
    ("iso", lambda c: c["iso"]),
    ("numeric", lambda c: c["numeric"]),
    ("weekday|weekday_short article? numeric", lambda c: _weekday_and_day(c["weekday"], c["numeric"])),
    ("weekday article? numeric_weak", lambda c: _weekday_and_day(c["weekday"], c["numeric_weak"])),
    ("day_number of? month of? year?", _date_of),
    ("article_number day_number of? month of? year?", _date_of),
    ("article day_number of? month of? year?", _date_of),
    ("nth of? month of? year?", _date_of),
    ("article nth of? month of? year?", _date_of),
    ("weekday|weekday_short article|article_number|on? day_number of? month of? year?", _weekday_date),
    ("month article? day_number year?", _date_of),
    ("weekday|weekday_short article? month article? day_number year?", _weekday_date),
    ("weekday article|article_number? day_last", lambda c: _weekday_with_number(c["weekday"], c["day_last"])),
    ("weekday article|article_number? day_ordinal", lambda c: _weekday_with_number(c["weekday"], c["day_ordinal"])),
    ("weekday_short day_last", lambda c: _weekday_with_number(c["weekday"], c["day_last"])),
    ("article|on|by|until|from|to|before? day_ordinal", lambda c: _day_of_month(c["day_ordinal"])),
    ("article_dotted day_dot", lambda c: _day_of_month(c["day_dot"])),
    ("article_number day_last", lambda c: _day_of_month(c["day_last"])),
    ("nth weekday of? month year?", lambda c: _nth_weekday(c["nth"], c["weekday"], c["month"], c.get("year"))),
    ("article nth weekday of? month year?", lambda c: _nth_weekday(c["nth"], c["weekday"], c["month"], c.get("year"))),
    ("today", lambda c: _relative_day(0)),
    ("tomorrow", lambda c: _relative_day(1)),
    ("overmorrow", lambda c: _relative_day(2)),
    ("tonight", lambda c: _at(_relative_day(0), _PART_HOURS["evening"])),
    ("weekday", lambda c: _weekday(c["weekday"])),
    ("article weekday", lambda c: _weekday(c["weekday"])),
    ("weekday_part", lambda c: _at(_weekday(c["weekday_part"][0]), _PART_HOURS[c["weekday_part"][1]])),
    ("this weekday", lambda c: _weekday(c["weekday"], today_counts=True)),
    ("article? next weekday", _next_weekday),
    ("article? weekday article? next", lambda c: _weekday(c["weekday"])),
    ("weekday of? article? next unit", lambda c: _of_next(c)),
    ("weekday of? article? unit next", lambda c: _of_next(c)),
    ("next unit on|of|article? weekday", lambda c: _of_next(c)),
    ("article? next unit", _next_period),
    ("article? unit next", _next_period),
    ("this unit", lambda c: _period(c["unit"], 0)),
    ("whole unit", lambda c: _period(c["unit"], 0)),
    ("whole this unit", lambda c: _period(c["unit"], 0)),
    ("whole of? next unit", _next_period),
    ("whole of? article? unit next", _next_period),
    ("article weekend", lambda c: _period("weekend", 0)),
    ("article|for? next number unit", _next_numbered),
    ("article number next unit", _next_numbered),
    ("in number unit", lambda c: _span(c["number"], c["unit"])),
    ("within number unit", lambda c: _span(c["number"], c["unit"])),
    ("for number unit", lambda c: _span(c["number"], c["unit"])),
    ("in span", lambda c: _span(*c["span"])),
    ("within span", lambda c: _span(*c["span"])),
    ("for span", lambda c: _span(*c["span"])),
    ("number unit hence", lambda c: _span(c["number"], c["unit"])),
    ("end article? this? unit", lambda c: _edge_of(_period(c["unit"], 0), "end")),
    ("end article? next unit", lambda c: _edge_of(_period(c["unit"], 1), "end")),
    ("end article? unit next", lambda c: _edge_of(_period(c["unit"], 1), "end")),
    ("article? unit close", lambda c: None),
    ("begin article? next unit", lambda c: _edge_of(_period(c["unit"], 1), "begin")),
    ("begin article? unit next", lambda c: _edge_of(_period(c["unit"], 1), "begin")),
    ("middle article? next unit", lambda c: _edge_of(_period(c["unit"], 1), "middle")),
    ("middle article? unit next", lambda c: _edge_of(_period(c["unit"], 1), "middle")),
    ("week_close", lambda c: _edge_of(_period("week", 0), "end")),
    ("month_close", lambda c: _edge_of(_period("month", 0), "end")),
    ("end of? month of? year?", lambda c: _month_edge(c["month"], c.get("year"), "end")),
    ("middle of? month of? year?", lambda c: _month_edge(c["month"], c.get("year"), "middle")),
    ("begin of? month of? year?", lambda c: _month_edge(c["month"], c.get("year"), "begin")),
    ("until|before|by month year?", lambda c: _before_month(c["month"], c.get("year"))),
    ("month_lead month year?", lambda c: _month(c["month"], c.get("year"))),
    ("month year", lambda c: _month(c["month"], c["year"])),
)


def _of_next(caught: _Caught) -> _Resolve | None:
    return _weekday_of_week(caught["weekday"], 1) if caught["unit"] == "week" else None


def _pair_in_month(caught: _Caught) -> _Resolve | None:
    month, year = caught["month"], caught.get("year")
    return _ranged(_calendar_day(caught["day_number#1"], month, year), _calendar_day(caught["day_number"], month, year))


def _number_pair(caught: _Caught) -> _Resolve:
    return _ranged(_day_of_month(caught["day_ordinal#1"]), _day_of_month(caught["day_ordinal"]))


def _number_to_date(caught: _Caught) -> _Resolve:
    """Return "from the 28th to 3 August": the first number is the last such day before the second."""
    day = caught["day_number"]

    def resolve(base: datetime) -> _Moment | None:
        end = caught["DAY"](base)
        if end is None:
            return None
        last = end.last or end.first
        for back in range(3):
            start = _make_date(*_month_after(last, -back), day)
            if start and start <= last:
                return _Moment(start, last=last)
        return None

    return resolve


_RANGE_RULES: tuple[tuple[str, Callable[[_Caught], _Resolve | None]], ...] = (
    ("numeric_range", lambda c: c["numeric_range"]),
    ("DAY dash DAY", lambda c: _ranged(c["DAY#1"], c["DAY"])),
    ("from? DAY to from|article|article_number|until|on? DAY", lambda c: _ranged(c["DAY#1"], c["DAY"])),
    ("from? DAY and DAY", lambda c: _joined(c)),
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
    ("weekday_short dash weekday_short", lambda c: _ranged(_weekday(c["weekday#1"]), _weekday(c["weekday"]))),
    ("from weekday_short to weekday_short", lambda c: _ranged(_weekday(c["weekday#1"]), _weekday(c["weekday"]))),
    ("from DAY for number unit", lambda c: _lasting(c["DAY"], c["number"], c["unit"])),
    ("for number unit from DAY", lambda c: _lasting(c["DAY"], c["number"], c["unit"])),
    ("number unit from DAY", lambda c: _lasting(c["DAY"], c["number"], c["unit"])),
    ("DAY for number unit", lambda c: _lasting(c["DAY"], c["number"], c["unit"])),
)


def _joined(caught: _Caught) -> _Resolve:
    """Return two days joined by "and", when the second is the day after the first; a longer stretch is not meant."""
    both = _ranged(caught["DAY#1"], caught["DAY"])

    def resolve(base: datetime) -> _Moment | None:
        moment = both(base)
        close = moment is not None and moment.last is not None and moment.last - moment.first <= timedelta(days=1)
        return moment if close else None

    return resolve


def _numbers_only(caught: _Caught) -> _Resolve:
    return _ranged(_day_of_month(caught["day_number"]), _day_of_month(caught["day_last"]))


_TIME_RULES: tuple[tuple[str, Callable[[_Caught], time | None]], ...] = (
    ("at? clock", lambda c: c["clock"]),
    ("at? clock am", lambda c: _half_day(c["clock"], "am")),
    ("at? clock pm", lambda c: _half_day(c["clock"], "pm")),
    ("at? clock oclock", lambda c: c["clock"]),
    ("at? clock part", lambda c: _half_day(c["clock"], c["part"])),
    ("at clock_dotted", lambda c: c["clock_dotted"]),
    ("at? clock_dotted oclock", lambda c: c["clock_dotted"]),
    ("at? clock_dotted am", lambda c: _half_day(c["clock_dotted"], "am")),
    ("at? clock_dotted pm", lambda c: _half_day(c["clock_dotted"], "pm")),
    ("at? hour_number oclock", lambda c: time(c["hour_number"])),
    ("at? hour_number oclock minutes", lambda c: time(c["hour_number"], c["minutes"])),
    ("at? hour_number oclock part", lambda c: _half_day(time(c["hour_number"]), c["part"])),
    ("at? hour_number am", lambda c: _half_day(time(c["hour_number"]), "am")),
    ("at? hour_number pm", lambda c: _half_day(time(c["hour_number"]), "pm")),
    ("at? hour_number part", lambda c: _half_day(time(c["hour_number"]), c["part"])),
    ("at hour_number", lambda c: time(c["hour_number"])),
    ("at? noon", lambda c: _PART_HOURS["noon"]),
    ("at? midnight", lambda c: _PART_HOURS["midnight"]),
)


def _half_day(clock: time, half: str) -> time | None:
    if half == "am":
        return clock.replace(hour=clock.hour % 12) if clock.hour <= 12 else clock
    if half == "pm" or half in _AFTER_NOON:
        return clock.replace(hour=clock.hour % 12 + 12) if clock.hour <= 12 else clock
    return clock if half == "morning" else None


class _Rule(NamedTuple):
    elements: tuple[tuple[tuple[str, ...], bool], ...]  # (alternatives, may be absent)
    build: Callable[[_Caught], Any]
    openers: frozenset[str]


def _compile(rules: Sequence[tuple[str, Callable[[_Caught], Any]]]) -> tuple[_Rule, ...]:
    compiled = []
    for pattern, build in rules:
        elements = tuple((tuple(piece.rstrip("?").split("|")), piece.endswith("?")) for piece in pattern.split())
        openers: set[str] = set()
        for alternatives, optional in elements:
            openers.update(alternatives)
            if not optional:
                break
        compiled.append(_Rule(elements, build, frozenset(openers)))
    return tuple(compiled)


_DAYS = _compile(_DAY_RULES)
_RANGES = _compile(_RANGE_RULES)
_TIMES = _compile(_TIME_RULES)
_LEADS = (
    "by",
    "until",
    "before",
    "from",
    "after",
    "on",
    "at",
    "within",
    "for",
    "in",
    "to",
    "this",
    "article",
    "article_number",
)
_MOST_LEADS = 3


class _Parser:
    """Matches the rules on a lattice; results are kept by position, so that work stays in proportion to the text."""

    def __init__(self, lattice: _Lattice) -> None:
        self.lattice = lattice
        self.size = len(lattice.words)
        self._memo: dict[tuple[str, int], tuple[tuple[Any, int], ...]] = {}

    def expressions(self, start: int) -> list[tuple[_Resolve, int]]:
        """Return what could be read from this word on, longest first."""
        found = [*self._timed(start), *self._ranges(start)]
        return sorted(found, key=lambda pair: -pair[1])

    def _ranges(self, start: int) -> tuple[tuple[Any, int], ...]:
        return self._all("RANGE", _RANGES, start)

    def days(self, start: int) -> tuple[tuple[Any, int], ...]:
        return self._all("DAY", _DAYS, start)

    def times(self, start: int) -> tuple[tuple[Any, int], ...]:
        return self._all("TIME", _TIMES, start)

    def _timed(self, start: int) -> Iterator[tuple[_Resolve, int]]:
        for day, end in self.days(start):
            yield day, end
            for clock, after in self._clock_or_part(end):
                yield _at(day, clock), after
        for clock, middle in self._clock_or_part(start):
            for day, end in self._day_after(middle):
                yield _at(day, clock), end
        for edge in self.tagged("close", start):
            yield _at(_relative_day(0), _PART_HOURS["close"]), edge.end

    def _day_after(self, start: int) -> Iterator[tuple[Any, int]]:
        if start >= self.size or not self._joins(start):
            return
        yield from self.days(start)
        for tag in ("on", "of"):
            for edge in self.tagged(tag, start):
                if edge.end < self.size and self._joins(edge.end):
                    yield from self.days(edge.end)

    def _clock_or_part(self, start: int) -> Iterator[tuple[time, int]]:
        """Yield the times that stand here: a part of the day, a clock time, or both ("morning at 9")."""
        if start >= self.size or not (start == 0 or self._joins(start) or self.lattice.gap(start)[-1:] != "\n"):
            return
        if start and not self._joins(start):
            return
        for clock, end in self.times(start):
            yield clock, end
        for edge in self.tagged("part", start):
            yield _PART_HOURS[edge.value], edge.end
            if edge.end < self.size and self._joins(edge.end):
                for clock, end in self.times(edge.end):
                    yield _half_day(clock, edge.value) or clock, end
        for tag in ("on", "at"):
            for lead in self.tagged(tag, start):
                if lead.end < self.size and self._joins(lead.end):
                    for edge in self.tagged("part", lead.end):
                        yield _PART_HOURS[edge.value], edge.end

    def _all(self, name: str, rules: tuple[_Rule, ...], start: int) -> tuple[tuple[Any, int], ...]:
        key = (name, start)
        if key not in self._memo:
            self._memo[key] = ()  # a rule that would begin with itself finds nothing
            self._memo[key] = tuple(self._matches(rules, start)) if start < self.size else ()
        return self._memo[key]

    def _matches(self, rules: tuple[_Rule, ...], start: int) -> Iterator[tuple[Any, int]]:
        tags = self._tags(start)
        seen = set()
        for rule in rules:
            if "DAY" not in rule.openers and not rule.openers & tags:
                continue
            for caught, end in self._walk(rule.elements, 0, start, start):
                values = dict(_numbered(caught))
                values["skips"] = self.lattice.known.skipping
                value = rule.build(values)
                if value is not None and end > start and (end, rule) not in seen:
                    seen.add((end, rule))
                    yield value, end

    def _tags(self, start: int) -> set[str]:
        tags = set(self.lattice.edges[start])
        return tags | {"day_last"} if "day_number" in tags else tags

    def _walk(
        self, elements: tuple[tuple[tuple[str, ...], bool], ...], index: int, at: int, start: int
    ) -> Iterator[tuple[tuple[_Catch, ...], int]]:
        if index == len(elements):
            yield (), at
            return
        alternatives, optional = elements[index]
        for tag in alternatives:
            if tag == "dash":
                if 0 < at < self.size and _DASH_GAP.match(self.lattice.gap(at)):
                    yield from self._walk_dashed(elements, index + 1, at)
                continue
            if at < self.size and (at == start or self._joins(at)):
                for edge in self._step(tag, at):
                    for caught, end in self._walk(elements, index + 1, edge.end, start):
                        yield (_Catch("weekday" if tag == "weekday_short" else tag, edge.value), *caught), end
        if optional:
            yield from self._walk(elements, index + 1, at, start)

    def _walk_dashed(
        self, elements: tuple[tuple[tuple[str, ...], bool], ...], index: int, at: int
    ) -> Iterator[tuple[tuple[_Catch, ...], int]]:
        yield from self._walk(elements, index, at, at)

    def _step(self, tag: str, at: int) -> Iterator[_Edge]:
        if tag == "DAY":
            yield from (_Edge(value, end) for value, end in self.days(at))
        elif tag == "weekday_short":
            if self.lattice.raw(at)[:1].isupper():
                yield from self.tagged(tag, at)
        elif tag == "day_last":
            yield from (edge for edge in self.tagged("day_number", at) if self._ends_here(edge.end))
        elif tag == "minutes":
            yield from (
                edge for edge in self.tagged("number", at) if edge.value < 60 and len(self.lattice.raw(at)) == 2
            )
        elif tag == "weekend":
            yield from (edge for edge in self.tagged("unit", at) if edge.value == "weekend")
        else:
            yield from self.tagged(tag, at)

    def _ends_here(self, at: int) -> bool:
        """Tell whether a bare number before this word is a day of the month: no noun of its own follows."""
        if at >= self.size or self.lattice.gap(at).strip():
            return True
        tags = self.lattice.edges[at].keys()
        return (
            bool(tags & {"common", "to", "until", "at", "and", "inclusive", "part", "clock", "on"})
            and "unit" not in tags
        )

    def tagged(self, tag: str, at: int) -> Sequence[_Edge]:
        """Return the stretches with this tag that begin at this word."""
        return self.lattice.edges[at].get(tag, ()) if at < self.size else ()

    def _joins(self, at: int) -> bool:
        """Tell whether a word may go on with the expression of the one before it."""
        gap = self.lattice.gap(at)
        if _GAP.match(gap):
            return True
        before = self.lattice.raw(at - 1)
        if _DOT_GAP.match(gap):
            return before[:1].isdecimal() or len(before) <= 5
        if gap in ("-", "-"):
            return bool(self.lattice.edges[at - 1].keys() & {"middle", "begin", "end"})
        return bool(_LINE_GAP.match(gap)) and not self.lattice.raw(at)[:1].isdecimal()


def _numbered(caught: Sequence[_Catch]) -> Iterator[tuple[str, Any]]:
    """Name what was caught; an earlier catch of the same tag is `tag#1`."""
    seen: dict[str, Any] = {}
    for catch in caught:
        if catch.tag in seen:
            yield f"{catch.tag}#1", seen[catch.tag]
        seen[catch.tag] = catch.value
    yield from seen.items()


# --- the readers ----------------------------------------------------------------------------------------------------


def find_dates(
    text: str, base: datetime, lexicon: Lexicon, languages: tuple[str, ...] | None = None
) -> tuple[When, ...]:
    """Return the dates named in a text, in its order. `base` is when it was sent, aware, in its author's zone.

    `languages` (codes) narrows the words looked for; by default those of every language are.
    """
    return tuple(dated.when for dated in find_dated(text, base, lexicon, languages))


def find_dated(
    text: str, base: datetime, lexicon: Lexicon, languages: tuple[str, ...] | None = None
) -> tuple[Dated, ...]:
    """Return the dates named in a text with the words that lead up to each; see `find_dates`."""
    return _dated(text[:_LONGEST_TEXT], base, _narrowed(lexicon, languages))


@lru_cache(maxsize=128)  # the readers ask about the same sentences again and again
def _dated(text: str, base: datetime, lexicon: Lexicon) -> tuple[Dated, ...]:
    lattice = _Lattice(text, base, _words(lexicon))
    parser = _Parser(lattice)
    found: list[Dated] = []
    index = 0
    while index < parser.size:
        dated, end = _read_at(parser, index, base)
        if dated:
            found.append(dated)
        index = end
    return tuple(found)


@lru_cache(maxsize=16)
def _narrowed(lexicon: Lexicon, languages: tuple[str, ...] | None) -> Lexicon:
    if languages is None:
        return lexicon
    return Lexicon({code: tables for code, tables in lexicon.languages.items() if code in languages})


def _read_at(parser: _Parser, start: int, base: datetime) -> tuple[Dated | None, int]:
    lattice = parser.lattice
    if not lattice.edges[start]:
        return None, start + 1
    for begin, resolve, end in _candidates(parser, start):
        moment = _resolved(resolve, base)
        if moment is not None:
            moment, end = _with_zone(lattice, moment, end)
            leads, lead_start = _leads_before(parser, begin)
            inclusive = bool(parser.tagged("inclusive", end))
            when = _when(moment, base, lattice, lead_start, end)
            return Dated(when, leads | _inner_leads(lattice, begin), inclusive), end
    return None, start + 1


def _candidates(parser: _Parser, start: int) -> list[tuple[int, _Resolve, int]]:
    """Return what begins at this word or right after the leading words here, the furthest reaching first."""
    begins = _after_leads(parser.lattice, start)
    found = [(begin, *pair) for begin in begins if begin < parser.size for pair in parser.expressions(begin)]
    return sorted(found, key=lambda candidate: (-candidate[2], candidate[0]))


def _resolved(resolve: _Resolve, base: datetime) -> _Moment | None:
    try:
        moment = resolve(base)
    except (OverflowError, ValueError, OSError):
        return None
    if moment is None:
        return None
    gone_by = moment.floats and moment.last is None and (moment.first - base.date()).days > _MOST_AHEAD
    return None if gone_by else moment


def _leads_before(parser: _Parser, start: int) -> tuple[frozenset[str], int]:
    """Return the kinds of words right before an expression, and where they begin."""
    lattice = parser.lattice
    leads: set[str] = set()
    first = start
    for _ in range(_MOST_LEADS):
        step = next(
            (
                (at, tags)
                for at in range(max(0, first - 4), first)
                if (tags := {tag for tag in _LEADS for edge in lattice.edges[at].get(tag, ()) if edge.end == first})
                and _plain_gap(lattice.gap(first))
            ),
            None,
        )
        if step is None:
            break
        first, tags = step
        leads |= tags
    return frozenset(leads), first


def _plain_gap(gap: str) -> bool:
    return not gap.strip(" \t\n'’:*_(") and gap.count("\n") <= 1


def _inner_leads(lattice: _Lattice, start: int) -> frozenset[str]:
    """Return the kinds of leading words that an expression itself begins with ("within 48 hours")."""
    return frozenset(
        tag for tag in ("within", "for", "in", "from", "by", "until", "before") if tag in lattice.edges[start]
    )


def _with_zone(lattice: _Lattice, moment: _Moment, end: int) -> tuple[_Moment, int]:
    if moment.at and not moment.instant and end < len(lattice.words) and lattice.raw(end) in _ZONES:
        return moment._replace(zone=_ZONES[lattice.raw(end)]), end + 1
    return moment, end


def _when(moment: _Moment, base: datetime, lattice: _Lattice, start: int, end: int) -> When:
    span = (lattice.words[start].start, lattice.words[end - 1].end)
    instant = moment.instant
    if instant is None and moment.at is not None:
        zone = ZoneInfo(moment.zone) if moment.zone else base.tzinfo
        instant = datetime.combine(moment.first, moment.at, zone)
    return When(
        day=moment.first,
        at=moment.at,
        instant=instant,
        end_day=moment.last if moment.last and moment.last != moment.first else None,
        evidence=lattice.text[span[0] : span[1]],
        span=span,
    )


def find_lengths(text: str, base: datetime, lexicon: Lexicon) -> tuple[date, ...]:
    """Return when the lengths of time named in a text ("a week", "3 days") end, counted from `base`."""
    lattice = _Lattice(text[:_LONGEST_TEXT], base, _words(lexicon))
    parser = _Parser(lattice)
    found = []
    for start in range(parser.size):
        for number in parser.tagged("number", start):
            for unit in parser.tagged("unit", number.end):
                moment = _resolved(_span(number.value, unit.value), base) if unit.value in _DAYS_LONG else None
                if moment:
                    found.append(moment.first)
        found += [
            moment.first for edge in parser.tagged("span", start) if (moment := _resolved(_span(*edge.value), base))
        ]
    return tuple(dict.fromkeys(found))


def read_when(text: str, base: datetime, lexicon: Lexicon) -> When | None:
    """Return the date or instant that the whole of a text names, or None: never one read from a part of it."""
    text = text.strip().rstrip("!,;")
    text = text.rstrip(".") if not _NUMBERED_END.search(text) else text
    if not text or len(text) > 120:
        return None
    found = _whole(text, base, lexicon)
    return found if found is not None or _is_refused(text, base, lexicon) else _fallback(text, base, lexicon)


def _is_refused(text: str, base: datetime, lexicon: Lexicon) -> bool:
    """Tell whether a text holds names or numbers of dates that we know, and did not put together on purpose."""
    lattice = _Lattice(text, base, _words(lexicon))
    return any(_DATE_TAGS & edges.keys() for edges in lattice.edges)


def _whole(text: str, base: datetime, lexicon: Lexicon) -> When | None:
    lattice = _Lattice(text, base, _words(lexicon))
    parser = _Parser(lattice)
    for start in _after_leads(lattice, 0):
        for resolve, end in parser.expressions(start) if start < parser.size else ():
            moment = _resolved(resolve, base)
            if moment is None:
                continue
            moment, end = _with_zone(lattice, moment, end)
            if any(edge.end == parser.size for edge in parser.tagged("inclusive", end)):
                end = parser.size
            if end == parser.size:
                return _when(moment, base, lattice, 0, end)
    return _bare(parser, base)


def _bare(parser: _Parser, base: datetime) -> When | None:
    """Read what is a date only because nothing else stands beside it: "4.12", "17:00", "30 days", "12"."""
    lattice, size = parser.lattice, parser.size
    for start in _after_leads(lattice, 0):
        if start >= size:
            continue
        for edge in (*parser.tagged("numeric_weak", start), *parser.tagged("weekday_short", start)):
            resolve = _weekday(edge.value) if isinstance(edge.value, int) else edge.value
            moment = _resolved(resolve, base) if edge.end == size else None
            if moment:
                return _when(moment, base, lattice, 0, size)
        for clock, end in parser._clock_or_part(start):
            if end == size:
                ahead = 0 if clock > base.time() else 1
                return _when(_Moment(base.date() + timedelta(days=ahead), at=clock), base, lattice, 0, size)
        for edge in parser.tagged("span", start):
            moment = _resolved(_span(*edge.value), base) if edge.end == size else None
            if moment:
                return _when(moment, base, lattice, 0, size)
        for number in parser.tagged("number", start):
            for unit in parser.tagged("unit", number.end):
                moment = _resolved(_span(number.value, unit.value), base) if unit.end == size else None
                if moment:
                    return _when(moment, base, lattice, 0, size)
    return None


def _after_leads(lattice: _Lattice, start: int) -> tuple[int, ...]:
    """Return where an expression may begin: at this word, or after the words here that lead up to one."""
    ends = {start}
    for _ in range(_MOST_LEADS):
        edges = (lattice.edges[at] for at in ends if at < len(lattice.words))
        more = {edge.end for tags in edges for tag in _LEADS for edge in tags.get(tag, ())}
        if more <= ends:
            break
        ends |= more
    return tuple(sorted(ends))


def _fallback(text: str, base: datetime, lexicon: Lexicon) -> When | None:
    """Ask dateparser, and believe it only within a year ahead, and never where a number went unread."""
    if (
        re.search(r"\d+\s*[^\W\d]{0,3}\s*\d*", text)
        and len(re.findall(r"\d+", text)) > 1
        and not re.search(r"20\d\d", text)
    ):
        return None
    if not any(char.isalpha() for char in text) or len(words_of(text)) > 6:
        return None
    import dateparser  # here, since importing it costs a quarter of a second that most runs never need

    order = "MDY" if _month_first(base) else "DMY"
    settings = {"RELATIVE_BASE": base.replace(tzinfo=None), "PREFER_DATES_FROM": "future", "DATE_ORDER": order}
    try:
        found = dateparser.parse(text, languages=list(lexicon.tables(_TABLE)), settings=settings)
    except Exception:  # whatever a library stumbles over, its answer is only a second opinion
        return None
    if found is None or not base.replace(tzinfo=None) < found < base.replace(tzinfo=None) + _HORIZON:
        return None
    return When(day=found.date(), evidence=text, span=(0, len(text)))


def find_clock(text: str, base: datetime, lexicon: Lexicon) -> time | None:
    """Return the first clock time named in a text ("around 17:30"), with or without a date; None without one."""
    parser = _Parser(_Lattice(text[:_LONGEST_TEXT], base, _words(lexicon)))
    for start in range(parser.size):
        found = sorted(parser.times(start), key=lambda pair: -pair[1])
        if found:
            clock: time = found[0][0]
            return clock
    return None
