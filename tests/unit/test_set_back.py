"""A clock that was forty days ahead and is right again: what it planned is planned anew, what it did stays done."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from gateway.decide.bounces import PROBES
from gateway.decide.routines import opened_on
from gateway.decide.set_back import planned_anew
from gateway.decide.task_reminders import row
from gateway.model.charter import Charter
from gateway.model.context import Due, DueKind
from gateway.model.task import Course, Task
from tests.builders import BEN, NOW, TEAM, charter

AHEAD = NOW + timedelta(days=40)
RULES = charter(routines={"daily": {"ritual": "check-in", "rule": "FREQ=DAILY", "at": "09:00"}})
TASK = Task(mark="T-1", title="Call the roofer", made_by=1, made_at=NOW, course=Course(owner=BEN.id, due=NOW.date()))


def again(*planned: Due, rules: Charter = RULES) -> dict[str, Due]:
    return {due.key: due for due in planned_anew(planned, rules, TEAM, {"T-1": TASK}, NOW)}


def routine(opened: datetime, at: datetime) -> Due:
    return Due(key="routine:daily", kind=DueKind.ROUTINE, at=at, routine="daily", occurrence=at.date(), since=opened)


def digest(since: datetime, at: datetime) -> Due:
    return Due(key="digest:2", kind=DueKind.DIGEST, at=at, member_id=2, since=since)


def soon(due: Due) -> bool:
    return NOW < due.at <= NOW + timedelta(days=4)  # over a weekend


def test_a_routine_comes_round_again_and_its_far_day_is_opened_in_its_turn() -> None:
    found = again(routine(opened_on(AHEAD.date()), AHEAD + timedelta(days=1)))["routine:daily"]
    assert soon(found)
    assert found.since is None


def test_a_day_that_was_opened_before_is_not_opened_again() -> None:
    today = opened_on(NOW.date())
    found = again(routine(today, AHEAD))["routine:daily"]
    assert found.since == today
    assert found.occurrence is not None
    assert found.occurrence > NOW.date()


def test_a_digest_comes_again_and_tells_what_came_since_now() -> None:
    found = again(digest(AHEAD, AHEAD + timedelta(days=1)))["digest:2"]
    assert soon(found)
    assert found.since == NOW
    earlier = NOW - timedelta(days=1)
    assert again(digest(earlier, AHEAD))["digest:2"].since == earlier


def test_an_overdue_task_is_reminded_of_as_if_it_never_had_been_in_time_to_come() -> None:
    planned = row(TASK, BEN, RULES, AHEAD, AHEAD)
    assert planned is not None
    assert again(planned)["task:T-1"] == row(TASK, BEN, RULES, NOW)
    told = msgspec.structs.replace(planned, number=1)
    assert again(told)["task:T-1"].number == 1


def test_a_probe_is_no_further_off_than_any_is_and_a_close_stays() -> None:
    probe = Due(key="probe:2", kind=DueKind.PROBE, at=AHEAD, member_id=2)
    near = Due(key="undelivered", kind=DueKind.UNDELIVERED, at=NOW + timedelta(minutes=5))
    close = Due(key="close:V-1", kind=DueKind.CLOSE, at=AHEAD, mark="V-1")
    found = again(probe, near, close)
    assert found["probe:2"].at == NOW + max(PROBES)
    assert not {"undelivered", "close:V-1"} & set(found)
