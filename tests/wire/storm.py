"""A storm: a crowd's mail through a real Postfix into `restante serve`, which is killed again and again meanwhile.

What came of it is reckoned from what others wrote: the log of the mail server, the mails it carried to the world, and
what `restante mails` says at the end. Must not: reach into the program.
"""

from __future__ import annotations

import json
import os
import random  # noqa: TID251 - the moments of death are chance, from a seed that is told
import re
import socket
import sqlite3
import threading
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.app import build, system_clock
from gateway.model.arrival import ArrivalState
from gateway.model.notice import NoticeState
from gateway.model.token import KeyRing
from gateway.pipeline.steering import apply_charter
from store.database import Store
from store.faults import StoreBusy
from tests.wire.binary import Binary, listens, wait_until
from tests.wire.crowd import GONE, MEMBERS, OURS, STEWARD, WORKSPACES, Crowd, Post, corpora, corpus_mails
from tests.wire.programs import Postfix
from tests.wire.talk import Sink, Talk

CONNECTIONS = 4  # of the courier: a kill may repeat one mail for each
SESSIONS = 3  # by which the crowd hands in its mail
AHEAD = 150  # mails the crowd is ahead of the record at most: so many wait with the mail server or are processed
MOVES = 50  # of the clock in a large run: a working week; a day and a morning in a small one
_STRANGERS = dict(zip(WORKSPACES, ("reject", "accept", "hold"), strict=True))
_DELIVERY = dict(zip(WORKSPACES, ("daily", "immediate", "daily"), strict=True))
_SIZE = dict(zip(WORKSPACES, (len(MEMBERS), 4, 3), strict=True))


class Office(Postfix):
    """A mail server whose queue ids never come twice, so that each names one mail for good."""

    def _main(self) -> str:
        return super()._main() + (
            "enable_long_queue_ids = yes\n"
            # who waits for a process that is starting waits two seconds
            "queue_run_delay = 2s\nminimal_backoff_time = 2s\nmaximal_backoff_time = 3s\ntransport_retry_time = 1s\n"
        )

    def waiting(self) -> int:
        """Return how many mails are in its queue."""
        queues = ("maildrop", "incoming", "active", "deferred", "hold")
        return sum(len(files) for name in queues for _, _, files in os.walk(self.folder / "queue" / name))

    def refused(self) -> int:
        """Return how many mails it got back so far, whoever refused them; its log is read on from where it was."""
        with suppress(FileNotFoundError), (self.folder / "postfix.log").open("rb") as log:
            log.seek(self._read)
            lines = log.read().rpartition(b"\n")[0]
            self._read += len(lines)
            self._refused += lines.count(b" status=bounced ")
        return self._refused

    _read = _refused = 0


class World(Sink):
    """All mailboxes but ours: takes what we send, keeps it, and lets its reader hear of it."""

    def __init__(self, hears: Callable[[str, str, bytes], None]) -> None:
        super().__init__(refusals={GONE: "550 5.1.1 no such mailbox"})
        self.hears = hears
        self.known: set[str] = set()

    def _serve(self, line: socket.socket) -> None:
        """As the sink does, reading by the block: thousands of mails come."""
        with suppress(OSError, ValueError), line, line.makefile("rb") as spoken:
            line.sendall(b"220 world\r\n")
            sender = recipient = ""
            while command := spoken.readline().decode("utf-8", "replace").strip():
                verb, address = command[:4].upper(), command.partition("<")[2].partition(">")[0]
                sender = address if verb == "MAIL" else sender
                recipient = address if verb == "RCPT" else recipient
                if verb == "DATA":
                    line.sendall(b"354 go on\r\n")
                    raw = _body(spoken)
                    if raw is None:
                        return  # hung up in the middle: nothing was taken
                    self.kept.append((recipient, raw))
                    self._pass_on(recipient, sender, raw)
                refused = self.refusals.get(recipient, "250 ok") if verb == "RCPT" else "250 ok"
                line.sendall(b"221 bye\r\n" if verb == "QUIT" else f"{refused}\r\n".encode())

    def _pass_on(self, recipient: str, sender: str, raw: bytes) -> None:
        own = ours(raw)
        if own and own not in self.known:  # nobody answers the same mail twice because it came twice
            self.known.add(own)
            self.hears(recipient, sender, raw)


