"""Stories of whole mails: who may, what is held, several things said at once, and how many answers follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.decide.on_message import Want, wants
from gateway.model.address import Door
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Method, Pick
from gateway.model.context import Trust
from gateway.model.decision import Group, Why
from gateway.model.entry import (
    Answered,
    AwayEnded,
    HeldForSteward,
    Posted,
    Reacted,
    SettingsChanged,
)
from gateway.model.facts import AskBackFacts, ConfirmFacts, DeclineFacts, HelpFacts, ReceiptFacts, StewardFacts
from gateway.model.member import Absence, Delivery, Receipts, Settings
from gateway.model.nature import CalendarAnswer, Nature, Reaction, Written
from gateway.model.reading import BallotKind, BallotReading, CheckInKind, CheckInReading, CommandReading, Intent
from gateway.model.round import CheckIn, Phase
from gateway.model.understood import Governing, GoverningAct, Setting, Settle, Word
from tests.builders import (
    ANA,
    BEN,
    CLEO,
    CLOSE,
    NOW,
    ballot,
    checkin_round,
    closed,
    context,
    door,
    facts_of,
    member,
    message,
    of_kind,
    piece,
    say,
    sent,
    thread,
    understood,
    view,
    vote_round,
)

YES, NO = Pick("Yes"), Pick("No")
EVE = "eve@elsewhere.example"
TODAY = NOW.date()


# --- machines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nature", "why"),
    [
        (Nature.OWN_LOOP, Why.LOOP),
        (Nature.BULK, Why.MACHINE),
        (Nature.READ_RECEIPT, Why.MACHINE),
        (Nature.DSN_SUCCESS, Why.MACHINE),
        (Nature.DELAY, Why.DELAY),
        (Nature.CALENDAR_CANCEL, Why.MACHINE),
        (Nature.CALENDAR_REQUEST, Why.MACHINE),
    ],
)
def test_machines_are_finished_with_in_silence(nature: Nature, why: Why) -> None:
    decision = say(context(BEN), written=Written(nature, "a-sign"))
    assert (decision.why, decision.state) == (why, ArrivalState.IGNORED)
    assert (decision.entries, decision.notices, decision.broadcasts) == ((), (), ())


def test_a_machine_is_never_answered_whatever_its_mail_seems_to_say() -> None:
    decision = say(context(BEN, destination=door(Door.HELP)), piece(text="help"), written=Written(Nature.BULK, "list"))
    assert decision.notices == ()


def test_a_reaction_is_noted_as_the_reaction_it_is_and_never_as_a_vote() -> None:
    written = Written(Nature.REACTION, "gmail", reaction=Reaction("👍"))
    decision = say(context(BEN, view(vote_round()), answering=sent("ballot", "V-7")), written=written)
    assert decision.entries == (Reacted(mark="V-7", member_id=2, emoji="👍"),)
    assert decision.notices == ()


def test_an_answer_to_an_invitation_is_the_vote_it_is() -> None:
    written = Written(Nature.CALENDAR_ANSWER, "itip", calendar=CalendarAnswer("u", "ben@example.org", "declined"))
    told = context(BEN, view(vote_round(Method.CONSENT)), answering=sent("ballot", "V-7"))
    assert of_kind(say(told, written=written), Answered)[0].answer.choice == Pick("Disagree")


@pytest.mark.parametrize("round_", [vote_round(Method.SINGLE, "A", "B"), checkin_round("V-7")])
def test_an_answer_to_an_invitation_is_ignored_where_there_is_nothing_to_answer(round_: object) -> None:
    written = Written(Nature.CALENDAR_ANSWER, "itip", calendar=CalendarAnswer("u", "ben@example.org", "accepted"))
    told = context(BEN, view(round_), answering=sent("ballot", "V-7"))  # type: ignore[arg-type]
    assert say(told, written=written).state is ArrivalState.IGNORED


# --- strangers ------------------------------------------------------------------------------------------------------


def test_a_strangers_mail_is_held_for_the_stewards_where_the_charter_says_so() -> None:
    decision = say(context(None, rules={"strangers": "hold"}), piece(text="Buy this"), mail=message(EVE, "Offer"))
    assert (decision.why, decision.state) == (Why.STRANGER, ArrivalState.HELD)
    assert decision.entries == (HeldForSteward(arrival_id=500, reason="stranger"),)
    assert (decision.broadcasts[0].group, facts_of(decision, StewardFacts)[0].about) == (Group.STEWARDS, "held")
    assert decision.notices == ()  # their address may be forged


def test_a_stranger_is_ignored_without_an_answer_where_the_charter_rejects_them() -> None:
    decision = say(context(None), piece(text="Buy this"), mail=message(EVE))
    assert (decision.state, decision.notices, decision.entries) == (ArrivalState.IGNORED, (), ())


@pytest.mark.parametrize("rules", [{"strangers": "accept"}, {"posting": "anyone"}])
def test_a_stranger_may_post_where_the_charter_welcomes_them(rules: dict[str, str]) -> None:
    decision = say(context(None, rules=rules), piece(text="Hello all"), mail=message(EVE))
    (entry,) = of_kind(decision, Posted)
    assert (entry.author_id, entry.author_name) == (None, f"A Stranger ({EVE})")


def test_a_welcomed_stranger_posts_whatever_else_their_words_might_mean() -> None:
    told = context(None, view(vote_round(hidden=False)), rules={"strangers": "accept"})
    decision = say(told, piece(ballot(YES), "Yes", "V-7"), mail=message(EVE))
    assert (len(of_kind(decision, Answered)), len(of_kind(decision, Posted))) == (0, 1)


def test_a_welcomed_stranger_posts_no_answer_to_a_vote_that_nobody_sees_yet() -> None:
    """It may be a member's, from an address that we do not know."""
    told = context(None, view(vote_round()), rules={"strangers": "accept"})
    decision = say(told, piece(ballot(YES), "Yes", "V-7"), mail=message(EVE))
    assert (decision.state, of_kind(decision, Answered), of_kind(decision, Posted)) == (ArrivalState.HELD, [], [])


