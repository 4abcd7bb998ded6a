"""What an answer to `please confirm` may repeat of the question: an address, or what a mail asked for, word for word.

Who answers may speak of somebody that the question names: "Yes, Mallory wrote it". So what was asked is repeated as a
whole and in its place, never as loose words. Must not: say whether an answer is a yes, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gateway.understand.reading.phrases import Hit, Word, words_of

_ENDS_CLAUSE = re.compile(r"[,.;:!?\n–—]")
_LONGEST = 300  # letters of what was asked
OWN = "own"  # "is mine", "my new address is": what is said of an address beside it
_AGREES = "yes"
_ACT = frozenset({"remove"})  # what is to be done with somebody may name them behind it, in short too
_BESIDE = _ACT | {OWN}
GOVERNS = frozenset(
    {
        "undo", "cancel", "extend", "close", "correct", "amend", "resume", "vote", "add-option", "correct-options",
        "deadline",
    }
)  # fmt: skip


def repeated(
    said: str, words: Sequence[Word], hits: Sequence[Sequence[Hit]], named: str, own: frozenset[str], *, is_wish: bool
) -> dict[int, int]:
    """Return where words repeat what was asked, by their first word where they end.

    `named` is an address, or, where it `is_wish`, what a mail asked for in its own words, of which an answer may repeat
    a part that begins with what is to be done: "Yes, cancel V-1". `own` are words of the author's own name.
    """
    asked = tuple(word.text for word in words_of(named[:_LONGEST]))
    found = _of_wish(words, hits, asked) if is_wish else _of_address(said, words, hits, named, asked, own)
    return dict(found)


def _of_wish(words: Sequence[Word], hits: Sequence[Sequence[Hit]], asked: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for at, begun in enumerate(hits):
        least = max((hit.end - at for hit in begun if hit.key in GOVERNS), default=0)
        most = max((_same(words, at, asked[of:]) for of in range(len(asked))), default=0) if least else 0
        if most and most >= least:
            yield at, at + most


def _of_address(
    said: str,
    words: Sequence[Word],
    hits: Sequence[Sequence[Hit]],
    named: str,
    asked: tuple[str, ...],
    own: frozenset[str],
) -> Iterator[tuple[int, int]]:
    """Yield where an address stands as a whole: by itself, as what is to be taken off, or as what is the author's."""
    short = tuple(word.text for word in words_of(named.partition("@")[0])) if "," not in named else ()
    for at in range(len(words)):
        before = {hit.key for begun in hits[:at] for hit in begun if hit.end == at}
        if asked and _same(words, at, asked) == len(asked):
            end = at + len(asked)
            beside = before.union(hit.key for hit in hits[end]) if end < len(hits) else before
            if not beside.isdisjoint(_BESIDE) or _is_alone(said, words, hits, at, end, own):
                yield at, end
        elif short and not before.isdisjoint(_ACT) and _same(words, at, short) == len(short):
            yield at, at + len(short)


def _same(words: Sequence[Word], at: int, asked: Sequence[str]) -> int:
    """Return how many words from one on are those that were asked, from their first on."""
    most = min(len(asked), len(words) - at)
    return next((of for of in range(most) if words[at + of].text != asked[of]), most)


def _is_alone(
    said: str, words: Sequence[Word], hits: Sequence[Sequence[Hit]], at: int, end: int, own: frozenset[str]
) -> bool:
    """Whether words are all of a clause but for a yes or the author's name before them."""
    if end < len(words) and not _ENDS_CLAUSE.search(said[words[end - 1].end : words[end].start]):
        return False
    while at and not _ENDS_CLAUSE.search(said[words[at - 1].end : words[at].start]):
        agreed = [hit.start for begun in hits[:at] for hit in begun if hit.end == at and hit.key == _AGREES]
        if not agreed and words[at - 1].text not in own:
            return False
        at = min(agreed, default=at - 1)
    return True
