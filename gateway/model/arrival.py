"""Mail at our doors: one envelope (RFC 5321) with its raw bytes, and what became of it.

Must not: look into the bytes.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class ArrivalState(StrEnum):
    """Where an arrival stands. Only RECEIVED ones are waiting for us."""

    RECEIVED = "received"  # durable, not yet processed
    PROCESSED = "processed"
    IGNORED = "ignored"  # finished in silence, with its reason
    HELD = "held"  # kept for a steward
    FAILED = "failed"  # our bug or broken bytes; kept, can be put back


# A transition not listed cannot happen.
ARRIVAL_TRANSITIONS: dict[ArrivalState, frozenset[ArrivalState]] = {
    ArrivalState.RECEIVED: frozenset(ArrivalState) - {ArrivalState.RECEIVED},
    ArrivalState.HELD: frozenset({ArrivalState.RECEIVED, ArrivalState.IGNORED}),
    ArrivalState.FAILED: frozenset({ArrivalState.RECEIVED, ArrivalState.IGNORED}),
    ArrivalState.PROCESSED: frozenset(),
    ArrivalState.IGNORED: frozenset({ArrivalState.RECEIVED}),
}

PUT_BACK = "put back"  # the detail of what waits once more because somebody looked at it and said so
REACHED_AGAIN = "a steward is reached again"  # … because it is a letter to stewards that reached none
READ_ANEW = "read anew"  # … because its address became a member's; nobody has looked at it


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery at one door, before it is stored."""

    door: str  # smtp, lmtp, imap, inject, import
    reverse_path: str  # "" is the null sender
    recipients: tuple[str, ...]  # as given in the envelope
    raw: bytes
    received_at: datetime  # when this process took it; in time is what was received in time
    accepted_at: datetime | None = None  # when the server before us took it (IMAP INTERNALDATE), if the door knows


class StoredArrival(msgspec.Struct, frozen=True, kw_only=True):
    """An arrival with its row: `id`, `state`, `reason`. `raw` is loaded with pending ones, b"" in listings."""

    id: int
    arrival: Arrival
    state: ArrivalState
    reason: str = ""
    detail: str = ""
    workspace_id: int | None = None
    message_id: str = ""
    subject: str = ""
    author: str = ""
    size: int = 0
    settled_at: datetime | None = None