def test_a_stranger_who_holds_a_token_is_held_and_never_lost() -> None:
    """A forwarded mail, or a member who writes from another address."""
    told = context(None, view(vote_round()), answering=sent("ballot", "V-7"), foreign_token=True)
    decision = say(told, piece(ballot(YES), "Yes", "V-7"), mail=message(EVE))
    assert (decision.state, of_kind(decision, Answered)) == (ArrivalState.HELD, [])


def test_who_has_left_is_a_stranger() -> None:
    gone = member(2, "Ben", left_at=NOW)
    assert say(context(gone), piece(text="Hello")).state is ArrivalState.IGNORED


# --- trust ----------------------------------------------------------------------------------------------------------


def test_a_failed_authentication_outweighs_any_token_until_confirmed() -> None:
    told = context(BEN, view(vote_round()), trust=Trust.FAILED, answering=sent("ballot", "V-7"))
    decision = say(told, piece(ballot(YES), mark="V-7"))
    assert (decision.why, decision.state) == (Why.NOT_AUTHENTIC, ArrivalState.HELD)
    assert of_kind(decision, Answered) == []
    (confirm,) = facts_of(decision, ConfirmFacts)
    assert (confirm.act, confirm.arrival_id) == ("mail", 500)


def test_what_was_held_is_done_when_its_author_confirms_it() -> None:
    asked = sent("confirm", facts=ConfirmFacts(act="mail", arrival_id=499, address=BEN.address))
    decision = say(context(BEN, answering=asked, proven_by_token=True), piece(Settle(1), "yes"))
    assert (decision.why, decision.release) == (Why.CONFIRMED, (499,))


def test_a_confirmation_whose_authentication_failed_is_left_to_the_stewards() -> None:
    asked = sent("confirm", facts=ConfirmFacts(act="mail", arrival_id=499, address=BEN.address))
    decision = say(context(BEN, trust=Trust.FAILED, answering=asked), piece(Settle(1), "yes"))
    assert (decision.why, decision.release, decision.notices) == (Why.NOT_AUTHENTIC, (), ())
    (told,) = facts_of(decision, StewardFacts)
    assert (told.about, told.arrival_id) == ("doubtful", 499)


def test_a_claimed_author_may_answer_with_their_own_token_but_not_govern() -> None:
    told = context(BEN, view(vote_round()), trust=Trust.CLAIMED, answering=sent("ballot", "V-7"))
    assert of_kind(say(told, piece(ballot(YES), mark="V-7")), Answered)
    decision = say(told, piece(Governing(GoverningAct.CANCEL), mark="V-7"))
    assert (decision.state, facts_of(decision, ConfirmFacts)[0].act) == (ArrivalState.HELD, "govern")


