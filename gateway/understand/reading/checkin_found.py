"""What has been read of a check-in so far, and the reading it comes to.

Must not: place anything by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from gateway.model.reading import CheckInKind, CheckInReading
from gateway.understand.reading.checkin_signs import is_none
from gateway.understand.reading.checkin_words import Speech
from gateway.understand.reading.questions import BLOCKERS, NEXT, STANDARD


@dataclass(slots=True)
class Found:
    """What has been read so far."""

    items: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in STANDARD})
    mood: int | None = None
    answered: set[str] = field(default_factory=set)  # the kinds that were addressed, if only by "none"

    @property
    def is_empty(self) -> bool:
        """Tell whether no item has been found."""
        return not any(self.items.values())


def add_item(speech: Speech, kind: str, text: str, found: Found) -> None:
    """Take an item, unless it says that there is none."""
    if not is_none(speech, text, kind):
        found.items[kind].append(text)


def concluded(found: Found, own: str, away: date | None = None) -> CheckInReading:
    """Return the reading that what was found comes to; unclear when nothing was."""
    if found.is_empty and not found.answered and found.mood is None:
        return CheckInReading(CheckInKind.UNCLEAR, evidence=own[:200])
    done, next_, blockers = (tuple(found.items[kind]) for kind in STANDARD)
    return CheckInReading(
        CheckInKind.CHECKIN, done, next_, blockers, found.mood, away, evidence=own[:200],
        unblocked=BLOCKERS in found.answered and not blockers, unplanned=NEXT in found.answered and not next_,
    )  # fmt: skip
