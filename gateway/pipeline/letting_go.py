"""What is let go with time: a walk over the oldest mail in and out, a few rows a commit, so that nobody waits for it.

Must not: say what is kept for how long (the settings do), or what a round under way still needs (store/retention.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gateway.pipeline.flow import Pipeline

log = structlog.get_logger()

AT_ONCE = 100  # rows in one commit: a few milliseconds


@dataclass
class LettingGo:
    """One walk after another. A walk that ends is begun anew by the next step: the schedule says when."""

    pipeline: Pipeline
    raw_for: timedelta
    sent_for: timedelta
    at_once: int = AT_ONCE
    _raw_after: int | None = 0
    _frozen_after: int | None = 0
    _gone: int = 0

    def step(self, now: datetime) -> int:
        """Take one step; return 1 while the walk goes on, 0 at its end."""
        with self.pipeline.store.begin() as tx:
            if self._raw_after is not None:
                came_to = tx.retention.raw(now - self.raw_for, now, after=self._raw_after, limit=self.at_once)
                self._raw_after = came_to.after
            elif self._frozen_after is not None:
                came_to = tx.retention.frozen(now - self.sent_for, after=self._frozen_after, limit=self.at_once)
                self._frozen_after = came_to.after
        self._gone += came_to.gone
        if self._raw_after is not None or self._frozen_after is not None:
            return 1
        if self._gone:
            log.info("let go", rows=self._gone)
        self._raw_after = self._frozen_after = self._gone = 0
        return 0
