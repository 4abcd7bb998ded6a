"""What is fuzzed: each target takes any bytes, and returns or raises. Seeds come from the shared corpora, if any.

The contract: an answer or `Unreadable`, within a second. Must not: import the fuzzer.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from gateway.model.ballot import FIXED_OPTIONS, Method, Question
from gateway.model.message import Message, Unreadable
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.mime import read_message, unreadable_reason
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.command import read_command
from gateway.understand.reply import new_text

Target = Callable[[bytes], None]

LEXICON = load_lexicon()
BETWEEN = b"\x00\x00\x00\x00"  # parts a reply from the mail it answers, in one input
METHODS = tuple(Method)
OPTIONS = ("Lisbon", "Porto", "Somewhere in the north, by train", "12 March")
SHARED = Path(os.environ.get("RESTANTE_SHARED") or Path(__file__).resolve().parents[3] / "shared")
INBOUND = Path(__file__).resolve().parents[1] / "golden" / "inbound"


def mail(raw: bytes) -> None:
    """Read a mail: its structure, what wrote it, what is new in it."""
    message = _message(raw)
    if message is not None:
        unreadable_reason(message)
        written_by(message, LEXICON)
        new_text(message, None, LEXICON)


def reply(raw: bytes) -> None:
    """Read a mail in the light of the one it answers."""
    answer, _, original = raw.partition(BETWEEN)
    message, sent = _message(answer), _message(original)
    if message is not None:
        new_text(message, sent, LEXICON)


def text(raw: bytes) -> None:
    """Find the new text of a plain body, the first half of which was ours."""
    body = raw.decode("utf-8", "replace")
    ours = Message("o@ws.example", None, "Spring", None, text=body[: len(body) // 2])
    new_text(body, None, LEXICON)
    new_text(body, ours, LEXICON)


def ballot(raw: bytes) -> None:
    """Read a ballot by the method its first byte names."""
    method = METHODS[raw[0] % len(METHODS)] if raw else Method.SINGLE
    options = FIXED_OPTIONS.get(method, OPTIONS)
    question = Question(text="Where do we meet on 12 March?", method=method, options=options)
    read_ballot(raw[1:].decode("utf-8", "replace"), question, LEXICON)


def checkin(raw: bytes) -> None:
    """Read a check-in."""
    read_checkin(raw.decode("utf-8", "replace"), date(2026, 11, 23), LEXICON)


def command(raw: bytes) -> None:
    """Read a request, its first line the subject."""
    subject, _, body = raw.decode("utf-8", "replace").partition("\n")
    read_command("acme", subject, body, datetime(2026, 11, 23, 9, tzinfo=UTC), LEXICON)


def _message(raw: bytes) -> Message | None:
    try:
        return read_message(raw)
    except Unreadable:
        return None


TARGETS: dict[str, Target] = {
    "mail": mail,
    "reply": reply,
    "text": text,
    "ballot": ballot,
    "checkin": checkin,
    "command": command,
}
LONGEST = {"mail": 16_384, "reply": 16_384, "text": 8_192}  # bytes of an input, 2,048 of the others


# --- seeds -----------------------------------------------------------------------------------------


def seeds(target: str) -> Iterator[bytes]:
    """Yield what a target starts from: our golden mails, and the shared corpora where they are."""
    if target in ("mail", "reply", "text"):
        golden = [file.read_bytes() for file in sorted(INBOUND.glob("*.eml"))]
        yield from golden if target != "text" else _bodies(golden)
    yield from _SEEDS[target]()


def _mails() -> Iterator[bytes]:
    files = (SHARED / "corpora" / "mail").glob("*/raw/**/*")
    yield from (file.read_bytes() for file in sorted(files) if file.is_file() and file.stat().st_size < 16_384)


def _bodies(mails: list[bytes]) -> Iterator[bytes]:
    yield from (message.text.encode() for raw in mails if (message := _message(raw)))


def _replies() -> Iterator[bytes]:
    for row in _rows("practice/clients.jsonl"):
        yield base64.b64decode(row["eml"]) + BETWEEN + base64.b64decode(row.get("original") or "")


def _texts() -> Iterator[bytes]:
    yield from (row["text"].encode() for row in _rows("corpora/replies.jsonl") if row.get("text"))


def _ballots() -> Iterator[bytes]:
    for row in _rows("practice/votes.jsonl"):
        yield bytes([METHODS.index(Method(row["method"]))]) + row["reply"].encode()


def _checkins() -> Iterator[bytes]:
    yield from (row["reply"].encode() for row in _rows("practice/checkins.jsonl"))


def _commands() -> Iterator[bytes]:
    yield from (f"{row['subject']}\n{row['body']}".encode() for row in _rows("practice/commands.jsonl"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    file = SHARED / name
    if file.exists():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


_SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "mail": _mails,
    "reply": _replies,
    "text": _texts,
    "ballot": _ballots,
    "checkin": _checkins,
    "command": _commands,
}
