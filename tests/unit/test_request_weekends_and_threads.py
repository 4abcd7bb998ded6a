"""Weekends without mail, one day of a week, and words that in a thread of the members' are said of its matter.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date

import pytest

from gateway.model.reading import Intent
from tests.request_desk import CHECKIN, PARTY, WORKING, read


@pytest.mark.parametrize(
    "body",
    [
        "No questions at weekends please.",
        "Keine Fragen mehr am Wochenende bitte.",
        "Pas de questions le week-end svp.",
        "Los fines de semana no, por favor.",
        "Niente domande nel fine settimana.",
        "Niet in het weekend graag.",
    ],
)
def test_no_mail_at_weekends_is_mail_on_working_days(body: str) -> None:
    reading = read(body)
    assert (reading.intent, reading.days) == (Intent.SET_FREQUENCY, WORKING)


@pytest.mark.parametrize(
    "body",
    ["No check-in this weekend.", "I did not work at the weekend.", "Nichts geschafft am Wochenende."],
)
def test_one_weekend_is_no_rhythm(body: str) -> None:
    assert read(body).intent is not Intent.SET_FREQUENCY


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (PARTY, "I can't come, I'm on holiday that week."),
        (PARTY, "I'm on holiday."),
        ("Re: [hofladen] Sommerfest", "Ohne mich, da bin ich im Urlaub."),
        (PARTY, "Not at the weekend please."),
    ],
)
def test_what_a_thread_is_told_without_a_date_sets_nothing(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.UNCLEAR


@pytest.mark.parametrize("subject", [CHECKIN, "Holiday"])
def test_an_absence_without_a_date_is_one_where_we_are_told(subject: str) -> None:
    assert read("I'm on holiday.", subject).intent is Intent.AWAY


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ("I only work mornings this week and I'm out all of Thursday.", date(2026, 9, 17)),
        ("I'm in Leeds this week and away on Friday.", date(2026, 9, 18)),
        ("Je pose ma journée de vendredi.", date(2026, 9, 18)),
    ],
)
def test_one_day_away_is_one_day(body: str, day: date) -> None:
    reading = read(body)
    assert (reading.away_from, reading.until) == (day, day)


@pytest.mark.parametrize(
    ("body", "first", "last"),
    [
        ("Je suis en congé à partir de lundi.", date(2026, 9, 21), None),
        ("I leave on Friday and I'm away until the 28th.", date(2026, 9, 18), date(2026, 9, 28)),
    ],
)
def test_a_stretch_stays_one(body: str, first: date, last: date | None) -> None:
    reading = read(body)
    assert (reading.away_from, reading.until) == (first, last)


@pytest.mark.parametrize(
    ("subject", "body", "who"),
    [
        ("tarea", "Que Marta recoja las llaves antes del jueves.", "Marta"),
        ("tâche", "Il faudrait que Samira passe à la banque avant jeudi.", "Samira"),
    ],
)
def test_who_is_to_do_it_stands_behind_that(subject: str, body: str, who: str) -> None:
    (task,) = read(body, subject).tasks
    assert (task.assignee, who in task.title) == (who, False)


def test_a_reminder_in_two_parts_names_its_day() -> None:
    (task,) = read("Herinner me er vrijdag aan dat ik de sleutel moet ophalen.", "herinnering").tasks
    assert (task.assignee, task.due) == ("me", date(2026, 9, 18))


@pytest.mark.parametrize(
    ("body", "leaves"),
    [
        ("J'ai quitté l'association, inutile de continuer à m'écrire.", True),
        ("Inutile de continuer le chantier, il pleut.", False),
        ("Haal mij er maar af.", True),
        ("Haal het slot er maar af.", False),
    ],
)
def test_who_leaves_says_so_of_themselves(body: str, leaves: bool) -> None:
    assert (read(body).intent is Intent.LEAVE) is leaves


@pytest.mark.parametrize(
    ("subject", "body", "resumes"),
    [
        ("bin wieder da", "Reha vorbei! Ihr dürft mich wieder mit Fragen löchern.", True),
        ("Re: [acme] En pause", "C'est bon, vous pouvez relancer.", True),
        ("Re: [acme] Devis", "C'est bon, tu peux relancer le fournisseur.", False),
    ],
)
def test_who_is_back_may_say_so_in_other_words(subject: str, body: str, resumes: bool) -> None:
    assert (read(body, subject).intent is Intent.RESUME) is resumes
