"""Whether a sentence says in the past tense that a task was done: its title's own verb stands there as done.

"Pay the rent" is answered by "paid it this morning", "Miete überweisen" by "gestern überwiesen". Must not: know a
language (endings and irregular forms come from the table [past]), or take another verb for it ("I tried", "I called").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Word, fold, words_of

_FEWEST = 3  # letters of a stem
_VOWELS = "aeiou"
# How a last letter is written before the ending of the past: pagar → pagué, empezar → empecé, verven → geverfd.
_RESPELT = {"g": "gu", "c": "qu", "z": "c", "y": "i", "v": "f"}


@dataclass(frozen=True, slots=True)
class _Tense:
    """How one language makes the past of a verb."""

    infinitive: tuple[str, ...]
    endings: tuple[str, ...]
    inside: tuple[str, ...]
    forms: Mapping[str, str]
    but: frozenset[str]
    ahead: tuple[str, ...] = ()  # what may stand ahead of a verb and leave it the same: "raus-geschickt"


@lru_cache(maxsize=8)
def _tenses(lexicon: Lexicon) -> Mapping[str, _Tense]:
    return {
        language: _Tense(
            tuple(table["infinitive"]),
            tuple(table["endings"]),
            tuple(part for part in table["inside"] if part),
            {fold(form): fold(verb) for form, verb in table["forms"].items()},
            frozenset(map(fold, table["but"])),
            tuple(map(fold, table.get("ahead", ()))),
        )
        for language, table in lexicon.tables("past").items()
    }


def past_in(
    words: tuple[Word, ...], title: str, languages: frozenset[str], lexicon: Lexicon
) -> tuple[int, frozenset[str]] | None:
    """Return which word is the past of a verb in a task's title, and in which languages; None when none is."""
    tenses = {language: tense for language, tense in _tenses(lexicon).items() if language in languages}
    named = [word.text for word in words_of(title)]
    for at, word in enumerate(words):
        spoken = frozenset(language for language, tense in tenses.items() if _is_past(word, named, tense))
        if spoken:
            return at, spoken
    return None


def first_but(words: tuple[Word, ...], languages: frozenset[str], lexicon: Lexicon) -> int | None:
    """Return which word takes back what was said ("but"), None when none does."""
    buts = {but for language, tense in _tenses(lexicon).items() if language in languages for but in tense.but}
    return next((at for at, word in enumerate(words) if word.text in buts), None)


def _is_past(word: Word, named: list[str], tense: _Tense) -> bool:
    words = (word, *_without_ahead(word, tense))
    return any(_is_irregular(one.text, verb, tense) or _is_regular(one, verb, tense) for one in words for verb in named)


def _without_ahead(word: Word, tense: _Tense) -> Iterator[Word]:
    """Yield a word without what stands ahead of its verb: "rausgeschickt" is "geschickt" too."""
    for part in tense.ahead:
        if word.text.startswith(part) and len(word.text) - len(part) > _FEWEST and len(word.text) == len(word.written):
            yield Word(word.text[len(part) :], word.start + len(part), word.end, word.written[len(part) :])


def _is_irregular(text: str, verb: str, tense: _Tense) -> bool:
    """Tell whether a word is a verb's own form, with the same word in front of both: "weggebracht", "wegbringen"."""
    for start in range(len(text)):
        known = tense.forms.get(text[start:])
        if known and verb == text[:start] + known:
            return True
    return False


def _is_regular(word: Word, verb: str, tense: _Tense) -> bool:
    for stem in _stems(verb, tense):
        for ending in tense.endings:
            if word.written.endswith(ending) and word.text[: -len(ending)] in _written(stem, tense):
                return True
    # "anrufen", "angerufen": nothing but the syllable is new.
    return any(verb in _shortened(word.text, part) for part in tense.inside)


def _stems(verb: str, tense: _Tense) -> Iterator[str]:
    for ending in tense.infinitive:
        if verb.endswith(ending) and len(verb) - len(ending) >= _FEWEST:
            yield verb[: len(verb) - len(ending)]


def _written(stem: str, tense: _Tense) -> frozenset[str]:
    """Return the ways a stem may be written before an ending, with the syllable of the past in each place of it."""
    last = stem[-1]
    ways = {stem, stem + last, stem[:-1] + _RESPELT.get(last, last)}
    if last == stem[-2]:
        ways.add(stem[:-1])  # bellen → gebeld
    elif stem[-2] in _VOWELS and last not in _VOWELS:
        ways.add(stem[:-1] + stem[-2] + last)  # betalen → betaald
    parted = {way[:at] + part + way[at:] for way in ways for part in tense.inside for at in range(len(way) - 1)}
    return frozenset(ways | parted)


def _shortened(text: str, part: str) -> Iterator[str]:
    """Yield a word without a syllable, for each place it has it."""
    at = text.find(part)
    while at >= 0:
        yield text[:at] + text[at + len(part) :]
        at = text.find(part, at + 1)
