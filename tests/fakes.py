"""Stand-ins for what lies outside Restante: a clock moved by hand, and a post office that keeps what it is given.

Each fulfils the contract of the real thing (tests/wire/test_courier_contract.py). Must not: stand in for code of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.model.message import Message
from gateway.model.notice import Attempt, Outgoing
from gateway.understand.mime import read_message


@dataclass
class HandClock:
    """A clock that stands still until it is moved; `zone` is the one its times are told in."""

    at: datetime
    zone: str = "Europe/Paris"

    def __call__(self) -> datetime:
        """Return where it stands."""
        return self.at

    def instant(self, wall: str, zone: str = "") -> datetime:
        """Return the instant of `2026-06-01 09:00`, or of `09:00` on the day it is, by the clocks of a zone."""
        place = ZoneInfo(zone or self.zone)
        day, _, hour = wall.rpartition(" ")
        date = day or self.at.astimezone(place).date().isoformat()
        return datetime.fromisoformat(f"{date}T{hour}").replace(tzinfo=place).astimezone(UTC)


@lru_cache(maxsize=4096)
def _message(raw: bytes) -> Message:
    return read_message(raw)  # kept: a story told many times has the same letters


@dataclass(frozen=True)
class Letter:
    """A mail that reached somebody. `envelope_from` is where it came from by its envelope, `kind` what we call it."""

    to: str
    envelope_from: str
    raw: bytes
    at: datetime
    notice_id: int = 0
    kind: str = ""
    mark: str = ""

    @property
    def message(self) -> Message:
        """The mail as its reader's program takes it."""
        return _message(self.raw)

    @property
    def subject(self) -> str:
        """Its subject."""
        return self.message.subject

    @property
    def text(self) -> str:
        """Its plain text."""
        return self.message.text

    @property
    def all_words(self) -> str:
        """Everything somebody could read in it: fields, text and HTML."""
        fields = "\n".join(f"{name}: {value}" for name, value in self.message.headers)
        return f"{fields}\n{self.message.text}\n{self.message.html}"


@dataclass
class PostOffice:
    """Takes what is handed in and keeps it; `refusals` says what it answers for an address instead of 250, `refuses`
    what it so refuses: "sender", "recipient" or "message".
    """

    letters: list[Letter] = field(default_factory=list)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    is_open: bool = True
    refuses: str = "recipient"

    def hand_in(
        self, queue: Sequence[Outgoing], now: datetime, about: Callable[[int], tuple[str, str]]
    ) -> list[Attempt]:
        """Take mail as a submission server does: one answer for each; 0 where nobody answers."""
        return [self._take(outgoing, now, about) for outgoing in queue]

    def _take(self, outgoing: Outgoing, now: datetime, about: Callable[[int], tuple[str, str]]) -> Attempt:
        if not self.is_open:
            return Attempt(notice_id=outgoing.notice_id, at=now, code=0, text="nobody answers")
        code, text = self.refusals.get(outgoing.recipient, (250, "2.0.0 kept"))
        if code == 250:
            kind, mark = about(outgoing.notice_id)
            letter = Letter(
                outgoing.recipient, outgoing.sender, outgoing.message, now, outgoing.notice_id, kind=kind, mark=mark
            )
            self.letters.append(letter)
        refused = "" if code == 250 else self.refuses
        return Attempt(notice_id=outgoing.notice_id, at=now, code=code, text=text, refused=refused)
