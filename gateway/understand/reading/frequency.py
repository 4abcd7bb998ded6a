"""How often, on which days and at what time somebody wants their mail: "once a week please", "only on Mondays".

Must not: take a mere mention of a weekday or a rhythm for a wish; a word of asking or limiting has to stand by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from functools import lru_cache

from gateway.model.reading import CommandReading, Intent
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import find_clock, weekday_names
from gateway.understand.reading.phrases import Word, fold, words_of
from gateway.understand.reading.request import TABLE, Request, Told

_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RHYTHMS = ("biweekly", "monthly", "weekly", "never", "daily")  # the rarer one is wished for where two are named
_WORKING_DAYS = 5
_SHORT = 14
_TERSE = 8  # words of an answer that names little but the rhythm
_PLURALS = ("s", "en", "i", "es")


@lru_cache(maxsize=8)
def _days(lexicon: Lexicon) -> Mapping[str, int]:
    """Return the days of the week by folded name, singular and plural, of all languages."""
    found = dict(weekday_names(lexicon))
    for name, number in tuple(found.items()):
        found.update((name + plural, number) for plural in _PLURALS)
    for table in lexicon.tables(TABLE).values():
        found.update((fold(name), number) for name, number in table.get("weekday_plural", {}).items())
    return found


def read_frequency(request: Request) -> CommandReading | None:
    """Return the rhythm, days and time a mail wishes for, None when it wishes for none."""
    frequency: str | None = None
    days: tuple[str, ...] = ()
    clock: time | None = None
    asked = False
    for told in request.told:
        if not _wishes(told, request):
            continue
        asked = True
        frequency = frequency or _rhythm(told, request)
        days = days or _named_days(told, request)
        clock = clock or _clock(told, request)
    if not asked or not (frequency or days or clock):
        return None
    if days and frequency in ("daily", "weekly", "monthly") and not _explicit(request, frequency):
        frequency = None
    return CommandReading(
        intent=Intent.SET_FREQUENCY,
        frequency=frequency,
        days=days,
        at=clock,
        evidence=" ".join(t.text for t in request.told)[:200],
    )


def _wishes(told: Told, request: Request) -> bool:
    """Tell whether a sentence asks for mail in some rhythm: it limits ("only"), or asks and speaks of mail."""
    rhythm = request.hits(told, *_RHYTHMS, "every_other", "working_days")
    terse = request.subject.is_reply and len(told.words) <= _TERSE and not told.asks
    if terse and request.hits(told, "every_other", "biweekly"):
        return True
    days = _day_words(told.words, request)
    limits = bool(request.hits(told, "only"))
    asks = bool(request.hits(told, "send"))
    speaks = bool(request.hits(told, "mails"))
    if told.is_subject:
        return bool(rhythm) and len(told.words) <= 4 and (limits or asks or speaks)
    if not speaks and not _answers_questions(request):
        return False
    if rhythm or days:
        return asks or (limits and len(told.words) <= _SHORT)
    return asks and find_clock(told.text, request.sent_at, request.lexicon) is not None


def _answers_questions(request: Request) -> bool:
    """Tell whether a mail answers questions or a summary of ours, rather than a thread of the members'."""
    if request.answers_ours:
        return True
    words = words_of(request.subject.text)
    return request.subject.is_reply and bool(request.lists.of("checkin_subject", "mails").find(words))


def _rhythm(told: Told, request: Request) -> str | None:
    if request.hits(told, "every_other") and (_day_words(told.words, request) or request.hits(told, "biweekly")):
        return "biweekly"
    return next((rhythm for rhythm in _RHYTHMS if request.hits(told, rhythm)), None)


def _explicit(request: Request, frequency: str) -> bool:
    """Tell whether a rhythm stands in the same breath as the days ("weekly, on Mondays")."""
    return frequency != "daily" and any(
        request.hits(told, frequency) and _day_words(told.words, request) for told in request.told
    )


def _day_words(words: tuple[Word, ...], request: Request) -> list[int]:
    """Return the days named, in order, but for those of hyphenated names counted twice."""
    names = _days(request.lexicon)
    return list(dict.fromkeys(names[word.text] for word in words if word.text in names and len(word.text) > 3))


def _named_days(told: Told, request: Request) -> tuple[str, ...]:
    found = _day_words(told.words, request)
    if not found:
        return tuple(_ENGLISH[:_WORKING_DAYS]) if request.hits(told, "working_days") else ()
    if request.hits(told, "except_words"):
        return tuple(day for number, day in enumerate(_ENGLISH[:_WORKING_DAYS]) if number not in found)
    return tuple(_ENGLISH[number] for number in sorted(found))


def _clock(told: Told, request: Request) -> time | None:
    return find_clock(told.text, request.sent_at, request.lexicon)
