"""DKIM signatures, verified by dkimpy with a DNS answer of ours."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from functools import cache

import pytest

dkim = pytest.importorskip("dkim")

from gateway.send.signing import Signer, SigningProblem  # noqa: E402

RAW = (
    b"From: Acme <acme@ws.example.org>\r\nTo: <ben@example.net>\r\nReply-To: <acme+r.t@ws.example.org>\r\n"
    b"Subject: =?utf-8?b?w6k=?=\r\nDate: Mon, 01 Jun 2026 09:00:00 +0000\r\nMessage-ID: <r.t.acme@ws.example.org>\r\n"
    b"List-Unsubscribe: <https://ws.example.org/u/t>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nShall we?\r\n\r\n-- \r\nAcme\r\n"
)


@cache
def pair(*kind: str) -> tuple[bytes, bytes]:
    """Return a private key in PEM form and the record that stands in DNS."""
    key = subprocess.run(["openssl", "genrsa", *kind, "1024"], capture_output=True, check=True).stdout
    public = subprocess.run(
        ["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, capture_output=True, check=True
    ).stdout
    return key, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def answering(record: bytes, asked: list[bytes] | None = None) -> Callable[..., bytes]:
    def lookup(name: bytes, timeout: int = 5) -> bytes:
        if asked is not None:
            asked.append(name)
        return record

    return lookup


@pytest.mark.parametrize("kind", [(), ("-traditional",)], ids=["PKCS#8", "PKCS#1"])
def test_what_is_signed_verifies_by_the_record_of_its_domain(kind: tuple[str, ...]) -> None:
    key, record = pair(*kind)
    asked: list[bytes] = []
    signed = Signer("ws.example.org", "mail", key).sign(RAW)
    assert dkim.verify(signed, dnsfunc=answering(record, asked), minkey=1024)
    assert asked == [b"mail._domainkey.ws.example.org."]


def test_the_frozen_bytes_stay_as_they_are_and_get_the_same_signature_at_every_try() -> None:
    signer = Signer("ws.example.org", "mail", pair()[0])
    first = signer.sign(RAW)
    assert first.endswith(RAW)
    assert first == signer.sign(RAW)
    assert all(len(line) <= 78 for line in first[: -len(RAW)].split(b"\r\n"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Shall we?", b"Shall we not?"),
        (b"Subject: ", b"Subject: urgent\r\nSubject: "),
        (b"From: ", b"From: Eve <eve@example.net>\r\nFrom: "),
        (b"Reply-To: <acme", b"Reply-To: <eve"),
        (b"To: <ben", b"Cc: <eve@example.net>\r\nTo: <ben"),
        (b"List-Unsubscribe-Post: List", b"List-Unsubscribe-Post: list"),
    ],
)
def test_what_is_changed_or_added_on_the_way_no_longer_verifies(old: bytes, new: bytes) -> None:
    key, record = pair()
    signed = Signer("ws.example.org", "mail", key).sign(RAW)
    assert old in RAW
    assert not dkim.verify(signed.replace(old, new, 1), dnsfunc=answering(record), minkey=1024)


def test_white_space_that_servers_touch_does_no_harm() -> None:
    key, record = pair()
    signed = Signer("ws.example.org", "mail", key).sign(RAW)
    touched = signed.replace(b"To: <ben", b"To:   <ben").replace(b"Acme\r\n", b"Acme  \r\n\r\n\r\n")
    assert dkim.verify(touched, dnsfunc=answering(record), minkey=1024)


def test_a_domain_beyond_ascii_signs_by_its_ascii_name() -> None:
    assert b"d=xn--exmple-cua.org" in Signer("exämple.org", "mail", pair()[0]).sign(RAW)


@pytest.mark.parametrize(
    "key", [b"", b"nonsense", b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"]
)
def test_a_key_that_signs_nothing_is_refused_and_not_shown(key: bytes) -> None:
    with pytest.raises(SigningProblem, match="RSA key") as raised:
        Signer("ws.example.org", "mail", key)
    assert "AAAA" not in str(raised.value)
