"""A bare aiosmtpd in a process of its own that keeps nothing and counts: the reference of the bench, and its sink.

usage: python -m tests.bench.bare PORT      prints the count so far at each line on standard input
"""

from __future__ import annotations

import asyncio
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class Counting:
    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.count += 1
        return "250 2.0.0 seen"


async def main(port: int) -> None:
    counting = Counting()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(counting, hostname="bare.test", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port, backlog=200
    )
    print("ready", flush=True)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with server:
        while await lines.readline():
            print(counting.count, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
