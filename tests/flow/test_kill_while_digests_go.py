"""A morning on which nothing goes out but digests, told once without a death and once for every death possible.

Whatever the moment: each reader has one digest of the period, the same octets as without a death, and nothing is told
in it twice or not at all.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from gateway.model.notice import NoticeState
from tests.flow.mortal import Moment, lived_through
from tests.flow.town import WORLD, Town

READERS = sorted(person.key for person in WORLD if person.key != "ana")  # she wrote it all, and needs to read none


class Morning(NamedTuple):
    """What came to whom, and at how many commits the process could have died."""

    letters: Counter[tuple[str, bytes]]
    commits: int


def tell(folder: Path, dies_at: int | None = None, moment: Moment = Moment.RIGHT_AFTER) -> Morning:
    town = Town.founded(folder, WORLD, delivery="daily")
    town.at("10:00")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    town.writes("ana", "acme", "The hose", "The hose is back in the shed, thanks to whoever put it there.")
    assert not town.post_office.letters
    town.store.commits, town.store.dies_at, town.store.moment = 0, dies_at, moment
    deaths = lived_through(town, lambda: town.at("2026-06-02 18:00"))
    commits = town.store.commits
    assert deaths == (dies_at is not None)
    assert not town.faults
    assert {letter.kind for letter in town.post_office.letters} == {"digest"}
    assert not town.notices(NoticeState.LEASED)
    assert not town.notices(NoticeState.QUEUED)
    town.at("2026-06-04 18:00")
    told = Morning(Counter((letter.to, letter.raw) for letter in town.post_office.letters), commits)
    town.close()
    return told


@cache
def undisturbed() -> Morning:
    with TemporaryDirectory() as folder:
        return tell(Path(folder))


def test_each_reader_has_one_digest_with_all_the_news() -> None:
    letters = undisturbed().letters
    assert sorted(to.partition("@")[0] for to, _ in letters) == READERS
    assert set(letters.values()) == {1}
    assert all(b"The ladder" in raw and b"The hose" in raw for _, raw in letters)


@pytest.mark.parametrize("moment", list(Moment))
def test_a_death_at_any_commit_of_the_morning_changes_no_digest_and_loses_none(tmp_path: Path, moment: Moment) -> None:
    expected = undisturbed()
    last = expected.commits - (moment is Moment.RIGHT_BEFORE_NEXT)  # after the last no next one comes
    assert last > len(READERS)
    for dies_at in range(1, last + 1):
        folder = tmp_path / str(dies_at)
        folder.mkdir()
        letters = tell(folder, dies_at, moment).letters
        assert set(letters) == set(expected.letters), f"killed {moment} commit {dies_at}"
        # The post office takes a whole claim in one call here: what it took and we did not note goes once more.
        assert set(letters.values()) <= {1, 2}, f"killed {moment} commit {dies_at}"
