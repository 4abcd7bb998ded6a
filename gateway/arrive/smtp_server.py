"""The SMTP and LMTP doors, by aiosmtpd, served from our own loop.

An edge: envelopes and bytes come in, and are answered when they are durable. Nothing is understood here.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException, syntax

from gateway.accept.verdict import Reject
from gateway.arrive.intake import Intake
from gateway.model.arrival import Arrival

MOST_RECIPIENTS = 200  # RFC 5321 §4.5.3.1.8 wants at least 100
MOST_SESSIONS = 400  # at one door; Postfix opens twenty at once, unless told otherwise
_FULL = b"421 4.3.2 too many connections, please come back in a moment\r\n"  # RFC 5321 §3.1, §3.8
SECONDS_OF_SILENCE = 300.0  # RFC 5321 §4.5.3.2.7
_KEPT = "250 2.0.0 kept"
OUR_FAULT = Reject(451, "4.3.0", "something went wrong here, please try again later")  # never 5xx: the mail is good
EVERYTHING = 2**30  # bytes; the reader holds far less, and gives what it has
_BREAK, _END = b"\r\n", b"\r\n.\r\n"
LINE_BYTES = 65_536  # QUIRK: RFC 5322 §2.1.1 says 998, real programs write longer lines

log = structlog.get_logger()


@dataclass(frozen=True)
class Protocol:
    """What every session of one door shares. `check` raises nothing and returns a Reject for bytes we never keep."""

    intake: Intake
    clock: Callable[[], datetime]
    check: Callable[[bytes], Reject | None]
    workspace_of: Callable[[str], str]
    hostname: str
    size_limit: int
    door: str  # smtp or lmtp
    tls: ssl.SSLContext | None = None
    admit: Callable[[Arrival], Awaitable[Reject | None]] | None = None  # says no to strangers; None lets everybody in


class _Rooms:
    """The hooks aiosmtpd calls for each session."""

    def __init__(self, shared: Protocol) -> None:
        self.shared = shared

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in responses if not line.startswith("250-AUTH ")]  # nobody has a login here

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients, please send the rest in another mail"  # RFC 5321 §4.5.3.1.10
        verdict = await self.shared.intake.judge(address)
        if isinstance(verdict, Reject):
            return str(verdict)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        try:
            return await self._taken(envelope)
        except Exception:
            log.exception("delivery failed", door=self.shared.door)
            return self._reply(envelope, {}, OUR_FAULT)

    async def handle_exception(self, fault: Exception) -> str:
        """Return what is said of a fault in any command: the library would say 500, and to the peer what went wrong."""
        if isinstance(fault, TLSSetupException):
            log.info("no TLS", door=self.shared.door)
        else:
            log.error("session failed", door=self.shared.door, exc_info=fault)
        return str(OUR_FAULT)

    async def _taken(self, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        refused = self.shared.check(content)
        if refused:
            return self._reply(envelope, {}, refused)
        arrivals = self._arrivals(envelope, content)
        verdicts = [await self.shared.admit(arrival) if self.shared.admit else None for arrival in arrivals]
        kept = [arrival for arrival, no in zip(arrivals, verdicts, strict=True) if no is None]
        if not kept:
            return self._reply(envelope, {}, verdicts[0])
        said = {one: no for arrival, no in zip(arrivals, verdicts, strict=True) for one in arrival.recipients}
        return self._reply(envelope, said, await self.shared.intake.take(kept))

    def _reply(self, envelope: Envelope, said: Mapping[str, Reject | None], answer: Reject | None) -> str:
        """Return the reply to the data: `answer` for all, but in LMTP the recipients' own no where `said` holds one."""
        if self.shared.door != "lmtp":
            return str(answer or _KEPT)
        each = (said.get(recipient) or answer or _KEPT for recipient in envelope.rcpt_tos)
        return "\r\n".join(map(str, each))  # RFC 2033 §4.2: one reply for each recipient, in order

    def _arrivals(self, envelope: Envelope, content: bytes) -> list[Arrival]:
        """One arrival for each workspace the envelope names, so that each finds its mail once."""
        by_workspace: dict[str, list[str]] = {}
        for recipient in envelope.rcpt_tos:
            by_workspace.setdefault(self.shared.workspace_of(recipient), []).append(recipient)
        sender = envelope.mail_from or ""
        return [
            Arrival(
                door=self.shared.door,
                reverse_path="" if sender == "<>" else sender,
                recipients=tuple(recipients),
                raw=content,
                received_at=self.shared.clock(),
            )
            for recipients in by_workspace.values()
        ]


