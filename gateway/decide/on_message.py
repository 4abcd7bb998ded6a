"""What follows from a mail: checks in order, then a rule for each piece, folded into one decision. The first entrance.

Never an answer to a machine; to strangers and to errors at most one of a kind a day (their keys hold the day); to
members what they need, up to a circuit-breaker (breaker.py). Must not: say how a ritual runs (rituals/ does).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.decide import attachments, bounces, catch_up, checks, rounds, which_item
from gateway.decide.acted import Acted, declined, joined
from gateway.decide.after import after
from gateway.decide.answering import once_per_day, once_per_mail, to_author
from gateway.decide.breaker import unanswered
from gateway.decide.changes import noted
from gateway.decide.receipts import receipt
from gateway.decide.rituals import checkin, govern, membership, moderation, posting, settings, task, undo, vote
from gateway.decide.rituals.task_making import asks_for_tasks, make_by_mail
from gateway.decide.rituals.vote_opening import asks_for_a_vote
from gateway.decide.sent import facts_of
from gateway.model.address import Door, fold_address, is_sendable
from gateway.model.arrival import ArrivalState
from gateway.model.change import MemberChange, ReadChange, RoundChange
from gateway.model.context import MailContext, RoundView
from gateway.model.decision import Decision, Why
from gateway.model.entry import AbsencesRestored, AwayEnded, AwayNoted
from gateway.model.facts import Act, ConfirmFacts, DeclineFacts
from gateway.model.member import Member
from gateway.model.nature import Nature
from gateway.model.notice import Notice
from gateway.model.reading import BallotReading, CheckInReading, CommandReading, Intent, TaskReading
from gateway.model.round import CheckInForm, Phase, VoteForm
from gateway.model.task import TaskAct
from gateway.model.understood import (
    NONE_OF_THEM,
    CatchUp,
    Enrolling,
    Governing,
    GoverningAct,
    Moderating,
    Piece,
    Read,
    Reading,
    Setting,
    Settle,
    Stray,
    ToAll,
    Understood,
    Undo,
    Unknown,
    WhichItem,
)


def decide(context: MailContext, understood: Understood) -> Decision:
    """Return what follows from a mail."""
    return decision_of(context, understood, weigh(context, understood))


def weigh(context: MailContext, understood: Understood) -> Acted:
    """Return what a mail comes to: the first check that settles it, else its pieces; each act with what it changed."""
    settled = (check(context, understood) for check in checks.IN_ORDER)
    found = next((one for one in settled if one is not None), None)
    acted = _pieces(context, understood) if found is None else noted(context, found)
    return attachments.told(context, understood.message, _own_mail(context, understood, acted))


class Want(StrEnum):
    """What a decision needs of the record beside its context, where that costs too much to load for every mail."""

    MEMBERS = "members"  # context.members: everyone
    NEWS = "news"  # context.news, names and digest_due: what the author missed
    DIGEST = "digest"  # context.digest_due
    OBJECTORS = "objectors"  # context.objectors: who objects, in what an undo is about
    OPEN_ROUNDS = "open-rounds"  # context.rounds: every open round, with how many have answered
    OWN_TASKS = "own-tasks"  # context.tasks: the author's open ones too


def wants(context: MailContext, understood: Understood) -> frozenset[Want]:
    """Return what to load before `decide`, as the mail was understood."""
    found: set[Want] = set()
    for piece in understood.pieces:
        reading = piece.reading
        if isinstance(reading, CatchUp):
            found.add(Want.NEWS)
        if isinstance(reading, Read):
            found.add(Want.DIGEST)
        if isinstance(reading, Undo):
            found |= {Want.OBJECTORS, Want.MEMBERS} if _undoes_a_round(context, reading) else set()
            found |= {Want.DIGEST} if _undoes_reading(context, reading) else set()
        if asks_for_a_vote(context, understood.message, reading):
            found.add(Want.MEMBERS)
        if asks_for_tasks(context, understood.message, reading) or _is_about_tasks(context, reading):
            found.add(Want.MEMBERS)
        if isinstance(reading, CommandReading) and reading.intent in (Intent.STATUS, Intent.NEW_CHECKIN_ANSWER):
            found.add(Want.OPEN_ROUNDS)
        if isinstance(reading, CommandReading) and reading.intent in (Intent.STATUS, Intent.TASK_DONE):
            found.add(Want.OWN_TASKS)
    if understood.stray is not Stray.NO:
        found.add(Want.OPEN_ROUNDS)
    if bounces.weighs_on_stewards(context, understood):
        found.add(Want.MEMBERS)
    if membership.weighs_on_stewards(context, understood) or membership.adds_somebody(context, understood):
        found.add(Want.MEMBERS)
    return frozenset(found)


def asked_since(context: MailContext, understood: Understood) -> datetime:
    """Return from when on `context.news` are wanted; `context.digest_due` is known."""
    asked = (piece.reading for piece in understood.pieces if isinstance(piece.reading, CatchUp))
    return min((catch_up.since(context, one) for one in asked), default=context.now)


def _undoes_a_round(context: MailContext, asked: Undo) -> bool:
    return any(isinstance(change, RoundChange) for change in undo.changes(context, asked))


def _undoes_reading(context: MailContext, asked: Undo) -> bool:
    return any(isinstance(change, ReadChange) for change in undo.changes(context, asked))


def _is_about_tasks(context: MailContext, reading: Reading | None) -> bool:
    """Whether a reading may change a task: what it answers says so, or its own words."""
    if isinstance(reading, (Settle, Undo)):
        return bool(context.tasks)
    is_done = isinstance(reading, CommandReading) and reading.intent is Intent.TASK_DONE
    return is_done or isinstance(reading, TaskReading)


def tasks_named(understood: Understood) -> frozenset[str]:
    """Return the marks of tasks that a mail names by itself, for `context.tasks`: "T-12 done"."""
    readings = (piece.reading for piece in understood.pieces)
    named = (one.task for one in readings if isinstance(one, CommandReading) and one.intent is Intent.TASK_DONE)
    return frozenset(mark for text in named if (mark := task.mark_in(text)))


def undoes_the_last(context: MailContext, understood: Understood) -> bool:
    """Return whether `decide` asks for the last receipt of the author, in `context.last_receipt`."""
    return undo.is_of_the_last(context, [piece.reading for piece in understood.pieces])


def names(context: MailContext, understood: Understood) -> frozenset[str]:
    """Return the addresses, folded, whose members `decide` asks for in `context.members_named`."""
    found: set[str] = set()
    for piece in understood.pieces:
        if isinstance(piece.reading, Enrolling):
            found |= {fold_address(address) for address in piece.reading.addresses}
        if isinstance(piece.reading, Undo):
            of_people = (c for c in undo.changes(context, piece.reading) if isinstance(c, MemberChange))
            found |= {address for change in of_people for address in (change.address, *change.further)}
    asked = facts_of(context, ConfirmFacts)
    if asked is not None and asked.act == "address":
        found.add(asked.title)
    if context.held is not None:
        found.add(context.held.address)
    return frozenset(found)


# --- one decision ---------------------------------------------------------------------------------------------------


def decision_of(context: MailContext, understood: Understood, acted: Acted) -> Decision:
    """Return what is recorded and said of what a mail came to."""
    answers = list(acted.notices)
    if acted.decline is not None:
        answers.append(_no(context, understood, acted.decline))
    answers += filter(None, (receipt(context, understood.message, acted), _ask_to_resume(context, understood, acted)))
    decision = Decision(
        why=acted.why,
        state=acted.state,
        entries=acted.entries,
        notices=tuple(notice for notice in answers if is_sendable(notice.address)),
        broadcasts=acted.broadcasts,
        due=acted.due,
        undue=acted.undue,
        detail=acted.detail,
        release=acted.release,
        dismiss=acted.dismiss,
    )
    return unanswered(decision) if _is_not_to_be_answered(context, understood) else decision


def _ask_to_resume(context: MailContext, understood: Understood, acted: Acted) -> Notice | None:
    """Ask a member who writes while their mail is suspended; not in answer to their very yes."""
    if acted.why is Why.RESUMED or acted.state is not ArrivalState.PROCESSED:
        return None
    return bounces.ask_to_resume(context, understood.message)


def _is_not_to_be_answered(context: MailContext, understood: Understood) -> bool:
    """A machine never; mail of strangers that came through a list, asks for no answer (RFC 3834 §2), or is forged."""
    written = understood.written
    if written.is_machine or context.destination.door is Door.BOUNCE:  # only machines write to return addresses
        return True
    return context.author is None and (not written.is_answerable or context.is_forged)


# Faults of the mail itself: one answer of a kind a day and address. A no to an act is owed each time.
_ONCE_A_DAY = frozenset({"address-unknown", "empty", "not-a-member", "already-a-member", "invited-only"})


def _no(context: MailContext, understood: Understood, facts: DeclineFacts) -> Notice:
    message, kind = understood.message, f"decline:{facts.reason}"
    daily = facts.reason in _ONCE_A_DAY or context.author is None
    key = once_per_day(context, message, kind) if daily else once_per_mail(context, kind)
    shown = facts if facts.subject else msgspec.structs.replace(facts, subject=message.subject)
    return to_author(context, message, shown, key, mark=facts.mark)


def _own_mail(context: MailContext, understood: Understood, acted: Acted) -> Acted:
    """Add what a member's own mail says of their absence: an undated one ends, a dated one is mentioned."""
    member = context.author
    if member is None or understood.written.nature is not Nature.PERSON or acted.state is not ArrivalState.PROCESSED:
        return acted
    if any(isinstance(entry, (AwayNoted, AwayEnded, AbsencesRestored)) for entry in acted.entries):
        return acted
    today = settings.local_day(member, context.received_at)
    covering = [absence for absence in member.absences if absence.covers(today)]
    dated = [absence.until for absence in covering if absence.until is not None]
    if dated:
        return dataclasses.replace(acted, acts=(*acted.acts, Act(name="still-away", until=max(dated))))
    if not covering:
        return acted
    return dataclasses.replace(acted, entries=(*acted.entries, AwayEnded(member_id=member.id, day=today)))


