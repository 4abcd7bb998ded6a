"""A worker process answers what it is asked, and whatever becomes of it, who asks gets None and goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.resources import program_stamp
from gateway.schedule import worker as module
from gateway.schedule.worker import REST_AFTER_FAULT, Worker

ROOT = Path(__file__).parents[2]
OURS = (sys.executable, "-P", "-m", "gateway.working")


def scripted(text: str, quiet: float = 60.0) -> tuple[str, ...]:
    """Return a worker that answers by an expression on `asked`."""
    lines = (
        "import os, sys, time",
        "from gateway.schedule import worker",
        f"worker.QUIET = {quiet}",
        f"worker.answer_all(lambda asked: {text}, 'stamp', sys.stdin.buffer, sys.stdout.buffer)",
    )
    return (sys.executable, "-c", "\n".join(lines))


class Seconds:
    """A clock of seconds, moved by hand."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


@asynccontextmanager
async def ready(worker: Worker) -> AsyncIterator[Worker]:
    """Call for a worker and wait until it came, or will not."""
    try:
        worker.want()
        assert worker._starting is not None
        await worker._starting
        yield worker
    finally:
        await worker.close()


async def test_it_is_asked_once_it_came_and_answers_in_order() -> None:
    worker = Worker(scripted("asked * 2"), "stamp")
    assert await worker.ask(1) is None
    async with ready(worker):
        assert worker.is_ready
        assert await asyncio.gather(*(worker.ask(number) for number in range(20))) == [2 * n for n in range(20)]
        assert await worker.ask("x" * 1_000_000) == "x" * 2_000_000
    assert not worker.is_ready


async def test_one_that_dies_leaves_a_question_open_and_is_started_again_after_a_rest() -> None:
    clock = Seconds()
    worker = Worker(scripted("os._exit(3) if asked == 'die' else asked"), "stamp", clock)
    async with ready(worker):
        with capture_logs() as logs:
            assert await worker.ask("die") is None
        assert [one["event"] for one in logs] == ["worker process broke"]
        assert not worker.is_ready
        worker.want()
        assert worker._starting is not None
        assert worker._starting.done(), "it rests"
        clock.at += REST_AFTER_FAULT
        worker.want()
        await worker._starting
        assert await worker.ask("again") == "again"


async def test_one_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(scripted("time.sleep(60)"), "stamp")
    async with ready(worker):
        monkeypatch.setattr(module, "SECONDS_TO_ANSWER", 0.2)
        process = worker._process
        assert process is not None
        with capture_logs() as logs:
            assert await worker.ask("anything") is None
        assert [one["fault"] for one in logs] == ["TimeoutError"]
        assert process.poll() == -signal.SIGKILL


async def test_one_that_was_asked_nothing_for_a_while_ends_and_comes_again_when_it_is_wanted() -> None:
    worker = Worker(scripted("asked", quiet=0.05), "stamp")
    async with ready(worker):
        process = worker._process
        assert process is not None
        assert await asyncio.to_thread(process.wait, 10) == 0
        with capture_logs() as logs:
            assert await worker.ask(1) is None
        assert logs == []
        worker.want()
        assert worker._starting is not None
        await worker._starting
        assert await worker.ask(1) == 1


async def test_one_of_another_program_is_never_asked() -> None:
    worker = Worker(scripted("asked"), "another stamp")
    with capture_logs() as logs:
        async with ready(worker):
            assert not worker.is_ready
            worker.want()
            assert worker._process is None
    assert [one["event"] for one in logs] == ["no worker process: the program on disk is another one since"]


async def test_one_that_cannot_be_started_is_told_of_and_missed_by_nobody() -> None:
    with capture_logs() as logs:
        async with ready(Worker(("/nowhere/python",), "stamp")) as worker:
            assert await worker.ask(1) is None
    assert [one["fault"] for one in logs] == ["FileNotFoundError"]


async def test_ours_comes_with_the_stamp_of_this_program() -> None:
    async with ready(Worker(OURS, program_stamp())) as worker:
        assert worker.is_ready


def test_it_ends_with_who_asks_also_when_that_one_is_killed() -> None:
    lines = (
        "import asyncio, sys",
        "from gateway.schedule.worker import Worker",
        "async def main():",
        f"    worker = Worker({scripted('asked')!r}, 'stamp')",
        "    worker.want()",
        "    await worker._starting",
        "    print(worker._process.pid, file=sys.stderr, flush=True)",
        "    await asyncio.sleep(60)",
        "asyncio.run(main())",
    )
    with subprocess.Popen((sys.executable, "-c", "\n".join(lines)), stderr=subprocess.PIPE, cwd=ROOT) as asking:
        assert asking.stderr is not None
        number = int(asking.stderr.readline())
        os.kill(number, 0)
        asking.kill()
    until = time.monotonic() + 10
    while Path(f"/proc/{number}").exists() and _state(number) != "Z":
        assert time.monotonic() < until
        time.sleep(0.01)


def _state(number: int) -> str:
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


async def test_each_question_has_its_seconds_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ready(Worker(scripted("time.sleep(0.6) or asked"), "stamp")) as worker:
        monkeypatch.setattr(module, "SECONDS_TO_ANSWER", 1.0)
        assert [*await asyncio.gather(*(worker.ask(number) for number in (1, 2, 3)))] == [1, 2, 3]


async def test_it_is_let_go_amid_a_question_without_a_word() -> None:
    with capture_logs() as logs:
        async with ready(Worker(scripted("time.sleep(60)"), "stamp")) as worker:
            asked = asyncio.create_task(worker.ask(1))
            await asyncio.sleep(0.1)
        assert await asked is None
    assert [one["event"] for one in logs] == ["worker process ready"]


def test_a_link_to_nowhere_is_no_part_of_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.resources.HERE", tmp_path)
    before = program_stamp()
    (tmp_path / ".#open.py").symlink_to("nobody@nowhere.1")
    assert program_stamp() == before
    (tmp_path / "new.py").write_text("", encoding="utf-8")
    assert program_stamp() != before
