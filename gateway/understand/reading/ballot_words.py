"""The [ballot] words of all languages, compiled once for each lexicon, and a text marked with them.

Must not: hold a word of any language itself, or decide what a ballot means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot_text import Token, classes, fold, tokens_of

# Keys whose value is a list of lists: the place in the outer list is the value of the word.
VALUED = {"ordinals": "ordinal", "numbers": "number", "weekdays": "weekday", "months": "month"}
UNMARKED = frozenset(("irony_sign",))  # read from the text as it stands, not from its words
OVER_COMMAS = frozenset(("irony", "change"))  # of these, phrases match with commas between their words
# Classes of words worth finding in any language, whatever the language of the rest.
PORTABLE = classes(
    """
    yes no for against block abstain withdraw both good irony greeting closing thanks filler weekday
    month indifferent change doubt
    """
)
# Classes in which a misspelt word is worth recognising.
SPELT = frozenset(("yes", "no", "for", "against", "block", "abstain", "withdraw", "good"))
SIDES = {"for": "yes", "good": "yes", "against": "no"}
MOST_TOKENS, HEAD_TOKENS = 700, 500
CLOSE_ENOUGH = 85
AHEAD = 10
_UMLAUT = {"ä": "ae", "ö": "oe", "ü": "ue"}
_LONG_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of tokens `start:end` that the lexicon knows; `values` holds the number of a valued class."""

    start: int
    end: int
    classes: frozenset[str]
    values: Mapping[str, int] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.classes


@dataclass(slots=True)
class Phrase:
    """One entry of a language: its tokens and everything it can be."""

    tokens: tuple[str, ...]
    classes: set[str] = field(default_factory=set)
    values: dict[str, int] = field(default_factory=dict)
    accented: dict[tuple[str, ...], set[str]] = field(
        default_factory=dict
    )  # what it is when written with these accents


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled: phrases by first token, longest first, and every single word it uses."""

    phrases: Mapping[str, tuple[Phrase, ...]]
    words: frozenset[str]
    spelt: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)  # by identity, to be a key of a cache
class Vocabulary:
    """All languages of a lexicon, compiled."""

    languages: Mapping[str, Language]
    irony_signs: tuple[str, ...] = ()  # what a text ends with that is not meant, as "/s"

    def values(self, word: str, name: str) -> frozenset[int]:
        """Return what a single word can be worth in a valued class, in any language."""
        found = (p.values[name] for language in self.languages.values() for p in language.phrases.get(word, ())
                 if p.tokens == (word,) and name in p.values)  # fmt: skip
        return frozenset(found)

    def is_common(self, word: str) -> bool:
        """Whether the word is a function word of any language."""
        return self.can_be(word, "common")

    def can_be(self, word: str, name: str) -> bool:
        """Whether a single word is of a class in any language."""
        return any(
            p.tokens == (word,) and name in p.classes
            for language in self.languages.values()
            for p in language.phrases.get(word, ())
        )


@lru_cache(maxsize=8)
def vocabulary(lexicon: Lexicon) -> Vocabulary:
    """Return the compiled [ballot] tables; cached, as a lexicon is compared by identity."""
    tables = {code: _language(table) for code, table in lexicon.tables("ballot").items()}
    return Vocabulary(tables, tuple(sign.casefold() for sign in lexicon.words("ballot", "irony_sign")))


def _language(table: Mapping[str, Any]) -> Language:
    phrases: dict[tuple[str, ...], Phrase] = {}
    entries = list(_entries(table))
    for name, text, value in entries:
        _enter(phrases, _spelling(text), name, value)
        accented = tuple(t.raw.casefold() for t in tokens_of(text) if t.is_word)
        if accented != _spelling(text) and accented:
            phrases[_spelling(text)].accented.setdefault(accented, set()).add(name)
    written = frozenset(phrases)
    for name, text, value in entries:
        for tokens in _variants(text) - written:  # "we'd" without its apostrophe is no reason to misread "Wed"
            _enter(phrases, tokens, name, value)
    by_first: dict[str, list[Phrase]] = defaultdict(list)
    for tokens in sorted(phrases, key=len, reverse=True):
        by_first[tokens[0]].append(phrases[tokens])
    spelt = tuple(t[0] for t, p in phrases.items() if len(t) == 1 and len(t[0]) >= 4 and p.classes & SPELT)
    words = frozenset(token for tokens in phrases for token in tokens)
    return Language({first: tuple(found) for first, found in by_first.items()}, words, spelt)


def _enter(phrases: dict[tuple[str, ...], Phrase], tokens: tuple[str, ...], name: str, value: int | None) -> None:
    if not tokens:
        return
    phrase = phrases.setdefault(tokens, Phrase(tokens))
    phrase.classes.add(name)
    if value is not None:
        phrase.values[name] = value


def _entries(table: Mapping[str, Any]) -> Iterator[tuple[str, str, int | None]]:
    for key, words in table.items():
        if key in VALUED:
            yield from ((VALUED[key], word, value) for value, forms in enumerate(words) for word in forms)
        else:
            yield from ((key, word, None) for word in words if key not in UNMARKED)


def _spelling(text: str) -> tuple[str, ...]:
    return tuple(token.fold for token in tokens_of(text) if token.is_word)


def _variants(text: str) -> frozenset[tuple[str, ...]]:
    """Return the other spellings of a phrase: without its apostrophes, with its umlauts spelt out."""
    return frozenset({_spelling(text.replace("'", "")), _spelling("".join(_UMLAUT.get(c, c) for c in text))})


@dataclass(frozen=True, slots=True)
class Marked:
    """A tokenised text and its marks, in order and without overlap."""

    text: str
    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    cover: tuple[Mark | None, ...]  # for each token its mark
    asked_to_keep: bool = False  # whether the question is about leaving things as they are
    asked: frozenset[str] = frozenset()  # the words of the question, folded
    ironic: bool = False  # whether the text ends with a sign that it is not meant

    def has(self, name: str, start: int = 0, end: int | None = None) -> bool:
        """Whether a mark of this class begins within the stretch."""
        return any(name in mark for mark in self.within(start, end))

    def within(self, start: int = 0, end: int | None = None) -> list[Mark]:
        """Return the marks that begin within the stretch."""
        stop = len(self.tokens) if end is None else end
        found, at = [], start
        while at < stop:
            mark = self.cover[at]
            if mark is not None and mark.start == at:
                found.append(mark)
            at = mark.end if mark is not None else at + 1
        return found

    def source(self, start: int, end: int) -> str:
        """Return the text of a stretch of tokens, as written."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if start < end else ""


