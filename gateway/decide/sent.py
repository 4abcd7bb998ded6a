"""What the notice that a mail answers said: the facts of a question back, a receipt, or `please confirm`.

A notice speaks to its own member: answered by somebody else (a foreign token) it says nothing here.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from gateway.model.context import MailContext
from gateway.model.notice import AskBackFacts, ConfirmFacts, Facts, ReceiptFacts

_F = TypeVar("_F", AskBackFacts, ConfirmFacts, ReceiptFacts)
_read = msgspec.json.Decoder(Facts).decode


def facts_of(context: MailContext, kind: type[_F]) -> _F | None:
    """Return the facts of the notice answered when they are of this kind and were said to this author, else None."""
    sent = context.answering
    if sent is None or not sent.facts or not is_to_author(context):
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
