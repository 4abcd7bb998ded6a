"""Real mail programs answer a check-in, a vote and a digest that they fetched from Dovecot: each answer is understood.

restante → Postfix → Dovecot → the program → Postfix → restante; also where the program takes no notice of Reply-To.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from gateway.app import system_clock
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Choice, Pick
from gateway.model.entry import Answered
from gateway.model.round import Ballot, CheckIn
from gateway.model.token import KeyRing
from store.database import Store
from tests.wire.binary import Binary, wait_until
from tests.wire.conftest import cannot
from tests.wire.mail_programs import PROGRAMS, Answer, Desk, missing_for
from tests.wire.programs import PASSWORD, Dovecot, Postfix, missing
from tests.wire.talk import Talk, mail

pytestmark = [pytest.mark.wire, pytest.mark.slow]

OURS, THEIRS = "ws.example.org", "example.net"
PARIS = ZoneInfo("Europe/Paris")
PEOPLE = {"neomutt": "nora", "s-nail": "sven", "aerc": "aida", "thunderbird": "theo"}  # who uses what
TOO_LARGE = ("thunderbird",)  # to be asked of everybody: nobody has to have it
CHECK_IN, VOTE, SECOND_VOTE = "C-1", "V-1", "V-2"

CHARTER = f"""name = "Acme"
address = "acme@{OURS}"
timezone = "Europe/Paris"
delivery = "daily"

[[members]]
address = "ana@{THEIRS}"
name = "Ana Duarte"
roles = ["steward"]

