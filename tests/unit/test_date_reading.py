"""Dates out of words: the golden expressions of seven languages, and what must not be taken for a date."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.dates import get_month_names

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


def test_lengths_of_time_end_so_many_days_later() -> None:
    assert find_lengths("the doctor says a week", TUESDAY, lexicon()) == (date(2026, 7, 21),)


def test_half_of_a_numeric_date_is_no_day_of_a_month_beside_it() -> None:
    # "Out" begins the Portuguese October.
    base = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("America/Chicago"))
    found = find_dates("Out 8/3 - 8/7", base, load_lexicon())
    assert [(one.day, one.end_day) for one in found] == [(date(2026, 8, 3), date(2026, 8, 7))]


WITHIN_A_MONTH = [
    ("en", "from {first} to {last} {month}"),
    ("en", "from the {first}th to the {last}th of {month}"),
    ("en", "between {first} and {last} {month}"),
    ("fr", "du {first} au {last} {month}"),
    ("fr", "entre le {first} et le {last} {month}"),
    ("de", "vom {first}. bis {last}. {month}"),
    ("de", "zwischen dem {first}. und dem {last}. {month}"),
    ("es", "del {first} al {last} de {month}"),
    ("it", "dal {first} al {last} {month}"),
    ("pt", "do dia {first} ao dia {last} de {month}"),
    ("nl", "van {first} tot en met {last} {month}"),
]


@pytest.mark.parametrize(("language", "form"), WITHIN_A_MONTH)
@pytest.mark.parametrize("ahead", range(1, 10))
def test_both_ends_of_a_range_within_a_month_are_of_that_month(language: str, form: str, ahead: int) -> None:
    year, month = 2026 + (6 + ahead) // 12, (6 + ahead) % 12 + 1
    name = get_month_names("wide", "format", language)[month]
    (found,) = find_dates(form.format(first=4, last=19, month=name), TUESDAY, lexicon())
    assert (found.day, found.end_day) == (date(year, month, 4), date(year, month, 19))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Friday week", "2026-07-24"),
        ("a week on Friday", "2026-07-24"),
        ("the Friday after next", "2026-07-24"),
        ("lundi en huit", "2026-07-27"),
        ("lundi en quinze", "2026-08-03"),
        ("Freitag in einer Woche", "2026-07-24"),
        ("übernächsten Montag", "2026-07-27"),
        ("vrijdag over twee weken", "2026-07-31"),
        ("heute in einer Woche", "2026-07-21"),
    ],
)
def test_a_day_a_week_on_is_not_the_next_one(text: str, day: str) -> None:
    assert [when.day.isoformat() for when in find_dates(f"xx {text}.", TUESDAY, lexicon())] == [day]


def test_the_words_that_lead_up_to_a_date_are_of_one_language() -> None:
    (found,) = find_dates("book the van by Friday", TUESDAY, lexicon())  # "van" leads up to dates in Dutch
    assert found.evidence == "by Friday"


# How a language writes a day of a month, and every word of its table that leads up to a day.
WRITTEN = {
    "en": ("{day} {month} {year}", "{month} {day}, {year}", "{day} of {month} {year}"),
    "de": ("{day}. {month} {year}", "{day} {month} {year}"),
    "fr": ("{day} {month} {year}",),
    "it": ("{day} {month} {year}",),
    "nl": ("{day} {month} {year}",),
    "es": ("{day} de {month} de {year}", "{day} {month} {year}"),
    "pt": ("{day} de {month} de {year}", "{day} {month} {year}"),
}


@pytest.mark.parametrize("language", WRITTEN)
@pytest.mark.parametrize("year", ["2026", ""])
def test_a_day_behind_any_leading_word_is_no_clock_time_before_a_whole_month(language: str, year: str) -> None:
    table, month = lexicon().tables("date")[language], get_month_names("wide", "format", language)[8]
    leads = dict.fromkeys(word for tag in ("by", "until", "before", "at") for word in table[tag] if word != "@")
    misread = [
        (text, found)
        for number, lead in enumerate(leads)
        for day in range(1, 32)
        for form in [WRITTEN[language][(number + day) % len(WRITTEN[language])]]
        for text in [f"{lead} {form.format(day=day, month=month, year=year)}".rstrip(" ,").removesuffix(" de")]
        if (found := [plain(when) for when in find_dates(f"xx {text}.", TUESDAY, lexicon())])
        != [{"day": f"2026-08-{day:02}", "at": None, "end_day": None}]
    ]
    assert misread == []


def test_a_day_that_a_month_does_not_have_is_not_the_whole_month() -> None:
    assert find_dates("by 31 June 2027", TUESDAY, lexicon()) == ()
    (whole,) = find_dates("by the end of 2026, or in June 2027", TUESDAY, lexicon())
    assert (whole.day, whole.end_day) == (date(2027, 6, 1), date(2027, 6, 30))
