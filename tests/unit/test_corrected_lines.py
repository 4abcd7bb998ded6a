"""Lines of a receipt worded anew: numbers that stand for a line, and numbers that are dates, times or lists."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.resources import load_lexicon
from gateway.understand.corrected import corrected_lines

LEXICON = load_lexicon()
SENT = datetime(2026, 6, 1, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))


def lines(text: str, count: int = 3) -> list[tuple[int, str]]:
    return list(corrected_lines(text, count, SENT, LEXICON))


@pytest.mark.parametrize(
    "text",
    ["1 Lisbon", "1: Lisbon", "1) Lisbon", "1. Lisbon", "1 : Lisbon", "1 - Lisbon", "1=Lisbon", "\n1 Lisbon"],
)
def test_a_number_names_a_line(text: str) -> None:
    assert lines(text) == [(1, "Lisbon")]


def test_several_lines_are_corrected_and_what_stands_below_one_belongs_to_it() -> None:
    assert lines("2 no\ntoo dear, I think\n\n3 → Thursday") == [(2, "no\ntoo dear, I think"), (3, "→ Thursday")]


@pytest.mark.parametrize(
    "text",
    [
        "2 June is better", "1 hour later", "2 juin", "1. Juni geht", "10:30", "1:30 is fine", "4 Lisbon", "0 Lisbon",
        "Lisbon", "Lisbon\n1 Porto", "1", "1Lisbon", "", "100 Lisbon", "undo 2",
    ],
)  # fmt: skip
def test_what_begins_otherwise_names_no_line(text: str) -> None:
    assert lines(text) == []


@pytest.mark.parametrize("text", ["1: Porto, 2: no", "1: Porto; 2: no", "1 = Porto, 2 = no", "1: Porto. 2: no"])
def test_a_line_may_word_several_lines_anew(text: str) -> None:
    assert lines(text) == [(1, "Porto"), (2, "no")]


@pytest.mark.parametrize("text", ["1: Porto, 4: no", "1: Porto at 2:30", "2: Porto, 1: no", "1 Porto, 2: no"])
def test_what_names_no_later_line_is_part_of_the_first(text: str) -> None:
    assert len(lines(text)) == 1


def test_a_receipt_without_lines_has_none_to_correct() -> None:
    assert lines("1 Lisbon", 0) == []
