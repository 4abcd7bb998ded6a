"""Attacks on the doors themselves, over real sockets: smuggling, injection, strangers. docs/security.md names them."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

import pytest

from gateway.arrive.smtp_server import MOST_SESSIONS
from tests.wire.binary import Binary, wait_until
from tests.wire.talk import Talk, mail

pytestmark = pytest.mark.wire

ACME = "acme@ws.example.org"
SMUGGLED = (
    b"MAIL FROM:<ana@example.net>\r\nRCPT TO:<acme@ws.example.org>\r\nDATA\r\nFrom: Ana Duarte <ana@example.net>\r\n"
    b"Message-ID: <smuggled@example.net>\r\nSubject: smuggled\r\n\r\nI cancel all of it.\r\n.\r\n"
)


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\n.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n\x00.\r\n", b"\n\n.\r\n"],
    ids=lambda end: end.decode("ascii").encode("unicode_escape").decode(),
)
def test_no_second_mail_is_smuggled_behind_a_false_end(served: Binary, end: bytes) -> None:
    """RFC 5321 §4.1.1.4: only CRLF.CRLF ends the data; a lone CR or LF is a character of it."""
    name = "cover." + end.hex()
    with Talk(served.smtp_port) as talk:
        talk.hello()
        talk.say("MAIL FROM:<ana@example.net>")
        talk.say(f"RCPT TO:<{ACME}>")
        assert talk.say("DATA")[0] == 354
        talk.send(mail(name).removesuffix(b"\r\n") + end + SMUGGLED)
        assert talk.reply()[0] in (250, 500, 554)
        assert talk.say("NOOP")[0] == 250, "nothing of it was taken for a command"
    wait_until(lambda: any(one.message_id == f"{name}@example.net" for one in served.arrivals()) or None, "the cover")
    assert [one for one in served.arrivals() if "smuggled" in one.message_id] == []


def test_commands_sent_before_tls_are_not_taken_after_it(served: Binary) -> None:
    """RFC 3207 §4.2: what came in the clear is forgotten."""
    with Talk(served.smtp_port) as talk:
        talk.hello()
        talk.send(b"STARTTLS\r\nMAIL FROM:<injected@evil.example>\r\n")
        code, _ = talk.reply()
        if code != 220:
            return  # refused whole
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with suppress(ssl.SSLError, OSError):
            talk._socket = context.wrap_socket(talk._socket)
            talk._file = talk._socket.makefile("rb")
            talk.hello()
            assert talk.say(f"RCPT TO:<{ACME}>")[0] == 503, "no sender was named within TLS"


@pytest.mark.parametrize(
    "command",
    [
        "MAIL FROM:<ana@example.net>\nRCPT TO:<acme@ws.example.org>",
        "MAIL FROM:<ana@example.net>\r\rRCPT TO:<acme@ws.example.org>",
    ],
)
def test_a_lone_line_end_in_a_command_makes_no_second_command(served: Binary, command: str) -> None:
    with Talk(served.smtp_port) as talk:
        talk.hello()
        talk.say(command)
        assert talk.say("DATA")[0] != 354


def test_a_stranger_is_refused_while_the_mail_is_theirs(served: Binary) -> None:
    raw = mail("an offer", From="Eve <eve@elsewhere.example>", Message_ID="<offer@elsewhere.example>")
    with Talk(served.smtp_port) as talk:
        talk.hello()
        [(code, text)] = talk.deliver(raw, ACME, sender="eve@elsewhere.example")
        assert (code, "only members can write here" in text) == (550, True)
        assert talk.deliver(mail("after the stranger"), ACME)[0][0] == 250
    assert [one for one in served.arrivals() if one.message_id == "offer@elsewhere.example"] == []


def test_a_stranger_is_refused_for_each_recipient_in_lmtp(served: Binary) -> None:
    raw = mail("an offer", From="Eve <eve@elsewhere.example>", Message_ID="<offer2@elsewhere.example>")
    with Talk(served.lmtp_port) as talk:
        talk.hello("LHLO")
        replies = talk.deliver(raw, ACME, ACME.upper(), lmtp=True, sender="eve@elsewhere.example")
        assert [code for code, _ in replies] == [550, 550]
        assert talk.deliver(mail("after them"), ACME, ACME.upper(), lmtp=True)[0][0] == 250


def test_a_stranger_may_join_and_ask(served: Binary) -> None:
    with Talk(served.smtp_port) as talk:
        talk.hello()
        raw = mail("help", From="Eve <eve@elsewhere.example>", Message_ID="<help@elsewhere.example>")
        assert talk.deliver(raw, "acme+help@ws.example.org", sender="eve@elsewhere.example")[0][0] == 250


def test_who_was_just_made_a_member_is_let_in(served: Binary) -> None:
    """The door asks the record, not what it knew a moment ago."""
    raw = mail("new here", From="Dan <dan@elsewhere.example>", Message_ID="<new@elsewhere.example>")
    with Talk(served.smtp_port) as talk:
        talk.hello()
        assert talk.deliver(raw, ACME, sender="dan@elsewhere.example")[0][0] == 550
        served.call("member", "add", "acme", "dan@elsewhere.example", "--name", "Dan")
        assert talk.deliver(raw, ACME, sender="dan@elsewhere.example")[0][0] == 250


def test_connections_that_say_nothing_take_no_more_than_their_share(served: Binary) -> None:
    """The doors hold so many at once, TLS or not; who comes beyond that is told to come back, and finds room then."""
    silent = [socket.create_connection(("127.0.0.1", served.smtp_port), timeout=20) for _ in range(MOST_SESSIONS + 5)]
    try:
        assert [_code(one) for one in silent] == [b"220"] * MOST_SESSIONS + [b"421"] * 5
        with Talk(served.lmtp_port) as talk:
            assert talk.greeting[0] == 220, "the other door is not kept shut by it"
    finally:
        for one in silent:
            one.close()
    wait_until(lambda: _is_greeted(served.smtp_port), "room at the door")


def _code(connection: socket.socket) -> bytes:
    """Return the code with which a server begins."""
    return connection.recv(3)


def _is_greeted(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        return _code(one) == b"220"
