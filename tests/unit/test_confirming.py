"""A yes to `please confirm` about held mail: it is let in, or its author hears that it waits no more."""

from __future__ import annotations

import pytest

from gateway.model.context import Held
from gateway.model.decision import Why
from gateway.model.facts import ConfirmFacts, DeclineFacts
from gateway.model.understood import Settle
from tests.builders import BEN, context, facts_of, piece, say, sent

ASKED = ConfirmFacts(act="mail", arrival_id=7, address=BEN.address)


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (Held(7, True, BEN.address), ""),
        (Held(7, False, BEN.address), ""),  # confirmed before, so let in before
        (Held(7, False, "", is_dismissed=True), "settled-already"),  # a steward rejected it
        (Held(7, False, "", is_dismissed=True, is_kept=False), "no-longer-kept"),  # its bytes were let go
    ],
    ids=["waits", "let in", "rejected", "too old"],
)
def test_a_yes_to_held_mail_lets_it_in_or_says_why_not(held: Held, reason: str) -> None:
    told = context(BEN, answering=sent("confirm", facts=ASKED), held=held)
    decision = say(told, piece(Settle(1), "yes"))
    assert [facts.reason for facts in facts_of(decision, DeclineFacts)] == ([reason] if reason else [])
    assert (decision.why, decision.release) == ((Why.DECLINED, ()) if reason else (Why.CONFIRMED, (7,)))
