"""The [ballot] words of all languages, compiled once for each lexicon: phrases by their first words.

A phrase is words in order; `…` in one stands for a few words of any kind, `(a|b|)` for either of several, here or
nothing. Must not: hold a word of any language
itself, or know a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product
from sys import intern
from typing import Any, NamedTuple

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot_amounts import Numerals, numerals_of
from gateway.understand.reading.ballot_text import UMLAUTS, Token, classes, fold, tokens_of

# Keys whose value is a list of lists: the place in the outer list is the value of the word.
VALUED = {
    "ordinals": "ordinal",
    "lower_places": "lower_place",
    "numbers": "number",
    "weekdays": "weekday",
    "months": "month",
    "minutes": "minute",
    "dayparts": "daypart",
}
# Read from letters, not from words.
UNMARKED = frozenset(("irony_sign", "would_endings", "amounts", "telltales", "enclitics"))
OVER_COMMAS = frozenset(("irony", "change"))  # of these, phrases match with commas between their words
FIRST_PERSON = "first_person"
# Classes that tell whose stance a stretch holds and of when: found beside the others, for they share words with them.
VOICES = classes(
    """
    first_person third_person he_stance cites proxy tally past undecided enter would_i rearranged postponed bid unsaid
    faint unread not_before before_act season mock smirk bound absent excuse another_year likens saying regarding
    relative concedes whereabouts free_then placed greets proposes
    current enquires this_day in_its_place
    """
)
QUESTIONS = frozenset(
    (
        "keep_question",
        "drop_question",
        "object_question",
        "offer_question",
        "asking",
        "which",
        "drop_behind",
        "closing_question",
        "change_question",
        "stays_so",
        "presence_question",
    )
)  # looked for in the question alone
# Classes in which a misspelt word is worth recognising.
SPELT = frozenset(("yes", "no", "for", "against", "block", "abstain", "withdraw", "good"))
GAP, WIDEST_GAP = "…", 4  # in a phrase: up to so many words of any kind
Spelling = tuple[str, ...]  # the words of a phrase, folded
Entry = tuple[str, str, int | None]  # a class, a phrase of it, and what that is worth
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")  # "(do|don't|)": the words it may be
_PLAIN = re.compile(r"[a-z ]+")  # a phrase whose words are its tokens as they stand
_PARTING = str.maketrans("'-", "  ")  # what parts words without being one


class Phrase(NamedTuple):
    """What an entry of a language can be: one value for the hundreds that are the same."""

    classes: frozenset[str]
    values: Mapping[str, int]
    accented: Mapping[str, frozenset[str]]  # what it is when written with accents, by its words so written
    apart: Spelling  # its words, where others may stand between them; else none


@dataclass(frozen=True, slots=True)
class Parted:
    """Phrases whose words need not touch, by what follows the first word: its second, a comma, any other word."""

    by_second: Mapping[str, tuple[Loose, ...]]
    over_comma: tuple[Loose, ...]
    otherwise: tuple[Loose, ...]  # their second word may stand further on

    def every(self) -> Iterator[Loose]:
        """Yield them all, some more than once."""
        yield from chain(*self.by_second.values(), self.over_comma)

    def after(self, following: str) -> tuple[Loose, ...]:
        """Return the few that may stand here, in their order."""
        return self.over_comma if following == "," else self.by_second.get(following, self.otherwise)


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The phrases of a language by their words, with a blank between each two.

    One table with a text for each: there are some sixty thousand, and what one takes is taken so often.
    """

    phrases: Mapping[str, Phrase]  # those whose words stand side by side
    lengths: Mapping[str, tuple[int, ...]]  # first two words → the numbers of words of those that begin so, most first
    parted: Mapping[str, Parted]  # first word → those whose words need not touch
    firsts: frozenset[str]  # the words that any of them begins with
    valued: Mapping[str, tuple[Phrase, ...]]  # first two words → those that are worth something


