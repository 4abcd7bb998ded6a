"""What a mail was understood to say: its nature, its new text, and one piece for each thing it answers.

Must not: decide what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.model.message import Message
from gateway.model.nature import Written
from gateway.model.reading import BallotReading, CheckInReading, CommandReading, NewText, TaskReading


class GoverningAct(StrEnum):
    """What a governing line asks of a round: for its opener and for stewards, `add-option` for voters too."""

    CANCEL = "cancel"
    EXTEND = "extend"
    CLOSE = "close"  # now
    CORRECT = "correct"  # the question
    CORRECT_OPTIONS = "correct-options"  # what can be chosen
    AMEND = "amend"  # the text of a lazy consensus; its clock restarts
    RESUME = "resume"
    VOTE = "vote"  # turn a paused lazy consensus into a vote
    ADD_OPTION = "add-option"


@dataclass(frozen=True, slots=True)
class Governing:
    """One governing line. `until` is aware; `for_span` is such as `2 days`; `text` the new question or option;
    `options` all that there shall be.
    """

    act: GoverningAct
    until: datetime | None = None
    for_span: str = ""
    text: str = ""
    options: tuple[str, ...] = ()

    @property
    def is_of_options(self) -> bool:
        """Whether it is about what a vote can choose, and so makes no sense for any other round."""
        return self.act in (GoverningAct.ADD_OPTION, GoverningAct.CORRECT_OPTIONS)


NONE_OF_THEM = 0  # Settle.number of "never mind"


@dataclass(frozen=True, slots=True)
class Settle:
    """A bare number in answer to a question back: the guess it settles; `NONE_OF_THEM` where it is left unsettled.

    In answer to `please confirm`: 1 for a yes, 0 for a no.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Undo:
    """`undo`, `undo 2`, `undo V-1`: 0 and no mark mean all acts of the mail the receipt is for."""

    number: int = 0
    mark: str = ""  # of what its lines are about


class Word(StrEnum):
    """A setting in one word, when it is the whole new text."""

    LESS = "less"
    MORE = "more"
    MUTE = "mute"
    UNMUTE = "unmute"
    DIGEST = "digest"
    STOP = "stop"
    RECEIPTS_ON = "receipts-on"
    RECEIPTS_OFF = "receipts-off"
    RECEIPTS_UNCLEAR = "receipts-unclear"  # only when something was not understood
    ONLY_MINE = "only-mine"  # of threads, those the author has written in
    EVERYTHING = "everything"  # … and all of them again
    DAILY = "daily"  # of one channel; of all mail it is a request, which may name days and times
    WEEKLY = "weekly"  # likewise


@dataclass(frozen=True, slots=True)
class Setting:
    """One word about the author's own mail; what it means depends on what it answers, or on what it names: a channel,
    or by its mark a thread.
    """

    word: Word
    channel: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ToAll:
    """Words in answer to several things that are about none of them, and that their author wants all to read."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The request to be told what was missed since a day; None means since the author was last told."""

    since: date | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """`ok` in answer to a catch-up: all of it is read."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Words behind a mark that nothing here bears: they are about nothing else, and their author is told."""


@dataclass(frozen=True, slots=True)
class WhichItem:
    """Words in answer to several things that do not say which. `guesses` are what they may be, the likeliest first;
    each piece names its item.
    """

    guesses: tuple[Piece, ...]


class Moderation(StrEnum):
    """What a steward does with mail that is held."""

    ACCEPT = "accept"
    REJECT = "reject"
    ADD = "add"  # its author becomes a member, and the mail is accepted


@dataclass(frozen=True, slots=True)
class Moderating:
    """A steward's word on mail that is held."""

    word: Moderation


class Enrolment(StrEnum):
    """What a mail asks for other people."""

    INVITE = "invite"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Enrolling:
    """`invite eve@example.org`: the addresses as written, without doubles."""

    act: Enrolment
    addresses: tuple[str, ...]


Reading = (
    Setting
    | BallotReading
    | CheckInReading
    | CommandReading
    | TaskReading
    | Governing
    | Settle
    | Undo
    | Moderating
    | Enrolling
    | CatchUp
    | Read
    | ToAll
    | Unknown
    | WhichItem
)


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


class Stray(StrEnum):
    """Whether a mail answers something although nothing it carries says what: such a mail is no new topic."""

    NO = ""
    OURS = "ours"  # what it quotes is a mail of ours
    UNKNOWN = "unknown"  # its subject is that of a reply, and it names no mail that it answers
    HOLDS_A_VOTE = "holds-a-vote"  # below other words a line of it, `V-1: Porto`, may be somebody's ballot


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail, understood. `unreadable` says why there is no text, as `mime.unreadable_reason` names it."""

    message: Message
    written: Written
    new_text: NewText
    pieces: tuple[Piece, ...] = ()
    absence: AbsenceNotice | None = None
    unreadable: str | None = None
    stray: Stray = Stray.NO
    spills: str = ""  # the mark of the vote to which a line of it may be the answer, where it holds one
    named: tuple[str, ...] = ()  # marks that lines of it begin with, not known beside the mail as it was read
