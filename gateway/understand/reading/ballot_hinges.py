"""Whether an option named for a choice hangs on something: what keeps it away, or what it is but the other case of.

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.understand.reading.ballot_frame import Body, is_set_against
from gateway.understand.reading.ballot_stance import Stance, Standing
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content
from gateway.understand.reading.ballot_words import FIRST_PERSON

KEPT = classes("negator after_negator reject outright")


def is_out_of_reach(body: Body, standing: Standing) -> bool:
    """Whether the author would take an option, but for what it cannot or will not: "I'd pick Ana, but she's away"."""
    clause = body.clauses[standing.clause]
    former = body.marked.has("former", clause.start, clause.end)
    would = former or any("would_i" in m for m in body.marked.heard(clause.start, clause.end))
    if not would or not is_set_against(body, clause):
        return False
    behind = body.clauses[standing.clause + 1]
    told = body.marked.heard(behind.start, behind.end)
    theirs = next((m for m in told if "third_person" in m and not content(body, behind.start, m.start)), None)
    if theirs is None or any(FIRST_PERSON in m for m in told):
        return False
    kept = any("absent" in m for m in told) or any(
        m.classes & KEPT for m in body.marked.within(behind.start, behind.end)
    )
    return kept and not content(body, behind.start, theirs.end)


def is_other_case(body: Body, standing: Standing, live: Sequence[Standing]) -> bool:
    """Whether an option is for the other case than one just named for something: "in case of rain Oslo, else Rome"."""
    clause = body.clauses[standing.clause]
    if standing.stance != Stance.SPARE or not body.marked.has("fallback", clause.start, clause.end):
        return False
    return any(
        s.options != standing.options
        and s.stance == Stance.NAMED
        and s.mention.start < standing.mention.start
        and body.clauses[s.clause].sentence == clause.sentence
        for s in live
    )
