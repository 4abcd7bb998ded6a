"""Which lines of a reply are the mail it answers: our original found again, what the mail program marked, and what the
signs of languages announce; in this order, each rule judging only what is still the author's.

Must not: judge footers (footers.py), or put text together (reply.py).
"""

from __future__ import annotations

import re

from gateway.model.message import Message
from gateway.understand.align import Alignment, align, squeezed_all
from gateway.understand.html import Mark
from gateway.understand.line import OWN, QUOTATION, QUOTES, Line, drop, filled_from
from gateway.understand.signs import MOST_ATTRIBUTION_LINES, Lines, Opener, Signs, could_share

LONGEST_LEAD = 10  # lines of an attribution or header block right above our original
MOST_SHARED_LINES = 20
SHORTEST_NAME = 5  # letters
WRAPPED_AT = 60  # characters; shorter lines were not wrapped

_LEAD_DETAIL = re.compile(r"[@:：]|\d")
_OPEN_LINK = re.compile(r"[(<]https?://[^\s()<>]*$", re.I)
_LINK_ALONE = re.compile(r"\s*[(<\[]?https?://\S+\s*>?\s*$", re.I)
_MARK_SIGNS = {
    Mark.QUOTED: "html-container",
    Mark.REST: "html-container",
    Mark.ATTRIBUTION: "attribution",
    Mark.SIGNATURE: "signature",
}


def part_shared_lines(lines: list[Line], signs: Signs) -> list[Line]:
    """Return the lines, those parted that hold both the end of the text and the attribution below it."""
    if not any("@" in line.text for line in lines):  # as in most mail: then none could hold both
        return lines
    parted: list[Line] = []
    left = MOST_SHARED_LINES
    for line in lines:
        cut = signs.shared_line(line.text) if left and not line.depth and could_share(line.text) else None
        if cut:
            left -= 1
            above, below = line.text[:cut].rstrip(" -_"), line.text[cut:]
            parted += [Line(above, above, 0, line.mark), Line(below, below, 0, line.mark)]
        else:
            parted.append(line)
    return parted


def judge_quotes(lines: list[Line], original: Message | None, signs: Signs) -> Alignment | None:
    """Give a sign to each line that is quoted, or announces a quote. Return how our original was found."""
    openers = _Openers(lines, signs)
    alignment = openers.aligned(original) if original is not None else None
    is_original = alignment.is_original if alignment is not None else (False,) * len(lines)
    for line, is_ours in zip(lines, is_original, strict=True):
        if is_ours:
            line.sign = "original"
        elif line.mark is not Mark.NONE:
            line.sign = _MARK_SIGNS[line.mark]
    if alignment is not None:
        openers.note_items(alignment)
    openers.judge()
    openers.judge_quoted_runs()
    if original is not None:
        _judge_leads(lines, original)
    return alignment


def _view(lines: list[Line]) -> Lines:
    return Lines([line.raw for line in lines], [line.text for line in lines], [line.depth for line in lines])


