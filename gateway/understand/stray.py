"""Replies that lost their way: mail that answers something although neither token nor id nor mark says what.

Some providers strip all three. Taken for a new topic, such a reply would be posted for all to read; so it is told by
what it quotes and how it is titled. Must not: decide what follows, or read a word of any language itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gateway.model.address import SEPARATORS, Door, WorkspaceAddress
from gateway.model.context import MailContext
from gateway.model.message import Message
from gateway.model.reading import NewText
from gateway.model.understood import Stray
from gateway.understand.lexicon import Lexicon
from gateway.understand.signs import Signs, signs_of
from gateway.understand.thread import base_subject, reply_prefixes

_ANNOUNCING = frozenset({"attribution", "header-block"})
_QUOTED = _ANNOUNCING | {"quote-prefix", "html-container", "original", "separator"}
_DOORS = frozenset({Door.POST, Door.VOTE})  # where what is no answer becomes public


def stray(message: Message, found: NewText, context: MailContext, lexicon: Lexicon) -> Stray:
    """Return whether a person's mail answers something unknown; NO where it is known what it answers."""
    if context.answering is not None or context.thread is not None or context.destination.door not in _DOORS:
        return Stray.NO
    if _quotes_us(found, context.workspace.address, signs_of(lexicon)):
        return Stray.OURS
    # RFC 5322 §3.6.4: a reply names what it answers. One that names others was sent to others first.
    names_something = bool(message.in_reply_to or message.references)
    is_reply = not names_something and base_subject(message.subject, reply_prefixes(lexicon))[1]
    return Stray.UNKNOWN if is_reply else Stray.NO


def _quotes_us(found: NewText, address: WorkspaceAddress, signs: Signs) -> bool:
    """Whether the quote is of a mail of ours: it is announced as written from our address or in our name, or holds an
    address that only our mails carry.
    """
    ours = _addresses_of(address)
    if any((ours.whole if "@" in line else ours.name).search(line) for line in _announcers(found, signs)):
        return True
    quoted = [piece.text for piece in found.dropped if piece.sign in _QUOTED]
    return any(ours.token.search(text) for text in (*quoted, *(block.under for block in found.blocks)))


def _announcers(found: NewText, signs: Signs) -> Iterator[str]:
    """Yield what says who wrote the mail that is quoted; whom it was sent to says nothing."""
    for piece in found.dropped:
        if piece.sign == "attribution":
            yield " ".join(piece.text.split())
        elif piece.sign in _QUOTED:
            labels = (signs.label(line) for line in piece.text.split("\n"))
            yield from (label[1] for label in labels if label is not None and label[0] == "from")
    own = set(found.own.split("\n"))  # between answers, what announces the quote is kept for the reader's sake
    yield from (line for line in found.text.split("\n") if line not in own and not line.startswith(">"))


class _Ours:
    """How the addresses of one workspace are told in a text."""

    def __init__(self, address: WorkspaceAddress) -> None:
        name, domain = re.escape(address.local), re.escape(address.domain)
        between = f"[{re.escape(SEPARATORS)}]"
        self.whole = re.compile(rf"(?<![\w.+=-]){name}(?:{between}[^\s@<>]{{1,200}})?@{domain}(?![\w-])", re.IGNORECASE)
        # Some programs leave out the address of who wrote.
        self.name = re.compile(rf"(?<![\w.+=-]){name}(?![\w.+=-])", re.IGNORECASE)
        self.token = re.compile(
            rf"(?<![\w.+=-]){name}{between}[rb]{between}[^\s@<>]{{8,200}}@{domain}(?![\w-])", re.IGNORECASE
        )


@lru_cache(maxsize=64)
def _addresses_of(address: WorkspaceAddress) -> _Ours:
    return _Ours(address)
