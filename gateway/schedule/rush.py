"""A rush: mail comes in faster than it can be understood. Chores then give way, so that the doors keep answering.

Durable first, understood later (docs/decisions/0002-durable-first.md). An edge: it counts and waits, and knows no mail.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MANY = 8  # arrivals within SHORTLY that make a rush: 160 a second, which is more than are understood in that time
SHORTLY = 0.05
TURN_EVERY = 0.25  # even in a rush every chore has a turn this often, so that no flood stops the work for ever
LONGEST = 60.0  # what lasts longer is no burst: from then on both share as they come, and senders wait
_LOOK_AGAIN = 0.01


@dataclass
class Rush:
    """Whether there is a rush, told by the instants at which mail came; `clock` is the loop's, in seconds."""

    clock: Callable[[], float]
    _came: deque[float] = field(default_factory=lambda: deque(maxlen=MANY))
    _since: float | None = None

    def note(self, arrivals: int) -> None:
        """Count arrivals that came now."""
        now = self.clock()
        if not self.is_on:
            self._since = None
        self._came.extend([now] * min(arrivals, MANY))
        if self._since is None and len(self._came) == MANY:
            self._since = now

    @property
    def is_on(self) -> bool:
        """Whether so many came so shortly ago that what can wait should."""
        return len(self._came) == MANY and self.clock() - self._came[0] < SHORTLY

    @property
    def lasts(self) -> bool:
        """Whether it goes on for longer than a burst does."""
        return self._since is not None and self.clock() - self._since > LONGEST

    def turnstile(self) -> Callable[[], asyncio.Future[None] | object]:
        raise NotImplementedError
