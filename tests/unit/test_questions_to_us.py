"""Questions about how it works and how things stand are answered; they make no task and open no vote.

Each rule is tried where it speaks and, on words much like them, where it must not.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command import read_command

SENT = datetime(2026, 9, 15, 9, 30, tzinfo=ZoneInfo("Europe/London"))


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(body: str, subject: str) -> CommandReading:
    return read_command("acme", subject, body, SENT, lexicon())


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("question", "Which jobs have I still got to do?"),
        ("tasks", "Who still has open jobs, and which of them are late?"),
        ("Question", "How many tasks do I still have?"),
        ("Aufgaben", "Wer hat noch offene Aufgaben?"),
        ("tâches", "Quelles tâches sont en retard ?"),
        ("tareas", "¿Quién tiene tareas atrasadas?"),
        ("tareas", "¿Cuántas tareas me quedan?"),
        ("compiti", "Quanti compiti ho ancora?"),
        ("tarefas", "Quais são as tarefas em atraso?"),
        ("vraag", "Hoeveel taken heb ik nog?"),
    ],
)
def test_who_asks_what_is_open_asks_for_the_status(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.STATUS


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("new", "How can I start a vote?"),
        ("Hilfe", "Wie kann ich hier eigentlich eine Umfrage starten?"),
        ("Frage", "Wie lege ich eine Aufgabe an?"),
        ("question", "Comment lancer un vote ?"),
        ("duda", "¿Cómo se crea una votación?"),
        ("domanda", "Come si avvia una votazione?"),
        ("ajuda", "Como é que se cria uma votação por aqui?"),
        ("vraag", "Hoe maak ik een taak aan?"),
    ],
)
def test_who_asks_how_a_vote_or_a_task_is_made_asks_for_help(subject: str, body: str) -> None:
    assert read(body, subject).intent is Intent.HELP


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Party", "Are there still tasks left for the party?"),
        ("Party", "Who still needs a lift?"),
        ("Boiler", "How do I get the manual of the boiler?"),
        ("tasks", "Are there any votes still open?"),
    ],
)
def test_a_question_to_the_members_is_theirs(subject: str, body: str) -> None:
    assert read(body, subject).intent in (Intent.NEW_TOPIC, Intent.STATUS)
    assert read(body, f"Re: {subject}").intent not in (Intent.NEW_TASK, Intent.NEW_VOTE, Intent.HELP)
