"""`restante serve`, killed again and again while a morning's digests go out: each reader has one, and the same one."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from datetime import time as time_of_day
from email import message_from_bytes
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.app import system_clock
from gateway.model.arrival import ArrivalState
from gateway.model.notice import NoticeState
from gateway.model.token import KeyRing
from store.database import Store
from tests.wire.binary import Binary, wait_until
from tests.wire.talk import Sink, Talk, mail

pytestmark = [pytest.mark.wire, pytest.mark.slow]

READERS = 80
KILLS = 4
CONNECTIONS = 4  # of the courier: a kill may repeat one mail for each
CHARTER = """name = "Acme"
address = "acme@ws.example.org"
timezone = "Europe/Paris"
delivery = "daily"

[[members]]
address = "ana@example.net"
name = "Ana Duarte"
roles = ["steward"]
"""


def coming(weekday: int, wall: str) -> datetime:
    """Return an instant of the week after this one in Paris: a rehearsal's clock begins at the real one."""
    today = system_clock().date()
    day = today + timedelta(days=7 - today.weekday() + weekday)
    return datetime.combine(day, time_of_day.fromisoformat(wall), ZoneInfo("Europe/Paris"))


def founded(binary: Binary) -> None:
    """A store whose clock stands on a Monday, with many readers of digests."""
    binary.smtp_port = 0
    binary.init("acme@ws.example.org", "ana@example.net", "--rehearsal")
    readers = "".join(f'\n[[members]]\naddress = "r{n}@example.net"\nname = "Reader {n}"\n' for n in range(READERS))
    charter = binary.folder / "digests.toml"
    charter.write_text(CHARTER + readers)
    binary.tick(coming(0, "09:00"))
    binary.call("charter", "apply", str(charter))


def opened(binary: Binary) -> Store:
    return Store.open(binary.folder / "restante.db", keys=KeyRing({}, 1))


def move_clock(binary: Binary, instant: datetime) -> None:
    """Let it be another time, without deciding anything: that is left to `serve`."""
    store = opened(binary)
    with store.begin() as tx:
        tx.set_mark("clock", instant.isoformat())
    store.close()


def waiting(binary: Binary) -> int:
    """Return how many digests are not gone yet, those of them included that are not decided yet."""
    store = opened(binary)
    with store.read() as tx:
        gone = len(tx.outbox.list(limit=None, state=NoticeState.SENT, kind="digest"))
    store.close()
    return READERS - gone


def test_each_reader_has_one_digest_though_the_process_is_killed_again_and_again(tmp_path: Path) -> None:
    with Sink().open() as sink, Binary(tmp_path / "team", submission_port=sink.port) as binary:
        founded(binary)
        binary.serve()
        with Talk(binary.lmtp_port) as talk:
            talk.hello("LHLO")
            for subject in ("The ladder", "The hose"):
                assert talk.deliver(mail(subject), "acme@ws.example.org", lmtp=True)[0][0] == 250
        wait_until(lambda: not any(a.state is ArrivalState.RECEIVED for a in binary.arrivals()), "mail processed")
        binary.kill()
        move_clock(binary, coming(1, "08:31"))

        binary.serve()
        for number in range(1, KILLS + 1):
            some = number * READERS // (KILLS + 1)
            wait_until(lambda some=some: len(sink.kept) >= some, f"{some} digests sent")  # type: ignore[misc]
            binary.kill()
            time.sleep(0.2)  # what the sink was still reading ends with the connection
            binary.serve()
        wait_until(lambda: not waiting(binary), "all digests sent")
        assert binary.stop() == 0

        kept = [
            (to, raw) for to, raw in sink.kept if to != "ana@example.net"
        ]  # the steward has a routine's prompts too
        assert {to for to, _ in kept} == {f"r{n}@example.net" for n in range(READERS)}
        copies: dict[str, set[bytes]] = defaultdict(set)
        for to, raw in kept:
            assert b"The ladder" in raw
            assert b"The hose" in raw
            copies[to].add(raw)
        assert all(len(different) == 1 for different in copies.values()), "a second digest, or other bytes"
        assert len({str(message_from_bytes(raw)["message-id"]) for _, raw in kept}) == READERS
        repeats = Counter(to for to, _ in kept)
        assert sum(times - 1 for times in repeats.values()) <= KILLS * CONNECTIONS
