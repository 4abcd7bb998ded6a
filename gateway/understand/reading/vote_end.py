"""When a vote ends, as the mail that opens it says: "by Friday 17:00", "open for 72 hours", "you have one week".

The subject names its own end. In the body only a sentence about the vote, its answers or its end may: "the course lasts
three weeks" and "we worked until 17:00" are what the vote is about. Must not: choose an end that nobody named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from gateway.model.reading import When
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import Dated, find_lengths, find_limit
from gateway.understand.reading.govern import lengths_in
from gateway.understand.reading.phrases import Phrases, listed, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.tongue import languages_of
from gateway.understand.reading.vote_rules import TABLE, states_a_rule

_ENDS = frozenset({"by", "until", "before"})
_LASTS = frozenset({"within", "for", "in"})  # with a length: "for 72 hours", "in 3 days"
_ABOUT = ("vote_label", "vote_ask", "consent")  # of [command]: what speaks of the vote
_LITTLE = ("vote_open", "time_given")  # of [command]: what may stand beside an end and names nothing else
_METHODS = (
    "method_approval",
    "method_plusone",
    "method_ranked",
    "method_single",
    "method_yesno",
)  # of [command]: how it is answered
_EDGES = " \t.,;:!-–—*_()?]"
_SHORT = 12  # words of a sentence that says little but when
_MOST_AHEAD = 2  # words of it ahead of the time
_DAY_END = time(23, 59)
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_SHORT_UNITS = ("minute", "hour")  # a length in them ends at a time, as a time of day does
_WORKING = "working"
_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class VoteEnd:
    """When a vote ends: `at` is aware, None where nothing was said; a day alone has no time and lasts to its end."""

    at: datetime | None = None
    has_time: bool = False
    said: When | None = None
    open_for: str = ""  # a length that the charter counts: "2 working days"

    def cut_off(self, question: str, request: Request) -> str:
        """Return a question without the end that it closes with: "by Friday 17:00"."""
        lasts = _tells_how_long(question, request)
        for one in request.dates(question):
            start, end = one.when.span
            is_it = self.said is not None and (one.when.day, one.when.instant) == (self.said.day, self.said.instant)
            if is_it and _closes(one, request, asks=True, lasts=lasts) and not question[end:].strip(_EDGES):
                return question[:start].rstrip(" (,;:–-[")
        return question


def read_vote_end(request: Request, options: tuple[str, ...]) -> VoteEnd:
    """Return when a vote ends, as its mail says; what is one of its own options says nothing of it."""
    told = tuple(one for one in request.sentences if one.text.strip(_EDGES) not in options)
    if open_for := _by_working_days(request, told):
        return VoteEnd(open_for=open_for)
    dated = _by_date(request, told) or _by_clock(request, told) or _by_length(request, told)
    if dated is None:
        return VoteEnd()
    when = dated.when
    exact = when.instant or _after_length(dated, request)
    at = exact or datetime.combine(when.end_day or when.day, _DAY_END, request.sent_at.tzinfo)
    return VoteEnd(at, exact is not None, when)


def leads_to_an_end(told: Told, request: Request) -> bool:
    """Tell whether a line leads up to a time as to a deadline: "by Friday 17:00", "open until 17:00"."""
    if any(one.leads & _ENDS for one in request.dates(told.text)):
        return True
    return find_limit(told.text, request.sent_at, request.lexicon) is not None


def says_only_when(told: Told, request: Request) -> bool:
    """Tell whether a line but says when the vote ends: "by Friday 17:00"."""
    dated = [one for one in request.dates(told.text) if one.leads & _ENDS]
    limit = find_limit(told.text, request.sent_at, request.lexicon)
    dated += [Dated(limit, _ENDS)] if limit else []
    return any(_is_of_it(told, one, request) for one in dated)


def _by_date(request: Request, sentences: tuple[Told, ...]) -> Dated | None:
    """Return the first date led up to as a deadline is, the subject before the body."""
    subject = Told(request.subject.text, words_of(request.subject.text), is_subject=True)
    for told in (subject, *sentences):
        lasts, asks = _tells_how_long(told.text, request), told.is_subject or told.asks
        for one in request.dates(told.text):
            if told.is_subject and not told.text[: one.when.span[0]].strip(_EDGES):
                continue  # "Close in August?" is what is asked
            if _closes(one, request, asks=asks, lasts=lasts) and (told.is_subject or _is_of_it(told, one, request)):
                return one
    return None


def _by_clock(request: Request, sentences: tuple[Told, ...]) -> Dated | None:
    """Return the deadline that a time without a day sets: "Please answer by 5 pm.", "Open until 17:00."."""
    for told in sentences:
        been = told.asks or request.spoken(request.lists.of("been").find(told.words))
        limit = None if been else find_limit(told.text, request.sent_at, request.lexicon)
        if limit and _is_of_it(told, Dated(limit, _ENDS), request):
            return Dated(limit, _ENDS)
    return None


def _by_working_days(request: Request, sentences: tuple[Told, ...]) -> str:
    """Return the length that a vote is open for where only the charter can count it: "for 2 working days"."""
    for told in sentences:
        found = [one for one in lengths_in(told.words, request.lexicon) if _WORKING in one[0]]
        if len(found) != 1 or told.asks or request.spoken(request.lists.of("been").find(told.words)):
            continue
        length, first, end = found[0]
        lead = max(first - 1, 0)  # "for", "during"
        when = When(request.sent_at.date(), span=(told.words[lead].start, told.words[end - 1].end))
        if len(told.words) <= _SHORT and _is_of_it(told, Dated(when, _ENDS), request):
            return length
    return ""


def _by_length(request: Request, sentences: tuple[Told, ...]) -> Dated | None:
    """Return the deadline that a bare length sets: "You have one week.", "Ihr habt zwei Wochen Zeit."."""
    for told in sentences:
        given = request.spoken(request.lists.of("time_given").find(told.words))
        if len(told.words) > _SHORT or told.asks or not any(hit.start < _MOST_AHEAD for hit in given):
            continue
        lengths = find_lengths(told.text, request.sent_at, request.lexicon)
        if len(lengths) == 1 and not request.spoken(request.lists.of("been").find(told.words)):
            return Dated(When(lengths[0]), _ENDS)
    return None


def _after_length(deadline: Dated, request: Request) -> datetime | None:
    """Return the end of a vote that is open for some days: at the hour it began, as one of 72 hours ends."""
    is_length = _is_length(deadline, request)
    if not is_length or "for" not in deadline.leads or deadline.when.end_day:
        return None
    return datetime.combine(deadline.when.day, request.sent_at.timetz())


def _is_of_it(told: Told, one: Dated, request: Request) -> bool:
    """Whether a sentence speaks of the vote, its answers or its end, or says nothing but when: "Open until Friday."."""
    if states_a_rule(told, request) or request.hits(told, *_METHODS):
        return True  # "Secret ballot, quorum 50 %, by Friday."; "Several answers are fine, by Friday."
    start, end = one.when.span
    about = (*request.lists.of(*_ABOUT).find(told.words), *_answers(request.lexicon).find(told.words))
    own = languages_of(told.words, request.lexicon)  # a short mail's language is told by its subject, not always theirs
    is_short = len(words_of(told.text[:start])) <= _MOST_AHEAD  # "Réponses avant 17h" says little of its own
    if about and (is_short or any(hit.language in own | request.languages for hit in about)):
        return True
    little = (*request.lists.of(*_LITTLE).find(told.words), *_beside(request.lexicon).find(told.words))
    covered = {at for hit in request.spoken(little) for at in range(hit.start, hit.end)}
    outside = (at for at, word in enumerate(told.words) if word.end <= start or end <= word.start)
    return all(at in covered for at in outside)


def _tells_how_long(text: str, request: Request) -> bool:
    """Tell whether a length in a sentence is the vote's: "open for 72 hours", not "she has been here for a year"."""
    words = words_of(text)
    if request.spoken(request.lists.of("been").find(words)):
        return False
    return bool(request.spoken(request.lists.of("vote_open", "vote_label", "vote_ask").find(words)))


