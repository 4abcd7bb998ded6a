"""What the server that takes our mail refuses, as stories: of us it waits for the mend, of an address it counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.model.entry import Bounced, DeliveryResumed, DeliverySuspended
from gateway.model.notice import NoticeState
from tests.flow.town import ANA, BEN, CLEO, DEV, ERIN, TEAM, Town

Found = Callable[..., Town]


def test_an_address_that_is_refused_at_once_counts_as_a_mail_that_came_back(found: Found) -> None:
    town = found(BEN, ANA, CLEO)
    town.post_office.refusals["ben@example.net"] = (550, "5.1.1 no such user")
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
        town.wait(days=1)
    assert [(entry.member_id, entry.permanent) for entry in town.entries(Bounced)] == [
        (town.member("ben").id, True)
    ] * 3
    assert {stored.reason for stored in town.notices(NoticeState.FAILED)} == {"rejected"}
    assert town.member("ben").suspended
    assert len(town.box("ana", "steward")) == 3  # on two days that a mail came back, once that nothing more is sent
    assert any("no such user" in letter.text for letter in town.box("ana", "steward"))
    town.post_office.refusals.clear()
    town.wait(days=8)  # a single mail is tried, and does not come back
    assert not town.member("ben").suspended


@pytest.mark.parametrize(
    ("refuses", "answer"),
    [
        ("sender", (553, "no such sender here")),
        ("recipient", (553, "5.7.1 <acme@ws.example.org>: Sender address rejected: not owned by user")),
        ("recipient", (503, "5.5.1 need MAIL")),
    ],
)
def test_a_refusal_of_our_sender_or_session_fails_no_mail_and_suspends_nobody(
    found: Found, refuses: str, answer: tuple[int, str]
) -> None:
    town = found(*TEAM, DEV)
    town.post_office.refuses = refuses
    town.post_office.refusals = {person.address: answer for person in (*TEAM, DEV)}
    for number in range(4):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
    town.wait(hours=5)
    assert (town.entries(Bounced), town.notices(NoticeState.FAILED)) == ([], [])
    assert {fault["event"] for fault in town.faults} == {"submission refuses us"}
    assert {stored.reason for stored in town.notices(NoticeState.QUEUED) if stored.attempts} == {"not-from-us"}
    town.faults.clear()
    town.post_office.refusals.clear()
    town.wait(hours=5)
    assert len(town.box("ben", "post")) == 4


def test_one_address_that_wants_nothing_of_us_is_no_refusal_of_us_and_told_within_the_day(town: Town) -> None:
    town.post_office.refusals["ben@example.net"] = (550, "5.7.1 recipient wants nothing")
    for number in range(4):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
    town.wait(hours=5)
    assert (len(town.box("cleo", "post")), town.faults, town.entries(Bounced)) == (4, [], [])
    assert {stored.reason for stored in town.notices(NoticeState.QUEUED) if stored.attempts} == {"refused-there"}
    town.wait(hours=19)
    assert "recipient wants nothing" in town.newest("ana", "steward").text
    assert not town.member("ben").suspended


@pytest.mark.parametrize(
    ("refuses", "answer"),
    [
        ("message", (550, "5.4.5 Daily user sending limit exceeded. gsmtp")),
        ("message", (554, "not today")),
        ("recipient", (550, "relay not permitted")),
        ("recipient", (550, "5.2.1 sending disabled for this account")),
    ],
)
def test_a_refusal_of_us_in_codes_made_for_addresses_counts_against_nobody_and_all_goes_after_the_mend(
    found: Found, refuses: str, answer: tuple[int, str]
) -> None:
    town = found(*TEAM, DEV)
    town.at_once = 1  # as by one connection: the first is judged before the others are refused
    town.post_office.refuses = refuses
    town.post_office.refusals = {person.address: answer for person in (*TEAM, DEV)}
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
        town.wait(hours=1)
    assert (town.notices(NoticeState.FAILED), town.entries(DeliverySuspended)) == ([], [])
    assert {fault["event"] for fault in town.faults} == {"submission refuses us"}
    assert [town.member(one.key).bounce_score for one in (*TEAM, DEV)] == [0.0] * 4
    assert len(town.entries(Bounced)) == len(town.entries(DeliveryResumed)), "what was counted is taken back"
    town.faults.clear()
    town.post_office.refusals.clear()
    town.wait(hours=5)
    assert [len(town.box(who, "post")) for who in ("ben", "cleo", "dev")] == [3, 3, 3]
    assert town.faults == []


@pytest.mark.parametrize("said", ["5.4.5 Daily user sending limit exceeded", "5.7.60 no permission to send as another"])
def test_a_team_of_two_is_told_of_its_quota_and_sender_by_the_code_alone(found: Found, said: str) -> None:
    town = found(ANA, BEN)
    town.post_office.refuses = "message"
    town.post_office.refusals = {BEN.address: (550, said)}
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
    assert {stored.reason for stored in town.notices(NoticeState.QUEUED) if stored.attempts} == {"not-from-us"}
    assert (town.notices(NoticeState.FAILED), town.entries(Bounced)) == ([], [])
    town.wait(minutes=20)
    told = town.newest("ana", "steward").text
    assert said in told, "she is told, since her own mail is taken"
    assert "go out by themselves" in told or "goes out by itself" in told
    town.faults.clear()
    town.post_office.refusals.clear()
    town.wait(hours=2)
    assert len(town.box("ben", "post")) == 3
    assert len(town.box("ana", "steward")) == 1


def test_many_addresses_that_are_gone_raise_no_alarm_where_others_are_taken(found: Found) -> None:
    town = found(ANA, BEN, CLEO, DEV, ERIN)  # the last three are gone, and nobody is tried behind them
    gone = (CLEO, DEV, ERIN)
    town.post_office.refusals = {person.address: (550, "5.1.1 no such user") for person in gone}
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
        town.wait(days=1)
    assert town.faults == []
    assert [town.member(person.key).suspended for person in gone] == [True] * 3
    assert not any("have to wait" in letter.subject for letter in town.box("ana", "steward"))


def test_addresses_that_are_all_gone_count_each_once_others_are_seen_to_be_taken(found: Found) -> None:
    town = found(ANA, BEN, CLEO, DEV)
    gone = (BEN, CLEO)
    town.post_office.refusals = {person.address: (550, "5.1.1 no such user") for person in gone}
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", "There is something new to tell you all.")
        town.wait(days=1)
    assert [town.member(person.key).suspended for person in gone] == [True, True]
    assert len(town.box("dev", "post")) == 3
