"""Check-ins as stories: a week in three time zones, answers in any form, late ones, skips, carried plans, absences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from gateway.model.entry import Answered, BlockerClosed, BlockerRaised, Closed, RoundOpened
from gateway.model.round import CheckIn, Phase, Skip
from tests.flow.town import ANA, BEN, CHECK_IN, CLEO, DEV, ERIN, TEAM, WORLD, Town

Found = Callable[..., Town]


def team(found: Found, *people: object, **keys: object) -> Town:
    """Return a town with a daily check-in at nine."""
    routine = CHECK_IN | keys.pop("routine", {})  # type: ignore[operator]
    return found(*people, routines={"daily": routine}, **keys)


def said(town: Town, mark: str, who: str) -> CheckIn:
    """Return what somebody's check-in says."""
    answer = town.standings(mark)[who].answer
    assert isinstance(answer, CheckIn), answer
    return answer


def test_everyone_is_asked_at_nine_by_their_own_clock(found: Found) -> None:
    town = team(found, *WORLD, now="2026-06-01 05:00")
    town.at("2026-06-01 23:00", "America/New_York")
    times = {person.key: [letter.at for letter in town.box(person.key, "prompt")] for person in WORLD}
    assert times["dev"] == [town.clock.instant("2026-06-01 09:00", "Asia/Kolkata")]
    assert times["ana"] == times["cleo"] == [town.clock.instant("2026-06-01 09:00", "Europe/Paris")]
    assert times["erin"] == [town.clock.instant("2026-06-01 09:00", "America/New_York")]


def test_a_line_that_would_add_an_option_to_a_vote_is_of_the_list_in_a_check_in(found: Found) -> None:
    town = team(found, *TEAM, now="2026-06-01 05:00")
    town.at("2026-06-01 10:00")
    letter = town.newest("ana", "prompt")
    town.answers("ana", letter, "add: call the bank")
    assert "call the bank" in str(said(town, letter.mark, "ana"))


def test_a_week_in_three_zones_with_a_holiday_and_an_absence(found: Found) -> None:
    town = team(found, ANA, DEV, ERIN, now="2026-07-12 12:00", holidays="FR")
    town.writes("erin", "acme", "I'll be away", "I'm on leave from 15 to 16 July.")
    town.at("2026-07-19 23:00")
    days = {
        who: [letter.message.date.date().isoformat() for letter in town.box(who, "prompt") if letter.message.date]
        for who in ("ana", "dev", "erin")
    }
    # Tuesday 14 July is a holiday in France.
    assert days["ana"] == ["2026-07-13", "2026-07-15", "2026-07-16", "2026-07-17"]
    assert days["dev"] == ["2026-07-13", "2026-07-15", "2026-07-16", "2026-07-17"]
    assert days["erin"] == ["2026-07-13", "2026-07-17"]


@pytest.mark.parametrize(("change", "monday"), [("2026-03-29", "2026-03-30"), ("2026-10-25", "2026-10-26")])
def test_nine_stays_nine_when_the_clocks_change(found: Found, change: str, monday: str) -> None:
    town = team(found, ANA, DEV, now=f"{change} 00:30")
    town.at(f"{monday} 12:00")
    assert [letter.at for letter in town.box("ana", "prompt")] == [town.clock.instant(f"{monday} 09:00")]
    assert [letter.at for letter in town.box("dev", "prompt")] == [
        town.clock.instant(f"{monday} 09:00", "Asia/Kolkata")
    ]


def test_answers_are_read_in_any_form_and_summed_up_blockers_first(found: Found) -> None:
    town = team(found)
    town.at("09:30")
    town.answers(
        "ana",
        town.newest("ana", "prompt"),
        "Done: invoices sorted\nNext: call the bank\nBlockers: no key to the archive",
    )
    town.answers("ben", town.newest("ben", "prompt"), "1. the budget\n2. the trip in March\n3. none")
    town.answers(
        "cleo",
        town.newest("cleo", "prompt"),
        "Fait : le devis de la toiture\nÀ faire : relancer l'imprimeur\nRien ne me bloque.",
    )
    assert said(town, "C-1", "ana") == CheckIn(
        done=("invoices sorted",), next=("call the bank",), blockers=("no key to the archive",)
    )
    assert said(town, "C-1", "ben").done == ("the budget",)
    assert said(town, "C-1", "ben").next == ("the trip in March",)
    assert said(town, "C-1", "ben").blockers == ()
    assert said(town, "C-1", "cleo").done == ("le devis de la toiture",)
    assert said(town, "C-1", "cleo").next == ("relancer l'imprimeur",)
    assert [entry.text for entry in town.entries(BlockerRaised)] == ["no key to the archive"]

    town.at("23:00")
    assert town.round("C-1").phase is Phase.CLOSED
    summary = town.newest("ben", "summary").text
    assert summary.index("no key to the archive") < summary.index("the trip in March")
    assert town.reached("summary") == ["ana", "ben", "cleo"]


