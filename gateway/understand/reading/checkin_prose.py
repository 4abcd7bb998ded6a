"""Check-ins without labels: numbered, in bullets, in paragraphs, in one sentence; each piece placed by what it says.

Must not: know a language, or change an author's words but for a word of time in front of a short piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.model.reading import CheckInReading
from gateway.understand.reading.away import absence_in
from gateway.understand.reading.checkin_excuse import absence_parted, away_until, empty_kind, excused, is_away, is_skip
from gateway.understand.reading.checkin_found import Found, add_item, concluded
from gateway.understand.reading.checkin_labels import labelled, lettered
from gateway.understand.reading.checkin_mood import DIGITS, rating, without_mood
from gateway.understand.reading.checkin_signs import (
    CLAUSE,
    CLEAR,
    EARLY,
    EARLY_WORDS,
    is_manners,
    is_noise,
    is_none,
    is_none_block,
    score,
    sentences_in,
    signs_in,
    without_lead_time,
)
from gateway.understand.reading.checkin_words import CUES, STRONG, WEAK, Speech
from gateway.understand.reading.date import find_dates
from gateway.understand.reading.lines import Line, paragraphs_of, stands_alone
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.questions import BLOCKERS, DONE, NEXT, STANDARD

_POSITION = 1.6  # what the place among three tells
_LITTLE = 0.25  # that a weaker sign beside adds
_INERTIA = 0.3  # a sentence without signs goes on with the one before
_IN_TURN = 3.0  # what the third place tells below two that say what they are asked
# People tell what was done, what comes, what is in the way, in this order: what is likely after what, and what is not.
_AFTER = {NEXT: {DONE: -0.9, BLOCKERS: 0.4}, BLOCKERS: {DONE: -0.9}}
_NOTHING = "nothing"
_FEWEST_TOLD = 2  # words of a clause that tells something


class _Piece(NamedTuple):
    """A stretch to be placed, and its kind where that was told while splitting (`_NOTHING`: no blockers)."""

    text: str
    kind: str = ""


def read_unlabelled(speech: Speech, lines: Sequence[Line], own: str) -> CheckInReading:
    """Read a check-in that labels nothing; `own` is the author's lines as one text."""
    found = Found()
    lines = lettered(_after_quotes(lines))
    kept = []
    for line in lines:
        text = without_mood(speech, line.text, found)
        if text or line.is_blank:
            kept.append(Line(text, line.bullet, line.number, False, line.heading))
    while kept and kept[0].is_blank:
        del kept[0]
    filled = [line for line in kept if not line.is_blank]
    if len(filled) > len(STANDARD) and filled[-1].text in DIGITS:  # the answer to a fourth question, how one feels
        found.mood = int(filled[-1].text)
        kept, filled = kept[: kept.index(filled[-1])], filled[:-1]
    if not filled:
        return concluded(found, own)
    groups = _numbered(speech, kept) or _bullet_groups(kept)
    if groups:
        _by_position(speech, groups, found)
        return concluded(found, own, away=away_until(speech, own, strict=True))
    excuse = excused(speech, filled)
    if excuse is not None:
        return excuse
    pieces, position = _pieces(speech, kept)
    _place(speech, pieces, position, found)
    if found.is_empty and not found.answered and found.mood is None:
        return CheckInReading(empty_kind(speech, own), evidence=own[:200])
    return concluded(found, own, away=away_until(speech, own, strict=False))


def _after_quotes(lines: Sequence[Line]) -> list[Line]:
    return [Line("") if line.quoted else line for line in lines]


def _numbered(speech: Speech, lines: Sequence[Line]) -> list[list[str]]:
    """Return the answers by their numbers when the lines are numbered 1, 2, (3, 4) in order."""
    groups: list[list[str]] = []
    for line in lines:
        if line.number is not None and line.number == len(groups) + 1:
            groups.append([line.text] if line.text else [])
        elif line.number is not None:
            return []
        elif groups and not line.is_blank:
            if groups[-1] and not line.bullet:
                if is_noise(speech, line.text) or is_manners(speech, line.text):
                    continue
                groups[-1][-1] += " " + line.text
            else:
                groups[-1].append(line.text)
    return groups if 2 <= len(groups) <= max(4, len(speech.questions)) else []


