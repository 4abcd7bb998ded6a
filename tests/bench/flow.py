"""What the flow does a second, each figure beside its reference in the same run: mails of 4 KiB, the client and the
sink in processes of their own, the program as `restante serve` runs it.

usage: python -m tests.bench.flow [accept|post|fanout|memory ...]
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

from gateway.app import build
from gateway.model.notice import Attempt, Outgoing
from gateway.pipeline.steering import apply_charter
from gateway.send.courier import Courier, Route
from tests.bench.load import mail

SIZE = 4096
SESSIONS = 10
Figure = tuple[str, str, str, str]  # what, measured, reference, at least


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


def rounds(measure: Callable[[], float], times: int = 3) -> float:
    """Return the median of several measurements."""
    return sorted(measure() for _ in range(times))[times // 2]


# --- the figures -----------------------------------------------------------------------------------------------------


def accept() -> Iterator[Figure]:
    bare_port = free_port()
    with process("tests.bench.bare", str(bare_port)), serving(1, bare_port) as (port, _):
        load(bare_port, 500, "sink@example.net")
        load(port, 500, "bench@ws.example.org")
        pairs = []
        for _ in range(3):
            reference = load(bare_port, 3000, "sink@example.net")
            pairs.append((load(port, 3000, "bench@ws.example.org"), reference))
            time.sleep(2)
    ours, reference = sorted(pairs, key=lambda pair: pair[0] / pair[1])[1]
    yield (
        "accepting durably, 10 sessions",
        f"{ours:.0f}/s",
        f"bare aiosmtpd {reference:.0f}/s",
        f"{ours / reference:.2f} of ≥ 0.60",
    )


def post() -> Iterator[Figure]:
    sink_port, mails = free_port(), 1000
    with process("tests.bench.bare", str(sink_port)) as sink, serving(2, sink_port) as (port, _):
        reference = rounds(lambda: load(sink_port, 3000, "sink@example.net"))
        load(port, 50, "bench@ws.example.org")
        wait(lambda: count(sink) >= 9050, 60)

        def one() -> float:
            before, started = count(sink), time.perf_counter()
            load(port, mails, "bench@ws.example.org")
            wait(lambda: count(sink) >= before + mails, 120)
            return mails / (time.perf_counter() - started)

        ours = rounds(one)
    yield (
        "in → understood → recorded → rendered → sent, one recipient", f"{ours:.0f} posts/s",
        f"bare aiosmtpd {reference:.0f}/s", f"{ours / reference:.2f} of ≥ 0.10",
    )  # fmt: skip


def fanout() -> Iterator[Figure]:
    sink_port, members = free_port(), 1001
    with process("tests.bench.bare", str(sink_port)) as sink, serving(members, sink_port) as (port, _):
        ready = [
            Outgoing(
                notice_id=n, sender=f"b{n}@example.org", recipient=f"m{n}@example.net", message=mail(n, SIZE, "m", "r")
            )
            for n in range(members - 1)
        ]
        reference = rounds(lambda: asyncio.run(_ready_bytes(sink_port, ready)))

        def one() -> float:
            before, started = count(sink), time.perf_counter()
            load(port, 1, "bench@ws.example.org", sessions=1)
            wait(lambda: count(sink) >= before + members - 1, 120)
            return (members - 1) / (time.perf_counter() - started)

        one()
        ours = rounds(one)
    yield (
        "fan-out to 1,000 members, each copy its own token", f"{ours:.0f} deliveries/s",
        f"same client, ready bytes {reference:.0f}/s", f"{ours / reference:.2f} of ≥ 0.25",
    )  # fmt: skip


async def _ready_bytes(port: int, ready: Sequence[Outgoing]) -> float:
    waiting = [ready]

    async def claim(limit: int) -> Sequence[Outgoing]:
        return waiting.pop() if waiting else ()

    async def report(attempts: Sequence[Attempt]) -> None:
        assert all(attempt.code == 250 for attempt in attempts)

    from datetime import UTC, datetime

    courier = Courier(Route(host="127.0.0.1", port=port, connections=4), claim, report, lambda: datetime.now(UTC))
    started = time.perf_counter()
    while await courier.round_trip():
        pass
    spent = time.perf_counter() - started
    await courier.close()
    return len(ready) / spent


def memory(warm: int = 2000, more: int = 20_000) -> Iterator[Figure]:
    sink_port = free_port()
    with process("tests.bench.bare", str(sink_port)) as sink, serving(2, sink_port) as (port, child):
        time.sleep(3)
        idle = resident(child.pid)
        yield "`restante serve` idle", f"{idle:.0f} MiB", "", "≤ 120 MiB"
        sizes = []
        for mails in (warm, more):
            before = count(sink)
            for _ in range(mails // 1000):
                load(port, 1000, "bench@ws.example.org")
            wait(lambda: count(sink) >= before + mails, 600)  # noqa: B023
            time.sleep(1)
            sizes.append(resident(child.pid))
        growth = sizes[1] / sizes[0] - 1
        yield (
            f"after {warm:,} messages, {more:,} more",
            f"{sizes[1]:.0f} MiB",
            f"{sizes[0]:.0f} MiB",
            f"{growth:+.1%} of ≤ +5 %",
        )


def resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


ALL: dict[str, Callable[[], Iterator[Figure]]] = {"accept": accept, "post": post, "fanout": fanout, "memory": memory}


def main(names: Sequence[str]) -> None:
    for name in names or ALL:
        for what, measured, reference, goal in ALL[name]():
            print(f"{what:62} {measured:18} {reference:34} {goal}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
