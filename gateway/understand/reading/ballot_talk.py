"""Phrases of [ballot_talk]: of taking a stance back, and of the list of options, which choose nothing by themselves.

Looked for beside the words of [ballot], and only where a telling word of theirs stands: most ballots hold none, and no
such word tells what language a text is in. Must not: know a word of a language, or a vote.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot_vocabulary import spelt_out
from gateway.understand.reading.ballot_words import Marked, Vocabulary
from gateway.understand.reading.phrases import Phrases, Word, listed, words_of

TABLE = "ballot_talk"
OWN = "own"  # the words for "my": they lead to nothing by themselves
BESIDE_LIST = "beside_list"  # what makes a naming of the list talk of it; leads to nothing by itself either


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase found: the key it is listed under, and the tokens it covers."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Talk:
    """The phrases of all languages, and the most telling word of each: a text without any of these holds none."""

    phrases: Phrases
    telling: frozenset[str]

    def within(self, marked: Marked, vocabulary: Vocabulary) -> tuple[Spoken, ...]:
        """Return what is said so in a text, in order."""
        if self.telling.isdisjoint(marked.folds):
            return ()
        places = [at for at, token in enumerate(marked.tokens) if token.is_word]
        words = [Word(marked.folds[at], at, at + 1, marked.tokens[at].raw.casefold()) for at in places]
        found = self.phrases.find(words)
        return tuple(
            Spoken(hit.key, places[hit.start], places[hit.end - 1] + 1)
            for hit in found
            if hit.language in marked.order or not _is_known(marked, places[hit.start], vocabulary)
        )


def is_asked(marked: Marked, one: Spoken) -> bool:
    """Whether the question has a telling word of a phrase, so that it may answer it: "Which one shall we remove?"."""
    return any(
        marked.tokens[at].fold in marked.asked and ((mark := marked.cover[at]) is None or "common" not in mark)
        for at in range(one.start, one.end)
    )


def _is_known(marked: Marked, at: int, vocabulary: Vocabulary) -> bool:
    """Whether the text's own language has a word: then it is no phrase of another."""
    return bool(marked.order) and marked.order[0] in vocabulary.owners.get(marked.folds[at], ())


@lru_cache(maxsize=8)
def talk_of(lexicon: Lexicon) -> Talk:
    """Return the compiled table; cached, as a lexicon is compared by identity."""
    entries = [
        (key, language, spelt) for key, language, phrase in listed(lexicon.tables(TABLE)) for spelt in spelt_out(phrase)
    ]
    telling = (_telling(spelt) for key, _, spelt in entries if key not in (OWN, BESIDE_LIST))
    return Talk(Phrases(entries), frozenset(telling))


def _telling(phrase: str) -> str:
    """Return the longest word of a phrase: the others are as little as "the" and "is"."""
    return max((word.text for word in words_of(phrase)), key=len)
