"""Lengths of time as people state them: `48 hours`, `3 working days`.

Must not: know a calendar (decide/calendar.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a span counts."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_HOURS = "working hours"
    WORKING_DAYS = "working days"


_SPAN = re.compile(r"(\d{1,4}) ?(working )?(m|min|minutes?|h|hours?|d|days?|w|weeks?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of one unit."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Span:
        """Return the span a text states; ValueError says what is taken instead."""
        found = _SPAN.fullmatch(" ".join(text.lower().split()))
        if not found:
            raise ValueError(f"{text!r} is no length of time; write it as '48 hours', '3 days' or '2 working days'")
        amount, working, unit = int(found[1]), bool(found[2]), found[3][0]
        if unit == "w":
            amount, unit = amount * (5 if working else 7), "d"
        if unit == "m":
            return cls(amount, Unit.MINUTES)
        if unit == "h":
            return cls(amount, Unit.WORKING_HOURS if working else Unit.HOURS)
        return cls(amount, Unit.WORKING_DAYS if working else Unit.DAYS)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.value}"
