"""Stories of a member who writes from an address we do not know: they are asked, and what came counts then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import AddressAdded, Posted
from tests.flow.test_stranger_stories import PIANO
from tests.flow.test_vote_stories import opened
from tests.flow.town import Town

Found = Callable[..., Town]

HOME = "Ben Moor <ben.moor@home.example>"


def test_a_member_claims_a_new_address_from_the_one_we_know(town: Town) -> None:
    opened(town)
    raw, to = town.reply(HOME, town.newest("ben", "ballot"), "Yes from home.")
    town.sends("ben.moor@home.example", raw, to)
    asked = town.newest("ben")
    assert (asked.kind, "ben.moor@home.example" in asked.text) == ("confirm", True)
    assert town.box("ben.moor@home.example") == []
    town.answers("ben", asked, "yes")
    assert [entry.address for entry in town.entries(AddressAdded)] == ["ben.moor@home.example"]
    assert town.votes("V-1") == {"ben": Pick("Yes")}
    town.sends("ben.moor@home.example", town.mail(HOME, "acme", "The ladder", "It is at my home."), "acme")
    assert town.entries(Posted)[-1].author_id == town.member("ben").id
    assert town.member("ben").further_addresses == ("ben.moor@home.example",)


def test_all_that_came_from_a_new_address_counts_once_it_is_confirmed(town: Town) -> None:
    opened(town)
    town.writes("ana", "acme+vote", "And when?", "And when?\n\n- May\n- June\n\nuntil Friday 17:00")
    for mark, text in (("V-1", "Yes from home."), ("V-2", "May")):
        raw, to = town.reply(HOME, town.newest("ben", "ballot", mark), text)
        town.sends("ben.moor@home.example", raw, to)
    raw, to = town.reply("Eve <eve@elsewhere.example>", town.newest("cleo", "ballot", "V-2"), "June")
    town.sends("eve@elsewhere.example", raw, to)
    town.answers("ben", town.newest("ben", "confirm"), "yes")
    assert (town.votes("V-1"), town.votes("V-2")) == ({"ben": Pick("Yes")}, {"ben": Pick("May")})
    assert [a.author for a in town.arrivals() if a.state is ArrivalState.HELD] == ["eve@elsewhere.example"]


def test_what_is_let_in_later_replaces_no_ballot_that_came_after_it(town: Town) -> None:
    """Whether it is read anew since its address became the member's, or confirmed itself."""
    opened(town)
    town.writes("ana", "acme+vote", "And when?", "And when?\n\n- May\n- June\n\nuntil Friday 17:00")
    first, second = (town.newest("ben", "ballot", mark) for mark in ("V-1", "V-2"))
    for letter, text in ((first, "Yes from home."), (second, "May")):
        raw, to = town.reply(HOME, letter, text)
        town.sends("ben.moor@home.example", raw, to)
    claim = town.newest("ben", "confirm")
    town.writes("ben", "acme", f"Re: {second.message.subject}", "May")
    confirm = town.newest("ben", "confirm")
    town.answers("ben", second, "June")
    town.answers("ben", claim, "yes")
    assert (town.votes("V-1"), town.votes("V-2")) == ({"ben": Pick("Yes")}, {"ben": Pick("June")})
    town.answers("ben", confirm, "yes")
    assert town.votes("V-2") == {"ben": Pick("June")}
    assert "Something newer stands in its place" in town.newest("ben", "decline").text
    town.answers("ben", second, "May")
    assert town.votes("V-2") == {"ben": Pick("May")}


@pytest.mark.parametrize("later", ["I withdraw my vote", "undo"])
def test_what_is_let_in_later_stands_for_no_ballot_that_was_taken_back(town: Town, later: str) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    town.writes("ben", "acme", f"Re: {letter.message.subject}", "Yes")
    confirm = town.newest("ben", "confirm")
    town.answers("ben", letter, "No")
    town.answers("ben", town.newest("ben", "receipt"), later)
    assert town.votes("V-1") == {}
    town.answers("ben", confirm, "yes")
    assert town.votes("V-1") == {}
    assert "Something newer stands in its place" in town.newest("ben", "decline").text
    town.answers("ben", letter, "No")
    assert town.votes("V-1") == {"ben": Pick("No")}


def test_what_another_takes_back_is_not_ones_own(town: Town) -> None:
    opened(town)
    town.writes("ben", "acme", f"Re: {town.newest('ben', 'ballot').message.subject}", "Yes")
    confirm = town.newest("ben", "confirm")
    for words in ("No", "I withdraw my vote"):
        town.answers("ana", town.newest("ana", "ballot"), words)
    town.answers("ben", confirm, "yes")
    assert town.votes("V-1") == {"ben": Pick("Yes")}


