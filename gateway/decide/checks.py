"""The checks a mail passes before its pieces are looked at, in order; the first that answers settles the mail.

Machines, answers to `please confirm`, strangers, unproven authors, addresses that say it all, mails without text.
Must not: look into pieces further than to see what kind they are.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.decide import bounces, rounds
from gateway.decide.acted import Acted, declined, ignored
from gateway.decide.answering import once_per_mail, to_author, to_stewards
from gateway.decide.rituals import govern, membership, posting, vote
from gateway.decide.sent import facts_of, has_own_token
from gateway.model.address import OFFERED, Door, fold_address
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Method, Pick, PlusOne
from gateway.model.context import MailContext, Trust
from gateway.model.decision import Why
from gateway.model.entry import HeldForSteward, Reacted
from gateway.model.nature import Nature
from gateway.model.notice import ConfirmFacts, DeclineFacts
from gateway.model.reading import BallotKind, BallotReading, CheckInReading, CommandReading, Intent
from gateway.model.round import VoteForm
from gateway.model.understood import Act as Governed
from gateway.model.understood import Governing, Piece, Settle, Understood


def _machine(context: MailContext, understood: Understood) -> Acted | None:
    rule = _NATURES.get(understood.written.nature)
    return rule(context, understood) if rule else None


def _reacted(context: MailContext, understood: Understood) -> Acted:
    mark = context.answering.mark if context.answering else context.thread.mark if context.thread else ""
    reaction = understood.written.reaction
    if context.author is None or reaction is None or not mark or context.trust is Trust.FAILED:
        return ignored(Why.MACHINE, "a reaction to nothing of ours")
    entry = Reacted(mark=mark, member_id=context.author.id, emoji=reaction.emoji)
    return Acted(Why.REACTED, entries=(entry,), settled=False)


def _calendar_answer(context: MailContext, understood: Understood) -> Acted | None:
    """Read an answer to an invitation as the vote it is, where it answers one."""
    view = rounds.answered_view(context, "")
    stated = understood.written.calendar
    choice = _PARTSTATS.get(stated.partstat) if stated else None
    if context.author is None or view is None or not isinstance(view.round.form, VoteForm) or choice is None:
        return ignored(Why.MACHINE, "a calendar answer to no vote of ours")
    if (unproven := _unproven(context, understood)) is not None:
        return unproven
    picked = choice.get(view.round.form.question.method)
    if picked is None:
        return ignored(Why.MACHINE, "a calendar answer to a vote that has other options")
    comment = stated.comment.strip() or None if stated else None
    reading = BallotReading(BallotKind.BALLOT, picked[0], comment=comment, evidence=stated.partstat if stated else "")
    return vote.answer(context, view, reading, comment or "", understood.message)


# RFC 5545 §3.2.12: what an attendee may state, as the options of each method; None abstains.
_PARTSTATS: dict[str, dict[Method, tuple[Pick | PlusOne | None]]] = {
    "accepted": {
        Method.YESNO: (Pick("Yes"),),
        Method.CONSENT: (Pick("Agree"),),
        Method.LAZY: (Pick("Agree"),),
        Method.PLUSONE: (PlusOne(1.0),),
    },
    "tentative": dict.fromkeys((Method.YESNO, Method.CONSENT, Method.LAZY, Method.PLUSONE), (None,)),
    "declined": {
        Method.YESNO: (Pick("No"),),
        Method.CONSENT: (Pick("Disagree"),),
        Method.LAZY: (Pick("Disagree"),),
        Method.PLUSONE: (PlusOne(-1.0),),
    },
}


def _invited(context: MailContext, understood: Understood) -> Acted | None:
    """Let an invitation's own words be read; one without any is for calendars."""
    return None if understood.pieces else ignored(Why.MACHINE, "an invitation")


def _unsubscribed(context: MailContext, understood: Understood) -> Acted:
    """Read the button of a mail program: at once where the author is proven, else confirmed like every leave."""
    if context.author is None:
        return ignored(Why.STRANGER, "unsubscribed, but no member")
    if context.trust is Trust.PROVEN:
        return membership.leave(context, understood.message)
    return membership.ask_to_leave(context, understood.message)


