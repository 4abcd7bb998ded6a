"""What was read ahead is there when its turn comes, however little a turn settles; trouble with it stops no turn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.model.message import Message
from gateway.pipeline.ahead import Coming, Look, ReadThese, Waiting, Wanted
from gateway.render.render import Page
from gateway.schedule import ahead as module
from gateway.schedule.ahead import MOST_KEPT, Ahead
from gateway.schedule.worker import Worker
from gateway.understand.scan import DEFAULT_LIMITS

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMIT = 32


class Prompt(Worker):
    """A worker that is always there; what it answers says nothing, which is enough to be counted."""

    answers_after: float = 0.0
    asked: int = 0

    @property
    def is_ready(self) -> bool:
        return True

    async def ask(self, question: object) -> Any:
        await asyncio.sleep(self.answers_after)
        assert isinstance(question, ReadThese)
        look = question.look
        self.asked += len(look.waiting)
        return [(None, None) for _ in look.waiting], {one.arrival_id: one.raw for one in look.coming}


@dataclass
class Backlog:
    """Mails that wait, by number."""

    numbers: list[int]
    is_broken: bool = False
    known: int = 0  # mails that were parsed when they were looked at
    worker: Prompt = field(default_factory=lambda: Prompt(("nothing",), ""))

    async def look(self, now: datetime, most: int, after: int, parsed: Mapping[int, Message]) -> Look:
        if self.is_broken:
            raise ValueError("a fault of ours")
        context: Any = None
        there = [number for number in self.numbers if number > after]
        self.known += sum(number in parsed for number in there[:most])
        return Look(
            [Waiting(number, context, context) for number in there[:most]],
            [Coming(number, b"") for number in there[most : 2 * most]],
        )

    async def take(self, wanted: Sequence[Wanted], pages: Sequence[Page | None]) -> None:
        raise AssertionError("no page was wanted")

    def ahead(self) -> Ahead:
        return Ahead(self.worker, "", DEFAULT_LIMITS, self.look, self.take)

    async def turn(self, ahead: Ahead, settles: int) -> tuple[int, int]:
        """Settle some, and return how many of these were read ahead."""
        async with ahead.turn(NOW, LIMIT) as turn:
            taken = self.numbers[:settles]
            if taken:
                turn.last = taken[-1]
            del self.numbers[:settles]
            return len(taken), sum(number in turn.read for number in taken)


@pytest.mark.parametrize("settles", [1, 4, 8, 12, 16])
async def test_whatever_a_turn_settles_was_read_ahead_and_nothing_is_read_twice(settles: int) -> None:
    backlog = Backlog(list(range(1, 301)))
    ahead = backlog.ahead()
    while len(backlog.numbers) > MOST_KEPT:
        taken, read = await backlog.turn(ahead, settles)
        assert read == taken == settles
        assert len(ahead._read) <= MOST_KEPT
    await ahead.close()
    assert backlog.worker.asked <= 300
    assert backlog.known >= backlog.worker.asked - LIMIT  # all but the first look's were parsed by the worker


async def test_readings_of_mail_that_was_settled_otherwise_are_let_go() -> None:
    backlog = Backlog(list(range(1, 101)))
    ahead = backlog.ahead()
    await backlog.turn(ahead, 2)
    del backlog.numbers[:60]
    await backlog.turn(ahead, 1)
    assert min(ahead._read, default=1000) > 60
    backlog.numbers.clear()
    await backlog.turn(ahead, 1)
    assert not ahead._read
    await ahead.close()


async def test_a_look_that_fails_stops_no_turn() -> None:
    backlog = Backlog(list(range(1, 101)), is_broken=True)
    with capture_logs() as logs:
        assert await backlog.turn(backlog.ahead(), 5) == (5, 0)
    assert [one["fault"] for one in logs] == ["ValueError"]


async def test_a_worker_that_hangs_holds_a_turn_up_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_TO_WAIT", 0.01)
    backlog = Backlog(list(range(1, 101)))
    backlog.worker.answers_after = 60.0
    ahead = backlog.ahead()
    assert await asyncio.wait_for(backlog.turn(ahead, 5), 5) == (5, 0)
    assert await asyncio.wait_for(backlog.turn(ahead, 5), 5) == (5, 0)
    await ahead.close()
