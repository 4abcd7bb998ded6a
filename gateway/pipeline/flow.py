"""The flow from top to bottom. Start reading here.

    arrive → accept → understand → decide → record → render → send
    └── moment 1 ─┘   └──────── moment 2 ────────┘   └ moment 3 ─┘

Each moment ends with a commit, and only the store carries anything from one to the next. A crash loses nothing; at
worst an outgoing message, one for each connection, goes twice with the same Message-ID. Plain synchronous code, run by
the edges in one worker thread. Must not: hold a rule of the domain (that is the core's), or open a socket.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import structlog

from gateway.accept.fingerprint import fingerprint
from gateway.accept.verdict import Directory, Reject
from gateway.decide import on_message, on_tick, owed, retries
from gateway.model.arrival import Arrival, ArrivalState, StoredArrival
from gateway.model.context import Due, DueKind, MailContext, Workspace
from gateway.model.decision import Why
from gateway.model.message import Message, Unreadable
from gateway.model.notice import Attempt, NoticeState, Outgoing, StoredNotice
from gateway.model.token import KeyRing
from gateway.model.understood import Understood
from gateway.pipeline import knowing
from gateway.pipeline.recording import record
from gateway.render.render import Templates, envelope_from, render
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.read import understand
from gateway.understand.scan import DEFAULT_LIMITS, Limits, scan
from store.database import Store
from store.faults import StoreFault, StoreFull
from store.outbox import Report
from store.transaction import Transaction

log = structlog.get_logger()

TRY_DUE_AGAIN_AFTER = timedelta(hours=1)  # a due row whose decision failed: our bug, kept visible, tried again
LOOK_AGAIN_AFTER = timedelta(seconds=5)  # a round that waits for mail received before its close


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say about the flow."""

    separator: str = "+"
    token_days: int = 120
    lease: timedelta = timedelta(minutes=10)
    catch_up: timedelta = timedelta(minutes=15)
    limits: Limits = DEFAULT_LIMITS


