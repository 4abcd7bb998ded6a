"""The SMTP and LMTP doors, by aiosmtpd, served from our own loop.

An edge: envelopes and bytes come in, and are answered when they are durable. Nothing is understood here.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import AnyStr

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.accept.verdict import Reject
from gateway.arrive.intake import Intake
from gateway.model.arrival import Arrival

MOST_RECIPIENTS = 200  # RFC 5321 §4.5.3.1.8 wants at least 100
MOST_SESSIONS = 200
SECONDS_OF_SILENCE = 300.0  # RFC 5321 §4.5.3.2.7
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


class _Rooms:
    """The hooks aiosmtpd calls for each session."""

    def __init__(self, shared: Protocol) -> None:
        self.shared = shared

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
        content = envelope.content
        assert isinstance(content, bytes)
        answer = self.shared.check(content) or await self.shared.intake.take(self._arrivals(envelope, content))
        line = str(answer) if answer else "250 2.0.0 kept"
        if self.shared.door == "lmtp":
            return "\r\n".join([line] * len(envelope.rcpt_tos))  # RFC 2033 §4.2: one reply for each recipient, in order
        return line

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


# A path of plain words in angle brackets (RFC 5321 §4.1.2), and what follows it: nearly every MAIL and RCPT is so.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_PATH = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>(?: +([A-Za-z].*))?")


def plain_path(argument: str) -> tuple[str, str] | None:
    """Return address and parameters of a plain path, None for any other; what the library finds, sooner.

    Its parser is the general one for header fields, and took about a quarter of a session's time under a profiler.
    """
    found = _PLAIN_PATH.fullmatch(argument)
    return (found[1], found[2] or "") if found else None


class _PlainPaths(SMTP):
    line_length_limit = LINE_BYTES

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return plain_path(arg) or super()._getaddr(arg)


class _SmtpSession(_PlainPaths):
    pass


class _LmtpSession(_PlainPaths, LMTP):
    async def push(self, status: AnyStr) -> None:
        """Answer once for each recipient also when the library refuses the data before our hook sees it."""
        refused = isinstance(status, str) and status.startswith(("500 Line too long", "552 Error: Too much"))
        for _ in range(max(1, len(self.envelope.rcpt_tos)) if refused and self.envelope else 1):
            await super().push(status)


class Sessions:
    """Makes a protocol for each connection, up to a limit; beyond it the server waits in the listen queue."""

    def __init__(self, shared: Protocol) -> None:
        self.shared = shared

    def __call__(self) -> SMTP:
        """Return the protocol of one connection."""
        kind = _LmtpSession if self.shared.door == "lmtp" else _SmtpSession
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
