"""Joining, leaving, inviting, removing, further addresses by mail, all confirmed; help, status, mail to the owner.

Must not: prove who wrote (on_message's checks do).
"""

from __future__ import annotations

import dataclasses

from gateway.decide import digests
from gateway.decide.acted import Acted, declined, joined
from gateway.decide.addressed import to_member
from gateway.decide.after import after
from gateway.decide.answering import once_per_day, once_per_mail, to_author, to_stewards
from gateway.decide.people import named_apart
from gateway.decide.rituals import settings, task
from gateway.decide.sent import facts_of
from gateway.model.address import Door, fold_address, is_erased
from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext, RoundView, Trust
from gateway.model.decision import Broadcast, Group, Why
from gateway.model.entry import AddressAdded, HeldForSteward, MemberAdded, MemberLeft
from gateway.model.facts import (
    Act,
    ConfirmFacts,
    DeclineFacts,
    HelpFacts,
    Item,
    StatusFacts,
    StewardFacts,
    WelcomeFacts,
)  # fmt: skip
from gateway.model.member import Delivery, Member
from gateway.model.message import Message
from gateway.model.notice import Notice
from gateway.model.reading import CommandReading, Intent
from gateway.model.round import Phase, VoteForm
from gateway.model.understood import Enrolling, Enrolment, Moderating, Moderation, Reading, Understood

_MOST_AT_ONCE = 20  # people invited or removed by one mail


# --- joining --------------------------------------------------------------------------------------------------------


def ask_to_join(context: MailContext, message: Message) -> Acted:
    """Return what a request to join comes to: please confirm, once a day and address; the stewards are told."""
    charter = context.workspace.charter
    if context.author is not None:
        return declined(Why.DECLINED, DeclineFacts(reason="already-a-member", subject=message.subject))
    if charter.joining == "invited":
        return declined(Why.DECLINED, DeclineFacts(reason="invited-only", subject=message.subject))
    key = once_per_day(context, message, "confirm:join")
    facts = ConfirmFacts(act="join", title=charter.name, address=message.author_address)
    notice = to_author(context, message, facts, key)
    # Where a steward decides, they are told once the wish is confirmed: until then it may be somebody else's.
    told = (to_stewards(context, message, "join", key=f"steward:{key}"),) if charter.joining == "open" else ()
    return Acted(Why.ASKED_BACK, notices=(notice,), broadcasts=told, settled=False, detail="join")


def join(context: MailContext, message: Message, asked: ConfirmFacts) -> Acted:
    """Return a confirmed join: a member with the workspace's language and zone, and a word of welcome. Where the
    charter leaves it to the stewards, who was not invited waits for them.

    A yes counts for the time it was asked in: who left since then, or was removed, asks anew.
    """
    assert message.author is not None
    if context.author is not None:
        return declined(Why.DECLINED, DeclineFacts(reason="already-a-member", subject=message.subject))
    charter = context.workspace.charter
    asked_at = context.answering.sent_at if context.answering else None
    if context.left_at is not None and (asked_at is None or asked_at <= context.left_at):
        return ask_to_join(context, message)
    if charter.joining != "open" and not asked.by and not context.confirmed:
        return _waits_for_stewards(context, message)
    member = Member(
        id=0,
        address=message.author_address,
        name=newcomers_name(context, message.author.name, message.author_address),
        language=charter.languages[0],
        timezone=charter.timezone,
        joined_at=context.received_at,
    )
    welcome = to_author(context, message, WelcomeFacts(), once_per_mail(context, "welcome"))
    told = to_stewards(context, message, "joined", key=once_per_mail(context, "steward:joined"))
    return Acted(Why.JOINED, entries=(MemberAdded(member=member),), notices=(welcome,), broadcasts=(told,))


def newcomers_name(context: MailContext, name: str, address: str) -> str:
    """Return what somebody goes by from now on; `context.members` are everyone. Nobody takes another's name by mail."""
    return named_apart(name, address, context.members, context.workspace.charter.name, context.workspace.name)


