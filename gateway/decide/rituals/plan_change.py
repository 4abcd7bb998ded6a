"""What an answer leaves of a plan: what it does not speak of stays, of last time's plan and of the answer before.

Must not: read words (understand/reading/plan.py does), or record anything.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from rapidfuzz.fuzz import token_sort_ratio

from gateway.model.context import RoundView
from gateway.model.plan import core, line_of
from gateway.model.reading import CheckInReading
from gateway.model.round import CheckIn

_SAME_WORDS = 88  # of 100: two people-written lines that differ in a word or two mean the same thing


def amended(reading: CheckInReading, view: RoundView) -> CheckInReading:
    """Return what a check-in comes to: one that only changes a plan changes the answer that stands, if there is one."""
    standing, changes = view.standing.answer if view.standing else None, reading.changes
    if changes is None or not isinstance(standing, CheckIn):
        return reading
    known = (*view.plan, *view.open_blockers, *changes.lines)
    kept, stopping, planned = (
        [line for line in lines if not _is_spoken_of(line, changes.lines, known)]
        for lines in (standing.done, standing.blockers, standing.next)
    )
    following = _in_place(standing.next, planned, changes.next, known)
    return dataclasses.replace(
        reading,
        done=_each_once(kept, reading.done),
        next=following,
        blockers=_each_once([line for line in stopping if not among(line, reading.cleared)], reading.blockers),
        mood=reading.mood if reading.mood is not None else standing.mood,
        answers=tuple((dict(standing.answers) | dict(reading.answers)).items()),
        unplanned=not following,
    )


def _in_place(
    before: Sequence[str], kept: Sequence[str], changed: Sequence[str], known: Sequence[str]
) -> tuple[str, ...]:
    """Return what is planned in the order it had: a line that was changed where it stood, what is new last."""
    anew = {line: said for said in changed if (line := line_of(said, known))}
    placed = [said if said in kept else anew.get(line_of(said, known), "") for said in before]
    return _each_once([said for said in placed if said], changed)


def _is_spoken_of(said: str, lines: Sequence[str], known: Sequence[str]) -> bool:
    line = line_of(said, known)
    return line in lines if line else among(said, lines)


def _each_once(*several: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for lines in several for line in lines))


def still_planned(reading: CheckInReading, plan: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of a plan that an answer leaves: all it does not speak of, none where nothing comes next."""
    if reading.unplanned or reading.changes is not None:  # by numbers: what is left is in it
        return ()
    meant = {line_of(one, plan) or _meant(one, plan) for one in (*reading.done, *reading.next)}
    said = (*reading.done, *reading.next, *reading.cleared, *reading.blockers)
    return tuple(line for line in plan if line not in meant and not among(line, said))


def dropped(given: CheckIn, plan: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of a plan that an answer by numbers leaves nothing of."""
    left = [line_of(one, plan) for one in (*given.done, *given.next)]
    return tuple(line for line in plan if line not in left and not among(line, (*given.done, *given.next)))


def _meant(said: str, plan: Sequence[str]) -> str:
    """Return the one line of a plan that has all words of what is said, or whose words are all said; "" for none."""
    words = _words(said)
    found = [line for line in plan if (wanted := _words(line)) and words and (words <= wanted or wanted <= words)]
    return found[0] if len(found) == 1 else ""


def _words(line: str) -> frozenset[str]:
    return frozenset("".join(char if char.isalnum() else " " for char in core(line).casefold()).split())


def among(text: str, others: Iterable[str]) -> bool:
    """Whether one of the lines means the same thing, but for a word or so, the day or a remark."""
    wanted = core(text).casefold()
    return any(token_sort_ratio(wanted, core(other).casefold()) >= _SAME_WORDS for other in others)
