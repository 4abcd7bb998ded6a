"""What each method of counting promises, checked against published examples where there are some."""

from __future__ import annotations

import pytest

from gateway.decide.tally import Cast, tally
from gateway.model.ballot import Abstention, Choice, Method, Pick, Picks, PlusOne, Ranking, Scores, kept
from gateway.model.round import Outcome, Result
from tests.builders import question, vote_form

YES, NO = Pick("Yes"), Pick("No")
AGREE, DISAGREE, BLOCK = Pick("Agree"), Pick("Disagree"), Pick("Block")


def casts(*choices: Choice) -> list[Cast]:
    return [Cast(choice) for choice in choices]


def ranked(ballots: dict[str, int]) -> list[Cast]:
    """`{"ABC": 2}`: two ballots that rank A, then B, then C."""
    return [
        Cast(Ranking(tuple((label,) for label in order))) for order, number in ballots.items() for _ in range(number)
    ]


def value(outcome: Outcome, label: str) -> float:
    return next(line.value for line in outcome.lines if line.label == label)


# --- yes and no -----------------------------------------------------------------------------------------------------


def test_more_yes_than_no_passes() -> None:
    outcome = tally(vote_form(), casts(YES, YES, NO), electorate=3)
    assert (outcome.result, outcome.winners) == (Result.PASSED, ("Yes",))
    assert [(line.label, line.value, line.won) for line in outcome.lines] == [("Yes", 2, True), ("No", 1, False)]


def test_more_no_than_yes_is_rejected() -> None:
    assert tally(vote_form(), casts(YES, NO, NO), electorate=3).result is Result.REJECTED


def test_as_many_yes_as_no_is_declared_a_tie() -> None:
    outcome = tally(vote_form(), casts(YES, NO), electorate=2)
    assert (outcome.result, outcome.winners) == (Result.TIED, ("Yes", "No"))


def test_a_threshold_must_be_exceeded_not_met() -> None:
    two_thirds = vote_form(threshold=2 / 3)
    assert tally(vote_form(threshold=0.6), casts(YES, YES, YES, NO, NO), 5).result is Result.REJECTED
    assert tally(vote_form(threshold=0.6), casts(YES, YES, YES, YES, NO, NO), 6).result is Result.PASSED
    assert tally(two_thirds, casts(*[YES] * 7, *[NO] * 3), 10).result is Result.PASSED


def test_abstentions_count_for_quorum_and_not_for_the_threshold() -> None:
    outcome = tally(vote_form(quorum=0.5), casts(YES, Abstention(), Abstention()), electorate=6)
    assert (outcome.result, outcome.answered, outcome.abstained) == (Result.PASSED, 3, 2)


def test_without_quorum_nothing_is_decided_and_nobody_wins() -> None:
    outcome = tally(vote_form(quorum=0.5), casts(YES, YES), electorate=5)
    assert (outcome.result, outcome.winners) == (Result.NO_QUORUM, ())
    assert not any(line.won for line in outcome.lines)


def test_a_quorum_of_five_people_stays_five_when_members_leave() -> None:
    form = vote_form(quorum_people=5)
    assert tally(form, casts(*[YES] * 4), electorate=4).result is Result.NO_QUORUM
    assert tally(form, casts(*[YES] * 5), electorate=5).result is Result.PASSED


def test_a_quorum_of_three_fifths_of_five_is_three() -> None:
    assert tally(vote_form(quorum=0.6), casts(YES, YES, YES), electorate=5).result is Result.PASSED


def test_no_ballot_at_all_is_said_so() -> None:
    assert tally(vote_form(), [], electorate=5).result is Result.NO_ANSWERS


def test_when_all_abstain_nothing_is_decided() -> None:
    assert tally(vote_form(), casts(Abstention(), Abstention()), 2).result is Result.NO_ANSWERS


# --- consent --------------------------------------------------------------------------------------------------------


