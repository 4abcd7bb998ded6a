"""What many stories begin with: a town behind a mail server that checks authors; a town with a past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.pipeline.flow import Rules
from tests.flow.mallory import SERVER
from tests.flow.past import past
from tests.flow.test_vote_stories import opened
from tests.flow.town import Town


@pytest.fixture
def guarded(town: Town) -> Town:
    """Give the town behind a mail server that checks authors, with an open vote."""
    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()
    opened(town)
    return town


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    """Give a maker of towns with that past. When the story ends, no fault of our own may have been logged."""
    towns: list[Town] = []

    def made(**kind: bool) -> Town:
        towns.append(past(**kind).in_folder(tmp_path / f"lived-{len(towns)}"))
        return towns[-1]

    yield made
    for town in towns:
        town.close()
    assert [fault for town in towns for fault in town.faults] == []
