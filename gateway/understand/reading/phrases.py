"""Words of a text, folded, and phrases of a word list found among them: what every reader of free words builds on.

A phrase is words in order. `stem*`, `*ending` and `ge*t` stand for any word that starts or ends so (an ending with an
accent is looked for with its accent), `…` for up to two words between.

Must not: know any language, or what a phrase means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from gateway.understand.lexicon import Words

# A run of letters and digits with its combining marks, or one pictograph.
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*|[\u2190-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]")
_ASCII_WORD = re.compile("[a-z0-9]+")
_GAP = "…"
_GAP_WORDS = 2
_LONGEST_AFFIX = 14
_MOST_SEEN = 8192
_LONGEST_KEPT = 600  # letters of a text whose words are remembered


class Word(NamedTuple):
    """A word as folded (no case, no accents), where it stands in the text, and as written but for case."""

    text: str
    start: int
    end: int
    written: str = ""


_made = tuple.__new__


class Hit(NamedTuple):
    """A phrase found: the key it is listed under, its language, and the words [start, end) it covers."""

    key: str
    language: str
    start: int
    end: int


class _Listed(NamedTuple):
    """A phrase that may begin with a word: its number among those, its elements, its key and its language."""

    number: int
    elements: tuple[str, ...]
    key: str
    language: str


class _Beginning(NamedTuple):
    """The phrases that may begin with a word: those that need no certain word after it, and the others by that word."""

    alone: tuple[_Listed, ...]
    paired: Mapping[str, tuple[_Listed, ...]]


_NOTHING = _Beginning((), {})


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Return the text without case and accents, for comparing."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char))


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order; an apostrophe, a hyphen and all other punctuation part words."""
    return _kept_words(text) if len(text) <= _LONGEST_KEPT else _words(text)


@lru_cache(maxsize=512)
def _kept_words(text: str) -> tuple[Word, ...]:
    """Remember the words of what is asked about again and again: sentences, subjects, labels; not of whole mails."""
    return _words(text)


def _words(text: str) -> tuple[Word, ...]:
    if text.isascii():  # nothing to fold but case; most texts are read through here, a word at a time
        ascii_ = _ASCII_WORD.finditer(text.lower())
        # Made as a tuple is: the naming of fields takes as long again, and every word of every mail is made here.
        return tuple([_made(Word, ((word := match[0][:64]), *match.span(), word)) for match in ascii_])
    matches = ((match, match.group()[:64]) for match in _WORD.finditer(text))
    found = (Word(fold(raw), match.start(), match.end(), raw.casefold()) for match, raw in matches)
    return tuple(word for word in found if word.text)


