"""Answers to `please confirm`: what was held, or asked, is done by the one it was held for.

Must not: hold anything, or ask anew: who says neither yes nor no is told that nothing was done.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from gateway.decide import bounces
from gateway.decide.acted import Acted, declined, ignored
from gateway.decide.answering import once_per_day, once_per_mail, to_author, to_stewards
from gateway.decide.rituals import membership
from gateway.decide.sent import facts_of, has_own_token
from gateway.model.address import fold_address
from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext, Trust
from gateway.model.decision import Why
from gateway.model.facts import ConfirmFacts, DeclineFacts
from gateway.model.reading import CommandReading, Intent
from gateway.model.understood import Settle, Understood


def confirmation(context: MailContext, understood: Understood) -> Acted | None:
    """Settle an answer to `please confirm`: what was held is done now, by the one it was held for."""
    asked, author = facts_of(context, ConfirmFacts), understood.message.author
    if asked is None or author is None:
        return None
    if not has_own_token(context):
        return _expired(understood, asked)
    if asked.address not in (fold_address(author.address), *_addresses(context)):
        return None  # forwarded: who holds the question is not who was asked
    if context.is_forged or context.trust is Trust.FAILED:
        return _doubtful_yes(context, understood, asked)
    agrees = _agrees(understood)
    if agrees is None and _asks_for_help(understood):
        return None
    if agrees is None:
        return _asked_again(context, understood, asked)
    if not agrees:
        return ignored(Why.DECLINED, f"{asked.act} not confirmed")
    rule = _CONFIRMED.get(asked.act)
    return rule(context, understood, asked) if rule else _released(context, asked)


def _asked_again(context: MailContext, understood: Understood, asked: ConfirmFacts) -> Acted:
    """Put the question once more, so that a plain yes to the newest mail confirms too; to a stranger once a day."""
    message, facts = understood.message, structs.replace(asked, again=True)
    key = once_per_mail(context, "confirm") if context.author else once_per_day(context, message, "confirm-again")
    question = to_author(context, message, facts, key)
    return Acted(Why.ASKED_BACK, notices=(question,), settled=False)


def _expired(understood: Understood, asked: ConfirmFacts) -> Acted | None:
    """Say of a yes to a question of long ago that it does nothing any more; other words are read as any other mail."""
    if not _agrees(understood):
        return None
    return declined(Why.DECLINED, DeclineFacts(reason="no-longer-kept", title=asked.title))


def _released(context: MailContext, asked: ConfirmFacts) -> Acted:
    """Let the mail in that waited for its author's word, or say that it waits no more: a yes never ends in silence."""
    held = context.held
    if held is not None and held.is_dismissed:
        reason = "settled-already" if held.is_kept else "no-longer-kept"
        return declined(Why.DECLINED, DeclineFacts(reason=reason, title=asked.title))
    return Acted(Why.CONFIRMED, release=(asked.arrival_id,), settled=False)


def _delivered(context: MailContext, understood: Understood, asked: ConfirmFacts) -> Acted:
    return bounces.resume(context.author) if context.author else ignored(Why.STRANGER)


_CONFIRMED: dict[str, Callable[[MailContext, Understood, ConfirmFacts], Acted]] = {
    "join": lambda context, understood, asked: membership.join(context, understood.message, asked),
    "leave": lambda context, understood, asked: membership.leave(context, understood.message),
    "address": lambda context, understood, asked: membership.add_address(context, asked),
    "deliver": _delivered,
}


def _addresses(context: MailContext) -> tuple[str, ...]:
    """Return all addresses of the author: who is asked at one may answer from another."""
    member = context.author
    return (member.address, *member.further_addresses) if member else ()


def _doubtful_yes(context: MailContext, understood: Understood, asked: ConfirmFacts) -> Acted:
    """Leave it to a steward: what was asked may have been forwarded, with address and token in it."""
    told = to_stewards(
        context,
        understood.message,
        "doubtful",
        key=once_per_mail(context, "doubtful"),
        arrival_id=asked.arrival_id if asked.act not in _CONFIRMED else 0,
    )
    return Acted(
        Why.NOT_AUTHENTIC, broadcasts=(told,), state=ArrivalState.IGNORED, settled=False, detail="a yes that failed"
    )


def _asks_for_help(understood: Understood) -> bool:
    reading = understood.pieces[0].reading if understood.pieces else None
    return isinstance(reading, CommandReading) and reading.intent is Intent.HELP


def _agrees(understood: Understood) -> bool | None:
    """Return yes, no, or None in doubt. Silence is no yes: an answer without words may come from any robot."""
    reading = understood.pieces[0].reading if understood.pieces else None
    return reading.number > 0 if isinstance(reading, Settle) else None
