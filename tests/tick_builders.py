"""Small builders for what the clock decides: a charter, members, rounds, and the context of a due row.

Must not: hold a rule of ours; what a test is about stands in the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from gateway.model.ballot import Method, Question
from gateway.model.charter import Charter, read_charter
from gateway.model.context import Fresh, RoundView, TickContext, Workspace
from gateway.model.member import Absence, Member, Settings
from gateway.model.round import CheckIn, CheckInForm, Ritual, Round, Standing, VoteForm

PARIS, AUCKLAND, NEW_YORK = "Europe/Paris", "Pacific/Auckland", "America/New_York"
DAILY: dict[str, Any] = {"ritual": "check-in", "title": "Stand-up", "rule": "FREQ=DAILY", "at": "09:00"}
YES_OR_NO = Question(text="Move the office?", method=Method.YESNO, options=("Yes", "No"))


def utc(text: str) -> datetime:
    """Return an instant written without its zone, which is UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def charter(routines: Mapping[str, Any] | None = None, **keys: Any) -> Charter:
    """Return a charter in Paris, working Monday to Friday, 9 to 18."""
    stated = {"name": "Acme", "address": "acme@ws.example.org", "timezone": PARIS, "routines": dict(routines or {})}
    return read_charter(stated | keys)


def member(number: int, tz: str = PARIS, *, away: tuple[Absence, ...] = (), **keys: Any) -> Member:
    """Return a member; keys that are settings go into their settings."""
    own = {key: keys.pop(key) for key in tuple(keys) if key in Settings.__struct_fields__}
    name = keys.pop("name", f"Member {number}")
    return Member(
        id=number, address=f"m{number}@example.org", name=name, timezone=tz,
        absences=away, settings=Settings(**own), **keys,
    )  # fmt: skip


def workspace(charter_: Charter) -> Workspace:
    """Return a workspace under a charter."""
    return Workspace(1, "acme", charter_, 1)


def context(now: str, charter_: Charter | None = None, **keys: Any) -> TickContext:
    """Return what is known at an instant (UTC)."""
    return TickContext(
        utc(now), workspace(charter_ or charter({"daily": DAILY})), fresh=Fresh({"C": 3, "O": 2}), **keys
    )


def check_in(opened: str = "2026-03-02T08:00", closes: str = "2026-03-02T16:00", **keys: Any) -> Round:
    """Return the check-in of Monday, 2 March 2026, open from 9 to 17 in Paris."""
    stated: dict[str, Any] = {
        "mark": "C-3", "ritual": Ritual.CHECKIN, "title": "Stand-up", "thread": "C-3", "form": CheckInForm(),
        "routine": "daily", "occurrence": date(2026, 3, 2), "reminders": ("2 hours",), "electorate_size": 3,
    }  # fmt: skip
    return Round(opened_at=utc(opened), closes_at=utc(closes), **(stated | keys))


def vote(opened: str = "2026-03-02T09:00", closes: str = "2026-03-05T16:00", **keys: Any) -> Round:
    """Return a vote, open from Monday to Thursday."""
    stated: dict[str, Any] = {
        "mark": "V-7", "ritual": Ritual.VOTE, "title": "Move the office?", "thread": "V-7",
        "form": VoteForm(question=YES_OR_NO, quorum=0.5), "reminders": ("1 working day",), "electorate_size": 4,
    }  # fmt: skip
    return Round(opened_at=utc(opened), closes_at=utc(closes), **(stated | keys))


def asked(round_: Round, standing: Standing | None = None, **keys: Any) -> RoundView:
    """Return a round as one who is asked sees it."""
    return RoundView(round_, in_electorate=True, standing=standing, **keys)


def said(member_id: int, at: str = "2026-03-02T10:00", *, late: bool = False, **checkin: Any) -> Standing:
    """Return a member's standing check-in."""
    return Standing(member_id=member_id, answer=CheckIn(**checkin), at=utc(at), late=late)
