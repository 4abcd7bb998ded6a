"""One mail as every reader of it needs it: the message, what is known beside it, its new text, and when it was written.

Must not: read a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.model.context import MailContext
from gateway.model.message import Message
from gateway.model.reading import NewText
from gateway.understand.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Mail:
    """What every reader of one mail needs."""

    message: Message
    context: MailContext
    lexicon: Lexicon
    found: NewText

    @property
    def written_at(self) -> datetime:
        """Return when the mail was written, in its author's zone."""
        return written_at(self.message, self.context)

    @property
    def name(self) -> str:
        """Return what its author is called, in it and by us."""
        author, member = self.message.author, self.context.author
        return f"{author.name if author else ''} {member.name if member else ''}".strip()


def written_at(message: Message, context: MailContext) -> datetime:
    """Relative dates count from when the mail was written, in its author's zone; an absurd Date counts for nothing."""
    zone = ZoneInfo(context.author.timezone if context.author else context.workspace.charter.timezone)
    stated = message.date
    plausible = stated is not None and abs((context.received_at - stated).total_seconds()) < 7 * 86_400
    return (stated if plausible and stated else context.received_at).astimezone(zone)
