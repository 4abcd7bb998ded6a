"""Stories of mail that comes back, or that nobody takes: who is not written to any more, who hears of it, what resumes.

Refusals while we send are told in test_refusal_stories.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gateway.decide.bounces import SOFT
from gateway.model.entry import (
    Bounced,
    DeliveryResumed,
    DeliverySuspended,
)
from gateway.model.notice import NoticeState
from gateway.pipeline.flow import Rules
from tests.flow.mallory import SERVER, came, complaint_about
from tests.flow.test_mail_stories import bounce_of
from tests.flow.test_vote_stories import opened
from tests.flow.town import ANA, BEN, CLEO, Town

Found = Callable[..., Town]


def returned(town: Town, who: str, status: str = "5.1.1") -> None:
    """Send somebody a letter, and let it come back."""
    town.writes("ana", "acme", f"News {len(town.post_office.letters)}", "There is something new to tell you all.")
    letter = town.newest(who, "post")
    town.sends(
        who, bounce_of(letter.raw, town.address_of(who), letter.envelope_from, status), letter.envelope_from, sender=""
    )


def test_three_mails_that_came_back_suspend_delivery_and_tell_the_stewards(town: Town) -> None:
    for _ in range(2):
        returned(town, "ben")
        town.wait(days=1)
    assert not town.member("ben").suspended
    returned(town, "ben")
    assert town.member("ben").suspended
    assert [entry.reason for entry in town.entries(DeliverySuspended)] == ["bounces"]
    told = town.newest("ana", "steward")
    assert "stopped" in told.text
    before = len(town.box("ben"))
    town.writes("cleo", "acme", "Plus de nouvelles", "Encore quelque chose de nouveau pour vous.")
    assert len(town.box("ben")) == before


@pytest.mark.parametrize("status", ["5.7.26", "5.0.0\r\nDiagnostic-Code: smtp; 550 SPF check failed"])
def test_mail_that_a_far_server_turns_away_for_our_own_sake_suspends_nobody_and_is_told_once_a_day(
    town: Town, status: str
) -> None:
    for _ in range(4):
        for who in ("ben", "cleo"):
            returned(town, who, status)
    assert not any(town.member(who).suspended for who in ("ben", "cleo"))
    told = town.box("ana", "steward")
    assert [letter.kind for letter in told] == ["steward"]
    assert "turned away" in told[0].message.subject
    town.wait(days=1)
    returned(town, "ben", status)
    assert len(town.box("ana", "steward")) == 2


def test_many_mails_of_a_lively_day_that_come_back_count_once(town: Town) -> None:
    for _ in range(4):
        returned(town, "ben")
    assert (town.member("ben").bounce_score, town.member("ben").suspended) == (1.0, False)


@pytest.mark.parametrize(
    "status",
    [
        "5.4.7",
        "5.4.316\r\nDiagnostic-Code: smtp; 550 5.4.316 Message expired, connection refused",
        "5.0.0\r\nDiagnostic-Code: smtp; retry timeout exceeded",
        "5.0.0\r\nDiagnostic-Code: smtp; 451 mailbox busy, try again",
    ],
)
def test_a_server_that_was_away_for_days_weighs_little_also_where_it_is_told_as_if_for_good(
    town: Town, status: str
) -> None:
    returned(town, "ben", status)
    assert [(entry.permanent, entry.score) for entry in town.entries(Bounced)] == [(False, SOFT)]


def test_a_server_that_gave_up_where_nobody_is_known_is_believed(town: Town) -> None:
    returned(town, "ben", "5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown; retry timeout exceeded")
    assert [entry.score for entry in town.entries(Bounced)] == [1.0]


def test_old_bounces_fade(town: Town) -> None:
    returned(town, "ben")
    for _ in range(3):
        town.wait(days=60)
        returned(town, "ben")
    assert not town.member("ben").suspended


def test_soft_bounces_weigh_less_and_delays_nothing(town: Town) -> None:
    for _ in range(4):
        returned(town, "ben", "4.2.2")
    assert not town.member("ben").suspended
    assert town.box("ana", "steward") == []
    letter = town.newest("ben", "post")
    delayed = bounce_of(letter.raw, "ben@example.net", letter.envelope_from, "4.4.1").replace(
        b"Action: failed", b"Action: delayed"
    )
    before = len(town.entries(Bounced))
    town.sends("ben", delayed, letter.envelope_from, sender="")
    assert len(town.entries(Bounced)) == before


def test_a_bounce_without_its_address_is_told_by_what_it_returns(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    town.sends("ben", bounce_of(letter.raw, "ben@example.net", "acme@ws.example.org"), "acme", sender="")
    assert [entry.member_id for entry in town.entries(Bounced)] == [town.member("ben").id]


def _suspended(town: Town) -> None:
    for day in range(3):
        town.wait(days=min(day, 1))
        returned(town, "ben")
    assert town.member("ben").suspended


def test_a_probe_that_does_not_come_back_resumes_delivery(town: Town) -> None:
    _suspended(town)
    town.wait(days=3, hours=1)
    probe = town.newest("ben")
    assert probe.kind == "confirm"
    assert town.member("ben").suspended
    town.wait(days=3, hours=1)
    assert not town.member("ben").suspended
    assert [entry.reason for entry in town.entries(DeliveryResumed)] == ["probe"]


def test_a_probe_that_nobody_takes_resumes_nothing_and_the_next_comes_later(town: Town) -> None:
    _suspended(town)
    town.post_office.refusals["ben@example.net"] = (450, "4.2.0 try again later")
    town.wait(days=7)
    (probe,) = (one for one in town.notices() if one.notice.key.startswith("probe:"))
    assert (probe.state, probe.reason) == (NoticeState.FAILED, "given-up")
    assert town.member("ben").suspended
    del town.post_office.refusals["ben@example.net"]
    town.wait(days=12)
    assert not town.member("ben").suspended
    assert [entry.reason for entry in town.entries(DeliveryResumed)] == ["probe"]


def test_a_probe_that_comes_back_is_followed_by_others_further_apart_and_then_none(town: Town) -> None:
    _suspended(town)
    probes = 0
    for _ in range(60):
        town.wait(days=1)
        found = len(town.box("ben", "confirm"))
        if found > probes:
            probes, letter = found, town.newest("ben", "confirm")
            town.sends(
                "ben", bounce_of(letter.raw, "ben@example.net", letter.envelope_from), letter.envelope_from, sender=""
            )
    assert probes == 3
    assert town.member("ben").suspended


def test_a_suspended_member_who_writes_is_asked_and_resumed_by_a_word(town: Town) -> None:
    _suspended(town)
    town.writes("ben", "acme", "I am here", "Why do I not get any mail from you?")
    asked = town.newest("ben")
    assert (asked.kind, town.member("ben").suspended) == ("confirm", True)
    town.answers("ben", asked, "yes")
    assert not town.member("ben").suspended
    assert [entry.reason for entry in town.entries(DeliveryResumed)] == ["confirmed"]


def test_a_complaint_suspends_at_once_and_is_not_probed(town: Town) -> None:
    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()
    opened(town)
    letter = town.newest("ben", "ballot")
    came(town, complaint_about(letter, "ben@example.net"), "dkim=pass header.d=evil.example", to=letter.envelope_from)
    assert town.member("ben").suspended
    assert [entry.reason for entry in town.entries(DeliverySuspended)] == ["complaint"]
    assert town.newest("ana").kind == "steward"
    before = len(town.box("ben"))
    town.wait(days=30)
    assert len(town.box("ben")) == before


# --- what failed for good -------------------------------------------------------------------------------------------


def test_stewards_are_told_once_a_day_of_what_failed_for_good(found: Found) -> None:
    town = found(BEN, ANA, CLEO)
    town.post_office.refuses = "message"
    town.post_office.refusals["ben@example.net"] = (550, "5.6.0 no such wording")
    town.post_office.refusals["cleo@example.net"] = (554, "5.7.1 not wanted")
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
    town.wait(hours=1)
    [told] = town.box("ana", "steward")
    assert "ben@example.net: 550 5.6.0 no such wording" in told.text
    assert "cleo@example.net" in told.text
    town.writes("ana", "acme", "More news", "There is something new to tell you all again.")
    town.wait(hours=12)
    assert len(town.box("ana", "steward")) == 1
    town.wait(hours=13)
    assert len(town.box("ana", "steward")) == 2
    town.pass_until(town.clock.at + timedelta(days=5))
    assert len(town.box("ana", "steward")) == 2