def adds_somebody(context: MailContext, understood: Understood) -> bool:
    """Whether a mail may make somebody a member, so that all members have to be known before it does."""
    asked = facts_of(context, ConfirmFacts)
    is_yes = asked is not None and asked.act == "join"
    return is_yes or any(
        isinstance(piece.reading, Moderating) and piece.reading.word is Moderation.ADD for piece in understood.pieces
    )


def _waits_for_stewards(context: MailContext, message: Message) -> Acted:
    entry = HeldForSteward(arrival_id=context.arrival_id, reason="join")
    key = once_per_day(context, message, "steward:join")
    told = to_stewards(context, message, "join", key=key, arrival_id=context.arrival_id)
    facts = DeclineFacts(reason="waits-for-steward")
    waits = to_author(context, message, facts, once_per_day(context, message, "join"))
    return Acted(
        Why.ASKED_BACK,
        entries=(entry,),
        notices=(waits,),
        broadcasts=(told,),
        state=ArrivalState.HELD,
        settled=False,
        detail="join",
    )


# --- leaving --------------------------------------------------------------------------------------------------------


def ask_to_leave(context: MailContext, message: Message, scope: str | None = None) -> Acted:
    """Return what a request to leave comes to: please confirm; leaving one channel needs no more than a setting."""
    member = context.author
    if member is None:
        return declined(Why.DECLINED, DeclineFacts(reason="not-a-member", subject=message.subject))
    if scope and scope != "all":
        return _leave_channel(context, member, scope)
    if _is_last_steward(context, member):
        return declined(Why.DECLINED, DeclineFacts(reason="last-steward", subject=message.subject))
    facts = ConfirmFacts(act="leave", title=context.workspace.charter.name, address=message.author_address)
    is_proven = context.trust is Trust.PROVEN  # else it may be somebody else who asks, and asks again
    key = once_per_mail(context, "confirm:leave") if is_proven else once_per_day(context, message, "confirm:leave")
    return Acted(Why.ASKED_BACK, notices=(to_author(context, message, facts, key),), settled=False, detail="leave")


def _leave_channel(context: MailContext, member: Member, scope: str) -> Acted:
    wanted = scope.strip().lstrip("#").casefold()
    channel = next((name for name in context.workspace.charter.channels if name.casefold() == wanted), None)
    if channel is None:
        return declined(Why.DECLINED, DeclineFacts(reason="unknown-channel", detail=scope))
    channels = {**member.settings.channels, channel: Delivery.NONE}
    return settings.change(member, (Act(name="channel-left", text=channel),), channels=channels)


def leave(context: MailContext, message: Message) -> Acted:
    """Return a confirmed leave: ballots cast are kept, and a last word is sent."""
    member = context.author
    if member is None:
        return declined(Why.DECLINED, DeclineFacts(reason="not-a-member", subject=message.subject))
    if _is_last_steward(context, member):
        return declined(Why.DECLINED, DeclineFacts(reason="last-steward", subject=message.subject))
    goodbye = to_author(context, message, WelcomeFacts(left=True), once_per_mail(context, "welcome"))
    told = to_stewards(context, message, "left", key=once_per_mail(context, "steward:left"))
    entry = MemberLeft(member_id=member.id, by=member.id)
    return Acted(Why.LEFT, entries=(entry,), notices=(goodbye,), broadcasts=(told,))


# --- inviting and removing others -----------------------------------------------------------------------------------


def enrol(context: MailContext, message: Message, asked: Enrolling) -> Acted:
    """Return what a request about other people comes to: those invited are asked themselves, a removal is confirmed."""
    if not may_enrol(context, asked):
        return declined(Why.DECLINED, DeclineFacts(reason="not-allowed"))
    addresses = tuple(dict.fromkeys(fold_address(address) for address in asked.addresses))
    rule = _invite if asked.act is Enrolment.INVITE else _remove
    parts: list[Acted] = []
    for address in addresses[:_MOST_AT_ONCE]:
        parts.append(rule(context, message, address))
        context = after(context, parts[-1].entries)  # who is left, for the next of them
    return joined(parts)


