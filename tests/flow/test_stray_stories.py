"""Answers whose program took away Reply-To, References and mark alike: held and asked about, never shown to all."""

from __future__ import annotations

from gateway.model.arrival import ArrivalState
from gateway.model.entry import Posted
from tests.flow.test_vote_stories import opened
from tests.flow.town import Town

NO = "No, and nobody needs to know that I said so."


def stray(town: Town, subject: str = "Re: Close the office in August", text: str = NO) -> None:
    """Let Ben answer the ballot with a program that keeps nothing of it but its subject."""
    town.writes("ben", "acme", subject, text)


def test_an_answer_to_nothing_is_held_while_a_round_waits_for_its_author(town: Town) -> None:
    mark = opened(town)
    stray(town)
    assert (town.entries(Posted), town.votes(mark)) == ([], {})
    assert town.arrivals()[0].state is ArrivalState.HELD
    assert NO not in town.everything_said(leave_out=["ben"])
    assert town.newest("ben").kind == "confirm"


def test_its_author_may_say_that_it_is_for_everybody(town: Town) -> None:
    opened(town)
    stray(town)
    town.answers("ben", town.newest("ben"), "yes", quote=False)
    assert [post.text for post in town.entries(Posted)] == [NO]


def test_where_nothing_is_asked_a_subject_with_re_is_a_post(town: Town) -> None:
    stray(town, "Re: the ladder", "I found it behind the shed, where it always was.")
    assert len(town.entries(Posted)) == 1


def test_a_new_mail_of_a_member_who_is_asked_something_is_a_post(town: Town) -> None:
    opened(town)
    stray(town, "The ladder", "I found it behind the shed, where it always was.")
    assert len(town.entries(Posted)) == 1
