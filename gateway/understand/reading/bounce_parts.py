"""A report on delivery taken apart: the mail it returns, the fields and addresses it holds, and what is told of it.

Must not: conclude what a report says (bounce.py and bounce_words.py do), raise on any message, or hold a word of any
language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.model.message import Message
from gateway.model.nature import Bounce, Nature
from gateway.understand.html import readable

# A report is short and a returned mail is not: what lies beyond is never looked at, so that no mail costs much.
MOST_TEXT = 60_000
_MOST_HTML = 200_000
_MOST_HEADER_LINES = 400
MOST_RECIPIENTS = 200
_LONGEST_DIAGNOSTIC = 300

RETURN_FIELD = "x-restante-return"  # in everything we send: names the notice to whoever returns it
_RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",  # RFC 6532
        "message/global-headers",  # RFC 6533
        "message/partial",
        "message/rfc822-headers",  # QUIRK: meant as the next one
        "text/rfc822-headers",  # RFC 6522
        "text/rfc822",  # QUIRK: meant as one of the others
    }
)
_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff"
# Wider than RFC 5321 §4.1.2: dots in a row, and local parts beyond 64 octets, do occur.
ADDRESS = rf"(?:\"[^\"\s]{{1,64}}\"|[{_ATEXT}][{_ATEXT}.-]{{0,255}})@\w[\w-]{{0,62}}(?:\.\w[\w-]{{0,62}}){{0,20}}"
_FIELD = re.compile(r"[ \t>|]*([A-Za-z][A-Za-z0-9-]{1,60})[ \t]?:(.*)")
_ANGLED = re.compile(r"<([^<>\s]+)>")
FIND_ADDRESS = re.compile(rf"(?<![{_ATEXT}.-]){ADDRESS}")
_SCHEME = re.compile(r"^(?:smtp|mailto|rfc822)[=:;/]", re.IGNORECASE)
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")  # RFC 3463 §2

# Fields that only a mail itself carries, never a summary of it made for a reader.
_TRACE = frozenset({"received", "return-path", "message-id", "mime-version", "dkim-signature", "delivered-to"})


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read: its nature (bounce, delay, dsn_success or complaint), the sign, and what it says."""

    nature: Nature
    sign: str
    bounce: Bounce


@dataclass(frozen=True, slots=True)
class Returned:
    """The header fields of the mail that came back, names in lower case, in order."""

    fields: tuple[tuple[str, str], ...] = ()

    def first(self, name: str) -> str:
        """Return the first field of a name, "" where there is none."""
        return next((value for key, value in self.fields if key == name), "")

    def addresses(self, *names: str) -> tuple[str, ...]:
        """Return the addresses in the fields of these names, without doubles, in the order of the names."""
        values = (value for wanted in names for key, value in self.fields if key == wanted)
        return unique(address for value in values for address in addresses_in(value))

    def ids(self) -> tuple[str, ...]:
        """Return its Message-ID, then those it refers to, without angle brackets."""
        names = ("message-id", "references", "in-reply-to")
        found = (_ids_in(value) for wanted in names for key, value in self.fields if key == wanted)
        return unique(one for some in found for one in some)[:MOST_RECIPIENTS]


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values in order, without doubles whatever their case."""
    return tuple({value.casefold(): value for value in reversed(tuple(values))}.values())[::-1]


def _ids_in(value: str) -> list[str]:
    return _ANGLED.findall(value) or ([value.strip()] if "@" in value and " " not in value.strip() else [])


def addresses_in(text: str) -> tuple[str, ...]:
    """Return the addresses a line names, in order, without doubles; text beyond 4,000 characters is not read."""
    if "@" not in text:
        return ()
    found = (bare(match.group()) for match in FIND_ADDRESS.finditer(text[:4_000]))
    return unique(address for address in found if is_whole(address))


def bare(address: str) -> str:
    """Return an address without what notices write around it: quotes, stars, `smtp:`."""
    return _SCHEME.sub("", address.strip("'`*"))


def is_whole(address: str) -> bool:
    """Return False for an address whose middle was left out, as archives print it: `someone...@example.org`."""
    return not re.search(r"(?<!\.)\.{3}@", address)


# --- what came back ------------------------------------------------------------------------------


def decoded(content: bytes) -> str:
    """Return the text of a part, as much of it as is ever looked at."""
    return content[:MOST_TEXT].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def fields_of(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the header fields at the start of the lines, unfolded, up to the first line that is none."""
    fields: list[tuple[str, str]] = []
    for line in lines:
        match = _FIELD.match(line)
        folded = line[:1] in " \t" and fields and not (match and match.group(1).lower() in _TRACE)
        if folded and line.strip():
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}"[:8_000])
        elif match:
            fields.append((match.group(1).lower(), match.group(2).strip()))
        elif not line.startswith("From "):  # an mbox separator stands before some returned mails
            break
        if len(fields) > _MOST_HEADER_LINES:
            break
    return tuple(fields)


