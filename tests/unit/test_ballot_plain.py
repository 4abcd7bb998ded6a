"""A ballot's text without its light words: every other word stands as it would in the text cut anew."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.resources import load_lexicon
from gateway.understand.reading.ballot_plain import lightened
from gateway.understand.reading.ballot_text import tokens_of
from gateway.understand.reading.ballot_words import Vocabulary, marked, vocabulary

QUESTION = "Where do we meet?"


@cache
def words() -> Vocabulary:
    return vocabulary(load_lexicon())


@pytest.mark.parametrize(
    "text",
    [
        "I'd honestly rather not",
        "5 honestly, 300 (honestly) 2.5",
        "honestly-5",
        "5-honestly- 3 of them",
        "+1honestly\nhonestly\n-1",
        "honestly" + " Porto" * 720,
    ],
)
def test_a_text_without_its_light_words_holds_the_tokens_that_cutting_it_anew_would_give(text: str) -> None:
    before = marked(text, QUESTION, words())
    light = lightened(before, QUESTION, words())
    blanked = tokens_of(text.replace("honestly", " " * len("honestly")))
    assert light is not None
    assert light.text == text
    assert set(light.tokens) <= set(blanked)
    assert len(light.tokens) == min(len(blanked), 700)


def test_a_text_without_light_words_is_not_looked_at_again() -> None:
    assert lightened(marked("Porto, please", QUESTION, words()), QUESTION, words()) is None
