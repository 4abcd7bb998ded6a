"""What a mail does, in the charter's words, and whether its author is proven enough for all of it (docs/security.md).

Must not: say what becomes of a mail whose author is not (checks.py asks them), or judge the proof itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.decide import rounds
from gateway.decide.rituals import govern, membership, task, undo, vote
from gateway.model.charter import LEVELS, Level
from gateway.model.context import MailContext, RoundView, Trust
from gateway.model.reading import BallotReading, CheckInReading, CommandReading, Intent, TaskReading
from gateway.model.round import VoteForm
from gateway.model.understood import (
    Enrolling,
    Governing,
    GoverningAct,
    Moderating,
    Piece,
    Reading,
    Setting,
    Settle,
    Understood,
    Undo,
)

_KINDS = {"invite": "govern", "remove": "govern"}  # acts that need what governing needs
_OWN = frozenset({Intent.PAUSE, Intent.RESUME, Intent.AWAY, Intent.SET_FREQUENCY})  # of its author's own mail


def to_confirm(context: MailContext, acts: frozenset[str]) -> str | None:
    """Return what the author is asked to confirm, None when they are proven enough for all of it."""
    if context.trust is Trust.FAILED:
        return "mail"  # outweighs any token
    charter, level = context.workspace.charter, LEVELS.index(_level(context))
    beyond = {act for act in acts if LEVELS.index(charter.needs(_KINDS.get(act, act))) > level}
    if "remove" in acts and not context.confirmed:
        return "remove"  # taking somebody out is asked once more, whoever says so
    if "govern" in beyond or "invite" in beyond:
        return "govern"
    return "mail" if beyond else None


def _level(context: MailContext) -> Level:
    """Return how far the author is proven, in the charter's words."""
    if context.trust is Trust.PROVEN:
        return "token" if context.proven_by_token else "proof"
    # A reply to all carries somebody else's token: that says that its author had a mail to another member, and nothing
    # of who they are. It proves no more than a new mail with a mark in its subject.
    if context.answering is None or context.expired_token or context.foreign_token:
        return "address"
    return "token"


def acts_of(context: MailContext, understood: Understood) -> Iterator[str]:
    """Yield what a mail does, as the keys of the charter's `[trust]`; posting at least, whatever else."""
    yield "post"
    for piece in understood.pieces:
        reading = piece.reading
        if isinstance(reading, Moderating):
            yield "moderate"
        elif isinstance(reading, Enrolling) and membership.may_enrol(context, reading):
            yield reading.act.value
        elif _governs(context, piece):
            yield "govern"
        elif (answered := _answered(context, piece)) is not None:
            yield "vote" if isinstance(answered.round.form, VoteForm) else "answer"
        elif _answers_a_task(context, piece) or _answers_anew(context, reading):
            yield "answer"
        elif isinstance(reading, Setting) or (isinstance(reading, CommandReading) and reading.intent in _OWN):
            yield "settings"
        elif isinstance(reading, Undo):
            yield from undo.needs(context, reading)


def _answers_a_task(context: MailContext, piece: Piece) -> bool:
    reading = piece.reading
    return isinstance(reading, TaskReading) or (isinstance(reading, Settle) and piece.mark in context.tasks)


def _answers_anew(context: MailContext, reading: Reading | None) -> bool:
    """Whether a new mail answers all the same: it says a task done, or is the check-in that is owed."""
    if not isinstance(reading, CommandReading):
        return False
    if reading.intent is Intent.TASK_DONE:
        return task.named(context, reading.task) is not None
    return reading.intent is Intent.NEW_CHECKIN_ANSWER and rounds.owed_check_in(context) is not None


def enrolled(understood: Understood) -> tuple[str, ...]:
    """Return the addresses that a mail would let in or take out."""
    return tuple(
        a for piece in understood.pieces if isinstance(piece.reading, Enrolling) for a in piece.reading.addresses
    )


def _governs(context: MailContext, piece: Piece) -> bool:
    """Whether a piece asks for what only some may. Others are told that they may not, and not asked to confirm."""
    reading, view = piece.reading, rounds.answered_view(context, piece.mark)
    if not isinstance(reading, Governing) or view is None or govern.refusal(context, view.round, reading):
        return False
    return reading.act is not GoverningAct.ADD_OPTION or not vote.takes_options_of(context, view)


def _answered(context: MailContext, piece: Piece) -> RoundView | None:
    """Return the round that a piece answers, one that still takes answers; None for every other piece."""
    view = rounds.answered_view(context, piece.mark)
    adds = isinstance(piece.reading, Governing) and piece.reading.act is GoverningAct.ADD_OPTION
    if view is None or not (adds or isinstance(piece.reading, (CheckInReading, BallotReading, Settle))):
        return None
    if isinstance(piece.reading, CheckInReading):
        return view  # also a late one finds its place
    return view if rounds.no_longer_open(context, view) is None else None
