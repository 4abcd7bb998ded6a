"""What a reader of words concludes: ballots, check-ins, requests, new text. Each keeps the words it rests on.

Must not: hold anything but values; the readers themselves live in gateway/understand/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from gateway.model.ballot import Choice
from gateway.model.task import TaskAct


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stretch of text that is not the author's new text, kept with the sign it was told by.

    `sign` is a stable name such as "original", "attribution", "header-block", "quote-prefix", "html-container",
    "forward", "signature", "device-footer", "list-footer", "disclaimer", "banner".
    """

    text: str
    sign: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """One answer of an interleaved reply: the quoted lines it stands under (unquoted, "" at the top) and its text.

    `mark` is the item of our original that the last of these lines stands in: "" where it is no item's, None where
    that is not known. `is_inside` says that it was typed into the quote and bears its marks.
    """

    under: str
    text: str
    mark: str | None = None
    is_inside: bool = False


@dataclass(frozen=True, slots=True)
class NewText:
    """The text its author newly wrote.

    `text` is what `restante read` prints for a reply: in an interleaved answer it keeps the quoted lines between the
    answers. `own` is the author's own lines alone, without any quoted line: only these may act. `blocks` walks the
    answer item by item (one block with under="" for a top-posted answer).
    """

    text: str
    own: str
    blocks: tuple[Quoted, ...] = ()
    dropped: tuple[Dropped, ...] = ()


class BallotKind(StrEnum):
    """What a reading of a ballot came to."""

    BALLOT = "ballot"
    WITHDRAW = "withdraw"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class BallotReading:
    """A vote as read: `choice` is None for an abstention where the method has no such option.

    `rivals` are the other choices that were close, best first (for a question back); `missing` names what an unclear
    answer lacks: "choice", "condition", "several", "irony", "question", "range", "reason".
    `evidence` is the words it rests on.
    """

    kind: BallotKind
    choice: Choice | None = None
    comment: str | None = None
    rivals: tuple[Choice, ...] = ()
    missing: str = ""
    evidence: str = ""


class CheckInKind(StrEnum):
    """What a reading of a check-in came to."""

    CHECKIN = "checkin"
    SKIP = "skip"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """What an answer by numbers alone changes of the one that stands: all else stays as it is.

    `lines` are those it speaks of, as they were shown; `next` what of them is still planned, and what it adds.
    """

    lines: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckInReading:
    """A check-in as read; items are the author's own words without bullets and labels."""

    kind: CheckInKind
    done: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    mood: int | None = None
    away_until: date | None = None
    away_from: date | None = None  # None: from now on
    evidence: str = ""
    cleared: tuple[str, ...] = ()  # blockers and plans of before that are gone, as they were shown to the author
    unblocked: bool = False  # the author says in so many words that nothing stops them ("Blockers: none")
    unplanned: bool = False  # … that nothing comes next ("Next: none")
    answers: tuple[tuple[str, str], ...] = ()  # questions of the charter's own, each with the author's words on it
    changes: PlanChanges | None = None  # where it only changes a plan; None for an answer that is whole in itself
    beyond: tuple[str, ...] = ()  # what was said of numbers that no line of the plan has


class Intent(StrEnum):
    """What a mail to a workspace asks for."""

    NEW_TOPIC = "new_topic"
    JOIN = "join"
    LEAVE = "leave"
    PAUSE = "pause"
    RESUME = "resume"
    AWAY = "away"
    SET_FREQUENCY = "set_frequency"
    NEW_TASK = "new_task"
    TASK_DONE = "task_done"
    NEW_VOTE = "new_vote"
    NEW_CHECKIN_ANSWER = "new_checkin_answer"
    HELP = "help"
    STATUS = "status"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """One task asked for. `assignee` is a name without @, "me" for the author, None when nobody is named.

    `behind` are the words right behind "@name", which may be the rest of that name; they stand in the title as well.
    """

    title: str
    assignee: str | None = None
    due: date | None = None
    behind: str = ""


@dataclass(frozen=True, slots=True)
class TaskReading:
    """What is said of a task that exists. `act` is None where it cannot be told: it is asked back.

    `who` is a name as written, without @, for `hand` ("me" for the author); `due` the day named. `remark` is what else
    is said, such as a reason.
    """

    act: TaskAct | None
    who: str = ""
    due: date | None = None
    remark: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class StatedRules:
    """How a vote is to be held, as far as the mail that opens it says; None is left to the charter."""

    secret: bool | None = None
    hidden: bool | None = None
    run_off: bool | None = None
    add_options: bool | None = None
    quorum: float | None = None  # share of those asked, 0 to 1
    quorum_people: int | None = None  # so many of them
    threshold: float | None = None  # share of those for, of for and against, that must be exceeded


@dataclass(frozen=True, slots=True)
class CommandReading:
    """A request as read. Only the fields of its intent are set; see `shape` in understand/requests.py."""

    intent: Intent
    title: str = ""  # new_topic
    scope: str | None = None  # leave: "all" or one topic
    away_from: date | None = None  # away
    until: date | None = None  # pause, away
    through: bool = False  # pause: that day is the last one, else it is the first on which mail comes again
    frequency: str | None = None  # daily weekly biweekly monthly never
    days: tuple[str, ...] = ()  # english, lower case
    at: time | None = None  # set_frequency
    tasks: tuple[TaskRequest, ...] = ()  # new_task
    is_beside: bool = False  # new_task: lines of a mail that says more, and is a post too
    task: str = ""  # task_done
    question: str = ""  # new_vote
    options: tuple[str, ...] = ()
    method: str | None = None
    deadline: datetime | None = None  # aware; see deadline_has_time
    deadline_has_time: bool = False
    open_for: str = ""  # in its place a length that the charter counts, as spans are written: "2 working days"
    rules: StatedRules = StatedRules()  # new_vote
    about: str = ""  # new_vote: what is said beside question, options and deadline
    checkin: CheckInReading | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A date or an instant read from words, relative to when the mail was sent and its author's zone.

    `day` is always set. `at` is the wall time named, None when none was. `instant` is aware, set when a time was named
    (or a span in hours). `end_day` is set for a range. `evidence` is the words it was read from.
    """

    day: date
    at: time | None = None
    instant: datetime | None = None
    end_day: date | None = None
    evidence: str = ""
    span: tuple[int, int] = field(default=(0, 0))  # where in the text it stood
