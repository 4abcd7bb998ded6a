"""When routines come round, and for whom."""

from __future__ import annotations

from datetime import date, time
from itertools import islice
from typing import Any

import pytest

from gateway.decide import routines
from gateway.model.charter import Charter, Routine
from gateway.model.context import Due, DueKind
from gateway.model.member import Absence
from tests.tick_builders import AUCKLAND, DAILY, NEW_YORK, PARIS, charter, member, utc

MONDAY = date(2026, 3, 2)


def routine(charter_: Charter) -> Routine:
    return charter_.routines["daily"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(rule: str, after: str, count: int = 3) -> list[str]:
    return [found.isoformat() for found in islice(routines.days_after(rule, day(after)), count)]


def only(charter_: Charter, now: str, members: Any = (), planned: tuple[Due, ...] = ()) -> Due:
    (due,) = routines.first_dues(charter_, members or (member(1),), utc(now), planned)
    return due


@pytest.mark.parametrize(
    ("rule", "after", "found"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", "2026-03-02", ["2026-03-05", "2026-03-09", "2026-03-12"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-03-02", ["2026-03-27", "2026-04-24", "2026-05-29"]),
        ("FREQ=DAILY;BYHOUR=9,17", "2026-03-02", ["2026-03-03", "2026-03-04", "2026-03-05"]),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260310T000000Z", "2026-03-01", ["2026-03-02", "2026-03-09"]),
        ("DTSTART:20260303T090000\nRRULE:FREQ=DAILY;COUNT=2", "2026-03-01", ["2026-03-03", "2026-03-04"]),
        ("DTSTART;TZID=Europe/Paris:20260303T090000\nRRULE:FREQ=DAILY;COUNT=1", "2026-03-01", ["2026-03-03"]),
        ("RRULE:FREQ=DAILY\nEXDATE:20260304T000000", "2026-03-02", ["2026-03-03", "2026-03-05", "2026-03-06"]),
    ],
)
def test_a_rule_names_days(rule: str, after: str, found: list[str]) -> None:
    assert days(rule, after) == found


def test_every_second_week_stays_the_same_week_whenever_it_is_asked() -> None:
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
    assert days(rule, "2026-03-01", 2)[0] in days(rule, "2026-02-01", 4)


def test_each_member_is_asked_at_nine_by_their_own_clock() -> None:
    found = routines.occurrence(
        "daily", routine(charter({"daily": DAILY})), MONDAY, (member(1, AUCKLAND), member(2)), charter({"daily": DAILY})
    )
    assert found
    assert [at for _, at in found.prompts] == [utc("2026-03-01T20:00"), utc("2026-03-02T08:00")]


def test_it_closes_a_while_after_the_last_member_was_asked() -> None:
    rules = charter({"daily": DAILY})
    found = routines.occurrence("daily", routine(rules), MONDAY, (member(1, AUCKLAND), member(2, NEW_YORK)), rules)
    assert found
    assert found.closes_at == utc("2026-03-02T22:00")  # nine in New York and eight hours


def test_a_member_may_choose_another_hour() -> None:
    rules = charter({"daily": DAILY})
    assert routines.prompt_at(routine(rules), MONDAY, member(1, prompt_at=time(14, 30))) == utc("2026-03-02T13:30")


def test_an_hour_the_clocks_skip_is_asked_an_hour_later() -> None:
    rules = charter({"daily": DAILY | {"at": "02:30"}})
    assert routines.prompt_at(routine(rules), date(2026, 3, 29), member(1)) == utc("2026-03-29T01:30")


@pytest.mark.parametrize(
    ("settings", "is_asked"),
    [
        ({}, True),
        ({"days": (1, 2)}, False),
        ({"prompts": False}, False),
        ({"prompt_days": (0,)}, True),
        ({"prompt_days": (4,)}, False),
        ({"paused": True}, False),
        ({"paused_until": MONDAY}, False),
        ({"paused_until": date(2026, 3, 1)}, True),
        ({"suspended": True}, False),
        ({"left_at": utc("2026-01-01T00:00")}, False),
        ({"away": (Absence(starts=MONDAY),)}, True),  # shown as away
    ],
)
def test_a_check_in_asks_those_who_work_and_want_it(settings: dict[str, Any], is_asked: bool) -> None:
    rules = charter({"daily": DAILY})
    assert bool(routines.asked(routine(rules), MONDAY, (member(1, **settings),), rules)) is is_asked


