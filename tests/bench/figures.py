"""A figure of the bench and the table it stands in. Must not: measure anything."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, how much, beside what, and what is aimed at."""

    what: str
    measured: str
    reference: str = ""
    goal: str = ""
    reached: bool | None = None  # None where nothing is aimed at


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done of each thing: `quick` is for a look, `whole` for the record."""

    pairs: int  # measurements of ours, each beside one of the reference; the median of the ratios counts
    mails: int  # accepted in one measurement
    posts: int  # sent whole in one measurement
    warm: int  # messages before memory is looked at
    more: int  # messages after
    ballots: int  # in the large round
    entries: int  # in the large ledger
    digests: int = 10_000  # a member each


QUICK = Scale(pairs=3, mails=1000, posts=300, warm=500, more=1500, ballots=2_000, entries=20_000, digests=2_000)
WHOLE = Scale(pairs=5, mails=2000, posts=600, warm=2000, more=20_000, ballots=10_000, entries=200_000)

Section = Callable[[Scale], Iterator[Figure]]


def at_least(ratio: float, goal: float) -> tuple[str, bool]:
    """Return how a ratio stands to what it should at least be."""
    return f"{ratio:.2f} of ≥ {goal:.2f}", ratio >= goal


def at_most(ratio: float, goal: float) -> tuple[str, bool]:
    """Return how a ratio stands to what it should at most be."""
    return f"{ratio:.2f} of ≤ {goal:.2f}", ratio <= goal


def middle(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the pair (ours, reference) whose ratio is the median: the two are measured close together in time."""
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def line(figure: Figure) -> str:
    """Return a figure as a line of the table."""
    sign = {True: "yes", False: "NO", None: ""}[figure.reached]
    return f"{figure.what:58}  {figure.measured:18}  {figure.reference:32}  {figure.goal:18}  {sign}".rstrip()


HEAD = f"{'what':58}  {'measured':18}  {'beside':32}  {'goal':18}  reached"
