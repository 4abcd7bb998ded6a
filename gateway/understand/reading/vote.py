"""A vote opened by mail: its question, its options from list lines or words, and its method.

Must not: decide that a mail asks for a vote (command.py does), say when it ends (vote_end.py), or choose what its
author left open.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gateway.model.reading import CommandReading, Intent
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command_asked import is_in_capitals
from gateway.understand.reading.phrases import Phrases, listed, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.vote_about import about_vote
from gateway.understand.reading.vote_end import read_vote_end
from gateway.understand.reading.vote_lines import with_rules_apart, without_rules
from gateway.understand.reading.vote_rules import read_vote_rules

_METHODS = ("plusone", "ranked", "approval", "score", "consent", "yesno", "single")
_FEWEST, _MOST = 2, 30  # options
_LONGEST_OPTION = 120
_OPTION_WORDS = 4
_ENUMERATES = ","  # "Monday, Wednesday or Friday."
_SLASH = re.compile(r"\w\s[/|]\s\w")  # "Monday / Tuesday"
_EDGES = " \t.,;:!-–—*_"


def read_vote_request(request: Request, *, consent: bool = False) -> CommandReading | None:
    """Return the vote a mail opens, None when no question can be made out."""
    request = with_rules_apart(request)
    question, spare = _question(request)
    options = _options(request, question)
    method = "consent" if consent else _method(request)
    rules = read_vote_rules(request, question, options)
    method = method or ("ranked" if rules.run_off else None)
    end = read_vote_end(request, options)
    asked, question = question, end.cut_off(question, request)
    if not question.strip(_EDGES):
        return None
    if method in ("consent", "plusone", "yesno"):
        options = ()
    return CommandReading(
        intent=Intent.NEW_VOTE,
        question=question.strip(" \t.,;:-–—*_"),
        options=options,
        method=method,
        deadline=end.at,
        open_for=end.open_for,
        deadline_has_time=end.has_time,
        rules=rules,
        about=about_vote(request, asked, options, end),
        evidence=spare or question,
    )


def _question(request: Request) -> tuple[str, str]:
    """Return the question: of the subject, unless that is but a label, or the body proposes something in full.

    Behind [VOTE] and [LAZY CONSENSUS], and at the address for votes, the subject is what its author named the question.
    """
    subject = _without_label(request.subject.text, request)
    said = (*request.sentences, Told(request.subject.text, words_of(request.subject.text)))
    proposed = next((text for told in said if (text := proposal_of(told, request))), "")
    is_label = not subject or request.whole(subject, "vote_label", "propose_label", "tag_vote")
    if proposed and (is_label or not _is_marked(request)):
        return proposed, subject
    if not is_label:
        return subject, ""
    asked = next((told.text for told in request.sentences if told.asks), "")
    lines = request.listed_lines()
    leads = next((told.text for told in request.sentences if told.text.endswith(":")), "") if lines else ""
    first = leads or next((told.text for told in request.sentences if len(told.words) > 2), "")
    return _without_label(asked or first, request), subject


def _is_marked(request: Request) -> bool:
    """Whether the subject's mark or the address alone makes the mail a vote."""
    marked = any(request.whole(mark, "tag_consent", "tag_vote") for mark in request.subject.marks)
    return marked or any(request.whole(tag, "address_vote") for tag in request.tags if tag[0] != "#")


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
    hits = request.lists.of("vote_label", "propose_label", "tag_vote", "tag_consent").at(words, 0) if words else ()
    for hit in sorted(hits, key=lambda hit: -hit.end):
        if hit.end < len(words):
            between = text[words[hit.end - 1].end : words[hit.end].start]
            if any(mark in between for mark in ":-–—>|") or is_in_capitals(text, words[0], words[hit.end]):
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
        elif found and not (method == "yesno" and any(_offers_more(told, request) for told in request.sentences)):
            return method
    return None


def _offers_more(told: Told, request: Request) -> bool:
    """Tell whether yes and no are but two of the options that a sentence lists: "Yes / No / Only in winter"."""
    _, _, tail = told.text.rpartition(":")
    parts = [part.strip(_EDGES) for part in re.split(r"\s*[,/|]\s*", tail)]
    if len(parts) <= _FEWEST or not any(hit.end < len(told.words) for hit in request.hits(told, "method_yesno")):
        return False
    known = request.hits(told, "method_yesno")
    behind = told.text[max(told.words[hit.end - 1].end for hit in known) :].strip(_EDGES + "/|")
    dates = request.dates(behind)
    return (
        parts[-1] == behind and not request.whole(behind, "courtesy_word") and not (dates and not dates[0].when.span[0])
    )


