"""Options named in a text: by label, part of a label, misspelt label, letter, number or ordinal.

Must not: know a word of a language, or judge whether a named option is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from gateway.model.ballot import Method, Question
from gateway.understand.reading.ballot_text import Token, classes, tokens_of
from gateway.understand.reading.ballot_words import AHEAD, CLOSE_ENOUGH, Mark, Marked, Vocabulary

SHORTEST_PREFIX = 3  # letters that may stand for a longer word of a label
SHORTEST_TYPO = 4
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HOUR = re.compile(r"(\d{1,2})[:h](\d{2})")


@dataclass(frozen=True, slots=True)
class Mention:
    """Options named by the tokens `start:end`: usually one, several when what was said fits several."""

    options: frozenset[int]
    start: int
    end: int
    by: str  # label, letter, number, ordinal, extreme


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A question's labels, ready to be looked for."""

    keys: tuple[tuple[frozenset[str], ...], ...]  # for each label its words, each with all its keys
    words: tuple[frozenset[str], ...]  # for each label its folded words that tell it from at least one other
    telling: frozenset[str]  # keys that not every label has
    folds: tuple[tuple[str, ...], ...]
    timed: bool
    numbered: bool  # whether labels carry numbers of their own


@lru_cache(maxsize=512)
def labels_of(question: Question, vocabulary: Vocabulary) -> Labels:
    """Return the labels of a question, compiled; cached."""
    tokens = [[t for t in tokens_of(label) if t.is_word] for label in question.options]
    timed = any(t.kind == "time" for row in tokens for t in row)
    keys = tuple(tuple(keys_of(t, vocabulary, timed=False) for t in row) for row in tokens)
    flat = [frozenset(k for word in row for k in word) for row in keys]
    shared = frozenset.intersection(*flat) if len(flat) > 1 else frozenset()
    telling = frozenset(k for row in flat for k in row) - shared
    words = tuple(frozenset(t.fold for t in row if t.kind == "word" and t.fold in telling) for row in tokens)
    folds = tuple(tuple(t.fold for t in row) for row in tokens)
    numbered = any(k.startswith("n:") for row in flat for k in row)
    return Labels(keys, words, telling, folds, timed, numbered)


@lru_cache(maxsize=4096)
def _word_keys(word: str, vocabulary: Vocabulary) -> frozenset[str]:
    keys = {word}
    keys |= {f"wd:{value}" for value in vocabulary.values(word, "weekday")}
    keys |= {f"mo:{value}" for value in vocabulary.values(word, "month")}
    return frozenset(keys)


def keys_of(token: Token, vocabulary: Vocabulary, *, timed: bool) -> frozenset[str]:
    """Return what a token can stand for: its letters, a weekday, a month, a number, an hour where labels have hours."""
    if token.kind == "time":
        found = _HOUR.match(token.fold)
        hour, minute = (int(found[1]), int(found[2])) if found else (0, 0)
        return frozenset({_clock(hour, minute)} | ({_clock(hour + 12, minute)} if timed and hour < 12 else set()))
    if token.kind in ("number", "sign"):
        return _number_keys(token.fold.lstrip("+"), timed=timed)
    if token.kind != "word":
        return frozenset({token.raw})
    keys = _word_keys(token.fold, vocabulary)
    for value in vocabulary.values(token.fold, "number"):
        keys |= _number_keys(str(value), timed=timed) if timed else frozenset()
    return keys


def _clock(hour: int, minute: int) -> str:
    return f"h:{hour % 24}" if minute == 0 else f"h:{hour % 24}:{minute:02}"


def _number_keys(text: str, *, timed: bool) -> frozenset[str]:
    number = text.lstrip("0") or "0"
    keys = {f"n:{number}"}
    if timed and number.isdigit() and 0 < int(number) <= 24:
        hour = int(number)
        keys |= {_clock(hour, 0)} | ({_clock(hour + 12, 0)} if hour < 12 else set())
    return frozenset(keys)


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    options: frozenset[int]
    hits: tuple[frozenset[str], ...]


