"""Reminders: to whom an answer is still owed, and when, in that member's own working hours.

When a reminder comes is a function of the round, the member and the charter alone. So a rule that wakes, however late
and however often, sends the latest one whose time has come; earlier ones that were missed are thereby dropped, and the
key of the notice keeps it from going twice.

Must not: count votes, or know what a round asks beyond what its reminder shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from gateway.decide.addressed import to_member
from gateway.decide.calendar import at_wall, in_working_hours, into_working_hours, local, subtract_span
from gateway.decide.owed import wants_nothing
from gateway.decide.quorum import missing
from gateway.model.charter import Charter
from gateway.model.context import Due, DueKind, TickContext
from gateway.model.decision import Decision, Why
from gateway.model.facts import Item, ReminderFacts
from gateway.model.member import Member
from gateway.model.notice import Notice
from gateway.model.plan import numbered
from gateway.model.round import CheckInForm, Phase, Round, VoteForm
from gateway.model.span import Span

_BREATH = timedelta(hours=1)  # a reminder moved back keeps this far from the question itself
_TIME_ENOUGH = timedelta(hours=4)  # to answer within the working day
_LAST_CHANCE = timedelta(minutes=10)  # later than this before the close a reminder helps nobody
_SLACK = timedelta(minutes=5)  # a tick may come a little after the minute it was planned for


# --- when ---------------------------------------------------------------------------------------


def asked_at(round_: Round, member: Member, charter: Charter) -> datetime:
    """Return when a member is first asked: at the opening, or at their own hour of a check-in's day."""
    routine = charter.routines.get(round_.routine or "")
    if routine is None or round_.occurrence is None or not isinstance(round_.form, CheckInForm):
        return round_.opened_at
    own = at_wall(round_.occurrence, member.settings.prompt_at or routine.at, member.timezone)
    return max(round_.opened_at, own)


def times(round_: Round, member: Member, charter: Charter) -> tuple[datetime, ...]:
    """Return when a member is reminded of a round (UTC, ascending): after being asked, before the close."""
    asked = asked_at(round_, member, charter)
    found = (_time(round_, Span.parse(span), member, charter, asked) for span in round_.reminders)
    return tuple(sorted({at for at in found if at is not None}))


def _time(round_: Round, span: Span, member: Member, charter: Charter, asked: datetime) -> datetime | None:
    closes = round_.closes_at
    wanted = subtract_span(closes, span, charter, member.timezone)
    if not asked < wanted < closes:
        return None
    earliest = min(wanted, asked + min(_BREATH, (closes - asked) / 2))
    # Moved on it still leaves half of the time it promised, or time enough; else it moves back.
    in_good_time = closes - min((closes - wanted) / 2, _TIME_ENOUGH)
    last = max(wanted, closes - _LAST_CHANCE)
    return into_working_hours(wanted, member, charter, earliest, in_good_time) or into_working_hours(
        wanted, member, charter, earliest, last
    )


# --- dues ---------------------------------------------------------------------------------------


def member_key(mark: str, member_id: int, number: int | str) -> str:
    """Return the key of a due row for one member's reminder; `remind:<mark>:<member>:*` takes out all of them."""
    return f"remind:{mark}:{member_id}:{number}"


def member_dues(round_: Round, member: Member, charter: Charter) -> Iterator[Due]:
    """Yield the due rows of one member's reminders."""
    for number, at in enumerate(times(round_, member, charter), start=1):
        key = member_key(round_.mark, member.id, number)
        yield Due(key=key, kind=DueKind.REMIND, at=at, mark=round_.mark, member_id=member.id, number=number)


def wake(round_: Round, at: datetime) -> Due:
    """Return the one due row that sets a round's reminders going: woken early, the rule comes back when each is due.

    This is for rounds whose reminders say the same to everyone. One row serves all members whose reminder comes at the
    same instant: an electorate of 10,000 needs as many as it has zones and working hours.
    """
    return _due_for_all(round_.mark, at, 0)


def _due_for_all(mark: str, at: datetime, number: int) -> Due:
    key = member_key(mark, 0, at.strftime("%Y%m%dT%H%M%SZ"))
    return Due(key=key, kind=DueKind.REMIND, at=at, mark=mark, number=number)


