"""A member's plan of last time beside what is in their way, as a prompt numbers it: each thing once.

Must not: read an answer (understand/reading/plan.py does), or say what becomes of a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

_MARKS = (" (", " → ", ": ")  # of a remark, of the day a line was moved to, of what is in its way
_BESIDE = re.compile(r"(?:\s+→[^→]*|\s+\([^()]*\))+$")


class Numbered(msgspec.Struct, frozen=True):
    """The lines of a prompt that bear numbers: the plan from 1, then what else is in the way.

    `stopped` are those lines of the plan that are in the way themselves: one number stands for both.
    """

    plan: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


def numbered(plan: Sequence[str], blockers: Sequence[str]) -> Numbered:
    """Return a plan and all open blockers of its author, each thing once."""
    stopping, planned = ({_bare(line) for line in lines} for lines in (blockers, plan))
    return Numbered(
        plan=tuple(plan),
        blockers=tuple(line for line in blockers if _bare(line) not in planned),
        stopped=tuple(line for line in plan if _bare(line) in stopping),
    )


def core(line: str) -> str:
    """Return a line without the day it was moved to and without a remark in brackets."""
    return _BESIDE.sub("", line).strip()


def line_of(said: str, lines: Sequence[str]) -> str:
    """Return the line that a said one is: word for word, and a remark or a day behind it; "" for none."""
    fitting = (line for line in lines if _continues(said, core(line)))
    return max(fitting, key=len, default="")


def _continues(said: str, begins: str) -> bool:
    return said == begins or said.startswith(tuple(f"{begins}{mark}" for mark in _MARKS))


def _bare(line: str) -> str:
    words = "".join(char if char.isalnum() else " " for char in core(line).casefold())
    return " ".join(words.split())
