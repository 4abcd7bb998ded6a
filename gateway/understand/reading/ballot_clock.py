"""Times of day as people say them: "half eight", "19 heures trente", "halb acht", "las ocho y media".

Must not: know a word of a language, or an option of a vote.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.understand.reading.ballot_words import Mark, Marked

HALF, QUARTER = 30, 15
# What a word beside an hour adds to it, in minutes; most languages put it behind ("y media"), some ahead ("halb").
OFFSETS = {"half_past": HALF, "half_to": -HALF, "quarter_past": QUARTER, "quarter_to": -QUARTER}
MOST_HOURS = 24
BETWEEN = frozenset(("hour_word", "and"))  # "huit heures et demie", "las ocho y media"


class Spoken(NamedTuple):
    """A time said in words: its tokens `start:end` and its minutes after midnight."""

    start: int
    end: int
    minutes: int


def spoken_times(marked: Marked) -> Iterator[Spoken]:
    """Yield every time said in words, in order."""
    at = 0
    while at < len(marked.tokens):
        found = _time_at(marked, at)
        if found is not None:
            yield found
        at = found.end if found is not None else at + 1


def _time_at(marked: Marked, at: int) -> Spoken | None:
    mark = marked.cover[at]
    offset = _offset(mark)
    if mark is not None and offset and mark.start == at:
        hour = _hour_at(marked, mark.end)
        return _time(at, hour[1], hour[0] * 60 + offset) if hour else None
    hour = _hour_at(marked, at)
    if hour is None:
        return None
    behind = _over(marked, hour[1])
    mark = marked.cover[behind] if behind < len(marked.tokens) else None
    offset = _offset(mark)
    if mark is not None and offset:
        return _time(at, mark.end, hour[0] * 60 + offset)
    minutes = _minutes_at(marked, behind)
    if minutes is not None and (behind > hour[1] or marked.tokens[behind].kind == "word"):
        return _time(at, minutes[1], hour[0] * 60 + minutes[0])
    spelt = hour[1] - at > 1 and behind > hour[1]
    return _time(at, hour[1], hour[0] * 60) if spelt else None  # "dix-sept heures"


def _time(start: int, end: int, minutes: int) -> Spoken:
    return Spoken(start, end, minutes % (MOST_HOURS * 60))


def _offset(mark: Mark | None) -> int:
    return next((OFFSETS[name] for name in OFFSETS if mark is not None and name in mark), 0)


def _hour_at(marked: Marked, at: int) -> tuple[int, int] | None:
    """Return the hour that stands here, in figures or in words, and where it ends."""
    if at >= len(marked.tokens):
        return None
    token, mark = marked.tokens[at], marked.cover[at]
    if token.kind == "number" and token.fold.isdigit() and int(token.fold) <= MOST_HOURS:
        return int(token.fold), at + 1
    if mark is not None and mark.start == at and 0 < mark.values.get("number", 0) <= MOST_HOURS:
        return mark.values["number"], mark.end
    return None


def _minutes_at(marked: Marked, at: int) -> tuple[int, int] | None:
    """Return the minutes that stand behind an hour: "trente", "30"."""
    if at >= len(marked.tokens):
        return None
    token, mark = marked.tokens[at], marked.cover[at]
    if token.kind == "number" and token.fold.isdigit() and len(token.fold) == 2 and int(token.fold) < 60:
        return int(token.fold), at + 1
    if mark is not None and mark.start == at and "minute" in mark.values:
        return mark.values["minute"] * QUARTER, mark.end
    return None


def _over(marked: Marked, at: int) -> int:
    """Return the place behind the words that join an hour with what is added to it."""
    while at < len(marked.tokens):
        mark = marked.cover[at]
        if mark is None or not mark.classes & BETWEEN or _offset(mark):
            return at
        at = mark.end
    return at