def test_a_reminder_goes_only_to_those_who_still_owe(found: Found) -> None:
    town = team(found, *TEAM)
    town.at("09:30")
    town.answers("ben", town.newest("ben", "prompt"), "Done: the roof\nNext: the cellar")
    town.answers("cleo", town.newest("cleo", "prompt"), "skip")
    town.at("14:30")
    assert town.reached("reminder") == ["ana"]
    assert isinstance(town.standings("C-1")["cleo"].answer, Skip)


def test_a_later_answer_replaces_the_earlier_one(found: Found) -> None:
    town = team(found)
    town.at("09:30")
    town.answers("ben", town.newest("ben", "prompt"), "Done: the roof\nNext: the cellar")
    town.answers("ben", town.newest("ben", "prompt"), "Done: the roof and the gutter\nNext: the attic")
    assert said(town, "C-1", "ben").next == ("the attic",)
    town.at("23:00")
    assert "the cellar" not in town.newest("ana", "summary").text


def test_a_late_answer_finds_its_place_until_the_next_round_opens(found: Found) -> None:
    town = team(found)
    town.at("16:00")
    assert town.round("C-1").phase is Phase.CLOSED
    town.answers("ben", town.newest("ben", "prompt"), "Done: the roof\nNext: the cellar")
    assert town.standings("C-1")["ben"].late
    assert town.entries(Answered)[-1].late

    town.at("2026-06-02 09:30")
    first = town.box("cleo", "prompt")[0]
    town.answers("cleo", first, "Fait : la cave\nÀ faire : le toit")
    assert "cleo" not in town.standings("C-1"), "a later round is open: yesterday's is over"


def test_the_next_prompt_quotes_the_plan_and_is_answered_by_numbers(found: Found) -> None:
    town = team(found)
    town.at("09:30")
    town.answers(
        "ben",
        town.newest("ben", "prompt"),
        "Done: the roof\nNext:\n- call the bank\n- order paint\nBlockers: none",
    )
    town.at("2026-06-02 09:30")
    prompt = town.newest("ben", "prompt")
    assert "call the bank" in prompt.text
    assert "order paint" in prompt.text
    town.answers("ben", prompt, "1 done\n2 → Thu\n+ clean the hall")
    check_in = said(town, "C-2", "ben")
    assert check_in.done == ("call the bank",)
    assert any("order paint" in line for line in check_in.next)
    assert "clean the hall" in check_in.next


def test_a_prompt_numbers_each_thing_once_and_its_numbers_hold_when_something_was_closed(found: Found) -> None:
    town = team(found)
    town.at("09:30")
    first = "Next:\n- call the bank\n- order paint\nBlockers:\n- call the bank\n- no key\n- no ladder"
    town.answers("ben", town.newest("ben", "prompt"), first)
    town.at("2026-06-02 09:30")
    prompt = town.newest("ben", "prompt")
    for line in ("  1  call the bank", "  2  order paint", "  3  no key", "  4  no ladder", "Still in the way: 1."):
        assert line in prompt.text
    assert prompt.text.count("call the bank") == 2  # the plan, and "+ call the bank" in how to answer
    assert "1. What" not in prompt.text  # questions bear no numbers beside a plan
    town.answers("ben", prompt, "1 solved, 3 solved")
    assert said(town, "C-2", "ben").next == ("call the bank", "order paint")
    town.answers("ben", prompt, "1 done, 4 solved\n+ paint the door")  # a newer answer to the same numbers
    assert said(town, "C-2", "ben").done == ("call the bank",)
    assert said(town, "C-2", "ben").next == ("order paint", "paint the door")
    assert {entry.text for entry in town.entries(BlockerClosed)} == {"call the bank", "no key", "no ladder"}


