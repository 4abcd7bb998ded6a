"""How the items of our mails are marked, in them and in answers: `[V-7] Where do we meet`, `V-7: yes`, `7) yes`.

Must not: know which items a mail has (items.py does), or what an answer means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_NAMED = 50  # marks looked up for one mail
_MOST_LINES = 2_000  # of one mail in which they are looked for
_LETTERS = "VCTPO"  # vote, check-in, task, post or thread, outcome
# What mail programs and people put before a line: quote marks, list marks, signs of bold type.
_BEFORE = r"[\s>|*_•·◦▪–-]{0,12}"

# Programs and keyboards put other dashes for the one of a mark: "V–7", a hyphen that does not break, a minus.
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_DASHED = re.compile(rf"(?<![^\W_])(?P<letter>[{_LETTERS}])[{DASHES}](?=\d)", re.I)

_EITHER = _LETTERS + _LETTERS.lower()
_MAYBE = re.compile(rf"[0-9](?:(?<=[{_EITHER}].)|(?<=[{_EITHER}][- ].))")  # from its digit on, which prose has few of
_BULLET = re.compile(r"[*•·◦▪–-]\s")
_SHOWN = re.compile(rf"\[?\b([{_LETTERS}]-\d{{1,7}})\b\]?", re.I)
_HEADING = re.compile(rf"{_BEFORE}\[([{_LETTERS}]-\d{{1,7}})\][*_]{{0,2}}(?=\s|$)", re.I)
_NAMED = re.compile(
    rf"(?P<before>{_BEFORE})(?P<open>\[)?(?:(?P<letter>[{_LETTERS}])(?P<dash>-)?(?P<gap>[ ])?)?"
    r"(?P<number>\d{1,7})(?P<close>\])?"
    r"[*_]{0,2}(?:\s{0,3}(?P<sign>[:：)=]|[–—-](?=\s))[*_]{0,2}\s*|\s+|$)",
    re.I,
)


def with_plain_dashes(text: str) -> str:
    """Return a text of the same length with the dash of our mails in its marks, whatever dash stands there."""
    return text if text.isascii() else _DASHED.sub(lambda found: f"{found['letter']}-", text)


def marks_in(text: str) -> list[str]:
    """Return every mark a text shows, in order, in capitals."""
    return [mark.upper() for mark in _SHOWN.findall(with_plain_dashes(text))]


def without_marks(text: str) -> str:
    """Return a text with a space in the place of every mark it shows."""
    return _SHOWN.sub(" ", with_plain_dashes(text))


def heading(line: str) -> str:
    """Return the mark of the item that a line heads, as our mails show it, "" when it heads none."""
    found = _HEADING.match(line) if "[" in line else None
    return found[1].upper() if found else ""


@dataclass(frozen=True, slots=True)
class Named:
    """A line that begins with a mark or a number. `letter` is "" for a number alone, `sign` what stands behind it."""

    letter: str
    number: str
    in_brackets: bool
    sign: str
    text: str  # what follows
    is_glued: bool = False  # `V7 yes`: a letter, its number and nothing else, which may be anything
    is_dashed: bool = False  # `V-7`, as our mails write it
    is_listed: bool = False  # a sign of a list stands before it

    @property
    def mark(self) -> str:
        """The mark, "" for a number alone."""
        return f"{self.letter}-{self.number}" if self.letter else ""

    @property
    def is_plain(self) -> bool:
        """Whether it can be nothing but a mark of ours: `T-9: done`, `[T-9] done`. "T-5 is late" may be prose."""
        return (self.is_dashed or self.in_brackets) and bool(self.sign or self.in_brackets)


def named(line: str) -> Named | None:
    """Return what a line begins with, where that has the form of a mark or of a number with a sign behind it."""
    line = with_plain_dashes(line)
    found = _NAMED.match(line)
    if found is None:
        return None
    letter, sign = (found["letter"] or "").upper(), found["sign"] or ""
    in_brackets = bool(found["open"] and found["close"])
    text = line[found.end() :]
    if not letter and (sign not in (":", "：", ")") or (text[:1].isdigit() and line[found.end() - 1] == sign)):
        return None  # "10:30" is a time
    is_glued = bool(letter) and not (sign or found["dash"] or in_brackets)
    if is_glued and (found["gap"] or not text.strip()):
        return None  # "P 7" needs its sign, else it may be anything
    is_listed = _BULLET.search(found["before"]) is not None
    return Named(letter, found["number"], in_brackets, sign, text, is_glued, bool(found["dash"]), is_listed)


def marks_named(text: str) -> tuple[str, ...]:
    """Return the marks that lines of a text begin with, in order, each once: plain ones, and those of votes."""
    lines = (named(line) for line in lines_with_marks(text))
    found = dict.fromkeys(one.mark for one in lines if one is not None and _names_a_thing(one))
    return tuple(found)[:MOST_NAMED]


def lines_with_marks(text: str) -> Iterable[str]:
    """Return the lines of a text that may begin with a mark; only so many of a long text."""
    text = with_plain_dashes(text)
    if _MAYBE.search(text) is None:
        return ()
    return (line for line in text.split("\n", _MOST_LINES)[:_MOST_LINES] if _MAYBE.search(line))


def _names_a_thing(one: Named) -> bool:
    return bool(one.letter) and (one.is_plain or (one.letter == "V" and (one.is_dashed or bool(one.sign))))
