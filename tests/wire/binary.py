"""The real binary as a child process: `restante` as an administrator calls it, `serve` started, stopped and killed.

Must not: reach into the program; what it did is read from its record.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from gateway.model.arrival import StoredArrival
from gateway.model.token import KeyRing
from store.database import Store

COMMAND = Path(sys.executable).with_name("restante")
PATIENCE = 60.0  # seconds on a machine that has nothing else to do; two or three are enough there

Found = TypeVar("Found")


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def stretched(patience: float) -> float:
    """Return for how many seconds to wait here and now for what is given so many on a machine that is idle: as many
    times that as there are processes that want to run.
    """
    return patience * max(1.0, os.getloadavg()[0])


def wait_until(look: Callable[[], Found], what: str, patience: float = PATIENCE) -> Found:
    """Return what a look finds as soon as it is something; fail with `what` was wanted when time is up."""
    start = time.monotonic()
    while True:
        found = look()
        if found:
            return found
        waited = time.monotonic() - start
        assert waited < stretched(patience), f"waited {waited:.0f} s in vain: {what}"
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@dataclass
class Binary:
    """A folder made by `restante init`, and the `serve` that runs in it, if any."""

    folder: Path
    smtp_port: int = field(default_factory=free_port)
    lmtp_port: int = field(default_factory=free_port)
    submission_port: int = 25
    environment: Mapping[str, str] = field(default_factory=dict)
    served: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Binary:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running, also when the test has failed."""
        if self.served is not None:
            self.kill()

    def init(self, address: str, steward: str, *options: str) -> None:
        """Make the folder with `restante init`; further options as on the command line."""
        self.call(
            "init", str(self.folder), "--name", "Acme", "--address", address, "--steward", steward,
            "--timezone", "Europe/Paris", "--language", "en", "--smtp-port", str(self.smtp_port),
            "--lmtp-port", str(self.lmtp_port), "--submission", f"127.0.0.1:{self.submission_port}", *options,
        )  # fmt: skip

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "restante.toml"

    @property
    def said(self) -> str:
        """What `serve` has logged."""
        return (self.folder / "serve.log").read_text(errors="replace")

    def call(self, *arguments: str) -> str:
        """Run one command to its end and return what it printed; fail with what it complained of."""
        asked = [str(COMMAND), "--config", str(self.config), *arguments]
        done = subprocess.run(
            asked,
            capture_output=True,
            text=True,
            timeout=60,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(asked)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("RESTANTE_")}
        return clean | {"TERM": "dumb", "COLUMNS": "200"} | dict(self.environment)

    def serve(self) -> None:
        """Start `serve` and return when its doors are open."""
        with (self.folder / "serve.log").open("ab") as log:
            self.served = subprocess.Popen(
                [str(COMMAND), "--config", str(self.config), "serve"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(),
            )  # fmt: skip
        for port in (self.smtp_port, self.lmtp_port):
            if port:
                wait_until(lambda port=port: self._is_up(port), f"`serve` listening on {port}")  # type: ignore[misc]

    def _is_up(self, port: int) -> bool:
        assert self.served is not None
        assert self.served.poll() is None, f"`serve` has ended:\n{self.said[-3000:]}"
        return listens(port)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Tell `serve` to stop (or kill it), wait for its end, and return its exit code."""
        served, self.served = self.served, None
        if served is None:
            return 0
        served.send_signal(sign)
        try:
            return served.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            served.kill()
            served.wait()
            raise AssertionError("`serve` does not stop when told to") from None

    def kill(self) -> None:
        """Kill it without a word: kill -9."""
        self.stop(signal.SIGKILL)

    def tick(self, now: datetime) -> str:
        """Move the clock of a rehearsal."""
        return self.call("tick", "--now", now.isoformat())

    def arrivals(self) -> list[StoredArrival]:
        """Return what came in, newest first: read from the record, since `restante mails` takes a second to start."""
        store = Store.open(self.folder / "restante.db", keys=KeyRing({}, 1))
        try:
            with store.read() as tx:
                return list(tx.inbox.list(limit=5000))
        finally:
            store.close()

    def raw(self, number: int) -> bytes:
        """Return an arrival byte for byte, as `restante mails NUMBER --raw` gives it."""
        asked = [str(COMMAND), "--config", str(self.config), "mails", str(number), "--raw"]
        return subprocess.run(asked, capture_output=True, timeout=60, env=self._environment(), check=True).stdout

    def processor_time(self) -> float:
        """Return the processor time `serve` has used, in seconds (Linux): the same on a machine that is busy."""
        assert self.served is not None
        fields = Path(f"/proc/{self.served.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_memory(self) -> int:
        """Return the most memory `serve` has held, in bytes (Linux)."""
        assert self.served is not None
        lines = Path(f"/proc/{self.served.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
