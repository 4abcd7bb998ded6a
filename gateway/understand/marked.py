"""What a mail says by marks beside what it answers: which of them the record should look up, and whether a mail that
would be posted holds a ballot.

Must not: look anything up (the pipeline does), or say what words mean (the caller hands in who reads a ballot).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gateway.model.context import MailContext, RoundView
from gateway.model.reading import CommandReading, Intent
from gateway.model.round import Phase
from gateway.model.understood import Governing, Piece, Setting
from gateway.understand.marks import Named, lines_with_marks, marks_named, named

_OF_ROUNDS = re.compile(r"\b[VC]-\d{1,7}\b", re.IGNORECASE)
_LONGEST_LINE, _MOST_WORDS = 200, 8
_MOST_LINES = 20  # of one mail that are read as ballots
_TALK = frozenset({Intent.NEW_TOPIC, Intent.UNCLEAR})

IsBallot = Callable[[str, RoundView], bool]


def known_things(context: MailContext) -> dict[str, str]:
    """Return the titles of all that is known beside a mail, by mark."""
    return {
        **{mark: thread.subject for mark, thread in context.threads.items()},
        **{mark: view.round.title for mark, view in context.rounds.items()},
        **{mark: task.title for mark, task in context.tasks.items()},
    }


def unknown_marks(text: str, context: MailContext) -> tuple[str, ...]:
    """Return the marks that a member's lines begin with and that are not known beside the mail."""
    if context.author is None:
        return ()
    known = known_things(context)
    return tuple(mark for mark in marks_named(text) if mark not in known)


def round_in(text: str) -> str:
    """Return the mark of the one round that a line names, with few words about it: "cancel V-7"; "" for all else."""
    found = {match[0].upper() for match in _OF_ROUNDS.finditer(text)} if len(text) <= _LONGEST_LINE else set()
    is_line = "\n" not in text.strip() and "?" not in text and len(text.split()) <= _MOST_WORDS
    return found.pop() if len(found) == 1 and is_line else ""


def marks_of_settings(pieces: Sequence[Piece], context: MailContext) -> tuple[str, ...]:
    """Return the marks that settings and governing lines name and that are not known beside the mail: "mute P-14"."""
    if context.author is None:
        return ()
    known = known_things(context)
    named_ = [piece.reading.mark for piece in pieces if isinstance(piece.reading, Setting)]
    named_ += [piece.mark for piece in pieces if isinstance(piece.reading, Governing)]
    return tuple(mark for mark in named_ if mark and mark not in known)


def holds_a_vote(subject: str, text: str, pieces: Sequence[Piece], context: MailContext, is_ballot: IsBallot) -> bool:
    """Whether what would be posted may hold its author's ballot: `V-1: Porto` below other words, or at the top
    `V-77: Porto`, where there is no such vote. The subject may be the top, or name the vote that the text is about.
    """
    if not any(map(_is_talk, pieces)) or not marks_named(f"{subject}\n{text}"):
        return False
    answered = {piece.mark for piece in pieces}
    above = named(subject.strip())
    if above is not None and above.letter == "V" and above.is_dashed:
        text = f"{subject.strip()} {text.strip()}"
    lines = (one for line in lines_with_marks(text) if (one := named(line)) is not None)
    votes = [one for one in lines if one.letter == "V" and one.is_dashed and one.mark not in answered]
    if votes and votes[0].is_plain and _is_at_top(votes[0], text) and votes[0].mark not in context.rounds:
        return True
    return any(_is_ballot(one, context, is_ballot) for one in votes[:_MOST_LINES])


def _is_at_top(one: Named, text: str) -> bool:
    return named(text.strip().partition("\n")[0]) == one


def _is_talk(piece: Piece) -> bool:
    reading = piece.reading
    return reading is None or (isinstance(reading, CommandReading) and reading.intent in _TALK)


def _is_ballot(one: Named, context: MailContext, is_ballot: IsBallot) -> bool:
    view = context.rounds.get(one.mark)
    return view is not None and view.in_electorate and view.round.phase is Phase.OPEN and is_ballot(one.text, view)
