"""Absences told by their reason or by silence, days never wanted, and rhythms that somebody can't keep.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date, time

import pytest

from gateway.model.reading import Intent
from tests.request_desk import ACTS, CHECKIN, DIGEST, PARTY, read

TODAY, TOMORROW, FRIDAY = date(2026, 9, 15), date(2026, 9, 16), date(2026, 9, 18)


@pytest.mark.parametrize(
    ("body", "first", "last"),
    [
        ("Dentist this afternoon.", TODAY, TODAY),
        ("Jury duty all next week.", date(2026, 9, 21), date(2026, 9, 25)),
        ("Heute Nachmittag Zahnarzt.", TODAY, TODAY),
        ("Am Freitag Kita zu.", FRIDAY, FRIDAY),
        ("Demain formation à Lyon.", TOMORROW, TOMORROW),
        ("Mañana médico.", TOMORROW, TOMORROW),
        ("Domani trasloco.", TOMORROW, TOMORROW),
        ("Vandaag tandarts, morgen weer terug.", TODAY, TODAY),
        ("My daughter has a fever so I'm at home today and tomorrow.", TODAY, TOMORROW),
        ("Kind krank, bin bis Freitag zu Hause.", None, FRIDAY),
        ("Kind ziek, ik ben t/m vrijdag thuis.", None, FRIDAY),
        ("We're visiting my parents next week, so no answers from me then.", date(2026, 9, 21), date(2026, 9, 25)),
        ("Ik ben er deze en volgende week niet, mijn moeder is ziek.", TODAY, date(2026, 9, 25)),
        ("Ich bin nächste Woche nicht im Haus.", date(2026, 9, 21), date(2026, 9, 25)),
        ("La semaine prochaine, pas de réponse de ma part, je suis en tournage.", date(2026, 9, 21), date(2026, 9, 25)),
    ],
)
def test_the_reason_of_an_absence_tells_of_it(body: str, first: date | None, last: date) -> None:
    reading = read(body)
    assert (reading.intent, reading.away_from, reading.until) == (Intent.AWAY, first, last)


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ("De verf is er vrijdag niet.", CHECKIN),
        ("Ich bin bis Freitag nicht fertig.", CHECKIN),
        ("Planned the school trip today.", CHECKIN),
        ("Called the dentist about the van.", CHECKIN),
        ("Dentist on Friday.", PARTY),
        ("I was ill yesterday, worked at home today.", CHECKIN),
        ("No news from me on the boiler until Friday.", CHECKIN),
        ("Don't expect the minutes from me before next week.", CHECKIN),
        ("I'm rushed off my feet at the moment.", CHECKIN),
    ],
)
def test_work_on_a_reason_is_no_absence(body: str, subject: str) -> None:
    assert read(body, subject).intent is not Intent.AWAY


@pytest.mark.parametrize(
    "body",
    [
        "Never on Mondays, I'm at the other site.",
        "Jamais le lundi, l'atelier est fermé et je dors.",
        "Nunca los lunes, por favor.",
        "Mai il lunedì per favore.",
    ],
)
def test_a_day_never_wanted_leaves_the_others(body: str) -> None:
    reading = read(body)
    assert (reading.intent, reading.frequency) == (Intent.SET_FREQUENCY, None)
    assert reading.days == ("tuesday", "wednesday", "thursday", "friday")


@pytest.mark.parametrize("body", ["Never mind, it works now.", "Never had such a Monday! Finished the report though."])
def test_never_asks_for_nothing_by_itself(body: str) -> None:
    assert read(body).intent not in ACTS


def test_the_days_of_the_clause_that_asks_are_wished_for() -> None:
    assert read("Mejor preguntadme los jueves, los lunes no paro.").days == ("thursday",)
    assert read("Todos los días menos lunes, martes y jueves.").days == ("wednesday", "friday")


def test_a_rhythm_that_somebody_cannot_keep_is_not_wished_for() -> None:
    reading = read("I can't read one of these every day. Would every other Friday be possible?", DIGEST)
    assert (reading.frequency, reading.days) == ("biweekly", ("friday",))
    assert read("Bitte schickt mir das nur noch am Monatsende, täglich ist mir zu viel.").frequency == "monthly"


def test_an_hour_in_words_stands_with_its_part_of_the_day() -> None:
    assert read("Seven in the evening would be much better.").at == time(19)
    assert read("Sept heures du soir serait mieux.").at == time(19)


@pytest.mark.parametrize(
    ("subject", "body", "who"),
    [
        ("to do: bleed the radiators", "Before the frost if possible. Marek has offered to do it.", "Marek"),
        ("Aufgabe: Heizung entlüften", "Birgit hat sich angeboten.", "Birgit"),
        ("Da fare: sfiatare i termosifoni", "Si è offerta Giulia, entro venerdì.", "Giulia"),
        ("À faire : réparer la fuite", "Nadia s'est proposée, ce serait bien avant dimanche.", "Nadia"),
    ],
)
def test_who_offers_to_do_it_does_it(subject: str, body: str, who: str) -> None:
    (task,) = read(body, subject).tasks
    assert task.assignee == who


def test_a_list_below_a_subject_of_jobs_is_one_where_each_line_says_whose() -> None:
    owned = "1. Ruth: borrow the urn\n2. Gethin: posters\n\nPlease remind everyone."
    assert [task.assignee for task in read(owned, "jobs before the fair").tasks] == ["Ruth", "Gethin"]
    assert read("1. borrow the urn\n2. posters", "jobs before the fair").intent is Intent.NEW_TOPIC
    bracketed = "- commander les chaises (Omar, avant le 30 novembre)\n- réserver le traiteur (moi)"
    assert [task.assignee for task in read(bracketed, "pour la liste des tâches").tasks] == ["Omar", "me"]


@pytest.mark.parametrize(
    ("subject", "body", "intent"),
    [
        ("which votes are still running?", "", Intent.STATUS),
        ("Welche Abstimmungen laufen noch?", "", Intent.STATUS),
        ("stop", "I never read these mails.", Intent.LEAVE),
        ("stop", "I never asked you to stop the mails!", Intent.NEW_TOPIC),
        ("opting out", "Please remove my name from the mailing list, and good luck to all of you.", Intent.LEAVE),
        ("opting out", "Please remove my name from the programme.", Intent.NEW_TOPIC),
        (CHECKIN, "I'm rushed off my feet. Put the questions on ice, I'll tell you when I'm ready.", Intent.PAUSE),
        ("email frequency", "A monthly round-up is all I need now that I'm on the board.", Intent.SET_FREQUENCY),
    ],
)
def test_what_is_asked_for_is_told_from_what_stands_beside_it(subject: str, body: str, intent: Intent) -> None:
    assert read(body, subject).intent is intent
