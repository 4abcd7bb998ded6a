"""Work done ahead of its turn by a worker process, where much waits; without one all is done in its turn, here.

An edge: it asks and waits. What is asked, and what an answer is good for, says pipeline/ahead.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from gateway.model.message import Message
from gateway.pipeline.ahead import Look, ReadAhead, ReadThese, Turn, Wanted, WriteThese
from gateway.render.render import Page
from gateway.schedule.worker import Worker
from gateway.understand.scan import Limits

MUCH = 8  # mails settled in one turn: so many waited that a worker process is worth its start
MANY = 4  # mails that wait, or pages that are wanted: fewer are done here as soon
MOST_KEPT = 64  # readings whose turn has not come: no more is read until some have
SECONDS_TO_WAIT = 1.0  # for what is under way; then it is done here

# (now, most, after which arrival, what is parsed of those) → what waits, at the store
LookAhead = Callable[[datetime, int, int, Mapping[int, Message]], Awaitable[Look]]
Take = Callable[[Sequence[Wanted], Sequence[Page | None]], Awaitable[None]]  # where pages are used

log = structlog.get_logger()


class Ahead:
    """What a worker process has read and is reading; none of it is relied on."""

    def __init__(self, worker: Worker | None, links: str, limits: Limits, look: LookAhead, take: Take) -> None:
        self._worker = worker
        self._links = links
        self._limits = limits
        self._look = look
        self._take = take
        self._read: dict[int, ReadAhead] = {}
        self._parsed: Mapping[int, Message] = {}
        self._reading: asyncio.Task[None] | None = None
        self._writing: set[asyncio.Task[None]] = set()
        self._turning = asyncio.Lock()

    @property
    def _ready(self) -> Worker | None:
        return self._worker if self._worker is not None and self._worker.is_ready else None

    def note(self, settled: int) -> None:
        """Take note of how many mails a turn settled: where these were many, a worker is called for."""
        if self._worker is not None and settled >= MUCH:
            self._worker.want()

    @asynccontextmanager
    async def turn(self, now: datetime, limit: int) -> AsyncIterator[Turn]:
        """Give a turn of processing what was read ahead of it, and have the pages made that its notices want."""
        await self._read_for(now, limit)
        turn = Turn(dict(self._read))
        async with self._turning:
            yield turn
            self._have_written(turn.wanted)
        self._let_go(turn.last)

    async def _read_for(self, now: datetime, limit: int) -> None:
        """See to it that the mail of this turn is read, and that of the next is being read meanwhile."""
        worker = self._ready
        if worker is None:
            return
        if self._reading is None:
            await self._read_on(worker, now, limit)
        if self._reading is not None:
            done, _ = await asyncio.wait([self._reading], timeout=SECONDS_TO_WAIT)
            if done:
                self._reading = None
                await self._read_on(worker, now, limit)

    async def _read_on(self, worker: Worker, now: datetime, limit: int) -> None:
        """Have mail read that came in after all that was read before, where there is enough of it."""
        if len(self._read) + limit > MOST_KEPT:
            return
        try:
            look = await self._look(now, limit, max(self._read, default=0), self._parsed)
        except Exception as fault:  # processing meets it too, and tells of it where it belongs
            log.warning("nothing read ahead", fault=type(fault).__name__)
            return
        if len(look.waiting) >= MANY:
            self._reading = asyncio.create_task(self._ask_to_read(worker, look))

    async def _ask_to_read(self, worker: Worker, look: Look) -> None:
        answers, self._parsed = await worker.ask(ReadThese(look, self._limits)) or ((), {})
        for one, answer in zip(look.waiting, answers, strict=False):
            if answer is not None:
                self._read[one.arrival_id] = ReadAhead(one, *answer)

    def _let_go(self, last: int) -> None:
        """Let go of readings up to the mail that a turn settled last; of all that is known where none waited."""
        self._read = {number: read for number, read in self._read.items() if number > last > 0}
        self._parsed = self._parsed if last else {}

    def _have_written(self, wanted: Sequence[Wanted]) -> None:
        worker = self._ready
        if worker is not None and len(wanted) >= MANY:
            task = asyncio.create_task(self._ask_to_write(worker, wanted))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _ask_to_write(self, worker: Worker, wanted: Sequence[Wanted]) -> None:
        pages: Sequence[Page | None] | None = await worker.ask(WriteThese(wanted, self._links))
        if pages:
            await self._take(wanted, pages)

    async def written(self) -> None:
        """Return when the pages of the turn under way are made, or will not be soon: for those who would send them."""
        if self._ready is None:
            return
        async with self._turning:
            writing = [*self._writing]
        if writing:
            await asyncio.wait(writing, timeout=SECONDS_TO_WAIT)

    async def close(self) -> None:
        """Let the worker go."""
        under_way = [*self._writing, *filter(None, (self._reading,))]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._worker is not None:
            await self._worker.close()
