"""docs/with-a-mailbox.md as a newcomer follows it, with Dovecot and Postfix as the provider; and `doctor --live`."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from gateway.app import build
from gateway.model.arrival import Arrival, ArrivalState
from tests.cli_desk import Desk, desk
from tests.wire.binary import Binary, free_port, wait_until
from tests.wire.imap_hosts import Line, MailHost, OddHost, Provider
from tests.wire.programs import PASSWORD
from tests.wire.talk import Sink, Talk
from tests.wire.test_wire_story import letters, plain

pytestmark = pytest.mark.wire

DOMAIN = "example.org"  # as in the guide
GUIDE = Path(__file__).parents[2] / "docs" / "with-a-mailbox.md"


@contextmanager
def provider(place: Path, certificate: tuple[Path, Path]) -> Iterator[tuple[MailHost, Provider]]:
    """Run a provider of mailboxes: IMAP and submission, both encrypted, both by login."""
    with MailHost(place / "dovecot", certificate).running() as host:
        postfix = Provider(place / "postfix", host, DOMAIN)
        with postfix.running():
            yield host, postfix


def as_the_guide_says(binary: Binary, host: MailHost, postfix: Provider) -> None:
    """Make the folder by the guide's commands and put its tables in, with this provider's names."""
    binary.smtp_port = binary.lmtp_port = 0
    binary.init(f"acme@{DOMAIN}", f"ana@{DOMAIN}", "--steward-name", "Ana Silva")
    (binary.folder / "password").write_text(PASSWORD)
    tables = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[0]
    assert "[imap]" in tables
    assert "[submission]" in tables
    trusted = f'ca_file = "{host.certificate[0]}"\n'
    for old, new in (
        ('"imap.example.org"\nport = 993\n', f'"localhost"\nport = {host.imaps_port}\n{trusted}'),
        ('"smtp.example.org"\nport = 587\n', f'"localhost"\nport = {postfix.submission_port}\n{trusted}'),
    ):
        assert old in tables
        tables = tables.replace(old, new)
    text = binary.config.read_text(encoding="utf-8")
    start, end = text.index("\n[submission]"), text.index("\n[tokens]")
    binary.config.write_text(text[:start] + "\n" + tables + text[end:], encoding="utf-8")


def received(host: MailHost, binary: Binary, wanted: Callable[[EmailMessage], bool]) -> EmailMessage:
    """Wait until Ana has a letter of a kind, and return it."""

    def look() -> list[EmailMessage]:
        return [mail for mail in letters(host.imap_port, "ana") if wanted(mail)]

    return wait_until(look, f"a letter in Ana's mailbox\n{binary.said[-2000:]}")[-1]


def send(postfix: Provider, sender: str, to: str, subject: str, text: str, **fields: str) -> str:
    """Send a mail as a member's own program does, and return its id."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{abs(hash((sender, subject, text)))}@{DOMAIN}>"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", postfix.smtp_port, timeout=20) as smtp:
        smtp.send_message(mail)
    return str(mail["message-id"])


@pytest.mark.usefixtures("programs")
def test_a_newcomer_has_a_running_workspace(place: Path, certificate: tuple[Path, Path]) -> None:
    with provider(place, certificate) as (host, postfix), Binary(place / "team") as binary:
        as_the_guide_says(binary, host, postfix)
        said = binary.call("doctor", "--live")
        assert f"✓ imap: localhost:{host.imaps_port}, INBOX" in said
        assert "✓ live, out: localhost" in said
        assert re.search(r"✓ live, in: there and back in [\d.]+ s, by imap", said)
        binary.serve()

        send(postfix, f"ana@{DOMAIN}", f"acme+vote@{DOMAIN}", "Where do we meet?", "- Lisbon\n- Porto\n")
        ballot = received(host, binary, lambda mail: not str(mail["subject"]).startswith("Re:"))
        answer = send(
            postfix, f"ana@{DOMAIN}", str(ballot["reply-to"]).strip("<>"), f"Re: {ballot['subject']}", "Lisbon",
            in_reply_to=str(ballot["message-id"]), references=str(ballot["message-id"]),
        )  # fmt: skip
        receipt = received(host, binary, lambda mail: answer in str(mail["references"]))
        assert "Lisbon" in plain(receipt)
        wait_until(lambda: len(host.subjects("Restante", box="acme")) == 3, "all three in their folder")
        assert host.subjects(box="acme") == []
        assert {arrival.arrival.door for arrival in binary.arrivals()} == {"imap"}

        assert binary.stop() == 0
        assert host.subjects("Restante aside", box="acme") == []


