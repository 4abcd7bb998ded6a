"""The lines of a body while they are judged: as they stand, without their quote marks, and why they are dropped.

Must not: judge; quotes.py and footers.py do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.understand.html import HtmlBody, Mark

MOST_LINES = 5_000  # lines beyond are kept unread
UNREAD = "too-long"  # their sign
OWN = ""  # the sign of a line that is the author's
QUOTATION = "quotation"  # the author's own quotation: kept for the reader, never acting
QUOTES = frozenset({"original", "quote-prefix"})  # lines of the mail that is answered, told one by one

_QUOTE_MARK = re.compile(r"[ \t]{0,3}((?:>[ \t]?){1,40})")


@dataclass(slots=True)
class Line:
    """One line. `sign` is given once, by the first rule that knows the line."""

    raw: str
    text: str
    depth: int = 0
    mark: Mark = Mark.NONE
    sign: str = OWN
    is_blank: bool = False
    item: str | None = None  # of our original: the mark of the item it stands in, "" in none, None not known
    is_inside: bool = False  # typed into the quote, marked like it

    def __post_init__(self) -> None:
        self.is_blank = not self.text or self.text.isspace()


def text_lines(text: str) -> list[Line]:
    """Return the lines of a plain text body, their > marks counted. What is behind the last line we read is one piece,
    kept unread.
    """
    pieces = text.split("\n", MOST_LINES)
    has_marks = ">" in text
    lines = [_from_text(raw) if has_marks else Line(raw, raw) for raw in pieces[:MOST_LINES]]
    return lines + [Line(raw, raw, sign=UNREAD) for raw in pieces[MOST_LINES:]]


def _from_text(raw: str) -> Line:
    found = _QUOTE_MARK.match(raw) if ">" in raw else None
    return Line(raw, raw[found.end() :], found[1].count(">")) if found else Line(raw, raw)


def html_lines(html: HtmlBody) -> list[Line]:
    """Return the lines of an HTML body, with > marks for its quotes and underscores for its drawn lines."""
    lines: list[Line] = []
    for line in html.lines:
        text = "___" if line.is_rule else line.text
        prefix = ">" * line.depth + " " * bool(line.depth and text)
        lines.append(Line(prefix + text, text, line.depth, line.mark))
    return lines[:MOST_LINES] + [Line(line.raw, line.text, sign=UNREAD) for line in lines[MOST_LINES:]]


def drop(lines: Sequence[Line], start: int, stop: int, sign: str) -> None:
    """Give a sign to the lines of a stretch that have none yet."""
    for line in lines[start:stop]:
        if line.sign == OWN:
            line.sign = sign


def filled_from(lines: Sequence[Line], start: int) -> int | None:
    """Return the index of the first line from `start` on that is not empty."""
    return next((index for index in range(start, len(lines)) if not lines[index].is_blank), None)


def paragraphs(lines: Sequence[Line], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield first index and index behind the last of each run of filled lines."""
    begin: int | None = None
    for index in range(start, stop):
        if lines[index].is_blank:
            if begin is not None:
                yield begin, index
            begin = None
        elif begin is None:
            begin = index
    if begin is not None:
        yield begin, stop


def segments(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Return the stretches of own lines, from the first filled line to behind the last."""
    found: list[tuple[int, int]] = []
    first = last = -1
    for index, line in enumerate(lines):
        if line.sign != OWN:
            if first >= 0:
                found.append((first, last + 1))
            first = -1
        elif not line.is_blank:
            first, last = (index if first < 0 else first), index
    if first >= 0:
        found.append((first, last + 1))
    return found
