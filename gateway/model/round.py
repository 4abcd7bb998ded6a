"""Rounds: one bounded question to a fixed electorate, its answers, and its outcome.

Must not: say how a ritual runs (decide/rituals/) or count (decide/tally.py).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from gateway.model.ballot import Choice, Question, kept


class Ritual(StrEnum):
    """Kinds of exchange; the letter of their marks stands in MARK_LETTERS."""

    CHECKIN = "check-in"
    VOTE = "vote"


# Marks: V vote, C check-in, T task, P post or thread, O outcome. A mark names one thing of a workspace for ever: `V-7`.
MARK_LETTERS: dict[Ritual, str] = {Ritual.CHECKIN: "C", Ritual.VOTE: "V"}
POST_LETTER = "P"
OUTCOME_LETTER = "O"


class Phase(StrEnum):
    """Where a round stands."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"  # lazy consensus after an objection: the clock stands still
    CLOSED = "closed"
    CANCELLED = "cancelled"


PHASE_TRANSITIONS: dict[Phase, frozenset[Phase]] = {
    Phase.DRAFT: frozenset({Phase.OPEN, Phase.CANCELLED}),
    Phase.OPEN: frozenset({Phase.PAUSED, Phase.CLOSED, Phase.CANCELLED}),
    Phase.PAUSED: frozenset({Phase.OPEN, Phase.CLOSED, Phase.CANCELLED}),
    Phase.CLOSED: frozenset(),
    Phase.CANCELLED: frozenset(),
}


OVER = frozenset({Phase.CLOSED, Phase.CANCELLED})


class CheckInForm(msgspec.Struct, frozen=True, kw_only=True, tag="check-in"):
    """What a check-in asks. `questions` is () for done, next, blockers in each reader's language."""

    questions: tuple[str, ...] = ()
    mood: bool = False


class VoteForm(msgspec.Struct, frozen=True, kw_only=True, tag="vote"):
    """What a vote asks, and how it is counted. `text` is the proposal in full, as its opener wrote it."""

    question: Question
    text: str = ""
    quorum: float = 0.0  # share of those asked
    quorum_people: int = 0  # so many of them, in place of a share; 0: the share counts
    threshold: float = 0.5
    secret: bool = False
    hidden: bool = True
    add_options: bool = False
    run_off: bool = False
    binding: str | None = None
    veto: bool = False  # plusone: a binding -1 with its reason stops the proposal
    about: str | None = None  # of `text` what is no question, option or deadline; None where that is not known


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a ritual. `thread` is the mark of the thread it lives in: its own mark when it began one."""

    mark: str
    ritual: Ritual
    title: str
    thread: str
    opened_at: datetime
    closes_at: datetime
    form: CheckInForm | VoteForm
    phase: Phase = Phase.OPEN
    opened_by: int | None = None
    routine: str | None = None
    occurrence: date | None = None
    channel: str | None = None
    observers: tuple[int, ...] = ()
    reminders: tuple[str, ...] = ()  # spans before the close
    electorate_size: int = 0
    message_id: str = ""  # of the mail that opened it
    closed_at: datetime | None = None
    paused_at: datetime | None = None


class CheckIn(msgspec.Struct, frozen=True, kw_only=True, tag="check-in"):
    """A member's short report for a period, in the member's own words."""

    done: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    mood: int | None = None
    carried: tuple[int, ...] = ()  # for each of `next`, how often it was planned before; () means never
    answers: tuple[tuple[str, str], ...] = ()  # questions of the charter's own, each with the member's words on it


class Skip(msgspec.Struct, frozen=True, kw_only=True, tag="skip"):
    """The member passes: nothing is recorded but that, and nobody asks again."""

    words: str = ""


class Ballot(msgspec.Struct, frozen=True, kw_only=True, tag="ballot"):
    """One member's standing choice with its remark."""

    choice: Choice
    comment: str | None = None


Answer = Ballot | CheckIn | Skip


def still_counts(answer: Answer, form: CheckInForm | VoteForm) -> bool:
    """Whether an answer counts for what its round asks now: of a ballot, as long as the question knows any of it."""
    if not isinstance(answer, Ballot) or not isinstance(form, VoteForm):
        return True
    return kept(answer.choice, form.question) is not None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that stands for a member of the electorate; a later one replaces it until the round closes."""

    member_id: int
    answer: Answer
    at: datetime  # when our server received it
    late: bool = False
    arrival_id: int | None = None


class TallyLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one option came to. `value` is its count, points or rank score; `share` of the largest possible, 0 to 1."""

    label: str
    value: float
    share: float
    won: bool = False


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A remark as the outcome shows it: `name` and `label` are None in a secret vote."""

    text: str
    name: str | None = None
    label: str | None = None


class Result(StrEnum):
    """What a vote came to."""

    PASSED = "passed"
    REJECTED = "rejected"
    CHOSEN = "chosen"  # one or more options won
    TIED = "tied"  # declared, never drawn at random
    NO_QUORUM = "no-quorum"
    BLOCKED = "blocked"  # a block or a veto with its reason
    NO_ANSWERS = "no-answers"
    NO_DECIDERS = "no-deciders"  # none of the role whose votes decide took part, though others did
    CONSENT = "consent"  # lazy consensus: nobody objected


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a vote, with everything its announcement shows."""

    result: Result
    winners: tuple[str, ...] = ()  # the option, or the options that tie
    lines: tuple[TallyLine, ...] = ()  # in the order to be shown
    answered: int = 0
    abstained: int = 0
    electorate: int = 0
    quorum: float = 0.0
    quorum_people: int = 0
    reasons: tuple[Reason, ...] = ()
    ranking: tuple[tuple[str, ...], ...] = ()  # ranked: all options, best first, ties together
    beside: tuple[TallyLine, ...] = ()  # where a role decides: what the others said; () in a secret vote


def conceals(round_: Round) -> bool:
    """Whether nobody may see who answers what: of a secret vote for ever, of a hidden one until its end."""
    form = round_.form
    return isinstance(form, VoteForm) and (form.secret or (form.hidden and round_.phase not in OVER))
