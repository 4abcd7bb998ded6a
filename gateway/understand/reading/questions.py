"""A charter's own questions: what each asks for, and which lines of a reply answer which of them.

A question is told by its words: done, next, blockers, mood, or something else. An answer finds its question by the
question itself, quoted or repeated, by a label, by its number, or as one of as many paragraphs or lines as there are
questions. Must not: know a language (tables [checkin] and [question] of words/<language>.toml), or judge what an answer
says (checkin.py does).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date_words import weekday_names
from gateway.understand.reading.lines import Line, paragraphs_of, stands_alone
from gateway.understand.reading.phrases import Hit, Phrases, Word, listed, words_of

DONE, NEXT, BLOCKERS, MOOD = "done", "next", "blockers", "mood"
OTHER = "other"
STANDARD = (DONE, NEXT, BLOCKERS)  # kinds of the standard questions, in their order
_SAME = 88  # of 100: a question repeated with a slip or two is still that question
_LABEL_WORDS = 6
_STEM = 4  # letters that two forms of a word have in common
_FIRM = 3  # a question repeated in so many words or more needs no mark behind it
_RATED = re.compile(r"\W*[1-5](?:\s?/\s?5)?\W*")
_PARTS = re.compile(r"[:?;()!]|\s[-–—]\s")
_BRACKETS = re.compile(r"\([^)]*\)")
_AFTER_ECHO = re.compile(r"\s*(?:[:?=]|->|=>|→|[-–—](?=\s|$)|[.!…])+[\s*_]*|\s*$")
_AFTER_LABEL = re.compile(r"\s*(?::(?!//)|=>?|->|→|\s[-–—]\s)\s*")
_LETTERED = re.compile(r"\s*[^\W\d_](\d{1,2})\s*[:.)]\s*")  # "Q1:", "R2)": one letter and the number
_CUES = {
    "label_done": DONE, "label_next": NEXT, "label_block": BLOCKERS, "labels_mood": MOOD,
    "done": DONE, "next": NEXT, "blockers": BLOCKERS, "mood": MOOD, "other": OTHER,
}  # fmt: skip


class _Lists:
    """The words of labels and questions of all languages, compiled once for each lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        tables, own = lexicon.tables("checkin"), lexicon.tables("question")
        labels = ("labels_done", "labels_next", "labels_blockers", "labels_mood")
        self.labels = Phrases(listed(tables, labels))
        self.times = Phrases(listed(tables, ("lead_time", "label_past", "label_future")))
        self.cues = Phrases([*listed(tables, tuple(_CUES)[:4]), *listed(own, tuple(_CUES)[4:])])
        beside = listed(tables, ("label_past", "label_future", "label_filler", "lead_time"))
        self.fillers = Phrases([*beside, *listed(own, ("filler",))])
        self.none = Phrases(listed(own, ("none",)))
        self.weekdays = weekday_names(lexicon)
        self.languages = tuple(lexicon.languages)


@lru_cache(maxsize=8)
def _lists(lexicon: Lexicon) -> _Lists:
    return _Lists(lexicon)


# --- what a question asks for -------------------------------------------------------------------


