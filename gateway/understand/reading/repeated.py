"""What an answer to `please confirm` may repeat of the question: an address, or what a mail asked for, word for word.

Who answers may speak of somebody that the question names: "Yes, Mallory wrote it". So what was asked is repeated as a
whole and in its place, never as loose words. Which comes first, the act or whom it is about, differs by language.
Must not: say whether an answer is a yes, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.understand.reading.phrases import Hit, Word, words_of

_ENDS_CLAUSE = re.compile(r"[,.;:!?\n–—]")
_MARK = re.compile(r"[A-Z][-‐-―−]\d{1,9}\b", re.IGNORECASE)
_LONGEST = 300  # letters of what was asked
OWN = "own"  # "is mine", "my new address is": what is said of an address beside it
OBJECT = "object"  # "from the list", "a" before a person: says nothing by itself
_AGREES = "yes"
ACT = frozenset({"remove"})  # what is to be done with somebody may name them beside it, in short too
_SMALL = frozenset(
    {OBJECT, "beside", "courtesy", "polite"}
)  # what may stand in a clause that names somebody and an act
_ANY_LANGUAGE = frozenset({_AGREES, "courtesy", "polite"})
_NOT_BY_ITSELF = frozenset({"vote"})  # a vote is what is governed, too
GOVERNS = frozenset(
    {
        "undo", "cancel", "extend", "close", "correct", "amend", "resume", "vote", "add-option", "correct-options",
        "deadline",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it stands: its words, the phrases that begin at each, and the language it is looked at in."""

    said: str
    words: Sequence[Word]
    hits: Sequence[Sequence[Hit]]
    language: str

    def is_clause_end(self, before: int) -> bool:
        """Whether a clause ends between a word and the one before it."""
        if before in (0, len(self.words)):
            return True
        return bool(_ENDS_CLAUSE.search(self.said[self.words[before - 1].end : self.words[before].start]))


def repeated(answer: Answer, named: str, own: frozenset[str], *, is_wish: bool) -> dict[int, int]:
    """Return where words repeat what was asked, by their first word where they end.

    `named` is an address, or, where it `is_wish`, what a mail asked for in its own words, of which an answer may repeat
    a part that says what is to be done: "Yes, cancel V-1". `own` are words of the author's own name.
    """
    asked = named[:_LONGEST]
    return dict(_of_wish(answer, asked) if is_wish else _of_address(answer, asked, own))


def _of_wish(answer: Answer, asked: str) -> Iterator[tuple[int, int]]:
    whole = _texts(asked)
    # "Extend until Friday" is asked of "extend V-1 until Friday": but of two marks it must say which.
    in_turn = [whole] if len(_MARK.findall(asked)) != 1 else [whole, _texts(_MARK.sub(" ", asked))]
    for at in range(len(answer.words)):
        most = max((_same(answer.words, at, texts[of:]) for texts in in_turn for of in range(len(texts))), default=0)
        if most and _says_what_to_do(answer, at, at + most):
            yield at, at + most


def _says_what_to_do(answer: Answer, at: int, end: int) -> bool:
    """Whether words begin with what is to be done, or with the mark of what it is to be done with and then say it."""
    begun = [hit.end for hit in answer.hits[at] if hit.key in GOVERNS]
    if begun:
        return min(begun) <= end
    mark = _MARK.match(answer.said, answer.words[at].start)
    return bool(mark) and any(
        hit.end <= end and hit.key in GOVERNS - _NOT_BY_ITSELF for found in answer.hits[at:end] for hit in found
    )


def _of_address(answer: Answer, named: str, own: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where an address stands as a whole: by itself, with what is to be done with it, or as the author's."""
    asked = _texts(named)
    short = _texts(named.partition("@")[0]) if "," not in named else ()
    for at in range(len(answer.words)):
        is_whole = bool(asked) and _same(answer.words, at, asked) == len(asked)
        if not is_whole and not (short and _same(answer.words, at, short) == len(short)):
            continue
        end = at + len(asked if is_whole else short)
        around = _with_act(answer, at, end)
        if around or (is_whole and (_is_own(answer, at, end) or _is_alone(answer, at, end, own))):
            yield at, end
            yield from around


def _is_own(answer: Answer, at: int, end: int) -> bool:
    before = any(hit.end == at and hit.key == OWN for found in answer.hits[:at] for hit in found)
    return before or (end < len(answer.words) and any(hit.key == OWN for hit in answer.hits[end]))


def _with_act(answer: Answer, at: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of a clause beside a name, where they say what is to be done and no more; else none."""
    first, last = at, end
    while not answer.is_clause_end(first):
        first -= 1
    while not answer.is_clause_end(last):
        last += 1
    parts: list[tuple[int, int]] = []
    acts, start = False, first
    while start < last:
        if start == at:
            start = end
            continue
        fit = [hit for hit in answer.hits[start] if _may_stand(answer, hit, start, at, end, last, begun=acts)]
        if not fit:
            return []
        longest = max(fit, key=lambda hit: (hit.end, hit.key in ACT))
        acts = acts or longest.key in ACT
        parts.append((start, min(longest.end, at) if start < at else longest.end))
        start = longest.end
    return parts if acts else []


def _may_stand(answer: Answer, hit: Hit, start: int, at: int, end: int, last: int, *, begun: bool) -> bool:
    if hit.end > last or (hit.language != answer.language and hit.key not in _ANY_LANGUAGE):
        return False
    if hit.key in ACT:  # one that stands on both sides covers the name: "schrijf Cleo uit"
        return start >= end or hit.end <= at or hit.end > end
    if start < at < hit.end:
        return False
    return hit.key in _SMALL or (hit.key == _AGREES and not begun and start < at)


def _texts(said: str) -> tuple[str, ...]:
    return tuple(word.text for word in words_of(said))


def _same(words: Sequence[Word], at: int, asked: Sequence[str]) -> int:
    """Return how many words from one on are those that were asked, from their first on."""
    most = min(len(asked), len(words) - at)
    return next((of for of in range(most) if words[at + of].text != asked[of]), most)


def _is_alone(answer: Answer, at: int, end: int, own: frozenset[str]) -> bool:
    """Whether words are all of a clause but for a yes or the author's name before them."""
    if not answer.is_clause_end(end):
        return False
    while not answer.is_clause_end(at):
        agreed = [hit.start for begun in answer.hits[:at] for hit in begun if hit.end == at and hit.key == _AGREES]
        if not agreed and answer.words[at - 1].text not in own:
            return False
        at = min(agreed, default=at - 1)
    return True
