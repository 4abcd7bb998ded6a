"""Our own original found again in a reply, however a mail program mangled it: re-wrapped, re-encoded, with or without
quote marks, from its text or its HTML form, cut short, its links rewritten.

Both sides are squeezed to letters and digits, so that wrapping, marks and tables make no difference, and the reply's
lines are then looked for in order. Must not: know signs or languages.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import accumulate, pairwise

from gateway.model.message import Message
from gateway.understand.html import bare_text
from gateway.understand.marks import heading

LONG = 24  # squeezed letters that make a line tell by itself, wherever in the original it is found
SHORT = 3
MOST_LINES = 4_000
MOST_LETTERS = 100_000
LONGEST_MANGLED = 400  # letters of a line that is compared word by word
SHORTEST_LINK = 8
LONGEST_LINE = 2_000
WRAPPED_AT = 60  # characters; shorter lines were not wrapped
_NEAR = 0.8  # the share of a mangled line's words that must stand where the line is due

_NOISE = re.compile(
    r"<?(?:https?://|mailto:)[^\s<>]{1,2000}>?"
    r"|\[(?:cid|image|inline image)[^\]\n]{0,200}\]"
    r"|<[^\s<>@]{1,100}@[^\s<>]{1,2000}>",
    re.I,
)
_LIST_MARK = re.compile(r"[ \t>|*]*(?:[-*•·◦▪]|\d{1,3}[.)]|[A-Za-z][.)])[ \t]+")
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# What a wrong charset leaves of letters: a question mark within or before a word, or these.
_BROKEN_MARK = re.compile(r"\?(?:(?<=[\w\s]\?)|(?<![\s\S]\?))(?=\w)")
_BROKEN_LETTERS = ("\ufffd", "Ã", "Â")
_ACCENTS = re.compile("[\u0300-\u036f]")
_NOT_WORDS = bytes(code for code in range(128) if not chr(code).isalnum())
_NOT_WORDS_OF_LINES = _NOT_WORDS.replace(b"\n", b"")
_TO_SPACES = bytes.maketrans(_NOT_WORDS, b" " * len(_NOT_WORDS))


def _words(text: str, form: int) -> list[str]:
    """Return the words of a text as compared, in one of two forms: lower case without accents, in any script; or ASCII
    letters alone, the others left out, which is what survives a broken charset.
    """
    if text.isascii():  # octets: several times as fast
        return text.lower().encode("ascii").translate(_TO_SPACES).decode("ascii").split()
    if "\n" in text:  # most lines of most texts are plain
        return [word for line in text.split("\n") if line for word in _words(line, form)]
    if form:
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(_without_accents(text).casefold())


def _without_accents(text: str) -> str:
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def _told(text: str) -> str:
    """Return a text without what mail programs change in it: links, list marks."""
    return _without_noise("\n".join([_without_list_mark(line) for line in text.split("\n")]))


def _told_line(line: str) -> str:
    return _without_noise(_without_list_mark(line))


def _without_list_mark(line: str) -> str:
    mark = _LIST_MARK.match(line)
    return line[mark.end() :] if mark else line


def _without_noise(text: str) -> str:
    return _NOISE.sub(" ", text) if _may_hold_noise(text) else text


def _may_hold_noise(text: str) -> bool:
    return "://" in text or "@" in text or "[" in text or "mailto:" in text


def _letters(text: str, form: int) -> str:
    """Return the words of a text joined, found in one step where it is plain."""
    if not form and not text.isascii():
        text = _without_accents(text)
    if text.isascii():
        return text.lower().encode("ascii").translate(None, _NOT_WORDS).decode("ascii")
    return "".join(_words(text, form))


def squeezed(line: str) -> tuple[str, str]:
    """Return a line as compared, without links and list marks: in any script, and its ASCII letters."""
    line = _told_line(line[:LONGEST_LINE])
    plain = _letters(line, 0)
    return plain, (plain if line.isascii() else _letters(line, 1))


def _letters_of_lines(lines: Sequence[str]) -> list[str]:
    """Return the letters of each line, in any script: those of the plain lines in one step."""
    plain = "\n".join([line if line.isascii() else "" for line in lines])
    found = plain.lower().encode("ascii").translate(None, _NOT_WORDS_OF_LINES).decode("ascii").split("\n")
    return [letters if line.isascii() else _letters(line, 0) for line, letters in zip(lines, found, strict=False)]


def all_squeezed(lines: Sequence[str], with_ascii: bool) -> _Pieces:
    """Return each filled line as compared, by its index. Its ASCII letters are found where they are asked for."""
    filled = [index for index, line in enumerate(lines[:MOST_LINES]) if line and not line.isspace()]
    told = [_without_list_mark(lines[index][:LONGEST_LINE]) for index in filled]
    if _may_hold_noise("\n".join(told)):
        told = [_without_noise(line) for line in told]
    letters = _letters_of_lines(told)
    ascii_letters = [_letters(line, 1) for line in told] if with_ascii else letters
    return dict(zip(filled, zip(letters, ascii_letters, strict=True), strict=True))


def squeezed_all(text: str) -> str:
    """Return letters and digits of a text, links and addresses included."""
    return _letters(text[:MOST_LETTERS], 0)


@dataclass(frozen=True, slots=True)
class _Sections:
    """Where a mail of ours has no items, squeezed: the headings of its sections, and how its foot begins."""

    headings: frozenset[str] = frozenset()
    foot: str = ""

    def begins(self, letters: str) -> bool:
        """Whether the line of these letters heads a section, or begins the foot."""
        return letters in self.headings or (bool(self.foot) and letters.startswith(self.foot))


def _parts(text: str, sections: _Sections) -> Iterator[tuple[str, str]]:
    """Yield the items of a mail of ours in order, each with its mark, and with "" what stands between them.

    An item ends where the next one is headed, or where a section is.
    """
    if "[" not in text:
        yield "", text
        return
    mark, held = "", list[str]()
    lines = text.split("\n")
    for line, letters in zip(lines, _letters_of_lines(lines), strict=True):
        next_mark = heading(line)
        if next_mark or (mark and sections.begins(letters)):
            yield mark, "\n".join(held)
            mark, held = next_mark, []
        held.append(line)
    yield mark, "\n".join(held)


def _sections(text: str) -> _Sections:
    """Return the sections of a mail of ours, as its text shows them: capitals that stand alone, a foot below "--"."""
    if "[" not in text:
        return _Sections()
    lines = ["", *text.split("\n"), ""]
    threes = zip(lines, lines[1:], lines[2:], strict=False)
    headings = (
        line for above, line, below in threes if line.isupper() and not (above or below or line[0].isspace())
    )  # fmt: skip
    feet = [_letters(line, 0) for above, line in pairwise(lines) if above.rstrip() == "--"]
    foot = feet[-1] if feet and len(feet[-1]) >= LONG // 2 else ""
    return _Sections(frozenset(_letters(line, 0) for line in headings), foot)


class _Stream:
    """One form of the original as a run of letters, with the places where its words end."""

    def __init__(self, parts: Sequence[tuple[str, str]], form: int) -> None:
        self.form = form
        words: list[str] = []
        self.starts: list[int] = []  # where items begin and end …
        self.marks: list[str] = []  # … and whose they are, "" for what is no item's
        length = 0
        for mark, part in parts:
            self.starts.append(length)
            self.marks.append(mark)
            found = _words(part, form)
            words += found
            length += sum(map(len, found))
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

    def head(self, mark: str, piece: str) -> tuple[int, int] | None:
        """Step behind the line that heads an item, where it stands next or else stood before: its mark tells it."""
        starts = [start for start, held in zip(self.starts, self.marks, strict=True) if held == mark]
        for start in sorted(starts, key=lambda start: (start < self.at, start)):
            if self.letters.startswith(piece, start) and start + len(piece) in self.ends:
                return self.step(start, start + len(piece))
        return None

    def mark_at(self, end: int) -> str:
        """Return the mark of the item whose words end at a place, "" where it is no item's."""
        return self.marks[bisect_right(self.starts, end - 1) - 1 if len(self.marks) > 1 else 0]

    def are_whole_items(self, start: int, end: int) -> bool:
        """Whether nothing but whole items stands between two places."""
        return start <= end and self._begins_part(start) and self._begins_part(end)

    def is_cut_at(self, place: int) -> bool:
        """Whether an item ends at a place, and more of the mail would follow."""
        return 0 < place < len(self.letters) and self._begins_part(place) and bool(self.mark_at(place))

    def _begins_part(self, place: int) -> bool:
        at = bisect_right(self.starts, place) - 1
        return place in (self.starts[at], len(self.letters))

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


