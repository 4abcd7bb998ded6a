"""Answers to the one who wrote: questions back, noes, receipts, each addressed as an automatic reply (RFC 3834).

Must not: decide whether to answer (on_message's limits do), or hold words.
"""

from __future__ import annotations

from gateway.model.address import fold_address
from gateway.model.context import MailContext
from gateway.model.decision import Broadcast, Group
from gateway.model.facts import Facts, Item, StewardFacts
from gateway.model.message import Message
from gateway.model.notice import Answering, Notice

_REFERENCES = 20  # ids kept of a long thread; RFC 5322 §3.6.4 sets no bound, header lines do


def to_author(
    context: MailContext, message: Message, facts: Facts, key: str, *, mark: str = "", items: tuple[Item, ...] = ()
) -> Notice:
    """Return a notice to the author, at the address they wrote from. `key` guards it against being sent twice."""
    member, charter = context.author, context.workspace.charter
    written_from = message.author
    return Notice(
        key=key,
        facts=facts,
        member_id=member.id if member else 0,
        address=fold_address(written_from.address) if written_from else member.address if member else "",
        name=member.name if member else written_from.name if written_from else "",
        language=member.language if member else charter.languages[0],
        timezone=member.timezone if member else charter.timezone,
        due_at=context.now,
        thread=context.thread.mark if context.thread else "",
        mark=mark,
        items=items,
        answering=Answering.REPLIED,
        in_reply_to=message.message_id,  # RFC 5322 §3.6.4; RFC 3834 §3.1.5
        references=chain(message),
        subject_hint=message.subject,
    )


def chain(message: Message) -> tuple[str, ...]:
    """Return the References of an answer to a message: what it referred to, then itself (RFC 5322 §3.6.4)."""
    known = message.references or message.in_reply_to[:1]
    ids = tuple(dict.fromkeys((*known, message.message_id)))
    return tuple(name for name in ids[:1] + ids[1:][-_REFERENCES:] if name)


def once_per_mail(context: MailContext, kind: str) -> str:
    """Return the key of an answer that each mail may have one of."""
    return f"{kind}:a{context.arrival_id}"


def once_per_day(context: MailContext, message: Message, kind: str) -> str:
    """Return the key of an answer of which one address is sent one a day at most (RFC 3834 §2)."""
    address = message.author_address or "nobody"
    return f"{kind}:{address}:{context.received_at.date().isoformat()}"


def to_stewards(
    context: MailContext,
    message: Message,
    about: str,
    *,
    key: str,
    text: str = "",
    arrival_id: int = 0,
    subject: str | None = None,
    is_withheld: bool = False,
) -> Broadcast:
    """Return what the stewards are told of a mail; `subject` in the place of its own, where that must not be shown."""
    author = message.author
    facts = StewardFacts(
        about=about,
        name=context.author.name if context.author else author.name if author else "",
        address=author.address if author else "",
        subject=message.subject if subject is None else subject,
        text=text,
        arrival_id=arrival_id,
        is_withheld=is_withheld,
    )
    return Broadcast(key=key, facts=facts, group=Group.STEWARDS)
