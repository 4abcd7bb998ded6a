"""What follows when something falls due: a table of kinds, one rule each. The second entrance to deciding.

Must not: ask what time it is, or remember anything: the due row and its context say all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from itertools import islice

import msgspec

from gateway.decide import bounces, catch_up, reminders, routines, task_reminders, undelivered
from gateway.decide.calendar import DAY
from gateway.decide.rituals import checkin, vote
from gateway.decide.rounds import close_row
from gateway.decide.routines import Occurrence
from gateway.model.charter import Routine
from gateway.model.context import Due, DueKind, TickContext
from gateway.model.decision import Decision, Why
from gateway.model.round import Phase, Ritual


def decide(due: Due, context: TickContext) -> Decision:
    """Return what follows from a due row whose time has come."""
    return _RULES[due.kind](due, context)


# --- a routine comes round ----------------------------------------------------------------------


def _come_round(due: Due, context: TickContext) -> Decision:
    """Open a routine's day and plan the next; of days missed while we were down, the latest that is still of use.

    What the row says is weighed against the charter as it stands now: a routine that was taken out or moved to other
    days opens nothing here.
    """
    routine = context.workspace.charter.routines.get(due.routine)
    if routine is None or due.occurrence is None:
        return Decision(Why.NOT_OWED, detail="the charter has no such routine any more")
    charter, members = context.workspace.charter, context.members
    begun = routines.begun(due.routine, routine, due.occurrence, charter, members, context.now)
    days = tuple(islice(begun, None if context.outage else 1))
    opened = _latest_of_use(due.routine, routine, days, context)
    decision = _OPENERS[routine.ritual](due, opened, context) if opened else _nothing_opened(due, days, context)
    last = routines.opened_on(opened.day) if opened else due.since
    after = days[-1] if days else due.occurrence - DAY
    following = routines.next_due(due.routine, routine, charter, members, after, last)
    return replace(decision, due=(*decision.due, *((following,) if following else ())))


def _latest_of_use(name: str, routine: Routine, days: Collection[date], context: TickContext) -> Occurrence | None:
    found = (
        routines.occurrence(name, routine, day, context.members, context.workspace.charter) for day in reversed([*days])
    )
    return next((occurrence for occurrence in found if occurrence and occurrence.closes_at > context.now), None)


def _nothing_opened(due: Due, days: Collection[date], context: TickContext) -> Decision:
    charter, routine = context.workspace.charter, context.workspace.charter.routines[due.routine]
    if not days:
        return Decision(Why.NOT_OWED, detail="comes at another time now")
    worked = any(routines.occurrence(due.routine, routine, day, context.members, charter) for day in days)
    return Decision(Why.MISSED if worked else Why.NOT_A_WORKING_DAY, detail=f"{len(days)} passed over")


_OPENERS: dict[str, Callable[[Due, Occurrence, TickContext], Decision]] = {
    Ritual.CHECKIN: lambda due, occurrence, context: checkin.open_round(occurrence, context),
    Ritual.VOTE: lambda due, occurrence, context: vote.open_round(
        msgspec.structs.replace(due, occurrence=occurrence.day), context
    ),
}


# --- a round closes -----------------------------------------------------------------------------


def _close(due: Due, context: TickContext) -> Decision:
    """Close a round whose time is up; one that was extended closes later, one that has ended stays as it is."""
    view = context.view
    if view is None or view.round.phase is not Phase.OPEN:
        return Decision(Why.NOT_OWED, detail="the round is not open")
    if view.round.closes_at > context.now:
        return Decision(Why.NOT_OWED, due=(close_row(due.mark, view.round.closes_at),), detail="closes later")
    return _CLOSERS[view.round.ritual](due, context)


_CLOSERS: dict[Ritual, Callable[[Due, TickContext], Decision]] = {
    Ritual.CHECKIN: checkin.close,
    Ritual.VOTE: vote.close,
}

_RULES: dict[DueKind, Callable[[Due, TickContext], Decision]] = {
    DueKind.ROUTINE: _come_round,
    DueKind.PROMPT: checkin.prompt,
    DueKind.REMIND: reminders.remind,
    DueKind.CLOSE: _close,
    DueKind.DIGEST: catch_up.fall_due,
    DueKind.TASK: task_reminders.remind,
    DueKind.PROBE: bounces.probe,
    DueKind.PROBED: bounces.probed,
    DueKind.UNDELIVERED: undelivered.tell,
}
