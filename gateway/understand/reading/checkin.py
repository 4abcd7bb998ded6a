"""A check-in out of a reply in any form: labelled, numbered, bulleted, in paragraphs or in prose, or a skip.

Items are the author's own words. Must not: know a language (words come from the lexicon's [checkin] table), or decide
what a check-in changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from gateway.model.reading import CheckInKind, CheckInReading
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.away import absence_in
from gateway.understand.reading.lines import (
    Line,
    lines_of,
    paragraphs_of,
    sentences_of,
    stands_alone,
    without_manners,
)
from gateway.understand.reading.phrases import Hit, Phrases, Word, fold, listed, words_of
from gateway.understand.reading.questions import (
    BLOCKERS,
    DONE,
    MOOD,
    NEXT,
    OTHER,
    STANDARD,
    Parted,
    are_standard,
    is_no_answer,
    items_of,
    kinds_of,
    parted,
)
from gateway.understand.reading.tongue import languages_of

_TABLE = "checkin"
_ORDER = STANDARD
_STRONG, _WEAK, _STRONG_BLOCK = 2.0, 1.0, 2.4
_CUES = {
    "done": (DONE, _STRONG),
    "done_weak": (DONE, _WEAK),
    "next": (NEXT, _STRONG),
    "next_weak": (NEXT, _WEAK),
    "block": (BLOCKERS, _STRONG_BLOCK),
    "block_weak": (BLOCKERS, _WEAK),
}
_NEUTRAL = "neutral"  # words that look like a sign by their ending, and are none
_ALIKE = "_alike"  # behind a key: the sign is but the form of a word, so that a listed word goes before it
_EARLY_WORDS = 3  # a sign among the first words tells what a sentence is about …
_EARLY = 1.5  # … and weighs so much more
_MORE = 0.25  # what further signs of the same kind add
_POSITION = 1.6  # what the place among three tells
_INERTIA = 0.3  # a sentence without signs goes on with the one before
_CLEAR = 2.0  # from this score on a sentence says what it is
_FOUR_WORDS = 4  # a label this long may have one word we do not know
_LONGEST_LABEL = 60
_MOST_LABEL_WORDS = 9
_RATING = range(1, 6)
_OR = "|"  # between the kinds a label may be of
_NOTHING = "nothing"


@dataclass(slots=True)
class _Section:
    """What stands under one label: its kind, and its lines. `weak` labels are mere words of time ("today")."""

    kind: str
    weak: bool = False
    lines: list[Line] = field(default_factory=list)


class _Label(NamedTuple):
    kind: str
    rest: str
    weak: bool = False


class _Piece(NamedTuple):
    """A stretch to be placed, and its kind where that was told while splitting (`_NOTHING`: no blockers)."""

    text: str
    kind: str = ""


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    items: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in _ORDER})
    mood: int | None = None
    answered: set[str] = field(default_factory=set)  # the kinds that were addressed, if only by "none"

    @property
    def is_empty(self) -> bool:
        return not any(self.items.values())


class _Lists:
    """The word lists of all languages, compiled once for each lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        tables = lexicon.tables(_TABLE)

        def phrases(*keys: str) -> Phrases:
            return Phrases(listed(tables, keys))

        self.labels = phrases("labels_done", "labels_next", "labels_blockers", "labels_mood")
        self.label_words = phrases(
            "label_done", "label_next", "label_block", "label_past", "label_future", "label_filler",
            "labels_done", "labels_next", "labels_blockers",
        )  # fmt: skip
        self.none = phrases("none")
        self.none_block = phrases("none_block")
        self.excepts = phrases("except_words")
        self.cues = Phrases(_rated(listed(tables, (*_CUES, _NEUTRAL))))
        self.noise = phrases("noise")
        self.lead_time = phrases("lead_time")
        self.skip = phrases("skip")
        self.away = phrases("away")
        self.not_away = phrases("not_away")
        self.back = phrases("back")
        self.ack = phrases("ack")
        self.unclear = phrases("unclear")
        self.greeting = phrases("greeting", "closing")
        self.mood = phrases("mood", "labels_mood")
        self.out_of = phrases("out_of")
        self.weekdays = _weekdays(lexicon)


def _weekdays(lexicon: Lexicon) -> Mapping[str, int]:
    from gateway.understand.reading.date import weekday_names

    return weekday_names(lexicon)


