"""Text made safe and fitted to a mail: controls taken out, lines wrapped, 7-bit transfer encoding. No words of its own.

Must not: know a template, a language or a header name.
"""

from __future__ import annotations

import binascii
import re
import unicodedata

WIDTH = 72  # columns; with a reply's "> " in front a line still stays within the 78 of RFC 5322 §2.1.1

TOKEN_SIGN = "\ue000"  # stands for the recipient's token until the mail is put together; taken out of all foreign text
STAR_SIGN = "\ue001"  # stands for an asterisk that is no mark

# C0 and C1 but tab and newline, lone surrogates, our sign, and the signs that turn the direction of text around.
_CONTROL_RANGES = (
    (0x00, 0x09),
    (0x0B, 0x20),
    (0x7F, 0xA0),
    (0x202A, 0x202F),
    (0x2066, 0x206A),
    (0xD800, 0xE003),
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
    if text.isprintable():  # nothing to take out, newlines included; most names and titles are so
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
    lines: list[str] = []
    kept = _SHORT_QUOTATION.sub(lambda quotation: quotation[0].replace(" ", _JOINT), text)
    for line in kept.split("\n"):
        start = indent if first is None or lines else first
        line = line.rstrip()
        if line.isascii() and len(line) <= width - len(start) and start.isascii():
            lines.append((start + line).rstrip())  # as most lines are: nothing to measure
        else:
            lines.extend(_wrap_line(line, start, indent, width))
    return "\n".join(lines).replace(_JOINT, " ")


def _wrap_line(line: str, first: str, rest: str, width: int) -> list[str]:
    if columns(first) + columns(line) <= width:
        return [(first + line).rstrip()]
    quote = _QUOTE.match(line)
    lead = quote[0] if quote else ""
    bullet = _BULLET.match(line, len(lead))
    margin = bullet[0] if bullet else ""
    following = rest + lead + " " * columns(margin)
    return _fill(_SPACES.split(line[len(lead) + len(margin) :].strip(" \t")), first + lead + margin, following, width)


def _fill(words: list[str], first: str, rest: str, width: int) -> list[str]:
    lines, line, used, empty = [], first, columns(first), True
    for word in words:
        long = len(word) if word.isascii() else columns(word)
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


def quoted_printable(text: str) -> bytes:
    """Return a body for transfer: 7-bit, lines of at most 76 octets, CRLF (RFC 2045 §6.7)."""
    if "\n" not in text:  # b2a_qp breaks lines as the text does, and with a bare LF where it does not
        return quoted_printable(text + "\n").removesuffix(b"\r\n")
    encoded = binascii.b2a_qp(text.replace("\n", "\r\n").encode("utf-8", "replace"), istext=True)
    # RFC 4155 §A: relays still write ">From " where a line begins with that word.
    return encoded.replace(b"\r\nFrom ", b"\r\n=46rom ") if b"\r\nFrom " in encoded else encoded
