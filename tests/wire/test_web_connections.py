"""The edge of the web listener, on real sockets: nobody who keeps silent keeps others out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.pipeline.clicking import UNKNOWN, Clicked
from gateway.pipeline.fetching import Fetch, Fetched
from gateway.resources import load_pages
from gateway.web.listener import listening
from gateway.web.pages import FILES_AT_ONCE, stop_links
from gateway.web.probes import Probes

pytestmark = pytest.mark.wire

HELLO = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
MOST = 20


async def _hello(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse("hello")


class Crowd:
    """Connections to one listener."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def comes(self, said: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.open.append((reader, writer))
        writer.write(said)
        await writer.drain()
        return reader, writer

    async def asks(self, said: bytes = HELLO) -> str:
        """Return the status line that a request is answered."""
        reader, _ = await self.comes(said)
        return (await asyncio.wait_for(reader.readline(), 2)).decode().strip()

    async def left(self) -> int:
        """Return how many of the connections are still open."""
        await asyncio.sleep(0.05)
        found = 0
        for reader, _ in self.open:
            with suppress(TimeoutError, ConnectionError):
                try:
                    await asyncio.wait_for(reader.read(1), 0.002)
                except TimeoutError:
                    found += 1
        return found


@asynccontextmanager
async def crowd(*, seconds: float = 10.0, most: int = MOST, application: Any = None) -> AsyncIterator[Crowd]:
    application = application or Starlette(routes=[Route("/hello", _hello, methods=["GET", "POST"])])
    async with listening(application, "web.listen", "127.0.0.1", 0, seconds=seconds, most=most) as port:
        here = Crowd(port)
        try:
            yield here
        finally:
            for _, writer in here.open:
                writer.close()


@pytest.mark.parametrize(
    "said",
    [b"", b"GET /hello HTTP/1.1\r\nHost: a\r\n", b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"],
    ids=["silent", "half a head", "half a body"],
)
async def test_connections_that_ask_nothing_whole_keep_nobody_out(said: bytes) -> None:
    async with crowd() as here:
        for _ in range(3 * MOST):
            await here.comes(said)
        assert await here.asks() == "HTTP/1.1 200 OK"
        assert await here.left() < MOST + 1


async def test_who_says_nothing_in_time_is_let_go() -> None:
    async with crowd(seconds=0.2) as here:
        await here.comes()
        await here.comes(b"GET /hello HTTP/1.1\r\nHo")
        answered, writer = await here.comes(HELLO)
        assert (await answered.readline()).startswith(b"HTTP/1.1 200")
        for _ in range(10):  # an octet now and then is no request
            with suppress(ConnectionError):
                writer.write(b"G")
                await writer.drain()
            await asyncio.sleep(0.05)
        with suppress(ConnectionError):
            await answered.read(500)
        assert await here.left() == 0


async def test_a_request_under_way_is_waited_for_longer_than_a_head() -> None:
    done = asyncio.Event()

    async def slow(request: Request) -> PlainTextResponse:
        await done.wait()
        return PlainTextResponse("at last")

    async with crowd(seconds=0.1, application=Starlette(routes=[Route("/hello", slow)])) as here:
        asking = asyncio.create_task(here.asks())
        await asyncio.sleep(0.3)
        done.set()
        assert await asking == "HTTP/1.1 200 OK"


async def test_where_all_are_at_work_whoever_comes_is_told_so() -> None:
    done = asyncio.Event()

    async def slow(request: Request) -> PlainTextResponse:
        await done.wait()
        return PlainTextResponse("at last")

    async with crowd(most=3, application=Starlette(routes=[Route("/hello", slow)])) as here:
        asking = [asyncio.create_task(here.asks()) for _ in range(3)]
        await asyncio.sleep(0.1)
        assert await here.asks() == "HTTP/1.1 503 Service Unavailable"
        done.set()
        assert await asyncio.gather(*asking) == ["HTTP/1.1 200 OK"] * 3


async def test_one_connection_may_ask_again_and_again() -> None:
    async with crowd(seconds=0.3) as here:
        reader, writer = await here.comes()
        for _ in range(5):
            writer.write(HELLO)
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.1)


def _pages() -> Any:
    async def ask(code: str) -> Clicked:
        return UNKNOWN

    return stop_links(load_pages(), ask, ask)


async def test_who_fetches_slowly_holds_few_files_and_gives_place_in_the_end() -> None:
    content = b"x" * 20_000_000  # more than the network takes by itself
    fetched = 0

    async def ask(code: str) -> Clicked:
        return UNKNOWN

    async def fetch(code: str, which: str) -> Fetched:
        nonlocal fetched
        fetched += 1
        return Fetched(Fetch.FOUND, "a.pdf", content)

    wish = b"GET /f/" + b"a" * 32 + b"/1-1 HTTP/1.1\r\nHost: a\r\n\r\n"
    async with crowd(application=stop_links(load_pages(), ask, ask, fetch)) as here:
        slow = [await here.comes(wish) for _ in range(FILES_AT_ONCE)]
        _, waiting = await here.comes(wish)
        await asyncio.sleep(0.2)
        assert fetched == FILES_AT_ONCE
        waiting.close()
        for _, writer in slow:
            writer.transport.abort()
        assert await here.asks(wish) == "HTTP/1.1 200 OK"
        assert await here.asks(b"GET /u/" + b"a" * 32 + b" HTTP/1.1\r\nHost: a\r\n\r\n") == "HTTP/1.1 404 Not Found"


async def _well() -> dict[str, bool]:
    return {"store": True}


async def _figures() -> str:
    return ""


def _probes() -> Any:
    return Probes(_well, _figures).application()


async def test_ready_tells_that_no_mail_goes_out_and_takes_mail_in_all_the_same() -> None:
    probes = Probes(_well, _figures, lambda: {"submission": "refuses us"})
    async with crowd(application=probes.application()) as here:
        reader, _ = await here.comes(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 2)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b'"submission":"refuses us"' in answer


@pytest.mark.parametrize(("made", "path"), [(_pages, b"/u/" + b"a" * 32), (_probes, b"/healthz")])
async def test_nobody_is_sent_where_the_host_they_named_says(made: Callable[[], Any], path: bytes) -> None:
    async with crowd(application=made()) as here:
        answer = await here.asks(b"GET " + path + b"/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert answer == "HTTP/1.1 404 Not Found"
