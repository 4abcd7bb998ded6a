"""A small memory of what was made, the least lately used given up first. Must not: outgrow the room it was given."""

from __future__ import annotations

from typing import Generic, TypeVar

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class Shelf(Generic[Key, Kept]):
    """Keeps values up to a total size.

    Each step on the dict is whole by itself, so threads may share a shelf: at worst a thing is made twice.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: dict[Key, tuple[int, Kept]] = {}

    def get(self, key: Key) -> Kept | None:
        """Return what is kept under a key, and move it to the front; None when there is nothing."""
        found = self._kept.pop(key, None)
        if found is None:
            return None
        self._kept[key] = found
        return found[1]

    def put(self, key: Key, kept: Kept, size: int) -> None:
        """Keep a value of this size, giving up the oldest until it fits; one that would fill a quarter is not kept."""
        if size * 4 > self._room:
            return
        self._kept[key] = (size, kept)
        oldest_first = list(self._kept.items())
        used = sum(size for _, (size, _) in oldest_first)
        for old, (its_size, _) in oldest_first:
            if used <= self._room:
                return
            self._kept.pop(old, None)
            used -= its_size

    def __len__(self) -> int:
        return len(self._kept)
