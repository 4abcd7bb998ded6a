"""What stewards are told of notices that failed for good, with addresses and reasons, and of such as wait since the
server wants none from us: one mail a day at most of each.

Must not: look at notices; the pipeline loads what failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from gateway.model.context import Due, DueKind, TickContext
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.facts import StewardFacts

KEY = "undelivered"
GATHERED_FOR = timedelta(minutes=15)  # what fails together is told together
AGAIN_AFTER = timedelta(days=1)
_MOST_LINES = 20


def due(now: datetime) -> Due:
    """Return the due row of notices that fail or are refused from now on; where one is planned already, it stays."""
    return Due(key=KEY, kind=DueKind.UNDELIVERED, at=now + GATHERED_FOR, since=now)


def tell(due: Due, context: TickContext) -> Decision:
    """Tell the stewards what failed since and what still waits, and look again a day later; nothing new ends it."""
    facts = [*_failed(context.undelivered), *_waiting(context.refused_us)]
    if not facts:
        return Decision(Why.NOTHING_NEW)
    day = context.now.date().isoformat()
    told = tuple(Broadcast(key=f"{one.about}:{day}", facts=one, group=Group.STEWARDS) for one in facts)
    again = Due(key=KEY, kind=DueKind.UNDELIVERED, at=context.now + AGAIN_AFTER, since=context.now)
    return Decision(Why.TOLD, broadcasts=told, due=(again,))


def _failed(found: Sequence[tuple[str, str]]) -> Iterator[StewardFacts]:
    lines = [f"{address}: {answered}" if answered else address for address, answered in dict(found).items()]
    more = [f"(+ {len(lines) - _MOST_LINES})"] if len(lines) > _MOST_LINES else []
    if found:
        yield StewardFacts(about="undelivered", text="\n".join(lines[:_MOST_LINES] + more), count=len(found))


def _waiting(found: Sequence[str]) -> Iterator[StewardFacts]:
    """Said at all, it reaches them once that is mended, or where only some mail is refused."""
    if found:
        yield StewardFacts(about="refused-us", text=found[-1], count=len(found))
