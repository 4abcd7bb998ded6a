"""What the notice that a mail answers said: the facts of a question back, a receipt, or `please confirm`.

A notice speaks to its own member: answered by somebody else (a foreign token) it says nothing here. Must not: judge the
answer.
"""

from __future__ import annotations

from gateway.model.context import MailContext
from gateway.model.said import F
from gateway.model.said import facts_said as facts_said


def facts_of(context: MailContext, kind: type[F]) -> F | None:
    """Return the facts of the notice answered when they are of this kind and were said to this author, else None."""
    return facts_said(context.answering, kind) if context.is_told_to_author else None


def is_to_author(context: MailContext) -> bool:
    """Whether the notice answered was sent to the one who answers it; strangers have no number of their own but 0."""
    return context.is_told_to_author


def has_own_token(context: MailContext) -> bool:
    """Whether the author holds a token of ours made out to them, still valid."""
    return is_to_author(context) and not context.expired_token
