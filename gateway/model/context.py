"""Context: what the record knows about a mail or a clock tick before anything is decided.

Must not: load anything itself; the pipeline does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import msgspec

from gateway.model.address import Destination, WorkspaceAddress
from gateway.model.attachment import Attachment
from gateway.model.authentication import NOBODY_SAID, Authentication, Outcome
from gateway.model.ballot import Question
from gateway.model.charter import Charter
from gateway.model.facts import Item
from gateway.model.member import Member
from gateway.model.plan import Numbered
from gateway.model.round import CheckIn, Round, Standing
from gateway.model.task import Task


@dataclass(frozen=True, slots=True)
class Workspace:
    """A group with an address and its charter in force."""

    id: int
    name: str  # the local part, lower case
    charter: Charter
    charter_version: int
    separator: str = "+"

    @property
    def address(self) -> WorkspaceAddress:
        """Where it lives."""
        return WorkspaceAddress(self.name, self.charter.domain, self.separator)


class Trust(StrEnum):
    """How far the author is proven (docs/security.md)."""

    PROVEN = "proven"  # by the mail server's results, or by our token made out to the author
    CLAIMED = "claimed"  # From is a member's address; no verdict at all
    FAILED = "failed"  # an authentication failed: outweighs any token
    UNKNOWN = "unknown"  # From is nobody we know


ELSEWHERE = "elsewhere"  # the sign of a proven author's mail that was written to others


@dataclass(frozen=True, slots=True)
class Proof:
    """A trust level with the sign it rests on (accept/trust.py).

    `sign` is "dmarc", "dkim", "spf" or "compauth" (by the server `by`), "token", "confirmed", "address" (From alone),
    "several-authors", "contradiction", "elsewhere", "stranger".
    """

    trust: Trust
    sign: str = ""
    by: str = ""

    def __str__(self) -> str:
        """For `restante mails`: `proven by dmarc of mx.example.org`."""
        said = " ".join(filter(None, (self.sign, f"of {self.by}" if self.by else "")))
        return f"{self.trust.value} by {said}" if said else self.trust.value


@dataclass(frozen=True, slots=True)
class Held:
    """A mail that is held for a steward or for its author's word: whose it is, and whether it still waits."""

    arrival_id: int
    waits: bool
    address: str  # of its author, folded
    name: str = ""
    is_dismissed: bool = False  # it was finished without being acted upon
    is_kept: bool = True  # its bytes are
    may_be_secret: bool = False  # as things are now, whatever they were when it was held


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One of our notices, as an answer to it is read."""

    notice_id: int
    kind: str
    member_id: int
    mark: str
    thread: str
    items: tuple[Item, ...]
    language: str
    sent_at: datetime | None
    frozen: bytes | None
    guesses: tuple[bytes, ...] = ()  # an ask-back's guesses, encoded choices
    facts: bytes = b""  # encoded Facts of an ask-back, confirm or receipt
    questions: Mapping[str, Question] = {}  # by mark, as it showed them: its numbers stand for these options
    returned: bool = False  # it came back before
    numbered: Numbered | None = None  # of a check-in: its numbers stand for these lines
    token: str = ""  # the one to answer by, as it went out


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread as an answer needs it."""

    mark: str
    subject: str
    channel: str | None
    root_message_id: str = ""
    last_message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with what one member's answer to it needs; never the other answers."""

    round: Round
    in_electorate: bool
    standing: Standing | None = None
    set_aside: Standing | None = None  # an answer that its question, changed since, no longer knows: it counts no more
    plan: tuple[str, ...] = ()  # the member's plan of last time, for a check-in
    carried: tuple[int, ...] = ()  # CheckIn.carried of that plan
    is_latest: bool = True  # no later round of its routine is open: late answers still find their place
    open_blockers: tuple[str, ...] = ()
    answered: int = 0  # how many have answered, for `status`
    gone: int = 0  # how many of those asked have left without an answer

    @property
    def given(self) -> Standing | None:
        """The answer that was given last, whether it stands or was set aside: it can be taken back all the same."""
        return self.standing or self.set_aside

    @property
    def asked(self) -> int:
        """Of how many an answer counts: who left without one is none of them."""
        return self.round.electorate_size - self.gone


