"""Posts: free text to a thread, or the start of one, passed on to everyone who reads there.

Must not: say how copies look, or who reads (audience.py expands).
"""

from __future__ import annotations

import re

from gateway.decide.acted import Acted, declined
from gateway.decide.attachments import files_of
from gateway.model.attachment import Attachment, KeptBack
from gateway.model.context import MailContext, ThreadView
from gateway.model.decision import Broadcast, Group, Why
from gateway.model.entry import Posted
from gateway.model.facts import Act, DeclineFacts, PostFacts
from gateway.model.member import with_address
from gateway.model.message import Message
from gateway.model.round import POST_LETTER
from gateway.model.token import bears_one

_REPLY_PREFIX = re.compile(r"^\s*(?:[^\s:\[\]]{1,6}(?:\[\d+\])?\s*:\s*)+(?=\S)")
_ANCESTORS = 10
_LONGEST_SUBJECT = 80


def post(context: MailContext, message: Message, text: str, mark: str = "", *, with_answers: bool = False) -> Acted:
    """Return what free text comes to: a post to the thread of `mark`, else of the mail, else the start of a thread.

    `with_answers`: the mail answers something beside, so that its files are passed on to nobody.
    """
    thread = thread_of(context, mark)
    if thread is None and context.answering is not None:
        marks = " ".join(item.mark for item in context.answering.items)
        return declined(Why.ASKED_BACK, DeclineFacts(reason="which-item", subject=message.subject, detail=marks))
    return _posted(context, message, text, thread, _files(context, message, with_answers))


def start(context: MailContext, message: Message, text: str, *, with_answers: bool = False) -> Acted:
    """Return the start of a thread by words in answer to something else: they are its subject too."""
    return _posted(context, message, text, None, _files(context, message, with_answers), _first_words(text))


def _files(context: MailContext, message: Message, with_answers: bool) -> tuple[Attachment, ...]:
    back = KeptBack.STRANGER if context.author is None else KeptBack.ANSWER if with_answers else KeptBack.NO
    return files_of(message, context.arrival_id, context.workspace.charter.attachments, back)


def _posted(
    context: MailContext,
    message: Message,
    text: str,
    thread: ThreadView | None,
    files: tuple[Attachment, ...],
    subject: str = "",
) -> Acted:
    number = context.fresh.mark(POST_LETTER)
    entry = _entry(context, message, text, number, thread, files, subject)
    return Acted(
        Why.POSTED if thread else Why.THREAD_STARTED,
        entries=(entry,),
        broadcasts=(_copies(context, message, entry, thread),),
        # What was answered, by the mark it was answered by: its own mark says nothing to its author.
        acts=(
            Act(name="posted", mark=thread.mark if thread else number, title=entry.subject, text=_first_words(text)),
        ),
    )


def thread_of(context: MailContext, mark: str) -> ThreadView | None:
    """Return the thread a mark stands for: a post's, a round's, the mail's own; None when it starts one."""
    if mark in context.threads:
        return context.threads[mark]
    if mark in context.rounds:
        round_ = context.rounds[mark].round
        if context.thread and context.thread.mark == round_.thread:
            return context.thread
        return ThreadView(round_.thread, round_.title, round_.channel, round_.message_id)
    if mark in context.tasks:
        task = context.tasks[mark]
        return ThreadView(mark, task.title, task.channel, task.message_id)
    if context.thread is not None:
        return context.thread
    if mark:
        return ThreadView(mark, "", None)
    if context.answering is not None and context.answering.thread:
        return ThreadView(context.answering.thread, "", None)
    return None


def _entry(
    context: MailContext,
    message: Message,
    text: str,
    mark: str,
    thread: ThreadView | None,
    files: tuple[Attachment, ...],
    subject: str,
) -> Posted:
    return Posted(
        mark=mark,
        thread=thread.mark if thread else mark,
        author_id=context.author.id if context.author else None,
        author_name=_author_name(context, message),
        subject=(thread.subject if thread else subject) or _subject(message, text),
        text=text.strip(),
        channel=thread.channel if thread else context.destination.channel,
        message_id=message.message_id,
        files=files,
        unproven=context.is_unproven,
    )


def _author_name(context: MailContext, message: Message) -> str:
    """Return what readers are told of who wrote; of somebody who is no member always with the address."""
    if context.author:
        return context.author.name or context.author.address
    return with_address(message.author.name, message.author_address) if message.author else ""


def _subject(message: Message, text: str) -> str:
    """Return the subject without `Re:` and its like, or the text's first words when it has none."""
    subject = " ".join(message.subject.split())
    if message.in_reply_to or message.references:
        subject = _REPLY_PREFIX.sub("", subject)
    return subject or _first_words(text)


def _first_words(text: str) -> str:
    return next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")[:_LONGEST_SUBJECT]


def _copies(context: MailContext, message: Message, entry: Posted, thread: ThreadView | None) -> Broadcast:
    facts = PostFacts(
        mark=entry.mark,
        thread=entry.thread,
        author_name=entry.author_name,
        author_address=message.author_address,
        subject=entry.subject,
        text=entry.text,
        channel=entry.channel,
        files=entry.files,
    )
    return Broadcast(
        key=f"post:{entry.mark}",
        facts=facts,
        group=Group.READERS,
        mark=entry.mark,
        thread=entry.thread,
        channel=entry.channel,
        leave_out=frozenset({context.author.id} if context.author else ()),
        leave_out_addresses=frozenset(context.recipients),  # who stands in To or Cc has it already
        references=references(context, message, entry.thread, thread),
    )


def references(context: MailContext, message: Message, thread_mark: str, thread: ThreadView | None) -> tuple[str, ...]:
    """Return the ids every copy refers to, oldest first (RFC 5322 §3.6.4).

    The thread's own id joins all copies. The author's own Message-IDs join them to the mail that some got directly. Ids
    of ours are left out, those of another workspace too: each names one member's copy and carries that member's token.
    """
    address = context.workspace.address
    theirs = (*message.references[-_ANCESTORS:], *message.in_reply_to[:1], message.message_id)
    known = (thread.root_message_id, *thread.last_message_ids) if thread else ()
    ids = (address.thread_id(thread_mark), *known, *theirs)
    return tuple(dict.fromkeys(name for name in ids if name and not bears_one(name)))
