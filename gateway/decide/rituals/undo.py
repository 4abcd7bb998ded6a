"""`undo`: an answer to a receipt that puts back what its mail changed, exactly as it was, as far as it still can be.

Each line of a receipt holds what it changed (changes.py), so that whatever a mail did is put back by one rule a kind of
change, and an undo can be undone. What others changed since stays: only what this mail did is put back. Must not: call
back what has gone out to others (a post), or touch a closed round.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from gateway.decide import rounds
from gateway.decide.acted import Acted, declined, joined
from gateway.decide.after import after
from gateway.decide.changes import noted
from gateway.decide.receipts import DONE
from gateway.decide.rituals import checkin, govern, membership, task, vote
from gateway.decide.sent import facts_of, facts_said
from gateway.model.ballot import Choice
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
from gateway.model.context import MailContext, RoundView
from gateway.model.decision import Broadcast, Why
from gateway.model.entry import (
    AbsencesRestored,
    AddressRemoved,
    AnswerRestored,
    BlockerRaised,
    BlockerReopened,
    BlockerTakenBack,
    Entry,
    MemberReturned,
    ReadUpTo,
    RoundRestored,
    SettingsChanged,
)
from gateway.model.facts import Act, ChangeFacts, DeclineFacts, ReceiptFacts
from gateway.model.member import Member, Receipts
from gateway.model.round import Ballot, CheckInForm, Phase, Round, VoteForm
from gateway.model.understood import Governing, GoverningAct, Undo

_S = TypeVar("_S", bound=msgspec.Struct)
_AN_INSTANT = timedelta(seconds=1)  # an entry may be recorded a little after it was decided
_GONE_OUT = frozenset({"posted", "held-accepted", "held-rejected", "held-added", "invited", "removed"})
_NOWHERE = ".invalid"  # where the address of somebody erased is (RFC 2606 §2)


def undo(context: MailContext, member: Member, asked: Undo) -> Acted:
    """Return one act of a receipt, or all of them, put back."""
    if _receipt(context) is None:
        return declined(Why.DECLINED, DeclineFacts(reason="undo-what"))
    acts = chosen(context, asked)
    if not acts:
        return declined(Why.DECLINED, DeclineFacts(reason="nothing-to-undo"))
    parts: list[Acted] = []
    for act in reversed(acts):  # the last act first
        part = _put_back_act(context, member, act)
        if part is not None:
            parts.append(noted(context, part))  # line by line: two may put back the same thing
            context = after(context, part.entries)
    if not parts:
        return declined(Why.DECLINED, DeclineFacts(reason="nothing-to-undo"))
    whole = joined(parts)
    return dataclasses.replace(whole, acts=tuple(act for part in reversed(parts) for act in part.acts))


def _receipt(context: MailContext) -> ReceiptFacts | None:
    """Return the receipt that an undo is about: the one answered, or the last one where it came as a new mail."""
    return facts_of(context, ReceiptFacts) or facts_said(context.last_receipt, ReceiptFacts)


def is_of_the_last(context: MailContext, readings: Sequence[object]) -> bool:
    """Whether a member's new mail says `undo` and no more: then it is about the last that was changed by theirs.

    Whose changes are not all receipted would take back an older one than they mean.
    """
    if context.author is None or context.author.settings.receipts is not Receipts.ON:
        return False
    is_new = context.answering is None and context.thread is None
    return is_new and bool(readings) and all(isinstance(one, Undo) for one in readings)


def chosen(context: MailContext, asked: Undo) -> tuple[Act, ...]:
    """Return the lines of the receipt answered that an undo is about."""
    receipt = _receipt(context)
    acts = receipt.acts if receipt else ()
    if asked.mark:
        return tuple(act for act in acts if act.mark == asked.mark)
    return acts if asked.number == 0 else acts[asked.number - 1 : asked.number]


def needs(context: MailContext, asked: Undo) -> Iterator[str]:
    """Yield what an undo does, as the keys of the charter's `[trust]`: putting back needs what the act itself does."""
    for act in chosen(context, asked):
        if act.course is not None:  # of a task, which keeps its own way back
            yield "answer"
        answers = any(isinstance(change, AnswerChange) for change in act.changed)
        for change in act.changed:
            if isinstance(change, RoundChange):
                yield "vote" if answers or _is_voters(context, act, change) else "govern"
            else:
                yield _NEEDS[type(change)](context, change)


def changes(context: MailContext, asked: Undo) -> Iterator[Change]:
    """Yield what an undo is to put back."""
    for act in chosen(context, asked):
        yield from act.changed


# --- one act --------------------------------------------------------------------------------------------------------


