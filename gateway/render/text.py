"""Text made safe and fitted to a mail: controls taken out, lines wrapped, 7-bit transfer encoding. No words of its own.

Must not: know a template, a language or a header name.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Iterator

WIDTH = 72  # columns; with a reply's "> " in front a line still stays within the 78 of RFC 5322 §2.1.1

TOKEN_SIGN = "\ue000"  # stands for the recipient's token until the mail is put together; taken out of all foreign text
CODE_SIGN = TOKEN_SIGN + "\ue003"  # stands for the code by which its recipient fetches files
STAR_SIGN = "\ue001"  # stands for an asterisk that is no mark

# C0 and C1 but tab and newline, lone surrogates, our sign, and the signs that turn the direction of text around.
_CONTROL_RANGES = (
    (0x00, 0x09),
    (0x0B, 0x20),
    (0x7F, 0xA0),
    (0x202A, 0x202F),
    (0x2066, 0x206A),
    (0xD800, 0xE004),
    (0xFEFF, 0xFF00),
)
_CONTROLS = {code: None for start, end in _CONTROL_RANGES for code in range(start, end)}
_NEWLINES = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_QUOTE = re.compile(r"(?:[ \t]?>)+ ?")
# Where signs stand that take no column or two of them; all others take one.
_UNEVEN = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u0e4e\u0eb1-\u1dff\u20d0-\u20ff\u231a-\u2b55\u2cef-\ua4cf"
    "\ua802-\uabed\uac00-\ud7ff\uf900-\uffee\U00010000-\U0010ffff]"
)
_SHORT_QUOTATION = re.compile(r"[“«][^“”«»\n]{1,24}[”»]")
_SPACES = re.compile(r"[ \t]+")  # not the no-break space
_JOINT = "\ue002"  # a space at which no line is broken
_BULLET = re.compile(r"[ \t]*(?:[-*+•–] +|\d{1,3}[.)] +)?")


def clean(text: str) -> str:
    """Return a foreign text with newlines as \\n and without controls, so that it can break neither mail nor page."""
    # Whatever is taken out is unprintable, and so is a newline; nearly all texts have nothing else of the kind.
    if text.isprintable() or text.replace("\n", "").isprintable():
        return text
    return _NEWLINES.sub("\n", text).translate(_CONTROLS)


def one_line(text: str) -> str:
    """Return a foreign text as one line: every run of white space is one space (no header can be injected)."""
    return " ".join(clean(text).split()) if text else ""


def shorten(text: str, most: int) -> str:
    """Return at most `most` characters, cut at a word where one ends in the last third, with an ellipsis."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    word_end = kept.rfind(" ")
    return (kept[:word_end] if word_end > most * 2 // 3 else kept).rstrip(" ,;:") + "…"


def columns(text: str) -> int:
    """Return how many columns a line takes in a fixed-width font."""
    if text.isascii() or not _UNEVEN.search(text):
        return len(text)
    return sum(_columns_of(sign) for sign in text)


def _columns_of(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def pad(text: str, width: int) -> str:
    """Return a text filled with spaces up to so many columns."""
    return text + " " * max(0, width - columns(text))


def wrap(text: str, indent: str = "", width: int = WIDTH, first: str | None = None) -> str:
    """Return a text with lines of at most `width` columns; its own line breaks, quote marks and bullets are kept.

    `indent` stands before every line, `first`, when given, before the first one instead. A word longer than a line (the
    address of a page) is never cut.
    """
    start = indent if first is None else first
    if "\n" not in text and len(start) + len(text) <= width and _is_even(text) and _is_even(start):
        return (start + text).rstrip()  # as names and titles are
    lines: list[str] = []
    kept = text
    if "“" in text or "«" in text:
        kept = _SHORT_QUOTATION.sub(lambda quotation: quotation[0].replace(" ", _JOINT), text)
    even = _is_even(text) and _is_even(indent) and _is_even(first or "")
    for line in kept.split("\n"):
        start = indent if first is None or lines else first
        line = line.rstrip()
        if even and len(start) + len(line) <= width:
            lines.append((start + line).rstrip())  # as most lines are: nothing to measure
        else:
            lines.extend(_wrap_line(line, start, indent, width, even))
    return "\n".join(lines).replace(_JOINT, " ")


def _is_even(text: str) -> bool:
    """Whether every sign takes one column."""
    return text.isascii() or not _UNEVEN.search(text)


def _wrap_line(line: str, first: str, rest: str, width: int, even: bool) -> list[str]:
    if columns(first) + columns(line) <= width:
        return [(first + line).rstrip()]
    quote = _QUOTE.match(line)
    lead = quote[0] if quote else ""
    bullet = _BULLET.match(line, len(lead))
    margin = bullet[0] if bullet else ""
    following = rest + lead + " " * columns(margin)
    words = line[len(lead) + len(margin) :].strip(" \t")
    fill = _fill_even if even else _fill
    return fill(words, first + lead + margin, following, width)


def _fill_even(words: str, first: str, rest: str, width: int) -> list[str]:
    """Return what `_fill` does, of signs that take one column each: by looking for spaces, not at every word."""
    if "  " in words or "\t" in words:
        words = _SPACES.sub(" ", words)
    lines, start, room, at = list[str](), first, width - len(first), 0
    while len(words) - at > room:
        end = words.rfind(" ", at, at + max(0, room) + 1)
        if end < 0:  # a word longer than a line
            end = words.find(" ", at + max(0, room))
        if end < 0:
            break
        lines.append(start + words[at:end])
        start, room, at = rest, width - len(rest), end + 1
    return [*lines, start + words[at:]]


def _fill(words: str, first: str, rest: str, width: int) -> list[str]:
    """Return lines filled with words, each line with as many as fit."""
    lines, line, used, empty = list[str](), first, columns(first), True
    for word in _SPACES.split(words):
        long = columns(word)
        if not empty and used + 1 + long > width:
            lines.append(line)
            line, used, empty = rest, columns(rest), True
        line += word if empty else " " + word
        used += long + (not empty)
        empty = False
    return [*lines, line]


def paragraphs(text: str) -> str:
    """Return a page with at most one blank line in a row, no spaces at line ends, and one newline at its end."""
    lines = [line if line == "-- " else line.rstrip() for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


Body = tuple[bytes | str, ...]  # a body ready but for the token: encoded lines, and as text those that name it


def body(text: str) -> Body:
    """Return a body encoded for all recipients at once; the encoding of a line depends on nothing outside of it."""
    pieces, at = list[bytes | str](), 0
    while (sign := text.find(TOKEN_SIGN, at)) >= 0:
        start = text.rfind("\n", at, sign) + 1 or at
        end = text.find("\n", sign) + 1 or len(text)
        if start > at:
            pieces.append(quoted_printable(text[at:start]))
        pieces.append(text[start:end])
        at = end
    if at < len(text):
        pieces.append(quoted_printable(text[at:]))
    return tuple(pieces)


def filled(made: Body, token: str, code: str = "") -> Iterator[bytes]:
    """Yield a body in its transfer encoding, a recipient's token filled in, and their code where files are linked."""
    for piece in made:
        if isinstance(piece, bytes):
            yield piece
        else:
            yield quoted_printable(piece.replace(CODE_SIGN, code).replace(TOKEN_SIGN, token))


def quoted_printable(text: str) -> bytes:
    """Return a body for transfer: 7-bit, lines of at most 76 octets, CRLF (RFC 2045 §6.7)."""
    if not text.endswith("\n"):  # b2a_qp treats a last line that nothing ends in a way of its own
        return quoted_printable(text + "\n").removesuffix(b"\r\n")
    encoded = binascii.b2a_qp(text.replace("\n", "\r\n").encode("utf-8", "replace"), istext=True)
    # RFC 4155 §A: relays still write ">From " where a line begins with that word.
    kept = encoded.replace(b"\r\nFrom ", b"\r\n=46rom ") if b"\r\nFrom " in encoded else encoded
    return b"=46rom " + kept[5:] if kept.startswith(b"From ") else kept
