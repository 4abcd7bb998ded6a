"""What notices say, as facts; the words are made in render/ from templates. How notices go: notice.py.

Must not: hold a rendered text, an address of ours, or a token. Every fact a template shows stands here, frozen when the
decision was made, so that a fault in a template can never lose a vote.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from gateway.model.attachment import Attachment
from gateway.model.ballot import Choice, Method, Question
from gateway.model.change import Change
from gateway.model.reading import StatedRules
from gateway.model.round import CheckIn, Outcome
from gateway.model.task import Course


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
    files: tuple[Attachment, ...] = ()  # those passed on are in the mail itself


class PromptFacts(msgspec.Struct, frozen=True, kw_only=True, tag="prompt"):
    """A check-in asked for. `questions` () means the standard ones. `plan` is that of last time, numbered from 1."""

    mark: str
    title: str
    questions: tuple[str, ...]
    mood: bool
    plan: tuple[str, ...]
    closes_at: datetime
    occurrence: date | None
    blockers: tuple[str, ...] = ()  # open ones, asked about until closed, but those that the plan holds
    stopped: tuple[str, ...] = ()  # those: lines of the plan that are in the way themselves


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
    threshold: float = 0.5  # share of those for, of for and against, that must be exceeded
    quorum_people: int = 0
    set_aside: bool = False  # corrected: what the reader chose is no longer there, so their answer counts no more
    binding: str = ""  # the role whose votes decide; "" where all do
    veto: bool = False  # a vote against, with its reason, stops the proposal


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
    blockers: tuple[str, ...] = ()  # as in a prompt
    stopped: tuple[str, ...] = ()
    quorum_missing: int = 0
    doubtful: bool = False  # an answer came but was unclear: it does not count yet
    standing_at: datetime | None = None  # of the earlier answer, which counts as long as the unclear one does not


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
    binding: str = ""  # the role whose votes decided; "" where all did


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
    set_aside: bool = False  # what the reader chose is no longer there, so their answer counts no more


class OpenVoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """An open vote as a digest shows it, unless it waits for the reader: then it stands among what does."""

    mark: str
    title: str
    answered: int
    electorate: int
    closes_at: datetime | None  # None: the clock stands still
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
    answered: int = 0  # of a vote: how many have, of how many asked
    electorate: int = 0
    due: date | None = None  # of a task
    overdue: bool = False


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """A task that nobody has, as a digest shows it."""

    mark: str
    title: str
    by: str  # the name of its maker
    due: date | None = None
    overdue: bool = False


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
    files: tuple[tuple[Attachment, ...], ...] = ()  # of each post shown, in the same order; () where none has any


class DigestFacts(msgspec.Struct, frozen=True, kw_only=True, tag="digest"):
    """One message for many entries, in the order in which it shows them."""

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
    open_tasks: tuple[TaskLine, ...] = ()  # that anyone can take


class CatchUpFacts(msgspec.Struct, frozen=True, kw_only=True, tag="catch-up"):
    """What somebody missed who was away, or asks: decisions first, then what waits, what changed, the rest as titles.

    `asked` when they did; else it comes on their return, in the place of that day's digest.
    """

    since: datetime
    until: datetime
    asked: bool = False
    decided: tuple[DecidedLine, ...] = ()
    needs_you: tuple[NeedsYouLine, ...] = ()
    open_votes: tuple[OpenVoteLine, ...] = ()
    blockers: tuple[BlockerLine, ...] = ()
    titles: tuple[Item, ...] = ()  # of check-ins and threads


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a receipt. `name` picks the sentence in the template; the rest fills it."""

    # voted, abstained, still-stands, withdrawn, checked-in, stuck (text: what), skipped, posted, vote-opened, away,
    # still-away, back, paused, resumed, muted, unmuted, delivery (text: immediate daily weekly none),
    # digest-time (text: 08:30 or monday),
    # prompts (text: on off daily weekly biweekly monthly), channel-left, undone, option-added, extended, called-off,
    # closing, corrected, amended, round-resumed, put-to-vote,
    # held-accepted, held-rejected, held-added, invited, removed, address-added (text: who),
    # task-made (who: its owner, until: when it is due), task-taken, task-declined, task-handed (who), task-postponed
    # (until), task-done, task-dropped, task-still, task-reopened; and what was not done:
    # receipts (text: on off unclear), only-mine, everything, channel (who: its name, text: delivery or ""), caught-up,
    # late, unclear, and every reason of a DeclineFacts (too-late, not-asked, not-allowed, …); of files (text: their
    # names, who: why they are not passed on, a KeptBack): file-linked, where there are pages, file-kept-back,
    # file-unused (of an answer), and of a try-out file-passed-on
    name: str
    mark: str = ""
    title: str = ""
    choice: Choice | None = None
    comment: str | None = None
    text: str = ""  # the words it rests on, or the line that was not understood
    until: date | None = None
    starts: date | None = None  # away: the first day, where that is still to come
    counts: tuple[int, int, int] | None = None  # done, next, blockers
    answers: int = 0  # to questions of the charter's own
    cleared: int = 0  # blockers that a check-in closes
    # of an answer by numbers: "done", "next", "blockers" or "dropped", and what it holds
    lines: tuple[tuple[str, str], ...] = ()
    replaced: bool = False
    changed: tuple[Change, ...] = ()  # what `undo` puts back; () of what has gone out, or changed nothing
    who: str = ""  # the name of a task's owner; voted: the role whose votes decide, where its author has another
    course: Course | None = None  # a task's, as this act left it
    course_before: Course | None = None  # … and as it was: what `undo` brings back; None for a task that was made
    undoes: Act | None = None  # undone: the line that was put back, its words alone
    again: bool = False  # undone: it was that undo which was put back
    method: Method | None = None  # vote-opened
    stated: StatedRules | None = None  # vote-opened: how it is held, as far as the mail said so


