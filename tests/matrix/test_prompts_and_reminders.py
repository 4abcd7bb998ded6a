"""Answers to prompts and reminders land, whatever program writes them; prompts.py holds the cases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.town import Town
from tests.matrix.measure import Fate
from tests.matrix.programs import PROGRAMS
from tests.matrix.prompts import STYLES, Case, cases, lived_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    lived = lived_town(tmp_path_factory.mktemp("town"))
    yield lived
    lived.close()


@pytest.fixture(scope="module")
def every(town: Town) -> list[Case]:
    return list(cases(town))


def test_the_cases_cover_every_program_and_style(every: list[Case]) -> None:
    assert {(case.program, case.style) for case in every} == {(one, style) for one in PROGRAMS for style in STYLES}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_answer_to_a_prompt_or_a_reminder_lands(every: list[Case], program: str, style: str) -> None:
    asked = [case for case in every if (case.program, case.style) == (program, style)]
    assert {case.name: case.fate for case in asked} == {case.name: Fate.LANDED for case in asked}
