"""Bars for tallies and participation: blocks in text, two cells in HTML. Must not: know what they count."""

from __future__ import annotations

FULL, EMPTY = "█", "░"


def cells(share: float, width: int) -> int:
    """Return how many of `width` cells a share of 0 to 1 fills: one when there is any, all only when it is whole."""
    share = min(1.0, max(0.0, share))
    if share in (0.0, 1.0):
        return round(share * width)
    return min(width - 1, max(1, round(share * width)))


def bar(share: float, width: int = 10) -> str:
    """Return a bar in text: `███████░░░`."""
    filled = cells(share, width)
    return FULL * filled + EMPTY * (width - filled)
