"""Check-ins, plan answers and requests in everyday turns of phrase: what tells of work, of an absence, of a wish."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import CheckInKind, CheckInReading, CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.command import read_command
from gateway.understand.reading.date import find_clock, find_dates
from gateway.understand.reading.plan import read_plan

SENT = datetime(2026, 10, 13, 9, 30, tzinfo=ZoneInfo("Europe/London"))  # a Tuesday
DIGEST = "Re: [acme] Daily digest"
PLAN = ("call the bank", "order the oven", "paint the door")


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def checkin(text: str) -> CheckInReading:
    return read_checkin(text, SENT.date(), lexicon())


def parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    found = checkin(text)
    assert found.kind is CheckInKind.CHECKIN
    return found.done, found.next, found.blockers


def command(subject: str, body: str) -> CommandReading:
    return read_command("acme", subject, body, SENT, lexicon())


@pytest.mark.parametrize(
    ("done", "then"),
    [
        ("The hospital beds are ready.", "I deliver them on Thursday."),
        ("Vacation planning is finished.", "Tomorrow I'll do the budget."),
        ("The funeral flowers are delivered.", "Tomorrow I do the wedding ones."),
        ("Le pont est repeint.", "Demain je passe le vernis."),
        ("Le planning des vacances est prêt.", "Je l'envoie demain."),
        ("Die Pakete sind unterwegs.", "Morgen räume ich das Lager auf."),
        ("El libro está en imprenta.", "Mañana reviso las pruebas."),
        ("Ya tenemos el permiso para la feria.", "Esta tarde llamo a los feriantes."),
        ("Il permesso è arrivato.", "Domani iniziamo i lavori."),
        ("O hospital já pagou.", "Amanhã entrego o resto."),
        ("De cursus is voorbereid.", "Morgen druk ik de hand-outs."),
    ],
)
def test_work_on_what_an_absence_is_named_by_is_work(done: str, then: str) -> None:
    assert parts(f"{done} {then}") == ((done,), (then,), ())


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("I have the flu, sorry.", None),
        ("Signed off until next Friday, the back's gone again", date(2026, 10, 23)),
        ("My daughter is ill so I'm home till Thursday.", date(2026, 10, 15)),
        ("J'ai la grippe.", None),
        ("Arrêt de travail prolongé jusqu'au 20 octobre.", date(2026, 10, 20)),
        ("Mes vacances commencent demain, retour le 26.", date(2026, 10, 25)),
        ("Ich habe die Grippe.", None),
        ("Tengo la gripe.", None),
        ("Fuera hasta el lunes.", date(2026, 10, 19)),
        ("Fuori sede fino a venerdì.", date(2026, 10, 16)),
        ("Fora até sexta.", date(2026, 10, 16)),
        ("Ik heb de griep.", None),
        ("Nothing to report this time", None),
        ("Je passe cette semaine.", None),
    ],
)
def test_an_absence_of_the_author_is_passed_over(text: str, until: date | None) -> None:
    found = checkin(text)
    assert (found.kind, found.away_until) == (CheckInKind.SKIP, until)


@pytest.mark.parametrize(
    "text",
    [
        "Will send this later tonight, promise",
        "In meetings all day, will send this later.",
        "I'll reply properly when I'm home.",
        "Je réponds ce soir, là je suis en réunion.",
        "Antworte heute Abend.",
    ],
)
def test_a_check_in_that_is_only_promised_is_none(text: str) -> None:
    assert checkin(text).kind is CheckInKind.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Finishing the draft today, will send this later.",
        "Waiting for the numbers from Jo, will send this later.",
        "Wrote the minutes. Will do it later.",
        "Je prépare la salle demain, je réponds plus tard pour le reste.",
        "Morgen liefere ich die Tische, Rest schreibe ich heute Abend.",
    ],
)
def test_a_promise_beside_work_takes_no_check_in_away(text: str) -> None:
    assert checkin(text).kind is CheckInKind.CHECKIN


@pytest.mark.parametrize(
    "text",
    [
        "Going to cut it by five minutes.",
        "We are going to read the tender on Monday.",
        "Labels go on tomorrow once they've dried.",
        "Je colle les affiches demain une fois que la mairie a signé.",
        "Morgen lackiere ich, sobald die Platten getrocknet sind.",
        "It goes to the trustees on the 22nd.",
    ],
)
def test_what_has_still_to_happen_is_not_done(text: str) -> None:
    assert parts(f"I fixed the tap. {text}") == (("I fixed the tap.",), (text,), ())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "I found a coach. Still to do: tell the parents. The old firm isn't answering the phone.",
            (("I found a coach.",), ("tell the parents.",), ("The old firm isn't answering the phone.",)),
        ),
        ("Blockers: none so far. The wall is finished.", (("The wall is finished.",), (), ())),
        (
            "Fait : relecture. J'ai aussi envoyé le devis. Demain je relance Paul.",
            (("relecture. J'ai aussi envoyé le devis.",), ("Demain je relance Paul.",), ()),
        ),
        (
            "Not much to tell: finally reached the plumber. He comes on Friday.",
            (("finally reached the plumber.",), ("He comes on Friday.",), ()),
        ),
        (
            "flyers printed -> handing them out tomorrow -> need a bike",
            (("flyers printed",), ("handing them out tomorrow",), ("need a bike",)),
        ),
        ("1 Wrote the questions\n2 Send them round\n3 None", (("Wrote the questions",), ("Send them round",), ())),
        ("1. The lease is signed.\n2. Waiting.\n3. See 2.", (("The lease is signed.",), ("Waiting.",), ("See 2.",))),
        ("lawn mown, hedge next, shears blunt", (("lawn mown",), ("hedge next",), ("shears blunt",))),
        ("Emails sent, tomorrow the hall, the stairs", (("Emails sent",), ("the hall, the stairs",), ())),
        ("Emptied the bays. Refilling them. No.", (("Emptied the bays.",), ("Refilling them.",), ())),
        ("Done: roof\nNext: gutter\nBlockers: none this week", (("roof",), ("gutter",), ())),
        ("Done: roof\nNext: gutter\nBlockers: nothing I can't handle", (("roof",), ("gutter",), ())),
        ("The tests ran without a problem. I've nothing blocking me.", (("The tests ran without a problem.",), (), ())),
    ],
)
def test_each_part_stands_under_what_it_is(
    text: str, wanted: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
) -> None:
    assert parts(text) == wanted


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("1 done. 2 I'll do it on Thursday because the supplier is late", "→ Thursday because the supplier is late"),
        ("1 done. 2 Thursday because the supplier is late", "→ Thursday because the supplier is late"),
        ("1 done. 2 will do it Friday", "→ Friday"),
        ("1 done. 2 I'll do it later", "(later)"),
        ("1 done. 2 needs another week", "(needs another week)"),
        ("1 fait. 2 je le ferai jeudi parce qu'il est en retard", "→ jeudi parce qu'il est en retard"),
        ("1 erledigt. 2 mache ich am Donnerstag, weil er krank ist", "→ Donnerstag, weil er krank ist"),
        ("1 klaar. 2 doe ik donderdag", "→ donderdag"),
    ],
)
def test_a_line_spoken_of_behind_a_full_stop_keeps_what_is_said_of_it(text: str, second: str) -> None:
    found = read_plan(PLAN, text, lexicon(), sent_on=SENT.date())
    assert found
    assert found.done == ("call the bank",)
    assert found.next == (f"order the oven {second}", "paint the door")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("until Christmas", date(2026, 12, 25)),
        ("jusqu'à la Toussaint", date(2026, 11, 1)),
        ("bis Ostern", date(2027, 3, 28)),
        ("bis Jahresende", date(2026, 12, 31)),
        ("hasta Navidad", date(2026, 12, 25)),
        ("fino a Natale", date(2026, 12, 25)),
        ("até ao Natal", date(2026, 12, 25)),
        ("tot Kerst", date(2026, 12, 25)),
    ],
)
def test_a_feast_ends_a_stretch(text: str, day: date) -> None:
    assert [when.day for when in find_dates(text, SENT, lexicon())] == [day]


def test_a_feast_alone_is_what_something_is_about() -> None:
    assert find_dates("Who bakes for the Christmas party?", SENT, lexicon()) == ()


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("after lunch, say 13:30", time(13, 30)),
        ("after lunch please", time(12)),
        ("at noon instead of 9:00", time(12)),
    ],
)
def test_a_vague_time_yields_to_a_clear_one(text: str, clock: time) -> None:
    assert find_clock(text, SENT, lexicon()) == clock


@pytest.mark.parametrize(
    ("subject", "body", "question"),
    [
        ("POLL summer party", "- June\n- July", "summer party"),
        ("VOTE on the fence colour", "red\ngreen\nblue", "the fence colour"),
        ("SONDAGE repas de fin d'année", "- raclette\n- couscous", "repas de fin d'année"),
        ("Vote please: sell the tractor?", "Yes or no by Friday.", "sell the tractor?"),
        ("On achète la remorque ?", "Répondez par oui ou non d'ici jeudi.", "On achète la remorque ?"),
    ],
)
def test_a_label_in_capitals_or_a_plea_opens_a_vote(subject: str, body: str, question: str) -> None:
    found = command(subject, body)
    assert (found.intent, found.question) == (Intent.NEW_VOTE, question)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("TASK FORCE meeting", "Tomorrow at 5 in the library, bring ideas."),
        ("DECISION needed on the fence", "The council wrote again. Thoughts?"),
        ("URGENT boiler broken", "Can someone call the plumber?"),
        ("Report on the boiler", "The boiler was serviced. Next service in May. No problems."),
        ("Bilan du festival", "Voici les chiffres, dites-moi ce que vous en tirez pour l'an prochain."),
        ("Reminder", "The AGM is on Friday."),
        ("Christmas party", "Who can bring a cake? It is before the Christmas concert."),
    ],
)
def test_a_mail_for_everybody_starts_a_thread(subject: str, body: str) -> None:
    assert command(subject, body).intent is Intent.NEW_TOPIC


@pytest.mark.parametrize(
    ("body", "intent"),
    [
        ("Please unsubscribe me for now.", Intent.PAUSE),
        ("Je préfère ne plus recevoir les mails pour le moment, je vous dirai quand reprendre.", Intent.PAUSE),
        ("Please take me off the list, I don't have time for now and won't come back.", Intent.LEAVE),
        ("Haal me even van de lijst", Intent.LEAVE),
        ("could you leave me out until the 20th?", Intent.PAUSE),
        ("Every day is too often. Weekly?", Intent.SET_FREQUENCY),
        ("Serait-il possible de recevoir le résumé à 8h plutôt que l'après-midi ?", Intent.SET_FREQUENCY),
        ("Can you stop these while I'm on paternity leave? I return on 11 November.", Intent.PAUSE),
        ("Schickt mir bitte bis 2. November nichts", Intent.PAUSE),
        ("Schickt mir bitte nichts mehr", Intent.LEAVE),
        ("Suspendez jusqu'à nouvel ordre", Intent.PAUSE),
        ("De retour de vacances, la forme", Intent.UNCLEAR),
        ("La pausa del miércoles fue demasiado corta.", Intent.UNCLEAR),
        ("7 am please, before the kids wake up", Intent.SET_FREQUENCY),
        ("Is there a way to get this just once a week?", Intent.SET_FREQUENCY),
        ("Pour info, absent du 20 au 22 octobre", Intent.AWAY),
        ("Donnerstag und Freitag nicht da", Intent.AWAY),
        ("Bin ab Donnerstag zwei Wochen weg.", Intent.AWAY),
        ("I won't be in on Friday, it's my sister's wedding.", Intent.AWAY),
        ("The boxes won't be in on Friday.", Intent.UNCLEAR),
        ("Il veut être mis en pause jusqu'à lundi.", Intent.UNCLEAR),
    ],
)
def test_a_wish_about_ones_own_mail_is_read_for_what_it_is(body: str, intent: Intent) -> None:
    assert command(DIGEST, body).intent is intent


def test_a_day_led_up_to_as_an_end_is_no_return() -> None:
    found = command(DIGEST, "je suis en congé de demain à lundi")
    assert (found.away_from, found.until) == (date(2026, 10, 14), date(2026, 10, 19))


def test_a_wish_to_join_the_list_is_no_task() -> None:
    assert command("ajout", "Est-ce que je peux être ajouté à la liste ?").intent is Intent.JOIN


@pytest.mark.parametrize("body", ["Haven't sent it yet", "will do it tomorrow", "I haven't done it, sorry", "on it"])
def test_what_is_not_done_yet_closes_no_task(body: str) -> None:
    assert command("Re: [acme] Reminder: Return the sander", body).intent is Intent.UNCLEAR


@pytest.mark.parametrize("body", ["Took it back at lunch", "You can close this one", "dropped it off this morning"])
def test_what_was_done_in_other_words_closes_its_task(body: str) -> None:
    assert command("Re: [acme] Reminder: Return the sander", body).intent is Intent.TASK_DONE


@pytest.mark.parametrize(
    ("subject", "body", "tasks"),
    [
        ("task for @bob", "change the lock by Friday", [("change the lock", "bob")]),
        ("Please remind me", "to renew the domain on 20 February", [("renew the domain", "me")]),
        ("Insurance", "Can you add a task for me: revalue the shed, due 31 March", [("revalue the shed", "me")]),
        (
            "Actions",
            "Megan will chase the officer by Friday.\nIfor will update the website.\nPlease track these.",
            [("chase the officer", "Megan"), ("update the website", "Ifor")],
        ),
        ("To do", "Order more paint\nCall the plumber", [("Order more paint", None), ("Call the plumber", None)]),
        ("Task", "Please order paint\nThanks a lot", [("order paint", None)]),
        ("From the meeting", "Tasks:\n- Rhodri - draft the letter", [("draft the letter", "Rhodri")]),
        ("@ann order paper", "by Friday please", [("order paper", "ann")]),
    ],
)
def test_tasks_are_read_with_whom_they_are_for(subject: str, body: str, tasks: list[tuple[str, str | None]]) -> None:
    found = command(subject, body)
    assert [(task.title, task.assignee) for task in found.tasks] == tasks
