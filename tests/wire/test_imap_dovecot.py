"""Fetching from a real Dovecot: what is taken, where it goes, when it was in time, and what a killed server does."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app import system_clock
from gateway.model.arrival import ArrivalState
from tests.wire.binary import PATIENCE, stretched
from tests.wire.conftest import cannot
from tests.wire.imap_hosts import TOKEN, MailHost, TokenServer, dovecot_missing
from tests.wire.imap_office import ADDRESS, Office, until
from tests.wire.talk import Sink, mail, own_words

pytestmark = pytest.mark.wire

VOTE = "acme+vote@ws.example.org"


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    """Give a token server that the Dovecot of this file asks."""
    with TokenServer().open() as opened:
        yield opened


@pytest.fixture(scope="module")
def host(certificate: tuple[Path, Path], tokens: TokenServer) -> Iterator[MailHost]:
    """Give a Dovecot, shared by the tests of this file: each has a mailbox of its own."""
    if reason := dovecot_missing():
        cannot(reason)
    folder = Path(tempfile.mkdtemp(prefix="restante-imap-"))
    folder.chmod(0o755)  # Dovecot drops root
    try:
        with MailHost(folder / "host", certificate, tokens_at=tokens.port).running() as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def box(request: pytest.FixtureRequest) -> str:
    """Give a mailbox that nobody has used yet."""
    return f"box{abs(hash(request.node.name)) % 10**8}"


def office(tmp_path: Path, running: MailHost, box: str, sink: Sink, **keys: object) -> Office:
    """Return an office that fetches from one mailbox over plain IMAP, unless keys say otherwise."""
    mailbox = {"port": running.imap_port, "security": "none", "username": box} | keys
    return Office(tmp_path / "team", [mailbox], more=f"[submission]\nport = {sink.port}")


async def test_mail_is_taken_as_it_came_and_moved_when_it_is_durable(
    tmp_path: Path, host: MailHost, box: str, sink: Sink
) -> None:
    before = system_clock().replace(microsecond=0)
    raw = mail("first", "Où est l'échelle ?\r\n.\r\n..two dots", content_type="text/plain; charset=utf-8")
    host.deliver(raw, box=box)
    here = office(tmp_path, host, box, sink)
    async with here.open():
        [arrival] = await here.comes_in(1)
        assert (arrival.arrival.door, arrival.arrival.recipients) == ("imap", (ADDRESS,))
        assert arrival.arrival.reverse_path == "ana@example.net"
        assert arrival.state is ArrivalState.PROCESSED
        accepted_at = arrival.arrival.accepted_at
        assert accepted_at is not None
        assert before <= accepted_at <= arrival.arrival.received_at
        await until(lambda: host.subjects("Restante", box=box) == ["first"], "the mail in its folder")
        host.deliver(mail("second"), box=box)  # while the mailbox is watched: IDLE tells
        await here.comes_in(2)
    assert host.subjects(box=box) == []
    kept = office(tmp_path, host, box, sink)
    async with kept.open() as serving:
        with serving.app.store.read() as tx:
            stored = tx.inbox.get(arrival.id)
        assert stored is not None
        assert stored.arrival.raw.endswith(raw.partition(b"\r\n\r\n")[2])


async def test_what_the_mailbox_had_in_time_is_in_time(tmp_path: Path, host: MailHost, box: str, sink: Sink) -> None:
    an_hour_ago = (system_clock() - timedelta(minutes=5)).replace(microsecond=0)
    host.append(mail("earlier", date="Mon, 01 Jan 2035 00:00:00 +0000"), when=an_hour_ago, box=box)
    here = office(tmp_path, host, box, sink)
    async with here.open():
        [arrival] = await here.comes_in(1)
    assert arrival.arrival.accepted_at == an_hour_ago


async def test_mail_older_than_the_workspace_and_mail_of_others_stays_where_it_is(
    tmp_path: Path, host: MailHost, box: str, sink: Sink
) -> None:
    host.append(mail("years ago"), when=system_clock() - timedelta(days=900), box=box)
    host.deliver(mail("private", to="ana@mail.example.net"), box=box)
    here = office(tmp_path, host, box, sink)
    async with here.open():
        host.deliver(mail("ours"), box=box)
        [arrival] = await here.comes_in(1)
        await until(lambda: len(host.subjects(box=box)) == 2, "ours moved")
        assert arrival.subject == "ours"
    assert host.subjects(box=box) == ["years ago", "private"]
    async with here.open():  # after a restart they are looked at again, and left again
        host.deliver(mail("ours again"), box=box)
        assert [a.subject for a in await here.comes_in(2)] == ["ours", "ours again"]


async def test_too_large_and_unreadable_mail_goes_aside_and_holds_up_nothing(
    tmp_path: Path, host: MailHost, box: str, sink: Sink
) -> None:
    large = mail("large") + b"x" * 76 + b"\r\n" * 1 + (b"y" * 76 + b"\r\n") * 2000
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="x%d"\r\n\r\n--x%d\r\n' % (n, n) for n in range(300))
    bad = mail("nested").partition(b"\r\n\r\n")[0] + b"\r\nMIME-Version: 1.0\r\n" + nested + b"\r\nend\r\n"
    for raw in (large, bad, mail("good")):
        host.deliver(raw, box=box)
    here = office(tmp_path, host, box, sink)
    here.more += "\n[limits]\nmessage_bytes = 65536"
    async with here.open():
        [arrival] = await here.comes_in(1)
        assert arrival.subject == "good"
        await until(lambda: sorted(host.subjects("Restante aside", box=box)) == ["large", "nested"], "both aside")
    assert host.subjects(box=box) == []


@pytest.mark.parametrize(
    ("keys", "more_fields", "recipients"),
    [
        ({"recipient_header": "X-Original-To"}, f"X-Original-To: {VOTE}\r\n", (VOTE,)),
        ({}, f"X-Original-To: {VOTE}\r\n", (ADDRESS,)),
        (
            {"recipient_header": "X-Original-To"},
            f"X-Original-To: alias@example.net\r\nX-Original-To: {VOTE}\r\n",
            (ADDRESS,),
        ),
    ],
    ids=["trusted", "not trusted", "only the topmost"],
)  # fmt: skip
async def test_the_envelope_recipient_is_read_from_the_field_that_is_trusted(
    tmp_path: Path, host: MailHost, box: str, sink: Sink,
    keys: dict[str, object], more_fields: str, recipients: tuple[str, ...],
) -> None:  # fmt: skip
    host.append(more_fields.encode() + mail("whose"), when=system_clock(), box=box)
    here = office(tmp_path, host, box, sink, **keys)
    async with here.open():
        [arrival] = await here.comes_in(1)
    assert arrival.arrival.recipients == recipients


async def test_a_plain_address_takes_what_names_none_of_ours(
    tmp_path: Path, host: MailHost, box: str, sink: Sink
) -> None:
    host.deliver(mail("by an alias", to="undisclosed-recipients:;"), box=box)
    here = office(tmp_path, host, box, sink, address=ADDRESS)
    async with here.open():
        [arrival] = await here.comes_in(1)
    assert arrival.arrival.recipients == (ADDRESS,)
    assert arrival.state is ArrivalState.PROCESSED


async def test_the_same_mail_in_two_mailboxes_acts_once(tmp_path: Path, host: MailHost, box: str, sink: Sink) -> None:
    here = office(tmp_path, host, box, sink)
    here.mailboxes.append({"port": host.imap_port, "security": "none", "username": f"{box}b"})
    for each in (box, f"{box}b"):
        host.deliver(mail("once"), box=each)
    async with here.open():
        found = await here.comes_in(2)
        assert sorted(a.reason for a in found) == ["duplicate", "thread-started"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_it_comes_in_over_tls_with_a_verified_certificate(
    tmp_path: Path, host: MailHost, box: str, sink: Sink, security: str
) -> None:
    host.deliver(mail("safe"), box=box)
    port = host.imaps_port if security == "tls" else host.imap_port
    secret = tmp_path / "password"
    secret.write_text("sesame\n")
    keys = {"host": "localhost", "security": security, "port": port, "password_file": str(secret)}
    stranger = office(tmp_path, host, box, sink, **keys)
    async with stranger.open():
        await asyncio.sleep(0.5)
        assert await stranger.arrivals() == [], "an unknown certificate is not trusted"
    here = office(tmp_path, host, box, sink, **keys, ca_file=str(host.certificate[0]))
    async with here.open():
        [arrival] = await here.comes_in(1)
    assert arrival.subject == "safe"


async def test_xoauth2_logs_in_with_a_token_of_a_command_or_a_refresh_token(
    tmp_path: Path, host: MailHost, box: str, sink: Sink, tokens: TokenServer
) -> None:
    tokens.owner, address = box, f"{box}@mail.example.net"
    host.deliver(mail("by command"), box=box)
    by_command = office(tmp_path, host, box, sink, username=address, oauth={"command": f"printf {TOKEN}"})
    async with by_command.open():
        await by_command.comes_in(1)
    host.deliver(mail("by refresh token"), box=box)
    renewed = {"token_url": f"http://127.0.0.1:{tokens.port}/token", "client_id": "me", "refresh_token": "old"}
    by_refresh = office(tmp_path, host, box, sink, username=address, oauth=renewed)
    async with by_refresh.open():
        assert [a.subject for a in await by_refresh.comes_in(2)] == ["by command", "by refresh token"]
    assert tokens.asked == ["grant_type=refresh_token&refresh_token=old&client_id=me"]


async def test_nothing_is_lost_or_done_twice_while_the_server_is_killed_again_and_again(
    tmp_path: Path, host: MailHost, box: str, sink: Sink
) -> None:
    here = office(tmp_path, host, box, sink)
    wanted = 0
    async with here.open():
        for kill in range(4):
            for _ in range(15):
                wanted += 1
                await asyncio.to_thread(host.deliver, mail(f"mail {wanted}", own_words(f"mail {wanted}")), box=box)
            await asyncio.sleep(0.05 * kill)
            host.kill()
            await asyncio.to_thread(host.start)
        await until_all(here, wanted)
    async with here.open():  # and after a restart of ours
        found = await here.arrivals()
        await until(lambda: host.subjects(box=box) == [], "the mailbox emptied")
    posted = [a.subject for a in found if a.state is ArrivalState.PROCESSED]
    assert sorted(posted) == sorted({f"mail {n}" for n in range(1, wanted + 1)})
    assert {a.reason for a in found} <= {"thread-started", "duplicate"}
    assert sorted(set(host.subjects("Restante", box=box))) == sorted(set(posted))
    assert host.subjects("Restante aside", box=box) == []


async def until_all(here: Office, wanted: int) -> None:
    """Wait until so many different mails have come in."""
    start = time.monotonic()
    while len({a.subject for a in await here.arrivals()}) < wanted:
        assert time.monotonic() - start < stretched(PATIENCE), [a.subject for a in await here.arrivals()]
        await asyncio.sleep(0.1)


async def test_a_mailbox_made_anew_is_read_from_its_beginning(
    tmp_path: Path, host: MailHost, box: str, sink: Sink
) -> None:
    here = office(tmp_path, host, box, sink, folder="Lists")
    with host.imap(box) as imap:
        imap.create("Lists")
        imap.append("Lists", "", "", mail("before"))
    async with here.open():
        await here.comes_in(1)
        await until(lambda: host.subjects("Lists", box=box) == [], "moved")
        with host.imap(box) as imap:
            imap.delete("Lists")
            time.sleep(1.1)  # UIDVALIDITY is a second
            imap.create("Lists")
            imap.append("Lists", "", "", mail("after"))
        host.kill()
        await asyncio.to_thread(host.start)
        assert [a.subject for a in await here.comes_in(2)] == ["before", "after"]
