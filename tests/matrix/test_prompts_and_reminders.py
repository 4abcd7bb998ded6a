"""Answers to prompts and reminders, as every mail program writes them: by number, under the quoted lines, in languages.

One small town is lived once; what is written is read in the light of it and changes nothing. Must not: tell what a
digest's items come to (test_matrix.py does).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.ballot import Pick
from gateway.model.reading import BallotReading, CheckInReading
from gateway.model.understood import Piece
from tests.flow.town import CHECK_IN, TEAM, Letter, Town
from tests.matrix.letters import Held
from tests.matrix.programs import PROGRAMS, Draft, Spot

PLAN, BLOCKER = ("write the report", "order chairs", "fix the roof"), "no key to the archive"
UNDER = ((PLAN[0], "done"), (PLAN[1], "→ Thu"), (PLAN[2], "dropped"), (BLOCKER, "solved"))
BY_NUMBER = {
    "en": ("1 done  2 → Thu  3 dropped", "4 solved"),
    "fr": ("1 fait  2 → Thu  3 abandonné", "4 résolu"),
    "de": ("1 erledigt  2 → Thu  3 gestrichen", "4 gelöst"),
    "es": ("1 hecho  2 → Thu  3 cancelado", "4 resuelto"),
}
YES = {"en": "yes, and soon", "fr": "oui, et vite", "de": "ja, und bald", "es": "sí, y pronto"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    lived = Town.founded(
        tmp_path_factory.mktemp("town"), TEAM, routines={"daily": CHECK_IN}, votes={"reminders": ["2 hours"]},
        delivery="none",
    )  # fmt: skip
    lived.at("2026-06-01 09:05")
    planned = "\n".join(f"- {line}" for line in PLAN)
    lived.answers("ben", lived.newest("ben", "prompt"), f"Done: invoices\nNext:\n{planned}\nBlockers: {BLOCKER}")
    lived.at("2026-06-02 09:05")
    lived.writes("ana", "acme", "[VOTE] New scanner", "Shall we buy a new scanner? Yes or no, by today 15:00.")
    lived.at("2026-06-02 13:10")
    yield lived
    lived.close()


def held(town: Town, letter: Letter) -> tuple[Held, Draft]:
    person = town.people["ben"]
    box = Held(town, "ben", letter, {}, (letter.mark,))
    blank = Draft(box.asked, person.name, person.address, "en", box.asked.at + timedelta(hours=1))
    return box, blank


def read(box: Held, program: str, draft: Draft) -> Piece:
    pieces = box.understood(PROGRAMS[program](draft)).pieces
    assert [piece.mark for piece in pieces] == [box.letter.mark]
    return pieces[0]


@pytest.mark.parametrize("kind", ["prompt", "reminder"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_plan_is_answered_under_its_quoted_lines(town: Town, program: str, kind: str) -> None:
    letter = town.newest("ben", kind, "C-2")
    box, blank = held(town, letter)
    reading = read(box, program, replace(blank, inline=tuple((Spot(line), (said,)) for line, said in UNDER))).reading
    assert isinstance(reading, CheckInReading)
    assert (reading.done, reading.next) == (PLAN[:1], (f"{PLAN[1]} → Thu",))
    assert (reading.cleared, reading.blockers) == ((PLAN[2], BLOCKER), ())


@pytest.mark.parametrize("language", BY_NUMBER)
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_plan_is_answered_by_number(town: Town, program: str, language: str) -> None:
    letter = town.newest("ben", "reminder", "C-2")
    box, blank = held(town, letter)
    reading = read(box, program, replace(blank, language=language, top=BY_NUMBER[language])).reading
    assert isinstance(reading, CheckInReading)
    assert (reading.done, reading.next) == (PLAN[:1], (f"{PLAN[1]} → Thu",))
    assert (reading.cleared, reading.blockers) == ((PLAN[2], BLOCKER), ())


@pytest.mark.parametrize("quotes", [True, False])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_reminder_of_a_vote_takes_the_vote(town: Town, program: str, quotes: bool) -> None:
    box, blank = held(town, town.newest("ben", "reminder", "V-1"))
    for language, said in YES.items():
        reading = read(box, program, replace(blank, language=language, top=(said,), quotes=quotes)).reading
        assert isinstance(reading, BallotReading)
        assert reading.choice == Pick("Yes")
