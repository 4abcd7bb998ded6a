"""The flow from top to bottom. Start reading here.

    arrive → accept → understand → decide → record → render → send
    └── moment 1 ─┘   └──────── moment 2 ────────┘   └ moment 3 ─┘

Each moment ends with a commit, and only the store carries anything from one to the next. A crash loses nothing; at
worst an outgoing message, one for each connection, goes twice with the same Message-ID. Plain synchronous code, run by
the edges in one worker thread. Must not: hold a rule of the domain (that is the core's), or open a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from gateway.accept import strangers
from gateway.accept.verdict import Directory, Reject, loop_verdict
from gateway.decide import gathering, on_message, on_tick, owed, retries, stewards
from gateway.decide.sent import has_own_token
from gateway.model.address import Alias
from gateway.model.arrival import PUT_BACK, REACHED_AGAIN, READ_ANEW, Arrival, ArrivalState, StoredArrival
from gateway.model.authentication import Authentication
from gateway.model.context import Due, DueKind, MailContext, Workspace
from gateway.model.decision import Decision, Why
from gateway.model.message import Message, Unreadable
from gateway.model.notice import Attempt, NoticeState, Outgoing, StoredNotice
from gateway.model.token import KeyRing
from gateway.pipeline import doubles, knowing, knowing_due, outages, reporting, told_at_last, workspaces
from gateway.pipeline.ahead import LARGEST, Coming, Look, Turn, Waiting, Wanted, as_read
from gateway.pipeline.bounds import within_bounds
from gateway.pipeline.counting import Counts, Figures, Total
from gateway.pipeline.light import in_light_of
from gateway.pipeline.passing_on import Files
from gateway.pipeline.recording import kept, plan_anew, record
from gateway.pipeline.trying import tried
from gateway.render.files import carried
from gateway.render.render import Page, Templates, envelope_from, render
from gateway.understand.authentication import read_authentication
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.scan import DEFAULT_LIMITS, Limits, scan
from store.database import Store
from store.faults import StoreFault, StoreFull
from store.outbox import Report
from store.transaction import Transaction

log = structlog.get_logger()

TRY_DUE_AGAIN_AFTER = timedelta(hours=1)  # a due row whose decision failed: our bug, kept visible, tried again
_CAME_TO = {NoticeState.SENT: "sent", NoticeState.QUEUED: "deferred", NoticeState.FAILED: "failed"}
MOST_IN_HAND = 16 * 1024 * 1024  # octets of mails claimed in one turn, or one that is larger: files make them large
SILENCE = timedelta(minutes=3)  # without a sign of life, or before the last: an outage, or a clock set right
LOOK_AGAIN_AFTER = timedelta(seconds=5)  # a round that waits for mail received before its close


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say about the flow."""

    separator: str = "+"
    token_days: int = 120
    lease: timedelta = timedelta(minutes=10)
    catch_up: timedelta = timedelta(minutes=15)
    limits: Limits = DEFAULT_LIMITS
    authserv_ids: tuple[str, ...] = ()  # mail servers whose word on an author counts
    pages: str = ""  # where our web pages are reached
    aliases: frozenset[Alias] = frozenset()  # from which mail is passed on to us


