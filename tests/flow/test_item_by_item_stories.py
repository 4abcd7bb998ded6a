"""Several acts in one mail as stories: each lands in its own place, and what belongs to none is asked back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from gateway.model.ballot import Pick
from gateway.model.entry import Answered, BlockerRaised, BlockerTakenBack, Posted
from gateway.model.member import Delivery
from gateway.model.round import CheckIn
from tests.flow.town import CHECK_IN, TEAM, Letter, Town

Found = Callable[..., Town]


def town_with_a_digest(found: Found) -> tuple[Town, Letter]:
    """Return a town on Tuesday at ten, and Ben's digest: a check-in, two votes, two threads."""
    town = found(
        *TEAM,
        routines={"daily": CHECK_IN | {"reminders": []}},
        votes={"reminders": []},
        delivery="daily",
        digest_at="09:30",
    )
    town.at("10:00")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.writes("ana", "acme", "The hose", "The hose is back in the shed.")
    town.writes("ana", "acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nPlease answer by Friday 5 June 18:00.")
    town.writes("ana", "acme", "[VOTE] New scanner", "Shall we buy a new scanner? Yes or no, by Friday 18:00.")
    town.at("2026-06-02 10:00")
    return town, town.newest("ben", "digest")


def test_one_mail_votes_checks_in_posts_and_goes_on_leave(found: Found) -> None:
    town, digest = town_with_a_digest(found)
    town.answers(
        "ben",
        digest,
        "I am on leave from 8 to 12 June.\n\n"
        "C-2: Done: the cellar\nNext: the roof\n\n"
        "V-1: Porto, for the trains\n"
        "V-2: no\n"
        "P-1: Well found!\n\nShall I fetch it on Saturday?",
    )
    answer = town.standings("C-2")["ben"].answer
    assert isinstance(answer, CheckIn)
    assert (answer.done, answer.next) == (("the cellar",), ("the roof",))
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert town.votes("V-2") == {"ben": Pick("No")}
    posted = town.entries(Posted)[-1]
    assert (posted.thread, posted.text) == ("P-1", "Well found!\n\nShall I fetch it on Saturday?")
    assert not town.member("ben").away_on(date(2026, 6, 7))
    assert town.member("ben").away_on(date(2026, 6, 12))
    assert not town.member("ben").away_on(date(2026, 6, 13))
    assert len(town.box("ben", "receipt")) == 1, "one receipt for one mail"


def test_each_act_is_what_it_would_be_if_sent_alone(found: Found) -> None:
    together, digest = town_with_a_digest(found)
    together.answers("ben", digest, "V-1: Porto\nV-2: yes, soon\nC-2: Done: a\nNext: b")
    apart, letter = town_with_a_digest(found)
    for text in ("V-1: Porto", "V-2: yes, soon", "C-2: Done: a\nNext: b"):
        apart.answers("ben", letter, text)
    said = [{(entry.mark, entry.answer) for entry in town.entries(Answered)} for town in (together, apart)]
    assert said[0] == said[1]


def test_what_belongs_to_no_item_is_asked_back_and_posted_nowhere(found: Found) -> None:
    town, digest = town_with_a_digest(found)
    posts = len(town.entries(Posted))
    town.answers("ben", digest, "The coffee machine makes a strange noise since yesterday.\n\nV-2: yes")
    assert town.votes("V-2") == {"ben": Pick("Yes")}
    assert len(town.entries(Posted)) == posts
    assert "? not understood" in town.newest("ben", "receipt").text
    assert "[P-1] The ladder" in town.newest("ben", "ask-back").text, "it says what there is"


def test_yes_alone_to_several_open_items_does_nothing_but_ask(found: Found) -> None:
    town, digest = town_with_a_digest(found)
    before = len(town.entries(Answered))
    town.answers("ben", digest, "yes")
    assert len(town.entries(Answered)) == before
    assert town.newest("ben").kind == "ask-back"


def test_a_comment_goes_to_all_when_its_author_says_so(found: Found) -> None:
    town, digest = town_with_a_digest(found)
    town.answers("ben", digest, "V-2: yes\n\nTo all: the coffee machine makes a strange noise.")
    posted = town.entries(Posted)[-1]
    assert posted.mark == posted.thread, "a thread of its own"
    assert posted.text == "the coffee machine makes a strange noise."
    assert posted.subject == "the coffee machine makes a strange noise."
    assert town.votes("V-2") == {"ben": Pick("Yes")}
    town.at("2026-06-03 10:00")
    assert "strange noise" in town.newest("cleo", "digest").text


def test_a_reply_to_a_digest_that_holds_one_thread_is_a_post_to_it(found: Found) -> None:
    town = found(*TEAM, delivery="daily", digest_at="09:30")
    town.at("10:00")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.at("2026-06-02 10:00")
    town.answers("ben", town.newest("ben", "digest"), "Well found, I have looked for it everywhere since Easter.")
    assert town.entries(Posted)[-1].thread == "P-1"