def test_what_came_from_a_new_address_and_answers_no_mail_to_its_owner_waits_for_a_steward(found: Found) -> None:
    town = found(strangers="hold")
    opened(town)
    town.sends("ben.moor@home.example", town.mail(HOME, "acme", "An offer", PIANO), "acme")
    letter = town.newest("ana", "steward")
    for number in range(4):
        text = f"Your mail is number {number} here." if number else "Yes"
        raw, to = town.reply(HOME, town.newest("ben", "ballot"), text)
        town.sends("ben.moor@home.example", raw, to)
    town.answers("ben", town.newest("ben", "confirm"), "yes")
    assert town.votes("V-1") == {"ben": Pick("Yes")}
    (waits,) = town.arrivals(ArrivalState.HELD)
    assert (waits.subject, waits.reason, waits.author) == ("An offer", "stranger", "ben.moor@home.example")
    town.answers("ana", letter, "accept")
    assert (town.arrivals(ArrivalState.HELD), town.entries(Posted)[-1].subject) == ([], "An offer")


@pytest.mark.parametrize("words", ["Yes, I forwarded it to Mallory", "OK, who is this?", "Yes, that's a fake", ""])
def test_words_about_a_forged_mail_confirm_nothing(town: Town, words: str) -> None:
    opened(town)
    raw, to = town.reply(HOME, town.newest("ben", "ballot"), "Yes from home.")
    town.sends("ben.moor@home.example", raw, to)
    town.answers("ben", town.newest("ben", "confirm"), words)
    assert (town.entries(AddressAdded), town.votes("V-1")) == ([], {})
    asked = town.newest("ben", "confirm")
    assert "reply “yes” and nothing else" in " ".join(asked.text.split())
    town.answers("ben", asked, "yes")
    assert town.votes("V-1") == {"ben": Pick("Yes")}, "a plain yes to the question put again confirms too"


@pytest.mark.parametrize("words", ["Yes, Mallory wrote it.", "OK, it was Mallory", "OK, it was mallory@evil.example"])
def test_who_says_that_somebody_else_wrote_gives_nobody_their_address(town: Town, words: str) -> None:
    opened(town)
    raw, to = town.reply("Mallory <mallory@evil.example>", town.newest("ben", "ballot"), "No")
    town.sends("mallory@evil.example", raw, to)
    town.answers("ben", town.newest("ben", "confirm"), words)
    assert (town.entries(AddressAdded), town.votes("V-1"), town.newest("ben").kind) == ([], {}, "confirm")


def test_an_answer_that_is_confirmed_after_the_close_is_told_why_it_does_not_count(town: Town) -> None:
    opened(town)
    town.writes("ben", "acme", f"Re: {town.newest('ben', 'ballot').subject}", "Yes")
    asked = town.newest("ben", "confirm")
    town.at("20:00")
    town.answers("ben", asked, "yes, that was me")
    assert (town.votes("V-1"), town.last_reason) == ({}, "confirmed")
    assert "before your answer was confirmed" in " ".join(town.newest("ben", "decline").text.split())


def test_who_says_no_to_an_address_keeps_it_out(town: Town) -> None:
    opened(town)
    raw, to = town.reply(HOME, town.newest("ben", "ballot"), "Yes from home.")
    town.sends("ben.moor@home.example", raw, to)
    town.answers("ben", town.newest("ben"), "no, that was not me")
    assert (town.entries(AddressAdded), town.votes("V-1")) == ([], {})
    assert [a.state for a in town.arrivals() if a.author == "ben.moor@home.example"] == [ArrivalState.HELD]


def test_the_owner_of_a_token_is_asked_once_a_day_about_one_address(town: Town) -> None:
    opened(town)
    for text in ("Yes from home.", "Yes, I said.", "Hello?"):
        raw, to = town.reply(HOME, town.newest("ben", "ballot"), text)
        town.sends("ben.moor@home.example", raw, to)
    assert town.kinds("ben") == ["ballot", "confirm"]


def test_what_two_members_claim_stays_with_the_first(town: Town) -> None:
    opened(town)
    for who in ("ben", "cleo"):
        raw, to = town.reply(HOME, town.newest(who, "ballot"), "Yes from home.")
        town.sends("ben.moor@home.example", raw, to)
    for who in ("ben", "cleo"):
        town.answers(who, town.newest(who, "confirm"), "yes")
    assert [(entry.member_id, entry.address) for entry in town.entries(AddressAdded)] == [
        (town.member("ben").id, "ben.moor@home.example")
    ]
