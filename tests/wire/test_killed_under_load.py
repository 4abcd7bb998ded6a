"""`restante serve` under load, killed again and again: every mail that was accepted is accounted for."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from gateway.app import system_clock
from gateway.model.arrival import ArrivalState
from gateway.model.entry import Posted
from gateway.model.token import KeyRing
from store.database import Store
from tests.wire.binary import Binary, wait_until
from tests.wire.talk import Sink, Talk, mail, own_words

pytestmark = [pytest.mark.wire, pytest.mark.slow]

KILLS = 5
SENDERS = 4
ACME = "acme@ws.example.org"


class Sender(threading.Thread):
    """Hands in one mail after another, each again until it is accepted, as a mail server does."""

    def __init__(self, port: int, name: str, ended: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.label, self.ended = port, name, ended
        self.accepted: list[str] = []

    def run(self) -> None:
        """Send until told to end; the mail under way then is finished first."""
        number = 0
        while not self.ended.is_set():
            number += 1
            subject = f"{self.label} {number}"
            while not self._hand_in(subject):
                time.sleep(0.05)
            self.accepted.append(subject)

    def _hand_in(self, subject: str) -> bool:
        with suppress(OSError, ValueError), Talk(self.port, seconds=5) as talk:
            talk.hello("LHLO")
            return talk.deliver(mail(subject, own_words(subject)), ACME, lmtp=True)[0][0] == 250
        return False


@contextmanager
def load(port: int) -> Iterator[list[Sender]]:
    """Keep senders busy while the block runs."""
    ended = threading.Event()
    senders = [Sender(port, f"sender {number}", ended) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        yield senders
    finally:
        ended.set()
        for sender in senders:
            sender.join(20)


def test_every_accepted_mail_is_accounted_for_though_the_process_is_killed_five_times(tmp_path: Path) -> None:
    seed = time.monotonic_ns() % 997  # moments that differ from run to run, and are told when the test fails
    with Sink().open() as sink, Binary(tmp_path / "team", submission_port=sink.port) as binary:
        binary.smtp_port = 0
        binary.init(ACME, "ana@example.net", "--rehearsal")
        binary.call("member", "add", "acme", "ben@example.net", "--name", "Ben")
        binary.tick(system_clock() + timedelta(minutes=1))
        binary.serve()
        with load(binary.lmtp_port) as senders:
            for number in range(KILLS):
                time.sleep(0.2 + (seed + 617 * number) % 997 / 997)
                binary.kill()
                binary.serve()
            time.sleep(0.3)
        accepted = [subject for sender in senders for subject in sender.accepted]
        assert len(accepted) > KILLS, f"seed {seed}: hardly a mail came through"
        wait_until(lambda: not waiting(binary), "all mail processed", 60)
        # What was on its way when the process died is leased: it goes again when the lease has run out.
        binary.tick(system_clock() + timedelta(minutes=30))
        wait_until(lambda: len({raw for to, raw in sink.kept}) >= len(posted(binary)), "all posts sent", 60)
        assert binary.stop() == 0

        subjects = posted(binary)
        assert sorted(subjects) == sorted(set(subjects)), f"seed {seed}: a mail acted twice"
        assert set(accepted) <= set(subjects), f"seed {seed}: lost {set(accepted) - set(subjects)}"
        assert not [a for a in binary.arrivals() if a.state is ArrivalState.FAILED]
        copies: dict[str, set[bytes]] = defaultdict(set)
        for to, raw in sink.kept:
            assert to == "ben@example.net", "Ana wrote them all"
            copies[str(message_from_bytes(raw)["message-id"])].add(raw)
        assert all(len(different) == 1 for different in copies.values()), f"seed {seed}: one id, different bytes"
        assert len(copies) == len(subjects), f"seed {seed}"


def waiting(binary: Binary) -> bool:
    """Whether mail waits to be processed."""
    return any(arrival.state is ArrivalState.RECEIVED for arrival in binary.arrivals())


def posted(binary: Binary) -> list[str]:
    """Return the subjects of all posts."""
    store = Store.open(binary.folder / "restante.db", keys=KeyRing({}, 1))
    try:
        with store.read() as tx:
            entries = [recorded.entry for recorded in tx.ledger.entries(tx.charters.names()["acme"])]
    finally:
        store.close()
    return [entry.subject for entry in entries if isinstance(entry, Posted)]
