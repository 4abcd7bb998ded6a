"""The demo's day: six people in three time zones and two languages, real SMTP both ways, a hand-moved clock.

Everything goes the way of real mail: each answer is written as a mail program writes it, handed to our SMTP door over
a socket, and what we send arrives at a sink of its own. Must not: reach into the flow, only move its clock and let it
turn.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from rich.console import Console

from gateway.accept.verdict import Accept, Reject
from gateway.app import build_from, new_key, silence_logs
from gateway.arrive.intake import Intake
from gateway.arrive.smtp_server import Protocol, open_door
from gateway.config import Listen, Settings, Submission, Tokens
from gateway.demo import clients
from gateway.demo.mailboxes import write_mailboxes
from gateway.demo.result import show_understood
from gateway.model.address import Destination, Door
from gateway.model.arrival import Arrival
from gateway.model.message import Message
from gateway.model.notice import Attempt, Outgoing
from gateway.pipeline.steering import apply_charter
from gateway.send.courier import Courier, Route
from gateway.serving import Serving
from gateway.understand.mime import read_message

WORKSPACE = "acme"
DOMAIN = "ws.example.org"
SIGN = ".restante-demo"  # marks a folder as ours, so that an older demo may be replaced and nothing else


@dataclass(frozen=True)
class Person:
    """Somebody of the team: `program` is the mail program they answer with."""

    key: str
    name: str
    language: str
    timezone: str
    program: str
    steward: bool = False

    @property
    def address(self) -> str:
        """Where their mail goes."""
        return f"{self.key}@example.net"


TEAM = (
    Person("ana", "Ana Duarte", "en", "Europe/Paris", "gmail", steward=True),
    Person("bruno", "Bruno Lefèvre", "fr", "Europe/Paris", "thunderbird"),
    Person("chloe", "Chloé Martin", "fr", "Europe/Paris", "apple"),
    Person("dev", "Dev Patel", "en", "Asia/Kolkata", "mutt"),
    Person("erin", "Erin Walsh", "en", "America/New_York", "outlook"),
    Person("finn", "Finn Larsen", "en", "America/New_York", "phone"),
)
PEOPLE = {person.key: person for person in TEAM}

CHARTER: dict[str, Any] = {
    "name": "Acme",
    "address": f"{WORKSPACE}@{DOMAIN}",
    "languages": ["en", "fr"],
    "timezone": "Europe/Paris",
    "digest_at": "08:30",
    "channels": {"design": {"purpose": "How things look"}},
    "votes": {"open_for": "8 hours", "quorum": 0.5, "reminders": ["2 hours"]},
    "routines": {
        "daily": {
            "ritual": "check-in",
            "title": "Daily check-in",
            "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "at": "09:00",
            "open_for": "5 hours",
            "reminders": ["2 hours"],
        }
    },
    "members": [
        {
            "address": person.address,
            "name": person.name,
            "language": person.language,
            "timezone": person.timezone,
            "roles": ["steward"] if person.steward else [],
        }
        for person in TEAM
    ],
}


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        """Return where it stands."""
        return self.at


@dataclass
class Day:
    """The running demo: the program, its clock, and what has arrived in each mailbox."""

    serving: Serving
    clock: HandClock
    console: Console
    boxes: dict[str, list[bytes]] = field(default_factory=dict)

    async def at(self, wall: str, zone: str = "Europe/Paris") -> None:
        """Move the clock to a local time and let everything happen that is due by then."""
        day, _, hour = wall.rpartition(" ")
        date = day or self.clock.at.astimezone(ZoneInfo(zone)).date().isoformat()
        self.clock.at = datetime.fromisoformat(f"{date}T{hour}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        await self.serving.turn()

    def say(self, text: str) -> None:
        """Tell the one who watches."""
        local = self.clock.at.astimezone(ZoneInfo("Europe/Paris"))
        self.console.print(f"[dim]{local:%a %H:%M}[/]  {text}", highlight=False)

    def newest(self, person: Person, about: str) -> tuple[bytes, Message]:
        """Return the newest mail in a mailbox whose subject holds these words."""
        for raw in reversed(self.boxes.get(person.address, [])):
            message = read_message(raw)
            if about.lower() in message.subject.lower():
                return raw, message
        raise LookupError(f"{person.name} has no mail about {about!r}")

    async def send(self, raw: bytes, to: str, sender: str) -> None:
        """Hand a mail to our SMTP door over a socket, and let it be processed."""
        route = Route(host="127.0.0.1", port=self.serving.ports["smtp"], connections=1)
        queue = [Outgoing(notice_id=0, sender=sender, recipient=to, message=raw)]
        answers: list[Attempt] = []

        async def claim(limit: int) -> Sequence[Outgoing]:
            return queue

        async def report(attempts: Sequence[Attempt]) -> None:
            answers.extend(attempts)

        postman = Courier(route, claim, report, self.clock)
        await postman.round_trip()
        await postman.close()
        if answers[0].code != 250:
            raise RuntimeError(f"our door answered {answers[0].code} {answers[0].text}")
        await self.serving.turn()

    async def answer(self, key: str, about: str, text: str, *, program: str | None = None, twice: bool = False) -> None:
        """Answer the newest mail about something, the way the person's mail program does."""
        person = PEOPLE[key]
        _, original = self.newest(person, about)
        to = original.reply_to[0].address
        raw = clients.compose(program or person.program, text, original, self.writer(person), to)
        for _ in range(2 if twice else 1):
            await self.send(raw, to, person.address)

    async def write(self, key: str, to: str, subject: str, text: str) -> None:
        """Begin something."""
        person = PEOPLE[key]
        await self.send(clients.new_mail(text, subject, self.writer(person), to), to, person.address)

    def writer(self, person: Person) -> clients.Writer:
        """Return a person as the composer takes them, now."""
        at = self.clock.at.astimezone(ZoneInfo(person.timezone))
        return clients.Writer(person.name, person.address, person.language, at)


