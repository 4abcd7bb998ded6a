"""The checks a mail passes before its pieces are looked at, in order; the first that answers settles the mail.

Machines, answers to `please confirm`, strangers, unproven authors, addresses that say it all, mails without text.
Must not: look into pieces further than to see what kind they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec

from gateway.decide import bounces, on_click, rounds
from gateway.decide.acted import Acted, declined, ignored
from gateway.decide.answering import once_per_day, once_per_mail, to_author, to_stewards
from gateway.decide.answers_lost import answer_to_lost
from gateway.decide.asked_for import acts_undone, marks_asked, words_asked
from gateway.decide.confirming import confirmation
from gateway.decide.proof_needed import acts_of, enrolled, to_confirm
from gateway.decide.rituals import membership, posting, vote
from gateway.decide.secrecy import is_nobodys, may_be_secret
from gateway.decide.sent import has_own_token
from gateway.model.address import OFFERED, Door, is_sendable
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Method, Pick, PlusOne
from gateway.model.context import ELSEWHERE, MailContext, Trust
from gateway.model.decision import Why
from gateway.model.entry import HeldForSteward, Reacted
from gateway.model.facts import ConfirmFacts, DeclineFacts
from gateway.model.nature import Nature
from gateway.model.reading import BallotKind, BallotReading, CommandReading, Intent, TaskReading
from gateway.model.round import Phase, VoteForm
from gateway.model.understood import Piece, Reading, Settle, Stray, Understood


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
    if (unproven := _held_to_confirm(context, understood, frozenset({"vote"}))) is not None:
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
    """Read the button of a mail program as a click on the mail it was pressed in, which the member's own token names.

    It is one unsigned field, which anybody can add to a mail that they hand on: without that token it is confirmed like
    every leave, however well its author is proven.
    """
    member = context.author
    if member is None:
        return ignored(Why.STRANGER, "unsubscribed, but no member")
    if context.is_forged:
        return ignored(Why.NOT_AUTHENTIC, "unsubscribed, but its authentication failed")
    if context.trust is not Trust.PROVEN or not has_own_token(context):
        return membership.ask_to_leave(context, understood.message)
    answered, charter = context.answering, context.workspace.charter
    channel = context.thread.channel if context.thread and answered and answered.kind == "post" else None
    return on_click.stopped(member, channel if channel in charter.channels else None)


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


def _at_return_address(context: MailContext, understood: Understood) -> Acted | None:
    """Let nothing be posted from where only mail systems write (RFC 5321 §4.4), and no words that these may have made.

    Some programs answer the envelope sender all the same: a vote, what became of a task, or an absence is read where
    References carry their member's own token. Free words are not, since a program that marks nothing may have written
    them.
    """
    if context.destination.door is not Door.BOUNCE:
        return None
    is_own = context.author is not None and context.trust is Trust.PROVEN and has_own_token(context)
    is_answer = bool(understood.pieces) and all(_says_what_was_asked(piece.reading) for piece in understood.pieces)
    if is_own and is_answer and to_confirm(context, frozenset(acts_of(context, understood))) is None:
        return None
    return ignored(Why.MACHINE, "return address")


def _says_what_was_asked(reading: Reading | None) -> bool:
    if isinstance(reading, BallotReading):
        return reading.kind is not BallotKind.UNCLEAR
    is_absence = isinstance(reading, CommandReading) and reading.intent is Intent.AWAY
    return is_absence or isinstance(reading, (TaskReading, Settle))


def _stranger(context: MailContext, understood: Understood) -> Acted | None:
    """Return what becomes of mail of nobody we know, as the charter says; None for members and for guests let in."""
    if context.author is not None and context.author.left_at is None:
        return None
    message = understood.message
    asked = _DOORS_FOR_ALL.get(context.destination.door) or _asked_by_stranger(understood)
    if asked is not None and context.destination.door is not Door.OWNER:
        if context.is_forged:  # an answer would hit a victim
            return ignored(Why.NOT_AUTHENTIC, "asked by an address whose authentication failed")
        if not is_sendable(message.author_address):
            return ignored(Why.STRANGER, "asked by nobody who could be answered")
    if asked is not None:
        return asked(context, understood)
    charter = context.workspace.charter
    if context.confirmed:
        return _let_in(context, understood)
    if context.answering is not None or context.foreign_token or context.answers_lost:
        # Perhaps a member's other address: never lost, and the member is asked at the one we know.
        kept = held(context, understood, "stranger", Why.STRANGER)
        whose = membership.ask_whose_address(context, message)
        return dataclasses.replace(kept, notices=(whose,)) if whose else kept
    is_welcome = charter.strangers == "accept" or charter.posting == "anyone"
    is_anybody = context.is_forged or not is_sendable(message.author_address)
    if is_welcome and not is_anybody:
        return _withheld(context, understood) or _posted(context, understood)
    if is_welcome or charter.strangers == "hold":
        return _withheld(context, understood) or held(context, understood, "stranger", Why.STRANGER)
    return ignored(Why.STRANGER)  # no answer now: its address may be forged (RFC 3834 §4, backscatter)


def _posted(context: MailContext, understood: Understood) -> Acted:
    text = understood.new_text.own or "\n\n".join(piece.text for piece in understood.pieces)
    return posting.post(context, understood.message, text) if text.strip() else ignored(Why.EMPTY)


def _let_in(context: MailContext, understood: Understood) -> Acted:
    """Post what a steward accepted; an answer to a round counts for members alone, and is shown to nobody."""
    if context.rounds:
        return ignored(Why.STRANGER, "accepted, but it answers a round, which only members can")
    return _withheld(context, understood) or _posted(context, understood)


def _withheld(context: MailContext, understood: Understood) -> Acted | None:
    """Hold what may be an answer to a secret vote, and ask its author: they may be a member at another address."""
    if not may_be_secret(context, understood, _text(understood)):
        return None
    kept = held(context, understood, "stranger", Why.STRANGER)
    if context.is_forged or not understood.written.is_answerable:  # an answer would hit a victim, or a machine
        return kept
    return dataclasses.replace(kept, decline=DeclineFacts(reason="perhaps-a-vote"))


def _asked_by_stranger(understood: Understood) -> Callable[[MailContext, Understood], Acted] | None:
    reading = understood.pieces[0].reading if len(understood.pieces) == 1 else None
    if not isinstance(reading, CommandReading):
        return None
    return {Intent.JOIN: _join, Intent.HELP: _help}.get(reading.intent)


def held(
    context: MailContext, understood: Understood, reason: str, why: Why, *, about: str = "held", daily: bool = False
) -> Acted:
    """Return a mail held for the stewards, who are told of each, or of the first a day and author."""
    entry = HeldForSteward(arrival_id=context.arrival_id, reason=reason)
    is_secret = may_be_secret(context, understood, _text(understood))
    told = to_stewards(
        context,
        understood.message,
        about,
        key=once_per_day(context, understood.message, about) if daily else once_per_mail(context, about),
        text="" if is_secret else _text(understood),
        arrival_id=context.arrival_id,
        subject="" if is_secret else None,  # "V-7: Oslo" may be all of a ballot
        is_withheld=is_secret and is_nobodys(context),
    )
    return Acted(why, entries=(entry,), broadcasts=(told,), state=ArrivalState.HELD, settled=False, detail=reason)


def _text(understood: Understood) -> str:
    return understood.new_text.own.strip() or "\n\n".join(piece.text for piece in understood.pieces).strip()


def _unproven(context: MailContext, understood: Understood) -> Acted | None:
    """Hold what its author is not proven enough for, and ask them to confirm (docs/security.md)."""
    return _held_to_confirm(context, understood, frozenset(acts_of(context, understood)))


def _held_to_confirm(context: MailContext, understood: Understood, acts: frozenset[str]) -> Acted | None:
    asked = to_confirm(context, acts)
    if asked is None:
        return None
    title = ", ".join(enrolled(understood)) if asked == "remove" else understood.message.subject
    return _asked_first(context, understood, asked, title)


def _asked_first(context: MailContext, understood: Understood, asked: str, title: str) -> Acted:
    """Return what holds a mail until its author confirms it in answer to a question of ours.

    Where a check failed, one question a day: more may be somebody else's doing. The stewards hear of the rest.
    """
    message = understood.message
    if context.asked_today:
        return held(context, understood, "not-authentic", Why.NOT_AUTHENTIC, daily=True)
    is_elsewhere = context.proof.sign == ELSEWHERE
    mark = context.answering.mark if is_elsewhere and context.answering else understood.spills
    facts = ConfirmFacts(
        act=asked, title=title, arrival_id=context.arrival_id, address=message.author_address,
        is_elsewhere=is_elsewhere, answers=_titled(mark, context),
    )  # fmt: skip
    if asked == "govern":
        facts = msgspec.structs.replace(facts, **_shown(context, understood))
    return Acted(
        Why.ASKED_BACK if asked in _PUBLISHES else Why.NOT_AUTHENTIC,
        entries=(
            HeldForSteward(arrival_id=context.arrival_id, reason="astray" if asked in _PUBLISHES else "not-authentic"),
        ),
        notices=(to_author(context, message, facts, once_per_mail(context, "confirm")),),
        state=ArrivalState.HELD,
        settled=False,
        detail=f"to be confirmed: {asked}",
    )


def _shown(context: MailContext, understood: Understood) -> dict[str, Any]:
    """Return what is shown of a mail that would change things for everybody; of any other nothing is.

    Its own words only where more than From says whose they are: else anybody could have us send theirs to a member. Of
    such a mail the question names what it is about, in the words on record.
    """
    undone = acts_undone(context, understood)
    if context.trust is Trust.PROVEN or (context.trust is Trust.CLAIMED and has_own_token(context)):
        return {"words": words_asked(understood), "undoes": undone}
    return {"title": ", ".join(_titled(mark, context) for mark in marks_asked(context, understood)), "undoes": undone}


def _titled(mark: str, context: MailContext) -> str:
    """Return what a mail would answer, by its mark, "V-7: Where shall we meet?"; "" where it is no one thing."""
    view, asked = context.rounds.get(mark), context.tasks.get(mark)
    title = view.round.title if view else asked.title if asked else ""
    return f"{mark}: {title}" if title else mark


def astray(context: MailContext, understood: Understood) -> Acted | None:
    """Hold a mail that answers something nobody can tell any more, and ask its author whether it is a post.

    It may be a ballot, which is for no eyes but ours. What only looks like an answer is held while a round waits for
    its author; what quotes a mail of ours, always.
    """
    if context.author is None or context.confirmed or understood.stray is Stray.NO:
        return None
    waits = any(view.in_electorate and view.round.phase is Phase.OPEN for view in context.rounds.values())
    if understood.stray is Stray.UNKNOWN and not waits:
        return None
    asked = "post-vote" if understood.stray is Stray.HOLDS_A_VOTE else "post"
    return _asked_first(context, understood, asked, understood.message.subject)


def _spilt_to_owner(context: MailContext, understood: Understood) -> Acted | None:
    """Ask first whether the stewards are to read a mail that may say how its author votes: it may be a secret vote."""
    if context.destination.door is not Door.OWNER or context.author is None or context.confirmed:
        return None
    ballots = sum(map(_is_ballot, understood.pieces))
    if understood.stray is Stray.HOLDS_A_VOTE or 0 < ballots < len(understood.pieces):
        return _asked_first(context, understood, "owner-vote", understood.message.subject)
    return None


def _is_ballot(piece: Piece) -> bool:
    return bool(piece.mark) and isinstance(piece.reading, BallotReading)


_PUBLISHES = ("post", "post-vote", "owner-vote")  # what is asked of a mail that may be for no eyes but ours


def _door(context: MailContext, understood: Understood) -> Acted | None:
    """Settle what an address says without a word of the mail."""
    if enrolled(understood):
        return None  # `invite eve@example.org` to the join address is no wish to join
    if context.destination.door is Door.OWNER and understood.pieces and all(map(_is_ballot, understood.pieces)):
        return None  # `V-7: yes` counts wherever it is sent
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


def _owner(context: MailContext, understood: Understood) -> Acted:
    is_strangers = context.author is None and not context.confirmed
    if is_strangers and (kept := _withheld(context, understood)) is not None:
        return kept  # a member may write from an address nobody knows
    return membership.to_owner(context, understood.message, _text(understood))


_DOORS_FOR_ALL: dict[Door, Callable[[MailContext, Understood], Acted]] = {
    Door.JOIN: _join,
    Door.HELP: _help,
    Door.OWNER: _owner,
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


def _whole_astray(context: MailContext, understood: Understood) -> Acted | None:
    """Hold a mail whole of which a part would be held: confirmed, all of it is done, and so none of it now."""
    if understood.stray is Stray.HOLDS_A_VOTE:
        return astray(context, understood)
    if len(understood.pieces) < 2:
        return None
    return astray(context, understood) if any(map(_is_topic, understood.pieces)) else None


def _is_topic(piece: Piece) -> bool:
    """Whether a piece would be posted as a topic, or to the thread that its mail is in."""
    reading = piece.reading
    is_talk = isinstance(reading, CommandReading) and reading.intent in (Intent.NEW_TOPIC, Intent.UNCLEAR)
    return is_talk or reading is None


IN_ORDER: tuple[Callable[[MailContext, Understood], Acted | None], ...] = (
    _machine,
    _at_return_address,
    confirmation,
    _stranger,
    _spilt_to_owner,
    answer_to_lost,
    _unproven,
    _door,
    _unreadable,
    _empty,
    _whole_astray,
)
