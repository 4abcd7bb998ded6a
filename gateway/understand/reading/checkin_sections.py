"""Check-ins in labelled form: each section's items, and what stands outside every section.

Must not: know a language, or take a sentence outside the sections for more than it clearly says.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.understand.reading.checkin_excuse import is_away, is_skip
from gateway.understand.reading.checkin_found import Found, add_item
from gateway.understand.reading.checkin_labels import Section
from gateway.understand.reading.checkin_mood import DIGITS, rating, without_mood
from gateway.understand.reading.checkin_signs import CLEAR, is_manners, is_noise, is_none_block, score, sentences_in
from gateway.understand.reading.checkin_words import Speech
from gateway.understand.reading.lines import Line
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.questions import BLOCKERS, DONE, MOOD, NEXT, STANDARD


def read_sections(speech: Speech, sections: Sequence[Section], found: Found) -> None:
    """Take what stands in the sections."""
    for section in sections:
        if section.kind == MOOD:
            found.mood = rating(speech, " ".join(line.text for line in section.lines), bare=True) or found.mood
        elif section.kind:
            found.answered.add(section.kind)
    has_blockers = BLOCKERS in found.answered
    alone = sum(section.kind in STANDARD for section in sections) == 1
    loose: list[str] = []
    for section in sections:
        if section.kind in STANDARD:
            loose += _read_section(speech, section, found, has_blockers=has_blockers, alone=alone)
        elif section.kind == "":
            loose += [line.text for line in section.lines if line.text]
    _read_loose(speech, loose, found)


def turn_ahead(speech: Speech, sections: Sequence[Section], preamble: Sequence[Line]) -> None:
    """Take "this week" for what comes next where what was done stands above it, and no other label is of what comes."""
    if any(section.kind == NEXT for section in sections):
        return
    told = (s for line in preamble for s in sentences_in(speech, line.text))
    open_ = [section for section in sections if section.kind == DONE and section.may_be_next]
    if len(open_) == 1 and any(score(speech, sentence)[DONE] >= CLEAR for sentence in told):
        open_[0].kind = NEXT


def _read_section(speech: Speech, section: Section, found: Found, *, has_blockers: bool, alone: bool) -> list[str]:
    """Take the items of a section; return the sentences that stand in it and are not of it.

    Behind the only label of a mail ("Still to do: …") sentences that are plainly of another kind stand for themselves.
    """
    loose: list[str] = []
    paragraph = 0
    started = False
    for line in section.lines:
        if line.is_blank:
            paragraph += started
            continue
        text = without_mood(speech, line.text, found)
        if not text:
            continue
        if paragraph and not line.bullet and line.number is None and started:
            loose += sentences_in(speech, text)
            continue
        started = True
        if (alone or (section.weak and not has_blockers)) and not line.bullet:
            first, *others = sentences_in(speech, text)
            kept = [first]
            for other in others:
                (loose if _is_apart(speech, section, other) else kept).append(other)
            text = " ".join(kept)
        add_item(speech, section.kind, text, found)
    return loose


def _is_apart(speech: Speech, section: Section, sentence: str) -> bool:
    """Tell whether a sentence behind a label is of another kind: a blocker, or begins with another time.

    Behind a label that is more than a word of time, what plainly is done or comes next is so, too.
    """
    scores = score(speech, sentence)
    if scores[BLOCKERS] >= CLEAR or is_none_block(speech, sentence):
        return True
    other = NEXT if section.kind == DONE else DONE
    if not section.weak and scores[other] >= CLEAR and scores[other] > scores[section.kind]:
        return True
    turns = speech.lists.past if section.kind == NEXT else speech.lists.ahead
    words = words_of(sentence)
    return any(hit.language in speech.languages for hit in turns.at(words, 0)) if words else False


def _read_loose(speech: Speech, sentences: Sequence[str], found: Found) -> None:
    """Place sentences that stand outside every section: only those that clearly say what they are."""
    for sentence in sentences:
        if is_none_block(speech, sentence) or is_noise(speech, sentence) or is_manners(speech, sentence):
            continue
        scores = score(speech, sentence)
        kind = max(STANDARD, key=lambda one: scores[one])
        if scores[kind] >= CLEAR:
            add_item(speech, kind, sentence, found)


def read_preamble(speech: Speech, lines: Sequence[Line], found: Found) -> None:
    """Take what stands above the first section, as far as it clearly says what it is; a figure alone rates the day."""
    if found.mood is None and len(lines) > 0 and lines[0].text in DIGITS:
        found.mood, lines = int(lines[0].text), lines[1:]
    sentences = [s for line in lines for s in sentences_in(speech, without_mood(speech, line.text, found))]
    if DONE in found.answered:
        sentences = [s for s in sentences if max(score(speech, s).values()) >= CLEAR and not is_away(speech, s)]
    _read_loose(speech, [s for s in sentences if not is_skip(speech, s)], found)
