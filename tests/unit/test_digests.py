"""Digests: who gets one, when, of what, and never the same thing twice."""

from __future__ import annotations

import dataclasses
from datetime import date, time
from typing import Any

import msgspec
import pytest

from gateway.decide import digest_times, digests, on_tick
from gateway.model.charter import Charter
from gateway.model.context import BlockerView, Due, DueKind, News, PostView, RoundView
from gateway.model.decision import Decision, Why
from gateway.model.entry import Closed
from gateway.model.facts import DigestFacts
from gateway.model.member import Absence, Delivery, Member
from gateway.model.round import Outcome, Phase, Result, Round
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

SINCE = "2026-03-02T07:30"
NOW = "2026-03-03T07:30"  # half past eight on Tuesday, in Paris
RULES = charter({"daily": DAILY}, channels={"design": {}, "ops": {"watchers": "role:ops"}}, roles={"ops": {}})
DAILY_READER = member(1, delivery=Delivery.DAILY)
NAMES = {n: f"Member {n}" for n in range(1, 9)}


def post(mark: str = "P-1", thread: str = "P-1", at: str = "2026-03-02T12:00", **keys: Any) -> PostView:
    stated: dict[str, Any] = {
        "subject": "Printer", "channel": None, "author_id": 2, "author_name": "Member 2", "text": "It smokes.",
    }  # fmt: skip
    return PostView(mark=mark, thread=thread, at=utc(at), **(stated | keys))


def closed(round_: Round) -> tuple[Round, bytes]:
    outcome = Outcome(result=Result.PASSED, winners=("Yes",), answered=3, electorate=4)
    return round_, msgspec.json.encode(Closed(mark=round_.mark, outcome=outcome, outcome_mark="O-2"))


def blocker(since: str = "2026-03-02T12:00", member_id: int = 2) -> BlockerView:
    return BlockerView(member_id=member_id, name=f"Member {member_id}", text="no key", mark="C-3", since=utc(since))


def wake(
    one: Member = DAILY_READER, news: News | None = None, now: str = NOW, rules: Charter = RULES, **keys: Any
) -> Decision:
    due = Due(key="digest:1", kind=DueKind.DIGEST, at=utc(keys.pop("at", now)), member_id=1, **keys)
    due = msgspec.structs.replace(due, since=due.since or utc(SINCE))
    return on_tick.decide(due, context(now, rules, members=(one,), news=news or News(posts=(post(),)), names=NAMES))


def facts(one: Member = DAILY_READER, rules: Charter = RULES, since: str = SINCE, **news: Any) -> DigestFacts | None:
    return digests.build(one, rules, News(**news), since=utc(since), until=utc(NOW), period="daily", names=NAMES)


def sure(found: DigestFacts | None) -> DigestFacts:
    assert found is not None
    return found


# --- when ---


@pytest.mark.parametrize(
    ("one", "after", "at"),
    [
        (member(1), "2026-03-02T07:29", "2026-03-02T07:30"),
        (member(1), "2026-03-02T07:30", "2026-03-03T07:30"),
        (member(1), "2026-03-06T08:00", "2026-03-09T07:30"),  # over the weekend
        (member(1, AUCKLAND), "2026-03-02T12:00", "2026-03-02T19:30"),
        (member(1, NEW_YORK, digest_at=time(17)), "2026-03-02T12:00", "2026-03-02T22:00"),
        (member(1, days=(5,)), "2026-03-02T12:00", "2026-03-07T07:30"),
        (member(1, delivery=Delivery.WEEKLY, digest_weekday=2), "2026-03-02T12:00", "2026-03-04T07:30"),
        (member(1, delivery=Delivery.WEEKLY, digest_weekday=0), "2026-03-02T12:00", "2026-03-09T07:30"),
        (member(1, delivery=Delivery.WEEKLY, digest_weekday=6), "2026-03-02T12:00", "2026-03-09T07:30"),
    ],
)
def test_a_digest_comes_at_the_members_own_hour_on_a_working_day(one: Member, after: str, at: str) -> None:
    assert digest_times.next_at(one, RULES, utc(after)) == utc(at)


def test_a_holiday_has_no_digest() -> None:
    french = charter(holidays="FR")
    assert digest_times.next_at(member(1), french, utc("2026-07-13T12:00")) == utc("2026-07-15T06:30")


