"""Stories of rounds changed by mail: cancelled, extended, closed, corrected, amended, resumed, put to a vote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.model.ballot import Method
from gateway.model.context import DueKind, Trust
from gateway.model.decision import Decision, Group, Why
from gateway.model.entry import Cancelled, Corrected, Extended, OptionAdded, Resumed
from gateway.model.facts import BallotFacts, ChangeFacts, ConfirmFacts, DeclineFacts, ReceiptFacts
from gateway.model.member import Member
from gateway.model.round import Phase, Round
from gateway.model.understood import Governing, GoverningAct
from tests.builders import (
    ANA,
    BEN,
    CLEO,
    CLOSE,
    NOW,
    checkin_round,
    closed,
    context,
    facts_of,
    member,
    of_kind,
    piece,
    say,
    view,
    vote_round,
)

LATER = CLOSE + timedelta(days=1)
HALTED = vote_round(Method.LAZY, phase=Phase.PAUSED, paused_at=CLOSE - timedelta(hours=6))
PLACES = vote_round(Method.SINGLE, "Lisbon", "Porto")


def govern(
    act: GoverningAct,
    round_: Round | None = None,
    author: Member = BEN,
    rules: dict[str, Any] | None = None,
    **facts: Any,
) -> Decision:
    round_ = round_ or vote_round()
    told = context(author, view(round_, asked=False), rules=rules or {})
    return say(told, piece(Governing(act, **facts), act.value, round_.mark))


def change(decision: Decision) -> ChangeFacts:
    (facts,) = facts_of(decision, ChangeFacts)
    assert isinstance(facts, ChangeFacts)
    return facts


def no(decision: Decision) -> str:
    assert decision.entries == ()
    return str(facts_of(decision, DeclineFacts)[0].reason)


def closes(decision: Decision) -> list[datetime]:
    return [due.at for due in decision.due if due.kind is DueKind.CLOSE]


# --- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("author", [ANA, BEN])
def test_the_opener_and_stewards_govern(author: Member) -> None:
    assert of_kind(govern(GoverningAct.CANCEL, author=author), Cancelled)


def test_a_role_that_may_govern_governs_and_others_do_not() -> None:
    rules: dict[str, Any] = {"roles": {"lead": {"may": ["govern"]}}}
    assert of_kind(govern(GoverningAct.CANCEL, author=member(4, "Dan", roles=("lead",)), rules=rules), Cancelled)
    assert no(govern(GoverningAct.CANCEL, author=CLEO, rules=rules)) == "not-allowed"


# --- cancel, extend, close now --------------------------------------------------------------------------------------


def test_a_cancelled_round_ends_and_everyone_asked_is_told_why() -> None:
    decision = govern(GoverningAct.CANCEL, text="we lost the room")
    assert of_kind(decision, Cancelled) == [Cancelled(mark="V-7", by=2, reason="we lost the room")]
    (told,) = decision.broadcasts
    assert (told.group, told.observers, change(decision).reason) == (Group.ELECTORATE, True, "we lost the room")
    assert {"close:V-7", "remind:V-7:*"} <= set(decision.undue)
    assert decision.why is Why.ROUND_CHANGED
    assert len(facts_of(decision, ReceiptFacts)) == 1


def test_an_extended_round_closes_later_and_reminds_anew() -> None:
    decision = govern(GoverningAct.EXTEND, until=LATER)
    assert of_kind(decision, Extended) == [Extended(mark="V-7", by=2, closes_at=LATER)]
    assert (change(decision).change, change(decision).closes_at) == ("extended", LATER)
    assert closes(decision) == [LATER]
    assert "remind:V-7:*" in decision.undue
    assert any(due.kind is DueKind.REMIND for due in decision.due)


def test_an_extension_may_be_a_length_in_working_time() -> None:
    friday = vote_round(closes_at=datetime(2026, 6, 5, 15, tzinfo=UTC))
    assert closes(govern(GoverningAct.EXTEND, friday, for_span="1 working days")) == [
        datetime(2026, 6, 8, 15, tzinfo=UTC)
    ]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "no-time"),
        ({"for_span": "soon"}, "no-time"),
        ({"until": CLOSE}, "not-later"),
        ({"until": NOW}, "not-later"),
    ],
)
def test_an_extension_must_say_until_when_and_be_later(facts: dict[str, Any], reason: str) -> None:
    assert no(govern(GoverningAct.EXTEND, **facts)) == reason


def test_closing_now_moves_the_close_to_this_moment() -> None:
    decision = govern(GoverningAct.CLOSE)
    assert (of_kind(decision, Extended)[0].closes_at, closes(decision)) == (NOW, [NOW])
    assert decision.broadcasts == ()  # the outcome follows at once


def test_a_check_in_can_be_cancelled_and_extended_but_not_corrected() -> None:
    assert of_kind(govern(GoverningAct.CANCEL, checkin_round(), ANA), Cancelled)
    assert of_kind(govern(GoverningAct.EXTEND, checkin_round(), ANA, for_span="1 hours"), Extended)
    assert no(govern(GoverningAct.CORRECT, checkin_round(), ANA, text="What?")) == "not-a-vote"


@pytest.mark.parametrize("act", [GoverningAct.CANCEL, GoverningAct.EXTEND, GoverningAct.CLOSE, GoverningAct.CORRECT])
def test_a_round_that_is_over_never_changes(act: GoverningAct) -> None:
    assert no(govern(act, closed(vote_round()), until=LATER, text="Now what?")) == "too-late"
    assert no(govern(act, vote_round(phase=Phase.CANCELLED), until=LATER, text="Now what?")) == "cancelled"


# --- correct --------------------------------------------------------------------------------------------------------


def test_a_corrected_question_goes_out_again_to_everyone_asked() -> None:
    decision = govern(GoverningAct.CORRECT, PLACES, text="Where do we meet in May?")
    (entry,) = of_kind(decision, Corrected)
    assert (entry.question.text, entry.question.options) == ("Where do we meet in May?", ("Lisbon", "Porto"))
    (facts,) = facts_of(decision, BallotFacts)
    assert (facts.corrected, facts.question) == (True, entry.question)
    assert decision.broadcasts[0].key != "ballot:V-7"


def test_bulleted_lines_of_a_correction_are_its_options() -> None:
    decision = govern(GoverningAct.CORRECT, PLACES, text="Where?\n- Lisbon\n- Faro\n3. Évora")
    assert of_kind(decision, Corrected)[0].question.options == ("Lisbon", "Faro", "Évora")
    assert no(govern(GoverningAct.CORRECT, PLACES, text="Where?\n- Lisbon")) == "no-options"


def test_corrected_options_go_out_again_to_everyone_asked() -> None:
    decision = govern(GoverningAct.CORRECT_OPTIONS, PLACES, options=("Lisbon", "Faro"))
    assert of_kind(decision, Corrected)[0].question.options == ("Lisbon", "Faro")
    assert [(facts.corrected, facts.set_aside) for facts in facts_of(decision, BallotFacts)] == [
        (True, True),
        (True, False),
    ]
    assert no(govern(GoverningAct.CORRECT_OPTIONS, PLACES, options=("Lisbon",))) == "no-options"
    assert no(govern(GoverningAct.CORRECT_OPTIONS, options=("Lisbon", "Faro"))) == "option-fixed"
    assert no(govern(GoverningAct.CORRECT_OPTIONS, PLACES, CLEO, options=("Lisbon", "Faro"))) == "not-allowed"


@pytest.mark.parametrize("author", [ANA, BEN])
def test_the_opener_and_stewards_add_an_option_where_voters_may_not(author: Member) -> None:
    (entry,) = of_kind(govern(GoverningAct.ADD_OPTION, PLACES, author, text="Faro"), OptionAdded)
    assert entry.label == "Faro"


@pytest.mark.parametrize(("author", "add_options", "asked"), [(ANA, False, "govern"), (CLEO, True, "mail")])
def test_adding_an_option_needs_proof_of_who_governs_and_what_a_ballot_needs_of_a_voter(
    author: Member, add_options: bool, asked: str
) -> None:
    round_ = vote_round(Method.SINGLE, "Lisbon", "Porto", add_options=add_options)
    told = context(author, view(round_), trust=Trust.CLAIMED)
    decision = say(told, piece(Governing(GoverningAct.ADD_OPTION, text="Faro"), "add option: Faro", round_.mark))
    assert [facts.act for facts in facts_of(decision, ConfirmFacts)] == [asked]


def test_a_correction_needs_a_text() -> None:
    assert no(govern(GoverningAct.CORRECT, text=" ")) == "no-text"


# --- lazy consensus -------------------------------------------------------------------------------------------------


def test_an_amended_text_goes_out_again_and_the_clock_starts_anew() -> None:
    decision = govern(GoverningAct.AMEND, HALTED, text="We buy one only.")
    (entry,) = of_kind(decision, Resumed)
    assert (entry.text, entry.closes_at) == ("We buy one only.", datetime(2026, 6, 8, 10, tzinfo=UTC))
    assert [(facts.text, facts.corrected) for facts in facts_of(decision, BallotFacts)] == [("We buy one only.", True)]
    assert closes(decision) == [entry.closes_at]


def test_resuming_leaves_the_time_that_was_left() -> None:
    decision = govern(GoverningAct.RESUME, HALTED)
    assert of_kind(decision, Resumed)[0].closes_at == NOW + timedelta(hours=6)
    assert change(decision).change == "resumed"


def test_a_lazy_consensus_put_to_a_vote_becomes_one_by_consent() -> None:
    decision = govern(GoverningAct.VOTE, HALTED)
    assert of_kind(decision, Corrected)[0].question.method is Method.CONSENT
    assert (change(decision).change, len(of_kind(decision, Resumed))) == ("put-to-vote", 1)


@pytest.mark.parametrize(
    ("act", "round_", "reason"),
    [
        (GoverningAct.AMEND, PLACES, "not-lazy"),
        (GoverningAct.EXTEND, HALTED, "paused"),
        (GoverningAct.CLOSE, HALTED, "paused"),
    ],
)
def test_what_makes_no_sense_for_a_round_is_declined(act: GoverningAct, round_: Round, reason: str) -> None:
    assert no(govern(act, round_, text="A text", until=LATER)) == reason
