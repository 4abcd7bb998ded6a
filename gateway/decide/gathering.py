"""Mail of strangers that stewards are told of together, once a day has brought too much of it for a mail each.

The addresses that everybody may write to stand in every mail of ours: whoever fills them would fill the stewards'
boxes, and use up what a provider lets us send. Must not: drop a mail; what is not told of one by one is held.
"""

from __future__ import annotations

import dataclasses

from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext
from gateway.model.decision import Broadcast, Decision, Group
from gateway.model.entry import HeldForSteward
from gateway.model.facts import StewardFacts

MOST_A_DAY = 50  # mails of strangers that stewards are told of singly
_OF_STRANGERS = frozenset({"held", "owner", "join", "many-posts"})
_WAITS = frozenset({"owner", "join"})  # until the stewards look for it; a held mail waits anyway


def tells_of_a_stranger(context: MailContext, decision: Decision) -> bool:
    """Whether stewards would be told of this mail, and a stranger wrote it."""
    return context.author is None and any(map(_is_of_stranger, decision.broadcasts))


def gathered(context: MailContext, decision: Decision, told_today: int) -> Decision:
    """Return a decision with one word a day to the stewards in the place of its own, where they had enough of them."""
    if told_today < MOST_A_DAY or not tells_of_a_stranger(context, decision):
        return decision
    day = context.received_at.date().isoformat()
    many = Broadcast(key=f"strangers:{day}", facts=StewardFacts(about="strangers"), group=Group.STEWARDS)
    about = {one.facts.about for one in decision.broadcasts if isinstance(one.facts, StewardFacts)}
    rest = tuple(one for one in decision.broadcasts if not _is_of_stranger(one))
    detail = "; ".join(filter(None, (decision.detail, "not told singly")))
    found = dataclasses.replace(decision, broadcasts=(*rest, many), detail=detail)
    if "join" in about:  # whose address it is nobody knows: it gets no question either
        found = dataclasses.replace(found, notices=())
    return _held(context, found) if about & _WAITS and decision.state is not ArrivalState.HELD else found


def _held(context: MailContext, decision: Decision) -> Decision:
    """A letter to the stewards, a wish to join, waits until they look for it."""
    entry = HeldForSteward(arrival_id=context.arrival_id, reason="stranger")
    return dataclasses.replace(decision, state=ArrivalState.HELD, entries=(*decision.entries, entry))


def _is_of_stranger(one: Broadcast) -> bool:
    return isinstance(one.facts, StewardFacts) and one.facts.about in _OF_STRANGERS
