"""The flow from top to bottom. Start reading here.

    arrive → accept → understand → decide → record → render → send
    └── moment 1 ─┘   └──────── moment 2 ────────┘   └ moment 3 ─┘

Each moment ends with a commit, and only the store carries anything from one to the next. A crash loses nothing; at
worst one outgoing message goes twice, with the same Message-ID. Plain synchronous code, run by the edges in one worker
thread.
Must not: hold a rule of the domain (that is the core's), or open a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import structlog
from store.database import Store, StoreBusy, StoreFault, StoreFull
from store.transaction import Transaction

from gateway.accept.fingerprint import fingerprint
from gateway.accept.verdict import Directory, Reject
from gateway.decide import digests, history, on_message, on_tick, owed, retries, routines
from gateway.decide.audience import expand
from gateway.model.address import Destination, Door, fold_address, token_of_message_id
from gateway.model.arrival import Arrival, ArrivalState, StoredArrival
from gateway.model.charter import Charter, CharterMember, read_charter
from gateway.model.context import Due, DueKind, MailContext, RoundView, Sent, TickContext, Trust, Workspace
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.entry import Entry, MemberAdded, MemberLeft, MemberRenamed, SettingsChanged
from gateway.model.member import Member
from gateway.model.message import Message, Unreadable
from gateway.model.notice import Attempt, Notice, NoticeState, Outgoing, StoredNotice
from gateway.model.token import Claim, KeyRing
from gateway.render.render import Templates, envelope_from, render
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.read import understand
from gateway.understand.reply import new_text
from gateway.understand.scan import DEFAULT_LIMITS, Limits, scan
from gateway.understand.thread import Archived, thread

log = structlog.get_logger()

TRY_DUE_AGAIN_AFTER = timedelta(hours=1)  # a due row whose decision failed: our bug, kept visible, tried again


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say about the flow."""

    separator: str = "+"
    token_days: int = 120
    lease: timedelta = timedelta(minutes=10)
    catch_up: timedelta = timedelta(minutes=15)
    limits: Limits = DEFAULT_LIMITS


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """When we were last down: from the last sign of life to the start."""

    since: datetime
    until: datetime


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
            found = [self.workspace(tx, name) for name in tx.charters.names()]
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
        except (StoreBusy, StoreFault) as fault:
            log.error("store refused", fault=type(fault).__name__)
            return Reject(451, "4.3.0", "cannot keep mail at the moment, please try again later")
        return None

    # --- moment 2: process, tick ---------------------------------------------------------------------------------

    def process(self, now: datetime, limit: int = 16) -> int:
        """Process mail that waits, each arrival in a transaction of its own; return how many were settled."""
        with self.store.read() as tx:
            waiting = tx.inbox.pending(limit)
        for stored in waiting:
            self._process(stored, now)
        return len(waiting)

    def _process(self, stored: StoredArrival, now: datetime) -> None:
        try:
            with self.store.begin() as tx:
                self._settle(tx, stored, now)
        except (StoreBusy, StoreFull, StoreFault):
            raise  # the store's trouble, not this mail's: it waits
        except Exception as fault:
            log.exception("processing failed", arrival=stored.id)
            with self.store.begin() as tx:
                tx.inbox.settle(stored.id, ArrivalState.FAILED, "our-fault", detail=type(fault).__name__, at=now)

    def _settle(self, tx: Transaction, stored: StoredArrival, now: datetime) -> None:
        arrival = stored.arrival
        workspace = self._workspace_of(tx, arrival.recipients)
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
        context = self._mail_context(tx, workspace, stored, message, now)
        decision = on_message.decide(context, understand(message, context, self.lexicon))
        self._record(tx, workspace, decision, now, stored.id)
        author = message.author.address if message.author else ""
        tx.inbox.settle(
            stored.id, decision.state, decision.why, detail=decision.detail, workspace_id=workspace.id,
            fingerprint=known, message_id=message.message_id, subject=message.subject, author=author, at=now,
        )  # fmt: skip
        log.info("processed", arrival=stored.id, why=decision.why, state=decision.state)

    def tick(self, now: datetime, limit: int = 50) -> int:
        """Decide what has fallen due, each row in a transaction of its own; return how many rows were taken."""
        for taken in range(limit):
            if not self._tick_one(now):
                return taken
        return limit

    def _tick_one(self, now: datetime) -> bool:
        failed: tuple[int, Due] | None = None
        try:
            with self.store.begin() as tx:
                claimed = tx.schedule.claim(now, 1)
                if not claimed:
                    return False
                failed = claimed[0]
                self._fall_due(tx, *claimed[0], now)
        except (StoreBusy, StoreFull, StoreFault):
            raise
        except Exception:
            if failed is None:
                raise
            workspace_id, due = failed
            log.exception("due row failed", key=due.key)
            with self.store.begin() as tx:
                tx.schedule.plan(workspace_id, [msgspec.structs.replace(due, at=now + TRY_DUE_AGAIN_AFTER)])
        return True

    def _fall_due(self, tx: Transaction, workspace_id: int, due: Due, now: datetime) -> None:
        later = self._too_early_to_close(tx, due, now)
        if later:
            tx.schedule.plan(workspace_id, [msgspec.structs.replace(due, at=later)])
            return
        workspace = self.workspace(tx, workspace_id)
        decision = on_tick.decide(due, self._tick_context(tx, workspace, due, now))
        self._record(tx, workspace, decision, now, None)
        log.info("fell due", kind=due.kind, why=decision.why)

    def _too_early_to_close(self, tx: Transaction, due: Due, now: datetime) -> datetime | None:
        """Return when to look again: mail that came in time is counted first, also what waited while we were down."""
        if due.kind is not DueKind.CLOSE:
            return None
        outage = _outage(tx)
        if outage and outage.since <= due.at <= outage.until and now < outage.until + self.rules.catch_up:
            return outage.until + self.rules.catch_up
        return now + timedelta(seconds=5) if tx.inbox.pending_before(now) else None

    # --- moment 3: deliver ---------------------------------------------------------------------------------------

    def prepare(self, now: datetime, limit: int) -> list[Outgoing]:
        """Claim notices that are due, ask once more whether they are owed, freeze their bytes; return them."""
        ready: list[Outgoing] = []
        with self.store.begin() as tx:
            fresh: list[tuple[int, bytes]] = []
            workspaces: dict[int, Workspace] = {}
            for stored in tx.outbox.claim(now, limit, self.rules.lease):
                if stored.workspace_id not in workspaces:
                    workspaces[stored.workspace_id] = self.workspace(tx, stored.workspace_id)
                workspace = workspaces[stored.workspace_id]
                raw = self._frozen(tx, stored, workspace, now)
                if raw is None:
                    continue
                if stored.frozen is None:
                    fresh.append((stored.id, raw))
                ready.append(_outgoing(stored, workspace, raw))
            tx.outbox.freeze(fresh)
        return ready

    def _frozen(self, tx: Transaction, stored: StoredNotice, workspace: Workspace, now: datetime) -> bytes | None:
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
            return render(stored, workspace, self.templates, now=now)
        except Exception as fault:
            # A fault in a template loses nothing: the notice is kept, marked failed, and can be put back.
            log.exception("rendering failed", notice=stored.id, kind=notice.kind)
            failed = Attempt(notice_id=stored.id, at=now, code=0, text=f"rendering failed: {type(fault).__name__}")
            tx.outbox.report(failed, state=NoticeState.FAILED, reason="rendering-failed")
            return None

    def report(self, attempts: Sequence[Attempt], now: datetime) -> None:
        """Record what came of tries, in one commit."""
        with self.store.begin() as tx:
            for attempt in attempts:
                stored = tx.outbox.get(attempt.notice_id)
                if stored is None:
                    continue
                verdict = retries.after(attempt, stored.attempts + 1, stored.notice.due_at, now)
                tx.outbox.report(
                    attempt, state=verdict.state, next_attempt_at=verdict.next_attempt_at, reason=verdict.reason
                )

    # --- the record ----------------------------------------------------------------------------------------------

    def _record(
        self, tx: Transaction, workspace: Workspace, decision: Decision, now: datetime, arrival_id: int | None
    ) -> list[int]:
        """Write a decision: entries, due rows and notices together. Returns the ids of the notices."""
        ids = tx.ledger.append(
            workspace.id, decision.entries, at=now, arrival_id=arrival_id, charter_version=workspace.charter_version
        )
        del ids
        tx.schedule.remove(workspace.id, decision.undue)
        tx.schedule.plan(workspace.id, decision.due)
        self._replan_digests(tx, workspace, decision.entries, now)
        notices = [*decision.notices]
        for broadcast in decision.broadcasts:
            notices.extend(self._expanded(tx, workspace, broadcast, now))
        return tx.outbox.add(workspace.id, notices, expires_on=(now + timedelta(days=self.rules.token_days)).date())

    def _expanded(
        self, tx: Transaction, workspace: Workspace, broadcast: Broadcast, now: datetime
    ) -> tuple[Notice, ...]:
        asked = broadcast.group is Group.ELECTORATE
        electorate = tx.rounds.electorate(workspace.id, broadcast.mark) if asked else ()
        parent = broadcast.thread if broadcast.thread != broadcast.mark else ""
        tokens = tx.outbox.copy_tokens(workspace.id, parent) if parent else {}
        copies = {member: workspace.address.message_id(token) for member, token in tokens.items()}
        observers = self._observers(tx, workspace, broadcast)
        return expand(
            broadcast,
            members=tx.people.all(workspace.id),
            electorate=(*electorate, *observers),
            workspace=workspace,
            due_at=now,
            copy_ids=copies,
        )

    @staticmethod
    def _observers(tx: Transaction, workspace: Workspace, broadcast: Broadcast) -> tuple[int, ...]:
        round_ = tx.rounds.round(workspace.id, broadcast.mark) if broadcast.observers else None
        return round_.observers if round_ else ()

    def _replan_digests(self, tx: Transaction, workspace: Workspace, entries: Iterable[Entry], now: datetime) -> None:
        """A member who joined or changed a setting gets the next digest when the new settings say."""
        touched: set[int] = set()
        for entry in entries:
            match entry:
                case SettingsChanged(member_id=member_id) | MemberRenamed(member_id=member_id):
                    touched.add(member_id)
                case MemberAdded(member=member):
                    joined = tx.people.by_address(workspace.id, member.address)
                    touched.update({joined.id} if joined else ())
                case MemberLeft(member_id=member_id):
                    tx.schedule.remove(workspace.id, [digests.due_key(member_id)])
        self._plan_digests(tx, workspace, [m for i in sorted(touched) if (m := tx.people.get(i))], now)

    @staticmethod
    def _plan_digests(tx: Transaction, workspace: Workspace, members: Sequence[Member], now: datetime) -> None:
        planned = {due.key: due for due in tx.schedule.get(workspace.id, [digests.due_key(m.id) for m in members])}
        for due in digests.first_dues(workspace.charter, members, now):
            earlier = planned.get(due.key)
            tx.schedule.plan(workspace.id, [msgspec.structs.replace(due, since=earlier.since) if earlier else due])

    # --- what the record knows -----------------------------------------------------------------------------------

    def workspace(self, tx: Transaction, name_or_id: str | int) -> Workspace:
        """Return a workspace with its charter in force. Raises LookupError when there is none of that name."""
        found = tx.charters.current(name_or_id)
        if found is None:
            raise LookupError(f"no workspace {name_or_id!r}")
        workspace_id, version, document = found
        charter = _charter(workspace_id, version, document)
        return Workspace(workspace_id, charter.local, charter, version, self.rules.separator)

    def _workspace_of(self, tx: Transaction, recipients: Sequence[str]) -> Workspace | None:
        names = set(tx.charters.names())
        for recipient in recipients:
            destination = self._destination(tx, recipient, names)
            if destination:
                return self.workspace(tx, destination.workspace)
        return None

    def _destination(self, tx: Transaction, address: str, names: set[str]) -> Destination | None:
        found = Directory(
            {fold_address(address).rpartition("@")[2]: frozenset(names)},
            {name: frozenset(self.workspace(tx, name).charter.channels) for name in names},
        ).destination(address)
        if found is None:
            return None
        domain = self.workspace(tx, found.workspace).charter.domain
        return found if fold_address(address).endswith("@" + domain) else None

    def _mail_context(
        self, tx: Transaction, workspace: Workspace, stored: StoredArrival, message: Message, now: datetime
    ) -> MailContext:
        arrival = stored.arrival
        named = {workspace.name}
        visible = [box.address for box in (*message.to, *message.cc)]
        ours = [d for a in (*arrival.recipients, *visible) if (d := self._destination(tx, a, named))]
        destination = min(ours, key=_precedence, default=Destination(workspace.name, Door.POST))
        author = tx.people.by_address(workspace.id, fold_address(message.author.address)) if message.author else None
        claim = self._claim(workspace, destination, message)
        sent = tx.outbox.sent(claim.notice_id) if claim else None
        foreign = bool(claim and author and claim.member_id != author.id)
        expired = bool(claim and claim.expires_on < now.date())
        thread_mark = sent.thread if sent else tx.rounds.thread_of(workspace.id, _referred(message))
        marks = (
            [m for m in (sent.mark if sent else "", thread_mark or "", *(i.mark for i in sent.items)) if m]
            if sent
            else ([thread_mark] if thread_mark else _subject_marks(message.subject, workspace.name) if author else [])
        )
        thread = tx.rounds.thread(workspace.id, thread_mark or (marks[0] if marks else "")) if marks else None
        views = tx.rounds.views(workspace.id, list(dict.fromkeys(marks)), author.id if author else 0)
        return MailContext(
            now=now,
            received_at=_in_time_at(arrival, _outage(tx)),
            arrival_id=stored.id,
            workspace=workspace,
            destination=destination,
            author=author,
            trust=_trust(author, claim, foreign),
            answering=sent,
            foreign_token=foreign,
            expired_token=expired,
            bounced=self._bounced(tx, workspace, arrival, ours),
            thread=thread,
            rounds=views,
            fresh=tx.ledger.fresh(workspace.id),
            answers_today=self._answers_today(tx, workspace, message, now),
            recipients=tuple(fold_address(address) for address in visible),
            reverse_path=arrival.reverse_path,
        )

    def _claim(self, workspace: Workspace, destination: Destination, message: Message) -> Claim | None:
        """Token first, then References: our Message-ID carries the same token (some programs ignore Reply-To)."""
        tokens = [destination.token] if destination.door is Door.REPLY and destination.token else []
        tokens += [t for i in _referred(message)[::-1] if (t := token_of_message_id(i, workspace.address))]
        claims = (self.keys.verify(token, workspace.name) for token in tokens)
        return next((claim for claim in claims if claim), None)

    def _bounced(
        self, tx: Transaction, workspace: Workspace, arrival: Arrival, ours: Sequence[Destination]
    ) -> Sent | None:
        """Return what a bounce is about: the VERP address it came to names the notice."""
        for destination in ours:
            if destination.door is Door.BOUNCE and destination.token:
                claim = self.keys.verify(destination.token, workspace.name)
                if claim:
                    return tx.outbox.sent(claim.notice_id)
        return None

    @staticmethod
    def _answers_today(tx: Transaction, workspace: Workspace, message: Message, now: datetime) -> int:
        if message.author is None:
            return 0
        address = fold_address(message.author.address)
        return tx.outbox.count_replied_since(workspace.id, address, now - timedelta(days=1))

    def _tick_context(self, tx: Transaction, workspace: Workspace, due: Due, now: datetime) -> TickContext:
        outage = _outage(tx)
        base = TickContext(
            now=now,
            workspace=workspace,
            fresh=tx.ledger.fresh(workspace.id),
            outage=bool(outage and outage.since <= due.at <= outage.until),
        )
        return _TICK_LOADERS[due.kind](tx, workspace, due, base)

    # --- charters and people, from outside mail ------------------------------------------------------------------

    def apply_charter(self, document: dict[str, Any], *, by: str, now: datetime, prune: bool = False) -> Applied:
        """Put a charter in force: a new version, its members added and renamed, its routines planned.

        Raises CharterProblem before anything is written: the old charter stays in force.
        """
        charter = read_charter(document)
        with self.store.begin() as tx:
            kept = {key: value for key, value in document.items() if key != "members"}
            workspace_id, version = tx.charters.apply(kept, at=now, by=by)
            workspace = Workspace(workspace_id, charter.local, charter, version, self.rules.separator)
            entries = list(member_entries(charter, tx.people.all(workspace_id), prune=prune, now=now))
            tx.ledger.append(workspace_id, entries, at=now, charter_version=version)
            members = tx.people.all(workspace_id)
            tx.schedule.remove(workspace_id, ["routine:*"])
            tx.schedule.plan(workspace_id, routines.first_dues(charter, members, now))
            for entry in entries:
                if isinstance(entry, MemberLeft):
                    tx.schedule.remove(workspace_id, [digests.due_key(entry.member_id)])
            self._plan_digests(tx, workspace, members, now)
        return Applied(charter.local, version, tuple(entries))

    def change_people(self, workspace_name: str, entries: Sequence[Entry], *, now: datetime) -> None:
        """Record changes to people made from the command line."""
        with self.store.begin() as tx:
            workspace = self.workspace(tx, workspace_name)
            self._record(tx, workspace, Decision(Why.SETTINGS, entries=tuple(entries)), now, None)

    def envelope_of(self, raw: bytes, *, sender: str, recipients: Sequence[str]) -> Envelope:
        """Return the envelope that a mail's own fields suggest, where none is given: only addresses of ours in it."""
        message = read_message(raw, self.rules.limits)
        named = recipients or [box.address for box in (*message.to, *message.cc)]
        with self.store.read() as tx:
            names = set(tx.charters.names())
            ours = tuple(address for address in named if self._destination(tx, address, names))
        return Envelope(sender or (message.author.address if message.author else ""), ours)

    def import_history(self, workspace_name: str, raws: Sequence[bytes], *, now: datetime) -> Imported:
        """Build threads from an archive: nothing in it is executed or sent, what is known already is passed over.

        Raises LookupError for an unknown workspace. All of it is recorded, or nothing.
        """
        messages, unreadable = _readable(raws, self.rules.limits)
        with self.store.begin() as tx:
            workspace = self.workspace(tx, workspace_name)
            fresh = [m for m in messages if not (m.message_id and tx.rounds.thread_of(workspace.id, [m.message_id]))]
            addresses = {m.author.address for m in fresh if m.author}
            people = {a: tx.people.by_address(workspace.id, fold_address(a)) for a in addresses}
            posts = history.posts(self._archived(fresh), people, tx.ledger.fresh(workspace.id))
            for post, written_at in posts:
                at = min(written_at or now, now)
                tx.ledger.append(workspace.id, [post], at=at, charter_version=workspace.charter_version)
        threads = len({post.thread for post, _ in posts})
        return Imported(threads, len(posts), len(messages) - len(fresh), unreadable)

    def _archived(self, messages: Sequence[Message]) -> list[history.Archived]:
        places = thread([Archived.of(message) for message in messages])
        return [
            history.Archived(message, new_text(message, None, self.lexicon).text, place.root)
            for message, place in zip(messages, places, strict=True)
        ]

    # --- signs of life -------------------------------------------------------------------------------------------

    def wake(self, now: datetime, *, gap: timedelta = timedelta(minutes=3)) -> None:
        """Note that we are up again; a long silence before it was an outage."""
        with self.store.begin() as tx:
            last = tx.get_mark("alive_at")
            since = datetime.fromisoformat(last) if last else None
            if since and now - since > gap:
                tx.set_mark("outage", msgspec.json.encode(Outage(since=since, until=now)).decode())
            tx.set_mark("alive_at", now.isoformat())

    def beat(self, now: datetime) -> None:
        """Leave a sign of life."""
        with self.store.begin() as tx:
            tx.set_mark("alive_at", now.isoformat())

    def purge(self, before: datetime) -> None:
        """Let go of raw mail that was settled before an instant; what was understood of it stays."""
        with self.store.begin() as tx:
            tx.inbox.purge(before)

    def preview(self, now: datetime, most: int = 5_000) -> list[Preview]:
        """Return what would go out until `now`, rendered, and leave everything as it was."""
        with self.store.read() as tx:
            waiting = {stored.id for stored in tx.outbox.claim(now, most, self.rules.lease)}
            tx.outbox.release(waiting)
            for _ in range(most):
                claimed = tx.schedule.claim(now, 1)
                if not claimed:
                    break
                workspace_id, due = claimed[0]
                moment = max(due.at, min(now, due.at))
                self._fall_due(tx, workspace_id, due, moment)
            return [
                found
                for stored in tx.outbox.claim(now, most, self.rules.lease)
                if (found := self._previewed(tx, stored))
            ]

    def _previewed(self, tx: Transaction, stored: StoredNotice) -> Preview | None:
        workspace = self.workspace(tx, stored.workspace_id)
        raw = self._frozen(tx, stored, workspace, stored.notice.due_at)
        return Preview(workspace.name, stored, raw) if raw is not None else None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A reverse-path and recipients (RFC 5321)."""

    reverse_path: str
    recipients: tuple[str, ...]

    def as_arguments(self) -> dict[str, Any]:
        """Return it as an Arrival takes it."""
        return {"reverse_path": self.reverse_path, "recipients": self.recipients}


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing an archive came to."""

    threads: int
    posts: int
    known: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a charter came to."""

    workspace: str
    version: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A notice that would go out, with its bytes."""

    workspace: str
    stored: StoredNotice
    raw: bytes


