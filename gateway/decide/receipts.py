"""Receipts: after a mail that changed something, at most one, with a line for each act.

Must not: know what the acts mean.
"""

from __future__ import annotations

from gateway.decide.acted import Acted
from gateway.decide.answering import once_per_mail, to_author
from gateway.model.context import MailContext
from gateway.model.facts import Act, Item, ReceiptFacts
from gateway.model.member import Receipts
from gateway.model.message import Message
from gateway.model.notice import Notice

# What everyone can see for themselves: no receipt for this alone.
_SEEN = frozenset({"posted"})
_OFFERED = "still-away"
# What was done; every other act is one that was not, or that came late.
DONE = _SEEN | {
    *("voted", "abstained", "withdrawn", "checked-in", "stuck", "skipped", "undone", "vote-opened", "option-added"),
    *("extended", "called-off", "closing", "corrected", "amended", "round-resumed", "put-to-vote"),
    *("receipts", "only-mine", "everything", "channel", "caught-up"),
    *("away", "still-away", "back", "paused", "resumed", "muted", "unmuted", "delivery", "digest-time", "prompts"),
    *("task-made", "task-taken", "task-declined", "task-handed", "task-postponed", "task-done", "task-dropped"),
    *("task-still", "task-reopened"),
    *(
        "channel-left",
        "file-unused",
        "held-accepted",
        "held-rejected",
        "held-added",
        "invited",
        "removed",
        "address-added",
    ),
}


# What is no plain "done" and no "no" either: the late count as well as they can, the unclear have a mail of their own.
_NO_NO = DONE | {"late", "unclear", "file-linked"}


def receipt(context: MailContext, message: Message, acted: Acted) -> Notice | None:
    """Return the one receipt of a mail, or None when nothing was changed or the member wants none and wrote it surely.

    A mail in which nothing was settled has one where it is told several noes, or a no beside a question.
    """
    noes = [act for act in acted.acts if act.name not in _NO_NO]
    if context.author is None or not (acted.settled or (noes and acted.decline is None)):
        return None
    acts = acted.acts
    telling = [act for act in acts if act.name not in _SEEN]
    if not telling or not (noes or _is_owed(context, telling) or _wanted(context.author.settings.receipts, telling)):
        return None  # a no confirms nothing: it is told to those who want no receipts too
    facts = ReceiptFacts(acts=acts, subject=message.subject)
    mark = acts[0].mark if len(acts) == 1 else ""
    items = {act.mark: Item(mark=act.mark, text=act.title) for act in acts if act.mark}
    return to_author(context, message, facts, _key(context, telling), mark=mark, items=tuple(items.values()))


def _key(context: MailContext, telling: list[Act]) -> str:
    """One receipt a mail; where it says no more than "you are still away", one an absence."""
    if context.author and [act.name for act in telling] == [_OFFERED]:
        return f"still-away:{context.author.id}:{telling[0].until}"
    return once_per_mail(context, "receipt")


def _puts_receipts_back(act: Act) -> bool:
    return act.undoes is not None and act.undoes.name == "receipts"


def _is_owed(context: MailContext, telling: list[Act]) -> bool:
    """Whether something was done in a name that nothing proves: its member hears of it, whatever they chose."""
    return context.is_unproven and any(act.name in DONE for act in telling)


def _wanted(choice: Receipts, telling: list[Act]) -> bool:
    if choice is Receipts.ON or any(act.name == "receipts" or _puts_receipts_back(act) for act in telling):
        return True
    return choice is Receipts.UNCLEAR and any(act.name not in DONE for act in telling)