Loose = tuple[Spelling, Phrase]  # a phrase whose words need not touch, and these
_NO_NAMES: frozenset[str] = frozenset()
_NO_NUMBERS: frozenset[int] = frozenset()
_NO_VALUES: Mapping[str, int] = {}
_NO_ACCENTS: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled: its phrases, and the words worth mending."""

    phrases: Phrasebook
    voices: Phrasebook
    asked: Phrasebook
    spelt: tuple[str, ...]
    jumbled: Mapping[str, tuple[str, ...]]  # the same by their letters in alphabetical order
    would_endings: tuple[str, ...] = ()  # of verbs that say what their speaker would do
    enclitics: tuple[str, ...] = ()  # little words that are written at the end of a verb
    telltales: frozenset[str] = frozenset()  # letters and signs that no other of the languages writes


@dataclass(frozen=True, slots=True, eq=False)  # by identity, to be a key of a cache
class Vocabulary:
    """All languages of a lexicon, compiled."""

    languages: Mapping[str, Language]
    singles: Mapping[str, tuple[Phrase, ...]]  # each single word as the phrases it is, in any language
    owners: Mapping[str, tuple[str, ...]]  # each word that stands in any phrase: the languages that use it
    beginners: Mapping[str, tuple[str, ...]]  # each word that a phrase begins with: the languages where one does
    commons: frozenset[str]  # the function words of all languages
    lights: frozenset[str] = frozenset()  # the light words of all languages: "honestly"
    weekdays: tuple[tuple[str, int], ...] = ()  # the names of weekdays in all languages, and which each is
    irony_signs: tuple[str, ...] = ()  # what a text ends with that is not meant, as "/s"
    numerals: tuple[Numerals, ...] = ()  # what amounts in words are made of, for each language

    def values(self, word: str, name: str) -> frozenset[int]:
        """Return what a single word can be worth in a valued class, in any language."""
        found = self.singles.get(word)
        return frozenset(p.values[name] for p in found if name in p.values) if found else _NO_NUMBERS

    def days_begun(self, letters: str) -> frozenset[int]:
        """Return the weekday whose name begins with these letters in some language; none where it is not the one."""
        days = frozenset(day for word, day in self.weekdays if word.startswith(letters))
        return days if len(days) == 1 else frozenset()

    def is_common(self, word: str) -> bool:
        """Whether the word is a function word of any language."""
        return word in self.commons

    def can_be(self, word: str, name: str) -> bool:
        """Whether a single word is of a class in any language."""
        found = self.singles.get(word)
        return found is not None and any(name in p.classes for p in found)


class _Shared:
    """Equal sets of classes, kept once: tens of thousands of phrases have but a few hundred different ones.

    One for each phrase they took a fifth of the memory that `restante serve` holds.
    """

    def __init__(self) -> None:
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._grown: dict[tuple[frozenset[str], str], frozenset[str]] = {}

    def grown(self, names: frozenset[str], name: str) -> frozenset[str]:
        """Return a set with one name more."""
        found = self._grown.get((names, name))
        if found is None:
            found = self._sets.setdefault(names | {name}, names | {name})
            self._grown[names, name] = found
        return found


class _Draft:
    """The phrases of a book while they are read: what each can be, its values, and what it is with accents."""

    def __init__(self, shared: _Shared) -> None:
        self.shared = shared
        self.classes: dict[str, frozenset[str]] = {}
        self.values: dict[str, dict[str, int]] = {}
        self.accented: dict[str, tuple[str, frozenset[str]]] = {}  # as written with accents → the phrase, what it is
        self.variants: list[Entry] = []

    def read(self, name: str, text: str, value: int | None) -> None:
        """Take an entry; its other spellings are settled when all are read."""
        if _PLAIN.fullmatch(text):
            self._enter(name, " ".join(text.split()), value)
            return
        raw, phrase = _spelt(text)
        self._enter(name, phrase, value)
        self.variants += ((name, other, value) for other in _variants(text))
        written = "" if text.isascii() else " ".join(map(str.casefold, raw))
        if written and (written != phrase or GAP in raw):
            _, names = self.accented.get(written, (phrase, _NO_NAMES))
            self.accented[written] = phrase, self.shared.grown(names, name)

    def _enter(self, name: str, phrase: str, value: int | None) -> None:
        if not phrase:
            return
        self.classes[phrase] = self.shared.grown(self.classes.get(phrase, _NO_NAMES), name)
        if value is not None:
            self.values.setdefault(phrase, {})[name] = value

    def settle(self) -> None:
        """Take the other spellings of what was read."""
        written = frozenset(self.classes)
        for name, other, value in self.variants:
            if other not in written:  # "we'd" without its apostrophe is no reason to misread "Wed"
                self._enter(name, other, value)

    def note_first_person(self, own: frozenset[str]) -> None:
        """Add to phrases that hold a word of the first person that they are of the first person."""
        said = frozenset(
            phrase
            for phrase, names in self.classes.items()
            if not own.isdisjoint(phrase.split()) and not names & {"third_person", "proxy"}
        )
        for phrase in said:
            self.classes[phrase] = self.shared.grown(self.classes[phrase], FIRST_PERSON)
        for written, (phrase, names) in self.accented.items():
            if phrase in said:
                self.accented[written] = phrase, self.shared.grown(names, FIRST_PERSON)

    def book(self) -> Phrasebook:
        """Return the phrases, compiled."""
        accented = {written: names for written, (phrase, names) in self.accented.items() if GAP not in phrase}
        loose: dict[str, dict[str, frozenset[str]]] = {}  # written with accents they are known where nothing parts them
        for written, (phrase, names) in self.accented.items():
            if GAP in phrase:
                loose.setdefault(phrase, {})[" ".join(word for word in written.split() if word != GAP)] = names
        accents = frozenset(phrase for phrase, _ in self.accented.values())
        same: dict[tuple[frozenset[str], bool], Phrase] = {}

        def made(phrase: str, names: frozenset[str]) -> Phrase:
            if GAP in phrase:
                values = self.values.get(phrase, _NO_VALUES)
                return Phrase(names, values, loose.get(phrase, _NO_ACCENTS), tuple(phrase.split()))
            known = accented if phrase in accents else _NO_ACCENTS
            if phrase in self.values:
                return Phrase(names, self.values[phrase], known, ())
            return same.setdefault((names, phrase in accents), Phrase(names, _NO_VALUES, known, ()))

        return _book({phrase: made(phrase, names) for phrase, names in self.classes.items()})


@lru_cache(maxsize=8)
def vocabulary(lexicon: Lexicon) -> Vocabulary:
    """Return the compiled [ballot] tables; cached, as a lexicon is compared by identity."""
    shared = _Shared()
    tables = {code: _language(table, shared) for code, table in lexicon.tables("ballot").items()}
    singles: dict[str, tuple[Phrase, ...]] = {}
    for language in tables.values():
        for word, phrase in language.phrases.phrases.items():
            if " " not in word:
                singles[word] = (*singles.get(word, ()), phrase)
    return Vocabulary(
        languages=tables,
        singles=singles,
        owners=_by_word({code: _words_of(language) for code, language in tables.items()}),
        beginners=_by_word({code: language.phrases.firsts for code, language in tables.items()}),
        commons=frozenset(word for word, of in singles.items() if any("common" in p.classes for p in of)),
        lights=frozenset(word for word, of in singles.items() if any("light" in p.classes for p in of)),
        weekdays=tuple((w, p.values["weekday"]) for w, of in singles.items() for p in of if "weekday" in p.values),
        irony_signs=tuple(sign.casefold() for sign in lexicon.words("ballot", "irony_sign")),
        numerals=tuple(n for table in lexicon.tables("ballot").values() if (n := numerals_of(table)) is not None),
    )


def _by_word(words: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return for each word the languages it is listed under, in their order; equal lists are kept once."""
    found: dict[str, tuple[str, ...]] = {}
    same: dict[tuple[str, ...], tuple[str, ...]] = {}
    for code, listed in words.items():
        for word in listed:
            codes = (*found.get(word, ()), code)
            found[word] = same.setdefault(codes, codes)
    return found


