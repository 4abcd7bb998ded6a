"""The [ballot] words of all languages, compiled once for each lexicon: phrases by their first words.

A phrase is words in order; `…` in one stands for a few words of any kind, `(a|b|)` for either of several, here or
nothing. Must not: hold a word of any language
itself, or know a text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot_text import Token, classes, fold, tokens_of

# Keys whose value is a list of lists: the place in the outer list is the value of the word.
VALUED = {
    "ordinals": "ordinal",
    "numbers": "number",
    "weekdays": "weekday",
    "months": "month",
    "minutes": "minute",
    "dayparts": "daypart",
}
UNMARKED = frozenset(("irony_sign", "would_endings"))  # read from letters, not from words
OVER_COMMAS = frozenset(("irony", "change"))  # of these, phrases match with commas between their words
FIRST_PERSON = "first_person"
# Classes that tell whose stance a stretch holds and of when: found beside the others, for they share words with them.
VOICES = classes(
    "first_person third_person he_stance cites proxy tally past undecided enter would_i rearranged postponed bid unsaid"
)
QUESTIONS = frozenset(
    ("keep_question", "drop_question", "object_question", "offer_question", "asking")
)  # looked for in the question alone
# Classes in which a misspelt word is worth recognising.
SPELT = frozenset(("yes", "no", "for", "against", "block", "abstain", "withdraw", "good"))
GAP, WIDEST_GAP = "…", 4  # in a phrase: up to so many words of any kind
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")  # "(do|don't|)": the words it may be
_PLAIN = re.compile(r"[a-z ]+")  # a phrase whose words are its tokens as they stand
_UMLAUT = {"ä": "ae", "ö": "oe", "ü": "ue"}


@dataclass(slots=True)
class Phrase:
    """One entry of a language: its tokens and everything it can be."""

    tokens: tuple[str, ...]
    classes: set[str] = field(default_factory=set)
    values: dict[str, int] = field(default_factory=dict)
    accented: dict[tuple[str, ...], set[str]] = field(
        default_factory=dict
    )  # what it is when written with these accents
    gapped: bool = False  # whether some of its words may have others between them


@dataclass(frozen=True, slots=True)
class Beginning:
    """The phrases that begin with one word: that word alone, the others by their second word, longest first."""

    alone: Phrase | None
    paired: Mapping[str, tuple[Phrase, ...]]
    parted: tuple[Phrase, ...]  # those whose words need not touch


Phrasebook = Mapping[str, Beginning]


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled: its phrases by their first word, and every single word it uses."""

    phrases: Phrasebook
    voices: Phrasebook
    asked: Phrasebook
    words: frozenset[str]
    spelt: tuple[str, ...]
    would_endings: tuple[str, ...] = ()  # of verbs that say what their speaker would do


@dataclass(frozen=True, slots=True, eq=False)  # by identity, to be a key of a cache
class Vocabulary:
    """All languages of a lexicon, compiled."""

    languages: Mapping[str, Language]
    singles: Mapping[str, tuple[Phrase, ...]]  # each single word as the phrases it is, in any language
    irony_signs: tuple[str, ...] = ()  # what a text ends with that is not meant, as "/s"

    def values(self, word: str, name: str) -> frozenset[int]:
        """Return what a single word can be worth in a valued class, in any language."""
        return frozenset(p.values[name] for p in self.singles.get(word, ()) if name in p.values)

    def days_begun(self, letters: str) -> frozenset[int]:
        """Return the weekday whose name begins with these letters in some language; none where it is not the one."""
        days = frozenset(p.values["weekday"] for word, of in self.singles.items() if word.startswith(letters)
                         for p in of if "weekday" in p.values)  # fmt: skip
        return days if len(days) == 1 else frozenset()

    def is_common(self, word: str) -> bool:
        """Whether the word is a function word of any language."""
        return self.can_be(word, "common")

    def can_be(self, word: str, name: str) -> bool:
        """Whether a single word is of a class in any language."""
        return any(name in p.classes for p in self.singles.get(word, ()))


@lru_cache(maxsize=8)
def vocabulary(lexicon: Lexicon) -> Vocabulary:
    """Return the compiled [ballot] tables; cached, as a lexicon is compared by identity."""
    tables = {code: _language(table) for code, table in lexicon.tables("ballot").items()}
    singles: dict[str, tuple[Phrase, ...]] = {}
    for language in tables.values():
        for word, beginning in language.phrases.items():
            if beginning.alone is not None:
                singles[word] = (*singles.get(word, ()), beginning.alone)
    return Vocabulary(tables, singles, tuple(sign.casefold() for sign in lexicon.words("ballot", "irony_sign")))


def _language(table: Mapping[str, Any]) -> Language:
    entries = list(_entries(table))
    phrases = _phrases([e for e in entries if e[0] not in VOICES | QUESTIONS])
    voices = _phrases([e for e in entries if e[0] in VOICES])
    asked = _phrases([e for e in entries if e[0] in QUESTIONS])
    _note_first_person(voices, (voices, phrases))
    spelt = tuple(t[0] for t, p in phrases.items() if len(t) == 1 and len(t[0]) >= 4 and p.classes & SPELT)
    words = frozenset(token for table_ in (phrases, voices) for tokens in table_ for token in tokens)
    endings = tuple(fold(ending) for ending in table.get("would_endings", ()))
    return Language(_by_first(phrases), _by_first(voices), _by_first(asked), words, spelt, endings)