def _put_back_act(context: MailContext, member: Member, act: Act) -> Acted | None:
    """Return an act put back whole or not at all; None for a line that did nothing."""
    if act.course is not None:
        put = task.undo(context, act)
        return dataclasses.replace(put, acts=tuple(_naming(line, act) for line in put.acts)) if put.settled else put
    if not act.changed:
        reason = "gone-out" if act.name in _GONE_OUT else "nothing-changed"
        return declined(Why.DECLINED, _refusal(reason, act)) if act.name in DONE else None
    done: list[Acted] = []
    for change in _in_order(act.changed):
        part = _rule(context, act, change)(context, member, change)
        if isinstance(part, str):
            return declined(Why.DECLINED, _refusal(part, act))
        if not part.settled:
            return part
        done.append(part)
        context = after(context, part.entries)
    undone = Act(name="undone", mark=act.mark, title=act.title, choice=_again(act.changed))
    return dataclasses.replace(joined(done), acts=(_naming(undone, act),))


def _rule(context: MailContext, act: Act, change: Change) -> _Rule:
    """Return how a change is put back: of a round by whoever could make it so."""
    if not isinstance(change, RoundChange):
        return _RULES[type(change)]
    if any(isinstance(other, AnswerChange) for other in act.changed):
        return _consequence
    return _round if _is_voters(context, act, change) else _governed


def _naming(undone: Act, act: Act) -> Act:
    """Return the line of an undo with the one it puts back; an undo of an undo has that hold again."""
    if act.undoes is not None:
        return msgspec.structs.replace(undone, undoes=act.undoes, again=not act.again)
    return msgspec.structs.replace(
        undone, undoes=msgspec.structs.replace(act, changed=(), course=None, course_before=None)
    )


def _in_order(changed: Sequence[Change]) -> list[Change]:
    """Return the changes with rounds first: an answer put back may stop the clock of one that runs."""
    return sorted(changed, key=lambda change: not isinstance(change, RoundChange))


def _again(changed: Sequence[Change]) -> Choice | None:
    """Return the choice that stands again."""
    before = [change.before.answer for change in changed if isinstance(change, AnswerChange) and change.before]
    return next((answer.choice for answer in before if isinstance(answer, Ballot)), None)


def _refusal(reason: str, act: Act) -> DeclineFacts:
    return DeclineFacts(reason=reason, mark=act.mark, title=act.title)


# --- between before and after ---------------------------------------------------------------------------------------


class _Overtaken(Exception):
    """A later act changed the same thing."""


def put_back(before: _S, changed: _S, now: _S) -> _S | None:
    """Return `now` with all that lies between `before` and `changed` put back, and nothing else.

    None where a later act changed the same thing.
    """
    try:
        return _struct(before, changed, now)
    except _Overtaken:
        return None


def _struct(before: _S, changed: _S, now: _S) -> _S:
    names = before.__struct_fields__
    values = {name: _value(*(getattr(one, name) for one in (before, changed, now))) for name in names}
    return msgspec.structs.replace(now, **values)


def _value(before: Any, changed: Any, now: Any) -> Any:
    if _is_same(before, changed):
        return now
    if _is_same(now, changed):
        return before
    match before, changed, now:
        case msgspec.Struct(), msgspec.Struct(), msgspec.Struct() if type(before) is type(changed) is type(now):
            return _struct(before, changed, now)
        case tuple(), tuple(), tuple():
            kept = tuple(one for one in now if one not in changed or one in before)
            return kept + tuple(one for one in before if one not in changed and one not in now)
        case dict(), dict(), dict():
            return _keys(before, changed, now)
        case _:
            raise _Overtaken


def _keys(before: dict[Any, Any], changed: dict[Any, Any], now: dict[Any, Any]) -> dict[Any, Any]:
    keys = dict.fromkeys((*now, *before))
    values = {key: _value(before.get(key), changed.get(key), now.get(key)) for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) <= _AN_INSTANT
    return bool(one == other)


# --- answers --------------------------------------------------------------------------------------------------------


def _answer(context: MailContext, member: Member, change: AnswerChange) -> Acted | str:
    """Put an answer back; one that objects stops the clock of a lazy consensus as it did."""
    view = context.rounds.get(change.mark)
    if view is None:
        return "unknown-mark"
    refused = None if _is_late(view) else rounds.no_longer_open(context, view)
    if refused is not None:
        return refused
    standing = view.given.answer if view.given else None
    if standing != change.after:
        return "nothing-to-withdraw" if standing is None else "changed-since"
    entry = AnswerRestored(mark=change.mark, member_id=member.id, standing=change.before)
    put = Acted(Why.ANSWERED, entries=(entry,))
    if isinstance(view.round.form, CheckInForm):
        return put if change.before else dataclasses.replace(put, due=checkin.asked_again(context, view.round, member))
    return _with_objection(context, view, change, put)


def _is_late(view: RoundView) -> bool:
    """Whether the answer that stands came after the end, and so is in no summary."""
    return view.standing is not None and view.standing.late and view.is_latest


