"""What only a loop or a flood brings, counted for one mail: what its author posted and started lately, and the answers
they had today.

Must not: say how much is too much (decide/breaker.py does).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.decide import breaker
from gateway.model.address import fold_address
from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext
from gateway.model.decision import Decision
from gateway.model.entry import Posted
from gateway.model.message import Message
from gateway.model.repeated import Lately
from gateway.model.understood import Understood
from gateway.pipeline.knowing import TRY_OUT, counted_today
from store.transaction import Transaction

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
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
    """Return a decision that posts, starts and answers no more than anybody has use for; what was looked at is done."""
    if looked_at:
        return _with_answers(tx, context, understood, decision, 0, is_checked)
    is_start = breaker.starts(context, understood, decision)
    if reason := _too_much(tx, context, understood.message, decision, is_start, is_checked):
        decision = breaker.held_back(context, understood, reason, _held_today(tx, context))
    if decision.notices:  # counted only then: most mails are answered by nobody
        before = _answers_today(tx, context, understood.message)
        decision = _with_answers(tx, context, understood, decision, before, is_checked)
    if is_start and decision.state is not ArrivalState.HELD:
        _note_start(tx, context)
    return decision


def _too_much(
    tx: Transaction, context: MailContext, message: Message, decision: Decision, is_start: bool, is_checked: bool
) -> str:
    """Return why a mail posts or starts too much, "" where it does not."""
    is_old = message.date is not None and context.now - message.date > _OLD
    reason = breaker.too_much(_posted_before(tx, context, message, breaker.posts_of(decision)), is_old=is_old)
    if reason or not is_start:
        return reason
    before = _started_lately(tx, context)
    within_the_hour = sum(at > context.now - _HOUR for at in before)
    return breaker.too_many_started(context, within_the_hour, len(before), is_checked=is_checked)


def _with_answers(
    tx: Transaction, context: MailContext, understood: Understood, decision: Decision, before: int, is_checked: bool
) -> Decision:
    """Return a decision with the answers its author may have, who had so many `before`; held where some are owed."""
    if breaker.is_to_wait(context, decision, before, is_checked=is_checked):
        return breaker.held_back(context, understood, breaker.UNANSWERED, _held_today(tx, context))
    answerable = understood.written.is_answerable
    return breaker.curbed(
        context, understood.message, decision, before, is_checked=is_checked, is_answerable=answerable
    )


def _answers_today(tx: Transaction, context: MailContext, message: Message) -> int:
    """Return how many automatic answers the author had since a day ago to mail that is as well proven as this one."""
    if message.author is None:
        return 0
    address, since = fold_address(message.author.address), context.now - _DAY
    return tx.answered.count_answers_since(
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


# --- what a member has started ---------------------------------------------------------------------------------------


def _started_lately(tx: Transaction, context: MailContext) -> list[datetime]:
    """Return when the author's mails came, as well proven as this one, that started something within the last day.

    They are no more than a day's number, so one note holds them.
    """
    noted = (tx.get_mark(_started_key(context)) or "").split()
    return [at for one in noted if context.now - _DAY < (at := datetime.fromisoformat(one)) <= context.now]


def _note_start(tx: Transaction, context: MailContext) -> None:
    lately = (*_started_lately(tx, context), context.now)
    tx.set_mark(_started_key(context), " ".join(at.isoformat(timespec="seconds") for at in lately))


def _started_key(context: MailContext) -> str:
    assert context.author is not None
    sort = ":unproven" if context.is_unproven else ""
    return f"started:{context.workspace.id}:{context.author.id}{sort}"
