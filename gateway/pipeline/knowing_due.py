"""What the record knows beside a due row: loaded here, so that the core gets values. Beside a mail: knowing.py.

Must not: decide anything, or write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.decide.bounces import probe_notice_of
from gateway.decide.retries import OURS_TO_MEND
from gateway.model.context import Due, DueKind, Probe, TickContext, Workspace
from gateway.model.notice import NoticeState
from gateway.pipeline.knowing import news_since
from gateway.pipeline.outages import outage
from store.transaction import Transaction


def tick_context(tx: Transaction, group: Workspace, due: Due, now: datetime) -> TickContext:
    """Return what is known when something falls due: only the fields its kind needs."""
    down = outage(tx)
    base = TickContext(
        now=now,
        workspace=group,
        fresh=tx.ledger.fresh(group.id),
        outage=bool(down and down.since <= due.at <= down.until),
    )
    return _LOADERS[due.kind](tx, group, due, base)


def _for_routine(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    return replace(base, members=tuple(tx.people.all(group.id)))


def _for_member(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    member = tx.people.get(due.member_id)
    view = tx.rounds.view(group.id, due.mark, due.member_id)
    routine = view.round.routine if view else None
    last = tx.rounds.last_checkin(group.id, routine, due.member_id, due.mark) if routine else None
    return replace(base, members=(member,) if member else (), view=view, last_checkin=last)


def _for_reminder(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    answered = tx.rounds.answered(group.id, due.mark)
    if due.member_id:
        doubtful = tx.asked_back.was(group.id, due.mark, due.member_id)
        return replace(_for_member(tx, group, due, base), answered=answered, doubtful=doubtful)
    return replace(
        base,
        members=tuple(tx.people.all(group.id)),
        view=tx.rounds.view(group.id, due.mark, 0),
        electorate=tuple(tx.rounds.unanswered(group.id, due.mark)),
        doubters=tx.asked_back.members(group.id, due.mark),
        changing=tx.asked_back.since(group.id, due.mark),
        answered=answered,
    )


def _for_close(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    return replace(
        base,
        members=tuple(tx.people.all(group.id, include_left=True)),
        view=tx.rounds.view(group.id, due.mark, 0),
        electorate=tuple(tx.rounds.electorate(group.id, due.mark)),
        standings=tuple(tx.rounds.standings(group.id, due.mark)),
        names=tx.rounds.names(group.id),
    )


def _for_digest(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    member = tx.people.get(due.member_id)
    since = due.since or base.now - timedelta(days=1)
    return replace(
        base,
        members=(member,) if member else (),
        news=news_since(tx, group, since, base.now, due.member_id, member),
        names=tx.rounds.names(group.id),
    )


def _for_person(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    member = tx.people.get(due.member_id)
    return replace(base, members=(member,) if member else ())


def _for_probe(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    stored = tx.outbox.by_key(group.id, probe_notice_of(due))
    if stored is None:
        return _for_person(tx, group, due, base)
    taken_at = stored.sent_at if stored.state is NoticeState.SENT else None
    waits = stored.state in (NoticeState.QUEUED, NoticeState.LEASED)
    return replace(_for_person(tx, group, due, base), probe=Probe(taken_at, waits))


def _for_task(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    task = tx.tasks.task(group.id, due.mark)
    people = (task.course.owner, task.course.given_by, task.made_by) if task else ()
    members = (tx.people.get(one) for one in dict.fromkeys(people) if one is not None)
    return replace(base, task=task, members=tuple(member for member in members if member))


def _for_undelivered(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    failed = tx.outbox.failed_since(group.id, due.since or base.now)
    return replace(base, undelivered=tuple(failed), refused_us=tuple(tx.outbox.waiting_for(group.id, OURS_TO_MEND)))


_LOADERS: dict[DueKind, Callable[[Transaction, Workspace, Due, TickContext], TickContext]] = {
    DueKind.ROUTINE: _for_routine,
    DueKind.PROMPT: _for_member,
    DueKind.REMIND: _for_reminder,
    DueKind.CLOSE: _for_close,
    DueKind.DIGEST: _for_digest,
    DueKind.TASK: _for_task,
    DueKind.PROBE: _for_person,
    DueKind.PROBED: _for_probe,
    DueKind.UNDELIVERED: _for_undelivered,
}
