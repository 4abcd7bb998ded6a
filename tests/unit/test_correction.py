"""What a correction of a vote does to answers given, to its title and its text, and who may take it back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta

import msgspec
import pytest

from gateway.decide.after import after
from gateway.decide.changes import noted
from gateway.decide.fold import moved
from gateway.decide.rituals import govern as rules
from gateway.decide.rituals.undo import needs
from gateway.model.ballot import Abstention, Choice, Method, Pick, Picks, Ranking
from gateway.model.change import AnswerChange, Change, RoundChange
from gateway.model.context import DueKind, MailContext, Sent, Trust
from gateway.model.decision import Decision, Group
from gateway.model.entry import AnswerRestored, Corrected, Resumed, RoundRestored
from gateway.model.facts import Act, BallotFacts, ChangeFacts, ConfirmFacts, DeclineFacts, ReceiptFacts
from gateway.model.member import Member
from gateway.model.round import Ballot, Round, VoteForm, still_counts
from gateway.model.understood import Governing, GoverningAct, Undo
from tests.builders import (
    ANA,
    BEN,
    CLEO,
    NOW,
    context,
    facts_of,
    message,
    of_kind,
    piece,
    question,
    say,
    sent,
    standing,
    view,
    vote_round,
)

PLACES = vote_round(
    Method.SINGLE, "Lisbon", "Porto", text="- Lisbon\n- Porto\n\nFor three days.", about="For three days."
)
TO_GHENT = Governing(GoverningAct.CORRECT, text="Where in March?\n- Lisbon\n- Ghent")


def corrected(round_: Round = PLACES, asked: Governing = TO_GHENT, author: Member = BEN) -> Decision:
    return say(context(author, view(round_)), piece(asked, "correct: …", round_.mark))


def ballots(decision: Decision) -> list[tuple[Group, BallotFacts]]:
    told = decision.broadcasts
    return [(one.group, one.facts) for one in told if isinstance(one.facts, BallotFacts)]


# --- answers given --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "choice", "counts"),
    [
        (Method.SINGLE, Pick("Porto"), False),
        (Method.SINGLE, Pick("Lisbon"), True),
        (Method.SINGLE, Abstention(), True),
        (Method.APPROVAL, Picks(("Porto", "Lisbon")), True),
        (Method.APPROVAL, Picks(("Porto",)), False),
        (Method.APPROVAL, Picks(()), True),
        (Method.RANKED, Ranking((("Porto",),)), False),
    ],
)
def test_an_answer_counts_as_long_as_its_question_knows_any_of_it(method: Method, choice: Choice, counts: bool) -> None:
    form = VoteForm(question=question(method, "Lisbon", "Ghent"))
    assert still_counts(Ballot(choice=choice), form) is counts


def test_whose_option_is_gone_is_told_so_and_nobody_gets_two_ballots() -> None:
    decision = corrected()
    assert [(group, facts.set_aside) for group, facts in ballots(decision)] == [
        (Group.SET_ASIDE, True),
        (Group.ELECTORATE, False),
    ]
    assert len({one.key for one in decision.broadcasts}) == 1, "the second copy of one key is none"


def test_whose_option_is_gone_is_reminded_although_all_had_answered() -> None:
    (due,) = corrected().due
    assert (due.kind, due.mark, due.at) == (DueKind.REMIND, "V-7", NOW + timedelta(hours=1))
    assert corrected(asked=Governing(GoverningAct.CORRECT, text="Where in March?")).due == ()


def test_where_the_options_stay_nobodys_answer_is_set_aside() -> None:
    decision = corrected(asked=Governing(GoverningAct.CORRECT, text="Where in March?"))
    assert [group for group, _ in ballots(decision)] == [Group.ELECTORATE]


def seen(entry: Corrected | RoundRestored, told: MailContext) -> tuple[object, object]:
    found = after(told, [entry]).rounds["V-7"]
    return found.standing, found.set_aside


def test_an_answer_set_aside_stands_again_when_its_option_is_back() -> None:
    mine = standing(2, Pick("Porto"))
    told = context(BEN, view(PLACES, standing=mine))
    entry = Corrected(mark="V-7", by=2, question=question(Method.SINGLE, "Lisbon", "Ghent"))
    assert seen(entry, told) == (None, mine)
    assert seen(RoundRestored(mark="V-7", by=2, round=PLACES), after(told, [entry])) == (mine, None)


def test_a_correction_notes_a_change_of_the_round_alone_though_its_authors_answer_is_set_aside() -> None:
    told = context(BEN, view(PLACES, standing=standing(2, Pick("Porto"))))
    acted = noted(told, rules.govern(told, PLACES, TO_GHENT))
    assert [type(change) for change in acted.acts[0].changed] == [RoundChange]


def test_what_is_undone_may_restore_an_answer_that_counts_no_more() -> None:
    told = context(BEN, view(vote_round(Method.SINGLE, "Lisbon", "Ghent"), Pick("Ghent")))
    entry = AnswerRestored(mark="V-7", member_id=2, standing=standing(2, Pick("Porto")))
    found = after(told, [entry]).rounds["V-7"]
    assert (found.standing, found.set_aside) == (None, entry.standing)


# --- title and text -------------------------------------------------------------------------------------------------


def test_the_title_of_a_vote_is_its_question_also_once_that_is_corrected() -> None:
    round_ = msgspec.structs.replace(PLACES, title="Shall we?")
    (entry,) = of_kind(corrected(round_), Corrected)
    assert entry.title == "Where in March?"
    assert moved(round_, entry, NOW).title == "Where in March?"
    assert [item.text for one in corrected(round_).broadcasts for item in one.items] == ["Where in March?"] * 2


def test_a_title_of_its_own_stays() -> None:
    round_ = msgspec.structs.replace(PLACES, title="Monday lunch")
    (entry,) = of_kind(corrected(round_), Corrected)
    assert entry.title is None
    assert moved(round_, entry, NOW).title == "Monday lunch"


def test_a_corrected_ballot_shows_neither_the_old_list_nor_the_old_deadline() -> None:
    assert {facts.text for _, facts in ballots(corrected())} == {"For three days."}
    plain = msgspec.structs.replace(PLACES, form=msgspec.structs.replace(PLACES.form, about=None))
    assert {facts.text for _, facts in ballots(corrected(plain))} == {"- Lisbon\n- Porto\n\nFor three days."}


def test_an_amended_text_is_shown_whole() -> None:
    lazy = vote_round(Method.LAZY, text="We buy two.", about="We buy two.")
    decision = corrected(lazy, Governing(GoverningAct.AMEND, text="We buy one."))
    assert [facts.text for _, facts in ballots(decision)] == ["We buy one."]
    (entry,) = of_kind(decision, Resumed)
    form = moved(lazy, entry, NOW).form
    assert isinstance(form, VoteForm)
    assert (form.text, form.about) == ("We buy one.", None)


def test_a_question_to_confirm_says_what_would_be_done() -> None:
    told = context(ANA, view(PLACES), answering=sent("ballot", "V-7", to=ANA.id), proven_by_token=True)
    decision = say(told, piece(TO_GHENT, "correct: Where in March?", "V-7"), piece(None, "And hello to all."))
    assert [(facts.act, facts.words) for facts in facts_of(decision, ConfirmFacts)] == [
        ("govern", "correct: Where in March?")
    ]


@pytest.mark.parametrize("answering", [None, sent("ballot", "V-7", to=BEN.id)], ids=["no-token", "of-somebody-else"])
def test_a_question_to_confirm_what_from_alone_vouches_for_shows_none_of_its_words(answering: Sent | None) -> None:
    told = context(ANA, view(PLACES), trust=Trust.CLAIMED, answering=answering, foreign_token=answering is not None)
    won = "correct: You have won! Claim at http://evil.example"
    decision = say(
        told, piece(Governing(GoverningAct.CORRECT, text="You have won!"), won, "V-7"), mail=message(subject=won)
    )
    assert [(facts.act, facts.words, facts.title) for facts in facts_of(decision, ConfirmFacts)] == [
        ("govern", "", f"V-7: {PLACES.title}")
    ]


def test_a_question_to_confirm_an_undo_says_what_would_be_taken_back() -> None:
    told = dataclasses.replace(receipt("corrected", PLACES, GHENT, author=ANA), proven_by_token=True)
    (facts,) = facts_of(say(told, piece(Undo(), "undo")), ConfirmFacts)
    assert (facts.words, [(act.name, act.changed) for act in facts.undoes]) == ("undo", [("corrected", ())])


# --- taken back -----------------------------------------------------------------------------------------------------

GHENT = vote_round(Method.SINGLE, "Lisbon", "Ghent")
WIDER = vote_round(Method.SINGLE, "Lisbon", "Porto", "Ghent", add_options=True)


def receipt(name: str, before: Round, changed: Round, *others: Change, author: Member = BEN) -> MailContext:
    acts = (Act(name=name, mark="V-7", changed=(RoundChange(before=before, after=changed), *others)),)
    told = sent("receipt", "V-7", ReceiptFacts(acts=acts), to=author.id)
    return context(author, view(changed), answering=told)


def wants(told: MailContext) -> set[str]:
    return set(needs(told, Undo()))


def test_to_take_a_correction_back_needs_what_the_correction_did() -> None:
    assert wants(receipt("corrected", PLACES, GHENT)) == {"govern"}
    assert wants(receipt("corrected", PLACES, vote_round(Method.SINGLE, "Lisbon", "Porto", "Ghent"))) == {"govern"}


def test_a_voter_takes_back_the_option_they_added_and_a_steward_one_where_voters_may_not() -> None:
    before = vote_round(Method.SINGLE, "Lisbon", "Porto", add_options=True)
    assert wants(receipt("option-added", before, WIDER)) == {"vote"}
    closed_to_voters = vote_round(Method.SINGLE, "Lisbon", "Porto", "Ghent")
    assert wants(receipt("option-added", PLACES, closed_to_voters)) == {"govern"}


def test_what_an_answer_brought_with_it_is_taken_back_as_the_answer_is() -> None:
    answer = AnswerChange(mark="V-7", before=None, after=Ballot(choice=Pick("Disagree")))
    assert wants(receipt("voted", vote_round(Method.LAZY), vote_round(Method.LAZY), answer)) == {"vote"}


def test_who_may_govern_no_more_takes_no_correction_back() -> None:
    decision = say(receipt("corrected", PLACES, GHENT, author=CLEO), piece(Undo()))
    assert [facts.reason for facts in facts_of(decision, DeclineFacts)] == ["not-allowed"]
    assert decision.entries == ()


def test_a_correction_taken_back_is_told_to_all_and_to_those_whose_option_goes_with_it() -> None:
    decision = say(receipt("corrected", PLACES, GHENT), piece(Undo()))
    told: Mapping[Group, bool] = {
        one.group: one.facts.set_aside for one in decision.broadcasts if isinstance(one.facts, ChangeFacts)
    }
    assert told == {Group.SET_ASIDE: True, Group.ELECTORATE: False}
