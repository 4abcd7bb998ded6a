"""Absences, departures and tasks done where the words around them say otherwise: a month gone by, a mere reason.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command import read_command

SENT = datetime(2026, 10, 6, 9, 30, tzinfo=ZoneInfo("Europe/London"))  # a Tuesday
CHECKIN = "Re: [acme] Check-in for Tuesday 6 October"
REMINDER = "Re: [acme] Reminder: Order till rolls"
ACTS = frozenset(Intent) - {Intent.UNCLEAR, Intent.NEW_TOPIC, Intent.NEW_CHECKIN_ANSWER, Intent.HELP, Intent.STATUS}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(body: str, subject: str = CHECKIN, address: str = "acme") -> CommandReading:
    return read_command(address, subject, body, SENT, lexicon())


@pytest.mark.parametrize(
    "body",
    [
        "I left the committee in June, so please no more mails.",
        "I retired in September, so no more questions please.",
        "Ich habe im August aufgehört, also bitte keine Mails mehr.",
        "J'ai quitté l'atelier en août, donc plus de mails svp.",
        "Ik ben in augustus gestopt, dus geen mails meer graag.",
    ],
)
def test_a_month_gone_by_ends_no_pause(body: str) -> None:
    assert read(body).intent is Intent.LEAVE


@pytest.mark.parametrize("body", ["No mails in November please.", "I'm in Spain in November, so no mails please."])
def test_a_month_to_come_ends_a_pause(body: str) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.PAUSE, date(2026, 11, 30))


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        ("I gave my plot up, so no more garden mail for me please. The rest I'd like to keep.", "garden"),
        ("Please don't send me garden mails.", "garden"),
        ("No more paper mail please, the postbox is full.", None),
        ("No more slug mail please.", None),
    ],
)
def test_mail_called_by_its_channel_is_left_and_other_mail_is_not(body: str, scope: str | None) -> None:
    reading = read(body, "Re: [acme+garden] Slugs", "acme+garden")
    assert (reading.intent, reading.scope) == ((Intent.LEAVE, scope) if scope else (Intent.UNCLEAR, None))


@pytest.mark.parametrize(
    ("body", "first", "last"),
    [
        ("I'm away from Thursday and back on the 20th.", date(2026, 10, 8), date(2026, 10, 19)),
        ("I'm in hospital from Thursday and home again on the 20th.", date(2026, 10, 8), date(2026, 10, 19)),
        ("Ab Montag auf Schulung bis Mittwoch.", date(2026, 10, 12), date(2026, 10, 14)),
        ("From Monday I'm on a course until Wednesday.", date(2026, 10, 12), date(2026, 10, 14)),
        ("I'm away until tomorrow, from Monday on I work at home.", None, date(2026, 10, 7)),
        ("We're off to Wales from Thursday to Sunday.", date(2026, 10, 8), date(2026, 10, 11)),
        ("Flu, so I won't be in on Thursday.", date(2026, 10, 8), date(2026, 10, 8)),
    ],
)
def test_an_absence_has_the_days_it_names(body: str, first: date | None, last: date) -> None:
    reading = read(body)
    assert (reading.intent, reading.away_from, reading.until) == (Intent.AWAY, first, last)


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ("I took Friday off to paint", CHECKIN),
        ("Broken arm, so I can't carry chairs on Saturday", CHECKIN),
        ("We're off to a good start, 26-30 October is covered.", "Half term rota"),
        ("Take it off the list: no more lemonade", "Re: [acme] Shopping"),
        ("Take it off the list: no more lemonade", "Shopping"),
        ("Nimm das von der Liste, die Limo ist aus.", "Re: [acme] Einkauf"),
        ("Hak das ab, die Plakate hängen", "Plakate"),
        ("Kann abgehakt werden", "Plakate"),
        ("The new ones are late, they come on Thursday.", REMINDER),
        ("Hab ich vergessen, wird heute erledigt.", "Re: [acme] Erinnerung: Rollen bestellen"),
        ("Switch them on whenever you like, the radiators are bled.", "Boiler"),
        ("I'd be happier with rehearsals on Fridays instead of Mondays.", "Rehearsals"),
    ],
)
def test_what_sets_nothing_for_its_author_is_not_acted_on(body: str, subject: str) -> None:
    assert read(body, subject).intent not in ACTS


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ("I got that one sorted last night, they come on Thursday.", REMINDER),
        ("Hab ich gestern Abend noch erledigt, kommen am Donnerstag.", "Re: [acme] Erinnerung: Order till rolls"),
        ("Hak das ab, sie sind da", "Re: [acme] Erinnerung: Order till rolls"),
    ],
)
def test_an_answer_to_a_reminder_may_say_more_behind_that_it_is_done(body: str, subject: str) -> None:
    reading = read(body, subject)
    assert (reading.intent, reading.task) == (Intent.TASK_DONE, "Order till rolls")


def test_a_word_that_leads_up_to_dates_elsewhere_stays_in_a_title() -> None:
    (task,) = read("I have to return the van on the 28th, can you remind me?").tasks
    assert (task.title, task.due) == ("return the van", date(2026, 10, 28))


@pytest.mark.parametrize(
    ("body", "days"),
    [
        ("Dienstags und freitags würde mir völlig reichen, an den anderen Tagen steh ich auf dem Markt.", "tue fri"),
        ("I'd be happier with a single round-up on Friday instead of all these bits and pieces every day.", "fri"),
    ],
)
def test_a_rhythm_is_wished_for_in_its_own_clause(body: str, days: str) -> None:
    reading = read(body)
    assert (reading.intent, " ".join(day[:3] for day in reading.days)) == (Intent.SET_FREQUENCY, days)
