"""What people are called whose name could be taken for another's: newcomers, and whoever is no member."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gateway.decide.people import named_apart
from gateway.model.address import Door, is_sendable
from gateway.model.arrival import ArrivalState
from gateway.model.authentication import Authentication, Outcome
from gateway.model.context import Held
from gateway.model.decision import Decision, Why
from gateway.model.entry import MemberAdded, Posted
from gateway.model.facts import ConfirmFacts, StewardFacts
from gateway.model.member import with_address
from gateway.model.message import Mailbox
from gateway.model.understood import Moderating, Moderation, Settle
from tests.builders import ANA, BEN, NOW, context, door, facts_of, member, message, of_kind, piece, say, sent

KNOWN = (member(1, "Ana Duarte"), member(2, "Cléo Martin"), member(3, ""), member(4, "Gone Away", left_at=NOW))
AT = "m@evil.example"


@pytest.mark.parametrize(
    "name",
    [
        "Ana Duarte",
        "ANA  DUARTE",
        "Duarte, Ana",
        "ana.duarte",
        "AnaDuarte",
        "Àna Duärte",
        "A\u200bna Duarte",
        "Ana",
        "Ana Duarte via Acme",
        "“Ana Duarte” (steward)",
        "Аna Smith",  # its first letter is a Cyrillic one
        "cleo martin",
        "Acme",
        "The Acme Stewards",
        "🙂",
    ],
)
def test_a_newcomer_whose_name_is_like_anothers_goes_by_name_and_address(name: str) -> None:
    assert named_apart(name, AT, KNOWN, "Acme") == f"{' '.join(name.split())} ({AT})"


@pytest.mark.parametrize(
    "name", ["Mal Lory", "Anabel Stone", "Gone Away", "Жанна Иванова", "李雷", "Martina Duart", "Duarte"]
)
def test_a_newcomer_with_a_name_of_their_own_goes_by_it(name: str) -> None:
    assert named_apart(name, AT, KNOWN, "Acme") == name


def test_a_name_is_nobody_elses_than_its_bearers_at_another_look() -> None:
    assert named_apart("Ana Duarte", KNOWN[0].address, KNOWN) == "Ana Duarte"
    assert named_apart(" ", AT, KNOWN) == ""


@pytest.mark.parametrize("name", ["ana@example.net", "Ana Duarte (ana@example.net)", "Ana ＠ example.net", ""])
def test_a_name_that_holds_an_address_is_left_out(name: str) -> None:
    assert with_address(name, AT) == AT
    assert named_apart(name, AT, KNOWN) in (AT, "")


def test_a_long_name_does_not_push_the_address_out_of_sight() -> None:
    assert with_address("Ana Duarte " + "x" * 300, AT) == f"Ana Duarte {'x' * 49} ({AT})"


def stranger(name: str = "Ana", address: str = AT) -> Any:
    return dataclasses.replace(message(), author=Mailbox(address, name))


def joining(name: str) -> Decision:
    asked = sent("confirm", facts=ConfirmFacts(act="join", title="Acme", address=AT), to=0)
    rules = {"joining": "open"}
    return say(context(None, answering=asked, rules=rules), piece(Settle(1), "yes"), mail=stranger(name))


def test_who_joins_under_a_members_name_is_told_apart_everywhere() -> None:
    (added,) = of_kind(joining("Ana"), MemberAdded)
    assert added.member.name == f"Ana ({AT})"
    (other,) = of_kind(joining("Mal Lory"), MemberAdded)
    assert other.member.name == "Mal Lory"


def test_whom_a_steward_adds_is_told_apart_too() -> None:
    letter = sent("steward", facts=StewardFacts(about="held", name="Ben", address=AT, arrival_id=7), to=ANA.id)
    told = context(ANA, answering=letter, held=Held(7, waits=True, address=AT, name="Ben"))
    (added,) = of_kind(say(told, piece(Moderating(Moderation.ADD), "add")), MemberAdded)
    assert added.member.name == f"Ben ({AT})"


def test_who_is_no_member_is_shown_with_their_address() -> None:
    decision = say(context(None, rules={"strangers": "accept"}), piece(text="Pay invoice 7."), mail=stranger())
    assert of_kind(decision, Posted)[0].author_name == f"Ana ({AT})"


@pytest.mark.parametrize("rules", [{"strangers": "accept"}, {"posting": "anyone"}])
def test_a_stranger_whose_check_failed_is_held_where_strangers_are_welcome(rules: dict[str, str]) -> None:
    forged = Authentication(Outcome.FAILED, "dmarc")
    decision = say(context(None, rules=rules, authentication=forged), piece(text="Pay it."), mail=stranger())
    assert (decision.state, of_kind(decision, Posted)) == (ArrivalState.HELD, [])
    assert facts_of(decision, StewardFacts)[0].about == "held"


# --- who cannot be written to ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "foo", "@example.org", "foo@", "x" * 65 + "@a.example", "x@" + "e" * 260])
def test_nobody_writes_to_what_is_no_address(address: str) -> None:
    assert not is_sendable(address)
    for place in (Door.JOIN, Door.HELP):
        decision = say(context(None, destination=door(place)), piece(text="help"), mail=stranger("Mal", address))
        assert (decision.state, decision.notices, decision.broadcasts) == (ArrivalState.IGNORED, (), ())
    for strangers in ("accept", "hold"):
        told = context(None, rules={"strangers": strangers})
        assert say(told, piece(text="Hello"), mail=stranger("Mal", address)).why is Why.STRANGER


@pytest.mark.parametrize(
    "address", ["ben@example.org", "a..b@example.org", "ü@example.org", "x@localhost", BEN.address]
)
def test_what_a_server_may_take_is_an_address(address: str) -> None:
    assert is_sendable(address)