def test_proof_by_token_alone_is_not_enough_to_govern() -> None:
    told = context(BEN, view(vote_round()), proven_by_token=True, answering=sent("ballot", "V-7"))
    assert of_kind(say(told, piece(ballot(YES), mark="V-7")), Answered)
    assert say(told, piece(Governing(GoverningAct.CANCEL), mark="V-7")).state is ArrivalState.HELD


def test_where_a_token_is_not_enough_the_charter_has_every_act_confirmed() -> None:
    told = context(BEN, view(vote_round()), proven_by_token=True, rules={"token_is_enough": False})
    assert say(told, piece(ballot(YES), mark="V-7")).state is ArrivalState.HELD


def test_a_mark_in_a_subject_counts_only_for_a_proven_member() -> None:
    told = context(BEN, view(vote_round()), trust=Trust.CLAIMED)
    assert say(told, piece(ballot(YES), mark="V-7")).state is ArrivalState.HELD
    assert say(told, piece(text="Hello"), mail=message(subject="Lunch")).why is Why.THREAD_STARTED


def test_resume_from_others_than_who_may_govern_is_their_own_setting() -> None:
    halted = vote_round(Method.LAZY, phase=Phase.PAUSED, paused_at=NOW - timedelta(hours=1))
    assert say(context(CLEO, view(halted)), piece(Governing(GoverningAct.RESUME), mark="V-7")).why is Why.SETTINGS


def test_somebody_elses_confirmation_releases_nothing() -> None:
    asked = sent("confirm", facts=ConfirmFacts(act="mail", arrival_id=499, address=BEN.address))
    assert say(context(None, answering=asked), piece(Settle(1), "yes"), mail=message(EVE)).release == ()
    assert say(context(ANA, answering=asked, foreign_token=True), piece(Settle(1), "yes")).release == ()


def test_who_may_not_govern_is_told_so_without_being_asked_to_confirm() -> None:
    told = context(CLEO, view(vote_round()), proven_by_token=True)
    assert (
        facts_of(say(told, piece(Governing(GoverningAct.CANCEL), mark="V-7")), DeclineFacts)[0].reason == "not-allowed"
    )


def test_an_unproven_answer_to_what_is_over_is_too_late_and_not_asked_to_be_confirmed() -> None:
    told = context(BEN, view(closed(vote_round())), trust=Trust.CLAIMED, expired_token=True)
    assert say(told, piece(ballot(YES), mark="V-7")).why is Why.TOO_LATE


def test_a_foreign_token_acts_for_its_author_never_for_its_owner() -> None:
    """A reply-all carries Cleo's token; Ben wrote it."""
    told = context(BEN, view(vote_round()), answering=sent("ballot", "V-7", to=3), foreign_token=True)
    for each in (told, replace(told, trust=Trust.CLAIMED)):
        decision = say(each, piece(ballot(YES), mark="V-7"))
        counts = each.trust is Trust.PROVEN
        assert [entry.member_id for entry in of_kind(decision, Answered)] == ([BEN.id] if counts else [])
        assert decision.state is (ArrivalState.PROCESSED if counts else ArrivalState.HELD)
        assert [notice.member_id for notice in decision.notices] == [BEN.id]
    governing = say(replace(told, trust=Trust.CLAIMED), piece(Governing(GoverningAct.CANCEL), mark="V-7"))
    assert governing.state is ArrivalState.HELD


# --- addresses, and mails without text ------------------------------------------------------------------------------


def test_an_unknown_address_is_told_what_there_is() -> None:
    decision = say(context(BEN, destination=door(Door.UNKNOWN, tag="idea")), piece(text="Buy milk"))
    (facts,) = facts_of(decision, DeclineFacts)
    assert (decision.why, facts.reason) == (Why.ADDRESS_UNKNOWN, "address-unknown")
    assert "acme+vote@ws.example.org" in facts.detail
    assert "acme+design@ws.example.org" in facts.detail


def test_an_unreadable_reply_is_answered_clearly_once() -> None:
    told = context(BEN, view(vote_round()), answering=sent("ballot", "V-7"))
    decision = say(told, unreadable="winmail")
    (facts,) = facts_of(decision, DeclineFacts)
    assert (decision.why, facts.reason, facts.detail, facts.mark) == (Why.UNREADABLE, "unreadable", "winmail", "V-7")
    assert decision.entries == ()


def test_a_reply_that_says_nothing_new_is_told_so() -> None:
    assert facts_of(say(context(BEN, answering=sent("ballot", "V-7"))), DeclineFacts)[0].reason == "empty"