def member_entries(charter: Charter, members: Sequence[Member], *, prune: bool, now: datetime) -> Iterable[Entry]:
    """Yield what a charter's member list changes: it adds and renames, and never touches a person's own settings."""
    known = {address: member for member in members for address in (member.address, *member.further_addresses)}
    for listed in charter.members:
        member = known.get(listed.address)
        if member is None:
            yield MemberAdded(member=_new_member(listed, charter, now))
            continue
        changes: dict[str, Any] = {}
        for name in ("name", "roles", "language", "timezone"):
            wanted = getattr(listed, name)
            if wanted and wanted != getattr(member, name):
                changes[name] = wanted
        if changes:
            yield MemberRenamed(member_id=member.id, **changes)
    if prune:
        listed_addresses = {listed.address for listed in charter.members}
        for member in members:
            if not listed_addresses & {member.address, *member.further_addresses}:
                yield MemberLeft(member_id=member.id)


def _new_member(listed: CharterMember, charter: Charter, now: datetime) -> Member:
    return Member(
        id=0,
        address=listed.address,
        name=listed.name or listed.address.partition("@")[0],
        roles=listed.roles,
        language=listed.language or charter.languages[0],
        timezone=listed.timezone or charter.timezone,
        joined_at=now,
    )


def _readable(raws: Sequence[bytes], limits: Limits) -> tuple[list[Message], int]:
    messages = []
    for raw in raws:
        with suppress(Unreadable):
            messages.append(read_message(raw, limits))
    return messages, len(raws) - len(messages)


