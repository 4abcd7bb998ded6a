"""Notices: something to say to one recipient, as facts; the words are made in render/ from templates.

Must not: hold a rendered text, an address of ours, or a token. Every fact a template shows stands here, frozen when the
decision was made, so that a fault in a template can never lose a vote.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from gateway.model.ballot import Choice, Question
from gateway.model.member import Settings
from gateway.model.round import Ballot, CheckIn, Outcome


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered thing in a notice that can be answered, as `[V-7]`. `text` is what the notice shows of it."""

    mark: str
    text: str = ""


class PostFacts(msgspec.Struct, frozen=True, kw_only=True, tag="post"):
    """A post to be passed on."""

    mark: str
    thread: str
    author_name: str
    author_address: str
    subject: str
    text: str
    channel: str | None = None
    attachments: tuple[str, ...] = ()
    written_at: datetime


class PromptFacts(msgspec.Struct, frozen=True, kw_only=True, tag="prompt"):
    """A check-in asked for. `questions` () means the standard ones. `plan` is that of last time, numbered from 1."""

    mark: str
    title: str
    questions: tuple[str, ...]
    mood: bool
    plan: tuple[str, ...]
    closes_at: datetime
    occurrence: date | None
    blockers: tuple[str, ...] = ()  # open ones, asked about until closed


class BallotFacts(msgspec.Struct, frozen=True, kw_only=True, tag="ballot"):
    """A vote is open."""

    mark: str
    question: Question
    text: str
    opener: str
    closes_at: datetime
    electorate: int
    quorum: float
    secret: bool
    hidden: bool
    add_options: bool
    corrected: bool = False


class ReminderFacts(msgspec.Struct, frozen=True, kw_only=True, tag="reminder"):
    """An answer is still owed. `last` reminders say what happens without one."""

    mark: str
    ritual: str  # Ritual
    title: str
    closes_at: datetime
    last: bool
    question: Question | None = None
    questions: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    quorum_missing: int = 0
    doubtful: bool = False  # an answer came but was unclear: it does not count yet


class CheckInLine(msgspec.Struct, frozen=True, kw_only=True):
    """One member's check-in as a summary or digest shows it."""

    name: str
    checkin: CheckIn | None  # None: skipped
    late: bool = False


class AwayLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is away; `until` is the last day, None when unknown. `back` when the member has just returned."""

    name: str
    until: date | None
    back: bool = False


class SummaryFacts(msgspec.Struct, frozen=True, kw_only=True, tag="summary"):
    """A check-in round, summed up: blockers first."""

    mark: str
    title: str
    occurrence: date | None
    lines: tuple[CheckInLine, ...]
    silent: tuple[str, ...]  # names of those who did not answer
    away: tuple[AwayLine, ...]
    answered: int
    electorate: int
    mood: float | None = None  # mean, when asked and at least three rated


class OutcomeFacts(msgspec.Struct, frozen=True, kw_only=True, tag="outcome"):
    """A vote is closed."""

    mark: str
    outcome_mark: str
    question: Question
    outcome: Outcome
    secret: bool
    closed_at: datetime
    opener: str


class ChangeFacts(msgspec.Struct, frozen=True, kw_only=True, tag="change"):
    """A round was extended, cancelled, paused or resumed; everyone asked is told."""

    change: str  # extended, cancelled, paused, resumed, option-added, put-to-vote (a lazy consensus became a vote)
    # and to its opener alone: paused-yours (amend, vote or cancel?), objection (a further one), objection-withdrawn
    mark: str
    title: str
    by: str
    reason: str = ""
    closes_at: datetime | None = None
    question: Question | None = None


class OpenVoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """An open vote as a digest shows it."""

    mark: str
    title: str
    answered: int
    electorate: int
    closes_at: datetime
    question: Question | None = None  # set where the reader can vote


class DecidedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as a digest shows it."""

    mark: str
    outcome_mark: str
    title: str
    outcome: Outcome


class NeedsYouLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for the reader."""

    mark: str
    ritual: str
    title: str
    closes_at: datetime | None
    question: Question | None = None
    questions: tuple[str, ...] = ()


class BlockerLine(msgspec.Struct, frozen=True, kw_only=True):
    """What stops somebody."""

    name: str
    text: str
    since: datetime


class ThreadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A thread with what is new in it: newest first, a few lines each."""

    mark: str
    subject: str
    channel: str | None
    posts: tuple[tuple[str, str, datetime], ...]  # author, text, written at
    more: int = 0  # posts not shown


class DigestFacts(msgspec.Struct, frozen=True, kw_only=True, tag="digest"):
    """One message for many entries, in the order of product.md §6."""

    since: datetime
    until: datetime
    period: str  # daily, weekly
    needs_you: tuple[NeedsYouLine, ...] = ()
    decided: tuple[DecidedLine, ...] = ()
    open_votes: tuple[OpenVoteLine, ...] = ()
    blockers: tuple[BlockerLine, ...] = ()
    checkins: tuple[tuple[str, str, tuple[CheckInLine, ...]], ...] = ()  # mark, title, lines
    threads: tuple[ThreadLine, ...] = ()
    away: tuple[AwayLine, ...] = ()
    coming_up: tuple[tuple[str, datetime], ...] = ()  # title, when


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a receipt. `name` picks the sentence in the template; the rest fills it."""

    # voted, abstained, still-stands, withdrawn, checked-in, skipped, posted, vote-opened, away, still-away, back,
    # paused, resumed, muted, unmuted, delivery (text: immediate daily weekly none), digest-time (text:
    # 08:30 or monday),
    # prompts (text: on off daily weekly biweekly monthly), channel-left, undone, option-added, extended, cancelled,
    # closing, corrected, amended, round-resumed, put-to-vote; and what was not done: late, unclear, and every reason
    # of a DeclineFacts (too-late, not-asked, not-allowed, …)
    name: str
    mark: str = ""
    title: str = ""
    choice: Choice | None = None
    comment: str | None = None
    text: str = ""  # the words it rests on, or the line that was not understood
    until: date | None = None
    counts: tuple[int, int, int] | None = None  # done, next, blockers
    answers: int = 0  # to questions of the charter's own
    replaced: bool = False
    before: Ballot | None = None  # the ballot it replaced or took back: what `undo` brings back
    settings_before: Settings | None = None  # what `undo` brings back


class ReceiptFacts(msgspec.Struct, frozen=True, kw_only=True, tag="receipt"):
    """What one mail changed, a line for each act."""

    acts: tuple[Act, ...]
    subject: str = ""


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered reading offered in a question back."""

    choice: Choice


