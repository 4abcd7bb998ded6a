"""Votes named in a text: found however they are written."""

from __future__ import annotations

import pytest

from gateway.model.reading import BallotKind, BallotReading
from gateway.resources import load_lexicon
from gateway.understand.marks import marks_in, named
from gateway.understand.reading.catching_up import as_read_below, read_as_read
from gateway.understand.reading.courtesy import is_contentment
from gateway.understand.reading.govern import read_undos
from gateway.understand.spilt import Spilt, around, is_answer_alone, votes_named

LEXICON = load_lexicon()
IN_DOUBT = BallotReading(BallotKind.UNCLEAR)


@pytest.mark.parametrize("dash", list("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"))
def test_a_mark_is_a_mark_with_any_dash(dash: str) -> None:
    one = named(f"V{dash}1: Porto")
    assert one is not None
    assert (one.mark, one.text) == ("V-1", "Porto")
    assert marks_in(f"see [T{dash}2]") == ["T-2"]


def test_votes_are_named_with_any_dash_a_space_or_nothing() -> None:
    assert votes_named("V\u20131, V 2, v3, (V-4) and V\u00a05") == ("V-1", "V-2", "V-3", "V-4", "V-5")
    assert votes_named("IV-1, V-1.5, TV2 and V-1b") == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Done: a\nV-1 Porto\nNext: b", "Done: a\nNext: b"),
        ("done. V-1 Porto", "done."),
        ("done (V-1 Porto", ""),
        ("V-1 Porto", ""),
        ("not yet since V-1 Porto", ""),
    ],
)
def test_what_is_left_of_a_text_without_a_vote_tears_no_sentence(text: str, left: str) -> None:
    start = text.index("V-1")
    assert around(text, Spilt("V-1", start, start + len("V-1 Porto"), IN_DOUBT)) == left


@pytest.mark.parametrize("text", ["yes", "Oui !", "no.", "nein"])
def test_a_yes_alone_is_an_answer_alone(text: str) -> None:
    assert is_answer_alone(text, LEXICON)
    assert not is_answer_alone(f"{text} the hall is free on Monday", LEXICON)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("undo", [0]),
        ("undo 2", [2]),
        ("annuler la 2", [2]),
        ("undo 1 and 3", [3, 1]),
        ("undo 1 & 2, please", [2, 1]),
        ("undo all", [0]),
        ("annule tout", [0]),
        ("annulez les lignes 1 et 2", [2, 1]),
        ("undo the roof", []),
        ("undo 2 of the bolts", []),
        ("I will undo it on 2 June", []),
    ],
)
def test_undo_names_lines_in_plain_words(text: str, lines: list[int]) -> None:
    assert [one.number for one in read_undos(text, LEXICON)] == lines


@pytest.mark.parametrize("text", ["thanks!", "ok", "merci !", "perfect, thank you", "Got it, thanks.", "Super, danke"])
def test_thanks_for_a_receipt_say_nothing_else(text: str) -> None:
    assert is_contentment(text, "Ben Moor", LEXICON)


@pytest.mark.parametrize("text", ["no", "yes", "Porto", "ok, but Lisbon", "thanks?", "2", "undo"])
def test_what_else_is_said_to_a_receipt_is_no_thanks(text: str) -> None:
    assert not is_contentment(text, "Ben Moor", LEXICON)


def test_ok_to_a_catch_up_may_be_said_in_several_words() -> None:
    assert read_as_read("OK, j'ai tout lu !", LEXICON)
    assert read_as_read("ok, read it all, thanks", LEXICON)
    assert read_as_read("ok, but who has the key?", LEXICON) is None
    assert as_read_below("V-1 : Porto\nok", LEXICON) == ("V-1 : Porto", "ok")
    assert as_read_below("ok", LEXICON) is None
