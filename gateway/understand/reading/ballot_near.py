"""A word of a ballot that names a label: as it stands, or drawn out, shortened or misspelt.

Must not: know a word of a language, or the words beside it.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz, process

from gateway.understand.reading.ballot_labels import Labels, calendar_keys, keys_of
from gateway.understand.reading.ballot_text import Token
from gateway.understand.reading.ballot_words import AHEAD, CLOSE_ENOUGH, LONG_RUN, Vocabulary, is_swapped

SHORTEST_PREFIX = 3  # letters that may stand for a longer word of a label
SHORTEST_BEGUN = 5  # letters of a word that three letters may stand for
SHORTEST_TYPO = 4
CLOSE_TO_LABEL = 83  # one wrong letter of six: "pitzas"
SHORTEST_BEGUN_WRONG = 7  # letters of a word that may stand for the misspelt beginning of a longer one
LONGEST_ENDING = 2  # letters of a word's ending
SHORTEST_ENDING = 4  # letters that may stand for a longer word they end
_NONE: frozenset[int] = frozenset()


def options_of(token: Token, labels: Labels, vocabulary: Vocabulary) -> frozenset[int]:
    """Return the options whose labels a token may name; none when that is in doubt."""
    if not token.is_word:
        return _NONE
    return _options_of("" if token.kind == "word" else token.raw, token.fold, token.kind, labels, vocabulary)


@lru_cache(maxsize=8192)  # the same words stand in all the answers to a question
def _options_of(raw: str, fold: str, kind: str, labels: Labels, vocabulary: Vocabulary) -> frozenset[int]:
    token = Token(raw, fold, kind, 0, 0, True)
    keys = keys_of(token, vocabulary, timed=labels.timed, numbered=labels.numbered)
    named = labels.named
    exact = frozenset(n for key in keys if key in named for n in named[key])
    return exact if exact or kind != "word" else _near(fold, labels, vocabulary)


def _near(word: str, labels: Labels, vocabulary: Vocabulary) -> frozenset[int]:
    """Return the options a word misspells or shortens, none when that is in doubt."""
    if len(word) < SHORTEST_PREFIX or word in vocabulary.owners:
        return _NONE
    days = calendar_keys(word, vocabulary) if labels.weekly else ()
    if days and (named := frozenset(n for key in days for n in labels.named.get(key, _NONE))):
        return named  # "Mittwochabend" for "Mittwoch, 5. Mai"
    long_enough, written = len(word) >= 4, word
    word = _drawn_in(word, labels.telling)
    if word[0] in labels.first_letters:
        rows = [[w for w in row if long_enough or len(w) >= SHORTEST_BEGUN] for row in labels.words]
        begun = frozenset(n for n, row in enumerate(rows) if any(_begins(word, w, whole=word != written) for w in row))
        stem = frozenset(
            n for n, row in enumerate(labels.words) if any(_goes_on(word, w, labels, vocabulary) for w in row)
        )
        if begun or stem:
            return begun or stem
    if word[-1] in labels.last_letters:
        ended = frozenset(n for n, row in enumerate(labels.words) if any(_ends(word, w) for w in row))
        if len(ended) == 1:
            return ended  # "Säge" for "Kappsäge"
    return _misspelt(word, labels) if len(word) >= SHORTEST_TYPO else _NONE


def _misspelt(word: str, labels: Labels) -> frozenset[int]:
    swapped = frozenset(n for n, row in enumerate(labels.words) if any(is_swapped(word, w) for w in row))
    if len(swapped) == 1:
        return swapped
    spelt = [[w for w in row if len(w) >= SHORTEST_TYPO] for row in labels.words]
    if len(word) >= SHORTEST_BEGUN_WRONG:  # "postgress" for "PostgreSQL"
        spelt = [[*row, *(w[: len(word)] for w in row if len(w) > len(word))] for row in spelt]
    every = [w for row in spelt for w in row]
    if process.extractOne(word, every, scorer=fuzz.ratio, score_cutoff=CLOSE_TO_LABEL) is None:
        return _NONE
    scores = [max((fuzz.ratio(word, w) for w in row), default=0.0) for row in spelt]
    best = max(scores, default=0.0)
    close = frozenset(n for n, score in enumerate(scores) if score == best)
    second = max((s for n, s in enumerate(scores) if n not in close), default=0.0)
    ahead = AHEAD if best >= CLOSE_ENOUGH else 2 * AHEAD  # the less alike, the farther all others must be
    return close if best - second >= ahead else _NONE


def _begins(word: str, other: str, *, whole: bool) -> bool:
    """Whether a word begins another; `whole`: or is it."""
    return other.startswith(word) and (whole or len(other) > len(word))


def _goes_on(word: str, other: str, labels: Labels, vocabulary: Vocabulary) -> bool:
    """Whether a word is a label's and an ending, or a word of the question: "Käsekuchen", asked which "Kuchen"."""
    if len(other) < SHORTEST_TYPO or not word.startswith(other):
        return False
    ending = word[len(other) :]
    return len(ending) <= LONGEST_ENDING or ending in labels.asked or bool(vocabulary.values(other, "month"))


def _ends(word: str, other: str) -> bool:
    """Whether a word ends a longer one that is made of it: "Säge" in "Kappsäge"."""
    return len(word) >= SHORTEST_ENDING and len(other) - len(word) >= SHORTEST_PREFIX and other.endswith(word)


def _drawn_in(word: str, known: frozenset[str]) -> str:
    """Return a word without its drawn-out letters where a label has it so: "poorto" may be meant, "pooorto" is."""
    short = LONG_RUN.sub(r"\1", word)
    return short if short in known else word
