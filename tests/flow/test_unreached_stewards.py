"""Stewards who get no mail, as stories: paused, stopped, suspended; what is for them reaches somebody, or waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.entry import DeliveryResumed, MemberLeft, MemberRenamed
from gateway.pipeline.flow import Rules
from gateway.pipeline.steering import change_people
from tests.flow.mallory import SERVER, came, complaint_about, header
from tests.flow.test_mail_stories import bounce_of
from tests.flow.town import ANA, BEN, CLEO, TEAM, Letter, Person, Town

Found = Callable[..., Town]
DAN = Person("dan", "Dan Hill", roles=("steward",))
EVE = "Eve <eve@elsewhere.example>"
UNREACHED = "no steward reached"


def stranger_offers(town: Town, what: str = "My old piano, free.") -> None:
    town.sends("eve@elsewhere.example", town.mail(EVE, "acme", "An offer", what), "acme")


def told(town: Town, who: str = "ana") -> list[str]:
    """Return the subjects of what a steward was sent as one."""
    return [letter.subject.removeprefix("[acme] ") for letter in town.box(who, "steward")]


def suspended(town: Town, who: str = "ana") -> None:
    """Let mails to somebody come back on three days."""
    for number in range(3):
        town.writes("ben", "acme", f"Topic {number}", f"Of topic {number}, these {number} words.")
        letter = town.newest(who, "post")
        town.sends("", bounce_of(letter.raw, letter.to, letter.envelope_from), letter.envelope_from, sender="")
        town.wait(days=1)
    assert town.member(who).suspended


def resumes(town: Town) -> None:
    """Send mail to Ana again, as `restante member resume` does."""
    entry = DeliveryResumed(member_id=town.member("ana").id, reason="command")
    change_people(town.pipeline, "acme", [entry], now=town.clock.at)
    town.turn()


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Found]:
    """Give a maker of one town in which mail may reach no steward, and nothing else may be a fault."""
    towns: list[Town] = []

    def founded(*people: Person, **keys: Any) -> Town:
        towns.append(Town.founded(tmp_path, people or TEAM, strangers="hold", **keys))
        return towns[-1]

    yield founded
    towns[0].close()
    assert {fault["event"] for fault in towns[0].faults} <= {UNREACHED}


# --- paused ---------------------------------------------------------------------------------------------------------

PAUSES = ("pause 3d", "stop all mail", "I am on leave from 1 to 14 June, please pause my mail.")


@pytest.mark.parametrize("words", PAUSES)
def test_what_is_for_the_only_steward_is_sent_though_they_paused_and_says_why(found: Found, words: str) -> None:
    town = found(strangers="hold")
    town.writes("ana", "acme", "", words)
    stranger_offers(town)
    town.writes("ben", "acme+owner", "Help", "The key is lost, what now?")
    assert told(town) == ["Held for you: An offer", "To the stewards: Help"]
    assert "The key is lost" in town.newest("ana", "steward").text
    assert "You wanted no mail for now." in town.newest("ana", "steward").text
    town.writes("ben", "acme", "The roof", "It leaks.")
    assert town.box("ana", "post") == []


def test_a_paused_steward_is_spared_where_another_is_there(found: Found) -> None:
    town = found(ANA, BEN, DAN, strangers="hold")
    town.writes("ana", "acme", "", "pause 3d")
    stranger_offers(town)
    assert (told(town, "dan"), told(town)) == (["Held for you: An offer"], [])
    assert "You wanted no mail" not in town.newest("dan").text
    town.writes("dan", "acme", "", "stop all mail")
    town.writes("ben", "acme+owner", "Help", "The key is lost, what now?")
    assert (told(town, "dan")[1:], told(town)) == (["To the stewards: Help"], ["To the stewards: Help"])


def test_news_that_nobody_has_to_act_upon_spare_a_paused_steward(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "", "stop all mail")
    town.writes("ben", "acme+leave", "leave", "leave")
    town.confirms("ben")
    assert len(town.entries(MemberLeft)) == 1
    assert told(town) == []


def test_a_paused_steward_gets_it_where_mail_to_the_other_is_suspended(faulty: Found) -> None:
    town = faulty(ANA, BEN, DAN)
    suspended(town, "dan")
    town.writes("ana", "acme", "", "pause 3d")
    before = len(told(town))
    stranger_offers(town)
    assert told(town)[before:] == ["Held for you: An offer"]
    assert "Held for you: An offer" not in told(town, "dan")
    assert town.faults == []


# --- suspended ------------------------------------------------------------------------------------------------------


def test_a_letter_that_reaches_no_steward_is_held_its_author_told_and_sent_once_mail_reaches_one(faulty: Found) -> None:
    town = faulty()
    suspended(town)
    assert [fault["event"] for fault in town.faults] == [UNREACHED]
    assert town.pipeline.figures(town.clock.at).unreached == 1
    town.writes("ben", "acme+owner", "Help", "The key is lost, what now?")
    town.writes("ben", "acme+owner", "Help again", "The second key is lost as well.")
    assert [arrival.state for arrival in town.arrivals()[:2]] == [ArrivalState.HELD] * 2
    assert town.last_reason == "no-steward"
    (no,) = town.box("ben", "decline")
    assert "reaches none of the stewards" in " ".join(no.text.split())
    stranger_offers(town)
    assert told(town) == []
    town.wait(days=9)  # probed, and it did not come back
    assert (town.member("ana").suspended, town.pipeline.figures(town.clock.at).unreached) == (False, 0)
    assert sorted(told(town)) == ["Held for you: An offer", "To the stewards: Help", "To the stewards: Help again"]
    assert "The key is lost" in town.everything_said()
    town.answers("ana", next(one for one in town.box("ana", "steward") if "offer" in one.subject), "accept")
    town.confirms("ana")
    assert "piano" in town.newest("cleo", "post").text


def test_what_was_settled_meanwhile_is_told_to_nobody(faulty: Found) -> None:
    town = faulty()
    suspended(town)
    stranger_offers(town)
    number = town.arrivals()[0].id
    with town.store.begin() as tx:
        tx.inbox.settle(number, ArrivalState.IGNORED, "rejected", at=town.clock.at)
    town.wait(days=9)
    assert (town.member("ana").suspended, told(town)) == (False, [])


def test_a_letter_that_came_back_itself_is_sent_again_when_mail_reaches_the_steward(faulty: Found) -> None:
    town = faulty()
    for number, word in enumerate(("key", "roof", "door")):
        town.writes("ben", "acme+owner", f"The {word}", f"What of the {word}, number {number}?")
        letter = town.newest("ana", "steward")
        town.sends("", bounce_of(letter.raw, letter.to, letter.envelope_from), letter.envelope_from, sender="")
        town.wait(days=1)
    assert town.member("ana").suspended
    before = len(told(town))
    resumes(town)
    assert told(town)[before:] == [f"To the stewards: The {word}" for word in ("key", "roof", "door")]


def test_a_steward_named_meanwhile_is_told_what_waits(faulty: Found) -> None:
    town = faulty()
    suspended(town)
    stranger_offers(town)
    town.writes("ben", "acme+owner", "Help", "The key is lost, what now?")
    change_people(
        town.pipeline, "acme", [MemberRenamed(member_id=town.member("cleo").id, roles=("steward",))], now=town.clock.at
    )
    town.turn()
    assert len(told(town, "cleo")) == 2
    assert told(town) == []
    town.answers("cleo", next(one for one in town.box("cleo", "steward") if "piano" in one.text), "reject")
    town.confirms("cleo", "oui")
    assert town.arrivals()[0].reason  # settled by what only a steward may
    town.wait(days=9)
    assert told(town) == []  # settled: nothing of it is told any more


def test_very_many_letters_that_waited_are_told_of_together(faulty: Found) -> None:
    town = faulty()
    suspended(town)
    for day in range(2):
        for number in range(40):
            name = f"x{day}y{number}@elsewhere.example"
            town.sends(name, town.mail(name, "acme", f"Offer {number}", f"My piano of {name}"), "acme")
        town.wait(days=1)
    resumes(town)
    assert len(told(town)) == 51
    assert "30 more letters waited for you" in told(town)


def test_very_many_letters_of_strangers_that_waited_are_told_of_together(faulty: Found) -> None:
    town = faulty()
    suspended(town)
    for number in range(60):
        name = f"x{number}@elsewhere.example"
        town.sends(name, town.mail(name, "acme+owner", f"Question {number}", f"May {name} join?"), "acme+owner")
    assert town.last_reason == "no-steward"
    resumes(town)
    assert len(told(town)) == 51
    assert told(town)[-1] == "Many strangers write today"
    assert sum(arrival.state is ArrivalState.HELD for arrival in town.arrivals()) == 10


# --- complaints -----------------------------------------------------------------------------------------------------


def guard(town: Town) -> Town:
    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()
    return town


def complains(town: Town, letter: Letter, number: int) -> None:
    raw = header(complaint_about(letter, letter.to), "Message-ID", f"<complaint{number}@evil.example>")
    came(town, raw, "dmarc=pass header.from=evil.example", to=letter.envelope_from)


def test_a_complaint_about_the_only_steward_does_not_end_what_is_for_stewards(faulty: Found) -> None:
    town = guard(faulty())
    town.writes("ben", "acme", "The roof", "It leaks, and what now?")
    leaked = town.newest("ana", "post")
    complains(town, leaked, 1)
    assert town.member("ana").suspended
    town.wait(days=5)
    complains(town, leaked, 2)  # the same address once more puts nothing off
    stranger_offers(town)
    town.wait(days=3)
    assert town.newest("ana").kind == "confirm"
    town.wait(days=3)
    assert not town.member("ana").suspended
    assert told(town) == ["Held for you: An offer"]


def test_a_complaint_about_the_probe_itself_puts_it_off(faulty: Found) -> None:
    town = guard(faulty())
    town.writes("ben", "acme", "The roof", "It leaks, and what now?")
    complains(town, town.newest("ana", "post"), 1)
    town.wait(days=8)
    complains(town, town.newest("ana", "confirm"), 2)
    town.wait(days=15)
    assert town.member("ana").suspended
    town.wait(days=12)
    assert not town.member("ana").suspended


def test_a_steward_beside_others_and_any_member_who_complains_is_left_in_peace(found: Found) -> None:
    town = guard(found(ANA, BEN, CLEO, DAN))
    town.writes("ben", "acme", "The roof", "It leaks, and what now?")
    town.writes("cleo", "acme", "The door", "It does not shut, and what now?")
    complains(town, town.newest("ana", "post"), 1)
    complains(town, town.newest("ben", "post"), 2)
    town.wait(days=40)
    assert town.member("ana").suspended
    assert town.member("ben").suspended
