"""Whether enough have answered, and whether enough of them were for it: exact fractions, never floats.

Must not: know methods (tally.py) or members.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import ceil


def exact(number: float) -> Fraction:
    """Return the number a person wrote: 0.6 is three fifths, not the double next to it."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def size(electorate: Collection[int], left: Collection[int], voters: Collection[int]) -> int:
    """Return how many count: who left without a ballot no longer does, a ballot cast is kept."""
    return len(set(electorate) - (set(left) - set(voters)))


def needed(electorate: int, quorum: float, people: int = 0) -> int:
    """Return how many must have answered: so many people where a number was named, whoever leaves; else the smallest
    number that is the share, of 5 at 0.5 it is 3.
    """
    return people or ceil(exact(quorum) * electorate)


def missing(answered: int, electorate: int, quorum: float, people: int = 0) -> int:
    """Return how many answers the quorum still lacks, 0 when it is reached."""
    return max(0, needed(electorate, quorum, people) - answered)


def is_reached(answered: int, electorate: int, quorum: float, people: int = 0) -> bool:
    """Whether enough have answered; abstentions count as answers."""
    return answered >= needed(electorate, quorum, people)


def exceeds(in_favour: Fraction, against: Fraction, threshold: float) -> bool:
    """Whether the share in favour, of those for and against, is strictly more than the threshold."""
    total = in_favour + against
    return total > 0 and in_favour > exact(threshold) * total