_Pieces = dict[int, tuple[str, str]]  # each filled line as compared
_Places = list[tuple[_Stream, int, int]]  # the forms of the original a line was found in, its start and end there


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which lines of a reply are the original's, and whether they reach its end.

    `marks` names for each of them the item it stands in, "" where it is no item's, None where nobody knows.
    `is_inserted` are lines that stand within it, and are not its own.
    """

    is_original: tuple[bool, ...]
    reaches_end: bool
    marks: tuple[str | None, ...] = ()
    is_inserted: tuple[bool, ...] = ()


def align(lines: Sequence[str], depths: Sequence[int], original: Message, quote_at: int | None = None) -> Alignment:
    """Return for each line whether it is the original's. Short lines count only where they are due, between others;
    links, which mail programs rewrite, only where the original holds them. `depths` are the quote marks of each line,
    `quote_at` where the quote is announced.
    """
    has_broken_letters = _has_broken_letters("\n".join(lines[:MOST_LINES]))
    streams = _streams(original, has_broken_letters)
    if not streams:
        return Alignment((False,) * len(lines), False, (None,) * len(lines), (False,) * len(lines))
    found = [False] * len(lines)
    pieces = all_squeezed(lines, has_broken_letters)
    letters = [0] * len(lines)
    places: dict[int, _Places] = {}
    latest: _Places = []
    for index, piece in pieces.items():
        line, mark = lines[index], heading(lines[index])
        letters[index] = LONG if mark or _has_link(line) else len(piece[0])
        places[index] = here = _places(line, mark, piece, streams, latest, may_go_back=depths[index] > 0)
        latest = here or latest
        found[index] = bool(here)
    _reach_up(pieces, found, places)
    _take_links(lines, pieces, found, letters, original)
    _take_drawn(lines, pieces, found, original)
    _without_strays(lines, depths, found, letters, quote_at)
    reaches_end = any(stream.at >= len(stream.letters) - LONG for stream in streams)
    marks = tuple(_mark(places.get(index, [])) if is_ours else None for index, is_ours in enumerate(found))
    return Alignment(tuple(found), reaches_end, marks, _inserted(pieces, depths, found, places))


def _mark(places: _Places) -> str | None:
    """Return the item that a line stands in: of the form of the original that knows of one."""
    known = [stream.mark_at(end) for stream, _, end in places]
    return next(filter(None, known), "") if known else None


def _inserted(
    pieces: _Pieces, depths: Sequence[int], found: list[bool], places: dict[int, _Places]
) -> tuple[bool, ...]:
    """Return which lines were put into the original: it goes on right below them where it broke off above them, or all
    that follows an item was deleted.
    """
    inserted = [False] * len(found)
    above: int | None = None
    run: list[int] = []
    for index in pieces:
        if not found[index]:
            run.append(index)
        elif places.get(index):
            if above is not None and _go_on(places[above], places[index]):
                depth = min(depths[above], depths[index])
                for at in run:
                    inserted[at] = depths[at] == depth
            above, run = index, []
    if above is not None and any(stream.is_cut_at(end) for stream, _, end in places[above]):
        for at in run:
            inserted[at] = depths[at] == depths[above]
    return tuple(inserted)


def _go_on(above: _Places, below: _Places) -> bool:
    """Whether the original goes on below where it broke off above; between two items others may have been deleted."""
    return any(
        one is other and (start == end or one.are_whole_items(end, start))
        for one, _, end in above
        for other, start, _ in below
    )


def _has_broken_letters(text: str) -> bool:
    return any(letter in text for letter in _BROKEN_LETTERS) or _BROKEN_MARK.search(text) is not None


def _streams(original: Message, has_broken_letters: bool) -> list[_Stream]:
    """Return the forms of the original to look in: its text, its HTML, each again in ASCII for a broken charset."""
    texts = [text for text in (original.text, bare_text(original.html) if original.html else "") if text.strip()]
    forms = (0, 1) if has_broken_letters else (0,)
    sections = _sections(original.text)
    told = ([(mark, _told(part)) for mark, part in _parts(text[:MOST_LETTERS], sections)] for text in texts)
    streams = [_Stream(parts, form) for parts in told for form in forms]
    return [stream for stream in streams if len(stream.letters) >= SHORT]


def _places(
    line: str, mark: str, pieces: tuple[str, str], streams: list[_Stream], latest: _Places, may_go_back: bool
) -> _Places:
    """Return in which forms of the original a line stands, and where: where it is due, else anywhere if it is long,
    else about where it is due. A short line is due only in a form the line before it was found in. `mark` is the item
    that the line heads.
    """
    places: _Places = []
    due = [stream for stream, _, _ in latest] or streams
    for stream in streams:
        piece = pieces[stream.form]
        place = None
        if mark:
            place = stream.head(mark, piece)
        elif len(piece) >= LONG:
            place = stream.take(piece) or stream.find(piece, may_go_back)
        elif piece and stream in due:
            place = stream.take(piece)
        if place:
            places.append((stream, *place))
    return places or _mangled_places(line, pieces, latest)


def _mangled_places(line: str, pieces: tuple[str, str], latest: _Places) -> _Places:
    places: _Places = []
    for stream, _, _ in latest:
        piece = pieces[stream.form]
        if LONG <= len(piece) <= LONGEST_MANGLED:
            words = [word for word in _words(_told_line(line[:LONGEST_LINE]), stream.form) if len(word) > 2]
            place = stream.mangled(piece, words)
            if place:
                places.append((stream, *place))
    return places


def _reach_up(pieces: _Pieces, found: list[bool], places: dict[int, _Places]) -> None:
    """Find short lines from below: those that stand right before a line already found, behind the one found above."""
    above: dict[int, _Places] = {}  # for each line, where the nearest line found above it stands
    latest: _Places = []
    for index in pieces:
        above[index] = latest
        latest = places[index] or latest
    below: _Places = []
    for index in reversed(pieces):
        if below and not found[index]:
            places[index] = _places_before(pieces[index], below, above[index])
            found[index] = bool(places[index])
        below = places[index]


def _places_before(pieces: tuple[str, str], below: _Places, above: _Places) -> _Places:
    taken_to = {id(stream): end for stream, _, end in above}
    places: _Places = []
    for stream, start, _ in below:
        piece = pieces[stream.form]
        first = start - len(piece)
        if piece and first >= taken_to.get(id(stream), 0) and stream.stands_before(piece, start):
            places.append((stream, first, start))
    return places


def _take_links(
    lines: Sequence[str], pieces: _Pieces, found: list[bool], letters: list[int], original: Message
) -> None:
    """Find lines that hold nothing but links, which the comparison leaves out: the original must hold them too."""
    bare = [index for index, piece in pieces.items() if not piece[0] and not found[index] and _has_link(lines[index])]
    if not bare or not any(found):
        return
    held = squeezed_all(original.text) + " " + squeezed_all(unescape(original.html))
    for index in bare:
        link = squeezed_all(lines[index])
        found[index] = len(link) >= SHORTEST_LINK and link in held
        letters[index] = len(link)


def _take_drawn(lines: Sequence[str], pieces: _Pieces, found: list[bool], original: Message) -> None:
    """Find lines without a letter ("--", a drawn bar) that the original holds, where they stand between its lines."""
    if all(piece for piece, _ in pieces.values()):
        return
    drawn = {line.strip() for line in original.text.split("\n") if line.strip() and not _WORD.search(line)}
    if not drawn:
        return
    filled = list(pieces)
    for above, index, below in zip(filled, filled[1:], filled[2:], strict=False):
        if not found[index] and found[above] and found[below] and lines[index].strip() in drawn:
            found[index] = True


def _has_link(line: str) -> bool:
    return "://" in line or "@" in line


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
