"""Check-ins out of replies: the golden replies of seven languages, and the promises behind them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.model.reading import CheckInKind, CheckInReading
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.phrases import words_of

CASES = Path(__file__).parent.parent / "golden" / "readings" / "checkins.jsonl"
TUESDAY = date(2026, 7, 14)
NEAR, NEAR_IN_FEW = 0.8, 0.66  # share of words that must agree; among three a word of time may go ("tomorrow")


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(text: str, *questions: str) -> CheckInReading:
    return read_checkin(text, TUESDAY, lexicon(), questions)


def cases() -> list[Any]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=f"{case['id']}-{case['lang']}") for case in map(json.loads, lines)]


def bag(items: list[str] | tuple[str, ...]) -> Counter[str]:
    return Counter(word.text for item in items for word in words_of(item) if word.text[0].isalnum())


def agree(wanted: list[str], got: tuple[str, ...], loose: list[str]) -> bool:
    have = bag(tuple(item for item in got if bag([item]) - bag(loose)))
    want = bag(wanted)
    if not want or not have:
        return not want and not have
    near = NEAR if sum(want.values()) > 3 else NEAR_IN_FEW
    return 2 * sum((want & have).values()) >= near * (sum(want.values()) + sum(have.values()))


@pytest.mark.parametrize("case", cases())
def test_a_golden_reply_is_read_as_its_author_meant_it(case: dict[str, Any]) -> None:
    got = read_checkin(case["reply"], date.fromisoformat(case["sent_on"]), lexicon())
    loose = case.get("loose", [])
    readings = [case["expected"] | extra for extra in ({}, *case.get("also_ok", []))]
    assert any(
        want["kind"] == got.kind
        and agree(want["done"], got.done, loose)
        and agree(want["next"], got.next, loose)
        and agree(want["blockers"], got.blockers, loose)
        for want in readings
    ), got
    assert got.mood in case.get("mood_ok", [case["expected"]["mood"]])
    until = got.away_until.isoformat() if got.away_until else None
    assert until in case.get("away_until_ok", [case["expected"]["away_until"]])


def test_bullets_and_labels_are_no_part_of_an_item() -> None:
    reading = read("**Done:**\n- [x] paint\n- sand\n\n**Next:**\n* varnish\n\n**Blockers:** none")
    assert reading.done == ("paint", "sand")
    assert reading.next == ("varnish",)
    assert reading.blockers == ()


def test_labels_may_stand_in_any_order() -> None:
    reading = read("Blockers: rain\nNext: roof\nDone: walls")
    assert (reading.done, reading.next, reading.blockers) == (("walls",), ("roof",), ("rain",))


def test_greeting_thanks_and_name_are_no_items() -> None:
    reading = read("Hi Ana,\n\nDone: walls\nNext: roof\n\nThanks a lot\nBen\n-- \nBen Okri, Builders Ltd")
    assert (reading.done, reading.next) == (("walls",), ("roof",))


def test_quoted_questions_label_and_quoted_answers_count_for_nothing() -> None:
    reading = read("> What did you get done?\nwalls\n> What's next?\n> Done: the moon\nroof")
    assert "the moon" not in " ".join((*reading.done, *reading.next, *reading.blockers))
    assert reading.done == ("walls",)


def test_the_standard_questions_in_other_words_are_labels() -> None:
    questions = ("What did you finish?", "What will you do next?", "Where are you stuck?")
    text = "\n".join(
        f"> {question}\n{answer}" for question, answer in zip(questions, ("1", "2 and 3", "everywhere"), strict=True)
    )
    reading = read(text, *questions)
    assert reading.next == ("2 and 3",)
    assert reading.blockers == ("everywhere",)


def test_a_number_that_rates_nothing_is_no_mood() -> None:
    assert read("Done: 4 pages\nNext: 3 more\nBlockers: none").mood is None


def test_a_mood_out_of_range_is_none() -> None:
    assert read("Mood: 9\nDone: walls\nNext: roof").mood is None


def test_an_absence_beside_work_is_noted_and_the_work_is_kept() -> None:
    reading = read("Sent the proofs. I'm on holiday until 24 July.")
    assert reading.kind is CheckInKind.CHECKIN
    assert reading.done == ("Sent the proofs.",)
    assert reading.away_until == date(2026, 7, 24)


@pytest.mark.parametrize("text", ["", " \n ", "> only quoted", "?", "ok"])
def test_what_says_nothing_is_unclear(text: str) -> None:
    assert read(text).kind is CheckInKind.UNCLEAR


def test_what_stands_above_the_first_label_is_kept_where_it_says_what_it_is() -> None:
    found = read("I mended the pump.\nNext: the tank\nBlockers: none")
    assert (found.done, found.next, found.blockers) == (("I mended the pump.",), ("the tank",), ())


def test_a_word_of_time_in_front_of_one_bullet_speaks_for_that_one_alone() -> None:
    found = read("- counted the chairs\n- tomorrow: the tables\n- waiting for the van")
    assert (found.done, found.next, found.blockers) == (
        ("counted the chairs",),
        ("the tables",),
        ("waiting for the van",),
    )


def test_a_table_is_read_by_its_heads_whichever_way_it_lies() -> None:
    across = read("| Done | Next | Blockers |\n|---|---|---|\n| the hall | the stage | no light |")
    down = read("| Done | the hall |\n| Next | the stage |\n| Blockers | no light |")
    assert (across.done, across.next, across.blockers) == (("the hall",), ("the stage",), ("no light",))
    assert (down.done, down.next, down.blockers) == (across.done, across.next, across.blockers)


def test_bars_in_the_text_make_no_table() -> None:
    assert read("Done: a|b test of the sign-up page\nNext: ship it\nBlockers: none").done == (
        "a|b test of the sign-up page",
    )
