"""How tasks are made: by a new mail that asks for one or several, by its address, its subject's tag, or its words.

Must not: read words, or say what can be done to a task (task.py does).
"""

from __future__ import annotations

import dataclasses
import re

import msgspec

from gateway.decide.acted import Acted, declined, joined
from gateway.decide.people import in_full, meant
from gateway.decide.rituals import task as ritual
from gateway.model.address import Door
from gateway.model.context import MailContext
from gateway.model.decision import Why
from gateway.model.entry import TaskMade
from gateway.model.facts import Act, DeclineFacts
from gateway.model.member import Member
from gateway.model.message import Message
from gateway.model.reading import CommandReading, Intent, TaskRequest
from gateway.model.task import TASK_LETTER, Course, Task

_TAGS = re.compile(r"^\s*(?:\[[^\]]{0,40}\]\s*)+")
_TASK_TAG = re.compile(r"^\s*(?:\[[^\]]{0,40}\]\s*)*\[\s*task\s*\]", re.IGNORECASE)
_LONGEST_TITLE = 200
_MORE_THAN_A_TITLE = 6  # words; a text longer than its title by so many says something beside it


def asks_for_tasks(context: MailContext, message: Message, reading: object) -> bool:
    """Whether a new mail makes tasks: by its address, by its subject's tag, or by asking for some clearly."""
    if context.answering is not None or context.thread is not None:
        return False
    clear = isinstance(reading, CommandReading) and reading.intent is Intent.NEW_TASK
    return clear or context.destination.door is Door.TASK or bool(_TASK_TAG.match(message.subject))


def make_by_mail(context: MailContext, message: Message, text: str, reading: object) -> Acted:
    """Return the tasks that a mail asks for: each told to its owner, and asked about where a name is in doubt."""
    asked = reading if isinstance(reading, CommandReading) and reading.intent is Intent.NEW_TASK else None
    requests = (asked and asked.tasks) or _plainly(message, text)
    if not requests:
        return declined(Why.DECLINED, DeclineFacts(reason="no-task"))
    # Answers to a mail that is a post too belong to that.
    message_id = "" if asked and asked.is_beside else message.message_id
    return joined(
        _made(context, message, request, number, text if len(requests) == 1 else "", "" if number else message_id)
        for number, request in enumerate(requests)
    )


def _plainly(message: Message, text: str) -> tuple[TaskRequest, ...]:
    """Return the task that the subject names, or the first line; to the address of tasks that is enough."""
    subject = " ".join(_TAGS.sub("", message.subject).split())
    first_line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    title = (subject or first_line)[:_LONGEST_TITLE]
    return (TaskRequest(title),) if title else ()


def _made(
    context: MailContext, message: Message, request: TaskRequest, number: int, text: str, message_id: str
) -> Acted:
    author = context.author
    assert author is not None
    request = _with_full_name(request, context)
    found = meant(request.assignee, context.members, author) if request.assignee else ()
    owner = found[0] if len(found) == 1 else None
    task = Task(
        mark=context.fresh.mark(TASK_LETTER, number),
        title=request.title,
        made_by=author.id,
        made_at=context.now,
        course=_first_course(author, owner, request),
        channel=context.destination.channel,
        text=_beside(text, request.title),
        message_id=message_id,
    )
    plan = ritual.reminders(context, task)
    acted = Acted(
        Why.TASK_MADE,
        entries=(TaskMade(task=task),),
        notices=tuple(ritual.told(context, None, task, "given")),
        due=plan.due,
        acts=(_line(task, owner),),
    )
    if owner is not None or not request.assignee:
        return acted
    question = ritual.whose(context, task, request.assignee, found, message)
    return joined((acted, Acted(Why.TASK_MADE, notices=(question,))))


def _with_full_name(request: TaskRequest, context: MailContext) -> TaskRequest:
    """Return a task for "@Ben Moor" with all of the name in its place, and none of it in the title."""
    full, rest = in_full(request.assignee or "", request.behind, context.members)
    title = re.sub(rf"(^|\s){re.escape(rest)}(?!\w)[\s.:,–—-]*", r"\1", request.title, count=1).strip()
    return dataclasses.replace(request, assignee=full, title=title) if full and title else request


def _first_course(author: Member, owner: Member | None, request: TaskRequest) -> Course:
    return Course(
        owner=owner.id if owner else None,
        given_by=author.id if owner and owner.id != author.id else None,
        due=request.due,
        wanted=request.assignee or "" if owner is None else "",
    )


def _line(task: Task, owner: Member | None) -> Act:
    act = Act(name="task-made", mark=task.mark, title=task.title, until=task.course.due)
    return msgspec.structs.replace(act, who=ritual.called(owner) if owner else "", course=task.course)


def _beside(text: str, title: str) -> str:
    return text.strip() if len(text.split()) > len(title.split()) + _MORE_THAN_A_TITLE else ""
