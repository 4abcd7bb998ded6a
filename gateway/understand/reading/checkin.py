"""A check-in out of a reply in any form: labelled, numbered, bulleted, in paragraphs or in prose, or a skip.

Items are the author's own words. Must not: know a language (words come from the lexicon's [checkin] table), or decide
what a check-in changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from gateway.model.reading import CheckInReading, NewText
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.checkin_answers import read_answers
from gateway.understand.reading.checkin_excuse import away_from, away_until, says_nothing
from gateway.understand.reading.checkin_found import Found, concluded
from gateway.understand.reading.checkin_labels import labelled, sections_of, without_tables
from gateway.understand.reading.checkin_prose import read_unlabelled
from gateway.understand.reading.checkin_sections import read_preamble, read_sections, turn_ahead
from gateway.understand.reading.checkin_signs import CLEAR, EARLY, is_none_block, score
from gateway.understand.reading.checkin_words import Speech, speech_of
from gateway.understand.reading.lines import Line, lines_of, sentences_of, without_manners
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.questions import DONE, STANDARD, are_standard

_FEWEST_ROWS = 2  # of a table
_FEWEST_SIGNED = 3  # lines of an answer with a name below
_LONGEST_NAME = 2  # words


def read_checkin(text: str, sent_on: date, lexicon: Lexicon, questions: tuple[str, ...] = ()) -> CheckInReading:
    """Return what a reply to a check-in says.

    `questions` are those of the charter in their order; what is asked beside the standard questions is answered under
    its question. Quoted lines are taken for questions only, never for an answer.
    """
    lines = without_manners(lines_of(_barred(text)), lexicon)
    own = " ".join(line.text for line in lines if not line.quoted)
    speech = speech_of(words_of(own), sent_on, lexicon, questions)
    nothing = says_nothing(speech, own)
    if nothing:
        return nothing
    answered = read_answers(speech, lines, own) if questions and not are_standard(speech.kinds) else None
    reading = answered or _read(speech, lines, own)
    begins = away_from(speech, own) if reading.away_until else None
    is_ahead = begins is not None and reading.away_until is not None and begins <= reading.away_until
    return replace(reading, away_from=begins) if is_ahead else reading


def with_questions(found: NewText) -> str:
    """Return a whole reply with the quoted lines it stands under or among, which may hold the questions it answers."""
    if any(block.under for block in found.blocks):
        quoted = ("\n".join(f"> {line}" for line in block.under.split("\n")) for block in found.blocks)
        return "\n".join(f"{under}\n{block.text}\n" for under, block in zip(quoted, found.blocks, strict=True))
    return found.text if any(line.startswith(">") for line in found.text.split("\n")) else found.own


def _barred(text: str) -> str:
    """Return a text with the tabs of a table pasted out of a sheet as bars."""
    rows = [line for line in text.split("\n") if "\t" in line.strip()]
    if len(rows) < _FEWEST_ROWS or len({line.strip().count("\t") for line in rows}) > 1:
        return text
    return "\n".join(f"|{'|'.join(line.strip().split(chr(9)))}|" if line in rows else line for line in text.split("\n"))


def _read(speech: Speech, lines: Sequence[Line], own: str) -> CheckInReading:
    lines = without_tables(speech, _without_name(speech, lines))
    sections, preamble = sections_of(speech, lines)
    if not any(section.kind in STANDARD for section in sections):
        return read_unlabelled(speech, lines, own)
    turn_ahead(speech, sections, preamble)
    found = Found()
    read_sections(speech, sections, found)
    read_preamble(speech, preamble, found)
    return concluded(found, own, away=away_until(speech, own, strict=True))


def _without_name(speech: Speech, lines: Sequence[Line]) -> Sequence[Line]:
    """Take off a name that stands alone below the last word on blockers: "Nothing blocking." and, apart, "Pip"."""
    if len(lines) < _FEWEST_SIGNED or not lines[-2].is_blank:
        return lines
    last, above = lines[-1], next(line for line in reversed(lines[:-2]) if not line.is_blank)
    words = last.text.split()
    is_name = len(words) <= _LONGEST_NAME and all(word.isalpha() and word.istitle() for word in words)
    if not is_name or last.bullet or last.quoted or last.number is not None or not is_none_block(speech, above.text):
        return lines
    return lines[:-2]


def is_label(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a line is nothing but the label of a part of a check-in, such as "Done", whatever stands below."""
    speech = speech_of(words_of(text), date.min, lexicon)
    said = without_manners(lines_of(text), lexicon)
    found = labelled(speech, Line(f"{said[0].text.rstrip(':')}: x")) if said else None
    return found is not None and found[1] == "x"


def tells_work(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a text plainly says, in its first sentences, that something was done."""
    speech = speech_of(words_of(text), date.min, lexicon)
    return any(score(speech, sentence)[DONE] >= CLEAR * EARLY for sentence in sentences_of(text, lexicon)[:3])
