"""Loops that bear no mark, as stories: robots that answer each other through us, and a flood in somebody's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from gateway.decide import breaker
from gateway.decide.breaker import MOST_RECURRING_A_DAY, MOST_SAME_A_DAY, TELL_AGAIN
from gateway.model.arrival import ArrivalState
from gateway.model.entry import Posted, RoundOpened, TaskMade
from gateway.pipeline.flow import Rules
from tests.flow.mallory import SERVER
from tests.flow.test_vote_stories import opened
from tests.flow.town import Letter, Town

Found = Callable[..., Town]
ROBOTS = {
    "ben": "Thank you for your message. It has been received, and somebody will look at it soon.",
    "cleo": "Hi, I got your mail, thanks. I will reply as soon as I can.",
}


def let_answer(town: Town, robots: Mapping[str, str], most: int = 60) -> int:
    """Let each robot answer every mail it gets, for as long as one gets any; return how often they did."""
    done = read = 0
    while read < len(town.post_office.letters) and done < most:
        letter = town.post_office.letters[read]
        read += 1
        who = letter.to.partition("@")[0]
        if who in robots:
            done += 1
            town.answers(who, letter, robots[who], quote=False)
    return done


def test_robots_without_a_mark_that_answer_each_other_through_us_are_stopped_and_nothing_is_lost(town: Town) -> None:
    town.writes("ana", "acme", "The garden", "Who has the key of the shed?")
    assert let_answer(town, ROBOTS) < 12
    by_robots = [post for post in town.entries(Posted) if post.author_name != "Ana Duarte"]
    assert len(by_robots) == len(ROBOTS) * MOST_SAME_A_DAY
    assert len(town.arrivals(ArrivalState.HELD)) >= len(ROBOTS)
    assert len(town.box("ana", "steward")) == len(town.box("ben", "decline") + town.box("cleo", "decline")) == 2

    town.answers("ana", town.newest("ana", "steward"), "accept")
    assert len([post for post in town.entries(Posted) if post.author_name != "Ana Duarte"]) == len(by_robots) + 1

    town.wait(hours=25)
    town.answers("ben", town.newest("ben", "post"), ROBOTS["ben"], quote=False)
    assert town.arrivals()[0].state is ArrivalState.PROCESSED


LONG_AGO = "Thu, 01 Jan 2015 00:00:00 +0000"


def test_robots_with_a_clock_that_stands_still_and_a_thread_for_each_mail_are_stopped(town: Town) -> None:
    town.writes("ana", "acme", "The garden", "Who has the key of the shed?")
    done = read = 0
    while read < len(town.post_office.letters) and done < 60:
        who = town.post_office.letters[read].to.partition("@")[0]
        read += 1
        if who in ROBOTS:
            done += 1
            town.sends(who, town.mail(who, "acme", "Received", f"{ROBOTS[who]} #{done}", date=LONG_AGO), "acme")
    assert len([post for post in town.entries(Posted) if post.subject == "Received"]) == 2 * MOST_RECURRING_A_DAY
    assert len(town.arrivals(ArrivalState.HELD)) >= 2


def test_a_file_of_old_mails_is_handed_on_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "MOST_STARTS_AN_HOUR", 5)
    words = ("the shed", "the hose", "the ladder", "the gate", "the well", "the beds", "the path", "the fence")
    for number in range(24):
        subject, text = f"About {words[number % 8]}", f"Here is what we said of {words[number // 8]}, as it was."
        assert town.sends("ben", town.mail("ben", "acme", subject, text, date=LONG_AGO), "acme").startswith("250")
    for _ in range(6):
        town.sends("ben", town.mail("ben", "acme", "Meeting", "At the usual place and hour.", date=LONG_AGO), "acme")
    assert (town.arrivals(ArrivalState.HELD), len(town.entries(Posted))) == ([], 30)


def test_people_who_talk_quickly_in_one_thread_are_heard(town: Town) -> None:
    town.writes("ana", "acme", "The garden", "Who has the key of the shed?")
    for number in range(6):
        town.answers("ben", town.newest("ben", "post"), ("Thanks!", f"What of key number {number}?")[number % 2])
        town.answers(
            "cleo", town.newest("cleo", "post"), ("+1", f"It is on hook {number} behind the door.")[number % 2]
        )
    assert town.arrivals(ArrivalState.HELD) == []


def test_the_stewards_hear_again_of_the_tenth_mail_that_is_held_of_a_member(town: Town) -> None:
    town.writes("ana", "acme", "The garden", "Who has the key of the shed?")
    letter = town.newest("ben", "post")
    for number in range(MOST_SAME_A_DAY + TELL_AGAIN + 1):
        raw, to = town.reply("ben", letter, ROBOTS["ben"], quote=False)
        town.sends("ben", raw.replace(b"\n\n", b"\nX-Number: %d\n\n" % number, 1), to)
    assert len(town.arrivals(ArrivalState.HELD)) == TELL_AGAIN + 1
    assert (len(town.box("ana", "steward")), len(town.box("ben", "decline"))) == (2, 1)


def test_a_stranger_where_strangers_are_welcome_is_stopped_alike_and_told_nothing(found: Found) -> None:
    town = found(strangers="accept")
    for number in range(MOST_SAME_A_DAY + 2):
        raw = town.mail(f"V{number} <v@victim.example>", "acme", "An offer", "I have several pianos to give away.")
        town.sends("v@victim.example", raw, "acme")
    assert len(town.entries(Posted)) == MOST_SAME_A_DAY
    assert len(town.arrivals(ArrivalState.HELD)) == 2
    assert len(town.box("ana", "steward")) == 1
    assert town.box("v@victim.example") == []


def test_a_flood_in_a_members_name_leaves_the_answers_to_their_proven_mail(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "MOST_ANSWERS_A_DAY", 4)  # no server before us says who wrote a mail
    opened(town)
    ballot = town.newest("ben", "ballot")
    for number in range(4 + 3):
        raw = town.mail("ben", "acme+help", f"help {number}", "help")
        town.sends("mallory@evil.example", raw, "acme+help", sender="mallory@evil.example")
    assert len(town.box("ben", "help")) == 4
    assert len(town.box("ana", "steward")) == 1
    town.answers("ben", ballot, "yes")
    assert len(town.box("ben", "receipt")) == 1

    town.writes("ben", "acme+task", "Water", "assign to Cléo: water the plant by Friday")
    assert len(town.box("cleo", "task")) == 1
    town.writes("ben", "acme", "leave", "leave")
    assert town.newest("ben").kind == "confirm"


def test_posts_forged_in_a_members_name_hold_neither_their_proven_mail_nor_the_vote_in_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "MOST_AN_HOUR", 2)
    opened(town)
    ballot = town.newest("ben", "ballot")
    town.writes("ana", "acme", "The garden", "Who has the key of the shed?")
    mark = town.newest("ben", "post").mark
    for words in ("It is lost", "It was sold", "There is no shed"):
        raw = town.mail("ben", "acme", f"Re: [acme {mark}] The garden", words)
        town.sends("mallory@evil.example", raw, "acme", sender="mallory@evil.example")
    assert len(town.arrivals(ArrivalState.HELD)) == 1
    town.answers("ben", ballot, f"{ballot.mark}: yes\n\n{mark}: The key is on the hook behind the door.")
    assert town.arrivals()[0].state is ArrivalState.PROCESSED
    assert list(town.votes(ballot.mark)) == ["ben"]


def test_a_stop_in_a_members_name_is_told_to_them_although_a_flood_came_first(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "MOST_ANSWERS_A_DAY", 2)
    monkeypatch.setattr(breaker, "MORE_OWED_A_DAY", 1)
    for words in ("help", "Help", "HELP", "stop", "I am on leave from 10 June to 20 June 2026."):
        raw = town.mail("ben", "acme", words.split()[0], words)
        town.sends("mallory@evil.example", raw, "acme", sender="mallory@evil.example")
    assert [town.newest("ben").kind, len(town.box("ben"))] == ["receipt", 3]
    assert town.arrivals()[0].state is ArrivalState.HELD  # beyond the receipts that are owed
    town.answers("ana", town.newest("ana", "steward"), "accept")
    assert len(town.box("ben", "receipt")) == 2


FORGED = (  # what anybody can send in a member's name, and what it would start
    ("acme+vote", "Shall we paint shed {}?", "A. red\nB. green", RoundOpened),
    ("acme", "[VOTE] Shall we paint shed {}?", "A. red\nB. green", RoundOpened),
    ("acme+task", "assign to Cléo: water plant {}", "by Friday, please", TaskMade),
    ("acme", "Remind me on Friday to water plant {}", "Remind me on Friday to water plant {}", TaskMade),
    ("acme+owner", "A word {} to you", "The key number {} is lost.", None),
)


@pytest.mark.parametrize(("to", "subject", "text", "kind"), FORGED)
def test_what_is_started_in_a_members_name_without_end_is_held_and_their_proven_mail_is_not(
    town: Town, monkeypatch: pytest.MonkeyPatch, to: str, subject: str, text: str, kind: type[Any] | None
) -> None:
    monkeypatch.setattr(breaker, "MOST_STARTED_UNPROVEN", (4, 6))

    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()

    def forged(number: int) -> None:
        raw = town.mail("ben", to, subject.format(number), text.format(number))
        town.sends("mallory@evil.example", raw, to, sender="mallory@evil.example")

    def started() -> int:
        return len(town.entries(kind)) if kind else len(_letters(town))

    for number in range(7):
        forged(number)
    assert (started(), len(town.arrivals(ArrivalState.HELD))) == (4, 3)
    held = [letter for letter in town.box("ana", "steward") if "program may be writing" in letter.text]
    assert (len(held), len(town.box("ben", "decline"))) == (1, 1)
    town.answers("ana", held[0], "accept")
    assert started() == 5

    town.wait(hours=2)
    for number in range(7, 12):
        forged(number)
    assert started() == 5 + 2  # of the day

    passed = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.net\r\n".encode()
    town.sends("ben", passed + town.mail("ben", to, subject.format(12), text.format(12)), to)
    assert started() == 8
    town.wait(hours=25)
    forged(13)
    assert started() == 9


def _letters(town: Town) -> list[Letter]:
    told = town.box("ana", "steward")
    return [letter for letter in told if "The key number" in letter.text and "program may be" not in letter.text]


@pytest.mark.parametrize("marks", [{"precedence": "bulk"}, {"x_auto_response_suppress": "All"}])
def test_mail_marked_as_a_machines_is_read_and_has_few_answers(town: Town, marks: dict[str, Any]) -> None:
    opened(town)
    ballot = town.newest("ben", "ballot")
    raw, to = town.reply("ben", ballot, "Yes", **marks)
    town.sends("ben", raw, to)
    assert town.votes("V-1") != {}, "a gateway puts such marks on people's mail"
    for number in range(2 * breaker.MOST_MARKED_A_DAY):
        raw, to = town.reply("ben", ballot, f"What about request {number}?", **marks)
        town.sends("ben", raw, to)
    assert len(town.box("ben")) - 1 <= breaker.MOST_MARKED_A_DAY + breaker.MORE_OWED_A_DAY
    answers = [letter for letter in town.box("ben") if letter.kind not in ("ballot", "confirm")]
    assert len(answers) <= breaker.MOST_MARKED_A_DAY