def test_a_block_with_its_reason_stops_consent() -> None:
    ballots = [*casts(AGREE, AGREE, AGREE), Cast(BLOCK, "it breaks the contract")]
    outcome = tally(vote_form(Method.CONSENT), ballots, electorate=4)
    assert (outcome.result, outcome.winners) == (Result.BLOCKED, ())
    assert outcome.reasons[0].text == "it breaks the contract"


def test_consent_passes_when_more_agree_than_disagree() -> None:
    outcome = tally(vote_form(Method.CONSENT), casts(AGREE, AGREE, DISAGREE, Pick("Abstain")), electorate=4)
    assert (outcome.result, outcome.abstained) == (Result.PASSED, 1)


# --- one of several, approval, score --------------------------------------------------------------------------------


def test_the_most_votes_win() -> None:
    form = vote_form(Method.SINGLE, "Lisbon", "Porto", "Faro")
    outcome = tally(form, casts(Pick("Porto"), Pick("Porto"), Pick("Lisbon")), 3)
    assert (outcome.result, outcome.winners) == (Result.CHOSEN, ("Porto",))
    assert [line.label for line in outcome.lines] == ["Porto", "Lisbon", "Faro"]


def test_a_tie_of_options_is_declared_with_all_of_them() -> None:
    form = vote_form(Method.SINGLE, "Lisbon", "Porto", "Faro")
    outcome = tally(form, casts(Pick("Porto"), Pick("Lisbon")), 3)
    assert (outcome.result, outcome.winners) == (Result.TIED, ("Lisbon", "Porto"))


def test_approval_counts_each_option_of_each_ballot_once() -> None:
    form = vote_form(Method.APPROVAL, "A", "B", "C")
    outcome = tally(form, casts(Picks(("A", "B")), Picks(("B",)), Picks(("B", "B", "C"))), 3)
    assert (outcome.winners, value(outcome, "B"), value(outcome, "C")) == (("B",), 3, 1)


def test_when_nobody_approves_of_anything_all_is_rejected() -> None:
    assert tally(vote_form(Method.APPROVAL, "A", "B"), casts(Picks(())), 1).result is Result.REJECTED


def test_scores_are_added_exactly() -> None:
    form = vote_form(Method.SCORE, "A", "B")
    outcome = tally(form, casts(Scores((("A", 0.1), ("B", 0.3))), Scores((("A", 0.2),))), 2)
    assert outcome.result is Result.TIED  # 0.1 + 0.2 is 0.3 here


def test_an_option_left_out_gets_the_lowest_score() -> None:
    form = vote_form(Method.SCORE, "A", "B")
    outcome = tally(form, casts(Scores((("A", 5.0),)), Scores((("A", 1.0), ("B", 4.0)))), 2)
    assert (outcome.winners, value(outcome, "A"), value(outcome, "B")) == (("A",), 6, 4)
    assert outcome.lines[0].share == pytest.approx(0.6)


# --- plus one -------------------------------------------------------------------------------------------------------


def test_plus_and_minus_are_weighed_with_their_fractions() -> None:
    form = vote_form(Method.PLUSONE)
    assert tally(form, casts(PlusOne(1.0), PlusOne(-0.5), PlusOne(0.0)), 3).result is Result.PASSED
    assert tally(form, casts(PlusOne(0.5), PlusOne(-0.5)), 2).result is Result.TIED
    assert tally(form, casts(PlusOne(0.9), PlusOne(-1.0)), 2).result is Result.REJECTED


def test_what_the_others_say_is_counted_beside_where_a_role_decides_but_never_in_a_secret_vote() -> None:
    ballots = [Cast(PlusOne(1.0)), Cast(PlusOne(-1.0), binding=False), Cast(PlusOne(-0.5), binding=False)]
    outcome = tally(vote_form(Method.PLUSONE, binding="committer"), ballots, 3)
    assert [(line.label, line.value) for line in outcome.beside] == [("+1", 0.0), ("0", 0.0), ("-1", 1.5)]
    assert tally(vote_form(Method.PLUSONE, binding="committer", secret=True), ballots, 3).beside == ()
    assert tally(vote_form(Method.PLUSONE), [Cast(PlusOne(1.0))], 3).beside == ()


