"""The only place that builds things: settings → clock, words, templates, store, edges. Time and chance come from here.

Must not: hold any logic of the domain.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import shutil
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import structlog

from gateway.accept.verdict import Accept, Directory, Reject, recipient_verdict
from gateway.arrive.intake import Intake
from gateway.arrive.smtp_server import Protocol, open_door
from gateway.config import Listen, Settings, read_settings
from gateway.model.arrival import Arrival
from gateway.model.notice import Attempt, Outgoing
from gateway.pipeline.flow import Pipeline, Rules
from gateway.resources import load_lexicon, load_templates
from gateway.schedule.beat import Chore, keep_all
from gateway.schedule.rush import Rush
from gateway.send.courier import Courier, Route
from gateway.understand.scan import Limits
from store.database import Store

P = ParamSpec("P")
R = TypeVar("R")

MOST_IN_A_TURN = 32  # arrivals understood before one commit
LONGEST_TURN = 0.01  # seconds of one turn while mail comes in: so long an arrival may wait to be made durable
MOST_CLAIMED_IN_A_RUSH = 4
THREADS_TAKE_TURNS_EVERY = 0.001  # seconds; the loop lets go of the interpreter at each send, and wants it back soon
LOOK_AT_DISK_EVERY = 1.0  # seconds

log = structlog.get_logger()


def system_clock() -> datetime:
    """Return the instant it is, in UTC."""
    return datetime.now(UTC)


def new_key() -> str:
    """Return a key for tokens, in hex."""
    return secrets.token_hex(32)


@dataclass
class RehearsalClock:
    """A clock moved by hand: it stands where `tick --now` left it."""

    store: Store

    def __call__(self) -> datetime:
        """Return where it stands; the real instant before it was first moved."""
        with self.store.read() as tx:
            noted = tx.get_mark("clock")
        return datetime.fromisoformat(noted) if noted else system_clock()

    def move(self, now: datetime) -> None:
        """Move it, forward only: the record knows no way back."""
        if now < self():
            raise ValueError(f"the clock of this rehearsal already stands at {self().isoformat(timespec='minutes')}")
        with self.store.begin() as tx:
            tx.set_mark("clock", now.astimezone(UTC).isoformat())


@dataclass
class App:
    """One Restante over one settings file."""

    settings: Settings
    store: Store
    pipeline: Pipeline
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


def build(file: Path, *, create: bool = False) -> App:
    """Return the program for a settings file. Raises SettingsProblem, or StoreFault when the store is not to be had."""
    return build_from(read_settings(file), create=create)


def build_from(settings: Settings, *, create: bool = False, clock: Callable[[], datetime] | None = None) -> App:
    """Return the program for settings already read; `clock` replaces the system's."""
    keys = settings.key_ring()
    store = Store.open(settings.store, keys=keys, create=create)
    rules = Rules(
        separator=settings.separator,
        token_days=settings.tokens.days,
        catch_up=timedelta(minutes=settings.catch_up_minutes),
        limits=Limits(size=settings.limits.message_bytes),
    )
    pipeline = Pipeline(store, load_lexicon(), load_templates(), keys, rules)
    return App(settings, store, pipeline, clock or (RehearsalClock(store) if settings.rehearsal else system_clock))


def log_to_stderr(*, plain: bool, level: int = logging.INFO) -> None:
    """Write one line for each thing that happened: key and value, JSON unless a person watches."""
    logging.getLogger("mail").setLevel(logging.ERROR)  # aiosmtpd's own log would name addresses
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it tells how it reads, line by line
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


def silence_logs() -> None:
    """Write faults only: for the demo, where a person reads something else."""
    log_to_stderr(plain=True, level=logging.ERROR)


