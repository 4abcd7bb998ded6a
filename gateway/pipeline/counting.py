"""Totals of this process since it started, for its figures: what came in, what it was, what went out.

They are kept beside the record, not in it: a monitor that asks for them wants rates, and knows that a process starts at
nought. Must not: hold an address, a subject or a word; labels are names of our own code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.model.decision import Decision
from gateway.model.entry import Bounced
from gateway.model.reading import BallotReading, CheckInReading, CommandReading, TaskReading
from gateway.model.understood import (
    Enrolling,
    Governing,
    Moderating,
    Piece,
    Setting,
    Settle,
    Undo,
    Unknown,
    WhichItem,
)


class Total(StrEnum):
    """What is counted."""

    ARRIVED = "arrived"  # by door
    SETTLED = "settled"  # arrivals, by the state they came to
    DECIDED = "decided"  # by reason, of mails and of what fell due
    READ = "read"  # pieces of mails, by kind
    ASKED_BACK = "asked back"
    BOUNCED = "bounced"  # permanent, passing
    ATTEMPTED = "attempted"  # by what came of it


@dataclass
class Counts:
    """Totals by label. What is noted within a transaction counts once it has committed: `keep`, else `forget`."""

    kept: dict[Total, Counter[str]] = field(default_factory=lambda: {total: Counter() for total in Total})
    _noted: list[tuple[Total, str, int]] = field(default_factory=list)

    def note(self, total: Total, label: str = "", number: int = 1) -> None:
        """Count something that is about to be recorded."""
        self._noted.append((total, label, number))

    def keep(self) -> None:
        """Count what was noted: it is recorded now."""
        for total, label, number in self._noted:
            self.kept[total][label] += number
        self._noted.clear()

    def forget(self) -> None:
        """Let go of what was noted and came to nothing."""
        self._noted.clear()

    def decided(self, decision: Decision) -> None:
        """Note what a decision says."""
        self.note(Total.DECIDED, decision.why.value)
        for entry in decision.entries:
            if isinstance(entry, Bounced):
                self.note(Total.BOUNCED, "permanent" if entry.permanent else "passing")
        asked = sum(notice.kind == "ask-back" for notice in decision.notices)
        if asked:
            self.note(Total.ASKED_BACK, number=asked)

    def read(self, pieces: Iterable[Piece]) -> None:
        """Note what the pieces of a mail were read as."""
        for piece in pieces:
            self.note(Total.READ, reading_kind(piece))

    def snapshot(self) -> Mapping[Total, Mapping[str, int]]:
        """Return the totals as they are now."""
        return {total: dict(labels) for total, labels in self.kept.items()}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a monitor is told of the flow, at one instant."""

    totals: Mapping[Total, Mapping[str, int]]
    arrivals: Mapping[str, int]  # by state, those not finished: received, held, failed
    notices: Mapping[str, int]  # by state, those not finished: queued, leased, failed
    due: int  # notices due and not gone
    oldest_due_at: datetime | None
    unreached: int = 0  # workspaces of whose stewards mail reaches none


_KINDS: dict[type, str] = {
    type(None): "text",
    BallotReading: "ballot",
    CheckInReading: "check-in",
    Settle: "guess",
    Undo: "undo",
    WhichItem: "which item",
    Unknown: "unknown mark",
}


def reading_kind(piece: Piece) -> str:
    """Return the name under which a reading is counted: one of a short list, never a word of the mail."""
    match piece.reading:
        case CommandReading(intent=intent):
            return f"request {intent.value}"
        case Governing(act=act):
            return f"govern {act.value}"
        case Setting(word=word):
            return f"setting {word.value}"
        case Moderating(word=verdict):
            return f"moderate {verdict.value}"
        case Enrolling(act=enrolment):
            return f"enrol {enrolment.value}"
        case TaskReading(act=done):
            return f"task {done.value if done else 'unclear'}"
        case reading:
            return _KINDS.get(type(reading), "other")
