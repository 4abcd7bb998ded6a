"""What follows from one attempt at sending."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.decide.refusals import Cause
from gateway.decide.retries import GIVE_UP_AFTER, GIVE_UP_ALONE_AFTER, WAITS, Verdict, after
from gateway.model.notice import Attempt, NoticeState
from tests.tick_builders import utc

DUE = utc("2026-03-02T09:00")


def tried(code: int, attempts: int = 1, now: datetime = DUE) -> Verdict:
    return after(Attempt(notice_id=0, at=now, code=code), attempts, DUE, now)


@pytest.mark.parametrize("code", [200, 250, 251, 252])
def test_a_2xx_is_sent(code: int) -> None:
    assert tried(code) == Verdict(NoticeState.SENT, None, "sent")


@pytest.mark.parametrize("code", [500, 521, 550, 552, 554, 571])
def test_a_5xx_has_failed_for_good(code: int) -> None:
    assert tried(code) == Verdict(NoticeState.FAILED, None, "rejected")


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 240), (6, 240), (40, 240)])
def test_a_4xx_is_tried_again_ever_later(attempts: int, minutes: int) -> None:
    verdict = tried(451, attempts)
    assert verdict == Verdict(NoticeState.QUEUED, DUE + timedelta(minutes=minutes), "deferred")


def test_no_connection_is_tried_again() -> None:
    assert tried(0) == Verdict(NoticeState.QUEUED, DUE + timedelta(minutes=1), "no-connection")


@pytest.mark.parametrize("code", [530, 535])
def test_a_login_that_is_refused_fails_no_mail(code: int) -> None:
    verdict = tried(code)
    assert (verdict.state, verdict.reason) == (NoticeState.QUEUED, "login")


@pytest.mark.parametrize("code", [1, 100, 354, 399, 999])
def test_a_reply_that_makes_no_sense_here_is_tried_again(code: int) -> None:
    assert tried(code).state is NoticeState.QUEUED


def test_it_is_given_up_after_three_days() -> None:
    late = DUE + GIVE_UP_AFTER
    assert tried(451, 20, late - timedelta(hours=5)).state is NoticeState.QUEUED
    assert tried(451, 20, late) == Verdict(NoticeState.FAILED, None, "given-up")


def test_what_was_due_long_ago_still_gets_its_tries() -> None:
    late = DUE + timedelta(days=9)
    assert [tried(0, n, late).state for n in range(1, len(WAITS) + 2)] == [NoticeState.QUEUED] * len(WAITS) + [
        NoticeState.FAILED
    ]


def test_notices_that_failed_together_do_not_all_come_back_at_once() -> None:
    times = {after(Attempt(notice_id=n, at=DUE, code=421), 1, DUE, DUE).next_attempt_at for n in range(16)}
    assert len(times) == 16
    assert max(at for at in times if at) - DUE < timedelta(minutes=1, seconds=20)


def test_what_is_refused_for_what_we_are_waits_until_it_is_mended() -> None:
    attempt = Attempt(notice_id=0, at=DUE, code=550, text="5.7.1 no", refused="sender")
    verdict = after(attempt, 2, DUE, DUE)
    assert verdict == Verdict(NoticeState.QUEUED, DUE + WAITS[1], "not-from-us")
    assert after(attempt, 30, DUE, DUE + GIVE_UP_AFTER) == Verdict(NoticeState.FAILED, None, "given-up")


def test_one_address_that_wants_nothing_blames_nobody_and_is_given_up_within_the_day() -> None:
    one = Attempt(notice_id=0, at=DUE, code=550, text="5.7.1 wants nothing of you", refused="recipient")
    assert after(one, 1, DUE, DUE) == Verdict(NoticeState.QUEUED, DUE + WAITS[0], "refused-there")
    assert after(one, 9, DUE, DUE + GIVE_UP_ALONE_AFTER) == Verdict(NoticeState.FAILED, None, "given-up")
    assert GIVE_UP_ALONE_AFTER + WAITS[-1] <= timedelta(days=1)
    assert after(one, 1, DUE, DUE, Cause.OF_US).reason == "not-from-us"


def test_an_address_that_is_not_there_fails_at_once_unless_others_are_refused_alike() -> None:
    one = Attempt(notice_id=0, at=DUE, code=550, text="5.1.1 no such user", refused="recipient")
    assert after(one, 1, DUE, DUE) == Verdict(NoticeState.FAILED, None, "rejected")
    assert after(one, 1, DUE, DUE, Cause.UNDECIDED) == Verdict(NoticeState.QUEUED, DUE + WAITS[0], "refused-there")
    assert after(one, 1, DUE, DUE, Cause.OF_US) == Verdict(NoticeState.QUEUED, DUE + WAITS[0], "not-from-us")
