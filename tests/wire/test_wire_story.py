"""The story with real programs: a check-in prompt read and answered in neomutt, and the digest that holds its words.

restante → Postfix → Dovecot → neomutt → Postfix → restante → Postfix → Dovecot
"""

from __future__ import annotations

import email
import email.policy
import imaplib
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.app import system_clock
from gateway.model.arrival import StoredArrival
from tests.wire.binary import Binary, wait_until
from tests.wire.programs import PASSWORD, Dovecot, Postfix, answer_with_neomutt

pytestmark = pytest.mark.wire

PARIS = ZoneInfo("Europe/Paris")
OURS, THEIRS = "ws.example.org", "example.net"


def letters(imap_port: int, box: str) -> list[EmailMessage]:
    """Return what a mailbox holds, oldest first, over IMAP."""
    with imaplib.IMAP4("127.0.0.1", imap_port) as imap:
        imap.login(box, PASSWORD)
        imap.select("INBOX", readonly=True)
        _, numbers = imap.search(None, "ALL")
        found = []
        for number in numbers[0].split():
            _, parts = imap.fetch(number.decode(), "(BODY.PEEK[])")
            assert isinstance(parts[0], tuple)
            message = email.message_from_bytes(parts[0][1], policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found


def plain(message: EmailMessage) -> str:
    """Return its plain text."""
    part = message.get_body(("plain",))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def next_monday() -> datetime:
    """Return nine o'clock in Paris on a Monday to come: the clock of a rehearsal is moved forward only."""
    now = system_clock().astimezone(PARIS)
    day = now.date() + timedelta(days=7 - now.weekday())
    return datetime(day.year, day.month, day.day, 9, tzinfo=PARIS)


@pytest.mark.usefixtures("programs")
def test_a_check_in_answered_in_neomutt_comes_back_in_the_digest(place: Path) -> None:
    binary = Binary(place / "team")
    with Dovecot(place / "dovecot").running() as dovecot:
        routes = {OURS: f"lmtp:{binary.lmtp_port}", THEIRS: f"lmtp:{dovecot.lmtp_port}"}
        with Postfix(place / "postfix", routes).running() as postfix:
            binary.smtp_port, binary.submission_port = 0, postfix.smtp_port
            binary.init(f"acme@{OURS}", f"ana@{THEIRS}", "--rehearsal")
            binary.call("member", "add", "acme", f"ben@{THEIRS}", "--name", "Ben")
            binary.serve()
            try:
                tell(binary, dovecot, postfix, place)
            finally:
                binary.stop()


def tell(binary: Binary, dovecot: Dovecot, postfix: Postfix, place: Path) -> None:
    """Monday at nine both are asked; Ana answers in neomutt; on Tuesday Ben reads it in his digest."""
    monday = next_monday()
    binary.tick(monday)
    prompt = wait_until(lambda: letters(dovecot.imap_port, "ana"), f"the prompt in Ana's mailbox\n{postfix.said()}")[0]
    assert "check-in" in str(prompt["subject"]).lower()
    assert str(prompt["reply-to"]).startswith("<acme+r.") or "acme+r." in str(prompt["reply-to"])

    binary.tick(monday + timedelta(minutes=20))  # she takes her time
    answer_with_neomutt(
        place / "neomutt",
        imap_port=dovecot.imap_port,
        smtp_port=postfix.smtp_port,
        box="ana",
        address=f"ana@{THEIRS}",
        text="Done: oiled the marimba\nNext: tune the xylophone\nBlockers: no ladder",
    )

    def answered() -> StoredArrival | None:
        return next((a for a in binary.arrivals() if a.author == f"ana@{THEIRS}"), None)

    arrival = wait_until(answered, f"Ana's answer\n{postfix.said()}\n{binary.said[-2000:]}")
    assert arrival is not None
    assert arrival.reason == "answered"
    assert arrival.arrival.door == "lmtp"

    binary.tick(monday + timedelta(hours=10))  # the check-in has closed
    binary.tick(monday + timedelta(days=1) - timedelta(minutes=30))  # Tuesday 08:30

    def digest() -> EmailMessage | None:
        found = [m for m in letters(dovecot.imap_port, "ben") if "oiled the marimba" in plain(m)]
        return next(
            (m for m in found if "C-1" not in str(m["subject"])), None
        )  # the round's own summary bears its mark

    message = wait_until(digest, f"the digest in Ben's mailbox\n{postfix.said()}")
    assert message is not None
    text = plain(message)
    assert "tune the xylophone" in text
    assert "no ladder" in text
    assert message["list-id"] is not None
    assert message["list-unsubscribe"] is not None
