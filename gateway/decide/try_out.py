"""Trying out: a mail to `acme+try@` changes nothing, and is answered line by line with what it would have done.

Must not: understand or decide anything anew: what it tells is what the same mail sent in earnest comes to.
"""

from __future__ import annotations

from gateway.decide.acted import Acted
from gateway.decide.answering import once_per_mail, to_author
from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext, Trust
from gateway.model.decision import Decision, Why
from gateway.model.notice import Notice, TryOutFacts
from gateway.model.understood import Understood

MOST_A_DAY = 30  # answers of this kind to one member


def refusal(context: MailContext, understood: Understood) -> Decision | None:
    """Return the silence for who is not told: machines, strangers, doubtful authors, and who has tried enough today."""
    author = context.author
    if understood.written.is_machine:
        return Decision(Why.MACHINE, state=ArrivalState.IGNORED, detail=f"tried; {understood.written.reason}")
    if author is None or author.left_at is not None:
        return Decision(Why.STRANGER, state=ArrivalState.IGNORED, detail="tried")
    if context.trust is Trust.FAILED:
        return Decision(Why.NOT_AUTHENTIC, state=ArrivalState.IGNORED, detail="tried")
    if context.tries_today >= MOST_A_DAY:
        return Decision(Why.TRIED, detail="answers enough for a day")
    return None


def answer(context: MailContext, understood: Understood, acted: Acted, would: Decision, others: int) -> Decision:
    """Return the answer to a mail that was tried; `would` is its decision, which `others` would have had mail of."""
    kinds = (notice.kind for notice in would.notices if notice.kind not in _SAID_BY_LINES)
    facts = TryOutFacts(
        acts=acted.acts,
        answers=tuple(dict.fromkeys(kinds)),
        others=others,
        subject=understood.message.subject,
    )
    return Decision(Why.TRIED, notices=(_notice(context, understood, facts),), detail=f"would be {would.why.value}")


_SAID_BY_LINES = frozenset({"receipt", "decline"})


def _notice(context: MailContext, understood: Understood, facts: TryOutFacts) -> Notice:
    return to_author(context, understood.message, facts, once_per_mail(context, "try-out"))