def test_mail_to_the_request_address_is_a_request_or_gets_help() -> None:
    told = context(BEN, destination=door(Door.REQUEST))
    assert facts_of(say(told, piece(text="info please")), HelpFacts)
    assert say(told, piece(CommandReading(Intent.PAUSE), "pause")).why is Why.SETTINGS


# --- several things said at once ------------------------------------------------------------------------------------


def test_one_reply_may_vote_check_in_set_and_talk_and_has_one_receipt() -> None:
    told = context(
        BEN,
        view(vote_round()),
        view(checkin_round()),
        answering=sent("digest", items=("V-7", "C-31", "P-4")),
        threads={"P-4": thread("P-4")},
    )
    decision = say(
        told,
        piece(ballot(YES), "yes", "V-7"),
        piece(CheckInReading(CheckInKind.CHECKIN, done=("the report",)), "done the report", "C-31"),
        piece(None, "See you there", "P-4"),
        piece(Setting(Word.LESS), "less"),
    )
    assert (decision.why, decision.state) == (Why.SEVERAL, ArrivalState.PROCESSED)
    assert [type(entry) for entry in decision.entries] == [Answered, Answered, Posted, SettingsChanged]
    (receipt,) = facts_of(decision, ReceiptFacts)
    assert [act.name for act in receipt.acts] == ["voted", "checked-in", "posted", "delivery"]
    assert len(decision.notices) == 1


def test_one_piece_is_held_the_rest_is_done_and_the_receipt_says_which() -> None:
    told = context(BEN, view(vote_round()), view(vote_round(mark="V-9")), answering=sent("digest"))
    unclear = BallotReading(BallotKind.UNCLEAR, missing="irony")
    decision = say(told, piece(ballot(NO), "no", "V-7"), piece(unclear, "sure…", "V-9"))
    assert [entry.mark for entry in of_kind(decision, Answered)] == ["V-7"]
    assert [(act.name, act.text) for act in facts_of(decision, ReceiptFacts)[0].acts][1] == ("unclear", "sure…")
    assert [facts.mark for facts in facts_of(decision, AskBackFacts)] == ["V-9"]


def test_a_no_beside_other_acts_is_a_line_of_the_receipt() -> None:
    told = context(BEN, view(vote_round()), view(closed(vote_round(mark="V-9"))), answering=sent("digest"))
    decision = say(told, piece(ballot(NO), "no", "V-7"), piece(ballot(YES), "yes", "V-9"))
    assert facts_of(decision, DeclineFacts) == []
    assert [act.name for act in facts_of(decision, ReceiptFacts)[0].acts] == ["voted", "too-late"]


def test_two_answers_to_one_round_in_one_mail_replace_one_another() -> None:
    told = context(BEN, view(vote_round()), answering=sent("digest"))
    decision = say(told, piece(ballot(NO), "no", "V-7"), piece(ballot(YES), "no: yes", "V-7"))
    acts = facts_of(decision, ReceiptFacts)[0].acts
    assert [act.replaced for act in acts] == [False, True]


def test_settings_of_one_mail_add_up() -> None:
    told = context(BEN, thread=thread("P-4"))
    decision = say(told, piece(Setting(Word.LESS), "less"), piece(Setting(Word.MUTE), "mute"))
    settings = of_kind(decision, SettingsChanged)[-1].settings
    assert (settings.delivery, settings.muted_threads) == (Delivery.DAILY, ("P-4",))


def test_only_unclear_receipts_for_those_who_want_them_so() -> None:
    wary = member(2, "Ben", settings=Settings(receipts=Receipts.UNCLEAR))
    told = context(wary, view(vote_round()), view(closed(vote_round(mark="V-9"))), answering=sent("digest"))
    assert say(told, piece(ballot(NO), "no", "V-7")).notices == ()
    both = say(told, piece(ballot(NO), "no", "V-7"), piece(ballot(YES), "yes", "V-9"))
    assert len(facts_of(both, ReceiptFacts)) == 1


def test_a_check_in_sent_to_the_workspace_finds_the_round_that_waits_for_it() -> None:
    reading = CheckInReading(CheckInKind.CHECKIN, done=("the report",))
    asked = CommandReading(Intent.NEW_CHECKIN_ANSWER, checkin=reading)
    decision = say(context(BEN, view(checkin_round())), piece(asked, "Done: the report"))
    assert of_kind(decision, Answered)[0].answer == CheckIn(done=("the report",))
    assert say(context(BEN), piece(asked, "Done: the report")).why is Why.THREAD_STARTED


