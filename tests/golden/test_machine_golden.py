"""Golden mail of machines, and of people who look like them: what wrote it, and what it said."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.model.nature import Written
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.mime import read_message

INBOUND = Path(__file__).parent / "inbound"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((INBOUND / "machine.toml").read_text(encoding="utf-8"))
LEXICON = load_lexicon()


def _plain(written: Written) -> dict[str, Any]:
    told: dict[str, Any] = {"nature": written.nature.value, "reason": written.reason}
    if written.bounce:
        told |= {
            "recipients": list(written.bounce.recipients),
            "permanent": written.bounce.permanent,
            "status": written.bounce.status,
            "returned_ids": list(written.bounce.returned_ids),
        }
    if written.calendar:
        calendar = written.calendar
        told |= {"uid": calendar.uid, "attendee": calendar.attendee, "partstat": calendar.partstat}
    if written.reaction:
        told |= {"emoji": written.reaction.emoji}
    return told


@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_a_golden_mail_is_told_as_recorded(case: str) -> None:
    message = read_message((INBOUND / f"machine-{case}.eml").read_bytes())
    told = _plain(written_by(message, LEXICON))
    assert {key: told.get(key) for key in EXPECTED[case]} == EXPECTED[case]


def test_every_golden_mail_of_machines_is_recorded() -> None:
    assert {file.stem.removeprefix("machine-") for file in INBOUND.glob("machine-*.eml")} == set(EXPECTED)
