"""A mail as a parser has least to do with it: the long stretches of its content set aside, its delimiters called alike.

A parser compares each line with the delimiters of each level, and an attachment of megabytes has ten thousand lines and
more; the library also compiles a pattern for each delimiter it has not met lately, which takes as long as the rest of
a short reply. Must not: know which delimiter counts where, or decode. Any line that begins with "--" may be one
(RFC 2046 §5.1.1), and stays with what follows it down to the next empty line, where a part's header ends.
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
_NAMED = b"oundary="
_NAMES = re.compile(rb"oundary=(?:\"([\w=.+/-]{8,70})\"|([\w=.+/-]{8,70})(?=[;\s]))")
_CALLED = "=_a-delimiter-called-"
_FIELDS_READ = ("content-type", "content-disposition")  # of a part, for their parameters
_MOST_NAMES = 8  # of one mail; further ones keep their names
# What a parser reads on in the content of a part: a mail attached, also where no type is named (RFC 2046 §5.1.5).
_READ_ON = (b"message/", b"/digest")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A mail without its long stretches, and these in order; what its delimiters were called, by what they are now."""

    source: bytes
    stretches: tuple[bytes, ...] = ()
    names: tuple[tuple[str, str], ...] = ()

    def restore(self, tree: Tree) -> None:
        """Put the stretches and names back into the tree that was read from the source."""
        for node in tree.walk() if self.stretches or self.names else ():
            for field in _FIELDS_READ if self.names else ():
                value = node.get(field)
                if isinstance(value, str) and _CALLED in value:
                    node.replace_header(field, self._named(value))
            payload = node.get_payload() if not node.is_multipart() else None
            if not isinstance(payload, str):
                continue
            if "\x1c" in payload and self.stretches:
                payload = _MARKED.sub(self._stretch, payload)
                node.set_payload(payload)
            if self.names and _CALLED in payload:
                node.set_payload(self._named(payload))

    def _named(self, text: str) -> str:
        for called, name in self.names:
            text = text.replace(called, name)
        return text

    def _stretch(self, mark: re.Match[str]) -> str:
        return self.stretches[int(mark[1])].decode("ascii", "surrogateescape")


def skeleton(header: bytes, body: bytes) -> Skeleton:
    """Return a mail without the long stretches of its body; whole, where its parts may hold other mails."""
    structure = header.lower()
    if b"multipart" not in structure and b"message/" not in structure:  # all of the body is the content of one part
        return Skeleton(header + b"\n" + _MARK + b"0\x1d", (body,))
    has_odd_ends = body.count(b"\r") != body.count(b"\r\n")
    if (
        has_odd_ends or _MARK in body or not body.isascii()
    ):  # of other octets the library's tree tells but what it guesses
        return Skeleton(header + b"\n" + body)
    structure += body.lower()
    if any(media_type in structure for media_type in _READ_ON):
        return Skeleton(header + b"\n" + body)
    header, body, names = _called_alike(header, body)
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
    return Skeleton(b"".join((*pieces, body[kept:])), tuple(stretches), names)


def _called_alike(header: bytes, body: bytes) -> tuple[bytes, bytes, tuple[tuple[str, str], ...]]:
    """Return header and body with other names for the delimiters, the same in each mail, and these with the old ones.

    Where one of them stands anywhere else than delimiters do, or may be the end of another, all keep their names.
    """
    whole = header + b"\n" + body
    old = sorted({quoted or bare for quoted, bare in _NAMES.findall(whole)}, key=len)  # one may begin as another does
    if len(old) > _MOST_NAMES or _CALLED.encode() in whole or not header.isascii():
        return header, body, ()
    names: list[tuple[str, str]] = []
    new_header = header
    for name in old:
        called = f"{_CALLED}{len(names)}"
        places = [before + name for before in (b"\n--", _NAMED, _NAMED + b'"')]
        if name.endswith(b"-") or whole.count(name) != sum(map(whole.count, places)):
            return header, body, ()
        names.append((called, name.decode("ascii")))
        for place in places:
            renamed = place[: -len(name)] + called.encode()
            whole, new_header = whole.replace(place, renamed), new_header.replace(place, renamed)
    return new_header, whole[len(new_header) + 1 :], tuple(names)


def _next_dashes(body: bytes, at: int) -> int:
    """Return where the next line that begins with "--" stands, or the end."""
    if body.startswith(b"--", at):
        return at
    found = body.find(b"\n--", at)
    return found + 1 if found >= 0 else len(body)
