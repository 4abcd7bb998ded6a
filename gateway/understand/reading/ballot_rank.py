"""Options put in order, and options given points: `ranked` and `score`.

Must not: know a word of a language.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.understand.reading.ballot_choice import held_back, latest
from gateway.understand.reading.ballot_frame import Body
from gateway.understand.reading.ballot_options import LETTERS, Finder, Mention
from gateway.understand.reading.ballot_settle import obstacle
from gateway.understand.reading.ballot_stance import Stance, Standing, mentions_in, standings
from gateway.understand.reading.ballot_verdict import content, is_condition

MOST_SLIPS = 3  # letters from which on a run of them is no abbreviation of something else
LAST = 99.0  # the rank of what is put last, however many options there are
Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Groups of options, best first (None when unclear), and what is missing."""

    groups: Groups | None
    missing: str = ""
    rivals: tuple[Groups, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """Option and number for each option scored (None when unclear), and what is missing."""

    pairs: tuple[tuple[int, float], ...] | None
    missing: str = ""


def order_of(body: Body, finder: Finder) -> Ranked:
    """Return the order a text puts the options in."""
    digits = _bare_digits(body, finder)
    if digits:
        return _from_digits(digits)
    letters = _bare_letters(body, finder)
    if letters:
        return Ranked(letters)
    every = latest(body, standings(body, finder))
    placed = [s for s in every if s.stance >= Stance.NAMED and len(s.options) == 1]
    placed = _once(placed)
    if not placed:
        return Ranked(None, obstacle(body) or "choice")
    held = held_back(body, placed)
    if held:
        return Ranked(None, held)
    ranks = _ranks(body, placed)
    if ranks is not None:
        return Ranked(_by_rank(placed, ranks, finder.count))
    if not _is_ordered(body, placed):
        return Ranked(None, obstacle(body) or "choice")
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
    if len(words) != 1 or not words[0].isupper() or len(words[0]) < MOST_SLIPS:
        return ()
    places = [LETTERS.find(letter) for letter in words[0].lower()]
    return tuple((place,) for place in places) if sorted(places) == list(range(finder.count)) else ()


def _from_digits(numbers: list[int]) -> Ranked:
    """Return the order of bare numbers where options in order and ranks of the options come to the same."""
    as_options: Groups = tuple((number - 1,) for number in numbers)
    as_ranks: Groups = tuple((numbers.index(rank),) for rank in range(1, len(numbers) + 1))
    if as_options == as_ranks:
        return Ranked(as_options)
    return Ranked(None, "several", (as_options, as_ranks))


def _ranks(body: Body, placed: list[Standing]) -> list[float] | None:
    """Return the rank given to each option, None unless each has one, all on the same side."""
    for side in (_rank_before, _rank_behind):
        ranks = [side(body, placed, n) for n in range(len(placed))]
        given = [r for r in ranks if r is not None]
        if len(given) == len(placed) and (len(set(given)) > 1 or len(given) == 1):
            return [r for r in ranks if r is not None]
    return None


def _rank_before(body: Body, placed: list[Standing], number: int) -> float | None:
    floor = placed[number - 1].mention.end if number else body.start
    at = placed[number].mention.start - 1
    while at >= floor:
        rank = _rank_at(body, at, spelt=True)
        if rank is not None:
            return rank
        if not _is_slight(body, at):
            return None
        at -= 1
    return None


def _rank_behind(body: Body, placed: list[Standing], number: int) -> float | None:
    ceiling = placed[number + 1].mention.start if number + 1 < len(placed) else body.end
    for at in range(placed[number].mention.end, ceiling):
        rank = _rank_at(body, at, spelt=True)
        if rank is not None:
            return rank
        if not _is_slight(body, at) or body.marked.tokens[at].raw == ",":
            return None
    return None


def _is_slight(body: Body, at: int) -> bool:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if not token.is_word:
        return token.raw in (".", ":", ",", "=", "(", ")", "-", "–", "\n", '"')
    return mark is not None and bool(mark.classes & {"common", "filler", "option_word", "ordinal_suffix", "choose"})


def _rank_at(body: Body, at: int, *, spelt: bool) -> float | None:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if token.kind == "number":
        return float(token.fold) if token.fold.isdigit() and len(token.fold) < 3 else None
    if mark is None or not spelt:
        return None
    if "worst_place" in mark and "best_place" not in mark:
        return LAST
    if "ordinal" in mark.values:
        return mark.values["ordinal"] + 1.0
    if "best_place" in mark:
        return 1.0
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
    }
    if any(m.classes & ordered for m in marks) or any(
        t.raw in "><≥≤" for t in body.marked.tokens[body.start : body.end] if t.kind == "punct"
    ):
        return len(placed) > 1 or placed[0].stance >= Stance.NAMED
    if all(s.stance >= Stance.CHOSEN or s.stance is Stance.SPARE for s in placed):
        return not any(s.link == "or" for s in placed) and len({s.clause for s in placed}) <= len(placed)
    return False