def _options(request: Request, question: str) -> tuple[str, ...]:
    listed = tuple(line.strip(_EDGES) for line in request.listed_lines() if len(line) <= _LONGEST_OPTION)
    listed = without_rules(listed, question, request)
    if _FEWEST <= len(listed) <= _MOST:
        return listed
    for told in request.sentences:
        named = named_options(told, request) or asked_options(told, request)
        if named:
            return named
    bare = tuple(line.strip(_EDGES) for line in request.bare_lines())
    bare = without_rules(bare, question, request)
    if _FEWEST <= len(bare) <= _MOST:
        return bare
    asked = (told.text for told in request.sentences if told.asks)
    found = (_alternatives(text, request) for text in (question, *asked))
    first = request.sentences[0].text if request.sentences else ""
    listed_so = _split(first, request) if _SLASH.search(first) else ()
    enumerated = _alternatives(first, request) if _ENUMERATES in first else ()
    return next((options for options in (*found, enumerated, listed_so) if options), ())


def named_options(told: Told, request: Request) -> tuple[str, ...]:
    """Read "Options: a, b, c", "choose between a and b"."""
    for hit in sorted(request.hits(told, "options_label"), key=lambda hit: hit.start - hit.end):  # the longest first
        if hit.end >= len(told.words):
            continue
        between = told.text[told.words[hit.end - 1].end : told.words[hit.end].start]
        if ":" not in between and hit.start > 0 and hit.end - hit.start == 1:
            continue
        if ":" not in between and hit.end - hit.start == 1:
            continue
        found = _split(_without_end(told.text[told.words[hit.end].start :], request), request)
        if found:
            return found
    return ()


def _without_end(text: str, request: Request) -> str:
    """Take the end of the vote off the end of a list: "the mill, the swan and the barn by Wednesday"."""
    ends = [one.when.span for one in request.dates(text) if one.leads & {"by", "until", "before"}]
    start, end = ends[-1] if ends else (len(text), len(text))
    return text if text[end:].strip(_EDGES) else text[:start].rstrip()


def asked_options(told: Told, request: Request) -> tuple[str, ...]:
    """Read "Please rank the venues: the hall, the mill": what stands behind the colon of a sentence that asks."""
    ends = [told.words[hit.end - 1].end for hit in request.hits(told, "vote_ask", "vote_label")]
    colon = told.text.find(":", min(ends)) if ends else -1
    return _split(told.text[colon + 1 :], request) if colon > 0 else ()


def named_alternatives(told: Told, request: Request) -> tuple[str, ...]:
    """Return what a question offers to choose from: "Monday or Friday?"."""
    return _alternatives(told.text, request)


def _alternatives(question: str, request: Request) -> tuple[str, ...]:
    """Read "Lisbon or Porto?", "Which day: Monday or Friday?": short names only, so that no phrase is cut apart."""
    tail = question.rsplit(":", 1)[-1]
    found = _split(tail, request) if any(request.hits(Told(tail, words_of(tail)), "or")) else ()
    return found if all(len(words_of(option)) <= _OPTION_WORDS - 1 for option in found) else ()


def _without_last_and(text: str, request: Request) -> list[str]:
    """Cut "A, B and C" before its last part: where commas part the rest, "and" parts the last."""
    words = words_of(text)
    ands = request.spoken(_ands(request.lexicon).find(words))
    behind = (hit for hit in ands if words[hit.start].start > text.rfind(_ENUMERATES))
    last = next((hit for hit in behind if hit.end < len(words)), None)
    if last is None:
        return [text]
    return [text[: words[last.start].start], text[words[last.end - 1].end :]]


@lru_cache(maxsize=8)
def _ands(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("and",)))


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
    if not cuts and _ENUMERATES in text:
        pieces = _without_last_and(text, request)
    found = tuple(
        part.strip(" \t.,;:!?¿¡*_")
        for piece in pieces
        for part in re.split(r"[,;/|]\s+|\s/\s", piece)
        if part.strip(_EDGES)
    )
    short = all(len(words_of(option)) <= 2 * _OPTION_WORDS for option in found)
    return found if _FEWEST <= len(found) <= _MOST and short else ()