def test_a_weekly_digest_whose_day_is_a_holiday_comes_on_the_next_working_day() -> None:
    french = charter(holidays="FR")
    one = member(1, delivery=Delivery.WEEKLY, digest_weekday=1)  # Tuesday 14 July
    assert digest_times.next_at(one, french, utc("2026-07-13T12:00")) == utc("2026-07-15T06:30")


def test_an_hour_the_clocks_skip_still_has_its_digest() -> None:
    one = member(1, digest_at=time(2, 30), days=(0, 1, 2, 3, 4, 5, 6))
    assert digest_times.next_at(one, RULES, utc("2026-03-28T12:00")) == utc("2026-03-29T01:30")


def test_who_wants_no_posts_gets_no_digest() -> None:
    assert digest_times.first_dues(RULES, (member(1, delivery=Delivery.NONE),), utc(NOW)) == ()
    assert wake(member(1, delivery=Delivery.NONE)).why is Why.NOT_OWED


def test_who_left_gets_no_digest() -> None:
    assert digest_times.first_dues(RULES, (member(1, left_at=utc(SINCE)),), utc(NOW)) == ()
    decision = wake(member(1, left_at=utc(SINCE)))
    assert (decision.why, decision.due) == (Why.NOT_OWED, ())


def test_the_first_digest_tells_what_came_after_joining() -> None:
    (due,) = digest_times.first_dues(RULES, (member(1),), utc(SINCE))
    assert (due.key, due.since, due.kind) == ("digest:1", utc(SINCE), DueKind.DIGEST)


def test_planning_anew_keeps_what_was_told() -> None:
    (before,) = wake().due
    (due,) = digest_times.first_dues(RULES, (member(1, digest_at=time(17)),), utc("2026-03-03T09:00"), (before,))
    assert (due.since, due.at) == (utc(NOW), utc("2026-03-03T16:00"))


# --- the rule ---


def test_a_digest_is_keyed_by_member_and_day_and_plans_the_next() -> None:
    decision = wake()
    (notice,) = decision.notices
    assert (decision.why, notice.key) == (Why.DIGESTED, "digest:1:2026-03-03")
    (following,) = decision.due
    assert (following.at, following.since, following.key) == (utc("2026-03-04T07:30"), utc(NOW), "digest:1")


def test_a_weekly_digest_is_keyed_by_its_week() -> None:
    one = member(1, delivery=Delivery.WEEKLY, digest_weekday=1)
    assert wake(one).notices[0].key == "digest:1:2026-W10"


def test_nothing_new_is_no_digest_and_plans_the_next() -> None:
    decision = wake(news=News(open_rounds=((asked(vote(opened="2026-03-02T06:00")), 1),)))
    assert (decision.why, decision.notices) == (Why.NOTHING_NEW, ())
    assert decision.due[0].since == utc(NOW)


@pytest.mark.parametrize(
    "one",
    [
        member(1, delivery=Delivery.DAILY, away=(Absence(starts=date(2026, 3, 3)),)),
        member(1, delivery=Delivery.DAILY, paused=True),
        member(1, delivery=Delivery.DAILY, paused_until=date(2026, 3, 3)),
        member(1, delivery=Delivery.DAILY, suspended=True),
    ],
)
def test_who_is_away_or_paused_misses_nothing_on_return(one: Member) -> None:
    decision = wake(one)
    assert (decision.why, decision.notices) == (Why.NOT_OWED, ())
    assert decision.due[0].since == utc(SINCE)


def test_after_an_outage_one_digest_tells_of_all_the_days() -> None:
    decision = wake(at="2026-03-03T07:30", now="2026-03-05T10:00")
    assert len(decision.notices) == 1
    assert decision.due[0].at == utc("2026-03-06T07:30")


def test_a_period_has_one_digest_also_when_its_hour_is_moved() -> None:
    decision = wake(now="2026-03-03T16:00", occurrence=date(2026, 3, 3))
    assert (decision.why, decision.notices) == (Why.NOT_OWED, ())
    assert (decision.due[0].since, decision.due[0].at) == (utc(SINCE), utc("2026-03-04T07:30"))


def test_the_same_row_woken_twice_makes_the_same_notice() -> None:
    assert wake().notices[0].key == wake(at=NOW, now="2026-03-03T07:41").notices[0].key


# --- what is in it ---