async def run(folder: Path, *, quiet: bool = False) -> Day:
    """Play the day, leave the mailboxes in the folder, and say what to do next."""
    console = Console(quiet=quiet)
    silence_logs()
    make_folder(folder)
    clock = HandClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    async with AsyncExitStack() as stack:
        boxes: dict[str, list[bytes]] = {}
        sink_port = await stack.enter_async_context(sink(boxes, clock))
        settings = Settings(
            hostname=DOMAIN,
            store=folder / "restante.db",
            smtp=Listen(port=free_port()),
            submission=Submission(port=sink_port, connections=2),
            tokens=Tokens(keys={1: SecretStr(new_key())}),
        )
        app = build_from(settings, create=True, clock=clock)
        stack.callback(app.close)
        apply_charter(app.pipeline, CHARTER, by="demo", now=clock())
        serving = Serving(app)
        await stack.enter_async_context(serving.open())
        day = Day(serving, clock, console, boxes)
        await play(day)
        page = write_mailboxes(folder, {person.address: boxes.get(person.address, []) for person in TEAM}, TEAM)
        show_understood(app, console)
    console.print(
        f"\n[bold]Read every mailbox:[/] {page}\n"
        f"Next: [bold]restante init team[/] makes a workspace of your own; README.md shows the way.",
        highlight=False,
    )
    return day