class ReceiptFacts(msgspec.Struct, frozen=True, kw_only=True, tag="receipt"):
    """What one mail changed, a line for each act."""

    acts: tuple[Act, ...]
    subject: str = ""


class WouldAnswer(msgspec.Struct, frozen=True):
    """A mail that the author of one that was tried would have had: its kind, and what it is about."""

    kind: str  # of a notice, but receipts and noes: ask-back, confirm, help, status, task-question …
    mark: str = ""


class TryOutFacts(msgspec.Struct, frozen=True, kw_only=True, tag="try-out"):
    """What a mail would have done that was only tried: a line for each act, and the mails it would have made."""

    acts: tuple[Act, ...]
    own: tuple[WouldAnswer, ...] = ()  # to its author
    others: int = 0  # how many to others
    names: tuple[str, ...] = ()  # theirs, where they are few
    subject: str = ""
    in_digests: bool = False  # others would read it in their digests


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered reading offered in a question back: a choice, or where that is asked, what the words answer."""

    choice: Choice | None = None
    mark: str = ""
    title: str = ""
    question: Question | None = None


class AskBackFacts(msgspec.Struct, frozen=True, kw_only=True, tag="ask-back"):
    """A piece was held because two readings are close; silence does nothing, `2` settles it.

    `missing` is what a BallotReading lacks, or "item": of several things it answers one, and does not say which. It has
    no mark then; the guesses have.
    """

    mark: str
    title: str
    words: str
    missing: str
    guesses: tuple[Guess, ...]
    question: Question | None = None
    closes_at: datetime | None = None
    stands: bool = False  # an earlier answer counts until this one is settled


class DeclineFacts(msgspec.Struct, frozen=True, kw_only=True, tag="decline"):
    """Accepted, then answered `no, because`. `reason` picks the sentence in the template."""

    # of a round: too-late (`at` is when it closed), cancelled, not-asked, nothing-to-withdraw, unknown-mark,
    # not-allowed, paused, not-paused, not-lazy, not-later, no-time, no-options, option-fixed,
    # option-exists, no-text, not-a-vote
    # of a new vote: deadline-past (`at`), needs-options, nobody-asked
    # of a mail: unreadable (`detail`: encrypted winmail empty attachment-alone opaque-signature), empty,
    # address-unknown (`detail`: what there is), not-a-member, already-a-member, which-item,
    # which-thread (`detail`: the marks), one-thread, not-on-record, not-understood, let-be,
    # nothing-to-undo, nothing-changed, undo-what, cannot-undo, unknown-channel (`detail`)
    # of a task: task-over, task-not-yours (`detail`: whose it is), task-unclear, task-when, task-who, no-task
    # of a round or a task: changed-since (a mail that came later, and was done before this one, which had waited)
    # of people (`detail`: the address): not-known, address-taken, cannot-invite
    # of held mail: settled-already, no-longer-kept; many-posts (it was held since there were so many of its author);
    # perhaps-a-vote (it was held since a stranger wrote it), perhaps-a-secret (a steward would have let that in)
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
    settings: tuple[Act, ...] = ()  # how mail comes to them, in the words of a receipt


class StewardFacts(msgspec.Struct, frozen=True, kw_only=True, tag="steward"):
    """Something a steward should know: mail held, a bounce, mail to the owner, a join request."""

    # held, bounced, suspended, turned-away (mail of ours, for what is not the member's doing), complaint,
    # complaint-unproven, owner, join, joined, left, removed (`by` a steward), failed, undelivered, refused-us
    # (notices of ours), doubtful (a confirmation whose authentication failed), strangers (so many wrote that none is
    # told of singly), many-posts (of one author: held), many-answers (one member had: no more today), unproven-answers
    # (the same, to mail that nothing proves to be theirs), kept (so many letters waited while mail reached no steward)
    about: str
    name: str = ""
    address: str = ""
    subject: str = ""
    text: str = ""
    arrival_id: int = 0  # held, many-posts: the mail that waits; the steward answers `accept`, `reject` or `add`
    count: int = 0  # undelivered, refused-us: how many notices; kept: how many letters
    by: str = ""  # removed: the name of who did it
    is_withheld: bool = False  # held: it may be an answer to a secret vote, so that no steward sees it or lets it in
    though_paused: bool = False  # sent to a steward who wants no mail, since none who does could get it


class ConfirmFacts(msgspec.Struct, frozen=True, kw_only=True, tag="confirm"):
    """Please confirm by replying."""

    # join (`by` when somebody invited them), leave, mail (its authentication failed), govern (a token alone is not
    # enough for it), remove (`title`: who), address (`title`: the further one to be noted), deliver (send there again),
    # post (it may be an answer to a round, but says not to which), post-vote (a line of it may be a ballot),
    # owner-vote (the same, of a mail to the stewards)
    act: str
    title: str = ""
    arrival_id: int = 0  # the mail that is held until confirmed
    address: str = ""  # folded; only an answer from this address confirms
    by: str = ""  # join: the name of the member who invited them
    number: int = 0  # deliver: the how many-th try it is, 0 when the member was asked in answer to a mail of theirs
    is_elsewhere: bool = False  # mail: it was not written to the address that it came to
    answers: str = ""  # … where it would answer this, "V-7: Where shall we meet?"; post-vote: its line may
    words: str = ""  # govern: what the mail asks for, as it was written; "" where From alone says whose words they are
    undoes: tuple[Act, ...] = ()  # … and the lines of a receipt that it takes back
    again: bool = False  # it was answered with neither a plain yes nor a plain no


class TaskFacts(msgspec.Struct, frozen=True, kw_only=True, tag="task"):
    """A task was given to the reader, or one the reader gave or has took another course."""

    # given (to the reader), taken, declined, handed, postponed, done, dropped, reopened, withdrawn; away (its owner is)
    change: str
    mark: str
    title: str
    by: str  # the name of who did it, or who is away
    owner: str = ""  # the name of who has it now; "" for nobody
    yours: bool = False  # the reader has it now
    due: date | None = None
    reason: str = ""
    text: str = ""  # given: what its maker wrote beside it
    until: date | None = None  # away: the last day, None when nobody knows
    may_hand: bool = False  # away: the reader may give it to somebody else


class TaskReminderFacts(msgspec.Struct, frozen=True, kw_only=True, tag="task-reminder"):
    """A task of the reader's is due. `on` is its day as the reader's calendar has it."""

    mark: str
    title: str
    by: str  # the name of who gave it, "" when it is the reader's own
    due: date
    on: date


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A member that a name may mean."""

    member_id: int
    name: str
    address: str


class TaskQuestionFacts(msgspec.Struct, frozen=True, kw_only=True, tag="task-question"):
    """Whom is a task for? The name written fits nobody, or several, or it is several; nothing happens on silence."""

    mark: str
    title: str
    words: str  # the name as written
    people: tuple[Candidate, ...] = ()
    several: bool = False  # several people are named, and a task has one owner
    unknown: str = ""  # of several names, those that nobody here goes by


class WelcomeFacts(msgspec.Struct, frozen=True, kw_only=True, tag="welcome"):
    """You are in (or out: `left`)."""

    left: bool = False
    by: str = ""  # left: the name of the steward who took them off; "" where they left themselves


Facts = (
    PostFacts
    | PromptFacts
    | BallotFacts
    | ReminderFacts
    | SummaryFacts
    | OutcomeFacts
    | ChangeFacts
    | DigestFacts
    | CatchUpFacts
    | ReceiptFacts
    | TryOutFacts
    | AskBackFacts
    | DeclineFacts
    | HelpFacts
    | StatusFacts
    | StewardFacts
    | ConfirmFacts
    | WelcomeFacts
    | TaskFacts
    | TaskReminderFacts
    | TaskQuestionFacts
)