def _with_objection(context: MailContext, view: RoundView, change: AnswerChange, put: Acted) -> Acted:
    ballots = (change.before.answer if change.before else None, change.after)
    before, changed = (ballot if isinstance(ballot, Ballot) else None for ballot in ballots)
    stopped = vote.objection(context, view, before, changed)
    return dataclasses.replace(
        put, entries=(*put.entries, *stopped.entries), broadcasts=stopped.broadcasts, undue=stopped.undue
    )


def _blocker(context: MailContext, member: Member, change: BlockerChange) -> Acted | str:
    entry: Entry
    if change.raised:
        entry = BlockerTakenBack(mark=change.mark, member_id=member.id, text=change.text)
    elif change.mark:
        entry = BlockerRaised(mark=change.mark, member_id=member.id, text=change.text)
    else:
        entry = BlockerReopened(member_id=member.id, text=change.text)
    return Acted(Why.ANSWERED, entries=(entry,))


# --- rounds ---------------------------------------------------------------------------------------------------------


def _round(context: MailContext, member: Member, change: RoundChange) -> Acted | str:
    """Put a round back: its time, its question, its clock; everyone asked is told."""
    view = context.rounds.get(change.after.mark)
    if view is None:
        return "unknown-mark"
    if view.round.phase is Phase.CLOSED:
        return rounds.no_longer_open(context, view) or "changed-since"
    return _as_before(context, member, view.round, change, "taken-back")


def _governed(context: MailContext, member: Member, change: RoundChange) -> Acted | str:
    """The same for what needs the right to govern, also once it was done: who has lost that puts nothing back."""
    view = context.rounds.get(change.after.mark)
    if view is not None and view.round.phase is not Phase.CLOSED and not govern.may_govern(context, view.round):
        return "not-allowed"
    return _round(context, member, change)


def _as_before(context: MailContext, member: Member, round_: Round, change: RoundChange, told: str) -> Acted | str:
    restored = put_back(change.before, change.after, round_)
    if restored is not None:
        restored = _with_time_left(restored, round_.closed_at or round_.paused_at, context.now)
    if restored is None:
        return "changed-since"  # or it would have closed already
    return _restored(context, member, round_, restored, "reopened" if round_.phase is Phase.CANCELLED else told)


def _consequence(context: MailContext, member: Member, change: RoundChange) -> Acted | str:
    """Put back what an answer did to its round: an objection stopped the clock, or one taken back let it run."""
    view = context.rounds.get(change.after.mark)
    if view is None:
        return "unknown-mark"
    if view.round.phase is Phase.CLOSED:
        return rounds.no_longer_open(context, view) or "changed-since"
    if change.after.phase is Phase.PAUSED:
        return _running_again(context, member, view.round)
    return _as_before(context, member, view.round, change, "paused")


def _is_voters(context: MailContext, act: Act, change: RoundChange) -> bool:
    """Whether a voter made a change as one: they added an option, where the vote takes some of them."""
    view = context.rounds.get(change.after.mark)
    made = act.undoes or act
    return made.name == "option-added" and view is not None and vote.takes_options_of(context, view)


def _running_again(context: MailContext, member: Member, round_: Round) -> Acted | str:
    """Let the clock run that an objection stopped, unless somebody else objects as well, or it runs already."""
    others = context.objectors.get(round_.mark, frozenset()) - {member.id}
    if round_.phase is not Phase.PAUSED or others:
        return Acted(Why.ROUND_CHANGED)
    running = msgspec.structs.replace(round_, phase=Phase.OPEN, paused_at=None)
    restored = _with_time_left(running, round_.paused_at, context.now)
    return _restored(context, member, round_, restored or running, "resumed")


def _with_time_left(round_: Round, stopped_at: datetime | None, now: datetime) -> Round | None:
    """Return a round that still has the time it had when it was stopped; None where its time is over without that."""
    if round_.phase is not Phase.OPEN or round_.closes_at > now:
        return round_
    if stopped_at is None or stopped_at >= round_.closes_at:
        return None
    return msgspec.structs.replace(round_, closes_at=now + (round_.closes_at - stopped_at))


def _restored(context: MailContext, member: Member, before: Round, restored: Round, told: str) -> Acted:
    secret = isinstance(before.form, VoteForm) and before.form.secret and told in ("resumed", "paused")
    entry = RoundRestored(mark=restored.mark, by=0 if secret else member.id, round=restored)
    runs = restored.phase is Phase.OPEN
    again = before.phase is Phase.CANCELLED and isinstance(restored.form, CheckInForm)
    prompts = checkin.prompts_again(context, restored) if again else ()
    return Acted(
        Why.ROUND_CHANGED,
        entries=(entry,),
        broadcasts=_told(context, restored, before, told, "" if secret else member.name or member.address),
        due=(*rounds.clock(restored, context.now), *prompts) if runs else (),
        undue=rounds.reminder_keys(restored.mark) if runs else rounds.clock_keys(restored.mark),
    )


