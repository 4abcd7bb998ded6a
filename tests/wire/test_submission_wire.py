"""The way out over real sockets: TLS, logins, tokens, addresses beyond ASCII, one domain's share, a day's cap."""

from __future__ import annotations

import asyncio
import base64
import ssl
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from gateway.model.notice import Attempt, Outgoing
from gateway.send.courier import Courier, Route
from gateway.send.login import AccessTokens, LoginProblem, Token
from tests.wire.talk import mail

pytestmark = pytest.mark.wire

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


@dataclass
class Relay:
    """A submission server; `port` 0 until it listens. It takes mail only from who is logged in, where it asks that."""

    certificate: tuple[Path, Path]
    tls: str = "none"  # none, starttls, tls
    logins: bool = False
    utf8: bool = True
    token: str = "good"
    pause: float = 0.0
    port: int = 0
    kept: list[tuple[str, str, bytes]] = field(default_factory=list)
    by: list[str] = field(default_factory=list)  # mechanisms that were used
    under_way: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)

    async def auth_XOAUTH2(self, server: SMTP, words: list[bytes]) -> AuthResult:
        """RFC 7628's older brother: a reason first, then the refusal."""
        self.by.append("XOAUTH2")
        said = base64.b64decode(words[1]).decode()
        if f"auth=Bearer {self.token}\x01" in said and said.startswith("user=team\x01"):
            return AuthResult(success=True)
        await server.challenge_auth("eyJzdGF0dXMiOiI0MDEifQ==", encode_to_b64=False)
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep it, after a while."""
        [recipient] = envelope.rcpt_tos
        domain = recipient.rpartition("@")[2]
        self.under_way[domain] += 1
        self.most_at_once[domain] = max(self.most_at_once[domain], self.under_way[domain])
        await asyncio.sleep(self.pause)
        self.under_way[domain] -= 1
        assert isinstance(envelope.content, bytes)
        self.kept.append((envelope.mail_from or "", recipient, envelope.content))
        return "250 kept"

    def _check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
        self.by.append(mechanism)
        right = isinstance(login, LoginPassword) and (login.login, login.password) == (b"team", "sésame".encode())
        return AuthResult(success=right, handled=False)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Relay]:
        """Listen while the block runs."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.certificate)
        loop = asyncio.get_running_loop()

        def session() -> SMTP:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it sees no TLS in a socket that was wrapped before
                return SMTP(
                    self, enable_SMTPUTF8=self.utf8, auth_required=self.logins, auth_require_tls=self.tls == "starttls",
                    authenticator=self._check if self.logins else None, loop=loop, hostname="relay.example.net",
                    tls_context=context if self.tls == "starttls" else None, require_starttls=self.tls == "starttls",
                )  # fmt: skip

        server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if self.tls == "tls" else None)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


def outgoing(number: int, recipient: str = "ben@example.net") -> Outgoing:
    return Outgoing(
        notice_id=number, sender="acme+b.token@ws.example.org", recipient=recipient, message=mail(f"number {number}")
    )


async def hand_in(route: Route, *queue: Outgoing) -> list[Attempt]:
    """Hand mail in and return what came of it."""
    reported: list[Attempt] = []

    async def claim(limit: int) -> Sequence[Outgoing]:
        return queue

    async def report(attempts: Sequence[Attempt]) -> None:
        reported.extend(attempts)

    courier = Courier(route, claim, report, lambda: NOW)
    await courier.round_trip()
    await courier.close()
    return reported


def trusting(relay: Relay, **keys: Any) -> Route:
    return Route("localhost" if relay.tls != "none" else "127.0.0.1", relay.port, security=relay.tls,
                 ca_file=str(relay.certificate[0]), **keys)  # fmt: skip


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mail_goes_out_encrypted_by_a_login_to_a_server_whose_certificate_is_known(
    certificate: tuple[Path, Path], tls: str
) -> None:
    async with Relay(certificate, tls=tls, logins=True).open() as relay:
        [attempt] = await hand_in(trusting(relay, username="team", password="sésame"), outgoing(1))
        assert (attempt.code, relay.kept[0][:2]) == (250, ("acme+b.token@ws.example.org", "ben@example.net"))
        stranger = Route("localhost", relay.port, security=tls, username="team", password="sésame")
        [refused] = await hand_in(stranger, outgoing(2))
        assert refused.code == 0
        assert "certificate" in refused.text.lower()
        assert len(relay.kept) == 1
        assert set(relay.by) <= {"PLAIN", "LOGIN"}


async def test_a_wrong_password_is_told_by_its_code_and_loses_nothing(certificate: tuple[Path, Path]) -> None:
    async with Relay(certificate, tls="tls", logins=True).open() as relay:
        [attempt] = await hand_in(trusting(relay, username="team", password="wrong"), outgoing(1))
    assert attempt.code == 535
    assert "wrong" not in attempt.text


async def test_a_token_logs_in_and_one_that_is_refused_is_asked_for_anew(certificate: tuple[Path, Path]) -> None:
    tokens_given = iter(["stale", "good"])
    tokens = AccessTokens(lambda: Token(next(tokens_given), 3600), lambda: 0.0)
    async with Relay(certificate, tls="starttls", logins=True).open() as relay:
        route = trusting(relay, username="team", tokens=tokens)
        [refused] = await hand_in(route, outgoing(1))
        assert refused.code == 535
        [taken] = await hand_in(route, outgoing(1))
        assert taken.code == 250
        assert set(relay.by) == {"XOAUTH2"}


async def test_no_token_to_be_had_is_as_a_refused_login(certificate: tuple[Path, Path]) -> None:
    def none() -> Token:
        raise LoginProblem("the token server refused: 400 invalid_grant")

    async with Relay(certificate, tls="tls", logins=True).open() as relay:
        [attempt] = await hand_in(trusting(relay, username="team", tokens=AccessTokens(none, lambda: 0.0)), outgoing(1))
    assert (attempt.code, attempt.text) == (535, "no token: the token server refused: 400 invalid_grant")


async def test_smtputf8_is_asked_for_where_an_address_needs_it_alone(certificate: tuple[Path, Path]) -> None:
    async with Relay(certificate).open() as relay:
        attempts = await hand_in(trusting(relay, connections=1), outgoing(1), outgoing(2, "zoé@example.net"))
        assert [attempt.code for attempt in attempts] == [250, 250]
    async with Relay(certificate, utf8=False).open() as plain:
        attempts = await hand_in(trusting(plain, connections=1), outgoing(1), outgoing(2, "zoé@example.net"))
        assert [(attempt.notice_id, attempt.code) for attempt in attempts] == [(1, 250), (2, 553)]
        assert "5.6.7" in attempts[1].text


async def test_one_domain_never_has_more_than_its_share_and_all_is_sent(certificate: tuple[Path, Path]) -> None:
    mails = [outgoing(n, f"m{n}@{'big' if n < 20 else 'small'}.example") for n in range(30)]
    async with Relay(certificate, pause=0.02).open() as relay:
        attempts = await hand_in(trusting(relay, connections=4, per_domain=2), *mails)
        assert sorted(attempt.notice_id for attempt in attempts) == list(range(30))
        assert relay.most_at_once["big.example"] == 2
        assert relay.most_at_once["small.example"] <= 2
