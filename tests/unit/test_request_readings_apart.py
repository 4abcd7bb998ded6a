"""Words that ask for one thing and, in other company, for another or for nothing: compounds, lists, doubts, yesterday.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date, time

import pytest

from gateway.model.reading import Intent
from tests.request_desk import CHECKIN, WORKING, read


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: [acme] You are paused", "Feeling human again, please un-pause me."),
        ("Re: [acme] En pausa", "Ya podéis escribirme otra vez."),
        ("Re: [acme] Pause", "Please write to me again."),
    ],
)
def test_a_pause_is_ended_in_answer_to_it(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.RESUME


def test_what_goes_to_everybody_again_ends_no_pause() -> None:
    assert read("Bitte die Sachen wieder an alle schicken.").intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    "body",
    [
        "Could these stop over the weekend? Weekdays only please.",
        "Nur unter der Woche bitte.",
        "Seulement les jours de semaine svp.",
        "Solo nei giorni feriali, per cortesia.",
    ],
)
def test_working_days_only_is_a_rhythm_and_no_pause(body: str) -> None:
    assert read(body).days == WORKING


def test_this_weekend_is_a_pause() -> None:
    assert read("Pause these over the weekend please.").until == date(2026, 9, 20)


@pytest.mark.parametrize(
    "body", ["Bitte nicht vor 9 Uhr, da schlaf ich noch.", "Pas avant 9h svp.", "Não antes das 9h por favor."]
)
def test_not_before_some_hour_is_at_that_hour(body: str) -> None:
    assert read(body).at == time(9)


def test_every_two_weeks_is_said_of_nobody() -> None:
    assert read("Alle zwei Wochen langt.", "Re: [hofladen] Tagesfrage").frequency == "biweekly"
    assert read("Alle anderen bekommen es monatlich.", "Re: [hofladen] Tagesfrage").intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Kettle", "Should I get a new kettle or does anyone have one?"),
        ("Kettle", "Maybe I could bring a kettle on Friday."),
        ("Kaffeemaschine", "Soll ich eine neue besorgen oder hat jemand eine übrig?"),
        ("Parking", "The contractors need the bays. Where are we all going to park?"),
        ("cake", "Send me what is still left of the cake please"),
    ],
)
def test_a_doubt_about_a_matter_is_a_topic(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.NEW_TOPIC


@pytest.mark.parametrize("body", ["Should I leave the list?", "Please change my email address to kim@new.example."])
def test_a_doubt_about_being_here_is_asked_back(body: str) -> None:
    assert read(body, "hm").intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("votes", "Where are we with the votes?"),
        ("question", "What do I have to do?"),
        ("dúvida", "O que é que tenho por fazer?"),
        ("übersicht", "schick mir mal bitte was bei mir noch ansteht"),
    ],
)
def test_what_is_to_be_done_is_asked_of_us(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.STATUS


@pytest.mark.parametrize(("body", "done"), [("Finished, you can close it.", True), ("Not finished yet.", False)])
def test_below_the_mark_of_a_task_it_is_done(body: str, done: bool) -> None:
    assert (read(body, "T-14").intent is Intent.TASK_DONE) is done


@pytest.mark.parametrize(
    ("subject", "body", "options"),
    [
        ("Vote: quiz night?", "Yes / No / Only in winter. Reply by Sunday.", ("Yes", "No", "Only in winter")),
        ("Sollen wir öffnen?", "Bitte kurz abstimmen: ja, nein, nur bis mittags.", ("ja", "nein", "nur bis mittags")),
        ("Which caterer?", "Please choose between Ann, Rose and the pub by Friday.", ("Ann", "Rose", "the pub")),
        ("Quel traiteur ?", "Merci de choisir entre Ali, Rose et Bo d'ici vendredi.", ("Ali", "Rose", "Bo")),
        ("Wahl der Sprecherin", "Es kandidieren Silke, Jonas und Ferhat.", ("Silke", "Jonas", "Ferhat")),
    ],
)
def test_options_are_read_beside_yes_and_no_and_without_the_end(
    subject: str, body: str, options: tuple[str, ...]
) -> None:
    reading = read(body, subject)
    assert (reading.intent, reading.options) == (Intent.NEW_VOTE, options)


@pytest.mark.parametrize("body", ["Yes or no, by Friday.", "Yes, no, please.", "Yes, no or abstain, until Friday."])
def test_yes_and_no_alone_are_the_method(body: str) -> None:
    assert read(body, "Vote: quiz night?").method == "yesno"


@pytest.mark.parametrize(
    "body",
    ["The options are Ann, Rose and the pub. I prefer the pub.", "Please don't choose between them yet: no prices."],
)
def test_talk_of_options_opens_no_vote(body: str) -> None:
    assert read(body, "Which caterer?").intent is Intent.NEW_TOPIC


@pytest.mark.parametrize(
    ("body", "who"),
    [
        ("Lukas, machst du das bis zum 20.?", "Lukas"),
        ("Luke, can you do this by the 20th?", "Luke"),
        ("Friends, who can do this by the 20th?", None),
    ],
)
def test_whoever_is_addressed_in_a_question_is_to_do_it(body: str, who: str | None) -> None:
    (task,) = read(body, "[TASK] Count the cups").tasks
    assert task.assignee == who


def test_a_list_of_tasks_may_name_everybody_once() -> None:
    body = "To-dos:\n- Sabine: ask for the permit by 18 Sept\n- Kai: mend the lights\n- all: advertise"
    assert [task.assignee for task in read(body, "Minutes").tasks] == ["Sabine", "Kai", None]
    assert read("To do:\n- wash the car\n- call mum", "Minutes").intent is Intent.NEW_TOPIC


@pytest.mark.parametrize(
    ("subject", "body", "until"),
    [
        ("Christmas break", "I'm finishing on 18 December and back on Monday 4 January.", date(2027, 1, 3)),
        (CHECKIN, "Heute und morgen auf der Messe in Nürnberg, meldet euch ab Montag wieder.", date(2026, 9, 16)),
        (CHECKIN, "Kind krank, bin bis Freitag raus.", date(2026, 9, 18)),
    ],
)
def test_an_absence_is_told_by_its_days(subject: str, body: str, until: date) -> None:
    reading = read(body, subject)
    assert (reading.intent, reading.until) == (Intent.AWAY, until)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (CHECKIN, "Gestern krank, heute Bericht geschrieben."),
        (CHECKIN, "Malade hier, aujourd'hui j'ai fini le rapport."),
        (CHECKIN, "Morgen ist Ana auf der Messe."),
        ("Easter break", "I propose 10 to 12 April as I'm back then."),
    ],
)
def test_yesterday_others_and_proposals_are_no_absence(subject: str, body: str) -> None:
    assert read(body, subject).intent is not Intent.AWAY
