"""Stories of machines: bounces, complaints and vacation replies, none of which is ever answered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from gateway.decide.bounces import PROBE_STAYS, PROBES, SOFT, probe_notice_of, probed
from gateway.model.arrival import ArrivalState
from gateway.model.authentication import Authentication, Outcome
from gateway.model.context import Due, DueKind, Probe, TickContext
from gateway.model.decision import Decision, Group, Why
from gateway.model.entry import AwayNoted, Bounced, DeliveryResumed, DeliverySuspended, MemberLeft
from gateway.model.facts import ConfirmFacts, StewardFacts
from gateway.model.member import Absence, Settings
from gateway.model.nature import Bounce, Nature, Written
from gateway.model.understood import AbsenceNotice
from tests.builders import BEN, CLEO, NOW, context, facts_of, member, of_kind, say, sent, workspace

TODAY = NOW.date()
GONE = Bounce(("ben@example.org",), permanent=True, status="5.1.1", diagnostic="no such user")


def report(bounce: Bounce = GONE, nature: Nature = Nature.BOUNCE, **facts: Any) -> Decision:
    told = context(None, bounced=sent("post", "P-3"), **facts)
    return say(told, written=Written(nature, "delivery-status", bounce=bounce))


def vacation(notice: AbsenceNotice | None, author: Any = BEN, **rules: Any) -> Decision:
    return say(context(author, rules=rules), written=Written(Nature.AUTOREPLY, "auto-submitted"), absence=notice)


def test_a_bounce_is_recorded_against_the_notice_and_its_member_and_stewards_are_told() -> None:
    decision = report()
    assert of_kind(decision, Bounced) == [Bounced(notice_id=90, member_id=2, permanent=True, status="5.1.1")]
    assert (decision.notices, decision.why) == ((), Why.BOUNCED)
    (told,) = decision.broadcasts
    assert (told.group, told.leave_out) == (Group.STEWARDS, frozenset({2}))


def test_stewards_are_told_once_a_day_of_one_members_bounces() -> None:
    assert report().broadcasts[0].key == report(Bounce((), True, "5.2.2")).broadcasts[0].key


def test_a_temporary_failure_is_recorded_and_nobody_is_told() -> None:
    decision = report(Bounce((), permanent=False, status="4.2.2"))
    assert (of_kind(decision, Bounced)[0].permanent, decision.broadcasts) == (False, ())


def test_a_bounce_of_nothing_we_know_is_recorded_without_a_member() -> None:
    decision = say(context(None), written=Written(Nature.BOUNCE, "delivery-status"))
    assert (of_kind(decision, Bounced)[0].notice_id, of_kind(decision, Bounced)[0].member_id) == (None, None)


@pytest.mark.parametrize("status", ["5.7.26", "5.7.1", "5.3.4", "5.6.0", "4.7.28"])
def test_a_report_of_our_own_doing_counts_against_nobody_and_is_told_once_a_day_and_domain(status: str) -> None:
    score, since = 2.0, NOW - timedelta(days=30)
    ours, others = (
        say(
            context(
                None,
                bounced=sent("post", "P-3", to=one.id),
                members_named={one.address: msgspec.structs.replace(one, bounce_score=score, bounced_at=since)},
            ),
            written=Written(
                Nature.BOUNCE, "delivery-status", bounce=Bounce((), not status.startswith("4"), status, "no")
            ),
        )
        for one in (BEN, CLEO)
    )
    assert ([entry.score for entry in of_kind(ours, Bounced)], of_kind(ours, DeliverySuspended)) == ([1.0], [])
    (told,) = facts_of(ours, StewardFacts)
    assert (told.about, told.text, told.address) == ("turned-away", "no", BEN.address)
    assert ours.broadcasts[0].key == others.broadcasts[0].key


def test_a_report_of_our_own_doing_about_nobody_is_told_once_a_day() -> None:
    keys = {
        say(context(None), written=Written(Nature.BOUNCE, "x", bounce=Bounce((f"{who}@far.example",), status="5.7.1")))
        .broadcasts[0]
        .key
        for who in ("one", "two")
    }
    assert len(keys) == 1


def test_a_probe_that_comes_back_for_our_own_doing_is_followed_by_the_next() -> None:
    probe = ConfirmFacts(act="deliver", title="Acme", address=BEN.address, number=1)
    told = context(
        None,
        bounced=sent("confirm", facts=probe),
        members_named={BEN.address: msgspec.structs.replace(BEN, suspended=True)},
    )
    decision = say(told, written=Written(Nature.BOUNCE, "x", bounce=Bounce(status="5.7.26")))
    assert (decision.undue, [due.number for due in decision.due]) == (("probe:2",), [1])


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [("5.2.2", "552 5.2.2 over quota"), ("5.0.0", "552 no"), ("5.3.1", "552 5.3.1 no room on this machine")],
)
def test_a_full_mailbox_adds_little_and_stewards_hear_of_it(status: str, diagnostic: str) -> None:
    score, since = 2.0, NOW - timedelta(days=30)
    decision = report(
        Bounce((), True, status, diagnostic),
        members_named={BEN.address: msgspec.structs.replace(BEN, bounce_score=score, bounced_at=since)},
    )
    assert of_kind(decision, Bounced) == [
        Bounced(notice_id=90, member_id=2, permanent=False, status=status, score=1 + SOFT)
    ]
    assert facts_of(decision, StewardFacts)[0].about == "bounced"


@pytest.mark.parametrize("sender", ["", "abuse@far.example"])
def test_a_complaint_that_nothing_speaks_for_is_told_and_changes_nothing(sender: str) -> None:
    decision = report(nature=Nature.COMPLAINT, reverse_path=sender)
    assert (decision.entries, facts_of(decision, StewardFacts)[0].about) == ((), "complaint-unproven")


def test_a_complaint_ends_mail_to_the_one_who_complained() -> None:
    decision = report(nature=Nature.COMPLAINT, authentication=Authentication(Outcome.PASSED, "dkim"))
    assert of_kind(decision, Bounced)[0].status == "complaint"
    assert facts_of(decision, StewardFacts)[0].about == "complaint"
    assert not of_kind(decision, MemberLeft)


def test_a_vacation_reply_marks_its_author_away_until_the_day_it_names_and_is_never_posted_or_answered() -> None:
    decision = vacation(AbsenceNotice(TODAY, TODAY + timedelta(9)))
    (entry,) = of_kind(decision, AwayNoted)
    assert entry.absence == Absence(starts=TODAY, until=TODAY + timedelta(9), source="auto-reply")
    assert (len(decision.entries), decision.notices, decision.broadcasts) == (1, (), ())


@pytest.mark.parametrize(
    ("starts", "until"),
    [(19, 19), (1, 1), (32, 40), (219, 553)],  # "the next meeting is on …"; "01/06-12/06" read the other way round
)
def test_a_date_of_something_else_in_an_auto_reply_is_no_absence_to_come(starts: int, until: int) -> None:
    decision = vacation(AbsenceNotice(TODAY + timedelta(starts), TODAY + timedelta(until)))
    (noted,) = of_kind(decision, AwayNoted)
    assert (noted.absence.starts, noted.absence.until) == (TODAY, None)


@pytest.mark.parametrize(("starts", "until"), [(-7, 4), (0, 0), (7, 11), (31, 40)])
def test_an_absence_that_an_auto_reply_tells_is_noted_with_its_dates(starts: int, until: int) -> None:
    told = AbsenceNotice(TODAY + timedelta(starts), TODAY + timedelta(until))
    (noted,) = of_kind(vacation(told), AwayNoted)
    assert (noted.absence.starts, noted.absence.until) == (told.starts, told.until)


def test_an_auto_reply_that_tells_of_no_absence_marks_nobody_away() -> None:
    decision = vacation(None)
    assert (decision.state, decision.entries, decision.why) == (ArrivalState.IGNORED, (), Why.MACHINE)


def test_an_end_that_is_years_away_is_none() -> None:
    absence = of_kind(vacation(AbsenceNotice(TODAY, TODAY + timedelta(5 * 365))), AwayNoted)[0].absence
    assert (absence.starts, absence.until) == (TODAY, None)
    assert absence.lapses_on is not None


def test_an_undated_absence_begins_today_and_has_no_end_of_its_own() -> None:
    absence = of_kind(vacation(AbsenceNotice()), AwayNoted)[0].absence
    assert (absence.starts, absence.until) == (TODAY, None)


@pytest.mark.parametrize(
    ("own_days", "rules", "back_on"),
    [
        (None, {}, date(2026, 6, 6)),  # NOW is a Wednesday: till Friday
        ((0, 2), {}, date(2026, 6, 11)),  # works Mondays and Wednesdays
        (None, {"working_days": ["sun", "mon", "tue", "wed", "thu"]}, date(2026, 6, 8)),  # Wednesday, Thursday, Sunday
        (None, {"holidays": "AT"}, date(2026, 6, 9)),  # Thursday is Corpus Christi
    ],
)
def test_an_undated_auto_reply_keeps_its_author_away_for_three_of_their_working_days(
    own_days: tuple[int, ...] | None, rules: dict[str, Any], back_on: date
) -> None:
    author = member(2, "Ben", settings=Settings(days=own_days))
    absence = of_kind(vacation(AbsenceNotice(), author, **rules), AwayNoted)[0].absence
    assert absence.covers(back_on - timedelta(1))
    assert not absence.covers(back_on)


def test_an_undated_auto_reply_that_tells_since_when_holds_from_today() -> None:
    told = AbsenceNotice(TODAY - timedelta(10), None)
    absence = of_kind(vacation(told), AwayNoted)[0].absence
    assert absence.covers(TODAY)
    lapsed = msgspec.structs.replace(absence, lapses_on=TODAY - timedelta(5))
    assert of_kind(vacation(told, member(2, "Ben", absences=(lapsed,))), AwayNoted)
    assert not of_kind(vacation(told, member(2, "Ben", absences=(absence,))), AwayNoted)


def test_an_undated_absence_ends_by_itself_where_a_machine_told_it_and_else_with_its_members_word() -> None:
    assert not Absence(starts=TODAY, source="auto-reply").covers(TODAY + timedelta(5))  # noted by an older version
    assert Absence(starts=TODAY).covers(TODAY + timedelta(365))


def test_the_same_vacation_reply_again_is_known() -> None:
    away = member(2, "Ben", absences=(Absence(starts=TODAY, until=TODAY + timedelta(9), source="auto-reply"),))
    decision = vacation(AbsenceNotice(TODAY, TODAY + timedelta(9)), away)
    assert (decision.state, decision.entries) == (ArrivalState.IGNORED, ())


def test_the_vacation_reply_of_a_stranger_means_nothing() -> None:
    decision = vacation(AbsenceNotice(), None)
    assert (decision.state, decision.entries, decision.why) == (ArrivalState.IGNORED, (), Why.MACHINE)


def test_an_absence_that_is_over_is_not_noted() -> None:
    assert vacation(AbsenceNotice(None, TODAY - timedelta(1))).entries == ()


# --- probes ---------------------------------------------------------------------------------------------------------

STAYED = NOW - PROBE_STAYS


def asked_after(probe: Probe, number: int = 0) -> Decision:
    """Return what follows when it is asked what became of a probe."""
    suspended = msgspec.structs.replace(BEN, suspended=True)
    due = Due(key="probe:2", kind=DueKind.PROBED, at=NOW, member_id=BEN.id, number=number, since=STAYED)
    return probed(due, TickContext(now=NOW, workspace=workspace(), members=(suspended,), probe=probe))


def test_mail_goes_again_where_a_probe_was_taken_and_stayed() -> None:
    assert of_kind(asked_after(Probe(STAYED)), DeliveryResumed) == [DeliveryResumed(member_id=2, reason="probe")]


@pytest.mark.parametrize(
    ("probe", "looks_again"),
    [
        (Probe(STAYED + timedelta(days=2)), timedelta(days=2)),  # taken late: it has its three days
        (Probe(waits=True), timedelta(days=1)),
    ],
)
def test_a_probe_that_is_on_its_way_is_asked_after_again(probe: Probe, looks_again: timedelta) -> None:
    decision = asked_after(probe)
    assert decision.entries == ()
    assert [(due.kind, due.at - NOW) for due in decision.due] == [(DueKind.PROBED, looks_again)]


def test_a_probe_that_nobody_took_is_as_one_that_came_back() -> None:
    assert [(due.kind, due.number, due.at) for due in asked_after(Probe()).due] == [(DueKind.PROBE, 1, NOW + PROBES[1])]
    last = asked_after(Probe(), number=len(PROBES) - 1)
    assert (last.entries, last.due) == ((), ())


def test_a_row_of_an_earlier_version_finds_its_probe() -> None:
    row = Due(key="probe:2", kind=DueKind.PROBED, at=NOW, member_id=2)
    assert probe_notice_of(row) == probe_notice_of(msgspec.structs.replace(row, since=STAYED))
