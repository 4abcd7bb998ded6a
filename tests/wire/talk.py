"""A client that speaks SMTP and LMTP line by line over a real socket, and a sink that takes all mail.

Written to the RFCs and not by a library, so that what goes over the wire is exactly what a test says.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

Reply = tuple[int, str]


class Talk:
    """One connection. `say` returns the reply as its code and text; lines of a reply are joined by newlines."""

    def __init__(self, port: int, *, seconds: float = 20.0) -> None:
        self._socket: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._file = self._socket.makefile("rb")
        try:
            self.greeting = self.reply()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        for open_still in (self._file, self._socket):
            with suppress(OSError):
                open_still.close()

    def reply(self) -> Reply:
        """Return the next reply; (0, "") when the other side has hung up."""
        lines: list[str] = []
        while True:
            line = self._file.readline()
            if not line:
                return 0, "\n".join(lines)
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            lines.append(text[4:])
            if text[3:4] != "-":  # RFC 5321 §4.2.1: a hyphen says that more lines follow
                return int(text[:3]), "\n".join(lines)

    def send(self, octets: bytes) -> None:
        """Send octets as they are."""
        self._socket.sendall(octets)

    def say(self, command: str) -> Reply:
        """Send one command line and return its reply."""
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def hello(self, word: str = "EHLO") -> Reply:
        """Introduce ourselves; `LHLO` for LMTP."""
        return self.say(f"{word} client.example.net")

    def starttls(self) -> Reply:
        """Ask for TLS and speak it from here on; certificates are not verified."""
        answer = self.say("STARTTLS")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket)
        self._file = self._socket.makefile("rb")
        return answer

    def data(self, raw: bytes, replies: int = 1) -> list[Reply]:
        """Send a message, dots stuffed (RFC 5321 §4.5.2), and return its replies: one, or one a recipient in LMTP."""
        code, text = self.say("DATA")
        if code != 354:
            return [(code, text)]
        body = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
        stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in body.split(b"\r\n"))
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send(stuffed + b".\r\n")
        return [self.reply() for _ in range(replies)]

    def deliver(self, raw: bytes, *to: str, sender: str = "ana@example.net", lmtp: bool = False) -> list[Reply]:
        """Carry out one transaction; the first refusal ends it."""
        answer = self.say(f"MAIL FROM:<{sender}>")
        if answer[0] != 250:
            return [answer]
        for recipient in to:
            answer = self.say(f"RCPT TO:<{recipient}>")
            if answer[0] != 250:
                return [answer]
        return self.data(raw, len(to) if lmtp else 1)


def mail(subject: str, text: str = "Does anybody know where it is?", **fields: str) -> bytes:
    """Return a plain mail of Ana's."""
    lines = {
        "From": "Ana Duarte <ana@example.net>",
        "To": "acme@ws.example.org",
        "Subject": subject,
        "Date": "Mon, 01 Jun 2026 09:00:00 +0200",
        "Message-ID": f"<{subject.replace(' ', '.')}@example.net>",
    } | {name.replace("_", "-").title(): value for name, value in fields.items()}
    head = "\r\n".join(f"{name}: {value}" for name, value in lines.items())
    return f"{head}\r\n\r\n{text}\r\n".encode()


def own_words(name: str) -> str:
    """Return a sentence that no other name has: what says the same again and again, but for a number, is held."""
    letters = "".join(chr(ord("a") + octet % 26) for octet in hashlib.sha256(name.encode()).digest())
    return f"It is the {letters[:7]} {letters[7:14]} of {letters[14:21]}."


class Loopback:
    """Listens on a free port of this machine while its block runs, with a thread for each that calls."""

    port: int = 0

    @contextmanager
    def open(self) -> Iterator[Self]:
        """Listen while the block runs."""
        with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
            self.port = listening.getsockname()[1]
            ended = threading.Event()
            taking = threading.Thread(target=self._take, args=(listening, ended), daemon=True)
            taking.start()
            try:
                yield self
            finally:
                ended.set()
                with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    pass
                taking.join(5)

    def _take(self, listening: socket.socket, ended: threading.Event) -> None:
        while True:
            with suppress(OSError):
                caller, _ = listening.accept()
                if ended.is_set():
                    caller.close()
                    return
                threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        """Talk with one caller, and close the line."""
        raise NotImplementedError


@dataclass
class Sink(Loopback):
    """An SMTP server that takes everything but for `refusals`: (recipient, message) in the order it came."""

    refusals: dict[str, str] = field(default_factory=dict)  # recipient → reply
    kept: list[tuple[str, bytes]] = field(default_factory=list)

    def _serve(self, caller: socket.socket) -> None:
        with suppress(OSError, ValueError), caller, caller.makefile("rwb", buffering=0) as spoken:
            spoken.write(b"220 sink\r\n")
            recipient = ""
            while command := spoken.readline().decode("utf-8", "replace").strip():
                verb = command[:4].upper()
                if verb == "RCPT":
                    recipient = command.partition("<")[2].partition(">")[0]
                if verb != "DATA":
                    refused = self.refusals.get(recipient, "250 ok") if verb == "RCPT" else "250 ok"
                    spoken.write(b"221 bye\r\n" if verb == "QUIT" else f"{refused}\r\n".encode())
                    continue
                spoken.write(b"354 go on\r\n")
                lines: list[bytes] = []
                while (octets := spoken.readline()) not in (b".\r\n", b""):
                    lines.append(octets[1:] if octets.startswith(b".") else octets)
                if not octets:
                    return  # hung up in the middle: nothing was taken
                self.kept.append((recipient, b"".join(lines)))
                spoken.write(b"250 kept\r\n")
                self.taken(*self.kept[-1])

    def taken(self, recipient: str, raw: bytes) -> None:
        """Do more with what was taken: for sinks that answer."""
