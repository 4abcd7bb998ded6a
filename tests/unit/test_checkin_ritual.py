"""Check-ins: opened, asked, answered, closed."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from gateway.decide import on_tick
from gateway.decide.acted import Acted
from gateway.decide.rituals import checkin
from gateway.model.address import Destination, Door
from gateway.model.context import Due, DueKind, MailContext, RoundView, Trust
from gateway.model.decision import Decision, Group, Why
from gateway.model.entry import Answered, AwayNoted, BlockerClosed, BlockerRaised, Closed, Entry
from gateway.model.facts import PromptFacts, SummaryFacts
from gateway.model.member import Absence, Member
from gateway.model.reading import CheckInKind, CheckInReading
from gateway.model.round import CheckIn, CheckInForm, Phase, Skip
from tests.tick_builders import DAILY, asked, charter, check_in, context, member, said, utc, workspace

RULES = charter({"daily": DAILY})
SKIPPED = msgspec.structs.replace(said(3), answer=Skip(words="pass"))


def read(**keys: Any) -> CheckInReading:
    return CheckInReading(**({"kind": CheckInKind.CHECKIN, "done": ("the login",)} | keys))


def answer(
    reading: CheckInReading,
    view: RoundView | None = None,
    at: str = "2026-03-02T10:00",
    author: Member | None = None,
    trust: Trust = Trust.PROVEN,
) -> Acted:
    mail = MailContext(
        now=utc(at), received_at=utc(at), arrival_id=1, workspace=workspace(RULES),
        destination=Destination("acme", Door.REPLY), author=author or member(1), trust=trust,
    )  # fmt: skip
    return checkin.answer(mail, view or asked(check_in()), reading, "some words")


def of_kind(entries: tuple[Entry, ...], kind: type[Entry]) -> list[Any]:
    return [entry for entry in entries if isinstance(entry, kind)]


def prompt(now: str = "2026-03-02T08:00", one: Member | None = None, view: RoundView | None = None) -> Decision:
    due = Due(key="prompt:C-3:1", kind=DueKind.PROMPT, at=utc("2026-03-02T08:00"), mark="C-3", member_id=1)
    return on_tick.decide(due, context(now, RULES, members=(one or member(1),), view=view or asked(check_in())))


def close(standings: Any = (), people: Any = None, **keys: Any) -> Decision:
    members = people or tuple(member(n) for n in (1, 2, 3))
    due = Due(key="close:C-3", kind=DueKind.CLOSE, at=utc("2026-03-02T16:00"), mark="C-3")
    at = context(
        "2026-03-02T16:00", RULES, members=members, electorate=tuple(m.id for m in members), standings=tuple(standings),
        view=keys.pop("view", asked(check_in(**keys))), names={m.id: m.name for m in members},
    )  # fmt: skip
    return on_tick.decide(due, at)


def summary(decision: Decision) -> SummaryFacts:
    (broadcast,) = decision.broadcasts
    assert isinstance(broadcast.facts, SummaryFacts)
    return broadcast.facts


# --- asking ---


def test_a_prompt_quotes_the_plan_made_last_time_and_open_blockers() -> None:
    view = asked(check_in(), plan=("call the bank",), open_blockers=("no key",))
    decision = prompt(view=view)
    (notice,) = decision.notices
    assert isinstance(notice.facts, PromptFacts)
    assert (notice.facts.plan, notice.facts.blockers) == (("call the bank",), ("no key",))
    assert (decision.why, notice.key, notice.owed, notice.items[0].mark) == (Why.PROMPTED, "prompt:C-3:1", True, "C-3")


def test_a_prompt_asks_the_charters_questions() -> None:
    view = asked(check_in(form=CheckInForm(questions=("What now?",), mood=True)))
    facts = prompt(view=view).notices[0].facts
    assert isinstance(facts, PromptFacts)
    assert (facts.questions, facts.mood) == (("What now?",), True)


@pytest.mark.parametrize(
    ("one", "view"),
    [
        (member(1), asked(check_in(), said(1))),
        (member(1, away=(Absence(starts=date(2026, 3, 2)),)), None),
        (member(1, paused=True), None),
        (member(1, left_at=utc("2026-03-01T00:00")), None),
        (member(1), asked(check_in(phase=Phase.CANCELLED))),
        (member(1), RoundView(check_in(), in_electorate=False)),
    ],
)
def test_who_need_not_be_asked_is_not(one: Member, view: RoundView | None) -> None:
    decision = prompt(one=one, view=view)
    assert (decision.why, decision.notices) == (Why.NOT_OWED, ())


def test_a_prompt_after_the_close_is_not_sent() -> None:
    assert prompt("2026-03-02T16:00").why is Why.NOT_OWED


def test_a_late_prompt_takes_the_place_of_the_reminder_it_would_meet() -> None:
    assert prompt("2026-03-02T14:30").undue == ("remind:C-3:1:1",)
    assert prompt("2026-03-02T08:00").undue == ()


# --- answers ---


def test_an_answer_is_recorded_and_ends_the_asking() -> None:
    acted = answer(read(next=("the report",), mood=4, evidence="e"))
    (entry,) = of_kind(acted.entries, Answered)
    assert entry.answer == CheckIn(done=("the login",), next=("the report",), mood=4)
    assert not entry.late
    assert acted.undue == ("prompt:C-3:1", "remind:C-3:1:*")
    assert (acted.acts[0].name, acted.acts[0].counts, acted.why) == ("checked-in", (1, 1, 0), Why.ANSWERED)


@pytest.mark.parametrize("trust", [Trust.PROVEN, Trust.CLAIMED])
def test_an_absence_is_noted_as_proven_as_the_answer_is(trust: Trust) -> None:
    acted = answer(read(kind=CheckInKind.SKIP, away_until=date(2026, 3, 6)), trust=trust)
    (noted,) = of_kind(acted.entries, AwayNoted)
    assert noted.absence.unproven == (trust is Trust.CLAIMED)


def test_a_second_answer_replaces_the_first() -> None:
    assert answer(read(), asked(check_in(), said(1))).acts[0].replaced


@pytest.mark.parametrize("kind", [CheckInKind.CHECKIN, CheckInKind.SKIP])
def test_an_answer_that_came_before_the_standing_ones_does_not_replace_it(kind: CheckInKind) -> None:
    view = asked(check_in(), msgspec.structs.replace(said(1), arrival_id=2))
    acted = answer(read(kind=kind), view)
    assert (acted.entries, acted.settled, acted.acts[0].name) == ((), False, "changed-since")
    until = date(2026, 3, 6)
    away = answer(read(kind=CheckInKind.SKIP, away_until=until), view)
    assert [one.absence.until for one in of_kind(away.entries, AwayNoted)] == [until], "an absence replaces no answer"


def test_an_answer_at_the_closing_instant_is_in_time_and_one_after_it_late() -> None:
    assert not of_kind(answer(read(), at="2026-03-02T16:00").entries, Answered)[0].late
    late = answer(read(), asked(check_in(phase=Phase.CLOSED)), at="2026-03-02T16:01")
    assert of_kind(late.entries, Answered)[0].late
    assert late.acts[0].name == "late"


def test_an_answer_to_a_round_that_a_later_one_followed_is_too_late() -> None:
    view = asked(check_in(phase=Phase.CLOSED), is_latest=False)
    acted = answer(read(), view, at="2026-03-04T10:00")
    assert (acted.why, acted.entries, acted.settled) == (Why.TOO_LATE, (), False)
    assert acted.decline
    assert acted.decline.reason == "too-late"


def test_who_was_not_asked_is_told_so() -> None:
    acted = answer(read(), RoundView(check_in(), in_electorate=False))
    assert acted.decline
    assert (acted.decline.reason, acted.entries) == ("not-asked", ())


def test_a_cancelled_check_in_takes_no_answer() -> None:
    acted = answer(read(), asked(check_in(phase=Phase.CANCELLED)))
    assert acted.decline
    assert acted.decline.reason == "cancelled"


def test_words_that_are_no_check_in_change_nothing() -> None:
    acted = answer(CheckInReading(kind=CheckInKind.UNCLEAR))
    assert (acted.why, acted.entries, acted.settled) == (Why.ASKED_BACK, (), False)


def test_a_skip_records_nothing_but_that_and_ends_the_asking() -> None:
    acted = answer(CheckInReading(kind=CheckInKind.SKIP, evidence="pass today"))
    (entry,) = acted.entries
    assert isinstance(entry, Answered)
    assert entry.answer == Skip(words="pass today")
    assert acted.undue


def test_a_skip_that_names_a_day_notes_the_absence_from_today() -> None:
    acted = answer(CheckInReading(kind=CheckInKind.SKIP, away_until=date(2026, 3, 6)))
    (noted,) = of_kind(acted.entries, AwayNoted)
    assert noted.absence == Absence(starts=date(2026, 3, 2), until=date(2026, 3, 6))
    assert [act.name for act in acted.acts] == ["skipped", "away"]


def test_going_off_sick_in_the_afternoon_keeps_the_mornings_check_in() -> None:
    acted = answer(
        CheckInReading(kind=CheckInKind.SKIP, away_until=date(2026, 3, 3)), asked(check_in(), said(1, done=("x",)))
    )
    assert of_kind(acted.entries, Answered) == []
    assert of_kind(acted.entries, AwayNoted)


def test_an_absence_that_is_over_is_not_noted() -> None:
    assert of_kind(answer(read(away_until=date(2026, 3, 1))).entries, AwayNoted) == []


# --- blockers ---


def test_a_blocker_is_raised_once() -> None:
    (raised,) = of_kind(answer(read(blockers=("no key for the lab",))).entries, BlockerRaised)
    assert (raised.text, raised.mark, raised.member_id) == ("no key for the lab", "C-3", 1)
    known = asked(check_in(), open_blockers=("No key for the lab.",))
    assert of_kind(answer(read(blockers=("no key for the lab",)), known).entries, BlockerRaised) == []


def test_a_blocker_nobody_speaks_of_stays_open() -> None:
    assert of_kind(answer(read(), asked(check_in(), open_blockers=("no key",))).entries, BlockerClosed) == []


@pytest.mark.parametrize(
    "reading",
    [read(cleared=("no key",)), read(unblocked=True), read(done=("No key",))],
    ids=["by number", "none", "done"],
)
def test_a_blocker_closes_when_its_author_says_it_is_gone(reading: CheckInReading) -> None:
    acted = answer(reading, asked(check_in(), open_blockers=("no key",)))
    assert [entry.text for entry in of_kind(acted.entries, BlockerClosed)] == ["no key"]


def test_a_blocker_taken_out_of_an_edited_answer_closes() -> None:
    view = asked(check_in(), said(1, blockers=("no key",)), open_blockers=("no key", "an old one"))
    acted = answer(read(blockers=("no coffee",)), view)
    assert [entry.text for entry in of_kind(acted.entries, BlockerClosed)] == ["no key"]
    assert [entry.text for entry in of_kind(acted.entries, BlockerRaised)] == ["no coffee"]


def test_what_is_planned_again_and_again_is_raised_once_as_a_possible_blocker() -> None:
    plan, raised = ("write the report",), []
    carried: tuple[int, ...] = ()
    for _ in range(5):
        view = asked(check_in(), plan=plan, carried=carried)
        entries = answer(read(next=("write the report → Thu", "something else")), view).entries
        plan, carried = ("write the report",), of_kind(entries, Answered)[0].answer.carried
        raised.append([entry.text for entry in of_kind(entries, BlockerRaised)])
    assert carried == (5, 0)
    assert raised == [[], [], ["write the report"], [], []]


def test_a_plan_made_for_the_first_time_counts_nothing() -> None:
    assert of_kind(answer(read(next=("a",))).entries, Answered)[0].answer.carried == ()


def test_what_was_raised_for_being_carried_closes_when_it_is_done_or_dropped() -> None:
    view = asked(check_in(), open_blockers=("write the report",))
    for reading in (read(done=("write the report (at last)",)), read(cleared=("write the report",))):
        assert [e.text for e in of_kind(answer(reading, view).entries, BlockerClosed)] == ["write the report"]


def test_what_an_answer_does_not_speak_of_stays_planned() -> None:
    view = asked(check_in(), plan=("write the report", "call the bank"))
    given = of_kind(answer(read(done=("wrote the report",)), view).entries, Answered)[0].answer
    assert (given.next, given.carried) == (("call the bank",), (1,))
    assert of_kind(answer(read(unplanned=True), view).entries, Answered)[0].answer.next == ()
    given = of_kind(answer(read(next=("paint", "call bank")), view).entries, Answered)[0].answer
    assert (given.next, given.carried) == (("write the report", "paint", "call bank"), (1, 0, 0))


def test_the_receipt_says_what_was_planned_too_often() -> None:
    view = asked(check_in(), plan=("write the report",), carried=(2,))
    acts = answer(read(next=("write the report",)), view).acts
    assert [(act.name, act.text) for act in acts[1:]] == [("stuck", "write the report")]


# --- closing ---


def test_the_summary_begins_with_what_stops_people() -> None:
    decision = close([said(1, done=("a",)), SKIPPED, said(2, blockers=("no key",))])
    assert [line.name for line in summary(decision).lines] == ["Member 2", "Member 1", "Member 3"]
    assert decision.entries == (Closed(mark="C-3"),)
    assert (decision.broadcasts[0].group, decision.broadcasts[0].observers) == (Group.ELECTORATE, True)


def test_the_summary_lists_what_was_raised_for_being_carried_and_it_stays_planned() -> None:
    decision = close([said(1, next=("write the report", "a"), carried=(3, 1)), said(2, next=("b",), carried=(2,))])
    first, second = summary(decision).lines
    assert first.checkin is not None
    assert second.checkin is not None
    assert (first.checkin.blockers, first.checkin.next) == (("write the report",), ("write the report", "a"))
    assert second.checkin.blockers == ()


def test_the_summary_names_the_silent_and_the_away_apart() -> None:
    away = member(3, away=(Absence(starts=date(2026, 3, 1), until=date(2026, 3, 9)),))
    facts = summary(close([said(1)], (member(1), member(2), away)))
    assert facts.silent == ("Member 2",)
    assert [(line.name, line.until) for line in facts.away] == [("Member 3", date(2026, 3, 9))]
    assert (facts.answered, facts.electorate) == (1, 3)


def test_who_left_without_answering_is_not_named() -> None:
    facts = summary(close([said(1)], (member(1), member(2, left_at=utc("2026-03-02T12:00")))))
    assert (facts.silent, facts.electorate) == ((), 1)


def test_a_skip_shows_as_a_skip() -> None:
    assert summary(close([SKIPPED])).lines[0].checkin is None


def test_a_mood_is_shown_as_a_mean_of_three_or_more() -> None:
    rated = [said(1, mood=2), said(2, mood=4), said(3, mood=5)]
    assert summary(close(rated)).mood == pytest.approx(11 / 3)
    assert summary(close(rated[:2])).mood is None


def test_when_all_are_away_there_is_nothing_to_sum_up() -> None:
    away = (Absence(starts=date(2026, 3, 1)),)
    decision = close(people=(member(1, away=away),))
    assert (decision.why, decision.broadcasts) == (Why.CLOSED, ())


def test_a_round_that_was_extended_closes_later() -> None:
    decision = close(closes="2026-03-02T18:00")
    assert decision.why is Why.NOT_OWED
    assert [due.at for due in decision.due] == [utc("2026-03-02T18:00")]


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.CANCELLED, Phase.PAUSED])
def test_a_round_that_is_not_open_does_not_close(phase: Phase) -> None:
    decision = close([said(1)], phase=phase)
    assert (decision.why, decision.entries, decision.broadcasts) == (Why.NOT_OWED, (), ())