def _in_order(body: Body, finder: Finder, placed: list[Standing]) -> Ranked:
    lowest = [s for s in placed if _has_place(body, placed, s, "worst_place")]
    highest = [s for s in placed if _has_place(body, placed, s, "best_place")]
    groups = _grouped(body, placed)
    swapped = len(groups) == 2 and body.marked.has("after", placed[0].mention.end, placed[-1].mention.start)
    if _is_reversed(body) or swapped:
        groups = groups[::-1]
    elif lowest or highest:
        groups = _with_ends(groups, {_option(s) for s in highest}, {_option(s) for s in lowest})
    named = {o for group in groups for o in group}
    rest = tuple(n for n in range(finder.count) if n not in named)
    if lowest and rest:
        last = tuple(g for g in groups if set(g) <= {_option(s) for s in lowest})
        groups = [g for g in groups if g not in last] + [rest] + list(last)
    return Ranked(tuple(tuple(g) for g in groups))


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
    if here.link not in ("and", "or"):
        return False
    clause = body.clauses[here.clause]
    steps = {"over", "best_place", "worst_place", "tie", "ordinal"}
    others = [m for m in body.marked.within(body.start, body.end) if m.classes & steps and "and" not in m]
    arrows = any(t.raw == ">" for t in body.marked.tokens[body.start : body.end])
    serial = number > 1 and placed[number - 1].link == "comma"
    return (bool(others) or arrows) and not serial and clause is not None


def _has_place(body: Body, placed: list[Standing], standing: Standing, name: str) -> bool:
    """Whether an option is put at an end ("Berlin last", "Worst: Berlin") by a word beside it."""
    clause = body.clauses[standing.clause]
    other = "best_place" if name == "worst_place" else "worst_place"
    at = placed.index(standing)
    floor = max(body.sentences[clause.sentence].start, placed[at - 1].mention.end if at else body.start)
    ceiling = min(clause.end, placed[at + 1].mention.start if at + 1 < len(placed) else body.end)
    return any(
        name in mark and other not in mark and not (mark.end <= clause.start and content(body, mark.end, clause.start))
        for mark in body.marked.within(floor, ceiling)
    )


def _with_ends(groups: list[tuple[int, ...]], highest: set[int], lowest: set[int]) -> list[tuple[int, ...]]:
    top = [g for g in groups if set(g) & highest and not set(g) & lowest]
    low = [g for g in groups if set(g) & lowest]
    middle = [g for g in groups if g not in top and g not in low]
    return [*top, *middle, *low]


# --- points --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    start: int
    end: int
    base: float | None  # what it is out of: 4/5 has 5


def points_of(body: Body, finder: Finder, lowest: int, highest: int) -> Scored:
    """Return the points a text gives to each option."""
    named = [m for m in mentions_in(body, finder) if m.by != "counted"]
    named = [m for m in named if not _in_aside(body, m.start)]
    named = [m for m in named if m.by != "number"]
    beside = [m for m in named if _has_number(body, m)]
    named = beside or named  # "Oslo: never been" on a line of its own gives it no points
    numbers = [n for n in _numbers(body) if not any(m.start <= n.start < m.end for m in named)]
    if not numbers:
        return Scored(None, obstacle(body) or "choice")
    pairs = _paired(body, finder, named, numbers)
    if pairs is None:
        return Scored(None, obstacle(body) or "choice")
    if any(n.base not in (None, float(highest)) for n in numbers) or any(not lowest <= v <= highest for _, v in pairs):
        return Scored(None, "range")
    for mark in body.marked.within(body.start, body.end):
        if (is_condition(body, mark) or "irony" in mark) and not _in_aside(body, mark.start):
            return Scored(None, "condition" if "condition" in mark else "irony")
    return Scored(tuple(sorted(pairs)))


def _has_number(body: Body, mention: Mention) -> bool:
    """Whether a number stands in the sentence of a mention, outside the mention itself."""
    sentence = body.sentences[body.sentence_of(mention.start)]
    places = (at for at in range(sentence.start, sentence.end) if not mention.start <= at < mention.end)
    return any(_number_at(body, at) is not None for at in places)


def _in_aside(body: Body, at: int) -> bool:
    return any(c.opener == "aside" and c.start <= at < c.end for c in body.clauses) and any(
        c.opener != "aside" for c in body.clauses
    )


def _numbers(body: Body) -> list[_Number]:
    found: list[_Number] = []
    at = body.start
    while at < body.end:
        number = _number_at(body, at)
        if number is None or _in_aside(body, at):
            at += 1
            continue
        found.append(number)
        at = number.end
    return found


