"""A mail that comes again: delivered twice, by another road, or kept by somebody and sent once more to act once more.

It is told by its fingerprint; where that of another mail has the same author and Message-ID, by what its author wrote,
since lists add lines below a mail and servers write its bytes anew; and where a server proves its author, by the
signatures it bears. What is noted of a mail says all this, so that no
earlier one is ever read again. Must not: drop a mail that says something else, whatever it is called, or let a copy
that nobody proved keep out the mail itself, or stand before one that acted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.accept.fingerprint import (
    HALF,
    WHOLE,
    beginning_by_signature,
    beginnings,
    digest_of_words,
    fingerprint,
    fingerprint_of_before,
)
from gateway.model.address import Door
from gateway.model.arrival import ArrivalState, StoredArrival
from gateway.model.authentication import Outcome
from gateway.model.context import MailContext
from gateway.model.decision import Why
from gateway.model.message import Message
from gateway.model.understood import Enrolling, Understood
from gateway.pipeline.recording import kept
from store.inbox import Noted
from store.transaction import Transaction

OF_BEFORE = "fingerprints_of_before"  # the mark of a store that holds fingerprints as they were taken once

# Doors that answer by themselves, whatever a mail says: what was posted may be sent to one of them too, by servers that
# deliver each recipient singly. At all others its words act, wherever it is sent: there it is one mail, and acts once.
_ANSWERING = frozenset({Door.JOIN, Door.LEAVE, Door.HELP, Door.OWNER})

_SAID = 17  # characters of what is noted: a colon, and what the words come to
_MOST_SIGNATURES = 20  # of one mail that are noted; all are looked up
_MOST_IDS = 20  # Message-IDs of one mail that are looked up; it is held for having two
_MOST_WAITING = 50  # mails of one author and Message-ID, after which one that does not act is noted no more


@dataclass(frozen=True, slots=True)
class Known:
    """How a mail is known: what is noted of it; what is noted of the earlier one that it is a copy of, if it is one."""

    noted_as: str
    earlier: Noted | None = None
    is_one_of_many: bool = False
    signed_as: tuple[str, ...] = ()  # what is noted beside once it has acted

    @property
    def has_acted(self) -> bool:
        """Whether it was processed before."""
        return self.earlier is not None and self.earlier.state is ArrivalState.PROCESSED

    def to_note(self, state: ArrivalState) -> str:
        """Return what to note of a mail that came to this, "" for nothing."""
        return "" if self.is_one_of_many and state is not ArrivalState.PROCESSED else self.noted_as


def known(tx: Transaction, stored: StoredArrival, context: MailContext, understood: Understood) -> Known:
    """Return how a mail is known. One that was held, or released since, is no reason to drop a copy: see `settled`."""
    message, here = understood.message, context.workspace.id
    author = message.author_address
    prints = [
        fingerprint(stored.arrival.raw, author, message.message_id, message.subject, day)
        for day in _days(stored, context, message)
    ]
    print_ = prints[0]
    door = _door(context, understood)
    tail = f":{_said(understood, message.subject)}{door}"
    others = beginnings(author, message.other_ids[:_MOST_IDS])
    alike = [one for first in (*(one[:HALF] for one in prints), *others) for one in tx.inbox.alike(first, here)]
    # A subject above a signed mail that has none leaves the signature as it was.
    tails = (tail, f":{_said(understood, '')}{door}") if alike else ()
    same = [one for one in alike if _is_same(one.fingerprint, print_, tails)]
    if not same and tx.get_mark(OF_BEFORE) is not None:
        same = tx.inbox.alike(fingerprint_of_before(stored.arrival.raw), here)
    signed = [beginning_by_signature(author, one) for one in context.authentication.signed_as]
    again = (one for first in signed for one in tx.inbox.alike(first, here))
    same += [one for one in again if one.fingerprint[WHOLE + _SAID :] == door]
    others_same = [one for one in same if one.arrival_id != stored.id]
    signed_as = tuple(first + print_[HALF:] + tail for first in signed[:_MOST_SIGNATURES])
    return Known(print_ + tail, max(others_same, key=_weight, default=None), len(alike) >= _MOST_WAITING, signed_as)


def settled(tx: Transaction, workspace_id: int, found: Known, stored: StoredArrival, now: datetime) -> None:
    """Let a mail that acts take the place of its copy that did not: that one, if it still waits, is finished."""
    if found.earlier is None:
        return
    for one in {found.noted_as, found.earlier.fingerprint}:
        tx.inbox.take_over(stored.id, workspace_id, one)
    earlier = tx.inbox.get(found.earlier.arrival_id)
    if earlier is not None and earlier.state is ArrivalState.HELD:
        tx.inbox.settle(earlier.id, ArrivalState.IGNORED, Why.DUPLICATE, **kept(earlier), at=now)


def _is_same(noted: str, print_: str, tails: Sequence[str]) -> bool:
    """Whether what is noted of a mail of this author and Message-ID is this one's: its bytes, or its words; its door.

    What was noted before its words and door were, has neither.
    """
    if noted[WHOLE:] in tails:
        return True
    has_its_door = noted[WHOLE + _SAID :] == tails[0][_SAID:] or not noted[WHOLE:]
    return has_its_door and noted[HALF:WHOLE] == print_[HALF:]


def _days(stored: StoredArrival, context: MailContext, message: Message) -> tuple[str, ...]:
    """Return the days that part mails without Message-ID and Date: its own first, then the one before.

    A program may write the same words each week, and nothing else tells them apart. What a signature proves is a double
    however late it comes: somebody may have kept it.
    """
    if message.message_id or message.header("date") or context.authentication.outcome is Outcome.PASSED:
        return ("",)
    came = stored.arrival.received_at.date()
    return came.isoformat(), (came - timedelta(days=1)).isoformat()


def _weight(one: Noted) -> tuple[bool, int]:
    """Put first what acted, whatever came later and did not."""
    return one.state is ArrivalState.PROCESSED, one.arrival_id


def _door(context: MailContext, understood: Understood) -> str:
    """Return the door that answers a mail by itself; "" where its words act."""
    if context.trying:
        return Door.TRY.value
    acts = context.answering is not None or any(isinstance(piece.reading, Enrolling) for piece in understood.pieces)
    door = context.destination.door
    return door.value if door in _ANSWERING and not acts else ""


def _said(understood: Understood, subject: str) -> str:
    """Return what a mail says, however it was written down: subject, new text with what it stands under, files."""
    message, found = understood.message, understood.new_text
    words = [subject, found.text]
    if len(found.blocks) > 1:
        words += [text for block in found.blocks for text in (block.under, block.text)]
    elif not found.text:  # a machine's, or none that could be read
        words += [message.text, message.html]
    return digest_of_words(words, _files(message))


def _files(message: Message) -> list[bytes]:
    files = (part for part in message.parts if part.filename or not part.media_type.startswith("text/"))
    return sorted({part.media_type.encode() + hashlib.sha256(part.content).digest() for part in files})
