"""How much processor time one reply takes to understand: parsing, new text, and the reading that suits it.

A section of `python -m tests.bench`; the replies are those of the shared practice folder, and it says so where there is
none. Must not: judge what was read (the practice scores do).
"""

from __future__ import annotations

import base64
import gc
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import mailparser

from gateway.model.ballot import Method, Question
from gateway.model.message import Message
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reply import new_text
from tests.bench.corpora import shared
from tests.bench.figures import Figure, Scale, median, percentile
from tests.bench.load import mail

ROUNDS = 5
POSTS, POST_BYTES = 200, 4096
QUESTION = Question(text="Where shall we meet?", method=Method.SINGLE, options=("Lisbon", "Porto", "Gdańsk"))
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield the median and the 99th percentile."""
    folder = shared("practice")
    if folder is None or not (folder / "clients.jsonl").exists():
        yield Figure("reading one reply", "no practice folder", "RESTANTE_SHARED, or ../shared")
        return
    lexicon = load_lexicon()
    cases = [json.loads(line) for line in (folder / "clients.jsonl").read_text(encoding="utf-8").splitlines()]
    for case in cases:
        _read(case, lexicon)  # compiles word lists
    with _settled():
        spent, parsed = list[float](), list[float]()
        for _ in range(ROUNDS):  # by turns, so that both see the same machine; apart, so that each finds its own caches
            spent += [_read(case, lexicon) for case in cases]
            parsed += [_parsed(case) for case in cases]
        posts = [_post(lexicon) for _ in range(POSTS)]
    usual, worst = median(spent), percentile(spent, 0.99)
    beside = f"mail-parser parses it: {median(parsed):.2f} ms"
    yield Figure("reading one reply (parse, new text, reading)", f"{usual:.2f} ms", beside, "≤ 1.5 ms", usual <= 1.5)
    yield Figure("", f"{worst:.2f} ms", "99 of 100 are below", "≤ 10 ms", worst <= 10)
    post = median(posts)
    yield Figure("reading a plain post of 4 KiB", f"{post:.2f} ms", "median", "≤ 1.2 ms", post <= 1.2)


@contextmanager
def _settled() -> Iterator[None]:
    """Let the garbage collector rest as `serve` lets it (gateway/serving.py): what stays is not looked through."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def _read(case: dict[str, Any], lexicon: Lexicon) -> float:
    """Return the milliseconds that one reply took; the mail of ours that it answers is parsed beforehand."""
    raw = base64.b64decode(case["eml"])
    original = read_message(base64.b64decode(case["original"])) if case.get("original") else None
    started = time.process_time()
    _understood(read_message(raw), original, lexicon)
    return (time.process_time() - started) * 1000


def _parsed(case: dict[str, Any]) -> float:
    """Return the milliseconds that the parsing library alone takes for the same reply, as it comes: the reference."""
    raw = base64.b64decode(case["eml"])
    started = time.process_time()
    mailparser.parse_from_bytes(raw)
    return (time.process_time() - started) * 1000


def _post(lexicon: Lexicon) -> float:
    """Return the milliseconds that one plain post took: parsing, who wrote it, and what is new in it."""
    raw = mail(1, POST_BYTES, "bench@ws.example.org", "reading")
    started = time.process_time()
    message = read_message(raw)
    written_by(message, lexicon)
    new_text(message, None, lexicon)
    return (time.process_time() - started) * 1000


def _understood(message: Message, original: Message | None, lexicon: Lexicon) -> None:
    written_by(message, lexicon)
    own = new_text(message, original, lexicon).own
    if "heck" in message.subject:  # the practice mails answer a check-in or a vote
        read_checkin(own, NOW.date(), lexicon)
    else:
        read_ballot(own, QUESTION, lexicon)