class Phrases:
    """Phrases under keys, compiled so that finding them costs little whatever their number."""

    def __init__(self, listed: Iterable[tuple[str, str, str]]) -> None:
        """Take (key, language, phrase) triples."""
        numbers: dict[tuple[str, str], int] = {}
        begun: tuple[dict[str, list[str]], ...] = ({}, {}, {})
        for key, language, phrase in listed:
            elements = _elements(phrase)
            if not elements:
                continue
            head, star, tail = elements[0].partition("*")
            index, of = (begun[0], head) if not star else (begun[1], head) if head else (begun[2], tail)
            number = numbers.setdefault((key, language), len(numbers))
            index.setdefault(of, []).append(f"{number} {' '.join(elements)}")
        self._lists = tuple(numbers)
        # Phrases that begin alike are one text, cut when a mail has that word: most are never met, and there are many.
        self._exact, self._stems, self._endings = ({of: "\n".join(them) for of, them in one.items()} for one in begun)
        self._seen: dict[str, _Beginning] = {}  # candidates by word, kept while few

    def at(self, words: Sequence[Word], start: int) -> Sequence[Hit]:
        """Return every phrase that begins at this word."""
        alone, paired = self._seen.get(words[start].written) or self._beginning(words[start])
        if not paired:  # most words begin no phrase
            return [hit for one in alone if (hit := _hit(one, words, start))] if alone else ()
        fit = paired.get(words[start + 1].text, ()) if start + 1 < len(words) else ()
        candidates = sorted(alone + fit) if alone and fit else fit or alone  # in the order of the lists
        return [hit for one in candidates if (hit := _hit(one, words, start))]

    def find(self, words: Sequence[Word]) -> tuple[Hit, ...]:
        """Return every phrase found anywhere, in order, overlapping ones too."""
        # Most words begin no phrase, or none that goes on with the next word: looking at each costs one dictionary.
        seen = self._seen.get
        found: list[Hit] = []
        following = ""
        for start in range(len(words) - 1, -1, -1):
            word = words[start]
            beginning = seen(word.written)
            if beginning is None or beginning.alone or following in beginning.paired:
                found[:0] = self.at(words, start)
            following = word.text
        return tuple(found)

    def may_open(self, text: str) -> bool:
        """Tell whether the first word of a text begins any phrase: most lines need no further look."""
        first = _WORD.search(text)
        words = words_of(first[0]) if first else ()
        return bool(words) and (self._seen.get(words[0].written) or self._beginning(words[0])) is not _NOTHING

    def _beginning(self, word: Word) -> _Beginning:
        """Return the phrases that may begin with a word."""
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        alone: list[_Listed] = []
        paired: dict[str, tuple[_Listed, ...]] = {}
        for number, (elements, key, language) in enumerate(self._candidates(word)):
            if not _same(elements[0], word):
                continue
            listed_ = _Listed(number, elements, key, language)
            second = elements[1] if len(elements) > 1 else ""
            if second and "*" not in second and second != _GAP:
                paired[second] = (*paired.get(second, ()), listed_)
            else:
                alone.append(listed_)
        found = _Beginning(tuple(alone), paired) if alone or paired else _NOTHING
        self._seen[word.written] = found
        return found

    def whole(self, words: Sequence[Word]) -> tuple[Hit, ...]:
        """Return the phrases that are the whole of these words."""
        return tuple(hit for hit in self.at(words, 0) if hit.end == len(words)) if words else ()

    def _candidates(self, word: Word) -> Iterator[tuple[tuple[str, ...], str, str]]:
        text, written = word.text, word.written
        yield from self._cut(self._exact, text)
        for size in range(1, min(len(text), _LONGEST_AFFIX) + 1):
            yield from self._cut(self._stems, text[:size])
            yield from self._cut(self._endings, text[-size:])
            if written != text:
                yield from self._cut(self._endings, written[-size:])

    def _cut(self, index: Mapping[str, str], of: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
        """Yield the elements, the key and the language of each phrase that begins so."""
        for line in index[of].split("\n") if of in index else ():
            number, *elements = line.split(" ")
            yield (tuple(map(intern, elements)), *self._lists[int(number)])


def _hit(one: _Listed, words: Sequence[Word], start: int) -> Hit | None:
    """Return a phrase whose first element is known to stand at a word as found there, None where it goes on else."""
    _, elements, key, language = one
    end = _match(elements, 1, words, start + 1) if len(elements) > 1 else start + 1
    return _made(Hit, (key, language, start, end)) if end else None


def _elements(phrase: str) -> tuple[str, ...]:
    return tuple(element for piece in phrase.split() for element in _piece(piece))


def _piece(piece: str) -> tuple[str, ...]:
    if piece == _GAP:
        return (_GAP,)
    head, star, tail = piece.partition("*")
    if not star:
        return tuple(word.text for word in words_of(piece))
    *before, stem = [word.text for word in words_of(head)] or [""]
    ending, *after = [_ending(word) for word in words_of(tail)] or [""]
    return (*before, f"{stem}*{ending}", *after)


def _ending(word: Word) -> str:
    return word.text if word.written == word.text else word.written


def _match(elements: tuple[str, ...], at: int, words: Sequence[Word], start: int) -> int:
    """Return where the elements from `at` on end when they begin at word `start`; 0 when they do not."""
    if start + len(elements) - at - (_GAP in elements) > len(words):
        return 0
    for index in range(at, len(elements)):
        element = elements[index]
        if element == _GAP:
            ends = (_match(elements, index + 1, words, start + skipped) for skipped in range(_GAP_WORDS + 1))
            return next((end for end in ends if end), 0)
        if start >= len(words) or not _same(element, words[start]):
            return 0
        start += 1
    return start


def _same(element: str, word: Word) -> bool:
    if "*" not in element:
        return element == word.text
    head, _, tail = element.partition("*")
    ends = word.text.endswith(tail) or (not tail.isascii() and word.written.endswith(tail))
    return ends and word.text.startswith(head) and len(word.text) > len(head) + len(tail) - (not tail)


def listed(
    tables: Mapping[str, Mapping[str, Any]], keys: Iterable[str] | None = None
) -> Iterator[tuple[str, str, str]]:
    """Yield (key, language, phrase) for the lists of strings of each language's table, of these keys or of all."""
    wanted = None if keys is None else frozenset(keys)
    for language, table in tables.items():
        for key, phrases in table.items():
            if isinstance(phrases, (list, Words)) and (wanted is None or key in wanted):
                yield from ((key, language, phrase) for phrase in phrases if isinstance(phrase, str))
