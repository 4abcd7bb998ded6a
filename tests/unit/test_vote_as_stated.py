"""A vote is held as its opener says, and as the charter says in all the rest."""

from __future__ import annotations

import math
import quopri
from collections.abc import Iterable
from typing import Any

import pytest

from gateway.model.address import Door
from gateway.model.entry import RoundOpened
from gateway.model.facts import BallotFacts
from gateway.model.reading import CommandReading, Intent, StatedRules
from gateway.model.round import VoteForm
from gateway.resources import load_templates
from tests.builders import BEN, TEAM, context, door, facts_of, member, of_kind, piece, say
from tests.golden.rendered_specimens import BUDGET, CITY, WORKSPACE, ballot, notice

CHARTER = {"votes": {"quorum": 0.5, "hidden": True, "secret": False}}


def form(stated: StatedRules, **facts: Any) -> VoteForm:
    asked = CommandReading(Intent.NEW_VOTE, question="Move?", rules=stated)
    decision = say(context(BEN, destination=door(Door.VOTE), rules=CHARTER, **facts), piece(asked))
    opened = of_kind(decision, RoundOpened)[0].round.form
    assert isinstance(opened, VoteForm)
    (told, *_) = facts_of(decision, BallotFacts)
    assert (told.secret, told.hidden, told.threshold) == (opened.secret, opened.hidden, opened.threshold)
    return opened


def test_what_the_opener_says_goes_before_the_charter() -> None:
    held = form(StatedRules(secret=True, hidden=False, threshold=0.75, quorum=0.0))
    assert (held.secret, held.hidden, held.threshold, held.quorum) == (True, False, 0.75, 0.0)


def test_what_the_opener_leaves_open_is_the_charters() -> None:
    held = form(StatedRules())
    assert (held.secret, held.hidden, held.quorum) == (False, True, 0.5)


def test_a_quorum_of_people_needs_so_many_of_them_and_never_more_than_all() -> None:
    people = (*TEAM, *(member(number, f"M{number}") for number in range(4, 8)))
    five, fifty = (form(StatedRules(quorum_people=number), members=people) for number in (5, 50))
    assert (five.quorum, five.quorum_people, fifty.quorum_people) == (0.0, 5, 7)


def test_a_ballot_says_how_many_people_it_takes() -> None:
    made = notice("ballot-yesno", "en", facts=ballot(BUDGET, quorum=0.0, quorum_people=5))
    assert "It counts once 5 people have answered" in _plain(load_templates().page(made, WORKSPACE).text)


@pytest.mark.parametrize(
    ("threshold", "language", "said"),
    [
        (0.75, "en", "It passes when more than 75% of those for and against are for it."),
        (math.nextafter(0.75, 0), "en", "It passes when at least 75% of those for and against are for it."),
        (0.6, "fr", "La proposition passe si plus de 60 % des voix pour et contre lui sont favorables."),
    ],
)
def test_a_ballot_says_what_majority_it_takes(threshold: float, language: str, said: str) -> None:
    made = notice("ballot-yesno", language, facts=ballot(BUDGET, threshold=threshold))
    page = load_templates().page(made, WORKSPACE)
    assert said in _plain(page.text)


def test_a_ballot_is_silent_on_the_majority_where_half_or_none_decides() -> None:
    for facts in (ballot(BUDGET), ballot(CITY, threshold=0.75)):
        page = load_templates().page(notice("ballot-yesno", facts=facts), WORKSPACE)
        assert "It passes" not in _plain(page.text)


def _plain(parts: Iterable[bytes | str]) -> str:
    text = quopri.decodestring(b"".join(part.encode() if isinstance(part, str) else part for part in parts)).decode()
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").split())
