"""A reply whose token, ids and mark were stripped on the way is told from a new topic."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model.address import Door
from gateway.model.understood import Stray
from gateway.resources import load_lexicon
from gateway.understand.mime import read_message
from gateway.understand.read import understand
from tests.builders import context, door, sent, thread, workspace

LEXICON = load_lexicon()
ADDRESS = workspace().address
PROMPT = """Where do we meet in March?

  A  Lisbon, in the small hall behind the station
  B  Porto, at the river, where we met two years ago

Answer with the letter, by Friday at five. Nobody sees who voted for what.
"""


def reply(text: str, subject: str = "Re: Where do we meet?", **fields: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    head = (
        f"From: Ben <ben@example.org>\r\nTo: {ADDRESS}\r\nSubject: {subject}\r\nMessage-ID: <1@example.org>\r\n{more}"
    )
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n".encode() + text.replace("\n", "\r\n").encode()


def quoted(text: str = PROMPT, who: str = f"Acme <{ADDRESS}>") -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
    return f"Porto\n\nOn Mon, 2 Mar 2026 at 09:00, {who} wrote:\n{lines}\n"


def told(raw: bytes, **facts: Any) -> Stray:
    return understand(read_message(raw), context(reverse_path="ben@example.org", **facts), LEXICON).stray


@pytest.mark.parametrize(
    "text",
    [
        quoted(),
        quoted(who=f"Acme <{ADDRESS.tagged('r.abc.def0123456')}>"),
        f"Porto\n\nFrom: Acme <{ADDRESS}>\nSent: Monday, 2 March 2026 09:00\nTo: Ben\nSubject: Where?\n\n{PROMPT}",
        "Porto\n\nAm 2.3.2026 um 09:00 schrieb Acme:\n> Wohin?\n> A Lissabon\n",
        "Am 2.3.2026 um 09:00 schrieb Acme:\n> Wohin?\nPorto\n> Und wann?\nIm Mai\n",
        f"Porto\n\n> {PROMPT}> Write to {ADDRESS.reply_to('k1.2a.9f8e7d6c')}\n",
    ],
    ids=["attribution", "token in it", "header block", "name alone", "interleaved", "our address in the quote"],
)
def test_a_reply_that_quotes_a_mail_of_ours_is_no_new_topic(text: str) -> None:
    assert told(reply(text, subject="Where do we meet?")) is Stray.OURS


def test_the_subject_of_a_reply_without_the_mail_it_answers_is_told() -> None:
    assert told(reply("Porto")) is Stray.UNKNOWN
    assert told(reply("Porto", subject="AW: [chair] Wohin?")) is Stray.UNKNOWN
    assert told(reply("Porto", subject="Reading group: where?")) is Stray.NO


def test_a_conversation_we_were_added_to_is_a_new_topic() -> None:
    words = quoted("Shall we ask the others?", who="Carla <carla@example.org>")
    assert told(reply(words, In_Reply_To="<7@example.org>")) is Stray.NO
    block = f"From: Carla <carla@example.org>\nSent: Monday, 2 March 2026 09:00\nTo: Ben; {ADDRESS}\nSubject: x\n\nHi"
    assert told(reply(f"Yes.\n\n{block}\n", In_Reply_To="<7@example.org>")) is Stray.NO


def test_what_is_forwarded_is_no_answer() -> None:
    below = f"---------- Forwarded message ---------\nFrom: Acme <{ADDRESS}>\nDate: 2 Mar 2026\n\n{PROMPT}"
    begun = f"For the record.\n\n{below}"
    assert told(reply(begun, subject="Fwd: Where?", References="<8@example.org>")) is Stray.NO


def test_a_reply_that_found_its_way_is_not_stray() -> None:
    assert told(reply(quoted()), answering=sent("ballot", "V-7")) is Stray.NO
    assert told(reply(quoted()), thread=thread()) is Stray.NO
    assert told(reply(quoted()), destination=door(Door.HELP)) is Stray.NO
