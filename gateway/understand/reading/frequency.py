"""How often, on which days and at what time somebody wants their mail: "once a week please", "only on Mondays".

Must not: take a mere mention of a weekday or a rhythm for a wish; a word of asking or limiting has to stand by it.
"""

from __future__ import annotations

import re
from datetime import time

from gateway.model.reading import CommandReading, Intent
from gateway.understand.reading.command_asked import is_past, is_played
from gateway.understand.reading.command_ours import (
    bears_out,
    clause_of,
    day_numbers,
    is_all_ours,
    is_ours,
    says_only_when,
    strangers,
)
from gateway.understand.reading.date import find_clock
from gateway.understand.reading.phrases import Hit, Word, words_of
from gateway.understand.reading.request import Request, Told

_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RHYTHMS = ("biweekly", "monthly", "weekly", "never", "daily")  # the rarer one is wished for where two are named
_RHYTHM_WORDS = ("word_daily", "word_weekly", "word_biweekly", "word_monthly")
_WORKING_DAYS = 5
_SHORT = 14
_OPENING = 2  # words in which a sentence says whom it is about
_ABBREVIATED = 3  # letters: "son" is a word of its own
_NO_RHYTHM = frozenset({"until", "before", "by", "after"})
_TERSE = 8  # words of an answer that names little but the rhythm


def read_frequency(request: Request) -> CommandReading | None:
    """Return the rhythm, days and time a mail wishes for, None when it wishes for none."""
    frequency: str | None = None
    days: tuple[str, ...] = ()
    clock: time | None = None
    asked = False
    wished = False  # of the sentence before
    for told in request.told:
        wished = _wishes(told, request) or (wished and _adds_when(told, request))
        if not wished:
            continue
        asked = True
        frequency = frequency or _rhythm(told, request)
        days = days or named_days(told, request)
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
    days = _day_words(told, request)
    limits = bool(request.hits(told, "only"))
    asks = bool(request.hits(told, "send"))
    speaks = bool(request.hits(told, "mails")) or _is_headed_mails(request)
    terse = request.subject.is_reply and len(told.words) <= _TERSE and not told.asks
    if not (speaks or told.asks) and request.spoken(request.lists.of("together").find(told.words)):
        return False  # what several people do, rather than what one of them is sent
    if terse and request.hits(told, "every_other", "biweekly"):
        return _speaks_of_us(told, request)
    if _answers_questions(request) and request.whole(told.text, *_RHYTHM_WORDS):
        return True  # "Every day is too often. Weekly?"
    if told.is_subject:
        spoken = request.whole(told.text, *_RHYTHMS) and request.mentions("mails")
        named = bool(rhythm) and len(told.words) <= 4 and (limits or asks or speaks or spoken)
        return named and bears_out(request) and _speaks_of_us(told, request)
    if not (asks or limits) or not (speaks or _answers_questions(request)):
        return False
    if limits and _opens_with_time(told, request):
        return True  # "7 am please, before the children wake up"
    if rhythm or days:
        return (asks or len(told.words) <= _SHORT) and _speaks_of_us(told, request)
    return asks and _names_time(told, request) and _speaks_of_us(told, request)


def _opens_with_time(told: Told, request: Request) -> bool:
    """Tell whether the first clause of a sentence is a time and courtesy, in an answer to what we sent."""
    clause = re.split(r"[,;.!]", told.text, maxsplit=1)[0]
    if not _answers_questions(request) or find_clock(clause, request.sent_at, request.lexicon) is None:
        return False
    return says_only_when([word for word in words_of(clause) if not _is_courtesy(word, request)], request.lexicon)


def _is_courtesy(word: Word, request: Request) -> bool:
    return bool(request.lists.of("courtesy_word", "only").whole((word,)))


def _is_headed_mails(request: Request) -> bool:
    """Tell whether the subject is about our mail and nothing else ("mail settings", "how often")."""
    if request.whole(request.subject.text, "rhythm_subject"):
        return True
    if request.subject.is_reply or not request.mentions("mails"):
        return False
    subject = request.told[0]
    return subject.is_subject and bool(request.hits(subject, "mails")) and is_all_ours(subject, request)


def _names_time(told: Told, request: Request) -> bool:
    return find_clock(told.text, request.sent_at, request.lexicon) is not None


