"""A rush: mail comes in faster than it can be understood. Chores then give way, so that the doors keep answering.

Durable first, understood later: docs/decisions/0002-durable-first.md. An edge: it counts and waits, and knows no mail.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MANY, SHORTLY = 8, 0.05  # so many arrivals within so many seconds: more than are understood in that time
TURN_AFTER = 0.25  # seconds a chore waits at most: no flood stops the work for ever
LONGEST = 60.0  # seconds; what lasts longer is no burst: from then on all share as they come, and senders wait
_LOOK_AGAIN = 0.01


@dataclass
class Rush:
    """Whether there is a rush, told by the instants at which mail came. `clock` runs in seconds, from anywhere."""

    clock: Callable[[], float]
    _came: deque[float] = field(default_factory=lambda: deque(maxlen=MANY))
    _since: float = 0.0

    def note(self, arrivals: int) -> None:
        """Count arrivals that came now."""
        was_on, now = self.is_on, self.clock()
        self._came.extend([now] * min(arrivals, MANY))
        if not was_on:
            self._since = now

    @property
    def is_on(self) -> bool:
        """Whether so many came so shortly ago that what can wait should."""
        return len(self._came) == MANY and self.clock() - self._came[0] < SHORTLY

    async def give_way(self) -> None:
        """Return when a chore may have its turn: at once while all is calm."""
        until = self.clock() + TURN_AFTER
        while self.is_on and self.clock() < until and self.clock() - self._since < LONGEST:
            await asyncio.sleep(_LOOK_AGAIN)
