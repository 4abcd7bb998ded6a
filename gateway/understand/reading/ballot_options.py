"""Options named in a text: by label, part of a label, misspelt label, letter, number or ordinal.

Must not: know a word of a language, or judge whether a named option is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from gateway.model.ballot import Method, Question
from gateway.understand.reading.ballot_clock import spoken_times
from gateway.understand.reading.ballot_labels import clock_key, keys_of, labels_of, number_keys
from gateway.understand.reading.ballot_text import Token, classes
from gateway.understand.reading.ballot_words import AHEAD, CLOSE_ENOUGH, LONG_RUN, Mark, Marked, Vocabulary, is_swapped

SHORTEST_PREFIX = 3  # letters that may stand for a longer word of a label
SHORTEST_BEGUN = 5  # letters of a word that three letters may stand for
SHORTEST_TYPO = 4
SHORTEST_ENDING = 4  # letters that may stand for a longer word they end
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Mention:
    """Options named by the tokens `start:end`: usually one, several when what was said fits several."""

    options: frozenset[int]
    start: int
    end: int
    by: str  # label, letter, number, ordinal, extreme


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
        self.spoken = self._spoken()

    def is_label(self, at: int) -> bool:
        """Whether a token is a telling word of some label."""
        options = self.hits[at]
        return bool(options) and len(options) < max(self.count, 2) and not self._is_weak(at)

    def _spoken(self) -> dict[int, int]:
        """Note what times said in words may name; return for each token of one where the time ends."""
        ends: dict[int, int] = {}
        for start, end, keys in (*self._spoken_times(), *self._spoken_halves(), *self._dates()):
            options = frozenset(n for n, row in enumerate(self.labels.keys) if all(
                any(key & word for word in row) for key in keys))  # fmt: skip
            for at in range(start, end):
                self.hits[at] = options
                ends[at] = end
        return ends

    def _spoken_times(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        for time in spoken_times(self.marked) if self.labels.timed else ():
            yield time.start, time.end, [{clock_key(*divmod(time.minutes + noon, 60)) for noon in (0, 12 * 60)}]

    def _spoken_halves(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        """Yield "seven and a half" where labels carry such numbers."""
        for at in range(len(self.marked.tokens) - 1) if self.labels.halved else ():
            mark, half = self.marked.cover[at], self.marked.cover[at + 1]
            if mark is not None and mark.values.get("number") and half is not None and "half" in half:
                yield at, half.end, [{f"n:{mark.values['number']}.5"}]

    def _dates(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        """Yield days and months in figures, whichever stands first: "26.2.", "2/26"."""
        tokens = self.marked.tokens if self.labels.dated else ()
        for at, token in enumerate(tokens):
            if token.kind == "number" and (dotted := _DATE.fullmatch(token.fold)):
                first, second, end = int(dotted[1]), int(dotted[2]), at + 1
            elif at + 2 < len(tokens) and tokens[at + 1].raw == "/" and _is_small(token) and _is_small(tokens[at + 2]):
                first, second, end = int(token.fold), int(tokens[at + 2].fold), at + 3
            else:
                continue
            for day, month in ((first, second), (second, first)):
                keys = [{f"n:{day}"}, {f"mo:{month - 1}"}]
                if any(all(any(key & word for word in row) for key in keys) for row in self.labels.keys):
                    yield at, end, keys
                    break

    def _hit(self, token: Token) -> frozenset[int]:
        if not token.is_word:
            return frozenset()
        keys = keys_of(token, self.vocabulary, timed=self.labels.timed, numbered=self.labels.numbered)
        exact = frozenset(n for n, row in enumerate(self.labels.keys) if any(keys & word for word in row))
        if exact or token.kind != "word":
            return exact
        return self._near(token.fold)

    def _near(self, word: str) -> frozenset[int]:
        """Return the options a word misspells or shortens, none when that is in doubt."""
        known = self.vocabulary.is_common(word)
        if known or len(word) < SHORTEST_PREFIX or _is_known(word, self.vocabulary):
            return frozenset()
        long_enough, written = len(word) >= 4, word
        word = _drawn_in(word, self.labels.telling)
        rows = [[w for w in row if long_enough or len(w) >= SHORTEST_BEGUN] for row in self.labels.words]
        begun = frozenset(n for n, row in enumerate(rows) if any(_begins(word, w, whole=word != written) for w in row))
        stem = frozenset(n for n, row in enumerate(self.labels.words) if any(
            len(w) >= 4 and word.startswith(w) and len(word) - len(w) <= 2 for w in row))  # fmt: skip
        if begun or stem:
            return begun or stem
        ended = frozenset(n for n, row in enumerate(self.labels.words) if any(_ends(word, w) for w in row))
        if len(ended) == 1:
            return ended  # "Säge" for "Kappsäge"
        return self._misspelt(word) if len(word) >= SHORTEST_TYPO else frozenset()

    def _misspelt(self, word: str) -> frozenset[int]:
        scores = [
            max((fuzz.ratio(word, w) for w in row if len(w) >= SHORTEST_TYPO), default=0.0) for row in self.labels.words
        ]
        swapped = frozenset(n for n, row in enumerate(self.labels.words) if any(is_swapped(word, w) for w in row))
        if len(swapped) == 1:
            return swapped
        best = max(scores, default=0.0)
        if best < CLOSE_ENOUGH:
            return frozenset()
        close = frozenset(n for n, score in enumerate(scores) if score == best)
        second = max((s for n, s in enumerate(scores) if n not in close), default=0.0)
        return close if best - second >= AHEAD else frozenset()

    def _is_weak(self, at: int) -> bool:
        """Whether a token is too slight to name an option by itself: a function word, a bare connective."""
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        if at in self.spoken:
            return False
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
        if mark is not None and mark.classes & {"weekday", "month"} and ("common" not in mark or self._in_days(at)):
            return False
        if self._is_proper(token) and (mark is None or not mark.classes & _SLIGHT):
            return False
        return (
            len(token.fold) < 2
            or (mark is not None and bool(mark.classes & _SLIGHT))
            or self.vocabulary.is_common(token.fold)
        )

    def _in_days(self, at: int) -> bool:
        """Whether a short name of a day that is also a little word stands beside other days: "Mo, Mi und So"."""
        if not self.marked.tokens[at].raw[0].isupper():
            return False
        near = [m for m in self.marked.cover[max(0, at - 2) : at + 3] if m is not None and m.start != at]
        return any("weekday" in mark for mark in near)

    def _is_proper(self, token: Token) -> bool:
        """Whether a token is written with a capital letter as a label writes it: "Ben", no word of this language."""
        return len(token.fold) > 2 and token.raw[0].isupper() and token.raw in self.labels.proper

    def _names_number(self, token: Token) -> bool:
        """Whether a label holds the number itself, not as an hour."""
        keys = number_keys(token.fold, timed=False)
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
                (
                    None if self.question.method is Method.SCORE else self._counted(at, end)
                )  # "the first 2, the second 5"
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
        if mark is not None and mark.end - mark.start > 1:
            return None  # "without a doubt"
        small = token.raw.islower() or (mark is not None and "common" in mark) or not token.raw.isascii()
        if small and at + 1 < end and self._is_article_before(at + 1):
            return None
        if not (self._after_option_word(at) or self._stands_alone(at, start=small)):
            return None
        return Mention(frozenset({place}), at, at + 1, "letter")

    def _is_article_before(self, at: int) -> bool:
        """Whether what stands behind a letter makes it an article: a number ("a 5"), a word of dress ("a strong …")."""
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        if token.kind == "number":
            return self.question.method is not Method.SCORE or not self.marked.tokens[at - 1].raw.isupper()
        return token.kind == "word" and mark is not None and "filler" in mark and not mark.classes & _ENDS_LETTER

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
        figures = token.fold.lstrip("+") if self._is_joined(at) else token.fold if token.kind == "number" else ""
        value = int(figures) if figures.isdigit() and len(figures) < 3 else None
        if value is None and self._is_one_of_several(at):
            return None
        if value is None and mark is not None and "number" in mark.values and mark.end - mark.start == 1:
            value = (
                mark.values["number"] if self._after_option_word(at) or (loose and mark.values["number"] > 1) else None
            )
        if value is None or not 1 <= value <= self.count or (self.hits[at] and not self._is_weak(at)):
            return None
        return Mention(frozenset({value - 1}), at, at + 1, "number") if loose or self._after_option_word(at) else None

    def _is_one_of_several(self, at: int) -> bool:
        """Whether a number in words but counts: "one of them", "any of the three"."""
        around = self.marked.cover[max(0, at - 2) : at] + self.marked.cover[at + 1 : at + 2]
        return self.marked.tokens[at].kind == "word" and any(
            m is not None and m.classes & {"out_of", "unit"} for m in around
        )

    def _is_joined(self, at: int) -> bool:
        """Whether a plus sign but joins a number to the one before it: "1, 3 + 4"."""
        token = self.marked.tokens[at]
        return token.kind == "sign" and token.raw[:2] == "+ " and at > 0 and self.marked.tokens[at - 1].kind == "number"

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
        if not values and self.vocabulary.can_be(self.marked.tokens[mark.start].fold, "option_word"):  # "number one"
            number = self.vocabulary.values(self.marked.tokens[mark.end - 1].fold, "number")
            values = frozenset(value - 1 for value in number if value > 0)
        return (next(iter(values)), mark.end) if len(values) == 1 else None

    def picked(self, mention: Mention) -> Mention:
        """Return a naming of several options with an ordinal right ahead of it as the one it means: "second Monday"."""
        found = self._place(mention.start - 1) if mention.start and 1 < len(mention.options) < self.count else None
        if found is None or found[1] != mention.start or not -len(mention.options) <= found[0] < len(mention.options):
            return mention
        return Mention(frozenset({sorted(mention.options)[found[0]]}), mention.start - 1, mention.end, "label")

    def _ordinal(self, at: int, end: int, loose: bool) -> Mention | None:
        found = self._place(at)
        if found is None:
            return None
        place, last = found
        named = last < end and (m := self.marked.cover[last]) is not None and "option_word" in m
        mark = self.marked.cover[at]
        ordinal = mark is not None and "ordinal" in mark.values and mark.end == last > at + 1
        told = ordinal and self.vocabulary.can_be(self.marked.tokens[last - 1].fold, "option_word")  # "second one"
        if not (loose or named or told) or not -self.count <= place < self.count:
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


def _begins(word: str, other: str, *, whole: bool) -> bool:
    """Whether a word begins another; `whole`: or is it."""
    return other.startswith(word) and (whole or len(other) > len(word))


def _ends(word: str, other: str) -> bool:
    """Whether a word ends a longer one that is made of it: "Säge" in "Kappsäge"."""
    return len(word) >= SHORTEST_ENDING and len(other) - len(word) >= SHORTEST_PREFIX and other.endswith(word)


def _drawn_in(word: str, known: frozenset[str]) -> str:
    """Return a word without its drawn-out letters where a label has it so: "poorto" may be meant, "pooorto" is."""
    short = LONG_RUN.sub(r"\1", word)
    return short if short in known else word


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    return any(word in language.words for language in vocabulary.languages.values())


def _is_small(token: Token) -> bool:
    return token.kind == "number" and token.fold.isdigit() and len(token.fold) < 3


_BRIDGES = frozenset(("common", "time_word", "hour_word", "ordinal_suffix"))  # "Wed at 4 o'clock"
_NO_BRIDGES = frozenset(("and", "or", "nor", "negator"))
_SLIGHT = frozenset(("common", "negator", "and", "or", "nor", "greeting", "contrast"))
_BESIDE = classes(
    """
    filler and or nor negator except choose instead option_word over contrast conclusion yes no
    common change best_place worst_place closing thanks number fallback tie also near_negator reject
    """
)
_ENDS_LETTER = classes("choose and or over closing thanks conclusion contrast")  # "a please", "a for me"
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
