"""What a denial reaches, and how often it turns what it reaches: "not", "not at all", "no … nada", "anything but".

Must not: know a word of a language, or weigh a verdict.
"""

from __future__ import annotations

from gateway.understand.reading.ballot_frame import Body
from gateway.understand.reading.ballot_words import Mark

NEGATORS = frozenset(("negator", "near_negator", "but_not"))
SCOPE = 6  # tokens before a term in which a negator reaches it
NEAR = 3  # tokens for a determiner


def denials(marks: list[Mark]) -> list[Mark]:
    """Return the marks that deny what stands behind them."""
    return [m for m in marks if m.classes & NEGATORS or ("except" in m and m.end - m.start > 1)]


def turns(flips: list[Mark]) -> list[Mark]:
    """Return the denials without those that but stress the one ahead: "no … nada", "non … affatto", "not at all".

    A word may stand between, the verb ("non sarò mai"); "not without" is two.
    """
    stressed = {
        behind.start
        for ahead in flips
        for behind in flips
        if 0 <= behind.start - ahead.end <= 1 and "except" not in behind
    }
    return [m for m in flips if m.start not in stressed]


def reaches(body: Body, negator: Mark, term: Mark) -> bool:
    """Whether a negator stands before a term, near enough; a determiner must all but touch it."""
    gap = term.start - negator.end
    if gap < 0 or negator.start == term.start:
        return False
    if not negator.classes & NEGATORS:
        return gap == 0  # "anything but happy"
    if negator.classes & {"negator", "but_not"}:
        return gap <= SCOPE and not (gap and _denies_time(body, negator, term))
    between = body.marked.within(negator.end, term.start)
    return gap <= NEAR and not any("common" in m for m in between)


def _denies_time(body: Body, negator: Mark, term: Mark) -> bool:
    """Whether a negator denies but a time that stands ahead of a term: "not before June please, that would be good"."""
    voices = body.marked.voices
    bounds = [voices[at] for at in (negator.start, negator.end) if at < len(voices)]
    bound = next((m for m in bounds if m is not None and "not_before" in m), None)
    return bound is not None and names_time(body, bound.end, term.start)


def names_time(body: Body, start: int, end: int) -> bool:
    """Whether a stretch holds a number, an hour, or the name of a day, a month or a season."""
    if any(m.classes & {"month", "weekday"} for m in body.marked.within(start, end)):
        return True
    figured = any(token.kind in ("number", "time") for token in body.marked.tokens[start:end])
    return figured or any("season" in m for m in body.marked.heard(start, end))
