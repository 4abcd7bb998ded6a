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
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import Named, marks_in, marks_named, named

WITH_ITEMS = ("digest", "status", "catch-up")  # notices that hold several things to answer
TO_ALL = "*"  # stands for a mark: for whoever reads here
MOST_PIECES = 200  # of one mail; what comes after belongs to the last
_GREETING = 6  # words of a line that may be a greeting or a thank-you
_SALUTE = 3  # … and are one, however they end
_LEADING = 10  # … or may be one where they lead on to what follows
_LEADS_ON = (",", ":", "，", "：")


@dataclass(slots=True, eq=False)
class Addressed:
    """Lines of a reply and the item they answer, "" for none."""

    mark: str
    lines: list[str] = field(default_factory=list)
    by_number: bool = False  # it was named by its number alone
    is_bare: bool = False  # … by its mark without a sign behind it: `V-7 yes`
    is_inside: bool = False
    listed: int = 0  # the last number of a list within it

    @property
    def text(self) -> str:
        """The lines without what is empty around them."""
        return "\n".join(self.lines).strip()


def by_item(
    found: NewText, sent: Sent | None, lexicon: Lexicon, known: Mapping[str, str] | None = None
) -> tuple[tuple[str, str], ...]:
    """Return (mark, text) for each item answered, in the order written; () when the reply is one whole.

    `known` are the things of the record that the mail may be about, title by mark. A line that plainly begins with a
    mark keeps its words to itself, whether or not what we sent shows it: they are no part of another's. A mail that
    answers nothing with items is answered so only where it begins with something known. What belongs to no item has the
    mark "", and is left out where it is no more than a greeting; where its author says that it is for all, `TO_ALL`.
    """
    if sent is None or not sent.items:
        return _unasked(found, _Items({}, _to_all(lexicon), known=known or {}))
    items = _Items.of(sent, _to_all(lexicon), known or {})
    if items.alone and not items.are_named_in(found.own):
        return ()
    return _answered(found, items)


def _answered(found: NewText, items: _Items) -> tuple[tuple[str, str], ...]:
    walked: list[Addressed] = []
    for block in found.blocks or (Quoted(under="", text=found.own),):
        _walk(block, items, walked)
    if not any(part.mark for part in walked):
        return ()
    parts = [part for part in _acting(walked) if part.text]
    return tuple((part.mark, part.text) for part in parts if part.mark or _says(part, parts))


def _unasked(found: NewText, items: _Items) -> tuple[tuple[str, str], ...]:
    """Return the answers that a mail of its own accord begins with; () for what only speaks of things by their marks.

    An agenda, "V-1: Where do we meet", names them with their titles.
    """
    if not items.known or not any(mark in items.known for mark in marks_named(found.own)):
        return ()
    above, below = _at_first_mark(found.own)
    parts = _answered(NewText(text=below, own=below), items) if _is_greeting(above) else ()
    mark, text = parts[0] if parts else ("", "")
    return () if mark not in items.known or items.is_title(mark, text.partition("\n")[0]) else parts


def _at_first_mark(text: str) -> tuple[str, str]:
    """Return what stands above the first line that plainly begins with a mark, and the text from there on."""
    lines = text.split("\n")
    above = list(takewhile(lambda line: (one := named(line)) is None or not (one.letter and one.is_plain), lines))
    return "\n".join(above), "\n".join(lines[len(above) :])


def _is_greeting(text: str) -> bool:
    """Whether words above answers may be left out: "Hi, here are my answers:". "TODO @ben: buy tea" says something."""
    count = len(text.split())
    return count <= _SALUTE or (count <= _LEADING and text.rstrip().endswith(_LEADS_ON))


def _says(part: Addressed, parts: Sequence[Addressed]) -> bool:
    """Whether text that belongs to no item is more than a greeting above all answers, or a thank-you below them."""
    if part.by_number or part not in (parts[0], parts[-1]):
        return True
    return len(part.text.split()) > _GREETING or "?" in part.text


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
    to_all: frozenset[str]  # words that address all, squeezed
    alone: str = ""
    known: Mapping[str, str] = field(default_factory=dict)  # by mark: titles of what the record has besides

    @classmethod
    def of(cls, sent: Sent, to_all: frozenset[str], known: Mapping[str, str]) -> _Items:
        """Return the items of a notice."""
        titles = {item.mark.upper(): squeezed_all(item.text) for item in sent.items}
        return cls(titles, to_all, "" if sent.kind in WITH_ITEMS else sent.mark.upper(), known)

    def addresses_all(self, line: str) -> str | None:
        """Return what follows words for all, `to all: …`, None where a line does not begin with any."""
        if self.alone:
            return None
        before, colon, text = line.replace("：", ":").partition(":")
        return text.strip() if colon and squeezed_all(before) in self.to_all else None

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
        return not self.alone.startswith("C-") or (one.mark in self.known and not one.is_listed)

    def numbered(self, number: str) -> list[str]:
        """Return the items a number alone can stand for."""
        return [] if self.alone else [mark for mark in self.titles if mark.partition("-")[2] == number]

    def is_title(self, mark: str, text: str) -> bool:
        """Whether text is what the mail shows of an item, or its first line, rather than an answer."""
        letters = squeezed_all(text)
        title = self.titles.get(mark) or squeezed_all(self.known.get(mark, ""))
        return bool(letters and title) and (title.startswith(letters) if len(letters) > 3 else title == letters)


def _walk(block: Quoted, items: _Items, walked: list[Addressed]) -> None:
    """Add the lines of one block under the items they answer."""
    walked.append(Addressed(items.alone or _item_above(block, items), is_inside=block.is_inside))
    begins = True  # at a place where a bare mark may begin an answer, and is not part of a sentence
    for line in block.text.split("\n"):
        part = _begun(line, begins, walked[-1], items) if len(walked) < MOST_PIECES else None
        if part is None:
            walked[-1].lines.append(line)
        else:
            part.is_inside = block.is_inside
            walked.append(part)
        begins = part.is_bare if part is not None else not line.strip()


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
    """Return what a number begins. One that two items bear names none of them, and is asked about."""
    same = items.numbered(one.number)
    if not same or _is_in_list(one, current):
        return None
    return Addressed(same[0], [one.text], by_number=True) if len(same) == 1 else Addressed("", [line], by_number=True)


def _is_in_list(one: Named, current: Addressed) -> bool:
    """Whether `1)`, `2)` number a list within an answer that is addressed already, and name no item."""
    number = int(one.number)
    if one.sign != ")" or not current.mark or current.by_number or number != current.listed + 1:
        return False
    current.listed = number
    return True