def _words_of(language: Language) -> frozenset[str]:
    """Return every word of a language's phrases but those that are looked for in questions alone."""
    books = (language.phrases, language.voices)
    touching = (phrase.split() for book in books for phrase in book.phrases)
    loose = (spelling for book in books for parted in book.parted.values() for spelling, _ in parted.every())
    return frozenset(map(intern, chain.from_iterable(chain(touching, loose))))


def _language(table: Mapping[str, Any], shared: _Shared) -> Language:
    phrases, voices, asked = _drafts(_entries(table), shared)
    own = frozenset(word for word, names in voices.classes.items() if " " not in word and FIRST_PERSON in names)
    voices.note_first_person(own)
    phrases.note_first_person(own)
    spelt = tuple(w for w, names in phrases.classes.items() if " " not in w and len(w) >= 4 and names & SPELT)
    jumbled: dict[str, tuple[str, ...]] = {}
    for word in spelt:
        letters = jumble(word)
        jumbled[letters] = (*jumbled.get(letters, ()), word)
    return Language(
        phrases=phrases.book(),
        voices=voices.book(),
        asked=asked.book(),
        spelt=spelt,
        jumbled=jumbled,
        would_endings=tuple(fold(ending) for ending in table.get("would_endings", ())),
        enclitics=tuple(table.get("enclitics", ())),
        telltales=frozenset(table.get("telltales", ())),
    )


