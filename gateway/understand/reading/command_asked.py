"""Which phrases of a mail ask for something: not denied, not supposed, not asked about, not said of somebody else.

Must not: conclude what is asked for, or know a language.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.away import absence_in, tells_return
from gateway.understand.reading.command_ours import bears_out, clause_of, is_all_ours, strangers
from gateway.understand.reading.date import Dated, find_lengths
from gateway.understand.reading.phrases import Hit, Phrases, Word, listed, words_of
from gateway.understand.reading.request import Request, Told

SHORT = 25  # words of a body that is a request and little else
LONG = 90  # from here on only the first sentences are listened to
_FIRST = 2
NEAR = 3  # words between "not" and what it denies
_LASTING = frozenset({"for", "until", "within"})  # words that lead up to how long something lasts, or its end
_LASTS = frozenset({"until", "to", "within"})  # words that lead up to the end of a stretch
_LONG_AHEAD = timedelta(days=183)  # "in August" said in October is the one that was
_TURNS = frozenset({"from", "until", "to"})  # words that say of a day that something begins or ends on it
_ONE_DAY = timedelta(days=1)
_FEWEST_CAPITALS = 2  # letters: "A vote" is none in capitals …
_SHORT_NAME = 4  # … and "BBQ" no word but an abbreviation
_PARTS = (",", ";", ":", ".", " - ", "–", "—")  # between clauses: a denial reaches no further
_LABEL_END = re.compile(r":|\s[-–—]\s")
_ALONE = {"pause": "pause_alone", "resume": "resume_alone", "leave": "leave_alone"}
TASK_MARK = re.compile(r"(?i)(?<!\w)t-?\d{1,6}(?!\w)")  # of a task in a digest or a subject: T-12


def _listened(request: Request) -> tuple[Told, ...]:
    """Return the sentences that may ask for something: all of a short mail, the first ones of a long one."""
    return request.told if request.body_words <= LONG else request.told[: _FIRST + 1]


def opens_discussion(request: Request) -> bool:
    """Tell whether a mail of its own asks for views: it speaks of a matter, and sets nothing for its author."""
    if request.subject.is_reply or not request.mentions("opinion"):
        return False
    return any(request.hits(told, "opinion") for told in request.told)


def asked_for(request: Request, *keys: str) -> list[tuple[Told, Hit]]:
    """Return the phrases of these keys that ask for something: not denied, not supposed, not asked about.

    Those that may speak of anything ("leave me be") count where the mail names nothing but what is ours.
    """
    alone = tuple(_ALONE[key] for key in keys if key in _ALONE)
    if request.mentions(*alone) and says_nothing_else(request):
        keys = (*keys, *alone)
    if not request.mentions(*keys):
        return []
    return [
        (told, hit)
        for told in _listened(request)
        for hit in request.hits(told, *keys)
        if not is_denied(told, hit, request)
        and not _supposed(told, hit, request)
        and not _is_of_another(told, hit, request)
    ]


def says_nothing_else(request: Request) -> bool:
    """Tell whether a whole mail names nothing but what is ours: no work, no matter of the members'."""
    return all(is_all_ours(told, request, groups=True) for told in request.told)


