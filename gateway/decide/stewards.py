"""Letters to stewards whom no mail reaches: held, their authors told so; and told at last to one whom it reaches again.

A steward who pauses is sent them all the same (audience.py); this is for mail that is suspended, or for a workspace
that nobody is steward of. Must not: say to whom something goes, or decide when mail goes there again (bounces.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec

from gateway.decide.addressed import to_member
from gateway.decide.answering import once_per_day, to_author
from gateway.decide.audience import reachable
from gateway.model.address import is_sendable
from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.entry import (
    DeliveryResumed,
    DeliverySuspended,
    Entry,
    HeldForSteward,
    MemberAdded,
    MemberLeft,
    MemberRenamed,
    MemberReturned,
)
from gateway.model.facts import DeclineFacts, Facts, StewardFacts
from gateway.model.member import Member
from gateway.model.notice import Notice, StoredNotice
from gateway.model.understood import Understood

MOST_TOLD_SINGLY = 50  # of what waited: a mail server takes so many at once for no flood


def is_letter(decision: Decision) -> bool:
    """Whether a mail is a letter to the stewards that goes to them now."""
    return any(map(_is_letter, decision.broadcasts))


def held_for_one(
    context: MailContext, understood: Understood, decision: Decision, members: Collection[Member]
) -> Decision:
    """Return a decision on a letter to the stewards, held where it would reach none of them; its author is told so.

    A stranger is told only where nobody else may be meant, once a day and address as every answer to them.
    """
    if context.trying or reachable(members):
        return decision
    entry = HeldForSteward(arrival_id=context.arrival_id, reason=Why.NO_STEWARD.value)
    return dataclasses.replace(
        decision,
        why=Why.NO_STEWARD,
        state=ArrivalState.HELD,
        entries=(*decision.entries, entry),
        notices=(*decision.notices, *_told_to_wait(context, understood)),
        broadcasts=tuple(one for one in decision.broadcasts if not _is_letter(one)),
    )


def _told_to_wait(context: MailContext, understood: Understood) -> tuple[Notice, ...]:
    message = understood.message
    is_anybodys = context.author is None and (context.is_forged or not understood.written.is_answerable)
    if is_anybodys or not is_sendable(message.author_address):
        return ()
    facts = DeclineFacts(reason=Why.NO_STEWARD.value, subject=message.subject)
    return (to_author(context, message, facts, once_per_day(context, message, "decline:no-steward")),)


def _is_letter(one: Broadcast) -> bool:
    return one.group is Group.STEWARDS and is_letter_to_them(one.facts)


def is_letter_to_them(facts: Facts) -> bool:
    """Whether stewards are sent what somebody wrote to them."""
    return isinstance(facts, StewardFacts) and facts.about == "owner"


# --- who is there ---------------------------------------------------------------------------------------------------

_MAY_LOSE_ONE = (DeliverySuspended, MemberLeft, MemberRenamed)


def may_lose_one(entries: Iterable[Entry]) -> bool:
    """Whether mail may reach one steward fewer from now on."""
    return any(isinstance(entry, _MAY_LOSE_ONE) for entry in entries)


def may_gain_one(entries: Iterable[Entry], members: Collection[Member]) -> bool:
    """Whether mail may reach one steward more from now on; `members` are as these entries leave them."""
    ids = {one.id for one in reachable(members)}
    return any(_is_of_a_steward(entry, ids) for entry in entries)


def _is_of_a_steward(entry: Entry, ids: Collection[int]) -> bool:
    match entry:
        case MemberAdded(member=member):
            return member.is_steward
        case DeliveryResumed(member_id=number) | MemberReturned(member_id=number):
            return number in ids
        case MemberRenamed(member_id=number, roles=roles):
            return roles is not None and number in ids
    return False


# --- told at last ---------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class ToldAtLast:
    """Copies of their own that stewards are sent now, by id; and new ones."""

    again: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()


def told_at_last(kept: Sequence[StoredNotice], members: Collection[Member], now: datetime) -> ToldAtLast:
    """Return what goes to the stewards whom mail reaches, of copies kept while it reached none, oldest first.

    Of what waits for a steward all of them get a copy, whoever was one then; what is beyond a number is told together.
    """
    parts = [_told(steward, kept, now) for steward in reachable(members)]
    return ToldAtLast(
        tuple(number for part in parts for number in part.again),
        tuple(notice for part in parts for notice in part.notices),
    )


def _told(steward: Member, kept: Sequence[StoredNotice], now: datetime) -> ToldAtLast:
    own = {_base(one): one for one in kept if one.notice.member_id == steward.id}
    others = {_base(one): one for one in kept if waits_by_mail(one)}
    bases = list(dict.fromkeys(base for one in kept if (base := _base(one)) in own or base in others))
    few, more = bases[:MOST_TOLD_SINGLY], len(bases[MOST_TOLD_SINGLY:])
    copies = [to_member(steward, others[b].notice.facts, f"{b}:{steward.id}", now) for b in few if b not in own]
    if more:
        key = f"kept:{now.date().isoformat()}:{steward.id}"
        copies.append(to_member(steward, StewardFacts(about="kept", count=more), key, now))
    return ToldAtLast(tuple(own[base].id for base in few if base in own), tuple(copies))


def sent_again(returned: Sequence[StoredNotice], members: Collection[Member], now: datetime) -> tuple[Notice, ...]:
    """Return new copies of what came back before mail to a steward was suspended: it waits, or was written to them."""
    reached = {steward.id for steward in reachable(members)}
    return tuple(
        msgspec.structs.replace(one.notice, key=f"{_base(one)}:again:{one.notice.member_id}", due_at=now)
        for one in returned[-MOST_TOLD_SINGLY:]
        if one.notice.member_id in reached and (waits_by_mail(one) or is_letter_to_them(one.notice.facts))
    )


def waits_by_mail(stored: StoredNotice) -> int:
    """Return the held mail that a steward's copy is about, 0 where it is about none."""
    facts = stored.notice.facts
    return facts.arrival_id if isinstance(facts, StewardFacts) else 0


def _base(stored: StoredNotice) -> str:
    """Return the key of the broadcast that a copy is of."""
    return stored.notice.key.rpartition(":")[0]
