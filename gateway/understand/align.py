"""Our own original found again in a reply, however a mail program mangled it: re-wrapped, re-encoded, with or without
quote marks, from its text or its HTML form, cut short, its links rewritten.

Both sides are squeezed to letters and digits, so that wrapping, marks and tables make no difference, and the reply's
lines are then looked for in order. Must not: know signs or languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from gateway.model.message import Message
from gateway.understand.html import bare_text

LONG = 24  # squeezed letters that make a line tell by itself, wherever in the original it is found
SHORT = 3
MOST_LINES = 4_000
MOST_LETTERS = 100_000
LONGEST_MANGLED = 400  # letters of a line that is compared word by word
_NEAR = 0.8  # the share of a mangled line's words that must stand where the line is due

_NOISE = re.compile(
    r"<?(?:https?://|mailto:)[^\s<>]{1,2000}>?|\[(?:cid|image|inline image)[^\]\n]{0,200}\]|<[^\s<>@]{1,100}@[^\s<>]{1,100}>", re.I
)
_LIST_MARK = re.compile(r"^[ \t>|*]*(?:[-*•·◦▪]|\d{1,3}[.)]|[A-Za-z][.)])[ \t]+", re.M)
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f]")


def _words(text: str, form: int) -> list[str]:
    """Return the words of a text as compared, in one of two forms: lower case without accents, in any script; or ASCII
    letters alone, the others left out, which is what survives a broken charset.
    """
    if form:
        return _ASCII_WORD.findall(text.lower())
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _WORD.findall(text.casefold())


def _told(text: str) -> str:
    """Return a text without what mail programs change in it: links, list marks."""
    return _NOISE.sub(" ", _LIST_MARK.sub("", text))


def squeezed(line: str) -> tuple[str, str]:
    """Return a line as compared, without links and list marks: in any script, and its ASCII letters."""
    line = _told(line[:2000])
    plain = "".join(_words(line, 0))
    return plain, (plain if line.isascii() else "".join(_words(line, 1)))


def squeezed_all(text: str) -> str:
    """Return letters and digits of a text, links and addresses included."""
    return "".join(_words(text[:2000], 0))


class _Stream:
    """One form of the original as a run of letters, with the places where its words end."""

    def __init__(self, text: str, form: int) -> None:
        self.form = form
        words = _words(_told(text[:MOST_LETTERS]), form)
        self.letters = "".join(words)
        self.ends = set(accumulate(map(len, words)))
        self.at = 0

    def take(self, piece: str) -> tuple[int, int] | None:
        """Step over a piece where it is due, and return where it stood; None when it is not."""
        if not self.letters.startswith(piece, self.at):
            return None
        end = self.at + len(piece)
        if len(piece) < LONG and end not in self.ends:
            return None
        return self.step(self.at, end)

    def find(self, piece: str) -> tuple[int, int] | None:
        """Step behind a long piece wherever it stands, later first."""
        found = self.letters.find(piece, self.at)
        if found < 0:
            found = self.letters.find(piece)
        return self.step(found, found + len(piece)) if found >= 0 else None

    def mangled(self, piece: str, words: list[str]) -> tuple[int, int] | None:
        """Step over a long line most of whose words stand where it is due: some of it was changed on the way."""
        window = self.letters[self.at : self.at + len(piece) * 2]
        held = sum(len(word) for word in words if word in window)
        if not words or held < _NEAR * sum(map(len, words)):
            return None
        last = window.rfind(words[-1])
        return self.step(self.at, self.at + (last + len(words[-1]) if last >= 0 else len(piece)))

    def step(self, start: int, end: int) -> tuple[int, int]:
        self.at = end
        return start, end

    def stands_before(self, piece: str, start: int) -> bool:
        """Whether a piece stands right before a place, and begins where a word does."""
        first = start - len(piece)
        return first >= 0 and self.letters.startswith(piece, first) and (first == 0 or first in self.ends)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which lines of a reply are the original's, and whether they reach its end."""

    is_original: tuple[bool, ...]
    reaches_end: bool


def align(lines: Sequence[str], original: Message) -> Alignment:
    """Return for each line whether it is the original's. Short lines count only where they are due, between others."""
    streams = _streams(original)
    if not streams:
        return Alignment((False,) * len(lines), False)
    found = [False] * len(lines)
    places: dict[int, list[tuple[_Stream, int]]] = {}
    for index, line in enumerate(lines[:MOST_LINES]):
        if line.strip():
            places[index] = _places(squeezed(line), line, streams, is_first=not any(places.values()))
            found[index] = bool(places[index])
    _reach_up(lines, found, places)
    _without_strays(lines, found)
    reaches_end = any(stream.at >= len(stream.letters) - LONG for stream in streams)
    return Alignment(tuple(found), reaches_end)


def _streams(original: Message) -> list[_Stream]:
    forms = [text for text in (original.text, bare_text(original.html) if original.html else "") if text.strip()]
    streams = [_Stream(text, form) for text in forms for form in ((0,) if text.isascii() else (0, 1))]
    return [stream for stream in streams if len(stream.letters) >= SHORT]


def _places(
    pieces: tuple[str, str], line: str, streams: list[_Stream], is_first: bool
) -> list[tuple[_Stream, int]]:
    """Return in which forms of the original a line stands, and where: where it is due, else anywhere if it is long,
    else about where it is due.
    """
    due = [(stream, stream.take(pieces[stream.form])) for stream in streams if pieces[stream.form]]
    places = [(stream, place[0]) for stream, place in due if place]
    for stream in streams:
        piece = pieces[stream.form]
        if len(piece) < LONG or any(held is stream for held, _ in places):
            continue
        place = stream.find(piece)
        if place is None and not is_first and not places and len(piece) <= LONGEST_MANGLED:
            words = [word for word in _words(_told(line[:2000]), stream.form) if len(word) > 2]
            place = stream.mangled(piece, words)
        if place:
            places.append((stream, place[0]))
    return places


def _reach_up(lines: Sequence[str], found: list[bool], places: dict[int, list[tuple[_Stream, int]]]) -> None:
    """Find short lines from below: those that stand right before a line already found."""
    below: list[tuple[_Stream, int]] = []
    for index in range(min(len(lines), MOST_LINES) - 1, -1, -1):
        if not lines[index].strip():
            continue
        if not found[index] and below:
            pieces = squeezed(lines[index])
            places[index] = [
                (stream, start - len(pieces[stream.form]))
                for stream, start in below
                if pieces[stream.form] and stream.stands_before(pieces[stream.form], start)
            ]
            found[index] = bool(places[index])
        below = places.get(index, [])


def _without_strays(lines: Sequence[str], found: list[bool]) -> None:
    """Forget short lines that matched alone: an author's own "Yes" may be a word of the original."""
    index = 0
    while index < len(found):
        if not found[index]:
            index += 1
            continue
        end, letters = index, 0
        while end < len(found) and (found[end] or not lines[end].strip()):
            letters += len(squeezed(lines[end])[0]) if found[end] else 0
            end += 1
        if letters < LONG // 2 and not _has_quote_mark(lines, index, end):
            found[index:end] = [False] * (end - index)
        index = end


def _has_quote_mark(lines: Sequence[str], start: int, end: int) -> bool:
    return any(line.lstrip()[:1] in (">", "|") or line.startswith("\t") for line in lines[start:end] if line.strip())