class _Openers:
    """The lines that announce a quote, and what they announce."""

    def __init__(self, lines: list[Line], signs: Signs) -> None:
        self.lines = lines
        self.signs = signs
        self.first_own = 0
        self.next_original: list[int] = []
        self.known: dict[int, Opener | None] = {}
        self.view = _view(lines)
        self.may_open = signs.may_open(self.view.text)

    def opener(self, at: int) -> Opener | None:
        """Return the opener that begins at a line; each line is looked at once."""
        if not self.may_open[at]:
            return None
        if at not in self.known:
            self.known[at] = self.signs.opener(self.view, at)
        return self.known[at]

    def aligned(self, original: Message) -> Alignment:
        """Return where our original stands below the first line that announces a quote, or among marked lines."""
        filled = (index for index, line in enumerate(self.lines) if not line.is_blank and not line.depth)
        quote_at = next((index for index in filled if self.opener(index)), None)
        return align(self.view.text, self.depths(), original, quote_at)

    def depths(self) -> list[int]:
        """Return the quote marks of each line; a container of the program's, or a TAB before most lines, is one too."""
        tabbed = sum(line.text[:1] == "\t" and not line.is_blank for line in self.lines)
        by_tab = tabbed > 0 and tabbed * 2 > sum(not line.is_blank for line in self.lines)
        return [
            line.depth
            or int(line.mark is Mark.QUOTED or line.mark is Mark.REST or (by_tab and line.text.startswith("\t")))
            for line in self.lines
        ]

    def note_items(self, alignment: Alignment) -> None:
        """Note which item each line of our original stands in. What was typed into it bears the marks of the quote, and
        is the author's all the same: our original goes on below it where it broke off above.
        """
        for line, mark in zip(self.lines, alignment.marks, strict=True):
            line.item = mark
        typed = [line for line, is_inserted in zip(self.lines, alignment.is_inserted, strict=True) if is_inserted]
        for line in typed:
            if line.depth or line.sign == "html-container":
                line.raw, line.depth, line.sign, line.is_inside = line.text, 0, OWN, True
        if typed:
            self.view = _view(self.lines)

    def judge(self) -> None:
        self.next_original = _next_with_sign(self.lines, "original")
        behind = 0  # the last quote that was announced
        for at, may_open in enumerate(self.may_open):
            if not may_open or at < behind:
                continue
            line = self.lines[at]
            opener = None if line.is_blank or line.depth else self.opener(at)
            if opener is not None and line.sign != "original":
                behind = self.announced(at, opener.end, opener.sign)

    def announced(self, start: int, end: int, sign: str) -> int:
        """Drop an opener and the quote below it; return where to go on."""
        first = filled_from(self.lines, end)
        if first is not None and self.lines[first].depth > self.lines[start].depth:
            return self.marked(start, end, self.end_of_marked(first), sign)
        if first is not None and self.lines[first].text.startswith("\t"):
            return self.marked(start, end, self.end_of_tabbed(first), sign)
        return self.unmarked(start, end, sign)

    def marked(self, start: int, end: int, stop: int, sign: str) -> int:
        drop(self.lines, start, end, sign)
        drop(self.lines, end, stop, "forward" if sign == "forward" else "quote-prefix")
        return stop

    def unmarked(self, start: int, end: int, sign: str) -> int:
        """Drop a quote without marks: all that follows, but for lines that stand between those of our original."""
        original = self.next_original[end]
        if original < len(self.lines):
            drop(self.lines, start, original, sign)
            return original
        if not self.has_own_above(start) and sign != "attribution":
            # Nothing above it: a mail passed on without a word. It is all its author sent, and not the author's words.
            drop(self.lines, start, len(self.lines), QUOTATION)
            return len(self.lines)
        drop(self.lines, start, len(self.lines), sign)
        return len(self.lines)

    def has_own_above(self, stop: int) -> bool:
        while self.first_own < stop:
            line = self.lines[self.first_own]
            if not line.is_blank and line.sign == OWN:
                return True
            self.first_own += 1
        return False

    def end_of_marked(self, start: int) -> int:
        """Return the index behind a run of quoted lines, wrapped remainders of them included."""
        end = start
        for at in range(start, len(self.lines)):
            line = self.lines[at]
            if line.depth:
                end = at + 1
            elif not line.is_blank and not self.is_wrapped_remainder(at):
                break
        return end

    def is_wrapped_remainder(self, at: int) -> bool:
        """Whether an unmarked line is the end of the long quoted line above, which a careless program wrapped."""
        above, line = self.lines[at - 1], self.lines[at]
        if not above.depth or at + 1 >= len(self.lines) or not self.lines[at + 1].depth:
            return False
        if _OPEN_LINK.search(above.text) or _LINK_ALONE.match(line.text):
            return True
        return len(above.raw) >= WRAPPED_AT and len(line.raw) < len(above.raw) and line.text[:1].islower()

    def end_of_tabbed(self, start: int) -> int:
        end = start
        for at in range(start, len(self.lines)):
            if self.lines[at].text.startswith("\t"):
                end = at + 1
            elif not self.lines[at].is_blank:
                break
        return end

    def judge_quoted_runs(self) -> None:
        """Judge runs of quoted lines whose first line announces the quote from within, as Apple's mail programs do."""
        at = 0
        while at < len(self.lines):
            if not self.lines[at].depth:
                at += 1
                continue
            stop = self.end_of_marked(at)
            first = filled_from(self.lines, at)
            opener = self.opener(first) if first is not None and first < stop else None
            if opener is not None:
                drop(self.lines, at, stop, "forward" if opener.sign == "forward" else "quote-prefix")
            at = stop