# --- small pure pieces ---------------------------------------------------------------------------------------------

_CHARTERS: dict[tuple[int, int, str], Charter] = {}


def _charter(workspace_id: int, version: int, document: Mapping[str, Any]) -> Charter:
    """Return a version's charter, validated once: a version never changes, its address tells stores apart."""
    key = (workspace_id, version, msgspec.json.encode(document, order="sorted").decode())
    if key not in _CHARTERS:
        if len(_CHARTERS) > 500:
            _CHARTERS.clear()
        _CHARTERS[key] = read_charter(dict(document))
    return _CHARTERS[key]


# The door that says most about what a mail is for wins when several of ours are named.
_DOOR_ORDER = (
    Door.BOUNCE, Door.REPLY, Door.TRY, Door.VOTE, Door.TASK, Door.JOIN, Door.LEAVE, Door.HELP, Door.OWNER, Door.REQUEST,
    Door.POST, Door.UNKNOWN,
)  # fmt: skip


def _precedence(destination: Destination) -> tuple[int, bool]:
    return _DOOR_ORDER.index(destination.door), destination.channel is None


def _referred(message: Message) -> list[str]:
    """Return the ids a message refers to, the closest last."""
    return list(dict.fromkeys([*message.references, *message.in_reply_to]))


def _subject_marks(subject: str, workspace: str) -> list[str]:
    """Return the mark in a subject such as `Re: [acme V-7] Where?`; only the bracket we write counts."""
    opened = f"[{workspace} ".lower()
    start = subject.lower().find(opened)
    if start < 0:
        return []
    mark = subject[start + len(opened) :].partition("]")[0].strip().upper()
    letter, dash, number = mark.partition("-")
    return [mark] if dash and letter in "VCTPO" and len(letter) == 1 and number.isascii() and number.isdigit() else []


