"""The edge of a web listener: how many connections there may be, and how long one may keep us waiting.

uvicorn waits for the head of a request for as long as its client pleases, and counts who says nothing among those at
work: a hundred silent connections would turn everybody away. Here each has a time to say what it wants, and where there
is no more room the one that has kept us waiting longest makes place. Must not: read a request, or answer one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_TO_ASK = 10.0  # from the connection, or the last answer, to the last octet of a request's head
MOST = 100  # connections at once


class _Connection(H11Protocol):
    """One connection of HTTP/1.1 that ends when nothing whole is asked of it in time."""

    def __init__(self, *, seconds: float, most: int, **of_server: Any) -> None:
        super().__init__(**of_server)
        self._seconds = seconds
        self._most = most
        self._waiting: asyncio.TimerHandle | None = None
        self._since = 0.0  # when it was the client's turn to speak

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self._most:
            self._make_place()

    def handle_events(self) -> None:
        super().handle_events()
        if self._is_at_work:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        if not self.transport.is_closing():
            self._wait()
        super().on_response_complete()  # which takes the next request, where it is here already

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _is_at_work(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _is_clients_turn(self) -> bool:
        return not self._is_at_work or self.cycle.more_body

    def _wait(self) -> None:
        self._stop_waiting()
        self._since = self.loop.time()
        self._waiting = self.loop.call_later(self._seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _make_place(self) -> None:
        """End the other connection whose client has kept us waiting longest; those we are at work for stay."""
        others = (other for other in self.connections if isinstance(other, _Connection) and other is not self)
        waiting = [other for other in others if other._is_clients_turn]
        if waiting:
            min(waiting, key=attrgetter("_since"))._give_up()

    def _give_up(self) -> None:
        """Close without an answer (RFC 9112 §9.5): nothing whole was asked."""
        self._stop_waiting()
        self.connections.discard(self)  # at once, so that the next who comes is counted right
        self.transport.abort()


def connections(seconds: float = SECONDS_TO_ASK, most: int = MOST) -> type[asyncio.Protocol]:
    """Return what uvicorn makes for each connection: `seconds` to ask, and `most` of them at once."""
    made: Callable[..., asyncio.Protocol] = partial(_Connection, seconds=seconds, most=most)
    return cast(type[asyncio.Protocol], made)  # called like a class, and no more is asked of it
