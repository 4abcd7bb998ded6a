"""A decision is written: entries, due rows and notices together or not at all.

Must not: decide; broadcasts are expanded by decide/audience.py, here only those it needs are loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.decide import digest_times, set_back
from gateway.decide.audience import expand
from gateway.decide.digest_times import due_key
from gateway.model.arrival import READ_ANEW, ArrivalState, StoredArrival
from gateway.model.context import Due, DueKind, Workspace
from gateway.model.decision import Broadcast, Decision, Group
from gateway.model.entry import (
    AbsencesRestored,
    AddressAdded,
    AwayEnded,
    Bounced,
    Entry,
    MemberAdded,
    MemberLeft,
    MemberRenamed,
    MemberReturned,
    SettingsChanged,
)
from gateway.model.member import Member
from gateway.model.notice import Notice
from gateway.pipeline import told_at_last
from gateway.pipeline.knowing import confirm
from store.transaction import Transaction


def record(
    tx: Transaction,
    workspace: Workspace,
    decision: Decision,
    now: datetime,
    token_days: int,
    arrival_id: int | None = None,
    tell: Callable[[Workspace, Sequence[Notice]], None] | None = None,
) -> list[int]:
    """Write a decision within a transaction, and `tell` of its notices; return their ids."""
    tx.ledger.append(
        workspace.id,
        decision.entries,
        at=_after_told(tx, workspace.id, now) if decision.entries else now,
        arrival_id=arrival_id,
        charter_version=workspace.charter_version,
    )
    for entry in decision.entries:
        if isinstance(entry, Bounced) and entry.notice_id is not None:
            tx.outbox.note_returned(entry.notice_id)
    tx.schedule.remove(workspace.id, decision.undue)
    _plan(tx, workspace.id, decision.due, now)
    _replan(tx, workspace, decision.entries, now)
    for number in decision.release:
        held = tx.inbox.get(number)
        if held is not None and held.state is ArrivalState.HELD:  # confirmed twice, it is released once
            confirm(tx, number)
            tx.inbox.put_back(number)
    _read_anew(tx, workspace.id, decision.entries)
    for number in decision.dismiss:
        held = tx.inbox.get(number)
        if held is not None and held.state is ArrivalState.HELD:
            tx.inbox.settle(number, ArrivalState.IGNORED, "rejected", **kept(held), at=now)
    notices = [*decision.notices]
    for broadcast in decision.broadcasts:
        notices.extend(_expanded(tx, workspace, broadcast, now))
    notices.extend(told_at_last.tell(tx, workspace, decision.entries, now))
    if tell is not None:
        tell(workspace, notices)
    return tx.outbox.add(workspace.id, notices, expires_on=(now + timedelta(days=token_days)).date())


def _read_anew(tx: Transaction, workspace_id: int, entries: Iterable[Entry]) -> None:
    """Let what waits from an address that became a member's be read as theirs: a question was asked of one mail only,
    and others may have come from there meanwhile. Nothing is confirmed by that, and only what answers a mail to this
    member is let in (flow.py).
    """
    for entry in entries:
        if isinstance(entry, AddressAdded):
            for number in tx.inbox.held_from(workspace_id, entry.address):
                tx.inbox.put_back(number, READ_ANEW)


def kept(held: StoredArrival) -> dict[str, Any]:
    """Return what is known of a held mail and stays, for `Inbox.settle`."""
    names = ("detail", "workspace_id", "message_id", "subject", "author")
    return {name: getattr(held, name) for name in names}


def _expanded(tx: Transaction, workspace: Workspace, broadcast: Broadcast, now: datetime) -> tuple[Notice, ...]:
    parent = broadcast.thread if broadcast.thread != broadcast.mark else ""
    tokens = tx.outbox.copy_tokens(workspace.id, parent) if parent else {}
    people = tx.people.all(workspace.id)
    return expand(
        broadcast,
        members=people,
        electorate=_asked(tx, workspace, broadcast),
        workspace=workspace,
        due_at=now,
        copy_ids={member: workspace.address.message_id(token) for member, token in tokens.items()},
        writers=_writers(tx, workspace, broadcast, people),
    )


def _writers(tx: Transaction, workspace: Workspace, broadcast: Broadcast, people: Sequence[Member]) -> frozenset[int]:
    """Return who has written in a thread, where somebody wants only the threads they take part in."""
    if broadcast.group is not Group.READERS or not any(member.settings.only_mine for member in people):
        return frozenset()
    posts = tx.rounds.posts(workspace.id, broadcast.thread)
    return frozenset(post.author_id for post in posts if post.author_id is not None)


def _asked(tx: Transaction, workspace: Workspace, broadcast: Broadcast) -> tuple[int, ...]:
    if broadcast.group is Group.SET_ASIDE:  # as the entries of this decision leave it
        return tuple(tx.rounds.set_aside(workspace.id, broadcast.mark))
    if broadcast.group is not Group.ELECTORATE:
        return ()
    round_ = tx.rounds.round(workspace.id, broadcast.mark)
    observers = round_.observers if round_ and broadcast.observers else ()
    return (*tx.rounds.electorate(workspace.id, broadcast.mark), *observers)


def _replan(tx: Transaction, workspace: Workspace, entries: Iterable[Entry], now: datetime) -> None:
    """A member who joined or changed a setting gets the next digest when the new settings say."""
    touched: dict[int, Member] = {}
    for entry in entries:
        match entry:
            case (
                SettingsChanged(member_id=member_id)
                | MemberRenamed(member_id=member_id)
                | MemberReturned(member_id=member_id)
                | AwayEnded(member_id=member_id)
                | AbsencesRestored(member_id=member_id)
            ):
                if found := tx.people.get(member_id):
                    touched[found.id] = found
            case MemberAdded(member=member):
                if joined := tx.people.by_address(workspace.id, member.address):
                    touched[joined.id] = joined
            case MemberLeft(member_id=member_id):
                tx.schedule.remove(workspace.id, [due_key(member_id)])
    plan_digests(tx, workspace, list(touched.values()), now)


def plan_anew(tx: Transaction, workspaces: Iterable[Workspace], now: datetime) -> None:
    """Plan anew what a clock that was ahead has planned, and let what waits for a later try go now."""
    for group in workspaces:
        planned = tx.schedule.list(group.id, datetime.max.replace(tzinfo=UTC))
        tasks = {task.mark: task for task in tx.tasks.all(group.id)}
        members = tx.people.all(group.id)
        _plan(tx, group.id, set_back.planned_anew(planned, group.charter, members, tasks, now), now)
    tx.outbox.bring_forward(now)


def plan_digests(tx: Transaction, workspace: Workspace, members: Sequence[Member], now: datetime) -> None:
    """Plan the next digest of each member anew; what was told stays told."""
    if not members:
        return
    keys = [due_key(member.id) for member in members]
    planned = tx.schedule.get(workspace.id, keys)
    tx.schedule.remove(workspace.id, keys)
    there = {due.key for due in planned}
    planned += [due for member in members if due_key(member.id) not in there and (due := _told(tx, member, now))]
    dues = digest_times.first_dues(workspace.charter, members, now, planned)
    _plan(tx, workspace.id, dues, now)
    _keep_told(tx, planned, {due.key for due in dues})


_TOLD_LASTS = timedelta(days=7)  # who wants digests again after longer begins anew


def _keep_told(tx: Transaction, before: Iterable[Due], planned: Collection[str]) -> None:
    """Keep up to when those were told who get no digest any more: "less" may be taken back."""
    for due in before:
        if due.key not in planned and due.since is not None:
            tx.set_mark(f"told:{due.member_id}", due.since.isoformat())


def _told(tx: Transaction, member: Member, now: datetime) -> Due | None:
    """Return the row that was taken out lately, None where there was none."""
    kept = tx.get_mark(f"told:{member.id}")
    since = datetime.fromisoformat(kept) if kept else None
    if since is None or not now - _TOLD_LASTS < since <= now:
        return None
    return Due(key=due_key(member.id), kind=DueKind.DIGEST, at=now, member_id=member.id, since=since)


# --- nothing untold --------------------------------------------------------------------------------------------------

_TOLD = "told:"  # when a digest of a workspace last told all there was


def _plan(tx: Transaction, workspace_id: int, dues: Sequence[Due], now: datetime) -> None:
    """Plan due rows. A digest that tells all up to now marks the instant."""
    tx.schedule.plan(workspace_id, dues)
    if any(due.kind is DueKind.DIGEST and due.since == now for due in dues):
        tx.set_mark(f"{_TOLD}{workspace_id}", now.isoformat())


def _after_told(tx: Transaction, workspace_id: int, now: datetime) -> datetime:
    """Return when an entry is recorded: later than the last digest was decided, be it at the same instant.

    A digest tells what came up to its instant and the next what comes after. Where a clock is moved by hand, both may
    be one instant: what is recorded after the digest would be told by neither.
    """
    told = tx.get_mark(f"{_TOLD}{workspace_id}")
    if told is None or datetime.fromisoformat(told) != now:
        return now
    return now + timedelta.resolution