def test_a_mailbox_that_refuses_and_a_server_that_does_not_answer_are_named(tmp_path: Path) -> None:
    def refuses(odd: OddHost, line: Line, tag: str, rest: str) -> bool:
        if not rest.upper().startswith("LOGIN"):
            return False
        line.say(f"{tag} NO [AUTHENTICATIONFAILED] not you")
        return True

    with OddHost(odd=refuses).open() as host:
        made = at_a_desk(tmp_path, free_port(), mailbox=host)
        said = made.run("doctor", "--live", "--seconds", "1", fails=True).output
    assert f"✗ imap: 127.0.0.1:{host.port}: the login was refused; look at username and its password or token" in said
    assert "✗ live, out: 127.0.0.1" in said
    assert "look at submission.host" in said
    assert PASSWORD not in said


def test_a_mail_that_goes_nowhere_is_told_with_where_to_look(tmp_path: Path, sink: Sink) -> None:
    made = at_a_desk(tmp_path, sink.port)
    said = made.run("doctor", "--live", "--seconds", "1", fails=True).output
    assert f"✓ live, out: 127.0.0.1:{sink.port} took it" in said
    assert "✗ live, in: not back within 1 s at lmtp 127.0.0.1:" in said
    assert "hand mail for ws.example.org on to us" in said
    (to, raw) = sink.kept[-1]
    assert to.startswith("acme+r.")
    assert b"X-Restante-Loop: acme@ws.example.org" in raw


def test_a_mail_that_comes_back_undelivered_is_told_with_its_reason(tmp_path: Path) -> None:
    port = free_port()

    class Bouncing(Sink):
        def taken(self, recipient: str, raw: bytes) -> None:
            bounce = (
                b"From: MAILER-DAEMON@example.net\r\nTo: acme@ws.example.org\r\nSubject: Undelivered\r\n"
                b'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n--x\r\n'
                b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
                b"Final-Recipient: rfc822; acme@ws.example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                b"Diagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n\r\n--x\r\n"
                b"Content-Type: text/rfc822-headers\r\n\r\n" + raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n--x--\r\n"
            )
            with Talk(port) as talk:
                talk.hello("LHLO")
                talk.deliver(bounce, "acme@ws.example.org", sender="", lmtp=True)

    with Bouncing().open() as sink:
        made = at_a_desk(tmp_path, sink.port, lmtp=port)
        said = made.run("doctor", "--live", "--seconds", "20", fails=True).output
    assert "✗ live, in: it came back undelivered: 550 5.1.1 no such mailbox" in said


def test_while_serve_runs_its_doors_are_used_and_none_is_opened(tmp_path: Path) -> None:
    class Relaying(Sink):
        def taken(self, recipient: str, raw: bytes) -> None:
            arrival = Arrival(
                door="lmtp",
                reverse_path="acme@ws.example.org",
                recipients=(recipient,),
                raw=raw,
                received_at=app.clock(),
            )
            assert app.pipeline.receive([arrival]) is None

    with Relaying().open() as sink:
        made = at_a_desk(tmp_path, sink.port)
        app = build(made.settings)
        try:
            app.store.occupy()  # as `serve` does
            assert "there and back" in made.run("doctor", "--live").output
            app.pipeline.process(app.clock())
            with app.store.read() as tx:
                [arrival] = tx.inbox.list(limit=5)
            assert (arrival.state, arrival.reason) == (ArrivalState.IGNORED, "loop"), "it changes nothing"
        finally:
            app.close()


def test_a_refusal_is_told_with_its_code_and_what_may_mend_it(tmp_path: Path) -> None:
    class Everybody(dict[str, str]):
        def get(self, key: str, default: object = None) -> str:
            return "550 5.7.60 SendAsDenied"

    with Sink(refusals=Everybody()).open() as sink:
        said = at_a_desk(tmp_path, sink.port).run("doctor", "--live", fails=True).output
    assert "refused it: 550 5.7.60 SendAsDenied" in said
    assert "submission.envelope_sender" in said


def at_a_desk(folder: Path, submission: int, *, lmtp: int = 0, mailbox: OddHost | None = None) -> Desk:
    """Return a desk whose mail goes out by a port and comes in by LMTP, or by a mailbox."""
    made = desk(folder)
    made.setting("port = 25", f"port = {submission}")
    made.setting("port = 8024", f"port = {0 if mailbox else lmtp or free_port()}")
    if mailbox:
        made.setting("[submission]", f'[imap]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsecurity = "none"\n'
                     f'username = "team"\npassword = "{PASSWORD}"\n\n[submission]')  # fmt: skip
    return made
