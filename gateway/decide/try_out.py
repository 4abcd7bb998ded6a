"""Trying out: a mail to `acme+try@` changes nothing, and is answered line by line with what it would have done.

Must not: understand or decide anything anew: what it tells is what the same mail sent in earnest comes to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gateway.decide.acted import Acted
from gateway.decide.answering import once_per_mail, to_author
from gateway.decide.attachments import passed_on
from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext, Proof, Trust
from gateway.model.decision import Decision, Why
from gateway.model.entry import AwayEnded
from gateway.model.facts import Act, TryOutFacts, WouldAnswer
from gateway.model.notice import Notice
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


def once_confirmed(context: MailContext, acted: Acted) -> MailContext | None:
    """Return the context of a mail that its author would first be asked to confirm, as if they had; else None."""
    asked = any(notice.kind == "confirm" for notice in acted.notices)
    if not asked or acted.state is not ArrivalState.HELD or context.confirmed:
        return None
    return dataclasses.replace(context, confirmed=True, trust=Trust.PROVEN, proof=Proof(Trust.PROVEN, "confirmed"))


def answer(
    context: MailContext, understood: Understood, acted: Acted, would: Decision, others: int, names: Sequence[str],
    *, in_digests: bool = False,
) -> Decision:  # fmt: skip
    """Return the answer to a mail that was tried; `would` is its decision, which makes so many mails to `others`.

    `names` are those who would have had one, as far as they are few; `in_digests`: others would read it in a digest.
    Of a mail that has to be confirmed it tells what follows then.
    """
    own = [notice for notice in would.notices if context.author and notice.member_id == context.author.id]
    told = dict.fromkeys(WouldAnswer(notice.kind, notice.mark) for notice in own if notice.kind not in _SAID_BY_LINES)
    first = (WouldAnswer("confirm"),) if context.confirmed else ()
    facts = TryOutFacts(
        acts=(*acted.acts, *_unsaid(acted)),
        own=(*first, *told),
        others=others,
        names=tuple(names),
        subject=understood.message.subject,
        in_digests=in_digests,
    )
    return Decision(Why.TRIED, notices=(_notice(context, understood, facts),), detail=f"would be {would.why.value}")


_SAID_BY_LINES = frozenset({"receipt", "decline"})


def _unsaid(acted: Acted) -> tuple[Act, ...]:
    """Return lines for what no receipt says: files that go with a post, and that an undated absence ends."""
    files = passed_on(acted)
    lines = (Act(name="file-passed-on", text=", ".join(files)),) if files else ()
    ends = any(isinstance(entry, AwayEnded) for entry in acted.entries)
    return (*lines, Act(name="back")) if ends and not any(act.name in _OF_RETURN for act in acted.acts) else lines


_OF_RETURN = frozenset({"back", "resumed", "undone"})


def _notice(context: MailContext, understood: Understood, facts: TryOutFacts) -> Notice:
    return to_author(context, understood.message, facts, once_per_mail(context, "try-out"))