@dataclass
class Pipeline:
    """The three moments over one store."""

    store: Store
    lexicon: Lexicon
    templates: Templates
    keys: KeyRing
    rules: Rules = Rules()

    # --- moment 1: receive ---------------------------------------------------------------------------------------

    def directory(self) -> Directory:
        """Return what addresses exist, as the charters in force say."""
        with self.store.read() as tx:
            found = knowing.workspaces(tx, self.rules.separator)
        domains: dict[str, set[str]] = {}
        for workspace in found:
            domains.setdefault(workspace.charter.domain, set()).add(workspace.name)
        return Directory(
            {domain: frozenset(names) for domain, names in domains.items()},
            {workspace.name: frozenset(workspace.charter.channels) for workspace in found},
        )

    def check(self, raw: bytes) -> Reject | None:
        """Return what to answer for bytes that we never keep, None when they may come in."""
        try:
            scan(raw, self.rules.limits)
        except Unreadable as fault:
            if fault.reason == "too-large":
                return Reject(552, "5.3.4", "this mail is too large for us")
            return Reject(554, "5.6.0", f"this mail cannot be read ({fault.reason})")
        return None

    def receive(self, arrivals: Sequence[Arrival]) -> Reject | None:
        """Make arrivals durable in one commit. Returns None when they are, else the temporary answer."""
        try:
            with self.store.begin() as tx:
                tx.inbox.add(arrivals)
        except StoreFull as fault:
            log.error("store full", fault=type(fault).__name__)
            return Reject(452, "4.3.1", "no room for mail at the moment, please try again later")
        except StoreFault as fault:
            log.error("store refused", fault=type(fault).__name__)
            return Reject(451, "4.3.0", "cannot keep mail at the moment, please try again later")
        return None

    # --- moment 2: process, tick ---------------------------------------------------------------------------------

    def process(self, now: datetime, limit: int = 16, enough: Callable[[], bool] = lambda: False) -> int:
        """Process mail that waits, until `enough` says so; return how many arrivals were settled.

        They share one commit, since each costs the disk a turn; but each stands apart within it, so that what one
        breaks by a fault of ours is its own alone.
        """
        with self.store.read() as tx:
            waiting = tx.inbox.pending(limit)
        if not waiting:
            return 0
        with self.store.begin() as tx:
            for done, stored in enumerate(waiting, 1):
                self._process(tx, stored, now)
                if enough():
                    return done
        return len(waiting)

    def _process(self, tx: Transaction, stored: StoredArrival, now: datetime) -> None:
        try:
            with tx.apart():
                self._settle(tx, stored, now)
        except StoreFault:
            raise  # the store's trouble, not this mail's: it waits
        except Exception as fault:
            log.exception("processing failed", arrival=stored.id)
            tx.inbox.settle(stored.id, ArrivalState.FAILED, "our-fault", detail=type(fault).__name__, at=now)

    def _settle(self, tx: Transaction, stored: StoredArrival, now: datetime) -> None:
        arrival = stored.arrival
        workspace = knowing.workspace_of(tx, arrival.recipients, self.rules.separator)
        if workspace is None:
            tx.inbox.settle(stored.id, ArrivalState.IGNORED, Why.ADDRESS_UNKNOWN, at=now)
            return
        known = fingerprint(arrival.raw)
        if tx.inbox.seen(known, workspace.id) not in (None, stored.id):
            tx.inbox.settle(stored.id, ArrivalState.IGNORED, Why.DUPLICATE, workspace_id=workspace.id, at=now)
            return
        try:
            message = read_message(arrival.raw, self.rules.limits)
        except Unreadable as fault:
            tx.inbox.settle(
                stored.id, ArrivalState.FAILED, f"unreadable:{fault.reason}", detail=fault.detail,
                workspace_id=workspace.id, at=now,
            )  # fmt: skip
            return
        context = knowing.mail_context(tx, workspace, stored, message, now, self.keys)
        decision = on_message.decide(*self._in_light_of(tx, context, message))
        record(tx, workspace, decision, now, self.rules.token_days, stored.id)
        author = message.author.address if message.author else ""
        tx.inbox.settle(
            stored.id, decision.state, decision.why, detail=decision.detail, workspace_id=workspace.id,
            fingerprint=known, message_id=message.message_id, subject=message.subject, author=author, at=now,
        )  # fmt: skip
        log.info("processed", arrival=stored.id, why=decision.why, state=decision.state)

    def _in_light_of(self, tx: Transaction, context: MailContext, message: Message) -> tuple[MailContext, Understood]:
        """Return a mail understood, and its context with what deciding on it wants beside."""
        understood = understand(message, context, self.lexicon)
        wanted = on_message.wants(context, understood)
        if on_message.Want.MEMBERS in wanted:
            context = dataclasses.replace(context, members=tuple(tx.people.all(context.workspace.id)))
        if on_message.Want.OPEN_ROUNDS in wanted and context.author is not None:
            open_ = tx.rounds.open_views(context.workspace.id, context.author.id)
            views = {view.round.mark: dataclasses.replace(view, answered=answered) for view, answered in open_}
            context = dataclasses.replace(context, rounds={**context.rounds, **views})
        return context, understood

    def tick(self, now: datetime, limit: int = 50, enough: Callable[[], bool] = lambda: False) -> int:
        """Decide what has fallen due, each row in a transaction of its own; return how many rows were taken."""
        for taken in range(limit):
            if (taken and enough()) or not self._tick_one(now):
                return taken
        return limit

    def _tick_one(self, now: datetime) -> bool:
        claimed: Sequence[tuple[int, Due]] = ()
        try:
            with self.store.begin() as tx:
                claimed = tx.schedule.claim(now, 1)
                for workspace_id, due in claimed:
                    self.fall_due(tx, workspace_id, due, now)
        except StoreFault:
            raise
        except Exception:
            if not claimed:
                raise
            workspace_id, due = claimed[0]
            log.exception("due row failed", key=due.key)
            with self.store.begin() as tx:
                tx.schedule.plan(workspace_id, [msgspec.structs.replace(due, at=now + TRY_DUE_AGAIN_AFTER)])
        return bool(claimed)

    def fall_due(self, tx: Transaction, workspace_id: int, due: Due, now: datetime) -> None:
        """Decide one due row and record what follows."""
        later = self._too_early_to_close(tx, due, now)
        if later:
            tx.schedule.plan(workspace_id, [msgspec.structs.replace(due, at=later)])
            return
        workspace = knowing.workspace(tx, workspace_id, self.rules.separator)
        decision = on_tick.decide(due, knowing.tick_context(tx, workspace, due, now))
        record(tx, workspace, decision, now, self.rules.token_days)
        log.info("fell due", kind=due.kind, why=decision.why)

    def _too_early_to_close(self, tx: Transaction, due: Due, now: datetime) -> datetime | None:
        """Return when to look again: mail that came in time is counted first, also what waited while we were down."""
        if due.kind is not DueKind.CLOSE:
            return None
        outage = knowing.outage(tx)
        down = outage is not None and outage.since <= due.at <= outage.until
        if outage and down and now < outage.until + self.rules.catch_up:
            return outage.until + self.rules.catch_up
        return now + LOOK_AGAIN_AFTER if tx.inbox.pending_before(now if down else due.at) else None

    # --- moment 3: deliver ---------------------------------------------------------------------------------------

    def prepare(self, now: datetime, limit: int) -> list[Outgoing]:
        """Claim notices that are due, ask once more whether they are owed, freeze their bytes; return them."""
        ready: list[Outgoing] = []
        with self.store.begin() as tx:
            fresh: list[tuple[int, bytes]] = []
            workspaces: dict[int, Workspace] = {}
            for stored in tx.outbox.claim(now, limit, self.rules.lease):
                try:
                    if stored.workspace_id not in workspaces:
                        found = knowing.workspace(tx, stored.workspace_id, self.rules.separator)
                        workspaces[stored.workspace_id] = found
                    outgoing = self._outgoing(tx, stored, workspaces[stored.workspace_id], now)
                except StoreFault:
                    raise  # the store's trouble, not this notice's: it waits
                except Exception as fault:
                    _give_up(tx, stored, now, "our-fault", fault)
                    continue
                if outgoing is None:
                    continue
                if stored.frozen is None:
                    fresh.append((stored.id, outgoing.message))
                ready.append(outgoing)
            tx.outbox.freeze(fresh)
        return ready

    def _outgoing(self, tx: Transaction, stored: StoredNotice, workspace: Workspace, now: datetime) -> Outgoing | None:
        raw = self.frozen(tx, stored, workspace, now)
        if raw is None:
            return None
        sender = envelope_from(stored, workspace)
        return Outgoing(notice_id=stored.id, sender=sender, recipient=stored.notice.address, message=raw)

    def frozen(self, tx: Transaction, stored: StoredNotice, workspace: Workspace, now: datetime) -> bytes | None:
        """Return a notice's bytes, None when it is not to be sent; its row then says why."""
        notice = stored.notice
        if notice.owed:
            view = tx.rounds.view(workspace.id, notice.mark, notice.member_id)
            member = tx.people.get(notice.member_id)
            reason = owed.still_owed(notice, view, member, now, workspace.charter)
            if reason:
                tx.outbox.suppress(stored.id, reason, now)
                return None
        if stored.frozen is not None:
            return stored.frozen
        try:
            return render(stored, workspace, self.templates)
        except Exception as fault:
            _give_up(tx, stored, now, "rendering-failed", fault)
            return None

    def report(self, attempts: Sequence[Attempt], now: datetime) -> None:
        """Record what came of tries, in one commit."""
        with self.store.begin() as tx:
            known = tx.outbox.tries([attempt.notice_id for attempt in attempts])
            reports = []
            for attempt in attempts:
                if attempt.notice_id in known:
                    tries, due_at = known[attempt.notice_id]
                    verdict = retries.after(attempt, tries + 1, due_at, now)
                    reports.append(Report(attempt, verdict.state, verdict.next_attempt_at, verdict.reason))
            tx.outbox.report_all(reports)

    # --- signs of life -------------------------------------------------------------------------------------------

    def wake(self, now: datetime, *, gap: timedelta = timedelta(minutes=3)) -> None:
        """Note that we are up again; a long silence before it was an outage."""
        with self.store.begin() as tx:
            knowing.note_outage(tx, now, gap)
            tx.outbox.release()  # what the process before us was sending when it ended
            tx.set_mark(knowing.ALIVE, now.isoformat())

    def beat(self, now: datetime) -> None:
        """Leave a sign of life."""
        with self.store.begin() as tx:
            tx.set_mark(knowing.ALIVE, now.isoformat())

    def purge(self, before: datetime) -> None:
        """Let go of raw mail in and out that was settled before an instant; what was understood of it stays."""
        with self.store.begin() as tx:
            tx.inbox.purge(before)
            tx.outbox.purge(before)


def _give_up(tx: Transaction, stored: StoredNotice, now: datetime, reason: str, fault: Exception) -> None:
    """A fault of ours, as in a template, loses nothing and stops no other: the notice is kept and can be put back."""
    said = reason.replace("-", " ")
    log.exception(said, notice=stored.id, kind=stored.notice.kind)
    failed = Attempt(notice_id=stored.id, at=now, code=0, text=f"{said}: {type(fault).__name__}")
    tx.outbox.report(failed, state=NoticeState.FAILED, reason=reason)
