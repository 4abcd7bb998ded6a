"""What a question to confirm says of the mail that it is about: the lines that would change things for everybody, and
what an `undo` among them takes back.

Must not: show any more of the mail: it may be somebody else's, and reaches its author with our name on it.
"""

from __future__ import annotations

import msgspec

from gateway.decide import rounds
from gateway.decide.rituals import undo
from gateway.model.context import MailContext
from gateway.model.facts import Act
from gateway.model.understood import Enrolling, Governing, Understood, Undo

_CHANGING = (Governing, Undo, Enrolling)
_LONGEST = 1000  # letters


def words_asked(understood: Understood) -> str:
    """Return the lines of a mail that would change things for everybody, as they were written."""
    said = (piece.text.strip() for piece in understood.pieces if isinstance(piece.reading, _CHANGING))
    words = "\n".join(dict.fromkeys(filter(None, said)))
    return words if len(words) <= _LONGEST else words[:_LONGEST].rstrip() + "…"


def marks_asked(context: MailContext, understood: Understood) -> tuple[str, ...]:
    """Return the marks of what a mail would change for everybody, each once; only such as are on record."""
    views = (
        rounds.answered_view(context, piece.mark) for piece in understood.pieces if isinstance(piece.reading, _CHANGING)
    )
    return tuple(dict.fromkeys(view.round.mark for view in views if view))


def acts_undone(context: MailContext, understood: Understood) -> tuple[Act, ...]:
    """Return the lines of the receipt that a mail would take back, their words alone."""
    asked = [piece.reading for piece in understood.pieces if isinstance(piece.reading, Undo)]
    acts = (act for one in asked for act in undo.chosen(context, one))
    return tuple(msgspec.structs.replace(act, changed=(), course=None, course_before=None) for act in acts)
