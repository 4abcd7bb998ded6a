"""A bounded look at the raw bytes of a mail before any parser sees them: sizes, counts and depth within limits?

Walks the same structure a MIME parser would (RFC 2046 §5.1), in one pass and with a stack of its own, so that no input
can cost more than its length. Must not: parse fields, decode text, or import a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.model.message import Unreadable


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a mail we are ready to look at. Sizes in bytes; `depth` counts attached mails as levels too."""

    size: int = 25 * 1024 * 1024
    lines: int = 1_000_000
    header_bytes: int = 256 * 1024
    header_fields: int = 1_000
    field_bytes: int = 64 * 1024
    structure_field_bytes: int = 8 * 1024  # Content-Type and Content-Disposition: parameters are costly to read
    parameters: int = 100
    parts: int = 1_000
    depth: int = 30
    dashed_lines: int = 200_000  # lines that begin as delimiters do
    line_levels: int = 4_000_000  # lines times levels: a parser compares each line with the delimiter of each level


DEFAULT_LIMITS = Limits()

# A header block ends at the first empty line (RFC 5322 §2.1), whatever its line ends look like; parsers also let a
# delimiter line end it.
_HEADER_END = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r|[\r\n](?=--)")
_RARE_ENDS = (b"\n\n", b"\n\r\n", b"\r\r", b"\n--", b"\r--")
_NEARBY = 16 * 1024
_FIELD = re.compile(rb"[^\r\n]+(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*")
_STRUCTURE_FIELD = re.compile(rb"content-(?:type|disposition)[ \t]*:", re.I)
_LOWER_STRUCTURE_FIELD = re.compile(
    rb"content-(?:type|disposition)[ \t]*:[^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*"  # begins literally: found fast
)
_MEDIA_TYPE = re.compile(rb"content-type[ \t]*:\s*([a-z]+)/([^\s;]+)", re.I)
_BOUNDARY = re.compile(rb"boundary\*?0?\*?\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))", re.I)
# Two codecs of the standard library take quadratic time, and no mail program names them.
_SLOW_CODECS = (b"punycode", b"idna")
_SLOW_CODEC = re.compile(
    rb"charset[^;]{0,20}(?:punycode|idna)|=\s{0,5}(?:punycode|idna)'|=\?(?:punycode|idna)(?:\*[^?]{0,40})?\?", re.I
)
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*")
_BREAK = re.compile(rb"[\r\n]")


