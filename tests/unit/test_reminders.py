"""Reminders: to whom, when, and what they say."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from gateway.decide import on_tick, reminders
from gateway.model.context import Due, DueKind
from gateway.model.decision import Decision, Why
from gateway.model.facts import ReminderFacts
from gateway.model.member import Absence, Member
from gateway.model.notice import Notice
from gateway.model.round import Phase, Round
from tests.tick_builders import (
    AUCKLAND,
    DAILY,
    NEW_YORK,
    YES_OR_NO,
    asked,
    charter,
    check_in,
    context,
    member,
    said,
    utc,
    vote,
)

RULES = charter({"daily": DAILY | {"reminders": ["2 hours"]}})


def remind(now: str, one: Member | None = None, round_: Round | None = None, **keys: Any) -> Decision:
    """Wake the rule for one member's reminder of a check-in."""
    one, round_ = one or member(1), round_ or check_in()
    view = asked(round_, **{key: keys.pop(key) for key in ("standing", "plan") if key in keys})
    due = Due(key="remind:C-3:1:1", kind=DueKind.REMIND, at=utc(now), mark=round_.mark, member_id=1, number=1)
    return on_tick.decide(due, context(now, RULES, members=(one,), view=view, **keys))


def remind_all(now: str, members: tuple[Member, ...], round_: Round, **keys: Any) -> Decision:
    """Wake the rule for everyone's reminder of a vote."""
    due = Due(key="remind:V-7:1", kind=DueKind.REMIND, at=utc(now), mark=round_.mark, number=1)
    unanswered = keys.pop("electorate", tuple(m.id for m in members))
    view = asked(round_)
    return on_tick.decide(due, context(now, RULES, members=members, view=view, electorate=unanswered, **keys))


def facts(notice: Notice) -> ReminderFacts:
    assert isinstance(notice.facts, ReminderFacts)
    return notice.facts


# --- when ---


def test_a_reminder_comes_its_span_before_the_close() -> None:
    assert reminders.times(check_in(), member(1), RULES) == (utc("2026-03-02T14:00"),)


def test_a_reminder_that_would_come_at_night_waits_for_the_morning() -> None:
    round_ = vote(closes="2026-03-05T16:00", reminders=("18 hours",))
    assert reminders.times(round_, member(1), RULES) == (utc("2026-03-05T08:00"),)


def test_with_too_little_time_left_in_the_morning_it_comes_the_evening_before() -> None:
    round_ = vote(closes="2026-03-05T08:30", reminders=("2 hours",))
    assert reminders.times(round_, member(1), RULES) == (utc("2026-03-04T16:45"),)


def test_each_member_is_reminded_in_their_own_working_hours() -> None:
    round_ = vote(reminders=("1 working day",))
    wanted = reminders.times(round_, member(1), RULES)
    in_auckland = reminders.times(round_, member(2, AUCKLAND), RULES)
    assert wanted == (utc("2026-03-04T16:00"),)
    assert in_auckland == (utc("2026-03-04T20:00"),)  # nine in the morning there


def test_a_reminder_never_comes_before_the_question() -> None:
    in_the_evening = member(1, prompt_at=time(16, 30))
    assert reminders.times(check_in(), in_the_evening, RULES) == ()


def test_spans_that_fall_on_one_instant_remind_once() -> None:
    round_ = check_in(reminders=("2 hours", "120 minutes", "1 hour"))
    assert reminders.times(round_, member(1), RULES) == (utc("2026-03-02T14:00"), utc("2026-03-02T15:00"))


def test_nobody_is_reminded_where_no_working_time_is_left() -> None:
    weekend = vote(opened="2026-03-07T08:00", closes="2026-03-08T16:00", reminders=("3 hours",))
    assert reminders.times(weekend, member(1), RULES) == ()


def test_own_days_and_hours_count() -> None:
    mornings = member(1, days=(0, 1, 2), hours=(time(7), time(11)))
    assert reminders.times(vote(reminders=("1 day",)), mornings, RULES) == (utc("2026-03-04T09:45"),)


# --- to whom ---


def test_who_owes_an_answer_is_reminded() -> None:
    decision = remind("2026-03-02T14:00", plan=("call the bank",))
    (notice,) = decision.notices
    assert decision.why is Why.REMINDED
    assert notice.owed
    assert notice.key.startswith("remind:C-3:1:1:")
    assert (facts(notice).plan, facts(notice).last) == (("call the bank",), True)


