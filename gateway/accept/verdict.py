"""The verdict on an envelope: accept, or reject with an SMTP reply. An ordered table of checks for each recipient.

Must not: read the message itself beyond what the bounded scan tells, or answer anybody later: what is refused here is
refused in the SMTP dialogue, so that no backscatter is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.model.address import OFFERED, Destination, Door, fold_address, parse_local_part


@dataclass(frozen=True, slots=True)
class Accept:
    """Come in."""

    destination: Destination


@dataclass(frozen=True, slots=True)
class Reject:
    """An SMTP reply: `code` 4xx is temporary, 5xx permanent; `status` the enhanced one (RFC 3463); `text` is public."""

    code: int
    status: str
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.status} {self.text}"


@dataclass(frozen=True, slots=True)
class Directory:
    """What addresses exist: domain → workspace names, and the channels of each workspace.

    `members` holds the addresses of all members, folded, for the workspaces that refuse mail of others.
    """

    domains: Mapping[str, frozenset[str]] = field(default_factory=dict)
    channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def destination(self, recipient: str) -> Destination | None:
        """Return what an address of ours means, None when its domain or workspace is not ours."""
        local, _, domain = fold_address(recipient).rpartition("@")
        return parse_local_part(local, self.domains.get(domain, frozenset()), self.channels)


def recipient_verdict(recipient: str, directory: Directory) -> Accept | Reject:
    """Return whether mail for this recipient may come in."""
    destination = directory.destination(recipient)
    for check in _RECIPIENT_CHECKS:
        refused = check(recipient, destination, directory)
        if refused:
            return refused
    assert destination is not None  # the first check refuses None
    return Accept(destination)


def _is_ours(recipient: str, destination: Destination | None, directory: Directory) -> Reject | None:
    if destination is not None:
        return None
    domain = fold_address(recipient).rpartition("@")[2]
    if domain not in directory.domains:
        return Reject(550, "5.7.1", "this server takes no mail for that domain")  # RFC 5321 §3.6.1: no open relay
    # QUIRK: RFC 5321 §4.5.1 wants `postmaster` too; that is whoever runs the mail server before us.
    return Reject(550, "5.1.1", "there is no workspace of that name here")


def _is_offered(recipient: str, destination: Destination | None, directory: Directory) -> Reject | None:
    if destination is None or destination.door is not Door.UNKNOWN:
        return None
    channels = sorted(directory.channels.get(destination.workspace, ()))
    return Reject(550, "5.1.1", f"'{destination.tag}' is not offered here; there is {', '.join([*channels, *OFFERED])}")


_RECIPIENT_CHECKS: tuple[Callable[[str, Destination | None, Directory], Reject | None], ...] = (_is_ours, _is_offered)


# --- the message as a whole -------------------------------------------------------------------------------------------

MOST_HOPS = 100  # RFC 5321 §6.3: a large number of Received fields is a loop; at least 100 are let pass


def loop_verdict(raw: bytes) -> Reject | None:
    """Return the no for a mail that has gone in circles, by the number of servers it has seen."""
    head = raw[:_HEADER_LOOKED_AT].replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    if (b"\n" + head).count(b"\nreceived:") <= MOST_HOPS:
        return None
    return Reject(554, "5.4.6", "this mail has passed too many servers: it goes in circles")


_HEADER_LOOKED_AT = 256 * 1024
