"""Receipts: after a mail that changed something, at most one, with a line for each act.

Must not: know what the acts mean.
"""

from __future__ import annotations

from gateway.decide.acted import Acted
from gateway.decide.answering import once_per_mail, to_author
from gateway.model.context import MailContext
from gateway.model.member import Receipts
from gateway.model.message import Message
from gateway.model.notice import Act, Notice, ReceiptFacts

# Acts everyone can see for themselves, or that bring a mail of their own: no receipt for these alone.
_SEEN = frozenset({"posted", "joined", "left", "asked"})
# Lines of what was not done, beside the reasons of a DeclineFacts.
_OFFERED = "still-away"


def receipt(context: MailContext, message: Message, acted: Acted) -> Notice | None:
    """Return the one receipt of a mail, or None when nothing was changed or the member wants none."""
    if context.author is None or not acted.settled:
        return None
    acts = acted.acts
    telling = [act for act in acts if act.name not in _SEEN]
    if not telling or not _wanted(context.author.settings.receipts, telling, acted):
        return None
    facts = ReceiptFacts(acts=acts, subject=message.subject)
    mark = acts[0].mark if len(acts) == 1 else ""
    key = _key(context, telling)
    return to_author(context, message, facts, key, mark=mark)


def _key(context: MailContext, telling: list[Act]) -> str:
    """One receipt a mail; where it says no more than "you are still away", one an absence."""
    if context.author and [act.name for act in telling] == [_OFFERED]:
        return f"still-away:{context.author.id}:{telling[0].until}"
    return once_per_mail(context, "receipt")


def _wanted(choice: Receipts, telling: list[Act], acted: Acted) -> bool:
    if choice is Receipts.ON:
        return True
    return choice is Receipts.UNCLEAR and any(act.name in ("unclear", *_REFUSALS) for act in telling)


_REFUSALS = frozenset({"late", "too-late", "not-asked", "not-allowed", "unknown-mark", "cancelled", "not-understood"})
