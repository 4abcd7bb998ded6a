"""What a second look at new words found: they say something else in other sentences, and then settle nothing."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model.ballot import Method, Question
from gateway.model.reading import CommandReading, Intent, StatedRules
from gateway.resources import load_lexicon
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.command import read_command

SENT = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))


def asked(text: str, subject: str = "", address: str = "acme") -> CommandReading:
    return read_command(address=address, subject=subject, text=text, sent_at=SENT, lexicon=load_lexicon())


def vote(text: str) -> CommandReading:
    return asked(f"{text}\n\n- by the wall\n- by the road\n", "Where to put the shed?", "acme+vote")


@pytest.mark.parametrize(
    "text",
    [
        "We should not decide this in secret.",
        "Please don't vote anonymously.",
        "The donor gave 500 euros anonymously.",
        "There is an open vote on this until Friday.",
        "No quorum on 5 May, so we vote by mail.",
        "The quorum rule of 2019 stays.",
        "Without a quorum by 17:00 we meet again.",
        "The majority of us pay half.",
        "A majority of 80 % of the parents came by bike.",
        "The run-off from the roof floods the cellar.",
    ],
)
def test_a_sentence_that_only_holds_the_words_of_a_rule_states_none(text: str) -> None:
    found = vote(text)
    assert found.rules == StatedRules()
    assert found.method != "ranked"


@pytest.mark.parametrize("text", ["The mill is open until 22:00.", "We have two weeks of holiday in common."])
def test_a_time_that_is_not_the_votes_closes_nothing(text: str) -> None:
    assert vote(text).deadline is None


@pytest.mark.parametrize(
    "text",
    [
        "Ik herinner me dat de sleutel bij Jan ligt.",
        "Das erinnert mich an unsere erste Reise.",
        "Essa foto me lembra da nossa primeira viagem.",
        "Can you remind me of the door code?",
        "Rappelle-moi demain pour la salle.",
        "Un rappel : la réunion est jeudi à 18h.",
    ],
)
def test_what_reminds_of_something_or_asks_to_know_it_makes_no_task(text: str) -> None:
    assert asked(text).intent is not Intent.NEW_TASK


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Podemos mudar o site?", "Só um louco faria isso."),
        ("Shall we drop the paper edition and keep the website?", "Keep the website!"),
        ("Shall we open the shop daily?", "Yes, but not on Sundays."),
    ],
)
def test_what_may_mean_the_opposite_is_no_ballot(question: str, text: str) -> None:
    found = read_ballot(text, Question(text=question, method=Method.YESNO, options=("Yes", "No")), load_lexicon())
    assert found.kind == "unclear"
