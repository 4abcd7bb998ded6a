"""Options given points, for `score`.

Must not: know a word of a language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gateway.understand.reading.ballot_frame import Body
from gateway.understand.reading.ballot_mentions import mentions_in
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_passing import is_in_passing
from gateway.understand.reading.ballot_settle import obstacle
from gateway.understand.reading.ballot_text import tokens_of
from gateway.understand.reading.ballot_verdict import content, is_condition
from gateway.understand.reading.ballot_words import Mark, Vocabulary

HIGHEST = frozenset(("5", "10", "20", "100"))  # what points are given out of
FEWEST_SLASHES = 2  # "3/5" is three of five
_SCALE = re.compile(r"(?<![\d.,])([01])(?:\s?[-–—]\s?|\s\w{1,3}\s)(10{1,2}|[3-9]|20)(?![\d.,]\d|\d)")
BOTH = 2
DASHES = frozenset(("-", "–", "—"))
LEADING_ON = frozenset(("common", "filler", "contrast", "and", "condition"))  # ahead of an "if" they say nothing yet
NOTHING = frozenset(("none", "negator"))
COUNTED_AHEAD = 2  # tokens ahead of a number in words: "of the (two)"
NEAR_ALL = 4  # tokens between "all" and the points given to all


@dataclass(frozen=True, slots=True)
class Scored:
    """Option and number for each option scored (None when unclear), and what is missing."""

    pairs: tuple[tuple[int, float], ...] | None
    missing: str = ""


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
    both = _means_both(body, finder)
    named = [m for m in named if m.by != "number" and not (both and m.by == "letter")]  # "un 4 a ambos"
    named = [m for m in named if not _is_but_number(body, finder, m)]
    beside = [m for m in named if _has_number(body, m)]
    named = beside or named  # "Oslo: never been" on a line of its own gives it no points
    numbers = [n for n in _numbers(body, float(highest)) if not any(m.start <= n.start < m.end for m in named)]
    numbers = numbers if named else _parted_by_slashes(body, numbers)
    named = [m for m in named if m.start not in body.told and not _is_left_open(body, m)]
    named = [m for m in named if not is_in_passing(body, body.clauses[body.clause_of(m.start)], m.start, m.end)]
    named = [m for n, m in enumerate(named) if not _is_passed_over(body, m, named[n + 1 :], numbers)]
    general = _general_number(body, numbers, named)
    numbers = [n for n in numbers if n is not general]
    numbers = [n for n in numbers if not _counts_options(body, finder, n)]
    if not numbers:
        return Scored(None, obstacle(body) or "choice")
    pairs = _paired(body, finder, named, numbers)
    if general is not None:
        given = dict(pairs or ())
        pairs = [(n, given.get(n, general.value)) for n in range(finder.count)] if pairs else None
    if pairs is None:
        return Scored(None, obstacle(body) or "choice")
    if any(n.base not in (None, float(highest)) for n in numbers) or any(not lowest <= v <= highest for _, v in pairs):
        return Scored(None, "range")
    for mark in body.marked.within(body.start, body.end):
        binds = is_condition(body, mark) and not _is_within_remark(body, mark, [*named, *numbers])
        if (binds or "irony" in mark) and not _in_aside(body, mark.start):
            return Scored(None, "condition" if "condition" in mark else "irony")
    return Scored(tuple(sorted(pairs)))


def _is_but_number(body: Body, finder: Finder, mention: Mention) -> bool:
    """Whether a part of a label is but its number, which is as well points: "Cover 1 two, Cover 2 four".

    A word of the label that figures follow is none: "Midnight 4" for "Midnight in Oslo".
    """
    token, mark = body.marked.tokens[mention.start], body.marked.cover[mention.start]
    figure = token.kind == "number" or (mark is not None and "number" in mark.values)
    if mention.by != "label" or mention.end - mention.start != 1 or not figure:
        return False
    given = mention.end < body.end and body.marked.tokens[mention.end].kind == "number"
    return not (given and any(token.fold in finder.labels.words[n] for n in mention.options))


def _is_within_remark(body: Body, mark: Mark, given: Sequence[Mention | _Number]) -> bool:
    """Whether an "if" stands within what a dash adds to points given: "Oslo 4 - lovely if you can afford it"."""
    home = body.sentences[body.sentence_of(mark.start)].start
    dash = next((at for at in range(mark.start - 1, home, -1) if body.marked.tokens[at].raw in DASHES), None)
    if dash is None or any(dash < item.start < mark.start for item in given):
        return False
    covers = body.marked.cover
    words = (covers[at] for at in range(dash + 1, mark.start) if body.marked.tokens[at].is_word)
    return any(m is None or not m.classes & LEADING_ON for m in words)


def _counts_options(body: Body, finder: Finder, number: _Number) -> bool:
    """Whether a number in words but counts the options there are: "of the two", "das duas"."""
    spelt = body.marked.tokens[number.start].kind == "word" and number.value == finder.count
    ahead = body.marked.within(max(body.start, number.start - COUNTED_AHEAD), number.start)
    return spelt and any(m.classes & {"out_of", "from_word", "than"} for m in ahead)


def scale_of(question: str, words: Vocabulary) -> tuple[int, int] | None:
    """Return the points a question says it takes ("from 1 to 10", "0-100", "out of 20"), None where it says none."""
    found = _SCALE.search(question)
    if found:
        return int(found[1]), int(found[2])
    tokens = tokens_of(question)
    for before, token, after in zip(tokens, tokens[1:], [*tokens[2:], None], strict=False):
        ends = after is None or not after.is_word  # "each of 10 firms" is no scale
        if ends and token.fold in HIGHEST and (before.raw == "/" or words.can_be(before.fold, "out_of")):
            return 0, int(token.fold)
    return None


PASSING = frozenset(("abstain", "indifferent", "later", "doubt", "none", "no_rest"))


def _is_left_open(body: Body, mention: Mention) -> bool:
    """Whether a question mark stands in the place of points: "Oslo 4, Rome ?, Bern 5"; "Rome? 5" has points."""
    after = body.marked.tokens[mention.end : mention.end + 2]
    return bool(after) and "?" in after[0].raw and not (len(after) > 1 and after[1].kind == "number")


def _is_passed_over(body: Body, mention: Mention, later: list[Mention], numbers: list[_Number]) -> bool:
    """Whether an option is named only to say that it gets no points: "and Oslo I skip"."""
    clause = next(c for c in body.clauses if c.start <= mention.start < c.end)
    end = min([m.start for m in later] + [body.end])
    if any(mention.end <= n.start < end for n in numbers):
        return False
    bare = not any(clause.start <= n.start < clause.end for n in numbers)
    before = body.marked.within(clause.start, mention.start)
    if bare and any(m.classes & PASSING or ("negator" in m and numbers) for m in before):
        return True  # "never tried the curry"
    ahead = [n for n in numbers if n.start < mention.start]
    if not ahead or (not bare and not content(body, ahead[-1].end, mention.start)):
        return False  # "4 Oslo", "4 for Oslo" gives it points
    return bool(content(body, mention.end, end)) or any(
        m.classes & (PASSING | {"negator"}) for m in body.marked.within(mention.end, end)
    )


def _general_number(body: Body, numbers: list[_Number], named: list[Mention]) -> _Number | None:
    """Return the points given to all that are not given others: "4 for all but Oslo, which gets a 2"."""
    for mark in body.marked.within(body.start, body.end):
        if "all" not in mark or len(numbers) < 2 or _is_each_named(body, mark, named):
            continue
        near = [n for n in numbers if _is_beside(body, n, mark)]
        if near:
            return min(near, key=lambda n: abs(n.start - mark.start))
    return None


def _is_each_named(body: Body, mark: Mark, named: list[Mention]) -> bool:
    """Whether an "each" goes with options named in its clause: "Oslo and Rome 4 each"."""
    clause = next(c for c in body.clauses if c.start <= mark.start < c.end)
    excepted = body.marked.has("except", clause.start, clause.end)
    return not excepted and any(clause.start <= m.start < clause.end for m in named)


def _is_beside(body: Body, number: _Number, mark: Mark) -> bool:
    """Whether nothing parts a number and a mark but little words."""
    start, end = min(number.end, mark.end), max(number.start, mark.start)
    words_only = all(token.is_word for token in body.marked.tokens[start:end])
    return words_only and abs(number.start - mark.start) <= NEAR_ALL and not content(body, start, end)


def _has_number(body: Body, mention: Mention) -> bool:
    """Whether a number stands in the sentence of a mention, outside the mention itself."""
    sentence = body.sentences[body.sentence_of(mention.start)]
    places = (at for at in range(sentence.start, sentence.end) if not mention.start <= at < mention.end)
    return any(_number_at(body, at) is not None for at in places)


def _in_aside(body: Body, at: int) -> bool:
    return any(c.opener == "aside" and c.start <= at < c.end for c in body.clauses) and any(
        c.opener != "aside" for c in body.clauses
    )


def _is_all_of_aside(body: Body, number: _Number) -> bool:
    """Whether brackets hold nothing but a number: "Oslo (4), Rome (3)"."""
    return any(c.opener == "aside" and c.start == number.start and c.end == number.end for c in body.clauses)


def _numbers(body: Body, highest: float) -> list[_Number]:
    found: list[_Number] = []
    at = body.start
    while at < body.end:
        number = _number_at(body, at, highest)
        if number is None or (_in_aside(body, at) and not _is_all_of_aside(body, number)):
            at += 1
            continue
        found.append(number)
        at = number.end
    return found


def _number_at(body: Body, at: int, highest: float = 0.0) -> _Number | None:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if token.raw == "⭐" or token.raw == "★":
        end = at
        while end < body.end and body.marked.tokens[end].raw == token.raw:
            end += 1
        return _Number(float(end - at), at, end, None)
    value: float | None = None
    if token.kind in ("number", "sign"):
        value = float(token.fold)
    elif mark is not None and "full_marks" in mark and mark.start == at:
        return _Number(highest, at, mark.end, None)
    elif mark is not None and "number" in mark.values and mark.start == at and not mark.classes & {"both_of"}:
        value = float(mark.values["number"])
        if "common" in mark and not _ends_or_counts(body, mark.end):
            return None  # an article that is also a number: "un 5"
        before = body.marked.cover[at - 1] if "option_word" in mark and at > body.start else None
        if before is not None and before.classes & {"rest", "other"}:
            return None  # "never been to the other one"
    if value is None or _is_measured(body, at + 1):
        return None
    half = body.marked.cover[at + 1] if at + 1 < body.end else None
    if half is not None and "half" in half:
        return _Number(value + 0.5, at, half.end, None)
    base = _base(body, at + 1)
    return _Number(value, at, base[1] if base else at + 1, base[0] if base else None)


def _is_measured(body: Body, at: int) -> bool:
    """Whether a number counts something other than points: "3 times", "2 hours"."""
    mark = body.marked.cover[at] if at < body.end else None
    return mark is not None and "unit" in mark


def _ends_or_counts(body: Body, at: int) -> bool:
    """Whether nothing but a word for points follows here before the clause ends."""
    if at >= body.end or not body.marked.tokens[at].is_word:
        return True
    mark = body.marked.cover[at]
    return mark is not None and bool(mark.classes & {"filler", "out_of", "and"})


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
    rest = _rest_number(body, numbers)
    numbers = [n for n in numbers if n is not rest]
    every: list[Mention | _Number] = [*named, *numbers]
    by_clause = _paired_by_clause(body, named, numbers)
    items = sorted(every, key=lambda item: item.start)
    kinds = ["m" if isinstance(item, Mention) else "n" for item in items]
    pairs = by_clause or (_shared(body, items, kinds) if _is_run(kinds) else None)
    pairs = pairs or _in_groups(body, items, body.sentence_of) or _in_groups(body, items, body.clause_of)
    if pairs is None:
        return None
    given: dict[int, float] = {}
    for option, value in pairs:
        if given.setdefault(option, value) != value:
            return None
    if rest is not None:
        given |= {n: rest.value for n in range(finder.count) if n not in given}
    return list(given.items())


def _paired_by_clause(body: Body, named: list[Mention], numbers: list[_Number]) -> list[tuple[int, float]] | None:
    """Return the points where each clause holds one number and what it is for, whichever stands first."""
    pairs: list[tuple[int, float]] = []
    for clause in body.clauses:
        given = [n for n in numbers if clause.start <= n.start < clause.end]
        for_ = [m for m in named if clause.start <= m.start < clause.end]
        if not given and not for_:
            continue
        if len(given) != 1 or len(for_) != 1:
            return None
        pairs.append((next(iter(for_[0].options)), given[0].value))
    return pairs


def _in_groups(
    body: Body, items: list[Mention | _Number], group_of: Callable[[int], int]
) -> list[tuple[int, float]] | None:
    """Return the points where each sentence, or each clause, pairs them its own way.

    "5 for Oslo and 4 for Rome. Bonn 0", "5 for Oslo, Rome gets 4 and Bonn 0".
    """
    pairs: list[tuple[int, float]] = []
    for _, group in groupby(items, key=lambda item: group_of(item.start)):
        row = list(group)
        found = _shared(body, row, ["m" if isinstance(item, Mention) else "n" for item in row])
        if found is None:
            return None
        pairs += found
    return pairs


def _is_run(kinds: list[str]) -> bool:
    return "m" in kinds and "n" in kinds


def _shared(body: Body, items: list[Mention | _Number], kinds: list[str]) -> list[tuple[int, float]] | None:
    """Pair options with numbers: number behind ("Oslo 4", "Oslo and Rome 4") or in front ("4 for Oslo")."""
    behind = kinds[0] == "m"
    sequence = items if behind else items[::-1]
    pairs: list[tuple[int, float]] = []
    waiting: list[Mention] = []
    spare = 0
    for item in sequence:
        if isinstance(item, Mention):
            if waiting and not _are_joined(body, waiting[-1], item):
                return None
            waiting.append(item)
        elif waiting:
            pairs.extend((next(iter(mention.options)), item.value) for mention in waiting)
            waiting = []
        else:
            spare += 1
    return pairs if not waiting and not spare and pairs else None


def _are_joined(body: Body, one: Mention, other: Mention) -> bool:
    """Whether nothing is said between two options that share their points."""
    start, end = min(one.end, other.end), max(one.start, other.start)
    return not content(body, start, end)


def _parted_by_slashes(body: Body, numbers: list[_Number]) -> list[_Number]:
    """Return the numbers of a text that is nothing but numbers and slashes each on its own: "3 / 3 / 5"."""
    tokens = body.marked.tokens[body.start : body.end]
    figures = [at for at in range(body.start, body.end) if body.marked.tokens[at].kind == "number"]
    slashes = sum(token.raw == "/" for token in tokens)
    spaced = all(t.raw != "/" or body.marked.text[t.start - 1] == " " for t in tokens)
    if not spaced or len(figures) + slashes != len(tokens) or slashes != len(figures) - 1 or slashes < FEWEST_SLASHES:
        return numbers
    return [_Number(float(body.marked.tokens[at].fold), at, at + 1, None) for at in figures]


def _are_near(body: Body, start: int, end: int) -> bool:
    """Whether a stretch parts a number from "the rest" by nothing that is said or denied."""
    marks = body.marked.within(start, end)
    return start <= end and not content(body, start, end) and not any("negator" in m for m in marks)


def _rest_number(body: Body, numbers: list[_Number]) -> _Number | None:
    """Return the points given to all the others, None when none are."""
    for mark in body.marked.within(body.start, body.end):
        if "rest" not in mark:
            continue
        behind = [n for n in numbers if n.start >= mark.end and _are_near(body, mark.end, n.start)]
        home = body.sentences[body.sentence_of(mark.start)]
        before = [n for n in numbers if home.start <= n.start and _are_near(body, n.end, mark.start)]
        # "Oslo 5, the rest I skip" gives the rest nothing.
        before = [n for n in before if all(t.is_word for t in body.marked.tokens[n.end : mark.start])]
        if behind:
            return behind[0]
        return before[-1] if before else _nothing_beside(body, mark)
    return None


def _nothing_beside(body: Body, rest: Mark) -> _Number | None:
    """Return no points where a clause gives them to the rest: "nothing for the others", "the rest nothing"."""
    clause = next(c for c in body.clauses if c.start <= rest.start < c.end)
    marks = body.marked.within(clause.start, clause.end)
    if any("against" in m for m in marks):
        return None
    for mark in marks:
        said = [range(m.start, m.end) for m in (mark, rest)]
        if mark.classes >= NOTHING and not content(body, clause.start, clause.end, said):
            return _Number(0.0, mark.start, mark.end, None)
    return None


def _means_both(body: Body, finder: Finder) -> bool:
    """Whether a "both" means all options, of which there are two."""
    return finder.count == BOTH and body.marked.has("both_of", body.start, body.end)


def _may_name_one(body: Body, finder: Finder, number: _Number) -> bool:
    """Whether a number may be that of an option, and does not go with "all" or "both": "both are fine, 2 is nicer"."""
    if not finder.labels.numbered or not 1 <= number.value <= finder.count:
        return False
    marks = (m for m in body.marked.within(body.start, body.end) if m.classes & {"all", "both_of"})
    return not any(body.clause_of(m.start) == body.clause_of(number.start) for m in marks)


def _paired_by_place(body: Body, finder: Finder, numbers: list[_Number]) -> list[tuple[int, float]] | None:
    """Return points given without names: "all 4", "1: 3, 2: 5", or as many numbers as there are options."""
    every = _means_both(body, finder) or body.marked.has("all", body.start, body.end)
    if every and len(numbers) == 1 and not _may_name_one(body, finder, numbers[0]):
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