def test_where_none_of_those_who_decide_took_part_nothing_is_decided() -> None:
    form = vote_form(Method.PLUSONE, binding="committer")
    others = [Cast(PlusOne(-1.0), binding=False), Cast(PlusOne(1.0), binding=False)]
    assert tally(form, others, 3).result is Result.NO_DECIDERS
    assert tally(form, [Cast(Abstention()), *others], 3).result is Result.NO_DECIDERS
    assert tally(form, [Cast(PlusOne(-0.5)), *others], 3).result is Result.REJECTED


def test_only_binding_votes_decide_where_a_role_does() -> None:
    form = vote_form(Method.PLUSONE, binding="committer")
    ballots = [Cast(PlusOne(1.0)), Cast(PlusOne(-1.0), binding=False), Cast(PlusOne(-1.0), binding=False)]
    outcome = tally(form, ballots, 3)
    assert (outcome.result, outcome.answered, value(outcome, "-1")) == (Result.PASSED, 3, 0)


def test_a_veto_with_its_reason_stops_a_proposal_where_vetoes_count() -> None:
    ballots = [*casts(PlusOne(1.0), PlusOne(1.0), PlusOne(1.0)), Cast(PlusOne(-1.0), "it loses mail")]
    assert tally(vote_form(Method.PLUSONE, veto=True), ballots, 4).result is Result.BLOCKED
    assert tally(vote_form(Method.PLUSONE), ballots, 4).result is Result.PASSED


def test_the_veto_of_one_who_does_not_decide_stops_nothing() -> None:
    ballots = [Cast(PlusOne(1.0)), Cast(PlusOne(-1.0), "no", binding=False)]
    assert tally(vote_form(Method.PLUSONE, veto=True, binding="committer"), ballots, 2).result is Result.PASSED


# --- lazy consensus -------------------------------------------------------------------------------------------------


def test_silence_is_consent() -> None:
    assert tally(vote_form(Method.LAZY, quorum=0.5), [], 9).result is Result.CONSENT


def test_an_objection_that_stands_at_the_close_stops_it() -> None:
    assert tally(vote_form(Method.LAZY), casts(AGREE, DISAGREE), 9).result is Result.BLOCKED


# --- ranked ---------------------------------------------------------------------------------------------------------

# The example of 45 voters in M. Schulze, "A new monotonic, clone-independent … single-winner election method", §3.
SCHULZE_45 = {
    "ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8,
}  # fmt: skip

# The capital of Tennessee, the usual example of voting theory: voters want it near.
TENNESSEE = {
    ("Memphis", "Nashville", "Chattanooga", "Knoxville"): 42,
    ("Nashville", "Chattanooga", "Knoxville", "Memphis"): 26,
    ("Chattanooga", "Knoxville", "Nashville", "Memphis"): 15,
    ("Knoxville", "Chattanooga", "Nashville", "Memphis"): 17,
}
CITIES = ("Memphis", "Nashville", "Chattanooga", "Knoxville")


def tennessee() -> list[Cast]:
    return [Cast(Ranking(tuple((city,) for city in order))) for order, n in TENNESSEE.items() for _ in range(n)]


def test_schulze_orders_the_published_example_of_45_voters() -> None:
    outcome = tally(vote_form(Method.RANKED, *"ABCDE"), ranked(SCHULZE_45), 45)
    assert outcome.ranking == (("E",), ("A",), ("C",), ("B",), ("D",))
    assert (outcome.result, outcome.winners) == (Result.CHOSEN, ("E",))


def test_schulze_makes_nashville_the_capital_of_tennessee() -> None:
    outcome = tally(vote_form(Method.RANKED, *CITIES), tennessee(), 100)
    assert outcome.ranking == (("Nashville",), ("Chattanooga",), ("Knoxville",), ("Memphis",))


def test_a_run_off_makes_knoxville_the_capital_of_tennessee() -> None:
    outcome = tally(vote_form(Method.RANKED, *CITIES, run_off=True), tennessee(), 100)
    assert (outcome.winners, value(outcome, "Knoxville"), value(outcome, "Memphis")) == (("Knoxville",), 58, 42)
    assert outcome.ranking == (("Knoxville",), ("Memphis",), ("Nashville",), ("Chattanooga",))


