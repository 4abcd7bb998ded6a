"""The count: standing ballots of a vote → its outcome. Exact arithmetic; ties are declared, never drawn at random.

What each method does, in one line:
- yesno, consent: passed when the share for, of for and against, exceeds the threshold; a reasoned block stops consent.
- single, approval, score: the largest count or sum of points wins; all that share it tie. An option a scorer left out
  gets the lowest number from them.
- ranked: Schulze by winning votes; options left out rank last together. On request instant run-off: all ways to break a
  tie for elimination are followed, and when they lead to different winners the tie is declared.
- plusone: passed when the plus points, of plus and minus, exceed the threshold; only binding voters' count, when the
  vote has some. A binding -1 with its reason stops it where the vote says so (`veto`).
- lazy: consent unless an objection stands.
Must not: know who voted (a `Cast` may carry a name to be shown, in a vote that is not secret).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from gateway.decide import quorum
from gateway.decide.quorum import exact
from gateway.model.ballot import Abstention, Choice, Method, Pick, Picks, PlusOne, Question, Ranking, Scores, fits
from gateway.model.round import Outcome, Reason, Result, TallyLine, VoteForm

_HALF = Fraction(1, 2)
_ALL_UNIVERSES = 10  # options up to which every way to break a tie of a run-off is followed: 2^10 states

Ballots = Sequence["Cast"]
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot as it is counted. `name` is None in a secret vote; `binding` is false where only a role decides."""

    choice: Choice
    comment: str | None = None
    name: str | None = None
    binding: bool = True


@dataclass(frozen=True, slots=True)
class _Count:
    """What a method came to, before quorum and reasons."""

    result: Result
    lines: tuple[TallyLine, ...] = ()
    winners: tuple[str, ...] = ()
    ranking: Groups = ()


def tally(form: VoteForm, casts: Ballots, electorate: int) -> Outcome:
    """Return the outcome of a vote. `electorate` is how many count towards quorum."""
    fitting = tuple(cast for cast in casts if fits(cast.choice, form.question))
    count = _METHODS[form.question.method](form, fitting)
    result = _overruled(form, fitting, count.result, electorate)
    decided = result in (Result.PASSED, Result.CHOSEN, Result.TIED, Result.CONSENT)
    return Outcome(
        result=result,
        winners=count.winners if decided else (),
        lines=count.lines if decided else tuple(_not_won(line) for line in count.lines),
        answered=len(fitting),
        abstained=sum(1 for cast in fitting if is_abstention(cast.choice)),
        electorate=electorate,
        quorum=form.quorum,
        quorum_people=form.quorum_people,
        reasons=reasons(form, fitting),
        ranking=count.ranking,
        beside=_beside(form, fitting),
    )


def _overruled(form: VoteForm, casts: Ballots, result: Result, electorate: int) -> Result:
    """Return what stands above the count: nobody answered, too few did, all who did abstained, or all who decide."""
    if form.question.method is Method.LAZY:
        return result  # silence is consent: it needs no quorum
    if not casts:
        return Result.NO_ANSWERS
    if not quorum.is_reached(len(casts), electorate, form.quorum, form.quorum_people):
        return Result.NO_QUORUM
    if all(is_abstention(cast.choice) for cast in casts):
        return Result.NO_ANSWERS
    deciding = (cast for cast in casts if cast.binding or form.binding is None)
    return Result.NO_DECIDERS if all(is_abstention(cast.choice) for cast in deciding) else result


def _not_won(line: TallyLine) -> TallyLine:
    return TallyLine(label=line.label, value=line.value, share=line.share)


def is_abstention(choice: Choice) -> bool:
    """Whether a choice is for nothing: an abstention, or the option of consent that is one, or 0."""
    return choice in (Abstention(), Pick("Abstain"), PlusOne(0)) or choice == PlusOne(0.0)


# --- reasons --------------------------------------------------------------------------------------------------------


