"""How a text stands to each option it names: chosen, liked, merely named, refused or excepted.

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from gateway.model.ballot import Method
from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_verdict import content, is_condition
from gateway.understand.reading.ballot_words import Mark


class Stance(IntEnum):
    """From refusal to announced choice; what is higher overrules what is lower."""

    EXCEPTED = -2
    REFUSED = -1
    NAMED = 0
    SPARE = 1  # a second choice, a former one, one that would do too
    LIKED = 2
    CHOSEN = 3
    CONCLUDED = 4


NEGATING = frozenset(("negator", "near_negator", "reject", "no", "against", "bad", "block", "instead", "nor", "except"))
DENIABLE = frozenset(("against", "bad"))
CHOOSING = frozenset(("choose", "yes", "for", "unopposed"))
LINKS = frozenset(("and", "or", "nor"))
UNLINKING = frozenset(("reject", "negator", "contrast", "instead", "to_word", "from_word", "than", "conclusion"))
# What between two mentions belongs to the second.
LEADING = frozenset(("negator", "near_negator", "instead", "except", "over", "nor", "and", "or", "fallback"))


@dataclass(frozen=True, slots=True)
class Standing:
    """One mention with its stance. `link` says how it hangs on the mention before: "", and, or, nor, comma, same."""

    mention: Mention
    stance: Stance
    clause: int
    link: str
    asked: bool = False
    doubted: bool = False
    contrasted: bool = False

    @property
    def options(self) -> frozenset[int]:
        """The options named."""
        return self.mention.options


def mentions_in(body: Body, finder: Finder) -> list[Mention]:
    """Return every naming of an option in the body, in order: labels first, letters and numbers where they fit."""
    found = finder.mentions(body.start, body.end)
    counted = finder.question.method is Method.SCORE  # there a number is no word, and no option
    labelled = bool(found)  # beside a label a bare number is no option; beside other numbers ("1, 3") it is
    for clause in body.clauses:
        strict = [m for m in finder.pointers(clause.start, clause.end, loose=False) if not _overlaps(m, found)]
        loose = (
            []
            if labelled and not _is_bare_list(body, clause)
            else finder.pointers(clause.start, clause.end, loose=True)
        )
        taken = [range(m.start, m.end) for m in loose]
        said = [
            at
            for at in content(body, clause.start, clause.end, taken)
            if not (counted and body.marked.tokens[at].kind == "number")
        ]
        if loose and not said:
            found.extend(loose)
        else:
            found.extend(strict)
    if not found:
        extremes = [finder.extreme(mark) for mark in body.marked.within(body.start, body.end)]
        found = [m for m in extremes if m is not None]
    found = sorted((m for m in found if not _ranks_next(body, m, found)), key=lambda m: m.start)
    return _stretched(body, found) if finder.question.method is Method.APPROVAL else found


def _ranks_next(body: Body, mention: Mention, found: list[Mention]) -> bool:
    """Whether an ordinal stands for the place of the label behind it ("2nd choice: Oslo"), not for an option."""
    if mention.by != "ordinal":
        return False
    behind = next((m for m in found if m.by == "label" and m.start >= mention.end), None)
    return behind is not None and not any(t.is_word for t in body.marked.tokens[mention.end : behind.start])


def _stretched(body: Body, found: list[Mention]) -> list[Mention]:
    """Return the mentions with "2-4" and "A to C" made the stretch they are."""
    out: list[Mention] = []
    for mention in found:
        before = out[-1] if out else None
        if before is not None and _is_stretch(body, before, mention):
            first, last = min(before.options), max(mention.options)
            out[-1] = Mention(frozenset(range(first, last + 1)), before.start, mention.end, "counted")
        else:
            out.append(mention)
    return out


def _is_stretch(body: Body, before: Mention, mention: Mention) -> bool:
    if before.by not in ("number", "letter") or mention.by != before.by or min(before.options) >= max(mention.options):
        return False
    between = body.marked.text[body.marked.tokens[before.end - 1].end : body.marked.tokens[mention.start].start].strip()
    marks = body.marked.within(before.end, mention.start)
    return between in ("-", "–", "—") or (
        len(marks) == 1 and "to_word" in marks[0] and mention.start == marks[0].end == before.end + 1
    )


def _is_bare_list(body: Body, clause: Clause) -> bool:
    """Whether the sentence of a clause is nothing but numbers and what joins them: "1, 2 and 4."."""
    sentence = body.sentences[clause.sentence]
    words = [at for at in range(sentence.start, sentence.end) if body.marked.tokens[at].is_word]
    joins = [body.marked.cover[at] for at in words if body.marked.tokens[at].kind != "number"]
    return len(joins) < len(words) and all(m is not None and m.classes & {"and", "filler", "greeting"} for m in joins)


def _overlaps(mention: Mention, others: list[Mention]) -> bool:
    return any(mention.start < other.end and other.start < mention.end for other in others)


def standings(body: Body, finder: Finder) -> list[Standing]:
    """Return each naming of an option with its stance, in order."""
    found = mentions_in(body, finder)
    taken = [range(m.start, m.end) for m in found]
    links = [_link(body, before, mention) for before, mention in zip([None, *found], found, strict=False)]
    groups = _chains(body, found, links)
    out: list[Standing] = []
    for place, group in enumerate(groups):
        lower = found[groups[place - 1][-1]].end if place else body.start
        upper = found[groups[place + 1][0]].start if place + 1 < len(groups) else body.end
        out.extend(_group(body, finder, found, group, links, taken, lower, upper))
    return _refused_behind(body, out)


def _chains(body: Body, found: list[Mention], links: list[str]) -> list[list[int]]:
    """Return the mentions in runs that share what is said of them: "A and B", "A, B and C", "all but A, B"."""
    chains: list[list[int]] = []
    for number, link in enumerate(links):
        if link and chains:
            chains[-1].append(number)
        else:
            chains.append([number])
    return [part for chain in chains for part in _parted(body, found, links, chain)]


def _parted(body: Body, found: list[Mention], links: list[str], chain: list[int]) -> list[list[int]]:
    """Return a run cut at its commas, unless a word links its end or an exception opens it."""
    joined = any(links[n] in ("and", "or", "nor") for n in chain[1:])
    clause = body.clauses[_clause_number(body, found[chain[0]].start)]
    excepted = any(m.classes & {"except"} for m in body.marked.within(clause.start, found[chain[0]].start))
    if joined or excepted:
        return [chain]
    parts = [[chain[0]]]
    for number in chain[1:]:
        if links[number] == "comma":
            parts.append([number])
        else:
            parts[-1].append(number)
    return parts


def _link(body: Body, before: Mention | None, mention: Mention) -> str:
    """Return how a mention hangs on the one before it: "" when something is said between."""
    if before is None:
        return ""
    link = "same"
    for at in range(before.end, mention.start):
        token, mark = body.marked.tokens[at], body.marked.cover[at]
        if token.kind == "stop" or (token.kind == "punct" and token.raw in ":()–—-"):
            return ""
        if token.kind == "punct":
            link = {"/": "slash", ",": "comma", "&": "and", "=": "tie"}.get(token.raw, token.raw)
        elif mark is not None and mark.classes & LINKS and not mark.classes & {"over", "choose"}:
            link = "or" if "or" in mark else "and" if "and" in mark else "nor"
        elif mark is None or not mark.classes & {"common", "option_word"} or mark.classes & UNLINKING:
            return ""
    return link


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
    number = _clause_number(body, first.start)
    clause, end_clause = body.clauses[number], body.clauses[_clause_number(body, last.start)]
    before = body.marked.within(max(_introduced_at(body, number), lower), first.start)
    after = body.marked.within(last.end, min(end_clause.end, upper))
    if first.by in ("number", "letter"):
        before = [
            m for m in before if not (_touches(body, m.end, first.start) and "option_word" in m)
        ]  # "no. 2" denies nothing
    if lower > clause.start:
        before = _leading(body, before, first.start)
    if upper < end_clause.end:
        leading = _leading(body, after, upper)
        after = [m for m in after if m not in leading]
    said = content(body, max(clause.start, lower), first.start, taken) + content(
        body, last.end, min(end_clause.end, upper), taken
    )
    stance = _stance(body, before, after, bare=not said, clause=clause, ranked=finder.question.method is Method.RANKED)
    stance = _moved(body, finder, found, group, lower, upper, stance)
    if stance in (Stance.CHOSEN, Stance.LIKED) and _is_announced(body, first.start):
        stance = Stance.CONCLUDED
    sentence = body.sentences[clause.sentence]
    near = [*before, *after]
    return [
        Standing(found[n], stance, number, links[n], sentence.asks, any("doubt" in m for m in near),
                 clause.opener == "contrast" and lower <= clause.start)
        for n in group
    ]  # fmt: skip


def _introduced_at(body: Body, number: int) -> int:
    """Return where a clause begins, with the one a colon ends before it: "Second choice: Oslo"."""
    clause = body.clauses[number]
    if number == 0 or not clause.start or body.marked.tokens[clause.start - 1].raw != ":":
        return clause.start
    return body.clauses[number - 1].start


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
    if before is None or not before.classes & {"to_word", "than"} or before.start != lower or group[0] == 0:
        return stance
    earlier = found[group[0] - 1]
    ahead = _mark_before(body, earlier.start, body.start)
    if ahead is not None and "from_word" in ahead and "to_word" in before:
        return Stance.CHOSEN
    clause = body.clauses[_clause_number(body, earlier.start)]
    if any("choose" in m for m in body.marked.within(clause.start, earlier.start)):
        return Stance.NAMED if finder.question.method is Method.RANKED else Stance.REFUSED
    return stance


def _mark_before(body: Body, at: int, floor: int) -> Mark | None:
    """Return the mark right before a place, articles skipped."""
    for back in range(at - 1, max(floor, at - 3) - 1, -1):
        mark = body.marked.cover[back]
        if mark is None or mark.classes & {"to_word", "than", "from_word"} or "common" not in mark:
            return mark
    return None


def _leading(body: Body, marks: list[Mark], at: int) -> list[Mark]:
    """Return the marks that stand right before a place and belong to what follows."""
    out: list[Mark] = []
    for mark in reversed(marks):
        between = [m for m in body.marked.within(mark.end, at) if m not in out and "common" not in m]
        if between or content(body, mark.end, at) or not mark.classes & {*LEADING, "common"}:
            break
        out.insert(0, mark)
    return out


def _clause_number(body: Body, at: int) -> int:
    return next((n for n, c in enumerate(body.clauses) if c.start <= at < c.end), max(0, len(body.clauses) - 1))


def _sign(marks: list[Mark], *, ranked: bool = False) -> int:
    """Return -1, 0 or 1 for what a run of marks says of the option beside it; in a ranking "over" refuses nothing."""
    if ranked:
        marks = [m for m in marks if not _only_places(m)]
    if any("unopposed" in m for m in marks):
        return 1
    negated = any(m.classes & {"negator", "near_negator"} and not m.classes & {"reject"} for m in marks)
    denied = any(m.classes & DENIABLE and not m.classes & {"negator"} for m in marks)
    if negated and denied:
        return 1
    if any(m.classes & NEGATING and not m.classes & {"choose"} for m in marks):
        return -1
    return 1 if any(m.classes & CHOOSING and not _is_praise(m) for m in marks) else 0


def _only_places(mark: Mark) -> bool:
    """Whether a mark puts options in order, which refuses none: "over", "worst"."""
    return "worst_place" in mark or ("over" in mark and not mark.classes & {"negator", "reject"})


def _is_praise(mark: Mark) -> bool:
    """Whether a phrase answers a proposal but only praises an option ("sounds good")."""
    return (mark.end - mark.start > 1 and not mark.classes & {"choose", "unopposed", "for"}) or (
        "good" in mark and "choose" not in mark
    )


def _stance(body: Body, before: list[Mark], after: list[Mark], *, bare: bool, clause: Clause, ranked: bool) -> Stance:
    if any("except" in m and not m.classes & {"negator"} for m in before) or _is_all_but(body, clause):
        return Stance.EXCEPTED
    left, right = _sign(before, ranked=ranked), _sign(after, ranked=ranked)
    if left < 0 or right < 0:
        return Stance.REFUSED
    whole = body.marked.within(clause.start, clause.end)
    if (
        any(m.classes & {"former", "withdraw"} for m in whole)
        or any("fallback" in m for m in before)
        or any(m.classes & {"also"} for m in after)
    ):
        return Stance.SPARE
    if any("fallback" in m and "over" not in m for m in after):
        return Stance.SPARE
    if clause.opener == "reason" or clause.opener == "aside":
        return Stance.NAMED
    if any(is_condition(body, m) or "third_person" in m for m in before):
        return Stance.NAMED
    if not ranked and any(m.values.get("ordinal", 0) > 0 for m in before):
        return Stance.SPARE  # "my second one is …"
    if left > 0 or right > 0:
        return Stance.CHOSEN
    if any("good" in m or ("yes" in m and _is_praise(m)) for m in [*before, *after]):
        return Stance.LIKED
    return Stance.CHOSEN if bare else Stance.NAMED


def _is_all_but(body: Body, clause: Clause) -> bool:
    """Whether a clause opens with a contrast right behind an "all" or "any": "anyone but Sam"."""
    before = body.marked.cover[clause.start - 1] if clause.opener == "contrast" and clause.start > body.start else None
    return before is not None and bool(before.classes & {"all", "indifferent", "none"})


def _is_announced(body: Body, at: int) -> bool:
    for mark in body.marked.within(body.start, at):
        if "conclusion" in mark and at - mark.end <= 5 and not content(body, mark.end, at):
            return True
    return False


def _refused_behind(body: Body, found: list[Standing]) -> list[Standing]:
    """Return the standings with those refused that a clause of its own refuses right behind: "Oslo? No thanks"."""
    ends = [*(s.mention.start for s in found[1:]), body.end]
    return [
        replace(s, stance=Stance.REFUSED) if s.stance >= Stance.NAMED and _is_refused_by(body, s, end) else s
        for s, end in zip(found, ends, strict=False)
    ]


def _is_refused_by(body: Body, standing: Standing, end: int) -> bool:
    """Whether the clauses between a mention and the next begin with a refusal, courtesies apart."""
    for clause in body.clauses[standing.clause + 1 :]:
        if (
            clause.end > end
            or clause.opener
            or any(t.is_word for t in body.marked.tokens[standing.mention.end : clause.start])
        ):
            return False
        if _is_refusal(body, clause):
            return True
        marks = body.marked.within(clause.start, clause.end)
        if content(body, clause.start, clause.end) or not all("filler" in m for m in marks):
            return False
        standing = replace(standing, mention=replace(standing.mention, end=clause.end))
    return False


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
    return _sign(marks) < 0 and any(m.classes & {"no", "reject"} for m in marks)
