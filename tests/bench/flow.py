"""What the flow does a second, each figure beside its reference in the same run: mails of 4 KiB, the client and the
sink in processes of their own, the program as `restante serve` runs it.

A section of `python -m tests.bench`. Must not: know what a mail says.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.app import build, system_clock
from gateway.model.notice import Attempt, Outgoing
from gateway.pipeline.steering import apply_charter
from gateway.send.courier import Courier, Route
from tests.bench.figures import Figure, Scale, at_least, middle
from tests.bench.load import mail

SIZE = 4096
SESSIONS = 10


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def process(*arguments: str, ready: Callable[[], bool] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a Python module beside the block."""
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            if ready is None:
                assert child.stdout is not None
                assert child.stdout.readline().strip() == "ready"
            else:
                wait(ready, 30)
            yield child
        finally:
            child.terminate()
            child.wait()


def wait(done: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def count(sink: subprocess.Popen[str]) -> int:
    assert sink.stdin is not None
    assert sink.stdout is not None
    sink.stdin.write("\n")
    sink.stdin.flush()
    return int(sink.stdout.readline())


def load(port: int, mails: int, recipient: str, sessions: int = SESSIONS) -> float:
    """Return the mails a second that a client in a process of its own got accepted."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", str(port), str(sessions), str(mails), str(SIZE), recipient],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def workspace(folder: Path, members: int, smtp: int, out: int) -> Path:
    """Make a store with one workspace, `bench@ws.example.org`, whose first member writes the posts."""
    settings = folder / "restante.toml"
    settings.write_text(
        f'hostname = "ws.example.org"\n[smtp]\nport = {smtp}\n[submission]\nport = {out}\nconnections = 4\n'
        f'[tokens.keys]\n1 = "{"ab" * 32}"\n',
        encoding="utf-8",
    )
    people: list[dict[str, Any]] = [{"address": "bench@example.net", "name": "Bench", "roles": ["steward"]}]
    people += [{"address": f"m{n}@example.net", "name": f"Member {n}"} for n in range(1, members)]
    app = build(settings, create=True)
    document = {"name": "Bench", "address": "bench@ws.example.org", "members": people}
    apply_charter(app.pipeline, document, by="bench", now=app.clock())
    app.close()
    return settings


@contextmanager
def serving(members: int, out: int) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run `restante serve`; yields its SMTP port and its process."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = workspace(Path(folder), members, port, out)
        with process("gateway", "--config", str(settings), "serve", ready=lambda: listens(port)) as child:
            yield port, child


# --- the figures -----------------------------------------------------------------------------------------------------

POST, SINK = "bench@ws.example.org", "sink@example.net"


def accept(scale: Scale) -> Iterator[Figure]:
    """Accepting durably beside a bare aiosmtpd that keeps nothing; each pair with a server of its own, started anew."""
    bare_port, pairs = free_port(), []
    with process("tests.bench.bare", str(bare_port)):
        load(bare_port, 200, SINK)
        for _ in range(scale.pairs):
            with serving(1, bare_port) as (port, _):
                load(port, 100, POST)
                time.sleep(2)  # what came is understood
                ours = load(port, scale.mails, POST)
            pairs.append((ours, load(bare_port, scale.mails, SINK)))
    ours, reference = middle(pairs)
    goal, reached = at_least(ours / reference, 0.60)
    yield Figure("accepting durably, 10 sessions", f"{ours:.0f}/s", f"bare aiosmtpd {reference:.0f}/s", goal, reached)


def post(scale: Scale) -> Iterator[Figure]:
    """A post from the first byte in to the last byte out, its thread read by one other member."""
    sink_port, pairs = free_port(), []
    with process("tests.bench.bare", str(sink_port)) as sink, serving(2, sink_port) as (port, _):
        load(port, 100, POST)
        wait(lambda: count(sink) >= 100, 60)
        time.sleep(3)  # a worker process was called for, and has come
        for _ in range(scale.pairs):
            # The machine's speed changes within seconds: the reference is the mean of one before and one after.
            ahead = load(sink_port, 1000, SINK)
            before = count(sink)
            accepted = load(port, scale.posts, POST)
            started = time.perf_counter()
            wait(lambda: count(sink) >= before + scale.posts, 300)  # noqa: B023
            ours = scale.posts / (time.perf_counter() - started + scale.posts / accepted)
            pairs.append((ours, (ahead + load(sink_port, 1000, SINK)) / 2))
    ours, reference = middle(pairs)
    goal, reached = at_least(ours / reference, 0.10)
    yield Figure("in, understood, recorded, rendered, sent: one recipient", f"{ours:.0f} posts/s",
                 f"bare aiosmtpd {reference:.0f}/s", goal, reached)  # fmt: skip


def fanout(scale: Scale) -> Iterator[Figure]:
    """One post to 1,000 members beside the same client library with ready bytes of the size of what we send."""
    sink_port, members, pairs = free_port(), 1001, []
    with process("tests.bench.bare", str(sink_port)) as sink, serving(members, sink_port) as (port, _):
        ready = [
            Outgoing(notice_id=n, sender=f"b{n}@example.org", recipient=f"m{n}@example.net",
                     message=mail(n, 2 * SIZE, "m", "r"))
            for n in range(members - 1)
        ]  # fmt: skip
        for number in range(scale.pairs + 1):
            reference = asyncio.run(_ready_bytes(sink_port, ready))
            before = count(sink)
            load(port, 1, POST, sessions=1)
            started = time.perf_counter()
            wait(lambda: count(sink) >= before + members - 1, 120)  # noqa: B023
            if number:  # the first one warms up
                pairs.append(((members - 1) / (time.perf_counter() - started), reference))
    ours, reference = middle(pairs)
    goal, reached = at_least(ours / reference, 0.25)
    yield Figure("fan-out to 1,000 members, each copy its own token", f"{ours:.0f} copies/s",
                 f"same client, ready bytes {reference:.0f}/s", goal, reached)  # fmt: skip


async def _ready_bytes(port: int, ready: Sequence[Outgoing]) -> float:
    waiting = [ready]

    async def claim(limit: int) -> Sequence[Outgoing]:
        return waiting.pop() if waiting else ()

    async def report(attempts: Sequence[Attempt]) -> None:
        assert all(attempt.code == 250 for attempt in attempts)

    courier = Courier(Route(host="127.0.0.1", port=port, connections=4), claim, report, system_clock)
    started = time.perf_counter()
    while await courier.round_trip():
        pass
    spent = time.perf_counter() - started
    await courier.close()
    return len(ready) / spent


def memory(scale: Scale) -> Iterator[Figure]:
    """What `restante serve` holds: idle, after a warm-up, and after many more messages."""
    sink_port = free_port()
    with process("tests.bench.bare", str(sink_port)) as sink, serving(2, sink_port) as (port, child):
        time.sleep(3)
        idle = resident(child.pid)
        yield Figure("`restante serve` idle", f"{idle:.0f} MiB", "", "≤ 120 MiB", idle <= 120)
        sizes = []
        for mails in (scale.warm, scale.more):
            before = count(sink)
            for sent in range(0, mails, 500):
                load(port, 500, POST)
                wait(lambda: count(sink) >= before + sent, 600)  # noqa: B023
                print(f"  {sent + 500:,} of {mails:,}: {resident(child.pid):.0f} MiB", file=sys.stderr, flush=True)
            wait(lambda: count(sink) >= before + mails, 600)  # noqa: B023
            time.sleep(1)
            sizes.append(resident(child.pid))
    growth = sizes[1] / sizes[0] - 1
    yield Figure(f"after {scale.warm:,} messages, {scale.more:,} more", f"{sizes[1]:.0f} MiB", f"{sizes[0]:.0f} MiB",
                 f"{growth:+.1%} of ≤ +5 %", growth <= 0.05)  # fmt: skip


def resident(pid: int) -> float:
    """Return the memory that a process and those it started hold, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    started = [int(number) for task in tasks for number in task.read_text(encoding="ascii").split()]
    return pages * os.sysconf("SC_PAGESIZE") / 2**20 + sum(map(resident, started))
