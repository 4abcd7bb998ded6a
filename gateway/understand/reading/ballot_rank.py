"""Options put in order, for `ranked`.

Must not: know a word of a language.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.understand.reading.ballot_choice import held_back, latest
from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_hinges import is_other_case
from gateway.understand.reading.ballot_options import Finder
from gateway.understand.reading.ballot_pointers import LETTERS
from gateway.understand.reading.ballot_settle import obstacle
from gateway.understand.reading.ballot_stance import Stance, Standing
from gateway.understand.reading.ballot_standing import standings
from gateway.understand.reading.ballot_verdict import content
from gateway.understand.reading.ballot_words import Mark

MOST_SLIPS = 3  # letters from which on a run of them is no abbreviation of something else; small ones may be a word
LAST = 99.0  # the rank of what is put last, however many options there are
Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Groups of options, best first (None when unclear), and what is missing."""

    groups: Groups | None
    missing: str = ""
    rivals: tuple[Groups, ...] = ()


def order_of(body: Body, finder: Finder) -> Ranked:
    """Return the order a text puts the options in."""
    if any("rearranged" in mark for mark in body.marked.heard(body.start, body.end)):
        return Ranked(None, "several")
    digits = _bare_digits(body, finder)
    if digits:
        return _from_digits(body, digits)
    letters = _bare_letters(body, finder)
    if letters:
        return Ranked(letters)
    every = latest(body, standings(body, finder), ranked=True)
    placed = [s for s in every if s.stance >= Stance.NAMED and len(s.options) == 1]
    placed = _once(placed)
    if not placed:
        return Ranked(None, obstacle(body) or "choice")
    held = held_back(body, placed, every)
    if held:
        return Ranked(None, held)
    if all(s.stance <= Stance.SPARE for s in placed) and any(is_other_case(body, s, ()) for s in placed):
        return Ranked(None, "condition")
    if all(s.lower for s in placed):
        return Ranked(None, "choice")  # "Oslo is my second choice": which is the first?
    ranks = _ranks(body, placed, finder.count)
    if ranks is not None:
        return Ranked(_by_rank(placed, ranks, finder.count))
    if len(placed) > 1 and placed[1].link == "or":
        return Ranked(None, "several")  # "Oslo or Rome first"
    if not _is_ordered(body, placed):
        return Ranked(None, obstacle(body) or "choice")
    if _contradicts(body, placed, finder.count):
        return Ranked(None, "several")
    return _in_order(body, finder, placed)


def _once(placed: list[Standing]) -> list[Standing]:
    """Return the first naming of each option."""
    seen: set[frozenset[int]] = set()
    out = []
    for standing in placed:
        if standing.options not in seen:
            seen.add(standing.options)
            out.append(standing)
    return out


def _option(standing: Standing) -> int:
    return next(iter(standing.options))


def _bare_digits(body: Body, finder: Finder) -> list[int]:
    """Return the numbers of a text that is nothing but numbers of options ("2 1 3", "213"), else nothing."""
    tokens = [t for t in body.marked.tokens[body.start : body.end] if t.is_word]
    if (
        len(tokens) == 1
        and tokens[0].kind == "number"
        and tokens[0].fold.isdigit()
        and len(tokens[0].fold) == finder.count
    ):
        numbers = [int(digit) for digit in tokens[0].fold]
    elif tokens and all(t.kind == "number" and t.fold.isdigit() for t in tokens):
        numbers = [int(t.fold) for t in tokens[:30]]
    else:
        return []
    named = finder.labels.numbered and any(finder.hits[at] for at in range(body.start, body.end))
    fits = len(numbers) == finder.count > 1 and sorted(numbers) == list(range(1, finder.count + 1))
    arrows = any(t.raw == ">" for t in body.marked.tokens[body.start : body.end])
    return numbers if fits and not named and not arrows else []