def test_every_section_is_there_in_one_digest() -> None:
    found = sure(
        facts(
            posts=(post(),),
            closed=(closed(vote(mark="V-5")),),
            open_rounds=((asked(vote()), 3), (asked(vote(mark="V-8"), said(1)), 2)),
            checkins=((check_in(), (said(2, done=("a",)),)),),
            blockers=(blocker(),),
            absent=(member(4, away=(Absence(starts=date(2026, 3, 1), until=date(2026, 3, 6)),)),),
        )
    )
    assert [(line.mark, line.answered, line.electorate) for line in found.needs_you] == [("V-7", 3, 4)]
    assert [(line.mark, line.outcome_mark) for line in found.decided] == [("V-5", "O-2")]
    assert [(line.mark, line.answered, line.electorate) for line in found.open_votes] == [("V-8", 2, 4)]
    assert [line.text for line in found.blockers] == ["no key"]
    assert [(mark, title) for mark, title, _ in found.checkins] == [("C-3", "Stand-up")]
    assert [line.mark for line in found.threads] == ["P-1"]
    assert [line.name for line in found.away] == ["Member 4"]
    assert found.coming_up[0] == ("Stand-up", utc("2026-03-03T08:00"))
    assert [item.mark for item in digests.items_of(found)] == ["V-7", "V-5", "V-8", "C-3", "P-1"]


def test_a_vote_not_answered_needs_you_until_it_is_answered() -> None:
    assert [line.question for line in sure(facts(open_rounds=((asked(vote()), 0),))).needs_you] == [YES_OR_NO]
    answered = sure(facts(open_rounds=((asked(vote(), said(1)), 1),)))
    assert answered.needs_you == ()
    assert answered.open_votes[0].question == YES_OR_NO  # it can still be changed


@pytest.mark.parametrize(
    "round_",
    [vote(phase=Phase.PAUSED), vote(closes=NOW), check_in(closes="2026-03-03T16:00", occurrence=date(2026, 3, 3))],
    ids=["its clock stands", "it closes now", "not asked yet"],
)
def test_what_cannot_be_answered_yet_or_any_more_does_not_need_you(round_: Round) -> None:
    found = sure(facts(posts=(post(),), open_rounds=((asked(round_), 0),)))
    assert found.needs_you == ()


def test_a_check_in_that_waits_makes_no_digest_of_its_own() -> None:
    waiting = check_in(closes="2026-03-03T16:00")
    assert facts(open_rounds=((asked(waiting), 0),)) is None
    assert [n.mark for n in sure(facts(posts=(post(),), open_rounds=((asked(waiting), 0),))).needs_you] == ["C-3"]


def test_an_old_blocker_is_shown_but_makes_no_digest() -> None:
    assert facts(blockers=(blocker("2026-02-20T12:00"),)) is None
    assert len(sure(facts(posts=(post(),), blockers=(blocker("2026-02-20T12:00"),))).blockers) == 1


@pytest.mark.parametrize(
    "news",
    [
        {"posts": (post(author_id=1),)},
        {"blockers": (blocker(member_id=1),)},
        {"checkins": ((check_in(), (said(1),)),)},
    ],
)
def test_what_one_did_oneself_is_no_news(news: dict[str, Any]) -> None:
    assert facts(**news) is None


def test_threads_come_newest_first_with_a_few_posts_each() -> None:
    posts = (
        post("P-1", "P-1", "2026-03-02T09:00"),
        *(post(f"P-{n}", "P-2", f"2026-03-02T1{n}:00", subject="Lunch") for n in range(3, 8)),
    )
    threads = sure(facts(posts=posts)).threads
    assert [(thread.mark, len(thread.posts), thread.more) for thread in threads] == [("P-2", 3, 2), ("P-1", 1, 0)]
    assert [at for _, _, at in threads[0].posts] == [utc(f"2026-03-02T1{n}:00") for n in (7, 6, 5)]


def test_a_long_post_is_cut_after_a_few_lines() -> None:
    assert digests.shortened("a\n\nb\nc\nd\ne\nf") == "a\nb\nc\nd\ne …"
    assert len(digests.shortened("word " * 500)) <= 402
    assert digests.shortened("x" * 1000).endswith(" …")
    assert digests.shortened(" short ") == "short"


def test_an_immediate_reader_has_had_the_posts() -> None:
    one = member(1, delivery=Delivery.IMMEDIATE)
    assert facts(one, posts=(post(),)) is None
    assert sure(facts(one, posts=(post(),), closed=(closed(vote()),))).threads == ()


def test_a_channel_read_daily_comes_in_an_immediate_readers_digest() -> None:
    one = member(1, channels={"design": Delivery.DAILY})
    found = sure(facts(one, posts=(post(), post("P-2", "P-2", channel="design"))))
    assert [thread.channel for thread in found.threads] == ["design"]