def reasons(form: VoteForm, casts: Ballots) -> tuple[Reason, ...]:
    """Return the remarks to be shown, in an order that tells nothing about when they came.

    In a secret vote they have neither names nor labels, and stand in the order of their own words.
    """
    remarked = [cast for cast in casts if cast.comment]
    if form.secret:
        return tuple(Reason(text=text) for text in sorted(cast.comment or "" for cast in remarked))
    options = form.question.options

    def place(cast: Cast) -> tuple[float, str, str]:
        at = -cast.choice.number if isinstance(cast.choice, PlusOne) else len(options)
        if isinstance(cast.choice, Pick):
            at = options.index(cast.choice.label)
        return at, cast.name or "", cast.comment or ""

    shown = sorted(remarked, key=place)
    return tuple(Reason(text=cast.comment or "", name=cast.name, label=label_of(cast.choice)) for cast in shown)


def label_of(choice: Choice) -> str | None:
    """Return the one label a choice is shown by, None where it has several or none."""
    match choice:
        case Pick(label):
            return label
        case PlusOne(number):
            return f"{number:+g}" if number else "0"
        case _:
            return None


# --- for and against ------------------------------------------------------------------------------------------------


def _lines(
    labels: Iterable[str], values: Mapping[str, Fraction], most: Fraction, won: Iterable[str]
) -> tuple[TallyLine, ...]:
    winners = frozenset(won)
    return tuple(
        TallyLine(
            label=label,
            value=float(values.get(label, Fraction(0))),
            share=float(values.get(label, Fraction(0)) / most) if most > 0 else 0.0,
            won=label in winners,
        )
        for label in labels
    )


def _picked(casts: Ballots) -> dict[str, Fraction]:
    return {
        label: Fraction(number)
        for label, number in Counter(cast.choice.label for cast in casts if isinstance(cast.choice, Pick)).items()
    }


def _for_and_against(in_favour: Fraction, against: Fraction, threshold: float) -> Result:
    if quorum.exceeds(in_favour, against, threshold):
        return Result.PASSED
    return Result.TIED if in_favour == against > 0 and exact(threshold) == _HALF else Result.REJECTED


def _yesno(form: VoteForm, casts: Ballots) -> _Count:
    counts = _picked(casts)
    yes, no = form.question.options[:2]
    result = _for_and_against(counts.get(yes, Fraction(0)), counts.get(no, Fraction(0)), form.threshold)
    winners = {Result.PASSED: (yes,), Result.TIED: (yes, no)}.get(result, ())
    return _Count(result, _lines(form.question.options, counts, Fraction(len(casts)), winners), winners)


def _consent(form: VoteForm, casts: Ballots) -> _Count:
    counts = _picked(casts)
    agree, _, disagree, block = form.question.options[:4]
    result = _for_and_against(counts.get(agree, Fraction(0)), counts.get(disagree, Fraction(0)), form.threshold)
    if any(cast.choice == Pick(block) and cast.comment for cast in casts):
        result = Result.BLOCKED
    winners = {Result.PASSED: (agree,), Result.TIED: (agree, disagree)}.get(result, ())
    return _Count(result, _lines(form.question.options, counts, Fraction(len(casts)), winners), winners)


def is_objection(choice: Choice) -> bool:
    """Whether a ballot of a lazy consensus stops its clock."""
    return choice in (Pick("Disagree"), Pick("Block"))


def _lazy(form: VoteForm, casts: Ballots) -> _Count:
    counts = _picked(casts)
    result = Result.BLOCKED if any(is_objection(cast.choice) for cast in casts) else Result.CONSENT
    winners = (form.question.options[0],) if result is Result.CONSENT else ()
    return _Count(result, _lines(form.question.options, counts, Fraction(len(casts)), winners), winners)


def _plusone(form: VoteForm, casts: Ballots) -> _Count:
    binding = tuple(cast for cast in casts if cast.binding or form.binding is None)
    counts = _pluses(form, binding)
    up, _, down = form.question.options[:3]
    result = _for_and_against(counts[up], counts[down], form.threshold)
    if form.veto and any(cast.choice == PlusOne(-1.0) and cast.comment for cast in binding):
        result = Result.BLOCKED
    winners = {Result.PASSED: (up,), Result.TIED: (up, down)}.get(result, ())
    return _Count(result, _plus_lines(form, counts, winners), winners)


def _pluses(form: VoteForm, casts: Ballots) -> dict[str, Fraction]:
    """Return the points for and against, and how many gave neither."""
    numbers = [exact(cast.choice.number) for cast in casts if isinstance(cast.choice, PlusOne)]
    up, none, down = form.question.options[:3]
    return {
        up: sum((number for number in numbers if number > 0), Fraction(0)),
        none: Fraction(sum(1 for number in numbers if number == 0)),
        down: -sum((number for number in numbers if number < 0), Fraction(0)),
    }


