"""Working time, hours and holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from gateway.decide.calendar import (
    add_span,
    at_wall,
    in_working_hours,
    into_working_hours,
    is_holiday,
    is_known_country,
    is_working_day,
    local,
    subtract_span,
)
from gateway.model.span import Span
from tests.tick_builders import AUCKLAND, PARIS, charter, member, utc

PLAIN = charter()
FRENCH = charter(holidays="FR")


def paris(text: str) -> datetime:
    day, _, wall = text.partition("T")
    return at_wall(date.fromisoformat(day), time.fromisoformat(wall), PARIS)


def test_weekends_and_holidays_are_not_worked() -> None:
    assert is_working_day(date(2026, 3, 6), PLAIN)
    assert not is_working_day(date(2026, 3, 7), PLAIN)
    assert is_working_day(date(2026, 7, 14), PLAIN)
    assert not is_working_day(date(2026, 7, 14), FRENCH)


def test_a_subdivision_has_its_own_holidays() -> None:
    epiphany = date(2026, 1, 6)
    assert is_holiday(epiphany, "DE-BY")
    assert not is_holiday(epiphany, "DE")


def test_an_unknown_country_has_no_holidays_and_is_known_to_be_unknown() -> None:
    assert not is_holiday(date(2026, 1, 1), "XX")
    assert not is_known_country("XX")
    assert not is_known_country("DE-QQ")
    assert is_known_country("DE-BY")


def test_a_members_own_days_outrank_the_charters() -> None:
    sunday_worker = member(1, days=(6, 0, 1, 2, 3))
    assert is_working_day(date(2026, 3, 8), PLAIN, member=sunday_worker)
    assert not is_working_day(date(2026, 3, 6), PLAIN, member=sunday_worker)


def test_a_charter_without_working_days_works_every_day_and_ends() -> None:
    assert add_span(utc("2026-03-07T10:00"), Span.parse("2 working days"), charter(working_days=()), PARIS) == utc(
        "2026-03-09T10:00"
    )


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-02T10:00", "90 minutes", "2026-03-02T11:30"),
        ("2026-03-28T10:00", "24 hours", "2026-03-29T11:00"),  # the clocks go forward on the 29th
        ("2026-03-28T10:00", "1 day", "2026-03-29T10:00"),
        ("2026-10-24T10:00", "1 day", "2026-10-25T10:00"),  # and back
        ("2026-03-02T10:00", "3 working days", "2026-03-05T10:00"),
        ("2026-03-05T10:00", "3 working days", "2026-03-10T10:00"),  # over a weekend
        ("2026-03-02T20:00", "1 working days", "2026-03-03T20:00"),
        ("2026-03-07T12:00", "1 working days", "2026-03-10T09:00"),  # Saturday counts from Monday's opening
        ("2026-03-02T06:00", "1 working days", "2026-03-03T09:00"),
        ("2026-03-06T17:00", "3 working hours", "2026-03-09T11:00"),
        ("2026-03-06T20:00", "1 working hours", "2026-03-09T10:00"),
        ("2026-03-02T09:00", "9 working hours", "2026-03-02T18:00"),
        ("2026-03-02T09:00", "10 working hours", "2026-03-03T10:00"),
    ],
)
def test_a_span_is_added_by_the_calendar(start: str, span: str, end: str) -> None:
    assert add_span(paris(start), Span.parse(span), PLAIN, PARIS) == paris(end)


@pytest.mark.parametrize(
    ("end", "span", "start"),
    [
        ("2026-03-05T10:00", "1 working day", "2026-03-04T10:00"),
        ("2026-03-09T10:00", "1 working day", "2026-03-06T10:00"),
        ("2026-03-08T12:00", "1 working day", "2026-03-05T18:00"),  # all of Friday is left
        ("2026-03-09T10:00", "2 working hours", "2026-03-06T17:00"),
        ("2026-03-29T10:00", "1 day", "2026-03-28T10:00"),
    ],
)
def test_a_span_is_taken_off_by_the_calendar(end: str, span: str, start: str) -> None:
    assert subtract_span(paris(end), Span.parse(span), PLAIN, PARIS) == paris(start)


def test_a_holiday_stretches_working_days() -> None:
    span = Span.parse("1 working day")
    assert add_span(utc("2026-07-13T10:00"), span, FRENCH, PARIS) == utc("2026-07-15T10:00")


def test_a_wall_time_the_clocks_skip_moves_forward() -> None:
    assert local(at_wall(date(2026, 3, 29), time(2, 30), PARIS), PARIS).time() == time(3, 30)


def test_of_a_wall_time_that_comes_twice_the_first_is_meant() -> None:
    assert at_wall(date(2026, 10, 25), time(2, 30), PARIS) == utc("2026-10-25T00:30")


def test_an_instant_in_working_hours_stays_where_it_is() -> None:
    noon = utc("2026-03-02T11:00")
    assert into_working_hours(noon, member(1), PLAIN, noon - timedelta(days=1), noon + timedelta(days=1)) == noon


def test_an_instant_at_night_moves_on_to_the_opening_hour() -> None:
    moved = into_working_hours(
        utc("2026-03-02T23:00"), member(1), PLAIN, utc("2026-03-02T08:00"), utc("2026-03-03T12:00")
    )
    assert moved == utc("2026-03-03T08:00")


def test_with_no_room_before_the_latest_it_moves_back_into_the_day_before() -> None:
    moved = into_working_hours(
        utc("2026-03-02T23:00"), member(1), PLAIN, utc("2026-03-02T08:00"), utc("2026-03-03T06:00")
    )
    assert moved == utc("2026-03-02T16:45")  # a little before 18:00 in Paris


def test_where_no_working_time_lies_between_there_is_no_instant() -> None:
    assert (
        into_working_hours(utc("2026-03-07T12:00"), member(1), PLAIN, utc("2026-03-07T00:00"), utc("2026-03-08T12:00"))
        is None
    )


def test_hours_are_the_members_own_by_their_own_clock() -> None:
    in_auckland = member(1, AUCKLAND)
    assert in_working_hours(utc("2026-03-01T21:00"), in_auckland, PLAIN)  # Monday 10:00 there
    assert not in_working_hours(utc("2026-03-02T09:00"), in_auckland, PLAIN)


def test_a_night_shift_ends_the_next_morning() -> None:
    at_night = member(1, hours=(time(22), time(6)))
    assert in_working_hours(utc("2026-03-03T03:00"), at_night, PLAIN)
    assert in_working_hours(utc("2026-03-07T03:00"), at_night, PLAIN)  # Friday's shift, on Saturday morning
    assert not in_working_hours(utc("2026-03-03T12:00"), at_night, PLAIN)
