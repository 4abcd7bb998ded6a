"""A town for stories: people who write mails, a post office, Restante between them, and a clock moved by hand.

The pipeline and the store are the real ones, on a file; only the doors to the world are stand-ins (tests/fakes.py).
Time passes as in `serve`: whatever falls due on the way is done at its own time. Must not: reach past the pipeline to
change the record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from structlog.testing import capture_logs

from gateway.accept.strangers import needs_asking
from gateway.accept.verdict import Directory, Reject, recipient_verdict
from gateway.export import export_workspace
from gateway.model.arrival import Arrival, ArrivalState, StoredArrival
from gateway.model.ballot import Choice
from gateway.model.entry import Recorded
from gateway.model.member import Member
from gateway.model.notice import NoticeState, StoredNotice
from gateway.model.round import Ballot, Round, Standing
from gateway.model.token import KeyRing
from gateway.pipeline import workspaces
from gateway.pipeline.flow import Pipeline, Rules
from gateway.pipeline.steering import Applied, apply_charter
from gateway.render.render import Templates
from gateway.resources import load_lexicon, load_templates
from gateway.understand.lexicon import Lexicon
from store.database import Store
from tests.fakes import HandClock, PostOffice
from tests.fakes import Letter as Letter
from tests.flow.mortal import MortalStore

DOMAIN = "ws.example.org"
KEYS = KeyRing({1: bytes(range(32))}, 1)  # known, so that a story told twice has the same tokens
_MOST_TURNS = 2_000


@dataclass(frozen=True)
class Person:
    """Somebody who writes and reads mail."""

    key: str
    name: str
    zone: str = "Europe/Paris"
    language: str = "en"
    roles: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where their mail goes."""
        return f"{self.key}@example.net"


ANA = Person("ana", "Ana Duarte", roles=("steward",))
BEN = Person("ben", "Ben Moor")
CLEO = Person("cleo", "Cléo Martin", language="fr")
DEV = Person("dev", "Dev Patel", zone="Asia/Kolkata")
ERIN = Person("erin", "Erin Walsh", zone="America/New_York")
TEAM = (ANA, BEN, CLEO)
WORLD = (*TEAM, DEV, ERIN)


def charter(*people: Person, **keys: Any) -> dict[str, Any]:
    """Return a charter document of `acme`, its members these people; every key can be given as a file gives it."""
    members = [
        {"address": p.address, "name": p.name, "language": p.language, "timezone": p.zone, "roles": list(p.roles)}
        for p in people or TEAM
    ]
    return {
        "name": "Acme",
        "address": f"acme@{DOMAIN}",
        "languages": ["en", "fr"],
        "timezone": "Europe/Paris",
        "channels": {"design": {"purpose": "How things look"}},
        "members": members,
        **keys,
    }


CHECK_IN: dict[str, Any] = {
    "ritual": "check-in",
    "title": "Daily check-in",
    "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "at": "09:00",
    "open_for": "5 hours",
    "reminders": ["2 hours"],
}


@cache
def lexicon() -> Lexicon:
    """Return the words of all languages, read once."""
    return load_lexicon()


@cache
def templates() -> Templates:
    """Return the compiled templates, made once."""
    return load_templates()


