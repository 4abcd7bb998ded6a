"""A mail that comes again: delivered twice, by another road, or kept by somebody and sent once more to act once more.

It is told by its fingerprint; where that of another mail has the same author and Message-ID, by what its author wrote,
since lists add lines below a mail and servers write its bytes anew. Must not: drop a mail that says something else,
whatever it is called, or let a copy that nobody proved keep out the mail itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from gateway.accept.fingerprint import fingerprint
from gateway.model.address import fold_address
from gateway.model.arrival import ArrivalState, StoredArrival
from gateway.model.decision import Why
from gateway.model.message import Message, Unreadable
from gateway.pipeline.recording import kept
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.reply import new_text
from store.transaction import Transaction

_MOST_COMPARED = 5  # mails of one author and Message-ID: more of them are somebody's fault, and each costs a reading


@dataclass(frozen=True, slots=True)
class Known:
    """How a mail is known: its fingerprint; the earlier arrival that it is a copy of, if it is one, and that one's."""

    fingerprint: str
    earlier: StoredArrival | None = None
    of_earlier: str = ""

    @property
    def has_acted(self) -> bool:
        """Whether it was processed before."""
        return self.earlier is not None and self.earlier.state is ArrivalState.PROCESSED


def known(tx: Transaction, workspace_id: int, stored: StoredArrival, message: Message, lexicon: Lexicon) -> Known:
    """Return how a mail is known. One that was held, or released since, is no reason to drop a copy: see `settled`."""
    author = fold_address(message.author.address) if message.author else ""
    print_ = fingerprint(stored.arrival.raw, author, message.message_id, message.subject)
    alike = tx.inbox.alike(print_, workspace_id)
    if not alike:
        return Known(print_)
    if print_ in alike:
        number = alike[print_]
        return Known(print_, tx.inbox.get(number) if number != stored.id else None, print_)
    others = {number: one for one, number in alike.items() if number != stored.id}
    latest = sorted(others, reverse=True)[:_MOST_COMPARED]
    earlier = _saying_the_same(tx, latest, message, lexicon)
    return Known(print_, earlier, others[earlier.id] if earlier else "")


def settled(tx: Transaction, workspace_id: int, found: Known, stored: StoredArrival, now: datetime) -> None:
    """Let a mail that acts take the place of its copy that did not: that one, if it still waits, is finished."""
    if found.earlier is None:
        return
    for one in {found.fingerprint, found.of_earlier}:
        tx.inbox.take_over(stored.id, workspace_id, one)
    if found.earlier.state is ArrivalState.HELD:
        said = kept(found.earlier)
        tx.inbox.settle(found.earlier.id, ArrivalState.IGNORED, Why.DUPLICATE, **said, at=now)


def _saying_the_same(
    tx: Transaction, numbers: Sequence[int], message: Message, lexicon: Lexicon
) -> StoredArrival | None:
    said = None
    for number in numbers:
        earlier = tx.inbox.get(number)
        with suppress(Unreadable):  # bytes let go since, or never to be read: nothing says that it is the same
            if earlier is not None and earlier.arrival.raw:
                said = said or _said(message, lexicon)
                if _said(read_message(earlier.arrival.raw), lexicon) == said:
                    return earlier
    return None


def _said(message: Message, lexicon: Lexicon) -> tuple[object, ...]:
    """Return what a mail says, however it was written down: subject, own words with what they stand under, files."""
    words = new_text(message, None, lexicon)
    blocks = tuple((_squeezed(block.under), _squeezed(block.text)) for block in words.blocks)
    files = (part for part in message.parts if part.filename or not part.media_type.startswith("text/"))
    digests = frozenset((part.media_type, hashlib.sha256(part.content).digest()) for part in files)
    return _squeezed(message.subject), _squeezed(words.text), blocks, digests


def _squeezed(text: str) -> str:
    return " ".join(text.split())
