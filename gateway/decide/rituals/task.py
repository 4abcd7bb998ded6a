"""Tasks by reply: taken, declined, handed over, put off, done, dropped, open again. Who may, and who is told.

Owner, maker and stewards do everything; anyone takes what nobody has, or says that it is done: with their name.
Must not: read words, or make tasks (task_making.py does).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from gateway.decide import task_reminders
from gateway.decide.acted import Acted, declined
from gateway.decide.answering import once_per_mail, to_author
from gateway.decide.people import meant, names_several, told_apart
from gateway.decide.rituals.settings import local_day
from gateway.decide.sent import facts_of
from gateway.model.context import MailContext
from gateway.model.decision import Why
from gateway.model.entry import TaskChanged
from gateway.model.facts import Act, Candidate, DeclineFacts, Item, TaskFacts, TaskQuestionFacts
from gateway.model.member import Member
from gateway.model.message import Message
from gateway.model.notice import Notice
from gateway.model.reading import TaskReading
from gateway.model.task import TASK_LETTER, Course, Task, TaskAct, TaskState

_replace = msgspec.structs.replace


# --- who may --------------------------------------------------------------------------------------------------------


class _Stake(StrEnum):
    """What a member has to do with a task."""

    OWNER = "owner"  # or the substitute of an owner who is away
    MAKER = "maker"
    STEWARD = "steward"
    TAKER = "taker"  # anyone, while nobody has it
    ANYONE = "anyone"


_MOST_GIVERS = 20  # of whom a task that is handed on goes back to one by one
_THEIRS = frozenset({_Stake.OWNER, _Stake.MAKER, _Stake.STEWARD})
_MAY: dict[TaskAct, frozenset[_Stake]] = {
    TaskAct.TAKE: _THEIRS | {_Stake.TAKER},
    TaskAct.DECLINE: frozenset({_Stake.OWNER}),
    TaskAct.HAND: _THEIRS,
    TaskAct.POSTPONE: _THEIRS,
    TaskAct.DONE: _THEIRS | {_Stake.ANYONE},
    TaskAct.DROP: _THEIRS,
    TaskAct.STILL: _THEIRS | {_Stake.TAKER},
}


def _stakes(context: MailContext, task: Task) -> frozenset[_Stake]:
    author, owner = context.author, task.course.owner
    assert author is not None
    held = {
        _Stake.OWNER: owner is not None and (owner == author.id or owner in context.stands_in_for),
        _Stake.MAKER: task.made_by == author.id,
        _Stake.STEWARD: author.is_steward,
        _Stake.TAKER: owner is None,
        _Stake.ANYONE: True,
    }
    return frozenset(stake for stake, is_held in held.items() if is_held)


# --- an answer ------------------------------------------------------------------------------------------------------


def answer(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    """Return what is said of a task comes to: another course, a question back, or a no."""
    refused = _refused(context, task, reading)
    return refused or _RULES[reading.act or TaskAct.STILL](context, task, reading, message)


def _refused(context: MailContext, task: Task, reading: TaskReading) -> Acted | None:
    if reading.act is None:
        return _no(task, "task-unclear", reading.evidence, why=Why.ASKED_BACK)
    if not task.is_open and reading.act is not TaskAct.STILL:
        return _no(task, "task-over", task.course.state.value)
    if not _MAY[reading.act] & _stakes(context, task):
        return _no(task, "task-not-yours", _name(context, task.course.owner))
    if task.mark in context.newer:  # said before what was done to it since, and let in after
        return _no(task, "changed-since")
    return None


def _no(task: Task, reason: str, detail: str = "", *, why: Why = Why.DECLINED) -> Acted:
    return declined(why, DeclineFacts(reason=reason, mark=task.mark, title=task.title, detail=detail))


def settle(context: MailContext, task: Task, number: int, message: Message) -> Acted:
    """Return what a number in answer to "whom is it for?" comes to."""
    asked = facts_of(context, TaskQuestionFacts)
    people = asked.people if asked else ()
    if not 0 < number <= len(people):
        return _no(task, "task-who", why=Why.ASKED_BACK)
    return answer(context, task, TaskReading(TaskAct.HAND, who=people[number - 1].address), message)


def _take(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    author, course = context.author, task.course
    assert author is not None
    if course.owner == author.id:  # it was given to its owner, who now says so
        return _nothing_changed(task, "task-taken")
    return _changed(context, task, reading, _own(course, author), "task-taken", "taken")


def _own(course: Course, member: Member) -> Course:
    """Return a course on which a member has the task of their own will: declined, it goes to its maker."""
    return _replace(course, owner=member.id, given_by=None, handed_on=(), wanted="")


def _decline(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    """Give a task back to whoever gave it, and left or not, to whoever gave it to them; to nobody where that was its
    owner.
    """
    course = task.course
    giver = course.given_by if course.given_by is not None else task.made_by
    way = [one for one in (*course.handed_on, giver) if one != course.owner and _member(context, one)]
    back, *before = reversed(way) if way else (None,)
    given_by, *handed_on = before or (None,)
    course = _replace(course, owner=back, given_by=given_by, handed_on=tuple(reversed(handed_on)))
    return _changed(context, task, reading, course, "task-declined", "declined")


def _hand(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    author = context.author
    assert author is not None
    found = meant(reading.who, context.members, author)
    if len(found) != 1:
        asked = whose(context, task, reading.who, found, message)
        return Acted(
            Why.ASKED_BACK, notices=(asked,), acts=(_line(task, "unclear", text=reading.evidence),), settled=False
        )
    due = reading.due or task.course.due
    if found[0].id == author.id:
        course = _replace(_own(task.course, author), due=due)
        return _changed(context, task, reading, course, "task-taken", "taken")
    handed_on = _way_back(task.course) if _Stake.OWNER in _stakes(context, task) else ()
    course = _replace(
        task.course, owner=found[0].id, given_by=author.id, handed_on=handed_on[-_MOST_GIVERS:], wanted="", due=due
    )
    return _changed(context, task, reading, course, "task-handed", "handed", who=called(found[0]))


def _way_back(course: Course) -> tuple[int, ...]:
    """Return who a task comes from, the latest last."""
    return course.handed_on if course.given_by is None else (*course.handed_on, course.given_by)


def _postpone(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    assert context.author is not None
    if reading.due is None or reading.due < local_day(context.author, context.received_at):
        return _no(task, "task-when", reading.evidence, why=Why.ASKED_BACK)
    course = _replace(task.course, due=reading.due)
    return _changed(context, task, reading, course, "task-postponed", "postponed")


def _done(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    return _changed(context, task, reading, _replace(task.course, state=TaskState.DONE), "task-done", "done")


def _drop(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    return _changed(context, task, reading, _replace(task.course, state=TaskState.DROPPED), "task-dropped", "dropped")


def _still(context: MailContext, task: Task, reading: TaskReading, message: Message) -> Acted:
    if task.is_open:
        return _nothing_changed(task, "task-still")
    if task.course.state is TaskState.WITHDRAWN:
        return _no(task, "task-over", task.course.state.value)
    course = _replace(task.course, state=TaskState.OPEN)
    return _changed(context, task, reading, course, "task-reopened", "reopened")


_RULES: dict[TaskAct, Callable[[MailContext, Task, TaskReading, Message], Acted]] = {
    TaskAct.TAKE: _take,
    TaskAct.DECLINE: _decline,
    TaskAct.HAND: _hand,
    TaskAct.POSTPONE: _postpone,
    TaskAct.DONE: _done,
    TaskAct.DROP: _drop,
    TaskAct.STILL: _still,
}


# --- named by a new mail --------------------------------------------------------------------------------------------

_MARK = re.compile(rf"\b{TASK_LETTER}-?(\d{{1,7}})\b", re.IGNORECASE)


def mark_in(text: str) -> str:
    """Return the mark of a task that a text names, "" for none."""
    found = _MARK.search(text)
    return f"{TASK_LETTER}-{int(found[1])}" if found else ""


def named(context: MailContext, text: str) -> Task | None:
    """Return the task a new mail names: by its mark, or the one of the author's that is called so."""
    if mark := mark_in(text):
        return context.tasks.get(mark)
    called_so = [task for task in own(context) if _bare(task.title) == _bare(text)]
    return called_so[0] if len(called_so) == 1 else None


