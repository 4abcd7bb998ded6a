"""The look at raw bytes before any parser: what is over a limit is refused by name, at the cost of its length."""

from __future__ import annotations

import pytest

from gateway.model.message import Unreadable
from gateway.understand.scan import Limits, scan

HEAD = b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def nested(levels: int) -> bytes:
    opened = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(levels))
    return HEAD + b"".join(opened) + b"Content-Type: text/plain\r\n\r\nhi\r\n"


def glued(levels: int) -> bytes:
    """The same without the empty lines between header and delimiter, which parsers forgive."""
    opened = (b"Content-Type: multipart/mixed; boundary=b%d\r\n--b%d\r\n" % (at, at) for at in range(levels))
    return HEAD + b"".join(opened) + b"\r\nhi\r\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\r\n", "empty"),
        (HEAD + b"\r\n" + b"a" * (50 * 1024 * 1024), "too-large"),
        (HEAD + b"\r\n" + b"a\n" * 1_100_000, "too-many-lines"),
        (HEAD + b"X: y\r\n" * 2_000 + b"\r\nhi", "too-many-fields"),
        (HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\nhi", "field-too-long"),
        (HEAD + b"X: " + b"y" * 300_000 + b"\r\n\r\nhi", "header-too-long"),
        (HEAD + b"Content-Type: text/plain" + b";" * 500 + b"\r\n\r\nhi", "too-many-parameters"),
        (HEAD + b"Content-Type: text/plain; name=" + b"y" * 9_000 + b"\r\n\r\nhi", "field-too-long"),
        (HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\nhi", "slow-charset"),
        (HEAD + b"Subject: =?punycode?Q?a?=\r\n\r\nhi", "slow-charset"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1_500, "too-many-parts"),
        (HEAD + b"Content-Disposition: attachment; filename*=punycode'en'a\r\n\r\nhi", "slow-charset"),
        (nested(1_000), "too-deep"),
        (b"\n\n\xef\xbb\xbf"[2:] + b"\r\n\r\n" + nested(1_000), "too-deep"),
        (nested(20) + b"x\r\n" * 400_000, "too-deep"),
        (glued(2) + b"-- x\r\n" * 300_000, "too-many-lines"),
        (glued(1_000), "too-deep"),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000, "too-deep"),
    ],
)
def test_what_is_over_a_limit_is_refused_by_name(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        scan(raw)
    assert caught.value.reason == reason


def test_levels_side_by_side_are_not_depth() -> None:
    digest = b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nhi\r\n" * 100
    scan(HEAD + b"Content-Type: multipart/digest; boundary=b\r\n\r\n" + digest + b"--b--\r\n")


def test_text_that_looks_like_structure_is_text() -> None:
    scan(HEAD + b"\r\n" + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 500)


def test_names_that_hold_the_name_of_a_codec_are_names() -> None:
    scan(HEAD + b'Content-Type: application/pdf; name="idna.pdf"\r\n\r\nhi')
    scan(b"Subject: =?utf-8?q?punycode?= and idna\r\n\r\nhi")


def test_limits_are_the_callers() -> None:
    with pytest.raises(Unreadable):
        scan(HEAD + b"\r\nhello", Limits(size=20))
    scan(nested(40), Limits(depth=50))