# --- pieces ---------------------------------------------------------------------------------------------------------


def _pieces(context: MailContext, understood: Understood) -> Acted:
    """Return what the pieces come to; each finds the context as the ones before it leave it."""
    parts: list[Acted] = []
    for piece in understood.pieces:
        rule = _READINGS[type(piece.reading)]
        part = noted(context, rule(context, understood, piece))
        parts.append(part)
        context = after(context, part.entries)
    return joined(parts)


def _unknown_mark(piece: Piece) -> Acted:
    return declined(Why.DECLINED, DeclineFacts(reason="unknown-mark", mark=piece.mark, detail=piece.text.strip()[:200]))


def _which_item(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    return which_item.ask(context, understood.message, piece, understood.pieces)


def _ballot(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    view, reading = rounds.answered_view(context, piece.mark), piece.reading
    assert isinstance(reading, BallotReading)
    if view is None or not isinstance(view.round.form, VoteForm):
        return _unknown_mark(piece)
    return vote.answer(context, view, reading, piece.text, understood.message)


def _check_in(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    view, reading = rounds.answered_view(context, piece.mark), piece.reading
    assert isinstance(reading, CheckInReading)
    if view is None or not isinstance(view.round.form, CheckInForm):
        return _unknown_mark(piece)
    return checkin.answer(context, view, reading, piece.text)


def _settle(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    view, reading = rounds.answered_view(context, piece.mark), piece.reading
    assert isinstance(reading, Settle)
    if reading.number == NONE_OF_THEM:
        return declined(Why.ASKED_BACK, DeclineFacts(reason="let-be", mark=piece.mark))
    if piece.mark in context.tasks:
        return task.settle(context, context.tasks[piece.mark], reading.number, understood.message)
    if view is None or not isinstance(view.round.form, VoteForm):
        return _not_understood(piece)
    return vote.settle(context, view, reading.number, understood.message)


def _not_understood(piece: Piece) -> Acted:
    return declined(Why.ASKED_BACK, DeclineFacts(reason="not-understood", detail=piece.text.strip()[:200]))


def _govern(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    view, reading = rounds.answered_view(context, piece.mark), piece.reading
    assert isinstance(reading, Governing)
    assert context.author is not None
    if reading.act is GoverningAct.RESUME and not _stands_still(context, view):
        return settings.resume(context, context.author, CommandReading(Intent.RESUME))
    if view is None:
        return _unknown_mark(piece)
    if reading.act is GoverningAct.ADD_OPTION:
        return vote.add_option(context, view, reading.text)
    return govern.govern(context, view.round, reading)


def _stands_still(context: MailContext, view: RoundView | None) -> bool:
    """Whether `resume` means the round: one that stands still, said by one who may. Else it is a setting."""
    return view is not None and view.round.phase is Phase.PAUSED and govern.may_govern(context, view.round)


def _undo(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    assert isinstance(piece.reading, Undo)
    assert context.author is not None
    return undo.undo(context, context.author, piece.reading)


def _catch_up(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    assert isinstance(piece.reading, CatchUp)
    return catch_up.tell(context, understood.message, piece.reading)


def _setting(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    assert isinstance(piece.reading, Setting)
    assert context.author is not None
    return settings.one_word(context, context.author, piece.reading, piece.mark)


def _text_piece(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    if asks_for_a_vote(context, understood.message, piece.reading):
        return vote.open_by_mail(context, understood.message, piece.text, piece.reading)
    if asks_for_tasks(context, understood.message, piece.reading):
        return make_by_mail(context, understood.message, piece.text, piece.reading)
    if context.destination.door is Door.REQUEST:
        return membership.give_help(context, understood.message)
    stray = checks.astray(context, understood)
    if stray is not None:
        return stray
    answers = _answers_beside(understood)
    return posting.post(context, understood.message, piece.text, piece.mark, with_answers=answers)


def _answers_beside(understood: Understood) -> bool:
    """Whether a mail also answers something, perhaps in secret: its files may belong to that."""
    return any(isinstance(piece.reading, _ANSWERS) for piece in understood.pieces)


_ANSWERS = (BallotReading, CheckInReading, TaskReading, Settle)


def _command(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    assert isinstance(piece.reading, CommandReading)
    if asks_for_a_vote(context, understood.message, piece.reading):
        return vote.open_by_mail(context, understood.message, piece.text, piece.reading)
    if asks_for_tasks(context, understood.message, piece.reading):
        return make_by_mail(context, understood.message, piece.text, piece.reading)
    rule = _INTENTS.get(piece.reading.intent, _text_piece)
    return rule(context, understood, piece)


def _new_check_in(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    """Give a check-in sent to the workspace its place: the one round that waits for it; else it is a post."""
    assert isinstance(piece.reading, CommandReading)
    owed = rounds.owed_check_in(context)
    if owed is None or piece.reading.checkin is None:
        return _text_piece(context, understood, piece)
    return checkin.answer(context, owed, piece.reading.checkin, piece.text)


def _task(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    known = context.tasks.get(piece.mark)
    assert isinstance(piece.reading, TaskReading)
    return task.answer(context, known, piece.reading, understood.message) if known else _unknown_mark(piece)


def _task_done(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    """Say a task done by a new mail that names it, by its mark or as it is called; else it is a post."""
    assert isinstance(piece.reading, CommandReading)
    known = task.named(context, piece.reading.task)
    if known is None:
        return _text_piece(context, understood, piece)
    return task.answer(context, known, TaskReading(TaskAct.DONE), understood.message)


def _own(rule: Callable[[MailContext, Member, CommandReading], Acted]) -> Callable[..., Acted]:
    """Return a rule about the author's own settings as a rule about a piece."""

    def ruled(context: MailContext, understood: Understood, piece: Piece) -> Acted:
        assert isinstance(piece.reading, CommandReading)
        assert context.author is not None
        return rule(context, context.author, piece.reading)

    return ruled


def _moderate(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    assert isinstance(piece.reading, Moderating)
    return moderation.settle(context, piece.reading.word)


def _enrol(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    assert isinstance(piece.reading, Enrolling)
    return membership.enrol(context, understood.message, piece.reading)


def _leave_piece(context: MailContext, understood: Understood, piece: Piece) -> Acted:
    assert isinstance(piece.reading, CommandReading)
    return membership.ask_to_leave(context, understood.message, piece.reading.scope)


_Rule = Callable[[MailContext, Understood, Piece], Acted]

_INTENTS: dict[Intent, _Rule] = {
    Intent.JOIN: lambda context, understood, piece: membership.ask_to_join(context, understood.message),
    Intent.LEAVE: _leave_piece,
    Intent.PAUSE: _own(settings.pause),
    Intent.RESUME: _own(settings.resume),
    Intent.AWAY: _own(settings.away),
    Intent.SET_FREQUENCY: _own(settings.set_frequency),
    Intent.NEW_CHECKIN_ANSWER: _new_check_in,
    Intent.HELP: lambda context, understood, piece: membership.give_help(context, understood.message),
    Intent.TASK_DONE: _task_done,
    Intent.STATUS: lambda context, understood, piece: membership.status(context, understood.message),
}

_READINGS: dict[type, _Rule] = {
    type(None): _text_piece,
    BallotReading: _ballot,
    CheckInReading: _check_in,
    CommandReading: _command,
    TaskReading: _task,
    Governing: _govern,
    Settle: _settle,
    Undo: _undo,
    Moderating: _moderate,
    Enrolling: _enrol,
    Setting: _setting,
    ToAll: lambda context, understood, piece: posting.start(
        context, understood.message, piece.text, with_answers=_answers_beside(understood)
    ),
    CatchUp: _catch_up,
    Read: lambda context, understood, piece: catch_up.mark_read(context),
    Unknown: lambda context, understood, piece: _unknown_mark(piece),
    WhichItem: _which_item,
}
