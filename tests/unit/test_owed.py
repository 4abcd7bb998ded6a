"""Whether a notice is still owed when it is about to go."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from gateway.decide.owed import still_owed
from gateway.model.context import RoundView
from gateway.model.facts import Facts, PostFacts, PromptFacts, ReminderFacts, WelcomeFacts
from gateway.model.member import Absence, Member
from gateway.model.notice import Answering, Notice
from gateway.model.round import Phase
from tests.tick_builders import asked, charter, check_in, member, said, utc

NOON = utc("2026-03-02T11:00")
PROMPT = PromptFacts(
    mark="C-3", title="", questions=(), mood=False, plan=(), closes_at=utc("2026-03-02T16:00"), occurrence=None
)
REMINDER = ReminderFacts(mark="C-3", ritual="check-in", title="", closes_at=utc("2026-03-02T16:00"), last=True)
POST = PostFacts(mark="P-1", thread="P-1", author_name="", author_address="", subject="", text="")


def notice(facts: Facts, **keys: object) -> Notice:
    made = Notice(
        key="k", facts=facts, member_id=1, address="m1@example.org", name="", language="en", timezone="UTC", due_at=NOON
    )
    return msgspec.structs.replace(made, **keys)


def reason(facts: Facts, one: Member | None = None, view: RoundView | None = None, now: str = "") -> str | None:
    return still_owed(notice(facts), view or asked(check_in()), one or member(1), utc(now) if now else NOON, charter())


def test_what_is_owed_goes() -> None:
    assert reason(PROMPT) is None
    assert reason(REMINDER) is None


@pytest.mark.parametrize("facts", [PROMPT, REMINDER])
@pytest.mark.parametrize(
    ("one", "why"),
    [
        (member(1, left_at=NOON), "left"),
        (member(1, suspended=True), "suspended"),
        (member(1, paused=True), "paused"),
        (member(1, paused_until=date(2026, 3, 2)), "paused"),
        (member(1, away=(Absence(starts=date(2026, 3, 2)),)), "away"),
    ],
)
def test_who_is_not_there_to_be_asked_is_not_asked(facts: Facts, one: Member, why: str) -> None:
    assert reason(facts, one) == why


@pytest.mark.parametrize("facts", [PROMPT, REMINDER])
def test_an_answer_stops_the_question(facts: Facts) -> None:
    assert reason(facts, view=asked(check_in(), said(1))) == "answered"


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.CANCELLED])
def test_a_round_that_has_ended_asks_nobody(phase: Phase) -> None:
    assert reason(PROMPT, view=asked(check_in(phase=phase))) == "closed"


def test_time_alone_ends_a_round() -> None:
    assert reason(PROMPT, now="2026-03-02T16:00") == "closed"


def test_a_vote_whose_clock_stands_reminds_nobody() -> None:
    assert reason(REMINDER, view=asked(check_in(phase=Phase.PAUSED))) == "round-paused"


def test_who_is_not_in_the_electorate_is_not_asked() -> None:
    assert reason(PROMPT, view=RoundView(check_in(), in_electorate=False)) == "not-asked"


def test_a_reminder_stuck_in_the_outbox_does_not_go_at_night_a_prompt_does() -> None:
    late = asked(check_in(closes="2026-03-03T16:00"))
    assert reason(REMINDER, view=late, now="2026-03-02T22:00") == "out-of-hours"
    assert reason(REMINDER, view=late, now="2026-03-02T17:10") is None  # 18:10 in Paris: it was decided in time
    assert reason(PROMPT, view=late, now="2026-03-02T22:00") is None


def test_a_pause_is_over_the_day_after() -> None:
    assert reason(PROMPT, member(1, paused_until=date(2026, 3, 1))) is None


def test_posts_stop_for_the_paused_and_not_for_the_away() -> None:
    assert still_owed(notice(POST), None, member(1, paused=True), NOON, charter()) == "paused"
    assert still_owed(notice(POST), None, member(1, away=(Absence(starts=date(2026, 3, 2)),)), NOON, charter()) is None


def test_an_answer_to_ones_own_mail_always_goes() -> None:
    made = notice(POST, answering=Answering.REPLIED)
    assert still_owed(made, None, member(1, paused=True, suspended=True, left_at=NOON), NOON, charter()) is None


def test_a_goodbye_goes_to_who_has_left() -> None:
    assert still_owed(notice(WelcomeFacts(left=True)), None, member(1, left_at=NOON), NOON, charter()) is None


def test_a_notice_to_no_member_goes() -> None:
    assert still_owed(notice(POST), None, None, NOON, charter()) is None


def test_a_reminder_of_an_unclear_change_is_owed_as_long_as_the_answer_it_speaks_of_stands() -> None:
    earlier, later = said(1), said(1, at="2026-03-02T10:30")
    changing = msgspec.structs.replace(REMINDER, standing_at=earlier.at)
    assert reason(changing, view=asked(check_in(), earlier)) is None
    assert reason(changing, view=asked(check_in(), later)) == "answered"
    assert reason(REMINDER, view=asked(check_in(), earlier)) == "answered"
