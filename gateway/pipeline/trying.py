"""A mail to `acme+try@`: the very same deciding and recording as in earnest, taken back, and told to its author.

Must not: leave anything behind but the answer.
"""

from __future__ import annotations

from datetime import datetime

from gateway.decide import on_message, try_out
from gateway.model.context import MailContext
from gateway.model.decision import Decision
from gateway.model.understood import Understood
from gateway.pipeline.recording import record
from store.transaction import Transaction


class _Enough(Exception):
    """What was recorded to see what comes of it is taken back."""


def tried(tx: Transaction, context: MailContext, understood: Understood, now: datetime, token_days: int) -> Decision:
    """Return what to record of a mail that is only tried: the answer to its author, or why there is none."""
    refused = try_out.refusal(context, understood)
    if refused is not None:
        return refused
    acted = on_message.weigh(context, understood)
    would = on_message.decision_of(context, understood, acted)
    return try_out.answer(context, understood, acted, would, _others(tx, context, would, now, token_days))


def _others(tx: Transaction, context: MailContext, would: Decision, now: datetime, token_days: int) -> int:
    """Return how many mails to others a decision makes: recorded, counted, and taken back."""
    found: list[int] = []
    try:
        with tx.apart():
            found = record(tx, context.workspace, would, now, token_days, context.arrival_id)
            raise _Enough
    except _Enough:
        return max(len(found) - len(would.notices), 0)
