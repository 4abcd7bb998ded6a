"""Whether an option named is no choice for what is said beside it: another chosen, what keeps it away, another case.

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.understand.reading.ballot_frame import Body, Clause, is_set_against
from gateway.understand.reading.ballot_stance import Stance, Standing
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content, is_condition
from gateway.understand.reading.ballot_words import FIRST_PERSON

LEADING_ON = classes("over choose filler lower_place")  # what goes on with "then", and is no "else"
WITH, WITHOUT = classes("common other"), classes("except negator")
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
    """Whether an option is for the other case than one told just before it: "in case of rain Oslo, else Rome".

    The first case tells itself by an option, or by words of its own where no option was known in it.
    """
    clause = body.clauses[standing.clause]
    if standing.stance != Stance.SPARE or not body.marked.has("fallback", clause.start, clause.end):
        return False
    elses = [m for m in body.marked.within(clause.start, clause.end) if "fallback" in m and not m.classes & LEADING_ON]
    behind = [c for c in body.clauses[: standing.clause] if clause.sentence - c.sentence <= 1]
    if elses and any(content(body, c.start, c.end) for c in behind):
        return True
    return any(
        s.options != standing.options
        and s.stance == Stance.NAMED
        and s.mention.start < standing.mention.start
        and body.clauses[s.clause].sentence == clause.sentence
        for s in live
    )


def is_told_of_later(body: Body, standing: Standing, named: Sequence[Standing]) -> bool:
    """Whether a later sentence than the one that names others tells something of an option: "… A saw is dangerous."."""
    home = body.clauses[standing.clause].sentence
    if not any(body.clauses[s.clause].sentence < home for s in named):
        return False
    sentence = body.sentences[home]
    taken = [range(s.mention.start, s.mention.end) for s in named]
    return len(content(body, sentence.start, sentence.end, taken)) > 1


def is_split(body: Body, best: Standing, every: Sequence[Standing]) -> bool:
    """Whether another option of the sentence stands for the other case or voice: "Oslo with snow, Rome without"."""
    home = body.clauses[best.clause]
    beside = [c for c in body.clauses if c.sentence == home.sentence and c is not home]
    said = _saying(body, home)
    if said and any(said & _saying(body, clause) for clause in beside):
        return True  # "My heart says Oslo, my purse says Rome"
    others = [s for s in every if s.options != best.options and body.clauses[s.clause] in beside]
    marks = body.marked.within(home.start, home.end)
    company = any(m.classes >= WITH for m in marks) and content(body, home.start, home.end)
    return bool(company) and any(
        m.classes >= WITHOUT
        for s in others
        for m in body.marked.within(body.clauses[s.clause].start, body.clauses[s.clause].end)
    )


def _saying(body: Body, clause: Clause) -> frozenset[str]:
    """Return the verbs of a clause by which something else than its author takes a stance."""
    voices = (m for m in body.marked.heard(clause.start, clause.end) if "he_stance" in m)
    known = ((m, body.marked.cover[m.start]) for m in voices)  # Spanish "voto" is "I vote" too, and known as such
    return frozenset(body.marked.tokens[m.end - 1].fold for m, k in known if k is None or k.start < m.start)


def is_refused_after_all(body: Body, best: Standing, every: Sequence[Standing]) -> bool:
    """Whether a "but" behind an option refuses it in a phrase of its own: "Oslo, but we can't afford it"."""
    if not is_set_against(body, body.clauses[best.clause]):
        return False
    behind = best.clause + 1
    clause = body.clauses[behind]
    if any(s.clause >= behind for s in every):
        return False
    phrases = (m for m in body.marked.within(clause.start, clause.end) if "no" in m and m.end - m.start > 1)
    refusal = next((m for m in phrases if not content(body, clause.start, m.start)), None)
    return refusal is not None and len(content(body, refusal.end, clause.end)) <= 1


def hangs_on_sentence_before(body: Body, best: Standing) -> bool:
    """Whether the sentence ahead is but what the choice depends on: "It depends on who comes. Oslo with kids, …"."""
    home = body.clauses[best.clause].sentence
    ahead = [c for c in body.clauses if c.sentence == home - 1]
    if len(ahead) != 1 or body.sentences[home - 1].asks:
        return False
    first = next((m for m in body.marked.within(ahead[0].start, ahead[0].end) if "common" not in m), None)
    return first is not None and is_condition(body, first) and not content(body, ahead[0].start, first.start)


def chosen_elsewhere(body: Body, best: Standing, every: Sequence[Standing]) -> bool:
    """Whether a contrast after the option named chooses something that is no option: "A is nice, but I vote for X"."""
    named = {s.clause for s in every}
    for number, clause in enumerate(body.clauses):
        if number <= best.clause or number in named or clause.opener != "contrast":
            continue
        chooses = [m for m in body.marked.within(clause.start, clause.end) if m.classes & {"choose", "for"}]
        if any(_unknown_name(body, mark.end, clause.end) for mark in chooses):
            return True
    return False


def is_renamed(body: Body, best: Standing, every: Sequence[Standing]) -> bool:
    """Whether one sentence names an option twice and refuses one of its names: "option B is Ghent, not Porto"."""
    home, by = body.clauses[best.clause].sentence, best.mention.by
    again = (s for s in every if s.options == best.options and body.clauses[s.clause].sentence == home)
    return any(s.stance < Stance.NAMED and s.mention.by != by for s in again)


def _unknown_name(body: Body, start: int, end: int) -> bool:
    """Whether what is chosen is a word that nobody knows, with nothing but little words ahead of it."""
    said = content(body, start, end)
    return bool(said) and body.marked.cover[said[0]] is None and body.marked.tokens[said[0]].raw[:1].isupper()


def offers_another(body: Body, standing: Standing) -> bool:
    """Whether an "or" beside an option joins it to something that is none: "Oslo or Greece", "Greece or Oslo"."""
    if _is_other_than(body, standing):
        return True
    at = standing.mention.end
    mark = body.marked.cover[at] if at < body.end else None
    if mark is None or "or" not in mark or mark.classes & {"choose", "fallback"}:
        return False
    behind = content(body, mark.end, body.clauses[standing.clause].end)
    return bool(behind) and behind[0] == mark.end


def is_former(body: Body, standing: Standing) -> bool:
    """Whether an option is named for what its author once thought, or would have."""
    clause = body.clauses[standing.clause]
    end = body.sentences[clause.sentence].end
    compared = any(m.classes & {"than", "over", "contrast"} for m in body.marked.within(standing.mention.end, end))
    return body.marked.has("former", clause.start, clause.end) and not compared  # "… last time and still is"


def _is_other_than(body: Body, standing: Standing) -> bool:
    """Whether an "or" right ahead of an option has a word or a number on its other side that names none."""
    at = standing.mention.start
    mark = body.marked.cover[at - 1] if at > body.start else None
    start = body.clauses[body.clause_of(at)].start
    if (
        mark is None
        or "or" not in mark
        or mark.classes & {"choose", "fallback"}
        or standing.link
        or mark.start <= start
    ):
        return False
    other = body.marked.cover[mark.start - 1]
    counts = other is not None and "number" in other.values
    return counts or bool(content(body, mark.start - 1, mark.start))
