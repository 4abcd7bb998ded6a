"""Entries → state: what the ledger says of rounds, from its first entry on. The rows the store keeps say the same.

Must not: load entries, or count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from gateway.model.entry import (
    AbsencesRestored,
    Answered,
    AnswerRestored,
    AwayEnded,
    AwayNoted,
    Cancelled,
    Closed,
    Corrected,
    Entry,
    Extended,
    OptionAdded,
    Paused,
    Recorded,
    Resumed,
    RoundOpened,
    RoundRestored,
    Withdrawn,
)
from gateway.model.member import Absence
from gateway.model.round import PHASE_TRANSITIONS, Outcome, Phase, Ritual, Round, Standing, VoteForm, still_counts

_OVER = frozenset({Phase.CLOSED, Phase.CANCELLED})


@dataclass(frozen=True, slots=True)
class RoundState:
    """A round as its entries leave it."""

    round: Round
    electorate: frozenset[int]
    given: Mapping[int, Standing] = field(default_factory=dict)  # by member id: the last answer of each
    outcome: Outcome | None = None
    outcome_mark: str | None = None

    @property
    def standings(self) -> Mapping[int, Standing]:
        """The answers that stand, by member id: an answer that the question no longer knows is set aside."""
        form = self.round.form
        return {who: standing for who, standing in self.given.items() if still_counts(standing.answer, form)}

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        return self.round.phase

    @property
    def is_over(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.round.phase in _OVER


def fold(entries: Iterable[Recorded]) -> dict[str, RoundState]:
    """Return the state of every round by mark."""
    states: dict[str, RoundState] = {}
    for recorded in entries:
        entry = recorded.entry
        if isinstance(entry, RoundOpened):
            states.setdefault(entry.round.mark, RoundState(entry.round, frozenset(entry.electorate)))
            continue
        state = states.get(getattr(entry, "mark", ""))
        if state is not None:
            states[state.round.mark] = advance(state, recorded)
    return states


def advance(state: RoundState, recorded: Recorded) -> RoundState:
    """Return the state after one more entry. What comes after the end changes nothing, but for late check-ins."""
    entry = recorded.entry
    if isinstance(entry, AnswerRestored):
        return _restored(state, entry)
    if isinstance(entry, RoundRestored):
        return replace(state, round=moved(state.round, entry, recorded.at))
    if state.is_over:
        late = isinstance(entry, Answered) and entry.late and state.round.ritual is Ritual.CHECKIN
        return _answered(state, recorded) if late and state.phase is Phase.CLOSED else state
    match entry:
        case Answered():
            return _answered(state, recorded)
        case Withdrawn(member_id=member_id):
            return replace(state, given={k: v for k, v in state.given.items() if k != member_id})
        case Closed(outcome=outcome, outcome_mark=mark):
            return replace(state, round=moved(state.round, entry, recorded.at), outcome=outcome, outcome_mark=mark)
        case _:
            return replace(state, round=moved(state.round, entry, recorded.at))


def _restored(state: RoundState, entry: AnswerRestored) -> RoundState:
    standing = state.given.get(entry.member_id)
    is_late = state.phase is Phase.CLOSED and standing is not None and standing.late
    if entry.member_id not in state.electorate or (state.is_over and not is_late):
        return state
    others = {member_id: kept for member_id, kept in state.given.items() if member_id != entry.member_id}
    return replace(state, given=others | ({entry.member_id: entry.standing} if entry.standing else {}))


def _answered(state: RoundState, recorded: Recorded) -> RoundState:
    entry = recorded.entry
    assert isinstance(entry, Answered)
    if entry.member_id not in state.electorate:
        return state
    standing = Standing(
        member_id=entry.member_id,
        answer=entry.answer,
        at=recorded.at,
        late=entry.late,
        arrival_id=recorded.arrival_id,
    )
    return replace(state, given={**state.given, entry.member_id: standing})


# --- the round itself -----------------------------------------------------------------------------------------------


def moved(round_: Round, entry: Entry, at: datetime) -> Round:
    """Return a round as an entry leaves it; the same when the entry does not move it or may not (PHASE_TRANSITIONS)."""
    match entry:
        case Paused():
            return _to(round_, Phase.PAUSED, paused_at=at)
        case Resumed(closes_at=closes_at, text=text):
            running = _to(round_, Phase.OPEN, closes_at=closes_at, paused_at=None)
            return running if text is None else _with_form(running, text=text, about=None)
        case Extended(closes_at=closes_at) if round_.phase not in _OVER:
            return msgspec.structs.replace(round_, closes_at=closes_at)
        case Corrected(question=question, title=title) if round_.phase not in _OVER:
            corrected = _with_form(round_, question=question)
            return corrected if title is None else msgspec.structs.replace(corrected, title=title)
        case OptionAdded(label=label) if round_.phase not in _OVER:
            return _with_option(round_, label)
        case RoundRestored(round=before) if round_.phase is not Phase.CLOSED:
            return before
        case Cancelled():
            return _to(round_, Phase.CANCELLED, closed_at=at)
        case Closed():
            return _to(round_, Phase.CLOSED, closed_at=at)
        case _:
            return round_


def _to(round_: Round, phase: Phase, **changes: Any) -> Round:
    """A transition not listed cannot happen; an open round that resumes (amended while it ran) stays open."""
    if phase is not round_.phase and phase not in PHASE_TRANSITIONS[round_.phase]:
        return round_
    if phase is round_.phase and phase is not Phase.OPEN:
        return round_
    return msgspec.structs.replace(round_, phase=phase, **changes)


def _with_form(round_: Round, **changes: Any) -> Round:
    if not isinstance(round_.form, VoteForm):
        return round_
    return msgspec.structs.replace(round_, form=msgspec.structs.replace(round_.form, **changes))


def _with_option(round_: Round, label: str) -> Round:
    if not isinstance(round_.form, VoteForm) or label in round_.form.question.options:
        return round_
    question = round_.form.question
    return _with_form(round_, question=msgspec.structs.replace(question, options=(*question.options, label)))


# --- absences -------------------------------------------------------------------------------------------------------


def absences(before: tuple[Absence, ...], entry: Entry) -> tuple[Absence, ...]:
    """Return a member's absences as an entry about this member leaves them."""
    match entry:
        case AwayNoted(absence=noted):
            return before if noted in before else (*before, noted)
        case AwayEnded(day=day):
            return tuple(kept for absence in before for kept in _ended(absence, day))
        case AbsencesRestored(absences=as_before):
            return as_before
        case _:
            return before


def _ended(absence: Absence, day: date) -> tuple[Absence, ...]:
    """What is left of an absence for somebody who is back on a day: the days before it."""
    if not absence.covers(day):
        return (absence,)
    return (msgspec.structs.replace(absence, until=day - timedelta(days=1)),) if absence.starts < day else ()