def _trust(author: Member | None, claim: Claim | None, foreign: bool) -> Trust:
    if author is None:
        return Trust.UNKNOWN
    return Trust.PROVEN if claim and not foreign else Trust.CLAIMED


def _outage(tx: Transaction) -> Outage | None:
    noted = tx.get_mark("outage")
    return msgspec.json.decode(noted.encode(), type=Outage) if noted else None


def _in_time_at(arrival: Arrival, outage: Outage | None) -> datetime:
    """Return what counts for being in time: when our server took it, or, while we were down, the one before us."""
    if arrival.accepted_at is not None:
        return min(arrival.accepted_at, arrival.received_at)
    if outage is None or arrival.received_at < outage.until:
        return arrival.received_at
    stamped = _topmost_received(arrival.raw)
    if stamped is not None and outage.since <= stamped <= outage.until:
        return stamped
    return arrival.received_at


def _topmost_received(raw: bytes) -> datetime | None:
    """Return the date of the topmost Received field: the server before us wrote it (RFC 5321 §4.4)."""
    head = raw[:16_384].replace(b"\r\n", b"\n").partition(b"\n\n")[0].replace(b"\n ", b" ").replace(b"\n\t", b" ")
    for line in head.split(b"\n"):
        if line[:9].lower() == b"received:":
            try:
                stamped = parsedate_to_datetime(line.rpartition(b";")[2].decode("ascii", "replace").strip())
            except (ValueError, TypeError):
                return None
            return stamped if stamped.tzinfo else None
    return None


