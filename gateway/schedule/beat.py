"""The beat of `serve`: a table of what is done how often, and a bell that calls for the next turn at once.

An edge: it knows no rule; each line of the table is a call into the pipeline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

log = structlog.get_logger()


@dataclass(frozen=True)
class Chore:
    """`turn` does some work and returns how much; while there is more it goes on at once, else after `rest` seconds."""

    name: str
    turn: Callable[[], Awaitable[int]]
    rest: float
    bell: asyncio.Event | None = None  # rung when there may be work before the rest is over
    gives_way: Callable[[], Awaitable[None]] | None = None  # returns when the next turn may begin


async def keep(chore: Chore) -> None:
    """Do one chore until cancelled. A fault is logged and it goes on after its rest: a bad turn stops nothing else."""
    while not _is_told_to_end():
        if chore.gives_way is not None:
            await chore.gives_way()
        try:
            done = await chore.turn()
        except Exception:
            log.exception("turn failed", chore=chore.name)
            done = 0
        if done:
            await asyncio.sleep(0)
            continue
        await _rest(chore)


def _is_told_to_end() -> bool:
    """Whether this task was cancelled, and something it waited for has kept that to itself.

    QUIRK: what `asyncio.wait_for` waits for may be there at the moment of cancelling; until Python 3.12 it then returns
    it, and libraries call it too. `serve` would never stop.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _rest(chore: Chore) -> None:
    if chore.bell is None:
        await asyncio.sleep(chore.rest)
        return
    try:
        await asyncio.wait_for(chore.bell.wait(), chore.rest)
    except TimeoutError:
        return
    chore.bell.clear()


async def keep_all(chores: Sequence[Chore]) -> None:
    """Do all chores side by side until cancelled."""
    async with asyncio.TaskGroup() as group:
        for chore in chores:
            group.create_task(keep(chore), name=chore.name)
