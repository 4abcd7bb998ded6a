"""What a steward does with mail that is held: accept, reject, or add its author; one word in answer to our mail.

Must not: prove who the steward is (on_message's checks do), or act on mail that another steward settled before.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.decide.acted import Acted, declined
from gateway.decide.answering import once_per_mail
from gateway.decide.rituals.membership import newcomers_name
from gateway.decide.sent import facts_of
from gateway.model.context import Held, MailContext
from gateway.model.decision import Why
from gateway.model.entry import HeldSettled, MemberAdded
from gateway.model.facts import Act, DeclineFacts, StewardFacts, WelcomeFacts
from gateway.model.member import Member
from gateway.model.notice import Notice
from gateway.model.understood import Moderation


def settle(context: MailContext, word: Moderation) -> Acted:
    """Return what a steward's word comes to for the mail it is about."""
    held, author = context.held, context.author
    if author is None or not author.is_steward:
        return declined(Why.DECLINED, DeclineFacts(reason="not-allowed"))
    if held is None:
        return declined(Why.DECLINED, DeclineFacts(reason="not-understood"))
    if not held.waits:
        return declined(Why.DECLINED, DeclineFacts(reason="settled-already"))
    asked = facts_of(context, StewardFacts)
    if asked is not None and (asked.is_withheld or held.may_be_secret) and word is not Moderation.REJECT:
        return declined(Why.DECLINED, DeclineFacts(reason="perhaps-a-secret"))  # it would be posted, or counted
    if asked is not None and asked.about == "join" and word is Moderation.ADD:
        return _accept(context, author, held)  # what is let in is their wish to be a member
    return _RULES[word](context, author, held)


def _accept(context: MailContext, steward: Member, held: Held) -> Acted:
    return _settled(steward, held, "accept", "held-accepted", release=(held.arrival_id,))


def _reject(context: MailContext, steward: Member, held: Held) -> Acted:
    """Finish it in silence: its author may be forged, and is told nothing (RFC 3834 §4)."""
    return _settled(steward, held, "reject", "held-rejected", dismiss=(held.arrival_id,))


def _add(context: MailContext, steward: Member, held: Held) -> Acted:
    """Make its author a member, welcome them, and let the mail in."""
    if not held.address:
        return declined(Why.DECLINED, DeclineFacts(reason="not-understood"))
    if held.address in context.members_named:
        return _accept(context, steward, held)
    charter = context.workspace.charter
    member = Member(
        id=0,
        address=held.address,
        name=newcomers_name(context, held.name or held.address.partition("@")[0], held.address),
        language=charter.languages[0],
        timezone=charter.timezone,
        joined_at=context.received_at,
    )
    return _settled(
        steward,
        held,
        "add",
        "held-added",
        release=(held.arrival_id,),
        entries=(MemberAdded(member=member),),
        notices=(_welcome(context, member),),
    )


def _welcome(context: MailContext, member: Member) -> Notice:
    return Notice(
        key=once_per_mail(context, "welcome"),
        facts=WelcomeFacts(),
        member_id=0,
        address=member.address,
        name=member.name,
        language=member.language,
        timezone=member.timezone,
        due_at=context.now,
    )


def _settled(
    steward: Member,
    held: Held,
    word: str,
    act: str,
    *,
    release: tuple[int, ...] = (),
    dismiss: tuple[int, ...] = (),
    entries: tuple[MemberAdded, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> Acted:
    settled = HeldSettled(arrival_id=held.arrival_id, by=steward.id, word=word)
    return Acted(
        Why.MODERATED,
        entries=(*entries, settled),
        notices=notices,
        acts=(Act(name=act, text=held.name or held.address),),
        release=release,
        dismiss=dismiss,
    )


_RULES: dict[Moderation, Callable[[MailContext, Member, Held], Acted]] = {
    Moderation.ACCEPT: _accept,
    Moderation.REJECT: _reject,
    Moderation.ADD: _add,
}
