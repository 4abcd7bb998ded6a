"""What a clock that was ahead has planned, planned anew once it is set right: else nothing comes until that time does.

What it has done stays: rounds that it closed are closed, and what it told was told. Must not: do anything that falls
due, or know how the clock was found to be wrong (pipeline/outages.py compares it with the last sign of life).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from gateway.decide import digest_times, routines, task_reminders
from gateway.decide.bounces import PROBE_STAYS, PROBES
from gateway.decide.calendar import DAY
from gateway.decide.undelivered import AGAIN_AFTER
from gateway.model.charter import Charter
from gateway.model.context import Due, DueKind
from gateway.model.member import Member
from gateway.model.task import Task

# How far ahead these are planned at most; the rest goes by the days of a charter, a round or a task.
_FURTHEST: dict[DueKind, timedelta] = {
    DueKind.PROBE: max(PROBES),
    DueKind.PROBED: PROBE_STAYS,
    DueKind.UNDELIVERED: AGAIN_AFTER,
}


def planned_anew(
    planned: Sequence[Due], charter: Charter, members: Collection[Member], tasks: Mapping[str, Task], now: datetime
) -> tuple[Due, ...]:
    """Return the rows that take the place of those planned, by their keys; the others stay as they are.

    `planned` are all rows of a workspace, `tasks` its tasks by mark.
    """
    return (
        *routines.first_dues(charter, members, now, _opened_by_now(planned, now)),
        *digest_times.first_dues(charter, members, now, (_told_by_now(due, now) for due in planned)),
        *_tasks(planned, charter, {member.id: member for member in members}, tasks, now),
        *(
            msgspec.structs.replace(due, at=now + _FURTHEST[due.kind])
            for due in planned
            if due.kind in _FURTHEST and due.at > now + _FURTHEST[due.kind]
        ),
    )


def _opened_by_now(planned: Sequence[Due], now: datetime) -> Iterator[Due]:
    """Yield the routines' rows, without the day last opened where that is to come: it will be opened in its turn."""
    for due in planned:
        if due.kind is DueKind.ROUTINE:
            is_to_come = due.since is not None and due.since > now + 2 * DAY  # anywhere on earth
            yield msgspec.structs.replace(due, since=None) if is_to_come else due


def _told_by_now(due: Due, now: datetime) -> Due:
    return msgspec.structs.replace(due, since=min(due.since, now)) if due.since else due


def _tasks(
    planned: Sequence[Due], charter: Charter, people: Mapping[int, Member], tasks: Mapping[str, Task], now: datetime
) -> Iterator[Due]:
    for due in planned:
        task = tasks.get(due.mark) if due.kind is DueKind.TASK else None
        owner = people.get(task.course.owner) if task and task.course.owner is not None else None
        last = due.since if due.since and due.since <= now else None
        told = bool(due.number)
        if task and (row := task_reminders.row(task, owner, charter, now, last, absence_told=told)):
            yield row
