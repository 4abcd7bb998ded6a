"""A vote opened by mail: its question, its options from list lines or words, its method and its deadline.

Must not: decide that a mail asks for a vote (command.py does), or choose what the author left open.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import lru_cache

from gateway.model.reading import CommandReading, Intent, When
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import Dated, find_lengths, find_limit
from gateway.understand.reading.phrases import Phrases, listed, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.vote_rules import read_vote_rules

_METHODS = ("plusone", "ranked", "approval", "score", "consent", "yesno", "single")
_ENDS = frozenset({"by", "until", "before"})
_LASTS = frozenset({"within", "for", "in"})  # with a length: "for 72 hours", "in 3 days"
_FEWEST, _MOST = 2, 30  # options
_LONGEST_OPTION = 120
_OPTION_WORDS = 4
_EDGES = " \t.,;:!-–—*_"
_SHORT = 12  # words of a sentence that says little but when
_MOST_AHEAD = 2  # words of it ahead of the time
_DAY_END = time(23, 59)


def read_vote_request(request: Request, *, consent: bool = False) -> CommandReading | None:
    """Return the vote a mail opens, None when no question can be made out."""
    question, spare = _question(request)
    options = _options(request, question)
    method = "consent" if consent else _method(request)
    rules = read_vote_rules(request, question, options)
    method = method or ("ranked" if rules.run_off else None)
    deadline = _deadline(request)
    question = _without_deadline(question, request)
    if not question.strip(_EDGES):
        return None
    if method in ("consent", "plusone", "yesno"):
        options = ()
    when = deadline.when if deadline else None
    exact = (when.instant or _after_length(deadline, request)) if when and deadline else None
    instant = (exact or datetime.combine(when.end_day or when.day, _DAY_END, request.sent_at.tzinfo)) if when else None
    return CommandReading(
        intent=Intent.NEW_VOTE,
        question=question.strip(" \t.,;:-–—*_"),
        options=options,
        method=method,
        deadline=instant,
        deadline_has_time=exact is not None,
        rules=rules,
        evidence=spare or question,
    )


def _question(request: Request) -> tuple[str, str]:
    """Return the question: of the subject, unless that is but a label, or the body proposes something in full.

    Behind [VOTE] and [LAZY CONSENSUS], and at the address for votes, the subject is what its author named the question.
    """
    subject = _without_label(request.subject.text, request)
    proposed = next((text for told in request.sentences if (text := proposal_of(told, request))), "")
    is_label = not subject or request.whole(subject, "vote_label", "propose_label", "tag_vote")
    if proposed and (is_label or not _is_marked(request)):
        return proposed, subject
    if not is_label:
        return subject, ""
    asked = next((told.text for told in request.sentences if told.asks), "")
    first = next((told.text for told in request.sentences if len(told.words) > 2), "")
    return _without_label(asked or first, request), subject


def _is_marked(request: Request) -> bool:
    """Whether the subject's mark or the address alone makes the mail a vote."""
    marked = any(request.whole(mark, "tag_consent", "tag_vote") for mark in request.subject.marks)
    return marked or any(request.whole(part, "address_vote") for part in request.parts[1:])


def proposal_of(told: Told, request: Request) -> str:
    """Return what a sentence proposes ("I propose that we move" → "move"), "" when it proposes nothing."""
    hits = request.hits(told, "propose")
    ends = [hit.end for hit in hits if (hit.start <= 2 and hit.end - hit.start > 1) or hit.start == 0]
    if not ends or max(ends) >= len(told.words) - 1:
        return ""
    return told.text[told.words[max(ends)].start :]


def _without_label(text: str, request: Request) -> str:
    """Take "Poll:", "Vote -" … off the front of a question."""
    words = words_of(text)
    for hit in request.lists.of("vote_label", "propose_label", "tag_vote", "tag_consent").at(words, 0) if words else ():
        if hit.end < len(words):
            between = text[words[hit.end - 1].end : words[hit.end].start]
            if any(mark in between for mark in ":-–—>|"):
                return text[words[hit.end].start :]
    return text


def _method(request: Request) -> str | None:
    texts = (Told(request.subject.text, words_of(request.subject.text)), *request.sentences)
    for method in _METHODS:
        key = "consent" if method == "consent" else f"method_{method}"
        found = [hit for told in texts for hit in request.hits(told, key)]
        if method == "plusone":
            if any("+1" in told.text and ("-1" in told.text or "−1" in told.text) for told in texts):
                return method
        elif found:
            return method
    return None


def _options(request: Request, question: str) -> tuple[str, ...]:
    listed = tuple(line.strip(_EDGES) for line in request.listed_lines() if len(line) <= _LONGEST_OPTION)
    if _FEWEST <= len(listed) <= _MOST:
        return listed
    for told in request.sentences:
        named = _named_options(told, request) or asked_options(told, request)
        if named:
            return named
    bare = tuple(line.strip(_EDGES) for line in request.bare_lines())
    if _FEWEST <= len(bare) <= _MOST:
        return bare
    asked = (told.text for told in request.sentences if told.asks)
    found = (_alternatives(text, request) for text in (question, *asked))
    return next((options for options in found if options), ())


def _named_options(told: Told, request: Request) -> tuple[str, ...]:
    """Read "Options: a, b, c", "choose between a and b"."""
    for hit in request.hits(told, "options_label"):
        if hit.end >= len(told.words):
            continue
        between = told.text[told.words[hit.end - 1].end : told.words[hit.end].start]
        if ":" not in between and hit.start > 0 and hit.end - hit.start == 1:
            continue
        if ":" not in between and hit.end - hit.start == 1:
            continue
        found = _split(told.text[told.words[hit.end].start :], request)
        if found:
            return found
    return ()


