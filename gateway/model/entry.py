"""Entries: one fact each in the ledger. The ledger is the truth; every row beside it is a projection of entries.

Must not: change once written to a ledger; a new meaning is a new type. Marks name things within a workspace.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from gateway.model.attachment import Attachment
from gateway.model.ballot import Question
from gateway.model.member import Absence, Member, Settings
from gateway.model.round import Answer, Outcome, Round, Standing
from gateway.model.task import Course, Task, TaskAct


class Posted(msgspec.Struct, frozen=True, kw_only=True, tag="posted"):
    """A text in a thread; it started the thread when `thread` is its own mark."""

    mark: str  # P-14
    thread: str
    author_id: int | None
    author_name: str
    subject: str
    text: str
    channel: str | None = None
    message_id: str = ""
    attachments: tuple[str, ...] = ()  # file names, of imported mail and of entries older than `files`
    files: tuple[Attachment, ...] = ()  # what came with it, and what became of each
    imported: bool = False
    unproven: bool = False  # nothing showed that its author wrote it, when it came


class RoundOpened(msgspec.Struct, frozen=True, kw_only=True, tag="round-opened"):
    """A round began. `electorate` are member ids, fixed from here on."""

    round: Round
    electorate: tuple[int, ...]


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag="answered"):
    """A member answered a round, or answered anew."""

    mark: str
    member_id: int
    answer: Answer
    late: bool = False
    evidence: str = ""


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True, tag="withdrawn"):
    """A member took a standing answer back."""

    mark: str
    member_id: int


class OptionAdded(msgspec.Struct, frozen=True, kw_only=True, tag="option-added"):
    """A voter added an option to an open vote."""

    mark: str
    member_id: int
    label: str


class Paused(msgspec.Struct, frozen=True, kw_only=True, tag="paused"):
    """An objection stopped the clock of a lazy consensus."""

    mark: str
    member_id: int
    reason: str


class Resumed(msgspec.Struct, frozen=True, kw_only=True, tag="resumed"):
    """The clock of a lazy consensus runs again, with an amended text where one was given."""

    mark: str
    by: int
    closes_at: datetime
    text: str | None = None


class Extended(msgspec.Struct, frozen=True, kw_only=True, tag="extended"):
    """A round closes at another time."""

    mark: str
    by: int
    closes_at: datetime


class Corrected(msgspec.Struct, frozen=True, kw_only=True, tag="corrected"):
    """A steward corrected what a round asks; answers given stand where their options still exist."""

    mark: str
    by: int
    question: Question
    title: str | None = None  # None: the round keeps its own


class Cancelled(msgspec.Struct, frozen=True, kw_only=True, tag="cancelled"):
    """A round ended without an outcome."""

    mark: str
    by: int
    reason: str


class Closed(msgspec.Struct, frozen=True, kw_only=True, tag="closed"):
    """A round ended. A closed round never changes. `outcome` is None for a check-in."""

    mark: str
    outcome: Outcome | None = None
    outcome_mark: str | None = None  # O-3, for votes


class BlockerRaised(msgspec.Struct, frozen=True, kw_only=True, tag="blocker-raised"):
    """Something stops a member; followed until closed."""

    mark: str  # of the round it was said in
    member_id: int
    text: str


class BlockerClosed(msgspec.Struct, frozen=True, kw_only=True, tag="blocker-closed"):
    """A blocker is gone."""

    member_id: int
    text: str


class Reacted(msgspec.Struct, frozen=True, kw_only=True, tag="reacted"):
    """A mail program sent an emoji reaction."""

    mark: str  # of what it reacts to
    member_id: int
    emoji: str


class TaskMade(msgspec.Struct, frozen=True, kw_only=True, tag="task-made"):
    """A task was made."""

    task: Task


class TaskChanged(msgspec.Struct, frozen=True, kw_only=True, tag="task-changed"):
    """A task took another course: whole, as it is from here on, with who did what."""

    mark: str
    by: int
    act: TaskAct
    course: Course


class MemberAdded(msgspec.Struct, frozen=True, kw_only=True, tag="member-added"):
    """A person joined. `member.id` is 0 until the store gives it one."""

    member: Member


class MemberRenamed(msgspec.Struct, frozen=True, kw_only=True, tag="member-renamed"):
    """A member's name, roles, language, zone or substitute changed; never the member's own settings."""

    member_id: int
    name: str | None = None
    roles: tuple[str, ...] | None = None
    language: str | None = None
    timezone: str | None = None
    substitute: int | None = None  # the member who stands in while this one is away; 0 for nobody


class MemberLeft(msgspec.Struct, frozen=True, kw_only=True, tag="member-left"):
    """A person left or was removed; ballots cast are kept."""

    member_id: int
    by: int | None = None


class MemberErased(msgspec.Struct, frozen=True, kw_only=True, tag="member-erased"):
    """Who this member was is held no more; the entries before it name nobody (store/erasure.py)."""

    member_id: int


class SettingsChanged(msgspec.Struct, frozen=True, kw_only=True, tag="settings-changed"):
    """A member's settings, whole, as they are from here on."""

    member_id: int
    settings: Settings