def marked(text: str, question: str, words: Vocabulary, *, respell: bool = False) -> Marked:
    """Return the text marked with the words of the languages it seems to be written in."""
    tokens = _bounded(tokens_of(text))
    order = _likely(tokens, question, words)
    folds = [_known_form(t, words, order if respell else ()) for t in tokens]
    marks: list[Mark] = []
    cover: list[Mark | None] = [None] * len(tokens)
    at = 0
    while at < len(tokens):
        mark = _mark_at(tokens, folds, at, words, order)
        if mark is not None:
            marks.append(mark)
            cover[at : mark.end] = [mark] * (mark.end - at)
        at = mark.end if mark else at + 1
    ironic = text.rstrip().casefold().endswith(words.irony_signs)
    return Marked(text, tokens, tuple(marks), tuple(cover), _asks_to_keep(question, words), _folds_of(question), ironic)


def _bounded(tokens: list[Token]) -> tuple[Token, ...]:
    """Return the tokens, of a text with too many the first and the last: what follows compares them with each other."""
    return tuple(tokens if len(tokens) <= MOST_TOKENS else tokens[:HEAD_TOKENS] + tokens[HEAD_TOKENS - MOST_TOKENS :])


@lru_cache(maxsize=256)
def _folds_of(question: str) -> frozenset[str]:
    return frozenset(t.fold for t in tokens_of(question[:600]) if t.kind == "word")


@lru_cache(maxsize=256)
def _asks_to_keep(question: str, words: Vocabulary) -> bool:
    folds = _folds_of(question)
    return any("keep_question" in p.classes for language in words.languages.values() for f in folds
               for p in language.phrases.get(f, ()) if len(p.tokens) == 1)  # fmt: skip


@lru_cache(maxsize=256)
def _question_weights(question: str, words: Vocabulary) -> tuple[tuple[str, float], ...]:
    return tuple(_weights((t.fold for t in tokens_of(question[:600])), words).items())


def _weights(folds: Iterable[str], words: Vocabulary) -> dict[str, float]:
    """Return how much of the text each language claims; a word shared by many counts little for each."""
    weights = dict.fromkeys(words.languages, 0.0)
    for word in list(folds)[:120]:
        owners = [code for code, language in words.languages.items() if word in language.words]
        for code in owners:
            weights[code] += 1 / len(owners)
    return weights


