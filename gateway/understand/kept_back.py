"""What of a mail is kept back because it may tell others how its author votes: a piece, or the mail as a whole.

The rest of an answer is read again without the line that spills a vote; what would be posted is kept back whole, since
nobody's text is cut. Must not: find such lines (spilt.py does), or say what is asked of their author (decide/ does).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.model.context import RoundView
from gateway.model.reading import BallotKind, BallotReading, CheckInReading, CommandReading, Intent, TaskReading
from gateway.model.understood import Governing, Piece, Reading, Stray, ToAll
from gateway.understand.answers import is_an_answer, read_answer, to_item
from gateway.understand.governed import governs_beside
from gateway.understand.mail import Mail
from gateway.understand.marked import names_an_unknown_vote
from gateway.understand.spilt import Spilt, around, is_answer_alone, spilt
from gateway.understand.unnamed import which_item

_TALK = (Intent.NEW_TOPIC, Intent.UNCLEAR)
_FOR_READERS = (*_TALK, Intent.NEW_VOTE, Intent.NEW_TASK, Intent.NEW_CHECKIN_ANSWER, Intent.TASK_DONE)
_MOST_ANSWERS = 4  # spilt by one piece that are taken out of it; one with more is kept back whole
_MOST_WORDS = 4  # said to all that may be the answer to one of the things shown


def kept_back(pieces: Sequence[Piece], mail: Mail) -> tuple[tuple[Piece, ...], Stray, str]:
    """Return the pieces that may be acted on, whether the mail is to be held as a whole, and for which vote's sake.

    A mail that its author has confirmed stays as it is.
    """
    if mail.context.author is None or mail.context.confirmed:
        return tuple(pieces), Stray.NO, ""
    pieces = tuple(_asked_which(piece, mail) for piece in pieces)
    found = [_spilt_by(piece, mail) for piece in pieces]
    whole = tuple(piece for piece, one in zip(pieces, found, strict=True) if one is None)
    if any(found) and not whole and any(_is_text(piece.reading) for piece in pieces):
        return pieces, Stray.HOLDS_A_VOTE, next(one.mark for one in found if one is not None)
    if any(map(_is_talk, pieces)) and names_an_unknown_vote(mail.message.subject, mail.found.own, mail.context):
        return pieces, Stray.HOLDS_A_VOTE, ""
    if any(map(_is_talk, pieces)) and (mark := governs_beside(mail)):
        return pieces, Stray.HOLDS_A_VOTE, mark
    parts = tuple(part for piece, one in zip(pieces, found, strict=True) for part in _parts(piece, one, mail))
    return parts, Stray.NO, ""


def _asked_which(piece: Piece, mail: Mail) -> Piece:
    """Return `to all: yes` as words that answer something, and do not say what."""
    if not isinstance(piece.reading, ToAll) or len(piece.text.split()) > _MOST_WORDS:
        return piece
    asked = which_item(piece.text, mail.context, lambda mark, words: to_item(mark, words, mail))
    chosen = asked.guesses[0].reading if asked and asked.guesses else None
    is_ballot = isinstance(chosen, BallotReading) and is_an_answer(chosen)
    is_bare = asked is not None and (is_ballot or is_answer_alone(piece.text, mail.lexicon))
    return Piece(piece.text, reading=asked) if is_bare else piece


def _spilt_by(piece: Piece, mail: Mail) -> Spilt | None:
    """Return what a piece would tell others of a vote, None where it tells them nothing."""
    if not _reaches_others(piece.reading):
        return None
    # A governing line without a reason shows its mark and nothing else: "extend V-1 until 4 June".
    is_plain = isinstance(piece.reading, Governing) and not piece.reading.text
    own = piece.mark if is_plain or isinstance(piece.reading, BallotReading) else ""
    text, context = piece.text, mail.context
    is_new = context.answering is None and context.thread is None and _is_text(piece.reading)
    if is_new:
        text = f"{mail.message.subject.strip()}\n{text}"
    return spilt(text, own, context, mail.lexicon, lambda said, view: _ballot(said, view, mail))


def _ballot(text: str, view: RoundView, mail: Mail) -> BallotReading | None:
    reading = read_answer(text, view, mail)
    return reading if isinstance(reading, BallotReading) else None


def _reaches_others(reading: Reading | None) -> bool:
    """Whether the words of a piece are shown to others: as a post, a remark, a reason, or what was done."""
    match reading:
        case None | ToAll() | CheckInReading() | TaskReading() | Governing():
            return True
        case BallotReading(kind=kind):
            return kind is not BallotKind.UNCLEAR
        case CommandReading(intent=intent):
            return intent in _FOR_READERS
        case _:
            return False


def _is_text(reading: Reading | None) -> bool:
    """Whether a piece is a text for readers, and no answer that can do without one of its lines."""
    return reading is None or isinstance(reading, (ToAll, CommandReading))


def _is_talk(piece: Piece) -> bool:
    reading = piece.reading
    return reading is None or (isinstance(reading, CommandReading) and reading.intent in _TALK)


def _parts(piece: Piece, one: Spilt | None, mail: Mail, most: int = _MOST_ANSWERS) -> Iterator[Piece]:
    """Yield a piece without what it spills, and that as a ballot in doubt, about which its author is asked."""
    if one is None:
        yield piece
        return
    rest = around(piece.text, one) if most and not _is_text(piece.reading) else ""
    if not rest:
        yield Piece(piece.text, one.mark, one.reading)
        return
    again = to_item(piece.mark, rest, mail)
    yield from _parts(again, _spilt_by(again, mail), mail, most - 1)
    yield Piece(piece.text[one.start : one.end], one.mark, one.reading)
