"""Answers to what is not on record, since an older one was put back: declined, unless they hold of themselves."""

from __future__ import annotations

import pytest

from gateway.model.address import Destination, Door
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.context import Trust
from gateway.model.decision import Why
from gateway.model.entry import SettingsChanged
from gateway.model.reading import BallotKind, BallotReading, CommandReading, Intent
from gateway.model.understood import Reading
from tests.builders import BEN, context, message, of_kind, piece, say, view, vote_round

YES = BallotReading(BallotKind.BALLOT, Pick("Yes"))
POST = CommandReading(Intent.NEW_TOPIC)
PAUSE = CommandReading(Intent.PAUSE)


@pytest.mark.parametrize("door", [Door.REPLY, Door.POST, Door.REQUEST])
@pytest.mark.parametrize(("reading", "mark"), [(YES, "V-7"), (YES, ""), (POST, ""), (PAUSE, "V-7")])
def test_what_rests_on_the_mail_answered_is_declined_wherever_it_comes_to(
    door: Door, reading: Reading, mark: str
) -> None:
    told = context(BEN, view(vote_round()), answers_lost=True, destination=Destination("acme", door))
    decision = say(told, piece(reading, "Yes", mark))
    assert (decision.why, decision.entries) == (Why.DECLINED, ())
    assert [getattr(notice.facts, "reason", "") for notice in decision.notices] == ["not-on-record"]


def test_of_several_words_one_that_rests_on_it_is_enough() -> None:
    decision = say(context(BEN, answers_lost=True), piece(PAUSE, "pause"), piece(POST, "Hello all"))
    assert decision.why is Why.DECLINED


def test_what_means_the_same_whatever_it_answers_is_done() -> None:
    assert of_kind(say(context(BEN, answers_lost=True), piece(PAUSE, "pause")), SettingsChanged)


def test_what_failed_a_check_is_confirmed_first_and_a_strangers_is_held_without_its_words() -> None:
    assert say(context(BEN, answers_lost=True, trust=Trust.FAILED), piece(POST, "Hi")).why is Why.NOT_AUTHENTIC
    decision = say(
        context(None, answers_lost=True), piece(POST, "I vote for Fish"), mail=message("eve@elsewhere.example")
    )
    assert decision.state is ArrivalState.HELD
    assert "Fish" not in repr(decision.broadcasts)