def _is_length(one: Dated, request: Request) -> bool:
    """Tell whether a time is said by its length: "72 hours", not "17 uur", an hour of the clock."""
    units = _lengths(request.lexicon).find(words_of(one.when.evidence))
    if not units or one.when.at is None or one.when.instant is None:
        return bool(units)
    numbers = [int(number) for number in _NUMBER.findall(one.when.evidence)]
    spans = [timedelta(**{f"{unit.key}s": number}) for unit in units if unit.key in _SHORT_UNITS for number in numbers]
    ahead = one.when.instant - request.sent_at
    return not numbers or any(abs(ahead - span) < _A_MINUTE for span in spans)


def _closes(one: Dated, request: Request, *, asks: bool, lasts: bool) -> bool:
    """Tell whether a date says when a vote ends: "by Friday", "for 72 hours"; "in August" is what it is about.

    A word that leads both ways ("for", "pour", "voor") leads up to a deadline only where nothing is asked.
    """
    is_length = _is_length(one, request)
    if is_length and not lasts and one.leads & _LASTS and "within" not in one.leads:
        return False
    if "from" in one.leads and one.when.end_day:  # "we close from Monday to Friday", "the vote runs from …"
        return lasts and not asks and not one.leads & _ENDS
    if one.leads & _ENDS and not (asks and "for" in one.leads):
        return True
    return is_length and bool(one.leads & _LASTS)


@lru_cache(maxsize=8)
def _lengths(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("minute", "hour", "day", "week", "month", "year")))


@lru_cache(maxsize=8)
def _answers(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE), ("answers",)))


@lru_cache(maxsize=8)
def _beside(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE), ("beside_an_end",)))