def test_an_answer_under_no_item_of_the_quote_is_asked_back(found: Found) -> None:
    town, digest = town_with_a_digest(found)
    posts = len(town.entries(Posted))
    lines = [f"> {line}".rstrip() for line in digest.text.rstrip().split("\n")]
    at = next(index for index, line in enumerate(lines) if "COMING UP" in line) + 2
    lines[at + 1 : at + 1] = ["", "I cannot come then, is another day possible?", ""]
    town.answers("ben", digest, "On Tuesday, Acme wrote:\n" + "\n".join(lines), quote=False)
    assert len(town.entries(Posted)) == posts
    assert town.newest("ben").kind == "ask-back"


def test_below_an_answer_a_line_may_tell_of_an_absence_and_of_a_setting(found: Found) -> None:
    town, digest = town_with_a_digest(found)
    town.answers(
        "ben", digest, "P-1: Well found!\n\nV-1: Porto\n\nPlease send me mails only once a week.\n\n"
        "I'm on leave from 8 to 12 June.\n\nThanks, Ben",
    )  # fmt: skip
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert town.entries(Posted)[-1].text == "Well found!"
    assert town.member("ben").away_on(date(2026, 6, 8))
    assert town.member("ben").settings.delivery is Delivery.WEEKLY
    assert len(town.box("ben", "receipt")) == 1, "one receipt for one mail"
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.votes("V-1") == {}
    assert not town.member("ben").away_on(date(2026, 6, 8))


@pytest.mark.parametrize(
    "said",
    [
        "I would be on leave from 8 to 12 June if we chose Berlin.",
        "I am no longer on leave from 8 to 12 June.",
        "Vom 8. bis 12. Juni wäre ich im Urlaub.",
        "Je ne suis plus en congé du 8 au 12 juin.",
    ],
)
def test_below_an_answer_an_absence_that_is_supposed_or_taken_back_is_not_noted(found: Found, said: str) -> None:
    town, digest = town_with_a_digest(found)
    town.answers("ben", digest, f"V-1: Porto\n\n{said}")
    assert not town.member("ben").away_on(date(2026, 6, 8))


def test_a_vote_beside_an_absence_under_a_condition_is_asked_back_and_never_lost_for_it(town: Town) -> None:
    town.writes("ana", "acme", "[VOTE] Close the office in August", "- Yes\n- No\n")
    ballot = town.newest("ben", "ballot")
    for said in (
        "Yes, unless I am on holiday from 3 to 14 August",
        "Oui, à moins que je sois absent du 8 au 12 juin.",
    ):
        town.answers("ben", ballot, said)
        assert town.newest("ben").kind == "ask-back", said
    town.answers("ben", ballot, "I'm away until Friday, so please count me as Yes")
    assert town.votes("V-1") == {"ben": Pick("Yes")}, "the absence is the reason, and no condition"
    town.answers("ben", ballot, "Yes\n\nWe should all be away on Friday!")
    assert town.votes("V-1") == {"ben": Pick("Yes")}
    assert town.member("ben").absences == ()


def test_what_was_planned_too_often_is_taken_back_by_its_own_line(found: Found) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN | {"reminders": []}}, delivery="none")
    town.at("09:05")
    town.answers("ben", town.newest("ben", "prompt"), "Done: invoices\nNext: write the report")
    for day in ("02", "03", "04"):
        town.at(f"2026-06-{day} 09:05")
        town.answers("ben", town.newest("ben", "prompt"), "1 not yet")
    assert town.round("C-4").title
    assert [entry.text for entry in town.entries(BlockerRaised)] == ["write the report"]
    town.answers("ben", town.newest("ben", "receipt"), "undo 2")
    assert [entry.text for entry in town.entries(BlockerTakenBack)] == ["write the report"]
    assert isinstance(town.standings("C-4")["ben"].answer, CheckIn), "the check-in itself stays"
    town.at("2026-06-05 09:05")
    assert "Still in the way" not in town.newest("ben", "prompt").text


def test_mute_in_answer_to_a_whole_digest_asks_which_thread_and_a_mark_says_it(found: Found) -> None:
    town, digest = town_with_a_digest(found)
    town.answers("ben", digest, "mute")
    assert town.member("ben").settings.muted_threads == ()
    asked = town.newest("ben", "decline").text
    assert "mute P-14" in asked
    assert "P-1" in asked.replace("P-14", ""), "it shows which there are"
    town.answers("ben", digest, "mute P-1")
    town.answers("ben", digest, "P-2: mute")
    assert town.member("ben").settings.muted_threads == ("P-1", "P-2")
    town.answers("ben", digest, "V1 Porto\n\nP-2: unmute")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert town.member("ben").settings.muted_threads == ("P-1",)
