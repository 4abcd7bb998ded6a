"""The [ballot] words of all languages, compiled once for each lexicon: phrases by their first words.

A phrase is words in order; `…` in one stands for a few words of any kind, `(a|b|)` for either of several, here or
nothing. Must not: hold a word of any language
itself, or know a text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product
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
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")  # "(do|don't|)": the words it may be
_PLAIN = re.compile(r"[a-z ]+")  # a phrase whose words are its tokens as they stand
_PARTING = str.maketrans("'-", "  ")  # what parts words without being one


class Phrase(NamedTuple):  # a tuple: there are tens of thousands, made at every start
    """One entry of a language: its tokens and everything it can be."""

    tokens: Spelling
    classes: frozenset[str]
    values: Mapping[str, int]
    accented: Mapping[Spelling, frozenset[str]]  # what it is when written with these accents
    gapped: bool  # whether some of its words may have others between them


@dataclass(frozen=True, slots=True)
class Beginning:
    """The phrases that begin with one word: that word alone, the others by their second word, longest first."""

    alone: Phrase | None
    paired: Mapping[str, tuple[Phrase, ...]]
    crowded: Mapping[str, Mapping[int, Mapping[Spelling, Phrase]]]  # where those are many: by length, longest first
    parted: Parted | None  # those whose words need not touch


@dataclass(frozen=True, slots=True)
class Parted:
    """Phrases whose words need not touch, by what follows the first word: its second, a comma, any other word."""

    by_second: Mapping[str, tuple[Phrase, ...]]
    over_comma: tuple[Phrase, ...]
    otherwise: tuple[Phrase, ...]  # their second word may stand further on

    def after(self, following: str) -> tuple[Phrase, ...]:
        """Return the few that may stand here, in their order."""
        return self.over_comma if following == "," else self.by_second.get(following, self.otherwise)


Phrasebook = Mapping[str, Beginning]
_UNPAIRED: Mapping[str, tuple[Phrase, ...]] = {}
_UNCROWDED: Mapping[str, Mapping[int, Mapping[Spelling, Phrase]]] = {}
FEWEST_CROWDED = 16  # phrases that begin with the same two words from which on they are looked up, not gone through
_NO_NAMES: frozenset[str] = frozenset()
_NO_NUMBERS: frozenset[int] = frozenset()
_NO_VALUES: Mapping[str, int] = {}
_NO_ACCENTS: Mapping[Spelling, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled: its phrases by their first word, every single word it uses, and those worth mending."""

    phrases: Phrasebook
    voices: Phrasebook
    asked: Phrasebook
    words: frozenset[str]
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


@dataclass(frozen=True, slots=True)
class _Draft:
    """The phrases of a language while they are read: what each can be, its values, and what it is with accents."""

    shared: _Shared
    classes: dict[Spelling, frozenset[str]]
    values: dict[Spelling, dict[str, int]]
    accented: dict[Spelling, dict[Spelling, frozenset[str]]]

    def enter(self, tokens: Spelling, name: str, value: int | None) -> None:
        if not tokens:
            return
        self.classes[tokens] = self.shared.grown(self.classes.get(tokens, _NO_NAMES), name)
        if value is not None:
            self.values.setdefault(tokens, {})[name] = value

    def enter_accented(self, tokens: Spelling, written: Spelling, name: str) -> None:
        known = self.accented.setdefault(tokens, {})
        known[written] = self.shared.grown(known.get(written, _NO_NAMES), name)

    def note_first_person(self, own: frozenset[str]) -> None:
        """Add to phrases that hold a word of the first person that they are of the first person."""
        for tokens, names in self.classes.items():
            if own.isdisjoint(tokens) or names & {"third_person", "proxy"}:
                continue
            self.classes[tokens] = self.shared.grown(names, FIRST_PERSON)
            for written, names_then in self.accented.get(tokens, {}).items():
                self.accented[tokens][written] = self.shared.grown(names_then, FIRST_PERSON)

    def phrases(self) -> Iterator[Phrase]:
        """Yield the phrases, longest first."""
        for tokens in sorted(self.classes, key=len, reverse=True):
            values, accented = self.values.get(tokens, _NO_VALUES), self.accented.get(tokens, _NO_ACCENTS)
            yield Phrase(tokens, self.classes[tokens], values, accented, GAP in tokens)


