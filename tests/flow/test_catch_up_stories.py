"""Catching up after an absence, a pause, or on request, as stories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.model.entry import Posted, ReadUpTo
from tests.flow.test_vote_stories import opened
from tests.flow.town import TEAM, Town

Found = Callable[..., Town]
LADDER = "I found the ladder, it is behind the shed, as it always was."


def busy_days(town: Town) -> str:
    """Let a vote be decided and another be open, and a thread be written, from Tuesday on; return the open one."""
    town.at("2026-06-02 10:00")
    opened(town)
    town.writes("ana", "acme", "The ladder", LADDER)
    town.answers("ana", town.newest("ana", "ballot"), "yes")
    town.at("2026-06-03 10:00")
    return opened(town, subject="[VOTE] Where to", text="- Lisbon\n- Porto\n\nBy Friday 12 June 20:00.")


@pytest.fixture
def daily(found: Found) -> Town:
    """Give a town whose members get a digest at eight."""
    return found(*TEAM, delivery="daily", digest_at="08:00")


def test_who_comes_back_from_a_dated_absence_gets_a_catch_up_in_the_place_of_that_days_digest(daily: Town) -> None:
    town = daily
    town.writes("ben", "acme", "", "I'm on leave from 2 to 4 June")
    mark = busy_days(town)
    town.at("2026-06-04 23:00")
    assert town.box("ben", "digest") == town.box("ben", "catch-up") == []
    town.at("2026-06-05 12:00")
    assert town.kinds("ben")[-1] == "catch-up"
    assert "digest" not in town.kinds("ben")
    text = town.newest("ben", "catch-up").text
    order = [text.index(words) for words in ("DECIDED", "NEEDS YOU", "ALSO NEW")]
    assert order == sorted(order), "decisions first, then what needs them, the rest as titles"
    assert "The ladder" in text
    assert LADDER not in text
    town.answers("ben", town.newest("ben", "catch-up"), f"{mark}: Porto")
    assert set(town.votes(mark)) == {"ben"}
    town.at("2026-06-09 12:00")
    assert town.box("ben", "digest") == [], "the next digest does not tell it again"


def test_after_a_pause_it_comes_with_the_next_morning(daily: Town) -> None:
    town = daily
    town.writes("ben", "acme", "", "pause 3d")
    busy_days(town)
    town.at("2026-06-05 12:00")
    assert "catch-up" in town.kinds("ben")


def test_who_resumes_is_told_at_once(daily: Town) -> None:
    town = daily
    town.writes("ben", "acme", "", "stop")
    busy_days(town)
    town.at("2026-06-04 14:00")
    assert "catch-up" not in town.kinds("ben")
    town.writes("ben", "acme", "", "resume")
    assert town.kinds("ben")[-1] == "catch-up"


def test_who_is_back_from_an_undated_absence_is_told_with_their_own_next_mail(daily: Town) -> None:
    town = daily
    town.writes("ben", "acme", "", "I'm away until further notice")
    assert town.member("ben").absences
    busy_days(town)
    town.at("2026-06-04 14:00")
    town.writes("ben", "acme", "I am back", "The train was late, but here I am again, with the wood.")
    assert "catch-up" in town.kinds("ben")


def test_who_missed_nothing_is_told_nothing(daily: Town) -> None:
    town = daily
    town.writes("ben", "acme", "", "I'm on leave from 2 to 4 June")
    town.at("2026-06-05 12:00")
    assert "catch-up" not in town.kinds("ben")


@pytest.mark.parametrize(
    "words",
    [
        "catch up", "What did I miss?", "What have I missed since Monday?", "Qu'ai-je manqué depuis lundi ?",
        "Was habe ich seit Montag verpasst?", "¿Qué me he perdido desde el lunes?", "Cosa mi sono perso da lunedì?",
        "Wat heb ik sinds maandag gemist?", "O que perdi desde segunda-feira?",
    ],
)  # fmt: skip
def test_who_asks_what_they_missed_is_told_at_once(daily: Town, words: str) -> None:
    town = daily
    busy_days(town)
    town.at("2026-06-03 11:00")
    town.writes("ben", "acme", "", words)
    assert town.newest("ben").kind == "catch-up", town.last_reason
    assert len(town.entries(Posted)) == 1


def test_a_day_that_is_named_is_the_one_that_has_passed(daily: Town) -> None:
    town = daily
    busy_days(town)
    town.at("2026-06-04 11:00")
    town.writes("ben", "acme", "", "What did I miss since Wednesday?")
    text = town.newest("ben", "catch-up").text
    assert "Where to" in text
    assert "ladder" not in text


def test_ok_marks_all_as_read_and_the_next_digest_does_not_tell_it(daily: Town) -> None:
    town = daily
    town.at("2026-06-02 09:00")
    town.writes("ana", "acme", "The ladder", LADDER)
    town.writes("ben", "acme", "", "catch up")
    town.answers("ben", town.newest("ben", "catch-up"), "ok")
    assert len(town.entries(ReadUpTo)) == 1
    assert "marked as read" in town.newest("ben", "receipt").text
    town.at("2026-06-03 12:00")
    assert town.box("ben", "digest") == []
    assert town.reached("digest") == ["cleo"]


def test_without_ok_what_was_asked_for_comes_in_the_next_digest_as_well(daily: Town) -> None:
    town = daily
    town.at("2026-06-02 09:00")
    town.writes("ana", "acme", "The ladder", LADDER)
    town.writes("ben", "acme", "", "catch up")
    town.at("2026-06-03 12:00")
    assert "ladder" in town.newest("ben", "digest").text


def test_what_was_asked_for_in_the_morning_replaces_that_days_digest(daily: Town) -> None:
    town = daily
    town.at("2026-06-02 06:00")
    town.writes("ana", "acme", "The ladder", LADDER)
    town.writes("ben", "acme", "", "catch up")
    town.at("2026-06-02 12:00")
    assert town.kinds("ben") == ["catch-up"]
    town.at("2026-06-03 12:00")
    assert town.kinds("ben") == ["catch-up", "digest"]


def test_talk_of_what_was_missed_is_a_post(town: Town) -> None:
    said = "I wonder what I missed since Monday; did anybody ask about the boat, and who has the key to the shed?"
    town.writes("ana", "acme", "The meeting", "It was long, and in the end we took the blue one after all.")
    town.answers("ben", town.newest("ben", "post"), said)
    assert town.entries(Posted)[-1].text == said
    assert "catch-up" not in town.kinds("ben")
