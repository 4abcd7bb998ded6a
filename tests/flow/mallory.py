"""What Mallory has at hand: her address, what the mail server before us says of her mail, and what counts as a change.

Must not: know how anything is answered.
"""

from __future__ import annotations

from typing import Any

from gateway.model.entry import (
    AddressAdded,
    Answered,
    AwayNoted,
    Cancelled,
    DeliverySuspended,
    MemberAdded,
    MemberLeft,
    Posted,
    SettingsChanged,
)
from tests.fakes import Letter
from tests.flow.town import Town

MALLORY = "mallory@evil.example"
SERVER = "mx.example.net"  # the mail server before us, named in the settings

COUNTED = (
    Answered, AwayNoted, Cancelled, DeliverySuspended, MemberAdded, MemberLeft, Posted, SettingsChanged, AddressAdded,
)  # fmt: skip
FAILS = "dmarc=fail (p=reject) header.from=example.net; spf=pass smtp.mailfrom=evil.example"
PASSES = "dmarc=pass header.from=example.net"
AR = f"Authentication-Results: {SERVER}"
RECEIVED = f"Received: from evil.example by {SERVER}; Mon, 01 Jun 2026 06:10:00 +0000"


def counted(town: Town) -> list[Any]:
    """Return every entry that changed something, but for what founded the town."""
    return [entry for entry in (one.entry for one in town.ledger()) if isinstance(entry, COUNTED)][len(town.people) :]


def came(town: Town, raw: bytes, *results: str, to: str, sender: str = MALLORY) -> str:
    """Hand a mail in by way of the server before us, which adds what it found out."""
    trace = "".join(f"{AR}; {result}\r\n" for result in results)
    trace += f"Received: from evil.example (evil.example [192.0.2.9]) by {SERVER}; Mon, 01 Jun 2026 06:10:00 +0000\r\n"
    return town.sends(MALLORY, trace.encode() + raw, to, sender=sender)


def header(raw: bytes, name: str, value: str) -> bytes:
    """Return a mail with a field written anew, byte for byte as given."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(name.lower().encode() + b":")]
    return b"\r\n".join([*lines, f"{name}: {value}".encode(), b"", body])


def complaint_about(letter: Letter, recipient: str) -> bytes:
    """Return a feedback report (RFC 5965) as a provider sends it."""
    head = letter.raw.partition(b"\r\n\r\n")[0].decode()
    return (
        f"From: <abuse@evil.example>\r\nTo: {letter.envelope_from}\r\nSubject: FW: report\r\n"
        "Date: Mon, 01 Jun 2026 10:00:00 +0200\r\nMessage-ID: <fbl@evil.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="c"\r\n\r\n'
        "--c\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--c\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: X/1\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: {recipient}\r\n\r\n--c\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--c--\r\n"
    ).encode()