def _told(context: MailContext, round_: Round, before: Round, change: str, by: str) -> tuple[Broadcast, ...]:
    """Whose answer is set aside is told so. Both copies have one key, so that of the two they get the first alone."""
    facts = ChangeFacts(
        change=change,
        mark=round_.mark,
        title=round_.title,
        by=by,
        closes_at=round_.closes_at if round_.phase is Phase.OPEN else None,
        question=round_.form.question if isinstance(round_.form, VoteForm) else None,
    )
    set_aside = msgspec.structs.replace(facts, set_aside=True)
    told = (set_aside, facts) if rounds.has_other_options(round_, before) else (facts,)
    return tuple(rounds.told_of_change(context, round_, one) for one in told)


def _begun(context: MailContext, member: Member, change: RoundBegun) -> Acted | str:
    """Call a round off that its mail opened: its ballots have gone out, so everyone is told."""
    view = context.rounds.get(change.mark)
    if view is None:
        return "unknown-mark"
    return govern.govern(context, view.round, Governing(GoverningAct.CANCEL))


# --- people ---------------------------------------------------------------------------------------------------------


def _settings(context: MailContext, member: Member, change: SettingsChange) -> Acted | str:
    assert context.author is not None
    restored = put_back(change.before, change.after, context.author.settings)
    if restored is None or restored == context.author.settings:  # else it was put back before
        return "changed-since"
    return Acted(Why.SETTINGS, entries=(SettingsChanged(member_id=member.id, settings=restored),))


def _absences(context: MailContext, member: Member, change: AbsenceChange) -> Acted | str:
    assert context.author is not None
    restored = _value(change.before, change.after, context.author.absences)
    if restored == context.author.absences:  # it was put back before, or is over
        return "changed-since"
    return Acted(Why.AWAY, entries=(AbsencesRestored(member_id=member.id, absences=restored),))


def _member(context: MailContext, member: Member, change: MemberChange) -> Acted | str:
    if not member.is_steward:
        return "not-allowed"
    known = context.members_named.get(change.address)
    if change.joined:
        if known is None:
            return "changed-since"
        return membership.taken_off(context, known)
    is_taken = any(address in context.members_named for address in (change.address, *change.further))
    if is_taken or not change.member_id or change.address.endswith(_NOWHERE):
        return "changed-since"  # an address of theirs is somebody's, or nobody is left to come back
    entry = MemberReturned(member_id=change.member_id, by=member.id)
    back = membership.welcome_back(context, change.member_id, change.address)
    return Acted(Why.JOINED, entries=(entry,), notices=(back,))


def _address(context: MailContext, member: Member, change: AddressChange) -> Acted | str:
    if change.address not in member.further_addresses:
        return "changed-since"
    return Acted(Why.SETTINGS, entries=(AddressRemoved(member_id=member.id, address=change.address),))


def _read(context: MailContext, member: Member, change: ReadChange) -> Acted | str:
    """Let the next digest tell again what a catch-up told; one that went out since has told it."""
    due = context.digest_due
    undone = Acted(Why.SETTINGS, entries=(ReadUpTo(member_id=member.id, until=change.before),))
    if not change.is_moved:
        return undone
    if due is None or due.since != change.after:
        return "changed-since"
    return dataclasses.replace(undone, due=(msgspec.structs.replace(due, since=change.before, number=change.number),))


_Rule = Callable[[MailContext, Member, Any], Acted | str]  # what it comes to, or the reason why it stays as it is

_RULES: dict[type, _Rule] = {
    AnswerChange: _answer,
    BlockerChange: _blocker,
    RoundBegun: _begun,
    SettingsChange: _settings,
    AbsenceChange: _absences,
    MemberChange: _member,
    AddressChange: _address,
    ReadChange: _read,
}


# --- what each needs ------------------------------------------------------------------------------------------------


def _answers_a_vote(context: MailContext, change: AnswerChange) -> str:
    return "vote" if change.mark in context.rounds and _is_vote(context.rounds[change.mark]) else "answer"


def _is_vote(view: RoundView) -> bool:
    return isinstance(view.round.form, VoteForm)


_NEEDS: dict[type, Callable[[MailContext, Any], str]] = {
    AnswerChange: _answers_a_vote,
    BlockerChange: lambda context, change: "answer",
    RoundBegun: lambda context, change: "govern",
    SettingsChange: lambda context, change: "settings",
    AbsenceChange: lambda context, change: "settings",
    MemberChange: lambda context, change: "govern",
    AddressChange: lambda context, change: "settings",
    ReadChange: lambda context, change: "settings",
}