@dataclass(frozen=True, slots=True)
class Fresh:
    """The next free number of each letter; the store holds them until the decision is recorded."""

    numbers: Mapping[str, int]

    def mark(self, letter: str, offset: int = 0) -> str:
        """Return the next free mark of a letter: `V-7`; `offset` for a second one within one decision."""
        return f"{letter}-{self.numbers.get(letter, 1) + offset}"


@dataclass(frozen=True, slots=True)
class MailContext:
    """All that is known beside the mail itself. `received_at` is what counts for being in time."""

    now: datetime
    received_at: datetime
    arrival_id: int
    workspace: Workspace
    destination: Destination
    author: Member | None
    trust: Trust
    answering: Sent | None = None
    proven_by_token: bool = False  # PROVEN, but by our token alone: no mail server said anything of the author
    foreign_token: bool = False  # a valid token that is made out to somebody else
    expired_token: bool = False
    answers_lost: bool = False  # a token of ours that no notice on record bears: an older record was put back since
    bounced: Sent | None = None  # what a bounce's VERP token names
    thread: ThreadView | None = None
    rounds: Mapping[str, RoundView] = field(default_factory=dict)  # by mark: what it answers, and items of a digest
    fresh: Fresh = field(default_factory=lambda: Fresh({}))
    members_named: Mapping[str, Member] = field(
        default_factory=dict
    )  # by folded address, for requests that name people
    recipients: tuple[str, ...] = ()  # folded To and Cc, for "no second copy"
    reverse_path: str = ""  # of the envelope, "" is the null sender
    threads: Mapping[str, ThreadView] = field(default_factory=dict)  # by mark, for the items P-… it answers
    members: tuple[Member, ...] = ()  # everyone, when on_message.wants says so: a vote may be opened
    proof: Proof = Proof(Trust.UNKNOWN)  # `trust` with the sign it rests on
    authentication: Authentication = NOBODY_SAID  # what a mail server before us said of the author
    confirmed: bool = False  # this very mail was held, and its author or a steward settled that it counts
    left_at: datetime | None = None  # of nobody's member who answers a question of ours: when they last were one
    held: Held | None = None  # what the mail to stewards is about that this one answers
    last_receipt: Sent | None = None  # of its author, where a new mail says `undo` and no more
    token_owner: Member | None = None  # to whom the token is made out, where the author is nobody we know
    news: News | None = None  # for one who asks what they missed, with `names`
    names: Mapping[int, str] = field(default_factory=dict)  # member id → name
    digest_due: Due | None = None  # the row of the author's next digest: what it has told already
    trying: bool = False  # sent to be tried out: what it would do is told, and not done
    asked_today: int = 0  # questions to confirm that this address had since a day ago, where the mail's proof failed
    tries_today: int = 0  # mails of the author answered so since a day ago, where this is one
    objectors: Mapping[str, frozenset[int]] = field(default_factory=dict)  # by mark of a vote whose clock stands still
    secret_votes: tuple[Round, ...] = ()  # the newest whose answers nobody sees, for mail of nobody we know
    stands_in_for: frozenset[int] = frozenset()  # members away today whose substitute the author is
    tasks: Mapping[str, Task] = field(default_factory=dict)  # by mark: what it answers, items of a digest, one's own
    has_waited: bool = False  # it was held, or failed, and is read once more: later mail was done before it
    newer: frozenset[str] = frozenset()  # of such a mail, marks of what its author answered, or somebody changed, since

    @property
    def is_forged(self) -> bool:
        """Whether a mail server before us found that somebody else wrote than From says."""
        return self.authentication.outcome is Outcome.FAILED

    @property
    def is_unproven(self) -> bool:
        """Whether nothing proves who wrote it: what anybody can send in somebody's name is counted apart."""
        return self.trust is not Trust.PROVEN

    @property
    def is_told_to_author(self) -> bool:
        """Whether the notice answered was sent to the one who answers it; strangers have no number but 0."""
        sent, author = self.answering, self.author
        return sent is not None and not self.foreign_token and sent.member_id == (author.id if author else 0)


