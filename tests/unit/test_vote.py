"""Stories of votes: opened by mail, answered in every way, stopped by an objection, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gateway.decide.rituals import vote
from gateway.decide.rituals.vote_opening import ballot_facts
from gateway.model.ballot import Abstention, Choice, Method, Pick, Picks, PlusOne
from gateway.model.change import AnswerChange
from gateway.model.context import Due, DueKind
from gateway.model.decision import Decision, Group, Why
from gateway.model.entry import Answered, Closed, OptionAdded, Paused, Withdrawn
from gateway.model.facts import AskBackFacts, ChangeFacts, DeclineFacts, Guess, OutcomeFacts, ReceiptFacts
from gateway.model.member import Receipts, Settings
from gateway.model.reading import BallotKind, BallotReading
from gateway.model.round import Ballot, Phase, Result, Round
from gateway.model.understood import Governing, GoverningAct, Reading, Settle
from tests.builders import (
    ANA,
    BEN,
    CLEO,
    CLOSE,
    NOW,
    ballot,
    closed,
    context,
    facts_of,
    member,
    of_kind,
    piece,
    say,
    sent,
    standing,
    tick,
    view,
    vote_round,
)

YES, NO = Pick("Yes"), Pick("No")
UNCLEAR = BallotReading(BallotKind.UNCLEAR, rivals=(NO, YES), missing="irony", evidence="sure, why not")
WITHDRAW = BallotReading(BallotKind.WITHDRAW)
DUE = Due(key="close:V-7", kind=DueKind.CLOSE, at=CLOSE, mark="V-7")


def answer(round_: Round, reading: Reading, voted: Choice | None = None, **facts: Any) -> Decision:
    """Ben answers a round with what was read."""
    author = facts.pop("author", BEN)
    seen = view(round_, voted, asked=facts.pop("asked", True))
    return say(context(author, seen, **facts), piece(reading, mark="V-7"))


def reason_of_no(decision: Decision) -> str:
    return str(facts_of(decision, DeclineFacts)[0].reason)


# --- answers --------------------------------------------------------------------------------------------------------


def test_a_ballot_is_recorded_and_its_voter_gets_one_receipt() -> None:
    decision = answer(vote_round(), ballot(YES, "at last", evidence="yes"))
    assert of_kind(decision, Answered) == [
        Answered(mark="V-7", member_id=2, answer=Ballot(choice=YES, comment="at last"), evidence="yes")
    ]
    assert decision.why is Why.ANSWERED
    (receipt,) = decision.notices
    assert (receipt.member_id, receipt.in_reply_to, receipt.address) == (2, "mail-1@example.org", "ben@example.org")
    (act,) = receipt.facts.acts  # type: ignore[union-attr]
    assert (act.name, act.mark, act.choice, act.replaced) == ("voted", "V-7", YES, False)
    assert not decision.broadcasts  # a remark with a ballot appears in the outcome, not in everybody's mailbox


def test_ballot_receipt_and_outcome_say_that_only_a_role_decides() -> None:
    release = vote_round(Method.PLUSONE, binding="lead", veto=True)
    told = ballot_facts(release, "Ben")
    assert (told.binding, told.veto) == ("lead", True)
    (receipt,) = facts_of(answer(release, ballot(PlusOne(1.0))), ReceiptFacts)
    assert receipt.acts[0].who == "lead"
    (receipt,) = facts_of(answer(release, ballot(PlusOne(1.0)), author=member(2, "Ben", roles=("lead",))), ReceiptFacts)
    assert receipt.acts[0].who == "", "their own vote decides"
    (outcome,) = facts_of(vote.close(DUE, tick(release, [standing(2, PlusOne(1.0))])), OutcomeFacts)
    assert (outcome.binding, [line.value for line in outcome.outcome.beside]) == ("lead", [1.0, 0.0, 0.0])


def test_a_role_decides_only_votes_that_know_one() -> None:
    told = ballot_facts(vote_round(Method.YESNO, binding="lead", veto=True), "Ben")
    assert (told.binding, told.veto) == ("", False)


def test_a_second_ballot_replaces_the_first_and_the_receipt_says_so() -> None:
    decision = answer(vote_round(), ballot(NO), voted=YES)
    assert of_kind(decision, Answered)[0].answer.choice == NO
    act = facts_of(decision, ReceiptFacts)[0].acts[0]
    assert act.replaced
    (changed,) = act.changed
    assert isinstance(changed, AnswerChange)
    assert changed.before is not None
    assert (changed.before.answer, changed.after) == (Ballot(choice=YES), Ballot(choice=NO))


def test_the_same_ballot_again_is_of_now_changes_nothing_and_is_confirmed() -> None:
    decision = answer(vote_round(), ballot(YES), voted=YES)
    (receipt,) = facts_of(decision, ReceiptFacts)
    assert [entry.answer for entry in of_kind(decision, Answered)] == [Ballot(choice=YES)]
    assert [act.changed for act in receipt.acts] == [()]


@pytest.mark.parametrize("older", [ballot(NO), ballot(YES), UNCLEAR, WITHDRAW])
def test_a_mail_that_came_before_the_standing_ballots_changes_nothing_when_it_is_let_in_later(
    older: BallotReading,
) -> None:
    newer = msgspec.structs.replace(standing(2, YES), arrival_id=501)
    decision = say(context(BEN, view(vote_round(), standing=newer)), piece(older, mark="V-7"))
    assert (decision.why, decision.entries, reason_of_no(decision)) == (Why.DECLINED, (), "changed-since")
    set_aside = say(context(BEN, view(vote_round(), standing=None, set_aside=newer)), piece(older, mark="V-7"))
    assert (set_aside.entries, reason_of_no(set_aside)) == ((), "changed-since")


@pytest.mark.parametrize("arrival_id", [None, 499, 500])  # 500: a line above it in the same mail
def test_a_ballot_replaces_what_came_before_it_whatever_the_clock_said(arrival_id: int | None) -> None:
    earlier = msgspec.structs.replace(standing(2, YES, at=NOW + timedelta(hours=1)), arrival_id=arrival_id)
    decision = say(context(BEN, view(vote_round(), standing=earlier)), piece(ballot(NO), mark="V-7"))
    assert of_kind(decision, Answered)[0].answer == Ballot(choice=NO)


def test_a_ballot_is_in_time_when_it_was_received_in_time_however_late_it_is_processed() -> None:
    decision = answer(vote_round(), ballot(YES), now=CLOSE + timedelta(hours=3), received_at=CLOSE)
    assert decision.why is Why.ANSWERED


def test_a_ballot_received_too_late_is_declined_and_changes_nothing() -> None:
    after = CLOSE + timedelta(seconds=1)
    decision = answer(vote_round(), ballot(YES), now=after, received_at=after)
    assert (decision.why, decision.entries, reason_of_no(decision)) == (Why.TOO_LATE, (), "too-late")


def test_a_ballot_for_a_closed_round_is_declined_with_the_time_it_closed() -> None:
    decision = answer(closed(vote_round()), ballot(YES))
    (no,) = facts_of(decision, DeclineFacts)
    assert (decision.why, decision.entries, no.at) == (Why.TOO_LATE, (), CLOSE)


def test_who_was_not_asked_cannot_vote() -> None:
    decision = answer(vote_round(), ballot(YES), asked=False)
    assert (decision.why, decision.entries, reason_of_no(decision)) == (Why.DECLINED, (), "not-asked")


def test_a_ballot_can_be_taken_back() -> None:
    decision = answer(vote_round(), WITHDRAW, voted=YES)
    assert of_kind(decision, Withdrawn) == [Withdrawn(mark="V-7", member_id=2)]


def test_there_must_be_a_ballot_to_take_back() -> None:
    assert reason_of_no(answer(vote_round(), WITHDRAW)) == "nothing-to-withdraw"


def test_an_abstention_is_a_ballot_of_its_own() -> None:
    assert of_kind(answer(vote_round(), ballot(None)), Answered)[0].answer.choice == Abstention()
    consent = answer(vote_round(Method.CONSENT), ballot(None))
    assert of_kind(consent, Answered)[0].answer.choice == Pick("Abstain")


def test_receipts_can_be_switched_off() -> None:
    quiet = member(2, "Ben", settings=Settings(receipts=Receipts.OFF))
    assert not answer(vote_round(), ballot(YES), author=quiet).notices


def test_a_secret_ballot_leaves_no_words_in_the_ledger_but_the_choice() -> None:
    decision = answer(vote_round(secret=True), ballot(YES, evidence="Ben says yes"))
    assert of_kind(decision, Answered)[0].evidence == ""
    assert not decision.broadcasts


# --- questions back -------------------------------------------------------------------------------------------------


def test_an_unclear_answer_is_held_and_asked_back_with_numbered_guesses() -> None:
    decision = answer(vote_round(), UNCLEAR)
    assert (decision.why, decision.entries) == (Why.ASKED_BACK, ())
    (asked,) = facts_of(decision, AskBackFacts)
    assert asked.guesses == (Guess(choice=NO), Guess(choice=YES))
    assert (asked.missing, asked.words) == ("irony", "as I said")
    assert len(decision.notices) == 1  # the question back, and no receipt of nothing


def test_without_rivals_every_option_is_offered() -> None:
    decision = answer(vote_round(Method.SINGLE, "A", "B"), BallotReading(BallotKind.UNCLEAR, missing="choice"))
    assert [guess.choice for guess in facts_of(decision, AskBackFacts)[0].guesses] == [Pick("A"), Pick("B")]


def asked_back(missing: str, *choices: Choice) -> AskBackFacts:
    guesses = tuple(Guess(choice=choice) for choice in choices)
    return AskBackFacts(mark="V-7", title="Shall we?", words="hm", missing=missing, guesses=guesses)


def test_a_bare_number_settles_a_question_back() -> None:
    decision = answer(vote_round(), Settle(2), answering=sent("ask-back", "V-7", asked_back("irony", NO, YES)))
    assert of_kind(decision, Answered)[0].answer.choice == YES


def test_a_number_out_of_range_is_asked_back_again() -> None:
    decision = answer(vote_round(), Settle(3), answering=sent("ask-back", "V-7", asked_back("irony", NO, YES)))
    assert (decision.why, decision.entries) == (Why.ASKED_BACK, ())
    assert len(facts_of(decision, AskBackFacts)[0].guesses) == 2


def test_a_question_back_to_somebody_else_settles_nothing() -> None:
    asked = sent("ask-back", "V-7", asked_back("irony", NO, YES), to=3)
    assert answer(vote_round(), Settle(2), answering=asked, foreign_token=True).entries == ()


def test_a_block_without_its_reason_does_not_count_until_the_reason_is_given() -> None:
    decision = answer(vote_round(Method.CONSENT), ballot(Pick("Block")))
    (asked,) = facts_of(decision, AskBackFacts)
    assert (decision.entries, asked.missing, asked.guesses[0].choice) == ((), "reason", Pick("Block"))


def test_a_reason_that_is_put_off_is_asked_for_again() -> None:
    asked = sent("ask-back", "V-7", asked_back("reason", Pick("Block")))
    reading = BallotReading(BallotKind.UNCLEAR, rivals=(Pick("Block"),), missing="reason")
    told = context(BEN, view(vote_round(Method.CONSENT)), answering=asked)
    decision = say(told, piece(reading, "I have to think about it", "V-7"))
    (again,) = facts_of(decision, AskBackFacts)
    assert (decision.entries, again.missing, again.guesses[0].choice) == ((), "reason", Pick("Block"))


def test_whoever_thinks_again_when_asked_for_a_reason_just_votes() -> None:
    asked = sent("ask-back", "V-7", asked_back("reason", Pick("Block")))
    decision = answer(vote_round(Method.CONSENT), ballot(Pick("Agree")), answering=asked)
    assert of_kind(decision, Answered)[0].answer.choice == Pick("Agree")


@pytest.mark.parametrize(("veto", "why"), [(True, Why.ASKED_BACK), (False, Why.ANSWERED)])
def test_a_minus_one_needs_its_reason_only_where_it_is_a_veto(veto: bool, why: Why) -> None:
    assert answer(vote_round(Method.PLUSONE, veto=veto), ballot(PlusOne(-1.0))).why is why


def test_a_choice_that_is_no_option_is_asked_back() -> None:
    assert answer(vote_round(Method.SINGLE, "A", "B"), ballot(Pick("C"))).why is Why.ASKED_BACK


# --- options added by voters ----------------------------------------------------------------------------------------


def test_a_voter_adds_an_option_where_the_vote_allows_it_and_everyone_is_told() -> None:
    round_ = vote_round(Method.SINGLE, "Lisbon", "Porto", add_options=True)
    decision = answer(round_, Governing(GoverningAct.ADD_OPTION, text="Faro"))
    assert of_kind(decision, OptionAdded)[0].label == "Faro"
    (told,) = facts_of(decision, ChangeFacts)
    assert told.change == "option-added"
    assert told.question is not None
    assert told.question.options == ("Lisbon", "Porto", "Faro")


@pytest.mark.parametrize(
    ("round_", "label", "reason"),
    [
        (vote_round(Method.SINGLE, "A", "B"), "C", "not-allowed"),
        (vote_round(Method.YESNO, add_options=True), "Maybe", "option-fixed"),
        (vote_round(Method.SINGLE, "Le Havre", "B", add_options=True), "le  havre", "option-exists"),
    ],
)
def test_an_option_that_cannot_be_added_is_declined(round_: Round, label: str, reason: str) -> None:
    decision = answer(round_, Governing(GoverningAct.ADD_OPTION, text=label), author=CLEO)
    assert (decision.entries, reason_of_no(decision)) == ((), reason)


# --- lazy consensus -------------------------------------------------------------------------------------------------


def test_an_objection_stops_the_clock_and_everyone_is_told_the_opener_with_their_choices() -> None:
    decision = answer(vote_round(Method.LAZY), ballot(Pick("Disagree"), "too early"), author=CLEO)
    assert of_kind(decision, Paused) == [Paused(mark="V-7", member_id=3, reason="too early")]
    everyone, opener = decision.broadcasts
    assert (everyone.group, everyone.leave_out) == (Group.ELECTORATE, frozenset({BEN.id}))
    assert (opener.only, [f.change for f in facts_of(decision, ChangeFacts)]) == (
        frozenset({BEN.id}),
        ["paused", "paused-yours"],
    )
    assert "close:V-7" in decision.undue


def test_a_further_objection_is_recorded_and_told_to_the_opener_alone() -> None:
    decision = answer(vote_round(Method.LAZY, phase=Phase.PAUSED), ballot(Pick("Block"), "no"), author=CLEO)
    assert (len(of_kind(decision, Answered)), of_kind(decision, Paused)) == (1, [])
    assert [facts.change for facts in facts_of(decision, ChangeFacts)] == ["objection"]


def test_an_objection_taken_back_is_told_to_the_opener() -> None:
    seen = view(vote_round(Method.LAZY, phase=Phase.PAUSED), standing=standing(3, Pick("Disagree")))
    decision = say(context(CLEO, seen), piece(ballot(Pick("Agree")), mark="V-7"))
    assert [facts.change for facts in facts_of(decision, ChangeFacts)] == ["objection-withdrawn"]


def test_agreement_leaves_the_clock_running() -> None:
    decision = answer(vote_round(Method.LAZY), ballot(Pick("Agree")))
    assert (of_kind(decision, Paused), decision.undue, decision.broadcasts) == ([], (), ())


def test_an_objection_in_a_secret_vote_has_no_name() -> None:
    decision = answer(vote_round(Method.LAZY, secret=True), ballot(Pick("Disagree"), "no"), author=CLEO)
    assert {facts.by for facts in facts_of(decision, ChangeFacts)} == {""}
    assert of_kind(decision, Paused)[0].member_id == 0


# --- closing --------------------------------------------------------------------------------------------------------


def close(round_: Round, *ballots: tuple[int, Choice], **facts: Any) -> Decision:
    return vote.close(DUE, tick(round_, [standing(number, choice) for number, choice in ballots], **facts))


def test_a_vote_closes_with_its_outcome_to_everyone() -> None:
    decision = close(vote_round(), (1, YES), (2, YES), (3, NO))
    (entry,) = of_kind(decision, Closed)
    assert (decision.why, entry.outcome_mark, entry.outcome.result) == (Why.CLOSED, "O-3", Result.PASSED)
    (told,) = decision.broadcasts
    assert told.group is Group.EVERYONE
    assert isinstance(told.facts, OutcomeFacts)
    assert (told.facts.outcome_mark, told.facts.outcome) == ("O-3", entry.outcome)


def test_a_vote_that_was_extended_closes_later() -> None:
    later = vote_round(closes_at=CLOSE + timedelta(days=1))
    decision = close(later, (1, YES))
    assert (decision.why, decision.entries, decision.due[0].at) == (Why.NOT_OWED, (), later.closes_at)


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.CLOSED, Phase.CANCELLED])
def test_only_an_open_vote_closes(phase: Phase) -> None:
    assert close(vote_round(phase=phase), (1, YES)).entries == ()


def test_a_member_who_left_keeps_a_ballot_cast_and_else_no_longer_counts() -> None:
    gone = (ANA, member(2, "Ben", left_at=NOW), member(3, "Cleo", left_at=NOW))
    decision = close(vote_round(quorum=1.0), (1, YES), (2, YES), members=gone)
    outcome = of_kind(decision, Closed)[0].outcome
    assert (outcome.result, outcome.electorate, outcome.answered) == (Result.PASSED, 2, 2)


def test_the_outcome_of_a_secret_vote_names_nobody() -> None:
    ballots = [standing(1, YES, "the rent"), standing(2, NO, "the garden")]
    decision = vote.close(DUE, tick(vote_round(secret=True), ballots))
    (facts,) = facts_of(decision, OutcomeFacts)
    assert [(r.text, r.name, r.label) for r in facts.outcome.reasons] == [
        ("the garden", None, None),
        ("the rent", None, None),
    ]
    assert b"Ana" not in msgspec.json.encode(facts)


def test_ballots_stand_as_far_as_their_options_still_exist() -> None:
    corrected = vote_round(Method.APPROVAL, "A", "B")
    outcome = of_kind(close(corrected, (1, Picks(("A", "C"))), (2, Picks(("C",)))), Closed)[0].outcome
    assert (outcome.answered, outcome.winners) == (1, ("A",))


def test_only_the_binding_role_decides() -> None:
    form = vote_round(Method.PLUSONE, binding="steward")
    outcome = of_kind(close(form, (1, PlusOne(1.0)), (2, PlusOne(-1.0)), (3, PlusOne(-1.0))), Closed)[0].outcome
    assert outcome.result is Result.PASSED
