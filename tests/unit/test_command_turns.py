"""Requests in turns of phrase that no list of phrases holds: what surrounds the words says what is asked for.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command import read_command

SENT = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("Europe/London"))  # a Tuesday
CHECKIN = "Re: [acme] Check-in for Tuesday 14 July"
DIGEST = "Re: [acme] Daily digest"
ROTA = "Re: [acme] Rota for August"
ACTS = frozenset(Intent) - {Intent.UNCLEAR, Intent.NEW_TOPIC, Intent.NEW_CHECKIN_ANSWER, Intent.HELP, Intent.STATUS}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(body: str, subject: str = CHECKIN, address: str = "acme") -> CommandReading:
    return read_command(address, subject, body, SENT, lexicon())


@pytest.mark.parametrize(
    ("body", "days"),
    [
        ("I now work Monday to Wednesday only, please send the questions on those days.", "monday tuesday wednesday"),
        ("I'm in on Mon, Wed and Fri. Could you only send me the check-in on those days?", "monday wednesday friday"),
        ("Fridays are a bad day for me, could I get this on Thursday instead?", "thursday"),
        ("Not on Fridays please, I don't work then.", "monday tuesday wednesday thursday"),
        ("Donnerstags und freitags arbeite ich nicht, da bitte keine Fragen.", "monday tuesday wednesday"),
        ("Je ne travaille que le lundi et le mercredi, envoyez-moi les questions ces jours-là.", "monday wednesday"),
        ("Bitte nur Mo, Mi und Fr", "monday wednesday friday"),
        ("Ich hätte die Frage lieber am Sonntagabend.", "sunday"),
    ],
)
def test_days_are_read_as_wanted_unwanted_or_named_before(body: str, days: str) -> None:
    reading = read(body)
    assert (reading.intent, reading.days) == (Intent.SET_FREQUENCY, tuple(days.split()))


@pytest.mark.parametrize(
    "body",
    [
        "I can't make it on Thursday.",
        "Monday works for me.",
        "Why did this arrive at 4am?",
        "Are these sent on Mondays?",
    ],
)
def test_a_day_in_a_question_or_a_refusal_is_no_rhythm(body: str) -> None:
    assert read(body, DIGEST).intent is Intent.UNCLEAR


def test_a_time_counts_up_to_what_it_replaces_and_after_a_part_of_the_day() -> None:
    assert read("Can these arrive at 4pm instead of first thing?").at == time(16)
    assert read("Je préférerais l'après-midi, vers 15h.").at == time(15)
    assert read("I start late, so could you ask me a bit later? 11:30 is fine.").at == time(11, 30)


@pytest.mark.parametrize(
    ("body", "until"),
    [
        ("Could you stop the daily questions until the end of August?", date(2026, 8, 31)),
        ("Could I be excused from these until 10 August?", date(2026, 8, 10)),
        ("Swamped until the gala on 30 July, can we skip these till then?", date(2026, 7, 30)),
        ("Please hold these for a fortnight, I'm buried in work.", date(2026, 7, 28)),
        ("Ne m'écrivez plus avant le 24 août, je suis en plein déménagement", date(2026, 8, 24)),
        ("Can we pause mine till after the wedding?", None),
        ("On jury duty for I don't know how long - pause me until I get in touch.", None),
    ],
)
def test_mail_that_is_to_stop_until_some_day_is_a_pause(body: str, until: date | None) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.PAUSE, until)


@pytest.mark.parametrize(
    "body",
    [
        "Could I have until Friday for this one?",
        "Could you wait until Friday?",
        "Paused the migration until Monday because the disk was full.",
        "No more questions from the council until Monday, hooray.",
        "Arrêt de la machine jusqu'à vendredi, le technicien passe.",
    ],
)
def test_until_some_day_alone_pauses_nothing(body: str) -> None:
    assert read(body).intent not in ACTS


def test_a_setting_in_the_subject_is_borne_out_by_when_or_by_what_keeps_its_author_busy() -> None:
    assert read("for 3 weeks", "mute").until == date(2026, 8, 4)
    assert read("New baby! I'll be in touch when I've slept.", "pause please").intent is Intent.PAUSE
    assert read("Une fois toutes les deux semaines, le mardi matin", "réglages").days == ("tuesday",)
    assert read("We need a longer pause at lunch I think", "Pause").intent is Intent.NEW_TOPIC
    assert read("I am taking leave from 10 to 14 August.", "Leave").intent is Intent.AWAY


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: [acme] Weekly questions", "OK, ready to be asked again :-)"),
        ("weer terug", "De verbouwing is klaar, stuur de vragen maar weer."),
        ("end of pause", "You can lift the pause, I've finished the report."),
        ("back", "Exams done, please turn my mails on again."),
    ],
)
def test_mail_that_is_wanted_again_is_resumed(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.RESUME


@pytest.mark.parametrize(
    "body",
    [
        "Sent the questions again to the council. Tomorrow: wait.",
        "The printer is broken again, questions to Sam.",
        "Gestern die Anlage abgeschaltet, heute wieder eingeschaltet.",
    ],
)
def test_work_that_is_done_again_resumes_nothing(body: str) -> None:
    assert read(body).intent not in ACTS


@pytest.mark.parametrize(
    ("subject", "body", "first", "last"),
    [
        ("Away", "Thursday and Friday next week I'm at the trade fair.", date(2026, 7, 23), date(2026, 7, 24)),
        ("Holiday", "Cornwall from the 25th until the 8th of August!", date(2026, 7, 25), date(2026, 8, 8)),
        ("Urlaub", "3.–21. August, Anja vertritt mich", date(2026, 8, 3), date(2026, 8, 21)),
        ("family holiday", "We're in Wales 1-15 August.", date(2026, 8, 1), date(2026, 8, 15)),
        ("holiday dates", "20/7 to 31/7 - camping, no signal", date(2026, 7, 20), date(2026, 7, 31)),
        (CHECKIN, "In hospital tomorrow for a small operation, back on Friday.", date(2026, 7, 15), date(2026, 7, 16)),
        (CHECKIN, "Tomorrow I'm in Leeds, Friday back again.", date(2026, 7, 15), date(2026, 7, 16)),
        (CHECKIN, "Je pose mon lundi.", date(2026, 7, 20), date(2026, 7, 20)),
    ],
)
def test_an_absence_is_told_by_its_days_and_what_stands_by_them(
    subject: str, body: str, first: date, last: date
) -> None:
    reading = read(body, subject)
    assert (reading.intent, reading.away_from, reading.until) == (Intent.AWAY, first, last)


@pytest.mark.parametrize(
    "body",
    [
        "Tomorrow I'm at the printers, Friday back on the website.",
        "Ich warte auf Uwe, der ist bis Donnerstag krank.",
        "I'm out of money until Friday.",
        "Je prends les clients lundi.",
        "Please turn the digest off for me.",
    ],
)
def test_who_works_elsewhere_or_waits_for_somebody_is_not_away(body: str) -> None:
    assert read(body).intent is not Intent.AWAY


@pytest.mark.parametrize(
    ("subject", "body", "who"),
    [
        ("reminder for Tom", "Tom needs to send the VAT return by 7 August. Can you put that on his list?", "Tom"),
        ("Task: update the first aid kit", "Could Bridget do this before the open day?", "Bridget"),
        ("[TÂCHE] Racheter des ampoules", "Luc s'en charge, pour vendredi.", "Luc"),
        ("Tarefa", "O Rui tem de comprar as redes até sexta-feira.", "Rui"),
        ("petite tâche", "Peux-tu noter que Sarah doit rappeler la banque d'ici mardi ?", "Sarah"),
        ("", "@maya can you renew the licence before the end of the month", "maya"),
        ("memo", "I have to return the projector on 28 July, can you remind me?", "me"),
    ],
)
def test_who_is_to_do_it_may_be_said_in_a_sentence(subject: str, body: str, who: str) -> None:
    (task,) = read(body, subject).tasks
    assert task.assignee == who


def test_names_stand_ahead_of_what_each_does_and_a_day_behind_by_is_nobody() -> None:
    lines = (
        "Farah drafts the release by 20 July",
        "Hannah: print flyers, by Thursday",
        "ask the auditor (me, by Friday)",
    )
    tasks = read("\n".join(f"- {line}" for line in lines), "Action points").tasks
    assert [task.assignee for task in tasks] == ["Farah", "Hannah", "me"]
    assert [task.due for task in tasks] == [date(2026, 7, 20), date(2026, 7, 16), date(2026, 7, 17)]


def test_who_says_that_a_task_can_be_ticked_off_is_done_with_it() -> None:
    reading = read("The boiler service is done, you can tick it off.", "boiler")
    assert (reading.intent, reading.task) == (Intent.TASK_DONE, "The boiler service")
    poll = read("1. sea\n2. robots\n\nYou may tick several, until 31 July.", "Poll: carnival")
    assert poll.intent is Intent.NEW_VOTE
    assert read("Can you close the boxes before the 3rd?", "Boxes").intent is Intent.NEW_TOPIC


@pytest.mark.parametrize(
    ("subject", "body", "options"),
    [
        ("Close in August?", "Yes or no please, by Friday.", ()),
        ("Poll: watering day", "Monday, Wednesday or Friday. Vote by Sunday.", ("Monday", "Wednesday", "Friday")),
    ],
)
def test_a_question_with_how_to_answer_it_is_a_vote(subject: str, body: str, options: tuple[str, ...]) -> None:
    reading = read(body, subject)
    assert (reading.intent, reading.options) == (Intent.NEW_VOTE, options)
    assert reading.deadline is not None
    assert reading.deadline.date() in (date(2026, 7, 17), date(2026, 7, 19))


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Compte rendu de la réunion", "En résumé : le bail est signé, le reste attendra. N'hésitez pas à compléter."),
        (CHECKIN, "Hm, let me think about that."),
        (CHECKIN, "Euh, je ne sais pas trop, faites comme la dernière fois."),
    ],
)
def test_minutes_and_hesitation_are_no_check_in(subject: str, body: str) -> None:
    assert read(body, subject).intent is not Intent.NEW_CHECKIN_ANSWER


def test_who_passes_a_mail_on_sets_nothing_for_oneself() -> None:
    assert read("Das kam vom Landkreis. Wollen wir da mitmachen?", "WG: Fördermittel").intent is Intent.NEW_TOPIC


def test_a_last_day_named_ahead_of_a_leave_does_not_put_it_off() -> None:
    reading = read("Friday is my last day so please delete my address from all your lists.", "goodbye")
    assert (reading.intent, reading.scope) == (Intent.LEAVE, "all")


@pytest.mark.parametrize(
    "body", ["I can't do Fridays.", "Plutôt le mardi pour moi.", "Could we make it every other week?"]
)
def test_wishes_in_a_thread_of_the_members_set_nothing(body: str) -> None:
    assert read(body, ROTA).intent is Intent.UNCLEAR
