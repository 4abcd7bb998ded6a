"""Whether the clause of a phrase speaks of us, the mail we send and its author, or names some other thing.

"Pause my mails until Monday" is ours to do; "the pause was too short" and "take me off the cooking rota" are not.
Must not: know a language, or conclude what is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import Dated
from gateway.understand.reading.date_words import day_parts, short_weekday_names, weekday_names
from gateway.understand.reading.phrases import Hit, Phrases, Word, fold, listed
from gateway.understand.reading.request import TABLE, Request, Told
from gateway.understand.reading.tongue import is_common

_BREAK = re.compile(r"[,;:!?()–—\n]|\.\s|\s-\s")
_SHORT = 25  # words of a body that is a request and little else
_FEWEST_LETTERS = 2
_LONGEST_SHORT = 3  # letters of a short name of a day: "son" is a word of its own
# Words of requests about one's own mail, wherever they stand.
_OURS = (
    "mails", "everything", "only", "send", "first_person", "me", "pause", "halt", "open_end", "resume", "join", "leave",
    "leave_topic", "away", "daily", "weekly", "biweekly", "monthly", "never", "every", "every_other", "working_days",
    "except_words", "negation", "word_leave", "word_pause", "word_resume", "word_join", "acknowledged", "scope_from",
    "setting_filler", "including", "asked", "again", "pause_alone", "resume_alone", "leave_alone",
)  # fmt: skip
_GROUPS = ("scope_noun", "group_noun")  # what one joins and leaves, and does not pause
_DATE_WORDS = (
    "hour", "day", "week", "fortnight", "month", "quarter", "year", "weekend", "for", "until", "by", "in",
    "from", "to", "next", "this", "at", "on", "after", "before", "morning", "afternoon", "evening", "noon", "today",
    "tomorrow", "oclock", "end", "begin", "middle", "and",
)  # fmt: skip


@lru_cache(maxsize=16)
def _known(lexicon: Lexicon, *, groups: bool) -> Phrases:
    return Phrases(
        (
            *listed(lexicon.tables(TABLE), (*_OURS, *(_GROUPS if groups else ()))),
            *listed(lexicon.tables("date"), _DATE_WORDS),
            *_numbers(lexicon),
            *listed(lexicon.tables("govern"), ("polite",)),
            *listed(lexicon.tables("checkin"), ("greeting", "closing", "ack")),
            *listed(lexicon.tables("ballot"), ("common",)),
        )
    )


def _numbers(lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    for language, table in lexicon.tables("date").items():
        for key in ("numbers", "clock_ahead", "clock_behind"):
            yield from (("number", language, phrase) for phrase in table.get(key, {}))


@lru_cache(maxsize=8)
def _reasons(lexicon: Lexicon) -> Phrases:
    meanwhile = listed(lexicon.tables(TABLE), ("meanwhile", "until_when", "for_whom"))
    return Phrases((*listed(lexicon.tables("govern"), ("because",)), *meanwhile))


def clause_of(told: Told, hit: Hit, request: Request) -> tuple[int, int]:
    """Return the words [start, end) of the clause that a phrase stands in; dates and phrases are not cut apart."""
    words = told.words
    breaks = [at for at in range(1, len(words)) if _BREAK.search(told.text, words[at - 1].end, words[at].start)]
    if breaks:
        kept = [one.when.span for one in request.dates(told.text)]
        kept.append((words[hit.start].start, words[hit.end - 1].end))
        breaks = [at for at in breaks if not any(a < words[at].start and words[at - 1].end < b for a, b in kept)]
    start = max((at for at in breaks if at <= hit.start), default=0)
    end = min((at for at in breaks if at >= hit.end), default=len(words))
    because = [one.start for one in request.spoken(_reasons(request.lexicon).find(words)) if one.start >= hit.end]
    ends = request.hits(told, "open_end") if because else ()
    lasting = [one for one in ends if not request.spoken(request.lists.of("until_when").at(words, one.start))]
    return start, min([end, *(at for at in because if not any(one.start <= at < one.end for one in lasting))])


def is_ours(
    told: Told, hit: Hit, request: Request, others: int = 0, *, groups: bool = False, whole: bool = False
) -> bool:
    """Tell whether at most so many words of a phrase's clause name a thing that is not ours; `groups` say to be so.

    A phrase that names its author or mail says itself who is meant: only what follows it is looked at, unless the
    `whole` clause is to be.
    """
    start, end = clause_of(told, hit, request)
    start = hit.start if not whole and _names_itself(told, hit, request) else start
    return len(strangers(told, start, end, request, groups=groups)) <= others


def _names_itself(told: Told, hit: Hit, request: Request) -> bool:
    words = told.words[hit.start : hit.end]
    if request.lists.of("me", "first_person", "mails").find(words):
        return True
    return sum(not is_common(word, request.lexicon) for word in words) > 1


def is_all_ours(told: Told, request: Request, *, groups: bool = False) -> bool:
    """Tell whether a sentence names nothing but what is ours."""
    return not strangers(told, 0, len(told.words), request, groups=groups)


def bears_out(request: Request, *, groups: bool = False) -> bool:
    """Tell whether a body bears out a subject that asks for something: it is short, and speaks of its author or mail.

    "Stop" over "The bus stops elsewhere from Monday" asks for nothing.
    """
    if request.body_words > _SHORT or any(request.hits(told, "opinion") for told in request.sentences):
        return False
    if groups and any(_tells_of_group(told, request) for told in request.sentences):
        return True
    ours = [told for told in request.sentences if is_all_ours(told, request, groups=groups)]
    return len(ours) == len(request.sentences) or any(
        request.hits(told, "first_person", "me", "mails") for told in ours
    )


def _tells_of_group(told: Told, request: Request) -> bool:
    """Tell whether a sentence speaks of its author and of the list or its mail ("I moved, and want off the list")."""
    return bool(request.hits(told, "first_person", "me")) and bool(request.hits(told, "mails", *_GROUPS))


def strangers(told: Told, start: int, end: int, request: Request, *, groups: bool = False) -> list[int]:
    """Return which words [start, end) of a sentence name something that is not ours."""
    return [at for at in _strange(told, request, groups=groups) if start <= at < end]


def _strange(told: Told, request: Request, *, groups: bool) -> tuple[int, ...]:
    """Return which words of a sentence name something else; kept with the request, since every rule asks again."""
    key = (told.text, groups)
    if key not in request.strange:
        words = told.words
        hits = request.spoken(_known(request.lexicon, groups=groups).find(words))
        known = {at for hit in hits for at in range(hit.start, hit.end)}
        others = [at for at in range(len(words)) if at not in known and not _is_little(words[at], request)]
        days = days_in(words, request) if others else {}
        others = [at for at in others if at not in days]
        dates = request.dates(told.text) if others else ()
        request.strange[key] = tuple(at for at in others if not _is_dated(words[at], dates))
    return request.strange[key]


def _is_little(word: Word, request: Request) -> bool:
    text = word.text
    if len(text) < _FEWEST_LETTERS or not text.isalpha() or text in request.parts:
        return True
    return is_common(word, request.lexicon) or text in day_numbers(request.lexicon)


@lru_cache(maxsize=8)
def _of_time(lexicon: Lexicon) -> Phrases:
    dates = listed(lexicon.tables("date"), _DATE_WORDS)
    rest = (*listed(lexicon.tables(TABLE), ("every",)), *listed(lexicon.tables("govern"), ("polite",)))
    return Phrases((*dates, *rest, *_numbers(lexicon)))


def says_only_when(words: Sequence[Word], lexicon: Lexicon) -> bool:
    """Tell whether words are figures, days, words of dates and politeness in any language: too few to tell which."""
    covered = {at for hit in _of_time(lexicon).find(words) for at in range(hit.start, hit.end)}
    days = day_numbers(lexicon)
    return all(at in covered or word.text in days or word.text[0].isdigit() for at, word in enumerate(words))


@lru_cache(maxsize=8)
def day_numbers(lexicon: Lexicon) -> Mapping[str, int]:
    """Return the days of the week by folded name, singular and plural, of all languages."""
    found = dict(weekday_names(lexicon))
    for table in lexicon.tables(TABLE).values():
        found.update((fold(name), number) for name, number in table.get("weekday_plural", {}).items())
    return day_parts(lexicon) | found


@lru_cache(maxsize=8)
def plural_days(lexicon: Lexicon) -> frozenset[str]:
    """Return the days of the week as they are named for each week, folded: "mondays", "montags"."""
    tables = lexicon.tables(TABLE).values()
    return frozenset(fold(name) for table in tables for name in table.get("weekday_plural", {}))


def days_in(words: Sequence[Word], request: Request) -> dict[int, int]:
    """Return which words name days, each with its day as a number; a short name does beside another ("Tue, Thu")."""
    long, short = day_numbers(request.lexicon), short_weekday_names(request.lexicon, request.languages)
    found = {}
    for at, word in enumerate(words):  # nearly no word is a day: two look-ups tell
        number = long.get(word.text) if len(word.text) > _LONGEST_SHORT else short.get(word.text)
        if number is not None and (len(word.text) > _LONGEST_SHORT or _is_listed(words, at, short)):
            found[at] = number
    return found


def _is_listed(words: Sequence[Word], at: int, short: Mapping[str, int]) -> bool:
    """Tell whether the short name of a day stands beside another one: "Mo, Mi und Fr"."""
    beside = (words[near].text for near in (at - 2, at - 1, at + 1, at + 2) if 0 <= near < len(words))
    return any(other in short and len(other) == len(words[at].text) for other in beside)


def _is_dated(word: Word, dates: tuple[Dated, ...]) -> bool:
    return any(first <= word.start < last for first, last in (one.when.span for one in dates))
