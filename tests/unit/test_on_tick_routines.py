"""What a routine's due row does: open, pass over, catch up, plan the next."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from gateway.decide import on_tick, routines
from gateway.model.charter import Charter
from gateway.model.context import Due, DueKind
from gateway.model.decision import Decision, Why
from gateway.model.entry import RoundOpened
from gateway.model.member import Absence, Member
from gateway.model.round import CheckInForm, Ritual, Round
from tests.tick_builders import AUCKLAND, DAILY, NEW_YORK, charter, context, member, utc

MONDAY = date(2026, 3, 2)
RULES = charter({"daily": DAILY | {"reminders": ["2 hours"], "observers": ["m9@example.org"], "mood": True}})
PEOPLE = (member(1), member(2, NEW_YORK), member(3, AUCKLAND))


def come(now: str, day: date = MONDAY, rules: Charter = RULES, people: Any = PEOPLE, **keys: Any) -> Decision:
    due = Due(key="routine:daily", kind=DueKind.ROUTINE, at=utc(now), routine="daily", occurrence=day)
    return on_tick.decide(due, context(now, rules, members=people, **keys))


def opened(decision: Decision) -> tuple[Round, tuple[int, ...]]:
    (entry,) = decision.entries
    assert isinstance(entry, RoundOpened)
    return entry.round, entry.electorate


def rows(decision: Decision, kind: DueKind) -> list[Due]:
    return [due for due in decision.due if due.kind is kind]


def test_a_check_in_opens_with_the_first_members_morning() -> None:
    decision = come("2026-03-01T20:00", people=(*PEOPLE, member(9)), rules=RULES)
    round_, electorate = opened(decision)
    assert decision.why is Why.OPENED
    assert (round_.mark, round_.ritual, round_.title, round_.thread) == ("C-3", Ritual.CHECKIN, "Stand-up", "C-3")
    assert (round_.routine, round_.occurrence, round_.form) == ("daily", MONDAY, CheckInForm(mood=True))
    assert round_.closes_at == utc("2026-03-02T22:00")  # nine in New York, and eight hours
    assert electorate == (1, 2, 3, 9)
    assert round_.electorate_size == 4


def test_who_observes_is_told_and_not_counted_twice() -> None:
    rules = charter({"daily": DAILY | {"for": ["m1@example.org"], "observers": ["m1@example.org", "m9@example.org"]}})
    round_, electorate = opened(come("2026-03-02T08:00", rules=rules, people=(member(1), member(9))))
    assert (electorate, round_.observers) == ((1,), (9,))


def test_everyone_is_asked_at_their_own_nine_oclock() -> None:
    prompts = {due.member_id: due.at for due in rows(come("2026-03-01T20:00"), DueKind.PROMPT)}
    assert prompts == {1: utc("2026-03-02T08:00"), 2: utc("2026-03-02T14:00"), 3: utc("2026-03-01T20:00")}


def test_reminders_and_the_close_are_planned_with_the_opening() -> None:
    decision = come("2026-03-01T20:00")
    assert [due.at for due in rows(decision, DueKind.CLOSE)] == [utc("2026-03-02T22:00")]
    reminders = {due.member_id: due.at for due in rows(decision, DueKind.REMIND)}
    assert reminders == {
        1: utc("2026-03-02T16:45"),  # 21:00 in Paris is too late: a little before 18:00
        2: utc("2026-03-02T20:00"),  # 15:00 in New York
        3: utc("2026-03-02T20:00"),  # nine in the morning of Tuesday in Auckland
    }


def test_the_next_day_is_planned_and_the_row_remembers_what_was_opened() -> None:
    (following,) = rows(come("2026-03-01T20:00"), DueKind.ROUTINE)
    assert (following.key, following.occurrence, following.at) == (
        "routine:daily", date(2026, 3, 3), utc("2026-03-02T20:00"),
    )  # fmt: skip
    assert following.since == routines.opened_on(MONDAY)


def test_who_is_away_is_in_the_electorate_and_may_be_back_at_their_hour() -> None:
    away = member(1, away=(Absence(starts=MONDAY),))
    decision = come("2026-03-02T08:00", people=(away, member(2)))
    assert opened(decision)[1] == (1, 2)


def test_a_holiday_is_passed_over() -> None:
    rules = charter({"daily": DAILY}, holidays="FR")
    decision = come("2026-07-14T07:00", date(2026, 7, 14), rules, (member(1),))
    assert (decision.why, decision.entries) == (Why.NOT_A_WORKING_DAY, ())
    assert rows(decision, DueKind.ROUTINE)[0].occurrence == date(2026, 7, 15)


def test_a_weekend_is_passed_over_but_for_those_who_work_then() -> None:
    saturday = date(2026, 3, 7)
    assert come("2026-03-07T08:00", saturday, people=(member(1),)).why is Why.NOT_A_WORKING_DAY
    decision = come("2026-03-07T08:00", saturday, people=(member(1), member(2, days=(5, 6))))
    assert opened(decision)[1] == (2,)


def test_of_the_days_missed_in_an_outage_the_latest_of_use_is_opened() -> None:
    decision = come("2026-03-05T10:00", people=(member(1),), outage=True)
    assert opened(decision)[0].occurrence == date(2026, 3, 5)
    assert rows(decision, DueKind.ROUTINE)[0].occurrence == date(2026, 3, 6)


def test_nobody_is_asked_in_the_past() -> None:
    decision = come("2026-03-02T11:30", people=(member(1),), outage=True)
    (prompt,) = rows(decision, DueKind.PROMPT)
    assert prompt.at == utc("2026-03-02T11:30")
    assert all(due.at > prompt.at for due in rows(decision, DueKind.REMIND))


def test_days_whose_close_has_passed_are_missed() -> None:
    decision = come("2026-03-02T16:30", people=(member(1),), outage=True)
    assert (decision.why, decision.entries) == (Why.MISSED, ())
    assert [due.kind for due in decision.due] == [DueKind.ROUTINE]
    assert decision.due[0].occurrence == date(2026, 3, 3)


def test_a_year_of_outage_is_caught_up_with_one_round() -> None:
    decision = come("2027-03-02T10:00", people=(member(1),), outage=True)
    assert opened(decision)[0].occurrence == date(2027, 3, 2)


def test_a_routine_the_charter_no_longer_has_opens_nothing() -> None:
    decision = come("2026-03-02T08:00", rules=charter())
    assert (decision.why, decision.entries, decision.due) == (Why.NOT_OWED, (), ())


def test_a_routine_moved_to_other_days_opens_on_those() -> None:
    rules = charter({"daily": DAILY | {"rule": "FREQ=WEEKLY;BYDAY=TH"}})
    decision = come("2026-03-02T08:00", rules=rules, people=(member(1),))
    assert (decision.why, decision.entries) == (Why.NOT_OWED, ())
    assert decision.due[0].occurrence == date(2026, 3, 5)


def test_a_routine_moved_to_a_later_hour_waits_for_it() -> None:
    decision = come("2026-03-02T08:00", people=(member(1, prompt_at=time(10)),))
    assert (decision.why, decision.entries) == (Why.NOT_OWED, ())
    assert (decision.due[0].occurrence, decision.due[0].at) == (MONDAY, utc("2026-03-02T09:00"))


def test_a_rule_that_ends_plans_nothing_more() -> None:
    rules = charter({"daily": DAILY | {"rule": "FREQ=DAILY;UNTIL=20260302"}})
    decision = come("2026-03-02T08:00", rules=rules, people=(member(1),))
    assert rows(decision, DueKind.ROUTINE) == []
    assert decision.entries


@pytest.mark.parametrize("people", [(), (member(1, left_at=utc("2026-01-01T00:00")),)])
def test_an_empty_audience_opens_nothing_and_goes_on(people: tuple[Member, ...]) -> None:
    decision = come("2026-03-02T08:00", people=people)
    assert (decision.why, decision.entries) == (Why.NOT_A_WORKING_DAY, ())
    assert rows(decision, DueKind.ROUTINE)


def test_a_routines_vote_opens_for_all_at_once() -> None:
    rules = charter(
        {"daily": {"ritual": "vote", "rule": "FREQ=WEEKLY;BYDAY=MO", "question": "Lunch out?", "for": "all"}}
    )
    decision = come("2026-03-02T08:00", rules=rules, people=PEOPLE)
    round_, electorate = opened(decision)
    assert (round_.ritual, round_.occurrence, electorate) == (Ritual.VOTE, MONDAY, (1, 2, 3))
    assert rows(decision, DueKind.ROUTINE)[0].occurrence == MONDAY + timedelta(days=7)