@lru_cache(maxsize=256)
def kinds_of(questions: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """Return the kind of each question, in order; `OTHER` for all that is not plainly one of the standard kinds."""
    lists = _lists(lexicon)
    found: list[str] = []
    for question in questions:
        kinds = _kinds(question, lists)
        # "This week?" may be what was done or what is planned: what is not asked yet is meant.
        found.append(next((kind for kind in kinds if kind not in found), kinds[0] if kinds else OTHER))
    return tuple(found)


def are_standard(kinds: Sequence[str]) -> bool:
    """Tell whether questions are the standard ones in other words: done, next, blockers, and moods at most."""
    return tuple(kinds[:3]) == STANDARD and set(kinds[3:]) <= {MOOD}


def is_no_answer(text: str, lexicon: Lexicon) -> bool:
    """Tell whether an answer is but "nothing" or a dash; a plain "no" or "fine" does answer many a question."""
    words = [word for word in words_of(text) if word.text[0].isalnum()]
    return bool(_lists(lexicon).none.whole(words)) if words else not words_of(text)


def _kinds(question: str, lists: _Lists) -> tuple[str, ...]:
    """Return the kinds that all parts of a question agree on; a part that says nothing leaves it to the first."""
    bare = _BRACKETS.sub(" ", question)
    parts = [words for part in _PARTS.split(bare) if (words := _lettered(part))]
    if not parts:
        return ()
    told = [_kinds_of_part(words, lists) for words in parts]
    if lists.times.whole(parts[0]) and not all(told):
        return ()  # a word of time says nothing of what is asked after it
    return tuple(kind for kind in told[0] if all(kind in kinds for kinds in told[1:] if kinds))


def _lettered(part: str) -> list[Word]:
    return [word for word in words_of(part) if word.text[0].isalnum()]


def _kinds_of_part(words: Sequence[Word], lists: _Lists) -> tuple[str, ...]:
    whole = {hit.key.removeprefix("labels_") for hit in lists.labels.whole(words)}
    if whole:
        return tuple(kind for kind in (*STANDARD, MOOD) if kind in whole)
    told = {kind for language in lists.languages if (kind := _composed(words, language, lists))}
    return tuple(told) if len(told) == 1 else ()


def _composed(words: Sequence[Word], language: str, lists: _Lists) -> str:
    """Return the kind of a question all of whose words are known in one language and speak of one kind; else ""."""
    cues = _outermost([hit for hit in lists.cues.find(words) if hit.language == language])
    if not cues:
        return ""
    fillers = [hit for hit in lists.fillers.find(words) if hit.language == language]
    known = {at for hit in (*cues, *fillers) for at in range(hit.start, hit.end)}
    if any(at not in known and not _counts_time(word, lists) for at, word in enumerate(words)):
        return ""
    kinds = [_CUES[hit.key] for hit in sorted(cues, key=lambda hit: hit.start)]
    if len(set(kinds)) == 1:
        return kinds[0] if kinds[0] != OTHER else ""
    return NEXT if set(kinds) == {DONE, NEXT} and kinds[0] == NEXT else ""  # "What do you plan to finish?"


def _counts_time(word: Word, lists: _Lists) -> bool:
    return word.text.isdecimal() or word.text in lists.weekdays


def _outermost(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that stand in no longer one; of two on the same words the one that names a question counts."""
    return [hit for hit in hits if not any(_goes_before(other, hit) for other in hits)]


def _goes_before(one: Hit, other: Hit) -> bool:
    if one.start > other.start or other.end > one.end:
        return False
    longer = one.end - one.start > other.end - other.start
    return longer or (not one.key.startswith("label") and other.key.startswith("label"))


# --- which lines answer which question ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parted:
    """A reply by question: the lines under the number of each (from 0; their count for a mood asked beside them).

    `rest` stands before the first answer. `named` says that the author named the questions (or their numbers).
    """

    answers: Mapping[int, Sequence[Line]] = field(default_factory=dict)
    rest: Sequence[Line] = ()
    named: bool = False


class _Spot(NamedTuple):
    """Where a line turns to a question, with what it says of it already."""

    question: int
    rest: str
    numbered: bool = False


def parted(
    lines: Sequence[Line],
    questions: tuple[str, ...],
    lexicon: Lexicon,
    is_beside: Callable[[str], bool] = lambda text: False,
) -> Parted:
    """Return which lines answer which question; without `answers` when nothing tells.

    `is_beside` tells of a paragraph that it is no answer at all ("here you go:").
    """
    asked = _Asked(questions, lexicon)
    own = [line if not line.quoted else Line("") for line in lines]
    return (
        asked.named(lines)
        or asked.numbered(own)
        or asked.one_each([p for p in paragraphs_of(own) if not is_beside(" ".join(line.text for line in p))])
        or asked.one_each(_whole_lines(own))
        or Parted(rest=own)
    )


def _whole_lines(lines: Sequence[Line]) -> list[list[Line]]:
    """Return each line for itself, none when some go on in the next."""
    filled = [line for line in lines if not line.is_blank]
    return [[line] for line in filled] if all(line.bullet or stands_alone(line) for line in filled) else []


class _Asked:
    """The questions of one round, ready to be found in a reply."""

    def __init__(self, questions: tuple[str, ...], lexicon: Lexicon) -> None:
        self.lists = _lists(lexicon)
        self.kinds = kinds_of(questions, lexicon)
        self.words = [_lettered(_BRACKETS.sub(" ", question)) or _lettered(question) for question in questions]

    # By name.

    def named(self, lines: Sequence[Line]) -> Parted | None:
        """Part a reply at the questions it repeats or quotes, and at labels for them."""
        spots = [None if line.quoted else self._spot(line) for line in lines]
        quoted = self._quoted(lines)
        if not any(spots) and not quoted:
            return None
        by_number = any(spot and spot.numbered for spot in spots)
        answers: dict[int, list[Line]] = {}
        rest: list[Line] = []
        into = rest
        for at, line in enumerate(lines):
            spot = spots[at] or (self._by_number(line) if by_number and not line.quoted else None)
            if at in quoted:
                into = answers.setdefault(quoted[at], [])
            elif spot:
                into = answers.setdefault(spot.question, [])
                into.append(Line(spot.rest, line.bullet))
            elif not line.quoted:
                into.append(line)
        return Parted(answers, rest, named=True)

    def _by_number(self, line: Line) -> _Spot | None:
        within = line.number is not None and 1 <= line.number <= len(self.words) + 1
        return _Spot((line.number or 0) - 1, line.text) if within else None

    def _spot(self, line: Line) -> _Spot | None:
        lettered = _LETTERED.match(line.text)
        if lettered and 1 <= int(lettered[1]) <= len(self.words) + 1:
            return _Spot(int(lettered[1]) - 1, line.text[lettered.end() :])
        words = words_of(line.text)
        # One that is repeated word for word goes before one that is only like it: "did you do", "did you learn".
        for number, question in sorted(enumerate(self.words), key=lambda one: not _begins(words, one[1])):
            rest = _after_echo(line.text, words, question)
            if rest is not None:
                return _Spot(number, rest, line.number == number + 1)
        return self._label(line)

    def _label(self, line: Line) -> _Spot | None:
        """Find a label of a question: a word or two of its own ("Thanks: …"), or one of its kind ("Done: …")."""
        match = _AFTER_LABEL.search(line.text)
        if not match and not line.heading:
            return None
        head, rest = (line.text[: match.start()], line.text[match.end() :]) if match else (line.text, "")
        words = _lettered(head)
        if not words or len(words) > _LABEL_WORDS:
            return None
        number = self._of_label(words)
        return None if number is None else _Spot(number, rest.strip(" *_"), line.number == number + 1)

    def _of_label(self, words: Sequence[Word]) -> int | None:
        fillers = {hit.start for hit in self.lists.fillers.find(words)}
        telling = [word.text for at, word in enumerate(words) if at not in fillers]
        own = [
            number
            for number, question in enumerate(self.words)
            if telling and all(any(_akin(one, word.text) for word in question) for one in telling)
        ]
        if len(own) == 1:
            return own[0]
        labelled = {hit.key.removeprefix("labels_") for hit in self.lists.labels.whole(words)}
        return next((number for number, kind in enumerate(self.kinds) if kind in labelled), None)

    def _quoted(self, lines: Sequence[Line]) -> dict[int, int]:
        """Return line → question for the end of each quotation of a question; one that holds them all tells nothing."""
        found: dict[int, int] = {}
        for start, end in _quotations(lines):
            words = [word for line in lines[start:end] for word in words_of(line.text)]
            shown = [at for number, question in enumerate(self.words) if (at := _found(question, words, number))]
            if shown and (len(shown) < len(self.words) or len(self.words) == 1):
                found[end - 1] = max(shown)[-1]
        return found

    # By number and by place.

    def numbered(self, lines: Sequence[Line]) -> Parted | None:
        """Part a reply at its numbers, when they rise and are numbers of questions."""
        numbers = [line.number for line in lines if line.number is not None]
        rising = all(first < second for first, second in pairwise(numbers))
        if not numbers or not rising or not 1 <= numbers[0] <= numbers[-1] <= len(self.words) + 1:
            return None
        answers: dict[int, list[Line]] = {}
        rest: list[Line] = []
        into = rest
        for line in lines:
            if line.number is not None:
                into = answers.setdefault(line.number - 1, [])
                into.append(Line(line.text))
            elif into and not line.bullet and not line.is_blank and into[-1].text and not into[-1].bullet:
                into[-1] = Line(f"{into[-1].text} {line.text}")
            else:
                into.append(line)
        return Parted(answers, rest, named=True)

    def one_each(self, pieces: Sequence[Sequence[Line]]) -> Parted | None:
        """Give each piece to the question in its place, when they are as many; one more may rate the mood."""
        asked = len(self.words)
        rated = len(pieces) == asked + 1 and len(pieces[-1]) == 1 and _RATED.fullmatch(pieces[-1][0].text)
        if asked < 2 or not (len(pieces) == asked or rated):
            return None
        return Parted(dict(enumerate(pieces)))


def _quotations(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of the runs of quoted lines."""
    start = None
    for at, line in enumerate((*lines, Line(""))):
        if line.quoted and start is None:
            start = at
        elif not line.quoted and start is not None:
            yield start, at
            start = None


def _after_echo(text: str, words: Sequence[Word], question: Sequence[Word]) -> str | None:
    """Return what a line says after a question it begins with, the whole line when it makes a sentence of it."""
    wanted = " ".join(word.text for word in question)
    for count in range(len(question), 0, -1):
        if count < len(question) - 1 or count > len(words) or not wanted:
            continue
        if ratio(" ".join(word.text for word in words[:count]), wanted) < _SAME:
            continue
        after = _AFTER_ECHO.match(_BRACKETS.sub("", text[words[count - 1].end :]).lstrip(" *_\"'”»)"))
        if after:
            return _BRACKETS.sub("", text[words[count - 1].end :]).lstrip(" *_\"'”»)")[after.end() :].strip()
        return text if count >= _FIRM else None
    return None


def _begins(words: Sequence[Word], question: Sequence[Word]) -> bool:
    return [word.text for word in words[: len(question)]] == [word.text for word in question]


def _found(question: Sequence[Word], words: Sequence[Word], number: int) -> tuple[int, bool, int] | None:
    """Return where a question ends in quoted words, whether word for word, and its number; None where it is not."""
    wanted, size = " ".join(word.text for word in question), len(question)
    for start in range(len(words) - size, -1, -1):
        if size and ratio(" ".join(word.text for word in words[start : start + size]), wanted) >= _SAME:
            return start + size, _begins(words[start:], question), number
    return None


def _akin(one: str, other: str) -> bool:
    """Tell whether two words are forms of one ("learned" and "learn", "merci" and "remercier")."""
    shorter, longer = sorted((one, other), key=len)
    if shorter == longer:
        return True
    if len(shorter) < _STEM:
        return False
    return longer.startswith(shorter[: max(_STEM, len(shorter) - 1)]) or (len(shorter) > _STEM and shorter in longer)


# --- the words of an answer ---------------------------------------------------------------------


def items_of(lines: Sequence[Line]) -> list[str]:
    """Return the items of an answer: a bullet each, a line each; a line that goes on in the next is one with it."""
    items: list[str] = []
    goes_on = False
    for line in lines:
        if line.is_blank:
            goes_on = False
        elif goes_on and not line.bullet and line.number is None:
            items[-1] += f" {line.text}"
            goes_on = not stands_alone(line)
        else:
            items.append(line.text if line.number is None else f"{line.number}. {line.text}")
            goes_on = not stands_alone(line)
    return items