def may_enrol(context: MailContext, asked: Enrolling) -> bool:
    """Whether the author may: stewards, and for inviting the roles that the charter names."""
    if context.author is None:
        return False
    charter, roles = context.workspace.charter, context.author.roles
    return context.author.is_steward or (asked.act is Enrolment.INVITE and charter.allows(roles, "invite"))


def _invite(context: MailContext, message: Message, address: str) -> Acted:
    """Ask somebody whether they would join: once a day and address, whoever invites them."""
    if address in context.members_named:
        return _no_act("already-a-member", address)
    if address.rpartition("@")[2] == context.workspace.charter.domain:
        return _no_act("cannot-invite", address)  # one of our own addresses: the mail would come back to us
    assert context.author is not None
    charter = context.workspace.charter
    by = context.author.name or context.author.address
    notice = Notice(
        key=f"confirm:invite:{address}:{context.received_at.date().isoformat()}",
        facts=ConfirmFacts(act="join", title=charter.name, address=address, by=by),
        member_id=0,
        address=address,
        name="",
        language=charter.languages[0],
        timezone=charter.timezone,
        due_at=context.now,
    )
    return Acted(Why.INVITED, notices=(notice,), acts=(Act(name="invited", text=address),))


def _remove(context: MailContext, message: Message, address: str) -> Acted:
    member = context.members_named.get(address)
    if member is None:
        return _no_act("not-known", address)
    if _is_last_steward(context, member):
        return _no_act("last-steward", address)
    return dataclasses.replace(taken_off(context, member), acts=(Act(name="removed", text=member.name or address),))


def taken_off(context: MailContext, member: Member) -> Acted:
    """Return what it comes to that a steward takes somebody off: they hear of it, and so do the other stewards."""
    assert context.author is not None
    by = context.author.name or context.author.address
    key = once_per_mail(context, f"welcome:removed:{member.id}")
    goodbye = to_member(member, WelcomeFacts(left=True, by=by), key, context.now)
    facts = StewardFacts(about="removed", name=member.name, address=member.address, by=by)
    told = Broadcast(
        key=once_per_mail(context, f"steward:removed:{member.id}"),
        facts=facts,
        group=Group.STEWARDS,
        leave_out=frozenset({context.author.id, member.id}),
    )
    return Acted(
        Why.REMOVED,
        entries=(MemberLeft(member_id=member.id, by=context.author.id),),
        notices=() if member.suspended else (goodbye,),
        broadcasts=(told,),
    )


def welcome_back(context: MailContext, member_id: int, address: str) -> Notice:
    """Tell who was taken off, and was told so, that they are here again."""
    charter = context.workspace.charter
    return Notice(
        key=once_per_mail(context, f"welcome:back:{member_id}"),
        facts=WelcomeFacts(),
        member_id=member_id,
        address=address,
        name="",
        language=charter.languages[0],
        timezone=charter.timezone,
        due_at=context.now,
    )


def weighs_on_stewards(context: MailContext, understood: Understood) -> bool:
    """Whether a mail may take away a steward, so that all members have to be known before it does."""
    asked = facts_of(context, ConfirmFacts)
    return (
        context.destination.door is Door.LEAVE
        or (asked is not None and asked.act in ("leave", "remove"))
        or any(_may_take_away(piece.reading) for piece in understood.pieces)
    )


def _may_take_away(reading: Reading | None) -> bool:
    is_removal = isinstance(reading, Enrolling) and reading.act is Enrolment.REMOVE
    return is_removal or (isinstance(reading, CommandReading) and reading.intent is Intent.LEAVE)


def _is_last_steward(context: MailContext, member: Member) -> bool:
    """Whether nobody would be left to settle what is held. `context.members` are everyone."""
    others = (one for one in context.members if one.id != member.id and one.left_at is None)
    return member.is_steward and not any(one.is_steward for one in others)


