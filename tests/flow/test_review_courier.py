"""The courier told to stop while it works: what the server took is recorded, so that nothing goes out once more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.model.notice import Attempt, Outgoing
from gateway.send.courier import Courier, Route

pytestmark = pytest.mark.wire


class Sink:
    """Takes every mail, and rings at the second."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.two = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope.rcpt_tos[0])
        if len(self.taken) == 2:
            self.two.set()
        return "250 kept"


async def test_what_was_taken_before_a_stop_is_reported() -> None:
    sink = Sink()
    reported: list[int] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mail = b"Subject: one\r\n\r\nhello\r\n"
    queue = [
        Outgoing(notice_id=number, sender="acme@ws.example.org", recipient=f"m{number}@example.net", message=mail)
        for number in range(1, 6)
    ]

    async def claim(limit: int) -> Sequence[Outgoing]:
        return queue

    async def report(attempts: Sequence[Attempt]) -> None:
        await asyncio.sleep(0)
        reported.extend(attempt.notice_id for attempt in attempts if attempt.code == 250)

    route = Route(host="127.0.0.1", port=port, connections=1, per_minute=240)
    courier = Courier(route, claim, report, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    async with server:
        work = asyncio.create_task(courier.round_trip())
        await asyncio.wait_for(sink.two.wait(), 10)
        await asyncio.sleep(0.1)  # the answer reaches the courier; the third waits for its turn
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await courier.close()
    assert sink.taken == ["m1@example.net", "m2@example.net"]
    assert reported == [1, 2]


async def test_a_report_that_waits_for_its_turn_when_we_are_told_to_stop_is_still_made() -> None:
    sink = Sink()
    reported: list[int] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), "127.0.0.1", 0)
    mail = b"Subject: one\r\n\r\nhello\r\n"
    queue = [
        Outgoing(notice_id=number, sender="acme@ws.example.org", recipient=f"m{number}@example.net", message=mail)
        for number in range(1, 3)
    ]

    async def claim(limit: int) -> Sequence[Outgoing]:
        return queue

    async def report(attempts: Sequence[Attempt]) -> None:
        await asyncio.sleep(0.3)  # the store's one thread is busy with something else
        reported.extend(attempt.notice_id for attempt in attempts if attempt.code == 250)

    route = Route(host="127.0.0.1", port=server.sockets[0].getsockname()[1], connections=2)
    courier = Courier(route, claim, report, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    async with server:
        work = asyncio.create_task(courier.round_trip())
        await asyncio.wait_for(sink.two.wait(), 10)
        await asyncio.sleep(0.1)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await courier.close()
    assert sorted(reported) == [1, 2]


async def test_a_server_that_will_not_talk_to_us_says_nothing_of_the_mails() -> None:
    reported: list[Attempt] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.3.2 not accepting mail\r\n")
        await writer.drain()
        writer.close()

    async def claim(limit: int) -> Sequence[Outgoing]:
        return [Outgoing(notice_id=1, sender="acme@ws.example.org", recipient="m@example.net", message=b"\r\n")]

    async def report(attempts: Sequence[Attempt]) -> None:
        reported.extend(attempts)

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    route = Route(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    courier = Courier(route, claim, report, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    async with server:
        await courier.round_trip()
        await courier.close()
    assert [attempt.code for attempt in reported] == [0], "no answer to the mail itself: it is tried again"


@pytest.mark.parametrize(
    ("verb", "answer", "refused"),
    [
        ("MAIL", "550 5.7.1 sender not allowed", "sender"),
        ("RCPT", "550 5.1.1 no such user", "recipient"),
        ("DATA", "554 5.6.0 not such a mail", "message"),
    ],
)
async def test_an_attempt_says_what_was_refused_and_the_next_mail_goes(verb: str, answer: str, refused: str) -> None:
    reported: list[Attempt] = []
    left, gone = [1], asyncio.Event()  # refused once

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            said = line[:4].decode().upper()
            if said == verb and left:
                left.pop()
                writer.write(f"{answer}\r\n".encode())
            elif said == "DATA":
                writer.write(b"354 go on\r\n")
                while await reader.readline() != b".\r\n":
                    pass
                writer.write(b"250 kept\r\n")
            else:
                writer.write(b"221 bye\r\n" if said == "QUIT" else b"250 yes\r\n")
            await writer.drain()
            if said == "QUIT":
                break
        writer.close()
        await writer.wait_closed()
        gone.set()

    async def claim(limit: int) -> Sequence[Outgoing]:
        mail = b"Subject: one\r\n\r\nhello\r\n"
        sender = "acme@ws.example.org"
        return [Outgoing(notice_id=one, sender=sender, recipient="m@example.net", message=mail) for one in (1, 2)]

    async def report(attempts: Sequence[Attempt]) -> None:
        reported.extend(attempts)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    route = Route(host="127.0.0.1", port=server.sockets[0].getsockname()[1], connections=1)
    courier = Courier(route, claim, report, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    async with server:
        await courier.round_trip()
        await courier.close()
        await asyncio.wait_for(gone.wait(), 5)
    assert [(one.notice_id, one.code, one.refused) for one in reported] == [(1, int(answer[:3]), refused), (2, 250, "")]


async def test_a_commit_that_fails_is_met_by_every_connection_in_it_and_none_works_on_beside_the_next_turn() -> None:
    sink = Sink()
    sent, recorded = list[int](), list[int]()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), "127.0.0.1", 0)
    mail = b"Subject: one\r\n\r\nhello\r\n"
    queue = [
        Outgoing(notice_id=number, sender="acme@ws.example.org", recipient=f"m{number}@example.net", message=mail)
        for number in range(1, 17)
    ]

    async def claim(limit: int) -> Sequence[Outgoing]:
        return queue

    async def report(attempts: Sequence[Attempt]) -> None:
        await asyncio.sleep(0.01)
        sent.extend(attempt.notice_id for attempt in attempts)
        if len(sent) > len(attempts) and len(recorded) == len(sent) - len(attempts):
            raise RuntimeError("the store refuses")
        recorded.extend(attempt.notice_id for attempt in attempts)

    route = Route(host="127.0.0.1", port=server.sockets[0].getsockname()[1], connections=4)
    courier = Courier(route, claim, report, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    async with server:
        with pytest.raises(RuntimeError):
            await courier.round_trip()
        assert not courier.is_under_way
        told = len(sink.taken)
        await asyncio.sleep(0.1)
        assert len(sink.taken) == told, "no connection goes on by itself"
        assert len(sent) == told, "every mail that was taken came up for recording"
        assert len(set(sent) - set(recorded)) <= route.connections, "at most one mail a connection goes out once more"
        await courier.close()
