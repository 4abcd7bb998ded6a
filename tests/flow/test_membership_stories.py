"""Joining, leaving, inviting and removing by mail as stories; absences; mail that comes back; what failed for good."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from gateway.model.entry import (
    AwayEnded,
    AwayNoted,
    Cancelled,
    MemberAdded,
    MemberLeft,
    MemberRenamed,
)
from gateway.pipeline.steering import change_people
from tests.flow.test_vote_stories import opened
from tests.flow.town import ANA, BEN, CLEO, DEV, Person, Town

Found = Callable[..., Town]
EVE = "eve@elsewhere.example"


# --- inviting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["invite eve@elsewhere.example", "Bitte lade eve@elsewhere.example ein", "Merci d'inviter eve@elsewhere.example"],
)
def test_a_steward_invites_somebody_who_is_in_when_they_say_yes(town: Town, text: str) -> None:
    town.writes("ana", "acme+request", "Somebody new", text)
    town.confirms("ana")
    asked = town.newest(EVE)
    assert (asked.kind, "Ana Duarte" in asked.text) == ("confirm", True)
    assert len(town.entries(MemberAdded)) == 3
    raw, to = town.reply(f"Eve Stone <{EVE}>", asked, "yes")
    town.sends(EVE, raw, to)
    assert town.member(EVE).name == "Eve Stone"
    assert town.kinds(EVE) == ["confirm", "welcome"]


def test_several_are_invited_by_one_mail_and_nobody_twice_a_day(town: Town) -> None:
    for _ in range(2):
        town.writes(
            "ana", "acme", "Invite", "- Eve Stone <eve@elsewhere.example>\n- dan@elsewhere.example\n- ben@example.net"
        )
        town.confirms("ana")
    assert town.kinds(EVE) == ["confirm"]
    assert town.kinds("dan@elsewhere.example") == ["confirm"]
    assert "already" in town.newest("ana", "receipt").text
    assert town.box("ben") == []


def test_a_role_that_may_invite_does(found: Found) -> None:
    host = Person("ben", "Ben Moor", roles=("host",))
    town = found(ANA, host, CLEO, roles={"host": {"may": ["invite"]}})
    town.writes("ben", "acme", "", "invite eve@elsewhere.example")
    town.confirms("ben")
    assert town.kinds(EVE) == ["confirm"]
    town.writes("cleo", "acme", "", "invite dan@elsewhere.example")
    assert town.box("dan@elsewhere.example") == []


def test_an_invitation_to_the_join_address_is_no_wish_to_join(town: Town) -> None:
    town.writes("ana", "acme-join", "Invite", "eve@elsewhere.example")
    town.confirms("ana")
    assert town.kinds(EVE) == ["confirm"]


def test_our_own_addresses_are_not_invited(town: Town) -> None:
    town.writes("ana", "acme", "", "invite acme+vote@ws.example.org")
    town.confirms("ana")
    assert town.newest("ana").kind == "decline"


# --- who may join ---------------------------------------------------------------------------------------------------


def wishes(town: Town) -> None:
    """Let Eve ask to join, and confirm it where she is asked to."""
    town.sends(EVE, town.mail(f"Eve Stone <{EVE}>", "acme+join", "join", "join"), "acme+join")
    if town.box(EVE, "confirm"):
        raw, to = town.reply(f"Eve Stone <{EVE}>", town.newest(EVE, "confirm"), "yes")
        town.sends(EVE, raw, to)


@pytest.mark.parametrize(("word", "members"), [("accept", 4), ("add", 4), ("reject", 3)])
def test_where_stewards_decide_a_confirmed_wish_waits_for_their_word(found: Found, word: str, members: int) -> None:
    town = found(joining="steward")
    wishes(town)
    again, to = town.reply(f"Eve Stone <{EVE}>", town.newest(EVE, "confirm"), "yes, please")
    town.sends(EVE, again, to)
    assert (town.kinds(EVE), len(town.box("ana", "steward"))) == (["confirm", "decline"], 1), "told once a day"
    assert "steward looks at it" in town.newest(EVE).text
    town.answers("ana", town.newest("ana", "steward"), word)
    assert len(town.entries(MemberAdded)) == members
    assert town.kinds(EVE)[2:] == (["welcome"] if members == 4 else [])


def test_who_was_invited_is_in_at_once_where_stewards_decide(found: Found) -> None:
    town = found(joining="steward")
    town.writes("ana", "acme", "", f"invite {EVE}")
    town.confirms("ana")
    raw, to = town.reply(f"Eve Stone <{EVE}>", town.newest(EVE), "yes")
    town.sends(EVE, raw, to)
    assert town.member(EVE).name == "Eve Stone"


def test_where_members_are_invited_others_are_told_whom_to_ask(found: Found) -> None:
    town = found(joining="invited")
    for _ in range(2):
        wishes(town)
    assert town.kinds(EVE) == ["decline"]
    assert "acme+owner@ws.example.org" in town.newest(EVE).text
    assert (len(town.entries(MemberAdded)), town.box("ana")) == (3, [])


def test_an_old_invitation_lets_nobody_in_who_was_removed_since(town: Town) -> None:
    town.writes("ana", "acme", "", f"invite {EVE}")
    town.confirms("ana")
    invited = town.newest(EVE)
    raw, to = town.reply(f"Eve Stone <{EVE}>", invited, "yes")
    town.sends(EVE, raw, to)
    town.writes("ana", "acme", "", f"remove {EVE}")
    town.confirms("ana")
    town.wait(days=1)
    raw, to = town.reply(f"Eve Stone <{EVE}>", invited, "Yes, I join")
    town.sends(EVE, raw, to)
    assert (len(town.entries(MemberAdded)), len(town.entries(MemberLeft))) == (4, 1)
    assert town.newest(EVE).kind == "confirm", "a new question of today"


def test_the_last_steward_neither_leaves_nor_is_removed(found: Found) -> None:
    town = found(trust={"govern": "token"})
    town.writes("ana", "acme+leave", "leave", "leave")
    assert "steward is needed" in " ".join(town.newest("ana").text.split())
    town.writes("ana", "acme", "", "remove ana@example.net")
    town.confirms("ana")
    assert town.entries(MemberLeft) == []


def test_the_last_two_stewards_are_not_removed_by_one_mail(found: Found) -> None:
    town = found(ANA, Person("ben", "Ben Moor", roles=("steward",)), CLEO)
    ben = town.member("ben").id
    town.writes("ana", "acme", "", "remove ben@example.net, ana@example.net")
    town.confirms("ana")
    assert [entry.member_id for entry in town.entries(MemberLeft)] == [ben]


def test_one_of_two_stewards_may_leave(found: Found) -> None:
    town = found(ANA, Person("ben", "Ben Moor", roles=("steward",)), CLEO)
    town.writes("ana", "acme+leave", "leave", "leave")
    town.confirms("ana")
    assert len(town.entries(MemberLeft)) == 1


# --- removing and leaving -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["remove ben@example.net", "Bitte ben@example.net entfernen", "retire ben@example.net"]
)
def test_a_steward_removes_somebody_once_confirmed(town: Town, text: str) -> None:
    town.writes("ana", "acme", "A member less", text)
    assert town.entries(MemberLeft) == []
    asked = town.newest("ana")
    assert (asked.kind, "ben@example.net" in asked.text) == ("confirm", True)
    town.answers("ana", asked, "yes")
    assert [entry.by for entry in town.entries(MemberLeft)] == [town.member("ana").id]
    assert town.newest("ana").kind == "receipt"


def test_who_is_removed_hears_of_it_and_so_do_the_other_stewards(found: Found) -> None:
    town = found(ANA, BEN, CLEO, dataclasses.replace(DEV, roles=("steward",)))
    before = {who: len(town.box(who)) for who in ("ben", "cleo", "dev")}
    town.writes("ana", "acme", "A member less", "remove cleo@example.net")
    assert {who: len(town.box(who)) for who in before} == before, "nothing before it is confirmed"
    town.confirms("ana")
    told = town.newest("cleo", "welcome")
    assert "Ana Duarte a mis fin à votre participation" in " ".join(told.text.split()), "in their own language"
    assert "acme+owner@" in told.text
    assert "stop" not in told.text
    assert "Ana Duarte took Cléo Martin (cleo@example.net) off" in " ".join(town.newest("dev", "steward").text.split())
    assert {who: len(town.box(who)) - number for who, number in before.items()} == {"ben": 0, "cleo": 1, "dev": 1}
    assert town.newest("ana").kind == "receipt"

    town.answers("ana", town.newest("ana", "receipt"), "undo")
    town.confirms("ana")
    assert (town.newest("cleo").kind, town.member("cleo").left_at) == ("welcome", None)


def test_who_says_that_the_one_to_be_removed_wrote_it_removes_nobody(town: Town) -> None:
    town.writes("ana", "acme", "A member less", "remove ben@example.net")
    town.answers("ana", town.newest("ana"), "OK, it was Ben")
    assert (town.entries(MemberLeft), town.newest("ana").kind) == ([], "confirm")
    town.answers("ana", town.newest("ana"), "Yes, remove Ben")
    assert len(town.entries(MemberLeft)) == 1


def test_whom_nobody_knows_is_not_removed(town: Town) -> None:
    town.writes("ana", "acme", "", "remove nobody@example.net")
    town.confirms("ana")
    assert (town.entries(MemberLeft), town.newest("ana").kind) == ([], "decline")


@pytest.mark.parametrize(
    "text",
    [
        "Please stop sending me these.",
        "Please take me off this list.",
        "Bitte tragen Sie mich aus dem Verteiler aus.",
        "Merci de me désinscrire de cette liste.",
        "Por favor, dadme de baja de esta lista.",
        "Per favore cancellatemi da questa lista.",
        "Quero cancelar a inscrição.",
        "Ik wil me uitschrijven.",
    ],
)
def test_leaving_in_words_is_confirmed_and_done(town: Town, text: str) -> None:
    town.writes("ben", "acme", "", text)
    assert town.newest("ben").kind == "confirm"
    town.answers("ben", town.newest("ben"), "yes")
    assert len(town.entries(MemberLeft)) == 1


@pytest.mark.parametrize("address", ["acme+leave", "acme-leave", "acme+unsubscribe", "ACME-Unsubscribe"])
def test_leaving_takes_both_habits_of_addresses(town: Town, address: str) -> None:
    town.writes("ben", address, "", "bye")
    town.confirms("ben")
    assert len(town.entries(MemberLeft)) == 1


def test_a_word_at_the_request_address_leaves_as_mailing_lists_have_it(town: Town) -> None:
    town.writes("ben", "acme-request", "unsubscribe", "")
    town.confirms("ben")
    assert len(town.entries(MemberLeft)) == 1


# --- substitutes ----------------------------------------------------------------------------------------------------


def _cancel_for_ben(town: Town) -> None:
    opened(town, "ben")
    ballot = town.newest("cleo", "ballot")
    raw, to = town.reply("cleo", ballot, "cancel")
    town.sends("cleo", raw, to)
    town.confirms("cleo", "oui")


def test_a_substitute_governs_for_the_away_where_the_charter_says_so(found: Found) -> None:
    town = found(substitutes="govern")
    _name_substitute(town)
    town.writes("ana", "acme", "The roof", "It leaks.")
    town.answers("ben", town.newest("ben", "post"), "I'm on leave from 1 to 14 June 2026.")
    _cancel_for_ben(town)
    assert len(town.entries(Cancelled)) == 1


def test_an_absence_that_anybody_may_have_written_gives_a_substitute_nothing(found: Found) -> None:
    town = found(substitutes="govern")
    _name_substitute(town)
    town.writes("ben", "acme", "", "I'm on leave from 1 to 14 June 2026.")
    assert len(town.entries(AwayNoted)) == 1
    _cancel_for_ben(town)
    assert town.entries(Cancelled) == []


@pytest.mark.parametrize("by", ["return address", "ballot", "subject alone"])
def test_a_substitute_governs_by_what_proves_an_absence_whatever_was_said_before(found: Found, by: str) -> None:
    town = found(substitutes="govern")
    _name_substitute(town)
    town.writes("ben", "acme", "", "I'm on leave from 1 to 14 June 2026.")
    opened(town, "ben")
    if by == "return address":
        vacation(town, "ben", "I am on leave until 14 June 2026.")
    elif by == "ballot":
        town.answers("ben", town.newest("ben", "ballot"), "I'm on leave from 1 to 14 June 2026.")
    else:
        town.writes("ben", "acme", "Re: [acme V-1] Close", "I'm on leave from 1 to 14 June 2026.")
    raw, to = town.reply("cleo", town.newest("cleo", "ballot"), "cancel")
    town.sends("cleo", raw, to)
    town.confirms("cleo", "oui")
    assert len(town.entries(Cancelled)) == (by != "subject alone")


def _name_substitute(town: Town) -> None:
    named = MemberRenamed(member_id=town.member("ben").id, substitute=town.member("cleo").id)
    change_people(town.pipeline, "acme", [named], now=town.clock.at)


@pytest.mark.parametrize(("keys", "away"), [({}, True), ({"substitutes": "govern"}, False)])
def test_a_substitute_does_not_act_for_who_is_there_nor_against_the_charter(
    found: Found, keys: dict[str, str], away: bool
) -> None:
    town = found(**keys)
    _name_substitute(town)
    if away:
        town.writes("ben", "acme", "", "I'm on leave from 1 to 14 June 2026.")
    _cancel_for_ben(town)
    assert town.entries(Cancelled) == []


# --- absences -------------------------------------------------------------------------------------------------------


def vacation(town: Town, who: str, text: str) -> None:
    """Let a program answer the newest letter of somebody for them (RFC 3834)."""
    letter = town.newest(who)
    raw, _ = town.reply(
        who, letter, text, quote=False, subject="Automatic reply: out of office", auto_submitted="auto-replied"
    )
    town.sends(who, raw, letter.envelope_from, sender="")


def test_an_undated_absence_ends_with_the_next_mail_and_a_dated_one_is_offered_to_end(town: Town) -> None:
    opened(town)
    vacation(town, "ben", "I am away and do not read mail.")
    vacation(town, "cleo", "Je suis absente jusqu'au 30 juin 2026.")
    assert [entry.absence.until and entry.absence.until.isoformat() for entry in town.entries(AwayNoted)] == [
        None,
        "2026-06-30",
    ]
    town.writes("ben", "acme", "The ladder", "I found the ladder behind the shed.")
    town.writes("cleo", "acme", "L'échelle", "Elle est derrière la remise, je crois.")
    assert [entry.member_id for entry in town.entries(AwayEnded)] == [town.member("ben").id]
    offered = town.newest("cleo", "receipt")
    town.answers("cleo", offered, "resume", quote=False)
    assert [entry.member_id for entry in town.entries(AwayEnded)] == [town.member("ben").id, town.member("cleo").id]


def test_an_auto_reply_is_never_answered_nor_posted(town: Town) -> None:
    opened(town)
    before = len(town.post_office.letters)
    vacation(town, "ben", "I am away until 30 June 2026.")
    assert len(town.post_office.letters) == before
