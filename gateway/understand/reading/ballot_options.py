"""Options named in a text by their labels: whole, in part, misspelt, shortened, or as a time or date said otherwise.

Must not: know a word of a language, or judge whether a named option is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from gateway.model.ballot import Method, Question
from gateway.understand.reading.ballot_amounts import amounts_in
from gateway.understand.reading.ballot_clock import Spoken, spoken_times
from gateway.understand.reading.ballot_labels import clock_key, labels_of, number_keys
from gateway.understand.reading.ballot_near import options_of
from gateway.understand.reading.ballot_text import Token, classes
from gateway.understand.reading.ballot_words import Mark, Marked, Vocabulary

LONGEST_LIST = 6  # words of a text that is but a list of hours
SHORT_NAME = 2  # letters of a word that is a name only if written with an accent, and as the label writes it
LONGEST_RUN = 40  # tokens that may name one option in parts of its label
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


class Finder:
    """Looks for the options of one question in one marked text; made anew for each text."""

    def __init__(self, marked: Marked, question: Question, vocabulary: Vocabulary) -> None:
        self.marked, self.question, self.vocabulary = marked, question, vocabulary
        self.labels = labels_of(question, vocabulary)
        self.count = len(question.options)
        self.hits = [options_of(token, self.labels, vocabulary) for token in marked.tokens]
        self.amounts: set[int] = set()  # where amounts in words begin
        self.spoken = self._spoken()

    @cached_property
    def pointing(self) -> tuple[int, ...]:
        """Return where a letter, a number or a place may point at an option: at few words of most texts."""
        beside = zip(self.marked.tokens, self.marked.cover, strict=True)
        return tuple(at for at, (token, mark) in enumerate(beside) if _may_point(at, token, mark))

    def is_label(self, at: int) -> bool:
        """Whether a token is a telling word of some label."""
        options = self.hits[at]
        return bool(options) and len(options) < max(self.count, 2) and not self.is_weak(at)

    def _spoken(self) -> dict[int, int]:
        """Note what times said in words may name; return for each token of one where the time ends."""
        ends: dict[int, int] = {}
        for start, end, keys in chain(
            self._spoken_times(),
            self._spoken_halves(),
            self._dates(),
            self._numbered_days(),
            self._amounts(),
            self._ordinal_days(),
        ):
            options = frozenset(n for n, row in enumerate(self.labels.keys) if all(
                any(key & word for word in row) for key in keys))  # fmt: skip
            for at in range(start, end):
                self.hits[at] = options
                ends[at] = end
        return ends

    def _spoken_times(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        for time in spoken_times(self.marked) if self.labels.timed else ():
            if self._are_two_hours(time):
                continue
            yield time.start, time.end, [{clock_key(*divmod(time.minutes + noon, 60)) for noon in (0, 12 * 60)}]

    def _are_two_hours(self, time: Spoken) -> bool:
        """Whether an "and" joins two hours that labels name, in figures: "15 and 18" is no quarter past."""
        tokens, clock = self.marked.tokens, divmod(time.minutes, 60)
        figures = [tokens[at].fold for at in range(time.start, time.end) if tokens[at].kind == "number"]
        named = self.labels.named
        joined = len(figures) == 2 and any("and" in m for m in self.marked.within(time.start, time.end))
        return joined and clock_key(*clock) not in named and all(clock_key(int(hour), 0) in named for hour in figures)

    def _spoken_halves(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        """Yield "seven and a half" where labels carry such numbers."""
        for at in range(len(self.marked.tokens) - 1) if self.labels.halved else ():
            mark, half = self.marked.cover[at], self.marked.cover[at + 1]
            if mark is not None and mark.values.get("number") and half is not None and "half" in half:
                yield at, half.end, [{f"n:{mark.values['number']}.5"}]

    def _amounts(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        """Yield amounts in words where labels carry such numbers: "five hundred" for "500 €"."""
        if not self.labels.large:
            return
        folds = [token.fold if token.kind == "word" else "" for token in self.marked.tokens]
        for amount in amounts_in(folds, self.vocabulary.numerals):
            marks = self.marked.within(amount.start, amount.end)
            if not any(m.classes & {"thanks", "closing", "yes"} for m in marks):  # "mille grazie", "hundred percent"
                self.amounts.add(amount.start)
                yield amount.start, amount.end, [{f"n:{amount.value}"}]

    def _ordinal_days(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        """Yield days of the month said by an ordinal, where labels carry dates: "the tenth", "am dritten"."""
        if not self.labels.calendar or self.question.method not in (Method.SINGLE, Method.APPROVAL):
            return
        for mark in self.marked.marks:
            # "At first …" names no day, and "sexta" is a Friday.
            place = 0 if "weekday" in mark else mark.values.get("ordinal", 0)
            named = self.labels.named.get(f"n:{place + 1}") if place else None
            if named and not (place < self.count and self._counts_next(mark)):
                yield mark.start, mark.end, [{f"n:{place + 1}"}]

    def _counts_next(self, mark: Mark) -> bool:
        """Whether an ordinal counts options or what stands behind it: "second one", "the second Monday"."""
        if mark.end - mark.start > 1 or mark.end >= len(self.marked.tokens):
            return mark.end - mark.start > 1
        token, after = self.marked.tokens[mark.end], self.marked.cover[mark.end]
        return token.is_word and (after is None or bool(after.classes & {"option_word", "weekday"}))

    def _numbered_days(self) -> Iterator[tuple[int, int, list[set[str]]]]:
        """Yield weekdays said by their number: "2ª e 3ª feira"."""
        for at, (token, suffix) in enumerate(pairwise(self.marked.tokens)):
            if token.kind != "number" or suffix.raw.isascii() or suffix.start != token.end:
                continue
            mark = self.marked.cover[at]
            if mark is not None and "weekday" in mark.values:
                yield at, mark.end, [{f"wd:{mark.values['weekday']}"}]
            elif days := self._days_begun(token.fold, suffix.fold):
                yield at, at + 2, [{f"wd:{day}"} for day in days]

    def _days_begun(self, *folds: str) -> frozenset[int]:
        """Return the weekday whose name begins with these words in some language."""
        books = (language.phrases for language in self.vocabulary.languages.values())
        named = (phrase for book in books for phrase in book.valued.get(" ".join(folds), ()))
        return frozenset(phrase.values["weekday"] for phrase in named if "weekday" in phrase.values)

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

    def is_weak(self, at: int) -> bool:
        """Whether a token is too slight to name an option by itself: a function word, a bare connective."""
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        if at in self.spoken:
            return False
        if token.kind == "number" and self.question.method is Method.SCORE and (token.fold,) not in self.labels.folds:
            return True  # a number gives points there, and only completes a label
        if token.kind == "number" and self.labels.timed and not self._names_number(token):
            return self._counts(at) or not (self._is_timed(at) or self._lists_hours() or self._is_judged(at))
        if token.kind != "word":
            return token.kind == "punct"
        if any(folds == (token.fold,) for folds in self.labels.folds):
            return (len(token.fold) == 1 and token.raw.islower()) or self._gives_reason(at)
        if mark is not None and mark.end - mark.start > 1 and not mark.classes & {"weekday", "month", "number"}:
            return True
        if mark is not None and mark.classes & {"weekday", "month"} and ("common" not in mark or self._in_days(at)):
            return False
        if self._is_proper(token) and (mark is None or not mark.classes & _SLIGHT or self._is_name(at)):
            return False
        if mark is None and len(token.fold) == SHORT_NAME and token.fold.upper() in self.labels.proper:
            return False  # "ai" for "AI tools", where it is no word of the text's language
        slight = (
            len(token.fold) < 2
            or (mark is not None and bool(mark.classes & _SLIGHT))
            or self.vocabulary.is_common(token.fold)
        )
        return slight and not self._is_listed(at)

    def _gives_reason(self, at: int) -> bool:
        """Whether a label's word opens a reason here, as French "car" does: "Train, car c'est plus rapide"."""
        mark = self.marked.cover[at]
        if mark is None or "reason" not in mark or mark.end - mark.start > 1 or mark.end >= len(self.marked.tokens):
            return False
        led, after = self.marked.cover[at - 1] if at else None, self.marked.cover[mark.end]
        compared = after is not None and "than" in after  # "plutôt car que train"
        plain = led is None or "name_article" not in led
        return at > 0 and plain and not compared and self.marked.tokens[mark.end].is_word

    def _is_listed(self, at: int) -> bool:
        """Whether a little word that tells a label from others stands by itself beside others: "tre, uno, due"."""
        if not self.hits[at] or not any(self.marked.tokens[at].fold in row for row in self.labels.words):
            return False
        return any(self._is_joined(at, step) and self.hits[at + 2 * step] for step in (-1, 1))

    def _is_joined(self, at: int, step: int) -> bool:
        """Whether but a comma or an "and" parts what stands here from the token beyond, which ends there or is next."""
        join, beyond = at + step, at + 2 * step
        if not 0 <= beyond < len(self.marked.tokens):
            return False
        token, mark = self.marked.tokens[join], self.marked.cover[join]
        other = at - step
        bare = not 0 <= other < len(self.marked.tokens) or not self.marked.tokens[other].is_word
        return bare and (token.raw in (",", "/", "&", ">") or (mark is not None and "and" in mark))

    def _in_days(self, at: int) -> bool:
        """Whether a short name of a day that is also a little word stands beside other days: "Mo, Mi und So"."""
        if not self.marked.tokens[at].raw[0].isupper():
            return self._is_joined_to_day(at)
        near = [m for m in self.marked.cover[max(0, at - 2) : at + 3] if m is not None and m.start != at]
        return any("weekday" in mark for mark in near)

    def _is_joined_to_day(self, at: int) -> bool:
        """Whether a comma or an "and" joins what stands here to the name of a day: "seg e ter"."""
        for join, day in ((at - 1, at - 2), (at + 1, at + 2)):
            if not (0 <= day < len(self.marked.tokens)):
                continue
            token, mark, beside = self.marked.tokens[join], self.marked.cover[join], self.marked.cover[day]
            joined = token.raw in (",", "/", "&") or (mark is not None and "and" in mark)
            if joined and beside is not None and "weekday" in beside:
                return True
        return False

    def _is_proper(self, token: Token) -> bool:
        """Whether a token is written with a capital letter as a label writes it: "Ben", no word of this language."""
        told = not token.raw.isascii() or token.raw.isupper()  # "Zé", "AI", not "Le"
        short = len(token.fold) == SHORT_NAME and told
        long_enough = short or len(token.fold) > SHORT_NAME
        return long_enough and token.raw[0].isupper() and token.raw in self.labels.proper

    def _is_name(self, at: int) -> bool:
        """Whether what may be a little word is a name: short with an accent ("Zé"), or a capital within a sentence."""
        token, before = self.marked.tokens[at], self.marked.tokens[at - 1] if at else None
        within = before is not None and before.kind != "stop" and "\n" not in before.raw
        return len(token.fold) == SHORT_NAME or (within and token.raw in self.labels.inner)

    def _names_number(self, token: Token) -> bool:
        """Whether a label holds the number itself, not as an hour."""
        keys = number_keys(token.fold, timed=False)
        return any(keys & word for row in self.labels.keys for word in row)

    def _lists_hours(self) -> bool:
        """Whether the text is a short list with a number that can but be an hour: "9 or 2" of three options."""
        words = [n for n, token in enumerate(self.marked.tokens) if token.is_word]
        numbers = [n for n in words if self.marked.tokens[n].kind == "number" and self.hits[n]]
        past = any(float(self.marked.tokens[n].fold) > self.count for n in numbers)
        return past and len(words) <= LONGEST_LIST

    def _counts(self, at: int) -> bool:
        """Whether what stands behind a number makes it a count: "10 people", no hour."""
        after = self.marked.cover[at + 1] if at + 1 < len(self.marked.tokens) else None
        return after is not None and "unit" in after and "hour_word" not in after

    def _is_judged(self, at: int) -> bool:
        """Whether a number that is no place of an option opens its clause and a verb or a judgement follows it."""
        opens = at == 0 or not self.marked.tokens[at - 1].is_word
        after = self.marked.cover[at + 1] if at + 1 < len(self.marked.tokens) else None
        past = float(self.marked.tokens[at].fold) > self.count
        return opens and past and after is not None and bool(after.classes & _JUDGING)

    def _is_alone(self, at: int) -> bool:
        """Whether no word stands right beside a token."""
        return not any(token.is_word for token in self.marked.tokens[max(0, at - 1) : at + 2] if token is not
                       self.marked.tokens[at])  # fmt: skip

    def _is_timed(self, at: int) -> bool:
        """Whether a bare number is said as an hour: "at 3", "3 pm"."""
        before = self.marked.cover[at - 1] if at else None
        after = self.marked.cover[at + 1] if at + 1 < len(self.marked.tokens) else None
        if self._is_alone(at) and int(float(self.marked.tokens[at].fold)) > self.count:
            return True
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
        if self.marked.tokens[at].fold not in self.labels.openings:
            return None
        words = [i for i in range(at, min(end, at + 24)) if self.marked.tokens[i].is_word]
        if not words or words[0] != at:
            return None
        for number, folds in enumerate(self.labels.folds):
            if not folds or len(folds) > len(words) or self.marked.tokens[at].fold != folds[0]:
                continue
            if tuple(self.marked.tokens[i].fold for i in words[: len(folds)]) != folds:
                continue
            last = words[len(folds) - 1] + 1
            if len(folds) == 1 and self.is_weak(at):
                continue
            if best is None or last > best.end:
                best = _Run(at, last, frozenset({number}))
        return best

    def _run(self, at: int, end: int) -> _Run | None:
        options, last, strong, used = self.hits[at], at + 1, not self.is_weak(at), [at]
        here, end = at + 1, min(end, at + LONGEST_RUN)
        while here < end and here - last <= 2:
            token = self.marked.tokens[here]
            if not token.is_word:
                if token.kind == "stop" and token.raw != ".":
                    break
                here += 1
                continue
            both = options & self.hits[here]
            if both and self._exact(here, end) is None:
                options, last, strong = both, here + 1, strong or not self.is_weak(here)
                used.append(here)
            elif not self._may_bridge(here):
                break
            here += 1
        if not strong or (len(options) == self.count and self.count > 1):
            return None
        return _Run(at, last, self._fullest(options, used))

    def _may_bridge(self, at: int) -> bool:
        mark = self.marked.cover[at]
        return mark is not None and bool(mark.classes & _BRIDGES) and not mark.classes & _NO_BRIDGES

    def _fullest(self, options: frozenset[int], used: Sequence[int]) -> frozenset[int]:
        """Return, of options that share the words used, those whose whole label these are; all when none is."""
        said = {self.marked.tokens[i].fold for i in used}
        whole = frozenset(n for n in options if {w for w in self.labels.folds[n] if not self._is_little(w)} <= said)
        return whole or options

    def _is_little(self, word: str) -> bool:
        """Whether a word of a label is but a function word, and not the short name of a day: "Di" is one in German."""
        return self.vocabulary.is_common(word) and not self.vocabulary.values(word, "weekday")


def _may_point(at: int, token: Token, mark: Mark | None) -> bool:
    if token.kind in ("number", "sign") or (token.kind == "word" and len(token.fold) == 1):
        return True
    return mark is not None and mark.start == at and (bool(mark.values) or not _PLACES.isdisjoint(mark.classes))


def _is_small(token: Token) -> bool:
    return token.kind == "number" and token.fold.isdigit() and len(token.fold) < 3


_JUDGING = classes("common good yes choose reject bad")  # "10 is fine", "10 works"
_BRIDGES = frozenset(("common", "time_word", "hour_word", "ordinal_suffix"))  # "Wed at 4 o'clock"
_NO_BRIDGES = frozenset(("and", "or", "nor", "negator"))
_SLIGHT = frozenset(("common", "negator", "and", "or", "nor", "greeting", "contrast"))
_PLACES = classes("last second_last middle fallback choose best_place all both_of")
