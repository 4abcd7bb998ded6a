"""Fetching from servers that are slow or poor, refuse, talk nonsense, hang up: nothing is lost, taken twice, stuck."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.accept.verdict import Accept, Reject
from gateway.arrive.imap_fetch import SECONDS_TO_WAIT, TAKEN, Account, MailboxProblem, open_mailbox
from gateway.arrive.imap_watch import Desk, Habits, Ours, Watch
from gateway.arrive.intake import Intake
from gateway.model.address import Destination, Door
from gateway.model.arrival import Arrival
from tests.wire.binary import free_port
from tests.wire.imap_hosts import Line, OddHost
from tests.wire.imap_office import Office, until
from tests.wire.talk import Sink, mail

pytestmark = pytest.mark.wire

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BUSY = Reject(451, "4.3.2", "busy")


class Counter:
    """Where arrivals end up; `answers` are given before it takes any."""

    def __init__(self, *answers: Reject | None) -> None:
        self.answers = list(answers)
        self.kept: list[Arrival] = []

    async def receive(self, arrivals: Sequence[Arrival]) -> Reject | None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is None:
            self.kept += arrivals
        return answer

    async def judge(self, recipient: str) -> Accept | Reject:
        return Accept(Destination("acme", Door.POST))

    async def ours(self, addresses: Sequence[str]) -> dict[str, Ours]:
        return {a: Ours("acme", LONG_AGO) for a in addresses if a.startswith("acme")}

    @property
    def subjects(self) -> list[str]:
        """The subjects of what was kept, in order."""
        return [one.raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for one in self.kept]


def account(port: int, **keys: object) -> Account:
    return Account("imap", "127.0.0.1", port, "team", security="none", password="sesame", **keys)  # type: ignore[arg-type]


def _fetching(others: set[threading.Thread]) -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "mailbox imap" and one not in others]


@asynccontextmanager
async def watching(host: OddHost, counter: Counter, *, size_limit: int = 10_000) -> AsyncIterator[Watch]:
    """Fetch from a host while the block runs, and end: nothing waits for what a server says then."""
    intake = Intake(counter.receive, counter.judge)
    running = asyncio.create_task(intake.run())
    desk = Desk(intake, counter.ours, lambda raw: None, lambda: datetime(2026, 1, 1, tzinfo=UTC), size_limit)
    watch = Watch(account(host.port), Habits(poll_seconds=0.05, waits=(0.02,)), desk)
    others = set(threading.enumerate())  # one of another test's may be ending still
    try:
        async with watch.running():
            yield watch
        await until(lambda: not _fetching(others), "it ends when told to", patience=SECONDS_TO_WAIT / 2)
    finally:
        running.cancel()


@contextmanager
def host(*subjects: str, **keys: object):  # type: ignore[no-untyped-def]
    mails = {uid: mail(subject) for uid, subject in enumerate(subjects, 1)}
    with OddHost(mails, **keys).open() as opened:  # type: ignore[arg-type]
        yield opened


async def test_a_server_that_knows_the_least_is_polled_and_mail_is_copied_and_deleted() -> None:
    counter = Counter()
    with host("one", "two") as poor:
        async with watching(poor, counter):
            await until(lambda: poor.deleted == {1, 2}, "both deleted")
            poor.mails[3] = mail("three")
            await until(lambda: poor.deleted == {1, 2, 3}, "the third deleted")
    assert counter.subjects == ["one", "two", "three"]
    assert poor.copied == {"Restante": [1, 2, 3]}
    assert not [line for line in poor.heard if line.upper().startswith("EXPUNGE")], "what a person deleted is theirs"


async def test_a_folder_without_room_leaves_mail_marked_and_it_is_not_taken_again() -> None:
    counter = Counter()
    with host("one", refuse_copies=True) as full:
        async with watching(full, counter):
            await until(lambda: full.flagged == {1}, "marked")
            await asyncio.sleep(0.3)
        async with watching(full, counter):
            await until(lambda: full.logins == 2, "logged in anew")
            await asyncio.sleep(0.3)
    assert counter.subjects == ["one"]
    assert any(TAKEN.decode() in line for line in full.heard)


async def test_while_the_intake_has_no_room_mail_stays_where_it_is() -> None:
    counter = Counter(BUSY, BUSY)
    with host("one", idle=True) as waiting:  # nobody tells of mail that is there already
        async with watching(waiting, counter):
            await until(lambda: waiting.deleted == {1}, "taken in the end")
    assert counter.subjects == ["one"]


async def test_a_slow_server_is_waited_for() -> None:
    counter = Counter()
    with host("one", seconds=0.15) as slow:
        async with watching(slow, counter):
            await until(lambda: slow.deleted == {1}, "taken")
    assert counter.subjects == ["one"]


async def test_nonsense_ends_the_connection_and_not_the_fetching() -> None:
    answers = [
        b"* 1 FETCH (UID 1 BODY[] {99}\r\nshort", b"* SEARCH one two", b"\xff\xfe\x00 what?", b"* 1 FETCH (UID 1 (((",
        b"* BYE", b"x" * 1_100_000,
    ]  # fmt: skip

    def nonsense(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if not answers or not rest.upper().startswith(("UID FETCH", "UID SEARCH")):
            return False
        line.say(answers.pop(0))
        line.say(f"{tag} OK done")
        line.socket.close()
        raise ValueError("hung up")

    counter = Counter()
    with host("one", odd=nonsense) as mad:
        async with watching(mad, counter):
            await until(lambda: mad.deleted == {1}, "taken in the end")
    assert counter.subjects == ["one"]


async def test_a_message_that_breaks_the_connection_goes_aside_and_holds_up_no_other() -> None:
    def breaks(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        uids = rest.split(" ")[2] if rest.upper().startswith("UID FETCH") and "BODY.PEEK[]" in rest.upper() else ""
        if "2" in uids.replace(":", ",").split(",") or uids == "1:3":
            line.socket.close()
            raise ValueError("hung up")
        return False

    counter = Counter()
    with host("one", "two", "three", odd=breaks) as breaking:
        async with watching(breaking, counter):
            await until(lambda: breaking.deleted == {1, 2, 3}, "all gone from the mailbox")
    assert sorted(counter.subjects) == ["one", "three"]
    assert breaking.copied["Restante aside"] == [2]


async def test_a_message_that_is_listed_and_never_given_goes_aside() -> None:
    def withholds(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if not (rest.upper().startswith("UID FETCH") and "BODY.PEEK[]" in rest.upper()):
            return False
        line.say(b"* 1 FETCH (UID 1 BODY[] NIL)", f"{tag} OK done")
        return True

    counter = Counter()
    with host("one", odd=withholds) as host_:
        async with watching(host_, counter):
            await until(lambda: host_.copied.get("Restante aside") == [1], "aside")
    assert counter.kept == []


async def test_a_message_larger_than_we_take_is_not_even_fetched() -> None:
    counter = Counter()
    with host("small") as odd:
        odd.mails[2] = mail("large", "x" * 20_000)
        async with watching(odd, counter):
            await until(lambda: odd.deleted == {1, 2}, "both gone")
        assert odd.copied == {"Restante": [1], "Restante aside": [2]}
        whole = [line for line in odd.heard if "BODY.PEEK[]" in line.upper()]
        assert [line.split(" ")[2] for line in whole] == ["1"]


async def test_when_uids_come_to_mean_other_messages_all_are_looked_at_anew() -> None:
    counter = Counter()
    with host("one") as odd:
        async with watching(odd, counter):
            await until(lambda: odd.deleted == {1}, "the first taken")
            odd.mails, odd.uidvalidity = {1: mail("another one")}, 2
            odd.deleted.clear()
            hung_up = [False]

            def hang_up(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
                if hung_up[0]:
                    return False
                hung_up[0] = True
                line.socket.close()
                raise ValueError("hung up")

            odd.odd = hang_up
            await until(lambda: odd.deleted == {1}, "the other taken")
    assert counter.subjects == ["one", "another one"]


@pytest.mark.parametrize("answer", ["NO not now", "BAD what is IDLE?"])
async def test_where_idle_is_refused_the_mailbox_is_polled(answer: str) -> None:
    def refuses(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if rest.upper() != "IDLE":
            return False
        line.say(f"{tag} {answer}")
        return True

    counter = Counter()
    with host("one", idle=True, odd=refuses) as odd:
        async with watching(odd, counter):
            await until(lambda: odd.deleted == {1}, "the first")
            odd.mails[2] = mail("two")
            await until(lambda: odd.deleted == {1, 2}, "the second")
    assert odd.logins == 1


async def test_new_mail_told_before_idle_begins_is_fetched_too() -> None:
    told = [False]

    def hasty(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if rest.upper() != "IDLE" or told[0]:
            return False
        told[0] = True
        odd.mails[2] = mail("two")
        line.say("* 2 EXISTS", "+ idling")
        line.file.readline()
        line.say(f"{tag} OK done")
        return True

    counter = Counter()
    with host("one", idle=True, odd=hasty) as odd:
        async with watching(odd, counter):
            await until(lambda: odd.deleted == {1, 2}, "both")
    assert counter.subjects == ["one", "two"]


@pytest.mark.parametrize("asked", ["LOGIN", "SELECT", "UID SEARCH", "UID COPY"])
async def test_a_server_that_never_answers_does_not_keep_us_from_ending(asked: str) -> None:
    counter = Counter()
    silent = threading.Event()

    def never(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if rest.upper().startswith(asked):
            silent.set()
            line.file.readline()
            raise ValueError("hung up")
        return False

    with host("one", odd=never) as odd:
        async with watching(odd, counter):
            await until(silent.is_set, "it is asked")


@pytest.mark.parametrize(
    ("stage", "refused"), [("login", "LOGIN"), ("folder", "SELECT")]
)  # fmt: skip
def test_what_failed_on_the_way_in_is_named(stage: str, refused: str) -> None:
    def refuses(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if not rest.upper().startswith(refused):
            return False
        line.say(f"{tag} NO [ALERT] please read our terms")
        return True

    with host(odd=refuses) as odd, pytest.raises(MailboxProblem, match="terms") as raised:
        open_mailbox(account(odd.port))
    assert raised.value.stage == stage
    assert "sesame" not in str(raised.value)


def test_where_nobody_listens_the_connection_is_named() -> None:
    with pytest.raises(MailboxProblem) as raised:
        open_mailbox(account(free_port()))
    assert raised.value.stage == "connect"


async def test_what_became_durable_and_was_not_moved_before_we_ended_acts_once(tmp_path: Path, sink: Sink) -> None:
    asked_to_copy = threading.Event()

    def hangs_up(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if not rest.upper().startswith("UID COPY"):
            return False
        asked_to_copy.set()
        line.socket.close()
        raise ValueError("hung up")

    with host("one", odd=hangs_up) as odd:
        here = Office(
            tmp_path / "team", [{"port": odd.port, "security": "none"}], more=f"[submission]\nport = {sink.port}"
        )
        async with here.open():
            await until(asked_to_copy.is_set, "fetched and kept")
            assert [arrival.reason for arrival in await here.comes_in(1)] == ["thread-started"]
        assert odd.deleted == set()
        odd.odd = lambda odd, line, tag, rest: False
        async with here.open():
            await until(lambda: odd.deleted == {1}, "moved at last")
            assert [arrival.reason for arrival in await here.comes_in(2)] == ["thread-started", "duplicate"]
    assert odd.copied == {"Restante": [1]}


async def test_two_mailboxes_are_kept_emptied_and_one_that_is_down_stops_no_other(tmp_path: Path, sink: Sink) -> None:
    with host("one") as first, host("two") as second:
        ports = (free_port(), first.port, second.port)
        mailboxes: list[dict[str, Any]] = [{"port": port, "security": "none"} for port in ports]
        here = Office(tmp_path / "team", mailboxes, more=f"[submission]\nport = {sink.port}")
        async with here.open():
            assert sorted(arrival.subject for arrival in await here.comes_in(2)) == ["one", "two"]
