"""Whatever a text holds, the readers of dates, absences, check-ins and requests answer, and soon."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.reading import CheckInReading, CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.away import read_absence
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.command import read_command
from gateway.understand.reading.date import find_dates, read_when

SENT = datetime(2026, 7, 14, 9, 30, tzinfo=UTC)
PIECES = (
    "done", "next:", "- ", "1. ", "\n", "\n\n", "> ", "until", "from", "3", "14", "August", "Friday", "17:00", "back",
    "unsubscribe", "pause", "@bob", "[VOTE]", "by", "heute", "du 20", "au", "7 août", "vendredi", "99", "31.2.",
    "8/3", "mood 3/5", "no blockers", "?", ".", ", ", "**", "à", "bis", "hasta", "week", "in", "for", "000", "9999",
    "5pm", "°",
)  # fmt: skip
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


@settings(max_examples=150, deadline=None)
@given(texts)
def test_any_text_is_read_and_nothing_rises(text: str) -> None:
    assert isinstance(read_checkin(text, date(2026, 7, 14), lexicon()), CheckInReading)
    assert isinstance(read_command(text[:40], text[:80], text, SENT, lexicon()), CommandReading)
    assert all(text[slice(*when.span)] == when.evidence for when in find_dates(text, SENT, lexicon()))
    read_when(text[:60], SENT, lexicon())
    read_absence(text[:60], text, SENT, lexicon())


@settings(max_examples=60, deadline=None)
@given(texts)
def test_items_are_words_of_the_author(text: str) -> None:
    reading = read_checkin(text, date(2026, 7, 14), lexicon())
    squeezed = "".join(char for char in text if char.isalnum())
    for item in (*reading.done, *reading.next, *reading.blockers):
        assert all(char in squeezed for char in item if char.isalnum())


@settings(max_examples=60, deadline=None)
@given(texts)
def test_quoted_lines_never_act(text: str) -> None:
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    assert read_command("acme", "Re: [acme] Question", quoted, SENT, lexicon()).intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    "piece", ["3 ", "by Friday ", "from 3 to 14 August ", "a.", "1.", "Done: ", "- \n", "on the ", "de ", ", "]
)
def test_a_long_text_costs_no_more_than_its_length(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    lexicon()
    started = time.process_time()
    read_checkin(text, date(2026, 7, 14), lexicon())
    read_command("acme", "x", text, SENT, lexicon())
    find_dates(text, SENT, lexicon())
    assert time.process_time() - started < 10
