"""What a piece of a mail changed, noted with its lines of the receipt so that `undo` can put it back exactly.

One place for every ritual: what changed is told from the entries and the context before and after them. Must not: put
anything back (rituals/undo.py does), or know what an act means.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import msgspec

from gateway.decide.acted import Acted
from gateway.decide.after import after
from gateway.model.change import (
    AbsenceChange,
    AddressChange,
    AnswerChange,
    BlockerChange,
    Change,
    MemberChange,
    ReadChange,
    RoundBegun,
    RoundChange,
    SettingsChange,
)
from gateway.model.context import MailContext
from gateway.model.entry import (
    AddressAdded,
    Answered,
    AnswerRestored,
    BlockerClosed,
    BlockerRaised,
    BlockerReopened,
    BlockerTakenBack,
    Entry,
    MemberAdded,
    MemberLeft,
    MemberReturned,
    ReadUpTo,
    RoundOpened,
    Withdrawn,
)
from gateway.model.facts import Act
from gateway.model.member import Member, Settings

_ABSENCES = ("away", "back", "resumed")
_PEOPLE = ("held-added", "removed")
_DIGEST_DAY, _DIGEST_HOUR = ("digest_weekday",), ("digest_at",)


def noted(context: MailContext, acted: Acted) -> Acted:
    """Return what a piece came to, with what it changed noted on its acts; `context` is as the piece found it.

    What was noted as it was done, line by line, stays so.
    """
    if not acted.acts or not acted.entries or any(act.changed for act in acted.acts):
        return acted
    acts = list(acted.acts)
    found = (*_changes(context, after(context, acted.entries), acted.entries), *_read(context, acted))
    for change in found:
        for place, part in _placed(acts, change):
            acts[place] = msgspec.structs.replace(acts[place], changed=(*acts[place].changed, part))
    return dataclasses.replace(acted, acts=tuple(acts))


# --- what changed ---------------------------------------------------------------------------------------------------


def _changes(before: MailContext, now: MailContext, entries: Sequence[Entry]) -> Iterator[Change]:
    yield from _of_rounds(before, now, entries)
    if before.author is not None and now.author is not None:
        yield from _of_author(before.author, now.author)
    for entry in entries:
        yield from _of_one(before, entry)


def _of_rounds(before: MailContext, now: MailContext, entries: Sequence[Entry]) -> Iterator[Change]:
    answered = {entry.mark for entry in entries if isinstance(entry, (Answered, AnswerRestored, Withdrawn))}
    for mark, view in now.rounds.items():
        known = before.rounds[mark]
        answer = view.given.answer if view.given else None
        # An answer set aside by a change of its question comes back with the question.
        if mark in answered and known.given != view.given:  # said again it stands since later
            yield AnswerChange(mark=mark, before=known.given, after=answer)
        if known.round != view.round:
            yield RoundChange(before=known.round, after=view.round)
    yield from (RoundBegun(mark=entry.round.mark) for entry in entries if isinstance(entry, RoundOpened))


def _of_author(before: Member, now: Member) -> Iterator[Change]:
    if before.settings != now.settings:
        yield SettingsChange(before=before.settings, after=now.settings)
    if before.absences != now.absences:
        yield AbsenceChange(before=before.absences, after=now.absences)


def _of_one(context: MailContext, entry: Entry) -> Iterator[Change]:
    match entry:
        case BlockerRaised(text=text, mark=mark) if text not in _blockers(context):  # else it is open since before
            yield BlockerChange(text=text, raised=True, mark=mark)
        case BlockerReopened(text=text) if text not in _blockers(context):
            yield BlockerChange(text=text, raised=True)
        case BlockerTakenBack(text=text, mark=mark):
            yield BlockerChange(text=text, raised=False, mark=mark)
        case BlockerClosed(text=text) if text in _blockers(context):
            yield BlockerChange(text=text, raised=False)
        case MemberAdded(member=member):
            yield MemberChange(member_id=member.id, address=member.address, joined=True)
        case MemberLeft(member_id=member_id) | MemberReturned(member_id=member_id):
            known = next((m for m in context.members_named.values() if m.id == member_id), None)
            yield MemberChange(
                member_id=member_id,
                address=known.address if known else "",
                joined=isinstance(entry, MemberReturned),
                further=known.further_addresses if known else (),
            )
        case AddressAdded(address=address):
            yield AddressChange(address=address)


def _read(context: MailContext, acted: Acted) -> Iterator[ReadChange]:
    """Yield what a mail that marks things as read, or takes that back, changed of its author's next digest."""
    if not any(isinstance(entry, ReadUpTo) for entry in acted.entries):
        return
    due = context.digest_due
    moved = next((row for row in acted.due if due is not None and row.key == due.key), due)
    before, after_ = (due.since, moved.since) if due is not None and moved is not None else (None, None)
    yield ReadChange(before=before, after=after_, number=due.number if due else 0, is_moved=moved is not due)


def _blockers(context: MailContext) -> frozenset[str]:
    """Return what stops the author, as known before this piece."""
    return frozenset(text for view in context.rounds.values() for text in view.open_blockers)


# --- which line says so ---------------------------------------------------------------------------------------------


def _placed(acts: Sequence[Act], change: Change) -> Iterator[tuple[int, Change]]:
    """Yield the places of the lines that say of a change, each with the part of it that is theirs."""
    match change:
        case SettingsChange():
            yield from _settings_placed(acts, change)
        case AbsenceChange():
            yield _first(acts, _ABSENCES), change
        case BlockerChange(text=text) if stuck := [n for n, act in enumerate(acts) if _is_of(act, text)]:
            yield stuck[0], change
        case MemberChange():
            free = [n for n, act in enumerate(acts) if act.name in _PEOPLE and not act.changed]
            yield free[0] if free else 0, change
        case _:
            mark = change.after.mark if isinstance(change, RoundChange) else getattr(change, "mark", "")
            yield next((n for n, act in enumerate(acts) if act.mark == mark), 0), change


def _is_of(act: Act, text: str) -> bool:
    """Whether a line says that something was planned too often, and of what."""
    return act.name == "stuck" and act.text == text


def _first(acts: Sequence[Act], names: Sequence[str]) -> int:
    return next((n for n, act in enumerate(acts) if act.name in names), 0)


def _settings_placed(acts: Sequence[Act], change: SettingsChange) -> Iterator[tuple[int, Change]]:
    """The day and the hour of a digest have a line of their own beside other settings."""
    left = change
    for place, act in enumerate(acts):
        if act.name == "digest-time" and place:
            names = _DIGEST_HOUR if ":" in act.text else _DIGEST_DAY
            yield place, msgspec.structs.replace(left, before=_only(left, names))
            left = msgspec.structs.replace(left, after=_only(left, names))
    if left.before != left.after:
        yield 0, left


def _only(change: SettingsChange, names: Sequence[str]) -> Settings:
    """Return the settings after a change with the fields of these names as before it."""
    return msgspec.structs.replace(change.after, **{name: getattr(change.before, name) for name in names})
