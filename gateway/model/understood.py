"""What a mail was understood to say: its nature, its new text, and one piece for each thing it answers.

Must not: decide what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from gateway.model.message import Message
from gateway.model.nature import Written
from gateway.model.reading import BallotReading, CheckInReading, CommandReading, NewText


class Act(StrEnum):
    """What a governing line asks of a round: for its opener and for stewards, `add-option` for voters too."""

    CANCEL = "cancel"
    EXTEND = "extend"
    CLOSE = "close"  # now
    CORRECT = "correct"  # the question
    AMEND = "amend"  # the text of a lazy consensus; its clock restarts
    RESUME = "resume"
    VOTE = "vote"  # turn a paused lazy consensus into a vote
    ADD_OPTION = "add-option"


@dataclass(frozen=True, slots=True)
class Governing:
    """One governing line. `until` is aware; `for_span` is such as `2 days`; `text` the new question or option."""

    act: Act
    until: datetime | None = None
    for_span: str = ""
    text: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Settle:
    """A bare number in answer to a question back: the guess it settles.

    In answer to `please confirm`: 1 for a yes, 0 for a no.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Undo:
    """`undo`, `undo 2`: 0 means all acts of the mail the receipt is for."""

    number: int = 0


class Word(StrEnum):
    """A setting in one word, when it is the whole new text."""

    LESS = "less"
    MORE = "more"
    MUTE = "mute"
    UNMUTE = "unmute"
    DIGEST = "digest"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Setting:
    """One word about the author's own mail; what it means depends on what it answers."""

    word: Word


Reading = Setting | BallotReading | CheckInReading | CommandReading | Governing | Settle | Undo


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing said. `mark` names the round or thread it answers, "" for the workspace itself.

    `reading` is None for free text: a post to its thread.
    """

    text: str
    mark: str = ""
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class AbsenceNotice:
    """An out-of-office reply's dates: the last day away, None where none is named."""

    starts: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail, understood. `unreadable` says why there is no text: encrypted, winmail, empty, attachment-only."""

    message: Message
    written: Written
    new_text: NewText
    pieces: tuple[Piece, ...] = ()
    absence: AbsenceNotice | None = None
    unreadable: str | None = None
    notes: tuple[str, ...] = field(default=())  # how it was concluded, for `restante read`