def own(context: MailContext) -> tuple[Task, ...]:
    """Return the author's open tasks among those that are known."""
    author_id = context.author.id if context.author else 0
    return tuple(task for task in context.tasks.values() if task.course.owner == author_id and task.is_open)


def _bare(title: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in title.casefold()).split())


# --- what follows ---------------------------------------------------------------------------------------------------


def _nothing_changed(task: Task, name: str) -> Acted:
    return Acted(Why.ANSWERED, acts=(_line(task, name),))


def _line(task: Task, name: str, text: str = "") -> Act:
    return Act(name=name, mark=task.mark, title=task.title, text=text)


def _changed(
    context: MailContext, task: Task, reading: TaskReading, course: Course, name: str, change: str, who: str = ""
) -> Acted:
    """Return a task on another course: recorded, everybody concerned told, its reminders planned anew."""
    assert reading.act is not None
    course = _replace(course, reason=reading.remark)
    until = course.due if name in ("task-postponed", "task-handed", "task-taken") else None
    words = reading.remark or reading.evidence
    act = Act(name=name, mark=task.mark, title=task.title, who=who, until=until, text=words)
    act = _replace(act, course=course, course_before=task.course)
    return _on_course(context, task, reading.act, course, change, act)


# What an undo leaves, as it is told where that is no open task: undone twice, a task is done again.
_TOLD_AGAIN = {TaskState.WITHDRAWN: "withdrawn", TaskState.DONE: "done", TaskState.DROPPED: "dropped"}


