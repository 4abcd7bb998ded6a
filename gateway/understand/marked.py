"""What a mail says by marks beside what it answers: which of them the record should look up, and whether one at its
top stands for nothing.

Must not: look anything up (the pipeline does), or say what words mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.model.context import MailContext
from gateway.model.understood import Governing, Piece, Setting
from gateway.understand.marks import MOST_NAMED, marks_named, named, with_plain_dashes
from gateway.understand.spilt import votes_named

_OF_ROUNDS = re.compile(r"\b[VC]-\d{1,7}\b", re.IGNORECASE)
_LONGEST_LINE, _MOST_WORDS = 200, 8


def known_things(context: MailContext) -> dict[str, str]:
    """Return the titles of all that is known beside a mail, by mark."""
    return {
        **{mark: thread.subject for mark, thread in context.threads.items()},
        **{mark: view.round.title for mark, view in context.rounds.items()},
        **{mark: task.title for mark, task in context.tasks.items()},
    }


def unknown_marks(text: str, context: MailContext) -> tuple[str, ...]:
    """Return the marks that a member's lines begin with, and votes named anywhere, that are not known beside it."""
    if context.author is None:
        return ()
    known, found = known_things(context), dict.fromkeys((*marks_named(text), *votes_named(text)))
    return tuple(mark for mark in found if mark not in known)[:MOST_NAMED]


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


def names_an_unknown_vote(subject: str, text: str, context: MailContext) -> bool:
    """Whether a mail begins with a vote that there is not: `V-77: Porto`. The subject may be the top."""
    above = named(with_plain_dashes(subject.strip()))
    top = f"{subject.strip()} {text.strip()}" if above and above.letter == "V" and above.is_dashed else text.strip()
    one = named(top.partition("\n")[0])
    is_vote = one is not None and one.letter == "V" and one.is_dashed and one.is_plain
    return is_vote and one is not None and one.mark not in context.rounds
