"""Everyday English answers, a table of them: each is read as what it is, and the same words without a vote are not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.model.ballot import FIXED_OPTIONS, Method, Pick, Question
from gateway.model.reading import BallotKind, BallotReading
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

TABLE = Path(__file__).parent.parent / "golden" / "readings" / "ballots-everyday.en.txt"


class Answer(NamedTuple):
    """One line of the table: a reply, what it answers, and the readings that are right."""

    reply: str
    question: Question
    right: frozenset[str]


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


@cache
def answers() -> dict[str, tuple[Answer, ...]]:
    """Return the lines of the table by their heading."""
    found: dict[str, list[Answer]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            method, asked, *options, expected = (part.strip() for part in line[2:].split("|"))
            labels = tuple(label.strip() for label in options[0].split(";")) if options else ()
            question = Question(text=asked, method=Method(method), options=labels or FIXED_OPTIONS[Method(method)])
            lines = found.setdefault(f"{method} {expected}", [])
        elif line and not line.startswith("#"):
            reply, _, own = line.partition(" => ")
            right = frozenset((own or expected).split("/"))
            lines.append(Answer(reply.replace("\\n", "\n"), question, right))
    return {heading: tuple(of) for heading, of in found.items()}


def told(reading: BallotReading) -> str:
    if reading.kind is not BallotKind.BALLOT:
        return reading.kind.value
    assert isinstance(reading.choice, Pick)
    return reading.choice.label


@pytest.mark.parametrize("heading", answers())
def test_everyday_english_answers_are_read_as_what_they_are(heading: str) -> None:
    read = {a.reply: (told(read_ballot(a.reply, a.question, lexicon())), a.right) for a in answers()[heading]}
    assert {reply: got for reply, (got, right) in read.items() if got not in right} == {}


def test_the_table_holds_what_people_write_by_the_hundred() -> None:
    assert sum(map(len, answers().values())) > 2000
