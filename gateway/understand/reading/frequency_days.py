"""Which days of the week a sentence about our mail names, wants or leaves out: "only Mondays", "not on Fridays".

Must not: decide that mail on such days is wished for (frequency.py does), or know a language.
"""

from __future__ import annotations

from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command_asked import answers_questions
from gateway.understand.reading.command_ours import clause_of, days_in, plural_days, strangers
from gateway.understand.reading.phrases import Hit, Phrases, listed
from gateway.understand.reading.request import Request, Told

ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TERSE = 8  # words of an answer that names little but the rhythm
_WORKING_DAYS = 5
_ENDS_OF_RANGE = 2
_NO_RHYTHM = frozenset({"until", "before", "by", "after", "from"})


def named_days(told: Told, request: Request) -> tuple[str, ...]:
    """Return the days a sentence names, or but for which it wants mail: in English, in the order of the week."""
    found = day_words(told, request)
    if not found:
        working = request.hits(told, "working_days") or spares_weekends(told, request)
        return tuple(ENGLISH[:_WORKING_DAYS]) if working else ()
    if _halts_but(told, request):
        return tuple(ENGLISH[number] for number in sorted(set(found)))
    denied = denied_days(told, request)
    if (wished := _days_wished(told, request)) and not denied.issuperset(found):
        return tuple(ENGLISH[number] for number in sorted(wished - denied))
    if _excepts_a_day(told, request) or denied.issuperset(found):
        return tuple(day for number, day in enumerate(ENGLISH[:_WORKING_DAYS]) if number not in found)
    found = [number for number in found if number not in denied]  # "Fridays are bad, could I get it on Thursdays?"
    found = found + _days_between(told, found, request)
    return tuple(ENGLISH[number] for number in sorted(set(found)))


def day_words(told: Told, request: Request) -> list[int]:
    """Return the days named, in order; one that something lasts until, or is since, is no day of a rhythm."""
    numbers = days_in(told.words, request)
    kept = [at for at in numbers if not is_behind_instead(told, at, request)] or list(numbers)
    days = [told.words[at] for at in kept]
    ends = (
        [one.when.span for one in request.dates(told.text) if one.leads & _NO_RHYTHM and not one.when.end_day]
        if days
        else []
    )
    wanted = (at for at, day in zip(kept, days, strict=True) if not any(a <= day.start < b for a, b in ends))
    return list(dict.fromkeys(numbers[at] for at in wanted))


def day_hits(told: Told, request: Request) -> list[Hit]:
    """Return the words that name days, as phrases of one word."""
    return [Hit("day", "", at, at + 1) for at in days_in(told.words, request)]


def denied_days(told: Told, request: Request) -> set[int]:
    """Return the days whose clause says that they are no good: "I don't work Fridays"; not "ne … que le vendredi"."""
    denials = (*request.hits(told, "negation", "off_day"), *request.spoken(request.lists.of("judged").find(told.words)))
    denials += request.hits(told, "halt") if request.hits(told, "mails") else ()
    found: set[int] = set()
    for day in day_hits(told, request) if denials else ():
        start, end = clause_of(told, day, request)
        within = any(start <= one.start and one.end <= end for one in denials)
        limited = any(start <= one.start and one.end <= end for one in request.hits(told, "solely"))
        if within and not limited:
            found.add(days_in(told.words, request)[day.start])
    return found


def only_denies(told: Told, request: Request) -> bool:
    """Tell whether a sentence but says which day is no good, and nothing of mail: "I can't make it on Thursday"."""
    found = day_words(told, request)
    if not found or not denied_days(told, request).issuperset(found):
        return False
    return not request.hits(told, "mails", "halt", "those_days", "only", "pause", "except_words")


def names_each(told: Told, request: Request) -> bool:
    """Tell whether a day of each week is named: in the plural, or behind an article."""
    plural, articles = plural_days(request.lexicon), _articles(request.lexicon)
    words = told.words
    return any(
        words[at].text in plural or any(one.language in request.languages for one in articles.whole(words[at - 1 : at]))
        for at in days_in(words, request)
    )


