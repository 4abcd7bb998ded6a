"""What the ledger promises of rounds, whatever is written in it, in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.decide.fold import RoundState, advance, fold
from gateway.model.ballot import Method, Pick
from gateway.model.entry import (
    Answered,
    Cancelled,
    Closed,
    Corrected,
    Entry,
    Extended,
    OptionAdded,
    Paused,
    Resumed,
    RoundOpened,
    Withdrawn,
)
from gateway.model.round import PHASE_TRANSITIONS, Ballot, CheckIn, Outcome, Phase, Result, VoteForm
from tests.builders import CLOSE, NOW, checkin_round, question, recorded, vote_round

VOTERS = (1, 2, 3)
OPENED = RoundOpened(round=vote_round(Method.SINGLE, "A", "B"), electorate=VOTERS)
CLOSED = Closed(mark="V-7", outcome=Outcome(result=Result.NO_ANSWERS), outcome_mark="O-3")


def answered(member_id: int, label: str = "A", **facts: object) -> Answered:
    return Answered(mark="V-7", member_id=member_id, answer=Ballot(choice=Pick(label)), **facts)  # type: ignore[arg-type]


LATER = st.integers(1, 9).map(lambda days: CLOSE + timedelta(days=days))
ENTRIES: st.SearchStrategy[Entry] = st.one_of(
    st.builds(answered, st.integers(1, 4), st.sampled_from(["A", "B"])),
    st.builds(Withdrawn, mark=st.just("V-7"), member_id=st.integers(1, 4)),
    st.builds(OptionAdded, mark=st.just("V-7"), member_id=st.just(1), label=st.sampled_from(["A", "C"])),
    st.builds(Paused, mark=st.just("V-7"), member_id=st.just(1), reason=st.just("no")),
    st.builds(Resumed, mark=st.just("V-7"), by=st.just(1), closes_at=LATER, text=st.sampled_from([None, "better"])),
    st.builds(Extended, mark=st.just("V-7"), by=st.just(1), closes_at=LATER),
    st.builds(Corrected, mark=st.just("V-7"), by=st.just(1), question=st.just(question(Method.SINGLE, "A", "D"))),
    st.just(Cancelled(mark="V-7", by=1, reason="")),
    st.just(CLOSED),
)
HISTORIES = st.lists(ENTRIES, max_size=12)


def state(*entries: Entry) -> RoundState:
    return fold(recorded([OPENED, *entries]))["V-7"]


@given(HISTORIES, HISTORIES)
def test_a_round_that_is_over_never_changes(before: list[Entry], after: list[Entry]) -> None:
    over = state(*before, CLOSED)
    assert over.is_over
    assert state(*before, CLOSED, *after) == over


@given(HISTORIES)
def test_only_listed_transitions_happen(history: list[Entry]) -> None:
    now = state()
    for entry in recorded(history):
        then = advance(now, entry)
        assert then.phase is now.phase or then.phase in PHASE_TRANSITIONS[now.phase]
        now = then


@given(HISTORIES)
def test_only_the_electorate_has_ballots_and_each_one_at_most(history: list[Entry]) -> None:
    standings = state(*history).standings
    assert set(standings) <= set(VOTERS)
    assert all(member_id == standing.member_id for member_id, standing in standings.items())


@given(HISTORIES, st.integers(1, 3), st.sampled_from(["A", "B"]))
def test_what_a_voter_said_last_stands(history: list[Entry], voter: int, label: str) -> None:
    running = [entry for entry in history if not isinstance(entry, (Closed, Cancelled))]
    said = state(*running, answered(voter, label))
    assert said.given[voter].answer == Ballot(choice=Pick(label))
    assert isinstance(said.round.form, VoteForm)
    assert (voter in said.standings) is (label in said.round.form.question.options)
    assert voter not in state(*running, answered(voter, label), Withdrawn(mark="V-7", member_id=voter)).standings


@given(HISTORIES)
def test_folding_in_one_go_or_step_by_step_is_the_same(history: list[Entry]) -> None:
    all_entries = recorded([OPENED, *history])
    for cut in range(1, len(all_entries)):
        step = fold(all_entries[:cut])["V-7"]
        for entry in all_entries[cut:]:
            step = advance(step, entry)
        assert step == fold(all_entries)["V-7"]


def test_a_late_check_in_still_finds_its_place_and_a_late_ballot_does_not() -> None:
    opened = RoundOpened(round=checkin_round("C-1"), electorate=VOTERS)
    late = Answered(mark="C-1", member_id=1, answer=CheckIn(done=("it",)), late=True)
    assert 1 in fold(recorded([opened, Closed(mark="C-1"), late]))["C-1"].standings
    assert state(CLOSED, answered(1, late=True)).standings == {}


def test_what_came_of_a_round_stands_with_it() -> None:
    over = state(answered(1), CLOSED)
    assert (over.phase, over.outcome, over.outcome_mark) == (Phase.CLOSED, CLOSED.outcome, "O-3")
    assert over.round.closed_at is not None


def test_a_pause_keeps_the_hour_it_began_and_resuming_forgets_it() -> None:
    paused = state(Paused(mark="V-7", member_id=1, reason="no"))
    assert (paused.phase, paused.round.paused_at) == (Phase.PAUSED, NOW + timedelta(minutes=2))
    running = advance(paused, recorded([Resumed(mark="V-7", by=1, closes_at=CLOSE, text="better")])[0])
    assert (running.phase, running.round.paused_at, running.round.closes_at) == (Phase.OPEN, None, CLOSE)
    assert running.round.form.text == "better"  # type: ignore[union-attr]


def test_entries_of_rounds_that_never_opened_mean_nothing() -> None:
    assert fold(recorded([CLOSED, answered(1)])) == {}