def is_denied(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a word of denying stands right before a phrase."""
    if request.lists.of("negation").find(told.words[hit.start : hit.end]):
        return False  # "not here" is said with its "not"
    denials = request.spoken(request.lists.of("negation").find(told.words[: hit.start]))
    between = told.text[told.words[denials[-1].end - 1].end : told.words[hit.start].start] if denials else ""
    near = any(hit.start - NEAR <= denial.end <= hit.start for denial in denials)
    return near and not any(mark in between for mark in _PARTS)


def _is_of_another(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether somebody else is said to want it ("Ana wants to leave"): a name or "she" before, and no "I"."""
    before = told.words[: hit.start]
    if not before or request.lists.of("first_person").find(told.words[: hit.end]):
        return False
    if request.spoken(request.lists.of("third_person").find(before)):
        return True
    named = strangers(told, 0, hit.start, request)
    start = clause_of(told, hit, request)[0]
    if any(_is_title(told.words[at], told) for at in named if at > 0 and max(start - 1, hit.start - NEAR) < at):
        return True
    is_begun = not start  # "Exams done, please send them again" names nobody who asks
    return is_begun and 0 in named and not told.is_subject and _is_title(before[0], told)


def _is_title(word: Word, told: Told) -> bool:
    raw = told.text[word.start : word.end]
    return raw.istitle() and raw.isalpha()


def _supposed(told: Told, hit: Hit, request: Request) -> bool:
    if is_played(told, request):
        return True
    supposed = request.spoken(request.lists.of("hypothetical").find(told.words))
    return any(one.start <= hit.start for one in supposed)


def is_played(told: Told, request: Request) -> bool:
    """Tell whether a sentence is a joke, or begins with an if that is more than politeness ("if possible")."""
    if request.hits(told, "joking"):
        return True
    if not request.spoken(request.lists.of("if_word").whole(told.words[:1])):
        return False
    return not any(True for _ in request.lists.of("polite_if").at(told.words, 0))


def is_past(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether the clause of a phrase tells of what has been, and of nothing that goes on or is to come."""
    start, end = clause_of(told, hit, request)
    if not request.spoken(request.lists.of("been").find(told.words[start:end])):
        return False
    return not request.spoken(request.lists.of("yet_to_come").find(told.words[start:]))


def is_apt(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase in the subject is what it says, or one in the body stands in a short mail or early on.

    It is when it is most of it ("Leave"), or where the rest names nothing else ("remove me from this list") and a short
    body, if any, bears it out.
    """
    if told.is_subject:
        is_most = (hit.end - hit.start) * 2 >= len(told.words)
        return is_most or (is_all_ours(told, request, groups=True) and bears_out(request, groups=True))
    return request.body_words <= 2 * SHORT or told in request.sentences[:_FIRST]


def answers_questions(request: Request) -> bool:
    """Tell whether a mail answers questions or a summary of ours, rather than a thread of the members'."""
    if request.answers_ours:
        return True
    words = words_of(request.subject.text)
    return request.subject.is_reply and bool(request.lists.of("checkin_subject", "digest_subject", "mails").find(words))


def agrees(request: Request) -> bool:
    """Tell whether a body leaves a setting in the subject standing: it is short and opens no discussion."""
    if request.body_words > SHORT:
        return False
    return not any(told.asks or request.hits(told, "opinion") for told in request.sentences)


def until_in(told: Told, request: Request, *, lengths: bool = True) -> date | None:
    """Return the last day of the stretch that a sentence names, None when it names none to come.

    Bare `lengths` ("a week", "3 days") are such a stretch where a pause is asked for, and a rhythm elsewhere.
    """
    if request.hits(told, "until_then"):
        return _named_before(told, request)
    dates = request.dates(told.text)
    lasts = any(_lasts(one, request) for one in dates) or tells_return(told.text, request.lexicon)
    if not lasts and not (lengths and find_lengths(told.text, request.sent_at, request.lexicon)):
        return None
    absence = absence_in(told.text, request.sent_at, request.lexicon)
    return absence.until if absence and absence.until and absence.until >= request.sent_at.date() else None


def _named_before(told: Told, request: Request) -> date | None:
    """Return the day that "until then" means: the last one named in the sentence, or else in the one before it."""
    for said in (told, *(one for one, next_ in pairwise(request.told) if next_ == told)):
        days = [one.when.end_day or one.when.day for one in request.dates(said.text)]
        coming = [day for day in days if day > request.sent_at.date()]
        if coming:
            return coming[-1]
    return None


def is_length(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether what reads as a rhythm is how long something lasts: "for a month", "a fortnight off these"."""
    if hit.end < len(told.words) and request.spoken(request.lists.of("pause_behind").at(told.words, hit.end)):
        return True
    start, end = told.words[hit.start].start, told.words[hit.end - 1].end
    lasting = (one for one in request.dates(told.text) if one.leads & _LASTING)
    within = (one for one in lasting if one.when.span[0] <= start and end <= one.when.span[1])
    return any(one.when.end_day or find_lengths(one.when.evidence, request.sent_at, request.lexicon) for one in within)


def _lasts(one: Dated, request: Request) -> bool:
    """Tell whether a date is the end of a stretch: a range, "until Friday", "for two weeks"; "for Friday" is none."""
    if _is_month_gone(one, request):
        return False
    if one.when.end_day or one.leads & _LASTS:
        return True
    if "for" not in one.leads:
        return False
    lengths = find_lengths(one.when.evidence, request.sent_at, request.lexicon)
    return bool(lengths) or bool(
        _ends(request.lexicon).find(words_of(one.when.evidence))
    )  # "for the rest of the month"


def _is_month_gone(one: Dated, request: Request) -> bool:
    """Tell whether a month is named that was rather than is to come: "I left in August", said in October."""
    first, last = one.when.day, one.when.end_day
    if last is None or first.day != 1 or (last + _ONE_DAY).day != 1 or one.leads & _TURNS:
        return False
    return first - request.sent_at.date() > _LONG_AHEAD


@lru_cache(maxsize=8)
def _ends(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("end",)))


def is_in_capitals(subject: str, first: Word, following: Word) -> bool:
    """Tell whether a subject begins with a word in capitals and goes on in others; "TASK FORCE …" is one name."""
    goes_on = subject[following.start : following.end].isupper() and len(following.text) > _SHORT_NAME
    return first.end > _FEWEST_CAPITALS and subject[: first.end].isupper() and not goes_on


def label_of(subject: str, request: Request, key: str) -> str | None:
    """Return what follows a label of this key and a colon or dash at the front of a subject; None without one."""
    parted = _LABEL_END.search(subject)
    head, rest = (subject[: parted.start()], subject[parted.end() :]) if parted else ("", "")
    if rest.strip() and request.whole(head, key):
        return rest.strip()
    words = words_of(subject)
    heads = [hit.end for hit in request.lists.of(key).at(words, 0)] if words and not parted else []
    if heads and max(heads) < len(words) and is_in_capitals(subject, words[0], words[max(heads)]):
        return subject[words[max(heads)].start :]  # "POLL summer party"
    if key == "reminder_label" and TASK_MARK.match(subject.strip("[] ")) and len(words) > 2:
        return subject
    return None
