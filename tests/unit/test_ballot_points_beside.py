"""Points with more said behind them, nothing for the rest, and two options named beside each other."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.model.ballot import Method, Question, Scores
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

CITIES = ("Porto", "Lisbon", "Berlin")


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def points(text: str) -> dict[str, float]:
    question = Question(text="Points, please", method=Method.SCORE, options=CITIES, lowest=0, highest=5)
    choice = read_ballot(text, question, lexicon()).choice
    assert isinstance(choice, Scores)
    return dict(choice.pairs)


@pytest.mark.parametrize(
    "text",
    [
        "Porto 2, Lisbon 4, Berlin 5. Berlin has the best food.",
        "Lisbon 4, Porto 2, Berlin 5. Berlin is the only one I know.",
        "Berlin 5! Lisbon 4, Porto 2. Porto rains.",
    ],
)
def test_a_sentence_begins_behind_the_last_points(text: str) -> None:
    assert points(text) == {"Porto": 2, "Lisbon": 4, "Berlin": 5}


@pytest.mark.parametrize(
    "text",
    [
        "top marks for Berlin, nothing for the other two",
        "Berlin 5, the others nothing",
        "5 pour Berlin, rien pour les autres",
        "Berlin 5, nichts für die anderen",
        "Berlin 5, nada para los demás",
        "5 a Berlin, niente per gli altri",
        "Berlin 5, niets voor de rest",
    ],
)
def test_nothing_for_the_rest_is_no_points_for_each(text: str) -> None:
    assert points(text) == {"Porto": 0, "Lisbon": 0, "Berlin": 5}


@pytest.mark.parametrize(
    "text",
    [
        "Berlin 5, nothing against the others",
        "Berlin 5, I know nothing about the others",
        "Berlin 5, the others are nothing special",
        "Berlin 5, gegen die anderen nichts",
    ],
)
def test_nothing_said_of_the_rest_gives_it_no_points(text: str) -> None:
    assert points(text) == {"Berlin": 5}


@pytest.mark.parametrize("text", ["Train or car", "Car or train", "train or bus"])
def test_two_options_with_an_or_between_them_are_asked_back(text: str) -> None:
    question = Question(text="How do we travel?", method=Method.SINGLE, options=("Train", "Car", "Bus"))
    assert read_ballot(text, question, lexicon()).kind is BallotKind.UNCLEAR
