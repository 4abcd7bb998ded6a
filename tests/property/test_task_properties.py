"""Tasks under any sequence of acts: what an act changed, undo restores exactly; who may not, changes nothing."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.decide.after import after
from gateway.model.context import MailContext, Sent
from gateway.model.decision import Decision
from gateway.model.entry import TaskChanged
from gateway.model.facts import Item, ReceiptFacts
from gateway.model.member import Member
from gateway.model.notice import Notice
from gateway.model.reading import TaskReading
from gateway.model.task import Course, Task, TaskAct, TaskState
from gateway.model.understood import Undo
from tests.builders import NOW, TEAM, context, piece, say

DAYS = [date(2026, 6, 1) + timedelta(days=n) for n in range(0, 30, 5)]
_members = st.sampled_from(TEAM)
_ids = st.sampled_from([member.id for member in TEAM])
_courses = st.builds(
    Course,
    owner=st.none() | _ids,
    given_by=st.none() | _ids,
    due=st.none() | st.sampled_from(DAYS),
    state=st.sampled_from([TaskState.OPEN, TaskState.OPEN, TaskState.DONE, TaskState.DROPPED]),
)
_tasks = st.builds(
    Task, mark=st.just("T-1"), title=st.just("Send it"), made_by=_ids, made_at=st.just(NOW), course=_courses
)
_readings = st.builds(
    TaskReading,
    act=st.none() | st.sampled_from([act for act in TaskAct if act is not TaskAct.UNDO]),
    who=st.sampled_from(["me", "Ben", "Cleo", "nobody"]),
    due=st.none() | st.sampled_from(DAYS),
    remark=st.sampled_from(["", "because"]),
)


def told(author: Member, task: Task, **facts: Any) -> MailContext:
    return context(author, tasks={"T-1": task}, members=TEAM, **facts)


def receipt_of(decision: Decision) -> Notice | None:
    return next((notice for notice in decision.notices if isinstance(notice.facts, ReceiptFacts)), None)


def answering(receipt: Notice) -> Sent:
    return Sent(
        notice_id=1,
        kind="receipt",
        member_id=receipt.member_id,
        mark=receipt.mark,
        thread="",
        items=(Item(mark="T-1"),),
        language="en",
        sent_at=NOW,
        frozen=None,
        facts=msgspec.json.encode(receipt.facts),
    )


@settings(max_examples=200, deadline=None)
@given(task=_tasks, steps=st.lists(st.tuples(_members, _readings), min_size=1, max_size=8))
def test_undo_restores_the_course_before_every_act(task: Task, steps: list[tuple[Member, TaskReading]]) -> None:
    for author, reading in steps:
        before = told(author, task)
        decision = say(before, piece(reading, mark="T-1"))
        changed = after(before, decision.entries).tasks["T-1"]
        receipt = receipt_of(decision)
        if changed.course == task.course or receipt is None:
            continue
        again = told(author, changed, answering=answering(receipt))
        undone = after(again, say(again, piece(Undo())).entries).tasks["T-1"]
        assert undone.course == task.course
        task = changed


@settings(max_examples=200, deadline=None)
@given(task=_tasks, author=_members, reading=_readings)
def test_an_act_changes_a_task_by_one_entry_with_its_author_or_not_at_all(
    task: Task, author: Member, reading: TaskReading
) -> None:
    changes = [
        entry for entry in say(told(author, task), piece(reading, mark="T-1")).entries if isinstance(entry, TaskChanged)
    ]
    assert len(changes) <= 1
    assert all((entry.by, entry.mark) == (author.id, "T-1") for entry in changes)


@settings(max_examples=100, deadline=None)
@given(task=_tasks, author=_members, reading=_readings)
def test_nobody_is_told_of_a_task_twice_by_one_act(task: Task, author: Member, reading: TaskReading) -> None:
    decision = say(dataclasses.replace(told(author, task)), piece(reading, mark="T-1"))
    told_of = [notice.member_id for notice in decision.notices if notice.kind == "task"]
    assert len(told_of) == len(set(told_of))
    assert author.id not in told_of