def _next_with_sign(lines: list[Line], sign: str) -> list[int]:
    """Return for each index, and the one behind the last, where the next line of this sign stands."""
    found = [len(lines)] * (len(lines) + 1)
    for index in range(len(lines) - 1, -1, -1):
        found[index] = index if lines[index].sign == sign else found[index + 1]
    return found


def _judge_leads(lines: list[Line], original: Message) -> None:
    """Drop the lines right above our original that say whose it is: an attribution or a header block in a language
    nobody taught us. They name its author or subject, and each holds an address, a figure or a colon.
    """
    author = original.author
    called = (author.address, author.name, original.subject) if author else (original.subject,)
    names = [name for name in map(squeezed_all, called) if len(name) >= SHORTEST_NAME]
    for index, line in enumerate(lines):
        if line.sign != "original" or (index and lines[index - 1].sign == "original"):
            continue
        stop = index
        while stop and lines[stop - 1].is_blank:
            stop -= 1
        start = stop
        while start and stop - start < LONGEST_LEAD and _could_lead(lines[start - 1], names):
            start -= 1
        lead = squeezed_all(" ".join(line.text for line in lines[start:stop]))
        if any(name in lead for name in names) and _LEAD_DETAIL.search(
            " ".join(line.text for line in lines[start:stop])
        ):
            drop(lines, start, index, "attribution" if stop - start <= MOST_ATTRIBUTION_LINES else "header-block")


def _could_lead(line: Line, names: list[str]) -> bool:
    if line.sign != OWN or line.is_blank:
        return False
    return _LEAD_DETAIL.search(line.text) is not None or any(name in squeezed_all(line.text) for name in names)


def judge_bare_quotes(lines: list[Line], knows_original: bool) -> None:
    """Give a sign to quoted lines nobody announced: at the top or the end they are the mail answered; between own lines
    they are more of it, or the author's own quotation, which is kept for the reader and never acts.
    """
    if not any(line.depth for line in lines):
        return
    own = [index for index, line in enumerate(lines) if line.sign == OWN and not line.depth and not line.is_blank]
    quoted_above = False
    at = 0
    while at < len(lines):
        line = lines[at]
        quoted_above = quoted_above or (line.depth > 0 and line.sign in QUOTES)
        if not line.depth or line.sign != OWN:
            at += 1
            continue
        stop = at
        while stop < len(lines) and lines[stop].depth and lines[stop].sign == OWN:
            stop += 1
        is_between = bool(own) and own[0] < at < own[-1]
        is_own = is_between and (knows_original or not quoted_above or _hangs_on_text_above(lines, at, stop))
        drop(lines, at, stop, QUOTATION if is_own else "quote-prefix")
        quoted_above = quoted_above or not is_own
        at = stop


def _hangs_on_text_above(lines: list[Line], start: int, stop: int) -> bool:
    """Whether quoted lines stand right below a line and not right above one, as an author's own quotation does and a
    line that is answered does not.
    """
    return not lines[start - 1].is_blank and not (stop < len(lines) and not lines[stop].is_blank)
