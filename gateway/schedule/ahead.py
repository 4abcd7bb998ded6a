"""Work done ahead of its turn by a worker process, where much waits; without one all is done in its turn, here.

An edge: it asks and waits. What is asked, and what an answer is good for, says pipeline/ahead.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from gateway.pipeline.ahead import ReadAhead, ReadThese, Turn, Waiting, Wanted, WriteThese
from gateway.pipeline.flow import Pipeline
from gateway.render.render import Page
from gateway.schedule.worker import Worker

MUCH = 8  # mails settled in one turn: so many waited that a worker process is worth its start
MANY = 4  # mails that wait, or pages that are wanted: fewer are done here as soon
MOST_KEPT = 64  # readings whose turn has not come; those of mail that was settled otherwise give way
SECONDS_TO_WAIT = 1.0  # for pages under way, by those who would send them

Look = Callable[[datetime, int, int], Awaitable[Sequence[Waiting]]]  # (now, most, after which arrival), at the store


class Ahead:
    """What a worker process has read and is reading; none of it is relied on."""

    def __init__(self, pipeline: Pipeline, worker: Worker | None, look: Look) -> None:
        self._pipeline = pipeline
        self._worker = worker
        self._look = look
        self._read: dict[int, ReadAhead] = {}
        self._reading: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
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
        turn = Turn(await self._read_for(now, limit))
        async with self._turning:
            yield turn
            self._have_written(turn.wanted)

    async def _read_for(self, now: datetime, limit: int) -> dict[int, ReadAhead]:
        """Return what was read of the mail of this turn; that of the next is being read meanwhile."""
        worker = self._ready
        if worker is None:
            return {}
        if self._reading is None:
            await self._read_on(worker, now, limit)
        if self._reading is not None:
            await asyncio.wait([self._reading])
            self._reading = None
            await self._read_on(worker, now, limit)
        return self._read

    async def _read_on(self, worker: Worker, now: datetime, limit: int) -> None:
        """Have mail read that came in after all that was read before, where there is enough of it."""
        waiting = await self._look(now, limit, max(self._read, default=0))
        if len(waiting) >= MANY:
            self._reading = asyncio.create_task(self._ask_to_read(worker, waiting))

    async def _ask_to_read(self, worker: Worker, waiting: Sequence[Waiting]) -> None:
        answers = await worker.ask(ReadThese(waiting)) or ()
        for one, answer in zip(waiting, answers, strict=False):
            if answer is not None:
                self._read[one.arrival_id] = ReadAhead(one, *answer)
        for old in sorted(self._read)[:-MOST_KEPT]:
            del self._read[old]

    def _have_written(self, wanted: Sequence[Wanted]) -> None:
        worker = self._ready
        if worker is not None and len(wanted) >= MANY:
            self._writing = asyncio.create_task(self._ask_to_write(worker, wanted))

    async def _ask_to_write(self, worker: Worker, wanted: Sequence[Wanted]) -> None:
        links = self._pipeline.rules.pages
        pages: Sequence[Page | None] = await worker.ask(WriteThese(wanted, links)) or ()
        for one, page in zip(wanted, pages, strict=False):
            if page is not None:
                self._pipeline.templates.take_page(one.notice, one.workspace, page, links)

    async def written(self) -> None:
        """Return when the pages of the turn under way are made, or will not be soon: for those who would send them."""
        if self._ready is None:
            return
        async with self._turning:
            writing = self._writing
        if writing is not None:
            await asyncio.wait([writing], timeout=SECONDS_TO_WAIT)

    async def close(self) -> None:
        """Let the worker go."""
        for task in filter(None, (self._reading, self._writing)):
            task.cancel()
        if self._worker is not None:
            await self._worker.close()
