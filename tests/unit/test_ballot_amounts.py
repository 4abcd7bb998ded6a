"""Amounts in words, as seven languages write them."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.model.ballot import Method, Pick, Question
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.ballot_amounts import amounts_in
from gateway.understand.reading.ballot_text import tokens_of
from gateway.understand.reading.ballot_words import vocabulary


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def amounts(text: str) -> list[int]:
    words = [token.fold if token.kind == "word" else "" for token in tokens_of(text)]
    return [amount.value for amount in amounts_in(words, vocabulary(lexicon()).numerals)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("five hundred", 500),
        ("one hundred and fifty", 150),
        ("fifteen hundred", 1500),
        ("two thousand five hundred", 2500),
        ("fünfhundert", 500),
        ("zweihundertfünfzig", 250),
        ("vierundzwanzigtausend", 24000),
        ("fuenfundsiebzig", 75),
        ("cinq cents", 500),
        ("mille deux cents", 1200),
        ("quatre-vingts", 80),
        ("quatre-vingt-dix", 90),
        ("soixante-quinze", 75),
        ("quinientos", 500),
        ("mil doscientos cincuenta", 1250),
        ("treinta y cinco", 35),
        ("cinquecento", 500),
        ("duemilacinquecento", 2500),
        ("quinhentos", 500),
        ("cento e vinte", 120),
        ("vijfhonderd", 500),
        ("vijfenzeventig", 75),
    ],
)
def test_an_amount_in_words_is_worth_what_it_says(text: str, value: int) -> None:
    assert amounts(text) == [value]


@pytest.mark.parametrize("text", ["", "a few", "eleven", "five, six hundred", "two fifty", "once", "hundreds of them"])
def test_what_is_no_amount_or_a_small_one_is_left_alone(text: str) -> None:
    assert not {250, 500} & {*amounts(text)}


def test_two_amounts_are_two() -> None:
    assert amounts("five hundred, or six hundred") == [500, 600]


def read(text: str) -> tuple[BallotKind, object]:
    options = ("150 €", "500 €", "1 500 €")
    question = Question(text="How much shall we give?", method=Method.SINGLE, options=options)
    reading = read_ballot(text, question, lexicon())
    return reading.kind, reading.choice


@pytest.mark.parametrize(
    "text", ["five hundred", "Five hundred euros, please.", "500", "not fifteen hundred, five hundred"]
)
def test_an_amount_in_words_chooses_the_option_of_that_amount(text: str) -> None:
    assert read(text) == (BallotKind.BALLOT, Pick("500 €"))


@pytest.mark.parametrize(
    "text",
    ["less than five hundred", "at least 500", "five hundred is too much", "a thousand thanks", "Thanks a million"],
)
def test_an_amount_that_is_a_bound_or_refused_or_a_courtesy_chooses_nothing(text: str) -> None:
    assert read(text)[0] is BallotKind.UNCLEAR
