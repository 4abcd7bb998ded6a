"""A mail as it was written: header fields and body (RFC 5322), read once into a frozen type.

Must not: decide anything, or keep a reference to the parser that made it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gateway.model.address import fold_address


class Unreadable(Exception):
    """These bytes are no mail we can read. `reason` is a short stable name, `detail` is for the log only."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and an address (RFC 5322 §3.4), the address in lower case as far as its domain goes."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the MIME tree: its media type in lower case, its file name if any, and its decoded bytes."""

    media_type: str
    filename: str | None
    content: bytes
    is_attachment: bool = False
    parameters: tuple[tuple[str, str], ...] = ()
    disposition: str = ""  # RFC 2183 §2: "attachment", "inline", "" when it says nothing
    content_id: str = ""  # what the HTML of the same mail calls it by (RFC 2392), of attachments alone


# Fields that a mail has but once (RFC 5322 §3.6, RFC 2045 §3), and that say which mail it is, to whom it was written,
# and what is read in it.
_SINGLE = frozenset(
    {"message-id", "subject", "date", "to", "cc", "in-reply-to", "references"}
    | {"content-type", "content-transfer-encoding"}
)


@dataclass(frozen=True, slots=True)
class Message:
    """What one mail says of itself.

    `text` is the text/plain body, decoded, format=flowed joined, newlines as \\n ("" when there is none);
    `html` the text/html body, decoded ("" when there is none). `headers` keeps every field in order, names in lower
    case, values unfolded and decoded. `date` is aware, or None when absent or absurd.
    """

    message_id: str  # without angle brackets; "" when absent
    author: Mailbox | None  # From
    subject: str
    date: datetime | None
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    in_reply_to: tuple[str, ...] = ()  # message ids without angle brackets
    references: tuple[str, ...] = ()  # oldest first, without angle brackets
    text: str = ""
    html: str = ""
    parts: tuple[Part, ...] = field(default=(), repr=False)  # every leaf, the bodies among them
    media_type: str = "text/plain"  # of the top level
    media_parameters: tuple[tuple[str, str], ...] = ()  # of the top level, names in lower case
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    other_ids: tuple[str, ...] = ()  # what further Message-ID fields name, without angle brackets

    @property
    def author_address(self) -> str:
        """The author's address as addresses are compared; "" where From names nobody plainly."""
        return fold_address(self.author.address) if self.author else ""

    @property
    def contradicts_itself(self) -> bool:
        """Whether a field that a mail has but once stands in it again and says something else.

        The first counts here, while a signature may be about the last (RFC 6376 §5.4.2).
        """
        single = [pair for pair in self.headers if pair[0] in _SINGLE]
        names = dict(single)
        return len(names) < len(single) and any(names[name] != value for name, value in single)

    def header(self, name: str) -> str:
        """Return the first value of a field, or "" when absent. `name` is matched without regard to case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), "")

    def header_all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, topmost first."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)