def test_a_channel_read_at_once_or_not_at_all_is_not_in_the_digest() -> None:
    for chosen in (Delivery.IMMEDIATE, Delivery.NONE):
        one = member(1, delivery=Delivery.DAILY, channels={"design": chosen})
        assert facts(one, posts=(post(channel="design"),)) is None


def test_who_reads_but_one_channel_gets_nothing_but_its_threads() -> None:
    one = member(1, delivery=Delivery.NONE, channels={"design": Delivery.WEEKLY})
    assert digest_times.pace(one, RULES) == "weekly"
    found = sure(facts(one, posts=(post(channel="design"),), closed=(closed(vote()),)))
    assert (len(found.threads), found.decided) == (1, ())


def test_a_channel_one_does_not_watch_is_not_in_ones_digest() -> None:
    posts = (post(channel="ops"),)
    assert facts(posts=posts, closed=(closed(vote(channel="ops")),)) is None
    assert facts(member(1, delivery=Delivery.DAILY, roles=("ops",)), posts=posts)


def test_a_muted_thread_is_not_in_the_digest() -> None:
    assert facts(member(1, delivery=Delivery.DAILY, muted_threads=("P-1",)), posts=(post(),)) is None


def test_a_check_in_of_others_is_not_shown_to_whom_it_is_not_for() -> None:
    rules = charter({"daily": DAILY | {"for": "role:lead"}})
    news: dict[str, Any] = {"checkins": ((check_in(), (said(2, done=("secret",)),)),)}
    assert facts(rules=rules, **news) is None
    assert facts(member(1, delivery=Delivery.DAILY, roles=("lead",)), rules, **news)
    observed: dict[str, Any] = {"checkins": ((check_in(observers=(1,)), (said(2),)),)}
    assert facts(rules=rules, **observed)


def test_an_open_vote_shows_how_many_answered_and_no_result() -> None:
    outside = msgspec.structs.replace(vote(), channel=None)
    (line,) = sure(facts(open_rounds=((RoundView(round=outside, in_electorate=False), 3),))).open_votes
    assert msgspec.to_builtins(line) == {
        "mark": "V-7", "title": "Move the office?", "answered": 3, "electorate": 4,
        "closes_at": "2026-03-05T16:00:00Z", "question": None,
    }  # fmt: skip


def test_a_vote_stands_once_in_a_digest_among_what_waits_until_it_is_answered() -> None:
    waiting = sure(facts(open_rounds=((asked(vote()), 3),)))
    assert ([line.mark for line in waiting.needs_you], waiting.open_votes) == (["V-7"], ())
    answered = sure(facts(open_rounds=((asked(vote(), said(1)), 3),)))
    assert (answered.needs_you, [line.mark for line in answered.open_votes]) == ((), ["V-7"])


def test_a_vote_whose_clock_stands_still_is_shown_so_and_one_that_is_over_not_at_all() -> None:
    halted = sure(facts(open_rounds=((asked(vote(phase=Phase.PAUSED)), 1),), posts=(post(),)))
    assert [(line.mark, line.closes_at) for line in halted.open_votes] == [("V-7", None)]
    over = sure(facts(open_rounds=((asked(vote(closes=NOW)), 1),), posts=(post(),)))
    assert over.open_votes == (), "it waits for its close, and takes no answers"


def test_who_left_without_an_answer_is_not_counted_among_those_asked() -> None:
    fewer = dataclasses.replace(asked(vote()), gone=1)
    assert [line.electorate for line in sure(facts(open_rounds=((fewer, 2),))).needs_you] == [3]
    answered = dataclasses.replace(asked(vote(), said(1)), gone=1)
    assert [line.electorate for line in sure(facts(open_rounds=((answered, 2),))).open_votes] == [3]


def test_who_came_back_is_named_once() -> None:
    back = member(4, away=(Absence(starts=date(2026, 2, 20), until=date(2026, 3, 2)),))
    long_back = member(5, away=(Absence(starts=date(2026, 2, 1), until=date(2026, 2, 10)),))
    found = sure(facts(posts=(post(),), absent=(back, long_back, member(1, away=back.absences))))
    assert [(line.name, line.back) for line in found.away] == [("Member 4", True)]


def test_a_period_that_ends_with_a_year_has_the_week_of_its_thursday() -> None:
    assert (
        digest_times.period_of(date(2026, 12, 31), "weekly")
        == digest_times.period_of(date(2027, 1, 1), "weekly")
        == "2026-W53"
    )