def asked_options(told: Told, request: Request) -> tuple[str, ...]:
    """Read "Please rank the venues: the hall, the mill": what stands behind the colon of a sentence that asks."""
    ends = [told.words[hit.end - 1].end for hit in request.hits(told, "vote_ask")]
    colon = told.text.find(":", min(ends)) if ends else -1
    return _split(told.text[colon + 1 :], request) if colon > 0 else ()


def _alternatives(question: str, request: Request) -> tuple[str, ...]:
    """Read "Lisbon or Porto?", "Which day: Monday or Friday?": short names only, so that no phrase is cut apart."""
    tail = question.rsplit(":", 1)[-1]
    found = _split(tail, request) if any(request.hits(Told(tail, words_of(tail)), "or")) else ()
    return found if all(len(words_of(option)) <= _OPTION_WORDS - 1 for option in found) else ()


def _split(text: str, request: Request) -> tuple[str, ...]:
    words = words_of(text)
    cuts = [
        words[hit.start : hit.end] for hit in request.lists.of("or").find(words) if hit.language in request.languages
    ]
    pieces = []
    start = 0
    for cut in cuts:
        pieces.append(text[start : cut[0].start])
        start = cut[-1].end
    pieces.append(text[start:])
    found = tuple(
        part.strip(" \t.,;:!?*_")
        for piece in pieces
        for part in re.split(r"[,;/|]\s+|\s/\s", piece)
        if part.strip(_EDGES)
    )
    short = all(len(words_of(option)) <= 2 * _OPTION_WORDS for option in found)
    return found if _FEWEST <= len(found) <= _MOST and short else ()


def _deadline(request: Request) -> Dated | None:
    """Return the first date led up to as a deadline is, the subject before the body."""
    said = ((told.text, told.asks) for told in request.sentences)
    for text, asks in ((request.subject.text, True), *said):
        lasts = _tells_how_long(text, request)
        chosen = next((one for one in request.dates(text) if _closes(one, request, asks=asks, lasts=lasts)), None)
        if chosen:
            return chosen
    return _by_clock(request) or _by_length(request)


def _by_length(request: Request) -> Dated | None:
    """Return the deadline that a bare length sets: "You have one week.", "Ihr habt zwei Wochen Zeit."."""
    for told in request.sentences:
        given = request.spoken(request.lists.of("time_given").find(told.words))
        if len(told.words) > _SHORT or told.asks or not any(hit.start < _MOST_AHEAD for hit in given):
            continue
        lengths = find_lengths(told.text, request.sent_at, request.lexicon)
        if len(lengths) == 1 and not request.spoken(request.lists.of("been").find(told.words)):
            return Dated(When(lengths[0]), _ENDS)
    return None


def _by_clock(request: Request) -> Dated | None:
    """Return the deadline that a time without a day sets: "Please answer by 5 pm.", "Open until 17:00."."""
    for told in request.sentences:
        said = request.lists.of("vote_label", "vote_ask", "consent").find(told.words)
        been = told.asks or request.spoken(request.lists.of("been").find(told.words))
        limit = None if been else find_limit(told.text, request.sent_at, request.lexicon)
        # "Open until 17:00." says little ahead of it; "The mill is open until 17:00." tells of something.
        ahead = len(words_of(told.text[: limit.span[0]])) if limit else 0
        if limit and (request.spoken(said) or ahead <= _MOST_AHEAD):
            return Dated(limit, _ENDS)
    return None


def _after_length(deadline: Dated, request: Request) -> datetime | None:
    """Return the end of a vote that is open for some days: at the hour it began, as one of 72 hours ends."""
    is_length = bool(_lengths(request.lexicon).find(words_of(deadline.when.evidence)))
    if not is_length or "for" not in deadline.leads or deadline.when.end_day:
        return None
    return datetime.combine(deadline.when.day, request.sent_at.timetz())


def _tells_how_long(text: str, request: Request) -> bool:
    """Tell whether a length in a sentence is the vote's: "open for 72 hours", not "she has been here for a year"."""
    words = words_of(text)
    if request.spoken(request.lists.of("been").find(words)):
        return False
    return bool(request.spoken(request.lists.of("vote_open", "vote_label", "vote_ask").find(words)))


def _closes(one: Dated, request: Request, *, asks: bool, lasts: bool) -> bool:
    """Tell whether a date says when a vote ends: "by Friday", "for 72 hours"; "in August" is what it is about.

    A word that leads both ways ("for", "pour", "voor") leads up to a deadline only where nothing is asked.
    """
    is_length = bool(_lengths(request.lexicon).find(words_of(one.when.evidence)))
    if is_length and not lasts and one.leads & _LASTS and "within" not in one.leads:
        return False
    if one.leads & _ENDS and not (asks and "for" in one.leads):
        return True
    return is_length and bool(one.leads & _LASTS)


@lru_cache(maxsize=8)
def _lengths(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("minute", "hour", "day", "week", "month", "year")))


def _without_deadline(question: str, request: Request) -> str:
    """Take "by Friday 17:00" off the end of a question."""
    lasts = _tells_how_long(question, request)
    for one in request.dates(question):
        start, end = one.when.span
        if _closes(one, request, asks=True, lasts=lasts) and not question[end:].strip(_EDGES + "()?]"):
            return question[:start].rstrip(" (,;:–-[")
    return question
