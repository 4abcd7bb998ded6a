"""What a mail that opens a vote says beside its question, its options and its end."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.resources import load_lexicon
from gateway.understand.reading.request import make_request
from gateway.understand.reading.vote import read_vote_request

LEXICON = load_lexicon()
MONDAY = datetime(2026, 6, 1, 10, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("subject", "text", "about"),
    [
        ("Where", "- Lisbon\n- Porto\n\nBy Friday 17:00.", ""),
        (
            "",
            "Where shall we meet?\nWe have 300 euros, and\nthree days.\n\n- Lisbon\n- Porto\n\nAnswer by Friday.",
            "We have 300 euros, and\nthree days.",
        ),
        ("Lunch", "Options: Lisbon, Porto\nTrains go to both.", "Trains go to both."),
        ("Où se voir ?", "- Lyon\n- Nantes\n\nLe budget est de 300 €.\navant jeudi 17 h", "Le budget est de 300 €."),
        ("Release 2.0", "Shall we release? by tomorrow 17:00", "Shall we release?"),
    ],
)
def test_what_stays_true_when_question_options_or_end_are_corrected(subject: str, text: str, about: str) -> None:
    found = read_vote_request(make_request("acme+vote", subject, text, MONDAY, LEXICON))
    assert found is not None
    assert found.about == about
