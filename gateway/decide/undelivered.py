"""What stewards are told of notices that failed for good: one mail a day at most, with addresses and reasons.

Must not: look at notices; the pipeline loads what failed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.model.context import Due, DueKind, TickContext
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.notice import StewardFacts

KEY = "undelivered"
GATHERED_FOR = timedelta(minutes=15)  # what fails together is told together
AGAIN_AFTER = timedelta(days=1)
_MOST_LINES = 20


def due(now: datetime) -> Due:
    """Return the due row of notices that fail from now on; where one is planned already, it stays."""
    return Due(key=KEY, kind=DueKind.UNDELIVERED, at=now + GATHERED_FOR, since=now)


def tell(due: Due, context: TickContext) -> Decision:
    """Tell the stewards what failed since, and look again a day later; nothing new ends it."""
    found = context.undelivered
    if not found:
        return Decision(Why.NOTHING_NEW)
    lines = [f"{address}: {answered}" if answered else address for address, answered in dict(found).items()]
    more = [f"(+ {len(lines) - _MOST_LINES})"] if len(lines) > _MOST_LINES else []
    facts = StewardFacts(about="undelivered", text="\n".join(lines[:_MOST_LINES] + more), count=len(found))
    told = Broadcast(key=f"undelivered:{context.now.date().isoformat()}", facts=facts, group=Group.STEWARDS)
    again = Due(key=KEY, kind=DueKind.UNDELIVERED, at=context.now + AGAIN_AFTER, since=context.now)
    return Decision(Why.TOLD, broadcasts=(told,), due=(again,))
