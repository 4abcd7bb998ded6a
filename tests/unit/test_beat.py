"""The chores of `serve`: each goes on whatever befalls it, and all of them end when told to."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from gateway.schedule.beat import Chore, keep_all


async def _idle() -> int:
    return 0


async def test_a_turn_that_fails_is_told_of_and_stops_nothing() -> None:
    done = asyncio.Event()
    turns = iter((ValueError("a fault of ours"), None))

    async def turn() -> int:
        if fault := next(turns, None):
            raise fault
        done.set()
        return 0

    with capture_logs() as logs:
        task = asyncio.create_task(keep_all((Chore("odd", turn, rest=0.0), Chore("idle", _idle, rest=60.0))))
        await asyncio.wait_for(done.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [(one["event"], one["chore"]) for one in logs] == [("turn failed", "odd")]


async def test_chores_end_when_told_to_though_what_one_waits_for_keeps_it_to_itself() -> None:
    """As `asyncio.wait_for` does before Python 3.12 when what it waits for is there at that moment."""
    began = asyncio.Event()

    async def deaf() -> int:
        began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return 1
        return 1

    task = asyncio.create_task(keep_all((Chore("deaf", deaf, rest=60.0), Chore("idle", _idle, rest=60.0))))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