def _number_at(body: Body, at: int) -> _Number | None:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if token.raw == "⭐" or token.raw == "★":
        end = at
        while end < body.end and body.marked.tokens[end].raw == token.raw:
            end += 1
        return _Number(float(end - at), at, end, None)
    value: float | None = None
    if token.kind in ("number", "sign"):
        value = float(token.fold)
    elif mark is not None and "number" in mark.values and mark.start == at and not mark.classes & {"both_of"}:
        value = float(mark.values["number"])
        if "common" in mark and mark.end < body.end and body.marked.tokens[mark.end].kind == "number":
            return None  # an article that is also a number: "un 5"
    if value is None:
        return None
    half = body.marked.cover[at + 1] if at + 1 < body.end else None
    if half is not None and "half" in half:
        return _Number(value + 0.5, at, half.end, None)
    base = _base(body, at + 1)
    return _Number(value, at, base[1] if base else at + 1, base[0] if base else None)


def _base(body: Body, at: int) -> tuple[float, int] | None:
    """Return what a number is out of, "/5" or "out of 5"."""
    if at >= body.end:
        return None
    if body.marked.tokens[at].raw == "/" and at + 1 < body.end and body.marked.tokens[at + 1].kind == "number":
        return float(body.marked.tokens[at + 1].fold), at + 2
    mark = body.marked.cover[at]
    if mark is not None and "out_of" in mark and mark.end < body.end and body.marked.tokens[mark.end].kind == "number":
        return float(body.marked.tokens[mark.end].fold), mark.end + 1
    return None


def _paired(body: Body, finder: Finder, named: list[Mention], numbers: list[_Number]) -> list[tuple[int, float]] | None:
    """Return the points of each option, None when what belongs to what is in doubt."""
    if not named:
        return _paired_by_place(body, finder, numbers)
    if any(len(m.options) != 1 for m in named):
        return None
    every: list[Mention | _Number] = [*named, *numbers]
    items = sorted(every, key=lambda item: item.start)
    kinds = ["m" if isinstance(item, Mention) else "n" for item in items]
    pairs = _shared(items, kinds) if _is_run(kinds) else None
    if pairs is None:
        return None
    given: dict[int, float] = {}
    for option, value in pairs:
        if given.setdefault(option, value) != value:
            return None
    rest = _rest_number(body, items, numbers)
    if rest is not None:
        given |= {n: rest for n in range(finder.count) if n not in given}
    return list(given.items())


def _is_run(kinds: list[str]) -> bool:
    return "m" in kinds and "n" in kinds


def _shared(items: list[Mention | _Number], kinds: list[str]) -> list[tuple[int, float]] | None:
    """Pair options with numbers: number behind ("Oslo 4", "Oslo and Rome 4") or in front ("4 for Oslo")."""
    behind = kinds[0] == "m"
    sequence = items if behind else items[::-1]
    pairs: list[tuple[int, float]] = []
    waiting: list[int] = []
    spare = 0
    for item in sequence:
        if isinstance(item, Mention):
            waiting.append(next(iter(item.options)))
        elif waiting:
            pairs.extend((option, item.value) for option in waiting)
            waiting = []
        else:
            spare += 1
    return pairs if not waiting and spare <= 1 and pairs else None


def _rest_number(body: Body, items: list[Mention | _Number], numbers: list[_Number]) -> float | None:
    """Return the points given to all the others, None when none are."""
    for mark in body.marked.within(body.start, body.end):
        if "rest" not in mark:
            continue
        behind = [n for n in numbers if n.start >= mark.end]
        before = [n for n in numbers if n.end <= mark.start]
        if behind:
            return behind[0].value
        return before[-1].value if before else None
    return None


def _paired_by_place(body: Body, finder: Finder, numbers: list[_Number]) -> list[tuple[int, float]] | None:
    """Return points given without names: "all 4", "1: 3, 2: 5", or as many numbers as there are options."""
    if body.marked.has("all", body.start, body.end) and len(numbers) == 1:
        return [(n, numbers[0].value) for n in range(finder.count)]
    if content(body, body.start, body.end, [range(n.start, n.end) for n in numbers]):
        return None
    colons = sum(t.raw in ":)=" for t in body.marked.tokens[body.start : body.end] if t.kind == "punct")
    if len(numbers) == 2 * finder.count and colons >= finder.count:
        places = [int(n.value) - 1 for n in numbers[::2]]
        if sorted(places) == list(range(finder.count)):
            return list(zip(places, [n.value for n in numbers[1::2]], strict=True))
        return None
    if len(numbers) == finder.count and finder.count > 1 and not colons:
        return [(n, number.value) for n, number in enumerate(numbers)]
    return None
