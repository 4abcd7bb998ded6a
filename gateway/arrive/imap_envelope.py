"""What an envelope was, from the fields a mailbox's server has left of it: mail in a mailbox has none any more.

Values in, values out. Must not: parse a message, or know which addresses are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Whatever looks like an address, wherever it stands in a field: names and comments are no harm, since only addresses
# of ours are looked for. One pass, however hostile the field.
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\@]{1,64}@[^\s<>,;:\"()\[\]\\@]{1,255}")
_IN_ANGLES = re.compile(r"<([^<>\s]*)>")
_MOST_ADDRESSES = 200  # as many as a door takes in one envelope


@dataclass(frozen=True, slots=True)
class Traces:
    """What is left of an envelope: `delivered_to` is its own server's word, `visible` the author's."""

    reverse_path: str
    delivered_to: tuple[str, ...]
    visible: tuple[str, ...]


def fields_wanted(recipient_header: str) -> tuple[str, ...]:
    """Return the names of the header fields that `traces` looks at."""
    return tuple(dict.fromkeys((*([recipient_header] if recipient_header else []), "Return-Path", "From", "To", "Cc")))


def traces(head: bytes, recipient_header: str) -> Traces:
    """Return what the fields of a head tell. `recipient_header` names the one that our own side writes, "" none."""
    named = list(_fields(head))
    trusted = [text for name, text in named if recipient_header and name == recipient_header.lower()]
    visible = [a for name, text in named if name in ("to", "cc") for a in _ADDRESS.findall(text)]
    return Traces(
        reverse_path=_reverse_path(named),
        # Servers write above what they got: the topmost is our own side's, the sender may have written the rest.
        delivered_to=tuple(_ADDRESS.findall(trusted[0]))[:_MOST_ADDRESSES] if trusted else (),
        visible=tuple(dict.fromkeys(visible))[:_MOST_ADDRESSES],
    )


def _reverse_path(named: list[tuple[str, str]]) -> str:
    """RFC 5321 §4.4: whoever delivers at last writes Return-Path on top. Without it, From is the best guess."""
    for wanted in ("return-path", "from"):
        for name, text in named:
            if name == wanted:
                angles = _IN_ANGLES.findall(text)
                bare = _ADDRESS.findall(text)
                return str(angles[-1] if angles else bare[-1] if bare else "")
    return ""


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    text = head.decode("utf-8", "replace").replace("\r\n", "\n")
    unfolded = re.sub(r"\n(?=[ \t])", "", text)  # RFC 5322 §2.2.3
    for line in unfolded.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
