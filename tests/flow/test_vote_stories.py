"""Votes as stories: opened by mail, answered, reminded, closed, announced."""

from __future__ import annotations

from collections.abc import Callable

from gateway.model.ballot import Pick
from tests.flow.town import BEN, CLEO, DEV, ERIN, TEAM, Town

Found = Callable[..., Town]


def opened(town: Town, who: str = "ana", subject: str = "[VOTE] Close the office in August", text: str = "") -> None:
    """Let somebody open a yes-or-no vote that ends on the same day at 20:00."""
    town.writes(who, "acme", subject, text or "Shall we close the office in August? Yes or no, by today 20:00.")


def test_a_vote_by_mail_from_its_opening_to_its_outcome(found: Found) -> None:
    town = found(*TEAM, DEV, ERIN, votes={"reminders": ["2 hours"], "hidden": True})
    town.at("09:30")
    opened(town)
    assert town.reached("ballot") == ["ana", "ben", "cleo", "dev", "erin"]

    town.at("10:00")
    town.answers("ben", town.newest("ben", "ballot"), "Yes, it is too hot to work anyway.")
    town.at("10:30")
    town.answers("cleo", town.newest("cleo", "ballot"), "Non, les livraisons arrivent en août.")
    town.answers("cleo", town.newest("cleo", "ballot"), "Finalement oui.")
    print(town.votes("V-1"), town.kinds("cleo"), town.newest("cleo").text)
    assert town.votes("V-1") == {"ben": Pick("Yes"), "cleo": Pick("Yes")}
