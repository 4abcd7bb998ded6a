"""What stories of attacks share: a town behind a mail server that checks authors."""

from __future__ import annotations

import pytest

from gateway.pipeline.flow import Rules
from tests.flow.mallory import SERVER
from tests.flow.test_vote_stories import opened
from tests.flow.town import Town


@pytest.fixture
def guarded(town: Town) -> Town:
    """Give the town behind a mail server that checks authors, with an open vote."""
    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()
    opened(town)
    return town
