"""What only a loop or a flood brings, counted for one mail: its author's posts lately, and the answers they had today.

Must not: say how much is too much (decide/breaker.py does).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from gateway.decide import breaker
from gateway.model.address import fold_address
from gateway.model.context import MailContext
from gateway.model.decision import Decision
from gateway.model.entry import Posted
from gateway.model.message import Message
from gateway.model.repeated import Lately
from gateway.model.understood import Understood
from gateway.pipeline.knowing import TRY_OUT, counted_today
from store.transaction import Transaction

_OLD = timedelta(days=2)  # a mail that was written so long ago is handed on, not an answer to what is said now


def within_bounds(
    tx: Transaction,
    context: MailContext,
    understood: Understood,
    decision: Decision,
    *,
    is_checked: bool,
    looked_at: bool,
) -> Decision:
    """Return a decision with no more posts and answers than anybody has use for; what was looked at is done whole."""
    message = understood.message
    posts = () if looked_at else breaker.posts_of(decision)
    is_old = message.date is not None and context.now - message.date > _OLD
    if reason := breaker.too_much(_posted_before(tx, context, message, posts), is_old=is_old):
        decision = breaker.held_back(context, understood, reason, _held_today(tx, context))
    if not decision.notices:  # counted only then: most mails are answered by nobody
        return decision
    count = 0 if looked_at else _answers_today(tx, context, message)
    if breaker.is_to_wait(context, decision, count, is_checked=is_checked):
        return breaker.held_back(context, understood, breaker.UNANSWERED, _held_today(tx, context))
    return breaker.curbed(context, message, decision, count, is_checked=is_checked)


def _answers_today(tx: Transaction, context: MailContext, message: Message) -> int:
    """Return how many automatic answers the author had since a day ago to mail that is as well proven as this one."""
    if message.author is None:
        return 0
    address, since = fold_address(message.author.address), context.now - timedelta(days=1)
    return tx.outbox.count_answers_since(
        context.workspace.id, address, since, unproven=context.is_unproven, but=TRY_OUT
    )


def _posted_before(
    tx: Transaction, context: MailContext, message: Message, posts: Iterable[Posted]
) -> list[tuple[Posted, Lately]]:
    """Return posts of a mail, each with what its author has posted lately."""
    here, address = context.workspace.id, message.author_address
    return [(post, tx.posted.before(here, post, address, context.now)) for post in posts]


def _held_today(tx: Transaction, context: MailContext) -> int:
    """Return how many mails of a member, as well proven, were held today (UTC) as too many before this one, and count
    it; else 0.
    """
    if context.author is None:
        return 0
    sort = ":unproven" if context.is_unproven else ""
    return counted_today(tx, f"held:{context.workspace.id}:{context.author.id}{sort}", context.now)
