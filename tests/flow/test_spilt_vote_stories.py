"""How a member votes reaches nobody by mistake: not as a post, a remark, a check-in or a comment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.model.ballot import Pick
from gateway.model.entry import Posted
from tests.flow.town import CHECK_IN, Town


@pytest.fixture
def asked(found: Callable[..., Town]) -> Town:
    town = found(
        routines={"daily": CHECK_IN | {"reminders": []}},
        votes={"secret": True, "reminders": []},
        delivery="daily",
        digest_at="09:30",
    )
    town.at("10:00")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.writes("ana", "acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nPlease answer by Friday 5 June 18:00.")
    town.writes("ana", "acme+vote", "Scanner", "Shall we buy a new scanner? Yes or no, by Friday 5 June 18:00.")
    town.writes("ana", "acme+task", "Budget", "TODO @ben: send the budget by Friday")
    town.at("2026-06-02 10:00")
    return town


def told(town: Town) -> str:
    """Return all that others than Ben were told."""
    return "\n".join(one.all_words for one in town.post_office.letters if one.to != town.address_of("ben"))


def test_no_form_of_a_mark_lets_a_vote_be_posted(asked: Town) -> None:
    town = asked
    for form in (
        "V\u20131. quietly Porto",
        "V1: Porto quietly",
        "V-1. Porto quietly",
        "(V-1) Porto quietly",
        "V-1\nPorto quietly",
        "thanks. V-1: Porto quietly",
        "Pour V-1 : Porto quietly",
        "\u00ab V-1 : Porto \u00bb quietly",
        '"V-1: B quietly"',
        "quietly I say yes to V-2",
        "V-2? I said yes, quietly.",
        "I voted no in V-2 quietly",
        "option 2 in V-1, quietly",
    ):
        town.writes("ben", "acme", "A note", form)
        assert town.last_reason == "asked-back", form
        town.answers("ben", town.newest("ben", "digest"), f"P-1: thanks a lot\n\nP-1: {form}", quote=False)
    town.writes("ben", "acme", "V-1 Friday", "Porto quietly")
    assert town.last_reason == "asked-back"
    town.at("2026-06-03 10:00")
    assert "thanks a lot" in told(town)
    assert "quietly" not in told(town)


def test_who_only_speaks_of_a_vote_is_posted(asked: Town) -> None:
    town = asked
    for subject, text in (
        ("Hall", "The hall for V-1 costs 300 a day. I'll send the plan tomorrow."),
        ("V-1 closes on Friday", "Please vote."),
        ("Reminder", "Please vote on V-1 and V-2 by Friday."),
        ("Scanner", "The old scanner broke. See V-2. No hurry though."),
        ("Votes", "There are two votes open (V-1, V-2). No idea how many have answered."),
        ("Agenda", "Agenda for Friday:\n1. V-1 Where do we meet\n2. V-2 Scanner"),
    ):
        town.writes("ben", "acme", subject, text)
        town.confirms("ben")  # that it is theirs, not what it says
        assert town.entries(Posted)[-1].subject == subject
        assert "reads like an answer" not in town.newest("ben").text


def test_its_author_may_say_that_a_held_mail_is_for_everybody(asked: Town) -> None:
    asked.writes("ben", "acme", "A note", "thanks. V-1: Porto")
    asked.confirms("ben")
    assert len(asked.entries(Posted)) == 2


def test_talk_about_a_vote_is_posted(asked: Town) -> None:
    for text in (
        "Please all look at V-1, it matters to the whole team.",
        "V-1: Where do we meet",
        "The minutes of the meeting about V-1 are with Cleo, who wrote them.",
    ):
        asked.writes("ben", "acme", "A note", text)
        assert asked.last_reason == "thread-started", text


def test_the_rest_of_an_answer_is_done_and_the_vote_in_it_asked_about(asked: Town) -> None:
    town, digest = asked, asked.newest("ben", "digest")
    town.answers("ben", digest, "V-2: yes\nV-1 Porto quietly", quote=False)
    assert town.votes("V-2") == {"ben": Pick(label="Yes")}
    town.answers("ben", digest, "P-1: thanks\nT-1: not done\nV-1 Porto quietly", quote=False)
    town.answers("ben", digest, "T-1: done. V1 quietly, Porto", quote=False)
    town.answers("ben", town.newest("ben", "prompt"), "Done: the letter\nV-1 Porto quietly")
    assert "1 done" in town.newest("ben", "receipt").text
    assert len(town.box("ben", "ask-back")) >= 3
    town.at("2026-06-03 10:00")
    assert "quietly" not in told(town)
    town.answers("ben", town.newest("ben", "ask-back", "V-1"), "1")
    assert town.votes("V-1") == {"ben": Pick(label="Porto")}


def test_a_yes_to_all_is_no_thread(asked: Town) -> None:
    for said in ("to all: yes", "\u00e0 tous : oui", "to all: Porto"):
        asked.answers("ben", asked.newest("ben", "digest"), said, quote=False)
        assert asked.last_reason == "asked-back", said
    asked.answers("ben", asked.newest("ben", "digest"), "to all: the hall is free on Monday", quote=False)
    assert asked.last_reason == "thread-started"


def test_thanks_for_a_receipt_do_nothing_and_undo_alone_is_told_how(asked: Town) -> None:
    town = asked
    town.answers("ben", town.newest("ben", "digest"), "V-2: yes", quote=False)
    count = len(town.box("ben"))
    for said in ("thanks!", "ok", "merci !", "perfect, thank you"):
        town.answers("ben", town.newest("ben", "receipt"), said)
    assert (len(town.box("ben")), town.votes("V-2")) == (count, {"ben": Pick(label="Yes")})
    town.writes("cleo", "acme", "", "undo")  # who has no receipt
    assert "\u00ab annuler 2 \u00bb" in " ".join(town.newest("cleo", "decline").text.split())
    town.answers("ben", town.newest("ben", "receipt"), "annule tout")
    assert town.votes("V-2") == {}


def test_the_ok_of_a_catch_up_stands_beside_answers_and_is_undone_exactly(asked: Town) -> None:
    town = asked
    town.writes("ben", "acme", "", "catch up")
    before = told_up_to(town)
    town.answers("ben", town.newest("ben", "catch-up"), "V-1 : Porto\nok", quote=False)
    assert (town.votes("V-1"), told_up_to(town) == before) == ({"ben": Pick(label="Porto")}, False)
    town.answers("ben", town.newest("ben", "receipt"), "undo 2")
    assert (town.votes("V-1"), told_up_to(town)) == ({"ben": Pick(label="Porto")}, before)


def test_a_catch_up_without_news_lists_what_waits(asked: Town) -> None:
    asked.writes("ben", "acme", "", "catch up")
    asked.answers("ben", asked.newest("ben", "catch-up"), "ok")
    asked.writes("ben", "acme", "", "catch up")
    text = asked.newest("ben", "catch-up").text
    assert "You missed nothing" not in text
    assert "[V-1]" in text


def told_up_to(town: Town) -> list[object]:
    """Return up to when digests count as told."""
    here, until = town.workspace_id, town.clock.instant("2027-06-01 00:00")
    with town.store.read() as tx:
        return [(due.key, due.since, due.number) for due in tx.schedule.list(here, until) if due.kind == "digest"]


def test_who_is_asked_which_item_they_meant_is_reminded_that_their_answer_does_not_count_yet(
    found: Callable[..., Town],
) -> None:
    town = found(votes={"reminders": ["1 day"]}, delivery="daily", digest_at="09:30")
    town.at("10:00")
    town.writes("ana", "acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nPlease answer by Friday 5 June 18:00.")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.at("2026-06-02 10:00")
    town.answers("ben", town.newest("ben", "digest"), "Porto", quote=False)
    town.at("2026-06-05 17:00")
    assert "does not count" in " ".join(town.newest("ben", "reminder").text.split())
    assert "still missing" not in town.newest("ben", "reminder").text


def test_a_try_out_counts_others_alone_and_says_who_reads_by_digest(asked: Town) -> None:
    asked.writes("ben", "acme+try", "The hall", "We have the hall on the third of July, if anybody wants to come.")
    assert "Who gets digests" in asked.newest("ben", "try-out").text
    asked.writes("ben", "acme+try", "[VOTE] Desk", "- Oak\n- Pine")
    assert "2 mails would go to others" in asked.newest("ben", "try-out").text


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("V-1", "Porto quietly"),
        ("Hello", "Please count me for Porto quietly in V-1"),
    ],
)
def test_the_stewards_read_no_vote_that_was_sent_to_them_unless_its_author_says_so(
    asked: Town, subject: str, text: str
) -> None:
    asked.writes("ben", "acme+owner", subject, text)
    assert asked.newest("ben").kind == "confirm"
    asked.at("2026-06-03 10:00")
    assert "quietly" not in told(asked)
    asked.answers("ben", asked.newest("ben", "confirm"), "yes")
    assert "quietly" in asked.newest("ana", "steward").all_words


def test_a_vote_sent_to_the_stewards_counts_and_they_do_not_see_it(asked: Town) -> None:
    asked.writes("ben", "acme+owner", "", "V-1: Porto")
    asked.confirms("ben")
    assert asked.votes("V-1") == {"ben": Pick("Porto")}
    assert asked.box("ana", "steward") == []
    asked.writes("ben", "acme+owner", "A question", "When does V-1 close?")
    assert len(asked.box("ana", "steward")) == 1
