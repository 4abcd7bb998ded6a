"""Answers to a receipt: its lines taken back, by number or mark, and worded anew, whatever they are about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gateway.model.ballot import Method, Pick
from gateway.model.change import AbsenceChange, RoundBegun, SettingsChange
from gateway.model.facts import Act, ReceiptFacts
from gateway.model.member import Absence, Delivery, Settings
from gateway.model.reading import BallotReading, CommandReading, Intent
from gateway.model.understood import Governing, GoverningAct, Piece, Setting, Undo
from gateway.resources import load_lexicon
from gateway.understand.read import understand
from tests.builders import BEN, context, message, sent, view, vote_round

LEXICON = load_lexicon()
VOTED = Act(name="voted", mark="V-7")
STARTS, UNTIL = date(2026, 8, 3), date(2026, 8, 14)
AWAY = Act(
    name="away",
    starts=STARTS,
    until=UNTIL,
    changed=(AbsenceChange(before=(), after=(Absence(starts=STARTS, until=UNTIL),)),),
)
CHANNEL = Act(
    name="channel",
    changed=(SettingsChange(before=Settings(), after=Settings(channels={"design": Delivery.NONE})),),
)
OPENED = Act(name="vote-opened", mark="V-7", changed=(RoundBegun(mark="V-7"),))
WHERE = vote_round(Method.SINGLE, "Lisbon", "Porto")


def pieces(text: str, *acts: Act) -> tuple[Piece, ...]:
    told = sent("receipt", "V-7" if len(acts) == 1 and acts[0].mark else "", facts=ReceiptFacts(acts=acts))
    known = context(BEN, view(WHERE), answering=told, reverse_path=BEN.address)
    return understand(message(BEN, "Re: Received", text=text), known, LEXICON).pieces


def readings(text: str, *acts: Act) -> list[Any]:
    return [piece.reading for piece in pieces(text, *acts)]


@pytest.mark.parametrize("text", ["undo 1\n2 Porto", "2 Porto\nundo 1", "please undo line 1\n\n2: Porto"])
def test_one_line_is_taken_back_and_another_worded_anew(text: str) -> None:
    undone, ballot = readings(text, AWAY, VOTED)
    assert undone == Undo(1)
    assert (type(ballot), ballot.choice) == (BallotReading, Pick("Porto"))


def test_lines_are_taken_back_in_lines_of_their_own_the_last_first() -> None:
    assert readings("undo 1\nundo 2", AWAY, VOTED) == [Undo(2), Undo(1)]
    assert readings("undo 2\n\nBen", AWAY, VOTED) == [Undo(2)]
    assert readings("undo 2\nI was too quick", AWAY, VOTED) == [Undo(2)]


def test_a_line_is_taken_back_by_its_mark() -> None:
    assert readings("undo V-7", AWAY, VOTED) == [Undo(mark="V-7")]
    assert readings("annuler V-7", AWAY, VOTED) == [Undo(mark="V-7")]


@pytest.mark.parametrize(
    ("text", "acts", "starts", "until"),
    [
        ("from 4 to 15 August", (AWAY,), date(2026, 8, 4), date(2026, 8, 15)),
        ("du 4 au 15 août", (AWAY,), date(2026, 8, 4), date(2026, 8, 15)),
        ("I'm on leave from 4 to 15 August", (VOTED, AWAY), date(2026, 8, 4), date(2026, 8, 15)),
        ("2 from 4 to 15 August", (VOTED, AWAY), date(2026, 8, 4), date(2026, 8, 15)),
        ("2: until 20 August", (VOTED, AWAY), STARTS, date(2026, 8, 20)),
        ("2: I'm on leave from 1 to 5 December", (VOTED, AWAY), date(2026, 12, 1), date(2026, 12, 5)),
    ],
)
def test_an_absence_worded_anew_stands_in_the_place_of_the_first(
    text: str, acts: tuple[Act, ...], starts: date, until: date
) -> None:
    undone, away = readings(text, *acts)
    assert undone == Undo(acts.index(AWAY) + 1)
    assert (away.intent, away.away_from, away.until) == (Intent.AWAY, starts, until)


def test_an_absence_at_another_time_is_another_one() -> None:
    (away,) = readings("I'm on leave from 1 to 5 December", AWAY)
    assert isinstance(away, CommandReading)
    assert away.intent is Intent.AWAY


def test_a_channel_worded_anew_leaves_the_first_as_it_was() -> None:
    undone, setting = readings("2 mute #ops", VOTED, CHANNEL)
    assert undone == Undo(2)
    assert isinstance(setting, Setting)
    assert setting.channel == "ops"


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("by Thursday 17:00", GoverningAct.EXTEND),
        ("1 by Thursday 17:00", GoverningAct.EXTEND),
        ("- Lisbon\n- Porto\n- Ghent", GoverningAct.CORRECT_OPTIONS),
        ("1 Where do we meet in May?", GoverningAct.CORRECT),
    ],
)
def test_a_vote_that_was_opened_is_put_right_by_its_line(text: str, act: GoverningAct) -> None:
    ((mark, governing),) = [(piece.mark, piece.reading) for piece in pieces(text, OPENED)]
    assert isinstance(governing, Governing)
    assert (mark, governing.act) == ("V-7", act)


@pytest.mark.parametrize("text", ["Porto", "1 Porto", "- Porto\n- Lisbon"])
def test_what_may_be_an_answer_to_the_vote_that_was_opened_changes_nothing_of_it(text: str) -> None:
    assert [type(reading) for reading in readings(text, OPENED)] == [BallotReading]
