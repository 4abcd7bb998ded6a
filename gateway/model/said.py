"""What a notice of ours said, read again when it is answered.

Must not: say whether it counts for the one who answers (decide/sent.py does).
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from gateway.model.context import Sent
from gateway.model.facts import (
    AskBackFacts,
    CatchUpFacts,
    ConfirmFacts,
    Facts,
    ReceiptFacts,
    StewardFacts,
    TaskQuestionFacts,
)

F = TypeVar("F", AskBackFacts, CatchUpFacts, ConfirmFacts, ReceiptFacts, StewardFacts, TaskQuestionFacts)
_read = msgspec.json.Decoder(Facts).decode


def facts_said(sent: Sent | None, kind: type[F]) -> F | None:
    """Return the facts of a notice when they are of this kind, else None."""
    if sent is None or not sent.facts:
        return None
    try:
        facts = _read(sent.facts)
    except msgspec.DecodeError:
        return None  # written by an older version: its numbers mean nothing any more
    return facts if isinstance(facts, kind) else None
