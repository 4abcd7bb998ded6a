"""Keeps a mailbox emptied: fetches what is ours, hands it to the intake, and moves it only when it is durable.

An edge. imapclient waits, so each mailbox has a thread of its own; the intake, as for SMTP, runs on the loop. The same
mail fetched twice, after a crash between the two, has one fingerprint and acts once. Must not: understand anything.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as NotYet
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from gateway.accept.verdict import Reject
from gateway.arrive.imap_envelope import Traces, fields_wanted, traces
from gateway.arrive.imap_fetch import SECONDS_OF_IDLE, Account, Head, Mailbox, MailboxProblem, open_mailbox
from gateway.arrive.intake import Intake
from gateway.model.arrival import Arrival

R = TypeVar("R")

SECONDS_BEFORE_AGAIN = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
SECONDS_AFTER_A_REFUSAL = (10.0, 60.0, 300.0)  # of a login: who knocks too often is locked out
SECONDS_TO_END = 5.0
SLACK = timedelta(minutes=10)  # between the mailbox server's clock and ours
MOST_AT_ONCE = 32  # messages of one commit
MOST_BYTES_AT_ONCE = 4 * 1024 * 1024  # or one that is larger
MOST_TRIES = 5  # to fetch a message alone, over which the connection breaks each time
MOST_LOOKS = 1000  # on one connection: the library keeps what a server says unasked

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ours:
    """An address of ours: the workspace it belongs to, and since when there is that workspace."""

    workspace: str
    since: datetime


@dataclass(frozen=True)
class Desk:
    """What every mailbox hands to and asks. `ours` names the workspaces of addresses, and leaves out all others."""

    intake: Intake
    ours: Callable[[Sequence[str]], Awaitable[dict[str, Ours]]]
    check: Callable[[bytes], Reject | None]
    clock: Callable[[], datetime]
    size_limit: int


@dataclass(frozen=True)
class Habits:
    """How one mailbox is read: which field tells the envelope's recipient, whose mail without an address of ours is."""

    recipient_header: str = ""
    address: str = ""
    poll_seconds: float = 60.0
    waits: tuple[float, ...] = SECONDS_BEFORE_AGAIN  # seconds after each failure; the last is repeated


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A message, and our addresses it is for, by workspace; none when it is not ours."""

    head: Head
    traced: Traces
    by_workspace: dict[str, list[str]]


class _Ended(Exception):
    """We were told to end."""


class _NoRoom(Exception):
    """The intake takes nothing at the moment; the mail stays where it is."""


@dataclass
class Watch:
    """One mailbox and the thread that keeps it emptied. `refused` is called when a login was, before the next."""

    account: Account
    habits: Habits
    desk: Desk
    refused: Callable[[], None] = lambda: None
    _stop: threading.Event = field(default_factory=threading.Event)
    _box: Mailbox | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    # What is known of the mailbox, as long as its UIDs mean the same (RFC 3501 §2.3.1.1).
    _uidvalidity: int = 0
    _settled: int = 0  # up to this UID there is nothing to do any more
    _over: set[int] = field(default_factory=set)  # beyond it: taken, moved or not ours
    _broke: Counter[int] = field(default_factory=Counter)  # messages that were being fetched when it went wrong

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Watch]:
        """Keep the mailbox emptied while the block runs."""
        self._loop = asyncio.get_running_loop()
        thread = threading.Thread(target=self._keep, name=f"mailbox {self.account.label}", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            if (box := self._box) is not None:
                box.interrupt()
            await asyncio.to_thread(thread.join, SECONDS_TO_END)

    # --- the thread --------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        failures = refusals = 0
        while not self._stop.is_set():
            try:
                box = open_mailbox(self.account, self._met)
                refusals, in_step = 0, False
                try:
                    self._know(box)
                    for _ in range(MOST_LOOKS):
                        has_room = self._empty(box)
                        failures = 0
                        self._wait(box, has_room)
                    in_step = True
                finally:
                    self._box = None
                    box.close(politely=in_step)
            except _Ended:
                return
            except MailboxProblem as problem:
                is_login = problem.stage == "login"
                refusals, failures = refusals + is_login, failures + (not is_login)
                if is_login:
                    self.refused()
                self._rest(problem.stage, problem.__cause__ or problem, failures, refusals)
            except Exception as fault:  # a server may say anything; the mailbox is opened anew
                failures += 1
                self._rest("fetch", fault, failures, 0)

    def _met(self, box: Mailbox) -> None:
        """Note a connection, so that it can be interrupted; whoever wanted to before we noted it has told us to end."""
        self._box = box
        if self._stop.is_set():
            raise _Ended

    def _rest(self, stage: str, fault: BaseException, failures: int, refusals: int) -> None:
        if self._stop.is_set():
            return
        waits, times = (SECONDS_AFTER_A_REFUSAL, refusals) if refusals else (self.habits.waits, failures)
        again_in = waits[min(max(times, 1), len(waits)) - 1]
        log.warning(
            "mailbox lost", mailbox=self.account.label, stage=stage, fault=type(fault).__name__, again_in=again_in
        )
        self._stop.wait(again_in)

    def _know(self, box: Mailbox) -> None:
        """Forget what was known when UIDs have come to mean other messages."""
        if box.uidvalidity != self._uidvalidity:
            if self._uidvalidity:
                log.info("mailbox renumbered", mailbox=self.account.label)
            self._uidvalidity, self._settled = box.uidvalidity, 0
            self._over.clear()
            self._broke.clear()
        log.info("mailbox open", mailbox=self.account.label, idle=box.has_idle)

    def _wait(self, box: Mailbox, has_room: bool) -> None:
        if self._stop.is_set():
            raise _Ended
        if not has_room:
            self._stop.wait(self.habits.waits[min(2, len(self.habits.waits) - 1)])  # nobody tells when there is again
        elif not (box.has_idle and box.idle(SECONDS_OF_IDLE)):
            self._stop.wait(self.habits.poll_seconds)

    # --- one look ----------------------------------------------------------------------------------------------------

    def _empty(self, box: Mailbox) -> bool:
        """Take everything that waits; return whether the intake had room for it, else it stays for the next look.

        What went wrong before is tried at the end, each message alone and the worst last: it holds up no other.
        """
        found = box.waiting(self._settled)
        waiting = [uid for uid in found if uid not in self._over]
        sound = [uid for uid in waiting if not self._broke[uid]]
        doubtful = sorted((uid for uid in waiting if self._broke[uid]), key=lambda uid: self._broke[uid])
        try:
            for some in (*_pieces(sound), *([uid] for uid in doubtful)):
                self._take(box, some)
        except _NoRoom:
            log.warning("mailbox waits", mailbox=self.account.label, waiting=len(waiting))
            return False
        finally:
            self._settle(found)
        return True

    def _settle(self, found: Sequence[int]) -> None:
        """Move the mark below which nothing is left to do, so that old mail of others is not listed at each look."""
        for uid in found:
            if uid not in self._over:
                break
            self._settled = uid
        self._over = {uid for uid in self._over if uid > self._settled}
        self._broke = Counter({uid: times for uid, times in self._broke.items() if uid > self._settled})

    def _take(self, box: Mailbox, uids: Sequence[int]) -> None:
        if self._stop.is_set():
            raise _Ended
        if len(uids) == 1 and self._broke[uids[0]] >= MOST_TRIES:
            self._set_aside(box, uids[0], "unreadable")
            return
        try:
            self._fetch(box, uids)
        except (_NoRoom, _Ended):
            raise
        except Exception:
            self._broke.update(uid for uid in uids if uid not in self._over)
            raise
        self._broke.update(uid for uid in uids if uid not in self._over)  # the server named it and did not give it

    def _fetch(self, box: Mailbox, uids: Sequence[int]) -> None:
        heads = box.heads(uids, fields_wanted(self.habits.recipient_header))
        wanted: list[_Wanted] = []
        for one in self._addressed(heads):
            if not one.by_workspace:
                self._over.add(one.head.uid)  # somebody else's: it stays where it is
            elif one.head.size > self.desk.size_limit:
                self._set_aside(box, one.head.uid, "too-large")
            else:
                wanted.append(one)
        for batch in _batches(wanted):
            self._hand_over(box, batch)

    def _hand_over(self, box: Mailbox, batch: Sequence[_Wanted]) -> None:
        """Make mail durable, then move it: never the other way round."""
        bodies = box.bodies([one.head.uid for one in batch])
        arrivals: list[Arrival] = []
        taken: list[int] = []
        for one in batch:
            raw = bodies.get(one.head.uid)
            if not raw:
                continue
            refused = self.desk.check(raw)
            if refused is not None:
                self._set_aside(box, one.head.uid, "too-large" if refused.code == 552 else "unreadable")
                continue
            arrivals += self._arrivals(one, raw)
            taken.append(one.head.uid)
        if not taken:
            return
        if self._on_the_loop(lambda: self.desk.intake.take(arrivals)) is not None:
            raise _NoRoom
        self._over.update(taken)
        if not box.done(taken):
            log.warning("mailbox not tidied", mailbox=self.account.label, taken=len(taken))

    def _arrivals(self, one: _Wanted, raw: bytes) -> Iterator[Arrival]:
        """One arrival for each workspace, as at the other doors; in time is what its own server had in time."""
        received_at = self.desk.clock()
        for recipients in one.by_workspace.values():
            yield Arrival(
                door="imap",
                reverse_path=one.traced.reverse_path,
                recipients=tuple(recipients),
                raw=raw,
                received_at=received_at,
                accepted_at=one.head.received_at,  # RFC 3501 §2.3.3
            )

    def _addressed(self, heads: Sequence[Head]) -> list[_Wanted]:
        """Return for each message our addresses by workspace: the envelope's, else those one sees, else the default."""
        traced = [traces(head.fields, self.habits.recipient_header) for head in heads]
        default = (self.habits.address,) if self.habits.address else ()
        named = {a for one in traced for a in (*one.delivered_to, *one.visible)} | set(default)
        known = self._on_the_loop(lambda: self.desk.ours(sorted(named))) if named else {}
        found = []
        for head, one in zip(heads, traced, strict=True):
            choices = (one.delivered_to, one.visible, default)
            chosen = next((some for some in choices if any(a in known for a in some)), ())
            by_workspace: dict[str, list[str]] = {}
            for address in chosen:
                # Mail from before there was the workspace was not meant for it: a mailbox may hold years of it.
                if address in known and not _is_older(head, known[address].since):
                    by_workspace.setdefault(known[address].workspace, []).append(address)
            found.append(_Wanted(head, one, by_workspace))
        return found

    def _set_aside(self, box: Mailbox, uid: int, why: str) -> None:
        log.warning("mail set aside", mailbox=self.account.label, uid=uid, why=why)
        self._over.add(uid)
        box.aside([uid])

    # --- to the loop -------------------------------------------------------------------------------------------------

    def _on_the_loop(self, call: Callable[[], Awaitable[R]]) -> R:
        """Return what something on the loop answers; it is left unanswered when we are told to end."""
        if self._stop.is_set() or self._loop is None:
            raise _Ended

        async def answered() -> R:
            return await call()

        answer = asyncio.run_coroutine_threadsafe(answered(), self._loop)
        while True:
            try:
                return answer.result(timeout=0.5)
            except NotYet:
                if self._stop.is_set():
                    answer.cancel()
                    raise _Ended from None


def _is_older(head: Head, since: datetime) -> bool:
    return head.received_at is not None and head.received_at < since - SLACK


def _pieces(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + MOST_AT_ONCE] for start in range(0, len(uids), MOST_AT_ONCE))


def _batches(wanted: Sequence[_Wanted]) -> Iterator[list[_Wanted]]:
    """Split so that what is in memory at once stays small."""
    batch: list[_Wanted] = []
    size = 0
    for one in wanted:
        if batch and size + one.head.size > MOST_BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.head.size
    if batch:
        yield batch
