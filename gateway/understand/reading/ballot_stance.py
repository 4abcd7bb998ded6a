"""How a text stands to each option it names: chosen, liked, merely named, refused or excepted.

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from gateway.model.ballot import Method
from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_mentions import mentions_in
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
JOINED = frozenset(("good", "choose", "for", "against", "bad", "reject", "yes"))
# What between two mentions belongs to the second.
LEADING = frozenset(("against", "negator", "near_negator", "instead", "except", "over", "nor", "and", "or", "fallback"))


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
    decided: bool = False  # named with a verb of choosing right ahead of it

    @property
    def options(self) -> frozenset[int]:
        """The options named."""
        return self.mention.options


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
    heeded = _accepted_behind(body, _refused_behind(body, out))
    return [_as_addition(body, s) for s in heeded if not _is_told(body, s)]


def _is_told(body: Body, standing: Standing) -> bool:
    """Whether an option is named for what others want, for what it once was, or in taking a vote for it back."""
    at = standing.mention.start
    if at in body.told or at in body.recalled:
        return True
    marks = body.marked.within(body.clauses[standing.clause].start, at + 1)
    deciding = [m for m in marks if m.classes & {"withdraw", "choose", "to_word"}]
    return bool(deciding) and "withdraw" in deciding[-1]


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
    joined = max((place for place, n in enumerate(chain) if place and links[n] in ("and", "or", "nor")), default=0)
    clause = body.clauses[_clause_number(body, found[chain[0]].start)]
    excepted = any(m.classes & {"except"} for m in body.marked.within(clause.start, found[chain[0]].start))
    if excepted:
        return [chain]
    parts = [[chain[0]]]
    for place, number in enumerate(chain[1:], start=1):
        if links[number] == "comma" and place > joined:
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
    after = [_as_added(m, end_clause) for m in after]
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
    wished = wished or _is_bidden(body, clause, lower, first.start)
    ranked = finder.question.method is Method.RANKED
    stance = _stance(body, before, after, bare=not said, wished=wished, clause=clause, ranked=ranked)
    stance = _moved(body, finder, found, group, lower, upper, stance)
    if first.start in body.reminded:
        stance = min(stance, Stance.SPARE)
    if _is_signed_down(body, first.start):
        stance = Stance.REFUSED
    if stance in (Stance.CHOSEN, Stance.LIKED) and _is_announced(body, first.start):
        stance = Stance.CONCLUDED
    sentence = body.sentences[clause.sentence]
    near = [*before, *after]
    entered = any("enter" in m for m in body.marked.heard(sentence.start, first.start))
    asks = sentence.asks and not entered  # "could you put me down for …?"
    return [
        Standing(found[n], stance, number, links[n], asks, any("doubt" in m for m in near),
                 clause.opener == "contrast" and lower <= clause.start,
                 any("choose" in m and m.end - m.start > 1 for m in before))
        for n in group
    ]  # fmt: skip


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
    clause = body.clauses[_clause_number(body, earlier.start)]
    if any("choose" in m for m in body.marked.within(clause.start, earlier.start)):
        return Stance.NAMED if finder.question.method is Method.RANKED else Stance.REFUSED
    return stance


def _is_outdone(body: Body, earlier: Mention, than: Mark) -> bool:
    """Whether the option behind a "than" is set against one named before it in the same sentence, undenied."""
    if body.sentence_of(earlier.start) != body.sentence_of(than.start):
        return False
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
    if any(m.classes & NEGATING and not m.classes & {"choose"} and not _only_joins(m) for m in marks):
        return -1
    return 1 if any(m.classes & CHOOSING and not _is_praise(m) for m in marks) else 0


def _only_joins(mark: Mark) -> bool:
    """Whether a mark that denies behind a denial ("not A or B") but joins where none stands."""
    return "or" in mark and not mark.classes & (NEGATING - {"nor"})


def _only_places(mark: Mark) -> bool:
    """Whether a mark puts options in order, which refuses none: "over", "worst"."""
    return "worst_place" in mark or ("over" in mark and not mark.classes & {"negator", "reject"})


def _is_praise(mark: Mark) -> bool:
    """Whether a phrase answers a proposal but only praises an option ("sounds good")."""
    return (mark.end - mark.start > 1 and not mark.classes & {"choose", "unopposed", "for"}) or (
        "good" in mark and "choose" not in mark
    )


def _stance(
    body: Body, before: list[Mark], after: list[Mark], *, bare: bool, wished: bool, clause: Clause, ranked: bool
) -> Stance:
    if any("except" in m and not m.classes & {"negator"} for m in before) or _is_all_but(body, clause):
        return Stance.EXCEPTED
    left, right = _sign(before, ranked=ranked), _sign(after, ranked=ranked)
    if after and "instead" in after[0] and not after[0].classes & {"negator", "reject", "no"}:
        right = 1  # "Oslo over both", "Oslo instead of the others"
    if left < 0 or right < 0:
        return Stance.REFUSED
    whole = body.marked.within(clause.start, clause.end)
    if (
        any("former" in m for m in whole)
        or any("fallback" in m for m in before)
        or any(m.classes & {"also"} for m in after)
    ):
        return Stance.SPARE
    if any("fallback" in m and "over" not in m for m in after):
        return Stance.SPARE
    if clause.opener == "reason" or clause.opener == "aside":
        return Stance.NAMED
    if any(is_condition(body, m) for m in before):
        return Stance.NAMED
    if not ranked and any(m.values.get("ordinal", 0) > 0 for m in before):
        return Stance.SPARE  # "my second one is …"
    if left > 0 or right > 0 or any("all" in m for m in before):
        return Stance.CHOSEN
    if any("good" in m or ("yes" in m and _is_praise(m)) for m in [*before, *after]):
        return Stance.NAMED if _is_qualified(body, clause) else Stance.LIKED
    return Stance.CHOSEN if bare or wished else Stance.NAMED


def _is_qualified(body: Body, clause: Clause) -> bool:
    """Whether praise is taken back by what follows it: "Oslo is nice but dear"."""
    behind = next((c for c in body.clauses if c.start >= clause.end), None)
    return behind is not None and behind.sentence == clause.sentence and behind.opener == "contrast"


def _is_all_but(body: Body, clause: Clause) -> bool:
    """Whether a clause opens with a contrast right behind an "all" or "any": "anyone but Sam"."""
    before = body.marked.cover[clause.start - 1] if clause.opener == "contrast" and clause.start > body.start else None
    return before is not None and bool(before.classes & {"all", "indifferent", "none"}) and not before.classes & {"yes"}


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


def _as_addition(body: Body, standing: Standing) -> Standing:
    """Return a standing as a spare one where the clause right behind but adds it: "Oslo is nice, Rome though, too"."""
    behind = next((c for c in body.clauses[standing.clause + 1 :]), None)
    if behind is None or behind.start != standing.mention.end or standing.stance < Stance.NAMED:
        return standing
    adds = body.marked.has("also", behind.start, behind.end) and not content(body, behind.start, behind.end)
    return replace(standing, stance=min(standing.stance, Stance.SPARE)) if adds else standing


def _accepted_behind(body: Body, found: list[Standing]) -> list[Standing]:
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
