"""What stands around the text its author wrote and was written once for all mail: the banner of a mail server on top;
below, signatures, device footers, small print, list footers, visiting cards.

Must not: judge quotes (quotes.py). Runs after them, on what is still the author's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.understand.align import squeezed
from gateway.understand.html import HtmlBody
from gateway.understand.line import OWN, Line, drop, paragraphs, segments
from gateway.understand.shapes import (
    contacts,
    could_be_card,
    has_link,
    is_card_line,
    is_dashed_name,
    is_link,
    is_picture,
    is_rule,
    is_signature_mark,
)
from gateway.understand.signs import Signs

LONGEST_SIGNATURE = 15  # lines; what is longer below a "-- " is text
LONGEST_FOOTER = 12
MOST_BANNERS = 3
MOST_TAILS = 12

Tail = Callable[[int, int], int]


def html_signature(html: HtmlBody) -> frozenset[str]:
    """Return the lines, squeezed, of what the mail program itself calls a signature in its HTML."""
    return frozenset(squeezed(line)[0] for line in html.signature if line.strip())


def judge_banners(lines: list[Line], signs: Signs) -> None:
    """Give a sign to warnings a mail server put on top."""
    left = MOST_BANNERS
    for start, stop in paragraphs(lines, 0, len(lines)):
        has_own_below = any(line.sign == OWN and not line.is_blank and not line.depth for line in lines[stop:])
        is_banner = has_own_below and signs.is_banner(" ".join(line.text for line in lines[start:stop]))
        if is_banner:
            drop(lines, start, stop, "banner")
        left -= 1
        if not left or (not is_banner and any(line.sign == OWN for line in lines[start:stop])):
            return


def judge_tails(lines: list[Line], signs: Signs, signature: frozenset[str], knows_original: bool) -> None:
    """Give a sign to the footers at the end of each stretch of own text, one below the other."""
    tails = _Tails(lines, signs, signature, knows_original)
    for start, stop in segments(lines):
        for _ in range(MOST_TAILS):
            shorter = tails.without_last(start, stop)
            if shorter == stop:
                break
            stop = shorter


@dataclass(frozen=True, slots=True)
class _Tails:
    """The rules for the end of a stretch of lines: each takes first index and index behind the last, drops what it
    knows, and returns the new end.
    """

    lines: list[Line]
    signs: Signs
    signature: frozenset[str]
    knows_original: bool

    def without_last(self, start: int, stop: int) -> int:
        while stop > start and (self.lines[stop - 1].is_blank or self.lines[stop - 1].sign != OWN):
            stop -= 1
        if stop <= start:
            return stop
        rules: tuple[Tail, ...] = (
            self.delimited,
            self.device,
            self.named,
            self.list_footer,
            self.small_print,
            self.card,
            self.drawn_line,
            self.buried_device,
        )
        return next((end for rule in rules if (end := rule(start, stop)) < stop), stop)

    def text(self, at: int) -> str:
        return self.lines[at].text

    def joined(self, start: int, stop: int) -> str:
        return " ".join(line.text for line in self.lines[start:stop])

    def cut(self, at: int, stop: int, sign: str) -> int:
        drop(self.lines, at, stop, sign)
        return at

    def delimited(self, start: int, stop: int) -> int:
        """-- and the signature below it (RFC 3676 §4.3)."""
        for at in range(stop - 1, max(start, stop - LONGEST_SIGNATURE) - 1, -1):
            if is_signature_mark(self.text(at)):
                return self.cut(at, stop, "signature")
        return stop

    def named(self, start: int, stop: int) -> int:
        """A dashed name below the text, or the lines the mail program's HTML calls a signature."""
        last = stop - 1
        if last > start and self.lines[last - 1].is_blank and is_dashed_name(self.text(last)):
            return self.cut(last, stop, "signature")
        if not self.signature:
            return stop
        at = stop
        while at > start and (self.lines[at - 1].is_blank or squeezed(self.text(at - 1))[0] in self.signature):
            at -= 1
        return self.cut(at, stop, "signature") if start < at < stop else stop

    def device(self, start: int, stop: int) -> int:
        """Sent from my phone, and an excuse for its brevity or the link of a program."""
        last = stop - 1
        if self.signs.is_device_footer(self.text(last)):
            return self.cut(last, stop, "device-footer")
        goes_on = self.signs.is_excuse(self.text(last)) or is_link(self.text(last))  # of the program's own site
        if goes_on and last > start and self.signs.is_device_footer(self.text(last - 1)):
            return self.cut(last - 1, stop, "device-footer")
        return stop

    def buried_device(self, start: int, stop: int) -> int:
        """A device footer that stands alone amid the text: below it is a mail quoted without any mark. Where we know
        that mail, its lines are gone already, and what is left is the author's.
        """
        if self.knows_original:
            return stop
        for at in range(start + 1, stop - 1):
            if not (self.lines[at - 1].is_blank and self.lines[at + 1].is_blank):
                continue
            if self.signs.is_device_footer(self.text(at)):
                drop(self.lines, at, at + 1, "device-footer")
                return self.cut(at, stop, "separator")
        return stop

    def small_print(self, start: int, stop: int) -> int:
        return self.paragraph(start, stop, self.signs.is_disclaimer, "disclaimer")

    def list_footer(self, start: int, stop: int) -> int:
        for at in range(stop - 1, max(start, stop - LONGEST_FOOTER) - 1, -1):
            if not is_rule(self.text(at)):
                continue
            below = self.joined(at + 1, stop)
            is_long = self.text(at).strip().startswith("_____")  # what Mailman draws
            if has_link(below) and (is_long or self.signs.names_list(below)):
                return self.cut(at, stop, "list-footer")
        return self.paragraph(start, stop, self.signs.is_list_footer, "list-footer")

    def paragraph(self, start: int, stop: int, is_footer: Callable[[str], bool], sign: str) -> int:
        at = stop
        while at > start and not self.lines[at - 1].is_blank:
            at -= 1
        return self.cut(at, stop, sign) if is_footer(self.joined(at, stop)) else stop

    def card(self, start: int, stop: int) -> int:
        """A visiting card nobody delimited: a name, then short lines with two or more kinds of contact details."""
        if not is_card_line(self.text(stop - 1)) or not could_be_card(
            "\n".join(line.text for line in self.lines[start:stop])
        ):
            return stop
        at, kinds = stop, set[str]()
        for first, behind in reversed(list(paragraphs(self.lines, start, stop))):
            texts = [line.text for line in self.lines[first:behind]]
            if behind - first > LONGEST_SIGNATURE or not all(map(is_card_line, texts)):
                break
            found = [contacts(text) for text in texts]
            kinds.update(*found)
            if not found[0] and any(found):  # it begins with a line that is no contact detail: the name
                at = first
        is_card = start < at < stop and len(kinds) >= 2 and stop - at <= 2 * LONGEST_SIGNATURE
        return self.cut(at, stop, "signature") if is_card else stop

    def drawn_line(self, start: int, stop: int) -> int:
        """A drawn line that now stands at the end parted the text from what is gone; a picture there is a logo."""
        last = stop - 1
        if last > start and is_picture(self.text(last)):
            return self.cut(last, stop, "signature")
        return self.cut(last, stop, "separator") if last > start and is_rule(self.text(last)) else stop
