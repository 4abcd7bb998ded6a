"""Addresses: what we compare people by, and what the local parts of ours mean.

Must not: know which workspaces exist beyond the names handed in, or verify a token (model/token.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

SEPARATORS = "+-.="  # all are accepted; the one we emit is a setting


def fold_address(address: str) -> str:
    """Return the form addresses are compared in: trimmed, lower case, the domain in its ASCII form."""
    local, at, domain = address.strip().strip("<>").rpartition("@")
    if not at:
        return domain.lower()
    if not domain.isascii():
        with suppress(UnicodeError):  # kept as written: it will match nobody
            domain = domain.encode("idna").decode("ascii")
    return f"{local.lower()}@{domain.lower().rstrip('.')}"


ERASED_DOMAIN = "erased.invalid"  # of what stands in the place of an erased person's address (RFC 2606 §2)


def is_erased(address: str) -> bool:
    """Whether an address stands for somebody who was erased: it is nobody's, and becomes nobody's."""
    return address.endswith(f"@{ERASED_DOMAIN}")


def is_sendable(address: str) -> bool:
    """Whether mail can be sent to an address at all: two parts, of lengths that servers take (RFC 5321 §4.5.3.1)."""
    local, _, domain = address.rpartition("@")
    return 0 < len(local.encode()) <= 64 and 0 < len(domain.encode()) <= 255 and len(address.encode()) <= 254


class Door(StrEnum):
    """What one of our addresses is for."""

    POST = "post"  # acme@, acme+design@
    VOTE = "vote"
    TASK = "task"
    TRY = "try"
    JOIN = "join"
    LEAVE = "leave"
    HELP = "help"
    OWNER = "owner"
    REQUEST = "request"
    REPLY = "reply"  # acme+r.TOKEN@
    BOUNCE = "bounce"  # acme+b.TOKEN@
    UNKNOWN = "unknown"


# Words after the separator, beside channels. What is not offered yet is unknown: 550, naming what there is.
_KEYWORDS: dict[str, Door] = {
    "vote": Door.VOTE,
    "try": Door.TRY,
    "task": Door.TASK,
    "join": Door.JOIN,
    "subscribe": Door.JOIN,
    "leave": Door.LEAVE,
    "unsubscribe": Door.LEAVE,
    "help": Door.HELP,
    "owner": Door.OWNER,
    "request": Door.REQUEST,
}
KEYWORDS = frozenset(_KEYWORDS)  # words that name no channel
OFFERED = ("vote", "task", "join", "leave", "help", "owner", "request", "try")


@dataclass(frozen=True, slots=True)
class Destination:
    """One of our addresses, understood: the workspace, the door, and the channel or token behind it."""

    workspace: str
    door: Door
    channel: str | None = None
    token: str | None = None
    tag: str = ""  # what stood after the separator, for the 550 text


def parse_local_part(
    local: str, workspaces: Collection[str], channels: Mapping[str, Collection[str]]
) -> Destination | None:
    """Return what a local part of our domain means, or None when no workspace of that name exists.

    The longest known workspace name wins (`corvid-dev` is a workspace before it is a channel), in any case.
    """
    wanted = local.lower()
    names = [
        name for name in workspaces if wanted == name or (wanted.startswith(name) and wanted[len(name)] in SEPARATORS)
    ]
    if not names:
        return None
    name = max(names, key=len)
    tag = wanted[len(name) + 1 :]
    if not tag:
        return Destination(name, Door.POST)
    if tag in channels.get(name, ()):  # first: a channel may be called "b-team"
        return Destination(name, Door.POST, channel=tag, tag=tag)
    if len(tag) > 2 and tag[0] in "rb" and tag[1] in SEPARATORS:
        door = Door.REPLY if tag[0] == "r" else Door.BOUNCE
        return Destination(name, door, token=tag[2:].split("+")[0], tag=tag)  # Mailman #401: +anything may follow
    return Destination(name, _KEYWORDS.get(tag, Door.UNKNOWN), tag=tag)


@dataclass(frozen=True, slots=True)
class Alias:
    """A folded address, or "@domain" for all of its domain, whose mail is passed on to us by arrangement.

    `to` is the workspace that gets it, by its name or an address of it; "" where that is not said.
    """

    address: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class WorkspaceAddress:
    """Where a workspace lives, and how its addresses are written: `acme`, `ws.example.org`, `+`.

    An empty separator: a mailbox with one plain address. What a tag would say is then found by References and marks.
    """

    local: str
    domain: str
    separator: str = "+"

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    def tagged(self, tag: str) -> str:
        """Return the address with a tag: `acme+vote@ws.example.org`; without one where none is written."""
        return f"{self.local}{self.separator}{tag}@{self.domain}" if self.separator else str(self)

    def reply_to(self, token: str) -> str:
        """Return the Reply-To of a notice."""
        return self.tagged(f"r.{token}")

    def verp(self, token: str) -> str:
        """Return the envelope sender of a notice: bounces to it find their notice (VERP)."""
        return self.tagged(f"b.{token}")

    def message_id(self, token: str) -> str:
        """Return the Message-ID of a notice, without angle brackets: it carries the same token (RFC 5322 §3.6.4)."""
        return f"r.{token}.{self.local}@{self.domain}"

    def return_id(self, token: str) -> str:
        """Return how a notice bears its token for returns within: answers do not carry it on, returned mail does."""
        return f"b.{token}.{self.local}@{self.domain}"

    def thread_id(self, mark: str) -> str:
        """Return the id that every copy of a thread's mails refers to, so that all clients join them."""
        return f"t.{mark.lower()}.{self.local}@{self.domain}"


def token_of_message_id(message_id: str, address: WorkspaceAddress) -> str | None:
    """Return the token inside a Message-ID of ours, or None when it is not one."""
    return _token_within("r.", message_id, address)


def token_of_return_id(return_id: str, address: WorkspaceAddress) -> str | None:
    """Return the token for returns that a mail of ours bore within, or None when it is none."""
    return _token_within("b.", return_id, address)


def _token_within(kind: str, written: str, address: WorkspaceAddress) -> str | None:
    local, _, domain = written.strip().strip("<>").lower().rpartition("@")
    if domain != address.domain.lower() or not local.startswith(kind) or not local.endswith(f".{address.local}"):
        return None
    return local[2 : -len(address.local) - 1]
