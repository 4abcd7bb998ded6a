"""A client in a process of its own: sends mails over kept-open SMTP sessions and says how many a second were accepted.

usage: python -m tests.bench.load PORT SESSIONS MAILS BYTES RECIPIENT [--lmtp]
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

_WORDS = (  # noqa: SIM905 - as prose, since it becomes prose
    "the a our this that each some of in on at with for from about after before and but so then again still quite very "
    "garden meeting kitchen budget roof river window letter station music bread school engine report colour winter "
    "harvest ticket bridge paper market teacher bicycle neighbour weather corner table draft sample branch picture "
    "looks moved seemed opened found carried brought showed turned reached painted measured counted grew stood ran "
    "small green early quiet broken careful narrow warm heavy bright recent useful common strange simple open old new "
    "we they she he it people someone nobody everyone there here yesterday today later often never once perhaps"
).split()


def _numbers(seed: int) -> Iterator[int]:
    """Yield numbers below 65,536 that look like chance, the same in every run."""
    state = seed
    while True:
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        yield state >> 16


def prose(number: int, size: int) -> str:
    """Return about `size` letters of sentences, other ones for each number: a memory of sentences helps nobody."""
    numbers, lines, written = _numbers(number), list[str](), 0
    while written < size:
        words = (_WORDS[next(numbers) % len(_WORDS)] for _ in range(8 + next(numbers) % 9))
        line = " ".join(words).capitalize() + "."
        lines.append(line if next(numbers) % 7 else line + "\r\n")
        written += len(line) + 2
    return "\r\n".join(lines) + "\r\n"


POOL = 200  # bodies: more sentences than any memory of the reader's holds


@lru_cache(maxsize=POOL)
def _prose(number: int, size: int) -> str:
    return prose(number, size)


def mail(number: int, size: int, recipient: str, run: str) -> bytes:
    """Return a mail of about `size` bytes with a Message-ID of its own.

    It is dated long ago, as mail handed on from a file is: so much new mail of one author in an hour would be held. Its
    first words are its own: what says the same again and again would be held as well.
    """
    head = (
        f"From: Bench <bench@example.net>\r\nTo: <{recipient}>\r\nSubject: A post of the bench, number {number}\r\n"
        f"Date: Mon, 01 Jun 2026 09:00:00 +0000\r\nMessage-ID: <{run}.{number}@example.net>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    said = blake2b(f"{run}.{number}".encode(), digest_size=8).digest()
    own = " ".join(_WORDS[one % len(_WORDS)] for one in said)
    return f"{head}{own}.\r\n{_prose(number % POOL, size - 350)}".encode()


async def session(port: int, numbers: list[int], size: int, recipient: str, run: str, hello: bytes) -> None:
    """Send mails over one connection, one after the other, as a mail server would."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def say(line: bytes) -> None:
        writer.write(line)
        reply = await reader.readline()
        while reply[3:4] == b"-":
            reply = await reader.readline()
        if reply[:1] not in b"23":
            raise RuntimeError(reply.decode())

    await say(b"")
    await say(hello + b" bench\r\n")
    for number in numbers:
        await say(b"MAIL FROM:<bench@example.net>\r\n")
        await say(f"RCPT TO:<{recipient}>\r\n".encode())
        await say(b"DATA\r\n")
        await say(mail(number, size, recipient, run) + b".\r\n")
    writer.write(b"QUIT\r\n")
    await reader.readline()
    writer.close()


async def main(port: int, sessions: int, mails: int, size: int, recipient: str) -> float:
    """Return the seconds that all mails took."""
    hello = b"LHLO" if "--lmtp" in sys.argv else b"EHLO"
    run = f"{port}.{time.monotonic_ns()}"
    shares = [list(range(start, mails, sessions)) for start in range(sessions)]
    for number in range(POOL):
        mail(number, size, recipient, run)  # written before the clock runs
    started = time.perf_counter()
    await asyncio.gather(*(session(port, share, size, recipient, run, hello) for share in shares))
    return time.perf_counter() - started


if __name__ == "__main__":
    port, sessions, mails, size = map(int, sys.argv[1:5])
    print(f"{mails / asyncio.run(main(port, sessions, mails, size, sys.argv[5])):.1f}")
