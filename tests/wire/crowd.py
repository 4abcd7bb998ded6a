"""A crowd that writes mail: members who answer what we send them, strangers, machines, and mail that is hardly any.

What it writes follows from a seed, and from what it was sent. It knows a machine by a rule of its own, not by ours.
Must not: look into the record, or decide what should become of a mail.
"""

from __future__ import annotations

import json
import os
import random  # noqa: TID251 - a crowd is chance, from a seed that is told
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.policy import compat32
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from gateway.demo import clients
from gateway.model.message import Message
from gateway.understand.mime import read_message
from tests.wire.hostile import HOSTILE

OURS, THEIRS = "ws.example.org", "example.net"
MEMBERS = tuple(f"m{number:02}@{THEIRS}" for number in range(1, 31))
STEWARD = MEMBERS[0]
GONE = MEMBERS[-1]  # whose mailbox exists no more: the mail server before us sends real bounces
WORKSPACES = ("acme", "forum", "gate")  # where strangers are rejected, welcomed, held
CHECKOUT = Path(__file__).resolve().parents[2]
_LARGEST = 300_000  # of a corpus mail: larger ones cost the run its time and show nothing new


@dataclass(frozen=True, slots=True)
class Post:
    """One mail as it is handed to the mail server; `kind` says what the crowd meant by it."""

    number: int
    kind: str
    sender: str  # envelope; "" is the null sender
    recipients: tuple[str, ...]
    raw: bytes
    message_id: str
    label: str = ""  # of the corpus it comes from, where it has one

    @property
    def is_machine(self) -> bool:
        """Whether no automatic answer may go back."""
        return is_machine(self.raw, self.sender, self.label)


# --- machines, by the standards alone --------------------------------------------------------------------------------

MACHINE_LABELS = frozenset({"bounce", "delay", "dsn_success", "feedback_report", "autoreply", "read_receipt"})
_OF_PEOPLE = frozenset({"autoreply", "read_receipt"})  # the machines that write in a person's name
_LIST_FIELDS = ("List-Id", "List-Post", "List-Unsubscribe")
_RESPONDERS = ("X-Autoreply", "X-Autorespond")


