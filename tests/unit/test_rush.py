"""A rush is told by how mail came, gives way for a moment, and never stops the work for good."""

from __future__ import annotations

import asyncio
import time

import pytest

from gateway.schedule import rush as module
from gateway.schedule.rush import LONGEST, MANY, SHORTLY, TURN_AFTER, Rush


class Seconds:
    """A clock of seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def rush(seconds: Seconds) -> Rush:
    return Rush(seconds)


def test_a_single_mail_is_no_rush(rush: Rush) -> None:
    rush.note(1)
    assert not rush.is_on


def test_as_many_as_that_at_one_moment_are_a_rush_until_the_moment_has_passed(rush: Rush, seconds: Seconds) -> None:
    rush.note(MANY)
    assert rush.is_on
    seconds.at += SHORTLY * 1.01
    assert not rush.is_on


def test_the_same_number_spread_over_a_longer_time_is_none(rush: Rush, seconds: Seconds) -> None:
    for _ in range(3 * MANY):
        rush.note(1)
        seconds.at += SHORTLY / (MANY - 1) * 1.01
        assert not rush.is_on


def test_a_batch_of_thousands_leaves_no_trace_longer_than_any_other(rush: Rush, seconds: Seconds) -> None:
    rush.note(50_000)
    seconds.at += SHORTLY * 1.01
    assert not rush.is_on


async def test_who_gives_way_returns_at_once_while_all_is_calm(rush: Rush) -> None:
    began = time.monotonic()
    await rush.give_way()
    assert time.monotonic() - began < TURN_AFTER / 2


async def test_who_gives_way_has_a_turn_when_the_rush_ends(rush: Rush, seconds: Seconds) -> None:
    rush.note(MANY)
    waiting = asyncio.create_task(rush.give_way())
    await asyncio.sleep(module._LOOK_AGAIN * 3)
    assert not waiting.done()
    seconds.at += SHORTLY * 1.01
    await asyncio.wait_for(waiting, 5)


async def test_a_rush_without_end_gives_everyone_a_turn_after_a_while(rush: Rush, seconds: Seconds) -> None:
    rush.note(MANY)
    waiting = asyncio.create_task(rush.give_way())
    passed = 0.0
    while not waiting.done():
        seconds.at += SHORTLY / 5
        passed += SHORTLY / 5
        rush.note(MANY)
        await asyncio.sleep(module._LOOK_AGAIN)
        assert passed < 4 * TURN_AFTER, "the chore waits for ever"
    assert passed >= TURN_AFTER


async def test_what_lasts_a_minute_is_no_burst_and_nobody_gives_way_to_it(rush: Rush, seconds: Seconds) -> None:
    rush.note(MANY)
    for _ in range(int(LONGEST / SHORTLY * 2) + 1):
        seconds.at += SHORTLY / 2
        rush.note(MANY)
    assert rush.is_on
    began = time.monotonic()
    await rush.give_way()
    assert time.monotonic() - began < TURN_AFTER / 2
