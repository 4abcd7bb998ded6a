"""An option that is but named in passing is no vote for it, and keeps no vote beside it from counting."""

from __future__ import annotations

import pytest

from gateway.model.ballot import Choice, Method, Pick, Picks, Question, Ranking, Scores
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.reading.ballot import read_ballot

CITIES = ("Lisbon", "Porto", "Rome")


def chosen(text: str, method: Method = Method.SINGLE, question: str = "Where do we meet?") -> Choice | None:
    reading = read_ballot(text, Question(text=question, method=method, options=CITIES), load_lexicon())
    return reading.choice if reading.kind is BallotKind.BALLOT else None


@pytest.mark.parametrize(
    "text",
    [
        "Greetings from Porto",  # a greeting that leads to a place
        "See you in Porto!",
        "I'm in Porto until Friday",  # whereabouts
        "Written on the train to Porto",  # a place behind words that tell of something else
        "My parents live in Porto",
        "I'm in Lisbon until Friday, then in Rome",  # whereabouts that go on
        "Porto's link is broken",  # the form
        "My mail program shows only Porto",
        "Put Porto first in the list",  # the list, and what is to be done with it
        "Why is Porto an option",  # a question without its mark
        "Options: Rome, Porto",  # a heading
        "Please change the options to Rome, Porto",
    ],
)
@pytest.mark.parametrize("method", [Method.SINGLE, Method.APPROVAL, Method.RANKED, Method.SCORE])
def test_a_mention_chooses_nothing_whatever_the_method(text: str, method: Method) -> None:
    assert chosen(text, method) is None


@pytest.mark.parametrize(
    "text",
    [
        "In Porto please",
        "Let's meet in Porto",
        "I can come to Porto",
        "Move to Porto",
        "Porto. Greetings from Rome",
        "Greetings from Rome! I vote Porto.",
        "Porto, I'm in Lisbon until Friday",
        "I'm in Rome this week, but for the meeting I choose Porto",
        "Most of us live in Porto, so Porto",
        "The link is broken, so by mail: Porto",
        "Porto is the best option on the list",
        "Please put me on the list for Porto",
        "Why not Porto",
        "Options: Rome, Porto. My vote: Porto",
    ],
)
def test_a_vote_that_looks_alike_or_stands_beside_one_counts(text: str) -> None:
    assert chosen(text) == Pick("Porto")


def test_a_mention_beside_votes_of_other_methods_takes_nothing_from_them() -> None:
    assert chosen("I could travel to Lisbon or Rome", Method.APPROVAL) == Picks(("Lisbon", "Rome"))
    assert chosen("Put Porto first", Method.RANKED) == Ranking((("Porto",),))
    assert chosen("Porto 5, Rome 2. Greetings from Lisbon", Method.SCORE) == Scores((("Porto", 5.0), ("Rome", 2.0)))


def test_where_somebody_is_answers_a_question_for_it() -> None:
    assert chosen("I'm in Porto", question="Where are you on Friday?") == Pick("Porto")
    assert chosen("I'm in Porto") is None


def test_what_is_told_of_one_option_never_makes_the_other_of_two_the_choice() -> None:
    two = Question(text="Where do we meet?", method=Method.SINGLE, options=CITIES[:2])
    for text in (
        "The Lisbon link doesn't work for me",
        "Please drop Lisbon from the options",
        "I'm in Lisbon this week",
    ):
        assert read_ballot(text, two, load_lexicon()).kind is BallotKind.UNCLEAR, text


def test_a_broken_button_is_no_verdict() -> None:
    asked = Question(text="Do we move?", method=Method.YESNO, options=("Yes", "No"))
    for text in ("The link for No does not work", "My mail program shows only Yes"):
        assert read_ballot(text, asked, load_lexicon()).kind is BallotKind.UNCLEAR, text
    assert read_ballot("Yes, the link is broken though", asked, load_lexicon()).choice == Pick("Yes")