def _block_start(lines: list[str]) -> int | None:
    """Return where the header of a returned mail begins in a text, None when there is none.

    Such a header is three or more fields in a row, one of them a field that only mails carry. The header of a part
    (Content-Type and its kin), left in the text where the MIME structure is broken, is none.
    """
    start, names = 0, set[str]()
    for number, line in enumerate(lines):
        match = _FIELD.match(line)
        name = match.group(1).lower() if match else ""
        if match and (line[:1] not in " \t>|" or not names or name not in names):
            start = start if names else number
            names.add(name)
            if names & _TRACE and sum(not one.startswith("content-") for one in names) >= 3:
                return start
        elif not (names and line[:1] in " \t" and line.strip()):
            names.clear()
    return None


@dataclass(frozen=True, slots=True)
class TakenApart:
    """A report taken apart: the fields it is known by, what it says in words, the header of what it returns."""

    identity: tuple[tuple[str, str], ...]
    words: str
    returned: Returned


_IDENTITY = ("from", "to", "subject", "x-mailer")


def take_apart(message: Message) -> TakenApart:
    """Return a report taken apart, wherever in it the returned mail stands."""
    returned = Returned()
    for part in message.parts:
        if part.media_type in _RETURNED_TYPES:
            returned = returned if returned.fields else Returned(fields_of(decoded(part.content).lstrip().split("\n")))
        elif part.media_type == "text/plain" and part.is_attachment and not returned.fields:
            returned = Returned(fields_of(decoded(part.content).lstrip().split("\n")))
    lines = said_in(message).split("\n")
    start = _block_start(lines)
    words = lines if start is None else lines[:start]
    if start is not None and not returned.fields:
        returned = Returned(fields_of(lines[start:]))
    identity = tuple((name, value) for name, value in message.headers if name in _IDENTITY)
    return TakenApart(identity, "\n".join(words), returned)


def said_in(message: Message) -> str:
    """Return the words of a notice; where its MIME structure is broken, what is left of it as it stands."""
    strange = (
        part for part in message.parts if part.media_type.startswith(_BROKEN) and part.media_type != "text/plain"
    )
    odd = "\n".join(decoded(part.content) for part in strange)
    text = message.text if message.text.strip() else readable(message.html[:_MOST_HTML]) if message.html else ""
    return f"{odd}\n{text}"[:MOST_TEXT].replace("\r\n", "\n") if odd else text[:MOST_TEXT].replace("\r\n", "\n")


# A multipart without its parts, and a text/plain whose parameters ran into its name.
_BROKEN = ("multipart/", "text/plain")


# --- what is told of it ---------------------------------------------------------------------------


def report(
    nature: Nature, sign: str, *, recipients: Iterable[str], status: str, diagnostic: str, returned: Returned
) -> Report:
    """Return a report as it is told: recipients without doubles, its diagnostic on one line."""
    bounce = Bounce(
        recipients=unique(recipients)[:MOST_RECIPIENTS],
        permanent=nature is Nature.BOUNCE and not status.startswith("4"),
        status=status,
        diagnostic=_one_line(diagnostic),
        returned_ids=returned.ids(),
        returned_tokens=returned.addresses("return-path", RETURN_FIELD, "reply-to", "from", "sender"),
    )
    return Report(nature, sign, bounce)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_DIAGNOSTIC]
