"""A mail understood in the light of the record: its context is widened by what its words name, then by what deciding
on it wants.

Must not: decide, or write.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.decide import on_message
from gateway.model.context import MailContext
from gateway.model.message import Message
from gateway.model.token import KeyRing
from gateway.model.understood import Understood
from gateway.pipeline import knowing
from gateway.pipeline.ahead import ReadAhead
from gateway.understand.lexicon import Lexicon
from gateway.understand.read import hear, understand
from store.transaction import Transaction


def in_light_of(
    tx: Transaction,
    context: MailContext,
    message: Message,
    lexicon: Lexicon,
    keys: KeyRing,
    ahead: ReadAhead | None = None,
) -> tuple[MailContext, Understood]:
    """Return a mail understood, and its context with what deciding on it wants beside."""
    ahead = ahead if ahead and ahead.stands(context) else None
    heard = ahead.heard if ahead else hear(message, context, lexicon)
    if heard.named:
        context = knowing.with_marks(tx, context, heard.named)
    understood = ahead.understood if ahead else None
    if understood is None:
        understood = understand(message, context, lexicon, heard)
    further = [mark for mark in understood.named if mark not in heard.named]  # "mute P-14", known once it was read
    if further and (wider := knowing.with_marks(tx, context, further)) is not context:
        context, understood = wider, understand(message, wider, lexicon, heard)
    if on_message.undoes_the_last(context, understood):
        context = knowing.with_last_receipt(tx, context)
    if understood.written.bounce is not None and context.bounced is None:
        context = knowing.returned_by_content(tx, context, understood.written.bounce, keys)
    if addresses := on_message.names(context, understood):
        found = knowing.named(tx, context.workspace, addresses)
        context = replace(context, members_named={**context.members_named, **found})
    wanted = on_message.wants(context, understood)
    if on_message.Want.MEMBERS in wanted:
        context = replace(context, members=tuple(tx.people.all(context.workspace.id)))
    if on_message.Want.NEWS in wanted or on_message.Want.DIGEST in wanted:
        context = knowing.with_digest_due(tx, context)
    if on_message.Want.NEWS in wanted:
        context = knowing.with_news(tx, context, on_message.asked_since(context, understood))
    if on_message.Want.OBJECTORS in wanted:
        context = replace(context, objectors=knowing.objectors(tx, context))
    if marks := on_message.tasks_named(understood):
        tasks = tx.tasks.by_mark(context.workspace.id, sorted(marks))
        context = replace(context, tasks={**context.tasks, **tasks})
    if on_message.Want.OWN_TASKS in wanted and context.author is not None:
        own = {task.mark: task for task in tx.tasks.own(context.workspace.id, context.author.id)}
        context = replace(context, tasks={**own, **context.tasks})
    if on_message.Want.OPEN_ROUNDS in wanted and context.author is not None:
        open_ = tx.rounds.open_views(context.workspace.id, context.author.id)
        views = {view.round.mark: replace(view, answered=answered) for view, answered in open_}
        context = replace(context, rounds={**context.rounds, **views})
    return knowing.with_newer(tx, context), understood