class Incoming:
    """The octets that follow 354, up to the line with a lone dot: blocks go in, the data of the mail comes out."""

    def __init__(self, limit: int) -> None:
        """Keep up to `limit` bytes, any number when it is 0."""
        self.limit = limit
        self.is_whole = False
        self.behind = b""  # what came behind the last line
        self._kept = bytearray()
        self._size = -len(_BREAK)
        self._held = _BREAK  # what may be the beginning of the end: data begins where a line does

    def take(self, block: bytes) -> None:
        """Take the next block; what is too much is looked through for its end and not kept."""
        joined = self._held + block
        end = joined.find(_END)
        self.is_whole = end >= 0
        stop = end + len(_BREAK) if self.is_whole else max(0, len(joined) - len(_END) + 1)
        self.behind = joined[end + len(_END) :] if self.is_whole else b""
        self._held = joined[stop:]
        self._size += stop
        if self.is_too_much:
            self._kept.clear()
        else:
            self._kept += joined[:stop]

    @property
    def is_too_much(self) -> bool:
        """Whether more came than is kept."""
        return 0 < self.limit < self._size

    def content(self) -> bytes:
        """Return the data without its transparency dots (RFC 5321 §4.5.2); ValueError with the answer to give when it
        is too much, or a line of it too long.
        """
        if self.is_too_much:
            raise ValueError("552 5.3.4 Error: Too much mail data")
        is_stuffed = self._kept.startswith(_BREAK + b".")
        del self._kept[: len(_BREAK) + is_stuffed]
        raw = bytes(self._kept)
        self._kept.clear()
        if _has_long_line(raw):
            raise ValueError("500 5.5.2 Line too long (see RFC 5321 §4.5.3.1.6)")
        return raw.replace(_BREAK + b".", _BREAK)


def _has_long_line(raw: bytes) -> bool:
    """Whether a line is beyond what we take; looks once in so many bytes, not at each line."""
    start = 0
    while len(raw) - start > LINE_BYTES:
        end = raw.rfind(_BREAK, start, start + LINE_BYTES)
        if end < 0:
            return True
        start = end + len(_BREAK)
    return False


# A path of plain words in angle brackets (RFC 5321 §4.1.2), and what follows it: nearly every MAIL and RCPT is so.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_PATH = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>(?: +([A-Za-z].*))?")


def plain_path(argument: str) -> tuple[str, str] | None:
    """Return address and parameters of a plain path, None for any other; what the library finds, sooner.

    Its parser is the general one for header fields, and took about a quarter of a session's time under a profiler.
    """
    found = _PLAIN_PATH.fullmatch(argument)
    return (found[1], found[2] or "") if found else None


class _Session(SMTP):
    """The library's session, but for two things it does slowly: plain paths, and the data of a mail."""

    line_length_limit = LINE_BYTES
    ended: Callable[[], None] = staticmethod(lambda: None)

    def connection_lost(self, error: Exception | None) -> None:
        """Give the session's place to another."""
        self.ended()
        super().connection_lost(error)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return plain_path(arg) or super()._getaddr(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Take the data of a mail in blocks as they come, where the library takes one line after the other: a million
        lines kept its loop, and every other session, busy for seconds.
        """
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        refusal = "501 5.5.4 DATA takes no argument" if arg else "503 5.5.1 RCPT comes first"
        if arg or self.envelope is None or not self.envelope.rcpt_tos:
            await self.push(refusal)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")  # RFC 5321 §4.1.1.4
        incoming = Incoming(self.data_size_limit or 0)
        while not incoming.is_whole:
            block = await self._reader.read(EVERYTHING)
            if not block:
                return  # hung up in the midst of it: nothing was promised
            incoming.take(block)
        if incoming.behind and not self._reader.at_eof():
            self._reader.feed_data(incoming.behind)  # RFC 2920: commands may come in the same packet
        await self._settle(self.envelope, incoming)

    async def _settle(self, envelope: Envelope, incoming: Incoming) -> None:
        try:
            envelope.content = envelope.original_content = incoming.content()
        except ValueError as problem:
            await self.refuse(str(problem))
        else:
            await self.push(await self._call_handler_hook("DATA"))
        self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def refuse(self, status: str) -> None:
        """Answer to data that is not kept."""
        await self.push(status)


class _LmtpSession(_Session, LMTP):
    async def refuse(self, status: str) -> None:
        """Answer once for each recipient (RFC 2033 §4.2)."""
        for _ in self.envelope.rcpt_tos if self.envelope else ():
            await self.push(status)


class _Turned(asyncio.Protocol):
    """What a connection meets beyond the limit: it is told to come back, and holds nothing of ours."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_FULL)
        transport.close()


class Sessions:
    """Makes a protocol for each connection, up to a limit."""

    def __init__(self, shared: Protocol, most: int = MOST_SESSIONS) -> None:
        self.shared = shared
        self.most = most
        self._open: set[_Session] = set()

    def __call__(self) -> SMTP | _Turned:
        """Return the protocol of one connection."""
        if len(self._open) >= self.most:
            return _Turned()
        session = self._session()
        session.ended = lambda: self._open.discard(session)
        self._open.add(session)
        return session

    def _session(self) -> _Session:
        kind = _LmtpSession if self.shared.door == "lmtp" else _Session
        return kind(
            _Rooms(self.shared),
            data_size_limit=self.shared.size_limit,  # RFC 1870: announced as SIZE, checked at MAIL and while reading
            enable_SMTPUTF8=True,  # RFC 6531; 8BITMIME (RFC 6152) is always announced
            hostname=self.shared.hostname,
            ident="Restante",
            tls_context=self.shared.tls,  # RFC 3207: STARTTLS is offered when there is a certificate
            timeout=SECONDS_OF_SILENCE,
            loop=asyncio.get_running_loop(),
        )


async def open_door(shared: Protocol, host: str, port: int) -> asyncio.Server:
    """Listen; the caller closes the server. OSError when the port is taken."""
    server = await asyncio.get_running_loop().create_server(Sessions(shared), host, port, backlog=MOST_SESSIONS)
    log.info("door open", door=shared.door, host=host, port=server.sockets[0].getsockname()[1])
    return server