def _rated(phrases: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Part the phrases that are but one word's form from those that name it."""
    for key, language, phrase in phrases:
        yield (key + _ALIKE if "*" in phrase and " " not in phrase else key), language, phrase


@lru_cache(maxsize=8)
def _lists(lexicon: Lexicon) -> _Lists:
    return _Lists(lexicon)


def read_checkin(text: str, sent_on: date, lexicon: Lexicon, questions: tuple[str, ...] = ()) -> CheckInReading:
    """Return what a reply to a check-in says.

    `questions` are those of the charter in their order; what is asked beside the standard questions is answered under
    its question. Quoted lines are taken for questions only, never for an answer.
    """
    reader = _Reader(lexicon, sent_on, questions)
    return reader.read_answers(text) if questions and not are_standard(reader.kinds) else reader.read(text)


def tells_work(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a text plainly says, in its first sentences, that something was done."""
    reader = _Reader(lexicon, date.min, ())
    reader.languages = languages_of(words_of(text), lexicon)
    return any(reader._score(sentence)[DONE] >= _CLEAR * _EARLY for sentence in sentences_of(text, lexicon)[:3])


class _Reader:
    def __init__(self, lexicon: Lexicon, sent_on: date, questions: tuple[str, ...]) -> None:
        self.lexicon = lexicon
        self.lists = _lists(lexicon)
        self.sent_on = sent_on
        self.base = datetime.combine(sent_on, time(9), UTC)
        self.asked = questions
        self.kinds = kinds_of(questions, lexicon)
        asked = zip(questions, self.kinds, strict=True)
        self.questions = {fold(question).strip(): kind for question, kind in asked if kind != OTHER}
        self.languages: frozenset[str] = frozenset(lexicon.languages)

    def read(self, text: str) -> CheckInReading:
        lines, own = self._lines(text)
        nothing = self._without_answer(own)
        if nothing:
            return nothing
        found = _Found()
        sections, preamble = self._sections(lines)
        if not sections:
            return self._read_unlabelled(lines, found, own)
        self._read_sections(sections, found)
        self._read_preamble(preamble, found)
        return self._concluded(found, own, away=self._away_until(own, strict=True))

    def _lines(self, text: str) -> tuple[list[Line], str]:
        """Return the lines without manners, and the author's own words among them."""
        lines = without_manners(lines_of(text), self.lexicon)
        own = " ".join(line.text for line in lines if not line.quoted)
        self.languages = languages_of(words_of(own), self.lexicon)
        return lines, own

    def _without_answer(self, own: str) -> CheckInReading | None:
        """Return what a text is that as a whole says nothing, or passes; None when there is more to it."""
        if not own.strip():
            return CheckInReading(CheckInKind.UNCLEAR)
        if self._is_acknowledgement(own):
            return CheckInReading(CheckInKind.UNCLEAR, evidence=own[:200])
        return CheckInReading(CheckInKind.SKIP, evidence=own[:200]) if self._is_whole_none(own) else None

    def _sentences(self, text: str) -> list[str]:
        return sentences_of(text, self.lexicon)

    # --- a charter's own questions ----------------------------------------------------------------------------------

    def read_answers(self, text: str) -> CheckInReading:
        """Read a reply to questions of which some are not the standard ones: each answer under its question."""
        lines, own = self._lines(text)
        nothing = self._without_answer(own)
        if nothing:
            return nothing
        found = parted(lines, self.asked, self.lexicon, lambda text: self._is_noise(text) or self._is_manners(text))
        if not found.named and self._brings_own_labels(lines):
            return self.read(text)
        excused = None if found.named else self._excused([line for line in lines if line.text and not line.quoted])
        if excused and (not found.answers or self._only_excuses(own)):
            return excused
        return self._answered(found, own)

    def _brings_own_labels(self, lines: Sequence[Line]) -> bool:
        """Tell whether the author labels done, next, blockers, two at least, whatever was asked."""
        sections, _ = self._sections(lines)
        return len({section.kind for section in sections if section.lines and not section.weak} & set(_ORDER)) > 1

    def _only_excuses(self, own: str) -> bool:
        return all(self._is_away(one) or self._is_skip(one) or self._is_noise(one) for one in self._sentences(own))

    def _answered(self, parts: Parted, own: str) -> CheckInReading:
        found, answers = _Found(), dict(parts.answers)
        first = self.kinds.index(DONE) if DONE in self.kinds else 0
        if any(line.text and not self._leads_in(line.text) for line in parts.rest):
            answers[first] = [*parts.rest, Line(""), *answers.get(first, ())]
        kept = tuple(
            (self.asked[number], said)
            for number in sorted(answers)
            if (said := self._taken(number, answers[number], found)) and number < len(self.asked)
        )
        away = self._away_until(own, strict=bool(parts.answers))
        if not parts.answers and not kept and found.is_empty and found.mood is None:
            return CheckInReading(self._empty_kind(own), away_until=away, evidence=own[:200])
        return replace(self._concluded(found, own, away), answers=kept)

    def _leads_in(self, text: str) -> bool:
        return text.endswith(":") or self._is_noise(text) or self._is_manners(text)

    def _taken(self, number: int, lines: Sequence[Line], found: _Found) -> str:
        """Take an answer to where it belongs; return its words when they stay under the question itself."""
        kind = self.kinds[number] if number < len(self.kinds) else MOOD
        found.answered.add(kind)
        lines = [line for line in lines if not line.text or self._without_stated_mood(line.text, found)]
        items = items_of(lines)
        if kind in _ORDER:
            for item in items:
                self._add(kind, item, found)
            return ""
        said = "\n".join(items)
        if kind == MOOD:
            rated = self._rating(_joined(lines), bare=True)
            found.mood = rated or found.mood
            if rated and len(words_of(said)) <= _EARLY_WORDS:
                return ""
        return "" if is_no_answer(said, self.lexicon) else said

    def _without_stated_mood(self, text: str, found: _Found) -> str:
        """Take a line that rates the mood by name; a number of five without such a word may rate anything."""
        return self._without_mood(text, found) if self.lists.mood.find(words_of(text)) else text

    # --- labels -----------------------------------------------------------------------------------------------------

    def _sections(self, lines: Sequence[Line]) -> tuple[list[_Section], list[Line]]:
        """Return the labelled sections, and the lines above the first of them."""
        sections: list[_Section] = []
        preamble: list[Line] = []
        quoted_before = False
        for line in lines:
            if line.quoted:
                kind = self._question_kind(line.text)
                if kind:
                    sections.append(_Section(kind))
                elif line.text.strip() and not quoted_before and sections:
                    sections.append(_Section(""))
                quoted_before = bool(line.text.strip())
                continue
            quoted_before = False
            labels, before = self._labels(line, sections)
            target = sections[-1].lines if sections else preamble
            if before.strip(" .,;/|-–") or not labels:
                target.append(
                    Line(before.strip(), line.bullet, line.number if not labels else None, False, line.heading)
                )
            for label in labels:
                rest = [Line(label.rest, bullet=False)] if label.rest else []
                sections.append(_Section(label.kind, label.weak, rest))
        return ([] if self._weak_only(sections) else sections), (list(lines) if self._weak_only(sections) else preamble)

    @staticmethod
    def _weak_only(sections: Sequence[_Section]) -> bool:
        return not any(section.lines for section in sections)

    def _question_kind(self, text: str) -> str:
        """Return which question a quoted line asks, "" when it asks none that we know."""
        plain = fold(text).strip()
        for question, kind in self.questions.items():
            if question and (question in plain or (len(plain) > 12 and plain in question)):
                return kind
        label = self._label_kind(text, exact=False)
        return label[0].split(_OR)[0] if label else ""

    def _labels(self, line: Line, sections: Sequence[_Section]) -> tuple[list[_Label], str]:
        """Return the labels on a line with what follows each, and what stands before the first."""
        spots = self._label_spots(line)
        if not spots:
            alone = self._label_alone(line, sections)
            return ([alone], "") if alone else ([], line.text)
        labels: list[_Label] = []
        for index, (_, end, kind, weak) in enumerate(spots):
            until = spots[index + 1][0] if index + 1 < len(spots) else len(line.text)
            rest = line.text[end:until].strip(" \t/|;").strip()
            labels.append(_Label(_placed(kind, sections, labels), rest, weak))
        return labels, line.text[: spots[0][0]]

    def _label_alone(self, line: Line, sections: Sequence[_Section]) -> _Label | None:
        """Read a label that has its line to itself ("Yesterday"), or stands in capitals before what it labels."""
        text = line.text.strip(" :-–—=.?!*#")
        if not text or len(text) > _LONGEST_LABEL:
            return self._label_in_capitals(line, sections)
        kind = self._label_kind(text, exact=not (line.heading or line.text.endswith((":", "?"))))
        if not kind or len(text) < 2 or (line.bullet and not line.text.endswith(":")):
            return self._label_in_capitals(line, sections)
        if self.lists.none.whole(words_of(text)):
            return None
        return _Label(_placed(kind[0], sections, ()), "", kind[1])

    def _label_in_capitals(self, line: Line, sections: Sequence[_Section]) -> _Label | None:
        words = words_of(line.text)
        for count in range(min(3, len(words) - 1), 0, -1):
            raw = line.text[: words[count - 1].end]
            if raw.isupper() and len(raw) > 2 and not line.text[words[count - 1].end :].isupper():
                kind = self._label_kind(raw, exact=True)
                if kind:
                    rest = line.text[words[count - 1].end :].strip(" :-–")
                    return _Label(_placed(kind[0], sections, ()), rest, kind[1])
        return None

    def _label_spots(self, line: Line) -> list[tuple[int, int, str, bool]]:
        """Return (start, end, kind, weak) of each label with its separator on a line, in order."""
        spots: list[tuple[int, int, str, bool]] = []
        done_until = 0
        for match in _SEPARATOR.finditer(line.text):
            before = line.text[done_until : match.start()]
            spot = self._label_before(before, match.group().strip(), at_start=not before_text(line.text, done_until))
            if spot:
                offset, kind, weak = spot
                spots.append((done_until + offset, match.end(), kind, weak))
                done_until = match.end()
        return spots

    def _label_before(self, before: str, mark: str, *, at_start: bool) -> tuple[int, str, bool] | None:
        """Find the label that ends right before a separator: (where it begins, kind, weak)."""
        words = words_of(before)
        if not words or before[words[-1].end :].strip(" *_)]\"'”»."):
            return None
        firm = mark in _FIRM_MARKS
        if at_start and len(before.strip()) <= _LONGEST_LABEL and len(words) <= _MOST_LABEL_WORDS:
            kind = self._label_kind(before, exact=not firm)
            if kind and (firm or mark != "." or (len(words) == 1 and len(words[0].text) == 1)):
                return (len(before) - len(before.lstrip()), *kind)
        return self._label_after_stop(
            before, words, exact=not firm or mark == "?", stops=_STOPS if firm else _FIRM_STOPS
        )

    def _label_after_stop(
        self, before: str, words: Sequence[Word], *, exact: bool, stops: str
    ) -> tuple[int, str, bool] | None:
        for count in range(min(_MOST_LABEL_WORDS, len(words)), 0, -1):
            start = words[-count].start
            if any(stop in before[start:].strip() for stop in (". ", "; ", "! ", "? ", ", ")):
                continue
            stopped = before[:start].rstrip()[-1:] in stops or not before[:start].strip()
            kind = self._label_kind(before[start:], exact=exact or not stopped)
            initial = before[start : start + 1].isupper() or not before[start].isalpha()
            if kind and (stopped or (stops == _STOPS and initial and count == len(words_of(before[start:])))):
                if not stopped and kind[1] and len(before[start:]) > 2 and not initial:
                    continue
                return start, kind[0], kind[1]
        return None

    def _label_kind(self, text: str, *, exact: bool) -> tuple[str, bool] | None:
        """Return the kind of a label and whether it is but a word of time; None when the text is no label."""
        words = words_of(re.sub(r"\([^)]*\)[\s?:]*$", "", text))
        while words and not words[0].text[0].isalnum() and len(words) > 1 and not self._known_label(words):
            words = words[1:]
        if not words or len(words) > _MOST_LABEL_WORDS:
            return None
        known = self._known_label(words)
        if known:
            return known
        day = self._weekday_label(words)
        if day:
            return day
        return None if exact else self._composed_label(words)

    def _known_label(self, words: Sequence[Word]) -> tuple[str, bool] | None:
        hits = self.lists.labels.whole(words)
        hits = tuple(hit for hit in hits if hit.language in self.languages) or hits
        if not hits:
            return None
        kinds = {hit.key.removeprefix("labels_") for hit in hits}
        kind = _OR.join(one for one in (*_ORDER, MOOD) if one in kinds)
        return kind, bool(self._time_words(words))

    def _time_words(self, words: Sequence[Word]) -> bool:
        return bool(self.lists.lead_time.whole(words))

    def _weekday_label(self, words: Sequence[Word]) -> tuple[str, bool] | None:
        days = [self.lists.weekdays[word.text] for word in words if word.text in self.lists.weekdays]
        others = [w for w in words if w.text not in self.lists.weekdays and not w.text.isdecimal() and len(w.text) > 3]
        if not days or others or any(len(word.text) < 3 for word in words if word.text in self.lists.weekdays):
            return None
        back = min((self.sent_on.weekday() - day) % 7 for day in days)
        return (DONE if 1 <= back <= 4 else NEXT), True

    def _composed_label(self, words: Sequence[Word]) -> tuple[str, bool] | None:
        """Read a label put together of words that labels are made of ("What I got done since last time")."""
        covered = [False] * len(words)
        counts: dict[str, int] = {}
        for hit in self.lists.label_words.find(words):
            for at in range(hit.start, hit.end):
                covered[at] = True
            counts[hit.key] = counts.get(hit.key, 0) + 1
        covered = [is_covered or word.text.isdecimal() for is_covered, word in zip(covered, words, strict=True)]
        unknown = [word for is_covered, word in zip(covered, words, strict=True) if not is_covered]
        if len(unknown) > (len(words) >= _FOUR_WORDS) or any(not word.written.islower() for word in unknown):
            return None
        for kind, strong in ((BLOCKERS, "label_block"), (NEXT, "label_next"), (DONE, "label_done")):
            if counts.get(strong):
                if kind == NEXT and counts.get("label_done", 0) > counts[strong]:
                    continue
                return kind, False
        for kind, weak in ((NEXT, "label_future"), (DONE, "label_past")):
            if counts.get(weak):
                return kind, True
        return None

    # --- reading labelled forms -------------------------------------------------------------------------------------

    def _read_sections(self, sections: Sequence[_Section], found: _Found) -> None:
        for section in sections:
            if section.kind == MOOD:
                found.mood = self._rating(" ".join(line.text for line in section.lines), bare=True) or found.mood
            elif section.kind:
                found.answered.add(section.kind)
        has_blockers = BLOCKERS in found.answered
        loose: list[str] = []
        for section in sections:
            if section.kind in _ORDER:
                loose += self._read_section(section, found, has_blockers=has_blockers)
            elif section.kind == "":
                loose += [line.text for line in section.lines if line.text]
        self._read_loose(loose, found)

    def _read_section(self, section: _Section, found: _Found, *, has_blockers: bool) -> list[str]:
        """Take the items of a section; return the sentences that stand in it and are not of it."""
        loose: list[str] = []
        paragraph = 0
        started = False
        for line in section.lines:
            if line.is_blank:
                paragraph += started
                continue
            text = self._without_mood(line.text, found)
            if not text:
                continue
            if paragraph and not line.bullet and line.number is None and started:
                loose += self._sentences(text)
                continue
            started = True
            if section.weak and not has_blockers and not line.bullet:
                first, *others = self._sentences(text)
                kept = [first]
                for other in others:
                    (loose if self._score(other)[BLOCKERS] >= _CLEAR or self._is_none_block(other) else kept).append(
                        other
                    )
                text = " ".join(kept)
            self._add(section.kind, text, found)
        return loose

    def _add(self, kind: str, text: str, found: _Found) -> None:
        if self._is_none(text, kind):
            return
        found.items[kind].append(text)

    def _read_loose(self, sentences: Sequence[str], found: _Found) -> None:
        """Place sentences that stand outside every section: only those that clearly say what they are."""
        for sentence in sentences:
            if self._is_none_block(sentence) or self._is_noise(sentence) or self._is_manners(sentence):
                continue
            scores = self._score(sentence)
            kind = max(_ORDER, key=lambda one: scores[one])
            if scores[kind] >= _CLEAR:
                self._add(kind, sentence, found)

    def _read_preamble(self, lines: Sequence[Line], found: _Found) -> None:
        sentences = [s for line in lines for s in self._sentences(self._without_mood(line.text, found))]
        if DONE in found.answered:
            sentences = [s for s in sentences if max(self._score(s).values()) >= _CLEAR and not self._is_away(s)]
        self._read_loose([s for s in sentences if not self._is_skip(s)], found)

    # --- reading forms without labels -------------------------------------------------------------------------------

    def _read_unlabelled(self, lines: Sequence[Line], found: _Found, own: str) -> CheckInReading:
        lines = self._after_quotes(lines)
        kept = []
        for line in lines:
            text = self._without_mood(line.text, found)
            if text or line.is_blank:
                kept.append(Line(text, line.bullet, line.number, False, line.heading))
        while kept and kept[0].is_blank:
            del kept[0]
        filled = [line for line in kept if not line.is_blank]
        if len(filled) > len(_ORDER) and filled[-1].text in _DIGITS:  # the answer to a fourth question, how one feels
            found.mood = int(filled[-1].text)
            kept, filled = kept[: kept.index(filled[-1])], filled[:-1]
        if not filled:
            return self._concluded(found, own)
        for form in (self._numbered, self._bullet_groups):
            groups = form(kept)
            if groups:
                self._by_position(groups, found)
                return self._concluded(found, own, away=self._away_until(own, strict=True))
        excused = self._excused(filled)
        if excused is not None:
            return excused
        pieces, position = self._pieces(kept)
        self._place(pieces, position, found)
        if found.is_empty and not found.answered and found.mood is None:
            return CheckInReading(self._empty_kind(own), evidence=own[:200])
        return self._concluded(found, own, away=self._away_until(own, strict=False))

    @staticmethod
    def _after_quotes(lines: Sequence[Line]) -> list[Line]:
        return [Line("") if line.quoted else line for line in lines]

    def _numbered(self, lines: Sequence[Line]) -> list[list[str]]:
        """Return the answers by their numbers when the lines are numbered 1, 2, (3, 4) in order."""
        groups: list[list[str]] = []
        for line in lines:
            if line.number is not None and line.number == len(groups) + 1:
                groups.append([line.text] if line.text else [])
            elif line.number is not None:
                return []
            elif groups and not line.is_blank:
                if groups[-1] and not line.bullet:
                    if self._is_noise(line.text) or self._is_manners(line.text):
                        continue
                    groups[-1][-1] += " " + line.text
                else:
                    groups[-1].append(line.text)
        return groups if 2 <= len(groups) <= max(4, len(self.questions)) else []

    @staticmethod
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

    def _by_position(self, groups: Sequence[Sequence[str]], found: _Found) -> None:
        for index, group in enumerate(groups):
            if index >= len(_ORDER):
                found.mood = self._rating(" ".join(group), bare=True) or found.mood
                continue
            found.answered.add(_ORDER[index])
            for text in group:
                self._add(_ORDER[index], text, found)

    def _pieces(self, lines: Sequence[Line]) -> tuple[list[_Piece], bool]:
        """Return what is to be placed one by one, and whether its place among three tells what it is."""
        filled = [line for line in lines if not line.is_blank]
        if all(line.bullet for line in filled):
            return [_Piece(line.text) for line in filled], len(filled) == len(_ORDER)
        paragraphs = [p for p in _paragraphs(lines) if not self._is_noise(p) and not self._is_manners(p)]
        if len(paragraphs) == len(_ORDER):
            return [_Piece(paragraph) for paragraph in paragraphs], True
        if len(paragraphs) == 1 and len(filled) == len(_ORDER) and all(map(stands_alone, filled)):
            return [_Piece(line.text) for line in filled], True
        return [clause for p in paragraphs for s in self._sentences(p) for clause in self._clauses(s)], False

    def _clauses(self, sentence: str) -> list[_Piece]:
        """Split a sentence at commas when its parts plainly say different things ("did x, doing y, need z")."""
        parts = [part for part in _CLAUSE.split(sentence) if part and part.strip()]
        if len(parts) < 2:
            return [_Piece(sentence)]
        merged: list[_Piece] = []
        for part in parts:
            kind = self._clause_kind(part)
            if merged and (not kind or kind == merged[-1].kind):
                merged[-1] = _Piece(f"{merged[-1].text}, {part.strip()}", merged[-1].kind)
            else:
                merged.append(_Piece(part.strip(), kind or DONE))
        if len({piece.kind for piece in merged}) < 2:
            return [_Piece(sentence)]
        return [_Piece(self._without_lead_time(piece.text), piece.kind) for piece in merged]

    def _clause_kind(self, clause: str) -> str:
        if self._is_none_block(clause):
            return _NOTHING
        scores = self._score(clause)
        kind = max(_ORDER, key=lambda one: scores[one])
        return kind if scores[kind] >= _WEAK * _EARLY else ""

    def _without_lead_time(self, clause: str) -> str:
        words = words_of(clause)
        ends = [hit.end for hit in self.lists.lead_time.at(words, 0) if hit.language in self.languages] if words else []
        longest = max(ends, default=0)
        return clause[words[longest].start :] if 0 < longest < len(words) else clause

    def _place(self, pieces: Sequence[_Piece], position: bool, found: _Found) -> None:
        previous = ""
        for index, (text, told) in enumerate(pieces):
            piece = self._without_preface(text)
            place = _ORDER[index] if position else ""
            if told == _NOTHING or self._is_none_block(piece) or (place == BLOCKERS and self._is_none(piece, BLOCKERS)):
                found.answered.add(BLOCKERS)
            elif place and self._is_none(piece, place):
                found.answered.add(place)
            elif not self._is_beside(piece, place):
                kind = told or self._kind_of(piece, place, previous)
                short = len(words_of(piece)) <= _EARLY_WORDS
                found.items[kind].append(self._without_lead_time(piece) if short else piece)
                previous = kind

    def _without_preface(self, piece: str) -> str:
        """Take "Quick update:" off the front of a piece."""
        head, colon, rest = piece.partition(": ")
        words = words_of(head)
        prefaces = bool(words) and any(hit.end == len(words) for hit in self.lists.noise.at(words, 0))
        return rest if colon and rest.strip() and prefaces else piece

    def _is_beside(self, piece: str, place: str) -> bool:
        """Tell whether a piece says nothing of the work: an apology, a greeting, an absence, a question back."""
        if self._is_noise(piece) or self._is_manners(piece):
            return True
        if place == BLOCKERS:  # what is in the way may well be holidays, or somebody ill
            return self._is_away(piece) and absence_in(piece, self.base, self.lexicon) is not None
        if self._is_away(piece) or self._is_skip(piece):
            return True
        return not place and self._is_question_only(piece)

    def _kind_of(self, piece: str, place: str, previous: str) -> str:
        scores = self._score(piece)
        if place:
            scores[place] += _POSITION
        scores[previous or DONE] += _INERTIA
        return max(_ORDER, key=lambda kind: (scores[kind], -_ORDER.index(kind)))

    def _is_question_only(self, text: str) -> bool:
        scores = self._score(text)
        return text.rstrip().endswith("?") and max(scores.values()) < _CLEAR

    # --- what a sentence says ---------------------------------------------------------------------------------------

    def _score(self, text: str) -> dict[str, float]:
        """Return how much each kind speaks out of a sentence: the best sign of it, early ones weighing more."""
        words = words_of(text)
        strengths: dict[str, list[float]] = {kind: [] for kind in _ORDER}
        for hit in self._told(words):
            kind, weight = _CUES[hit.key]
            early = _EARLY if hit.start < _EARLY_WORDS else 1.0
            strengths[kind].append(weight * early)
        return {
            kind: max(found, default=0.0) + _MORE * (sum(found) - max(found, default=0.0))
            for kind, found in strengths.items()
        }

    def _told(self, words: Sequence[Word]) -> list[Hit]:
        """Return the signs in a sentence; of two that overlap the longer one is meant, then the stronger."""
        hits = [hit for hit in self.lists.cues.find(words) if hit.language in self.languages]
        hits.sort(key=lambda hit: (hit.start - hit.end, hit.key.endswith(_ALIKE), -_weight(hit), hit.start))
        taken = [False] * len(words)
        kept = []
        for hit in hits:
            if not any(taken[hit.start : hit.end]):
                taken[hit.start : hit.end] = [True] * (hit.end - hit.start)
                if hit.key != _NEUTRAL:
                    kept.append(Hit(hit.key.removesuffix(_ALIKE), hit.language, hit.start, hit.end))
        return kept

    def _is_none(self, text: str, kind: str) -> bool:
        """Tell whether an answer says that there is nothing to tell."""
        stripped = text.strip(" .!,;:()[]*_~-–—=/\\'\"")
        if not stripped:
            return True
        words = words_of(stripped)
        if not words:
            return len(stripped) <= 3
        if self.lists.none.whole(words):
            return True
        letters = [word for word in words if word.text[0].isalnum()]
        if letters and len(letters) < len(words) and self.lists.none.whole(letters):
            return True
        if kind != BLOCKERS:
            return False
        if self._is_none_block(stripped):
            return True
        return self._none_and_well(stripped, letters)

    def _none_and_well(self, text: str, words: Sequence[Word]) -> bool:
        """Tell whether a text is "none" and then but more of the kind, thanks, or well-being ("No, all fine")."""
        first = max((hit.end for hit in self.lists.none.at(words, 0)), default=0) if words else 0
        if not first:
            return False
        rest = list(words[first:])
        return bool(rest) and bool(
            self.lists.none.whole(rest)
            or self.lists.ack.whole(rest)
            or self.lists.greeting.whole(rest)
            or self._is_none_block(text[rest[0].start :])
        )

    def _is_none_block(self, text: str) -> bool:
        """Tell whether a sentence says that nothing is in the way, rather than what is."""
        words = words_of(text)
        hits = [
            hit for hit in self.lists.none_block.find(words) if hit.language in self.languages or hit.end == len(words)
        ]
        if not hits:
            return bool(words) and len(words) <= 3 and bool(self.lists.skip.whole(words))
        start = min(hit.start for hit in hits)
        end = max(hit.end for hit in hits)
        head = self._told(words[:start])
        if any(_CUES[hit.key][0] in (DONE, NEXT) and _CUES[hit.key][1] >= _STRONG for hit in head):
            return False
        tail = self._told(words[end:])
        excepted = any(hit.start == 0 for hit in self.lists.excepts.find(words[end : end + 3]))
        return not any(_CUES[hit.key][0] == BLOCKERS and _CUES[hit.key][1] >= _STRONG for hit in tail) and not (
            excepted and len(words) - end > 4
        )

    def _is_noise(self, text: str) -> bool:
        words = words_of(text)
        ends = [hit.end for hit in self.lists.noise.at(words, 0)] if words else []
        if not ends:
            second = [hit.end for hit in self.lists.noise.at(words, 1)] if len(words) > 1 else []
            ends = second
        if not ends:
            return False
        rest = self._told(words[max(ends) :])
        colon = text[words[max(ends) - 1].end :].lstrip()[:1] == ":"
        return (
            not colon and not any(_CUES[hit.key][1] >= _STRONG for hit in rest if _CUES[hit.key][0] != BLOCKERS)
        ) or len(words) <= max(ends) + 3

    def _is_manners(self, text: str) -> bool:
        words = words_of(text)
        if not words or len(words) > 6:
            return not words
        ends = [hit.end for hit in self.lists.greeting.at(words, 0)]
        return bool(ends) and len(words) - max(ends) <= 2 and max(self._score(text).values()) < _CLEAR

    # --- skipping, being away, and what is no check-in --------------------------------------------------------------

    def _is_whole_none(self, own: str) -> bool:
        words = [word for word in words_of(own) if word.text[0].isalnum()]
        return (not words and not own.strip(" .-–—")) or (bool(words) and bool(self.lists.skip.whole(words)))

    def _is_acknowledgement(self, own: str) -> bool:
        """Tell whether the text is nothing but "ok", "thanks", "got it" …, in one or a few of such words."""
        words = words_of(own)
        at = 0
        while at < len(words):
            ends = [hit.end for hit in self.lists.ack.at(words, at)]
            ends += [hit.end for hit in self.lists.greeting.at(words, at)]
            if not ends:
                return False
            at = max(ends)
        return not self.lists.skip.whole(words)

    def _excused(self, lines: Sequence[Line]) -> CheckInReading | None:
        """Return a skip when the text first of all says so, or unclear when it says it is no check-in; else None."""
        sentences = [s for line in lines for s in self._sentences(line.text)]
        told = [s for s in sentences if not self._is_noise(s) and not self._is_manners(s)] or sentences
        own = " ".join(sentences)
        if self._says_unclear(told, own):
            return CheckInReading(CheckInKind.UNCLEAR, evidence=own[:200])
        first = told[0]
        if not (self._is_away(first) or self._is_skip(first)):
            return None
        others = [s for s in told[1:] if not self._is_away(s) and not self._is_skip(s)]
        if any(self._score(s)[DONE] >= _CLEAR * _EARLY for s in others) or self._tells_work(first):
            return None
        until = self._away_until(own, strict=False)
        return CheckInReading(CheckInKind.SKIP, away_until=until, evidence=first[:200])

    def _tells_work(self, sentence: str) -> bool:
        """Tell whether a sentence that excuses its author first says what was done ("Sent it, off until Monday")."""
        head = _CLAUSE.split(sentence)[0] or ""
        return not self._is_away(head) and not self._is_skip(head) and self._score(head)[DONE] >= _CLEAR * _EARLY

    def _says_unclear(self, sentences: Sequence[str], own: str) -> bool:
        words = words_of(own)
        scores = [self._score(s) for s in sentences if not s.endswith("?")]
        works = any(score[DONE] >= _CLEAR * _EARLY for score in scores)
        if any(hit.language in self.languages for hit in self.lists.unclear.find(words)) and not works:
            return True
        asks = [s for s in sentences if s.endswith("?")]
        return len(asks) == len(sentences)

    def _is_skip(self, sentence: str) -> bool:
        """Tell whether a sentence passes, or says that there is nothing to tell."""
        words = [word for word in words_of(sentence) if word.text[0].isalnum()]
        hits = list(self.lists.skip.at(words, 0)) if words else []
        if not hits:
            several = (hit for hit in self.lists.skip.find(words[:6]) if hit.end - hit.start > 1)
            hits = [hit for hit in several if hit.language in self.languages]
        signs = self.lists.cues.find(words) if hits else ()
        hits = [hit for hit in hits if not any(sign.start <= hit.start and sign.end > hit.end for sign in signs)]
        if not hits:
            return False
        end = max(hit.end for hit in hits)
        if end == len(words) or self._stops_after(sentence, words, end):
            return True
        return end > 1 and not self._done_after(words[end:])

    @staticmethod
    def _stops_after(sentence: str, words: Sequence[Word], end: int) -> bool:
        return end < len(words) and bool(sentence[words[end - 1].end : words[end].start].strip(" "))

    def _done_after(self, words: Sequence[Word]) -> bool:
        return any(hit.key == "done" and hit.start < 2 for hit in self._told(words))

    def _is_away(self, sentence: str) -> bool:
        """Tell whether a sentence says that its author is or will be away."""
        words = words_of(sentence)
        hits = self._away_hits(words)
        if hits:
            early = hits[0].start <= 4 and not self._starts_with_work(words[: hits[0].start + 1])
            dated = absence_in(sentence, self.base, self.lexicon) is not None
            return (early and (len(words) <= 14 or dated)) or (dated and not self._starts_with_work(words))
        backs = [hit for start in range(min(2, len(words))) for hit in self.lists.back.at(words, start)]
        return bool(backs) and len(words) <= 8 and absence_in(sentence, self.base, self.lexicon) is not None

    def _away_hits(self, words: Sequence[Word]) -> list[Hit]:
        """Return the phrases for being away, without those that go on to mean something else ("off to the market")."""
        hits = [hit for hit in self.lists.away.find(words) if hit.language in self.languages]
        others = self.lists.not_away.find(words)
        return [hit for hit in hits if not any(one.start <= hit.start and hit.end <= one.end for one in others)]

    def _starts_with_work(self, words: Sequence[Word]) -> bool:
        return any(hit.key == "done" and hit.start < _EARLY_WORDS for hit in self._told(words))

    def _away_until(self, own: str, *, strict: bool) -> date | None:
        """Return the last day away named in the sentences that tell of an absence (or right after them)."""
        told = self._sentences(own)
        for index, sentence in enumerate(told):
            if not self._is_away(sentence):
                continue
            stretch = sentence if strict or index + 1 >= len(told) else " ".join(told[index : index + 3])
            absence = absence_in(stretch, self.base, self.lexicon)
            if absence and absence.until and absence.until > self.sent_on:
                return absence.until
        return None

    def _empty_kind(self, own: str) -> CheckInKind:
        words = words_of(own)
        nothing = self.lists.none.whole(words) or self.lists.skip.find(words) or self.lists.away.find(words)
        return CheckInKind.SKIP if nothing else CheckInKind.UNCLEAR

    def _concluded(self, found: _Found, own: str, away: date | None = None) -> CheckInReading:
        if found.is_empty and not found.answered and found.mood is None:
            return CheckInReading(CheckInKind.UNCLEAR, evidence=own[:200])
        done, next_, blockers = (tuple(found.items[kind]) for kind in _ORDER)
        return CheckInReading(CheckInKind.CHECKIN, done, next_, blockers, found.mood, away, own[:200])

    # --- mood -------------------------------------------------------------------------------------------------------

    def _rating(self, text: str, *, bare: bool = False) -> int | None:
        """Return the 1–5 a text rates its author's mood with, None when it does not."""
        match = _RATED.search(text)
        if match and int(match[1]) in _RATING:
            return int(match[1])
        words = words_of(text)
        for index, word in enumerate(words):
            if word.text in _DIGITS and (bare or self._five_follows(words, index)):
                return (
                    int(word.text)
                    if len([w for w in words if w.text.isdecimal()]) == 1
                    or not bare
                    or self._five_follows(words, index)
                    else None
                )
        return None

    def _five_follows(self, words: Sequence[Word], index: int) -> bool:
        """Tell whether "out of 5" follows a number, in some language."""
        return any(
            hit.end < len(words) and words[hit.end].text == "5"
            for hit in (self.lists.out_of.at(words, index + 1) if index + 1 < len(words) else ())
        )

    def _without_mood(self, text: str, found: _Found) -> str:
        """Take the sentence that rates the mood out of a line, and keep the rating."""
        if not any(digit in text for digit in _DIGITS):
            return text
        kept = []
        for sentence in self._sentences(text):
            rest = self._mood_taken(sentence, found)
            if rest:
                kept.append(rest)
        return text if " ".join(kept) == " ".join(self._sentences(text)) else " ".join(kept)

    def _mood_taken(self, sentence: str, found: _Found) -> str:
        words = words_of(sentence)
        hits = self.lists.mood.find(words)
        rating = self._mood_rating(sentence, words, hits)
        if rating is None:
            return sentence
        found.mood = rating[0]
        rest = sentence[rating[1] :].strip(" .,;:–-!)")
        return rest if len(words_of(rest)) > 2 else ""

    def _mood_rating(self, sentence: str, words: Sequence[Word], hits: Sequence[Hit]) -> tuple[int, int] | None:
        """Return the rating and where it ends in the sentence."""
        whole = _RATED.match(sentence.strip())
        if whole and int(whole[1]) in _RATING and (hits or len(words) <= 4):
            return int(whole[1]), whole.end()
        for hit in hits:
            for index in range(hit.end, min(len(words), hit.end + 3)):
                word = words[index]
                if word.text not in _DIGITS:
                    continue
                rated = _RATED.match(sentence, word.start)
                if rated:
                    return int(rated[1]), rated.end()
                if self._five_follows(words, index):
                    end = next(h.end for h in self.lists.out_of.at(words, index + 1) if words[h.end].text == "5")
                    return int(word.text), words[end].end
                after = sentence[word.end : word.end + 1]
                if (not after or after in ".,;!) ") and not self._noun_follows(sentence, words, index):
                    return int(word.text), word.end
        return None

    @staticmethod
    def _noun_follows(sentence: str, words: Sequence[Word], index: int) -> bool:
        following = sentence[words[index].end : words[index + 1].start] if index + 1 < len(words) else "."
        return not following.strip()


_SEPARATOR = re.compile(
    r"\s*(?:->|=>|→|⇒|:(?!//)(?!-?[()DP])(?!\d\d)|=|\?)\s*|\s+[-–—]+\s+|(?<=^[^\W\d_])[-–—]\s+|(?<=^[^\W\d_])[.)]\s+"
)
_STOPS = ".,;/|!?)–-\n"  # a label may stand behind one of these on a line
_FIRM_STOPS = "/|;"
_FIRM_MARKS = frozenset({":", "->", "=>", "→", "⇒", "=", "?"})
_CLAUSE = re.compile(r",\s+(?=\S)|;\s+|\s+[/|–—]\s+|\s+-\s+")
_RATED = re.compile(r"([1-5])\s?/\s?5(?!\d)")
_DIGITS = frozenset("12345")


def before_text(text: str, end: int) -> str:
    """Return what stands before a place in a line, but for marks."""
    return text[:end].strip(" *_#-–—•>")


def _paragraphs(lines: Sequence[Line]) -> list[str]:
    return [_joined(paragraph) for paragraph in paragraphs_of(lines)]


def _joined(lines: Sequence[Line]) -> str:
    return " ".join(line.text for line in lines if line.text)


def _weight(hit: Hit) -> float:
    return _CUES.get(hit.key.removesuffix(_ALIKE), ("", _STRONG_BLOCK + 1))[1]


def _placed(kind: str, sections: Sequence[_Section], labels: Sequence[_Label]) -> str:
    """Return the kind of a label that may be of several ("this week", an initial): the first not yet answered."""
    kinds = kind.split(_OR)
    taken = {one.kind for one in sections} | {one.kind for one in labels}
    return next((one for one in kinds if one not in taken), kinds[0])
