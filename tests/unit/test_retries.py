"""What follows from one attempt at sending."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.decide.retries import GIVE_UP_AFTER, WAITS, Verdict, after
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
