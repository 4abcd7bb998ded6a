"""Dates out of words: the golden expressions of seven languages, and what must not be taken for a date."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import When
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import find_dates, find_lengths, read_when

CASES = Path(__file__).parent.parent / "golden" / "readings" / "dates.jsonl"
TUESDAY = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("Europe/London"))


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def cases() -> list[Any]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=f"{case['id']}-{case['lang']}") for case in map(json.loads, lines)]


def plain(when: When | None) -> dict[str, str | None] | None:
    if when is None:
        return None
    end = when.end_day.isoformat() if when.end_day else None
    return {"day": when.day.isoformat(), "at": when.at.strftime("%H:%M") if when.at else None, "end_day": end}


@pytest.mark.parametrize("case", cases())
def test_a_golden_expression_is_read_alone_and_in_a_sentence(case: dict[str, Any]) -> None:
    base = datetime.fromisoformat(case["sent_at"]).replace(tzinfo=ZoneInfo(case["tz"]))
    found = [plain(when) for when in find_dates(f"xx {case['text']}.", base, lexicon())]
    if case["expected"] is None:
        assert found == []
        return
    assert plain(read_when(case["text"], base, lexicon())) == case["expected"]
    assert found == [case["expected"]]


def test_the_month_stands_first_only_where_people_write_it_so() -> None:
    chicago = TUESDAY.replace(tzinfo=ZoneInfo("America/Chicago"))
    mexico = TUESDAY.replace(tzinfo=ZoneInfo("America/Mexico_City"))
    assert [w.day for w in find_dates("8/3", chicago, lexicon())] == [date(2026, 8, 3)]
    assert [w.day for w in find_dates("3/8", mexico, lexicon())] == [date(2026, 8, 3)]


def test_an_instant_keeps_the_zone_of_its_author() -> None:
    when = read_when("Friday 17:00", TUESDAY, lexicon())
    assert when is not None
    assert when.instant == datetime(2026, 7, 17, 17, tzinfo=ZoneInfo("Europe/London"))


def test_a_zone_named_behind_a_time_goes_before_that_of_the_author() -> None:
    when = read_when("Friday 17:00 UTC", TUESDAY, lexicon())
    assert when is not None
    assert when.instant == datetime(2026, 7, 17, 17, tzinfo=ZoneInfo("UTC"))


def test_a_span_in_hours_counts_from_the_minute_the_mail_was_sent() -> None:
    when = read_when("within 72 hours", TUESDAY, lexicon())
    assert when is not None
    assert when.instant == datetime(2026, 7, 17, 9, 30, tzinfo=ZoneInfo("Europe/London"))
    assert when.at == time(9, 30)


def test_a_day_just_gone_by_is_not_taken_for_next_year() -> None:
    assert find_dates("since 10 July", TUESDAY, lexicon()) == ()


def test_a_range_that_has_begun_keeps_its_start() -> None:
    (when,) = find_dates("13 July to 17 July", TUESDAY, lexicon())
    assert (when.day, when.end_day) == (date(2026, 7, 13), date(2026, 7, 17))


def test_a_range_over_new_year_ends_in_the_next_year() -> None:
    (when,) = find_dates("from 21 December to 6 January", TUESDAY, lexicon())
    assert (when.day, when.end_day) == (date(2026, 12, 21), date(2027, 1, 6))


def test_a_date_that_does_not_exist_is_none() -> None:
    assert read_when("31 June", TUESDAY, lexicon()) is None
    assert find_dates("30.2.2027", TUESDAY, lexicon()) == ()


def test_a_weekday_that_does_not_fit_its_date_is_none() -> None:
    assert read_when("Monday 21 July", TUESDAY, lexicon()) is None


def test_a_part_of_a_text_is_no_whole_expression() -> None:
    assert read_when("Friday we went home", TUESDAY, lexicon()) is None


def test_only_the_languages_asked_for_are_read() -> None:
    assert find_dates("übermorgen", TUESDAY, lexicon(), ("en",)) == ()
    assert len(find_dates("übermorgen", TUESDAY, lexicon(), ("de",))) == 1


def test_lengths_of_time_end_so_many_days_later() -> None:
    assert find_lengths("the doctor says a week", TUESDAY, lexicon()) == (date(2026, 7, 21),)


def test_half_of_a_numeric_date_is_no_day_of_a_month_beside_it() -> None:
    # "Out" begins the Portuguese October.
    base = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("America/Chicago"))
    found = find_dates("Out 8/3 - 8/7", base, load_lexicon())
    assert [(one.day, one.end_day) for one in found] == [(date(2026, 8, 3), date(2026, 8, 7))]
