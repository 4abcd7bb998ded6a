"""A mail to `acme+try@`: the very same deciding and recording as in earnest, taken back, and told to its author.

Must not: leave anything behind but the answer.
"""

from __future__ import annotations

from datetime import datetime

from gateway.decide import on_message, try_out
from gateway.model.context import MailContext
from gateway.model.decision import Decision
from gateway.model.entry import Posted
from gateway.model.member import Delivery
from gateway.model.understood import Understood
from gateway.pipeline.recording import record
from store.transaction import Transaction

_MOST_NAMED = 6  # people that a sentence names; of more it gives the number
_MOST_LOOKED_AT = 30  # mails
_BY_DIGEST = (Delivery.DAILY, Delivery.WEEKLY)


class _Enough(Exception):
    """What was recorded to see what comes of it is taken back."""


def tried(tx: Transaction, context: MailContext, understood: Understood, now: datetime, token_days: int) -> Decision:
    """Return what to record of a mail that is only tried: the answer to its author, or why there is none."""
    refused = try_out.refusal(context, understood)
    if refused is not None:
        return refused
    acted = on_message.weigh(context, understood)
    if (confirmed := try_out.once_confirmed(context, acted)) is not None:
        context, acted = confirmed, on_message.weigh(confirmed, understood)
    would = on_message.decision_of(context, understood, acted)
    others, names = _mails(tx, context, would, now, token_days)
    in_digests = _comes_in_digests(tx, context, would)
    return try_out.answer(context, understood, acted, would, others, names, in_digests=in_digests)


def _mails(
    tx: Transaction, context: MailContext, would: Decision, now: datetime, token_days: int
) -> tuple[int, tuple[str, ...]]:
    """Return how many mails to others a decision makes, and to whom, where they are few.

    Recorded, looked at, and taken back.
    """
    others, author = 0, context.author.id if context.author else 0
    names: tuple[str, ...] = ()
    try:
        with tx.apart():
            made = record(tx, context.workspace, would, now, token_days, context.arrival_id)
            others = len(made) - tx.outbox.count_to(made, author)
            names = _names(tx, context, made) if len(made) <= _MOST_LOOKED_AT else ()
            raise _Enough
    except _Enough:
        return others, names


def _comes_in_digests(tx: Transaction, context: MailContext, would: Decision) -> bool:
    """Whether a post would be read by others in their digests; they have no mail of it before."""
    if context.author is None or not any(isinstance(entry, Posted) for entry in would.entries):
        return False
    others = (member for member in tx.people.all(context.workspace.id) if member.id != context.author.id)
    charter = context.workspace.charter
    return any((member.settings.delivery or charter.delivery) in _BY_DIGEST for member in others)


def _names(tx: Transaction, context: MailContext, made: list[int]) -> tuple[str, ...]:
    author = context.author.id if context.author else 0
    notices = (stored.notice for number in made if (stored := tx.outbox.get(number)) is not None)
    found = tuple(dict.fromkeys(notice.name or notice.address for notice in notices if notice.member_id != author))
    return found if len(found) <= _MOST_NAMED else ()
