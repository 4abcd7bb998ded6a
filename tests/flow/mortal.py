"""A store whose process dies at a chosen commit, for stories told twice: with the death and without.

Must not: change what is written; only what comes after a commit, or instead of the next one, is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Protocol

from store.database import Store
from store.transaction import Transaction


class Killed(BaseException):
    """The process is gone. No `except Exception` of ours may live on after it."""


class Moment(StrEnum):
    """Where between two commits the process dies."""

    RIGHT_AFTER = "right after"  # the commit is durable, and nobody was told
    RIGHT_BEFORE_NEXT = "right before the next"  # whatever follows from the commit outside the store was done


class MortalStore(Store):
    """A store that counts its commits and dies with the one it was told to die with."""

    commits: int = 0
    dies_at: int | None = None
    moment: Moment = Moment.RIGHT_AFTER
    counts: bool = True

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Give a transaction as the real store does, while alive."""
        if self.counts and self.dies_at is not None and self.commits >= self.dies_at:
            raise Killed(self.moment)
        with super().begin() as transaction:
            yield transaction
        if self.counts:
            self.commits += 1
            if self.commits == self.dies_at and self.moment is Moment.RIGHT_AFTER:
                raise Killed(self.moment)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Let commits within the block pass: the signs of life that `serve` leaves every minute of a quiet hour."""
        before, self.counts = self.counts, False
        try:
            yield
        finally:
            self.counts = before


class Mortal(Protocol):
    """What can die and be started again."""

    def reopen(self) -> None:
        """Start it again."""

    def turn(self) -> None:
        """Do what is due."""


def lived_through(town: Mortal, act: Callable[[], None]) -> int:
    """Do something, again after a death; return how many there were."""
    deaths = 0
    while True:
        try:
            act()
        except Killed:
            deaths += 1
            town.reopen()
            town.turn()  # what was due at the moment of death is done at once, before the clock moves on
            continue
        return deaths
