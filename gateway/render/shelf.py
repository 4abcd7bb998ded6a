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
        self._used = 0

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
        self._give_up(key)
        self._kept[key] = (size, kept)
        self._used += size
        for oldest in list(self._kept) if self._used > self._room else ():
            self._give_up(oldest)
            if self._used <= self._room:
                return

    def _give_up(self, key: Key) -> None:
        size, _ = self._kept.pop(key, (0, None))
        self._used -= size

    def __len__(self) -> int:
        return len(self._kept)
