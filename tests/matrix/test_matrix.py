"""Answers to digests, item by item: every mail program, quoting style, language and size lands where it should.

A thinned matrix; `python -m tests.matrix` measures the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.model.entry import Posted
from gateway.model.round import Ballot, CheckIn
from tests.flow.town import Town
from tests.matrix.answers import Answer
from tests.matrix.letters import towns
from tests.matrix.matrix import Reply, replies
from tests.matrix.measure import Fate, Table, measured, same_choice, words
from tests.matrix.programs import PROGRAMS

THINNED = 11  # one reply of so many is read; prime, so that every dimension is met in every value
SENT = 41  # one reply of so many goes through the whole pipeline


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Town]]:
    found = towns(tmp_path_factory.mktemp("towns"))
    yield found
    for town in found.values():
        town.close()


@pytest.fixture(scope="module")
def every(lived: dict[str, Town]) -> list[Reply]:
    return list(replies(lived))


@pytest.fixture(scope="module")
def table(every: list[Reply]) -> Table:
    return measured(every[::THINNED])


def test_of_a_hundred_answers_ninety_eight_land_on_their_item(table: Table) -> None:
    assert table.share(Fate.LANDED) >= 0.98, table.printed()
    assert table.share(Fate.ASKED) <= 0.02, table.printed()


def test_no_answer_lands_on_a_wrong_item(table: Table) -> None:
    wrong = [(reply.name, mark) for reply, mark, came_to, _ in table.failures if came_to is Fate.WRONG]
    assert wrong == []


def test_every_program_is_understood_in_every_style(table: Table) -> None:
    poor = {cell: dict(counts) for cell, counts in table.answers.items() if counts[Fate.LANDED] < 0.8 * counts.total()}
    assert poor == {}
    assert {program for program, _ in table.answers} == set(PROGRAMS)
    assert len({style for _, style in table.answers}) >= 6


def test_what_belongs_to_no_item_is_part_of_no_answer_and_never_vanishes(table: Table) -> None:
    assert table.homeless[Fate.WRONG] == table.homeless[Fate.LOST] == 0
    assert table.homeless[Fate.ASKED] > 20


def test_what_a_program_sends_holds_what_its_user_typed(every: list[Reply]) -> None:
    for reply in every[:: THINNED * 5]:
        if reply.style == "questions":
            continue  # its answers stand under a question each, without their labels
        message = reply.message
        shown = words(message.text + " " + message.html)
        typed = [line for _, answer in reply.answers for line in answer.lines if line.isascii()]
        missing = [line for line in typed if words(line) not in shown and words(line)[:30] not in shown]
        assert [line for line in missing if "'" not in line and ">" not in line] == [], reply.name


def test_answers_land_in_the_record_by_the_whole_pipeline(tmp_path: Path) -> None:
    lived = towns(tmp_path)  # their own: what is sent stays in the record
    sent = [reply for reply in list(replies(lived))[::SENT] if reply.answers]
    assert len(sent) >= 60
    assert {reply.program for reply in sent} == set(PROGRAMS)
    for number, reply in enumerate(sent):
        later = replace(reply, draft=replace(reply.draft, name=f"{reply.draft.name} {number}"))
        before = len(reply.held.town.entries(Posted))
        assert reply.held.town.sends(reply.held.reader, later.raw, reply.held.asked.reply_to).startswith("250")
        for mark, answer in reply.answers:
            assert _is_recorded(reply, mark, answer, before), f"{mark} of {reply.name}"
    assert [fault for town in lived.values() for fault in town.faults] == []
    for town in lived.values():
        town.close()


def _is_recorded(reply: Reply, mark: str, answer: Answer, before: int) -> bool:
    town = reply.held.town
    if mark.startswith("P-"):
        posts = [entry for entry in town.entries(Posted)[before:] if entry.thread == mark]
        return any(words(entry.text).endswith(answer.words) for entry in posts)
    standing = town.standings(mark).get(reply.held.reader)
    said = standing.answer if standing else None
    if isinstance(said, CheckIn):
        return (said.done, said.next) == (answer.done, answer.next)
    return isinstance(said, Ballot) and same_choice(said.choice, answer.choice)