def _likely(tokens: Iterable[Token], question: str, words: Vocabulary) -> tuple[str, ...]:
    """Return the languages the text may be in, likeliest first: its own words tell, then those of the question."""
    weights = _weights((t.fold for t in tokens if t.kind == "word"), words)
    for code, weight in _question_weights(question, words):
        weights[code] += min(weight, 4) * 0.3
    order = sorted(weights, key=lambda code: -weights[code])
    best = weights[order[0]] if order else 0
    return tuple(code for code in order if weights[code] >= 0.6 * best or code == order[0])


def _known_form(token: Token, words: Vocabulary, order: tuple[str, ...]) -> str:
    """Return the spelling under which a word is known: drawn-out letters shortened, and with `order` typos mended."""
    word = token.fold
    if token.kind != "word" or any(word in language.words for language in words.languages.values()):
        return word
    for short in (_LONG_RUN.sub(r"\1", word), _LONG_RUN.sub(r"\1\1", word)):
        if any(short in language.words for language in words.languages.values()):
            return short
    return _mended(word, words, order) if len(word) >= 4 else word


def _mended(word: str, words: Vocabulary, order: tuple[str, ...]) -> str:
    for code in order:
        language = words.languages[code]
        found = process.extract(word, language.spelt, scorer=fuzz.ratio, limit=6, score_cutoff=CLOSE_ENOUGH - AHEAD)
        if found and found[0][1] >= CLOSE_ENOUGH:
            best = _verdicts(language, found[0][0])
            if all(_verdicts(language, other) == best for other, score, _ in found if found[0][1] - score < AHEAD):
                return found[0][0]
    return word


def _verdicts(language: Language, word: str) -> frozenset[str]:
    """Return the sides a word can be on, so that "agree" and "agreed" are no rivals."""
    return frozenset(SIDES.get(c, c) for p in language.phrases[word] if p.tokens == (word,) for c in p.classes & SPELT)


def _mark_at(
    tokens: tuple[Token, ...], folds: list[str], at: int, words: Vocabulary, order: tuple[str, ...]
) -> Mark | None:
    """Return the longest phrase that begins here, of the likeliest language among equals."""
    if not tokens[at].is_word:
        return None
    best: tuple[int, Phrase] | None = None
    for code in order:
        end, phrase = _longest(tokens, folds, at, words.languages[code])
        if phrase and (best is None or end > best[0]):
            best = end, phrase
    if best is None:
        best = _foreign(tokens, folds, at, words, order)
    if best is None:
        return None
    end, phrase = best
    # "sí" is a yes where "si" may be an "if": accents, where they are written, tell.
    told = phrase.accented.get(tuple(t.raw.casefold() for t in tokens[at:end])) if phrase.accented else None
    return Mark(at, end, frozenset(told or phrase.classes), phrase.values)


def _foreign(
    tokens: tuple[Token, ...], folds: list[str], at: int, words: Vocabulary, order: tuple[str, ...]
) -> tuple[int, Phrase] | None:
    """Return a phrase of another language, where it is one that says the same anywhere."""
    alone = sum(token.is_word for token in tokens) == 1  # "Non." in answer to an English question
    if not alone and any(folds[at] in words.languages[code].words for code in order[:1]):
        return None
    found = (_longest(tokens, folds, at, language) for code, language in words.languages.items() if code not in order)
    portable = [(end, phrase) for end, phrase in found if phrase and phrase.classes & PORTABLE]
    return max(portable, key=lambda pair: pair[0], default=None)


def _longest(tokens: tuple[Token, ...], folds: list[str], at: int, language: Language) -> tuple[int, Phrase | None]:
    for phrase in language.phrases.get(folds[at], ()):
        end = at + len(phrase.tokens)
        if end <= len(tokens) and tuple(folds[at:end]) == phrase.tokens:
            return end, phrase
        if phrase.classes & OVER_COMMAS and (end := _end_over_commas(tokens, folds, at, phrase.tokens)):
            return end, phrase
    return at, None


def _end_over_commas(tokens: tuple[Token, ...], folds: list[str], at: int, wanted: tuple[str, ...]) -> int:
    """Return where a phrase ends that commas may part ("no, wait"), 0 where it does not stand here."""
    for word in wanted:
        while at < len(tokens) and tokens[at].raw == ",":
            at += 1
        if at >= len(tokens) or folds[at] != word:
            return 0
        at += 1
    return at


__all__ = ["AHEAD", "CLOSE_ENOUGH", "Mark", "Marked", "Vocabulary", "fold", "marked", "vocabulary"]
