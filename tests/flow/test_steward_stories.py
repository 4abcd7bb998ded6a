"""Stewards as stories: rounds cancelled, extended and corrected by mail; what a token alone is not enough for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import Cancelled, Corrected, Extended, HeldForSteward
from gateway.model.round import Phase
from tests.flow.test_vote_stories import opened
from tests.flow.town import DEV, TEAM, Town

Found = Callable[..., Town]


def governs(town: Town, who: str, text: str, kind: str = "ballot") -> None:
    """Let somebody govern the round of their last letter of a kind, and confirm it when they are asked to."""
    town.answers(who, town.newest(who, kind), text)
    town.confirms(who)


def test_a_steward_cancels_a_vote_and_everyone_asked_is_told(found: Found) -> None:
    town = found(*TEAM, DEV)
    mark = opened(town, "ben")
    town.answers("cleo", town.newest("cleo", "ballot"), "oui")
    governs(town, "ana", "cancel: nobody has time for this before summer")
    assert [entry.mark for entry in town.entries(Cancelled)] == [mark]
    assert town.reached("change") == ["ana", "ben", "cleo", "dev"]
    assert "nobody has time" in town.newest("cleo", "change").text
    town.at("2026-06-02 12:00")
    assert town.reached("outcome") == []
    assert town.reached("reminder") == []


def test_an_answer_to_what_was_cancelled_is_told_so(town: Town) -> None:
    mark = opened(town, "ben")
    governs(town, "ben", "cancel")
    assert town.round(mark).phase is Phase.CANCELLED
    town.answers("cleo", town.newest("cleo", "ballot"), "oui")
    assert town.votes(mark) == {}
    assert town.newest("cleo").kind == "decline"


def test_a_steward_extends_a_vote_and_it_closes_then(town: Town) -> None:
    mark = opened(town, "ben")
    governs(town, "ana", "extend until Wednesday 3 June 12:00")
    assert [entry.closes_at for entry in town.entries(Extended)] == [town.clock.instant("2026-06-03 12:00")]
    assert town.reached("change") == ["ana", "ben", "cleo"]
    town.at("2026-06-03 11:00")
    assert town.round(mark).phase is Phase.OPEN
    town.answers("cleo", town.newest("cleo", "ballot"), "oui")
    town.at("2026-06-03 12:00")
    assert town.round(mark).phase is Phase.CLOSED
    assert town.votes(mark) == {"cleo": Pick("Yes")}


def test_a_steward_corrects_the_question_and_answers_given_stand(town: Town) -> None:
    mark = opened(town, "ben")
    town.answers("cleo", town.newest("cleo", "ballot"), "oui")
    governs(town, "ana", "correct: Shall we close the office in July?")
    assert [entry.question.text for entry in town.entries(Corrected)] == ["Shall we close the office in July?"]
    assert len(town.box("cleo", "ballot")) == 2
    assert "July" in town.newest("cleo", "ballot").text
    assert town.votes(mark) == {"cleo": Pick("Yes")}


def test_whoever_opened_a_vote_adds_an_option_and_a_steward_corrects_them_by_mail(town: Town) -> None:
    mark = opened(town, "ben", "[VOTE] Lunch?", "- Pizza\n- Sushi")
    town.answers("cleo", town.newest("cleo", "ballot"), "sushi")
    governs(town, "ben", "Please add an option: Ramen")
    assert "Ramen" in town.newest("cleo", "change").text
    governs(town, "ana", "Correct the options: Sushi, Ramen and Soup")
    (entry,) = town.entries(Corrected)
    assert entry.question.options == ("Sushi", "Ramen", "Soup")
    assert "Soup" in town.newest("cleo", "ballot").text
    assert town.votes(mark) == {"cleo": Pick("Sushi")}


def test_governing_takes_more_than_a_token(town: Town) -> None:
    opened(town, "ben")
    town.answers("ana", town.newest("ana", "ballot"), "cancel")
    assert town.entries(Cancelled) == []
    assert town.arrivals()[0].state is ArrivalState.HELD
    assert [entry.reason for entry in town.entries(HeldForSteward)] == ["not-authentic"]
    assert town.newest("ana").kind == "confirm"
    town.answers("ana", town.newest("ana", "confirm"), "no")
    assert town.entries(Cancelled) == []


def test_whoever_is_neither_opener_nor_steward_governs_nothing(town: Town) -> None:
    opened(town, "ana")
    governs(town, "ben", "cancel")
    assert town.entries(Cancelled) == []
    assert town.newest("ben").kind == "decline"


def test_mail_to_the_owner_reaches_the_stewards_alone(town: Town) -> None:
    town.writes("ben", "acme+owner", "A question", "Who pays for the coffee these days?")
    assert town.reached("steward") == ["ana"]
    assert "Who pays for the coffee" in town.newest("ana").text


# --- rounds named in a new mail -------------------------------------------------------------------------------------


def two_votes(town: Town) -> None:
    opened(town, "ana")
    opened(town, "ana", "[VOTE] Buy a new printer", "Shall we buy a new printer? Yes or no, by today 20:00.")


@pytest.mark.parametrize(
    "text",
    [
        "cancel V-1\ncancel V-2",
        "cancel V-1 and V-2",
        "Please cancel both V-1 and V-2.",
        "cancel V-1, V-2",
        "V-1 and V-2: cancel",
        "Please cancel:\n- V-1\n- V-2",
        "Hi all,\n\nplease cancel V-1 and V-2.\n\nThanks\nAna",
        "cancel V-1 and V-2 because the printer is broken",
        "Bitte V-1 und V-2 absagen.",
        "Annulez V-1 et V-2, s'il vous plaît.",
        "Cancelad V-1 y V-2",
        "Annulla V-1 e V-2",
        "Cancela V-1 e V-2",
        "Annuleer V-1 en V-2",
    ],
)
def test_each_round_that_a_stewards_new_mail_names_is_cancelled_once_confirmed(town: Town, text: str) -> None:
    two_votes(town)
    town.writes("ana", "acme", "Votes", text)
    assert town.entries(Cancelled) == []
    town.confirms("ana")
    assert [entry.mark for entry in town.entries(Cancelled)] == ["V-1", "V-2"]
    assert town.reached("post") == []


def test_each_sentence_of_a_new_mail_may_ask_something_else_of_its_round(town: Town) -> None:
    two_votes(town)
    town.writes("ana", "acme", "Votes", "Close V-1 now, and cancel V-2.")
    town.confirms("ana")
    assert (town.round("V-1").phase, town.round("V-2").phase) == (Phase.CLOSED, Phase.CANCELLED)
    assert town.reached("post") == []


@pytest.mark.parametrize(
    "text",
    [
        "Please cancel both V-1 and V-2, the printer is broken.",
        "extend V-1 until 4 June and V-2 until 5 June",
        "Could you cancel V-1 and V-2?",
        "cancel V-1 and P-3",
        "I spoke to the landlord on Monday about the rooms. Please cancel V-1. Who comes to the party?",
    ],
)
def test_what_a_steward_asks_of_a_round_beside_other_words_is_asked_about_and_not_posted(town: Town, text: str) -> None:
    two_votes(town)
    town.writes("ana", "acme", "Votes", text)
    assert (town.entries(Cancelled), town.reached("post")) == ([], [])
    assert "or like a wish to change it" in " ".join(town.newest("ana", "confirm").text.split())
    town.confirms("ana")
    assert town.reached("post") == ["ben", "cleo"]


@pytest.mark.parametrize(
    "text",
    [
        "Please vote on V-1 and V-2.",
        "We should not cancel V-1 and V-2.",
        "V-1 and V-2 are open, please look by Friday.",
    ],
)
def test_talk_of_several_rounds_is_posted(town: Town, text: str) -> None:
    two_votes(town)
    town.writes("ana", "acme", "Votes", text)
    assert town.reached("post") == ["ben", "cleo"]


def test_whoever_may_not_is_told_so_of_each_round_and_may_talk_of_it(town: Town) -> None:
    two_votes(town)
    town.writes("ben", "acme", "Votes", "cancel V-1 and V-2")
    assert (town.entries(Cancelled), town.reached("post")) == ([], [])
    assert town.newest("ben").text.count("This is for a steward") == 2
    town.writes("ben", "acme", "The printer", "Could you cancel V-1 and V-2? The printer is broken.")
    assert town.reached("post") == ["ana", "cleo"]
