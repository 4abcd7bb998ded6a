"""When a task's owner is reminded: on the working day before it is due, on the day, then now and then while overdue.

When comes next is a function of the task, its owner, the charter and the last reminder; one due row a task carries it.
An owner who is away past the day is not reminded: those who wait for the task are told, once. Must not: remind who is
away, out of their working hours, or of what is no longer theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from gateway.decide.addressed import to_member
from gateway.decide.calendar import DAY, at_wall, in_working_hours, is_working_day, local, working_hours
from gateway.decide.owed import wants_nothing
from gateway.model.charter import Charter
from gateway.model.context import Due, DueKind, MailContext, TickContext, Workspace
from gateway.model.decision import Decision, Why
from gateway.model.facts import Facts, Item, TaskFacts, TaskReminderFacts
from gateway.model.member import Absence, Member
from gateway.model.notice import Notice
from gateway.model.task import Task

_WORKING_DAYS_BETWEEN = 3  # from one reminder of an overdue task to the next
_FURTHEST = 400  # days looked ahead: a due date may be far off, an absence long
_SLACK = timedelta(minutes=5)  # a tick may come a little after the minute it was planned for


def key(mark: str) -> str:
    """Return the key of the due row of a task's reminders."""
    return f"task:{mark}"


def row(
    task: Task,
    owner: Member | None,
    charter: Charter,
    now: datetime,
    last: datetime | None = None,
    *,
    absence_told: bool = False,
) -> Due | None:
    """Return the due row of the next reminder, None when none will be: not open, nobody's, or without a date.

    `last` is when its owner was last reminded. Days on which they are away are passed over once those who wait were
    told of it (`absence_told`). Who is away without an end is looked for again on the days they would be reminded on,
    since nobody knows when they are back.
    """
    if owner is None or owner.left_at is not None or not task.is_open or task.course.due is None:
        return None
    times = [each for each in _times(task.course.due, owner, charter, now, last) if each[0] > now]
    wanted = (at for at, away in times if not (away and absence_told))
    anyhow = (at for at, _ in times)
    at = next(wanted, None) or next(anyhow, None)
    if at is None:
        return None
    return Due(
        key=key(task.mark),
        kind=DueKind.TASK,
        at=at,
        mark=task.mark,
        member_id=owner.id,
        number=int(absence_told),
        since=last,
    )


def _times(
    due: date, owner: Member, charter: Charter, now: datetime, last: datetime | None
) -> Iterator[tuple[datetime, bool]]:
    """Yield the start of work on each day from today on that is one for a reminder, and whether the owner is away."""
    today = local(now, owner.timezone).date()
    start = max(today, _eve(due, owner, charter))
    again = _again_from(due, owner, charter, last)
    for number in range(_FURTHEST):
        day = start + number * DAY
        wanted = day in (_eve(due, owner, charter), due) or (day > due and day >= again)
        if wanted and is_working_day(day, charter, member=owner):
            at = at_wall(day, working_hours(charter, owner)[0], owner.timezone)
            yield at, owner.away_on(day) is not None


def _eve(due: date, owner: Member, charter: Charter) -> date:
    """Return the last day the owner works before a day."""
    days = (due - number * DAY for number in range(1, 15))
    return next((day for day in days if is_working_day(day, charter, member=owner)), due - DAY)


def _again_from(due: date, owner: Member, charter: Charter, last: datetime | None) -> date:
    """Return the first day on which an overdue task may be reminded of again."""
    day = max(due, local(last, owner.timezone).date()) if last else due
    left = _WORKING_DAYS_BETWEEN
    for _ in range(_FURTHEST):
        day += DAY
        left -= is_working_day(day, charter, member=owner)
        if left <= 0:
            return day
    return day


# --- the rule -----------------------------------------------------------------------------------


def remind(due: Due, context: TickContext) -> Decision:
    """Remind a task's owner, or say why not now; what comes next is always planned."""
    task, now, charter = context.task, context.now, context.workspace.charter
    owner = next((m for m in context.members if task and m.id == task.course.owner), None)
    if task is None or owner is None or not task.is_open or task.course.due is None:
        return Decision(Why.NOT_OWED, detail="nobody owes it")
    absence_told = bool(due.number)
    not_now = _not_now(owner, charter, now)
    if not_now:
        told = _absence_told(task, owner, context) if not_now == "away" and not absence_told else ()
        following = row(task, owner, charter, now, due.since, absence_told=absence_told or bool(told))
        why = Why.TOLD if told else Why.NOT_OWED
        return Decision(why, notices=told, due=(following,) if following else (), detail=not_now)
    following = row(task, owner, charter, now, now, absence_told=absence_told)
    return Decision(
        Why.REMINDED,
        notices=(_notice(task, owner, context),),
        due=(following,) if following else (),
    )


def _not_now(owner: Member, charter: Charter, now: datetime) -> str:
    today = local(now, owner.timezone).date()
    if reason := wants_nothing(owner, today):
        return reason
    if owner.away_on(today):
        return "away"
    return "" if in_working_hours(now, owner, charter, _SLACK) else "out of hours"


def _notice(task: Task, owner: Member, context: TickContext) -> Notice:
    today = local(context.now, owner.timezone).date()
    giver = task.course.given_by if task.course.given_by is not None else task.made_by
    by = next((m.name or m.address for m in context.members if m.id == giver != owner.id), "")
    assert task.course.due is not None
    facts = TaskReminderFacts(mark=task.mark, title=task.title, by=by, due=task.course.due, on=today)
    return letter(task, owner, facts, f"task-reminder:{task.mark}:{owner.id}:{task.course.due}:{today}", context)


# --- its owner is away --------------------------------------------------------------------------


def _absence_told(task: Task, owner: Member, context: TickContext) -> tuple[Notice, ...]:
    """Return what those who wait for a task are told when its owner is away past its day: nothing else tells them."""
    assert task.course.due is not None
    today = local(context.now, owner.timezone).date()
    absence = owner.away_on(max(today, task.course.due))
    if absence is None:
        return ()
    waiting = (m for m in context.members if m.id in (task.course.given_by, task.made_by) and m.id != owner.id)
    return tuple(_of_absence(task, owner, absence, member, context) for member in waiting if member.left_at is None)


def _of_absence(task: Task, owner: Member, absence: Absence, reader: Member, context: TickContext) -> Notice:
    name = owner.name or owner.address
    facts = TaskFacts(
        change="away",
        mark=task.mark,
        title=task.title,
        by=name,
        owner=name,
        due=task.course.due,
        until=absence.until,
        may_hand=reader.is_steward or reader.id == task.made_by,
    )
    return letter(task, reader, facts, f"task-away:{task.mark}:{reader.id}:{owner.id}:{task.course.due}", context)


def letter(task: Task, reader: Member, facts: Facts, key: str, context: MailContext | TickContext) -> Notice:
    """Return a mail about a task, in its thread; it is sent only as long as it is owed."""
    return to_member(
        reader,
        facts,
        key,
        context.now,
        thread=task.mark,
        mark=task.mark,
        items=(Item(mark=task.mark, text=task.title),),
        owed=True,
        references=_references(task, context.workspace),
    )


def _references(task: Task, workspace: Workspace) -> tuple[str, ...]:
    """Return the ids by which mail programs join everything about a task to its thread."""
    return tuple(name for name in (workspace.address.thread_id(task.mark), task.message_id) if name)
