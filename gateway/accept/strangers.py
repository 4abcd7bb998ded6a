"""Who may be turned away while their mail is still theirs: strangers to workspaces that take no mail of theirs.

First a look that costs nothing: whoever names a member in From, or writes where everybody may, is let in, and what the
mail is worth is decided later. Only for the others does the pipeline ask the record. Must not: say no by itself, or
read more of a mail than its From.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.accept.verdict import Directory, Reject
from gateway.model.address import Destination, Door, fold_address
from gateway.model.arrival import Arrival
from gateway.model.authentication import Authentication, Outcome

_HEADER = 65_536  # bytes looked at
_FROM = re.compile(rb"^from[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>\"(),:;\\]+@[^\s<>\"(),:;\\]+")
_FOR_EVERYBODY = frozenset({Door.JOIN, Door.HELP, Door.OWNER, Door.BOUNCE})


def needs_asking(arrival: Arrival, directory: Directory) -> bool:
    """Whether the record must be asked before this mail is kept: its author may be a stranger who is to be refused."""
    found = [place for recipient in arrival.recipients if (place := directory.destination(recipient))]
    if not arrival.reverse_path or any(place.door in _FOR_EVERYBODY for place in found):
        return False  # RFC 5321 §4.5.5: what machines report comes from the null reverse-path
    return any(_is_closed(place, arrival, directory) for place in found)


def _is_closed(place: Destination, arrival: Arrival, directory: Directory) -> bool:
    members = directory.members.get(place.workspace)
    return members is not None and members.isdisjoint(_named_in_from(arrival.raw))


def _named_in_from(raw: bytes) -> frozenset[str]:
    found = _FROM.search(raw[:_HEADER].partition(b"\r\n\r\n")[0])
    text = found[1].decode("utf-8", "replace") if found else ""
    return frozenset(fold_address(address) for address in _ADDRESS.findall(text))


def may_be_told(arrival: Arrival, said: Authentication, checked_by: Sequence[str]) -> bool:
    """Whether a no at the door reaches the stranger who wrote, and nobody whose address they took.

    By LMTP (RFC 2033) mail comes out of a server's queue: it has said 250 already, and tells of our no by a mail. Where
    that server checks authors, such a mail goes to none whose address nothing speaks for.
    """
    return arrival.door != "lmtp" or not checked_by or said.outcome is Outcome.PASSED


def refusal(join_address: str) -> Reject:
    """Return what a stranger is told, by their own mail server; nobody else hears of it."""
    return Reject(550, "5.7.1", f"only members can write here; to become one, write to {join_address}")
