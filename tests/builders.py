"""Makes the values that stories are told with: people, a workspace, rounds, mails in their context.

Each builder has one sensible answer for everything not said, so that a test names only what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from gateway.decide.on_message import decide
from gateway.model.address import Destination, Door
from gateway.model.arrival import ArrivalState as ArrivalState
from gateway.model.ballot import FIXED_OPTIONS, Choice, Method, Question
from gateway.model.charter import Charter, read_charter
from gateway.model.context import Fresh, MailContext, RoundView, Sent, ThreadView, TickContext, Trust, Workspace
from gateway.model.decision import Decision
from gateway.model.entry import Entry, Recorded
from gateway.model.facts import Facts, Item
from gateway.model.member import Member, Settings
from gateway.model.message import Mailbox, Message
from gateway.model.nature import Nature, Written
from gateway.model.reading import BallotKind, BallotReading, NewText
from gateway.model.round import Ballot, CheckInForm, Phase, Ritual, Round, Standing, VoteForm
from gateway.model.understood import Piece, Reading, Understood

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)  # a Wednesday
CLOSE = NOW + timedelta(days=2)


# --- people and their workspace -------------------------------------------------------------------------------------


def member(number: int, name: str = "", **facts: Any) -> Member:
    """Return a member: `member(2, "Ben")` is ben@example.org with id 2."""
    name = name or f"Member {number}"
    address = facts.pop("address", f"{name.lower().replace(' ', '')}@example.org")
    settings = facts.pop("settings", Settings())
    return Member(id=number, name=name, address=address, settings=settings, **facts)


ANA = member(1, "Ana", roles=("steward",))
BEN = member(2, "Ben")
CLEO = member(3, "Cleo")
TEAM = (ANA, BEN, CLEO)


def charter(**keys: Any) -> Charter:
    """Return a charter of `acme@ws.example.org`; every key can be given as a charter file gives it."""
    document: dict[str, Any] = {
        "name": "Acme",
        "address": "acme@ws.example.org",
        "channels": {"design": {"purpose": "How it looks"}},
    }
    return read_charter(document | keys)


def workspace(**keys: Any) -> Workspace:
    """Return the workspace `acme` under a charter with these keys."""
    return Workspace(id=1, name="acme", charter=charter(**keys), charter_version=1)


# --- rounds ---------------------------------------------------------------------------------------------------------


def question(method: Method = Method.YESNO, *options: str, text: str = "Shall we?") -> Question:
    """Return a question; the methods that bring their options need none."""
    return Question(text=text, method=method, options=FIXED_OPTIONS.get(method, options))


def vote_form(method: Method = Method.YESNO, *options: str, **rules: Any) -> VoteForm:
    """Return what a vote asks, and how it is counted."""
    return VoteForm(question=question(method, *options), **rules)


def vote_round(method: Method = Method.YESNO, *options: str, mark: str = "V-7", **facts: Any) -> Round:
    """Return an open vote, opened by Ben yesterday; rules of the form (`secret=True`) may stand among the facts."""
    rules = {key: facts.pop(key) for key in tuple(facts) if key in VoteForm.__struct_fields__}
    defaults: dict[str, Any] = {
        "title": "Shall we?",
        "thread": mark,
        "opened_at": NOW - timedelta(days=1),
        "closes_at": CLOSE,
        "opened_by": BEN.id,
        "electorate_size": len(TEAM),
        "reminders": ("1 working days",),
        "message_id": "opening@example.org",
    }
    form = vote_form(method, *options, **rules)
    return Round(mark=mark, ritual=Ritual.VOTE, form=form, **(defaults | facts))


def checkin_round(mark: str = "C-31", **facts: Any) -> Round:
    """Return an open check-in."""
    defaults: dict[str, Any] = {
        "title": "Monday",
        "thread": mark,
        "opened_at": NOW - timedelta(hours=2),
        "closes_at": NOW + timedelta(hours=6),
        "occurrence": date(2026, 6, 3),
        "routine": "standup",
    }
    return Round(mark=mark, ritual=Ritual.CHECKIN, form=CheckInForm(), **(defaults | facts))


def standing(member_id: int, choice: Choice, comment: str | None = None, at: datetime = NOW) -> Standing:
    """Return a ballot that stands."""
    return Standing(member_id=member_id, answer=Ballot(choice=choice, comment=comment), at=at)


def view(round_: Round, voted: Choice | None = None, **facts: Any) -> RoundView:
    """Return a round as the author meets it: asked, and with the choice they have cast before."""
    cast = standing(2, voted) if voted is not None else None
    return RoundView(round_, in_electorate=facts.pop("asked", True), standing=facts.pop("standing", cast), **facts)


def recorded(entries: Iterable[Entry], at: datetime = NOW) -> list[Recorded]:
    """Return entries as the ledger holds them, a minute apart."""
    return [
        Recorded(id=number, entry=entry, at=at + timedelta(minutes=number)) for number, entry in enumerate(entries, 1)
    ]


# --- mail -----------------------------------------------------------------------------------------------------------


def message(author: Member | str = BEN, subject: str = "Re: Shall we?", **facts: Any) -> Message:
    """Return a mail as its author wrote it."""
    box = Mailbox(author, "A Stranger") if isinstance(author, str) else Mailbox(author.address, author.name)
    defaults: dict[str, Any] = {"message_id": "mail-1@example.org", "author": box, "subject": subject, "date": NOW}
    return Message(**(defaults | facts))


def sent(kind: str, mark: str = "", facts: Facts | None = None, to: int = BEN.id, items: tuple[str, ...] = ()) -> Sent:
    """Return one of our notices, as the mail that answers it finds it."""
    return Sent(
        notice_id=90,
        kind=kind,
        member_id=to,
        mark=mark,
        thread=mark,
        items=tuple(Item(mark=name) for name in items),
        language="en",
        sent_at=NOW - timedelta(hours=3),
        frozen=None,
        facts=msgspec.json.encode(facts) if facts is not None else b"",
    )


def context(author: Member | None = BEN, *views: RoundView, **facts: Any) -> MailContext:
    """Return all that is known beside the mail: a proven author, received just now, at the workspace's own address."""
    defaults: dict[str, Any] = {
        "now": NOW,
        "received_at": NOW,
        "arrival_id": 500,
        "workspace": workspace(**facts.pop("rules", {})),
        "destination": Destination("acme", Door.POST),
        "trust": Trust.PROVEN if author else Trust.UNKNOWN,
        "fresh": Fresh({"V": 8, "P": 15, "O": 3}),
        "rounds": {each.round.mark: each for each in views},
        "members": TEAM,
    }
    return MailContext(author=author, **(defaults | facts))


