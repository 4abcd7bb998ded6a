"""The remark in a ballot that a reader of the result would want to see; none in a bare vote.

Must not: know a word of a language, or change what the author wrote.
"""

from __future__ import annotations

from gateway.model.ballot import Method
from gateway.understand.reading.ballot_frame import Body, Clause, Sentence
from gateway.understand.reading.ballot_options import Finder
from gateway.understand.reading.ballot_pointers import Pointers
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content

DEGREES = classes("smallest largest earliest latest")
ENOUGH = 1  # words of content in a clause of its own that make a remark


def comment_of(body: Body, finder: Finder) -> str | None:
    """Return the sentences that say more than the vote, as written; None when there are none."""
    by_name = [range(m.start, m.end) for m in finder.mentions(body.start, body.end)]
    named = by_name + [range(m.start, m.end) for m in Pointers(finder).within(body.start, body.end, loose=True)]
    kept = [s for s in body.sentences if _says_more(body, s, named, finder) or _gives_a_degree(body, s, by_name)]
    if not kept:
        return None
    return body.marked.text[_first(body, kept[0]) : _last(body, kept[-1])].strip() or None


def _says_more(body: Body, sentence: Sentence, named: list[range], finder: Finder) -> bool:
    clauses = [c for c in body.clauses if sentence.start <= c.start < sentence.end and not _is_courtesy(body, c)]
    words = [
        at
        for c in clauses
        for at in content(body, c.start, _before_thanks(body, c), named)
        if _is_remark(body, at, finder)
    ]
    return len(words) >= ENOUGH


def _gives_a_degree(body: Body, sentence: Sentence, by_name: list[range]) -> bool:
    """Whether an option is named and then said to be cheaper, sooner, larger …: no pointer any more, but a reason."""
    named = [span.stop for span in by_name if sentence.start <= span.start < sentence.end]
    degrees = [mark.start for mark in body.marked.within(sentence.start, sentence.end) if mark.classes & DEGREES]
    return bool(named) and any(at >= min(named) and not any(at in span for span in by_name) for at in degrees)


def _is_courtesy(body: Body, clause: Clause) -> bool:
    opening = body.marked.cover[clause.start]
    return opening is not None and bool(opening.classes & {"thanks", "closing"})


def _before_thanks(body: Body, clause: Clause) -> int:
    return next((m.start for m in body.marked.within(clause.start, clause.end) if "thanks" in m), clause.end)


def _is_remark(body: Body, at: int, finder: Finder) -> bool:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if token.fold in body.marked.asked or (mark is not None and mark.classes & {"number", "take_up"}):
        return False  # a word of the question says nothing new
    kinds = ("word", "time") if finder.question.method is Method.SCORE else ("word", "number", "time")
    return token.kind in kinds


def _first(body: Body, sentence: Sentence) -> int:
    return body.marked.tokens[sentence.start].start


def _last(body: Body, sentence: Sentence) -> int:
    """Return where a sentence ends in the text, with its full stop or closing bracket."""
    at = sentence.end
    tokens = body.marked.tokens
    end = tokens[at - 1].end
    if at < len(tokens) and tokens[at].kind == "stop":
        end = tokens[at].end
    return end
