"""Promises of working time, for any instant, span and zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.decide.calendar import (
    add_span,
    at_wall,
    in_working_hours,
    into_working_hours,
    is_working_day,
    local,
    subtract_span,
)
from gateway.model.charter import Charter
from gateway.model.span import Span, Unit
from tests.tick_builders import charter, member

ZONES = ("UTC", "Europe/Paris", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
CHARTERS = (
    charter(),
    charter(holidays="FR"),
    charter(working_days=("sunday", "monday", "tuesday"), working_hours={"from": "08:00", "to": "13:30"}),
)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)
charters = st.sampled_from(CHARTERS)
spans = st.builds(Span, st.integers(0, 30), st.sampled_from(Unit))
hours_and_days = st.builds(Span, st.integers(1, 30), st.sampled_from((Unit.WORKING_DAYS, Unit.WORKING_HOURS)))
HOUR = timedelta(hours=1)  # what the clocks may jump by where wall time is kept


@given(instants, spans, charters, zones)
def test_adding_never_goes_back_and_taking_off_never_goes_on(
    at: datetime, span: Span, rules: Charter, zone: str
) -> None:
    assert add_span(at, span, rules, zone) >= at
    assert subtract_span(at, span, rules, zone) <= at


@given(instants, st.timedeltas(timedelta(0), timedelta(days=9)), spans, charters, zones)
def test_what_starts_later_never_ends_earlier(
    at: datetime, gap: timedelta, span: Span, rules: Charter, zone: str
) -> None:
    slack = HOUR if span.unit in (Unit.DAYS, Unit.WORKING_DAYS) else timedelta(0)
    assert add_span(at, span, rules, zone) <= add_span(at + gap, span, rules, zone) + slack
    assert subtract_span(at, span, rules, zone) <= subtract_span(at + gap, span, rules, zone) + slack


@given(instants, st.integers(0, 20), st.sampled_from(Unit), charters, zones)
def test_a_longer_span_never_ends_earlier(at: datetime, amount: int, unit: Unit, rules: Charter, zone: str) -> None:
    assert add_span(at, Span(amount, unit), rules, zone) <= add_span(at, Span(amount + 1, unit), rules, zone) + HOUR


@given(instants, hours_and_days, charters, zones)
def test_working_time_ends_on_a_working_day(at: datetime, span: Span, rules: Charter, zone: str) -> None:
    for found in (add_span(at, span, rules, zone), subtract_span(at, span, rules, zone)):
        assert is_working_day(local(found, zone).date(), rules)


@given(instants, hours_and_days, charters, zones)
def test_adding_and_taking_off_leads_back_within_working_hours(
    at: datetime, span: Span, rules: Charter, zone: str
) -> None:
    there = local(at, zone)
    hours = rules.working_hours
    if not is_working_day(there.date(), rules) or not hours.start < there.time() < hours.end:
        return
    back = subtract_span(add_span(at, span, rules, zone), span, rules, zone)
    assert abs(back - at) <= HOUR if span.unit is Unit.WORKING_DAYS else back == at


@given(instants, st.times(), zones)
def test_a_wall_time_is_kept_or_moved_forward(at: datetime, wall: time, zone: str) -> None:
    day = local(at, zone).date()
    found = local(at_wall(day, wall, zone), zone)
    wanted = datetime.combine(day, wall)
    assert timedelta(0) <= found.replace(tzinfo=None, fold=0) - wanted <= HOUR


@given(
    instants, st.timedeltas(timedelta(0), timedelta(days=6)), st.timedeltas(timedelta(0), timedelta(days=6)),
    charters, zones, st.booleans(),
)  # fmt: skip
def test_what_is_moved_lies_in_working_hours_and_within_its_bounds(
    at: datetime, before: timedelta, behind: timedelta, rules: Charter, zone: str, by_night: bool
) -> None:
    one = member(1, zone, hours=(time(21), time(4))) if by_night else member(1, zone)
    earliest, latest = at - before, at + behind
    moved = into_working_hours(at, one, rules, earliest, latest)
    if moved is None:
        assert not in_working_hours(at, one, rules)
        return
    assert earliest <= moved <= latest
    assert in_working_hours(moved, one, rules)
    assert moved == at or not in_working_hours(at, one, rules)
