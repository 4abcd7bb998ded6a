"""Outages as stories: what was missed goes once, and mail that was in time for the server before us still counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest
from structlog.testing import capture_logs

from gateway.model.ballot import Pick
from gateway.model.entry import RoundOpened
from gateway.model.round import Phase
from gateway.pipeline.outages import ALIVE
from tests.flow.test_vote_stories import opened
from tests.flow.town import CHECK_IN, TEAM, Town

Found = Callable[..., Town]


def test_mail_the_server_before_us_took_in_time_counts_after_an_outage(found: Found) -> None:
    town = found(votes={"reminders": []})
    mark = opened(town)
    ballot = town.newest("ben", "ballot")
    late = town.newest("cleo", "ballot")
    raw, to = town.reply("ben", ballot, "Yes, count me in.")
    raw_late, to_late = town.reply("cleo", late, "Non.")
    town.at("19:00")
    taken = format_datetime(town.clock.instant("19:30"))
    too_late = format_datetime(town.clock.instant("20:30"))

    town.down_until("21:00")
    received = f"Received: from mx by ws.example.org; {taken}\r\n".encode()
    town.hands_in(received + raw, to, sender="ben@example.net")
    received = f"Received: from mx by ws.example.org; {too_late}\r\n".encode()
    town.hands_in(received + raw_late, to_late, sender="cleo@example.net")
    town.at("22:00")

    assert town.round(mark).phase is Phase.CLOSED
    assert town.votes(mark) == {"ben": Pick("Yes")}
    assert town.newest("cleo").kind in ("decline", "outcome")


def test_a_forged_older_received_line_does_not_make_a_late_mail_early(found: Found) -> None:
    town = found(votes={"reminders": []})
    mark = opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes, count me in.")
    town.at("20:10")
    early = format_datetime(town.clock.instant("19:30"))
    town.sends("ben", f"Received: from mx by ws.example.org; {early}\r\n".encode() + raw, to)
    assert town.votes(mark) == {}, "while we were up, what counts is when we took it"


def test_an_imap_mailbox_says_when_its_server_took_the_mail(found: Found) -> None:
    town = found(votes={"reminders": []})
    mark = opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes, count me in.")
    town.at("19:59")
    town.hands_in(raw, to, sender="ben@example.net", door="imap", accepted_at=town.clock.instant("19:58"))
    town.at("20:05")
    assert town.votes(mark) == {"ben": Pick("Yes")}


def test_mail_that_waits_at_the_close_is_counted_before_it(found: Found) -> None:
    town = found(votes={"reminders": []})
    mark = opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes, count me in.")
    town.at("19:59")
    town.hands_in(raw, to, sender="ben@example.net")
    town.clock.at = town.clock.instant("20:00")
    town.pipeline.tick(town.clock.at)
    assert town.round(mark).phase is Phase.OPEN, "first the mail, then the close"
    town.at("20:01")
    assert town.votes(mark) == {"ben": Pick("Yes")}
    assert town.round(mark).phase is Phase.CLOSED


def test_after_days_of_silence_the_missed_goes_once_and_what_is_of_no_use_not_at_all(found: Found) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN}, delivery="daily")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.at("08:00")
    before = len(town.post_office.letters)

    town.down_until("2026-06-04 10:00")
    town.at("2026-06-04 10:30")
    letters = town.post_office.letters[before:]
    prompts = [letter for letter in letters if letter.kind == "prompt"]
    assert sorted(letter.to for letter in prompts) == ["ana@example.net", "ben@example.net", "cleo@example.net"]
    assert {letter.mark for letter in prompts} == {"C-1"}, "of four mornings missed, the latest is asked"
    assert len(town.entries(RoundOpened)) == 1
    assert not [letter for letter in letters if letter.kind == "reminder"]
    assert len([letter for letter in letters if letter.kind == "digest"]) <= 2, "one each at most, to whom it is new"


def test_a_reminder_whose_time_has_passed_is_not_sent_late(found: Found) -> None:
    town = found(votes={"reminders": ["6 hours", "2 hours"]})
    opened(town)
    town.at("10:00")
    town.down_until("19:30")
    town.at("19:50")
    assert len(town.box("ben", "reminder")) <= 1


def beats(town: Town, *, minutes: int) -> None:
    """Let a beat come each minute, as `serve` does, and what is due by then with it."""
    for _ in range(minutes):
        town.turn()
        town.clock.at += timedelta(minutes=1)


def test_a_clock_that_was_weeks_ahead_for_a_minute_silences_nobody_once_it_is_right(found: Found) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN})
    town.at("10:00")
    right = town.clock.at
    town.clock.at = right + timedelta(days=40)
    town.turn()
    town.clock.at = right + timedelta(minutes=2)
    before = len(town.post_office.letters)
    beats(town, minutes=61)
    town.at("2026-06-02 12:30")
    asked = [letter.to for letter in town.post_office.letters[before:] if letter.kind == "prompt"]
    assert sorted(asked) == ["ana@example.net", "ben@example.net", "cleo@example.net"]
    assert town.reached("reminder") == ["ana", "ben", "cleo"]


@pytest.mark.parametrize("back", [timedelta(hours=2), timedelta(days=3), timedelta(days=20_000)], ids=str)
def test_a_host_that_starts_with_a_clock_behind_for_minutes_asks_and_tells_nothing_twice(
    found: Found, back: timedelta
) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN}, delivery="daily")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.at("2026-06-02 09:30")
    right, before = town.clock.at, len(town.post_office.letters)
    town.close()
    town.clock.at = right - back
    town.open()
    beats(town, minutes=10)
    town.clock.at = right + timedelta(minutes=11)
    beats(town, minutes=10)
    assert town.post_office.letters[before:] == []
    assert len(town.entries(RoundOpened)) == 2, "Monday's and Tuesday's"
    town.at("2026-06-03 09:30")
    assert [letter.mark for letter in town.box("ben", "prompt")][-1] == "C-3", "the next day comes all the same"


def test_a_start_with_a_wrong_clock_each_time_adds_up_to_no_hour(found: Found) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN})
    town.at("10:00")
    right, noted = town.clock.at, planned(town)
    for start in range(4):
        town.clock.at = right - timedelta(days=3) + timedelta(minutes=40 * start)
        beats(town, minutes=10)
    assert planned(town) == noted


def test_two_hosts_minutes_apart_plan_nothing_anew(found: Found) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN})
    town.at("10:00")
    noted = planned(town)
    with capture_logs() as said:
        for minute in range(90):
            for apart in (4, 0):
                town.pipeline.beat(town.clock.at + timedelta(minutes=minute + apart))
    assert said == []
    assert planned(town) == noted


def planned(town: Town) -> list[str]:
    workspace = town.workspace_id
    with town.store.read() as tx:
        return [str(due) for due in tx.schedule.list(workspace, town.clock.at + timedelta(days=40))]


def test_starts_after_a_sign_of_life_decades_off_use_up_no_numbers(town: Town) -> None:
    for _ in range(6):
        with town.store.begin() as tx:
            tx.set_mark(ALIVE, (town.clock.at - timedelta(days=70 * 365)).isoformat())
        town.reopen()
    town.writes("ana", "acme", "Hello", "Hello all")
    assert town.newest("ben", "post").notice_id < 2**36
