"""Whether options are refused outright, so that the one left over is meant: "not Oslo", but not "rather not Oslo".

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.understand.reading.ballot_frame import Body
from gateway.understand.reading.ballot_stance import Stance, Standing
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content
from gateway.understand.reading.ballot_words import Mark

OUTRIGHT = frozenset(("outright", "no_to"))
# Beside these a denial is one of taste or degree: "not keen on Oslo", "not my first choice".
SOFTENS = classes("good for attitude doubt rather best_place best_first indifferent")
DENIES = frozenset(("negator", "near_negator", "nor"))


def refused_outright(body: Body, every: Sequence[Standing]) -> bool:
    """Return whether each option named is excepted or plainly refused; a hedge leaves open what its author wants."""
    named = [range(s.mention.start, s.mention.end) for s in every]
    return all(s.stance == Stance.EXCEPTED or _is_outright(body, s, named) for s in every)


def _is_outright(body: Body, standing: Standing, named: list[range]) -> bool:
    """Whether the clause of an option, or the one right behind it ("Oslo? No thanks"), refuses it plainly."""
    near = range(standing.clause, min(standing.clause + 2, len(body.clauses)))
    return any(_refuses(body, number, named) for number in near)


def _refuses(body: Body, number: int, named: list[range]) -> bool:
    clause = body.clauses[number]
    marks = body.marked.within(clause.start, clause.end)
    if any(m.classes & SOFTENS for m in marks):
        return False
    tokens = body.marked.tokens[clause.start : clause.end]
    if any(token.kind == "sign" and token.fold.startswith("-") for token in tokens):
        return True
    refusing = [m for m in marks if m.classes & OUTRIGHT and not _by_degree(body, m)]
    # "Not Oslo" denies it; of "Oslo does not thrill me" nobody knows how much is denied.
    whole = any(not m.classes & DENIES for m in refusing)
    return bool(refusing) and (whole or not content(body, clause.start, clause.end, named))


def _by_degree(body: Body, mark: Mark) -> bool:
    """Whether a word of degree follows a denial: "not so keen on Oslo", "pas très Oslo"."""
    following = body.marked.cover[mark.end] if mark.end < body.end else None
    return bool(mark.classes & DENIES) and following is not None and "degree" in following