def _outgoing(stored: StoredNotice, workspace: Workspace, raw: bytes) -> Outgoing:
    return Outgoing(
        notice_id=stored.id,
        sender=envelope_from(stored, workspace),
        recipient=stored.notice.address,
        message=raw,
    )


# --- what each kind of due row needs to know -------------------------------------------------------------------------


def _for_routine(tx: Transaction, workspace: Workspace, due: Due, base: TickContext) -> TickContext:
    return replace(base, members=tuple(tx.people.all(workspace.id)))


def _for_member(tx: Transaction, workspace: Workspace, due: Due, base: TickContext) -> TickContext:
    member = tx.people.get(due.member_id)
    view = tx.rounds.view(workspace.id, due.mark, due.member_id)
    last = None
    if view and view.round.routine:
        last = tx.rounds.last_checkin(workspace.id, view.round.routine, due.member_id, due.mark)
    return replace(base, members=(member,) if member else (), view=view, last_checkin=last)


def _for_reminder(tx: Transaction, workspace: Workspace, due: Due, base: TickContext) -> TickContext:
    if due.member_id:
        context = _for_member(tx, workspace, due, base)
        return replace(context, answered=tx.rounds.answered(workspace.id, due.mark))
    return replace(
        base,
        members=tuple(tx.people.all(workspace.id)),
        view=tx.rounds.view(workspace.id, due.mark, 0),
        electorate=tuple(tx.rounds.unanswered(workspace.id, due.mark)),
        answered=tx.rounds.answered(workspace.id, due.mark),
    )


def _for_close(tx: Transaction, workspace: Workspace, due: Due, base: TickContext) -> TickContext:
    view: RoundView | None = tx.rounds.view(workspace.id, due.mark, 0)
    return replace(
        base,
        members=tuple(tx.people.all(workspace.id, include_left=True)),
        view=view,
        electorate=tuple(tx.rounds.electorate(workspace.id, due.mark)),
        standings=tuple(tx.rounds.standings(workspace.id, due.mark)),
        names=tx.rounds.names(workspace.id),
    )


def _for_digest(tx: Transaction, workspace: Workspace, due: Due, base: TickContext) -> TickContext:
    member = tx.people.get(due.member_id)
    since = due.since or base.now - timedelta(days=1)
    return replace(
        base,
        members=(member,) if member else (),
        news=tx.rounds.news(workspace.id, since, base.now, due.member_id),
        names=tx.rounds.names(workspace.id),
    )


_TICK_LOADERS = {
    DueKind.ROUTINE: _for_routine,
    DueKind.PROMPT: _for_member,
    DueKind.REMIND: _for_reminder,
    DueKind.CLOSE: _for_close,
    DueKind.DIGEST: _for_digest,
}
