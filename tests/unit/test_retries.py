"""What follows from one attempt at sending."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.decide.retries import (
    GIVE_UP_AFTER,
    GIVE_UP_ALONE_AFTER,
    WAITS,
    Blame,
    Verdict,
    after,
    blame,
    blamed_on_us,
)
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


@pytest.mark.parametrize(
    ("refused", "code", "text", "found"),
    [
        ("sender", 550, "5.7.1 not allowed", Blame.US),
        ("sender", 550, "5.1.1 no such user", Blame.US),
        ("sender", 501, "", Blame.US),
        ("sender", 555, "5.5.4 unsupported option", Blame.US),
        ("sender", 552, "5.3.4 too big", Blame.MESSAGE),
        ("sender", 552, "", Blame.MESSAGE),
        ("sender", 550, "5.6.7 not ASCII", Blame.MESSAGE),
        ("recipient", 550, "5.1.1 no such user", Blame.RECIPIENT),
        ("recipient", 550, "no such user", Blame.RECIPIENT),
        ("recipient", 552, "5.2.2 over quota", Blame.RECIPIENT),
        ("recipient", 550, "5.4.4 no such domain", Blame.RECIPIENT),
        ("recipient", 554, "", Blame.UNSURE),
        ("recipient", 554, "5.7.1 relay access denied", Blame.UNSURE),
        ("recipient", 503, "5.5.1 need MAIL", Blame.UNSURE),
        ("recipient", 550, "5.1.8 sender's domain not found", Blame.US),
        ("recipient", 530, "5.7.0 authentication required", Blame.US),
        ("recipient", 553, "5.6.7 not ASCII", Blame.MESSAGE),
        ("message", 554, "5.7.1 looks like spam", Blame.MESSAGE),
        ("message", 554, "", Blame.MESSAGE),
        ("message", 550, "5.1.1 no such user", Blame.RECIPIENT),
        ("message", 552, "5.3.4 too big", Blame.MESSAGE),
        ("", 550, "5.1.1 no such user", Blame.MESSAGE),
        ("recipient", 450, "4.1.1 later", Blame.MESSAGE),
    ],
)
def test_a_permanent_refusal_is_of_us_of_the_address_or_of_the_mail(
    refused: str, code: int, text: str, found: Blame
) -> None:
    attempt = Attempt(notice_id=0, at=DUE, code=code, text=text, refused=refused)
    assert blame(attempt) is found


def test_what_is_refused_for_what_we_are_waits_until_it_is_mended() -> None:
    attempt = Attempt(notice_id=0, at=DUE, code=550, text="5.7.1 no", refused="sender")
    verdict = after(attempt, 2, DUE, DUE)
    assert verdict == Verdict(NoticeState.QUEUED, DUE + WAITS[1], "not-from-us")
    assert after(attempt, 30, DUE, DUE + GIVE_UP_AFTER) == Verdict(NoticeState.FAILED, None, "given-up")


def refused_there(notice_id: int) -> Attempt:
    return Attempt(notice_id=notice_id, at=DUE, code=550, text="5.7.1 wants nothing of you", refused="recipient")


def taken(notice_id: int) -> Attempt:
    return Attempt(notice_id=notice_id, at=DUE, code=250)


def test_one_address_that_wants_nothing_blames_nobody_and_is_given_up_within_the_day() -> None:
    one = refused_there(0)
    assert after(one, 1, DUE, DUE) == Verdict(NoticeState.QUEUED, DUE + WAITS[0], "refused-there")
    assert after(one, 9, DUE, DUE + GIVE_UP_ALONE_AFTER) == Verdict(NoticeState.FAILED, None, "given-up")
    assert GIVE_UP_ALONE_AFTER + WAITS[-1] <= timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "tried", "found"),
    [
        ((), [("ana", refused_there(1)), ("ana", refused_there(2)), ("ana", refused_there(3))], ()),
        ((), [("ana", refused_there(1)), ("ben", refused_there(2))], ()),
        ((), [("ana", refused_there(1)), ("ben", refused_there(2)), ("cleo", refused_there(3))], (1, 2, 3)),
        (("ana", "ben"), [("cleo", refused_there(3))], (3,)),
        (("ana", "ben"), [("dan", taken(4)), ("cleo", refused_there(3))], ()),
        (("ana", "ben", "cleo"), [("ana", refused_there(1)), ("dan", taken(4)), ("ben", refused_there(2))], (1,)),
    ],
)
def test_several_addresses_in_a_row_and_none_taken_between_are_a_refusal_of_us(
    before: tuple[str, ...], tried: list[tuple[str, Attempt]], found: tuple[int, ...]
) -> None:
    assert blamed_on_us(before, tried) == frozenset(found)
    assert after(refused_there(0), 1, DUE, DUE, is_of_us=True).reason == "not-from-us"