def undo(context: MailContext, act: Act) -> Acted:
    """Return a task as it was before an act of a receipt; one that was made is withdrawn."""
    task = context.tasks.get(act.mark)
    if task is None or act.course is None:
        return declined(Why.DECLINED, DeclineFacts(reason="unknown-mark", mark=act.mark, title=act.title))
    if task.course != act.course:  # somebody has done more to it since
        return _no(task, "cannot-undo")
    before = act.course_before or _replace(act.course, state=TaskState.WITHDRAWN)
    change = _TOLD_AGAIN.get(before.state, "undone")
    line = Act(name="undone", mark=task.mark, title=task.title, course=before, course_before=task.course)
    return _on_course(context, task, TaskAct.UNDO, before, change, line)


def _on_course(context: MailContext, task: Task, done: TaskAct, course: Course, change: str, act: Act) -> Acted:
    assert context.author is not None
    changed = _replace(task, course=course)
    entry = TaskChanged(mark=task.mark, by=context.author.id, act=done, course=course)
    notices = tuple(told(context, task, changed, change))
    plan = reminders(context, changed)
    return _replace_plan(Acted(Why.TASK_CHANGED, entries=(entry,), notices=notices, acts=(act,)), plan)


def _replace_plan(acted: Acted, plan: Acted) -> Acted:
    return Acted(acted.why, acted.entries, acted.notices, due=plan.due, undue=plan.undue, acts=acted.acts)


def reminders(context: MailContext, task: Task) -> Acted:
    """Return the due row of a task's reminders planned, or taken out."""
    owner = _member(context, task.course.owner)
    due = task_reminders.row(task, owner, context.workspace.charter, context.now)
    if due is None:
        return Acted(Why.TASK_CHANGED, undue=(task_reminders.key(task.mark),))
    return Acted(Why.TASK_CHANGED, due=(due,))


def told(context: MailContext, before: Task | None, task: Task, change: str) -> Iterator[Notice]:
    """Yield what everybody concerned is told but the author: the maker, and who has or had the task."""
    assert context.author is not None
    had = before.course.owner if before else None
    gave_back = before.course.given_by if before and change in ("declined", "done", "dropped") else None
    concerned = dict.fromkeys((task.course.owner, had, task.made_by, gave_back))
    for member_id in concerned:
        member = _member(context, member_id)
        if member is not None and member.id != context.author.id:
            is_given = member.id == task.course.owner != had and change in ("given", "handed")
            yield _notice(context, task, "given" if is_given else change, member)


def _notice(context: MailContext, task: Task, change: str, member: Member) -> Notice:
    course, author = task.course, context.author
    assert author is not None
    facts = TaskFacts(
        change=change,
        mark=task.mark,
        title=task.title,
        by=called(author),
        owner=_name(context, course.owner),
        yours=course.owner == member.id,
        due=course.due,
        reason=course.reason,
        text=task.text if change == "given" else "",
    )
    state = f"{course.owner}:{course.due}:{course.state}"
    key = f"task:{task.mark}:{change}:{member.id}:a{context.arrival_id}:{state}"
    return task_reminders.letter(task, member, facts, key, context)


# --- whom it is for -------------------------------------------------------------------------------------------------


def whose(context: MailContext, task: Task, name: str, people: tuple[Member, ...], message: Message) -> Notice:
    """Return the question to the author whom a name means: it fits nobody here, or several."""
    unknown: tuple[str, ...] = ()
    if names_several(name) and context.author is not None:
        people, unknown = told_apart(name, context.members, context.author)
    candidates = tuple(Candidate(member_id=m.id, name=m.name, address=m.address) for m in people)
    facts = TaskQuestionFacts(
        mark=task.mark,
        title=task.title,
        words=name,
        people=candidates,
        several=names_several(name),
        unknown=", ".join(unknown) if people else "",
    )
    key = once_per_mail(context, f"task-question:{task.mark}")
    items = (Item(mark=task.mark, text=task.title),)
    return to_author(context, message, facts, key, mark=task.mark, items=items)


def called(member: Member) -> str:
    """Return what a member is called."""
    return member.name or member.address


def _member(context: MailContext, member_id: int | None) -> Member | None:
    return next((m for m in context.members if m.id == member_id and m.left_at is None), None)


def _name(context: MailContext, member_id: int | None) -> str:
    member = _member(context, member_id)
    return called(member) if member else ""