# --- the rule -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a rule that woke does for one member: send a reminder now (`number` > 0), or come back at `later`."""

    member: Member
    number: int = 0
    last: bool = False
    later: datetime | None = None


def remind(due: Due, context: TickContext) -> Decision:
    """Remind those who still owe an answer and whose time has come; come back for those whose has not.

    Who has answered is reminded too where a later mail of theirs was unclear, and so does not count.

    `member_id` 0 in the due row means everyone in `context.electorate` who has not answered.
    """
    view, now = context.view, context.now
    if view is None or view.round.phase is not Phase.OPEN or now >= view.round.closes_at:
        return Decision(Why.NOT_OWED, detail="the round is not open")
    turns = [_turn(view.round, member, context) for member in _owing(due, context)]
    notices = tuple(_notice(turn, context) for turn in turns if turn.number)
    later = sorted({turn.later for turn in turns if turn.later})
    return Decision(
        Why.REMINDED if notices else Why.NOT_OWED,
        notices=notices,
        due=tuple(_come_back(due, at) for at in later),
        detail=f"reminded {len(notices)} of {len(turns)} who owe an answer",
    )


def _owing(due: Due, context: TickContext) -> Iterator[Member]:
    view = context.view
    owing = {*context.electorate, *context.changing} - {standing.member_id for standing in context.standings}
    for member in context.members:
        if due.member_id:
            owes = member.id == due.member_id and view is not None and view.in_electorate and view.standing is None
        else:
            owes = member.id in owing
        if owes and _can_be_asked(member, context.now):
            yield member


def _can_be_asked(member: Member, now: datetime) -> bool:
    today = local(now, member.timezone).date()
    return wants_nothing(member, today) is None and member.away_on(today) is None


def _turn(round_: Round, member: Member, context: TickContext) -> _Turn:
    now, charter = context.now, context.workspace.charter
    planned = times(round_, member, charter)
    number = sum(at <= now for at in planned)
    following = planned[number] if number < len(planned) else None
    if not number:
        return _Turn(member, later=following)
    if not in_working_hours(now, member, charter, _SLACK):  # we were down at the time, or the hours have changed
        opens = into_working_hours(now, member, charter, now, round_.closes_at - _LAST_CHANCE)
        return _Turn(member, later=min((at for at in (opens, following) if at), default=None))
    return _Turn(member, number, last=number == len(planned), later=following)


def _come_back(due: Due, at: datetime) -> Due:
    if not due.member_id:
        return _due_for_all(due.mark, at, due.number)
    return msgspec.structs.replace(due, key=member_key(due.mark, due.member_id, at.strftime("%Y%m%dT%H%M%SZ")), at=at)


def _notice(turn: _Turn, context: TickContext) -> Notice:
    assert context.view is not None
    round_, member = context.view.round, turn.member
    return to_member(
        member,
        _facts(turn, context),
        # A round that was extended reminds anew: its closing time is part of what makes a reminder the same one.
        f"remind:{round_.mark}:{turn.number}:{member.id}:{round_.closes_at:%Y%m%dT%H%M}",
        context.now,
        thread=round_.thread,
        mark=round_.mark,
        items=(Item(mark=round_.mark, text=round_.title),),
        owed=True,
    )


def _facts(turn: _Turn, context: TickContext) -> ReminderFacts:
    assert context.view is not None
    round_ = context.view.round
    standing_at = context.changing.get(turn.member.id)
    facts = ReminderFacts(
        mark=round_.mark,
        ritual=round_.ritual,
        title=round_.title,
        closes_at=round_.closes_at,
        last=turn.last,
        doubtful=standing_at is not None or context.doubtful or turn.member.id in context.doubters,
        standing_at=standing_at,
    )
    match round_.form:
        case VoteForm(question=question, quorum=quorum, quorum_people=people):
            lacking = missing(context.answered, context.view.asked, quorum, people)
            return msgspec.structs.replace(facts, question=question, quorum_missing=lacking)
        case CheckInForm(questions=questions):
            view = context.view
            shown = numbered(view.plan, view.open_blockers)
            lines = {"plan": shown.plan, "blockers": shown.blockers, "stopped": shown.stopped}
            return msgspec.structs.replace(facts, questions=questions, **lines)