def _phrases(entries: Sequence[tuple[str, str, int | None]]) -> dict[tuple[str, ...], Phrase]:
    phrases: dict[tuple[str, ...], Phrase] = {}
    for name, text, value in entries:
        spelling = _spelling(text)
        _enter(phrases, spelling, name, value)
        if text.isascii():
            continue
        accented = tuple(t.raw.casefold() for t in tokens_of(text) if t.is_word)
        if accented != spelling and accented:
            phrases[spelling].accented.setdefault(accented, set()).add(name)
    written = frozenset(phrases)
    for name, text, value in entries:
        for tokens in (
            () if _PLAIN.fullmatch(text) else _variants(text) - written
        ):  # "we'd" without its apostrophe is no reason to misread "Wed"
            _enter(phrases, tokens, name, value)
    return phrases


def _by_first(phrases: Mapping[tuple[str, ...], Phrase]) -> Phrasebook:
    found: dict[str, list[Phrase]] = defaultdict(list)
    for tokens in sorted(phrases, key=len, reverse=True):
        found[tokens[0]].append(phrases[tokens])
    return {first: _beginning(of) for first, of in found.items()}


def _beginning(phrases: Sequence[Phrase]) -> Beginning:
    paired: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        if len(phrase.tokens) > 1 and not phrase.gapped:
            paired[phrase.tokens[1]].append(phrase)
    alone = next((p for p in phrases if len(p.tokens) == 1), None)
    parted = tuple(p for p in phrases if len(p.tokens) > 1 and (p.gapped or p.classes & OVER_COMMAS))
    return Beginning(alone, {second: tuple(of) for second, of in paired.items()}, parted)


def _enter(phrases: dict[tuple[str, ...], Phrase], tokens: tuple[str, ...], name: str, value: int | None) -> None:
    if not tokens:
        return
    phrase = phrases.setdefault(tokens, Phrase(tokens, gapped=GAP in tokens))
    phrase.classes.add(name)
    if value is not None:
        phrase.values[name] = value


def _note_first_person(
    voices: Mapping[tuple[str, ...], Phrase], tables: Iterable[Mapping[tuple[str, ...], Phrase]]
) -> None:
    """Add to phrases that hold a word of the first person that they are of the first person."""
    own = {tokens[0] for tokens, phrase in voices.items() if len(tokens) == 1 and FIRST_PERSON in phrase.classes}
    for tokens, phrase in ((t, p) for table in tables for t, p in table.items()):
        if not own.isdisjoint(tokens) and not phrase.classes & {"third_person", "proxy"}:
            for names in (phrase.classes, *phrase.accented.values()):
                names.add(FIRST_PERSON)


def _entries(table: Mapping[str, Any]) -> Iterator[tuple[str, str, int | None]]:
    for key, words in table.items():
        if key in VALUED:
            yield from ((VALUED[key], word, value) for value, forms in enumerate(words) for word in forms)
        elif key not in UNMARKED:
            yield from ((key, spelt, None) for word in words for spelt in spelt_out(word))


def spelt_out(phrase: str) -> Iterator[str]:
    """Yield every phrase that one with choices stands for: "sounds (good|fine)" is two."""
    if "|" not in phrase:
        yield phrase
        return
    parts = _CHOICE.split(phrase)  # every second part is what stood between brackets
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    yield from (" ".join("".join(chosen).split()) for chosen in product(*choices))


@lru_cache(maxsize=65536)
def _spelling(text: str) -> tuple[str, ...]:
    if _PLAIN.fullmatch(text):
        return tuple(text.split())
    return tuple(
        GAP if token.raw == GAP else token.fold for token in tokens_of(text) if token.is_word or token.raw == GAP
    )


def _variants(text: str) -> frozenset[tuple[str, ...]]:
    """Return the other spellings of a phrase: without its apostrophes, with its umlauts spelt out."""
    return frozenset({_spelling(text.replace("'", "")), _spelling("".join(_UMLAUT.get(c, c) for c in text))})


def longest(tokens: Sequence[Token], folds: Sequence[str], at: int, book: Phrasebook) -> tuple[int, Phrase | None]:
    """Return where the longest phrase that begins at a token ends, and the phrase; None where none begins."""
    beginning = book.get(folds[at])
    if beginning is None:
        return at, None
    found, end = beginning.alone, at + (beginning.alone is not None)
    for phrase in beginning.paired.get(folds[at + 1], ()) if at + 1 < len(folds) else ():
        last = at + len(phrase.tokens)
        if tuple(folds[at:last]) == phrase.tokens:
            found, end = phrase, last
            break
    for phrase in beginning.parted:
        last = (
            _end_over_gap(folds, tokens, at, phrase.tokens)
            if phrase.gapped
            else _end_over_commas(tokens, folds, at, phrase.tokens)
        )
        if last > end:
            found, end = phrase, last
    return end, found


def _end_over_gap(folds: Sequence[str], tokens: Sequence[Token], at: int, wanted: tuple[str, ...]) -> int:
    """Return where a phrase ends that other words may part ("nehme … zurück"), 0 where it does not stand here."""
    gap = wanted.index(GAP)
    head, tail = wanted[:gap], wanted[gap + 1 :]
    at += len(head)
    if tuple(folds[at - len(head) : at]) != head:
        return 0
    for start in range(at, min(at + WIDEST_GAP + 1, len(folds) - len(tail) + 1)):
        if tuple(folds[start : start + len(tail)]) == tail:
            return start + len(tail)
        if not tokens[start].is_word:
            return 0
    return 0


def _end_over_commas(tokens: Sequence[Token], folds: Sequence[str], at: int, wanted: tuple[str, ...]) -> int:
    """Return where a phrase ends that commas may part ("no, wait"), 0 where it does not stand here."""
    for word in wanted:
        while at < len(tokens) and tokens[at].raw == ",":
            at += 1
        if at >= len(tokens) or folds[at] != word:
            return 0
        at += 1
    return at
