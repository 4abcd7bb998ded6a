"""The words of a text and what each stretch of them could be in a date: a month, a number of a day, a clock time …

Must not: put stretches together (date_parser.py does), or know a language (date_words.py brings it).
"""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from gateway.understand.reading.date_values import Resolve, calendar_day, iso_moment, ranged
from gateway.understand.reading.date_words import LEADS, DateWords
from gateway.understand.reading.phrases import Hit, words_of

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
_HALF = re.compile(r"/\d")
_ALL_DAYS = range(1, 32)
_AMONG = frozenset({"common", "to", "until", "at", "and", "part", "on", "am", "pm"})  # what may follow an hour
_HOURS = range(24)
_DAY_MINUTES = 24 * 60
_PARTS = frozenset({"morning", "afternoon", "evening"})
_SPELT = frozenset({"number", "clock_ahead", "clock_behind", "hour_at", "oclock", *_PARTS})


class Edge(NamedTuple):
    """A stretch of words as it could be meant: what it is worth, and the word it ends before."""

    value: Any
    end: int


class Lattice:
    """The words of a text, and what each stretch of them could be. `base` decides only the order of day and month."""

    def __init__(self, text: str, base: datetime, words: DateWords) -> None:
        self.text = text
        self.words = words_of(text)
        self.known = words
        self.month_first = is_month_first(base)
        self.edges: list[dict[str, list[Edge]]] = [{} for _ in self.words]
        self._starts = {word.start: index for index, word in enumerate(self.words)}
        self._ends = {word.end: index + 1 for index, word in enumerate(self.words)}
        self._add_phrases()
        self._add_numbers()
        self._add_composites()
        self._add_spelt_hours()

    def gap(self, index: int) -> str:
        """Return what stands between a word and the one before it."""
        return self.text[self.words[index - 1].end : self.words[index].start] if 0 < index < len(self.words) else ""

    def raw(self, index: int) -> str:
        """Return a word as it was written."""
        return self.text[self.words[index].start : self.words[index].end]

    def _add(self, tag: str, start: int, end: int, value: Any) -> None:
        edges = self.edges[start].setdefault(tag, [])
        edge = Edge(value, end)
        if edge not in edges:  # "agosto" is a month of three languages, and the same in each
            edges.append(edge)

    def _add_phrases(self) -> None:
        texts = [word.text for word in self.words]
        self._spelt: list[Hit] = []  # hours in words, and what makes a clock time of them
        for hit in self.known.phrases.find(self.words):
            if hit.end > hit.start + 1 and self._is_broken(hit.start, hit.end):
                continue
            if hit.key in _SPELT:
                self._spelt.append(hit)
            value = self.known.worth[hit.key, hit.language, tuple(texts[hit.start : hit.end])]
            if hit.key == "next":
                value = (value, hit.language)
            self._add(hit.key, hit.start, hit.end, hit.language if hit.key in LEADS else value)

    def _is_broken(self, start: int, end: int) -> bool:
        """Tell whether a line or a sentence ends inside of a phrase."""
        inside = self.text[self.words[start].end : self.words[end - 1].start]
        return "\n" in inside or (len(inside) > 3 and ". " in inside)

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
            self._add_match(match, "iso", iso_moment(match))
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
                self._add_match(match, "numeric_range", ranged(first, second) if first and second else None)
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

    def _add_spelt_hours(self) -> None:
        """Add the clock times in words: "half past eight", "halb neun", "huit heures et demie", "at eight"."""
        if not any(hit.key != "number" for hit in self._spelt):
            return
        for hit in self._spelt:
            if hit.key in ("clock_ahead", "clock_behind"):
                minutes = self._worth(hit)
                for start, end, hour in self._hours_beside(hit):
                    at = (60 * hour + minutes) % _DAY_MINUTES
                    self._add("clock", min(start, hit.start), max(end, hit.end), time(at // 60, at % 60))
            elif hit.key == "hour_at":
                for start, end, hour in self._hours_beside(hit):
                    if hour > 1 and self._closes_hour(end):  # "at one of the schools"
                        self._add("clock", start, end, time(hour))
            elif hit.key == "oclock":
                self._add_oclock(hit)
            elif hit.key in _PARTS and hit.end > hit.start + 1:  # "seven in the evening", not "seven evenings"
                for start, end, hour in self._hours_beside(hit):
                    self._add("clock", start, end, time(hour))

    def _add_oclock(self, hit: Hit) -> None:
        """Add "eight o'clock"; "huit heures" may be a length, and needs a word of the time beside it."""
        lasts = any(edge.value == "hour" for edge in self.edges[hit.start].get("unit", ()))
        lasts = lasts and not any(one.start == hit.end for one in self._spelt if one.key in _PARTS)
        for start, _, hour in self._hours_beside(hit):
            if not lasts or any(
                edge.end == start and edge.value == hit.language
                for at in range(max(0, start - 3), start)
                for edge in self.edges[at].get("at", ())
            ):
                self._add("clock", start, hit.end, time(hour))

    def _worth(self, hit: Hit) -> Any:
        return self.known.worth[hit.key, hit.language, tuple(word.text for word in self.words[hit.start : hit.end])]

    def _hours_beside(self, hit: Hit) -> list[tuple[int, int, int]]:
        """Return the hours right beside a phrase, each from where to where: in its language, or in figures."""
        ahead = hit.key in ("clock_ahead", "hour_at")
        found = [
            (one.start, one.end, self._worth(one))
            for one in self._spelt
            if one.key == "number"
            and one.language == hit.language
            and (one.start == hit.end if ahead else one.end == hit.start)
            and not self._is_numbered(one)
        ]
        at = hit.end if ahead else hit.start - 1
        if hit.key[:6] == "clock_" and 0 <= at < len(self.words):
            found += [(at, edge.end, edge.value) for edge in self.edges[at].get("hour_number", ())]
        return [(start, end, hour) for start, end, hour in found if hour in _HOURS]

    def _is_numbered(self, hit: Hit) -> bool:
        """Tell whether a number is but the end of a longer one: the "huit" of "dix-huit"."""
        numbers = (one for one in self._spelt if one.key == "number" and one.language == hit.language)
        return any(one.start < hit.start <= one.end for one in numbers)

    def _closes_hour(self, end: int) -> bool:
        """Tell whether nothing is counted: "at eight please", not "at eight schools"."""
        return end >= len(self.words) or bool(self.gap(end).strip()) or bool(_AMONG & self.edges[end].keys())

    def _day_month(self, one: str, two: str, year: str | None, mark: str) -> Resolve | None:
        first, second = int(one), int(two)
        day, month = (second, first) if self.month_first and mark != "." else (first, second)
        if month > 12 and mark != ".":
            day, month = month, day
        full = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
        return calendar_day(day, month, full) if 1 <= month <= 12 and 1 <= day <= 31 else None


@lru_cache(maxsize=512)
def _zone_month_first(key: str) -> bool:
    territory = get_global("zone_territories").get(key)
    try:
        pattern = str(Locale("en", territory).date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return pattern.startswith("M")


def is_month_first(base: datetime) -> bool:
    """Tell whether people of this zone write the month before the day (CLDR's short English date of its country)."""
    key = getattr(base.tzinfo, "key", "")
    return bool(key) and _zone_month_first(key)
