"""What all tests share: a town per story, and where third-party corpora lie."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from gateway.resources import keep_for_good
from tests.flow.town import Town

# Looking for garbage among seventeen thousand tests is a quarter of the time of collecting them.
gc.set_threshold(100_000, 20, 100)

# No example has a deadline: on a busy machine any of them may take long. What a reading may cost is measured where it
# is promised, in processor time.
settings.register_profile("restante", deadline=None)
settings.load_profile("restante")


def pytest_collection_finish() -> None:
    """What is collected stays: from here on it is looked through no more, as in `serve`."""
    keep_for_good()


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    """Give a maker of towns: `found(quorum=0.5)`. When the story ends, no fault of our own may have been logged."""
    towns: list[Town] = []

    def founded(*people: Any, **keys: Any) -> Town:
        folder = tmp_path / f"town-{len(towns)}"
        folder.mkdir()
        towns.append(Town.founded(folder, *([people] if people else []), **keys))
        return towns[-1]

    yield founded
    for town in towns:
        town.close()
    assert [fault for town in towns for fault in town.faults] == []


@pytest.fixture
def town(found: Callable[..., Town]) -> Town:
    """Give a town of three with the plainest charter, on a Monday at six."""
    return found()
