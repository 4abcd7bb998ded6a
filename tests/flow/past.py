"""A past that many stories begin with: digests are out, and a vote was opened since. It is lived once.

Must not: hold a story of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fakes import HandClock, PostOffice
from tests.flow.town import CHECK_IN, TEAM, Letter, Town


@dataclass(frozen=True)
class _Past:
    """A town as it stands on Tuesday at ten: what was lived once, every story begins with."""

    record: bytes
    at: datetime
    letters: tuple[Letter, ...]

    def in_folder(self, folder: Path) -> Town:
        """Return a town that has lived this."""
        folder.mkdir()
        (folder / "town.db").write_bytes(self.record)
        people = {person.key: person for person in TEAM}
        town = Town(folder / "town.db", HandClock(self.at), PostOffice(list(self.letters)), people, written=100)
        town.open()
        return town


@cache
def past(*, secret: bool = False, checks_in: bool = False) -> _Past:
    """Return the past of a town whose digests are out: two votes, a task of Ben's, one of Cléo's, one of nobody's, a
    thread. A third vote, V-3, was opened since.
    """
    routines: dict[str, Any] = {"routines": {"daily": CHECK_IN | {"reminders": []}}} if checks_in else {}
    with TemporaryDirectory() as folder:
        town = Town.founded(
            Path(folder), votes={"reminders": [], "secret": secret}, delivery="daily", digest_at="09:30", **routines
        )
        town.at("10:00")
        town.writes(
            "ana", "acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nPlease answer by Friday 5 June 18:00."
        )
        town.writes("ana", "acme", "[VOTE] New scanner", "Shall we buy a new scanner? Yes or no, by Friday 18:00.")
        for task in ("send the budget @ben by Friday", "water the plants @cleo by Thursday", "book the hall"):
            town.writes("ana", "acme", f"[TASK] {task}", "please")
        town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
        town.at("2026-06-02 10:00")
        town.writes("ana", "acme+vote", "New desk", "- Oak\n- Pine\n\nPlease answer by Friday 5 June 18:00.")
        town.close()
        return _Past(town.file.read_bytes(), town.clock.at, tuple(town.post_office.letters))
