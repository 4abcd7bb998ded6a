"""Stances that their author takes back: "I take back my objection", "my block is settled", "I drop my -1".

What is taken back is no stance any more, and what stands in its place is for its author to say.
Must not: know a word of a language, or choose between verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_talk import OWN, Spoken, is_asked
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content
from gateway.understand.reading.ballot_words import Mark

_OBJECTS = frozenset(("against", "block"))
_STANCES = classes("against block for yes no")
_DENIES = classes("negator near_negator after_negator")
_PARTS = classes("and contrast condition reason")
_MOST_BETWEEN = 2  # words between a verb and what it takes back: "I drop my old objection"


class Lifted(NamedTuple):
    """The places of stances that are taken back, or said not to be; and whether any is taken back undenied."""

    places: frozenset[int] = frozenset()
    is_done: bool = False


def lifted(body: Body, said: Sequence[Spoken]) -> Lifted:
    """Return what a text takes back of its author's stance."""
    found: set[int] = set()
    is_done = False
    for one in said:
        clause = next((c for c in body.clauses if c.start <= one.start < c.end), None)
        if clause is None or one.key not in ("lifts", "lapsed") or is_asked(body.marked, one):
            continue
        for start, end in _stances(body, clause, said):
            if _takes_back(body, one, start, end):
                found.update(range(start, end), _covered(body, one))
                is_done = is_done or not _is_denied(body, clause, one, range(start, end))
    return Lifted(frozenset(found), is_done)


def _covered(body: Body, one: Spoken) -> range:
    """Return the places of the verb itself, which alone would be a stance: "esqueçam" a no, "è superata" a dislike."""
    mark = body.marked.cover[one.start]
    if mark is None or (one.key == "lifts" and "withdraw" in mark):
        return range(0)
    return range(mark.start, mark.end)


def _stances(body: Body, clause: Clause, said: Sequence[Spoken]) -> list[tuple[int, int]]:
    """Return the stretches of a clause that name a stance: an objection; or any other that "my" stands ahead of."""
    mine = {one.end for one in said if one.key == OWN}
    marks = [m for m in body.marked.within(clause.start, clause.end) if _names_one(m, mine)]
    signs = [
        at for at in range(clause.start, clause.end) if body.marked.tokens[at].kind in ("sign", "number") and at in mine
    ]
    return [*((m.start, m.end) for m in marks), *((at, at + 1) for at in signs)]


def _names_one(mark: Mark, mine: set[int]) -> bool:
    return bool(mark.classes & _OBJECTS) or (bool(mark.classes & _STANCES) and mark.start in mine)


def _takes_back(body: Body, one: Spoken, start: int, end: int) -> bool:
    """Whether a verb has a stance for its object, behind it or within ("nehme meinen Einwand zurück"), or ahead."""
    if one.start < start and one.key == "lifts":
        between = (min(one.end, start), start)
    elif end <= one.start and one.key == "lapsed":
        between = (end, one.start)
    else:
        return False
    parted = any(m.classes & _PARTS for m in body.marked.within(*between))
    return not parted and len(content(body, *between)) <= _MOST_BETWEEN


def _is_denied(body: Body, clause: Clause, one: Spoken, stance: range) -> bool:
    """Whether it is said not to be taken back: "I won't drop my objection", "my block is not settled".

    Of what is but said to be over, all that is denied may be that: "Jan says my objection is settled. It is not.".
    """
    end = max(one.end, stance.stop)
    marks = body.marked.within(clause.start, end)
    if one.key == "lapsed":
        marks = [*body.marked.within(body.start, clause.start), *marks, *body.marked.within(end, body.end)]
    return any(m.classes & _DENIES and m.start not in stance for m in marks)
