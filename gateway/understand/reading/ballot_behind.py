"""What a clause of its own right behind an option says of it: "Oslo? No thanks", "Oslo? Yes please!", "…, Oslo too".

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_stance import Stance, Standing, sign_of
from gateway.understand.reading.ballot_verdict import content


def refused_behind(body: Body, found: list[Standing]) -> list[Standing]:
    """Return the standings with those refused that a clause of its own refuses right behind: "Oslo? No thanks"."""
    ends = [*(s.mention.start for s in found[1:]), body.end]
    return [
        replace(s, stance=Stance.REFUSED) if s.stance >= Stance.NAMED and _is_refused_by(body, s, end) else s
        for s, end in zip(found, ends, strict=False)
    ]


def _is_refused_by(body: Body, standing: Standing, end: int) -> bool:
    """Whether the clauses between a mention and the next begin with a refusal, courtesies apart."""
    for clause in body.clauses[standing.clause + 1 :]:
        if clause.end > end or clause.opener or _is_parted(body, standing.mention.end, clause.start):
            return False
        if _is_refusal(body, clause):
            return True
        marks = body.marked.within(clause.start, clause.end)
        if content(body, clause.start, clause.end) or not all("filler" in m for m in marks):
            return False
        standing = replace(standing, mention=replace(standing.mention, end=clause.end))
    return False


def _is_parted(body: Body, start: int, end: int) -> bool:
    """Whether a word stands in a stretch, other than the "th" of a day."""
    marks = body.marked.cover
    suffixes = {at for at in range(start, end) if (mark := marks[at]) is not None and "ordinal_suffix" in mark}
    return any(body.marked.tokens[at].is_word and at not in suffixes for at in range(start, end))


def _is_refusal(body: Body, clause: Clause) -> bool:
    """Whether a clause is a refusal and nothing else: it opens with one and has no word of content."""
    marks = body.marked.within(clause.start, clause.end)
    opening = next((m for m in marks if "filler" not in m or m.classes & {"no", "reject"}), None)
    if (
        opening is None
        or "worst_place" in opening
        or not opening.classes & {"no", "reject", "negator", "near_negator"}
        or content(body, clause.start, clause.end)
    ):
        return False
    return sign_of(marks) < 0 and any(m.classes & {"no", "reject"} for m in marks)


def accepted_behind(body: Body, found: list[Standing]) -> list[Standing]:
    """Return the standings with those chosen that are asked about and answered right behind: "Oslo? Yes please!"."""
    return [
        replace(s, stance=Stance.CHOSEN, asked=False)
        if s.asked and s.stance >= Stance.NAMED and _is_accepted(body, s)
        else s
        for s in found
    ]


def _is_accepted(body: Body, standing: Standing) -> bool:
    """Whether the sentence behind a bare question is a yes and nothing else."""
    home = body.clauses[standing.clause].sentence
    asked, answer = body.sentences[home], body.sentences[home + 1] if home + 1 < len(body.sentences) else None
    taken = [range(standing.mention.start, standing.mention.end)]
    if answer is None or answer.asks or content(body, asked.start, asked.end, taken):
        return False
    marks = body.marked.within(answer.start, answer.end)
    agreed = any("yes" in m for m in marks) and not any(
        m.classes & {"negator", "no", "doubt", "condition"} for m in marks
    )
    return agreed and not content(body, answer.start, answer.end)


def as_addition(body: Body, standing: Standing) -> Standing:
    """Return a standing as a spare one where the clause right behind but adds it: "Oslo is nice, Rome though, too"."""
    behind = next((c for c in body.clauses[standing.clause + 1 :]), None)
    if behind is None or behind.start != standing.mention.end or standing.stance < Stance.NAMED:
        return standing
    adds = body.marked.has("also", behind.start, behind.end) and not content(body, behind.start, behind.end)
    return replace(standing, stance=min(standing.stance, Stance.SPARE)) if adds else standing
