"""Where an entry stands, as what it changes is written. Must not: read or write."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Place(NamedTuple):
    """Where an entry stands: its workspace, its row in the ledger, its instant, the arrival it came from."""

    workspace_id: int
    entry_id: int
    at: datetime
    arrival_id: int | None
