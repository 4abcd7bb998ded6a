"""Every naming of an option in a ballot with its stance, what leads to it and what follows it heeded.

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from gateway.model.ballot import Method
from gateway.understand.reading.ballot_behind import accepted_behind, as_addition, refused_behind
from gateway.understand.reading.ballot_chains import chains_of, clause_number, link_between
from gateway.understand.reading.ballot_frame import Body, Clause, is_change
from gateway.understand.reading.ballot_mentions import mentions_in
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_passing import is_in_passing, without_passing
from gateway.understand.reading.ballot_stance import Stance, Standing, stance_of
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content
from gateway.understand.reading.ballot_words import Mark

JOINED = frozenset(("good", "choose", "for", "against", "bad", "reject", "yes"))
# What between two mentions belongs to the second.
LEADING = classes("against negator near_negator instead except over nor and or fallback lower_place but_not")


def standings(body: Body, finder: Finder) -> list[Standing]:
    """Return each naming of an option with its stance, in order."""
    found = mentions_in(body, finder)
    taken = [range(m.start, m.end) for m in found]
    links = [link_between(body, before, mention) for before, mention in zip([None, *found], found, strict=False)]
    groups = chains_of(body, found, links)
    out: list[Standing] = []
    for place, group in enumerate(groups):
        lower = found[groups[place - 1][-1]].end if place else body.start
        upper = found[groups[place + 1][0]].start if place + 1 < len(groups) else body.end
        out.extend(_group(body, finder, found, group, links, taken, lower, upper))
    heeded = accepted_behind(body, refused_behind(body, without_passing(body, out)))
    return [as_addition(body, s) for s in heeded if not _is_told(body, s) and not _is_spoken_of(body, s, heeded)]


def _is_told(body: Body, standing: Standing) -> bool:
    """Whether an option is named for what others want, for what it once was, or in taking a vote for it back."""
    at = standing.mention.start
    if at in body.told or at in body.recalled:
        return True
    marks = body.marked.within(body.clauses[standing.clause].start, at + 1)
    deciding = [m for m in marks if m.classes & {"withdraw", "choose", "to_word"}]
    return bool(deciding) and "withdraw" in deciding[-1]


def _is_spoken_of(body: Body, later: Standing, every: list[Standing]) -> bool:
    """Whether a part of a label refuses nothing: its option was named in full before, and a fact is told of it now.

    "Manual handling. Nobody here has had the handling refresher."
    """
    mention, clause = later.mention, body.clauses[later.clause]
    if later.stance >= Stance.NAMED or mention.by != "label":
        return False
    in_full = (
        s.options == later.options
        and s.stance >= Stance.NAMED
        and body.sentence_of(s.mention.start) < clause.sentence
        and s.mention.end - s.mention.start > mention.end - mention.start
        for s in every
    )
    return any(in_full) and bool(content(body, clause.start, clause.end, [range(mention.start, mention.end)]))


def _group(
    body: Body,
    finder: Finder,
    found: list[Mention],
    group: list[int],
    links: list[str],
    taken: list[range],
    lower: int,
    upper: int,
) -> list[Standing]:
    first, last = found[group[0]], found[group[-1]]
    number = clause_number(body, first.start)
    clause, end_clause = body.clauses[number], body.clauses[clause_number(body, last.start)]
    introduced = _introduced_at(body, number)
    # What is said of an option named ahead of the colon does not lead to this one: "Rome too hot: Oslo".
    before = body.marked.within(max(introduced if lower <= introduced else clause.start, lower), first.start)
    before = [m for m in before if not _closes_lead(body, m)]
    after = body.marked.within(last.end, min(end_clause.end, upper))
    after = [_as_added(m, end_clause) for m in after if not _begins_verb(body, finder, m, end_clause)]
    if first.by in ("number", "letter"):
        before = [
            m for m in before if not (_touches(body, m.end, first.start) and "option_word" in m)
        ]  # "no. 2" denies nothing
    if lower > clause.start:
        before = _joined_from(before) or _leading(body, before, first.start)
    if upper < end_clause.end:
        leading = _joined_from(after) or _leading(body, after, upper)
        after = [m for m in after if m not in leading]
    said = content(body, max(clause.start, lower), first.start, taken) + content(
        body, last.end, min(end_clause.end, upper), taken
    )
    # What its author would do with an option, whatever the verb, is a choice of it: "I'd book Oslo".
    wished = any("would_i" in m for m in body.marked.heard(max(clause.start, lower), first.start))
    wished = wished or _is_bidden(body, clause, lower, first.start) or _is_entered(body, clause, lower, first.start)
    ranked = finder.question.method is Method.RANKED
    stance = stance_of(body, before, after, bare=not said, wished=wished, clause=clause, ranked=ranked)
    if not ranked and first.by == "label" and len(after) == 1 and after[0].values.get("ordinal", 0) > 0:
        stance = min(stance, Stance.SPARE)  # "Oslo 1st, Rome 2nd"
    stance = _moved(body, finder, found, group, lower, upper, stance)
    if finder.question.method is Method.SINGLE and group[0] and _is_outranked(body, found[group[0] - 1], first):
        stance = min(stance, Stance.NAMED)
    if stance in (Stance.NAMED, Stance.LIKED) and _is_described(body, end_clause, last.end):
        return []
    if first.start in body.reminded:
        stance = min(stance, Stance.SPARE)
    if _is_signed_down(body, first.start):
        stance = Stance.REFUSED
    sentence = body.sentences[clause.sentence]
    praised, faint = _faintly(body, max(clause.start, lower), min(sentence.end, upper))
    if praised:
        stance = Stance.SPARE
    if stance in (Stance.CHOSEN, Stance.LIKED) and _is_announced(body, first.start):
        stance = Stance.CONCLUDED
    passing = Stance.NAMED <= stance <= Stance.CHOSEN and is_in_passing(body, clause, first.start, last.end)
    near = [*before, *after]
    entered = any("enter" in m for m in body.marked.heard(sentence.start, first.start))
    # "could you put me down for …?", "can you make that …?"
    asks = sentence.asks and not entered and not _is_change_requested(body, sentence.start, first.start)
    return [
        Standing(found[n], stance, number, links[n], asks, any("doubt" in m for m in near),
                 clause.opener == "contrast" and lower <= clause.start,
                 any("choose" in m and m.end - m.start > 1 for m in before), faint, passing,
                 stance is Stance.SPARE and any("lower_place" in m for m in near))
        for n in group
    ]  # fmt: skip


def _faintly(body: Body, start: int, end: int) -> tuple[bool, bool]:
    """Return whether an option is said not to be bad ("Oslo isn't bad"), and whether nothing chooses it beside that."""
    if not any(m is not None and "faint" in m and m.start not in body.told for m in body.marked.voices[start:end]):
        return False, False
    chooses = (m for m in body.marked.within(start, end) if "choose" in m)
    return True, not any(_ends_clause(body, m) for m in chooses)


def _ends_clause(body: Body, mark: Mark) -> bool:
    """Whether nothing of its own follows a mark in its clause: "…, put me down for that"."""
    end = next((c.end for c in body.clauses if c.start <= mark.start < c.end), mark.end)
    return not content(body, mark.end, end)


def _is_described(body: Body, clause: Clause, at: int) -> bool:
    """Whether an option is but the subject of a fact told of it: "Oslo has a nice opera"."""
    verb = body.marked.cover[at] if at < clause.end else None
    return verb is not None and "states" in verb and bool(content(body, verb.end, clause.end))


def _is_outranked(body: Body, earlier: Mention, later: Mention) -> bool:
    """Whether nothing but a word that puts the earlier option first parts two: "Oslo before Rome"."""
    marks = body.marked.within(earlier.end, later.start)
    ranking = [m for m in marks if "over" in m and not m.classes & {"fallback", "than", "to_word"}]
    plain = all("common" in m or m in ranking for m in marks) and not content(body, earlier.end, later.start)
    touching = all(token.is_word for token in body.marked.tokens[earlier.end : later.start])
    return len(ranking) == 1 and plain and touching


def _begins_verb(body: Body, finder: Finder, mark: Mark, clause: Clause) -> bool:
    """Whether what is a yes by itself is but a little word ahead of a verb: "Matteo si emoziona", but "Matteo si"."""
    if "common" not in mark or "yes" not in mark or mark.end >= clause.end:
        return False
    known = body.marked.cover[mark.end] is not None or not body.marked.tokens[mark.end].is_word
    return not known and not finder.is_label(mark.end)


def _as_added(mark: Mark, clause: Clause) -> Mark:
    """Return a "too" that ends its clause without its other sense: "Oslo is nice too", not "too far"."""
    ends = "also" in mark and mark.end == clause.end
    return replace(mark, classes=mark.classes - {"reject"}) if ends else mark


def _is_bidden(body: Body, clause: Clause, lower: int, at: int) -> bool:
    """Whether the clause begins by bidding what to do with the option: "Send Nadia", "so book Oslo"."""
    if lower > clause.start:
        return False
    for mark in body.marked.heard(clause.start, at):
        if "bid" in mark:
            opens = all(
                m.classes & {"filler", "conclusion", "contrast", "and"}
                for m in body.marked.within(clause.start, mark.start)
            )
            small = not content(body, clause.start, mark.start) and not content(body, mark.end, at)
            return opens and small and not body.marked.has("negator", clause.start, at)
    return False


def _is_entered(body: Body, clause: Clause, lower: int, at: int) -> bool:
    """Whether its author asks to be put down for what stands here: "can you switch me to Oslo?"."""
    entered = [m for m in body.marked.heard(max(clause.start, lower), at) if "enter" in m]
    return bool(entered) and not content(body, entered[-1].end, at)


def _is_change_requested(body: Body, start: int, at: int) -> bool:
    """Whether what stands here is asked for in place of what was said before: "can you make that Oslo?"."""
    marks = body.marked.within(start, at)
    return any(
        "request" in one
        and one.end == other.start
        and is_change(body.marked, other)
        and not content(body, other.end, at)
        for one, other in pairwise(marks)
    )


def _is_signed_down(body: Body, at: int) -> bool:
    """Whether a minus vote goes to what stands here: "-1 on Oslo"."""
    for back in range(at - 1, max(body.start, at - 3) - 1, -1):
        token, mark = body.marked.tokens[back], body.marked.cover[back]
        if token.kind == "sign":
            return token.fold.startswith("-")
        if mark is None or "common" not in mark:
            return False
    return False


def _introduced_at(body: Body, number: int) -> int:
    """Return where a clause begins, with the one a colon ends before it: "Second choice: Oslo"."""
    clause = body.clauses[number]
    if number and not clause.opener and _is_spare_lead(body, body.clauses[number - 1]):
        return body.clauses[number - 1].start
    if number == 0 or not clause.start or body.marked.tokens[clause.start - 1].raw != ":":
        return clause.start
    return body.clauses[number - 1].start


def _is_spare_lead(body: Body, clause: Clause) -> bool:
    """Whether a clause but leads to a second choice: "…, and if that's full, Rome"."""
    marks = body.marked.within(clause.start, clause.end)
    return any("fallback" in m for m in marks) and marks[0].start == clause.start and marks[-1].end == clause.end


def _closes_lead(body: Body, mark: Mark) -> bool:
    """Whether a "then" but rounds off what a colon ends: "That's my vote then: Oslo", but "Then: Oslo"."""
    ends = mark.end < body.end and body.marked.tokens[mark.end].raw == ":"
    return (
        ends and mark.classes >= {"choose", "fallback"} and mark.start > body.clauses[body.clause_of(mark.start)].start
    )


def _touches(body: Body, end: int, start: int) -> bool:
    return not any(token.is_word for token in body.marked.tokens[end:start])


def _moved(
    body: Body, finder: Finder, found: list[Mention], group: list[int], lower: int, upper: int, stance: Stance
) -> Stance:
    """Return the stance with "from A to B" and "prefer B to A" heeded."""
    first, last = found[group[0]], found[group[-1]]
    before = _mark_before(body, first.start, lower)
    after = body.marked.cover[last.end] if last.end < upper else None
    goes_on = after is not None and "to_word" in after and after.end == upper and upper < body.end
    if goes_on and before is not None and "from_word" in before:
        return Stance.SPARE if stance >= Stance.NAMED else stance
    plain = before is not None and "than" in before and "to_word" not in before
    if before is not None and plain and group[0] and _is_outdone(body, found[group[0] - 1], before):
        return Stance.NAMED if finder.question.method is Method.RANKED else Stance.REFUSED
    if before is None or not before.classes & {"to_word", "than"} or before.start != lower or group[0] == 0:
        return stance
    earlier = found[group[0] - 1]
    ahead = _mark_before(body, earlier.start, body.start)
    if ahead is not None and "from_word" in ahead and "to_word" in before:
        return Stance.CHOSEN
    clause = body.clauses[clause_number(body, earlier.start)]
    if any("choose" in m for m in body.marked.within(clause.start, earlier.start)):
        return Stance.NAMED if finder.question.method is Method.RANKED else Stance.REFUSED
    return stance


def _is_outdone(body: Body, earlier: Mention, than: Mark) -> bool:
    """Whether the option behind a "than" is set against one named before it in the same sentence, undenied."""
    if body.sentence_of(earlier.start) != body.sentence_of(than.start):
        return False
    clause = body.clauses[clause_number(body, earlier.start)]
    if any("as_well" in m for m in body.marked.within(clause.start, earlier.start)):
        return False  # "sia Oslo che Roma"
    marks = body.marked.within(earlier.end, than.end)
    return not any(m.classes & {"negator", "near_negator"} for m in marks)


def _mark_before(body: Body, at: int, floor: int) -> Mark | None:
    """Return the mark right before a place, articles skipped."""
    for back in range(at - 1, max(floor, at - 3) - 1, -1):
        mark = body.marked.cover[back]
        if mark is None or mark.classes & {"to_word", "than", "from_word"} or "common" not in mark:
            return mark
    return None


def _joined_from(marks: list[Mark]) -> list[Mark]:
    """Return the marks from an "and" on that a verb follows, which belong to what comes next: "… and I like Oslo"."""
    for number, mark in enumerate(marks):
        if mark.classes & {"and", "or"} and not mark.classes & {"over", "choose"}:
            told = any(m.classes & JOINED for m in marks[number + 1 :])
            return marks[number:] if told else []
    return []


def _leading(body: Body, marks: list[Mark], at: int) -> list[Mark]:
    """Return the marks that stand right before a place and belong to what follows."""
    out: list[Mark] = []
    for mark in reversed(marks):
        between = [m for m in body.marked.within(mark.end, at) if m not in out and "common" not in m]
        if between or content(body, mark.end, at) or not mark.classes & {*LEADING, "common"}:
            break
        out.insert(0, mark)
    return out


def _is_announced(body: Body, at: int) -> bool:
    for mark in body.marked.within(body.start, at):
        if "conclusion" in mark and at - mark.end <= 5 and not content(body, mark.end, at):
            return True
    return False
