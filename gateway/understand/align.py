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
from html import unescape
from itertools import accumulate

from gateway.model.message import Message
from gateway.understand.html import bare_text

LONG = 24  # squeezed letters that make a line tell by itself, wherever in the original it is found
SHORT = 3
MOST_LINES = 4_000
MOST_LETTERS = 100_000
LONGEST_MANGLED = 400  # letters of a line that is compared word by word
SHORTEST_LINK = 8
WRAPPED_AT = 60  # characters; shorter lines were not wrapped
_NEAR = 0.8  # the share of a mangled line's words that must stand where the line is due

_NOISE = re.compile(
    r"<?(?:https?://|mailto:)[^\s<>]{1,2000}>?"
    r"|\[(?:cid|image|inline image)[^\]\n]{0,200}\]"
    r"|<[^\s<>@]{1,100}@[^\s<>]{1,100}>",
    re.I,
)
_LIST_MARK = re.compile(r"^[ \t>|*]*(?:[-*•·◦▪]|\d{1,3}[.)]|[A-Za-z][.)])[ \t]+", re.M)
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_BROKEN = re.compile(r"[\ufffdÃÂ]|\w\?\w|(?:^|\s)\?\w")  # letters a wrong charset leaves behind
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
    text = _LIST_MARK.sub("", text)
    return _NOISE.sub(" ", text) if "://" in text or "@" in text or "[" in text or "mailto:" in text else text


def squeezed(line: str) -> tuple[str, str]:
    """Return a line as compared, without links and list marks: in any script, and its ASCII letters."""
    line = _told(line[:2000])
    plain = "".join(_words(line, 0))
    return plain, (plain if line.isascii() else "".join(_words(line, 1)))


def squeezed_all(text: str) -> str:
    """Return letters and digits of a text, links and addresses included."""
    return "".join(_words(text[:MOST_LETTERS], 0))


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

    def find(self, piece: str, may_go_back: bool) -> tuple[int, int] | None:
        """Step behind a long piece where it stands next, or also where it stood before."""
        found = self.letters.find(piece, self.at)
        if found < 0 and may_go_back:
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


_Places = list[tuple[_Stream, int, int]]  # the forms of the original a line was found in, its start and end there


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which lines of a reply are the original's, and whether they reach its end."""

    is_original: tuple[bool, ...]
    reaches_end: bool


def align(lines: Sequence[str], depths: Sequence[int], original: Message, quote_at: int | None = None) -> Alignment:
    """Return for each line whether it is the original's. Short lines count only where they are due, between others;
    links, which mail programs rewrite, only where the original holds them. `depths` are the quote marks of each line,
    `quote_at` where the quote is announced.
    """
    streams = _streams(original, has_broken_letters=any(map(_BROKEN.search, lines[:MOST_LINES])))
    if not streams:
        return Alignment((False,) * len(lines), False)
    found = [False] * len(lines)
    letters = [0] * len(lines)
    places: dict[int, _Places] = {}
    latest: _Places = []
    for index, line in enumerate(lines[:MOST_LINES]):
        if not line.strip():
            continue
        pieces = squeezed(line)
        letters[index] = len(pieces[0])
        places[index] = _places(line, pieces, streams, latest, may_go_back=depths[index] > 0)
        latest = places[index] or latest
        found[index] = bool(places[index])
    _reach_up(lines, found, places)
    _take_links(lines, found, letters, original)
    _without_strays(lines, depths, found, letters, quote_at)
    reaches_end = any(stream.at >= len(stream.letters) - LONG for stream in streams)
    return Alignment(tuple(found), reaches_end)


def _streams(original: Message, has_broken_letters: bool) -> list[_Stream]:
    """Return the forms of the original to look in: its text, its HTML, each again in ASCII for a broken charset."""
    texts = [text for text in (original.text, bare_text(original.html) if original.html else "") if text.strip()]
    forms = (0, 1) if has_broken_letters else (0,)
    streams = [_Stream(text, form) for text in texts for form in forms]
    return [stream for stream in streams if len(stream.letters) >= SHORT]


