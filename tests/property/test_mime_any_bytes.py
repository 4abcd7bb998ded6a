"""Any bytes give a `Message` or `Unreadable`, within a time bound."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.message import Message, Unreadable
from gateway.understand.mime import read_message, unreadable_reason

SHARED = Path(os.environ.get("RESTANTE_SHARED", Path(__file__).parents[3] / "shared"))
SECONDS = 3.0  # for one hostile mail, on a slow and busy machine; the aim is one second
HEAD = b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n"

FIELD = st.sampled_from(
    [
        b"From: a@b.c",
        b"From: =?utf-8?q?=C3?= <a@b>",
        b"To: a@b, c@d",
        b"To: (((",
        b'To: "',
        b"Subject: =?x?b?=?=",
        b"Date: 99 99 99",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/alternative; boundary=c",
        b"Content-Type: multipart/report",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/html; charset=utf-16",
        b"Content-Type: text/plain; charset=\x00; format=flowed",
        b"Content-Type: ;;;=",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*=utf-8''%FF",
        b"Content-Disposition: inline; filename*0*=x'y'z; filename*9=q",
        b"no colon here",
        b": empty name",
        b"References: <a@b> <",
        b" folded",
    ]
)
LINE = st.one_of(
    FIELD,
    st.sampled_from([b"", b"--b", b"--b--", b"--c", b"--c--", b"hello =", b"=C3=A9", b"<p>x"]),
    st.binary(max_size=20),
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


def message_or_reason(raw: bytes) -> Message | str:
    try:
        return read_message(raw)
    except Unreadable as problem:
        return problem.reason


def readable_or_refused(raw: bytes) -> None:
    message = message_or_reason(raw)
    if isinstance(message, str):
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", message)
        return
    assert isinstance(message, Message)
    unreadable_reason(message)
    message.text.encode()
    message.html.encode()
    assert "\x00" not in message.text + message.subject


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_unreadable(raw: bytes) -> None:
    readable_or_refused(raw)


@settings(max_examples=300)
@given(st.lists(LINE, max_size=25), ENDS)
def test_any_lines_of_mail_are_a_message_or_unreadable(lines: list[bytes], end: bytes) -> None:
    readable_or_refused(end.join(lines))


@given(st.text(max_size=80))
def test_a_text_comes_back_as_it_was_written(text: str) -> None:
    written = "".join(char for char in text if char.isprintable() and char.isascii())
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + written.encode()
    assert read_message(raw).text == written


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "open-quotes-in-to": lambda n: b"To: " + b'"' * n + b"\r\n\r\nhi",
    "open-comments-in-from": lambda n: b"From: " + b"(" * n + b" a@b.c\r\n\r\nhi",
    "addresses-without-commas": lambda n: b"To: " + b"a@b " * n + b"\r\n\r\nhi",
    "groups-in-to": lambda n: b"To: " + b"g:" * n + b";\r\n\r\nhi",
    "encoded-words": lambda n: b"Subject: " + b"\r\n ".join([b"=?utf-8?B?w6k=?="] * n) + b"\r\n\r\nhi",
    "encoded-word-never-closed": lambda n: b"Subject: " + b"=?utf-8?Q?" * n + b"\r\n\r\nhi",
    "semicolons-in-content-type": lambda n: HEAD + b"Content-Type: text/plain" + b";" * n + b"\r\n\r\nhi",
    "continued-parameters": lambda n: (
        HEAD + b"Content-Type: text/plain" + b"".join(b";\r\n name*%d=a" % at for at in range(n)) + b"\r\n\r\nhi"
    ),
    "nested-multiparts": lambda n: (
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(n))
    ),
    "nested-mails": lambda n: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * n,
    "many-parts": lambda n: (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * n
    ),
    "empty-delimiters": lambda n: HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * n,
    "lines-of-dashes": lambda n: (
        HEAD + b'Content-Type: multipart/mixed; boundary="' + b"-" * 60 + b'"\r\n\r\n' + b"-----------\r\n" * n
    ),
    "soft-breaks": lambda n: HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * n,
    "broken-base64": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"@@@@" * n,
    "carriage-returns": lambda n: b"From: a@b.c\rSubject: x\r\r" + b"line\r" * n,
    "nul-bytes": lambda n: HEAD + b"\r\n" + b"\0" * n,
    "received-clauses": lambda n: b"Received: " + b"from x by y " * n + b"\r\n\r\nhi",
    "html-quotes": lambda n: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * n + b"x",
    "html-cells": lambda n: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>x" * n,
    "html-formatting-never-closed": lambda n: (
        HEAD
        + b"Content-Type: text/html\r\n\r\n<p>"
        + b"".join(b"<b id=%d>" % at for at in range(n))
        + b"</p>"
        + b"<p>x</p>" * n
    ),
    "html-formatting-spelt-oddly": lambda n: (
        HEAD
        + b"Content-Type: text/html\r\n\r\n<p>"
        + b"".join(b"<B/id=%d x='<'>" % at for at in range(n))
        + b"</p>"
        + b"<p>x</p>" * n
    ),
    "html-deep-after-closing": lambda n: HEAD + b"Content-Type: text/html\r\n\r\n" + b"</div>" * n + b"<div>" * n,
    "punycode": lambda n: HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * n,
}


@pytest.mark.parametrize("count", [1_000, 40_000])
@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_hostile_mail_costs_little(kind: str, count: int) -> None:
    raw = HOSTILE[kind](count)
    started = time.process_time()
    readable_or_refused(raw)
    assert time.process_time() - started < SECONDS


def _mails() -> list[Path]:
    return sorted(file for file in (SHARED / "corpora" / "mail").glob("*/raw/**/*") if file.is_file())


@pytest.mark.skipif(not (SHARED / "corpora" / "mail").is_dir(), reason="the shared corpora are not here")
def test_real_mail_of_all_kinds_is_a_message_or_unreadable() -> None:
    files = _mails()
    assert files
    for file in files:
        readable_or_refused(file.read_bytes())
