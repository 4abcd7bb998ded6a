"""Requests out of mails to a workspace: the golden mails of seven languages, and what must never act."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
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
DIGEST = "Re: [acme] Daily digest"


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


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("acme-request", None),
        ("acme+request", None),
        ("acme+owner", None),
        ("acme+design", "design"),
        ("corvid-dev+", None),
        ("corvid-dev+request", None),
        ("corvid-dev+#garden-club", "garden-club"),
    ],
)
def test_the_address_names_the_channel_that_is_left_and_its_own_words_none(address: str, scope: str | None) -> None:
    for subject, body in (("unsubscribe", ""), ("", "leave"), ("", "Please unsubscribe me")):
        reading = read(body, subject, address)
        assert (reading.intent, reading.scope) == (Intent.LEAVE, scope)


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        ("Please take me off the corvid-dev list.", None),
        ("leave corvid-dev", None),
        ("Take me off the garden-club channel.", "garden-club"),
        ("Bitte nehmt mich aus dem Garten-Club-Kanal.", "Garten-Club"),
        ("Désabonnez-moi du canal club-jardin.", "club-jardin"),
    ],
)
def test_a_name_of_several_words_is_left_as_a_whole(body: str, scope: str | None) -> None:
    reading = read(body, "", "corvid-dev+")
    assert (reading.intent, reading.scope) == (Intent.LEAVE, scope)


@pytest.mark.parametrize("address", ["design-help+", "acme+#team-help", "acme+#task-force", "acme+#vote-board"])
def test_a_name_that_holds_a_word_of_an_address_asks_for_nothing(address: str) -> None:
    assert (
        read("The kitchen is open again, and the key hangs where it was.", "Lunch", address).intent is Intent.NEW_TOPIC
    )


def test_each_separator_and_case_of_an_address_is_accepted() -> None:
    for address in ("acme+join", "ACME-JOIN", "acme.join", "acme=join"):
        assert read("", "", address).intent is Intent.JOIN


@pytest.mark.parametrize(
    "text",
    [
        "pause through 24 July",
        "pause until 24 July inclusive",
        "pause 20 to 24 July",
        "pause jusqu'au 24 juillet inclus",
        "Mettez mes messages en pause jusqu'au 24 juillet inclus, s'il vous plaît.",
        "Pause bis einschließlich 24. Juli",
        "pausa hasta el 24 de julio inclusive",
        "pausa fino al 24 luglio compreso",
        "pausa até 24 de julho inclusive",
        "pauze tot en met 24 juli",
    ],
)
def test_a_pause_through_a_day_includes_it(text: str) -> None:
    reading = read(text, "")
    assert (reading.intent, reading.until, reading.through) == (Intent.PAUSE, date(2026, 7, 24), True)


@pytest.mark.parametrize(
    "text",
    [
        "pause until 24 July",
        "pause 10 days",
        "pause jusqu'au 24 juillet",
        "Pause bis 24. Juli",
        "pausa hasta el 24 de julio",
        "pausa fino al 24 luglio",
        "pausa até 24 de julho",
        "pauze tot 24 juli",
    ],
)
def test_a_pause_until_a_day_ends_on_it(text: str) -> None:
    reading = read(text, "")
    assert (reading.intent, reading.until, reading.through) == (Intent.PAUSE, date(2026, 7, 24), False)


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


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("the pause button", ""),
        (DIGEST, "The pause on Wednesday was far too short."),
        (DIGEST, "Die Pause am Mittwoch war zu kurz."),
        (DIGEST, "La pause de mercredi était trop courte."),
        (DIGEST, "Take me off the cooking rota please."),
        (DIGEST, "Sign me up for the walk on Saturday!"),
        (DIGEST, "Streicht mich bitte aus dem Putzplan."),
        (DIGEST, "The bakery only delivers on Tuesdays."),
        (DIGEST, "El mercado es solo los martes."),
        (DIGEST, "My neighbour is on holiday until Monday."),
        (DIGEST, "La mia vicina è in ferie fino a lunedì."),
        (DIGEST, "I'm back from the shop with the paint."),
        (DIGEST, "Please stop leaving cups in the sink."),
        (DIGEST, "I went to the market on Sunday."),
        ("Stopp", "Der Bus hält ab Montag woanders."),
        ("Decision", "We paint it blue."),
        ("Reminder: meeting tomorrow", "Do not forget the meeting at six."),
    ],
)
def test_a_mail_that_only_speaks_of_such_things_changes_nothing(subject: str, body: str) -> None:
    for answers_ours in (False, True):
        reading = read_command("acme", subject, body, SENT, lexicon(), answers_ours)
        assert reading.intent in (Intent.UNCLEAR, Intent.NEW_TOPIC), reading


def test_the_name_of_a_lazy_consensus_is_its_subject() -> None:
    reading = read("I propose that we water at dawn. Objections by Friday.", "[LAZY CONSENSUS] Water in the morning")
    assert (reading.question, reading.method) == ("Water in the morning", "consent")


def test_without_a_subject_a_lazy_consensus_is_named_by_what_it_proposes() -> None:
    reading = read("I propose that we water at dawn. Objections by Friday.", "[LAZY CONSENSUS]")
    assert reading.question == "water at dawn"


def test_a_check_in_as_a_mail_of_its_own_is_read_under_the_questions_of_the_charter() -> None:
    questions = ("What made you smile?", "Whom do you want to thank?")
    reading = read_command(
        "acme", "Check-in", "1. The hedgehog in the shed\n2. Malu, for the ladder", SENT, lexicon(), questions=questions
    )
    assert reading.intent is Intent.NEW_CHECKIN_ANSWER
    assert reading.checkin is not None
    assert dict(reading.checkin.answers) == dict(
        zip(questions, ("The hedgehog in the shed", "Malu, for the ladder"), strict=True)
    )


def test_days_and_time_in_a_sentence_of_their_own_belong_to_the_wish_before() -> None:
    reading = read("One mail a week would be enough. Mondays, at 8am.", DIGEST)
    assert (reading.days, reading.at) == (("monday",), time(8))


def test_a_reply_that_says_when_it_ends_pauses_and_does_not_leave() -> None:
    reading = read("Bitte bis Ende August keine Mails mehr, ich baue um.", DIGEST)
    assert (reading.intent, reading.until) == (Intent.PAUSE, date(2026, 8, 31))


@pytest.mark.parametrize(
    "body",
    [
        "nothing until Monday",
        "rien jusqu'à lundi",
        "pas de mails jusqu'à lundi",
        "nichts bis Montag",
        "pause until Monday",
    ],
)
def test_until_a_day_names_the_same_day_in_every_language(body: str) -> None:
    found = read(body, DIGEST)
    assert (found.intent, found.until) == (Intent.PAUSE, date(2026, 7, 20))


@pytest.mark.parametrize("body", ["résumé", "Résumé.", "un résumé par semaine me suffit"])
def test_a_summary_in_french_resumes_nothing(body: str) -> None:
    assert read(body, "").intent is not Intent.RESUME
    assert read("resume", "").intent is Intent.RESUME


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Reminder", "V-1 closes on Friday, please vote."),
        ("Please vote", "Please vote on V-1 and V-2 by Friday."),
        ("V-1 closes on Friday", "Please vote."),
        ("Votez", "Merci de voter pour V-1 avant vendredi."),
        ("Abstimmung", "Bitte stimmt bis Freitag bei V-1 ab."),
    ],
)
def test_who_reminds_of_a_vote_opens_none(subject: str, text: str) -> None:
    assert read(text, subject).intent is not Intent.NEW_VOTE


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Agenda", "Agenda for Friday:\n1. The roof\n2. The wall"),
        ("Status", "The roof is done, the wall comes tomorrow."),
        ("Report", "Sales are up by 3 %."),
        ("Help", "The printer is on fire, who has a key?"),
    ],
)
def test_a_subject_that_may_ask_for_something_is_a_topic_above_words_of_its_own(subject: str, text: str) -> None:
    assert read(text, subject).intent is Intent.NEW_TOPIC
    assert read("please", subject).intent in (Intent.STATUS, Intent.HELP)
