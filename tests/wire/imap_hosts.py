"""Mailboxes for the tests of fetching: a real Dovecot that can be killed and started again, and a server of our own
that answers slowly, with nonsense, or not at all. On loopback alone; each is a child or a thread of the test.
"""

from __future__ import annotations

import imaplib
import json
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gateway.app import system_clock
from tests.wire.binary import free_port, listens, wait_until
from tests.wire.programs import PASSWORD, Dovecot, Postfix, end, run_as_child
from tests.wire.talk import Loopback

NOBODY = "nobody"
TOKEN = "ya29.a-token-that-counts"


class MailHost(Dovecot):
    """A Dovecot with TLS and XOAUTH2 beside what the story's has, whose life the test decides over."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path], *, tokens_at: int = 0) -> None:
        super().__init__(folder)
        self.imaps_port = free_port()
        self.certificate = certificate
        self.tokens_at = tokens_at  # the port of a token server
        self.child: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self) -> Iterator[MailHost]:
        """Make it and run it; whatever is left of it when the block ends is ended."""
        for name in ("run", "state", "boxes", "tls"):
            (self.folder / name).mkdir(parents=True)
        for ours, theirs in zip(("cert.pem", "key.pem"), self.certificate, strict=True):
            shutil.copy(theirs, self.folder / "tls" / ours)
        (self.folder / "dovecot.conf").write_text(self._settings())
        (self.folder / "tokens.conf").write_text(
            f"tokeninfo_url = http://127.0.0.1:{self.tokens_at}/tokeninfo?token=\nusername_attribute = email\n"
            "username_format = %Lu\n"
        )
        owner = pwd.getpwnam(NOBODY)
        for place in (self.folder, *self.folder.rglob("*")):
            os.chown(place, owner.pw_uid, owner.pw_gid)
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Start it, and return when it answers."""
        owner = pwd.getpwnam(NOBODY)
        settings = str(self.folder / "dovecot.conf")
        log = self.folder / "dovecot.log"
        self.child = run_as_child(["dovecot", "-F", "-c", settings], log, owner=owner, cwd=self.folder)
        for port in (self.imap_port, self.lmtp_port, self.imaps_port):
            wait_until(lambda port=port: listens(port), f"Dovecot: {self._said()}")  # type: ignore[misc]

    def stop(self) -> None:
        """Tell it to stop, and see that nothing of it is left."""
        if self.child is not None:
            end(self.child)
            self.child = None

    def kill(self) -> None:
        """Kill it and all its processes without a word."""
        child, self.child = self.child, None
        assert child is not None
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        with suppress(FileNotFoundError):
            (self.folder / "run" / "master.pid").unlink()

    def deliver(self, raw: bytes, *, box: str = "team", to: str = "") -> None:
        """Put a mail into a mailbox by LMTP."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=20) as lmtp:
            assert lmtp.sendmail("ana@example.net", [to or f"{box}@mail.example.net"], raw) == {}

    def append(self, raw: bytes, *, when: datetime, box: str = "team") -> None:
        """Put a mail into a mailbox with a date of its own."""
        with self.imap(box) as imap:
            imap.append("INBOX", "", imaplib.Time2Internaldate(when), raw)

    @contextmanager
    def imap(self, box: str = "team") -> Iterator[imaplib.IMAP4]:
        """Give a connection of the test's own."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port) as imap:
            imap.login(box, PASSWORD)
            yield imap

    def subjects(self, folder: str = "INBOX", *, box: str = "team") -> list[str]:
        """Return the subjects of what lies in a folder."""
        with self.imap(box) as imap:
            if imap.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            numbers = imap.search(None, "ALL")[1][0].split()
            said = [imap.fetch(n.decode(), "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0] for n in numbers]
            return [one[1].decode().partition(":")[2].strip() for one in said if isinstance(one, tuple)]

    def _settings(self) -> str:
        text = super()._settings()
        tls, imaps, anvil = f"{self.folder}/tls", "  inet_listener imaps {\n", "service anvil {\n  chroot =\n"
        for old, new in (
            ("ssl = no", f"ssl = yes\nssl_cert = <{tls}/cert.pem\nssl_key = <{tls}/key.pem"),
            (f"{imaps}    port = 0", f"{imaps}    ssl = yes\n    port = {self.imaps_port}"),
            (anvil, f"{anvil}  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n"),
        ):
            assert old in text
            text = text.replace(old, new)
        text += "auth_failure_delay = 0\nlmtp_add_received_header = yes\nlmtp_save_to_detail_mailbox = no\n"
        text += "recipient_delimiter = +\nmail_max_userip_connections = 100\n"
        text += "service auth {\n  unix_listener auth-sasl {\n    mode = 0666\n  }\n}\n"
        if self.tokens_at:
            text += f"""
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {self.folder}/tokens.conf
}}
"""
        return text


class Provider(Postfix):
    """A Postfix with a submission door: STARTTLS, and logins that the Dovecot beside it checks."""

    def __init__(self, folder: Path, host: MailHost, domain: str) -> None:
        super().__init__(folder, {domain: f"lmtp:{host.lmtp_port}"})
        self.host = host
        self.submission_port = free_port()

    def _main(self) -> str:
        cert, key = self.host.certificate
        return super()._main() + (
            f"smtpd_tls_cert_file = {cert}\nsmtpd_tls_key_file = {key}\nsmtpd_tls_security_level = may\n"
            f"smtpd_sasl_type = dovecot\nsmtpd_sasl_path = {self.host.folder}/run/auth-sasl\n"
        )

    def _master(self) -> str:
        return super()._master() + (
            f"127.0.0.1:{self.submission_port} inet n - n - - smtpd\n"
            "  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes\n"
            "  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject\n"
        )


def dovecot_missing() -> str:
    """Return what keeps Dovecot from running here; "" when nothing does."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if not shutil.which("dovecot", path=path):
        return "install dovecot-core dovecot-imapd dovecot-lmtpd"
    if os.geteuid() != 0:
        return "run as root: Dovecot is started as another account"
    said = subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=False, env={"PATH": path})
    return "" if said.stdout.startswith("2.3") else "install Dovecot 2.3"


# --- a server that hands out access tokens ---------------------------------------------------------------------------


@dataclass
class TokenServer:
    """Exchanges refresh tokens, and tells a mail server whose a token is. `asked` holds the forms it got."""

    owner: str = "team"
    answers: dict[str, object] = field(default_factory=dict)  # more in the answer
    refused: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @contextmanager
    def open(self) -> Iterator[TokenServer]:
        """Serve while the block runs."""
        shared = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["content-length"])).decode()
                shared.asked.append(form)
                if shared.refused:
                    self._say(400, {"error": "invalid_grant", "error_description": "secret words"})
                else:
                    self._say(200, {"access_token": TOKEN, "expires_in": 3600, **shared.answers})

            def do_GET(self) -> None:
                known = self.path.partition("token=")[2] == TOKEN
                self._say(200 if known else 401, {"email": shared.owner} if known else {"error": "invalid_token"})

            def _say(self, code: int, answer: dict[str, object]) -> None:
                body = json.dumps(answer).encode()
                self.send_response(code)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join(5)


# --- a server of our own ---------------------------------------------------------------------------------------------


class Line:
    """One connection to the scripted server: commands come in, the script answers as it likes."""

    def __init__(self, taken: socket.socket) -> None:
        self.socket = taken
        self.file = taken.makefile("rb")

    def command(self) -> tuple[str, str]:
        """Return tag and rest of the next command; ("", "") when the other side has hung up."""
        line = self.file.readline().decode("utf-8", "replace").strip()
        tag, _, rest = line.partition(" ")
        return tag, rest

    def say(self, *lines: str | bytes) -> None:
        """Send lines."""
        for line in lines:
            self.socket.sendall((line.encode() if isinstance(line, str) else line) + b"\r\n")


@dataclass
class OddHost(Loopback):
    """An IMAP server that keeps mail in memory and does as it is told: `odd` may answer a command before it does.

    Plain RFC 3501 and nothing more: no MOVE, no UIDPLUS, no NAMESPACE; IDLE when `idle`.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    odd: Callable[[OddHost, Line, str, str], bool] = lambda host, line, tag, rest: False
    uidvalidity: int = 1
    idle: bool = False
    seconds: float = 0.0  # before each line
    refuse_copies: bool = False
    deleted: set[int] = field(default_factory=set)
    flagged: set[int] = field(default_factory=set)
    copied: dict[str, list[int]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    logins: int = 0

    def _serve(self, caller: socket.socket) -> None:
        with suppress(OSError, ValueError), caller:
            line = Line(caller)
            with line.file:
                line.say("* OK odd host")
                while True:
                    tag, rest = line.command()
                    if not tag:
                        return
                    self.heard.append(rest)
                    time.sleep(self.seconds)
                    if not self.odd(self, line, tag, rest):
                        self._answer(line, tag, rest)

    def _answer(self, line: Line, tag: str, rest: str) -> None:
        verb = rest.upper()
        if verb.startswith("CAPABILITY"):
            line.say(f"* CAPABILITY IMAP4rev1{' IDLE' if self.idle else ''}")
        elif verb.startswith("LOGIN"):
            self.logins += 1
        elif verb.startswith("SELECT"):
            line.say(
                f"* {len(self.mails)} EXISTS", f"* OK [UIDVALIDITY {self.uidvalidity}] ok",
                "* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] ok", f"{tag} OK [READ-WRITE] selected",
            )  # fmt: skip
            return
        elif verb.startswith("LIST"):
            pass
        elif verb.startswith("UID SEARCH"):
            left = [uid for uid in sorted(self.mails) if uid not in self.deleted | self.flagged]
            line.say(f"* SEARCH {' '.join(map(str, left))}".rstrip())
        elif verb.startswith("UID FETCH"):
            self._fetch(line, rest)
        elif verb.startswith("UID COPY"):
            if self.refuse_copies:
                line.say(f"{tag} NO over quota")
                return
            uids, folder = rest.split(" ", 3)[2:]
            self.copied.setdefault(folder.strip('"'), []).extend(_uids(uids))
        elif verb.startswith("UID STORE"):
            (self.deleted if "DELETED" in verb else self.flagged).update(_uids(rest.split(" ")[2]))
        elif verb.startswith("IDLE"):
            line.say("+ idling")
            line.file.readline()  # DONE
        elif verb.startswith("LOGOUT"):
            line.say("* BYE")
        line.say(f"{tag} OK done")

    def _fetch(self, line: Line, rest: str) -> None:
        for number, uid in enumerate(_uids(rest.split(" ")[2]), 1):
            if uid not in self.mails:
                continue
            raw = self.mails[uid]
            head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            if "HEADER" in rest.upper():
                start = f'* {number} FETCH (UID {uid} INTERNALDATE "{_date()}" RFC822.SIZE {len(raw)} '
                line.say(start.encode() + b"BODY[HEADER.FIELDS (X)] {%d}\r\n%b)" % (len(head), head))
            else:
                line.say(b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)" % (number, uid, len(raw), raw))


def _uids(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    return found


def _date() -> str:
    return imaplib.Time2Internaldate(system_clock()).strip('"')
