"""Stories of joining and leaving, of help, status and mail to the owner."""

from __future__ import annotations

from gateway.model.address import Door
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.context import Trust
from gateway.model.decision import Group, Why
from gateway.model.entry import MemberAdded, MemberLeft, SettingsChanged
from gateway.model.facts import ConfirmFacts, DeclineFacts, HelpFacts, StatusFacts, StewardFacts, WelcomeFacts
from gateway.model.member import Delivery
from gateway.model.nature import Nature, Written
from gateway.model.reading import CommandReading, Intent
from gateway.model.understood import Settle
from tests.builders import (
    ANA,
    BEN,
    checkin_round,
    context,
    door,
    facts_of,
    message,
    of_kind,
    piece,
    say,
    sent,
    view,
    vote_round,
)

EVE = "eve@elsewhere.example"
JOIN = ConfirmFacts(act="join", address=EVE)
LEAVE = ConfirmFacts(act="leave", address="ben@example.org")


def test_a_stranger_who_wants_to_join_is_asked_to_confirm_and_the_stewards_are_told() -> None:
    decision = say(context(None, destination=door(Door.JOIN)), piece(text="hello"), mail=message(EVE))
    (notice,) = decision.notices
    assert (notice.facts, notice.address, notice.member_id) == (
        ConfirmFacts(act="join", title="Acme", address=EVE),
        EVE,
        0,
    )
    assert (decision.broadcasts[0].group, facts_of(decision, StewardFacts)[0].about) == (Group.STEWARDS, "join")
    assert decision.entries == ()


def test_a_stranger_is_asked_to_confirm_once_a_day() -> None:
    told = context(None, destination=door(Door.JOIN))
    keys = {say(told, piece(text=text), mail=message(EVE)).notices[0].key for text in ("join", "please?")}
    assert len(keys) == 1


def test_joining_works_in_words_and_with_an_empty_mail() -> None:
    asked = piece(CommandReading(Intent.JOIN), "subscribe")
    assert facts_of(say(context(None), asked, mail=message(EVE)), ConfirmFacts)
    empty = say(context(None, destination=door(Door.JOIN)), mail=message(EVE), unreadable="empty")
    assert facts_of(empty, ConfirmFacts)


def test_a_confirmed_join_adds_a_member_and_welcomes_them() -> None:
    told = context(
        None, answering=sent("confirm", facts=JOIN, to=0), rules={"languages": ["fr"], "timezone": "Europe/Paris"}
    )
    decision = say(told, piece(Settle(1), "oui"), mail=message("Eve@Elsewhere.example"))
    (entry,) = of_kind(decision, MemberAdded)
    assert (entry.member.address, entry.member.language, entry.member.timezone) == (EVE, "fr", "Europe/Paris")
    assert (decision.why, len(facts_of(decision, WelcomeFacts))) == (Why.JOINED, 1)


def test_a_yes_confirms_and_neither_a_no_nor_silence_nor_other_words_do() -> None:
    told = context(None, answering=sent("confirm", facts=JOIN, to=0))
    assert of_kind(say(told, piece(Settle(1), "yes"), mail=message(EVE)), MemberAdded)
    silent = say(told, mail=message(EVE), unreadable="empty")
    assert (silent.entries, len(silent.notices)) == ((), 1), "any robot can send an empty mail: it is asked again"
    refused = say(told, piece(Settle(0), "no"), mail=message(EVE))
    assert (refused.state, refused.entries, refused.notices) == (ArrivalState.IGNORED, (), ())
    assert say(told, piece(text="What is this?"), mail=message(EVE)).entries == ()


def test_a_confirmation_asked_of_somebody_else_confirms_nothing() -> None:
    told = context(None, answering=sent("confirm", facts=JOIN, to=0), foreign_token=True)
    decision = say(told, piece(Settle(1), "yes"), mail=message(EVE))
    assert (of_kind(decision, MemberAdded), decision.state) == ([], ArrivalState.HELD)