def make_folder(folder: Path) -> None:
    """Make the folder anew. An older demo in it is replaced; a folder that is not ours is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / SIGN).exists():
            raise SystemExit(f"{folder} is not empty and no demo of ours; name another folder: restante demo FOLDER")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SIGN).touch()


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@asynccontextmanager
async def sink(boxes: dict[str, list[bytes]], clock: HandClock) -> AsyncIterator[int]:
    """Stand in for the world's mail servers: every mail ends in its recipient's box. Yields the port."""

    async def keep(arrivals: Sequence[Arrival]) -> Reject | None:
        for arrival in arrivals:
            for recipient in arrival.recipients:
                boxes.setdefault(recipient, []).append(arrival.raw)
        return None

    async def judge(recipient: str) -> Accept | Reject:
        return Accept(Destination("", Door.POST))

    intake = Intake(keep, judge)
    shared = Protocol(
        intake=intake, clock=clock, check=lambda raw: None, workspace_of=lambda recipient: "",
        hostname="sink.example.net", size_limit=50_000_000, door="smtp",
    )  # fmt: skip
    running = asyncio.create_task(intake.run())
    server = await open_door(shared, "127.0.0.1", 0)
    try:
        async with server:
            yield server.sockets[0].getsockname()[1]
    finally:
        running.cancel()


async def play(day: Day) -> None:
    """The day itself: Monday, and the Tuesday morning after it."""
    day.say("Dev's morning in Kolkata: the check-in asks him first.")
    await day.at("2026-11-23 09:00", "Asia/Kolkata")
    await day.at("09:40", "Asia/Kolkata")
    await day.answer(
        "dev", "check-in", "Done: invoices sorted, scanner moved\nNext: call the bank\nBlockers: no key to the archive"
    )

    await day.at("09:00")
    day.say("Nine in Paris: Ana, Bruno and Chloé are asked.")
    await day.at("09:20")
    await day.answer(
        "bruno", "check-in", "Fait : le devis de la toiture.\nÀ faire : relancer l'imprimeur.\nRien ne me bloque."
    )

    day.say("Ana opens two votes by mail.")
    await day.at("09:30")
    await day.write(
        "ana",
        f"acme+vote@{DOMAIN}",
        "Where do we meet in March?",
        "- Lisbon\n- Porto\n- Ghent\n\nPlease answer by today 20:00.",
    )
    await day.write(
        "ana", f"{WORKSPACE}@{DOMAIN}", "[VOTE] Close the office on Fridays in August",
        "Shall we close the office on Fridays in August?\n\nYes or no, by today 20:00, please.",
    )  # fmt: skip

    await day.at("10:05")
    day.say("Answers come in, each as its mail program writes it; Chloé's comes twice.")
    await day.answer("chloe", "meet in March", "Plutôt Porto, c'est plus simple en train.", twice=True)
    await day.answer("chloe", "Fridays in August", "Oui, très bien.")
    await day.at("10:30")
    day.say("Bruno's could be read in two ways: he is asked back, and settles it with a number.")
    await day.answer("bruno", "meet in March", "Lisbonne ou Porto, les deux me vont.")
    await day.at("10:40")
    await day.answer("bruno", "meet in March", "1")
    await day.at("11:10")
    await day.answer("dev", "meet in March", "2")
    await day.answer("dev", "Fridays in August", "No, the deliveries come on Fridays.")
    raw, prompt = day.newest(PEOPLE["ana"], "check-in")
    await day.at("12:00")
    await day.answer("ana", "check-in", "1. Budget finished and sent.\n2. The March trip\n3. none")

    day.say("Ana notes a task for Dev, who puts it off, and one for anybody.")
    await day.at("12:20")
    await day.write(
        "ana", f"acme+task@{DOMAIN}", "Next steps",
        "- @dev: call the bank by Wednesday\n- water the plants",
    )  # fmt: skip
    await day.at("12:40")
    await day.answer("dev", "call the bank", "→ Friday. The bank is closed until then.")
    await day.at("12:50")
    day.say("Erin would like to know what a mail of hers would do: nothing is done, and she is told.")
    await day.write(
        "erin", f"acme+try@{DOMAIN}", "Away",
        "I'm on leave from 7 to 18 December. Please send me mails only once a week.",
    )  # fmt: skip

    await day.at("09:00", "America/New_York")
    day.say("Nine in New York: Erin and Finn are asked. Finn's mail server says that he is away.")
    raw, prompt = day.newest(PEOPLE["finn"], "check-in")
    away = clients.vacation(
        "Hi, I am out of the office until Friday 27 November with no access to mail. Finn",
        "Automatic reply", prompt, day.writer(PEOPLE["finn"]), prompt.reply_to[0].address,
    )  # fmt: skip
    await day.send(away, prompt.reply_to[0].address, "")
    await day.at("09:35", "America/New_York")
    await day.answer("erin", "meet in March", "Porto, definitely")
    await day.at("16:00")
    await day.answer("bruno", "meet in March", "Finalement Porto, comme tout le monde.")

    day.say("A mail to Chloé comes back as undeliverable: Ana, the steward, is told.")
    raw, _ = day.newest(PEOPLE["chloe"], "meet in March")
    sender = f"acme+b.{_token(raw)}@{DOMAIN}"
    await day.send(clients.bounce(raw, PEOPLE["chloe"].address, sender, day.clock.at), sender, "")

    await day.at("18:00")
    day.say("Two hours to go: only those who still owe an answer are reminded.")
    await day.at("18:20")
    await day.answer("erin", "Fridays in August", "Yes please!")
    await day.answer("ana", "meet in March", "Lisbon!")
    day.say("Ana takes her vote back by answering its receipt with “undo”, and votes anew.")
    await day.at("18:25")
    await day.answer("ana", "meet in March", "undo")
    await day.at("18:30")
    await day.answer("ana", "Last reminder: Where do we meet", "Porto")

    await day.at("20:00")
    day.say("Eight in the evening: both votes close, everybody hears the outcome with every reason.")
    await day.at("20:15")
    await day.answer("ana", "Fridays in August", "yes")
    await day.at("20:30")
    await day.write(
        "bruno",
        f"acme+vote@{DOMAIN}",
        "Quel jour pour le déjeuner d'équipe ?",
        "- mercredi\n- jeudi\n\nRéponse avant mardi 18h, merci.",
    )
    await day.at("23:00")
    day.say("The check-in closes with a summary, blockers first.")

    await day.at("2026-11-24 05:00")
    day.say("Tuesday: Dev's check-in holds his plan, numbered; his answer also closes what was in his way.")
    await day.answer("dev", "check-in: Tuesday", "1 done  2 solved  + sort the archive")
    await day.answer("dev", "call the bank", "done")

    await day.at("08:30")
    day.say("The digest, at each one's own hour. Chloé answers it item by item, and says that she will be away.")
    await day.at("08:50")
    await day.answer(
        "chloe", "24 novembre",
        "V-3: jeudi\nT-2: je m'en occupe\n\nJe suis en congé du 7 au 11 décembre.\n\nMerci pour le résumé !",
    )  # fmt: skip
    await day.at("09:10")
    day.say("Bruno asks what he missed.")
    await day.write("bruno", f"{WORKSPACE}@{DOMAIN}", "", "Qu'ai-je manqué depuis lundi ?")
    await day.at("09:20")


def _token(raw: bytes) -> str:
    message = read_message(raw)
    return message.reply_to[0].address.partition("+r.")[2].partition("@")[0]
