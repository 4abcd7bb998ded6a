"""The courier told to stop while it works: what the server took is recorded, so that nothing goes out once more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

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


def mails(count: int) -> list[Outgoing]:
    mail = b"Subject: one\r\n\r\nhello\r\n"
    return [
        Outgoing(notice_id=number, sender="acme@ws.example.org", recipient=f"m{number}@example.net", message=mail)
        for number in range(1, count + 1)
    ]


async def serving(sink: Sink) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), "127.0.0.1", 0)


@asynccontextmanager
async def courier_to(
    server: asyncio.Server,
    queue: Sequence[Outgoing],
    report: Callable[[Sequence[Attempt]], Awaitable[None]],
    **route: Any,
) -> AsyncIterator[Courier]:
    """A courier that claims the same mails each time, as long as the block runs."""

    async def claim(limit: int) -> Sequence[Outgoing]:
        return queue

    way = Route(host="127.0.0.1", port=server.sockets[0].getsockname()[1], **route)
    courier = Courier(way, claim, report, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    async with server:
        yield courier
        await courier.close()


async def test_what_was_taken_before_a_stop_is_reported() -> None:
    sink = Sink()
    reported: list[int] = []

    async def report(attempts: Sequence[Attempt]) -> None:
        await asyncio.sleep(0)
        reported.extend(attempt.notice_id for attempt in attempts if attempt.code == 250)

    async with courier_to(await serving(sink), mails(5), report, connections=1, per_minute=240) as courier:
        work = asyncio.create_task(courier.round_trip())
        await asyncio.wait_for(sink.two.wait(), 10)
        await asyncio.sleep(0.1)  # the answer reaches the courier; the third waits for its turn
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    assert sink.taken == ["m1@example.net", "m2@example.net"]
    assert reported == [1, 2]


async def test_a_report_that_waits_for_its_turn_when_we_are_told_to_stop_is_still_made() -> None:
    sink = Sink()
    reported: list[int] = []

    async def report(attempts: Sequence[Attempt]) -> None:
        await asyncio.sleep(0.3)  # the store's one thread is busy with something else
        reported.extend(attempt.notice_id for attempt in attempts if attempt.code == 250)

    async with courier_to(await serving(sink), mails(2), report, connections=2) as courier:
        work = asyncio.create_task(courier.round_trip())
        await asyncio.wait_for(sink.two.wait(), 10)
        await asyncio.sleep(0.1)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    assert sorted(reported) == [1, 2]


async def test_a_server_that_will_not_talk_to_us_says_nothing_of_the_mails() -> None:
    reported: list[Attempt] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.3.2 not accepting mail\r\n")
        await writer.drain()
        writer.close()

    async def report(attempts: Sequence[Attempt]) -> None:
        reported.extend(attempts)

    async with courier_to(await asyncio.start_server(greet, "127.0.0.1", 0), mails(1), report) as courier:
        await courier.round_trip()
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

    async def report(attempts: Sequence[Attempt]) -> None:
        reported.extend(attempts)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with courier_to(server, mails(2), report, connections=1) as courier:
        await courier.round_trip()
    await asyncio.wait_for(gone.wait(), 5)
    assert [(one.notice_id, one.code, one.refused) for one in reported] == [(1, int(answer[:3]), refused), (2, 250, "")]


async def test_a_commit_that_fails_is_met_by_every_connection_in_it_and_none_works_on_beside_the_next_turn() -> None:
    sink = Sink()
    batches, recorded = list[list[int]](), list[int]()

    async def report(attempts: Sequence[Attempt]) -> None:
        await asyncio.sleep(0.01)
        batches.append([attempt.notice_id for attempt in attempts])
        if len(batches) == 2:
            raise RuntimeError("the store refuses")
        recorded.extend(batches[-1])

    async with courier_to(await serving(sink), mails(16), report, connections=4) as courier:
        with pytest.raises(RuntimeError):
            await courier.round_trip()
        assert not courier.is_under_way
        told = len(sink.taken)
        await asyncio.sleep(0.1)
        assert len(sink.taken) == told, "no connection goes on by itself"
    came_up = [number for batch in batches for number in batch]
    assert len(came_up) == told, "every mail that was taken came up for recording"
    assert set(came_up) - set(recorded) == set(batches[1]), "what the store refused is all that goes out once more"
    assert len(batches[1]) <= 4, "at most one mail a connection"
