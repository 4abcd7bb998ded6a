"""`restante serve` in a burst: a second process reads ahead; it is killed, and every mail comes to what it comes to."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.wire.binary import Binary, wait_until
from tests.wire.talk import Sink, Talk, mail, own_words

pytestmark = [pytest.mark.wire, pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: none reads ahead")]

ACME = "acme@ws.example.org"
SENDERS, EACH = 8, 4
BURST = SENDERS * EACH


def burst(binary: Binary, number: int) -> None:
    """Hand in many mails over several connections, quicker than they can be understood."""

    def send(sender: int) -> None:
        with Talk(binary.lmtp_port) as talk:
            talk.hello("LHLO")
            for one in range(EACH):
                raw = mail(f"Post {number} {sender} {one}", own_words(f"{number} {sender} {one}"))
                ((code, _),) = talk.deliver(raw, ACME, lmtp=True)
                assert code == 250

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, range(SENDERS)))


def workers(binary: Binary) -> list[int]:
    """Return the worker processes that came, as `serve` logged them."""
    logged = (json.loads(line) for line in binary.said.splitlines() if "worker process ready" in line)
    return [int(one["process"]) for one in logged]


def test_a_burst_is_read_ahead_and_nothing_is_lost_when_the_reader_is_killed(tmp_path: Path) -> None:
    with Sink().open() as sink, Binary(tmp_path / "team", submission_port=sink.port) as binary:
        binary.smtp_port = 0
        binary.init(ACME, "ana@example.net")
        binary.call("member", "add", "acme", "ben@example.net", "--name", "Ben")
        binary.serve()
        bursts = iter(range(1, 20))

        def another() -> None:
            number = next(bursts)
            burst(binary, number)
            wait_until(lambda: len(sink.kept) >= number * BURST, "all posts sent")

        while not workers(binary):  # it takes a second or two to come
            another()
        another()
        os.kill(workers(binary)[0], signal.SIGKILL)
        another()
        subjects = {line for _, raw in sink.kept for line in raw.decode().splitlines() if line.startswith("Subject: ")}
        assert len(sink.kept) == len(subjects) == (next(bursts) - 1) * BURST
        assert binary.stop() == 0
