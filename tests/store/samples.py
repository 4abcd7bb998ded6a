"""Makes the values that the store is tested with; each has one sensible answer for everything not said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.model.arrival import Arrival
from gateway.model.ballot import Method, Pick, Question
from gateway.model.entry import Answered, MemberAdded, Posted, RoundOpened
from gateway.model.facts import HelpFacts
from gateway.model.member import Member
from gateway.model.notice import Notice
from gateway.model.round import Ballot, CheckIn, CheckInForm, Ritual, Round, VoteForm
from store.database import Store, Transaction

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EXPIRES = (NOW + 120 * DAY).date()

CHARTER: dict[str, Any] = {
    "name": "Acme",
    "address": "acme@ws.example.org",
    "languages": ["en", "fr"],
    "channels": {"design": {"purpose": "How it looks"}, "ops": {}},
    "roles": {"lead": {"may": ["open_vote"]}},
    "routines": {},
    "votes": {"quorum": 0.5},
}


def arrival(**facts: Any) -> Arrival:
    """Return an arrival at the LMTP door."""
    known: dict[str, Any] = {
        "door": "lmtp",
        "reverse_path": "ana@example.org",
        "recipients": ("acme@ws.example.org",),
        "raw": b"Subject: hello\r\n\r\nhello\r\n",
        "received_at": NOW,
    }
    return Arrival(**known | facts)


def member(name: str, **facts: Any) -> Member:
    """Return somebody who is about to be added."""
    known: dict[str, Any] = {"id": 0, "name": name, "address": f"{name.lower()}@example.org"}
    return Member(**known | facts)


def post(number: int, thread: str = "", **facts: Any) -> Posted:
    """Return a post, which starts a thread unless one is named."""
    mark = f"P-{number}"
    known: dict[str, Any] = {
        "mark": mark,
        "thread": thread or mark,
        "author_id": None,
        "author_name": "Ana",
        "subject": "Lunch",
        "text": f"Words of {mark}",
        "message_id": f"{mark}@mail.example.org",
    }
    return Posted(**known | facts)


def vote(number: int = 1, **facts: Any) -> Round:
    """Return a vote by yes or no."""
    mark = f"V-{number}"
    question = Question(text="Shall we?", method=Method.YESNO, options=("Yes", "No"))
    known: dict[str, Any] = {
        "mark": mark,
        "ritual": Ritual.VOTE,
        "title": "Shall we?",
        "thread": mark,
        "opened_at": NOW,
        "closes_at": NOW + DAY,
        "form": VoteForm(question=question),
    }
    return Round(**known | facts)


def check_in(number: int = 1, **facts: Any) -> Round:
    """Return a round of the routine `daily`."""
    mark = f"C-{number}"
    known: dict[str, Any] = {
        "mark": mark,
        "ritual": Ritual.CHECKIN,
        "title": "Daily",
        "thread": mark,
        "opened_at": NOW,
        "closes_at": NOW + DAY,
        "form": CheckInForm(),
        "routine": "daily",
    }
    return Round(**known | facts)


def opened(round_: Round, electorate: Iterable[int]) -> RoundOpened:
    """Return the entry that opens a round."""
    return RoundOpened(round=round_, electorate=tuple(electorate))


def ballot(member_id: int, label: str = "Yes", mark: str = "V-1") -> Answered:
    """Return a ballot."""
    return Answered(mark=mark, member_id=member_id, answer=Ballot(choice=Pick(label)))


def said(member_id: int, mark: str = "C-1", **lists: Any) -> Answered:
    """Return a check-in."""
    return Answered(mark=mark, member_id=member_id, answer=CheckIn(**lists))


def notice(number: int, **facts: Any) -> Notice:
    """Return a notice to a member."""
    known: dict[str, Any] = {
        "key": f"notice:{number}",
        "facts": HelpFacts(),
        "member_id": number,
        "address": f"member{number}@example.org",
        "name": f"Member {number}",
        "language": "en",
        "timezone": "UTC",
        "due_at": NOW,
    }
    return Notice(**known | facts)


def found(store: Store, **keys: Any) -> int:
    """Put a charter in force and return the id of its workspace."""
    with store.begin() as tx:
        return tx.charters.apply(CHARTER | keys, at=NOW, by="ana")[0]


@contextmanager
def lost(store: Store) -> Iterator[Transaction]:
    """Give a transaction that an exception ends, as a fault of ours would."""
    with suppress(LookupError), store.begin() as tx:
        yield tx
        raise LookupError


def record(store: Store, workspace_id: int, *entries: Any, at: datetime = NOW, arrival_id: int | None = None) -> None:
    """Append entries in a transaction of their own."""
    with store.begin() as tx:
        tx.ledger.append(workspace_id, entries, at=at, charter_version=1, arrival_id=arrival_id)


def people(store: Store, workspace_id: int, count: int = 3) -> list[int]:
    """Add members and return their ids."""
    record(store, workspace_id, *(MemberAdded(member=member(f"Member{number}")) for number in range(1, count + 1)))
    with store.read() as tx:
        return [one.id for one in tx.people.all(workspace_id)][-count:]