@dataclass
class Pipeline:
    """The three moments over one store."""

    store: Store
    lexicon: Lexicon
    templates: Templates
    keys: KeyRing
    rules: Rules = Rules()
    counts: Counts = field(default_factory=Counts)
    files: Files = field(default_factory=Files)

    # --- moment 1: receive ---------------------------------------------------------------------------------------

    def directory(self) -> Directory:
        """Return what addresses exist, as the charters in force say."""
        with self.store.read() as tx:
            found = workspaces.workspaces(tx, self.rules.separator)
            closed = [workspace for workspace in found if workspace.charter.refuses_strangers]
            members = {workspace.name: tx.people.addresses(workspace.id) for workspace in closed}
        domains: dict[str, set[str]] = {}
        for workspace in found:
            domains.setdefault(workspace.charter.domain, set()).add(workspace.name)
        return Directory(
            {domain: frozenset(names) for domain, names in domains.items()},
            {workspace.name: frozenset(workspace.charter.channels) for workspace in found},
            members,
        )

    def check(self, raw: bytes) -> Reject | None:
        """Return what to answer for bytes that we never keep, None when they may come in."""
        try:
            scan(raw, self.rules.limits)
        except Unreadable as fault:
            if fault.reason == "too-large":
                return Reject(552, "5.3.4", "this mail is too large for us")
            return Reject(554, "5.6.0", f"this mail cannot be read ({fault.reason})")
        return loop_verdict(raw)

    def admit(self, arrival: Arrival, now: datetime) -> Reject | None:
        """Return the no for a stranger's mail that would be ignored; None for all that is to be kept.

        Decided as it will be once it is kept, and by the record itself, so that door and record never disagree. Where
        mail still waits that may change who is a member, nobody is turned away.
        """
        with self.store.read() as tx:
            workspace = workspaces.workspace_of(tx, arrival.recipients, self.rules.separator)
            if workspace is None or not workspace.charter.refuses_strangers or tx.inbox.pending_before(now):
                return None
            try:
                message = read_message(arrival.raw, self.rules.limits)
                stored = StoredArrival(id=0, arrival=arrival, state=ArrivalState.RECEIVED)
                context = self._context(tx, workspace, stored, message, now)
                decision = on_message.decide(*in_light_of(tx, context, message, self.lexicon, self.keys))
            except StoreFault:
                raise
            except Exception:
                return None  # whatever is wrong with it, or with us: kept first, looked at later
        refused = decision.why is Why.STRANGER and decision.state is ArrivalState.IGNORED
        if refused and not strangers.may_be_told(arrival, context.authentication, self.rules.authserv_ids):
            return None
        return strangers.refusal(workspace.address.tagged("join")) if refused else None

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
        self._count(Total.ARRIVED, [arrival.door for arrival in arrivals])
        return None

    # --- moment 2: process, tick ---------------------------------------------------------------------------------

    def look_ahead(
        self, now: datetime, limit: int, after: int = 0, parsed: Mapping[int, Message] | None = None
    ) -> Look:
        """Return mail that waits, for a worker process to read it ahead: none that is large, or cannot be read.

        With it comes as much of what waits behind it, to be parsed; `parsed` is what came of that last time.
        """
        known = parsed or {}
        with self.store.read() as tx:
            found = [one for one in tx.inbox.pending(2 * limit, after) if len(one.arrival.raw) <= LARGEST]
            waiting = (self._waiting(tx, one, now, known.get(one.id)) for one in found[:limit])
            coming = [Coming(one.id, one.arrival.raw) for one in found[limit:]]
            return Look([one for one in waiting if one is not None], coming)

    def _waiting(self, tx: Transaction, stored: StoredArrival, now: datetime, parsed: Message | None) -> Waiting | None:
        try:
            workspace = workspaces.workspace_of(tx, stored.arrival.recipients, self.rules.separator)
            if workspace is None:
                return None
            message = parsed or read_message(stored.arrival.raw, self.rules.limits)
            return Waiting(stored.id, message, as_read(self._context(tx, workspace, stored, message, now)))
        except StoreFault:
            raise
        except Exception:
            return None  # whatever is wrong with it is found, and told, where it is processed

    def take_pages(self, wanted: Sequence[Wanted], pages: Sequence[Page | None]) -> None:
        """Keep pages that were made elsewhere, each for the notice that wants it; None was not made."""
        for one, page in zip(wanted, pages, strict=True):
            if page is not None:
                self.templates.take_page(one.notice, one.workspace, page, self.rules.pages)

    def process(
        self,
        now: datetime,
        limit: int = 16,
        enough: Callable[[], bool] = lambda: False,
        turn: Turn | None = None,
    ) -> int:
        """Process mail that waits, until `enough` says so; return how many arrivals were settled.

        They share one commit, since each costs the disk a turn; but each stands apart within it, so that what one
        breaks by a fault of ours is its own alone. `turn` holds what was read ahead, and notes what pages are wanted.
        """
        turn = turn or Turn()
        with self.store.read() as tx:
            waiting = tx.inbox.pending(limit)
        if not waiting:
            return 0
        self.counts.forget()
        done = 0
        with self.store.begin() as tx:
            for stored in waiting:
                turn.last = stored.id
                self._process(tx, stored, now, turn)
                done += 1
                if enough():
                    break
        self.counts.keep()
        return done

    def _process(self, tx: Transaction, stored: StoredArrival, now: datetime, turn: Turn) -> None:
        try:
            with tx.apart():
                self._settle(tx, stored, now, turn)
        except StoreFault:
            raise  # the store's trouble, not this mail's: it waits
        except Exception as fault:
            log.exception("processing failed", arrival=stored.id)
            self._came_to(tx, stored.id, ArrivalState.FAILED, "our-fault", detail=type(fault).__name__, at=now)

    def _settle(self, tx: Transaction, stored: StoredArrival, now: datetime, turn: Turn) -> None:
        arrival, ahead = stored.arrival, turn.read.get(stored.id)
        workspace = workspaces.workspace_of(tx, arrival.recipients, self.rules.separator)
        if workspace is None:
            self._came_to(tx, stored.id, ArrivalState.IGNORED, Why.ADDRESS_UNKNOWN, at=now)
            return
        try:
            message = ahead.waiting.message if ahead else read_message(arrival.raw, self.rules.limits)
        except Unreadable as fault:
            self._came_to(
                tx, stored.id, ArrivalState.FAILED, f"unreadable:{fault.reason}", detail=fault.detail,
                workspace_id=workspace.id, at=now,
            )  # fmt: skip
            return
        said = ahead.waiting.context.authentication if ahead else None
        context = self._context(tx, workspace, stored, message, now, said)
        if stored.detail == READ_ANEW and not has_own_token(context):  # anybody may have written from that address
            held = {**kept(stored), "detail": "stranger", "workspace_id": workspace.id}
            self._came_to(tx, stored.id, ArrivalState.HELD, Why.STRANGER, **held, at=now)
            return
        context, understood = in_light_of(tx, context, message, self.lexicon, self.keys, ahead)
        known = doubles.known(tx, stored, context, understood)
        if known.has_acted:
            self._came_to(tx, stored.id, ArrivalState.IGNORED, Why.DUPLICATE, workspace_id=workspace.id, at=now)
            return
        if context.trying:
            decision = tried(tx, context, understood, now, self.rules.token_days)
        else:
            decision = on_message.decide(context, understood)
        # What was put back somebody has looked at: it is posted, and told of, whatever the day has brought.
        looked_at, was_bounded = stored.detail == PUT_BACK, stored.detail in (PUT_BACK, REACHED_AGAIN)
        is_checked = bool(self.rules.authserv_ids)
        decision = within_bounds(tx, context, understood, decision, is_checked=is_checked, looked_at=was_bounded)
        if stewards.is_letter(decision):
            decision = stewards.held_for_one(context, understood, decision, tx.people.all(workspace.id))
        of_many = gathering.tells_of_a_stranger(context, decision) and not looked_at
        if known.earlier is not None:
            waits = known.earlier.state is ArrivalState.HELD
            if decision.state is ArrivalState.HELD or (of_many and waits):  # its author or stewards are asked already
                self._came_to(tx, stored.id, ArrivalState.IGNORED, Why.DUPLICATE, workspace_id=workspace.id, at=now)
                return
            if decision.state is ArrivalState.PROCESSED and not context.trying:
                doubles.settled(tx, workspace.id, known, stored, now)
        if of_many:  # copies are not among them
            decision = gathering.gathered(context, decision, knowing.strangers_told_of(tx, workspace, now))
        record(tx, workspace, decision, now, self.rules.token_days, stored.id, turn.note)
        author = message.author.address if message.author else ""
        self._came_to(
            tx, stored.id, decision.state, decision.why, detail=_explained(context, decision),
            workspace_id=workspace.id, fingerprint="" if context.trying else known.to_note(decision.state),
            message_id=message.message_id, subject=message.subject,
            author=author, at=now,
        )  # fmt: skip
        if decision.state is ArrivalState.PROCESSED and not context.trying:
            for one in known.signed_as:
                tx.inbox.note(stored.id, workspace.id, one)
        self.counts.read(understood.pieces)
        self.counts.decided(decision)
        log.info("processed", arrival=stored.id, why=decision.why, state=decision.state)

    def _came_to(self, tx: Transaction, arrival_id: int, state: ArrivalState, reason: str, **said: Any) -> None:
        tx.inbox.settle(arrival_id, state, reason, **said)
        self.counts.note(Total.SETTLED, state.value)

    def _context(
        self,
        tx: Transaction,
        workspace: Workspace,
        stored: StoredArrival,
        message: Message,
        now: datetime,
        said: Authentication | None = None,
    ) -> MailContext:
        """Return what is known beside a mail; `said` is what its bytes say of its author, where that is known."""
        author = message.author.address if message.author else ""
        said = said or read_authentication(stored.arrival.raw, author, self.rules.authserv_ids)
        return knowing.mail_context(tx, workspace, stored, message, now, self.keys, said, self.rules.aliases)

    def tick(self, now: datetime, limit: int = 50, enough: Callable[[], bool] = lambda: False) -> int:
        """Decide what has fallen due, each row in a transaction of its own; return how many rows were taken."""
        for taken in range(limit):
            if (taken and enough()) or not self._tick_one(now):
                return taken
        return limit

    def _tick_one(self, now: datetime) -> bool:
        claimed: Sequence[tuple[int, Due]] = ()
        self.counts.forget()
        try:
            with self.store.begin() as tx:
                claimed = tx.schedule.claim(now, 1)
                for workspace_id, due in claimed:
                    self.fall_due(tx, workspace_id, due, now)
            self.counts.keep()
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
        workspace = workspaces.workspace(tx, workspace_id, self.rules.separator)
        decision = on_tick.decide(due, knowing_due.tick_context(tx, workspace, due, now))
        record(tx, workspace, decision, now, self.rules.token_days)
        self.counts.decided(decision)
        log.info("fell due", kind=due.kind, why=decision.why)

    def _too_early_to_close(self, tx: Transaction, due: Due, now: datetime) -> datetime | None:
        """Return when to look again: mail that came in time is counted first, also what waited while we were down."""
        if due.kind is not DueKind.CLOSE:
            return None
        outage = outages.outage(tx)
        down = outage is not None and outage.since <= due.at <= outage.until
        if outage and down and now < outage.until + self.rules.catch_up:
            return outage.until + self.rules.catch_up
        return now + LOOK_AGAIN_AFTER if tx.inbox.pending_before(now if down else due.at) else None

    # --- moment 3: deliver ---------------------------------------------------------------------------------------

    def prepare(self, now: datetime, limit: int, *, digests_first: bool = False) -> list[Outgoing]:
        """Claim notices that are due, ask once more whether they are owed, freeze their bytes; return them."""
        ready: list[Outgoing] = []
        with self.store.begin() as tx:
            fresh: list[tuple[int, bytes]] = []
            known: dict[int, Workspace] = {}
            claimed = tx.outbox.claim(now, limit, self.rules.lease, digests_first=digests_first)
            room = MOST_IN_HAND
            for place, stored in enumerate(claimed):
                if room <= 0:
                    tx.outbox.give_back([left.id for left in claimed[place:]])
                    break
                try:
                    stored = self._as_it_may_go(tx, stored)
                    if stored.workspace_id not in known:
                        found = workspaces.workspace(tx, stored.workspace_id, self.rules.separator)
                        known[stored.workspace_id] = found
                    outgoing = self._outgoing(tx, stored, known[stored.workspace_id], now)
                except StoreFault:
                    raise  # the store's trouble, not this notice's: it waits
                except Exception as fault:
                    _give_up(tx, stored, now, "our-fault", fault)
                    continue
                if outgoing is None:
                    continue
                if stored.frozen is None:
                    fresh.append((stored.id, outgoing.message))
                whole = self.files.put_in(tx, stored, outgoing.message, self.rules.limits)
                room -= len(whole)
                ready.append(msgspec.structs.replace(outgoing, message=whole) if carried(stored) else outgoing)
            tx.outbox.freeze(fresh)
        return ready

    def _as_it_may_go(self, tx: Transaction, stored: StoredNotice) -> StoredNotice:
        """Return a notice without its bytes where these promise files that are no longer kept: it is rendered anew."""
        if stored.frozen is None or not self.files.are_gone(tx, stored, self.rules.limits):
            return stored
        tx.outbox.thaw(stored.id)
        return msgspec.structs.replace(stored, frozen=None)

    def _outgoing(self, tx: Transaction, stored: StoredNotice, workspace: Workspace, now: datetime) -> Outgoing | None:
        raw = self.frozen(tx, stored, workspace, now)
        if raw is None:
            return None
        sender = envelope_from(stored, workspace)
        return Outgoing(notice_id=stored.id, sender=sender, recipient=stored.notice.address, message=raw)

    def frozen(self, tx: Transaction, stored: StoredNotice, workspace: Workspace, now: datetime) -> bytes | None:
        """Return a notice's bytes, None when it is not to be sent; its row then says why.

        Files that a post carries are not in them: they are put in as it goes out.
        """
        notice = stored.notice
        if notice.owed:
            view = tx.rounds.view(workspace.id, notice.mark, notice.member_id)
            member = tx.people.get(notice.member_id)
            task = tx.tasks.task(workspace.id, notice.mark) if view is None else None
            reason = owed.still_owed(notice, view, member, now, workspace.charter, task)
            if reason:
                tx.outbox.suppress(stored.id, reason, now)
                return None
        if stored.frozen is not None:
            return stored.frozen
        try:
            shown = self.files.still_there(tx, stored, self.rules.limits)
            return render(shown, workspace, self.templates, self.rules.pages)
        except Exception as fault:
            _give_up(tx, stored, now, "rendering-failed", fault)
            return None

    def report(self, attempts: Sequence[Attempt], now: datetime) -> Sequence[Report]:
        """Record what came of tries, in one commit; return what follows from each that is of a notice we know."""
        self.counts.forget()
        with self.store.begin() as tx:
            reports, decisions = reporting.recorded(tx, attempts, now, self.rules.separator, self.rules.token_days)
        for report in reports:
            ours = report.reason in retries.OURS_TO_MEND
            self.counts.note(Total.ATTEMPTED, "refused" if ours else _CAME_TO[report.state])
        for decision in decisions:
            self.counts.decided(decision)
        self.counts.keep()
        reporting.log_refusals(reports)
        return reports

    def _count(self, total: Total, labels: Sequence[str]) -> None:
        """Count what has been recorded."""
        self.counts.forget()
        for label in labels:
            self.counts.note(total, label)
        self.counts.keep()

    def figures(self, now: datetime) -> Figures:
        """Return what a monitor asks for: totals of this process, and counts of what is not finished."""
        with self.store.read() as tx:
            due, oldest = tx.outbox.depth(now)
            open_ = (tx.gauges.arrivals(), tx.gauges.notices())
            return Figures(self.counts.snapshot(), *open_, due, oldest, told_at_last.unreached(tx))

    # --- signs of life -------------------------------------------------------------------------------------------

    def wake(self, now: datetime, *, gap: timedelta = SILENCE) -> None:
        """Note that we are up again; a long silence before it was an outage."""
        with self.store.begin() as tx:
            outages.note_outage(tx, now, gap)
            tx.outbox.release()  # what the process before us was sending when it ended
            self._alive(tx, now)

    def beat(self, now: datetime) -> None:
        """Leave a sign of life."""
        with self.store.begin() as tx:
            self._alive(tx, now)

    def _alive(self, tx: Transaction, now: datetime) -> None:
        if outages.note_alive(tx, now, SILENCE):
            log.warning("clock set back", to=now.isoformat())
            plan_anew(tx, workspaces.workspaces(tx, self.rules.separator), now)


def _explained(context: MailContext, decision: Decision) -> str:
    """Return what `restante mails` says of a mail beside its reason: details, and how far its author was proven."""
    return "; ".join(filter(None, (decision.detail, f"author {context.proof}")))


def _give_up(tx: Transaction, stored: StoredNotice, now: datetime, reason: str, fault: Exception) -> None:
    """A fault of ours, as in a template, loses nothing and stops no other: the notice is kept and can be put back."""
    said = reason.replace("-", " ")
    log.exception(said, notice=stored.id, kind=stored.notice.kind)
    failed = Attempt(notice_id=stored.id, at=now, code=0, text=f"{said}: {type(fault).__name__}")
    tx.outbox.report(failed, state=NoticeState.FAILED, reason=reason)
    reporting.plan_to_tell(tx, failed)