def test_a_question_for_confirmation_that_was_forwarded_adds_nobody() -> None:
    """Eve asked to join; somebody answers with her token in the name of a third person."""
    told = context(None, answering=sent("confirm", facts=JOIN, to=0))
    decision = say(told, piece(Settle(1), "yes"), mail=message("victim@elsewhere.example"))
    assert (of_kind(decision, MemberAdded), decision.state) == ([], ArrivalState.HELD)


def test_a_member_cannot_join_again() -> None:
    decision = say(context(BEN, destination=door(Door.JOIN)), piece(text="join"))
    assert facts_of(decision, DeclineFacts)[0].reason == "already-a-member"


def test_leaving_is_confirmed() -> None:
    decision = say(context(BEN, destination=door(Door.LEAVE)), piece(CommandReading(Intent.LEAVE), "unsubscribe"))
    assert (decision.entries, facts_of(decision, ConfirmFacts)[0].act) == ((), "leave")
    confirmed = say(context(BEN, answering=sent("confirm", facts=LEAVE)), piece(Settle(1), "yes"))
    assert of_kind(confirmed, MemberLeft) == [MemberLeft(member_id=2, by=2)]
    assert facts_of(confirmed, WelcomeFacts)[0].left


def test_leaving_one_channel_is_a_setting() -> None:
    decision = say(context(BEN), piece(CommandReading(Intent.LEAVE, scope="Design"), "leave #design"))
    assert of_kind(decision, SettingsChanged)[0].settings.channels == {"design": Delivery.NONE}


def test_leaving_a_channel_that_does_not_exist_is_declined() -> None:
    decision = say(context(BEN), piece(CommandReading(Intent.LEAVE, scope="cooking"), "leave cooking"))
    assert (decision.entries, facts_of(decision, DeclineFacts)[0].reason) == ((), "unknown-channel")


def test_the_unsubscribe_button_pauses_who_holds_a_token_of_their_own_and_asks_all_others() -> None:
    button = Written(Nature.UNSUBSCRIBE, "button")
    pressed = say(context(BEN, answering=sent("ballot")), written=button)
    assert of_kind(pressed, SettingsChanged)[0].settings.paused
    without = context(BEN)
    assert without.trust is Trust.PROVEN
    others = context(BEN, answering=sent("ballot", to=ANA.id), foreign_token=True)
    for one in (without, others, context(BEN, trust=Trust.CLAIMED)):
        asked = say(one, written=button)
        assert (asked.entries, [facts.act for facts in facts_of(asked, ConfirmFacts)]) == ((), ["leave"])


def test_help_is_given_to_everyone_with_channels_for_members_only() -> None:
    told = say(context(BEN, destination=door(Door.HELP)), piece(text="?"))
    assert facts_of(told, HelpFacts) == [HelpFacts(channels=(("design", "How it looks"),))]
    stranger = say(context(None, destination=door(Door.HELP)), piece(text="?"), mail=message(EVE))
    assert facts_of(stranger, HelpFacts) == [HelpFacts()]


def test_status_lists_what_waits_for_the_one_who_asks_and_the_open_votes() -> None:
    seen = (view(vote_round(), Pick("Yes"), answered=2), view(checkin_round()))
    decision = say(context(BEN, *seen), piece(CommandReading(Intent.STATUS), "status"))
    (facts,) = facts_of(decision, StatusFacts)
    assert [line.mark for line in facts.needs_you] == ["C-31"]
    assert [(line.mark, line.answered) for line in facts.open_votes] == [("V-7", 2)]


def test_mail_to_the_owner_reaches_the_stewards_whoever_wrote_it() -> None:
    decision = say(context(None, destination=door(Door.OWNER)), piece(text="Who are you?"), mail=message(EVE))
    (facts,) = facts_of(decision, StewardFacts)
    assert (facts.about, facts.address, facts.text) == ("owner", EVE, "Who are you?")
    assert (decision.state, decision.notices) == (ArrivalState.PROCESSED, ())
