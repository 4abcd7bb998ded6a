"""Golden replies: whole mails of our own writing, each with the new text a careful reader would take out of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.reply import new_text

INBOUND = Path(__file__).parents[1] / "golden" / "inbound"
WORDS = Path(__file__).parents[2] / "gateway" / "understand" / "words"
CASES = sorted(INBOUND.glob("reply-*.toml"))


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon({file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(WORDS.glob("*.toml"))})


def squared(text: str) -> str:
    """Leave out what no reader sees: spaces at line ends, more than one empty line."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept)


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_golden_reply_is_read_as_a_person_reads_it(case: Path, lexicon: Lexicon) -> None:
    expected: dict[str, Any] = tomllib.loads(case.read_text("utf-8"))
    message = read_message(case.with_suffix(".eml").read_bytes())
    original = read_message((INBOUND / expected["original"]).read_bytes()) if "original" in expected else None

    reading = new_text(message, original, lexicon)

    assert squared(reading.text) == squared(expected["text"])
    assert squared(reading.own) == squared(expected.get("own", expected["text"]))
    assert set(expected.get("signs", ())) <= {dropped.sign for dropped in reading.dropped}
    for block, wanted in zip(reading.blocks, expected.get("blocks", ()), strict=False):
        assert block.text == wanted["text"]
        assert block.under.endswith(wanted["under_ends_with"]) if wanted["under_ends_with"] else not block.under
    assert len(reading.blocks) == len(expected.get("blocks", reading.blocks))


def test_there_are_golden_replies() -> None:
    assert len(CASES) >= 20