@lru_cache(maxsize=8)
def vocabulary(lexicon: Lexicon) -> Vocabulary:
    """Return the compiled [ballot] tables; cached, as a lexicon is compared by identity."""
    shared = _Shared()
    tables = {code: _language(table, shared) for code, table in lexicon.tables("ballot").items()}
    singles: dict[str, tuple[Phrase, ...]] = {}
    for language in tables.values():
        for word, beginning in language.phrases.items():
            if beginning.alone is not None:
                singles[word] = (*singles.get(word, ()), beginning.alone)
    return Vocabulary(
        languages=tables,
        singles=singles,
        owners=_by_word({code: language.words for code, language in tables.items()}),
        beginners=_by_word({code: language.phrases for code, language in tables.items()}),
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


def _language(table: Mapping[str, Any], shared: _Shared) -> Language:
    entries = list(_entries(table))
    phrases = _draft([e for e in entries if e[0] not in VOICES | QUESTIONS], shared)
    voices = _draft([e for e in entries if e[0] in VOICES], shared)
    asked = _draft([e for e in entries if e[0] in QUESTIONS], shared)
    own = frozenset(t[0] for t, names in voices.classes.items() if len(t) == 1 and FIRST_PERSON in names)
    voices.note_first_person(own)
    phrases.note_first_person(own)
    spelt = tuple(t[0] for t, names in phrases.classes.items() if len(t) == 1 and len(t[0]) >= 4 and names & SPELT)
    jumbled: dict[str, tuple[str, ...]] = {}
    for word in spelt:
        letters = jumble(word)
        jumbled[letters] = (*jumbled.get(letters, ()), word)
    return Language(
        phrases=_by_first(phrases),
        voices=_by_first(voices),
        asked=_by_first(asked),
        words=frozenset(chain.from_iterable(chain(phrases.classes, voices.classes))),
        spelt=spelt,
        jumbled=jumbled,
        would_endings=tuple(fold(ending) for ending in table.get("would_endings", ())),
        enclitics=tuple(table.get("enclitics", ())),
        telltales=frozenset(table.get("telltales", ())),
    )


def jumble(word: str) -> str:
    """Return the letters of a word in alphabetical order: the same for all words that are but rearranged."""
    return "".join(sorted(word))


def _draft(entries: Sequence[tuple[str, str, int | None]], shared: _Shared) -> _Draft:
    draft = _Draft(shared, {}, {}, {})
    others: list[tuple[str, Spelling, int | None]] = []
    for name, text, value in entries:
        if _PLAIN.fullmatch(text):
            draft.enter(tuple(text.split()), name, value)
            continue
        raw, spelling = _spelt(text)
        draft.enter(spelling, name, value)
        others += ((name, other, value) for other in _variants(text))
        accented = () if text.isascii() else tuple(word.casefold() for word in raw if word != GAP)
        if accented and accented != spelling:
            draft.enter_accented(spelling, accented, name)
    written = frozenset(draft.classes)
    for name, other, value in others:
        if other not in written:  # "we'd" without its apostrophe is no reason to misread "Wed"
            draft.enter(other, name, value)
    return draft


def _by_first(draft: _Draft) -> Phrasebook:
    found: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in draft.phrases():
        found[phrase.tokens[0]].append(phrase)
    return {first: _beginning(of) for first, of in found.items()}


def _beginning(phrases: Sequence[Phrase]) -> Beginning:
    alone: Phrase | None = None
    paired: dict[str, list[Phrase]] = {}
    parted: list[Phrase] = []
    for phrase in phrases:
        if len(phrase.tokens) == 1:
            alone = phrase
            continue
        if not phrase.gapped:
            paired.setdefault(phrase.tokens[1], []).append(phrase)
        if phrase.gapped or phrase.classes & OVER_COMMAS:
            parted.append(phrase)
    return Beginning(
        alone,
        {second: tuple(of) for second, of in paired.items()} or _UNPAIRED,
        {second: _by_length(of) for second, of in paired.items() if len(of) >= FEWEST_CROWDED} or _UNCROWDED,
        _parted(parted),
    )


def _by_length(phrases: Sequence[Phrase]) -> Mapping[int, Mapping[Spelling, Phrase]]:
    """Return phrases that come longest first by their length and their words."""
    found: dict[int, dict[Spelling, Phrase]] = {}
    for phrase in phrases:
        found.setdefault(len(phrase.tokens), {})[phrase.tokens] = phrase
    return found


def _parted(phrases: Sequence[Phrase]) -> Parted | None:
    if not phrases:
        return None
    seconds = {phrase.tokens[1] for phrase in phrases} - {GAP}
    by_second = {second: tuple(one for one in phrases if one.tokens[1] in (second, GAP)) for second in seconds}
    return Parted(
        by_second or _UNPAIRED,
        over_comma=tuple(one for one in phrases if not one.gapped or one.tokens[1] == GAP),
        otherwise=tuple(one for one in phrases if one.tokens[1] == GAP),
    )


def _entries(table: Mapping[str, Any]) -> Iterator[tuple[str, str, int | None]]:
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


def _spelt(text: str) -> tuple[Sequence[str], Spelling]:
    """Return the words of a phrase as written and folded, its gaps among them."""
    words = text.translate(_PARTING).split()
    if all(map(str.isalpha, words)):  # nearly all; the others hold figures, signs or gaps
        return words, tuple(map(fold, words))
    tokens = [token for token in tokens_of(text) if token.is_word or token.raw == GAP]
    return [token.raw for token in tokens], tuple(t.raw if t.raw == GAP else t.fold for t in tokens)


def _variants(text: str) -> Iterator[Spelling]:
    """Yield the other spellings of a phrase: without its apostrophes, with its umlauts spelt out."""
    others = dict.fromkeys((text.replace("'", ""), text.translate(UMLAUTS)))
    yield from (_spelt(other)[1] for other in others if other != text)


def longest(tokens: Sequence[Token], folds: Sequence[str], at: int, book: Phrasebook) -> tuple[int, Phrase | None]:
    """Return where the longest phrase that begins at a token ends, and the phrase; None where none begins."""
    beginning = book.get(folds[at])
    if beginning is None:
        return at, None
    found, end = beginning.alone, at + (beginning.alone is not None)
    if at + 1 == len(folds):
        return end, found
    following = folds[at + 1]
    if following in beginning.crowded:
        for length, phrases in beginning.crowded[following].items():
            if (spelt := phrases.get(tuple(folds[at : at + length]))) is not None:
                found, end = spelt, at + length
                break
    else:
        for phrase in beginning.paired.get(following, ()):
            last = at + len(phrase.tokens)
            if tuple(folds[at:last]) == phrase.tokens:
                found, end = phrase, last
                break
    if beginning.parted is None:
        return end, found
    for phrase in beginning.parted.after(following):
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