class AskBackFacts(msgspec.Struct, frozen=True, kw_only=True, tag="ask-back"):
    """A piece was held because two readings are close; silence does nothing, `2` settles it."""

    mark: str
    title: str
    words: str
    missing: str
    guesses: tuple[Guess, ...]
    question: Question | None = None
    closes_at: datetime | None = None


class DeclineFacts(msgspec.Struct, frozen=True, kw_only=True, tag="decline"):
    """Accepted, then answered `no, because`. `reason` picks the sentence in the template."""

    # of a round: too-late (`at` is when it closed), cancelled, not-asked, nothing-to-withdraw, unknown-mark,
    # not-allowed, paused, not-paused, not-lazy, not-later, no-time, no-options, option-fixed,
    # option-exists, no-text, not-a-vote
    # of a new vote: deadline-past (`at`), needs-options, nobody-asked
    # of a mail: unreadable (`detail`: encrypted winmail empty attachment-only), empty, address-unknown (`detail`: what
    # there is), not-a-member, already-a-member, which-item (`detail`: the marks), not-understood, not-confirmed,
    # nothing-to-undo, cannot-undo, unknown-channel (`detail`)
    reason: str
    subject: str = ""
    mark: str = ""
    title: str = ""
    detail: str = ""
    at: datetime | None = None


class HelpFacts(msgspec.Struct, frozen=True, kw_only=True, tag="help"):
    """How to take part."""

    channels: tuple[tuple[str, str], ...] = ()


class StatusFacts(msgspec.Struct, frozen=True, kw_only=True, tag="status"):
    """What is open for the one who asked."""

    needs_you: tuple[NeedsYouLine, ...] = ()
    open_votes: tuple[OpenVoteLine, ...] = ()


class StewardFacts(msgspec.Struct, frozen=True, kw_only=True, tag="steward"):
    """Something a steward should know: mail held, a bounce, mail to the owner, a join request."""

    about: str  # held, bounced, complaint, owner, join, joined, left, failed
    name: str = ""
    address: str = ""
    subject: str = ""
    text: str = ""


class ConfirmFacts(msgspec.Struct, frozen=True, kw_only=True, tag="confirm"):
    """Please confirm by replying."""

    act: str  # join, leave, mail (its authentication failed), govern (a token alone is not enough for it)
    title: str = ""
    arrival_id: int = 0  # the mail that is held until confirmed
    address: str = ""  # folded; only an answer from this address confirms


class WelcomeFacts(msgspec.Struct, frozen=True, kw_only=True, tag="welcome"):
    """You are in (or out: `left`)."""

    left: bool = False


Facts = (
    PostFacts
    | PromptFacts
    | BallotFacts
    | ReminderFacts
    | SummaryFacts
    | OutcomeFacts
    | ChangeFacts
    | DigestFacts
    | ReceiptFacts
    | AskBackFacts
    | DeclineFacts
    | HelpFacts
    | StatusFacts
    | StewardFacts
    | ConfirmFacts
    | WelcomeFacts
)


class Answering(StrEnum):
    """Why we send: on our own, or as an answer to a mail (RFC 3834 §5: auto-generated or auto-replied)."""

    GENERATED = "auto-generated"
    REPLIED = "auto-replied"


class NoticeState(StrEnum):
    """Where a notice stands."""

    QUEUED = "queued"
    LEASED = "leased"  # being attempted
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"  # no longer owed


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to say to one recipient. `key` guards it: a second notice with the same key is never written."""

    key: str
    facts: Facts
    member_id: int  # 0 for somebody who is no member
    address: str
    name: str
    language: str
    timezone: str
    due_at: datetime
    thread: str = ""  # mark
    mark: str = ""  # of the round or post it is about
    items: tuple[Item, ...] = ()
    answering: Answering = Answering.GENERATED
    in_reply_to: str = ""  # Message-ID of the mail this answers, without angle brackets
    references: tuple[str, ...] = ()  # further Message-IDs the recipient's client knows of this thread
    owed: bool = False  # checked again at sending: only while the recipient still owes an answer to `mark`
    subject_hint: str = ""  # the subject of the mail this answers

    @property
    def kind(self) -> str:
        """The name of the template it is rendered with."""
        tag = self.facts.__struct_config__.tag
        return str(tag)


class StoredNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice on its way: its row in the outbox. `frozen` is None until it was rendered."""

    id: int
    workspace_id: int
    token: str
    notice: Notice
    state: NoticeState = NoticeState.QUEUED
    frozen: bytes | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    leased_until: datetime | None = None
    sent_at: datetime | None = None
    reason: str = ""
    detail: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How one try to hand a notice on went. `code` is the SMTP reply code, 0 when there was none."""

    notice_id: int
    at: datetime
    code: int
    text: str = ""
    took: float = 0.0  # seconds


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message ready to go: its bytes are frozen and will be the same at every try."""

    notice_id: int
    sender: str  # envelope
    recipient: str
    message: bytes
