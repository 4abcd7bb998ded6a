"""The context as it stands once something was decided: what the next piece of the same mail finds.

Marks taken, answers given, tasks on another course, the author's settings and absences changed. Must not: decide
anything, or know more of the entries than the context shows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import msgspec

from gateway.decide.fold import absences, moved
from gateway.model.context import Fresh, MailContext
from gateway.model.entry import (
    AbsencesRestored,
    AddressAdded,
    AddressRemoved,
    Answered,
    AnswerRestored,
    AwayEnded,
    AwayNoted,
    Entry,
    MemberLeft,
    Posted,
    RoundOpened,
    SettingsChanged,
    TaskChanged,
    TaskMade,
    Withdrawn,
)
from gateway.model.round import Round, Standing, still_counts


def after(context: MailContext, entries: Iterable[Entry]) -> MailContext:
    """Return the context as the next piece finds it."""
    for entry in entries:
        context = _advanced(context, entry)
    return context


def _advanced(context: MailContext, entry: Entry) -> MailContext:
    match entry:
        case Posted(mark=mark) | RoundOpened(round=Round(mark=mark)):
            return dataclasses.replace(context, fresh=_taken(context.fresh, mark))
        case TaskMade(task=task):
            known = {**context.tasks, task.mark: task}
            return dataclasses.replace(context, fresh=_taken(context.fresh, task.mark), tasks=known)
        case TaskChanged(mark=mark, course=course) if mark in context.tasks:
            changed = msgspec.structs.replace(context.tasks[mark], course=course)
            return dataclasses.replace(context, tasks={**context.tasks, mark: changed})
        case Answered(mark=mark, member_id=member_id, answer=answer, late=late) if mark in context.rounds:
            standing = Standing(member_id=member_id, answer=answer, at=context.received_at, late=late)
            return _with_view(context, mark, standing=standing, set_aside=None)
        case AnswerRestored(mark=mark, standing=before) if mark in context.rounds:
            return _seated(_with_view(context, mark, standing=before, set_aside=None), mark)
        case Withdrawn(mark=mark) if mark in context.rounds:
            return _with_view(context, mark, standing=None, set_aside=None)
        case MemberLeft(member_id=member_id):
            return dataclasses.replace(context, members=tuple(one for one in context.members if one.id != member_id))
        case _:
            mark = getattr(entry, "mark", "")
            view = context.rounds.get(mark)
            if view is None:
                return _of_author(context, entry)
            return _seated(_with_view(context, mark, round=moved(view.round, entry, context.now)), mark)


def _of_author(context: MailContext, entry: Entry) -> MailContext:
    member = context.author
    if member is None or getattr(entry, "member_id", 0) != member.id:
        return context
    match entry:
        case SettingsChanged(settings=settings):
            changed = msgspec.structs.replace(member, settings=settings)
        case AwayNoted() | AwayEnded() | AbsencesRestored():
            changed = msgspec.structs.replace(member, absences=absences(member.absences, entry))
        case AddressAdded(address=address):
            changed = msgspec.structs.replace(member, further_addresses=(*member.further_addresses, address))
        case AddressRemoved(address=address):
            left = tuple(one for one in member.further_addresses if one != address)
            changed = msgspec.structs.replace(member, further_addresses=left)
        case _:
            return context
    return dataclasses.replace(context, author=changed)


def _taken(fresh: Fresh, mark: str) -> Fresh:
    letter, _, number = mark.partition("-")
    return Fresh({**fresh.numbers, letter: int(number) + 1})


def _seated(context: MailContext, mark: str) -> MailContext:
    """The author's answer stands as long as the question knows it, and stands again when it knows it again."""
    view = context.rounds[mark]
    given = view.standing or view.set_aside
    if given is None:
        return context
    stands = still_counts(given.answer, view.round.form)
    return _with_view(context, mark, standing=given if stands else None, set_aside=None if stands else given)


def _with_view(context: MailContext, mark: str, **changes: object) -> MailContext:
    view = dataclasses.replace(context.rounds[mark], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(context, rounds={**context.rounds, mark: view})