def _plus_lines(form: VoteForm, counts: Mapping[str, Fraction], winners: Iterable[str]) -> tuple[TallyLine, ...]:
    return _lines(form.question.options[:3], counts, sum(counts.values(), Fraction(0)), winners)


def _beside(form: VoteForm, casts: Ballots) -> tuple[TallyLine, ...]:
    """Return what those said whose votes do not decide; nothing of a secret vote, where few would be known by it."""
    others = tuple(cast for cast in casts if not cast.binding)
    if form.question.method is not Method.PLUSONE or form.binding is None or form.secret or not others:
        return ()
    return _plus_lines(form, _pluses(form, others), ())


# --- one of several -------------------------------------------------------------------------------------------------


def _largest(question: Question, counts: Mapping[str, Fraction], most: Fraction) -> _Count:
    """Return the count in which the largest number wins; options keep their place within the same number."""
    top = max((counts.get(label, Fraction(0)) for label in question.options), default=Fraction(0))
    winners = tuple(label for label in question.options if counts.get(label, Fraction(0)) == top)
    by_count = sorted(question.options, key=lambda label: -counts.get(label, Fraction(0)))
    return _Count(_chosen(winners), _lines(by_count, counts, most, winners), winners)


def _chosen(winners: tuple[str, ...]) -> Result:
    return Result.CHOSEN if len(winners) == 1 else Result.TIED


def _single(form: VoteForm, casts: Ballots) -> _Count:
    return _largest(form.question, _picked(casts), Fraction(len(casts)))


def _approval(form: VoteForm, casts: Ballots) -> _Count:
    counts = Counter(label for cast in casts if isinstance(cast.choice, Picks) for label in set(cast.choice.labels))
    if not counts:
        return _Count(Result.REJECTED, _lines(form.question.options, {}, Fraction(1), ()))
    return _largest(form.question, {label: Fraction(n) for label, n in counts.items()}, Fraction(len(casts)))


def _score(form: VoteForm, casts: Ballots) -> _Count:
    question = form.question
    lowest = Fraction(question.lowest)
    scored = [{label: exact(n) for label, n in c.choice.pairs} for c in casts if isinstance(c.choice, Scores)]
    sums = {label: sum((s.get(label, lowest) for s in scored), Fraction(0)) for label in question.options}
    count = _largest(question, sums, Fraction(question.highest * len(scored)))
    if not any(sum(s.values()) for s in scored):
        return _Count(Result.REJECTED, tuple(_not_won(line) for line in count.lines))  # nothing got a single point
    return count


# --- ranked ---------------------------------------------------------------------------------------------------------


def _full(choice: Ranking, options: Sequence[str]) -> Groups:
    """Return a ranking of all options: those not named come last, together."""
    named = {label for group in choice.groups for label in group}
    rest = tuple(label for label in options if label not in named)
    return choice.groups + ((rest,) if rest else ())


def _ranked(form: VoteForm, casts: Ballots) -> _Count:
    options = form.question.options
    ranked = Counter(cast.choice for cast in casts if isinstance(cast.choice, Ranking))
    if not ranked:
        return _Count(Result.NO_ANSWERS, _lines(options, {}, Fraction(1), ()))
    if form.run_off:
        return _run_off(options, {choice.groups: number for choice, number in ranked.items()})
    ballots = Counter[Groups]()
    for choice, number in ranked.items():
        ballots[_full(choice, options)] += number
    return _schulze(options, ballots)


Pairs = dict[tuple[str, str], int]


def preferences(options: Sequence[str], ballots: Mapping[Groups, int]) -> Pairs:
    """Return for each ordered pair how many ballots rank the first above the second."""
    pairs = {(one, other): 0 for one in options for other in options if one != other}
    for groups, number in ballots.items():
        for index, group in enumerate(groups):
            below = [label for later in groups[index + 1 :] for label in later]
            for label in group:
                for lower in below:
                    pairs[label, lower] += number
    return pairs


def strongest_paths(options: Sequence[str], pairs: Pairs) -> Pairs:
    """Return the strength of the strongest path of each ordered pair, by winning votes (Schulze 2011, §2.3.1)."""
    strength = {(a, b): won if won > pairs[b, a] else 0 for (a, b), won in pairs.items()}
    for via in options:
        for one in options:
            if one == via:
                continue
            first = strength[one, via]
            for other in options:
                if other not in (one, via):
                    strength[one, other] = max(strength[one, other], min(first, strength[via, other]))
    return strength


