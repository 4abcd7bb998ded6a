"""One contract for what hands our mail on, kept by the real courier and by the post office of the stories."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from gateway.model.notice import Attempt, Outgoing
from gateway.send.courier import Courier, Route
from tests.fakes import PostOffice
from tests.wire.binary import free_port
from tests.wire.talk import Sink, mail

pytestmark = pytest.mark.wire

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
HandIn = Callable[[Sequence[Outgoing]], list[Attempt]]


def outgoing(number: int, recipient: str = "ben@example.net") -> Outgoing:
    """Return a message ready to go."""
    return Outgoing(
        notice_id=number, sender="acme+b.token@ws.example.org", recipient=recipient, message=mail(f"number {number}")
    )


def by_courier(port: int) -> HandIn:
    """Hand mail in over a socket."""

    def hand_in(queue: Sequence[Outgoing]) -> list[Attempt]:
        reported: list[Attempt] = []

        async def go() -> None:
            async def claim(limit: int) -> Sequence[Outgoing]:
                return queue

            async def report(attempts: Sequence[Attempt]) -> None:
                reported.extend(attempts)

            courier = Courier(Route("127.0.0.1", port, connections=1), claim, report, lambda: NOW)
            await courier.round_trip()
            await courier.close()

        asyncio.run(go())
        return reported

    return hand_in


def by_post_office(office: PostOffice) -> HandIn:
    """Hand mail in at the story's post office."""
    return lambda queue: office.hand_in(queue, NOW, lambda number: ("post", "P-1"))


@pytest.fixture(params=["courier", "post office"])
def open_office(request: pytest.FixtureRequest) -> Iterator[HandIn]:
    """Give a way to hand mail in where all is taken but for one recipient, who is refused."""
    if request.param == "courier":
        with Sink(refusals={"nobody@example.net": "550 5.1.1 no such mailbox"}).open() as sink:
            yield by_courier(sink.port)
    else:
        yield by_post_office(PostOffice(refusals={"nobody@example.net": (550, "5.1.1 no such mailbox")}))


@pytest.fixture(params=["courier", "post office"])
def closed_office(request: pytest.FixtureRequest) -> HandIn:
    """Give a way to hand mail in where nobody answers."""
    return by_courier(free_port()) if request.param == "courier" else by_post_office(PostOffice(is_open=False))


def test_what_is_taken_is_answered_with_250(open_office: HandIn) -> None:
    attempts = open_office([outgoing(1), outgoing(2)])
    assert [(attempt.notice_id, attempt.code, attempt.at) for attempt in attempts] == [(1, 250, NOW), (2, 250, NOW)]


def test_a_refusal_keeps_its_code_and_words_and_spoils_nothing_else(open_office: HandIn) -> None:
    attempts = open_office([outgoing(1, "nobody@example.net"), outgoing(2)])
    assert [(attempt.notice_id, attempt.code) for attempt in attempts] == [(1, 550), (2, 250)]
    assert [attempt.refused for attempt in attempts] == ["recipient", ""]
    assert "no such mailbox" in attempts[0].text


def test_where_nobody_answers_the_code_is_nought(closed_office: HandIn) -> None:
    [attempt] = closed_office([outgoing(1)])
    assert attempt.code == 0
    assert attempt.text
