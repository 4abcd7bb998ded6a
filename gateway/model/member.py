"""People: who they are in a workspace, how they want their mail, and when they are away.

Must not: hold anything of a charter but the names of roles.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import msgspec

_LAPSES_AFTER = timedelta(days=5)  # of an undated auto-reply noted before the working days were counted


_LONGEST_NAME = 60  # characters of a name before an address: what is too long is cut from its end by mail programs


def holds_address(name: str) -> bool:
    """Whether a name has a sign in it that makes an address, in whatever form of it."""
    return "@" in unicodedata.normalize("NFKC", name)


def with_address(name: str, address: str) -> str:
    """Return what somebody is called whose name alone could be taken for another's: "Ana (ana@far.example)".

    A name that holds an address is left out: it would read as one.
    """
    bare = "" if holds_address(name) else " ".join(name.split())[:_LONGEST_NAME].rstrip()
    return f"{bare} ({address})" if bare and address else bare or address


def without_address(name: str, address: str) -> str:
    """Return the name that `with_address` made longer; as it is where it did not."""
    return name.removesuffix(f" ({address})") if address else name


class Delivery(StrEnum):
    """How posts reach a member. Prompts, ballots and reminders come when they are due, unless paused."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class Receipts(StrEnum):
    """When a member is sent a receipt."""

    ON = "on"
    OFF = "off"
    UNCLEAR = "unclear"  # only when something was not understood


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """A time away. `until` is the last day away, None when none was named."""

    starts: date
    until: date | None = None
    source: str = "member"  # member, auto-reply, steward
    lapses_on: date | None = None  # undated: from here on their author is taken to be back; None: when they say so
    unproven: bool = False  # anybody may have said so in the member's name: nobody acts for them upon it

    def covers(self, day: date) -> bool:
        """Whether this day is within the absence.

        An undated one covers every day since it began; but that of an auto-reply, which nobody may ever take back, only
        a few working days.
        """
        if self.until is not None:
            return self.starts <= day <= self.until
        lapses_on = self.lapses_on or (self.starts + _LAPSES_AFTER if self.source == "auto-reply" else date.max)
        return self.starts <= day < lapses_on


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a member chose; None means the charter's default. Only the member (or an undo) changes these."""

    delivery: Delivery | None = None
    channels: dict[str, Delivery] = msgspec.field(default_factory=dict)  # channel → delivery
    digest_at: time | None = None  # local
    digest_weekday: int = 0  # Monday is 0; for weekly digests
    prompt_days: tuple[int, ...] = ()  # weekdays on which check-ins are wanted; () means all working days
    prompt_every: int = 1  # each n-th occurrence
    prompt_at: time | None = None  # local; None means as the routine says
    prompts: bool = True  # False: no check-in prompts at all
    paused_until: date | None = None  # nothing but direct answers until this day has passed
    paused: bool = False  # until `resume`
    muted_threads: tuple[str, ...] = ()  # marks
    receipts: Receipts = Receipts.ON
    only_mine: bool = False  # of threads, only those the member has written in
    hours: tuple[time, time] | None = None  # own working hours, local
    days: tuple[int, ...] | None = None  # own working days, Monday is 0


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a workspace. `id` is unique over all workspaces of a store."""

    id: int
    address: str  # folded, see fold_address
    name: str
    roles: tuple[str, ...] = ()
    language: str = "en"
    timezone: str = "UTC"
    further_addresses: tuple[str, ...] = ()
    settings: Settings = Settings()
    absences: tuple[Absence, ...] = ()
    substitute: int | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None
    suspended: bool = False  # delivery suspended after bounces or a complaint
    bounce_score: float = 0.0  # what came back since the last sign of life, as of `bounced_at` (decide/bounces.py)
    bounced_at: datetime | None = None

    @property
    def is_steward(self) -> bool:
        """Whether this member settles what is held and governs rounds."""
        return "steward" in self.roles

    def away_on(self, day: date) -> Absence | None:
        """Return the absence that covers a day, the one that lasts longest first, or None."""
        covering = [absence for absence in self.absences if absence.covers(day)]
        return max(covering, key=lambda absence: absence.until or date.max, default=None)