_NATURES: dict[Nature, Callable[[MailContext, Understood], Acted | None]] = {
    Nature.OWN_LOOP: lambda context, understood: ignored(Why.LOOP, understood.written.reason),
    Nature.BULK: lambda context, understood: ignored(Why.MACHINE, understood.written.reason),
    Nature.READ_RECEIPT: lambda context, understood: ignored(Why.MACHINE, understood.written.reason),
    Nature.DSN_SUCCESS: lambda context, understood: ignored(Why.MACHINE, understood.written.reason),
    Nature.DELAY: lambda context, understood: ignored(Why.DELAY, understood.written.reason),
    Nature.BOUNCE: bounces.bounced,
    Nature.COMPLAINT: bounces.complained,
    Nature.AUTOREPLY: bounces.noted_away,
    Nature.REACTION: _reacted,
    Nature.CALENDAR_REQUEST: _invited,
    Nature.CALENDAR_ANSWER: _calendar_answer,
    Nature.CALENDAR_CANCEL: lambda context, understood: ignored(Why.MACHINE, understood.written.reason),
    Nature.UNSUBSCRIBE: _unsubscribed,
}


def _confirmation(context: MailContext, understood: Understood) -> Acted | None:
    """Settle an answer to `please confirm`: what was held is done now, by the one it was held for."""
    asked, author = facts_of(context, ConfirmFacts), understood.message.author
    if asked is None or author is None or not has_own_token(context):
        return None
    if asked.address != fold_address(author.address):
        return None  # forwarded: who holds the question is not who was asked
    agrees = _agrees(understood, asked)
    if agrees is None:
        return declined(Why.ASKED_BACK, DeclineFacts(reason="not-confirmed", title=asked.title))
    if not agrees:
        return ignored(Why.DECLINED, f"{asked.act} not confirmed")
    if asked.act == "join":
        return membership.join(context, understood.message)
    if asked.act == "leave":
        return membership.leave(context, understood.message)
    return Acted(Why.CONFIRMED, release=(asked.arrival_id,), settled=False)


def _agrees(understood: Understood, asked: ConfirmFacts) -> bool | None:
    """Return yes, no, or None in doubt. An answer without words agrees: the question says that replying is enough."""
    if not understood.pieces:
        return True if understood.unreadable in (None, "empty") else None
    reading = understood.pieces[0].reading
    match reading:
        case Settle(number=number):
            return number > 0
        case CommandReading(intent=intent):
            return True if intent.value == asked.act else None
        case _:
            return None


def _stranger(context: MailContext, understood: Understood) -> Acted | None:
    """Return what becomes of mail of nobody we know, as the charter says; None for members and for guests let in."""
    if context.author is not None and context.author.left_at is None:
        return None
    message = understood.message
    asked = _DOORS_FOR_ALL.get(context.destination.door) or _asked_by_stranger(understood)
    if asked is not None:
        return asked(context, understood)
    charter = context.workspace.charter
    if context.answering is not None or context.foreign_token:
        return _held(context, understood, "stranger", Why.STRANGER)  # perhaps a member's other address: never lost
    if charter.strangers == "accept" or charter.posting == "anyone":
        text = understood.new_text.own or "\n\n".join(piece.text for piece in understood.pieces)
        return posting.post(context, message, text) if text.strip() else ignored(Why.EMPTY)
    if charter.strangers == "hold":
        return _held(context, understood, "stranger", Why.STRANGER)
    return ignored(Why.STRANGER)  # no answer now: its address may be forged (RFC 3834 §4, backscatter)


def _asked_by_stranger(understood: Understood) -> Callable[[MailContext, Understood], Acted] | None:
    reading = understood.pieces[0].reading if len(understood.pieces) == 1 else None
    if not isinstance(reading, CommandReading):
        return None
    return {Intent.JOIN: _join, Intent.HELP: _help}.get(reading.intent)


def _held(context: MailContext, understood: Understood, reason: str, why: Why) -> Acted:
    entry = HeldForSteward(arrival_id=context.arrival_id, reason=reason)
    text = "" if _may_be_secret(context) else _text(understood)
    told = to_stewards(context, understood.message, "held", key=once_per_mail(context, "held"), text=text)
    return Acted(why, entries=(entry,), broadcasts=(told,), state=ArrivalState.HELD, settled=False, detail=reason)


def _may_be_secret(context: MailContext) -> bool:
    """Whether a mail may hold a ballot that stewards must not see: a member's other address is a stranger to us."""
    forms = [view.round.form for view in context.rounds.values()]
    return any(isinstance(form, VoteForm) and (form.secret or form.hidden) for form in forms)


def _text(understood: Understood) -> str:
    return understood.new_text.own.strip() or "\n\n".join(piece.text for piece in understood.pieces).strip()


