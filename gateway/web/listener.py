"""HTTP on our own loop: a socket of ours, uvicorn above it, and an end when the block ends.

An edge, imported only when a place to listen is set. Must not: know what is served, or write a log of requests (their
addresses carry codes).
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from gateway.web.connections import MOST, SECONDS_TO_ASK, connections

IDLE = 5  # seconds a connection may say nothing between two requests
LONGEST_HEAD = 16 * 1024  # octets of a request before its body
LAST_WORDS = 2  # seconds for answers under way when we end


class _Server(uvicorn.Server):
    """A server that leaves signals alone: they are for the whole process, and `serve` has them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(
    application: Any, key: str, host: str, port: int, *, seconds: float = SECONDS_TO_ASK, most: int = MOST
) -> AsyncIterator[int]:
    """Serve an application while the block runs, and give the port.

    A client has `seconds` to say what it wants, and there are `most` connections at once: who says nothing makes place,
    and where all are at work whoever comes is answered 503.
    Raises OSError naming the settings' `key` when the place is not to be had.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # it would tell of every request that is no HTTP
    config = uvicorn.Config(
        application,
        http=connections(seconds, most),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # we ask for nobody's address
        server_header=False,
        limit_concurrency=most + 1,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=LAST_WORDS,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    with _bound(key, host, port) as bound:
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[bound]), name=key)
        try:
            yield int(bound.getsockname()[1])
        finally:
            server.should_exit = True
            await running


@contextmanager
def _bound(key: str, host: str, port: int) -> Iterator[socket.socket]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(found[0], found[1])
    except OSError as problem:
        raise OSError(problem.errno, f"{key} {host}:{port}: {problem.strerror}") from None
    with bound:
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(found[4])
            bound.listen(128)
        except OSError as problem:
            raise OSError(problem.errno, f"{key} {host}:{port}: {problem.strerror}") from None
        bound.setblocking(False)
        yield bound
