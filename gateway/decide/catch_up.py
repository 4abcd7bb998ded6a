"""Catching up: what somebody missed who was away or paused, or who asks. Decisions first, the rest as titles.

It comes on return in the place of that day's digest, where a digest was left out meanwhile; and at once to who asks.
What it tells on return is told, as by a digest. What it tells who asks is told again by the next digest, unless they
answer `ok`. Must not: read words, or tell what a digest would not.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, time, timedelta

import msgspec

from gateway.decide import digest_times, digests
from gateway.decide.acted import Acted, declined, ignored
from gateway.decide.addressed import to_member
from gateway.decide.answering import once_per_mail, to_author
from gateway.decide.calendar import at_wall, local
from gateway.decide.sent import facts_of
from gateway.model.context import Due, MailContext, News, TickContext
from gateway.model.decision import Decision, Why
from gateway.model.entry import ReadUpTo
from gateway.model.facts import Act, CatchUpFacts, DeclineFacts, DigestFacts, Item, ReceiptFacts
from gateway.model.member import Member
from gateway.model.message import Message
from gateway.model.understood import CatchUp

_LOOK_BACK = timedelta(days=7)  # for who asks, names no day, and gets no digest
_MOST_BACK = timedelta(days=366)


def fall_due(due: Due, context: TickContext) -> Decision:
    """Return a member's digest, or in its place what they missed when one was left out while they were away."""
    member = next((member for member in context.members if member.id == due.member_id), None)
    charter, now = context.workspace.charter, context.now
    if not due.number or member is None or digest_times.pace(member, charter) is None:
        return digests.digest(due, context)
    day = local(now, member.timezone).date()
    if digest_times.is_silent(member, day) or member.suspended:
        return digests.digest(due, context)
    since = due.since or now - _LOOK_BACK
    found = digests.build(
        member, charter, context.news or News(), since=since, until=now, period="daily", names=context.names,
        catching_up=True,
    )  # fmt: skip
    told = msgspec.structs.replace(due, since=now, occurrence=day, number=0)
    following = digest_times.following(member, charter, now, told)
    if found is None:
        return Decision(Why.NOTHING_NEW, due=following)
    notice = to_member(member, facts(found), f"catch-up:{member.id}:{day}", now, items=items_of(facts(found)))
    return Decision(Why.DIGESTED, notices=(notice,), due=following, detail="what was missed")


def since(context: MailContext, asked: CatchUp) -> datetime:
    """Return from when on a member is told: the day they name, or what their digest has told last."""
    assert context.author is not None
    earliest = context.now - _MOST_BACK
    if asked.since is not None:
        return max(at_wall(asked.since, time(0), context.author.timezone), earliest)
    told = context.digest_due.since if context.digest_due else None
    return max(told or context.now - _LOOK_BACK, earliest)


def tell(context: MailContext, message: Message, asked: CatchUp) -> Acted:
    """Return what a member missed who asks for it; that day's digest is not sent as well."""
    member = context.author
    assert member is not None
    begin, now = since(context, asked), context.now
    found = digests.build(
        member, context.workspace.charter, context.news or News(), since=begin, until=now, period="daily",
        names=context.names, catching_up=True, though_nothing_is_new=True,
    )  # fmt: skip
    said = facts(found or DigestFacts(since=begin, until=now, period="daily"), asked=True)
    notice = to_author(context, message, said, once_per_mail(context, "catch-up"), items=items_of(said))
    return Acted(Why.HELPED, notices=(notice,), due=_replaced(context, member), settled=False)


def _replaced(context: MailContext, member: Member) -> tuple[Due, ...]:
    """Return the row of the next digest, the day it would have come today counted as told."""
    due, today = context.digest_due, local(context.now, member.timezone).date()
    if due is None or local(due.at, member.timezone).date() != today:
        return ()
    told = msgspec.structs.replace(due, occurrence=today)
    return digest_times.following(member, context.workspace.charter, due.at, told)


def mark_read(context: MailContext) -> Acted:
    """Return `ok` in answer to a catch-up: what it told is told, and no digest tells it again.

    In answer to a receipt it is a word of thanks, for which nothing is done.
    """
    if facts_of(context, ReceiptFacts) is not None:
        return ignored(Why.EMPTY, "thanks for a receipt")
    said, member, due = facts_of(context, CatchUpFacts), context.author, context.digest_due
    if said is None or member is None:
        return declined(Why.DECLINED, DeclineFacts(reason="not-understood"))
    entry = ReadUpTo(member_id=member.id, until=said.until)
    read = Acted(Why.SETTINGS, entries=(entry,), acts=(Act(name="caught-up"),))
    if due is None or (due.since is not None and due.since >= said.until):
        return read
    return dataclasses.replace(read, due=(msgspec.structs.replace(due, since=said.until, number=0),))


# --- the facts ------------------------------------------------------------------------------------------------------


def facts(found: DigestFacts, *, asked: bool = False) -> CatchUpFacts:
    """Return a digest as a catch-up: the same things in another order, check-ins and threads as titles alone."""
    waiting = {line.mark for line in found.needs_you}
    return CatchUpFacts(
        since=found.since,
        until=found.until,
        asked=asked,
        decided=found.decided,
        needs_you=found.needs_you,
        open_votes=found.open_votes,
        blockers=found.blockers,
        titles=(
            *(Item(mark=mark, text=title) for mark, title, _ in found.checkins if mark not in waiting),
            *(Item(mark=thread.mark, text=thread.subject) for thread in found.threads),
        ),
    )


def items_of(said: CatchUpFacts) -> tuple[Item, ...]:
    """Return what of a catch-up can be answered, in the order shown, each once."""
    shown = (
        *((line.mark, line.title) for line in said.decided),
        *((line.mark, line.title) for line in said.needs_you),
        *((line.mark, line.title) for line in said.open_votes),
        *((item.mark, item.text) for item in said.titles),
    )
    titles = dict(reversed(shown))
    return tuple(Item(mark=mark, text=titles[mark]) for mark in dict.fromkeys(mark for mark, _ in shown))