def _bare_letters(body: Body, finder: Finder) -> Groups:
    """Return the order of a text that is the letters of all options in one word ("CAB"), else nothing."""
    words = [t.raw for t in body.marked.tokens[body.start : body.end] if t.is_word]
    if len(words) != 1 or len(words[0]) < (MOST_SLIPS if words[0].isupper() else MOST_SLIPS + 1):
        return ()
    places = [LETTERS.find(letter) for letter in words[0].lower()]
    return tuple((place,) for place in places) if sorted(places) == list(range(finder.count)) else ()


def _from_digits(body: Body, numbers: list[int]) -> Ranked:
    """Return the order of bare numbers: in one line the options as every ballot asks for them, best to last.

    A column of them may be the ranks of the options instead, and counts where both come to the same.
    """
    as_options: Groups = tuple((number - 1,) for number in numbers)
    as_ranks: Groups = tuple((numbers.index(rank),) for rank in range(1, len(numbers) + 1))
    if as_options == as_ranks or len(body.sentences) == 1:
        return Ranked(as_options)
    return Ranked(None, "several", (as_options, as_ranks))


def _contradicts(body: Body, placed: list[Standing], count: int) -> bool:
    """Whether an ordinal beside an option gives it another place than the one it is named at: "Oslo third, …"."""
    for side in (_rank_before, _rank_behind):
        ranks = [side(body, placed, n, count) for n in range(len(placed))]
        given = [(n, r) for n, r in enumerate(ranks, start=1) if r is not None and r <= count]
        if len(given) > 1 and any(r != n for n, r in given):
            return True
    return False


def _ranks(body: Body, placed: list[Standing], count: int) -> list[float] | None:
    """Return the rank given to each option, None unless each has one, all on the same side."""
    for side in (_rank_before, _rank_behind):
        ranks = _shared([side(body, placed, n, count) for n in range(len(placed))], placed)
        given = [r for r in ranks if r is not None]
        if len(given) == len(placed) and (len(set(given)) > 1 or len(given) == 1):
            return [r for r in ranks if r is not None]
    return None


def _shared(ranks: list[float | None], placed: list[Standing]) -> list[float | None]:
    """Return the ranks with that of an option given to those joined to it: "1. Oslo and Rome"."""
    out: list[float | None] = []
    for rank, standing in zip(ranks, placed, strict=True):
        out.append(out[-1] if rank is None and out and standing.link in ("and", "tie", "&") else rank)
    return out


def _rank_before(body: Body, placed: list[Standing], number: int, count: int) -> float | None:
    floor = placed[number - 1].mention.end if number else body.start
    at = placed[number].mention.start - 1
    while at >= floor:
        rank = _rank_at(body, at, count)
        if rank is not None:
            return rank
        if not _is_slight(body, at):
            return None
        at -= 1
    return None


def _rank_behind(body: Body, placed: list[Standing], number: int, count: int) -> float | None:
    ceiling = placed[number + 1].mention.start if number + 1 < len(placed) else body.end
    for at in range(placed[number].mention.end, ceiling):
        rank = _rank_at(body, at, count)
        if rank is not None:
            return rank
        if not _is_slight(body, at) or body.marked.tokens[at].raw == ",":
            return None
    return None


def _is_slight(body: Body, at: int) -> bool:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if not token.is_word:
        return token.raw in (".", ":", ",", "=", "(", ")", "-", "–", "/", "\n", '"')
    return mark is not None and bool(mark.classes & {"common", "filler", "option_word", "ordinal_suffix", "choose"})


def _rank_at(body: Body, at: int, count: int) -> float | None:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if token.kind == "number":
        return float(token.fold) if token.fold.isdigit() and len(token.fold) < 3 else None
    if mark is None:
        return None
    if "middle" in mark:
        return (count + 1) / 2
    if "worst_place" in mark and "best_place" not in mark:
        return LAST
    if "lower_place" in mark.values:
        return mark.values["lower_place"] + 2.0
    if "ordinal" in mark.values:
        return mark.values["ordinal"] + 1.0
    if "best_place" in mark:
        return 1.0
    if mark.start == at and "number" in mark.values and not mark.classes & {"common", "both_of"}:
        return float(mark.values["number"])  # "Oslo an eins"
    return None


