"""How much may go out: so many to one domain at once, so many in a day.

Values and counting only. Must not: open a connection, or decide what becomes of a notice.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.model.notice import Attempt, Outgoing

DAY = timedelta(days=1)
AHEAD = timedelta(hours=1)  # what is dated later than this from now was dated by a clock that was wrong
NEAR = 0.2  # of a day's mails left: from here on those go first that say most


class Queue:
    """What is to be attempted, handed out so that no domain has more than `per_domain` on the way at once; 0: any.

    A connection that gets none may end: all that is left is for domains whose turns others have, and these go on.
    """

    def __init__(self, messages: Iterable[Outgoing], per_domain: int) -> None:
        self._waiting = deque(messages)
        self._most = per_domain
        self._under_way: Counter[str] = Counter()

    def take(self) -> Outgoing | None:
        """Return the first that may go now, None when there is none."""
        if not self._most:
            return self._waiting.popleft() if self._waiting else None
        for place, message in enumerate(self._waiting):
            domain = _domain(message)
            if self._under_way[domain] < self._most:
                del self._waiting[place]
                self._under_way[domain] += 1
                return message
        return None

    def finished(self, message: Outgoing) -> None:
        """Give a turn back."""
        if self._most:
            self._under_way[_domain(message)] -= 1


def _domain(message: Outgoing) -> str:
    return message.recipient.rpartition("@")[2].lower()


@dataclass
class DailyCap:
    """At most `per_day` mails taken by the server in any 24 hours; 0: any number. Small providers count so."""

    per_day: int
    _sent: deque[datetime] = field(default_factory=deque)

    def remember(self, sent_at: Sequence[datetime]) -> None:
        """Take up what went before this process began, oldest first."""
        self._sent = deque(sent_at)

    def note(self, attempts: Iterable[Attempt]) -> None:
        """Count what was taken of these."""
        if not self.per_day:
            return
        for attempt in attempts:
            if 200 <= attempt.code <= 299:
                self._drop_ahead(attempt.at)
                self._sent.append(attempt.at)

    def room(self, now: datetime) -> int | None:
        """Return how many may still go, None for any number."""
        if not self.per_day:
            return None
        while self._sent and self._sent[0] <= now - DAY:
            self._sent.popleft()
        self._drop_ahead(now)
        return max(self.per_day - len(self._sent), 0)

    def _drop_ahead(self, now: datetime) -> None:
        while self._sent and self._sent[-1] > now + AHEAD:
            self._sent.pop()

    def is_near(self, now: datetime) -> bool:
        """Whether little is left, so that digests go first: one of them stands for many mails."""
        room = self.room(now)
        return room is not None and room <= self.per_day * NEAR
