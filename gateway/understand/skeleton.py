"""A MIME body with its long stretches of content set aside, so that a parser that compares each line with the
delimiters of each level has few lines to look at: an attachment of megabytes has ten thousand and more.

Must not: know what a delimiter is, or decode. Any line that begins with "--" may be one (RFC 2046 §5.1.1), and stays
with what follows it down to the next empty line, where a part's header ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as Tree

_MARK = b"\x1ca stretch set aside\x1d"
_MARKED = re.compile(r"\x1ca stretch set aside\x1d(\d+)\x1d")
_BLANK = re.compile(rb"\n\r?\n")
_LINE_END = re.compile(rb"(?:\r?\n)?\Z")  # before a delimiter it is the delimiter's
_SHORTEST = 80  # octets worth a mark
_SHORT_BODY = 8 * 1024  # octets; what is shorter is read as fast as a whole
# What a parser reads on in the content of a part: a mail attached, also where no type is named (RFC 2046 §5.1.5).
_READ_ON = (b"message/", b"/digest")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A mail without its long stretches, and these in order."""

    source: bytes
    stretches: tuple[bytes, ...]

    def restore(self, tree: Tree) -> None:
        """Put the stretches back into the leaves of the tree that was read from the source."""
        for node in tree.walk() if self.stretches else ():
            payload = node.get_payload()
            if isinstance(payload, str) and "\x1c" in payload:
                node.set_payload(_MARKED.sub(self._stretch, payload))

    def _stretch(self, mark: re.Match[str]) -> str:
        return self.stretches[int(mark[1])].decode("ascii")


def skeleton(header: bytes, body: bytes) -> Skeleton:
    """Return a mail without the long stretches of its body; whole, where its parts may hold other mails."""
    if len(body) < _SHORT_BODY or not body.isascii():  # of other octets the library's tree tells but what it guesses
        return Skeleton(header + b"\n" + body, ())
    has_odd_ends = body.count(b"\r") != body.count(b"\r\n")
    lower = header.lower() + body.lower()
    if has_odd_ends or _MARK in body or any(media_type in lower for media_type in _READ_ON):
        return Skeleton(header + b"\n" + body, ())
    pieces: list[bytes] = [header, b"\n"]
    stretches: list[bytes] = []
    at, stop = 0, _next_dashes(body, 0)
    kept = 0  # up to here the body stands in the pieces
    while at < len(body):
        end = stop - len(_LINE_END.search(body, max(at, stop - 2), stop)[0])  # type: ignore[index]  # it may be empty
        if end - at > _SHORTEST:
            pieces += (body[kept:at], _MARK + b"%d\x1d" % len(stretches))
            stretches.append(body[at:end])
            kept = end
        line_end = body.find(b"\n", stop)
        blank = _BLANK.search(body, line_end) if line_end >= 0 else None
        if blank is None:
            break
        at = blank.end()
        stop = _next_dashes(body, at)
    return Skeleton(b"".join((*pieces, body[kept:])), tuple(stretches))


def _next_dashes(body: bytes, at: int) -> int:
    """Return where the next line that begins with "--" stands, or the end."""
    if body.startswith(b"--", at):
        return at
    found = body.find(b"\n--", at)
    return found + 1 if found >= 0 else len(body)
