"""Notices: something to say to one recipient, where it stands on its way, and the tries to send it.

Must not: know what notices say (facts.py), or hold an address of ours.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.model.facts import Facts, Item


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
    unproven: bool = False  # … of which nothing proved who wrote it

    @property
    def kind(self) -> str:
        """The name of the template it is rendered with."""
        tag = self.facts.__struct_config__.tag
        return str(tag)


class StoredNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice on its way: its row in the outbox, with its tokens. `frozen` is None until it was rendered."""

    id: int
    workspace_id: int
    token: str  # to answer by
    return_token: str  # of the same claim, for what comes back
    notice: Notice
    state: NoticeState = NoticeState.QUEUED
    frozen: bytes | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    reason: str = ""
    detail: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How one try to hand a notice on went. `code` is the SMTP reply code, 0 when there was none.

    `refused` says what the server would not have: "sender", "recipient" or "message" (the answer to MAIL, RCPT, DATA);
    "" where it took the notice, or that is not known.
    """

    notice_id: int
    at: datetime
    code: int
    text: str = ""
    refused: str = ""
    took: float = 0.0  # seconds


class PastTry(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier try as the store keeps it, with what its notice is now: how often tried, and its reason."""

    notice_id: int
    address: str
    at: datetime
    code: int
    text: str
    tries: int = 1
    reason: str = ""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message ready to go: its bytes are frozen and will be the same at every try."""

    notice_id: int
    sender: str  # envelope
    recipient: str
    message: bytes
