"""What waited while mail reached no steward goes to those whom it reaches now; a fault is logged where it reaches none.

Must not: say what goes to whom (decide/stewards.py does), or write anything but the inbox and the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from gateway.decide import audience, stewards
from gateway.model.arrival import REACHED_AGAIN, ArrivalState
from gateway.model.context import Workspace
from gateway.model.decision import Why
from gateway.model.entry import (
    DeliveryResumed,
    DeliverySuspended,
    Entry,
    MemberAdded,
    MemberLeft,
    MemberRenamed,
    MemberReturned,
)
from gateway.model.notice import Notice, NoticeState, StoredNotice
from store.notice_rows import RETURNED
from store.transaction import Transaction

log = structlog.get_logger()

_OF_PEOPLE = (DeliveryResumed, DeliverySuspended, MemberAdded, MemberLeft, MemberRenamed, MemberReturned)


def tell(tx: Transaction, workspace: Workspace, entries: Sequence[Entry], now: datetime) -> tuple[Notice, ...]:
    """Return the notices to stewards whom mail reaches by these entries; letters that were held are put back.

    Where mail reaches no steward any more, somebody has to look: it cannot be told by mail.
    """
    if not any(isinstance(entry, _OF_PEOPLE) for entry in entries):
        return ()
    members = tx.people.all(workspace.id)
    if not audience.reachable(members) and stewards.may_lose_one(entries):
        log.error("no steward reached", workspace=workspace.name)
    if not stewards.may_gain_one(entries, members):
        return ()
    for number in tx.inbox.held_as(workspace.id, Why.NO_STEWARD):
        tx.inbox.put_back(number, REACHED_AGAIN)
    kept = _of_stewards(tx, workspace, state=NoticeState.SUPPRESSED)
    told = stewards.told_at_last(kept, members, now)
    for notice_id in told.again:
        tx.outbox.requeue(notice_id)
    resumed = [entry.member_id for entry in entries if isinstance(entry, DeliveryResumed)]
    theirs = [one for member_id in resumed for one in _of_stewards(tx, workspace, member_id=member_id)]
    returned = [one for one in theirs if one.state is NoticeState.FAILED or one.reason == RETURNED]
    return (*told.notices, *stewards.sent_again(returned, members, now))


def _of_stewards(tx: Transaction, workspace: Workspace, **which: Any) -> list[StoredNotice]:
    """Return notices to stewards, oldest first, without those about a mail that waits no more."""
    found = tx.outbox.list(limit=None, workspace_id=workspace.id, kind="steward", **which)
    return [one for one in reversed(found) if _still_waits(tx, stewards.waits_by_mail(one))]


def unreached(tx: Transaction) -> int:
    """Return how many workspaces have stewards, and mail reaches none of them."""
    people = (tx.people.all(workspace_id) for workspace_id in tx.people.with_suspended())
    return sum(any(one.is_steward for one in members) and not audience.reachable(members) for members in people)


def _still_waits(tx: Transaction, arrival_id: int) -> bool:
    held = tx.inbox.get(arrival_id) if arrival_id else None
    return not arrival_id or (held is not None and held.state is ArrivalState.HELD)
