"""Is a notice still to be sent? Asked once more just before it goes, since hours may have passed since it was decided.

Must not: change anything; a reason returned here becomes the reason of a suppressed notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.decide.calendar import in_working_hours, local
from gateway.model.charter import Charter
from gateway.model.context import RoundView
from gateway.model.facts import ReminderFacts, TaskFacts, TaskReminderFacts
from gateway.model.member import Member
from gateway.model.notice import Answering, Notice
from gateway.model.round import Phase
from gateway.model.task import Task

# A reminder decided in working hours still goes this long after them: the outbox may be busy.
_SLACK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Case:
    notice: Notice
    view: RoundView | None
    member: Member
    now: datetime
    charter: Charter
    task: Task | None = None


# --- what a member wants ------------------------------------------------------------------------


def wants_nothing(member: Member, day: date) -> str | None:
    """Return why a member gets nothing of our own accord on a day of theirs: left, suspended, paused; or None."""
    if member.left_at is not None:
        return "left"
    if member.suspended:
        return "suspended"
    return "paused" if is_paused(member, day) else None


def is_paused(member: Member, day: date) -> bool:
    """Whether a member asked for silence on a day, its last one included."""
    until = member.settings.paused_until
    return member.settings.paused or (until is not None and day <= until)


# --- checks -------------------------------------------------------------------------------------


def _wants_nothing(case: _Case) -> str | None:
    return wants_nothing(case.member, local(case.now, case.member.timezone).date())


def _unreached(case: _Case) -> str | None:
    """Mail does not reach them: what is for the stewards waits until it does (stewards.py)."""
    return "suspended" if case.member.suspended else None


def _over(case: _Case) -> str | None:
    if case.view is None:
        return "unknown-round"
    round_ = case.view.round
    if round_.phase is Phase.PAUSED:
        return None
    return "closed" if round_.phase is not Phase.OPEN or case.now >= round_.closes_at else None


def _clock_stands(case: _Case) -> str | None:
    return "round-paused" if case.view and case.view.round.phase is Phase.PAUSED else None


def _not_asked(case: _Case) -> str | None:
    return None if case.view and case.view.in_electorate else "not-asked"


def _answered(case: _Case) -> str | None:
    standing, told = case.view.standing if case.view else None, case.notice.facts
    spoken_of = told.standing_at if isinstance(told, ReminderFacts) else None
    return "answered" if standing is not None and standing.at != spoken_of else None


def _away(case: _Case) -> str | None:
    return "away" if case.member.away_on(local(case.now, case.member.timezone).date()) else None


def _out_of_hours(case: _Case) -> str | None:
    return None if in_working_hours(case.now, case.member, case.charter, _SLACK) else "out-of-hours"


def _no_longer_theirs(case: _Case) -> str | None:
    """A task that was given and is not theirs any more, or is done; what became of one is told all the same."""
    told = case.notice.facts
    change = told.change if isinstance(told, TaskFacts) else "given"
    if change not in ("given", "away"):
        return None
    if case.task is None or not case.task.is_open:
        return "task-over"
    return None if change == "away" or case.task.course.owner == case.member.id else "not-theirs"


def _other_day(case: _Case) -> str | None:
    told = case.notice.facts
    moved = isinstance(told, TaskReminderFacts) and case.task is not None and case.task.course.due != told.due
    return "postponed" if moved else None


# In this order; the first reason found counts. Answers to a member's own mail always go; so does what is not named.
_CHECKS: dict[str, tuple[Callable[[_Case], str | None], ...]] = {
    "post": (_wants_nothing,),
    "summary": (_wants_nothing,),
    "outcome": (_wants_nothing,),
    "change": (_wants_nothing,),
    "digest": (_wants_nothing, _away),
    "ballot": (_wants_nothing, _over, _not_asked),  # also to who has answered: it may be a corrected one
    "prompt": (_wants_nothing, _over, _not_asked, _answered, _away),
    "task": (_wants_nothing, _no_longer_theirs),
    "steward": (_unreached,),  # asked of the copies that were made although mail reached none of the stewards
    "task-reminder": (_wants_nothing, _no_longer_theirs, _other_day, _away, _out_of_hours),
    "reminder": (_wants_nothing, _over, _clock_stands, _not_asked, _answered, _away, _out_of_hours),
}


def still_owed(
    notice: Notice,
    view: RoundView | None,
    member: Member | None,
    now: datetime,
    charter: Charter,
    task: Task | None = None,
) -> str | None:
    """Return why a notice is not to be sent any more, or None when it is.

    `view` is the round of `notice.mark` as it stands now, seen by the recipient; None where the notice is about none;
    `task` likewise.
    """
    if notice.answering is Answering.REPLIED or member is None:
        return None
    case = _Case(notice, view, member, now, charter, task)
    return next((reason for check in _CHECKS.get(notice.kind, ()) if (reason := check(case))), None)
