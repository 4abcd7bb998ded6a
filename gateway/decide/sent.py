"""What the notice that a mail answers said: the facts of a question back, a receipt, or `please confirm`.

A notice speaks to its own member: answered by somebody else (a foreign token) it says nothing here.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from gateway.model.context import MailContext, Sent
from gateway.model.notice import AskBackFacts, CatchUpFacts, ConfirmFacts, Facts, ReceiptFacts, TaskQuestionFacts

_F = TypeVar("_F", AskBackFacts, CatchUpFacts, ConfirmFacts, ReceiptFacts, TaskQuestionFacts)
_read = msgspec.json.Decoder(Facts).decode


def facts_of(context: MailContext, kind: type[_F]) -> _F | None:
    """Return the facts of the notice answered when they are of this kind and were said to this author, else None."""
    return facts_said(context.answering, kind) if is_to_author(context) else None


def facts_said(sent: Sent | None, kind: type[_F]) -> _F | None:
    """Return the facts of a notice when they are of this kind, else None."""
    if sent is None or not sent.facts:
        return None
    try:
        facts = _read(sent.facts)
    except msgspec.DecodeError:
        return None  # written by an older version: its numbers mean nothing any more
    return facts if isinstance(facts, kind) else None


def is_to_author(context: MailContext) -> bool:
    """Whether the notice answered was sent to the one who answers it; strangers have no number of their own but 0."""
    sent, author = context.answering, context.author
    return sent is not None and not context.foreign_token and sent.member_id == (author.id if author else 0)


def has_own_token(context: MailContext) -> bool:
    """Whether the author holds a token of ours made out to them, still valid."""
    return is_to_author(context) and not context.expired_token
