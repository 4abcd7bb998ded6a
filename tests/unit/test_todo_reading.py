"""Lines that hand something out, in the body of a mail to the workspace."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.reading.command import read_command
from gateway.understand.reading.todo import may_hold_todos

LEXICON = load_lexicon()
MONDAY = datetime(2026, 6, 1, 10, tzinfo=UTC)
FRIDAY, THURSDAY = date(2026, 6, 5), date(2026, 6, 4)


def read(text: str, subject: str = "Budget", address: str = "acme") -> CommandReading:
    return read_command(address, subject, text, MONDAY, LEXICON)


def tasks(text: str, **keys: str) -> list[tuple[str, str | None, date | None]]:
    return [(task.title, task.assignee, task.due) for task in read(text, **keys).tasks]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("TODO @ben: send the budget by Friday", "send the budget"),
        ("- [ ] TODO @ben send the budget by Friday", "send the budget"),
        ("**To do** for @ben: please send the budget by Friday", "send the budget"),
        ("TODO: send the budget @ben by Friday", "send the budget"),
        ("À faire @ben : envoyer le budget avant vendredi", "envoyer le budget"),
        ("Zu tun @ben: Budget schicken bis Freitag", "Budget schicken"),
        ("Por hacer @ben: enviar el presupuesto antes del viernes", "enviar el presupuesto"),
        ("Da fare @ben: mandare il bilancio entro venerdì", "mandare il bilancio"),
        ("A fazer @ben: enviar o orçamento até sexta", "enviar o orçamento"),
        ("Te doen @ben: begroting sturen voor vrijdag", "begroting sturen"),
    ],
)
def test_a_line_with_a_label_and_a_name_hands_a_task_out(text: str, title: str) -> None:
    assert tasks(text) == [(title, "ben", FRIDAY)]
    assert not read(text).is_beside


LINES = "TODO @ben: send the budget by Friday\nTODO @cleo: water the plants by Thursday\nTODO: book the hall"


@pytest.mark.parametrize("address", ["acme", "acme+task"])
def test_every_line_is_a_task_with_or_without_bullets(address: str) -> None:
    wanted = [("send the budget", "ben", FRIDAY), ("water the plants", "cleo", THURSDAY), ("book the hall", None, None)]
    assert tasks(LINES, address=address) == wanted
    assert tasks("\n".join(f"- {line}" for line in LINES.split("\n")), address=address) == wanted


def test_a_subject_that_hands_something_out_is_one_of_the_lines() -> None:
    read_with = tasks("TODO @cleo: water the plants", subject="TODO @ben: send the budget by Friday")
    assert read_with == [("send the budget", "ben", FRIDAY), ("water the plants", "cleo", None)]


def test_what_is_listed_below_a_name_is_all_for_them() -> None:
    assert tasks("TODO @ben:\n- send the budget by Friday\n- call the bank") == [
        ("send the budget", "ben", FRIDAY), ("call the bank", "ben", None),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [f"Hello all,\n\n{LINES}\n\nBest,\nAna", f"Who does what:\n{LINES}"])
def test_a_greeting_or_a_heading_is_nothing_more(text: str) -> None:
    assert len(tasks(text)) == 3
    assert not read(text).is_beside


def test_what_else_a_mail_says_is_told() -> None:
    assert read(f"We met today, and the hall is free on Friday.\n\n{LINES}").is_beside


def test_a_line_that_a_mail_program_broke_off_is_put_together() -> None:
    text = "TODO @ben: send the long budget that we talked about yesterday\nto the bank by Friday"
    assert tasks(text) == [("send the long budget that we talked about yesterday to the bank", "ben", FRIDAY)]


def test_who_else_is_named_stays_in_the_title() -> None:
    assert tasks("TODO @ben: ask @cleo for the key by Friday") == [("ask @cleo for the key", "ben", FRIDAY)]


def test_several_names_are_left_to_be_asked_about() -> None:
    assert tasks("TODO @ben and @cleo: clean the hall") == [("clean the hall", "ben, cleo", None)]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("We met yesterday.\nTODO: book the hall", "Notes"),  # for nobody, among other things
        ("I wonder what to do @ben: shall we go?", "Friday"),
        ("The list says TODO @ben: nothing more", "Friday"),
        ("Ana wrote this to me.\nTODO @ben: send the budget", "Fwd: notes"),
        ("Todo: listo, gracias a todos por venir ayer a la reunión", "La reunión"),
        ("Fait : la lettre\nÀ faire : le rapport", "Point du jour"),
        ("To do: the report", "Check-in"),
        ("To do:\n- call the bank\n- paint the door", "My week"),
    ],
)
def test_other_mails_hand_nothing_out(text: str, subject: str) -> None:
    assert read(text, subject).intent is not Intent.NEW_TASK


def test_a_reply_hands_nothing_out_by_its_lines() -> None:
    assert read("TODO @ben: send the budget by Friday", "Re: Budget").intent is not Intent.NEW_TASK


def test_long_mails_are_looked_through_line_by_line() -> None:
    assert may_hold_todos(f"{'Words. ' * 400}\nTODO @ben: send the budget", LEXICON)
    assert not may_hold_todos("Nothing to do @ all.\n" * 100, LEXICON)


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("TODO @Ben Moor: send the budget", "Moor"),
        ("- TODO @Ana Sousa Lima: send it", "Sousa Lima"),
        ("TODO: send the budget @Ben Moor by Friday", "Moor by Friday"),
        ("À faire @Cléo Martin : arroser", "Martin"),
        ("TODO @ben: Moor the boat", ""),
        ("TODO @ben, send it", ""),
    ],
)
def test_the_words_right_behind_a_name_are_told(text: str, behind: str) -> None:
    assert [task.behind for task in read(text).tasks] == [behind]


@pytest.mark.parametrize(
    "text",
    [
        "    TODO @ben: parse the rest\n    def rest(): pass",
        "The parser:\n\n    TODO @ben: parse the rest\n\nSee you",
        "The parser:\n\n\tTODO @ben: parse the rest\n\nSee you",
        "Hello all\n\n```\nTODO @ben: parse the rest\n```\n\nSee you",
        "Hello all\n\n~~~ python\n# TODO @ben: parse\nTODO @ben: the rest\n~~~",
        "```\nTODO @ben: a fence that nobody closes",
    ],
)
def test_code_hands_nothing_out(text: str) -> None:
    assert read(text, subject="The parser").intent is not Intent.NEW_TASK


@pytest.mark.parametrize(
    "text",
    [
        "Notes:\n    - TODO @ben: send the budget",
        "1. Money\n    TODO @ben: send the budget",
        "   TODO @ben: send the budget",
        "```\ncode\n```\nTODO @ben: send the budget",
    ],
)
def test_what_is_indented_in_a_list_or_stands_beside_code_does(text: str) -> None:
    assert [task.title for task in read(text).tasks] == ["send the budget"]


@pytest.mark.parametrize("text", ["TODO @Ben Moor and @cleo: paint", "TODO @Ben Moor, @cleo martin: paint"])
def test_full_names_of_several_are_several_names_and_no_title(text: str) -> None:
    assert tasks(text) == [("paint", "Ben, cleo", None)]


def test_somebody_named_in_what_is_to_be_done_is_no_second_owner() -> None:
    assert tasks("TODO @ben and ask @cleo about paint: now") == [("and ask @cleo about paint: now", "ben", None)]
    assert tasks("TODO @ben: ask @cleo for paint") == [("ask @cleo for paint", "ben", None)]


def test_a_sentence_at_the_end_of_a_line_hands_out_too_and_what_stands_before_it_is_posted() -> None:
    text = "The roof leaks. TODO @cleo: mend the roof by Friday"
    assert tasks(text) == [("mend the roof", "cleo", FRIDAY)]
    assert read(text).is_beside
    assert tasks("I wrote a TODO @cleo list. Todo lists help.") == []