def _places(line: str, pieces: tuple[str, str], streams: list[_Stream], latest: _Places, may_go_back: bool) -> _Places:
    """Return in which forms of the original a line stands, and where: where it is due, else anywhere if it is long,
    else about where it is due. A short line is due only in a form the line before it was found in.
    """
    current = {id(stream) for stream, _, _ in latest}
    places: _Places = []
    for stream in streams:
        piece = pieces[stream.form]
        if not piece:
            continue
        is_long = len(piece) >= LONG
        place = stream.take(piece) if is_long or not latest or id(stream) in current else None
        place = place or (stream.find(piece, may_go_back) if is_long else None)
        if place:
            places.append((stream, *place))
    return places or _mangled_places(line, pieces, latest)


def _mangled_places(line: str, pieces: tuple[str, str], latest: _Places) -> _Places:
    places: _Places = []
    for stream, _, _ in latest:
        piece = pieces[stream.form]
        if LONG <= len(piece) <= LONGEST_MANGLED:
            words = [word for word in _words(_told(line[:2000]), stream.form) if len(word) > 2]
            place = stream.mangled(piece, words)
            if place:
                places.append((stream, *place))
    return places


def _reach_up(lines: Sequence[str], found: list[bool], places: dict[int, _Places]) -> None:
    """Find short lines from below: those that stand right before a line already found, behind the one found above."""
    above: list[_Places] = []  # for each line, where the nearest line found above it stands
    latest: _Places = []
    for index in range(min(len(lines), MOST_LINES)):
        above.append(latest)
        latest = places.get(index) or latest
    below: _Places = []
    for index in range(len(above) - 1, -1, -1):
        if not lines[index].strip():
            continue
        if not found[index] and below:
            places[index] = _places_before(squeezed(lines[index]), below, above[index])
            found[index] = bool(places[index])
        below = places.get(index, [])


def _places_before(pieces: tuple[str, str], below: _Places, above: _Places) -> _Places:
    taken_to = {id(stream): end for stream, _, end in above}
    places: _Places = []
    for stream, start, _ in below:
        piece = pieces[stream.form]
        first = start - len(piece)
        if piece and first >= taken_to.get(id(stream), 0) and stream.stands_before(piece, start):
            places.append((stream, first, start))
    return places


def _take_links(lines: Sequence[str], found: list[bool], letters: list[int], original: Message) -> None:
    """Find lines that hold nothing but links, which the comparison leaves out: the original must hold them too."""
    bare = [index for index, line in enumerate(lines[:MOST_LINES]) if _is_link_alone(line, found[index])]
    if not bare or not any(found):
        return
    held = squeezed_all(original.text) + " " + squeezed_all(unescape(original.html))
    for index in bare:
        link = squeezed_all(lines[index])
        found[index] = len(link) >= SHORTEST_LINK and link in held
        letters[index] = len(link)


def _is_link_alone(line: str, is_found: bool) -> bool:
    return not is_found and ("://" in line or "@" in line) and not any(squeezed(line))


def _without_strays(
    lines: Sequence[str], depths: Sequence[int], found: list[bool], letters: list[int], quote_at: int | None
) -> None:
    """Forget lines an author wrote in our own words: a "Yes" that the original holds too, an option copied out of it.

    Where the quote has marks, a line without one is the author's, unless it is the end of a wrapped one. Where it has
    none, it begins where it is announced; unannounced, it is more than one line.
    """
    letters = [count if is_found else 0 for count, is_found in zip(letters, found, strict=True)]
    marked = sum(count for count, depth in zip(letters, depths, strict=True) if depth)
    if marked * 2 >= sum(letters):
        for index in range(len(found)):
            found[index] = found[index] and (depths[index] > 0 or _is_tabbed_or_wrapped(lines, found, index))
        return
    for index in range(quote_at or 0):
        found[index] = found[index] and depths[index] > 0
    is_run = quote_at is not None or sum(found) > 2
    index = 0
    while index < len(found):
        end = index
        while end < len(found) and (found[end] or (end > index and not lines[end].strip())):
            end += 1
        if sum(letters[index:end]) < (LONG // 2 if is_run else MOST_LETTERS) and not any(depths[index:end]):
            found[index:end] = [False] * (end - index)
        index = max(end, index + 1)


def _is_tabbed_or_wrapped(lines: Sequence[str], found: list[bool], at: int) -> bool:
    return lines[at].startswith("\t") or (at > 0 and found[at - 1] and len(lines[at - 1]) >= WRAPPED_AT)
