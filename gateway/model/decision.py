"""Decisions: why, what is recorded, what is said, what falls due later. The one result of the core.

Must not: hold anything that is not a value to be recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.model.arrival import ArrivalState
from gateway.model.context import Due
from gateway.model.entry import Entry
from gateway.model.facts import Facts, Item
from gateway.model.notice import Notice


class Why(StrEnum):
    """The reason of a decision: stored, tested, and shown by `restante mails`."""

    # a mail was acted upon
    POSTED = "posted"
    THREAD_STARTED = "thread-started"
    ANSWERED = "answered"
    VOTE_OPENED = "vote-opened"
    ROUND_CHANGED = "round-changed"  # extended, cancelled, corrected, option added, paused, resumed
    TASK_MADE = "task-made"
    TASK_CHANGED = "task-changed"  # taken, declined, handed over, postponed, done, dropped, open again
    SETTINGS = "settings"
    AWAY = "away"
    BOUNCED = "bounced"
    REACTED = "reacted"
    JOINED = "joined"
    LEFT = "left"
    HELPED = "helped"
    TRIED = "tried"  # sent to be tried out: nothing was changed
    CONFIRMED = "confirmed"  # what was held until its author confirmed it
    MODERATED = "moderated"  # a steward settled what was held
    INVITED = "invited"
    REMOVED = "removed"
    SEVERAL = "several"  # more than one act
    # a question back or a no
    ASKED_BACK = "asked-back"
    DECLINED = "declined"
    UNREADABLE = "unreadable"
    TOO_LATE = "too-late"
    # nothing was done
    DUPLICATE = "duplicate"
    LOOP = "loop"
    MACHINE = "machine"
    DELAY = "delay"
    EMPTY = "empty"
    STRANGER = "stranger"
    ADDRESS_UNKNOWN = "address-unknown"
    NOT_AUTHENTIC = "not-authentic"
    TOO_MUCH = "too-much"  # so many posts of one author that a program may write them: held
    NO_STEWARD = "no-steward"  # a letter to the stewards that reaches none of them for now: held
    # a clock tick
    OPENED = "opened"
    PROMPTED = "prompted"
    REMINDED = "reminded"
    CLOSED = "closed"
    DIGESTED = "digested"
    NOTHING_NEW = "nothing-new"
    NOT_OWED = "not-owed"
    MISSED = "missed"  # of no use any more after an outage
    NOT_A_WORKING_DAY = "not-a-working-day"
    PROBED = "probed"
    RESUMED = "resumed"  # mail to a member goes again
    TOLD = "told"  # the stewards were, or those who wait for a task whose owner is away


class Group(StrEnum):
    """Whom a broadcast reaches."""

    READERS = "readers"  # members who get posts of `channel` at once
    ELECTORATE = "electorate"  # of the round `mark`, plus its observers when `observers`
    SET_ASIDE = "set-aside"  # of the electorate of `mark`, whose answer its question no longer knows
    EVERYONE = "everyone"
    STEWARDS = "stewards"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One notice to many: the pipeline expands it, one copy with its own token for each. `key` guards each copy."""

    key: str
    facts: Facts
    group: Group
    mark: str = ""
    thread: str = ""
    channel: str | None = None
    items: tuple[Item, ...] = ()
    observers: bool = False
    leave_out: frozenset[int] = frozenset()  # members: the author, those who have it already
    leave_out_addresses: frozenset[str] = frozenset()  # folded: stood in To or Cc of the original
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    owed: bool = False
    only: frozenset[int] | None = None  # these members alone, when set


@dataclass(frozen=True, slots=True)
class Decision:
    """Why, and what follows: written together or not at all."""

    why: Why
    state: ArrivalState = ArrivalState.PROCESSED  # what becomes of the arrival
    entries: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    broadcasts: tuple[Broadcast, ...] = ()
    due: tuple[Due, ...] = ()
    undue: tuple[str, ...] = ()  # keys of due rows to be taken out; a trailing * takes out all that begin so
    detail: str = ""  # for the log and `mails`, never for outside
    release: tuple[int, ...] = ()  # held arrivals to be processed again, their author now proven
    dismiss: tuple[int, ...] = ()  # held arrivals that are finished in silence
