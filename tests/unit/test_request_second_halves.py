"""What stands in the second half of a request: its deadline, who wants to be reminded, why, and which part of the day.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date, time

import pytest

from gateway.model.reading import Intent
from tests.request_desk import ACTS, CHECKIN, DIGEST, read

FRIDAY = date(2026, 9, 18)


@pytest.mark.parametrize(
    ("subject", "body", "title"),
    [
        ("tasks", "Please sort the tools, and it has to be finished by Friday.", "sort the tools"),
        ("Aufgabe", "Regale putzen, das muss bis Freitag fertig sein.", "Regale putzen"),
        ("tâche", "Ranger l'atelier, et ça doit être fini vendredi au plus tard.", "Ranger l'atelier"),
        ("tasks", "Order bread, milk and butter by Friday.", "Order bread, milk and butter"),
        ("@bronwen clean the fridge", "that's Friday lunchtime", "clean the fridge"),
    ],
)
def test_a_last_part_that_says_but_when_is_not_of_the_title(subject: str, body: str, title: str) -> None:
    (task,) = read(body, subject).tasks
    assert (task.title, task.due) == (title, FRIDAY)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("return the van on Friday, can you remind me?", "return the van"),
        ("Am Freitag den Bus zurückbringen, kannst du mich erinnern?", "den Bus zurückbringen"),
    ],
)
def test_who_names_a_deed_and_its_day_may_ask_behind_them_to_be_reminded(body: str, title: str) -> None:
    (task,) = read(body, "van").tasks
    assert (task.title, task.assignee, task.due) == (title, "me", FRIDAY)


def test_who_asks_to_know_is_reminded_of_nothing() -> None:
    assert read("When is the meeting on Friday, can you remind me?", "van").intent not in ACTS


def test_before_a_weekend_is_before_it_begins() -> None:
    (task,) = read("Add to Sam's list: update the website before the weekend", "one for Sam").tasks
    assert task.due == date(2026, 9, 19)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("Fragt mich doch lieber abends, so gegen sieben.", time(19)),
        ("Fragt mich lieber morgens um sieben statt abends.", time(7)),
        ("Evenings suit me better, say around eight.", time(20)),
        ("Could mine come at a quarter past six, before I leave for work?", time(6, 15)),
        ("Please ask me at eight rather than ten.", time(8)),
    ],
)
def test_a_part_of_the_day_and_a_reason_stand_beside_the_time(body: str, at: time) -> None:
    assert read(body, DIGEST).at == at


@pytest.mark.parametrize(
    ("body", "until"),
    [
        ("Home with a stomach bug today, hopefully back tomorrow.", date(2026, 9, 15)),
        ("Diese und nächste Woche bin ich auf der Messe und nicht im Laden.", date(2026, 9, 25)),
        ("Estoy con gripe, no contéis conmigo hasta el viernes.", FRIDAY),
    ],
)
def test_where_somebody_is_or_is_not_tells_of_an_absence(body: str, until: date) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.AWAY, until)


def test_days_alone_are_no_work_done() -> None:
    assert read("Diese und nächste Woche lese ich das Buch.").intent is not Intent.NEW_CHECKIN_ANSWER
    assert read("Diese Woche: Zaun. Nächste Woche: Dach.").intent is Intent.NEW_CHECKIN_ANSWER


def test_each_line_may_begin_with_whom_it_is_for() -> None:
    body = "Für Ilse: die Eierkartons zählen.\nFür mich: Steuerberater anrufen bis Freitag."
    assert [(task.assignee, task.due) for task in read(body, "To-do").tasks] == [("Ilse", None), ("me", FRIDAY)]
    body = "Joan: podar los frutales\nYo: llamar a la comunidad de regantes"
    assert [task.assignee for task in read(body, "Pendientes").tasks] == ["Joan", "me"]


@pytest.mark.parametrize(
    ("subject", "body", "intent"),
    [
        ("Commands?", "Is there a list of what I can write to you somewhere?", Intent.HELP),
        ("Help?", "The pump is broken, can anyone come?", Intent.NEW_TOPIC),
        ("what's on my plate", "I've lost track over the summer, sorry.", Intent.STATUS),
        ("what's going on", "The hall roof has collapsed, come quickly.", Intent.NEW_TOPIC),
        ("subscribe", "Thanks in advance, Yusuf", Intent.JOIN),
        (CHECKIN, "Home late with the van today.", Intent.UNCLEAR),
        ("Proposal", "I propose we meet on Monday. Bring the keys, otherwise we can't get in.", Intent.NEW_TOPIC),
        ("Proposal", "I propose we adopt version C. Speak up by 22 January, otherwise it's settled.", Intent.NEW_VOTE),
    ],
)
def test_a_subject_asks_only_where_the_body_lets_it(subject: str, body: str, intent: Intent) -> None:
    assert read(body, subject).intent is intent


@pytest.mark.parametrize(
    ("body", "intent", "until"),
    [
        ("Please stop asking me things for a fortnight.", Intent.PAUSE, date(2026, 9, 29)),
        ("Please stop sending me these for two weeks.", Intent.PAUSE, date(2026, 9, 29)),
        ("Please stop sending me these.", Intent.LEAVE, None),
        ("Mute me please, deadline week. I'll unmute myself.", Intent.PAUSE, None),
        ("Please put my questions on pause until Friday.", Intent.PAUSE, FRIDAY),
        ("Could we put the order on pause until Friday?", Intent.UNCLEAR, None),
    ],
)
def test_how_long_mail_stops_is_told_from_leaving_and_from_other_things(
    body: str, intent: Intent, until: date | None
) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (intent, until)


@pytest.mark.parametrize(
    ("subject", "body", "who"),
    [
        ("Task: sharpen the blades", "Stefan, please, before the fair on the 29th.", "Stefan"),
        ("Task: sharpen the blades", "Thanks, please, before Friday.", None),
        ("Tâche : acheter du terreau", "C'est Denis qui s'en occupe, d'ici samedi.", "Denis"),
        ("Task: buy compost", "It's Denis who does it, by Friday.", "Denis"),
        ("Task: buy compost", "It's the Porto one.", None),
    ],
)
def test_who_is_called_or_stressed_does_it(subject: str, body: str, who: str | None) -> None:
    (task,) = read(body, subject).tasks
    assert task.assignee == who


def test_lines_may_all_end_with_whose_they_are() -> None:
    tasks = read("- clean the windows: Ann, by Friday\n- change the locks: Paul", "tasks").tasks
    assert [(task.title, task.assignee, task.due) for task in tasks] == [
        ("clean the windows", "Ann", FRIDAY),
        ("change the locks", "Paul", None),
    ]
    tasks = read("- order online: Paper\n- ask the shop", "tasks").tasks
    assert [task.assignee for task in tasks] == [None, None]


def test_not_before_an_hour_in_words_is_a_wish_for_it() -> None:
    assert read("Not before half past nine please, the phone wakes the baby.").at == time(9, 30)
    assert read("We can't start before half past nine.").intent is not Intent.SET_FREQUENCY


def test_how_many_are_chosen_may_stand_with_the_deadline() -> None:
    body = "* Night shelter\n* Lifeboats\n\nOne each please, by Friday."
    reading = read(body, "Vote: which charity?")
    assert reading.deadline is not None
    assert reading.deadline.date() == FRIDAY
