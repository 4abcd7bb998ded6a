"""The courier: takes frozen notices, hands them to the submission server over kept-open connections, reports each try.

An edge: it renders nothing and decides nothing. What a reply code means is decided in decide/retries.py; here a try
only becomes an Attempt.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import aiosmtplib
import structlog

from gateway.model.notice import Attempt, Outgoing
from gateway.send.limits import Queue
from gateway.send.login import AccessTokens, LoginProblem

MOST_AT_ONCE = 200  # notices claimed in one turn
MOST_ON_A_CONNECTION = 500  # then a new one, as many servers ask
SECONDS_TO_WAIT = 60.0
TOGETHER_WITHIN = 0.01  # seconds that a try waits for those of the other connections, to share their commit

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Route:
    """The server that takes our mail."""

    host: str
    port: int
    security: str = "none"  # none, starttls, tls
    verify: bool = True
    ca_file: str | None = None
    username: str = ""
    password: str = ""
    tokens: AccessTokens | None = None  # instead of a password
    hostname: str = "localhost"  # how we name ourselves
    connections: int = 4
    per_domain: int = 0  # on the way at once to one domain; 0: no limit
    per_minute: int = 0  # 0: no limit


@dataclass
class Pace:
    """At most so many a minute, evenly spread; no limit when 0."""

    per_minute: int
    _next: float = 0.0

    async def wait(self) -> None:
        """Return when the next message may go."""
        if not self.per_minute:
            return
        loop = asyncio.get_running_loop()
        start = max(self._next, loop.time())
        self._next = start + 60.0 / self.per_minute
        await asyncio.sleep(start - loop.time())


@dataclass
class Courier:
    """`claim` leases and freezes what is due, `report` writes what came of each try, `clock` tells when it was."""

    route: Route
    claim: Callable[[int], Awaitable[Sequence[Outgoing]]]
    report: Callable[[Sequence[Attempt]], Awaitable[None]]
    clock: Callable[[], datetime]
    is_under_way: bool = False  # something claimed is being attempted
    _lines: list[_Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        pace = Pace(self.route.per_minute)
        self._lines = [_Line(self.route, pace, self.clock) for _ in range(self.route.connections)]

    async def round_trip(self) -> int:
        """Claim once and attempt everything claimed; return how many were attempted."""
        outgoing = await self.claim(self._most())
        if not outgoing:
            return 0
        queue = Queue(outgoing, self.route.per_domain)
        lines = self._lines[: len(outgoing)]
        record = _Record(self.report, len(lines))
        self.is_under_way = True
        try:
            # Each connection ends by itself, so that none still works when the next turn takes it up.
            ends = await asyncio.gather(*(line.drain(queue, record) for line in lines), return_exceptions=True)
        finally:
            self.is_under_way = False
            await record.finish()
        for fault in filter(None, ends):
            raise fault
        return len(outgoing)

    def _most(self) -> int:
        # A lease must outlast its attempt: with a slow pace, claim no more than a minute's worth.
        return min(MOST_AT_ONCE, self.route.per_minute) if self.route.per_minute else MOST_AT_ONCE

    async def close(self) -> None:
        """Say goodbye on every connection."""
        await asyncio.gather(*(line.close() for line in self._lines))


@dataclass
class _Batch:
    """Tries that share one commit. Everybody whose try is in it waits for `commit`, and meets its fault."""

    attempts: list[Attempt] = field(default_factory=list)
    together: asyncio.Event = field(default_factory=asyncio.Event)  # nobody else is waited for
    commit: asyncio.Task[None] | None = None


class _Record:
    """Tries are recorded as they end, before their connection takes the next: a kill repeats one mail a connection.

    They share one commit: it is made once every connection at work has a try to record, or the first has waited a
    little for the others.
    """

    def __init__(self, report: Callable[[Sequence[Attempt]], Awaitable[None]], lines: int) -> None:
        self._report = report
        self._at_work = lines
        self._batch = _Batch()
        self._under_way: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    async def keep(self, attempt: Attempt) -> None:
        """Return once a try is recorded; raises what its commit raises."""
        batch = self._batch
        batch.attempts.append(attempt)
        self._look_around()
        with suppress(TimeoutError):
            async with asyncio.timeout(TOGETHER_WITHIN):
                await batch.together.wait()
        # A commit goes on when who waits for it is told to stop: `finish` waits for it once more.
        await asyncio.shield(self._committed(batch))

    def leave(self) -> None:
        """Take note that a connection attempts nothing more: nobody waits for it."""
        self._at_work -= 1
        self._look_around()

    def _look_around(self) -> None:
        if len(self._batch.attempts) >= self._at_work:
            self._batch.together.set()

    async def finish(self) -> None:
        """Record what is left when we are told to stop: taken and not recorded, it would go out once more."""
        if self._batch.attempts:
            self._committed(self._batch)
        faults = await asyncio.gather(*self._under_way, return_exceptions=True)
        for fault in filter(None, faults):
            log.error("tries not recorded", fault=type(fault).__name__)

    def _committed(self, batch: _Batch) -> asyncio.Task[None]:
        """Return the commit of a batch, begun now if nobody began it; who comes later is of the next."""
        if batch.commit is None:
            batch.together.set()
            self._batch = _Batch()
            batch.commit = asyncio.create_task(self._commit(batch.attempts))
            self._under_way.add(batch.commit)
            batch.commit.add_done_callback(self._ended)
        return batch.commit

    def _ended(self, commit: asyncio.Task[None]) -> None:
        self._under_way.discard(commit)
        if not commit.cancelled():
            commit.exception()  # seen: whoever waits for it meets it, and nobody need wait any more

    async def _commit(self, attempts: Sequence[Attempt]) -> None:
        async with self._turn:
            await self._report(attempts)


class _Line:
    """One kept-open connection."""

    def __init__(self, route: Route, pace: Pace, clock: Callable[[], datetime]) -> None:
        self._route = route
        self._pace = pace
        self._clock = clock
        self._server: aiosmtplib.SMTP | None = None
        self._used = 0

    async def drain(self, queue: Queue, record: _Record) -> None:
        """Attempt what the queue holds, one after the other; what came of each is recorded before the next."""
        try:
            while (message := queue.take()) is not None:
                await self._pace.wait()
                attempt = await self._attempt(message)
                queue.finished(message)
                await record.keep(attempt)
        finally:
            record.leave()

    async def _attempt(self, message: Outgoing) -> Attempt:
        started = asyncio.get_running_loop().time()
        code, text, refused = await self._say(message)
        took = asyncio.get_running_loop().time() - started
        return Attempt(
            notice_id=message.notice_id, at=self._clock(), code=code, text=text[:500], refused=refused, took=took
        )

    async def _say(self, message: Outgoing) -> tuple[int, str, str]:
        """Return the SMTP reply to one message and what it refuses, (0, why, "") when there was none.

        Never raises for the network's faults.
        """
        try:
            server = await self._connected()
        except aiosmtplib.SMTPAuthenticationError as refused:
            await self.close()
            if self._route.tokens is not None:
                self._route.tokens.forget()
            return refused.code, refused.message, ""
        except LoginProblem as problem:
            await self.close()
            return 535, f"no token: {problem}", ""  # as a refused login: it waits until that is mended
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as fault:
            # A server that will not talk to us, be it with a 5xx greeting, says nothing of this notice: it waits.
            await self.close()
            return 0, f"{type(fault).__name__}: {fault}", ""
        try:
            if _is_beyond_ascii(message) and not server.supports_extension("smtputf8"):
                # RFC 6531 §3.5: it cannot be sent on
                return 553, "5.6.7 the server takes no address beyond ASCII", "message"
            text = await _handed_in(server, message)
            self._used += 1
            return 250, text, ""
        except aiosmtplib.SMTPResponseException as refused:
            if refused.code in (421, -1):
                await self.close()
            else:
                await self._begin_anew(server)
            return max(refused.code, 0), refused.message, _REFUSED.get(type(refused), "sender")
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as fault:
            await self.close()
            return 0, f"{type(fault).__name__}: {fault}", ""

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._server is not None and self._server.is_connected and self._used < MOST_ON_A_CONNECTION:
            return self._server
        await self.close()
        route = self._route
        server = aiosmtplib.SMTP(
            hostname=route.host,
            port=route.port,
            username=route.username or None,
            password=route.password or None,
            oauth_token_generator=_asked(route.tokens),
            local_hostname=route.hostname,
            timeout=SECONDS_TO_WAIT,
            use_tls=route.security == "tls",
            start_tls=route.security == "starttls",
            validate_certs=route.verify,
            cert_bundle=route.ca_file,
        )
        await server.connect()
        try:
            await server.ehlo()
        except aiosmtplib.SMTPHeloError:
            await server.helo()
        self._server, self._used = server, 0
        return server

    async def _begin_anew(self, server: aiosmtplib.SMTP) -> None:
        """Let go of an envelope that was refused, so that the next mail has one of its own (RFC 5321 §4.1.1.5)."""
        try:
            await server.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self.close()

    async def close(self) -> None:
        """Leave politely where possible."""
        server, self._server = self._server, None
        if server is not None and server.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await server.quit()


_REFUSED: dict[type[aiosmtplib.SMTPResponseException], str] = {
    aiosmtplib.SMTPRecipientRefused: "recipient",
    aiosmtplib.SMTPDataError: "message",
}


def _is_beyond_ascii(message: Outgoing) -> bool:
    return not (message.recipient.isascii() and message.sender.isascii())


async def _handed_in(server: aiosmtplib.SMTP, message: Outgoing) -> str:
    """Hand one message in; return what the server said. Raises SMTPResponseException when it is refused.

    One by one what the library's `sendmail` does, which reads the whole message once more to count its octets.
    """
    # RFC 6531 §3.4: asked for only where an address needs it, so that plain servers take everything else.
    options, encoding = (["SMTPUTF8"], "utf-8") if _is_beyond_ascii(message) else ([], "ascii")
    if server.supports_extension("size"):
        options.insert(0, f"SIZE={len(message.message)}")  # RFC 1870 §3; our lines end with CRLF already
    # RFC 5321 §3.3: one MAIL/RCPT/DATA for each copy, since each has its own envelope sender (VERP).
    await server.mail(message.sender, options=options, encoding=encoding)
    await server.rcpt(message.recipient, encoding=encoding)
    return (await server.data(message.message)).message


def _asked(tokens: AccessTokens | None) -> Callable[[], Awaitable[str]] | None:
    """Return what gives a token without keeping the loop waiting."""
    if tokens is None:
        return None

    async def token() -> str:
        return await asyncio.to_thread(tokens)

    return token