def test_answers_by_numbers_add_up_and_undo_takes_back_the_last_alone(found: Found) -> None:
    town = team(found)
    town.at("09:30")
    first = "Next:\n- call the bank\n- order paint\nBlockers: no key"
    town.answers("ben", town.newest("ben", "prompt"), first)
    town.at("2026-06-02 09:30")
    prompt = town.newest("ben", "prompt")
    town.answers("ben", prompt, "+ clean the hall")
    town.answers("ben", prompt, "1 done\n+ sweep the stairs")
    town.answers("ben", prompt, "3 solved")
    assert "1 no longer in the way" in town.newest("ben", "receipt").text
    solved = said(town, "C-2", "ben")
    assert (solved.done, solved.next) == (("call the bank",), ("order paint", "clean the hall", "sweep the stairs"))
    town.answers("ben", town.newest("ben", "receipt"), "+ dance")
    assert said(town, "C-2", "ben").next == (*solved.next, "dance")
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert said(town, "C-2", "ben") == solved
    town.answers("ben", prompt, "Next: sing")
    assert said(town, "C-2", "ben").next == ("call the bank", "order paint", "sing")


def test_a_vacation_reply_marks_the_member_away_and_stops_reminders_until_they_are_back(found: Found) -> None:
    town = team(found)
    town.at("09:01")
    before = len(town.box("ben"))
    prompt = town.newest("ben", "prompt")
    away, to = town.reply(
        "ben",
        prompt,
        "I am out of the office until Wednesday 3 June with no access to mail.",
        quote=False,
        subject="Automatic reply: check-in",
        auto_submitted="auto-replied",
    )
    town.sends("ben", away, to, sender="")
    assert town.last_reason == "away"
    assert [absence.until for absence in town.member("ben").absences] == [date(2026, 6, 3)]

    town.at("2026-06-03 23:00")
    kinds = [letter.kind for letter in town.box("ben")[before:]]
    assert "prompt" not in kinds
    assert "reminder" not in kinds
    assert "receipt" not in kinds, "a machine is never answered"
    summary = town.box("ana", "summary")[0].text
    assert "Ben Moor" in summary
    assert "3 June" in summary
    assert "out of the office" not in town.everything_said(), "it is never posted"

    town.at("2026-06-04 10:00")
    assert town.newest("ben", "prompt").mark == "C-4"


def test_an_undated_absence_ends_with_the_members_own_mail(found: Found) -> None:
    town = team(found)
    town.writes("ana", "acme", "Close from 20 to 24 July?", "What would you say?")
    post = town.newest("ben", "post")
    town.at("09:01")
    subject = f"Out of office: {post.message.subject}"
    away, to = town.reply(
        "ben", post, "I am away from my desk.", quote=False, subject=subject, auto_submitted="auto-replied"
    )
    town.sends("ben", away, to, sender="")
    [absence] = town.member("ben").absences
    assert (absence.starts, absence.until) == (date(2026, 6, 1), None), "the days in our subject are none of theirs"
    town.at("11:00")
    town.answers("ben", town.newest("ben", "prompt"), "Done: the roof\nNext: the cellar")
    assert town.member("ben").absences == ()


def test_a_dated_absence_outlives_the_members_mail_and_its_receipt_offers_resume(found: Found) -> None:
    town = team(found)
    town.writes("ben", "acme", "Holidays", "I'm on leave from 1 to 5 June.")
    assert town.last_reason == "away"
    town.at("2026-06-02 10:00")
    town.writes("ben", "acme", "The attic", "Does anybody know where the ladder is these days?")
    assert town.member("ben").absences != ()
    assert "resume" in town.newest("ben", "receipt").text
    town.answers("ben", town.newest("ben", "receipt"), "resume")
    town.at("2026-06-03 10:00")
    assert [letter.mark for letter in town.box("ben", "prompt")] == ["C-3"]


def test_whoever_pauses_is_not_asked_until_then(found: Found) -> None:
    town = team(found)
    town.at("09:10")
    town.answers("ben", town.newest("ben", "prompt"), "pause 3d")
    assert town.last_reason == "settings"
    town.at("2026-06-05 23:00")
    days = [letter.message.date.date().day for letter in town.box("ben", "prompt") if letter.message.date]
    assert days[0] == 1
    assert not {2, 3} & set(days)
    assert days[-1] == 5


def test_a_round_that_nobody_answered_closes_all_the_same(found: Found) -> None:
    town = team(found)
    town.at("23:00")
    assert [entry.mark for entry in town.entries(Closed)] == ["C-1"]
    assert len(town.entries(RoundOpened)) == 1
    assert all(person.key in town.reached("prompt") for person in (ANA, BEN, CLEO))
