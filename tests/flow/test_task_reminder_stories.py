"""Stories of tasks that are due: when their owners are reminded, and when nobody is."""

from __future__ import annotations

from pathlib import Path

from tests.flow.test_task_stories import given_to_ben, owner
from tests.flow.town import ANA, DEV, Town


def reminded(town: Town, who: str) -> list[str]:
    return [f"{letter.at:%m-%d %H:%M}" for letter in town.box(who, "task-reminder")]


def test_its_owner_is_reminded_the_working_day_before_on_the_day_and_now_and_then_after(town: Town) -> None:
    given_to_ben(town)
    town.at("2026-06-20 12:00")
    # Thursday, Friday, Wednesday, Monday, Thursday: all at 9 in Paris
    assert reminded(town, "ben") == ["06-04 07:00", "06-05 07:00", "06-10 07:00", "06-15 07:00", "06-18 07:00"]
    subjects = [letter.message.subject for letter in town.box("ben", "task-reminder")]
    assert "Due on Friday 5 June" in subjects[0]
    assert "Due today" in subjects[1]
    assert "Overdue" in subjects[2]
    assert reminded(town, "ana") == []


def test_a_task_due_on_monday_is_reminded_of_on_friday(town: Town) -> None:
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "TODO @ben: send the budget by Monday 8 June", "-")
    town.at("2026-06-08 12:00")
    assert reminded(town, "ben") == ["06-05 07:00", "06-08 07:00"]


def test_reminders_come_in_the_owners_own_working_hours(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, (ANA, DEV))
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "TODO @dev: send the budget by Friday", "-")
    town.at("2026-06-05 12:00")
    assert reminded(town, "dev") == ["06-04 03:30", "06-05 03:30"]  # 9 in Kolkata


def test_nobody_is_reminded_while_away(town: Town) -> None:
    given_to_ben(town)
    town.writes("ben", "acme", "Away", "I'm away from 3 June to 9 June")
    town.at("2026-06-10 12:00")
    assert reminded(town, "ben") == ["06-10 07:00"]


def test_who_is_away_without_an_end_is_reminded_once_they_are_back(town: Town) -> None:
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "TODO @ben: send the budget by Monday 8 June", "-")
    town.writes("ben", "acme", "Away", "I am ill.")
    assert town.member("ben").absences[0].until is None
    town.at("2026-06-09 10:00")
    assert reminded(town, "ben") == []
    town.writes("ben", "acme", "Back", "I am back.")
    town.at("2026-06-12 12:00")
    assert reminded(town, "ben") == ["06-11 07:00"]  # as far behind the day it was due as after any absence


def test_who_waits_for_a_task_is_told_once_that_its_owner_is_away_past_its_day(town: Town) -> None:
    given_to_ben(town)
    letter = town.newest("ben", "task")
    words = "I am out of the office until 20 June."
    raw, _ = town.reply("ben", letter, words, quote=False, auto_submitted="auto-replied")
    town.sends("ben", raw, letter.envelope_from, sender="")
    town.at("2026-06-30 12:00")
    told = [letter for letter in town.box("ana", "task") if letter.at.day > 1]
    assert [f"{letter.at:%m-%d %H:%M}" for letter in told] == ["06-04 07:00"]  # when Ben would have been reminded
    assert "is away until Saturday 20 June" in " ".join(told[0].text.split())
    assert reminded(town, "ben")[0] == "06-22 07:00"
    town.answers("ana", told[0], "@cleo can you?")
    assert owner(town) == "cleo"


def test_nobody_is_reminded_of_what_is_done_or_put_off_or_handed_over(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "→ Friday 12 June")
    town.at("2026-06-10 12:00")
    assert reminded(town, "ben") == []
    town.answers("ben", town.newest("ben", "task"), "@cleo can you?")
    town.at("2026-06-11 12:00")
    assert (reminded(town, "ben"), reminded(town, "cleo")) == ([], ["06-11 07:00"])
    town.answers("cleo", town.newest("cleo", "task-reminder"), "C'est fait")
    town.at("2026-06-30 12:00")
    assert len(reminded(town, "cleo")) == 1


def test_what_was_missed_while_we_were_down_goes_once(town: Town) -> None:
    given_to_ben(town)
    town.down_until("2026-06-09 11:00")
    town.at("2026-06-09 12:00")
    assert len(reminded(town, "ben")) == 1