def _body(spoken: Any) -> bytes | None:
    lines: list[bytes] = []
    while (octets := spoken.readline()) not in (b".\r\n", b""):
        lines.append(octets[1:] if octets.startswith(b".") else octets)
    return b"".join(lines) if octets else None


_OUR_ID = re.compile(rb"(?im)^message-id:\s*<(r\.[^>\s]+@%b)>" % re.escape(OURS).encode())
_OUR_TRACE = re.compile(rb"\AReceived:[^\n]*\n(?:[ \t][^\n]*\n)*")


def ours(raw: bytes) -> str:
    """Return the Message-ID of a mail of ours, "" of any other."""
    found = _OUR_ID.search(raw.partition(b"\r\n\r\n")[0])
    return found[1].decode() if found else ""


def as_sent(raw: bytes) -> bytes:
    """Return a mail of ours as it left us, without the line the mail server wrote above it."""
    return _OUR_TRACE.sub(b"", raw, count=1)


# --- the run ---------------------------------------------------------------------------------------------------------


@dataclass
class Storm:
    """One run: `blow` sends everything and kills; `reckon` says what came of it."""

    folder: Path
    mails: int
    kills: int
    seed: int
    say: Callable[[str], None] = lambda text: None
    now: datetime = field(default_factory=lambda: monday())
    handed: dict[str, Post] = field(default_factory=dict)  # by the mail server's queue id
    turned_away: list[tuple[Post, str]] = field(default_factory=list)  # by the mail server itself
    died: int = 0
    office: Office = field(init=False)
    _taken: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.seed, corpus_mails(corpora()), lambda: self.now)
        self.world = World(self.crowd.hears)
        self.binary = Binary(self.folder / "restante")
        self.chance = random.Random(self.seed + 1)

    def run(self) -> Reckoning:
        """Blow, wait until nothing is on its way any more, and reckon."""
        with self.world.open() as world, self.binary as binary:
            routes = {OURS: f"lmtp:{binary.lmtp_port}", "*": f"smtp:{world.port}"}
            self.office = Office(self.folder / "postfix", routes)
            with self.office.running():
                self._found()
                self._blow()
                self._settle()
                assert binary.stop() == 0
                listed = json.loads(binary.call("mails", "--json", "--limit", "1000000"))
                return Reckoning.of(self, listed)

    def _found(self) -> None:
        binary = self.binary
        binary.smtp_port, binary.submission_port = 0, self.office.smtp_port
        binary.init(f"acme@{OURS}", STEWARD, "--rehearsal")
        with closing(build(binary.config)) as app:
            for name in WORKSPACES:
                apply_charter(app.pipeline, tomllib.loads(_charter(name)), by="storm", now=app.clock())
        self._move_clock(self.now)
        self._serve()

    def _blow(self) -> None:
        moments = sorted(self.chance.randrange(1, self.mails) for _ in range(self.kills))
        moves = min(MOVES, max(12, self.mails // 25))
        with self._sending() as senders:
            done = 0
            while any(sender.is_alive() for sender in senders):
                if moments and self._settled() >= moments[0]:
                    moments.pop(0)
                    self._die()
                elif len(self.handed) >= (done + 1) * self.mails / moves:
                    with suppress(StoreBusy):  # the next look finds it idle
                        self._move_clock(_later(self.now))
                        done += 1
                else:
                    time.sleep(0.1)
            for _ in moments:
                self._die()

    def _die(self) -> None:
        time.sleep(self.chance.random() * 0.5)
        self.binary.kill()
        self.died += 1
        self.say(f"{len(self.handed):6} handed in, {self._settled():6} settled, killed {self.died} of {self.kills}")
        self._serve()

    def _serve(self) -> None:
        """Start it; on a machine that gives a niced run hardly a turn it may take minutes."""
        try:
            self.binary.serve()
        except AssertionError:
            if self.binary.served is None or self.binary.served.poll() is not None:
                raise
            wait_until(lambda: listens(self.binary.lmtp_port), f"`serve`: {self.binary.said[-1500:]}", 900)

    @contextmanager
    def _sending(self) -> Iterator[list[threading.Thread]]:
        senders = [threading.Thread(target=self._send, daemon=True) for _ in range(SESSIONS)]
        for sender in senders:
            sender.start()
        yield senders
        for sender in senders:
            sender.join(60)

    def _send(self) -> None:
        with ExitStack() as connections:
            talk: Talk | None = None
            while (post := self._next()) is not None:
                if talk is None:
                    talk = connections.enter_context(Talk(self.office.smtp_port, seconds=60))
                    talk.hello()
                talk = talk if self._hand_in(talk, post) else None

    def _hand_in(self, talk: Talk, post: Post) -> bool:
        """Hand a mail in and note its queue id; False when the connection is of no use any more."""
        code, text = talk.deliver(post.raw, *post.recipients, sender=post.sender)[0]
        queued = re.search(r"queued as (\w+)", text)
        with self._lock:
            if code == 250 and queued:
                self.handed[queued[1]] = post
            else:
                self.turned_away.append((post, f"{code} {text}"))
        return code == 250 or (code != 0 and talk.say("RSET")[0] == 250)

    def _next(self) -> Post | None:
        """Return the next mail once the record is not too far behind; None when all are written."""
        self._patience()
        with self._lock:
            if self._taken >= self.mails:
                return None
            self._taken += 1
            return self.crowd.next()

    def _patience(self) -> None:
        """Wait while many mails are on their way: people answer what they have read."""
        if self._taken % 10 == 0:
            ahead = min(AHEAD, self.mails // 5)
            wait_until(lambda: len(self.handed) - self._settled() < ahead, "the record to catch up", 1800)

    def _settle(self) -> None:
        """Wait until no mail is on its way, neither to us nor from us; then once more, after all deferrals."""
        self.say("all handed in; waiting for what is on its way")
        with self._store() as store:
            self._wait_for_quiet(store)
            for _ in range(2):
                self._move_clock(self.now + timedelta(minutes=45))
                time.sleep(2)  # the clock's own beat, in which what falls due is taken up
                self._wait_for_quiet(store)

    def _wait_for_quiet(self, store: Store) -> None:
        wait_until(lambda: self._is_quiet(store), f"quiet: {self.office.said()}{self.binary.said[-1500:]}", 1800)

    def _is_quiet(self, store: Store) -> bool:
        with store.read() as tx:
            busy = bool(tx.inbox.list(limit=1, state=ArrivalState.RECEIVED)) or tx.outbox.depth(self.now)[0] > 0
            busy = busy or bool(tx.outbox.list(limit=1, state=NoticeState.LEASED))
            next_at = tx.schedule.next_at()
        return not busy and (next_at is None or next_at > self.now) and not self.office.waiting()

    def _settled(self) -> int:
        """Return how many mails have come to an end, those refused among them, which never arrive."""
        file = self.binary.folder / "restante.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as record:
            query = "SELECT count(*) FROM arrivals WHERE state != 'received'"
            return int(record.execute(query).fetchone()[0]) + self.office.refused()

    @contextmanager
    def _store(self) -> Iterator[Store]:
        store = Store.open(self.binary.folder / "restante.db", keys=KeyRing({}, 1))
        try:
            yield store
        finally:
            store.close()

    def _move_clock(self, instant: datetime) -> None:
        """Let it be another time, without deciding anything: that is left to `serve`, and cut short by its death."""
        with self._store() as store, store.begin() as tx:
            tx.set_mark("clock", instant.astimezone(UTC).isoformat())
        self.now = instant


def monday() -> datetime:
    """Return eight o'clock in Paris on a Monday to come: the clock of a rehearsal is moved forward only."""
    day = system_clock().astimezone(ZoneInfo("Europe/Paris")).date()
    day += timedelta(days=7 - day.weekday())
    return datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo("Europe/Paris"))


def _later(now: datetime) -> datetime:
    """Return the next moment of a working week: ten a day, an hour and ten minutes apart."""
    later = now + timedelta(minutes=70)
    return later if later.hour < 19 else later.replace(hour=8, minute=10) + timedelta(days=1)


def _charter(name: str) -> str:
    members = "".join(
        f'\n[[members]]\naddress = "{address}"\nname = "Member {address[1:3]}"\n'
        + ('roles = ["steward"]\n' if address == STEWARD else "")
        for address in MEMBERS[: _SIZE[name]] + (() if GONE in MEMBERS[: _SIZE[name]] else (GONE,))
    )
    routine = (
        '\n[routines.daily]\nritual = "check-in"\ntitle = "Daily check-in"\nat = "09:00"\nopen_for = "5 hours"\n'
        'rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"\n'
    )
    return (
        f'name = "{name.title()}"\naddress = "{name}@{OURS}"\nlanguages = ["en", "fr"]\ntimezone = "Europe/Paris"\n'
        f'strangers = "{_STRANGERS[name]}"\ndelivery = "{_DELIVERY[name]}"\n{members}{routine}'
    )


# --- the reckoning ---------------------------------------------------------------------------------------------------

_LINE = re.compile(r" (?:postfix/)?(?:\w+/)?lmtp\[\d+\]: (\w+): to=<([^>]*)>.* status=(\w+) \((.*)\)$", re.MULTILINE)
_CODE = re.compile(r"\b([245]\d\d)[ -]([245]\.\d+\.\d+)?")
_TRACE_ID = re.compile(rb"\bby mx\.example\.net \(Postfix\)[^;]*?\bid (\w+)")


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What came of a storm."""

    handed_in: int  # accepted by the mail server from the crowd
    turned_away: int  # by the mail server itself, which is not ours to say
    kinds: Counter[str]
    for_us: int  # mails the mail server had for us: those of the crowd, and its own bounces
    refused: Counter[str]  # at our door, by code
    arrived: int  # arrivals in the record
    twice: int  # of them, mails that came once more since a death hid our "250"
    states: Counter[tuple[str, str]]  # (state, reason) as `restante mails` says
    unexplained: list[str]  # arrivals without an end state or a reason
    faults: list[str]  # arrivals and notices marked as a fault of ours
    lost: list[str]  # mails the mail server handed over that are not in the record, or has not got rid of
    notices: Counter[str]  # notices by state
    sent: int  # mails of ours that reached the world, copies not counted
    unsent: list[str]  # notices the record calls sent that nobody received
    doubles: int  # copies beyond the first
    differing: list[str]  # Message-IDs that went out with different bytes
    to_machines: list[str]  # automatic answers to machines
    died: int

    @classmethod
    def of(cls, storm: Storm, listed: list[dict[str, Any]]) -> Reckoning:
        """Reckon a run that has ended; `listed` is what `restante mails --json` says."""
        with storm._store() as store, store.read() as tx:
            raws = {row["number"]: stored.arrival.raw for row in listed if (stored := tx.inbox.get(row["number"]))}
            outbox = tx.outbox.list(limit=None)
            frozen = {one.id: _frozen(tx, one.id) for one in outbox if one.state is NoticeState.SENT}
        ends = _ends((storm.office.folder / "postfix.log").read_text(errors="replace"))
        came: Counter[str] = Counter(_queue_id(raw) for raw in raws.values())
        copies: dict[str, list[bytes]] = defaultdict(list)
        for _, raw in storm.world.kept:
            if own := ours(raw):
                copies[own].append(as_sent(raw))
        gone = {queue_id for queue_id, end in ends.items() if all(code.startswith("2") for code in end.values())}
        return cls(
            handed_in=len(storm.handed),
            turned_away=len(storm.turned_away),
            kinds=Counter(post.kind for post in storm.handed.values()),
            for_us=len(ends),
            refused=Counter(code for end in ends.values() for code in end.values() if not code.startswith("2")),
            arrived=len(listed),
            twice=sum(times - 1 for times in came.values()),
            states=Counter((row["state"], row["reason"]) for row in listed),
            unexplained=[str(row["number"]) for row in listed if row["state"] == "received" or not row["reason"]],
            faults=[f"mail {row['number']}: {row['reason']}" for row in listed if row["reason"] == "our-fault"]
            + [f"notice {one.id}: {one.reason}" for one in outbox if one.reason in ("our-fault", "rendering-failed")],
            lost=[queue_id for queue_id, post in storm.handed.items() if queue_id not in ends and _is_for_us(post)]
            + [queue_id for queue_id in gone if not came[queue_id]],
            notices=Counter(one.state.value for one in outbox),
            sent=len(copies),
            unsent=[
                f"{one.id} ({one.notice.kind} to {one.notice.address})"
                for one in outbox
                if one.id in frozen and one.notice.address != GONE and frozen[one.id] not in copies
            ],
            doubles=sum(len(each) - 1 for each in copies.values()),
            differing=[own for own, each in copies.items() if len(set(each)) > 1],
            to_machines=list(_answers_to_machines(storm)),
            died=storm.died,
        )

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept, in words; none in a good run."""
        found = {
            "mails lost": self.lost,
            "mails without a state or a reason": self.unexplained,
            "faults of ours": self.faults,
            "notices called sent that nobody has": self.unsent,
            "Message-IDs with different bytes": self.differing,
            "automatic answers to machines": self.to_machines,
        }
        words = [f"{len(ones)} {what}: {', '.join(ones[:5])}" for what, ones in found.items() if ones]
        if self.doubles > self.died * CONNECTIONS:
            words.append(f"{self.doubles} mails of ours went twice, more than {self.died} kills × {CONNECTIONS}")
        if queued := self.notices["leased"]:
            words.append(f"{queued} notices are neither sent nor waiting")
        return words


def _frozen(tx: Any, notice_id: int) -> str:
    """Return the Message-ID a notice was sent with."""
    stored = tx.outbox.get(notice_id)
    return ours(stored.frozen or b"") if stored else ""


def _ends(log: str) -> dict[str, dict[str, str]]:
    """Return how each mail for us ended, by queue id and recipient: the code we answered with, or what the log says."""
    ends: dict[str, dict[str, str]] = defaultdict(dict)
    for queue_id, recipient, status, said in _LINE.findall(log):
        if status == "deferred":
            ends[queue_id].setdefault(recipient, "deferred")
            continue
        answer = said.partition(" said: ")[2] or said
        code = _CODE.search(answer)
        ends[queue_id][recipient] = " ".join(filter(None, code.groups())) if code else status
    return ends


def _queue_id(raw: bytes) -> str:
    found = _TRACE_ID.search(raw[:2000])
    return found[1].decode() if found else ""


def _is_for_us(post: Post) -> bool:
    return any(recipient.endswith(f"@{OURS}") for recipient in post.recipients)


def _answers_to_machines(storm: Storm) -> Iterator[str]:
    """Yield each automatic answer of ours to a machine: by what it says it answers, or by its address."""
    posts = list(storm.handed.values())
    machines = {post.message_id: post for post in posts if post.is_machine}
    people = {address for post in posts if not post.is_machine for address in _writers(post)} | set(MEMBERS)
    for recipient, raw in storm.world.kept:
        if not ours(raw):
            continue
        mail = message_from_bytes(raw)
        if str(mail["Auto-Submitted"] or "").startswith("auto-replied"):  # RFC 3834 §5: what we call an answer
            named = str(mail["In-Reply-To"] or "").strip("<> \r\n")
            if named in machines:
                yield f"{machines[named].kind} {machines[named].label} {named} → {recipient}: {mail['Subject']}"
        if recipient.lower() not in people:
            yield f"{ours(raw)} → {recipient}, who only ever sent a machine's mail"


def _writers(post: Post) -> set[str]:
    head: Mail = message_from_bytes(post.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    fields = [str(value) for name in ("From", "Reply-To", "Sender") for value in head.get_all(name, [])]
    try:
        named = {address.lower() for _, address in getaddresses(fields)}
    except RecursionError:  # a thousand comments within one another, in the corpora's hostile mail: it names nobody
        named = set()
    return named | {post.sender.lower()}