def _by_rank(placed: list[Standing], ranks: list[float], count: int) -> Groups:
    """Return the options by rank; those not named come before one put last."""
    groups = [tuple(_option(s) for s, r in zip(placed, ranks, strict=True) if r == rank) for rank in sorted(set(ranks))]
    named = {option for group in groups for option in group}
    rest = tuple(n for n in range(count) if n not in named)
    return (*groups[:-1], rest, groups[-1]) if LAST in ranks and rest else tuple(groups)


def _is_ordered(body: Body, placed: list[Standing]) -> bool:
    """Whether the text gives an order at all: signs of rank, a bare list, or one clear favourite."""
    marks = body.marked.within(body.start, body.end)
    ordered = {
        "over",
        "best_place",
        "worst_place",
        "worst_first",
        "best_first",
        "tie",
        "ordinal",
        "last",
        "no_rest",
        "after",
        "in_order",
    }
    if any(m.classes & ordered for m in marks) or any(
        t.raw in "><≥≤=" for t in body.marked.tokens[body.start : body.end] if t.kind == "punct"
    ):
        return len(placed) > 1 or placed[0].stance >= Stance.NAMED
    if all(s.stance >= Stance.CHOSEN or s.stance is Stance.SPARE for s in placed):
        pair = len(placed) == 2 and placed[1].link == "and"  # "Oslo and Rome" may be level
        return not any(s.link == "or" for s in placed) and not pair
    return False


def _in_order(body: Body, finder: Finder, placed: list[Standing]) -> Ranked:
    lowest = [s for s in placed if _has_place(body, placed, s, "worst_place")]
    highest = [s for s in placed if _has_place(body, placed, s, "best_place") or _beats_all(body, s)]
    groups = _grouped(body, placed)
    swapped = len(groups) == 2 and body.marked.has("after", placed[0].mention.end, placed[-1].mention.start)
    if _is_reversed(body) or swapped or _climbs(body, placed, lowest, finder.count):
        groups = groups[::-1]
    elif lowest or highest:
        groups = _with_ends(groups, {_option(s) for s in highest}, {_option(s) for s in lowest})
    named = {o for group in groups for o in group}
    rest = tuple(n for n in range(finder.count) if n not in named)
    if lowest and rest:
        last = tuple(g for g in groups if set(g) <= {_option(s) for s in lowest})
        groups = [g for g in groups if g not in last] + [rest] + list(last)
    return Ranked(tuple(tuple(g) for g in groups))


def _climbs(body: Body, placed: list[Standing], lowest: list[Standing], count: int) -> bool:
    """Whether an order goes from what is put last to what is put first: "Last Oslo, before that Rome, first Bern"."""
    if len(placed) < count or placed[0] not in lowest:
        return False
    top = len(placed) - 1
    return any(side(body, placed, top, count) == 1.0 for side in (_rank_before, _rank_behind))


def _beats_all(body: Body, standing: Standing) -> bool:
    """Whether an option is put over all that were named: "…, but Oslo beats both"."""
    marks = body.marked.within(standing.mention.end, body.clauses[standing.clause].end)
    over = [m for m in marks[:1] if "over" in m]
    return bool(over) and any(m.classes & {"both_of", "all", "rest"} for m in marks[1:])


def _is_reversed(body: Body) -> bool:
    if body.marked.has("worst_first", body.start, body.end):
        return True
    signs = {t.raw for t in body.marked.tokens[body.start : body.end] if t.kind == "punct"}
    return "<" in signs and ">" not in signs


