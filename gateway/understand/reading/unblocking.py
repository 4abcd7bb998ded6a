"""Words that say that what stopped somebody stops them no longer: `blocker solved`, `no key to the archive: sorted`,
`nothing blocks me any more`, in any language we read.

Must not: hold a word of any language (table [plan] of words/<language>.toml), or close anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import words_of

_MOST_WORDS = 16  # of a clause; what is longer says more than that
_ALIKE = 0.7  # of the words of a blocker and of what is said to be gone

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The phrases, folded, longest first."""

    gone: tuple[Phrase, ...]
    one: tuple[Phrase, ...]  # names a blocker
    several: tuple[Phrase, ...]  # names all there are
    free: frozenset[Phrase]  # says it all
    fillers: frozenset[str]


@lru_cache(maxsize=4)
def _words(lexicon: Lexicon) -> _Words:
    def phrases(*keys: str) -> tuple[Phrase, ...]:
        said = {tuple(word.text for word in words_of(text)) for key in keys for text in lexicon.words("plan", key)}
        return tuple(sorted(said, key=lambda phrase: (-len(phrase), phrase)))

    return _Words(
        gone=phrases("gone", "done"),
        one=phrases("blocker"),
        several=phrases("blockers"),
        free=frozenset(phrases("free")),
        fillers=frozenset(phrase[0] for phrase in phrases("filler")),
    )


def freed(clause: str, blockers: Sequence[str], lexicon: Lexicon) -> tuple[int, ...] | None:
    """Return the places (from 1) of the blockers that a clause says are gone; None where it says nothing of the kind.

    () where one is gone and it cannot be told which, or none was known.
    """
    said = tuple(word.text for word in words_of(clause)) if "?" not in clause else ()
    if not said or len(said) > _MOST_WORDS:
        return None
    words = _words(lexicon)
    every = tuple(range(1, len(blockers) + 1))
    if _bare(said, words) in words.free or said in words.free:
        return every or None  # nothing stopped its author: no more than "no blockers"
    thing = _thing(said, words)
    if thing in words.several:
        return every
    if thing in words.one:
        return every if len(every) == 1 else ()
    alike = [place for place in every if thing and _alike(thing, blockers[place - 1])]
    return tuple(alike) if len(alike) == 1 else None


def _bare(said: Phrase, words: _Words) -> Phrase:
    """Return words without the little ones at both ends."""
    start, end = 0, len(said)
    while start < end and said[start] in words.fillers:
        start += 1
    while end > start and said[end - 1] in words.fillers:
        end -= 1
    return said[start:end]


def _thing(said: Phrase, words: _Words) -> Phrase:
    """Return what is said to be gone, () where no word for that stands at the beginning or the end."""
    for phrase in words.gone:
        for within in (said, _bare(said, words)):
            if len(phrase) < len(within) and within[-len(phrase) :] == phrase:
                return _bare(within[: -len(phrase)], words)
            if len(phrase) < len(within) and within[: len(phrase)] == phrase:
                return _bare(within[len(phrase) :], words)
    return ()


def _alike(thing: Phrase, blocker: str) -> bool:
    wanted, named = set(thing), {word.text for word in words_of(blocker)}
    return len(wanted & named) >= _ALIKE * max(1, len(wanted | named))
