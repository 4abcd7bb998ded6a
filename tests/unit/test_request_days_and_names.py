"""Which days mail is wanted on, whose task it is, who leaves, and what only may be: told by what stands around.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date

import pytest

from gateway.model.reading import Intent
from tests.request_desk import ACTS, DIGEST, read


@pytest.mark.parametrize(
    "body",
    [
        "No questions on Wednesdays.",
        "I don't work Wednesdays, so skip those please.",
        "I've gone part-time and don't do Wednesdays any more, so leave those out please.",
        "Mittwochs keine Fragen.",
        "Pas de questions le mercredi, je suis avec mes enfants.",
        "Los miércoles nada de preguntas.",
        "Niente domande il mercoledì.",
        "Nada de perguntas às quartas.",
        "Geen vragen op woensdagen.",
    ],
)
def test_a_day_of_each_week_without_mail_is_left_out(body: str) -> None:
    reading = read(body)
    assert (reading.intent, reading.days) == (Intent.SET_FREQUENCY, ("monday", "tuesday", "thursday", "friday"))


@pytest.mark.parametrize(
    "body", ["No mails except on Mondays.", "Keine Mails außer montags.", "Pas de mails sauf le lundi."]
)
def test_no_mail_but_on_a_day_is_mail_on_that_day(body: str) -> None:
    assert read(body).days == ("monday",)


@pytest.mark.parametrize(
    "body",
    ["No check-in on Wednesday, sorry.", "Pas de mail reçu mercredi.", "Niente email mercoledì."],
)
def test_one_day_without_is_no_wish(body: str) -> None:
    assert read(body).intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    "body", ["Just to say that I'm away on Friday.", "Ich schreibe nur, dass ich am Freitag nicht da bin."]
)
def test_an_absence_on_a_day_is_no_wish_for_mail_on_it(body: str) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.AWAY, date(2026, 9, 18))


@pytest.mark.parametrize(
    "body",
    [
        "Könnte sein, dass ich am Freitag nicht da bin.",
        "Es ist möglich, dass ich morgen krank bin.",
        "It may be that I'm away on Friday.",
        "Il se peut que je sois absente vendredi.",
        "Puede que el viernes esté fuera.",
        "Pode ser que na sexta não esteja cá.",
        "Het kan zijn dat ik vrijdag weg ben.",
    ],
)
def test_what_only_may_be_is_no_absence(body: str) -> None:
    assert read(body).intent not in ACTS


@pytest.mark.parametrize(
    ("body", "until"),
    [
        ("Give me a fortnight off these, I'm marking exams.", date(2026, 9, 29)),
        ("Give me a week off these please.", date(2026, 9, 22)),
        ("Macht bei mir bitte mal zwei Wochen Pause, ich ersticke in Arbeit.", date(2026, 9, 29)),
        ("Una settimana di pausa per favore.", date(2026, 9, 22)),
    ],
)
def test_a_stretch_without_mail_is_a_pause_and_no_rhythm(body: str, until: date) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.PAUSE, until)


@pytest.mark.parametrize(
    ("body", "acts"),
    [
        ("Serait-il possible de le recevoir le vendredi soir vers 18h ?", True),
        ("Can you make Friday at 6pm?", False),
        ("Could the file be ready on Friday at 6pm?", False),
    ],
)
def test_a_day_and_a_time_are_wished_for_where_mail_is_asked_for(body: str, acts: bool) -> None:
    assert (read(body, DIGEST).intent is Intent.SET_FREQUENCY) is acts


@pytest.mark.parametrize(
    ("subject", "body", "who", "title"),
    [
        ("to do", "Order 40 chairs for the AGM (Leila, by 20 September)", "Leila", "Order 40 chairs for the AGM"),
        ("Aufgabe", "Zaun streichen (Jens, bis Freitag)", "Jens", "Zaun streichen"),
        ("Task for Ana: paint the fence", "by Friday please", "Ana", "paint the fence"),
        ("Aufgabe für mich: Zaun streichen", "bis Freitag", "me", "Zaun streichen"),
        ("tâche", "Il faudrait que Samira relance l'imprimeur avant jeudi.", "Samira", "relance l'imprimeur"),
        ("réunion", "Notez : Samira relance l'imprimeur avant jeudi.", "Samira", "relance l'imprimeur"),
        ("Meeting", "Please note: Tom has to call the bank by Friday.", "Tom", "call the bank"),
    ],
)
def test_whose_task_it_is_is_told(subject: str, body: str, who: str, title: str) -> None:
    (task,) = read(body, subject).tasks
    assert (task.assignee, task.title) == (who, title)
    assert task.due


@pytest.mark.parametrize("body", ["Please note: the hall is closed on Friday.", "Please note: Ana is away on Friday."])
def test_a_notice_is_no_task(body: str) -> None:
    assert read(body, "Meeting").intent is Intent.NEW_TOPIC


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Poll summer party", "When suits you?\n- 20 June\n- 27 June"),
        ("Sondage fête d'été", "Quand êtes-vous libres ?\n- 20 juin\n- 27 juin"),
        ("Votación sobre el horario", "¿Mañana o tarde? Tenéis hasta el viernes."),
    ],
)
def test_a_subject_that_begins_with_a_vote_over_options_opens_it(subject: str, body: str) -> None:
    reading = read(body, subject)
    assert (reading.intent, len(reading.options)) == (Intent.NEW_VOTE, 2)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Poll results", "Any questions?\n- Monday won\n- Tuesday lost"),
        ("Survey of the roof", "Can somebody let the surveyor in by Friday?"),
    ],
)
def test_talk_of_a_poll_or_a_survey_opens_none(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.NEW_TOPIC


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Abmeldung", "Wir ziehen weg und brauchen die Rundmails nicht mehr."),
        ("Unsubscribe", "We have moved and no longer need the emails."),
        ("Re: [x] Pregunta", "Ya no vivo en Valencia, podéis borrarme."),
        ("Re: [x] Pergunta", "Podem tirar-me da lista? Já não sou sócio."),
        ("Re: [x] Domanda", "Potete togliermi dalla lista?"),
    ],
)
def test_why_somebody_leaves_does_not_keep_them(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.LEAVE


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Unsubscribe", "I don't want to leave any more."),
        ("remove Dave", "Please take Dave Harris off the list, he left the club at Christmas."),
        ("unsubscribe Tom", "He asked me to."),
        ("Liste", "Bitte nehmt Jens aus dem Verteiler, er ist ausgetreten."),
    ],
)
def test_nobody_leaves_who_does_not_ask_to(subject: str, body: str) -> None:
    assert read(body, subject).intent in (Intent.UNCLEAR, Intent.NEW_TOPIC)


def test_a_topic_named_in_the_subject_may_be_left() -> None:
    reading = read("No more garden mail for me please, but keep the rest coming.", "Re: [acme] garden: slug traps")
    assert (reading.intent, reading.scope) == (Intent.LEAVE, "garden")
