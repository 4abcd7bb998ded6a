"""Hours in words, stretches counted from a day, whose list a task goes on, and reasons beside a pause.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date, time

import pytest

from gateway.model.reading import Intent
from gateway.understand.reading.date import find_clock, find_dated
from tests.request_desk import ACTS, CHECKIN, DIGEST, SENT, lexicon, read


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("Can you send these at half past eight instead? By ten I'm already out on site.", time(8, 30)),
        ("Could I get these at a quarter to nine please?", time(8, 45)),
        ("Please send me these at six in the evening.", time(18)),
        ("I start at eleven so could you ask me at half eleven or so?", time(11, 30)),
        ("Kann die Übersicht bitte erst um halb neun kommen? Um sechs klingelt sonst mein Handy.", time(8, 30)),
        ("Bitte schickt sie mir um sieben Uhr abends.", time(19)),
        ("Est-il possible de recevoir la question à huit heures et demie plutôt qu'à dix heures ?", time(8, 30)),
        ("Plutôt vers dix-huit heures s'il vous plaît.", time(18)),
        ("Envoyez-moi ça à neuf heures moins le quart.", time(8, 45)),
        ("¿Me lo podéis mandar a las nueve y media?", time(9, 30)),
        ("Potete mandarmela alle sette e mezza?", time(7, 30)),
        ("Podem enviar isto às oito e meia da manhã em vez das seis?", time(8, 30)),
        ("Mag het overzicht voortaan om half negen komen?", time(8, 30)),
    ],
)
def test_an_hour_in_words_is_the_time_wished_for(body: str, at: time) -> None:
    reading = read(body, DIGEST)
    assert (reading.intent, reading.at) == (Intent.SET_FREQUENCY, at)


@pytest.mark.parametrize(
    "text",
    [
        "at two addresses",
        "at one of the schools",
        "pendant huit heures et",
        "um drei Kisten",
        "halb so viel",
        "om vier stoelen",
    ],
)
def test_what_is_counted_is_no_hour(text: str) -> None:
    assert find_clock(text, SENT, lexicon()) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("a week before Christmas", date(2026, 12, 18), None),
        ("zwei Wochen vor Weihnachten", date(2026, 12, 11), None),
        ("une semaine avant Noël", date(2026, 12, 18), None),
        ("this week and next", date(2026, 9, 15), date(2026, 9, 25)),
        ("diese und nächste Woche", date(2026, 9, 15), date(2026, 9, 25)),
        ("cette semaine et la prochaine", date(2026, 9, 15), date(2026, 9, 25)),
        ("deze en volgende week", date(2026, 9, 15), date(2026, 9, 25)),
    ],
)
def test_a_stretch_is_counted_from_the_day_it_names(text: str, first: date, last: date | None) -> None:
    (found,) = find_dated(text, SENT, lexicon())
    assert (found.when.day, found.when.end_day) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "Friday at the latest",
        "Freitag spätestens",
        "vendredi au plus tard",
        "el viernes como muy tarde",
        "vrijdag uiterlijk",
    ],
)
def test_a_deadline_may_be_told_behind_its_day(text: str) -> None:
    (found,) = find_dated(text, SENT, lexicon())
    assert found.when.day == date(2026, 9, 18)
    assert "by" in found.leads


def test_the_rhythm_of_the_clause_that_wishes_is_the_one_wished_for() -> None:
    assert read("I'd prefer to be asked every day, once a week I've forgotten half of it.").frequency == "daily"
    assert read("Every day is too much, once a week please.").frequency == "weekly"


@pytest.mark.parametrize(
    ("body", "until"),
    [
        ("We've just had the baby (a girl!), so no questions for a while please.", None),
        ("My mum is ill, so please no questions for a while.", None),
        ("Could you stop asking me things until after the wedding? Work is mad right now.", None),
    ],
)
def test_why_somebody_wants_a_pause_is_neither_work_nor_an_absence(body: str, until: date | None) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.PAUSE, until)


@pytest.mark.parametrize(
    ("subject", "body", "who"),
    [
        ("one for Sam", "Add to Sam's list: get two quotes for the boiler, end of the month at the latest.", "Sam"),
        ("pour Karim", "À mettre sur la liste de Karim : acheter des ampoules avant la fin du mois.", "Karim"),
        ("para Nuria", "A la lista de Nuria: comprar malla antes del 30 de septiembre", "Nuria"),
    ],
)
def test_what_stands_behind_a_colon_goes_on_the_list_of_who_is_named(subject: str, body: str, who: str) -> None:
    (task,) = read(body, subject).tasks
    assert (task.assignee, task.due) == (who, date(2026, 9, 30))
    assert ":" not in task.title


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Christmas", "For the guest list: invite the choir"),
        ("Noël", "Pour la liste de Noël : penser aux guirlandes"),
        ("Party", "Sam's list: crisps, beer, wine. Anything missing?"),
        ("Re: [acme] Summer party", "Venue: the old mill\nFood: bring and share\nPlease keep track of this."),
    ],
)
def test_a_list_of_something_hands_nothing_out(subject: str, body: str) -> None:
    reading = read(body, subject)
    assert reading.intent not in ACTS or not [task for task in reading.tasks if task.assignee not in (None, "Sam")]


def test_lines_that_begin_with_who_does_it_are_a_task_each() -> None:
    body = "Actions:\nPriya - send the budget by Friday\nOwen - find out what bins cost\n\nPlease keep track of these."
    assert [(task.assignee, task.due) for task in read(body, "minutes of last night").tasks] == [
        ("Priya", date(2026, 9, 18)),
        ("Owen", None),
    ]
    body = "Ayse: Preisschilder schreiben, bis Donnerstag\nRolf: Kühlhaus auswischen\n\nBitte eintragen, danke!"
    assert [task.assignee for task in read(body, "zu tun").tasks] == ["Ayse", "Rolf"]


def test_a_month_that_something_is_for_is_not_when_it_is_due() -> None:
    (task,) = read("Add to Sam's list: find a room for December", "one for Sam").tasks
    assert (task.title, task.due) == ("find a room for December", None)


@pytest.mark.parametrize(
    ("subject", "body", "intent"),
    [
        (
            "New volunteer",
            "Hello, I started last week. Please put me on the list so I get the rota mails.",
            Intent.JOIN,
        ),
        ("Hello", "Please put me on the list for the cake stall.", Intent.UNCLEAR),
        ("?", "Was steht bei mir eigentlich noch alles offen?", Intent.STATUS),
        ("?", "Was steht am Samstag noch alles an?", Intent.NEW_TOPIC),
        ("vraag", "Wat staat er bij mij nog open?", Intent.STATUS),
        (CHECKIN, "I'd like out of the design channel, keep me in for everything else.", Intent.LEAVE),
        ("au revoir", "C'était mon dernier jour. Vous pouvez m'enlever de partout, et merci pour tout !", Intent.LEAVE),
    ],
)
def test_what_for_stands_behind_what_is_asked(subject: str, body: str, intent: Intent) -> None:
    assert read(body, subject).intent is intent


def test_days_that_a_proposal_is_about_are_not_its_deadline() -> None:
    body = "I propose that we close from 24 December to 1 January. If nobody objects by 16 October it's decided."
    reading = read(body, "Proposal: shut the office")
    assert reading.deadline is not None
    assert (reading.intent, reading.deadline.date()) == (Intent.NEW_VOTE, date(2026, 10, 16))
    reading = read("Red or blue? The vote runs from today until Friday.", "Poll: colour")
    assert reading.deadline is not None
    assert reading.deadline.date() == date(2026, 9, 18)