def test_every_second_one_comes_every_second_time() -> None:
    rules = charter({"daily": DAILY | {"rule": "FREQ=WEEKLY;BYDAY=MO"}})
    one = member(1, prompt_every=2)
    mondays = [day(text) for text in ("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23")]
    was_asked = [bool(routines.asked(routine(rules), monday, (one,), rules)) for monday in mondays]
    assert was_asked in ([True, False, True, False], [False, True, False, True])


def test_every_second_friday_of_a_daily_routine_counts_fridays() -> None:
    rules = charter({"daily": DAILY})
    one = member(1, prompt_every=2, prompt_days=(4,))
    fridays = [day(text) for text in ("2026-03-06", "2026-03-13", "2026-03-20", "2026-03-27")]
    assert sum(bool(routines.asked(routine(rules), friday, (one,), rules)) for friday in fridays) == 2


def test_only_the_audience_is_asked_and_observers_are_not() -> None:
    rules = charter({"daily": DAILY | {"for": "role:lead"}}, roles={"guest": {"may": ["observe"]}, "lead": {}})
    people = (member(1, roles=("lead",)), member(2), member(3, roles=("guest",)))
    assert [m.id for m in routines.asked(routine(rules), MONDAY, people, rules)] == [1]


def test_nothing_comes_round_on_a_holiday_or_when_nobody_works() -> None:
    rules = charter({"daily": DAILY}, holidays="FR")
    assert routines.occurrence("daily", routine(rules), date(2026, 7, 14), (member(1),), rules) is None
    assert routines.occurrence("daily", routine(rules), date(2026, 3, 7), (member(1),), rules) is None


def test_the_due_row_is_at_the_first_members_hour() -> None:
    due = only(charter({"daily": DAILY}), "2026-03-01T12:00", (member(1, AUCKLAND), member(2, PARIS)))
    assert (due.at, due.occurrence, due.key, due.kind) == (
        utc("2026-03-01T20:00"), MONDAY, "routine:daily", DueKind.ROUTINE,
    )  # fmt: skip


def test_a_day_whose_hour_has_passed_is_not_planned_any_more() -> None:
    assert only(charter({"daily": DAILY}), "2026-03-02T07:59").occurrence == MONDAY
    assert only(charter({"daily": DAILY}), "2026-03-02T08:00").occurrence == date(2026, 3, 3)


def test_a_rule_that_has_ended_plans_nothing() -> None:
    ended = charter({"daily": DAILY | {"rule": "FREQ=DAILY;UNTIL=20260101"}})
    assert routines.first_dues(ended, (member(1),), utc("2026-03-02T08:00")) == ()


def test_a_day_already_opened_is_not_opened_again_when_its_hour_moves() -> None:
    now = "2026-03-02T09:00"
    opened = Due(
        key="routine:daily", kind=DueKind.ROUTINE, at=utc("2026-03-03T08:00"), routine="daily",
        occurrence=date(2026, 3, 3), since=routines.opened_on(MONDAY),
    )  # fmt: skip
    later = charter({"daily": DAILY | {"at": "11:00"}})
    assert only(later, now).occurrence == MONDAY
    assert only(later, now, planned=(opened,)).occurrence == date(2026, 3, 3)


def test_a_day_that_has_fallen_due_survives_a_new_charter() -> None:
    waiting = Due(
        key="routine:daily", kind=DueKind.ROUTINE, at=utc("2026-03-02T08:00"), routine="daily", occurrence=MONDAY
    )
    assert only(charter({"daily": DAILY}), "2026-03-02T08:30", planned=(waiting,)) == waiting