def _speaks_of_us(told: Told, request: Request) -> bool:
    """Tell whether the clauses that name a rhythm, a day or a time name nothing else but mail and its author."""
    if is_played(told, request) or _is_anothers(told, request):
        return False
    named = [*request.hits(told, *_RHYTHMS, "every_other", "working_days"), *_day_hits(told, request)]
    if not named:
        return is_all_ours(told, request) or bool(request.hits(told, "mails"))
    return any(is_ours(told, hit, request, whole=True) for hit in named if not _is_passed_over(told, hit, request))


def _is_anothers(told: Told, request: Request) -> bool:
    """Tell whether a sentence is about somebody else ("my sister reads hers weekly") or an absence that is over."""
    if any(is_past(told, hit, request) for hit in request.hits(told, "away")):
        return True
    owned = [hit.end for hit in request.hits(told, "possessive") if hit.start == 0]
    if owned and max(owned) in strangers(told, 0, len(told.words), request):
        return True
    asks = request.hits(told, "send")  # "serait-il possible" speaks of nobody
    return any(
        hit.start < _OPENING and not any(one.start <= hit.start and hit.end <= one.end for one in asks)
        for hit in request.hits(told, "third_person")
    )


def _day_hits(told: Told, request: Request) -> list[Hit]:
    names = day_numbers(request.lexicon)
    return [Hit("day", "", at, at + 1) for at, word in enumerate(told.words) if word.text in names]


def _adds_when(told: Told, request: Request) -> bool:
    """Tell whether a sentence behind a wish says but on which days, or at what time ("Fridays, around 4pm")."""
    when = _day_words(told, request) or find_clock(told.text, request.sent_at, request.lexicon)
    return bool(when) and not told.asks and is_all_ours(told, request)


def _answers_questions(request: Request) -> bool:
    """Tell whether a mail answers questions or a summary of ours, rather than a thread of the members'."""
    if request.answers_ours:
        return True
    words = words_of(request.subject.text)
    return request.subject.is_reply and bool(request.lists.of("checkin_subject", "digest_subject", "mails").find(words))


def _rhythm(told: Told, request: Request) -> str | None:
    if request.hits(told, "every_other") and (_day_words(told, request) or request.hits(told, "biweekly")):
        return "biweekly"
    hits = request.hits(told, *_RHYTHMS)
    wished = [hit.key for hit in hits if not _is_passed_over(told, hit, request)]
    return next((rhythm for rhythm in _RHYTHMS if rhythm in wished), None)


def _is_passed_over(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a rhythm is the one that is not wanted: "instead of weekly", "daily is too much", "I get …"."""
    if _is_behind_instead(told, hit.start, request):
        return True
    start, end = clause_of(told, hit, request)
    habit = request.spoken(request.lists.of("habit").at(told.words, start))
    return bool(habit or request.spoken(request.lists.of("judged").find(told.words[start:end])))


def _is_behind_instead(told: Told, at: int, request: Request) -> bool:
    """Tell whether "instead of" stands ahead of a place, one word between at most: "Fridays instead of Mondays"."""
    before = request.lists.of("instead_of").find(told.words[:at])
    return any(at - 1 <= one.end for one in request.spoken(before))


def _explicit(request: Request, frequency: str) -> bool:
    """Tell whether a rhythm stands in the same breath as the days ("weekly, on Mondays")."""
    return frequency != "daily" and any(
        request.hits(told, frequency) and _day_words(told, request) for told in request.told
    )


def _day_words(told: Told, request: Request) -> list[int]:
    """Return the days named, in order; one that something lasts until, or is since, is no day of a rhythm."""
    names = day_numbers(request.lexicon)
    named = [at for at, word in enumerate(told.words) if word.text in names and len(word.text) > _ABBREVIATED]
    kept = [at for at in named if not _is_behind_instead(told, at, request)] or named
    days = [told.words[at] for at in kept]
    ends = (
        [one.when.span for one in request.dates(told.text) if one.leads & _NO_RHYTHM and not one.when.end_day]
        if days
        else []
    )
    return list(dict.fromkeys(names[day.text] for day in days if not any(a <= day.start < b for a, b in ends)))


def named_days(told: Told, request: Request) -> tuple[str, ...]:
    """Return the days a sentence names, or but for which it wants mail: in English, in the order of the week."""
    found = _day_words(told, request)
    if not found:
        return tuple(_ENGLISH[:_WORKING_DAYS]) if request.hits(told, "working_days") else ()
    if request.hits(told, "except_words"):
        return tuple(day for number, day in enumerate(_ENGLISH[:_WORKING_DAYS]) if number not in found)
    return tuple(_ENGLISH[number] for number in sorted(found))


def _clock(told: Told, request: Request) -> time | None:
    return find_clock(told.text, request.sent_at, request.lexicon)
