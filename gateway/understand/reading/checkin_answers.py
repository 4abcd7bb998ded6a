"""Replies to a charter's own questions: each answer under its question, the standard ones among them where they belong.

Must not: know a language, or find which lines answer which question (questions.py does).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.model.reading import CheckInReading
from gateway.understand.reading.checkin_excuse import away_until, empty_kind, excused, is_away, is_skip
from gateway.understand.reading.checkin_found import Found, add_item, concluded
from gateway.understand.reading.checkin_labels import sections_of
from gateway.understand.reading.checkin_mood import rating, without_mood
from gateway.understand.reading.checkin_signs import EARLY_WORDS, is_manners, is_noise, sentences_in
from gateway.understand.reading.checkin_words import Speech
from gateway.understand.reading.lines import Line
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.questions import DONE, MOOD, STANDARD, Parted, is_no_answer, items_of, parted


def read_answers(speech: Speech, lines: Sequence[Line], own: str) -> CheckInReading | None:
    """Read a reply to questions of which some are not the standard ones: each answer under its question.

    None when the author labels done, next and blockers of their own accord: that is read as any check-in is.
    """
    found = parted(lines, speech.asked, speech.lexicon, lambda text: is_noise(speech, text) or is_manners(speech, text))
    if not found.named and _brings_own_labels(speech, lines):
        return None
    excuse = None if found.named else excused(speech, [line for line in lines if line.text and not line.quoted])
    if excuse and (not found.answers or _only_excuses(speech, own)):
        return excuse
    return _answered(speech, found, own)


def _brings_own_labels(speech: Speech, lines: Sequence[Line]) -> bool:
    """Tell whether the author labels done, next, blockers, two at least, whatever was asked."""
    sections, _ = sections_of(speech, lines)
    return len({section.kind for section in sections if section.lines and not section.weak} & set(STANDARD)) > 1


def _only_excuses(speech: Speech, own: str) -> bool:
    return all(
        is_away(speech, one) or is_skip(speech, one) or is_noise(speech, one) for one in sentences_in(speech, own)
    )


def _answered(speech: Speech, parts: Parted, own: str) -> CheckInReading:
    found, answers = Found(), dict(parts.answers)
    first = speech.kinds.index(DONE) if DONE in speech.kinds else 0
    if any(line.text and not _leads_in(speech, line.text) for line in parts.rest):
        answers[first] = [*parts.rest, Line(""), *answers.get(first, ())]
    kept = tuple(
        (speech.asked[number], said)
        for number in sorted(answers)
        if (said := _taken(speech, number, answers[number], found)) and number < len(speech.asked)
    )
    away = away_until(speech, own, strict=bool(parts.answers))
    if not parts.answers and not kept and found.is_empty and found.mood is None:
        return CheckInReading(empty_kind(speech, own), away_until=away, evidence=own[:200])
    return replace(concluded(found, own, away), answers=kept)


def _leads_in(speech: Speech, text: str) -> bool:
    return text.endswith(":") or is_noise(speech, text) or is_manners(speech, text)


def _taken(speech: Speech, number: int, lines: Sequence[Line], found: Found) -> str:
    """Take an answer to where it belongs; return its words when they stay under the question itself."""
    kind = speech.kinds[number] if number < len(speech.kinds) else MOOD
    found.answered.add(kind)
    lines = [line for line in lines if not line.text or _without_stated_mood(speech, line.text, found)]
    items = items_of(lines)
    if kind in STANDARD:
        for item in items:
            add_item(speech, kind, item, found)
        return ""
    said = "\n".join(items)
    if kind == MOOD:
        rated = rating(speech, " ".join(line.text for line in lines if line.text), bare=True)
        found.mood = rated or found.mood
        if rated and len(words_of(said)) <= EARLY_WORDS:
            return ""
    return "" if is_no_answer(said, speech.lexicon) else said


def _without_stated_mood(speech: Speech, text: str, found: Found) -> str:
    """Take a line that rates the mood by name; a number of five without such a word may rate anything."""
    return without_mood(speech, text, found) if speech.lists.mood.find(words_of(text)) else text
