"""Requests out of mails to a workspace: the golden mails of seven languages, and what must never act."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command import read_command
from gateway.understand.reading.phrases import fold, words_of
from gateway.understand.requests import arguments

CASES = Path(__file__).parent.parent / "golden" / "readings" / "commands.jsonl"
SENT = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("Europe/London"))
TITLES = ("title", "question", "task")
CHECKIN = "Re: [acme] Check-in for Tuesday 14 July"


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(body: str, subject: str = CHECKIN, address: str = "acme") -> CommandReading:
    return read_command(address, subject, body, SENT, lexicon())


def cases() -> list[Any]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=f"{case['id']}-{case['lang']}") for case in map(json.loads, lines)]


def same(key: str, want: Any, got: Any) -> bool:
    if want == got:
        return True
    if want is None or got is None:
        return key == "scope" and (want or got) == "all"
    if key in TITLES:
        a, b = {w.text for w in words_of(want)}, {w.text for w in words_of(got)}
        return 2 * len(a & b) >= 0.6 * (len(a) + len(b))
    if key == "until":
        return abs(date.fromisoformat(want) - date.fromisoformat(got)) <= timedelta(days=1)
    if key == "deadline":
        return (
            str(got).startswith(want)
            if "T" not in want
            else datetime.fromisoformat(want) == datetime.fromisoformat(got)
        )
    if key == "tasks":
        return len(want) == len(got) and all(
            same(k, v, g[k]) for w, g in zip(want, got, strict=True) for k, v in w.items()
        )
    return fold(str(want)) == fold(str(got))


@pytest.mark.parametrize("case", cases())
def test_a_golden_mail_is_read_as_its_author_meant_it(case: dict[str, Any]) -> None:
    sent = datetime.fromisoformat(f"{case['sent_on']}T{case['sent_time']}").replace(tzinfo=ZoneInfo(case["tz"]))
    got = read_command(case["address"], case["subject"], case["body"], sent, lexicon())
    args = arguments(got)
    assert any(
        want["intent"] == got.intent
        and all(
            same(k, v, args.get(k)) for k, v in want.get("args", {}).items() if k not in case.get("optional_args", {})
        )
        for want in (case["expected"], *case.get("also_ok", []))
    ), (got.intent, args)


@pytest.mark.parametrize(
    "body",
    [
        "> unsubscribe",
        "> please unsubscribe me\n> from everything",
        "Don't unsubscribe me!",
        "What happens if I unsubscribe?",
        "Ana wants to leave the group.",
        "I might be away in August, not sure yet.",
        "Should I pause my mails?",
        "-- \nunsubscribe",
    ],
)
def test_nothing_is_done_that_was_not_asked_for(body: str) -> None:
    assert read(body).intent in (Intent.UNCLEAR, Intent.HELP, Intent.NEW_CHECKIN_ANSWER)


def test_a_reply_to_a_vote_opens_no_vote() -> None:
    assert read("+1", "Re: [VOTE] Release 1.2").intent is Intent.UNCLEAR


def test_a_task_not_yet_done_stays_open() -> None:
    assert read("almost done, tomorrow", "Re: [acme] Reminder: call Bob").intent is Intent.UNCLEAR


def test_the_longest_matter_of_the_address_is_no_channel_when_it_is_a_command() -> None:
    reading = read("", "", "acme+design-leave")
    assert reading.intent is Intent.LEAVE


def test_each_separator_and_case_of_an_address_is_accepted() -> None:
    for address in ("acme+join", "ACME-JOIN", "acme.join", "acme=join"):
        assert read("", "", address).intent is Intent.JOIN


def test_a_pause_may_name_its_length() -> None:
    assert read("pause 2 weeks").until == date(2026, 7, 28)


def test_an_assignee_is_named_without_its_sign() -> None:
    reading = read("", "[TASK] Water the palms @jo by Friday")
    (task,) = reading.tasks
    assert (task.title, task.assignee, task.due) == ("Water the palms", "jo", date(2026, 7, 17))


def test_a_deadline_without_a_time_says_so() -> None:
    reading = read("- a\n- b\n\nPlease vote by Friday.", "Poll: a or b?")
    assert reading.deadline is not None
    assert not reading.deadline_has_time
