"""A backup was put back: what answers the mails sent since then decides nothing, and its author hears so."""

from __future__ import annotations

import shutil

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.entry import Posted
from gateway.pipeline.person import erase, find
from tests.flow.test_mail_stories import bounce_of
from tests.flow.town import Letter, Town

LUNCH = "What is for lunch?\n\n- Pizza\n- Fish\n\nuntil Friday 17:00\n"
DISMISSED = "Who is dismissed?\n\n- Dev\n- Erin\n\nuntil Friday 17:00\n"


def lost_ballot(town: Town) -> Letter:
    """Return Ben's ballot about lunch, which a restored record knows nothing of; its numbers are another vote's now."""
    town.writes("ana", "acme", "Hello", "Hello all")
    town.close()
    backup = shutil.copy(town.file, town.file.with_suffix(".bak"))
    town.open()
    town.writes("ana", "acme+vote", "Lunch?", LUNCH)
    lost = town.newest("ben", "ballot", "V-1")
    town.close()
    for file in town.file.parent.glob("town.db*"):
        file.unlink()
    shutil.copy(backup, town.file)
    town.open()
    town.at("2026-06-02 09:00")
    town.writes("ana", "acme+vote", "Who is dismissed?", DISMISSED)
    new = town.newest("ben", "ballot", "V-1")
    assert (new.notice_id, new.mark) == (lost.notice_id, lost.mark)
    return lost


def test_an_answer_to_a_mail_lost_in_a_restore_votes_on_nothing_else_and_is_told_so(town: Town) -> None:
    lost = lost_ballot(town)
    town.answers("ben", lost, "2")
    town.answers("ben", lost, "V-1: 2", quote=False)
    assert town.votes("V-1") == {}
    assert [arrival.reason for arrival in town.arrivals()[:2]] == ["declined", "declined"]
    assert "an earlier state of our records had to be put back" in " ".join(town.newest("ben", "decline").text.split())
    town.answers("ben", town.newest("ben", "ballot"), "2")
    assert set(town.votes("V-1")) == {"ben"}


def test_the_token_of_a_lost_mail_proves_nobody_and_a_strangers_answer_to_it_is_shown_to_no_steward(town: Town) -> None:
    lost = lost_ballot(town)
    town.answers("ben", lost, "remove cleo@example.net")
    assert town.arrivals()[0].reason == "declined"
    assert "claimed" in town.arrivals()[0].detail
    raw, to = town.reply("Ben <ben@private.example>", lost, "Fish, of course.")
    town.sends("Ben <ben@private.example>", raw, to)
    assert town.arrivals()[0].state is ArrivalState.HELD
    assert "Fish" not in town.newest("ana", "steward").all_words


def test_what_a_member_says_of_their_own_mail_holds_whatever_it_answered(town: Town) -> None:
    town.answers("ben", lost_ballot(town), "pause")
    assert town.member("ben").settings.paused


def test_a_lost_mail_that_comes_back_counts_against_no_other(town: Town) -> None:
    lost = lost_ballot(town)
    for to in (lost.envelope_from, "acme"):
        town.sends("mailer-daemon@example.net", bounce_of(lost.raw, "ben@example.net", to), to, sender="")
    assert town.member("ben").bounce_score == 0


@pytest.mark.parametrize("until", ["2026-06-01 08:01", "2026-06-01 12:00"])
def test_a_record_put_back_by_hand_gives_no_notice_a_number_that_was_used_since(town: Town, until: str) -> None:
    town.writes("ana", "acme", "Hello", "Hello all")
    town.close()
    backup = shutil.copy(town.file, town.file.with_suffix(".bak"))
    town.open()
    town.writes("ana", "acme+vote", "Lunch?", LUNCH)
    lost = {letter.notice_id for letter in town.box("ben", "ballot")}
    town.close()
    shutil.copy(backup, town.file)
    town.down_until(until)
    town.writes("ana", "acme+vote", "Who is dismissed?", DISMISSED)
    assert not lost & {letter.notice_id for letter in town.box("ben", "ballot")[1:]}


def test_an_answer_that_names_the_copy_of_somebody_erased_is_of_its_thread_all_the_same(town: Town) -> None:
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    copy, letter = town.newest("cleo", "post"), town.newest("ben", "post")
    found = find(town.pipeline, "cleo@example.net")
    erase(town.pipeline, found, town.clock.at)
    ids = f"<{letter.message.references[0]}> <{copy.message.message_id}> <between@example.net>"
    raw, _ = town.reply(
        "ben", letter, "Thank you, I had missed it.", references=ids, in_reply_to="<between@example.net>"
    )
    town.sends("ben", raw, "acme")
    assert [entry.thread for entry in town.entries(Posted)] == ["P-1", "P-1"]