class Finder:
    """Looks for the options of one question in one marked text; made anew for each text."""

    def __init__(self, marked: Marked, question: Question, vocabulary: Vocabulary) -> None:
        self.marked, self.question, self.vocabulary = marked, question, vocabulary
        self.labels = labels_of(question, vocabulary)
        self.count = len(question.options)
        self.hits = [self._hit(token) for token in marked.tokens]

    def is_label(self, at: int) -> bool:
        """Whether a token is a telling word of some label."""
        options = self.hits[at]
        return bool(options) and len(options) < max(self.count, 2) and not self._is_weak(at)

    def _hit(self, token: Token) -> frozenset[int]:
        if not token.is_word:
            return frozenset()
        keys = keys_of(token, self.vocabulary, timed=self.labels.timed)
        exact = frozenset(n for n, row in enumerate(self.labels.keys) if any(keys & word for word in row))
        if exact or token.kind != "word":
            return exact
        return self._near(token.fold)

    def _near(self, word: str) -> frozenset[int]:
        """Return the options a word misspells or shortens, none when that is in doubt."""
        known = self.vocabulary.is_common(word)
        if known or len(word) < SHORTEST_PREFIX or _is_known(word, self.vocabulary):
            return frozenset()
        long_enough = len(word) >= 4
        begun = frozenset(n for n, row in enumerate(self.labels.words) if any(
            w.startswith(word) and len(w) > len(word) and (long_enough or len(w) >= 6) for w in row))  # fmt: skip
        stem = frozenset(n for n, row in enumerate(self.labels.words) if any(
            len(w) >= 4 and word.startswith(w) and len(word) - len(w) <= 2 for w in row))  # fmt: skip
        if begun or stem:
            return begun or stem
        return self._misspelt(word) if len(word) >= SHORTEST_TYPO else frozenset()

    def _misspelt(self, word: str) -> frozenset[int]:
        scores = [
            max((fuzz.ratio(word, w) for w in row if len(w) >= SHORTEST_TYPO), default=0.0) for row in self.labels.words
        ]
        best = max(scores, default=0.0)
        if best < CLOSE_ENOUGH:
            return frozenset()
        close = frozenset(n for n, score in enumerate(scores) if score == best)
        second = max((s for n, s in enumerate(scores) if n not in close), default=0.0)
        return close if best - second >= AHEAD else frozenset()

    def _is_weak(self, at: int) -> bool:
        """Whether a token is too slight to name an option by itself: a function word, a bare connective."""
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        if token.kind == "number" and self.question.method is Method.SCORE and (token.fold,) not in self.labels.folds:
            return True  # a number gives points there, and only completes a label
        if token.kind == "number" and self.labels.timed and not self._names_number(token):
            return not self._is_timed(at)
        if token.kind != "word":
            return token.kind == "punct"
        if any(folds == (token.fold,) for folds in self.labels.folds):
            return len(token.fold) == 1 and token.raw.islower()
        if mark is not None and mark.end - mark.start > 1 and not mark.classes & {"weekday", "month", "number"}:
            return True
        if mark is not None and mark.classes & {"weekday", "month"} and "common" not in mark:
            return False
        return (
            len(token.fold) < 2
            or (mark is not None and bool(mark.classes & _SLIGHT))
            or self.vocabulary.is_common(token.fold)
        )

    def _names_number(self, token: Token) -> bool:
        """Whether a label holds the number itself, not as an hour."""
        keys = _number_keys(token.fold, timed=False)
        return any(keys & word for row in self.labels.keys for word in row)

    def _is_timed(self, at: int) -> bool:
        """Whether a bare number is said as an hour: "at 3", "3 pm"."""
        before = self.marked.cover[at - 1] if at else None
        after = self.marked.cover[at + 1] if at + 1 < len(self.marked.tokens) else None
        return (before is not None and "time_word" in before) or (
            after is not None and bool(after.classes & {"hour_word", "afternoon"})
        )

    def mentions(self, start: int, end: int) -> list[Mention]:
        """Return the options named by their labels in a stretch, in order."""
        found: list[Mention] = []
        at = start
        while at < end:
            exact = self._exact(at, end)
            run = exact or (self._run(at, end) if self.hits[at] else None)
            if run is None:
                at += 1
                continue
            if run.options:
                found.append(Mention(run.options, run.start, run.end, "label"))
            at = run.end
        return found

    def _exact(self, at: int, end: int) -> _Run | None:
        """Return the longest whole label that begins here."""
        best: _Run | None = None
        words = [i for i in range(at, min(end, at + 24)) if self.marked.tokens[i].is_word]
        if not words or words[0] != at:
            return None
        for number, folds in enumerate(self.labels.folds):
            if not folds or len(folds) > len(words) or self.marked.tokens[at].fold != folds[0]:
                continue
            if tuple(self.marked.tokens[i].fold for i in words[: len(folds)]) != folds:
                continue
            last = words[len(folds) - 1] + 1
            if len(folds) == 1 and self._is_weak(at):
                continue
            if best is None or last > best.end:
                best = _Run(at, last, frozenset({number}), ())
        return best

    def _run(self, at: int, end: int) -> _Run | None:
        options, last, strong, used = self.hits[at], at + 1, not self._is_weak(at), [at]
        here = at + 1
        while here < end and here - last <= 2:
            token = self.marked.tokens[here]
            if not token.is_word:
                if token.kind == "stop" and token.raw != ".":
                    break
                here += 1
                continue
            both = options & self.hits[here]
            if both and self._exact(here, end) is None:
                options, last, strong = both, here + 1, strong or not self._is_weak(here)
                used.append(here)
            elif not self._may_bridge(here):
                break
            here += 1
        if not strong or (len(options) == self.count and self.count > 1):
            return None
        return _Run(at, last, self._fullest(options, used), ())

    def _may_bridge(self, at: int) -> bool:
        mark = self.marked.cover[at]
        return mark is not None and bool(mark.classes & _BRIDGES) and not mark.classes & _NO_BRIDGES

    def _fullest(self, options: frozenset[int], used: Sequence[int]) -> frozenset[int]:
        """Return, of options that share the words used, those whose whole label these are; all when none is."""
        said = {self.marked.tokens[i].fold for i in used}
        whole = frozenset(
            n for n in options if {w for w in self.labels.folds[n] if not self.vocabulary.is_common(w)} <= said
        )
        return whole or options

    # --- by letter, number, ordinal ----------------------------------------------------------------

    def pointers(self, start: int, end: int, *, loose: bool) -> list[Mention]:
        """Return the options pointed at by letter, number or ordinal in a stretch.

        `loose`: bare numbers and ordinals count, for a stretch that says little else.
        """
        found: list[Mention] = []
        at = start
        while at < end:
            mention = (
                self._counted(at, end)
                or self._ordinal(at, end, loose)
                or self._letter(at, end)
                or self._number(at, end, loose)
            )
            if mention is None:
                at += 1
                continue
            found.append(mention)
            at = mention.end
        return found

    def _after_option_word(self, at: int) -> bool:
        before = self.marked.cover[at - 1] if at else None
        return before is not None and "option_word" in before

    def _letter(self, at: int, end: int) -> Mention | None:
        token = self.marked.tokens[at]
        place = LETTERS.find(token.fold) if len(token.fold) == 1 and token.kind == "word" else -1
        if not 0 <= place < self.count or (at and self.marked.tokens[at - 1].raw == "'"):
            return None
        if self._glued(at):
            return None
        mark = self.marked.cover[at]
        small = token.raw.islower() or (mark is not None and "common" in mark) or not token.raw.isascii()
        if small and at + 1 < end and self.marked.tokens[at + 1].kind == "number":
            return None  # "a 5" is an article
        if not (self._after_option_word(at) or self._stands_alone(at, start=small)):
            return None
        return Mention(frozenset({place}), at, at + 1, "letter")

    def _glued(self, at: int) -> bool:
        """Whether an apostrophe or hyphen ties the letter to a word beside it."""
        token, text = self.marked.tokens[at], self.marked.text
        return text[token.end : token.end + 1] in ("'", "-") or text[max(0, token.start - 1) : token.start] in ("'",)

    def _stands_alone(self, at: int, *, start: bool) -> bool:
        """Whether what stands beside a letter lets it be an option; a small letter asks for more."""
        return self._lets(at + 1, small=start) and self._lets(at - 1, small=start)

    def _lets(self, at: int, *, small: bool) -> bool:
        if not 0 <= at < len(self.marked.tokens):
            return True
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        if not token.is_word or token.kind in ("number", "emoji", "sign"):
            return True
        if len(token.fold) == 1 and 0 <= LETTERS.find(token.fold) < self.count:
            return True
        allowed = _BESIDE_SMALL if small else _BESIDE
        return mark is not None and bool(mark.classes & allowed) and not (small and "good" in mark)

    def _number(self, at: int, end: int, loose: bool) -> Mention | None:
        token = self.marked.tokens[at]
        mark = self.marked.cover[at]
        value = int(token.fold) if token.kind == "number" and token.fold.isdigit() and len(token.fold) < 3 else None
        if value is None and mark is not None and "number" in mark.values and mark.end - mark.start == 1:
            value = (
                mark.values["number"] if self._after_option_word(at) or (loose and mark.values["number"] > 1) else None
            )
        if value is None or not 1 <= value <= self.count or (self.hits[at] and not self._is_weak(at)):
            return None
        return Mention(frozenset({value - 1}), at, at + 1, "number") if loose or self._after_option_word(at) else None

    def _place(self, at: int) -> tuple[int, int] | None:
        """Return the place (from 0, negative from the end) an ordinal here names, and where it ends."""
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        if token.kind == "number" and token.fold.isdigit() and len(token.fold) < 3 and at + 1 < len(self.marked.tokens):
            after = self.marked.cover[at + 1]
            if self.marked.tokens[at + 1].start == token.end and after is not None and "ordinal_suffix" in after:
                return int(token.fold) - 1, at + 2
        if mark is None or mark.start != at:
            return None
        if "ordinal" in mark.values:
            return mark.values["ordinal"], mark.end
        for name, place in (("last", -1), ("second_last", -2)):
            if name in mark:
                return place, mark.end
        if "middle" in mark and self.count % 2:
            return self.count // 2, mark.end
        if mark.end - mark.start > 1 and mark.classes & {"fallback", "choose", "best_place"}:
            return self._place_within(mark)
        return None

    def _place_within(self, mark: Mark) -> tuple[int, int] | None:
        """Return the place of the one ordinal in a longer phrase, as in "second option", "el primero"."""
        words = (token.fold for token in self.marked.tokens[mark.start : mark.end])
        values = frozenset(value for word in words for value in self.vocabulary.values(word, "ordinal"))
        return (next(iter(values)), mark.end) if len(values) == 1 else None

    def _ordinal(self, at: int, end: int, loose: bool) -> Mention | None:
        found = self._place(at)
        if found is None:
            return None
        place, last = found
        named = last < end and (m := self.marked.cover[last]) is not None and "option_word" in m
        if not (loose or named) or not -self.count <= place < self.count:
            return None
        return Mention(frozenset({place % self.count}), at, last + 1 if named else last, "ordinal")

    def _counted(self, at: int, end: int) -> Mention | None:
        """Return "the first two", "les 2 derniers": a number beside first or last."""
        size = self._size(at)
        place = self._place(at)
        if place is not None and place[0] in (0, -1) and place[1] < end and (size := self._size(place[1])) is not None:
            return self._stretch(place[0], size[0], at, size[1])
        if size is not None and size[1] < end and (place := self._place(size[1])) is not None and place[0] in (0, -1):
            return self._stretch(place[0], size[0], at, place[1])
        return None

    def _size(self, at: int) -> tuple[int, int] | None:
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        if token.kind == "number" and token.fold.isdigit() and len(token.fold) < 3:
            return int(token.fold), at + 1
        if mark is not None and mark.start == at and mark.values.get("number", 0) > 1:
            return mark.values["number"], mark.end
        if mark is not None and mark.start == at and mark.classes & {"all", "both_of"}:
            sizes = self.vocabulary.values(self.marked.tokens[mark.end - 1].fold, "number")
            return (max(sizes), mark.end) if sizes else None
        return None

    def _stretch(self, place: int, size: int, start: int, end: int) -> Mention | None:
        if not 1 < size <= self.count:
            return None
        options = range(size) if place == 0 else range(self.count - size, self.count)
        return Mention(frozenset(options), start, end, "counted")

    # --- by extreme ---------------------------------------------------------------------------------

    def extreme(self, mark: Mark) -> Mention | None:
        """Return the option that "the cheapest" or "as late as possible" means, None where the labels do not tell."""
        if mark.classes & {"smallest", "largest"}:
            order = self._by_number()
        elif mark.classes & {"earliest", "latest"}:
            order = self._by_time()
        else:
            return None
        if not order:
            return None
        option = order[0] if mark.classes & {"smallest", "earliest"} else order[-1]
        return Mention(frozenset({option}), mark.start, mark.end, "extreme")

    def _by_number(self) -> list[int]:
        numbers = [[t for t in tokens_of(label) if t.kind == "number"] for label in self.question.options]
        if any(len(row) != 1 for row in numbers):
            return []
        values = [float(row[0].fold) for row in numbers]
        return sorted(range(self.count), key=values.__getitem__) if len(set(values)) == self.count else []

    def _by_time(self) -> list[int]:
        """Return the options by month, weekday, number or hour; in the order shown where that already ascends."""
        moments = [self._moment(label) for label in self.question.options]
        known = [m for m in moments if m is not None]
        if len(known) < 2 or len(set(known)) < len(known):
            return []
        if None not in moments:
            return sorted(range(self.count), key=lambda n: moments[n] or ())
        return list(range(self.count)) if known == sorted(known) else []

    def _moment(self, label: str) -> tuple[float, ...] | None:
        keys = [k for t in tokens_of(label) for k in keys_of(t, self.vocabulary, timed=False)]
        months = [int(k[3:]) for k in keys if k.startswith("mo:")]
        numbers = [float(k[2:]) for k in keys if k.startswith("n:")]
        days = [int(k[3:]) for k in keys if k.startswith("wd:")]
        hours = [float(k[2:].replace(":", ".")) for k in keys if k.startswith("h:")]
        if not (months or days or hours or numbers):
            return None
        # A date tells more than a weekday does, which returns every week.
        return (
            min(months, default=-1),
            min(numbers, default=-1) if months or not days else min(numbers, default=days[0]),
            min(hours, default=-1),
        )


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    return any(word in language.words for language in vocabulary.languages.values())


_BRIDGES = frozenset(("common", "time_word", "hour_word", "ordinal_suffix"))  # "Wed at 4 o'clock"
_NO_BRIDGES = frozenset(("and", "or", "nor", "negator"))
_SLIGHT = frozenset(("common", "negator", "and", "or", "nor", "greeting", "contrast"))
_BESIDE = classes(
    """
    filler and or nor negator except choose instead option_word over contrast conclusion yes no
    common change best_place worst_place closing thanks number fallback tie also near_negator reject
    """
)
_BESIDE_SMALL = frozenset(
    (
        "filler",
        "and",
        "or",
        "nor",
        "except",
        "choose",
        "option_word",
        "over",
        "closing",
        "thanks",
        "yes",
        "number",
        "conclusion",
    )
)
