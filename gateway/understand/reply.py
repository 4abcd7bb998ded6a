"""What its author newly wrote in a reply, and what was quoted, signed or added, each kept with the sign it was told by.

Where we know the mail that is answered, its own lines are looked for first; the marks of mail programs and the signs of
languages tell the rest (quotes.py, footers.py). Nothing is thrown away. Must not: act on anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.model.message import Message
from gateway.model.reading import Dropped, NewText, Quoted
from gateway.understand.align import Alignment
from gateway.understand.charset import seen
from gateway.understand.footers import html_signature, judge_banners, judge_tails
from gateway.understand.html import HtmlBody, most_letters
from gateway.understand.lexicon import Lexicon
from gateway.understand.line import OWN, QUOTATION, QUOTES, UNREAD, Line, html_lines, segments, text_lines
from gateway.understand.quotes import judge_bare_quotes, judge_quotes, part_shared_lines
from gateway.understand.signs import Signs, signs_of

SHORT_QUOTE = 6  # lines; an answer below so few, the rest cut away, answers just these
POOR = 0.5  # a text part with less than this share of the HTML's letters is not read

_INDENTED = re.compile(r" {4}.*\n {4}")  # text that begins with code, or with verses: as it was set off
_KEPT_BETWEEN = QUOTES | {"attribution"}  # what may stand between two answers; what was forwarded may not


def new_text(message: Message | str, original: Message | None, lexicon: Lexicon) -> NewText:
    """Return the text its author newly wrote, in the light of the mail it answers where that is known. Never raises."""
    signs = signs_of(lexicon)
    if isinstance(message, str):
        return _read(text_lines(seen(message)), original, signs)
    if not message.html:
        return _read(text_lines(message.text), original, signs)
    html = HtmlBody(message.html)
    if not _is_poor(message.text, html):
        reading = _read(text_lines(message.text), original, signs, html_signature(html))
        if reading.text:
            return reading
    from_html = _read(html_lines(html), original, signs)
    if from_html.text or not message.text.strip():
        return from_html
    return _read(text_lines(message.text), original, signs)


def _is_poor(text: str, html: HtmlBody) -> bool:
    """Whether the text part holds much less than the HTML shows: a notice to get a better program, or nothing."""
    length = len(" ".join(text.split()))
    if length >= POOR * most_letters(html.html):  # as in nearly all mail: no tree of the HTML is made for this
        return False
    return length < POOR * len(" ".join(html.bare_text.split()))


def _read(
    lines: list[Line], original: Message | None, signs: Signs, signature: frozenset[str] = frozenset()
) -> NewText:
    unread = [line for line in lines if line.sign == UNREAD]
    lines = part_shared_lines(lines[: len(lines) - len(unread)], signs)
    knows_original = original is not None
    alignment = judge_quotes(lines, original, signs)
    judge_banners(lines, signs)
    judge_tails(lines, signs, signature, knows_original)
    judge_bare_quotes(lines, knows_original)
    return _composed(lines + unread, alignment)


def _composed(lines: list[Line], alignment: Alignment | None) -> NewText:
    answers = _answers(lines)
    kept = _kept(lines, answers)
    own = [_own(lines[start:stop]) for start, stop in answers]
    return NewText(
        text=_trimmed([lines[index] for index in kept]),
        own="\n\n".join(filter(None, own)),
        blocks=_blocks(lines, answers, own, alignment),
        dropped=_dropped(lines, frozenset(kept)),
    )


def _answers(lines: list[Line]) -> list[tuple[int, int]]:
    """Return the stretches of own text that lines of the answered mail part; own quotations part nothing."""
    answers: list[tuple[int, int]] = []
    for start, stop in segments(lines):
        if answers and all(line.is_blank or line.sign == QUOTATION for line in lines[answers[-1][1] : start]):
            answers[-1] = (answers[-1][0], stop)
        else:
            answers.append((start, stop))
    return answers


def _own(lines: Sequence[Line]) -> str:
    """Return the own lines of an answer, one empty line where a quotation stood."""
    kept = [line for line in lines if line.sign == OWN]
    if len(kept) < len(lines):
        kept = [line for at, line in enumerate(kept) if not (line.is_blank and at and kept[at - 1].is_blank)]
    return _trimmed(kept)


def _trimmed(lines: Sequence[Line]) -> str:
    text = "\n".join([line.raw.rstrip() for line in lines]).strip("\n")
    return text if text.startswith(" ") and _INDENTED.match(text) else text.lstrip(" ")


def _kept(lines: list[Line], answers: list[tuple[int, int]]) -> list[int]:
    """Return the lines of the new text: the author's, and in an interleaved answer the quoted ones it stands among."""
    wanted = {OWN, QUOTATION}
    if not answers:  # a mail passed on without a word
        return [index for index, line in enumerate(lines) if line.sign == QUOTATION]
    first, behind = answers[0][0], answers[-1][1]
    if any(line.sign in QUOTES for line in lines[first:behind]):
        wanted |= _KEPT_BETWEEN
        while first and lines[first - 1].sign in wanted:
            first -= 1
    return [index for index in range(first, behind) if lines[index].sign in wanted]


def _blocks(
    lines: list[Line], answers: list[tuple[int, int]], own: list[str], alignment: Alignment | None
) -> tuple[Quoted, ...]:
    """Return each answer with what it stands under; `own` are the texts of the answers."""
    blocks: list[Quoted] = []
    before = 0
    for (start, stop), text in zip(answers, own, strict=True):
        quoted = [line for line in lines[before:start] if line.sign in QUOTES]
        under = "\n".join(line.text.strip() for line in quoted).strip("\n")
        mark = next((line.item for line in reversed(quoted) if line.item is not None), None)
        is_inside = all(line.is_inside for line in lines[start:stop] if not line.is_blank)
        blocks.append(Quoted(under, text, mark, is_inside))
        before = stop
    stands_last = len(blocks) == 1 and not any(line.sign in QUOTES for line in lines[before:])
    if stands_last and _covers_all(lines, alignment):
        return (Quoted(under="", text=blocks[0].text),)
    return tuple(blocks)


def _covers_all(lines: list[Line], alignment: Alignment | None) -> bool:
    """Whether the whole mail was quoted, so that an answer below it answers no one part of it."""
    if alignment is not None and any(alignment.is_original):
        return alignment.reaches_end
    return sum(1 for line in lines if line.sign in QUOTES and not line.is_blank) > SHORT_QUOTE


def _dropped(lines: list[Line], kept: frozenset[int]) -> tuple[Dropped, ...]:
    """Return what is not in the new text, in runs of one sign; empty lines go with the run they stand in."""
    runs: list[Dropped] = []
    held: list[str] = []
    sign = OWN
    for index, line in enumerate(lines):
        here = OWN if index in kept else line.sign
        if line.is_blank and here in (OWN, sign):
            here = sign
        if here != sign:
            runs.append(Dropped("\n".join(held).strip("\n"), sign))
            held, sign = [], here
        held.append(line.raw)
    runs.append(Dropped("\n".join(held).strip("\n"), sign))
    return tuple(run for run in runs if run.sign != OWN and run.text.strip())