def thread(mark: str = "P-4", subject: str = "Lunch", channel: str | None = None, **facts: Any) -> ThreadView:
    """Return a thread as an answer needs it."""
    return ThreadView(mark, subject, channel, **facts)


def door(kind: Door, channel: str | None = None, tag: str = "") -> Destination:
    """Return one of the workspace's addresses."""
    return Destination("acme", kind, channel=channel, tag=tag or kind.value)


def piece(reading: Reading | None = None, text: str = "as I said", mark: str = "") -> Piece:
    """Return one thing said."""
    return Piece(text, mark, reading)


def ballot(choice: Choice | None, comment: str | None = None, **facts: Any) -> BallotReading:
    """Return a ballot as it was read."""
    return BallotReading(BallotKind.BALLOT, choice, comment, **facts)


def understood(*pieces: Piece, mail: Message | None = None, nature: Nature = Nature.PERSON, **facts: Any) -> Understood:
    """Return a mail, understood: a person's unless said otherwise."""
    text = "\n\n".join(each.text for each in pieces)
    written = facts.pop("written", Written(nature, "no-sign"))
    return Understood(mail or message(), written, NewText(text, text), pieces=pieces, **facts)


def say(told: MailContext, *pieces: Piece, mail: Message | None = None, **facts: Any) -> Decision:
    """Return what follows from a mail that says these things."""
    return decide(told, understood(*pieces, mail=mail or message(told.author or "eve@elsewhere.example"), **facts))


def tick(
    round_: Round, standings: Iterable[Standing] = (), members: Iterable[Member] = TEAM, **facts: Any
) -> TickContext:
    """Return all that is known when a round's time is up."""
    people = tuple(members)
    defaults: dict[str, Any] = {
        "now": CLOSE,
        "workspace": workspace(),
        "fresh": Fresh({"O": 3, "V": 8}),
        "members": people,
        "view": RoundView(round_, in_electorate=False),
        "electorate": tuple(each.id for each in people),
        "standings": tuple(standings),
    }
    return TickContext(**(defaults | facts))


def of_kind(decision: Decision, kind: type[Any]) -> list[Any]:
    """Return the entries of a decision that are of a kind."""
    return [entry for entry in decision.entries if isinstance(entry, kind)]


def facts_of(decision: Decision, kind: type[Any]) -> list[Any]:
    """Return the facts of a kind among all that a decision says, to its author and to others."""
    said: list[Facts] = [notice.facts for notice in decision.notices]
    said += [broadcast.facts for broadcast in decision.broadcasts]
    return [facts for facts in said if isinstance(facts, kind)]


def closed(round_: Round) -> Round:
    """Return a round that is over."""
    return msgspec.structs.replace(round_, phase=Phase.CLOSED, closed_at=CLOSE)


def settings_of(decision: Decision) -> Mapping[str, Any]:
    """Return the settings a decision leaves its author with, by name."""
    changed = [entry.settings for entry in decision.entries if hasattr(entry, "settings")]
    return msgspec.structs.asdict(changed[-1]) if changed else {}
