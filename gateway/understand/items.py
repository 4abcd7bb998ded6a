"""Which part of a reply answers which item of the mail it answers: what stands under a quoted item, or behind `V-7:`,
`7:`, `7)`, belongs to that item; the rest belongs to none.

The mail answered is our own: its order and text say where each item ends. Must not: read what an answer means (reading/
does), or find our mail in the reply (align.py does).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from gateway.model.context import Sent
from gateway.model.reading import NewText, Quoted
from gateway.understand.align import squeezed_all
from gateway.understand.in_line import Answers, Part, parts_of
from gateway.understand.lexicon import Lexicon
from gateway.understand.manners import is_manners
from gateway.understand.marks import Named, marks_in, marks_named, named

WITH_ITEMS = ("digest", "status", "catch-up")  # notices that hold several things to answer
TO_ALL = "*"  # stands for a mark: for whoever reads here
MOST_PIECES = 200  # of one mail; what comes after belongs to the last


@dataclass(slots=True, eq=False)
class Addressed:
    """Lines of a reply and the item they answer, "" for none."""

    mark: str
    lines: list[str] = field(default_factory=list)
    by_number: bool = False  # it was named by its number alone
    is_bare: bool = False  # … by its mark without a sign behind it: `V-7 yes`
    is_inside: bool = False
    listed: int = 0  # the last number of a list within it
    also: tuple[str, ...] = ()  # marks besides that this is said of: `V-1 and V-2: yes`

    @property
    def is_held_number(self) -> bool:
        """Whether a number names no item, or several: only its own lines go with it."""
        return self.by_number and not self.mark

    @property
    def text(self) -> str:
        """The lines without what is empty around them."""
        return "\n".join(self.lines).strip()


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known besides a reply and what it answers.

    `known` are the things of the record that it may be about, title by mark; `thread` is where a reply to a post is
    posted; `name` is what its author is called. `answers` tells of (mark, words) whether they are an answer to that
    as they stand, and with the mark "" whether they answer or ask for anything.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    thread: str = ""
    name: str = ""
    answers: Answers = lambda mark, words: bool(mark)


def by_item(
    found: NewText, sent: Sent | None, lexicon: Lexicon, beside: Beside | None = None
) -> tuple[tuple[str, str], ...]:
    """Return (mark, text) for each item answered, in the order written; () when the reply is one whole.

    A line that plainly begins with a mark keeps its words to itself, whether or not what we sent shows it: they are no
    part of another's. A mail that answers nothing with items is answered so only where it begins with something known,
    or answers a post. What belongs to no item has the mark "", and is left out only where it is manners and nothing
    else; where its author says that it is for all, `TO_ALL`.
    """
    beside = beside or Beside()
    if sent is None or not sent.items:
        return _unasked(found, _Items({}, lexicon, beside))
    items = _Items.of(sent, lexicon, beside)
    if items.alone and not items.are_named_in(found.own):
        return ()
    return _answered(found, items)


def _answered(found: NewText, items: _Items) -> tuple[tuple[str, str], ...]:
    walked: list[Addressed] = []
    for block in found.blocks or (Quoted(under="", text=found.own),):
        _walk(block, items, walked)
    if not any(part.mark for part in walked) and not _is_numbered(walked, items):
        return ()
    parts = [part for part in _acting(walked) if part.text]
    told = (part for part in parts if part.mark or part.by_number or not items.are_manners(part.text))
    return tuple((mark, part.text) for part in told for mark in (*part.also, part.mark))


def _is_numbered(walked: Sequence[Addressed], items: _Items) -> bool:
    """Whether a reply is numbered answers and nothing else, and one number at least stands for an item."""
    lines = [part for part in walked if part.by_number]
    numbers = (one.number for part in lines if (one := named(part.text)) is not None)
    rest = (part for part in walked if part.text and not part.by_number)
    return len(lines) > 1 and any(map(items.numbered, numbers)) and all(items.are_manners(part.text) for part in rest)


def _unasked(found: NewText, items: _Items) -> tuple[tuple[str, str], ...]:
    """Return the answers that a mail of its own accord begins with, or that stand below a post in reply to one; () for
    what only speaks of things by their marks.

    An agenda, "V-1: Where do we meet", names them with their titles.
    """
    known, thread = items.beside.known, items.beside.thread
    if not known or not any(mark in known for mark in marks_named(found.own)):
        return ()
    above, below = _at_first_mark(found.own)
    has_post = not items.are_manners(above)
    if has_post and not thread:
        return ()
    parts = _answered(NewText(text=below, own=below), items)
    mark, text = parts[0] if parts else ("", "")
    if mark not in known or items.is_title(mark, text.partition("\n")[0]):
        return ()
    return ((thread, above.strip()), *parts) if has_post else parts


def _at_first_mark(text: str) -> tuple[str, str]:
    """Return what stands above the first line that plainly begins with a mark, and the text from there on."""
    lines = text.split("\n")
    above = list(takewhile(lambda line: (one := named(line)) is None or not (one.letter and one.is_plain), lines))
    return "\n".join(above), "\n".join(lines[len(above) :])


def _acting(walked: Sequence[Addressed]) -> Iterable[Addressed]:
    """Leave out what stands inside the quote about an item that is answered outside of it too: an earlier answer of
    the author's, quoted with the rest.
    """
    outside = {part.mark for part in walked if part.text and not part.is_inside}
    return (part for part in walked if not (part.is_inside and part.mark in outside))


@dataclass(frozen=True, slots=True)
class _Items:
    """What a mail of ours can be answered by. `alone` is the one mark of a mail that is about one thing."""

    titles: Mapping[str, str]  # by mark: what the mail shows of it, squeezed
    lexicon: Lexicon
    beside: Beside
    alone: str = ""

    @classmethod
    def of(cls, sent: Sent, lexicon: Lexicon, beside: Beside) -> _Items:
        """Return the items of a notice."""
        titles = {item.mark.upper(): squeezed_all(item.text) for item in sent.items}
        return cls(titles, lexicon, beside, "" if sent.kind in WITH_ITEMS else sent.mark.upper())

    def are_manners(self, text: str) -> bool:
        """Whether words that belong to no item may be left out: they greet, thank, or name their author."""
        return is_manners(text, self.beside.name, self.lexicon, self.says)

    def fits_another(self, mark: str, text: str) -> bool:
        """Whether words behind an item's number are no answer to it, and are one to another: `2) Porto`."""
        return mark[:1] in "VT" and not self.beside.answers(mark, text) and self.says(text)

    def says(self, text: str) -> bool:
        """Whether words that belong to no item answer or ask for anything as they stand."""
        return bool(text.strip()) and self.beside.answers("", text)

    def parts(self, line: str, *, begins: bool) -> tuple[Part, ...]:
        """Return the stretches of a line that answers several things; `begins`: no sentence can be under way there."""
        one = named(line)
        opens = one is not None and self.begins(one, at_start=begins)
        if not opens and (self.alone or not self.titles) and not (one is not None and one.letter):
            return (Part(line),)
        return parts_of(line, self.lexicon, self._can_be, self.beside.answers, opens=opens)

    def _can_be(self, mark: str) -> bool:
        return mark in self.titles or mark in self.beside.known or (mark.startswith("V-") and bool(self.titles))

    def addresses_all(self, line: str) -> str | None:
        """Return what follows words for all, `to all: …`, None where a line does not begin with any."""
        if self.alone:
            return None
        before, colon, text = line.replace("：", ":").partition(":")
        return text.strip() if colon and squeezed_all(before) in _to_all(self.lexicon) else None

    def are_named_in(self, text: str) -> bool:
        """Whether a reply to a mail about one thing names that, a vote, or another thing."""
        lines = (named(line) for line in text.split("\n"))
        return any(one is not None and self.begins(one, at_start=False) for one in lines)

    def begins(self, one: Named, *, at_start: bool) -> bool:
        """Whether a mark that a line begins with opens an answer; `at_start`: no sentence can be under way there."""
        if not one.letter:
            return False
        if not self._takes(one.mark):
            return self._takes_plainly(one)
        if one.is_glued and one.mark not in self.titles:
            return False  # "T5 is late" names a task where the mail shows one of that mark
        return bool(one.sign) or ((at_start or one.in_brackets) and not self.alone)

    def _takes(self, mark: str) -> bool:
        """Whether a mark can stand for something without being looked up: an item shown, or a vote anywhere."""
        if not self.titles:
            return False  # of what answers nothing, a mark has to be plain
        return mark.startswith("V-") or (mark == self.alone if self.alone else mark in self.titles)

    def _takes_plainly(self, one: Named) -> bool:
        """Whether a plain mark opens an answer of its own. A check-in tells of many things, and lists them."""
        if not one.is_plain or (self.alone and not one.sign):
            return False
        return not self.alone.startswith("C-") or (one.mark in self.beside.known and not one.is_listed)

    def numbered(self, number: str) -> list[str]:
        """Return the items a number alone can stand for."""
        return [] if self.alone else [mark for mark in self.titles if mark.partition("-")[2] == number]

    def is_title(self, mark: str, text: str) -> bool:
        """Whether text is what the mail shows of an item, or its first line, rather than an answer."""
        letters = squeezed_all(text)
        title = self.titles.get(mark) or squeezed_all(self.beside.known.get(mark, ""))
        return bool(letters and title) and (title.startswith(letters) if len(letters) > 3 else title == letters)