@pytest.mark.parametrize(
    ("one", "keys"),
    [
        (member(1), {"standing": said(1)}),
        (member(1, away=(Absence(starts=date(2026, 3, 1), until=date(2026, 3, 2)),)), {}),
        (member(1, paused=True), {}),
        (member(1, left_at=utc("2026-03-02T09:00")), {}),
        (member(1, suspended=True), {}),
        (member(1), {"round_": check_in(phase=Phase.CLOSED)}),
        (member(1), {"round_": check_in(phase=Phase.CANCELLED)}),
    ],
)
def test_who_owes_nothing_or_is_not_there_is_left_alone(one: Member, keys: dict[str, Any]) -> None:
    decision = remind("2026-03-02T14:00", one, **keys)
    assert (decision.why, decision.notices, decision.due) == (Why.NOT_OWED, (), ())


def test_nobody_is_reminded_after_the_close() -> None:
    assert remind("2026-03-02T16:00").notices == ()


def test_the_last_reminder_says_so_and_the_others_do_not() -> None:
    round_ = check_in(reminders=("4 hours", "1 hour"))
    (first,) = remind("2026-03-02T12:00", round_=round_).notices
    (second,) = remind("2026-03-02T15:00", round_=round_).notices
    assert [facts(first).last, facts(second).last] == [False, True]
    assert first.key != second.key


def test_an_unclear_answer_is_named_as_the_reason() -> None:
    (notice,) = remind("2026-03-02T14:00", doubtful=True).notices
    assert facts(notice).doubtful


# --- after an outage ---


def test_several_missed_reminders_become_the_one_still_of_use() -> None:
    round_ = check_in(reminders=("4 hours", "2 hours"))
    keys = {notice.key for _ in range(2) for notice in remind("2026-03-02T15:00", round_=round_, outage=True).notices}
    assert len(keys) == 1  # whichever row wakes, it is the same notice
    assert next(iter(keys)).startswith("remind:C-3:2:")


def test_a_reminder_missed_until_night_waits_for_the_morning() -> None:
    round_ = vote(reminders=("1 working day",))
    one = member(1)
    due = Due(key="remind:V-7:1:1", kind=DueKind.REMIND, at=utc("2026-03-04T16:00"), mark="V-7", member_id=1)
    decision = on_tick.decide(due, context("2026-03-04T21:00", RULES, members=(one,), view=asked(round_)))
    assert decision.notices == ()
    (later,) = decision.due
    assert (later.at, later.member_id) == (utc("2026-03-05T08:00"), 1)
    assert on_tick.decide(later, context("2026-03-05T08:00", RULES, members=(one,), view=asked(round_))).notices


def test_an_extended_round_reminds_anew() -> None:
    (before,) = remind("2026-03-02T14:00").notices
    (behind,) = remind("2026-03-03T14:00", round_=check_in(closes="2026-03-03T16:00")).notices
    assert before.key != behind.key


# --- votes: one row for all ---


def test_one_row_reminds_all_who_have_not_voted() -> None:
    people = tuple(member(n) for n in range(1, 5))
    decision = remind_all("2026-03-04T16:00", people, vote(), electorate=(2, 4), answered=1)
    assert [notice.member_id for notice in decision.notices] == [2, 4]
    shown = facts(decision.notices[0])
    assert (shown.question, shown.quorum_missing) == (YES_OR_NO, 1)


def test_who_has_answered_is_reminded_of_a_later_answer_that_was_unclear() -> None:
    since = utc("2026-03-03T09:00")
    people = (member(1), member(2), member(3))
    decision = remind_all("2026-03-04T16:00", people, vote(), electorate=(3,), answered=2, changing={2: since})
    assert [(notice.member_id, facts(notice).standing_at) for notice in decision.notices] == [(2, since), (3, None)]
    assert facts(decision.notices[0]).doubtful


def test_one_row_comes_back_for_those_whose_hour_is_still_to_come() -> None:
    people = (member(1), member(2, AUCKLAND), member(3, NEW_YORK))
    round_ = vote(reminders=("1 working day",))
    seen: list[tuple[str, int]] = []
    rows = [reminders.wake(round_, round_.opened_at)]
    while rows:
        due = rows.pop(0)
        view = asked(round_)
        at = context(due.at.isoformat()[:19], RULES, members=people, view=view, electorate=(1, 2, 3))
        decision = on_tick.decide(due, at)
        seen += [(at.now.isoformat()[:16], notice.member_id) for notice in decision.notices]
        rows = sorted({row.key: row for row in (*rows, *decision.due)}.values(), key=lambda row: row.at)
    first = {who: when for when, who in reversed(seen)}
    assert first == {1: "2026-03-04T16:00", 3: "2026-03-04T16:00", 2: "2026-03-04T20:00"}


def test_a_vote_whose_clock_stands_reminds_nobody() -> None:
    assert remind_all("2026-03-04T16:00", (member(1),), vote(phase=Phase.PAUSED)).notices == ()