class DueKind(StrEnum):
    """What a due row wakes."""

    ROUTINE = "routine"  # open the next occurrence
    PROMPT = "prompt"
    REMIND = "remind"
    CLOSE = "close"
    DIGEST = "digest"
    PROBE = "probe"  # try a suspended member's mail once more
    PROBED = "probed"  # … and it did not come back
    TASK = "task"  # remind a task's owner
    UNDELIVERED = "undelivered"  # tell the stewards of notices that failed for good, or that we may not send


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be decided at a time. `key` is unique in a workspace: planning it again moves it."""

    key: str
    kind: DueKind
    at: datetime
    mark: str = ""
    member_id: int = 0
    routine: str = ""
    occurrence: date | None = None  # routine: the day to open; digest: the day of the last one sent
    # which reminder; digest: 1 when one was left out because its reader was away or paused; task: 1 once those who wait
    # were told that its owner is away
    number: int = 0
    since: datetime | None = None  # what came after this is new; routine: the day last opened; task: last reminded


@dataclass(frozen=True, slots=True)
class BlockerView:
    """An open blocker."""

    member_id: int
    name: str
    text: str
    mark: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as a digest needs it."""

    mark: str
    thread: str
    subject: str
    channel: str | None
    author_id: int | None
    author_name: str
    text: str
    at: datetime
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What happened in a workspace in a time, and what is open at its end, for one reader's digest."""

    posts: tuple[PostView, ...] = ()
    closed: tuple[tuple[Round, bytes], ...] = ()  # round with its encoded Closed entry
    open_rounds: tuple[tuple[RoundView, int], ...] = ()  # with how many have answered
    checkins: tuple[tuple[Round, tuple[Standing, ...]], ...] = ()  # answers given in the time
    blockers: tuple[BlockerView, ...] = ()
    absent: tuple[Member, ...] = ()  # members with an absence that touches the time, for "away and back"
    own_threads: frozenset[str] = frozenset()  # of those with posts, the ones the reader has written in
    tasks: tuple[Task, ...] = ()  # open ones: the reader's own and those that nobody has


@dataclass(frozen=True, slots=True)
class Probe:
    """What became of a mail that was sent to see whether it arrives."""

    taken_at: datetime | None = None  # None: by nobody, or not yet
    waits: bool = False  # it is still tried


@dataclass(frozen=True, slots=True)
class TickContext:
    """All that is known when something falls due. Only the fields its kind needs are set."""

    now: datetime
    workspace: Workspace
    fresh: Fresh = field(default_factory=lambda: Fresh({}))
    members: tuple[Member, ...] = ()  # routine, close: everyone; prompt, remind, digest: the one concerned
    view: RoundView | None = None  # prompt, remind, close
    electorate: tuple[int, ...] = ()  # close
    standings: tuple[Standing, ...] = ()  # close
    answered: int = 0  # remind: how many have answered
    doubtful: bool = False  # remind: the member's answer was unclear
    doubters: frozenset[int] = frozenset()  # remind: the members whose answers were
    changing: Mapping[int, datetime] = field(default_factory=dict)  # remind: when who was unclear later had answered
    news: News | None = None  # digest
    last_checkin: CheckIn | None = None  # prompt: what the member said last time
    outage: bool = False  # we were down when this fell due
    names: Mapping[int, str] = field(default_factory=dict)  # member id → name, for digests
    task: Task | None = None  # task
    undelivered: tuple[tuple[str, str], ...] = ()  # (address, what was answered) of notices that failed since due.since
    refused_us: tuple[str, ...] = ()  # what was answered to notices that wait, since the server wants none from us
    probe: Probe = Probe()  # probed
