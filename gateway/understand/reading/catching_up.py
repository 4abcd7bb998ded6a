"""The request to be told what was missed ("catch up", "what did I miss since Monday?"), and `ok` in answer to that.

It is one only where it is all there is: the words of table [catch_up], then perhaps a day that has passed. Must not:
hold a word of any language, or say what was missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from gateway.model.understood import CatchUp, Read
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import find_dates
from gateway.understand.reading.phrases import Phrases, Word, listed, words_of

_TABLE = "catch_up"
_LONGEST = 200  # letters
_MOST_WORDS = 14
_WEEK = timedelta(days=7)


@lru_cache(maxsize=8)
def _asking(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("ask",)))


@lru_cache(maxsize=8)
def _reading(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("read",)))


@lru_cache(maxsize=8)
def _beside(lexicon: Lexicon) -> Phrases:
    return Phrases((*listed(lexicon.tables("govern"), ("polite",)), *listed(lexicon.tables(_TABLE), ("since",))))


def read_catch_up(text: str, sent_at: datetime, lexicon: Lexicon) -> CatchUp | None:
    """Return the request to be told what was missed, None when a text is anything else.

    `sent_at` is aware, in its author's zone. A day that is named lies in the past: `Monday` is the last one.
    """
    text = text.strip()
    words = words_of(text) if len(text) <= _LONGEST else ()
    if not words or len(words) > _MOST_WORDS:
        return None
    dates = find_dates(text, sent_at, lexicon)
    if len(dates) > 1:
        return None
    start, end = dates[0].span if dates else (len(text), len(text))
    outside = [word for word in words if word.end <= start or word.start >= end]
    for at in range(len(outside)):
        for hit in _asking(lexicon).at(outside, at):
            if _says_nothing((*outside[:at], *outside[hit.end :]), lexicon):
                return CatchUp(_past(dates[0].day, sent_at.date()) if dates else None)
    return None


def _says_nothing(words: Sequence[Word], lexicon: Lexicon) -> bool:
    """Whether words are polite, or lead to the day, and nothing more."""
    rest = 0
    while rest < len(words):
        hits = list(_beside(lexicon).at(words, rest))
        if not hits:
            return False
        rest = max(hit.end for hit in hits)
    return True


def _past(day: date, today: date) -> date:
    """Return the last such day: a weekday named is read as the next one elsewhere, a date without a year likewise."""
    if day <= today:
        return day
    if day - _WEEK <= today:
        return day - _WEEK
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def read_as_read(text: str, lexicon: Lexicon) -> Read | None:
    """Return `ok`, said of a catch-up, when it is the whole text: one such word, or several ("OK, all read!")."""
    words = words_of(text) if len(text) <= _LONGEST and "?" not in text else ()
    if not words or len(words) > _MOST_WORDS:
        return None
    rest = 0
    while rest < len(words):
        hits = _reading(lexicon).at(words, rest)
        if not hits:
            return None
        rest = max(hit.end for hit in hits)
    return Read()


def as_read_below(text: str, lexicon: Lexicon) -> tuple[str, str] | None:
    """Return what stands above a last line that is `ok`, and that line; None where none ends the text."""
    above, _, last = text.rstrip().rpartition("\n")
    return (above.strip(), last) if above.strip() and read_as_read(last, lexicon) else None
