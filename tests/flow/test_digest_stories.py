"""Digests and settings as stories: order, silence, one per period ever, words that change them, answers to items."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.model.ballot import Pick
from gateway.model.entry import Answered, Posted, RoundOpened
from gateway.model.member import Delivery
from gateway.model.round import CheckIn
from tests.flow.town import CHECK_IN, TEAM, Town

Found = Callable[..., Town]

IN_ORDER = ("Where do we meet", "New scanner", "no key to the archive", "The ladder")


def busy(found: Found, **keys: object) -> Town:
    """Return a town on Tuesday at eight, with news of every kind since Monday, everyone reading daily."""
    town = found(
        *TEAM,
        routines={"daily": CHECK_IN | {"open_for": "5 hours", "reminders": []}},
        votes={"reminders": []},
        delivery="daily",
        **keys,
    )
    town.at("08:45")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.writes("ana", "acme", "[VOTE] New scanner", "Shall we buy a new scanner? Yes or no, by today 18:00.")
    town.writes("ana", "acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nPlease answer by Friday 5 June 18:00.")
    town.at("09:30")
    for who, text in (("ana", "Done: a\nNext: b\nBlockers: no key to the archive"), ("ben", "Done: c\nNext: d")):
        town.answers(who, town.newest(who, "prompt"), text)
        town.answers(who, town.newest(who, "ballot", "V-1"), "yes")
    town.at("2026-06-02 08:00")
    return town


def test_a_digest_says_first_what_needs_its_reader_and_then_what_happened(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:30")
    digest = town.newest("ben", "digest")
    places = [digest.text.index(words) for words in IN_ORDER]
    assert places == sorted(places), digest.text
    assert "[V-2]" in digest.text
    assert town.reached("digest") == ["ana", "ben", "cleo"]


def test_a_digest_comes_at_the_readers_own_hour(found: Found) -> None:
    town = busy(found)
    town.writes("ben", "acme", "digest", "Send me the digest at 7:15 please.")
    town.writes("ana", "acme", "The hose", "The hose is back in the shed, thanks to whoever put it there.")
    town.at("2026-06-03 08:30")
    assert [letter.at for letter in town.box("ben", "digest")] == [town.clock.instant("2026-06-03 07:15")]
    assert [letter.at for letter in town.box("cleo", "digest")] == [town.clock.instant("2026-06-02 08:30")]


def test_nothing_is_sent_when_nothing_is_new(found: Found) -> None:
    town = found(delivery="daily")
    town.at("2026-06-03 12:00")
    assert town.reached("digest") == []
    assert town.post_office.letters == []


def test_the_same_thing_is_never_told_twice(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:31")
    town.writes("ana", "acme", "The hose", "The hose is back in the shed, thanks to whoever put it there.")
    town.at("2026-06-03 08:30")
    second = town.box("ben", "digest")[1].text
    assert "The hose" in second
    assert "The ladder" not in second


def test_what_is_written_at_the_very_instant_of_a_digest_is_told_once_in_the_next(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:30")
    told = town.clock.at
    hose = town.mail("ana", "acme", "The hose", "The hose is back in the shed.")
    town.hands_in(hose, "acme", sender="ana@example.net")
    town.turn()
    assert town.clock.at == told
    town.at("2026-06-04 12:00")
    assert ["The hose" in letter.text for letter in town.box("ben", "digest")] == [False, True]


def test_one_digest_per_member_and_period_ever(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:30")
    town.writes("ana", "acme", "The hose", "The hose is back in the shed, thanks to whoever put it there.")
    town.writes("ben", "acme", "digest", "Send me the digest at 11:00 please.")
    town.reopen()
    town.at("2026-06-02 23:00")
    assert len(town.box("ben", "digest")) == 1, "a later hour on the same day brings no second one"


def test_a_weekly_digest_comes_once_a_week(found: Found) -> None:
    town = busy(found)
    town.writes("ben", "acme", "weekly", "weekly")
    assert town.member("ben").settings.delivery is Delivery.WEEKLY
    for day in range(2, 13):
        if day not in (6, 7):
            town.at(f"2026-06-{day:02} 12:00")
            town.writes("ana", "acme", f"News number {day}", f"Something happened on the {day}th, and it was good.")
    weekdays = [letter.at.weekday() for letter in town.box("ben", "digest")]
    assert weekdays == [0], "on Monday, and on no other day"


@pytest.mark.parametrize("word", ["weekly", "Weekly please", "only once a week please"])
def test_one_word_changes_how_often(found: Found, word: str) -> None:
    town = busy(found)
    town.at("2026-06-02 08:30")
    town.answers("ben", town.newest("ben", "digest"), word)
    assert town.member("ben").settings.delivery is Delivery.WEEKLY
    assert town.newest("ben").kind == "receipt"


def test_undo_brings_a_setting_back(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:30")
    town.answers("ben", town.newest("ben", "digest"), "weekly")
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.member("ben").settings.delivery is None


def test_pause_means_silence_for_that_long(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:30")
    town.answers("ben", town.newest("ben", "digest"), "pause 3d")
    before = len(town.box("ben"))
    town.writes("ana", "acme", "The hose", "The hose is back in the shed, thanks to whoever put it there.")
    town.at("2026-06-04 23:00")
    assert town.box("ben")[before:] == []


def test_stop_ends_the_mail_and_says_so(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:30")
    town.answers("ben", town.newest("ben", "digest"), "stop")
    town.confirms("ben")
    told = len(town.box("ben"))
    town.writes("ana", "acme", "The hose", "The hose is back in the shed, thanks to whoever put it there.")
    town.at("2026-06-05 23:00")
    assert [letter.kind for letter in town.box("ben")[told:]] == []


def test_a_muted_thread_is_heard_of_no_more(found: Found) -> None:
    town = found(*TEAM)
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    post = town.newest("ben", "post")
    town.answers("ben", post, "mute")
    town.answers("cleo", town.newest("cleo", "post"), "Très bien, merci beaucoup pour l'échelle retrouvée.")
    assert len(town.box("ben", "post")) == 1
    assert len(town.box("ana", "post")) == 1


def test_a_digest_is_answered_item_by_item(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 09:00")
    digest = town.newest("cleo", "digest")
    town.item_by_item(
        "cleo", digest, {"V-2": "Porto", "P-1": "Bravo, je la cherchais depuis une semaine, cette échelle."}
    )
    assert town.votes("V-2") == {"cleo": Pick("Porto")}
    post = town.entries(Posted)[-1]
    assert post.thread == "P-1"
    assert post.text.strip() == "Bravo, je la cherchais depuis une semaine, cette échelle."
    assert len(town.box("cleo", "receipt")) == 1, "one receipt for one mail"


def test_a_digest_is_answered_with_marks_written_out(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 09:00")
    town.answers("ben", town.newest("ben", "digest"), "V-2: Lisbon, for the sea\nP-1: Well found, thank you so much.")
    assert town.votes("V-2") == {"ben": Pick("Lisbon")}
    assert town.entries(Posted)[-1].thread == "P-1"


def test_an_open_check_in_is_answered_from_the_digest(found: Found) -> None:
    town = busy(found, digest_at="09:30")
    town.at("2026-06-02 10:00")
    digest = town.newest("cleo", "digest")
    assert "[C-2]" in digest.text
    town.answers("cleo", digest, "C-2: Fait : la cave\nÀ faire : le toit\n\nV-2: Porto")
    answer = town.standings("C-2")["cleo"].answer
    assert isinstance(answer, CheckIn)
    assert answer.done == ("la cave",)
    assert answer.next == ("le toit",)
    assert town.votes("V-2") == {"cleo": Pick("Porto")}
    assert len(town.entries(Answered)) == 6


def test_posts_go_out_at_once_to_those_who_read_at_once(found: Found) -> None:
    town = found()
    town.writes("ben", "acme", "less", "less")
    assert town.member("ben").settings.delivery is Delivery.DAILY
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    assert town.reached("post") == ["cleo"]
    town.at("2026-06-02 09:00")
    assert "The ladder" in town.newest("ben", "digest").text
    assert town.box("cleo", "digest") == [], "the posts came as they were written"


def test_whoever_stands_in_to_or_cc_gets_no_second_copy(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "The ladder", "I found the ladder behind the shed.", cc="ben@example.net")
    assert town.reached("post") == ["cleo"]


def test_a_digest_shows_open_votes_with_how_many_have_answered_and_nothing_more(found: Found) -> None:
    town = busy(found)
    town.at("2026-06-02 08:10")
    town.answers("cleo", town.newest("cleo", "ballot", "V-2"), "Porto, pour les trains zeppelin")
    town.at("2026-06-02 08:30")
    assert [entry.round.mark for entry in town.entries(RoundOpened)][:2] == ["V-1", "V-2"]
    digest = town.newest("ben", "digest").text
    assert "zeppelin" not in digest
    assert "1" in digest[digest.index("Where do we meet") :]
