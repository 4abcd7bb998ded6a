"""Answers to prompts and reminders, as every mail program writes them: by number, under the quoted lines, in languages.

One small town is lived once; what is written is read in the light of it and changes nothing. Must not: tell what a
digest's items come to (matrix.py does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from gateway.model.ballot import Pick
from gateway.model.reading import BallotKind, BallotReading, CheckInReading
from gateway.model.understood import Piece
from tests.flow.town import CHECK_IN, TEAM, Town
from tests.matrix.composing import Draft, Spot
from tests.matrix.letters import Held
from tests.matrix.measure import Fate
from tests.matrix.programs import PROGRAMS

PLAN, BLOCKER = ("write the report", "order chairs", "fix the roof"), "no key to the archive"
UNDER = ((PLAN[0], "done"), (PLAN[1], "→ Thu"), (PLAN[2], "dropped"), (BLOCKER, "solved"))
BY_NUMBER = {
    "en": ("1 done  2 → Thu  3 dropped", "4 solved"),
    "fr": ("1 fait  2 → Thu  3 abandonné", "4 résolu"),
    "de": ("1 erledigt  2 → Thu  3 gestrichen", "4 gelöst"),
    "es": ("1 hecho  2 → Thu  3 cancelado", "4 resuelto"),
}
YES = {"en": "yes, and soon", "fr": "oui, et vite", "de": "ja, und bald", "es": "sí, y pronto"}
STYLES = ("prompt, inline", "reminder, inline", "reminder, numbers", "reminder of a vote")


@dataclass(frozen=True)
class Case:
    """One answer to a prompt or a reminder, and whether what is read of it is what it says."""

    program: str
    style: str
    name: str
    held: Held
    draft: Draft
    is_right: Callable[[Piece], bool]

    @property
    def fate(self) -> Fate:
        """What becomes of it."""
        pieces = self.held.understood(PROGRAMS[self.program](self.draft)).pieces
        mark = self.held.letter.mark
        if len(pieces) == 1 and pieces[0].mark == mark and self.is_right(pieces[0]):
            return Fate.LANDED
        if any(piece.mark not in (mark, "") for piece in pieces):
            return Fate.WRONG
        unclear = (p for p in pieces if isinstance(p.reading, BallotReading) and p.reading.kind is BallotKind.UNCLEAR)
        return Fate.ASKED if any(unclear) or any(not piece.mark for piece in pieces) else Fate.SPOILT


def lived_town(folder: Path) -> Town:
    """Return a town whose Ben has been asked for a check-in twice and reminded of it, and of a vote."""
    town = Town.founded(folder, TEAM, routines={"daily": CHECK_IN}, votes={"reminders": ["2 hours"]}, delivery="none")
    town.at("2026-06-01 09:05")
    planned = "\n".join(f"- {line}" for line in PLAN)
    town.answers("ben", town.newest("ben", "prompt"), f"Done: invoices\nNext:\n{planned}\nBlockers: {BLOCKER}")
    town.at("2026-06-02 09:05")
    town.writes("ana", "acme", "[VOTE] New scanner", "Shall we buy a new scanner? Yes or no, by today 15:00.")
    town.at("2026-06-02 13:10")
    return town


def cases(town: Town) -> Iterator[Case]:
    """Yield every case, each program in turn."""
    for program in PROGRAMS:
        for kind in ("prompt", "reminder"):
            box, blank = _held(town, kind, "C-2")
            inline = replace(blank, inline=tuple((Spot(line), (said,)) for line, said in UNDER))
            yield Case(program, f"{kind}, inline", kind, box, inline, _is_the_plan_answered)
        box, blank = _held(town, "reminder", "C-2")
        for language, said in BY_NUMBER.items():
            draft = replace(blank, language=language, top=said)
            yield Case(program, "reminder, numbers", language, box, draft, _is_the_plan_answered)
        box, blank = _held(town, "reminder", "V-1")
        for quotes in (True, False):
            for language, yes in YES.items():
                draft = replace(blank, language=language, top=(yes,), quotes=quotes)
                name = f"{language}, {'with' if quotes else 'without'} quotes"
                yield Case(program, "reminder of a vote", name, box, draft, _is_a_yes)


def _held(town: Town, kind: str, mark: str) -> tuple[Held, Draft]:
    person, letter = town.people["ben"], town.newest("ben", kind, mark)
    box = Held(town, "ben", letter, {}, (letter.mark,))
    return box, Draft(box.asked, person.name, person.address, "en", box.asked.at + timedelta(hours=1))


def _is_the_plan_answered(piece: Piece) -> bool:
    reading = piece.reading
    if not isinstance(reading, CheckInReading):
        return False
    planned = (reading.done, reading.next) == (PLAN[:1], (f"{PLAN[1]} → Thu",))
    return planned and (reading.cleared, reading.blockers) == ((PLAN[2], BLOCKER), ())


def _is_a_yes(piece: Piece) -> bool:
    return isinstance(piece.reading, BallotReading) and piece.reading.choice == Pick("Yes")