class AwayNoted(msgspec.Struct, frozen=True, kw_only=True, tag="away-noted"):
    """A member is away."""

    member_id: int
    absence: Absence


class AwayEnded(msgspec.Struct, frozen=True, kw_only=True, tag="away-ended"):
    """A member is back: absences that cover `day` end, undated and dated."""

    member_id: int
    day: date


class Bounced(msgspec.Struct, frozen=True, kw_only=True, tag="bounced"):
    """A notice of ours came back. `score` is the member's after it (decide/bounces.py)."""

    notice_id: int | None
    member_id: int | None
    permanent: bool
    status: str = ""
    score: float = 0.0


class DeliverySuspended(msgspec.Struct, frozen=True, kw_only=True, tag="delivery-suspended"):
    """Nothing more is sent to a member of our own accord: their mail came back too often, or they complained."""

    member_id: int
    reason: str  # bounces, complaint


class DeliveryResumed(msgspec.Struct, frozen=True, kw_only=True, tag="delivery-resumed"):
    """A member is sent mail again."""

    member_id: int
    reason: str  # confirmed, probe, not-theirs


class AddressAdded(msgspec.Struct, frozen=True, kw_only=True, tag="address-added"):
    """A member writes from a further address, folded."""

    member_id: int
    address: str


class AnswerRestored(msgspec.Struct, frozen=True, kw_only=True, tag="answer-restored"):
    """What a member answered last was undone: the answer before it stands again, with its own time, or none does."""

    mark: str
    member_id: int
    standing: Standing | None


class RoundRestored(msgspec.Struct, frozen=True, kw_only=True, tag="round-restored"):
    """A change to a round was undone: the round, whole, as it is from here on. One that closed stays closed."""

    mark: str
    by: int
    round: Round


class BlockerTakenBack(msgspec.Struct, frozen=True, kw_only=True, tag="blocker-taken-back"):
    """That something stops a member was undone: it was never raised."""

    mark: str  # of the round it was said in
    member_id: int
    text: str


class BlockerReopened(msgspec.Struct, frozen=True, kw_only=True, tag="blocker-reopened"):
    """That a blocker is gone was undone: it is open since it was raised."""

    member_id: int
    text: str


class AbsencesRestored(msgspec.Struct, frozen=True, kw_only=True, tag="absences-restored"):
    """What a member said of being away was undone: the absences, all of them, as they are from here on."""

    member_id: int
    absences: tuple[Absence, ...]


class MemberReturned(msgspec.Struct, frozen=True, kw_only=True, tag="member-returned"):
    """A removal was undone: the member is here again, as if never gone."""

    member_id: int
    by: int


class AddressRemoved(msgspec.Struct, frozen=True, kw_only=True, tag="address-removed"):
    """A further address is a member's no more."""

    member_id: int
    address: str


class ReadUpTo(msgspec.Struct, frozen=True, kw_only=True, tag="read-up-to"):
    """A member has read a catch-up: what happened up to this instant is told. None after an undo: nothing is."""

    member_id: int
    until: datetime | None


class HeldSettled(msgspec.Struct, frozen=True, kw_only=True, tag="held-settled"):
    """A steward settled held mail: accept, reject, add."""

    arrival_id: int
    by: int
    word: str


class HeldForSteward(msgspec.Struct, frozen=True, kw_only=True, tag="held"):
    """Mail is kept for a steward."""

    arrival_id: int
    reason: str


Entry = (
    Posted
    | RoundOpened
    | Answered
    | Withdrawn
    | OptionAdded
    | Paused
    | Resumed
    | Extended
    | Corrected
    | Cancelled
    | Closed
    | BlockerRaised
    | BlockerClosed
    | Reacted
    | TaskMade
    | TaskChanged
    | MemberAdded
    | MemberRenamed
    | MemberLeft
    | MemberErased
    | SettingsChanged
    | AwayNoted
    | AwayEnded
    | Bounced
    | DeliverySuspended
    | DeliveryResumed
    | AddressAdded
    | AnswerRestored
    | RoundRestored
    | BlockerTakenBack
    | BlockerReopened
    | AbsencesRestored
    | MemberReturned
    | AddressRemoved
    | ReadUpTo
    | HeldSettled
    | HeldForSteward
)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its place in the ledger. `charter_version` is the one it was decided under."""

    id: int
    entry: Entry
    at: datetime
    arrival_id: int | None = None
    charter_version: int = 0
