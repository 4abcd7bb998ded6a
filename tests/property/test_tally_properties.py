"""What a tally promises whatever the ballots."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.decide.tally import Cast, preferences, tally
from gateway.model.ballot import Abstention, Choice, Method, Pick, Picks, PlusOne, Ranking, Scores
from gateway.model.round import Outcome, Result, VoteForm
from tests.builders import vote_form

LABELS = ("A", "B", "C", "D")


@st.composite
def rankings(draw: st.DrawFn, complete: bool = False) -> Ranking:
    order = draw(st.permutations(LABELS))
    named = order if complete else order[: draw(st.integers(1, len(order)))]
    groups: list[tuple[str, ...]] = []
    for label in named:
        if groups and not complete and draw(st.booleans()) and draw(st.booleans()):
            groups[-1] = (*groups[-1], label)
        else:
            groups.append((label,))
    return Ranking(tuple(groups))


CHOICES: dict[Method, st.SearchStrategy[Choice]] = {
    Method.YESNO: st.sampled_from([Pick("Yes"), Pick("No"), Abstention()]),
    Method.CONSENT: st.sampled_from([Pick(x) for x in ("Agree", "Abstain", "Disagree", "Block")]),
    Method.LAZY: st.sampled_from([Pick(x) for x in ("Agree", "Abstain", "Disagree", "Block")]),
    Method.SINGLE: st.sampled_from([*(Pick(x) for x in LABELS), Abstention()]),
    Method.APPROVAL: st.lists(st.sampled_from(LABELS), unique=True).map(lambda labels: Picks(tuple(labels))),
    Method.RANKED: rankings(),
    Method.SCORE: st.dictionaries(st.sampled_from(LABELS), st.integers(0, 50).map(lambda n: n / 10)).map(
        lambda scores: Scores(tuple(scores.items()))
    ),
    Method.PLUSONE: st.sampled_from([PlusOne(n / 4) for n in range(-4, 5)]),
}


@st.composite
def votes(draw: st.DrawFn) -> tuple[VoteForm, list[Cast]]:
    method = draw(st.sampled_from(list(Method)))
    form = vote_form(
        method,
        *LABELS,
        quorum=draw(st.sampled_from([0.0, 0.3, 0.6])),
        threshold=draw(st.sampled_from([0.5, 0.6, 2 / 3])),
        run_off=draw(st.booleans()),
        secret=draw(st.booleans()),
        veto=draw(st.booleans()),
    )
    comment = st.sampled_from([None, "because", "why not"])
    names = st.sampled_from(["Ana", "Ben", "Cleo"])
    casts = st.lists(st.builds(Cast, CHOICES[method], comment, names, st.booleans()), max_size=9)
    return form, draw(casts)


@given(votes(), st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(vote: tuple[VoteForm, list[Cast]], chance: object) -> None:
    form, casts = vote
    mixed = list(casts)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert tally(form, mixed, 9) == tally(form, casts, 9)


@given(votes())
def test_an_outcome_counts_every_ballot_and_names_only_options(vote: tuple[VoteForm, list[Cast]]) -> None:
    form, casts = vote
    outcome = tally(form, casts, 9)
    assert outcome.answered == len(casts)
    assert set(outcome.winners) <= set(form.question.options)
    assert sorted(line.label for line in outcome.lines) == sorted(form.question.options)
    assert all(0 <= line.share <= 1 for line in outcome.lines)
    assert all(line.won == (line.label in outcome.winners) for line in outcome.lines)
    if outcome.result is Result.TIED:
        assert len(outcome.winners) > 1
    if form.secret:
        assert all(reason.name is None and reason.label is None for reason in outcome.reasons)


def ranked(ballots: list[Ranking], run_off: bool = False) -> Outcome:
    form = vote_form(Method.RANKED, *LABELS, run_off=run_off)
    return tally(form, [Cast(ballot) for ballot in ballots], len(ballots))


@given(st.lists(rankings(), min_size=1, max_size=9))
def test_who_wins_every_duel_wins_by_schulze(ballots: list[Ranking]) -> None:
    full = Counter(
        (*ballot.groups, tuple(x for x in LABELS if x not in {y for g in ballot.groups for y in g}))
        for ballot in ballots
    )
    pairs = preferences(LABELS, full)
    for one in LABELS:
        if all(pairs[one, other] > pairs[other, one] for other in LABELS if other != one):
            assert ranked(ballots).winners == (one,)


@given(st.lists(rankings(complete=True), min_size=1, max_size=9))
def test_who_is_first_for_more_than_half_wins_a_run_off(ballots: list[Ranking]) -> None:
    first, number = Counter(ballot.groups[0][0] for ballot in ballots).most_common(1)[0]
    if number * 2 > len(ballots):
        assert ranked(ballots, run_off=True).winners == (first,)


@given(st.lists(rankings(), min_size=1, max_size=7), st.permutations(LABELS), st.booleans())
def test_other_names_for_the_options_change_only_names(ballots: list[Ranking], other: list[str], run_off: bool) -> None:
    names = dict(zip(LABELS, other, strict=True))
    renamed = [Ranking(tuple(tuple(names[x] for x in group) for group in ballot.groups)) for ballot in ballots]
    before, after = ranked(ballots, run_off), ranked(renamed, run_off)
    assert {names[label] for label in before.winners} == set(after.winners)
    assert [{names[x] for x in group} for group in before.ranking] == [set(group) for group in after.ranking]


@given(st.lists(rankings(), max_size=7), st.booleans())
def test_a_ranking_holds_every_option_once_with_the_winners_first(ballots: list[Ranking], run_off: bool) -> None:
    outcome = ranked(ballots, run_off)
    if outcome.result in (Result.CHOSEN, Result.TIED):
        assert sorted(label for group in outcome.ranking for label in group) == sorted(LABELS)
        assert set(outcome.ranking[0]) == set(outcome.winners)