@lru_cache(maxsize=8)
def _articles(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("article",)))


def parts_in(told: Told, request: Request) -> frozenset[str]:
    """Return the parts of the day that a sentence names: "morning", "afternoon", "evening"."""
    return frozenset(hit.key for hit in request.spoken(_parts(request.lexicon).find(told.words)))


@lru_cache(maxsize=8)
def _parts(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("morning", "afternoon", "evening")))


def spares_weekends(told: Told, request: Request) -> bool:
    """Tell whether an answer to us wants no mail at weekends: "keine Fragen am Wochenende"."""
    if told.asks or not answers_questions(request) or len(told.words) > TERSE:
        return False
    weekends = request.spoken(_weekends(request.lexicon).find(told.words))
    halts = request.hits(told, "halt") if request.hits(told, "mails") else request.hits(told, "negation")
    if not weekends or not halts or request.hits(told, "first_person", "away"):
        return False
    this = request.spoken(_this(request.lexicon).find(told.words))
    if any(one.end == weekend.start for one in this for weekend in weekends):
        return False
    covered = {at for weekend in weekends for at in range(weekend.start, weekend.end)}
    return not [at for at in strangers(told, 0, len(told.words), request) if at not in covered]


@lru_cache(maxsize=8)
def _weekends(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("weekend",)))


@lru_cache(maxsize=8)
def _this(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("this", "next", "last")))


def _days_wished(told: Told, request: Request) -> set[int]:
    """Return the days of the clauses that ask, where another clause leaves some out: "Thursdays, not Mondays"."""
    left_out = [clause_of(told, hit, request) for hit in request.hits(told, "except_words")]
    asks = [clause_of(told, hit, request) for hit in request.hits(told, "send")] if left_out else []
    days = days_in(told.words, request) if asks else {}
    return {
        number
        for at, number in days.items()
        if any(start <= at < end for start, end in asks) and not any(start <= at < end for start, end in left_out)
    }


def _excepts_a_day(told: Told, request: Request) -> bool:
    """Tell whether a word of excepting stands in a clause with a day: not in "only Mondays, not the other days"."""
    excepts = request.hits(told, "except_words")
    clauses = [clause_of(told, hit, request) for hit in excepts]
    return any(
        start <= day.start < end for day in (day_hits(told, request) if excepts else ()) for start, end in clauses
    )


def _halts_but(told: Told, request: Request) -> bool:
    """Tell whether no mail is wanted but on the days named: "no mails except on Mondays"."""
    excepts = request.hits(told, "except_words")
    mails = request.hits(told, "mails")
    return any(
        halt.end <= mail.start < one.start
        for halt in request.hits(told, "halt")
        for mail in mails
        for one in excepts
        if not request.lists.of("negation").find(told.words[one.start : one.end])
    )


def _days_between(told: Told, found: list[int], request: Request) -> list[int]:
    """Return the days inside a range of two: "Monday to Wednesday" is Tuesday too."""
    if len(found) != _ENDS_OF_RANGE or found[0] > found[1]:
        return []
    numbers = days_in(told.words, request)
    first, last = (next(at for at, number in numbers.items() if number == day) for day in found)
    links = {hit.key for hit in request.spoken(_links(request.lexicon).find(told.words[first + 1 : last]))}
    return list(range(found[0] + 1, found[1])) if links == {"to"} else []  # "Monday and Thursday" are two days


@lru_cache(maxsize=8)
def _links(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("to", "and")))


def is_behind_instead(told: Told, at: int, request: Request) -> bool:
    """Tell whether "instead of" stands ahead of a place, one word between at most: "Fridays instead of Mondays"."""
    before = request.lists.of("instead_of").find(told.words[:at])
    excepted = [one for one in request.hits(told, "except_words") if one.end == at]  # "not on Fridays"
    return any(at - 1 <= one.end for one in request.spoken(before) if not _overlaps(one, excepted))


def _overlaps(hit: Hit, others: list[Hit]) -> bool:
    return any(one.start <= hit.start < one.end for one in others)
