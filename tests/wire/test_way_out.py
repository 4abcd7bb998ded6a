"""The whole way out: what stands frozen is signed and sent the same at every try, and a day's number is kept."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

dkim = pytest.importorskip("dkim")

from gateway.model.arrival import Arrival  # noqa: E402
from gateway.model.notice import NoticeState, Outgoing  # noqa: E402
from gateway.serving import Serving  # noqa: E402
from tests.wire.imap_office import ADDRESS, Office  # noqa: E402
from tests.wire.talk import Sink, mail  # noqa: E402

pytestmark = pytest.mark.wire


async def post(serving: Serving, number: int) -> None:
    """Let Ana write to everybody."""
    now = serving.app.clock()
    arrival = Arrival(
        door="lmtp", reverse_path="ana@example.net", recipients=(ADDRESS,), raw=mail(f"post {number}"), received_at=now
    )
    await serving._in_worker(serving.app.pipeline.receive, [arrival])
    await serving.turn()


def queued(serving: Serving) -> int:
    with serving.app.store.read() as tx:
        return len(tx.outbox.list(state=NoticeState.QUEUED, limit=100))


async def test_a_signed_mail_verifies_and_is_the_same_when_it_goes_again(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    key = subprocess.run(["openssl", "genrsa", "1024"], capture_output=True, check=True).stdout
    (folder / "dkim.pem").write_bytes(key)
    public = subprocess.run(
        ["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, capture_output=True, check=True
    ).stdout
    record = b"v=DKIM1; p=" + base64.b64encode(public)
    with Sink(refusals={"ben@example.net": "451 4.3.0 later"}).open() as sink:
        signing = '[dkim]\ndomain = "ws.example.org"\nselector = "team"\nkey_file = "dkim.pem"\n'
        here = Office(folder, [], more=f"{signing}[submission]\nport = {sink.port}\nconnections = 1")
        async with here.open() as serving:
            await post(serving, 1)
            with serving.app.store.read() as tx:
                [stored] = tx.outbox.list(limit=10)
                frozen = tx.outbox.get(stored.id).frozen  # type: ignore[union-attr]
            assert frozen is not None
            ready = Outgoing(notice_id=stored.id, sender="", recipient="ben@example.net", message=frozen)
            first, second = (serving.for_the_way_out([ready])[0].message for _ in range(2))
            assert first == second
            assert first.endswith(frozen)
            sink.refusals.clear()
            later = serving.app.clock() + timedelta(hours=1)
            serving._courier.clock = serving.app.clock = lambda: later
            await serving.turn()
    [(to, raw)] = sink.kept
    assert to == "ben@example.net"
    assert raw == first
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: record, minkey=1024)


async def test_a_providers_only_sender_stands_on_every_envelope(tmp_path: Path) -> None:
    senders: list[str] = []

    with Sink().open() as sink:
        more = f'[submission]\nport = {sink.port}\nenvelope_sender = "team@example.org"'
        here = Office(tmp_path / "team", [], more=more)
        async with here.open() as serving:
            claimed = serving._claim

            async def claim(limit: int) -> Sequence[Outgoing]:
                found = await claimed(limit)
                senders.extend(one.sender for one in found)
                return found

            serving._courier.claim = claim
            await post(serving, 1)
    assert senders == ["team@example.org"]
    assert b"\r\nReply-To: <acme+r." in sink.kept[0][1]


async def test_a_days_number_is_kept_also_over_a_restart_and_the_rest_waits(tmp_path: Path) -> None:
    with Sink().open() as sink:
        here = Office(tmp_path / "team", [], more=f"[submission]\nport = {sink.port}\nper_day = 3")
        async with here.open() as serving:
            for number in range(5):
                await post(serving, number)
            assert len(sink.kept) == 3
            assert queued(serving) == 2
        async with here.open() as serving:
            await serving.turn()
            assert len(sink.kept) == 3, "what went before the restart counts"
            later = serving.app.clock() + timedelta(hours=24, minutes=1)
            serving._courier.clock = serving.app.clock = lambda: later
            await serving.turn()
            assert queued(serving) == 0
        assert len(sink.kept) == 5


def test_nothing_of_mailboxes_and_signing_is_loaded_where_none_is_set() -> None:
    code = (
        "import sys, gateway.app, gateway.cli.main, gateway.cli.run\n"
        "print([name for name in ('imapclient', 'dkim', 'dns') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
