"""Faults of our own at the doors: temporary to whoever writes, so that no mail is lost, and told to nobody."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.accept.verdict import Accept, Reject
from gateway.arrive.intake import Intake
from gateway.arrive.smtp_server import Protocol, open_door
from gateway.model.address import Destination, Door
from gateway.model.arrival import Arrival
from gateway.serving import log_stray_fault
from tests.wire.talk import mail

pytestmark = pytest.mark.wire

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECRET = "bea@example.net"
TWO = ("acme@ws.example.org", "acme+design@ws.example.org")


async def _broken(*_: object) -> Any:
    raise RuntimeError(f"select … where address = '{SECRET}'")


async def _let_in(address: str) -> Accept | Reject:
    return Accept(Destination("acme", Door.POST))


async def _kept(arrivals: Sequence[Arrival]) -> None:
    return None


def said_by(door: str, judge: Any, admit: Any, talk: Callable[[smtplib.SMTP], Any]) -> Any:
    """Return what a conversation came to with a door whose store does not work."""

    async def converse() -> Any:
        intake = Intake(_kept, judge)
        shared = Protocol(intake, lambda: NOW, lambda raw: None, lambda a: "acme", "x", 10**6, door,
                          admit=admit)  # fmt: skip
        server = await open_door(shared, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]

        def go() -> Any:
            with (smtplib.LMTP if door == "lmtp" else smtplib.SMTP)("127.0.0.1", port, timeout=20) as client:
                client.ehlo()
                client.docmd("MAIL", "FROM:<ana@example.net>")
                return talk(client)

        try:
            return await asyncio.to_thread(go)
        finally:
            server.close()

    return asyncio.run(converse())


@pytest.mark.parametrize("door", ["smtp", "lmtp"])
def test_a_fault_in_looking_up_a_recipient_is_temporary_and_its_text_goes_nowhere(
    door: str, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as said:
        code, text = said_by(door, _broken, None, lambda client: client.docmd("RCPT", f"TO:<{TWO[0]}>"))
    assert (code, SECRET in text.decode()) == (451, False)
    assert [line["event"] for line in said if line["log_level"] == "error"] == ["session failed"]
    assert caplog.records == [], "the library's own log would tell everything"


@pytest.mark.parametrize(("door", "replies"), [("smtp", 1), ("lmtp", 2)])
def test_a_fault_once_the_mail_is_here_is_temporary_for_each_recipient(
    door: str, replies: int, caplog: pytest.LogCaptureFixture
) -> None:
    def hand_in(client: smtplib.SMTP) -> list[int]:
        for one in TWO:
            assert client.docmd("RCPT", f"TO:<{one}>")[0] == 250
        assert client.docmd("DATA")[0] == 354
        client.send(mail("fault") + b"\r\n.\r\n")
        return [client.getreply()[0] for _ in range(replies)] + [client.docmd("NOOP")[0]]

    with capture_logs() as said:
        assert said_by(door, _let_in, _broken, hand_in) == [451] * replies + [250]
    assert [line["event"] for line in said if line["log_level"] == "error"] == ["delivery failed"]
    assert caplog.records == []


def test_a_fault_that_nobody_waits_for_is_logged_as_ours_and_not_by_asyncio(caplog: pytest.LogCaptureFixture) -> None:
    async def stray() -> None:
        asyncio.get_running_loop().set_exception_handler(log_stray_fault)
        asyncio.get_running_loop().call_soon(lambda: int(SECRET))
        await asyncio.sleep(0)

    with capture_logs() as said:
        asyncio.run(stray())
    assert [(line["event"], type(line["exc_info"])) for line in said] == [("stray fault", ValueError)]
    assert set(said[0]) == {"event", "log_level", "exc_info"}
    assert caplog.records == []
