"""What a language brings to reading dates: the names of CLDR and the hand words of its table, compiled once.

Must not: know a word of any language itself, or what an expression comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from functools import lru_cache
from typing import Any, NamedTuple

from babel.dates import get_day_names, get_month_names

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Phrases, fold, listed, words_of

TABLE = "date"
PART_HOURS = {
    "noon": time(12),
    "midnight": time(23, 59),
    "morning": time(9),
    "afternoon": time(15),
    "evening": time(19),
    "close": time(18),
}
# Kinds of words that lead up to a date; they are worth the language they are of.
LEADS = (
    "by", "until", "before", "from", "after", "on", "at", "within", "for", "in", "to", "this", "article",
    "article_number",
)  # fmt: skip
_UNIT_KEYS = ("minute", "hour", "day", "week", "fortnight", "month", "quarter", "year", "weekend")


class DateWords(NamedTuple):
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
def date_words(lexicon: Lexicon) -> DateWords:
    """Return the words of all languages of a lexicon."""
    triples: list[tuple[str, str, str]] = []
    worth: dict[tuple[str, str, tuple[str, ...]], Any] = {}
    marks: dict[str, dict[str, str]] = {"ordinal": {}, "hour": {}, "am": {}, "pm": {}, "span": {}}
    skipping = set()

    def add(tag: str, language: str, phrase: str, value: Any) -> None:
        triples.append((tag, language, phrase))
        worth[tag, language, _plain(phrase)] = value

    for language, table in lexicon.tables(TABLE).items():
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
            ("feast", "feasts"),
            ("clock_ahead", "clock_ahead"),
            ("clock_behind", "clock_behind"),
        ):
            for name, number in table.get(key, {}).items():
                add(tag, language, name, number)
        weekdays |= table.get("weekday_names", {})
        for part in PART_HOURS:
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
        for part in PART_HOURS:
            for phrase in table.get(part, ()):
                add("part", language, phrase, part)
        for key in ("ordinal", "hour"):
            marks[key].update((fold(mark), mark) for mark in table.get(f"{key}_marks", ()))
        for key in ("am", "pm"):
            marks[key].update((fold(mark), mark) for mark in table.get(key, ()))
        marks["span"].update((fold(mark), unit) for mark, unit in table.get("span_marks", {}).items())
        if table.get("next_weekday_is_next_week"):
            skipping.add(language)
    return DateWords(Phrases(triples), worth, marks, frozenset(skipping))


@lru_cache(maxsize=8)
def weekday_names(lexicon: Lexicon) -> Mapping[str, int]:
    """Return the folded names of the days of the week in all languages, each with its number (0 for Monday)."""
    found: dict[str, int] = {}
    for language, table in lexicon.tables(TABLE).items():
        named = [(name, number) for tag, name, number in _cldr_names(language) if tag == "weekday"]
        for name, number in (*named, *table.get("weekday_names", {}).items()):
            if len(_plain(name)) == 1:
                found[fold(name)] = number
    return found


@lru_cache(maxsize=8)
def day_parts(lexicon: Lexicon) -> dict[str, int]:
    """Return the folded names of parts of days in one word ("Sonntagabend"), each with the number of its day."""
    parts = date_words(lexicon)
    return {words[0]: value[0] for (tag, _, words), value in parts.worth.items() if tag == "weekday_part"}


@lru_cache(maxsize=32)
def short_weekday_names(lexicon: Lexicon, languages: frozenset[str]) -> Mapping[str, int]:
    """Return the folded short names ("Thu", "mar.", "Do") of the days of the week in some languages, with numbers."""
    known = languages & lexicon.tables(TABLE).keys()
    names = (named for language in sorted(known) for named in _cldr_names(language))
    return {fold(name).strip("."): number for tag, name, number in names if tag == "weekday_short"}


@lru_cache(maxsize=8)
def month_words(lexicon: Lexicon) -> frozenset[str]:
    """Return the folded names of the months in all languages, long and short."""
    tables = lexicon.tables(TABLE)
    named = {name for language in tables for tag, name, _ in _cldr_names(language) if tag == "month"}
    extra = {name for table in tables.values() for name in table.get("month_names", {})}
    return frozenset(words[0].text for name in named | extra if (words := words_of(name)))
