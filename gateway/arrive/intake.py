"""Where deliveries wait for their commit: what waits at the same moment shares one.

An edge: it holds no rule of its own. The doors ask it for a verdict on a recipient and hand it arrivals; it answers
when their bytes are durable, and not before (RFC 5321 §4.2.5: with 250 the responsibility is ours).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from gateway.accept.verdict import Accept, Reject
from gateway.model.arrival import Arrival

log = structlog.get_logger()

MOST_IN_A_COMMIT = 64
MOST_BYTES_IN_A_COMMIT = 32 * 1024 * 1024
GATHER_LOOKS, GATHER_PAUSE = 6, 0.001  # how often, and seconds between: a commit costs more than the wait for company
MOST_WAITING_BYTES = 256 * 1024 * 1024

BUSY = Reject(451, "4.3.2", "busy, please try again in a moment")
FULL = Reject(452, "4.3.1", "no room for mail at the moment, please try again later")


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrivals: tuple[Arrival, ...]
    size: int
    answer: asyncio.Future[Reject | None]


@dataclass
class Intake:
    """`receive` stores arrivals durably and says no with a Reject; `judge` is the verdict on a recipient."""

    receive: Callable[[Sequence[Arrival]], Awaitable[Reject | None]]
    judge: Callable[[str], Awaitable[Accept | Reject]]
    has_room: Callable[[], bool] = lambda: True
    _waiting: list[_Waiting] = field(default_factory=list)
    _size: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, arrivals: Sequence[Arrival]) -> Reject | None:
        """Return None once the arrivals are durable, or what to answer when they are not."""
        size = sum(len(arrival.raw) for arrival in arrivals)
        if self._size + size > MOST_WAITING_BYTES:
            return BUSY
        if not self.has_room():
            return FULL
        waiting = _Waiting(tuple(arrivals), size, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._size += size
        self._wake.set()
        return await waiting.answer

    @property
    def is_waited_for(self) -> bool:
        """Whether a delivery waits for its commit."""
        return self._size > 0

    async def run(self) -> None:
        """Commit what waits, for ever; each turn takes what came during the commit before it."""
        last = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._gather(last)
                batch = self._next_batch()
                last = len(batch)
                await self._commit(batch)

    async def _gather(self, expected: int) -> None:
        """Wait a moment for as many as came together last time: sessions answered together come again together.

        A lone session waits for nobody: its batches are of one.
        """
        for _ in range(GATHER_LOOKS if expected > 1 else 0):
            if len(self._waiting) >= expected:
                return
            await asyncio.sleep(GATHER_PAUSE)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._waiting and len(batch) < MOST_IN_A_COMMIT:
            if batch and size + self._waiting[0].size > MOST_BYTES_IN_A_COMMIT:
                break
            size += self._waiting[0].size
            batch.append(self._waiting.pop(0))
        return batch

    async def _commit(self, batch: list[_Waiting]) -> None:
        arrivals = [arrival for waiting in batch for arrival in waiting.arrivals]
        try:
            answer = await self.receive(arrivals)
        except Exception:
            # Whatever went wrong, nothing is acknowledged that is not durable, and the next batch has its turn.
            log.exception("commit failed")
            self._settle(batch, BUSY)
            return
        self._settle(batch, answer)

    def _settle(self, batch: list[_Waiting], answer: Reject | None) -> None:
        for waiting in batch:
            self._size -= waiting.size
            if not waiting.answer.done():
                waiting.answer.set_result(answer)