def test_an_answer_to_a_mark_that_is_not_known_is_declined_not_lost() -> None:
    decision = say(context(BEN, answering=sent("digest")), piece(ballot(YES), "yes", "V-99"))
    assert facts_of(decision, DeclineFacts)[0].reason == "unknown-mark"


def test_resume_is_a_members_own_setting_unless_the_round_stands_still() -> None:
    running = say(context(ANA, view(vote_round(Method.LAZY))), piece(Governing(GoverningAct.RESUME), mark="V-7"))
    assert running.why is Why.SETTINGS
    halted = vote_round(Method.LAZY, phase=Phase.PAUSED, paused_at=NOW - timedelta(hours=1))
    assert say(context(ANA, view(halted)), piece(Governing(GoverningAct.RESUME), mark="V-7")).why is Why.ROUND_CHANGED


# --- away and back --------------------------------------------------------------------------------------------------


def test_an_undated_absence_ends_with_the_members_next_own_mail() -> None:
    away = member(2, "Ben", absences=(Absence(starts=TODAY - timedelta(1), source="auto-reply"),))
    assert of_kind(say(context(away), piece(text="Hello")), AwayEnded) == [AwayEnded(member_id=2, day=TODAY)]


def test_a_dated_absence_stands_and_the_receipt_offers_resume() -> None:
    away = member(2, "Ben", absences=(Absence(starts=TODAY - timedelta(1), until=TODAY + timedelta(5)),))
    decision = say(context(away, view(vote_round())), piece(ballot(YES), mark="V-7"))
    assert of_kind(decision, AwayEnded) == []
    acts = facts_of(decision, ReceiptFacts)[0].acts
    assert [(act.name, act.until) for act in acts] == [("voted", None), ("still-away", TODAY + timedelta(5))]


def test_resume_is_offered_once_an_absence_when_there_is_nothing_else_to_say() -> None:
    away = member(2, "Ben", absences=(Absence(starts=TODAY - timedelta(1), until=TODAY + timedelta(5)),))
    keys = {say(context(away, arrival_id=number), piece(text="Hello")).notices[0].key for number in (1, 2)}
    assert len(keys) == 1


def test_mail_that_states_an_absence_does_not_end_it() -> None:
    away = member(2, "Ben", absences=(Absence(starts=TODAY - timedelta(1)),))
    decision = say(context(away), piece(CommandReading(Intent.AWAY, until=TODAY + timedelta(3)), "away"))
    assert of_kind(decision, AwayEnded) == []


# --- how many answers -----------------------------------------------------------------------------------------------


def test_errors_are_answered_once_a_day_of_a_kind_and_acts_each_time() -> None:
    def keys(told: object, *pieces: object) -> int:
        mails = [replace(told, arrival_id=number) for number in (1, 2)]  # type: ignore[type-var]
        return len({say(each, *pieces).notices[0].key for each in mails})  # type: ignore[arg-type]

    assert keys(context(BEN, destination=door(Door.UNKNOWN)), piece(text="Hello")) == 1
    assert keys(context(BEN, view(closed(vote_round()))), piece(ballot(YES), mark="V-7")) == 2


def test_processing_a_mail_again_gives_the_same_decision() -> None:
    told = context(BEN, view(vote_round()))
    assert say(told, piece(ballot(YES), mark="V-7")) == say(told, piece(ballot(YES), mark="V-7"))


# --- what must be loaded --------------------------------------------------------------------------------------------


def test_everyone_is_loaded_only_when_a_vote_may_open() -> None:
    opening = understood(piece(CommandReading(Intent.NEW_VOTE, question="Move?")))
    assert wants(context(BEN), opening) == {Want.MEMBERS}
    assert wants(context(BEN), understood(piece(text="Hello"))) == frozenset()
    assert wants(context(BEN), understood(piece(CommandReading(Intent.STATUS)))) == {Want.OPEN_ROUNDS, Want.OWN_TASKS}


def test_a_round_received_in_time_counts_after_an_outage() -> None:
    told = context(BEN, view(vote_round()), now=CLOSE + timedelta(days=1), received_at=CLOSE - timedelta(minutes=1))
    assert of_kind(say(told, piece(ballot(YES), mark="V-7")), Answered)