def test_options_left_out_rank_last_together() -> None:
    outcome = tally(vote_form(Method.RANKED, *"ABCD"), ranked({"A": 2, "B": 1}), 3)
    assert outcome.ranking == (("A",), ("B",), ("C", "D"))


def test_a_circle_of_equal_strength_is_declared_a_tie() -> None:
    outcome = tally(vote_form(Method.RANKED, *"ABC"), ranked({"ABC": 1, "BCA": 1, "CAB": 1}), 3)
    assert (outcome.result, outcome.winners) == (Result.TIED, ("A", "B", "C"))


def test_equal_ranks_on_a_ballot_prefer_neither() -> None:
    ballots = [Cast(Ranking((("A", "B"), ("C",)))), Cast(Ranking((("B",), ("A",), ("C",))))]
    assert tally(vote_form(Method.RANKED, *"ABC"), ballots, 2).winners == ("B",)


def test_a_tie_for_elimination_that_changes_the_winner_is_declared() -> None:
    # B or C goes out first: then A beats C, but B beats A.
    ballots = ranked({"A": 4, "BA": 3, "CB": 3})
    outcome = tally(vote_form(Method.RANKED, *"ABC", run_off=True), ballots, 10)
    assert (outcome.result, outcome.winners) == (Result.TIED, ("A", "B"))


def test_a_tie_for_elimination_that_changes_nothing_is_passed_over() -> None:
    outcome = tally(vote_form(Method.RANKED, *"ABCD", run_off=True), ranked({"A": 5, "B": 4, "C": 1, "D": 1}), 11)
    assert (outcome.result, outcome.winners) == (Result.CHOSEN, ("A",))


def test_a_ballot_counts_for_nobody_once_its_options_are_out() -> None:
    outcome = tally(vote_form(Method.RANKED, *"ABC", run_off=True), ranked({"A": 4, "B": 3, "C": 2}), 9)
    assert (outcome.winners, value(outcome, "A")) == (("A",), 4)


# --- reasons, and ballots that do not fit ---------------------------------------------------------------------------


def test_reasons_stand_by_option_and_name() -> None:
    ballots = [Cast(NO, "too dear", "Cleo"), Cast(YES, "at last", "Ben"), Cast(YES, "gladly", "Ana")]
    reasons = tally(vote_form(), ballots, 3).reasons
    assert [(r.label, r.name) for r in reasons] == [("Yes", "Ana"), ("Yes", "Ben"), ("No", "Cleo")]


def test_reasons_of_a_secret_vote_have_no_names_no_labels_and_an_order_that_tells_nothing() -> None:
    one = [Cast(NO, "b"), Cast(YES, "a"), Cast(YES, "c")]
    told = [tally(vote_form(secret=True), order, 3).reasons for order in (one, one[::-1])]
    assert told[0] == told[1]
    assert [(r.text, r.name, r.label) for r in told[0]] == [("a", None, None), ("b", None, None), ("c", None, None)]


def test_a_choice_that_is_no_option_is_not_counted() -> None:
    form = vote_form(Method.SINGLE, "A", "B")
    outcome = tally(form, casts(Pick("A"), Pick("Z"), PlusOne(1.0)), 3)
    assert (outcome.answered, outcome.winners) == (1, ("A",))


def test_what_is_left_of_a_choice_stands_when_options_go() -> None:
    without_c = question(Method.APPROVAL, "A", "B")
    assert kept(Picks(("A", "C")), without_c) == Picks(("A",))
    assert kept(Picks(("C",)), without_c) is None
    assert kept(Ranking((("C",), ("B", "A"))), question(Method.RANKED, "A", "B")) == Ranking((("B", "A"),))
    assert kept(Scores((("A", 1.0), ("C", 5.0))), question(Method.SCORE, "A", "B")) == Scores((("A", 1.0),))
    assert kept(Pick("C"), question(Method.SINGLE, "A", "B")) is None
    assert kept(Abstention(), without_c) == Abstention()