def scan(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
    """Return in silence when a mail is within the limits; raise `Unreadable` with the reason when it is not.

    Reasons: "empty", "too-large", "too-many-lines", "header-too-long", "too-many-fields", "field-too-long",
    "too-many-parameters", "too-many-parts", "too-deep", "slow-charset".
    """
    if not raw or raw.isspace():
        raise Unreadable("empty")
    if len(raw) > limits.size:
        raise Unreadable("too-large", f"{len(raw)} bytes")
    newlines, returns = raw.count(b"\n"), raw.count(b"\r")
    lines = max(newlines, returns)
    if lines > limits.lines:
        raise Unreadable("too-many-lines", f"{lines} lines")
    if _is_surely_within(raw, newlines + returns, limits):
        return
    depth = _Walk(raw, limits).run()
    if depth * lines > limits.line_levels:
        raise Unreadable("too-deep", f"{depth} levels of {lines} lines")


def _is_surely_within(raw: bytes, ends: int, limits: Limits) -> bool:
    """Whether a mail of so many line ends is too short to break any limit, as nearly all that people type are.

    Others are walked through.
    """
    shortest = min(limits.structure_field_bytes, limits.field_bytes, limits.header_bytes)
    if len(raw) > shortest or raw.count(b";") > limits.parameters:
        return False
    lower = raw.lower()
    levels = lower.count(b"boundary") + lower.count(b"message/")  # each level is announced by one of them
    fewest = min(limits.header_fields, limits.parts, limits.dashed_lines)
    is_flat = levels <= limits.depth and levels * ends <= limits.line_levels and levels + ends + 1 < fewest
    return is_flat and not any(codec in lower for codec in _SLOW_CODECS)


class _Walk:
    """The state of one walk: where it stands, and the boundaries of the multiparts it stands in."""

    def __init__(self, raw: bytes, limits: Limits) -> None:
        self.raw = raw
        self.limits = limits
        self.at = _LEADING.match(raw).end()  # type: ignore[union-attr]  # a pattern that matches the empty text
        self.parts = 0
        self.deepest = 0
        self.dashed_lines = 0
        self.enclosing: list[bytes] = []  # one a level; an attached mail has no boundary of its own: b""

    def run(self) -> int:
        """Walk to the end; return the greatest depth met."""
        while self.at < len(self.raw):
            main, sub, boundary = self.header_block()
            if main == b"message" and sub in (b"rfc822", b"global", b"news", b"delivery-status"):
                self.enter(b"")
                continue
            if main == b"multipart" and boundary:
                self.enter(boundary)
            if not self.next_boundary():
                break
        return self.deepest

    def enter(self, boundary: bytes) -> None:
        self.enclosing.append(boundary)
        self.deepest = max(self.deepest, len(self.enclosing))
        if self.deepest > self.limits.depth:
            raise Unreadable("too-deep", f"more than {self.limits.depth} levels")

    def header_block(self) -> tuple[bytes, bytes, bytes]:
        """Read one header block, check it, and stand behind it. Return its media type and boundary."""
        self.parts += 1
        if self.parts > self.limits.parts:
            raise Unreadable("too-many-parts", f"more than {self.limits.parts}")
        start = self.at
        if self.raw[start : start + 1] in (b"\r", b"\n") and self.enclosing:  # a part may have no header at all
            self.at = start + 1
            return b"", b"", b""
        stop, self.at = _header_end(self.raw, start)
        if not self.enclosing and stop - start > self.limits.header_bytes:
            raise Unreadable("header-too-long", f"{stop - start} bytes")
        # Below the top a block without an empty line may be a whole body: only so much of it counts as a header.
        return self.fields(self.raw[start : min(stop, start + self.limits.header_bytes)])

    def fields(self, block: bytes) -> tuple[bytes, bytes, bytes]:
        """Check the fields of a block. Return its media type and boundary."""
        main = sub = boundary = b""
        lower = block.lower()
        names_slow_codec = any(codec in lower for codec in _SLOW_CODECS)
        for field in self.structure_fields(block, lower, names_slow_codec):
            self.check_structure_field(field, names_slow_codec)
            media_type = _MEDIA_TYPE.match(field)
            if media_type and not main:
                main, sub = media_type[1].lower(), media_type[2].lower()
                found = _BOUNDARY.search(field)
                boundary = (found[1] or found[2] or b"").rstrip() if found else b""
        return main, sub, boundary

    def structure_fields(self, block: bytes, lower: bytes, names_slow_codec: bool) -> Iterator[bytes]:
        """Yield the fields that say what a part is. The others are looked at one by one only where one could break a
        limit.
        """
        lines = block.count(b"\n") or block.count(b"\r")
        is_small = lines < self.limits.header_fields and len(block) <= self.limits.field_bytes
        if is_small and not names_slow_codec:
            for match in _LOWER_STRUCTURE_FIELD.finditer(lower):
                start, stop = match.span()
                if not start or block[start - 1] in b"\r\n":
                    yield block[start:stop]
            return
        for number, match in enumerate(_FIELD.finditer(block)):
            field = match.group()
            if number >= self.limits.header_fields:
                raise Unreadable("too-many-fields", f"more than {self.limits.header_fields}")
            if len(field) > self.limits.field_bytes:
                raise Unreadable("field-too-long", f"{len(field)} bytes")
            if b"=?" in field and _SLOW_CODEC.search(field):
                raise Unreadable("slow-charset")
            if field[:8].lower() == b"content-" and _STRUCTURE_FIELD.match(field):
                yield field

    def check_structure_field(self, field: bytes, names_slow_codec: bool) -> None:
        if len(field) > self.limits.structure_field_bytes:
            raise Unreadable("field-too-long", f"{len(field)} bytes")
        if field.count(b";") > self.limits.parameters:
            raise Unreadable("too-many-parameters", f"more than {self.limits.parameters}")
        if names_slow_codec and _SLOW_CODEC.search(field):
            raise Unreadable("slow-charset")

    def next_boundary(self) -> bool:
        """Stand behind the next delimiter line of an enclosing multipart; False when there is none."""
        if not any(self.enclosing):
            return False
        raw, at = self.raw, self.at
        while True:
            at = raw.find(b"--", at)
            if at < 0:
                return False
            if at and raw[at - 1] not in b"\r\n":
                at += 2
                continue
            self.dashed_lines += 1
            if self.dashed_lines > self.limits.dashed_lines:
                raise Unreadable("too-many-lines", f"more than {self.limits.dashed_lines} that begin with --")
            ends = _BREAK.search(raw, at)
            stop = ends.start() if ends else len(raw)
            line = raw[at + 2 : min(stop, at + 2 + self.limits.structure_field_bytes)].rstrip()
            if self.close(line):
                self.at = _after_break(raw, stop)
                if self.opened:
                    return True
            at = stop

    opened = False  # whether the delimiter last met begins a part, or ends its multipart

    def close(self, line: bytes) -> bool:
        """Leave the levels that end at this delimiter line; False when it is none of ours."""
        for boundary, opens in ((line, True), (line.removesuffix(b"--"), False)):
            if boundary and boundary in self.enclosing:
                self.opened = opens
                level = len(self.enclosing) - 1 - self.enclosing[::-1].index(boundary)
                del self.enclosing[level + (1 if opens else 0) :]
                return True
        return False


def _header_end(raw: bytes, start: int) -> tuple[int, int]:
    """Return where a header block ends, and where what follows begins. The usual end is looked for first, nearby."""
    stop = raw.find(b"\r\n\r\n", start, start + _NEARBY)
    if stop >= 0 and not any(raw.find(end, start, stop) >= 0 for end in _RARE_ENDS):
        return stop, stop + 4
    found = _HEADER_END.search(raw, start)
    return found.span() if found else (len(raw), len(raw))


def _after_break(raw: bytes, at: int) -> int:
    return at + 2 if raw[at : at + 2] == b"\r\n" else at + 1
