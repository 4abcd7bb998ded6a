"""Tasks: who may do what, whom a name means, when their owner is reminded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from gateway.decide import owed, task_reminders
from gateway.decide.people import in_full, meant, told_apart
from gateway.model.context import Due, DueKind, TickContext
from gateway.model.decision import Decision, Why
from gateway.model.entry import TaskChanged, TaskMade
from gateway.model.facts import TaskFacts, TaskQuestionFacts
from gateway.model.member import Absence, Settings
from gateway.model.reading import CommandReading, Intent, TaskReading, TaskRequest
from gateway.model.task import Course, Task, TaskAct, TaskState
from tests.builders import ANA, BEN, CLEO, NOW, TEAM, charter, context, member, piece, say, workspace

DEV = member(4, "Dev")
EVERYONE = (*TEAM, DEV)
# Made by Cleo, done by Ben; Ana is a steward, Dev has nothing to do with it.
TASK = Task(
    mark="T-1",
    title="Send the budget",
    made_by=CLEO.id,
    made_at=NOW,
    course=Course(owner=BEN.id, given_by=CLEO.id, due=date(2026, 6, 12)),
)
FREE = msgspec.structs.replace(TASK, course=Course())


def decided(author: Any, act: TaskAct, task: Task = TASK, **said: Any) -> Decision:
    known = context(author, tasks={"T-1": task}, members=EVERYONE)
    return say(known, piece(TaskReading(act, **said), mark="T-1"))


def course(decision: Decision) -> Course:
    (entry,) = (entry for entry in decision.entries if isinstance(entry, TaskChanged))
    return entry.course


# --- who may --------------------------------------------------------------------------------------------------------

SAID: dict[TaskAct, dict[str, Any]] = {
    TaskAct.TAKE: {},
    TaskAct.DECLINE: {},
    TaskAct.HAND: {"who": "Dev"},
    TaskAct.POSTPONE: {"due": date(2026, 6, 20)},
    TaskAct.DONE: {},
    TaskAct.DROP: {},
}
ALLOWED = {
    "Ana": {TaskAct.TAKE, TaskAct.HAND, TaskAct.POSTPONE, TaskAct.DONE, TaskAct.DROP},
    "Ben": {TaskAct.DECLINE, TaskAct.HAND, TaskAct.POSTPONE, TaskAct.DONE, TaskAct.DROP},
    "Cleo": {TaskAct.TAKE, TaskAct.HAND, TaskAct.POSTPONE, TaskAct.DONE, TaskAct.DROP},
    "Dev": {TaskAct.DONE},
}


@pytest.mark.parametrize("act", SAID)
@pytest.mark.parametrize("author", EVERYONE, ids=lambda one: one.name)
def test_who_may_do_what_to_a_task_that_somebody_has(author: Any, act: TaskAct) -> None:
    changes = any(isinstance(entry, TaskChanged) for entry in decided(author, act, **SAID[act]).entries)
    assert changes is (act in ALLOWED[author.name])


@pytest.mark.parametrize(("act", "may"), [(TaskAct.TAKE, True), (TaskAct.DONE, True), (TaskAct.DROP, False)])
def test_anyone_takes_what_nobody_has_or_says_that_it_is_done(act: TaskAct, may: bool) -> None:
    assert any(isinstance(entry, TaskChanged) for entry in decided(DEV, act, FREE).entries) is may


def test_the_maker_and_who_had_it_are_told_and_the_author_gets_a_receipt() -> None:
    decision = decided(ANA, TaskAct.HAND, who="Dev")
    told = {notice.member_id: notice.facts for notice in decision.notices if isinstance(notice.facts, TaskFacts)}
    assert {who: facts.change for who, facts in told.items()} == {4: "given", 2: "handed", 3: "handed"}
    assert [notice.kind for notice in decision.notices if notice.member_id == ANA.id] == ["receipt"]


def test_put_off_to_no_day_or_to_one_that_is_past_is_asked_back() -> None:
    assert decided(BEN, TaskAct.POSTPONE, due=date(2026, 6, 1)).why is Why.ASKED_BACK
    assert decided(BEN, TaskAct.POSTPONE).why is Why.ASKED_BACK


def test_handing_over_plans_the_reminders_of_the_new_owner() -> None:
    (due,) = decided(BEN, TaskAct.HAND, who="Dev").due
    assert (due.kind, due.key, due.member_id) == (DueKind.TASK, "task:T-1", DEV.id)


@pytest.mark.parametrize("act", [TaskAct.DONE, TaskAct.DROP])
def test_what_is_over_is_not_reminded_of(act: TaskAct) -> None:
    decision = decided(BEN, act)
    assert (decision.due, decision.undue) == ((), ("task:T-1",))


def test_a_decline_of_ones_own_task_leaves_it_to_anyone() -> None:
    own = msgspec.structs.replace(TASK, made_by=BEN.id, course=Course(owner=BEN.id))
    assert course(decided(BEN, TaskAct.DECLINE, own)).owner is None


def handed(before: Course, by: Any, to: Any) -> Course:
    task = msgspec.structs.replace(TASK, course=before)
    return course(decided(by, TaskAct.HAND, task, who=to.name))


def declined(before: Course, by: Any, everyone: Any = EVERYONE) -> Course:
    known = context(by, tasks={"T-1": msgspec.structs.replace(TASK, course=before)}, members=everyone)
    return course(say(known, piece(TaskReading(TaskAct.DECLINE), mark="T-1")))


def test_a_task_handed_on_goes_back_the_way_it_came() -> None:
    given = Course(owner=BEN.id, given_by=CLEO.id)
    on = handed(handed(given, BEN, ANA), ANA, DEV)
    owners = []
    for who in (DEV, ANA, BEN):
        on = declined(on, who)
        owners.append(on.owner)
    assert owners == [ANA.id, BEN.id, CLEO.id]
    assert declined(on, CLEO).owner is None  # its maker


def test_who_has_left_is_passed_over_on_the_way_back() -> None:
    on = handed(handed(Course(owner=BEN.id, given_by=CLEO.id), BEN, ANA), ANA, DEV)
    gone = (msgspec.structs.replace(ANA, left_at=NOW), BEN, CLEO, DEV)
    back = declined(on, DEV, gone)
    assert (back.owner, back.given_by) == (BEN.id, CLEO.id)


def test_a_task_that_a_steward_gives_to_another_goes_back_to_the_steward() -> None:
    on = handed(Course(owner=BEN.id, given_by=CLEO.id), ANA, DEV)
    assert (on.given_by, on.handed_on) == (ANA.id, ())
    assert declined(on, DEV).owner == ANA.id


def test_several_tasks_of_one_mail_have_marks_of_their_own() -> None:
    asked = CommandReading(Intent.NEW_TASK, tasks=(TaskRequest("Buy ink", "Ben"), TaskRequest("Call the bank")))
    decision = say(context(ANA, members=EVERYONE), piece(asked))
    made = [entry.task for entry in decision.entries if isinstance(entry, TaskMade)]
    assert [(task.mark, task.course.owner) for task in made] == [("T-1", BEN.id), ("T-2", None)]
    assert decision.why is Why.TASK_MADE


def test_a_full_name_behind_an_at_sign_is_one_name() -> None:
    everyone = (*EVERYONE, member(5, "Ben Moor"))
    asked = TaskRequest("Moor: send the budget", "Ben", behind="Moor")
    decision = say(context(ANA, members=everyone), piece(CommandReading(Intent.NEW_TASK, tasks=(asked,))))
    made = [entry.task for entry in decision.entries if isinstance(entry, TaskMade)]
    assert [(task.title, task.course.owner) for task in made] == [("send the budget", 5)]


def test_a_task_for_two_is_nobodys_until_its_author_says_whose() -> None:
    asked = CommandReading(Intent.NEW_TASK, tasks=(TaskRequest("Clean the hall", "ben, cleo"),))
    decision = say(context(ANA, members=EVERYONE), piece(asked))
    facts = next(notice.facts for notice in decision.notices if isinstance(notice.facts, TaskQuestionFacts))
    assert facts.several
    assert [one.member_id for one in facts.people] == [BEN.id, CLEO.id]
    assert [entry.task.course.owner for entry in decision.entries if isinstance(entry, TaskMade)] == [None]


def test_that_it_goes_on_changes_nothing_and_is_confirmed() -> None:
    decision = decided(BEN, TaskAct.STILL)
    assert (decision.entries, [notice.kind for notice in decision.notices]) == ((), ["receipt"])


def test_that_it_goes_on_opens_what_was_done_again() -> None:
    over = msgspec.structs.replace(TASK, course=msgspec.structs.replace(TASK.course, state=TaskState.DONE))
    assert course(decided(BEN, TaskAct.STILL, over)) == TASK.course
    assert not decided(DEV, TaskAct.STILL, over).entries


# --- whom a name means ----------------------------------------------------------------------------------------------

ZOE, MARIE, MARIE_TOO = member(7, "Zoë Marie"), member(8, "Marie Curie"), member(9, "Marie Blanc")
PEOPLE = (*TEAM, ZOE, MARIE, MARIE_TOO)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ben", (BEN,)),
        ("@Ben", (BEN,)),
        ("ben@example.org", (BEN,)),
        ("zoe", (ZOE,)),
        ("Curie", (MARIE,)),
        ("marie curie", (MARIE,)),
        ("marie.blanc", (MARIE_TOO,)),
        ("Marie", (MARIE, MARIE_TOO)),
        ("me", (ANA,)),
        ("Zoltan", ()),
        ("", ()),
        ("@", ()),
    ],
)
def test_a_name_means_whom_it_fits_best(name: str, found: tuple[Any, ...]) -> None:
    assert meant(name, PEOPLE, ANA) == found


@pytest.mark.parametrize(
    ("name", "behind", "found"),
    [
        ("Marie", "Curie", ("Marie Curie", "Curie")),
        ("marie", "curie sends it", ("Marie Curie", "curie")),
        ("Zoe", "Marie", ("Zoë Marie", "Marie")),
        ("Marie", "Moor", ("", "")),
        ("Marie", "C. sends it", ("Marie Curie", "C.")),
        ("Ben", "X.", ("", "")),
        ("Ben", "", ("", "")),
    ],
)
def test_words_behind_a_name_are_a_part_of_it_where_a_member_is_called_so(
    name: str, behind: str, found: tuple[str, str]
) -> None:
    assert in_full(name, behind, PEOPLE) == found


def test_of_several_names_those_of_nobody_are_told_apart() -> None:
    assert told_apart("ben, zoltan", PEOPLE, ANA) == ((BEN,), ("zoltan",))


def test_who_has_left_is_meant_by_no_name() -> None:
    assert meant("Ben", (ANA, msgspec.structs.replace(BEN, left_at=NOW)), ANA) == ()


# --- reminders ------------------------------------------------------------------------------------------------------

RULES = charter(timezone="Europe/Paris")
PARISIAN = member(5, "Eve", timezone="Europe/Paris")


def times(due: date, owner: Any = PARISIAN, now: datetime = NOW, last: datetime | None = None) -> datetime | None:
    task = msgspec.structs.replace(TASK, course=Course(owner=owner.id, due=due))
    planned = task_reminders.row(task, owner, RULES, now, last)
    return planned.at if planned else None


@pytest.mark.parametrize(
    ("due", "now", "last", "at"),
    [
        (date(2026, 6, 12), NOW, None, "2026-06-11 07:00"),  # a Friday: on Thursday
        (date(2026, 6, 8), NOW, None, "2026-06-05 07:00"),  # a Monday: on the Friday before
        (date(2026, 6, 7), NOW, None, "2026-06-05 07:00"),  # a Sunday
        (date(2026, 6, 3), NOW, None, "2026-06-08 07:00"),  # today, and the day has begun: three working days on
        (date(2026, 6, 4), NOW, None, "2026-06-04 07:00"),  # tomorrow
        (date(2026, 6, 1), NOW, NOW, "2026-06-08 07:00"),  # overdue, reminded of today
    ],
)
def test_the_next_reminder(due: date, now: datetime, last: datetime | None, at: str) -> None:
    assert times(due, now=now, last=last) == datetime.fromisoformat(at).replace(tzinfo=UTC)


def test_it_waits_for_who_is_away_once_those_who_wait_were_told() -> None:
    away = msgspec.structs.replace(PARISIAN, absences=(Absence(starts=date(2026, 6, 4), until=date(2026, 6, 14)),))
    task = msgspec.structs.replace(TASK, course=Course(owner=away.id, due=date(2026, 6, 8)))
    planned = [task_reminders.row(task, away, RULES, NOW, absence_told=told) for told in (False, True)]
    days = [date(2026, 6, 5), date(2026, 6, 15)]
    assert [(due.at.date(), due.number) for due in planned if due] == list(zip(days, (0, 1), strict=True))


ON_THE_EVE = datetime(2026, 6, 11, 9, 0, tzinfo=UTC)  # of the day TASK is due


def tick(*absences: Absence, told: bool = False, now: datetime = ON_THE_EVE, **changes: Any) -> Decision:
    owner = msgspec.structs.replace(BEN, absences=absences)
    task = msgspec.structs.replace(TASK, course=msgspec.structs.replace(TASK.course, **changes))
    known = TickContext(now=now, workspace=workspace(), members=(owner, *EVERYONE), task=task)
    return task_reminders.remind(Due(key="task:T-1", kind=DueKind.TASK, at=now, mark="T-1", number=int(told)), known)


AWAY = Absence(starts=date(2026, 6, 8), until=date(2026, 6, 20))


@pytest.mark.parametrize("absence", [AWAY, Absence(starts=date(2026, 6, 8))], ids=["dated", "undated"])
def test_those_who_wait_are_told_that_the_owner_is_away_past_the_day(absence: Absence) -> None:
    decision = tick(absence, given_by=ANA.id)
    told = {notice.member_id: notice.facts for notice in decision.notices}
    assert set(told) == {ANA.id, CLEO.id}  # who gave it, and who made it
    facts = told[CLEO.id]
    assert isinstance(facts, TaskFacts)
    assert (facts.change, facts.by, facts.until, facts.may_hand) == ("away", "Ben", absence.until, True)
    assert (decision.why, [due.number for due in decision.due]) == (Why.TOLD, [1])


@pytest.mark.parametrize(
    ("absence", "asked"),
    [
        (AWAY, {"told": True}),  # they were told before
        (AWAY, {"given_by": None, "owner": ANA.id}),  # it is Ana's, who is here
        (Absence(starts=date(2026, 6, 8), until=date(2026, 6, 11)), {}),  # back on the day
    ],
    ids=["told before", "another's", "back by then"],
)
def test_nobody_is_told_of_an_absence_twice_or_of_one_that_makes_nobody_wait(
    absence: Absence, asked: dict[str, Any]
) -> None:
    assert not [notice for notice in tick(absence, **asked).notices if notice.kind == "task"]


def test_of_ones_own_task_nobody_is_told_that_one_is_away() -> None:
    own = msgspec.structs.replace(TASK, made_by=BEN.id, course=Course(owner=BEN.id, due=TASK.course.due))
    owner = msgspec.structs.replace(BEN, absences=(AWAY,))
    known = TickContext(now=ON_THE_EVE, workspace=workspace(), members=(owner,), task=own)
    decision = task_reminders.remind(Due(key="task:T-1", kind=DueKind.TASK, at=ON_THE_EVE, mark="T-1"), known)
    assert (decision.why, decision.notices, decision.due[0].number) == (Why.NOT_OWED, (), 0)


@pytest.mark.parametrize(("changes", "reason"), [({}, None), ({"state": TaskState.DONE}, "task-over")])
def test_whether_an_absence_is_still_to_be_told_is_asked_again_at_sending(
    changes: dict[str, Any], reason: str | None
) -> None:
    (notice,) = (notice for notice in tick(AWAY).notices if notice.member_id == CLEO.id)
    now = msgspec.structs.replace(TASK, course=msgspec.structs.replace(TASK.course, **changes))
    assert owed.still_owed(notice, None, CLEO, ON_THE_EVE, RULES, now) == reason


def test_nobody_is_reminded_without_a_date_or_an_owner_or_once_it_is_over() -> None:
    for changes in ({"due": None}, {"state": TaskState.DONE}):
        task = msgspec.structs.replace(TASK, course=msgspec.structs.replace(TASK.course, **changes))
        assert task_reminders.row(task, BEN, RULES, NOW) is None
    assert task_reminders.row(TASK, None, RULES, NOW) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"state": TaskState.DONE}, "task-over"),
        ({"owner": CLEO.id}, "not-theirs"),
        ({"due": date(2026, 6, 30)}, "postponed"),
    ],
)
def test_whether_a_reminder_is_still_owed_is_asked_again_at_sending(
    changes: dict[str, Any], reason: str | None
) -> None:
    at_work = msgspec.structs.replace(BEN, settings=Settings(days=(0, 1, 2, 3, 4, 5, 6)))
    reminder = _reminder(at_work)
    now = msgspec.structs.replace(TASK, course=msgspec.structs.replace(TASK.course, **changes))
    assert owed.still_owed(reminder, None, at_work, NOW, RULES, now) == reason


def _reminder(owner: Any) -> Any:
    known = TickContext(now=NOW, workspace=workspace(), members=(owner, CLEO), task=TASK)
    decision = task_reminders.remind(Due(key="task:T-1", kind=DueKind.TASK, at=NOW, mark="T-1"), known)
    assert decision.why is Why.REMINDED
    assert decision.due[0].since == NOW
    return decision.notices[0]
