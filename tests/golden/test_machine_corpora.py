"""The targets on the shared corpora of real mail; skipped where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import measure_machines as measure

FOLDER = measure.corpora()
pytestmark = pytest.mark.skipif(FOLDER is None, reason="no shared corpora here")


@pytest.fixture(scope="module")
def folder() -> Path:
    assert FOLDER is not None
    return FOLDER


@pytest.fixture(scope="module")
def telling(folder: Path) -> measure.Telling:
    return measure.tell(folder)


def test_no_person_is_taken_for_a_machine(telling: measure.Telling) -> None:
    assert telling.people > 500
    assert telling.people_for_machines == []


def test_few_machines_are_taken_for_people(telling: measure.Telling) -> None:
    assert telling.missed_share <= 0.05


def test_the_recipients_of_bounces_are_found(folder: Path) -> None:
    assert measure.recipients(folder, asserted=True).share >= 0.97
    assert measure.recipients(folder, asserted=False).share >= 0.93


@pytest.mark.parametrize(("key", "by_subject"), [("refs_no_subject_merge", False), ("rfc5256_references", True)])
def test_parents_are_those_of_the_standard(folder: Path, key: str, by_subject: bool) -> None:
    direct, whole = measure.parents(folder, key, by_subject)
    assert (direct.share, whole.share) >= (0.99, 0.99)
