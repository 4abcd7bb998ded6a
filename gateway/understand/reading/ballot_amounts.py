"""Amounts as people write them in words: "five hundred", "zweihundertfünfzig", "mille deux cents", "quinientos".

Must not: know a word of a language (the table [ballot] tells what each is worth), or an option of a vote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from gateway.understand.reading.ballot_text import UMLAUTS, fold

SMALLEST = 25  # below it a number in words is read as a number, an hour or a place
JOIN = 0  # what an "and" within a number is worth
HUNDRED, THOUSAND = 100, 1000


class Amount(NamedTuple):
    """An amount said in words: its words `start:end` and what it is worth."""

    start: int
    end: int
    value: int


@dataclass(frozen=True, slots=True, eq=False)  # by identity, to be a key of a cache
class Numerals:
    """The words that numbers of one language are made of, each with its worth, and what finds them in a word."""

    worth: Mapping[str, int]
    pattern: re.Pattern[str]

    def parts(self, word: str) -> tuple[int, ...]:
        """Return what the parts of a word are worth, none where it is not made of numbers alone."""
        found = self.pattern.findall(word)
        return tuple(self.worth[part] for part in found) if "".join(found) == word else ()


def numerals_of(table: Mapping[str, Any]) -> Numerals | None:
    """Return the numerals of a [ballot] table, None where it has none: `amounts`, rows of a worth and its words."""
    rows: Sequence[Sequence[str]] = table.get("amounts", ())
    if not rows:
        return None
    worth = {word: value for value, row in enumerate(table.get("numbers", ())) if value for word in _spelt(row)}
    worth |= {word: int(row[0]) for row in rows for word in _spelt(row[1:])}
    longest_first = sorted(worth, key=len, reverse=True)
    return Numerals(worth, re.compile("|".join(map(re.escape, longest_first))))


def _spelt(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        plain = word.replace("-", "")  # "quatre-vingts" is read over its hyphen
        yield fold(plain)
        yield fold(plain.translate(UMLAUTS))


def amounts_in(words: Sequence[str], numerals: tuple[Numerals, ...]) -> Iterator[Amount]:
    """Yield every amount of `SMALLEST` and more in folded words, in order; a number that is none ends in nothing."""
    at = 0
    while at < len(words):
        spoken = _languages_of(words[at], numerals)
        if not spoken:
            at += 1
            continue
        found = max((_amount_at(words, at, of) for of in spoken), key=lambda amount: amount.end)
        if found.value >= SMALLEST:
            yield found
        at = max(found.end, at + 1)


@lru_cache(maxsize=4096)
def _languages_of(word: str, numerals: tuple[Numerals, ...]) -> tuple[Numerals, ...]:
    """Return the languages in which a word is a number or made of numbers."""
    return tuple(of for of in numerals if of.parts(word))


@lru_cache(maxsize=4096)
def _parts(word: str, numerals: Numerals) -> tuple[int, ...]:
    return numerals.parts(word)


def _amount_at(words: Sequence[str], at: int, numerals: Numerals) -> Amount:
    """Return the amount that begins here in one language; of no worth where none does, or where it makes no sense."""
    start = end = at
    while at < len(words) and (found := _parts(words[at], numerals)):
        joins = found == (JOIN,)
        if joins and at == start:
            break
        at += 1
        end = end if joins else at
    return Amount(start, end, _worth(numerals.parts("".join(words[start:end]))))


def _worth(parts: Sequence[int]) -> int:
    """Return what the parts of a number come to, 0 where they do not make one: "five, six hundred"."""
    total = current = 0
    joined = False
    for part in parts:
        if part == JOIN:
            joined = True
            continue
        if part >= THOUSAND:
            total, current = total + max(current, 1) * part, 0
        elif part == HUNDRED and 0 < current < HUNDRED:
            current *= HUNDRED
        elif _adds(current, part, joined=joined):
            current += part
        else:
            return 0
        joined = False
    return total + current


def _adds(current: int, part: int, *, joined: bool) -> bool:
    """Whether a part may be added to what stands before it: "hundred | fifty", "vier | und | zwanzig"."""
    low = current % HUNDRED
    if part >= HUNDRED:
        return current == 0
    if low == 0:
        return True
    tens = low % 10 == 0 and low > 10
    return (tens and part < 20) or (joined and low < 10 and part % 10 == 0)