@dataclass
class Serving:
    """`serve`: the doors, the worker, the clock and the courier in one process, with one thread for the store.

    Durable first, understood later: while mail pours in, the chores give way to the intake, which shares that thread
    (docs/decisions/0002-durable-first.md).
    """

    app: App
    mail: asyncio.Event = field(default_factory=asyncio.Event)
    post: asyncio.Event = field(default_factory=asyncio.Event)
    ports: dict[str, int] = field(default_factory=dict)  # door → the port it listens on
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="store"))
    _directory: Directory = field(default_factory=Directory)
    _read_at: float = 0.0
    _rush: Rush = field(default_factory=lambda: Rush(time.monotonic))
    _room: bool = True
    _looked_at: float = -LOOK_AT_DISK_EVERY
    _intake: Intake = field(init=False)
    _courier: Courier = field(init=False)

    def __post_init__(self) -> None:
        self._intake = Intake(self._receive, self._judge, self._has_room)
        self._courier = Courier(route(self.app.settings), self._claim, self._report, self.app.clock)

    async def _in_worker(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._worker, lambda: call(*args, **kwargs))

    # --- what the edges call ---

    async def _receive(self, arrivals: Sequence[Arrival]) -> Reject | None:
        self._rush.note(len(arrivals))
        answer = await self._in_worker(self.app.pipeline.receive, arrivals)
        self.mail.set()
        return answer

    async def _judge(self, recipient: str) -> Accept | Reject:
        """A known address needs no look at the store; an unknown one is looked up anew, at most once a second."""
        loop = asyncio.get_running_loop()
        verdict = recipient_verdict(recipient, self._directory)
        age = loop.time() - self._read_at
        if age > 30 or (isinstance(verdict, Reject) and age > 1):
            self._directory = await self._in_worker(self.app.pipeline.directory)
            self._read_at = loop.time()
            verdict = recipient_verdict(recipient, self._directory)
        return verdict

    def _has_room(self) -> bool:
        """Whether the disk has room to spare; what was seen a second ago will do."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_AT_DISK_EVERY:
            free = shutil.disk_usage(self.app.settings.store.parent).free
            self._room, self._looked_at = free >= self.app.settings.limits.free_disk_bytes, now
        return self._room

    def _workspace_of(self, recipient: str) -> str:
        found = self._directory.destination(recipient)
        return found.workspace if found else ""

    async def _claim(self, limit: int) -> Sequence[Outgoing]:
        most = min(limit, MOST_CLAIMED_IN_A_RUSH) if self._rush.is_on else limit
        return await self._in_worker(self.app.pipeline.prepare, self.app.clock(), most)

    async def _report(self, attempts: Sequence[Attempt]) -> None:
        await self._in_worker(self.app.pipeline.report, attempts, self.app.clock())

    async def _process(self) -> int:
        done = await self._in_worker(self.app.pipeline.process, self.app.clock(), MOST_IN_A_TURN, self._enough())
        if done:
            self.post.set()
        return done

    def _enough(self) -> Callable[[], bool]:
        """Return what tells a turn to end: it was long enough, and mail waits to be made durable."""
        until = time.monotonic() + LONGEST_TURN
        return lambda: time.monotonic() > until and (self._intake.is_waited_for or self._rush.is_on)

    async def _tick(self) -> int:
        done = await self._in_worker(self.app.pipeline.tick, self.app.clock(), 20, self._enough())
        if done:
            self.post.set()
        return done

    async def _beat(self) -> int:
        await self._in_worker(self.app.pipeline.beat, self.app.clock())
        return 0

    async def _purge(self) -> int:
        before = self.app.clock() - timedelta(days=self.app.settings.raw_days)
        await self._in_worker(self.app.pipeline.purge, before)
        return 0

    # --- the run ---

    async def run(self) -> None:
        """Open the doors and work until cancelled."""
        async with self.open():
            self.ready.set()
            await keep_all(self._chores())

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take mail in while the block runs; the rest of the work is done by `run`, or by hand with `turn`."""
        settings = self.app.settings
        self._directory = await self._in_worker(self.app.pipeline.directory)
        await self._in_worker(self.app.pipeline.wake, self.app.clock())
        async with AsyncExitStack() as stack:
            stack.callback(self._worker.shutdown)
            stack.push_async_callback(self._courier.close)
            intake = await stack.enter_async_context(_beside(self._intake.run()))
            for name, listen in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
                if listen.port:
                    shared = self._protocol(name, listen, self._intake)
                    server = await stack.enter_async_context(await open_door(shared, listen.host, listen.port))
                    self.ports[name] = server.sockets[0].getsockname()[1]
            intake.add_done_callback(_name_fault)
            yield

    async def turn(self) -> None:
        """Process, decide and deliver until nothing is left to do at this instant of the clock."""
        while await self._process() + await self._tick() + await self._courier.round_trip():
            pass

    def _chores(self) -> tuple[Chore, ...]:
        return (
            Chore("process", self._process, rest=5.0, bell=self.mail, gives_way=self._rush.give_way),
            Chore("tick", self._tick, rest=1.0, gives_way=self._rush.give_way),
            Chore("deliver", self._courier.round_trip, rest=2.0, bell=self.post, gives_way=self._rush.give_way),
            Chore("beat", self._beat, rest=60.0),
            Chore("purge", self._purge, rest=6 * 3600.0),
        )

    def _protocol(self, door: str, listen: Listen, intake: Intake) -> Protocol:
        return Protocol(
            intake=intake,
            clock=self.app.clock,
            check=self.app.pipeline.check,
            workspace_of=self._workspace_of,
            hostname=self.app.settings.hostname,
            size_limit=self.app.settings.limits.message_bytes,
            door=door,
            tls=_tls(listen),
        )


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run something beside the block, and end it with the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _name_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        log.critical("the intake stopped", fault=type(task.exception()).__name__)


def _tls(listen: Listen) -> ssl.SSLContext | None:
    if not (listen.certificate and listen.key):
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(listen.certificate, listen.key)
    return context


def route(settings: Settings) -> Route:
    """Return the way out that the settings name."""
    out = settings.submission
    return Route(
        host=out.host,
        port=out.port,
        security=out.security,
        verify=out.verify,
        username=out.username,
        password=out.password.get_secret_value(),
        hostname=settings.hostname,
        connections=out.connections,
        per_minute=out.per_minute,
    )


async def serve(app: App) -> None:
    """Run until a signal asks us to stop; what is under way is finished or lies safe in the store."""
    app.store.occupy()  # a second `serve` on one store is refused, and told which process has it
    task = asyncio.current_task()
    assert task is not None
    sys.setswitchinterval(THREADS_TAKE_TURNS_EVERY)
    gc.collect()
    gc.freeze()  # word lists, templates and tables stay for good: looking through them again took a fifth of the time
    gc.set_threshold(10_000, 20, 20)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, task.cancel)
    with suppress(asyncio.CancelledError):
        await Serving(app).run()
