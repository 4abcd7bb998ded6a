"""`serve`: the edges at work over one worker, until a signal: doors, mailboxes, the clock, the courier, pages, figures.

Must not: read settings or the real date (app.py does), or hold any logic of the domain.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import msgspec
import structlog

from gateway.accept import strangers
from gateway.accept.verdict import Accept, Directory, Reject, recipient_verdict
from gateway.app import App, access_tokens, account, route, signer, system_clock
from gateway.arrive.intake import Intake
from gateway.arrive.smtp_server import Protocol, open_door
from gateway.config import Listen, place_of
from gateway.decide.retries import OURS_TO_MEND
from gateway.logs import hear_libraries
from gateway.model.arrival import Arrival
from gateway.model.message import Message
from gateway.model.notice import Attempt, Outgoing
from gateway.pipeline import clicking, fetching
from gateway.pipeline.ahead import Look, Wanted
from gateway.pipeline.clicking import Clicked
from gateway.pipeline.fetching import Fetched
from gateway.pipeline.flow import Pipeline
from gateway.pipeline.letting_go import LettingGo
from gateway.render.render import Page
from gateway.resources import keep_for_good, program_stamp
from gateway.schedule.ahead import Ahead
from gateway.schedule.beat import Chore, keep_all
from gateway.schedule.rush import Rush
from gateway.schedule.worker import Worker
from gateway.send.courier import Courier
from gateway.send.limits import DAY, DailyCap
from gateway.send.signing import Signer
from store.faults import StoreFault

if TYPE_CHECKING:  # loaded when a mailbox is named in the settings
    from gateway.arrive.imap_watch import Ours, Watch

P = ParamSpec("P")
R = TypeVar("R")

MOST_IN_A_TURN = 32  # arrivals understood before one commit
LONGEST_TURN = 0.05  # seconds of one turn while mail comes in: so long an arrival may wait to be made durable
MOST_CLAIMED_IN_A_RUSH = 4
LOOK_AT_DISK_EVERY = 1.0  # seconds
READY_WITHIN = 3.0  # seconds: a store that takes longer to give us our turn is not ready
TICK_IS_STALE_AFTER = 60.0  # seconds

log = structlog.get_logger()


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
    _since: dict[str, datetime] = field(default_factory=dict)  # workspace → when its first charter came into force
    _started_at: datetime = field(default_factory=system_clock)
    _is_refused: bool = False  # by the server that takes our mail, as it said last
    _ticked_at: float = 0.0  # when what had fallen due was last looked at, by the monotonic clock
    _taking: asyncio.Task[None] | None = None
    _letting_go: LettingGo = field(init=False)
    _intake: Intake = field(init=False)
    _courier: Courier = field(init=False)
    _cap: DailyCap = field(init=False)
    _signer: Signer | None = field(init=False)
    _ahead: Ahead = field(init=False)

    def __post_init__(self) -> None:
        kept = self.app.settings.retention
        self._letting_go = LettingGo(self.app.pipeline, timedelta(days=kept.raw_days), timedelta(days=kept.sent_days))
        self._intake = Intake(self._receive, self._judge, self._has_room)
        self._courier = Courier(route(self.app.settings), self._claim, self._report, self.app.clock)
        self._cap = DailyCap(self.app.settings.submission.per_day)
        self._signer = signer(self.app.settings)
        rules = self.app.pipeline.rules
        self._ahead = Ahead(self._worker_process(), rules.pages, rules.limits, self._look_ahead, self._take_pages)

    async def _look_ahead(self, now: datetime, most: int, after: int, parsed: Mapping[int, Message]) -> Look:
        return await self._in_worker(self.app.pipeline.look_ahead, now, most, after, parsed)

    async def _take_pages(self, wanted: Sequence[Wanted], pages: Sequence[Page | None]) -> None:
        await self._in_worker(self.app.pipeline.take_pages, wanted, pages)

    def _worker_process(self) -> Worker | None:
        """Return what reads ahead, None where the settings want none or there is no second processor to do it."""
        if not self.app.settings.read_ahead or _processors() < 2:
            return None
        return Worker((sys.executable, "-P", "-m", "gateway.working"), program_stamp())

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

    async def _admit(self, arrival: Arrival) -> Reject | None:
        """Let members in at a look; for others the record is asked, once mail that came before is understood."""
        if not strangers.needs_asking(arrival, self._directory):
            return None
        answer = await self._in_worker(self._ask_record, arrival)
        self.post.set()
        return answer

    def _ask_record(self, arrival: Arrival) -> Reject | None:
        now = self.app.clock()
        try:
            self.app.pipeline.process(now, MOST_IN_A_TURN)
            return self.app.pipeline.admit(arrival, now)
        except StoreFault:
            return None  # the commit of this mail meets it too, and answers for it

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

    async def _ours(self, addresses: Sequence[str]) -> dict[str, Ours]:
        """Return what a mailbox asks of addresses in it: which are ours, of which workspace, and since when."""
        from gateway.arrive.imap_watch import Ours

        found: dict[str, Ours] = {}
        for address in addresses:
            await self._judge(address)
            name = self._workspace_of(address)
            if name and name not in self._since:
                self._since[name] = await self._in_worker(self._founded, name)
            if name:
                found[address] = Ours(name, self._since[name])
        return found

    def _founded(self, name: str) -> datetime:
        if self.app.settings.rehearsal:
            return datetime.min.replace(tzinfo=UTC) + timedelta(days=1)  # its clock and the mailbox's are not the same
        with self.app.store.read() as tx:
            return tx.charters.history(name)[0][1]

    async def _claim(self, limit: int) -> Sequence[Outgoing]:
        most = min(limit, MOST_CLAIMED_IN_A_RUSH) if self._rush.is_on else limit
        now = self.app.clock()
        room = self._cap.room(now)
        if room is not None:
            most = min(most, room)
        if not most:
            return ()
        digests_first = self._cap.is_near(now)
        await self._ahead.written()
        ready = await self._in_worker(self.app.pipeline.prepare, now, most, digests_first=digests_first)
        is_plain = self._signer is None and not self.app.settings.submission.envelope_sender
        return ready if is_plain else await asyncio.to_thread(self.for_the_way_out, ready)

    def for_the_way_out(self, ready: Sequence[Outgoing]) -> Sequence[Outgoing]:
        """Return frozen messages with the envelope and signature that the way out wants, the same at every try."""
        sender, signer = self.app.settings.submission.envelope_sender, self._signer
        return [
            msgspec.structs.replace(
                one, sender=sender or one.sender, message=signer.sign(one.message) if signer else one.message
            )
            for one in ready
        ]

    async def _report(self, attempts: Sequence[Attempt]) -> None:
        reports = await self._in_worker(self.app.pipeline.report, attempts, self.app.clock())
        self._cap.note(attempts)
        for report in reports:
            if report.attempt.code:  # whether the server that takes our mail wants it from us: as it said last
                self._is_refused = report.reason in OURS_TO_MEND

    async def _process(self) -> int:
        now = self.app.clock()
        async with self._ahead.turn(now, MOST_IN_A_TURN) as turn:
            done = await self._in_worker(self.app.pipeline.process, now, MOST_IN_A_TURN, self._enough(), turn)
        self._ahead.note(done)
        if done:
            self.post.set()
        return done

    def _enough(self) -> Callable[[], bool]:
        """Return what tells a turn to end: it was long enough, and somebody waits for the store.

        That is mail to be made durable, or a connection of the courier, which takes the next mail once the last is
        recorded.
        """
        until = time.monotonic() + LONGEST_TURN
        return lambda: (
            time.monotonic() > until and (self._intake.is_waited_for or self._rush.is_on or self._courier.is_under_way)
        )

    async def _tick(self) -> int:
        done = await self._in_worker(self.app.pipeline.tick, self.app.clock(), 20, self._enough())
        self._ticked_at = time.monotonic()
        if done:
            self.post.set()
        return done

    async def _beat(self) -> int:
        await self._in_worker(self.app.pipeline.beat, self.app.clock())
        return 0

    async def _let_go(self) -> int:
        return await self._in_worker(self._letting_go.step, self.app.clock())

    # --- pages and figures ---

    @asynccontextmanager
    async def _web(self) -> AsyncIterator[None]:
        """Serve pages and figures while the block runs, each where its place is set; loaded only then."""
        web = self.app.settings.web
        async with AsyncExitStack() as stack:
            for key, place, made in (
                ("web.listen", web.listen, self._pages),
                ("web.metrics", web.metrics, self._probes),
            ):
                if place:
                    from gateway.web.listener import listening

                    host, port = place_of(place) or ("", 0)
                    self.ports[key] = await stack.enter_async_context(listening(made(), key, host, port))
            yield

    def _pages(self) -> object:
        from gateway.resources import load_pages
        from gateway.web.pages import stop_links

        def asked(ask: Callable[[Pipeline, str, datetime], Clicked]) -> Callable[[str], Awaitable[Clicked]]:
            return lambda code: self._in_worker(ask, self.app.pipeline, code, self.app.clock())

        async def fetched(code: str, which: str) -> Fetched:
            found = await self._in_worker(fetching.find, self.app.pipeline, code, which, self.app.clock())
            if isinstance(found, Fetched):
                return found
            return await asyncio.to_thread(fetching.take_out, found, self.app.pipeline.rules.limits)  # beside the store

        return stop_links(load_pages(), asked(clicking.look), asked(clicking.stop), fetched)

    def _probes(self) -> object:
        from gateway.web.probes import Probes

        return Probes(self._checks, self._figures, self._remarks).application()

    async def _checks(self) -> dict[str, bool]:
        """What must be well for mail to be taken and work to go on; the store is asked for its turn at writing."""
        try:
            async with asyncio.timeout(READY_WITHIN):
                writable = await self._in_worker(self._is_writable)
        except TimeoutError:
            writable = False
        return {
            "store": writable,
            "tick": time.monotonic() - self._ticked_at < TICK_IS_STALE_AFTER,
            "intake": self._taking is not None and not self._taking.done() and self._has_room(),
        }

    def _remarks(self) -> dict[str, str]:
        return {"submission": "refuses us"} if self._is_refused else {}

    def _is_writable(self) -> bool:
        try:
            with self.app.store.begin():
                return True  # nothing written, nothing to make durable: it costs no turn of the disk
        except StoreFault:
            return False

    async def _figures(self) -> str:
        from gateway.web import probes
        from gateway.web.exposition import Process, exposition

        now = self.app.clock()
        figures = await self._in_worker(self.app.pipeline.figures, now)
        size = probes.size_on_disk(self.app.settings.store)
        process = Process(probes.resident_memory(), probes.processor_time(), self._started_at, size)
        return exposition(figures, process, now)

    # --- the run ---

    async def run(self) -> None:
        """Open the doors and work until cancelled."""
        async with self.open():
            self.ready.set()
            await keep_all(self._chores())

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take mail in while the block runs; the rest of the work is done by `run`, or by hand with `turn`."""
        await self._in_worker(self.app.pipeline.wake, self.app.clock())
        self._ticked_at = time.monotonic()
        async with self.doors(), self._web():
            yield

    @asynccontextmanager
    async def doors(self) -> AsyncIterator[None]:
        """Take mail in while the block runs, and nothing else: no sign of life, no work."""
        settings = self.app.settings
        asyncio.get_running_loop().set_exception_handler(log_stray_fault)
        self._directory = await self._in_worker(self.app.pipeline.directory)
        if self._cap.per_day:
            self._cap.remember(await self._in_worker(self._sent_lately))
        async with AsyncExitStack() as stack:
            stack.callback(self._worker.shutdown)
            stack.push_async_callback(self._courier.close)
            stack.push_async_callback(self._ahead.close)
            intake = self._taking = await stack.enter_async_context(_beside(self._intake.run()))
            for name, listen in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
                if listen.port:
                    shared = self._protocol(name, listen, self._intake)
                    server = await stack.enter_async_context(await open_door(shared, listen.host, listen.port))
                    self.ports[name] = server.sockets[0].getsockname()[1]
            intake.add_done_callback(_name_fault)
            for watch in self._watches():
                await stack.enter_async_context(watch.running())
            yield

    def _sent_lately(self) -> list[datetime]:
        with self.app.store.read() as tx:
            return tx.outbox.sent_since(self.app.clock() - DAY)

    def _watches(self) -> list[Watch]:
        """Return what keeps the mailboxes of the settings emptied."""
        settings = self.app.settings
        if not settings.fetched:
            return []
        from gateway.arrive.imap_watch import Desk, Habits, Watch

        desk = Desk(
            intake=self._intake,
            ours=self._ours,
            check=self.app.pipeline.check,
            clock=self.app.clock,
            size_limit=settings.limits.message_bytes,
        )
        watches = []
        for key, mailbox in settings.fetched.items():
            tokens = access_tokens(mailbox.oauth)
            habits = Habits(mailbox.recipient_header, mailbox.address, mailbox.poll_seconds)
            refused = tokens.forget if tokens else _nothing
            watches.append(Watch(account(key, mailbox, tokens), habits, desk, refused))
        return watches

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
            Chore("let go", self._let_go, rest=24 * 3600.0, gives_way=self._rush.give_way),
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
            admit=self._admit,
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


def _processors() -> int:
    """Return how many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _nothing() -> None:
    return None


def log_stray_fault(loop: asyncio.AbstractEventLoop, told: Mapping[str, Any]) -> None:
    """Log what nobody waited for as all faults are logged: asyncio would repeat its text, and what was handed to it."""
    log.error("stray fault", exc_info=told.get("exception"))


async def serve(app: App) -> None:
    """Run until a signal asks us to stop; what is under way is finished or lies safe in the store."""
    hear_libraries()
    app.store.occupy()  # a second `serve` on one store is refused, and told which process has it
    task = asyncio.current_task()
    assert task is not None
    keep_for_good()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, task.cancel)
    with suppress(asyncio.CancelledError):
        await Serving(app).run()
