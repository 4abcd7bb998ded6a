"""A worker process: another process of this program that computes, asked over a pipe, one question at a time.

It is started when there is much to do, ends by itself when nothing was asked for a while, and ends with us, however we
end: its pipe closes. It keeps nothing, so whatever becomes of it costs a question its answer and no more. An edge: it
knows neither what is asked nor what is answered.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from select import select
from typing import Any, BinaryIO

import structlog

QUIET = 60.0  # seconds without a question after which it ends, and gives its memory back
SECONDS_TO_ANSWER = 10.0
REST_AFTER_FAULT = 60.0  # seconds until it is started again when it broke

log = structlog.get_logger()


@dataclass
class Worker:
    """The process seen from ours. `stamp` tells one program from another: a worker of another one is not asked.

    Every way it can fail ends in None for an answer; what was asked is then done here.
    """

    command: Sequence[str]
    stamp: str
    clock: Callable[[], float] = time.monotonic
    _process: subprocess.Popen[bytes] | None = None
    _starting: asyncio.Task[None] | None = None
    _is_ready: bool = False
    _rests_until: float = 0.0
    _is_another: bool = False
    _is_closing: bool = False
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one question at a time: each has its seconds to itself
    _pipe: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="worker"))

    @property
    def is_ready(self) -> bool:
        """Whether it can be asked."""
        return self._is_ready and self._process is not None and self._process.poll() is None

    def want(self) -> None:
        """See to it that it can be asked soon."""
        if self.is_ready or self._is_another or self.clock() < self._rests_until:
            return
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start())

    async def _start(self) -> None:
        await self._end()
        loop = asyncio.get_running_loop()
        try:
            said = await asyncio.wait_for(loop.run_in_executor(self._pipe, self._open), SECONDS_TO_ANSWER * 3)
        except Exception as fault:
            await self._broke(fault)
            return
        if said == self.stamp:
            self._is_ready = True
            log.info("worker process ready", process=self._process.pid if self._process else 0)
            return
        self._is_another = True  # the files were replaced since we started: what it says may be meant otherwise
        log.warning("no worker process: the program on disk is another one since", mend="restart `restante serve`")
        await self._end()

    def _open(self) -> object:
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            process_group=0,  # a Ctrl-C is for us: it ends with its pipe
        )
        assert self._process.stdout is not None
        return pickle.load(self._process.stdout)  # noqa: S301 - what our own process says, over a pipe nobody else has

    async def ask(self, question: object) -> Any:
        """Return the answer to a question, None when there is none."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            process = self._process
            if process is None or not self.is_ready:
                return None
            try:
                return await asyncio.wait_for(loop.run_in_executor(self._pipe, self._put, question), SECONDS_TO_ANSWER)
            except Exception as fault:
                # Its pipe closes a moment before it can be seen to have ended by itself, being asked nothing.
                if isinstance(fault, TimeoutError) or await asyncio.to_thread(_exit_code, process) != 0:
                    await self._broke(fault)
                return None

    def _put(self, question: object) -> object:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EOFError
        pickle.dump(question, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        return pickle.load(process.stdout)  # noqa: S301 - as above

    async def _broke(self, fault: Exception) -> None:
        self._rests_until = self.clock() + REST_AFTER_FAULT
        if not self._is_closing:
            log.error("worker process broke", fault=type(fault).__name__)
        await self._end()

    async def _end(self) -> None:
        """Let go of the process, if there is one; a question under way then gets no answer."""
        process, self._process, self._is_ready = self._process, None, False
        if process is None:
            return
        process.kill()
        await asyncio.to_thread(process.wait)
        for pipe in filter(None, (process.stdin, process.stdout)):
            with suppress(OSError):
                pipe.close()

    async def close(self) -> None:
        """End it for good."""
        self._is_closing = True
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        await self._end()
        self._pipe.shutdown(wait=False)


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """Return how a process ended that is about to, None when it goes on."""
    try:
        return process.wait(0.5)
    except subprocess.TimeoutExpired:
        return None


def answer_all(answer: Callable[[Any], object], stamp: str, asked: BinaryIO, told: BinaryIO) -> None:
    """In the worker process: answer what is asked until nothing is for a while, or nobody is there to ask."""
    _tell(stamp, told)
    while select([asked], [], [], QUIET)[0]:
        try:
            question = pickle.load(asked)  # noqa: S301 - as above
        except EOFError:
            return
        with suppress(BrokenPipeError):  # who asked is gone: found out above
            _tell(answer(question), told)


def _tell(said: object, told: BinaryIO) -> None:
    pickle.dump(said, told, pickle.HIGHEST_PROTOCOL)
    told.flush()