[routines.daily]
ritual = "check-in"
title = "Daily check-in"
rule = "FREQ=WEEKLY;BYDAY=MO"
open_for = "3 days"
reminders = []
for = [{", ".join(f'"{who}@{THEIRS}"' for who in PEOPLE.values())}]
"""


WRITTEN = {  # by Ana, to whom, on Monday; the marks of the votes follow this order
    "Where do we meet": (f"acme+vote@{OURS}", "- Lisbon\n- Porto\n- Ghent\n\nPlease answer by Thursday 17:00."),
    "Close on Fridays": (f"acme+vote@{OURS}", "Shall we close on Fridays?\n\nYes or no, by Thursday 17:00."),
    "The ladder": (f"acme@{OURS}", "Does anybody know where it is?"),  # without news there is no digest
}


@dataclass(frozen=True)
class Stage:
    """Restante, Postfix and Dovecot, and what each person has in their mailbox: prompt, ballots, digest."""

    place: Path
    binary: Binary
    dovecot: Dovecot
    postfix: Postfix
    open: dict[str, imaplib.IMAP4] = field(default_factory=dict)

    def letter(self, who: str, about: str) -> bytes:
        """Return a mail out of somebody's mailbox, by words of its subject."""
        return wait_until(lambda: self._find(who, about), f"{about!r} for {who}\n{self.postfix.said()}")

    def _find(self, who: str, about: str) -> bytes:
        imap = self._imap(who)
        imap.select("INBOX", readonly=True)
        _, numbers = imap.search(None, "ALL")
        for number in numbers[0].split():
            _, parts = imap.fetch(number.decode(), "(BODY.PEEK[])")
            assert isinstance(parts[0], tuple)
            subject = str(email.message_from_bytes(parts[0][1], policy=email.policy.default)["subject"])
            if about.lower() in subject.lower():
                return bytes(parts[0][1])
        return b""

    def _imap(self, login: str) -> imaplib.IMAP4:
        """Return a connection of somebody's that is kept open: a mail server counts logins."""
        if login not in self.open:
            self.open[login] = imaplib.IMAP4("127.0.0.1", self.dovecot.imap_port)
            self.open[login].login(login, PASSWORD)
        return self.open[login]

    def close(self) -> None:
        """End all connections."""
        for imap in self.open.values():
            imap.logout()

    def lay_out(self, desk: Desk, letter: bytes) -> None:
        """Put a mail on top of somebody's desk: a mailbox in which nothing else arrives meanwhile."""
        state, _ = self._imap(desk.box).append("INBOX", "", imaplib.Time2Internaldate(system_clock()), letter)
        assert state == "OK"

    def desk(self, program: str) -> Desk:
        """Return the desk of the one who uses a program."""
        folder = self.place / program
        folder.mkdir()
        who = PEOPLE[program]
        return Desk(folder, f"{who}-desk", f"{who}@{THEIRS}", self.dovecot.imap_port, self.postfix.smtp_port)

    def answers(self, who: str, mark: str) -> list[Answered]:
        """Return somebody's answers to a round in the ledger, oldest first."""
        store = self._store()
        try:
            with store.read() as tx:
                workspace = tx.charters.names()["acme"]
                member = tx.people.by_address(workspace, f"{who}@{THEIRS}")
                entries = [recorded.entry for recorded in tx.ledger.entries(workspace)]
        finally:
            store.close()
        assert member is not None
        mine = (entry for entry in entries if isinstance(entry, Answered) and entry.member_id == member.id)
        return [entry for entry in mine if entry.mark == mark]

    def _store(self) -> Store:
        return Store.open(self.binary.folder / "restante.db", keys=KeyRing({}, 1))

    def move_clock(self, instant: datetime) -> None:
        """Let it be another time; what follows from it is left to `serve`."""
        store = self._store()
        with store.begin() as tx:
            tx.set_mark("clock", instant.astimezone(UTC).isoformat())
        store.close()

    def sent_to(self, who: str) -> str:
        """Return the address somebody's latest mail came to."""
        return next(a.arrival.recipients[0] for a in self.binary.arrivals() if a.author == f"{who}@{THEIRS}")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Give mailboxes with a prompt, two votes and a digest of them in each; it is Tuesday morning, all are open."""
    if reason := missing():
        cannot(reason)
    with TemporaryDirectory(prefix="restante-wire-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # Dovecot and Postfix drop root
        with staged(Path(folder)) as stage:
            yield stage


@contextmanager
def staged(place: Path) -> Iterator[Stage]:
    """Run all of it below a folder while the block runs."""
    binary = Binary(place / "team")
    with Dovecot(place / "dovecot").running() as dovecot:
        routes = {OURS: f"lmtp:{binary.lmtp_port}", THEIRS: f"lmtp:{dovecot.lmtp_port}"}
        with Postfix(place / "postfix", routes).running() as postfix, binary:
            binary.smtp_port, binary.submission_port = 0, postfix.smtp_port
            binary.init(f"acme@{OURS}", f"ana@{THEIRS}", "--rehearsal")
            stage = Stage(place, binary, dovecot, postfix)
            prepare(stage)
            yield stage
            stage.close()
            assert binary.stop() == 0


def prepare(stage: Stage) -> None:
    """Monday at nine all are asked; Ana opens two votes; on Tuesday at half past eight each has a digest."""
    binary, monday = stage.binary, next_monday()
    charter = binary.folder / "programs.toml"
    people = (f'\n[[members]]\naddress = "{who}@{THEIRS}"\nname = "{who.title()}"\n' for who in PEOPLE.values())
    charter.write_text(CHARTER.partition("[routines.")[0] + "".join(people) + "\n[routines." +
                       CHARTER.partition("[routines.")[2], encoding="utf-8")  # fmt: skip
    binary.call("charter", "apply", str(charter))
    stage.move_clock(monday)
    binary.serve()
    with Talk(binary.lmtp_port) as talk:
        talk.hello("LHLO")
        for subject, (to, text) in WRITTEN.items():
            assert talk.deliver(mail(subject, text), to, lmtp=True)[0][0] == 250
    stage.letter("nora", "Where do we meet")
    stage.letter("nora", "Close on Fridays")
    wait_until(lambda: all(a.state is not ArrivalState.RECEIVED for a in binary.arrivals()), "the post")
    stage.move_clock(monday + timedelta(hours=23, minutes=30))


def next_monday() -> datetime:
    """Return nine o'clock in Paris on a Monday to come: the clock of a rehearsal is moved forward only."""
    day = system_clock().astimezone(PARIS).date()
    day += timedelta(days=7 - day.weekday())
    return datetime(day.year, day.month, day.day, 9, tzinfo=PARIS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_answer_of_a_real_program_is_understood(stage: Stage, program: str) -> None:
    if reason := missing_for(program):
        if program in TOO_LARGE:
            pytest.skip(f"wire test left out: {reason}")
        cannot(reason)
    desk, who = stage.desk(program), PEOPLE[program]
    prompt, ballot = stage.letter(who, "check-in"), stage.letter(who, "Where do we meet")
    digest = stage.letter(who, "[acme] ")
    with PROGRAMS[program](desk) as answer:
        play = Play(stage, desk, who, answer)
        play.checks_in(prompt, "Done: oiled the marimba\nNext: tune the xylophone\nBlockers: no ladder")
        play.votes(ballot, "Porto, it is nearer to the sea", VOTE, Pick("Porto"))
        play.votes(digest, f"{SECOND_VOTE}: yes", SECOND_VOTE, Pick("Yes"))

        play.takes_notice = False
        play.checks_in(prompt, "Done: oiled the marimba twice\nNext: tune the xylophone\nBlockers: none")
        play.votes(ballot, "Ghent after all", VOTE, Pick("Ghent"))
        play.votes(digest, f"{SECOND_VOTE}: no", SECOND_VOTE, Pick("No"))


@dataclass
class Play:
    """Somebody at their desk, answering one mail after the other."""

    stage: Stage
    desk: Desk
    who: str
    answer: Answer
    takes_notice: bool = True  # of Reply-To

    def votes(self, letter: bytes, text: str, mark: str, choice: Choice) -> None:
        """Answer with a ballot, which then stands in the ledger."""
        ballot = self._answers(letter, text, mark).answer
        assert isinstance(ballot, Ballot)
        assert ballot.choice == choice

    def checks_in(self, letter: bytes, text: str) -> None:
        """Answer a prompt; what is done then stands in the ledger."""
        said = self._answers(letter, text, CHECK_IN).answer
        assert isinstance(said, CheckIn)
        assert list(said.done) == [text.partition("\n")[0].removeprefix("Done: ")]

    def _answers(self, letter: bytes, text: str, mark: str) -> Answered:
        before = len(self.stage.answers(self.who, mark))
        # Programs that cannot be told to ignore Reply-To are given the mail without it: the answer is the same.
        self.stage.lay_out(self.desk, letter if self.takes_notice else without(b"Reply-To", letter))
        self.answer(text)
        said = f"{text!r} by {self.who} in the ledger"
        wait_until(lambda: len(self.stage.answers(self.who, mark)) > before, f"{said}\n{self.stage.postfix.said()}")
        to = self.stage.sent_to(self.who)
        ignores = not self.takes_notice or self.who == PEOPLE["s-nail"]  # which answers From as it comes
        assert (to == f"acme@{OURS}") is ignores, f"{self.who} answered {to}"
        return self.stage.answers(self.who, mark)[-1]


def without(name: bytes, letter: bytes) -> bytes:
    """Return a mail without a field."""
    head, gap, rest = letter.partition(b"\r\n\r\n")
    bare = re.sub(rb"(?im)^%b:[^\n]*(?:\r\n[ \t][^\n]*)*\r\n" % name, b"", head)
    assert bare != head
    return bare + gap + rest
