"""Options pointed at by letter, number or ordinal: "B", "no. 2", "the second one", "the first two".

Must not: know a word of a language, or judge whether an option pointed at is chosen.
"""

from __future__ import annotations

from bisect import bisect_left

from gateway.model.ballot import Method
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_words import Mark

_BESIDE = classes(
    """
    filler and or nor negator except choose instead option_word over contrast conclusion yes no
    common change best_place worst_place closing thanks number fallback tie also near_negator reject full_marks earns
    sole
    """
)
_ENDS_LETTER = classes("choose and or over closing thanks conclusion contrast earns")  # "a please", "a for me"
# A small letter asks for more beside it.
_BESIDE_SMALL = classes(
    "filler and or nor except choose option_word over closing thanks yes number conclusion earns sole"
)
DEGREES = classes("smallest largest earliest latest")
FARTHEST_DEGREE = 3  # words from "the cheapest" to the number of all there are: "el más barato de los tres"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Pointers:
    """Looks for what points at an option without its label, in the text of one finder."""

    def __init__(self, finder: Finder) -> None:
        self.finder, self.count, self.hits = finder, finder.count, finder.hits
        self.marked, self.question, self.vocabulary = finder.marked, finder.question, finder.vocabulary

    def within(self, start: int, end: int, *, loose: bool) -> list[Mention]:
        """Return the options pointed at by letter, number or ordinal in a stretch.

        `loose`: bare numbers and ordinals count, for a stretch that says little else.
        """
        found: list[Mention] = []
        places, reached = self.finder.pointing, start
        for at in places[bisect_left(places, start) : bisect_left(places, end)]:
            if at < reached:
                continue
            mention = (
                (
                    None if self.question.method is Method.SCORE else self._counted(at, end)
                )  # "the first 2, the second 5"
                or self._ordinal(at, end, loose)
                or self._letter(at, end)
                or self._number(at, end, loose)
            )
            if mention is not None:
                found.append(mention)
                reached = mention.end
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
        if small and at + 1 < end and (self._is_article_before(at + 1) or self._introduces(at + 1)):
            return None
        if not (self._after_option_word(at) or self._stands_alone(at, start=small)):
            return None
        return Mention(frozenset({place}), at, at + 1, "letter")

    def _is_article_before(self, at: int) -> bool:
        """Whether what stands behind a letter makes it an article: a number ("a 5"), a word of dress ("a strong …")."""
        token, mark = self.marked.tokens[at], self.marked.cover[at]
        spelt = mark is not None and "number" in mark.values and self.question.method is Method.SCORE  # "a three"
        if token.kind == "number" or spelt:
            return self.question.method is not Method.SCORE or not self.marked.tokens[at - 1].raw.isupper()
        return token.kind == "word" and mark is not None and "filler" in mark and not mark.classes & _ENDS_LETTER

    def _introduces(self, at: int) -> bool:
        """Whether an unknown word stands here, which makes the "a" ahead of it an article: "for a family"."""
        token = self.marked.tokens[at]
        return token.kind == "word" and len(token.fold) > 1 and self.marked.cover[at] is None

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
        if mark is not None and self.question.method is Method.RANKED and ("ordinal" in mark.values or "last" in mark):
            return True  # "C first, A last"
        return mark is not None and bool(mark.classes & allowed) and not (small and "good" in mark)

    def _number(self, at: int, end: int, loose: bool) -> Mention | None:
        token = self.marked.tokens[at]
        mark = self.marked.cover[at]
        figures = token.fold.lstrip("+") if self._is_joined(at) else token.fold if token.kind == "number" else ""
        value = int(figures) if figures.isdigit() and len(figures) < 3 else None
        if value is None:  # as for nearly all
            if mark is None or "number" not in mark.values or mark.end - mark.start > 1 or "both_of" in mark:
                return None
            counts = mark.values["number"] > 1 or self._is_counted_on(at)  # "one" may be an article
            told = self._after_option_word(at) or (loose and counts)
            article = "common" in mark and at + 1 < end and self._introduces(at + 1)  # "per un gruppo"
            value = mark.values["number"] if told and not article and not self._is_one_of_several(at) else None
        if value is None or not 1 <= value <= self.count or (self.hits[at] and not self.finder.is_weak(at)):
            return None
        return Mention(frozenset({value - 1}), at, at + 1, "number") if loose or self._after_option_word(at) else None

    def _is_counted_on(self, at: int) -> bool:
        """Whether a comma or an "and" joins what stands here to another number: "one, two and four"."""
        behind = at + 1
        while behind < len(self.marked.tokens) and (
            self.marked.tokens[behind].raw in (",", "&")
            or ((m := self.marked.cover[behind]) is not None and "and" in m)
        ):
            behind += 1
        mark = self.marked.cover[behind] if at + 1 < behind < len(self.marked.tokens) else None
        return mark is not None and mark.values.get("number", 0) > 1

    def _is_one_of_several(self, at: int) -> bool:
        """Whether a number in words but counts: "one of them", "any of the three", "le moins cher des trois"."""
        if any(m is not None and m.classes & DEGREES for m in self.marked.cover[max(0, at - FARTHEST_DEGREE) : at]):
            return True
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
        glued = mark.end - at < 2 or self.marked.tokens[at + 1].start == token.end
        parted = token.kind == "number" and not glued  # "1 e 3" is no "1e"
        if "ordinal" in mark.values and not parted:
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
        """Return a naming of options behind an ordinal as what both mean: "second Monday", "first three"."""
        if (placed := self._placed(mention)) is not None:
            return placed
        labels = self.finder.labels
        if (labels.numbered or labels.timed) and mention.start and mention.end - mention.start == 1:
            counted = None if self.question.method is Method.SCORE else self._counted(mention.start - 1, mention.end)
            if counted is not None and counted.end == mention.end:
                return counted
        found = self._place(mention.start - 1) if mention.start and 1 < len(mention.options) < self.count else None
        if found is None or found[1] != mention.start or not -len(mention.options) <= found[0] < len(mention.options):
            return mention
        return Mention(frozenset({sorted(mention.options)[found[0]]}), mention.start - 1, mention.end, "label")

    def _placed(self, mention: Mention) -> Mention | None:
        """Return what a place means that is one word of a label as well: "first three" where "First aid" is an option.

        Where it may be either, one choice is left open: "the second" where "Second helping" is the third.
        """
        if self.question.method in (Method.SCORE, Method.RANKED) or mention.by != "label":
            return None
        at, labels, last = mention.end - 1, self.finder.labels, len(self.marked.tokens)
        place = self._place(at)
        beside = self.marked.cover[mention.start : at]  # "the"
        if place is None or place[1] != mention.end or not all(m is not None and "common" in m for m in beside):
            return None
        in_full = any(len(labels.folds[n]) == mention.end - mention.start for n in mention.options)
        spelt = any(self.marked.tokens[at].fold in labels.words[n] for n in mention.options)  # no "third" for a day
        if in_full or not spelt or not -self.count <= place[0] < self.count:
            return None
        told = self._counted(at, last) or self._ordinal(at, last, loose=False)
        if told is None and self.question.method is Method.SINGLE:
            return Mention(mention.options | {place[0] % self.count}, mention.start, mention.end, "label")
        return told

    def _ordinal(self, at: int, end: int, loose: bool) -> Mention | None:
        found = self._place(at)
        if found is None:
            return None
        place, last = found
        named = last < end and (m := self.marked.cover[last]) is not None and "option_word" in m
        mark = self.marked.cover[at]
        ordinal = mark is not None and "ordinal" in mark.values and mark.end == last > at + 1
        told = ordinal and self.vocabulary.can_be(self.marked.tokens[last - 1].fold, "option_word")  # "second one"
        whole = self._out_of_all(last, end)
        if not (loose or named or told or whole) or not -self.count <= place < self.count:
            return None
        if whole:
            return Mention(frozenset({place % self.count}), at, whole, "ordinal")
        options = frozenset({place % self.count})
        if not (named or told) and self.question.method is Method.SINGLE:
            word = self.marked.tokens[last - 1].fold  # "the last" may be "The Last Drop"
            options |= {n for n, words in enumerate(self.finder.labels.words) if word in words}
        return Mention(options, at, last + 1 if named else last, "ordinal")

    def _out_of_all(self, at: int, end: int) -> int:
        """Return where "of the three" ends, where that is how many options there are; 0 where nothing of it stands."""
        last = at
        while last < end and (mark := self.marked.cover[last]) is not None and mark.classes & {"out_of", "common"}:
            if "number" in mark.values:
                break
            last = mark.end
        size = self._size(last) if at < last < end else None
        return size[1] if size is not None and size[0] == self.count else 0

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
        after = self.marked.cover[end] if end < len(self.marked.tokens) else None
        if not 1 < size <= self.count or (after is not None and "unit" in after):
            return None  # "the last three times" are no options
        options = range(size) if place == 0 else range(self.count - size, self.count)
        return Mention(frozenset(options), start, end, "counted")