def _bullet_groups(lines: Sequence[Line]) -> list[list[str]]:
    """Return bullets in groups parted by empty lines, when all lines are bullets and the groups several."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.is_blank:
            if groups[-1]:
                groups.append([])
        elif not line.bullet and line.text not in ("-", "–", "—"):
            return []
        else:
            groups[-1].append(line.text)
    groups = [group for group in groups if group]
    several = any(len(group) > 1 for group in groups)
    return groups if 2 <= len(groups) <= 4 and (several or len(groups) == 3) else []


def _by_position(speech: Speech, groups: Sequence[Sequence[str]], found: Found) -> None:
    for index, group in enumerate(groups):
        if index >= len(STANDARD):
            found.mood = rating(speech, " ".join(group), bare=True) or found.mood
            continue
        found.answered.add(STANDARD[index])
        for text in group:
            add_item(speech, STANDARD[index], text, found)


def _pieces(speech: Speech, lines: Sequence[Line]) -> tuple[list[_Piece], bool]:
    """Return what is to be placed one by one, and whether its place among three tells what it is."""
    filled = [line for line in lines if not line.is_blank]
    if all(line.bullet for line in filled):
        return [_bullet_piece(speech, line) for line in filled], len(filled) == len(STANDARD)
    paragraphs = [p for p in _paragraphs(lines) if not is_noise(speech, p) and not is_manners(speech, p)]
    if len(paragraphs) == len(STANDARD):
        return [_Piece(paragraph) for paragraph in paragraphs], True
    if len(paragraphs) == 1 and len(filled) == len(STANDARD) and all(map(stands_alone, filled)):
        return [_Piece(line.text) for line in filled], True
    return [piece for p in paragraphs for piece in _told_once(speech, sentences_in(speech, p))], False


def _told_once(speech: Speech, sentences: Sequence[str]) -> list[_Piece]:
    """Return the pieces of sentences; one stays whole where what its end would be told apart as is said by the next:
    "Rewrote the tests, all pass now. Today I look at the leak."
    """
    cut = [_clauses(speech, sentence) for sentence in sentences]
    for number, pieces in enumerate(cut[:-1]):
        following = sentences[number + 1]
        if len(pieces) > 1 and pieces[-1].kind == NEXT == _clause_kind(speech, following):
            cut[number] = [_Piece(sentences[number], DONE)] if pieces[0].kind == DONE else pieces
    return [piece for pieces in cut for piece in pieces]


def _bullet_piece(speech: Speech, line: Line) -> _Piece:
    found = labelled(speech, line)
    return _Piece(found[1], found[0]) if found and found[0] in STANDARD else _Piece(line.text)


def _clauses(speech: Speech, sentence: str) -> list[_Piece]:
    """Split a sentence at commas when its parts plainly say different things ("did x, doing y, need z")."""
    parts = [piece for part in _main_clauses(speech, sentence) for piece in _at_joins(speech, part)]
    while len(parts) > 1 and _closes(speech, parts[-1]):
        parts, sentence = parts[:-1], sentence[: sentence.rindex(parts[-1])].rstrip(" ,;/|-–—")
    if len(parts) < 2:
        return [_Piece(sentence)]
    merged: list[_Piece] = []
    denied = any(is_none_block(speech, part) for part in parts)
    last = _told_last(speech, parts)
    for part in parts:
        kind = BLOCKERS if part is last else _clause_kind(speech, part)
        if kind == BLOCKERS and denied:  # "chasing late payers today, nothing blocking"
            scores = score(speech, part)
            kind = max((DONE, NEXT), key=lambda one: scores[one]) if max(scores[DONE], scores[NEXT]) else BLOCKERS
        goes_on = merged and merged[-1].kind == BLOCKERS and kind in (DONE, NEXT) and not _begins(speech, part, kind)
        if merged and (not kind or kind == merged[-1].kind or goes_on):
            merged[-1] = _Piece(f"{merged[-1].text}, {part.strip()}", merged[-1].kind)
        else:
            merged.append(_Piece(part.strip(), kind or DONE))
    if len({piece.kind for piece in merged}) < 2:
        return [_Piece(sentence)]
    return [_Piece(without_lead_time(speech, piece.text), piece.kind) for piece in merged]


def _told_last(speech: Speech, parts: Sequence[str]) -> str | None:
    """Return the last of three clauses, what was done and what comes next before it, where nothing in it tells its
    kind: people tell last what is in the way ("lawn mown, hedge next, shears blunt"). One that may go on with the
    clause before ("tomorrow the hall, the stairs", "… and the attic") is none.
    """
    if len(parts) != len(STANDARD):
        return None
    words = words_of(parts[-1])
    first, second, last = (_clause_kind(speech, part) for part in parts)
    is_unsaid = not last or (last == DONE and score(speech, parts[-1])[DONE] < STRONG)
    if first not in (DONE, "") or second != NEXT or not is_unsaid or len(words) < _FEWEST_TOLD:
        return None
    goes_on = (*speech.lists.article.at(words, 0), *speech.lists.joins.find(words))
    if any(hit.language in speech.languages for hit in goes_on) or is_none(speech, parts[-1], BLOCKERS):
        return None
    return parts[-1]


def _main_clauses(speech: Speech, sentence: str) -> list[str]:
    """Return the clauses of a sentence, each with those that hang on it ("the surveyor, who has not called")."""
    clauses: list[str] = []
    end = 0
    for part in CLAUSE.split(sentence):
        start = sentence.index(part, end)
        words = words_of(part)
        hangs = clauses and words and any(h.language in speech.languages for h in speech.lists.hanging.at(words, 0))
        if hangs:
            clauses[-1] += sentence[end : start + len(part)]
        elif part.strip():
            clauses.append(part)
        end = start + len(part)
    return clauses


def _at_joins(speech: Speech, part: str) -> list[str]:
    """Cut a clause where an "and" is followed by a word of time ahead: "did the survey and today I draw the map"."""
    words = words_of(part)
    for hit in speech.lists.ahead.find(words[1:]):
        at = hit.start + 1
        alone = part[words[hit.end].end : words[hit.end].end + 1].strip(" ,:") == ""  # not "tomorrow's heating"
        if at > 1 and alone and any(one.end == 1 for one in speech.lists.joins.at(words[at - 1 : at], 0)):
            return [part[: words[at - 1].start].rstrip(), part[words[at].start :]]
    return [part]


def _closes(speech: Speech, clause: str) -> bool:
    """Tell whether a clause but says that this was all ("…, nothing else")."""
    words = words_of(clause)
    return any(hit.end == len(words) for hit in speech.lists.noise.at(words, 0)) if words else False


def _begins(speech: Speech, clause: str, kind: str) -> bool:
    """Tell whether a clause says its kind at once; what comes late in it may be of somebody else ("… and Ana left")."""
    return any(CUES[hit.key][0] == kind and not hit.start for hit in signs_in(speech, words_of(clause)))


def _clause_kind(speech: Speech, clause: str) -> str:
    if is_none_block(speech, clause):
        return _NOTHING
    scores = score(speech, clause)
    kind = max(STANDARD, key=lambda one: scores[one])
    return kind if scores[kind] >= WEAK * EARLY else ""


def _place(speech: Speech, pieces: Sequence[_Piece], position: bool, found: Found) -> None:
    previous = ""
    for index, (text, told) in enumerate(pieces):
        piece = _without_preface(speech, text)
        if index and not told:  # an excuse at the front was judged before
            piece = absence_parted(speech, piece)[1] or piece
        place = STANDARD[index] if position else ""
        if told == _NOTHING or is_none_block(speech, piece) or (place == BLOCKERS and is_none(speech, piece, BLOCKERS)):
            found.answered.add(BLOCKERS)
        elif (place or told) and is_none(speech, piece, place or told):
            found.answered.add(place or told)
        elif previous == NEXT and len(words_of(piece)) == 1 and is_none(speech, piece, BLOCKERS):
            found.answered.add(BLOCKERS)  # "Emptied the bays. Refilling them. No."
        elif not _is_beside(speech, piece, place):
            kind = told or _kind_of(speech, piece, place, previous)
            short = len(words_of(piece)) <= EARLY_WORDS
            found.items[kind].append(without_lead_time(speech, piece) if short else piece)
            previous = kind


def _without_preface(speech: Speech, piece: str) -> str:
    """Take "Quick update:", "Not much to tell:" off the front of a piece."""
    head, colon, rest = piece.partition(": ")
    words = words_of(head) if colon else ()
    prefaces = bool(words) and any(hit.end == len(words) for hit in speech.lists.prefaces.at(words, 0))
    return rest if colon and rest.strip() and prefaces else piece


def _is_beside(speech: Speech, piece: str, place: str) -> bool:
    """Tell whether a piece says nothing of the work: an apology, a greeting, an absence, a question back."""
    if is_noise(speech, piece) or is_manners(speech, piece):
        return True
    if place == BLOCKERS:  # what is in the way may well be holidays, or somebody ill
        return is_away(speech, piece) and absence_in(piece, speech.base, speech.lexicon) is not None
    if is_away(speech, piece) or is_skip(speech, piece):
        return True
    return not place and _is_question_only(speech, piece)


def _kind_of(speech: Speech, piece: str, place: str, previous: str) -> str:
    scores = score(speech, piece)
    if max(scores.values()) <= WEAK * EARLY + _LITTLE and _names_day_ahead(speech, piece, opens=scores[DONE] > 0):
        scores[NEXT] += WEAK  # "it goes to the trustees on the 12th"
    if place:
        scores[place] += _IN_TURN if place == BLOCKERS and previous == NEXT else _POSITION
    scores[previous or DONE] += _INERTIA
    for kind, more in _AFTER.get(previous, {}).items():
        scores[kind] += more
    return max(STANDARD, key=lambda kind: (scores[kind], -STANDARD.index(kind)))


def _names_day_ahead(speech: Speech, piece: str, *, opens: bool) -> bool:
    """Tell whether the first date in a piece is still to come; it has to open the piece where that may be of the past:
    "el lunes ordenamos", not "entregamos na sexta".
    """
    found = find_dates(piece, speech.base, speech.lexicon)
    return bool(found) and found[0].day > speech.sent_on and not (opens and found[0].span[0])


def _is_question_only(speech: Speech, text: str) -> bool:
    scores = score(speech, text)
    return text.rstrip().endswith("?") and max(scores.values()) < CLEAR


def _paragraphs(lines: Sequence[Line]) -> list[str]:
    return [" ".join(line.text for line in paragraph if line.text) for paragraph in paragraphs_of(lines)]