@cache
def _empty_store() -> bytes:
    """Return an empty store of the newest schema: made once, since a town is founded for every story."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        Store.open(file, keys=KEYS, create=True).close()
        return file.read_bytes()


@dataclass
class Town:
    """The whole of it. `at` moves the clock, `writes` and `answers` send mail, `box` is what somebody received."""

    file: Path
    clock: HandClock
    post_office: PostOffice = field(default_factory=PostOffice)
    people: dict[str, Person] = field(default_factory=dict)
    faults: list[Mapping[str, Any]] = field(default_factory=list)  # what our own code logged as a fault
    rules: Rules = field(default_factory=Rules)
    templates: Templates | None = None
    written: int = 0  # mails people wrote, for their Message-IDs
    at_once: int = 200  # notices handed over, and recorded, together
    store: MortalStore = field(init=False)
    pipeline: Pipeline = field(init=False)

    # --- the town itself ---------------------------------------------------------------------------------------------

    @classmethod
    def founded(
        cls, folder: Path, people: Sequence[Person] = TEAM, *, now: str = "2026-06-01 06:00", **keys: Any
    ) -> Town:
        """Return a town whose workspace `acme` has these members and a charter with these keys; it is a Monday."""
        clock = HandClock(datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")))
        clock.at = clock.instant(now)
        town = cls(folder / "town.db", clock, people={person.key: person for person in people})
        town.open(create=True)
        town.apply(charter(*people, **keys))
        return town

    def open(self, *, create: bool = False) -> None:
        """Start Restante on its file, as `serve` does: the first thing is a sign of life."""
        if create:
            self.file.write_bytes(_empty_store())
        store = MortalStore.open(self.file, keys=KEYS)
        assert isinstance(store, MortalStore)
        self.store = store
        self.pipeline = Pipeline(store, lexicon(), self.templates or templates(), KEYS, self.rules)
        with self._overheard():
            self.pipeline.wake(self.clock.at)

    def close(self) -> None:
        """Stop it."""
        self.store.close()

    def reopen(self) -> None:
        """Stop it and start it again."""
        self.close()
        self.open()

    def apply(self, document: dict[str, Any], *, prune: bool = False) -> Applied:
        """Put a charter in force."""
        return apply_charter(self.pipeline, document, by="story", now=self.clock.at, prune=prune)

    # --- time --------------------------------------------------------------------------------------------------------

    def at(self, wall: str, zone: str = "") -> None:
        """Let time pass until the clocks of a zone (Paris unless said) show this; what is due on the way is done."""
        self.pass_until(self.clock.instant(wall, zone))

    def wait(self, **length: float) -> None:
        """Let some time pass: `wait(hours=2)`."""
        self.pass_until(self.clock.at + timedelta(**length))

    def pass_until(self, instant: datetime) -> None:
        """Let time pass until an instant, stopping wherever something is due."""
        assert instant >= self.clock.at, f"the clock stands at {self.clock.at} already, later than {instant}"
        while (stop := self._next_due()) is not None and stop <= instant:
            self.clock.at = max(stop, self.clock.at + timedelta(seconds=1))
            self.turn()
        self.clock.at = max(instant, self.clock.at)
        self.turn()

    def down_until(self, wall: str, zone: str = "") -> None:
        """Let time pass while Restante is down, and start it at the end; mail that came is given by `late_mail`."""
        self.close()
        self.clock.at = self.clock.instant(wall, zone)
        self.open()

    def _next_due(self) -> datetime | None:
        with self.store.read() as tx:
            instants = (tx.schedule.next_at(), tx.outbox.next_at())
        return min((instant for instant in instants if instant), default=None)

    def turn(self) -> None:
        """Process, decide and deliver until nothing is left to do at this instant."""
        with self._overheard():
            with self.store.uncounted():
                self.pipeline.beat(self.clock.at)
            for _ in range(_MOST_TURNS):
                if not (self.pipeline.process(self.clock.at) + self.pipeline.tick(self.clock.at) + self._deliver()):
                    return
        raise AssertionError(f"there is no end of work at {self.clock.at}")

    def _deliver(self) -> int:
        queue = self.pipeline.prepare(self.clock.at, self.at_once)
        if queue:
            attempts = self.post_office.hand_in(queue, self.clock.at, self._about)
            self.pipeline.report(attempts, self.clock.at)
        return len(queue)

    def _about(self, notice_id: int) -> tuple[str, str]:
        with self.store.read() as tx:
            stored = tx.outbox.get(notice_id)
        return (stored.notice.kind, stored.notice.mark) if stored else ("", "")

    @contextmanager
    def _overheard(self) -> Iterator[None]:
        with capture_logs() as said:
            try:
                yield
            finally:
                self.faults += [line for line in said if line["log_level"] in ("error", "critical")]

    # --- people write ------------------------------------------------------------------------------------------------

    def writes(self, who: str, to: str, subject: str, text: str, **fields: str) -> str:
        """Let somebody begin something; return what our door answered. `to` may be `acme` or `acme+vote` for short."""
        return self.sends(who, self.mail(who, to, subject, text, **fields), to)

    def answers(self, who: str, letter: Letter, text: str, **ways: Any) -> str:
        """Let somebody answer a letter as a mail program does; see `reply` for the ways."""
        raw, to = self.reply(who, letter, text, **ways)
        return self.sends(who, raw, to)

    def sends(self, who: str, raw: bytes, *to: str, sender: str | None = None, **facts: Any) -> str:
        """Hand a mail to our door, let it be processed, and return what the door answered. It takes a second."""
        self.clock.at += timedelta(seconds=1)
        answer = self.hands_in(raw, *to, sender=self.address_of(who) if sender is None else sender, **facts)
        if answer.startswith("250"):
            self.turn()
        return answer

    def hands_in(
        self, raw: bytes, *to: str, sender: str, accepted_at: datetime | None = None, door: str = "lmtp"
    ) -> str:
        """Hand a mail to our door and leave it there, received."""
        recipients = tuple(full(address) for address in to)
        directory = self.pipeline.directory()
        for recipient in recipients:
            verdict = recipient_verdict(recipient, directory)
            if isinstance(verdict, Reject):
                return str(verdict)
        arrival = Arrival(
            door=door,
            reverse_path=sender,
            recipients=recipients,
            raw=raw,
            received_at=self.clock.at,
            accepted_at=accepted_at,
        )
        refused = self.pipeline.check(raw) or (door != "imap" and self._turned_away(arrival, directory))
        refused = refused or self.pipeline.receive([arrival])
        return str(refused) if refused else "250 2.0.0 kept"

    def _turned_away(self, arrival: Arrival, directory: Directory) -> Reject | None:
        return self.pipeline.admit(arrival, self.clock.at) if needs_asking(arrival, directory) else None

    def mail(self, who: str, to: str, subject: str, text: str, **fields: str) -> bytes:
        """Return a new mail; further header fields as `auto_submitted="auto-replied"`."""
        self.written += 1
        mail = EmailMessage()
        person = self.people.get(who)
        mail["From"] = f"{person.name} <{person.address}>" if person else who
        mail["To"] = full(to)
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self.clock.at.astimezone(ZoneInfo(person.zone if person else "UTC")))
        mail["Message-ID"] = f"<{self.written}.{self.address_of(who)}>"
        for name, value in fields.items():
            del mail[name.replace("_", "-")]
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return mail.as_bytes(policy=SMTP)

    def reply(
        self,
        who: str,
        letter: Letter,
        text: str,
        *,
        quote: bool = True,
        to: str = "",
        cc: str = "",
        below: bool = False,
        subject: str = "",
        **fields: str,
    ) -> tuple[bytes, str]:
        """Return an answer with its recipient: Reply-To obeyed, ids carried on, the letter quoted below (or above)."""
        asked = letter.message
        to = to or (asked.reply_to or ((asked.author,) if asked.author else ()))[0].address
        quoted = ""
        if quote:
            name = asked.author.name if asked.author else ""
            lines = "\n".join(f"> {line}".rstrip() for line in asked.text.rstrip().split("\n"))
            quoted = f"On {letter.at:%d %b %Y at %H:%M}, {name} wrote:\n{lines}\n"
        body = f"{quoted}\n{text}\n" if below else f"{text}\n\n{quoted}"
        fields.setdefault("in_reply_to", f"<{asked.message_id}>")
        fields.setdefault("references", " ".join(f"<{one}>" for one in (*asked.references, asked.message_id)))
        if cc:
            fields["cc"] = cc
        again = asked.subject if asked.subject.lower().startswith("re:") else f"Re: {asked.subject}"
        return self.mail(who, to, subject or again, body, **fields), to

    def item_by_item(self, who: str, letter: Letter, answers: Mapping[str, str]) -> str:
        """Let somebody answer a digest under its quoted items: mark → what is written below the line that names it."""
        lines: list[str] = []
        left = dict(answers)
        for line in letter.text.rstrip().split("\n"):
            lines.append(f"> {line}".rstrip())
            found = next((mark for mark in left if f"[{mark}]" in line), None)
            if found:
                lines += ["", left.pop(found), ""]
        assert not left, f"the letter does not show {', '.join(left)}"
        name = letter.message.author.name if letter.message.author else ""
        text = f"On {letter.at:%d %b %Y at %H:%M}, {name} wrote:\n" + "\n".join(lines)
        return self.answers(who, letter, text, quote=False)

    def confirms(self, who: str, text: str = "yes") -> str:
        """Let somebody answer the `please confirm` they got, where they got one: a token alone may not be enough."""
        letter = self.newest(who)
        return self.answers(who, letter, text) if letter.kind == "confirm" else ""

    def address_of(self, who: str) -> str:
        """Return the address of somebody of the town; an address stands for itself."""
        return self.people[who].address if who in self.people else who.partition("<")[2].rstrip(">") or who

    # --- what reached whom -------------------------------------------------------------------------------------------

    def box(self, who: str, kind: str = "", mark: str = "") -> list[Letter]:
        """Return what somebody received, oldest first; only of a kind, or about a mark, when said."""
        address = self.address_of(who)
        return [
            letter
            for letter in self.post_office.letters
            if letter.to == address and kind in ("", letter.kind) and mark in ("", letter.mark)
        ]

    def newest(self, who: str, kind: str = "", mark: str = "") -> Letter:
        """Return the last letter somebody received."""
        found = self.box(who, kind, mark)
        came_in = [f"{arrival.author}: {arrival.reason}" for arrival in self.arrivals()[:3]]
        assert found, f"{who} received no {kind} {mark}, but {self.kinds(who)}; last came in {came_in}; {self.faults}"
        return found[-1]

    def kinds(self, who: str) -> list[str]:
        """Return the kinds of what somebody received, in order."""
        return [letter.kind for letter in self.box(who)]

    def reached(self, kind: str, mark: str = "") -> list[str]:
        """Return who received a kind of letter, each as often as they did, in alphabetical order."""
        named = {person.address: key for key, person in self.people.items()}
        letters = self.post_office.letters
        return sorted(named.get(x.to, x.to) for x in letters if x.kind == kind and mark in ("", x.mark))

    def everything_said(self, since: int = 0, *, leave_out: Collection[str] = ()) -> str:
        """Return all words of all letters, from the n-th on, but those to some."""
        hidden = {self.address_of(who) for who in leave_out}
        return "\n".join(x.all_words for x in self.post_office.letters[since:] if x.to not in hidden)

    # --- what the record says ----------------------------------------------------------------------------------------

    @property
    def workspace_id(self) -> int:
        """The id of `acme`."""
        with self.store.read() as tx:
            return tx.charters.names()["acme"]

    def ledger(self) -> list[Recorded]:
        """Return every entry in order."""
        number = self.workspace_id
        with self.store.read() as tx:
            return list(tx.ledger.entries(number))

    def entries(self, kind: type[Any]) -> list[Any]:
        """Return the entries of a kind."""
        return [recorded.entry for recorded in self.ledger() if isinstance(recorded.entry, kind)]

    def round(self, mark: str) -> Round:
        """Return a round as it stands."""
        number = self.workspace_id
        with self.store.read() as tx:
            found = tx.rounds.round(number, mark)
        assert found is not None, f"there is no round {mark}"
        return found

    def standings(self, mark: str) -> dict[str, Standing]:
        """Return the standing answers of a round by who gave them."""
        number, named = self.workspace_id, self._members()
        with self.store.read() as tx:
            return {named[one.member_id]: one for one in tx.rounds.standings(number, mark)}

    def votes(self, mark: str) -> dict[str, Choice]:
        """Return the standing choices of a vote by who cast them."""
        return {
            who: standing.answer.choice
            for who, standing in self.standings(mark).items()
            if isinstance(standing.answer, Ballot)
        }

    def member(self, who: str) -> Member:
        """Return somebody as the record knows them."""
        number = self.workspace_id
        with self.store.read() as tx:
            found = tx.people.by_address(number, self.address_of(who))
        assert found is not None, f"{who} is no member"
        return found

    def _members(self) -> dict[int, str]:
        number, keys = self.workspace_id, {person.address: key for key, person in self.people.items()}
        with self.store.read() as tx:
            return {m.id: keys.get(m.address, m.address) for m in tx.people.all(number, include_left=True)}

    def arrivals(self, state: ArrivalState | None = None) -> list[StoredArrival]:
        """Return what came in, newest first."""
        with self.store.read() as tx:
            return list(tx.inbox.list(state=state, limit=1000))

    def notices(self, state: NoticeState | None = None) -> list[StoredNotice]:
        """Return what was to go out, newest first."""
        with self.store.read() as tx:
            return list(tx.outbox.list(state=state, limit=None))

    @property
    def last_reason(self) -> str:
        """The reason of the arrival that came last."""
        return self.arrivals()[0].reason

    def export(self) -> dict[str, Any]:
        """Return what `restante export` shows."""
        with self.store.read() as tx:
            return export_workspace(tx, workspaces.workspace(tx, "acme"))


def full(address: str) -> str:
    """Return an address of ours in full: `acme+vote` is at our domain."""
    return address if "@" in address else f"{address}@{DOMAIN}"
