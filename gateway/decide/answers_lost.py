"""Answers to mails of ours that the record does not hold: an older one was put back since they went out.

Nobody can tell what such a mail asked, and its numbers and marks may be another's by now: what rests on them is not
done. Must not: know how that was found out (pipeline/knowing.py compares the token with the notice's own).
"""

from __future__ import annotations

from gateway.decide.acted import Acted, declined
from gateway.model.address import Door
from gateway.model.context import MailContext, Trust
from gateway.model.decision import Why
from gateway.model.facts import DeclineFacts
from gateway.model.reading import CommandReading, Intent
from gateway.model.understood import Piece, Understood

_FOR_ANSWERS = frozenset({Door.REPLY, Door.POST, Door.REQUEST})  # at the others a mail begins something
_OF_ITSELF = frozenset(
    {Intent.HELP, Intent.STATUS, Intent.LEAVE, Intent.PAUSE, Intent.RESUME, Intent.AWAY, Intent.SET_FREQUENCY}
)  # what means the same whatever is answered


def answer_to_lost(context: MailContext, understood: Understood) -> Acted | None:
    """Decline a member's answer to what is not on record, unless all that it says holds without it.

    What failed a check is first confirmed, as every mail.
    """
    if not context.answers_lost or context.author is None or context.trust is Trust.FAILED:
        return None
    if context.destination.door not in _FOR_ANSWERS:
        return None
    if understood.pieces and all(map(_stands_alone, understood.pieces)):
        return None
    return declined(Why.DECLINED, DeclineFacts(reason="not-on-record"))


def _stands_alone(piece: Piece) -> bool:
    reading = piece.reading
    return not piece.mark and isinstance(reading, CommandReading) and reading.intent in _OF_ITSELF
