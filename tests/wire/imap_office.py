"""Restante with mailboxes to fetch from, in this process: real store, real thread, real sockets; started and stopped.

Must not: understand anything by itself: what came in is read from the record.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.app import App, build_from, system_clock
from gateway.config import Settings, read_settings
from gateway.model.arrival import ArrivalState, StoredArrival
from gateway.pipeline.steering import apply_charter
from gateway.serving import Serving
from tests.wire.binary import PATIENCE, stretched
from tests.wire.programs import PASSWORD

KEY = "ab" * 32
ADDRESS = "acme@ws.example.org"
MEMBERS = ({"address": "ana@example.net", "name": "Ana", "roles": ["steward"]}, {"address": "ben@example.net"})


@dataclass
class Office:
    """A folder with a store and settings. Mailboxes are tables as in the settings file; the first one is `[imap]`."""

    folder: Path
    mailboxes: list[dict[str, Any]]
    more: str = ""  # of the settings file
    address: str = ADDRESS
    serving: Serving | None = field(default=None)

    def settings(self) -> Settings:
        """Write the settings file and read it as the program does."""
        self.folder.mkdir(exist_ok=True)
        lines = ['hostname = "ws.example.org"', self.more, "[tokens.keys]", f'1 = "{KEY}"']
        for number, mailbox in enumerate(self.mailboxes):
            table = {"host": "127.0.0.1", "username": "team", "poll_seconds": 5} | mailbox
            if not {"password", "password_file", "oauth"} & set(table):
                table["password"] = PASSWORD
            lines += ["[imap]" if number == 0 else "[[mailboxes]]"]
            lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
        file = self.folder / "restante.toml"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_settings(file)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Serving]:
        """Fetch while the block runs; nothing is processed but by `settle`."""
        settings = self.settings()
        fresh = not settings.store.exists()
        app: App = build_from(settings, create=fresh)
        try:
            if fresh:
                charter = {"name": "Acme", "address": self.address, "languages": ["en"], "members": list(MEMBERS)}
                apply_charter(app.pipeline, charter, by="test", now=system_clock())
            self.serving = Serving(app)
            async with self.serving.doors():
                yield self.serving
        finally:
            self.serving = None
            app.close()

    async def arrivals(self) -> list[StoredArrival]:
        """Return what came in, oldest first, processed up to now."""
        assert self.serving is not None
        await self.serving.turn()
        store = self.serving.app.store

        def look() -> list[StoredArrival]:
            with store.read() as tx:
                found = reversed(tx.inbox.list(limit=5000))
                # What came in between the turn and this look is not processed yet.
                return [arrival for arrival in found if arrival.state is not ArrivalState.RECEIVED]

        return await self.serving._in_worker(look)

    async def comes_in(self, wanted: int, patience: float = PATIENCE) -> list[StoredArrival]:
        """Wait until so many arrivals are in, and return them."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        while len(found := await self.arrivals()) < wanted:
            waited = loop.time() - start
            told = f"waited {waited:.0f} s in vain for {wanted} arrivals; there are {len(found)}"
            assert waited < stretched(patience), told
            await asyncio.sleep(0.05)
        return found


async def until(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> None:
    """Wait until a look finds something true, without keeping the loop."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while not await asyncio.to_thread(look):
        waited = loop.time() - start
        assert waited < stretched(patience), f"waited {waited:.0f} s in vain: {what}"
        await asyncio.sleep(0.05)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'