def _schulze(options: tuple[str, ...], ballots: Mapping[Groups, int]) -> _Count:
    paths = strongest_paths(options, preferences(options, ballots))
    beaten = {a: sum(1 for b in options if a != b and paths[a, b] > paths[b, a]) for a in options}
    ranking: list[tuple[str, ...]] = []
    left = list(options)
    while left:
        best = tuple(a for a in left if all(a == b or paths[a, b] >= paths[b, a] for b in left))
        ranking.append(best)
        left = [label for label in left if label not in best]
    shown = [label for group in ranking for label in group]
    values = {label: Fraction(number) for label, number in beaten.items()}
    lines = _lines(shown, values, Fraction(max(1, len(options) - 1)), ranking[0])
    return _Count(_chosen(ranking[0]), lines, ranking[0], tuple(ranking))


def first_preferences(remaining: frozenset[str], ballots: Mapping[Groups, int]) -> dict[str, Fraction]:
    """Return how many ballots stand for each remaining option; a ballot that ranks several equally first is shared."""
    counts = dict.fromkeys(remaining, Fraction(0))
    for groups, number in ballots.items():
        for group in groups:
            tops = [label for label in group if label in remaining]
            if tops:
                for label in tops:
                    counts[label] += Fraction(number, len(tops))
                break
    return counts


def _run_off(options: tuple[str, ...], ballots: Mapping[Groups, int]) -> _Count:
    # A ballot stands for nobody once the options it named are out: what its writer left out was not asked for.
    follow_all = len(options) <= _ALL_UNIVERSES

    @cache
    def winners(remaining: frozenset[str]) -> frozenset[str]:
        counts = first_preferences(remaining, ballots)
        most, total = max(counts.values()), sum(counts.values())
        if most * 2 > total:
            return frozenset(label for label in remaining if counts[label] == most)
        least = min(counts.values())
        lowest = frozenset(label for label in remaining if counts[label] == least)
        if lowest == remaining:
            return remaining
        out = _safely_out(counts)
        if out:
            return winners(remaining - out)
        if len(lowest) > 1 and follow_all:
            return frozenset[str]().union(*(winners(remaining - {label}) for label in lowest))
        return winners(remaining - lowest)

    found = winners(frozenset(options))
    ordered = tuple(label for label in options if label in found)
    ranking, values = _eliminated(options, ballots, ordered)
    total = Fraction(sum(ballots.values()))
    return _Count(_chosen(ordered), _lines([x for g in ranking for x in g], values, total, ordered), ordered, ranking)


def _safely_out(counts: Mapping[str, Fraction]) -> frozenset[str]:
    """Return the options that go out together whatever the order: all their votes do not reach the next one."""
    by_count = sorted(counts, key=lambda label: counts[label])
    total = Fraction(0)
    for index, label in enumerate(by_count[:-1]):
        total += counts[label]
        if total < counts[by_count[index + 1]]:
            return frozenset(by_count[: index + 1])
    return frozenset()


def _eliminated(
    options: tuple[str, ...], ballots: Mapping[Groups, int], winners: tuple[str, ...]
) -> tuple[Groups, dict[str, Fraction]]:
    """Return the order options went out, best first, and the votes each had in its last round; ties go out together."""
    remaining, out = frozenset(options), list[tuple[str, ...]]()
    values = first_preferences(remaining, ballots)
    while losing := [label for label in options if label in remaining and label not in winners]:
        counts = first_preferences(remaining, ballots)
        values |= counts
        least = min(counts[label] for label in losing)
        group = tuple(label for label in losing if counts[label] == least)
        out.append(group)
        remaining -= frozenset(group)
    return (winners, *reversed(out)), values


_METHODS: dict[Method, Callable[[VoteForm, Ballots], _Count]] = {
    Method.YESNO: _yesno,
    Method.CONSENT: _consent,
    Method.SINGLE: _single,
    Method.APPROVAL: _approval,
    Method.RANKED: _ranked,
    Method.SCORE: _score,
    Method.PLUSONE: _plusone,
    Method.LAZY: _lazy,
}