def jumble(word: str) -> str:
    """Return the letters of a word in alphabetical order: the same for all words that are but rearranged."""
    return "".join(sorted(word))


def _drafts(entries: Iterable[Entry], shared: _Shared) -> tuple[_Draft, _Draft, _Draft]:
    """Return the phrases of a language, read: those of votes, those of voices, and those looked for in questions."""
    phrases, voices, asked = drafts = _Draft(shared), _Draft(shared), _Draft(shared)
    for name, text, value in entries:
        (voices if name in VOICES else asked if name in QUESTIONS else phrases).read(name, text, value)
    for draft in drafts:
        draft.settle()
    return drafts


def _book(every: Mapping[str, Phrase]) -> Phrasebook:
    lengths: dict[str, frozenset[int]] = {}
    valued: dict[str, tuple[Phrase, ...]] = {}
    loose: dict[str, list[Loose]] = {}
    kept: dict[str, Phrase] = {}
    for text, phrase in every.items():
        words = text.split()
        first = intern(words[0])
        if len(words) > 1 and (phrase.apart or phrase.classes & OVER_COMMAS):
            loose.setdefault(first, []).append((tuple(map(intern, words)), phrase))
        if phrase.apart:
            continue
        kept[first if len(words) == 1 else text] = phrase
        if len(words) > 1:
            pair = text if len(words) == 2 else " ".join(words[:2])
            lengths[pair] = lengths.get(pair, _NO_NUMBERS) | {len(words)}
            if phrase.values:
                valued[pair] = (*valued.get(pair, ()), phrase)
    same: dict[frozenset[int], tuple[int, ...]] = {}
    return Phrasebook(
        kept,
        {pair: same.setdefault(of, tuple(sorted(of, reverse=True))) for pair, of in lengths.items()},
        {first: _parted(sorted(of, key=lambda one: -len(one[0]))) for first, of in loose.items()},
        frozenset(intern(text.partition(" ")[0]) for text in every),
        valued,
    )


def _parted(phrases: Sequence[Loose]) -> Parted:
    seconds = {spelling[1] for spelling, _ in phrases} - {GAP}
    return Parted(
        {second: tuple(one for one in phrases if one[0][1] in (second, GAP)) for second in seconds},
        over_comma=tuple(one for one in phrases if not one[1].apart or one[0][1] == GAP),
        otherwise=tuple(one for one in phrases if one[0][1] == GAP),
    )


def _entries(table: Mapping[str, Any]) -> Iterator[Entry]:
    for key, words in table.items():
        if key in VALUED:
            for value, forms in enumerate(words):
                yield from ((VALUED[key], spelt, value) for word in forms for spelt in spelt_out(word))
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


def _spelt(text: str) -> tuple[Sequence[str], str]:
    """Return the words of a phrase as written, and folded in one text, its gaps among them."""
    words = text.translate(_PARTING).split()
    if all(map(str.isalpha, words)):  # nearly all; the others hold figures, signs or gaps
        return words, " ".join(map(fold, words))
    tokens = [token for token in tokens_of(text) if token.is_word or token.raw == GAP]
    return [token.raw for token in tokens], " ".join(t.raw if t.raw == GAP else t.fold for t in tokens)


def _variants(text: str) -> Iterator[str]:
    """Yield the other spellings of a phrase: without its apostrophes, with its umlauts spelt out."""
    others = dict.fromkeys((text.replace("'", ""), text.translate(UMLAUTS)))
    yield from (_spelt(other)[1] for other in others if other != text)


def longest(tokens: Sequence[Token], folds: Sequence[str], at: int, book: Phrasebook) -> tuple[int, Phrase | None]:
    """Return where the longest phrase that begins at a token ends, and the phrase; None where none begins."""
    first, left = folds[at], len(folds) - at
    found = book.phrases.get(first)
    end = at + (found is not None)
    if left == 1:
        return end, found
    for length in book.lengths.get(f"{first} {folds[at + 1]}", ()):
        if length <= left and (phrase := book.phrases.get(" ".join(folds[at : at + length]))) is not None:
            found, end = phrase, at + length
            break
    parted = book.parted.get(first)
    if parted is None:
        return end, found
    for spelling, phrase in parted.after(folds[at + 1]):
        last = (
            _end_over_gap(folds, tokens, at, spelling)
            if phrase.apart
            else _end_over_commas(tokens, folds, at, spelling)
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
