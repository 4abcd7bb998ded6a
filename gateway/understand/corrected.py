"""Lines of a receipt written anew in answer to it: `1 Lisbon`, `1: Lisbon`, `1) Lisbon` for what its first line says.

In a receipt a number stands for a line. Must not: say what the words mean, or take a date or a list for a line.
"""

from __future__ import annotations

import re
from datetime import datetime

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import find_dates

_LINE = re.compile(r"^\s{0,3}(?P<number>\d{1,2})(?:\s?(?P<sign>[:：)=.]|[–—-](?=\s))\s*|\s+)(?P<words>\S.*)$")
_TIME = re.compile(r"\d\s?[:.]\d")
_NEXT = re.compile(r"[,;.]\s+(?=(?P<number>\d{1,2})\s?[:：=]\s)")  # "1: Porto, 2: no"


def corrected_lines(text: str, count: int, sent_at: datetime, lexicon: Lexicon) -> tuple[tuple[int, str], ...]:
    """Return (number, words) of each line corrected, what stands below it with it; () where the text begins otherwise.

    `count` is how many lines the receipt has. `sent_at` is aware, in its author's zone: "2 June" is no line.
    """
    found: list[tuple[int, list[str]]] = []
    for line in (part for whole in text.strip().split("\n") for part in _in_one(whole, count)):
        one = _LINE.match(line)
        number = int(one["number"]) if one else 0
        if one and 1 <= number <= count and not _is_time(line, one) and not _is_dated(line, one, sent_at, lexicon):
            found.append((number, [one["words"]]))
        elif found:
            found[-1][1].append(line)
        else:
            return ()
    return tuple((number, "\n".join(lines).strip()) for number, lines in found)


def _in_one(line: str, count: int) -> list[str]:
    """Return a line cut before each further line that it names, in their order."""
    one = _LINE.match(line)
    last, start, parts = int(one["number"]) if one and one["sign"] else count, 0, []
    for cut in _NEXT.finditer(line):
        if last < int(cut["number"]) <= count:
            parts.append(line[start : cut.start()])
            last, start = int(cut["number"]), cut.end()
    return [*parts, line[start:]]


def _is_time(line: str, one: re.Match[str]) -> bool:
    return _TIME.match(line, one.end("number") - 1) is not None


def _is_dated(line: str, one: re.Match[str], sent_at: datetime, lexicon: Lexicon) -> bool:
    """Whether the number is part of a date or of a length of time."""
    if one["sign"] not in (None, "."):  # "1. Juni"
        return False
    return any(when.span[0] < one.start("words") for when in find_dates(line, sent_at, lexicon))
