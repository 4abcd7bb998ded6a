"""Requests told by their own clause, the sentence beside them or the line above: labels, lists, ends, days not wanted.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import date

import pytest

from gateway.model.reading import Intent
from tests.request_desk import CHECKIN, read


@pytest.mark.parametrize(
    "body",
    [
        "Only on Tuesdays and Thursdays please, I don't work the other days.",
        "Seulement le mardi et le jeudi, je ne travaille pas les autres jours.",
        "Solo martes y jueves, los demás días no trabajo.",
        "Solo il martedì e il giovedì, gli altri giorni non lavoro.",
    ],
)
def test_the_other_days_are_not_those_wanted(body: str) -> None:
    assert read(body).days == ("tuesday", "thursday")


@pytest.mark.parametrize("body", ["Tous les jours sauf le mercredi svp.", "Pas le mercredi s'il vous plaît."])
def test_a_day_that_is_excepted_is_left_out(body: str) -> None:
    assert read(body).days == ("monday", "tuesday", "thursday", "friday")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: [x] Point du mardi", "Fait : le devis\nÀ suivre : relancer l'assurance\nBlocage : le code manque"),
        (CHECKIN, "Done: the labels\nNext: add a task list to the site\nBlockers: none"),
        ("Re: [x] Tagesfrage", "Erledigt: Etiketten\nNächste Schritte: Standplan\nHindernisse: keine"),
    ],
)
def test_labelled_parts_are_a_check_in_whatever_they_speak_of(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.NEW_CHECKIN_ANSWER


@pytest.mark.parametrize(
    "body",
    [
        "Could you stop the questions until after half term? We're back on 2 November.",
        "Please pause these until after the holidays. I'm back on 2 November.",
        "Könnt ihr die Fragen bis nach den Ferien stoppen? Wir sind am 2. November zurück.",
    ],
)
def test_the_end_of_a_pause_may_stand_in_the_next_sentence(body: str) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.PAUSE, date(2026, 11, 1))


@pytest.mark.parametrize(
    ("body", "until"),
    [
        ("Off sick today, hopefully back tomorrow.", date(2026, 9, 15)),
        ("Out sick tomorrow, hopefully back on Friday.", date(2026, 9, 17)),
    ],
)
def test_two_words_for_being_away_are_one_absence(body: str, until: date) -> None:
    reading = read(body)
    assert (reading.intent, reading.until) == (Intent.AWAY, until)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("reparar a vela", "Está reparada desde sábado."),
        ("reparar a vela", "Reparei-a no sábado."),
        ("reparar la vela", "Reparada desde el sábado."),
        ("réparer la voile", "Réparée depuis samedi."),
        ("Segel reparieren", "Ist seit Samstag repariert."),
        ("repair the sail", "Repaired since Saturday."),
    ],
)
def test_what_is_so_since_a_day_is_done(title: str, body: str) -> None:
    assert read(body, f"Re: [acme] Reminder: {title}").intent is Intent.TASK_DONE


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Dach streichen", "Ich streiche seit Samstag."),
        ("Dach streichen", "Ich habe seit Samstag gestrichen, morgen geht es weiter."),
        ("paint the roof", "I've painted since Saturday."),
        ("pintar o muro", "Não pintei no domingo."),
        ("pintar el muro", "No lo pinté."),
    ],
)
def test_what_goes_on_since_a_day_is_not_done(title: str, body: str) -> None:
    assert read(body, f"Re: [acme] Reminder: {title}").intent is not Intent.TASK_DONE


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Where do we eat?", "Please all vote:\na) The Swan\nb) The Mill"),
        ("Où dîner ?", "Merci à tous de voter :\n- Le Cygne\n- Le Moulin"),
        ("Waar eten we?", "Graag allemaal stemmen:\n- De Zwaan\n- De Molen"),
    ],
)
def test_a_call_to_vote_over_a_list_opens_a_vote(subject: str, body: str) -> None:
    reading = read(body, subject)
    assert (reading.intent, len(reading.options)) == (Intent.NEW_VOTE, 2)


@pytest.mark.parametrize("body", ["a) The Swan\nb) The Mill", "Don't vote yet:\na) The Swan\nb) The Mill"])
def test_a_list_below_a_question_alone_opens_none(body: str) -> None:
    assert read(body, "Where do we eat?").intent is Intent.NEW_TOPIC


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ("Options are Lisbon, Porto and Ghent.", ("Lisbon", "Porto", "Ghent")),
        ("Options are Lisbon, Porto and fish and chips.", ("Lisbon", "Porto", "fish and chips")),
        ("Zur Wahl stehen SumUp, Orderbird und weiter wie bisher.", ("SumUp", "Orderbird", "weiter wie bisher")),
        ("De opties zijn De Kift, Bram en geen muziek.", ("De Kift", "Bram", "geen muziek")),
        ("Les choix sont rouge, bleu et vert.", ("rouge", "bleu", "vert")),
        ("Options: salt and pepper, garlic, chilli", ("salt and pepper", "garlic", "chilli")),
    ],
)
def test_options_in_a_sentence_are_parted_by_the_last_and(body: str, options: tuple[str, ...]) -> None:
    assert read(body, "[VOTE] Which one").options == options


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        ("Moira calls the bank by Friday. Dev writes the minutes. Please add these to the list.", 2),
        ("Tobias kümmert sich um die Kisten.\nHeike fragt beim Bauamt nach.\nBitte eintragen.", 2),
        ("The hall is booked. Tom has to send the return. Can you put that on his list?", 1),
    ],
)
def test_all_that_is_handed_out_before_is_noted(body: str, titles: int) -> None:
    reading = read(body, "Meeting")
    assert len(reading.tasks) == titles
    assert all(task.assignee for task in reading.tasks)


@pytest.mark.parametrize(
    "body",
    [
        "I would like to be removed from the list.",
        "Ich möchte aus dem Verteiler gelöscht werden.",
        "Me gustaría ser eliminada de la lista.",
        "Vorrei essere cancellato dalla lista, grazie.",
        "Gostaria de ser removido da lista.",
        "Ik zou graag van de lijst gehaald worden.",
    ],
)
def test_to_be_taken_off_the_list_is_to_leave_all_of_it(body: str) -> None:
    reading = read(body, "Re: [acme] Check-in")
    assert (reading.intent, reading.scope) == (Intent.LEAVE, None)