def _unproven(context: MailContext, understood: Understood) -> Acted | None:
    """Hold what its author is not proven enough for, and ask them to confirm (product.md §7)."""
    asked = next((name for name, doubtful in _proof_wanted(context, understood) if doubtful), None)
    if asked is None:
        return None
    message = understood.message
    address = fold_address(message.author.address) if message.author else ""
    facts = ConfirmFacts(act=asked, title=message.subject, arrival_id=context.arrival_id, address=address)
    return Acted(
        Why.NOT_AUTHENTIC,
        entries=(HeldForSteward(arrival_id=context.arrival_id, reason="not-authentic"),),
        notices=(to_author(context, message, facts, once_per_mail(context, "confirm")),),
        state=ArrivalState.HELD,
        settled=False,
        detail=context.trust.value,
    )


def _proof_wanted(context: MailContext, understood: Understood) -> tuple[tuple[str, bool], ...]:
    # A reply to all carries somebody else's token: it proves less than one's own, yet it answers a mail of ours, and
    # the receipt goes to whoever is named as its author. Nothing at all is a new mail with a mark in its subject.
    answers_ours = context.answering is not None and not context.expired_token
    by_token = context.proven_by_token or (context.trust is Trust.CLAIMED and answers_ours)
    by_nothing = context.trust is Trust.CLAIMED and not answers_ours
    governs = any(_governs(context, piece) for piece in understood.pieces)
    answers = any(_answers(context, piece) for piece in understood.pieces)
    enough = context.workspace.charter.token_is_enough
    return (
        ("mail", context.trust is Trust.FAILED),  # outweighs any token
        ("mail", (by_token or by_nothing) and not enough),
        ("govern", (by_token or by_nothing) and governs),
        ("mail", by_nothing and answers),  # a mark in a subject counts together with a proven member only
    )


def _governs(context: MailContext, piece: Piece) -> bool:
    """Whether a piece asks for what only some may. Others are told that they may not, and not asked to confirm."""
    reading, view = piece.reading, rounds.answered_view(context, piece.mark)
    if not isinstance(reading, Governing) or reading.act is Governed.ADD_OPTION or view is None:
        return False
    return govern.refusal(context, view.round, reading) is None


def _answers(context: MailContext, piece: Piece) -> bool:
    """Whether a piece answers a round that still takes answers."""
    view = rounds.answered_view(context, piece.mark)
    if view is None:
        return False
    if isinstance(piece.reading, CheckInReading):
        return True  # also a late one finds its place
    return isinstance(piece.reading, (BallotReading, Settle)) and rounds.no_longer_open(context, view) is None


def _door(context: MailContext, understood: Understood) -> Acted | None:
    """Settle what an address says without a word of the mail."""
    rule = _DOORS_FOR_ALL.get(context.destination.door) or _DOORS.get(context.destination.door)
    return rule(context, understood) if rule else None


def _join(context: MailContext, understood: Understood) -> Acted:
    return membership.ask_to_join(context, understood.message)


def _help(context: MailContext, understood: Understood) -> Acted:
    return membership.give_help(context, understood.message)


def _leave(context: MailContext, understood: Understood) -> Acted:
    reading = understood.pieces[0].reading if understood.pieces else None
    scope = reading.scope if isinstance(reading, CommandReading) and reading.intent is Intent.LEAVE else None
    return membership.ask_to_leave(context, understood.message, scope)


def _unknown(context: MailContext, understood: Understood) -> Acted:
    address, channels = context.workspace.address, context.workspace.charter.channels
    offered = ", ".join(address.tagged(name) for name in (*channels, *OFFERED))
    facts = DeclineFacts(reason="address-unknown", detail=f"{address}, {offered}")
    return declined(Why.ADDRESS_UNKNOWN, facts)


_DOORS_FOR_ALL: dict[Door, Callable[[MailContext, Understood], Acted]] = {
    Door.JOIN: _join,
    Door.HELP: _help,
    Door.OWNER: lambda context, understood: membership.to_owner(context, understood.message, _text(understood)),
}
_DOORS: dict[Door, Callable[[MailContext, Understood], Acted]] = {Door.LEAVE: _leave, Door.UNKNOWN: _unknown}


def _unreadable(context: MailContext, understood: Understood) -> Acted | None:
    """Answer clearly, once, what has no text to be read."""
    if understood.unreadable is None:
        return None
    view = rounds.answered_view(context, "")
    facts = DeclineFacts(
        reason="empty" if understood.unreadable == "empty" else "unreadable",
        mark=view.round.mark if view else "",
        title=view.round.title if view else "",
        detail=understood.unreadable,
    )
    return declined(Why.UNREADABLE, facts)


def _empty(context: MailContext, understood: Understood) -> Acted | None:
    return None if understood.pieces else declined(Why.EMPTY, DeclineFacts(reason="empty"))


IN_ORDER: tuple[Callable[[MailContext, Understood], Acted | None], ...] = (
    _machine,
    _confirmation,
    _stranger,
    _unproven,
    _door,
    _unreadable,
    _empty,
)