def _grouped(body: Body, placed: list[Standing]) -> list[tuple[int, ...]]:
    """Return the options in the order named, tied ones together."""
    groups: list[list[int]] = []
    for number, standing in enumerate(placed):
        if number and _is_tied(body, placed, number):
            groups[-1].append(_option(standing))
        else:
            groups.append([_option(standing)])
    return [tuple(g) for g in groups]


def _is_tied(body: Body, placed: list[Standing], number: int) -> bool:
    before, here = placed[number - 1], placed[number]
    if here.link == "tie":
        return True
    between = body.marked.within(before.mention.end, here.mention.start)
    if (
        any("tie" in m for m in between)
        and not any("over" in m and "tie" not in m for m in between)
        and here.clause == before.clause
    ):
        return True
    ahead = body.marked.within(body.clauses[here.clause].start, here.mention.start)
    behind = body.marked.within(here.mention.end, body.clauses[here.clause].end)
    ordered = any("followed" in m for m in ahead) or any("in_order" in m for m in behind)
    if here.link not in ("and", "or") or ordered:
        return False
    clause = body.clauses[here.clause]
    steps = {"over", "best_place", "worst_place", "tie", "ordinal"}
    others = [m for m in body.marked.within(body.start, body.end) if m.classes & steps and "and" not in m]
    arrows = any(t.raw == ">" for t in body.marked.tokens[body.start : body.end])
    if body.marked.tokens[before.mention.end].raw == ",":
        return False  # "…, then Oslo, and Rome last"
    if _has_place(body, placed, here, "worst_place") and not _has_place(body, placed, before, "worst_place"):
        return False  # "then Oslo and Rome last"
    serial = number > 1 and placed[number - 1].link == "comma"
    return (bool(others) or arrows) and not serial and clause is not None


def _has_place(body: Body, placed: list[Standing], standing: Standing, name: str) -> bool:
    """Whether an option is put at an end ("Berlin last", "Worst: Berlin") by a word beside it."""
    clause = body.clauses[body.clause_of(standing.mention.start)]  # not that of others it is joined to
    other = "best_place" if name == "worst_place" else "worst_place"
    at = placed.index(standing)
    floor = max(body.sentences[clause.sentence].start, placed[at - 1].mention.end if at else body.start)
    ceiling = min(_drawn_to(body, clause), placed[at + 1].mention.start if at + 1 < len(placed) else body.end)
    return any(
        name in mark and other not in mark and not (mark.end <= clause.start and content(body, mark.end, clause.start))
        for mark in body.marked.within(floor, ceiling)
        if not standing.mention.start <= mark.start < standing.mention.end  # a label may be "Gold" or "Last Stop"
        and not (at + 1 < len(placed) and mark.start >= standing.mention.end and _leads_on(body, mark, placed[at + 1]))
    )


def _drawn_to(body: Body, clause: Clause) -> int:
    """Return where a clause ends, with a place drawn from what it says: "Rome I know, | so last place"."""
    behind = next((c for c in body.clauses if c.start >= clause.end), None)
    if behind is None or behind.sentence != clause.sentence:
        return clause.end
    opening = body.marked.cover[behind.start]
    draws = opening is not None and "conclusion" in opening and not content(body, behind.start, behind.end)
    return behind.end if draws else clause.end


def _leads_on(body: Body, mark: Mark, following: Standing) -> bool:
    """Whether a step to the next option is no place of the one before it: "Oslo first and last Rome"."""
    between = body.marked.within(mark.end, following.mention.start)
    touches = all(token.is_word for token in body.marked.tokens[mark.end : following.mention.start])
    plain = all("common" in m and "and" not in m for m in between)
    return "over" in mark and touches and plain and not content(body, mark.end, following.mention.start)


def _with_ends(groups: list[tuple[int, ...]], highest: set[int], lowest: set[int]) -> list[tuple[int, ...]]:
    top = [g for g in groups if set(g) & highest and not set(g) & lowest]
    low = [g for g in groups if set(g) & lowest]
    middle = [g for g in groups if g not in top and g not in low]
    return [*top, *middle, *low]