def _no_act(reason: str, address: str) -> Acted:
    return declined(Why.DECLINED, DeclineFacts(reason=reason, detail=address))


# --- further addresses ----------------------------------------------------------------------------------------------


def ask_whose_address(context: MailContext, message: Message) -> Notice | None:
    """Return the question to a member whether an unknown address that answered their mail is theirs.

    It goes to the address we know: only who reads there can say so. One a day, whatever address it is: one mail of
    ours in wrong hands must not become many to its reader. What is not asked about is still held for the stewards.
    """
    owner, address = context.token_owner, message.author_address
    if owner is None or not address:
        return None
    facts = ConfirmFacts(act="address", title=address, arrival_id=context.arrival_id, address=owner.address)
    key = f"confirm:address:{owner.id}:{context.received_at.date().isoformat()}"
    return to_member(owner, facts, key, context.now)


def add_address(context: MailContext, asked: ConfirmFacts) -> Acted:
    """Return a confirmed further address: it is noted, and the mail that came from it is let in.

    What else waits from there is read anew, as mail of theirs, when that is recorded.
    """
    assert context.author is not None
    if is_erased(asked.title):  # whoever wrote from there was erased while the question waited
        return declined(Why.DECLINED, DeclineFacts(reason="settled-already"))
    known = context.members_named.get(asked.title)
    if known is not None and known.id != context.author.id:
        return _no_act("address-taken", asked.title)
    entry = AddressAdded(member_id=context.author.id, address=asked.title)
    return Acted(
        Why.SETTINGS,
        entries=(entry,) if known is None else (),
        acts=(Act(name="address-added", text=asked.title),),
        release=(asked.arrival_id,),
    )


# --- help, status, owner --------------------------------------------------------------------------------------------


def give_help(context: MailContext, message: Message) -> Acted:
    """Return how to take part: to a member as often as asked, to others once a day."""
    channels = tuple((name, channel.purpose) for name, channel in context.workspace.charter.channels.items())
    key = once_per_mail(context, "help") if context.author else once_per_day(context, message, "help")
    notice = to_author(context, message, HelpFacts(channels=channels if context.author else ()), key)
    return Acted(Why.HELPED, notices=(notice,), settled=False)


def status(context: MailContext, message: Message) -> Acted:
    """Return what is open: what waits for the one who asked first, then the votes that run."""
    running = [view for view in context.rounds.values() if digests.runs(view.round, context.now)]
    open_ = [view for view in running if view.round.phase is Phase.OPEN]
    waiting = [view for view in open_ if view.in_electorate and view.standing is None]
    votes = [view for view in running if isinstance(view.round.form, VoteForm) and view not in waiting]
    own = sorted(task.own(context), key=digests.by_due)
    tasks = tuple(
        digests.task_line(one, settings.local_day(context.author, context.now)) for one in own if context.author
    )
    facts = StatusFacts(
        needs_you=(
            *(digests.waiting_line(view, view.answered) for view in sorted(waiting, key=_by_close)),
            *tasks,
        ),
        open_votes=tuple(digests.open_vote_line(view, view.answered) for view in sorted(votes, key=_by_close)),
        settings=settings.lines(context, context.author) if context.author else (),
    )
    items = tuple(Item(mark=view.round.mark, text=view.round.title) for view in sorted(running, key=_by_close))
    items += tuple(Item(mark=one.mark, text=one.title) for one in own)
    notice = to_author(context, message, facts, once_per_mail(context, "status"), items=items)
    return Acted(Why.HELPED, notices=(notice,), settled=False)


def _by_close(view: RoundView) -> tuple[object, str]:
    return view.round.closes_at, view.round.mark


def to_owner(context: MailContext, message: Message, text: str) -> Acted:
    """Return mail to the owner: every steward gets it, nobody else does."""
    told = to_stewards(context, message, "owner", key=once_per_mail(context, "owner"), text=text)
    return Acted(Why.HELPED, broadcasts=(told,), settled=False)