def is_machine(raw: bytes, sender: str, label: str = "") -> bool:
    """Whether a mail is a machine's, or a list's: by its envelope, its fields, and the label of its corpus.

    What a member writes through a list is theirs: the corpora call it people's, whatever fields the list has added.
    """
    if not sender or label in MACHINE_LABELS:
        return True  # RFC 3834 §2: nothing is answered to the null reverse-path
    head = message_from_bytes(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n", policy=compat32)
    automatic = str(head.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    listed = str(head.get("Precedence", "")).strip().lower() in ("bulk", "list", "junk")
    listed = listed or any(name in head for name in _LIST_FIELDS)
    return (
        not automatic.startswith("no")  # RFC 3834 §5.2
        or (listed and not any(member in str(head.get("From", "")) for member in MEMBERS))
        or any(name in head for name in _RESPONDERS)
        or str(head.get("Content-Type", "")).lower().lstrip().startswith("multipart/report")
    )


# --- corpora ---------------------------------------------------------------------------------------------------------


def corpora() -> Path | None:
    """Return the folder of mail corpora, None where it is absent."""
    folder = Path(os.environ.get("RESTANTE_SHARED") or CHECKOUT.parent / "shared") / "corpora" / "mail"
    return folder if folder.is_dir() else None


def corpus_mails(folder: Path | None) -> list[tuple[str, bytes]]:
    """Return every mail of the corpora with its label, "" where it has none; nothing where they are absent."""
    if folder is None:
        return []
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    labels = {row["path"]: row["label"] for row in rows}
    files = sorted(file for file in folder.glob("*/raw/**/*") if file.is_file() and file.stat().st_size <= _LARGEST)
    return [(labels.get(str(file.relative_to(folder)), ""), file.read_bytes()) for file in files]


def variant(raw: bytes, message_id: str, author: str = "") -> bytes:
    """Return a mail with a Message-ID of its own, and with another author where one is named."""
    body = re.sub(rb"\AFrom [^\n]*\n", b"", raw).replace(b"\r\n", b"\n")
    head, gap, rest = body.partition(b"\n\n")
    head = _with_field(head, b"Message-ID", f"<{message_id}>".encode())
    if author:
        head = _with_field(head, b"From", author.encode())
    return (head + gap + rest).replace(b"\n", b"\r\n")


def _with_field(head: bytes, name: bytes, value: bytes) -> bytes:
    others = re.sub(rb"(?im)^%b[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)" % name, b"", head)
    return name + b": " + value + b"\n" + others


# --- what people say -------------------------------------------------------------------------------------------------

_ANSWERS = {
    "prompt": (
        "Done: oiled the hinges\nNext: paint the door\nBlockers: none",
        "1. Sorted the letters\n2. Call the printer\n3. No key to the cellar",
        "skip",
        "Everything went well, nothing stops me.",
        "I'm off sick today",
    ),
    "ballot": ("yes", "No, not this year.", "1", "2", "Lisbon", "Porto, definitely", "Hm. It rained last time.",
               "abstain", "I can't decide, either is fine with me", "2 and 1"),
    "digest": ("{mark}: yes", "{mark}: 1\n\nThanks for the summary!", "Thank you!", "{mark}: Porto"),
    "receipt": ("undo", "Thanks", "undo 1"),
    "ask-back": ("1", "2", "Neither, leave it"),
    "post": ("I have one in the shed.", "Could that wait until next week?", "+1", "Look at the last letter, please."),
    "": ("yes", "ok", "stop", "help", "I don't know what this is about", "pause 3d", "digest"),
}  # fmt: skip
_SUBJECTS = ("The ladder", "Keys to the cellar", "Who has the drill?", "Numbers of the quarter", "Rain in the archive")
_TEXTS = (
    "Does anybody know where it is?\n\nI looked in the shed and in the cellar.",
    "Here is where we stand:\n\n- two boxes are packed\n- one is missing\n\nWhat do you think?",
    "As said on the phone, we start a week later.\n> what was said before\nThat is all.",
    "- Lisbon\n- Porto\n\nPlease look at both and tell me.",
)
_VOTES = (
    ("Where do we meet?", "- Lisbon\n- Porto\n- Ghent\n\nPlease answer by tomorrow 17:00."),
    ("[VOTE] Close on Fridays?", "Shall we close on Fridays?\n\nYes or no, by tomorrow 12:00."),
)
_AWAY = "I am out of the office until further notice and read no mail."
_MARK = re.compile(r"\[?\b([VCTP]-\d+)\b")
_ASKS = {b"C": "prompt", b"V": "ballot"}  # by the letter of the mark in a subject
_SUBJECT_MARK = re.compile(rb"(?im)^subject: (?:re: )?\[\w+(?: ([A-Z])-\d+)?\]")


@dataclass(frozen=True, slots=True)
class Received:
    """A mail of ours that somebody has: its bytes, as they came."""

    address: str
    sender: str  # envelope
    raw: bytes

    @property
    def asks(self) -> str:
        """What it is, as its head shows: a prompt, a ballot, a digest; "" for anything else."""
        head = self.raw.partition(b"\r\n\r\n")[0]
        found = _SUBJECT_MARK.search(head)
        if found is None or b"auto-generated" not in head:
            return ""
        return _ASKS.get(found[1], "") if found[1] else "digest"


@dataclass
class Crowd:
    """Everybody. `next` gives one mail more; `hears` tells somebody what we sent them."""

    seed: int
    corpus: list[tuple[str, bytes]]
    clock: Callable[[], datetime]
    chance: random.Random = field(init=False)
    boxes: list[Received] = field(default_factory=list)
    asked: list[Received] = field(default_factory=list)  # of these, the prompts, ballots and digests
    written: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: Post | None = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def hears(self, address: str, sender: str, raw: bytes) -> None:
        """Put a mail into somebody's mailbox."""
        received = Received(address, sender, raw)
        with self._lock:
            self.boxes.append(received)
            if received.asks:
                self.asked.append(received)

    def next(self) -> Post:
        """Return the next mail of somebody; one more of another kind where this kind has nothing to go by."""
        self.written += 1
        while True:
            (writes,) = self.chance.choices(tuple(self._KINDS), weights=tuple(self._KINDS.values()))
            post = writes(self)
            if post is not None:
                self._last = post
                return post

    # --- kinds: each returns a mail, or None where it cannot ---

    def _answer(self) -> Post | None:
        return self._reply("answer", self._pick(self.asked if self.chance.random() < 0.6 else self.boxes), self._said)

    def _vacation(self) -> Post | None:
        return self._reply("vacation", self._pick(self.boxes), lambda received, original: _AWAY)

    def _reply(self, kind: str, received: Received | None, words: Callable[[Received, Message], str]) -> Post | None:
        if received is None or received.address not in MEMBERS:
            return None
        original = read_message(received.raw)
        if not original.reply_to:
            return None
        to = original.reply_to[0].address
        writer = self._writer(received.address)
        text = words(received, original)
        if kind == "vacation":
            raw = clients.vacation(text, "Automatic reply", original, writer, to)
            return self._made(kind, "", (to,), raw)
        program = self.chance.choice(tuple(clients.PROGRAMS))
        return self._made(kind, received.address, (to,), clients.compose(program, text, original, writer, to))

    def _said(self, received: Received, original: Message) -> str:
        about = received.asks or self.chance.choice(("", "post", "ask-back", "receipt", "ballot"))
        marks = _MARK.findall(original.text) or ["V-1"]
        return self.chance.choice(_ANSWERS[about]).format(mark=self.chance.choice(marks))

    def _bounce(self) -> Post | None:
        received = self._pick(self.boxes)
        if received is None or self.chance.random() > 0.3:
            return None
        raw = clients.bounce(received.raw, received.address, received.sender, self.clock())
        return self._made("bounce", "", (received.sender,), raw)

    def _corpus_bounce(self) -> Post | None:
        """Let the bounce of somebody else's mail come to an address a mail of ours went out from."""
        received = self._pick(self.boxes)
        if received is None:
            return None
        return self._from_corpus("corpus bounce", lambda label: label in MACHINE_LABELS, received.sender, "")

    def _corpus_stranger(self) -> Post | None:
        to = f"{self.chance.choice(WORKSPACES)}@{OURS}"
        return self._from_corpus("corpus stranger", lambda label: True, to, "passer-by@elsewhere.example.com")

    def _corpus_member(self) -> Post | None:
        """Let a member write what stands in a corpus: somebody's post, or a mail hard to read."""
        member = self._member()
        to = f"{self.chance.choice(WORKSPACES[:2])}@{OURS}"
        return self._from_corpus("corpus member", lambda label: label not in MACHINE_LABELS, to, member, member)

    def _corpus_vacation(self) -> Post | None:
        """Let a member's own machine write: a vacation reply, a read receipt."""
        member = self._member()
        to = f"{self.chance.choice(WORKSPACES)}@{OURS}"
        return self._from_corpus("corpus vacation", lambda label: label in _OF_PEOPLE, to, member, member)

    def _corpus_daemon(self) -> Post | None:
        """Let a mail server's report come straight to a workspace, from an address that is not the null one."""
        to = f"{self.chance.choice(WORKSPACES)}@{OURS}"
        daemon = "mailer-daemon@elsewhere.example.com"
        return self._from_corpus("corpus daemon", lambda label: label in MACHINE_LABELS - _OF_PEOPLE, to, daemon)

    def _from_corpus(
        self, kind: str, wanted: Callable[[str], bool], to: str, sender: str, author: str = ""
    ) -> Post | None:
        fit = [one for one in self.corpus if wanted(one[0])]
        if not fit:
            return None
        label, raw = self.chance.choice(fit)
        return self._made(kind, sender, (to,), variant(raw, self._message_id(), author), label)

    def _begin(self) -> Post | None:
        member, workspace = self._member(), self.chance.choice(WORKSPACES[:2])
        both = tuple(f"{name}@{OURS}" for name in WORKSPACES[:2])
        recipients = both if self.chance.random() < 0.05 else (f"{workspace}@{OURS}",)
        return self._new(
            "post", member, recipients, self.chance.choice(_SUBJECTS) + f" {self.written}", self.chance.choice(_TEXTS)
        )

    def _vote(self) -> Post | None:
        subject, text = self.chance.choice(_VOTES)
        to = f"{self.chance.choice(WORKSPACES[:2])}+vote@{OURS}"
        return self._new("vote", self._member(), (to,), subject, text)

    def _stranger(self) -> Post | None:
        who = f"s{self.chance.randrange(60)}@elsewhere.example.com"
        tag = self.chance.choice(("", "", "+help", "+join", "+owner", "+nowhere", "-request"))
        to = f"{self.chance.choice(WORKSPACES)}{tag}@{OURS}"
        return self._new("stranger", who, (to,), "A question from outside", "Who are you?")

    def _list_mail(self) -> Post | None:
        """Let a list we know nothing of send us its mail, written by a member or by nobody."""
        who = self.chance.choice((self._member(), "news@lists.example.com"))
        made = self._new("list", who, (f"{self.chance.choice(WORKSPACES)}@{OURS}",), "News", "This and that happened.")
        fields = b"List-Id: News <news.lists.example.com>\r\nPrecedence: list\r\n"
        return Post(made.number, "list", "news-owner@lists.example.com", made.recipients, fields + made.raw,
                    made.message_id)  # fmt: skip

    def _hostile(self) -> Post | None:
        name = self.chance.choice(tuple(HOSTILE))
        raw = variant(HOSTILE[name], self._message_id(), self.chance.choice((self._member(), "")))
        return self._made("hostile", self._member(), (f"acme@{OURS}",), raw)

    def _again(self) -> Post | None:
        """Let the last mail come again, octet for octet."""
        last = self._last
        return None if last is None or len(last.raw) > 50_000 else self._made("again", last.sender, last.recipients,
                                                                              last.raw, last.label)  # fmt: skip

    def _leave(self) -> Post | None:
        words = self.chance.choice(("digest weekly", "resume", "help", "pause 1d", "digest daily"))
        return self._new("settings", self._member(), (f"acme@{OURS}",), "settings", words)

    _KINDS: ClassVar[dict[Callable[[Crowd], Post | None], float]] = {  # what is written how often
        _answer: 34,
        _begin: 14,
        _corpus_member: 12,
        _corpus_stranger: 17,
        _corpus_daemon: 2,
        _corpus_vacation: 1,
        _corpus_bounce: 2,
        _vacation: 3,
        _bounce: 3,
        _stranger: 4,
        _list_mail: 2,
        _hostile: 0.7,
        _again: 2,
        _vote: 0.6,
        _leave: 0.7,
    }

    # --- pieces ---

    def _member(self) -> str:
        return self.chance.choice(MEMBERS[:-1])

    def _pick(self, boxes: list[Received]) -> Received | None:
        """Return one of the mails that came lately."""
        with self._lock:
            recent = boxes[-300:]
        return self.chance.choice(recent) if recent else None

    def _writer(self, address: str) -> clients.Writer:
        name = address.partition("@")[0].title()
        return clients.Writer(name, address, "en", self.clock().astimezone(ZoneInfo("Europe/Paris")))

    def _message_id(self) -> str:
        return f"crowd.{self.seed}.{self.written}@{THEIRS}"

    def _new(self, kind: str, who: str, to: tuple[str, ...], subject: str, text: str) -> Post:
        return self._made(kind, who, to, clients.new_mail(text, subject, self._writer(who), to[0]))

    def _made(self, kind: str, sender: str, to: tuple[str, ...], raw: bytes, label: str = "") -> Post:
        """Return a mail with a Message-ID of its own, unless it is one that comes again."""
        if kind == "again":
            found: Any = message_from_bytes(raw.partition(b"\r\n\r\n")[0], policy=compat32).get("Message-ID", "")
            return Post(self.written, kind, sender, to, raw, str(found).strip("<> \r\n"), label)
        own = self._message_id()
        fresh = raw if kind.startswith("corpus") or kind == "hostile" else variant(raw, own)
        return Post(self.written, kind, sender, to, fresh, own, label)