def _walk(block: Quoted, items: _Items, walked: list[Addressed]) -> None:
    """Add the lines of one block under the items they answer."""
    walked.append(Addressed(items.alone or _item_above(block, items), is_inside=block.is_inside))
    begins = True  # at a place where a bare mark may begin an answer, and is not part of a sentence
    for line in block.text.split("\n"):
        for one in items.parts(line, begins=begins) if len(walked) < MOST_PIECES else (Part(line),):
            part = _begun(one.text, begins, walked[-1], items) if len(walked) < MOST_PIECES else None
            if part is None and walked[-1].is_held_number and items.says(one.text):
                walked.append(Addressed("", [one.text], is_inside=block.is_inside))
            elif part is None:
                walked[-1].lines.append(one.text)
            else:
                part.is_inside, part.also = block.is_inside, one.also
                walked.append(part)
            begins = part.is_bare if part is not None else not one.text.strip()


def _item_above(block: Quoted, items: _Items) -> str:
    """Return the item a block stands under: where our original says, else the last mark that its quote shows."""
    if block.mark is not None:
        return block.mark if block.mark in items.titles else ""
    return next((mark for mark in reversed(marks_in(block.under)) if mark in items.titles), "")


@lru_cache(maxsize=8)
def _to_all(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(squeezed_all(words) for words in lexicon.words("items", "to_all"))


def _begun(line: str, begins: bool, current: Addressed, items: _Items) -> Addressed | None:
    """Return what a line begins, None when it goes on with what stands above it."""
    one = named(line)
    if one is None:
        said = items.addresses_all(line)
        return None if said is None else Addressed(TO_ALL, [said])
    if not one.letter:
        return _by_number(line, one, current, items)
    if not items.begins(one, at_start=begins):
        return None
    text = "" if one.in_brackets and items.is_title(one.mark, one.text) else one.text
    return Addressed(one.mark, [text], is_bare=not one.sign)


def _by_number(line: str, one: Named, current: Addressed, items: _Items) -> Addressed | None:
    """Return what a number begins. One that two items bear names none of them, and is asked about; so is one whose
    words answer something else.
    """
    same = items.numbered(one.number)
    if not same and not current.mark and not items.alone and items.titles and (current.by_number or not current.text):
        return Addressed("", [line], by_number=True)  # above all marks: held, rather than lost
    if not same or _is_in_list(one, current):
        return None
    is_meant = len(same) == 1 and not items.fits_another(same[0], one.text)
    return Addressed(same[0] if is_meant else "", [one.text if is_meant else line], by_number=True)


def _is_in_list(one: Named, current: Addressed) -> bool:
    """Whether `1)`, `2)` number a list within an answer that is addressed already, and name no item."""
    number = int(one.number)
    if one.sign != ")" or not current.mark or current.by_number or number != current.listed + 1:
        return False
    current.listed = number
    return True
