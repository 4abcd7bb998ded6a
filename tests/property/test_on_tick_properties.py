"""Promises of the clock over a fortnight of check-ins, whoever takes part and however often we are down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.decide import on_tick, routines
from gateway.decide.calendar import DAY, in_working_hours, is_working_day, local
from gateway.model.charter import Charter
from gateway.model.context import Due, DueKind, Fresh, RoundView, TickContext
from gateway.model.decision import Decision, Why
from gateway.model.entry import Closed, RoundOpened
from gateway.model.facts import PromptFacts, ReminderFacts
from gateway.model.member import Member
from gateway.model.notice import Notice
from gateway.model.round import Phase, Round, Standing
from tests.tick_builders import DAILY, charter, member, said, utc, workspace

START = utc("2026-03-22T00:00")  # a Sunday; the clocks change a week later
END = START + 14 * DAY
ZONES = ("Europe/Paris", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")
RULES = charter({"daily": DAILY | {"reminders": ["3 hours", "1 hour"]}}, holidays="FR")

instants = st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None)).map(
    lambda at: at.replace(tzinfo=START.tzinfo)
)
outages = st.lists(st.tuples(instants, st.timedeltas(timedelta(0), timedelta(days=3))), max_size=2)


@st.composite
def people(draw: st.DrawFn) -> tuple[Member, ...]:
    return tuple(
        member(
            number,
            draw(st.sampled_from(ZONES)),
            prompt_at=draw(st.one_of(st.none(), st.times())),
            prompt_days=draw(st.sampled_from(((), (0, 2, 4)))),
            days=draw(st.sampled_from((None, (5, 6), (0, 1, 2)))),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    )


@dataclass
class World:
    """What the store would hold: due rows, rounds, answers, and the notices written, each key once."""

    members: tuple[Member, ...]
    rules: Charter
    downs: list[tuple[datetime, timedelta]]
    every: int  # each n-th of those asked answers at once
    rows: dict[str, Due] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    electorates: dict[str, tuple[int, ...]] = field(default_factory=dict)
    standings: dict[tuple[str, int], Standing] = field(default_factory=dict)
    outbox: dict[str, tuple[datetime, Notice]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def run(self) -> World:
        self.rows = {due.key: due for due in routines.first_dues(self.rules, self.members, START)}
        while self.rows:
            due = min(self.rows.values(), key=lambda row: (row.at, row.key))
            if due.at >= END:
                break
            del self.rows[due.key]
            now = self._awake(due.at)
            self._write(on_tick.decide(due, self._context(due, now)), now)
        return self

    def _awake(self, at: datetime) -> datetime:
        for began, lasted in sorted(self.downs):
            if began <= at < began + lasted:
                at = began + lasted
        return at

    def _context(self, due: Due, now: datetime) -> TickContext:
        base = TickContext(
            now, workspace(self.rules), fresh=Fresh({"C": len(self.rounds) + 1}), members=self.members,
            outage=now > due.at,
        )  # fmt: skip
        if not due.mark:
            return base
        asked = self.electorates[due.mark]
        standing = self.standings.get((due.mark, due.member_id))
        return TickContext(
            now,
            base.workspace,
            outage=now > due.at,
            members=self.members
            if due.kind is DueKind.CLOSE
            else tuple(m for m in self.members if m.id == due.member_id),
            view=RoundView(self.rounds[due.mark], in_electorate=due.member_id in asked, standing=standing),
            electorate=asked,
            standings=tuple(s for (mark, _), s in self.standings.items() if mark == due.mark),
        )

    def _write(self, decision: Decision, now: datetime) -> None:
        for entry in decision.entries:
            match entry:
                case RoundOpened(round=round_, electorate=electorate):
                    self.rounds[round_.mark], self.electorates[round_.mark] = round_, electorate
                case Closed(mark=mark):
                    self.closed.append(mark)
                    self.rounds[mark] = msgspec.structs.replace(self.rounds[mark], phase=Phase.CLOSED)
        for pattern in decision.undue:
            for key in [k for k in self.rows if k == pattern or (pattern[-1] == "*" and k.startswith(pattern[:-1]))]:
                del self.rows[key]
        self.rows |= {due.key: due for due in decision.due}
        for notice in decision.notices:
            if notice.key not in self.outbox:
                self.outbox[notice.key] = now, notice
                if isinstance(notice.facts, PromptFacts) and len(self.outbox) % self.every == 0:
                    self.standings[notice.mark, notice.member_id] = said(notice.member_id)

    def sent(self, kind: type) -> list[tuple[datetime, Notice, Member]]:
        by_id = {one.id: one for one in self.members}
        return [(at, n, by_id[n.member_id]) for at, n in self.outbox.values() if isinstance(n.facts, kind)]


worlds = st.builds(World, people(), st.just(RULES), outages, st.integers(1, 9))


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_each_member_is_asked_once_a_day_at_most_on_days_they_work(world: World) -> None:
    days: set[tuple[int, str]] = set()
    for _, notice, one in world.run().sent(PromptFacts):
        occurrence = world.rounds[notice.mark].occurrence
        assert occurrence
        assert is_working_day(occurrence, RULES, member=one)
        assert (one.id, occurrence.isoformat()) not in days
        days.add((one.id, occurrence.isoformat()))


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_nobody_is_asked_before_their_hour_or_after_the_close(world: World) -> None:
    for at, notice, one in world.run().sent(PromptFacts):
        round_ = world.rounds[notice.mark]
        assert round_.occurrence
        assert routines.prompt_at(RULES.routines["daily"], round_.occurrence, one) <= at < round_.closes_at


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_reminders_come_after_the_question_before_the_close_and_in_working_hours(world: World) -> None:
    world.run()
    asked_at = {(n.mark, one.id): at for at, n, one in world.sent(PromptFacts)}
    for at, notice, one in world.sent(ReminderFacts):
        assert asked_at[notice.mark, one.id] < at < world.rounds[notice.mark].closes_at
        assert in_working_hours(at, one, RULES, timedelta(minutes=5))
        assert (notice.mark, one.id) not in world.standings


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_no_two_notices_of_a_round_reach_a_member_at_one_instant(world: World) -> None:
    world.run()
    seen = [(at, notice.mark, notice.member_id) for at, notice in world.outbox.values()]
    assert len(seen) == len(set(seen))


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_a_day_is_opened_once_and_what_is_opened_is_closed_once(world: World) -> None:
    world.run()
    occurrences = [round_.occurrence for round_ in world.rounds.values()]
    assert len(occurrences) == len(set(occurrences))
    assert len(world.closed) == len(set(world.closed))
    assert {m for m, r in world.rounds.items() if world._awake(r.closes_at) < END - DAY} <= set(world.closed)


@settings(max_examples=40, deadline=None)
@given(people())
def test_without_an_outage_everyone_is_asked_at_their_own_hour(members: tuple[Member, ...]) -> None:
    world = World(members, RULES, [], 2).run()
    for at, notice, one in world.sent(PromptFacts):
        occurrence = world.rounds[notice.mark].occurrence
        assert occurrence == local(at, one.timezone).date()
        assert at == routines.prompt_at(RULES.routines["daily"], occurrence, one)


def test_a_due_row_of_every_kind_has_a_rule() -> None:
    for kind in DueKind:
        due = Due(key="k", kind=kind, at=START, mark="C-9", member_id=1, routine="gone", occurrence=START.date())
        decision = on_tick.decide(due, TickContext(START, workspace(RULES)))
        assert decision.why in (Why.NOT_OWED, Why.NOTHING_NEW), kind
        assert (decision.entries, decision.notices, decision.broadcasts) == ((), (), ()), kind
