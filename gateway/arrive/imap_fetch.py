"""One connection to an ordinary mailbox, by imapclient: what waits there, its bytes, and where it goes afterwards.

An edge, plain and blocking: it is used from a thread of its own (imap_watch.py). The one user of imapclient. Must not:
decide what mail is ours, or take anything out of the mailbox by itself.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

SECONDS_TO_CONNECT = 30.0
SECONDS_TO_WAIT = 60.0  # for the next octets of an answer
SECONDS_OF_IDLE = 300.0  # then anew: RFC 2177 §3 allows 29 minutes, routers on the way forget sooner
TAKEN = b"$RestanteTaken"  # a keyword (RFC 3501 §2.3.2) on mail that is kept and could not be moved
_AT_ONCE = 500  # messages in one command


@dataclass(frozen=True)
class Account:
    """A mailbox and the way into it. Logs call it `label`; `token` gives an access token instead of a password."""

    label: str
    host: str
    port: int
    username: str
    security: str = "tls"  # tls, starttls, none
    tls: ssl.SSLContext | None = None
    password: str = field(default="", repr=False)
    token: Callable[[], str] | None = None
    folder: str = "INBOX"
    done_folder: str = "Restante"
    aside_folder: str = "Restante aside"
    idle: bool = True


class MailboxProblem(Exception):
    """A mailbox that cannot be used. `stage` is connect, login or folder.

    The text is what the server said, for a person who asks: it shows no secret, but may name the account.
    """

    def __init__(self, stage: str, text: str) -> None:
        super().__init__(text)
        self.stage = stage


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a message before its bytes are fetched. `received_at` is INTERNALDATE, with its zone."""

    uid: int
    size: int
    received_at: datetime | None
    fields: bytes


@dataclass
class Mailbox:
    """An open mailbox. What makes no sense of a server's words rises as some exception; the connection is then over."""

    client: Any
    account: Account
    uidvalidity: int = 0
    keywords: bool = False
    _places: dict[str, str] = field(default_factory=dict)

    @property
    def has_idle(self) -> bool:
        """Whether the server tells of new mail by itself, and is asked to."""
        return self.account.idle and self.client.has_capability("IDLE")

    def waiting(self, after: int) -> list[int]:
        """Return the UIDs beyond one, in order, of what is neither deleted nor marked as taken."""
        self.client.noop()  # RFC 3501 §6.1.2: the server tells what is new
        criteria: list[object] = ["UID", f"{after + 1}:*", "UNDELETED"]
        found = self.client.search(criteria + (["UNKEYWORD", TAKEN.decode()] if self.keywords else []))
        return sorted(uid for uid in found if uid > after)  # RFC 3501 §6.4.8: n:* always names the last one too

    def heads(self, uids: Sequence[int], names: Sequence[str]) -> list[Head]:
        """Return sizes, dates and the named header fields. What is gone meanwhile is left out."""
        wanted = ["INTERNALDATE", "RFC822.SIZE", f"BODY.PEEK[HEADER.FIELDS ({' '.join(names)})]"]
        return [_head(uid, said) for uid, said in self._fetch(uids, wanted)]

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return whole messages by UID, unchanged and still unread. What is gone meanwhile is left out."""
        found = {uid: said.get(b"BODY[]") for uid, said in self._fetch(uids, ["BODY.PEEK[]"])}
        return {uid: raw for uid, raw in found.items() if isinstance(raw, bytes)}

    def _fetch(self, uids: Sequence[int], wanted: Sequence[str]) -> Iterator[tuple[int, dict[bytes, Any]]]:
        for some in _pieces(uids):
            yield from sorted(self.client.fetch(some, wanted).items())

    def done(self, uids: Sequence[int]) -> bool:
        """Move away what is kept; whether that worked."""
        return self._move(uids, self.account.done_folder)

    def aside(self, uids: Sequence[int]) -> bool:
        """Move away what is not taken; whether that worked."""
        return self._move(uids, self.account.aside_folder)

    def _move(self, uids: Sequence[int], folder: str) -> bool:
        """Move, or at least mark what is taken, so that it is not taken again after a restart."""
        try:
            for some in _pieces(uids):
                self._move_to(some, self._place(folder))
        except IMAPClientAbortError:
            raise
        except IMAPClientError:  # no room, no right, no such folder any more
            self._places.pop(folder, None)
            if self.keywords:
                self.client.add_flags(uids, [TAKEN], silent=True)
            return False
        return True

    def _move_to(self, uids: Sequence[int], folder: str) -> None:
        if self.client.has_capability("MOVE"):
            self.client.move(uids, folder)  # RFC 6851
            return
        self.client.copy(uids, folder)
        self.client.add_flags(uids, [b"\\Deleted"], silent=True)
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge(uids)  # RFC 4315 §2.1; a plain EXPUNGE would take what a person has deleted too

    def _place(self, folder: str) -> str:
        """Return a folder's name on this server, and make it where there is none."""
        if folder not in self._places:
            name = self._prefixed(folder)
            if not self.client.folder_exists(name):
                self.client.create_folder(name)
                with suppress(IMAPClientError):
                    self.client.subscribe_folder(name)  # so that people see it
            self._places[folder] = name
        return self._places[folder]

    def _prefixed(self, folder: str) -> str:
        """RFC 2342: some servers keep everything of a person below a name, as `INBOX.`."""
        if not self.client.has_capability("NAMESPACE"):
            return folder
        personal = self.client.namespace().personal
        prefix = str(personal[0][0]) if personal else ""
        return folder if folder.startswith(prefix) else prefix + folder

    def idle(self, seconds: float) -> bool:
        """Wait until the server says something, at most so long. False when it will not have IDLE."""
        try:
            self.client.idle()
        except IMAPClientAbortError:
            raise
        except IMAPClientError as refused:
            if "b'* " in str(refused):
                # The server told of new mail before its "+", which the library takes for a refusal: it idles already.
                raise IMAPClientAbortError("out of step") from None
            return False
        self.client.idle_check(timeout=seconds)
        self.client.idle_done()
        return True

    def is_in_junk(self, message_id: str) -> bool:
        """Whether a message lies where the server puts what it takes for spam (RFC 6154 \\Junk)."""
        folder = self.client.find_special_folder(b"\\Junk")
        if not folder:
            return False
        self.client.select_folder(folder, readonly=True)
        return bool(self.client.search(["HEADER", "Message-ID", message_id]))

    def interrupt(self) -> None:
        """Break off whatever the connection's thread waits for; the one method for another thread."""
        with suppress(OSError, AttributeError):
            self.client.socket().shutdown(socket.SHUT_RDWR)

    def close(self, *, politely: bool = True) -> None:
        """Leave; without a word where the server may be out of step, since it would be waited for."""
        with suppress(Exception):  # the connection is over however it goes
            if politely:
                self.client.logout()
        with suppress(Exception):
            self.client.shutdown()


def _head(uid: int, said: dict[bytes, Any]) -> Head:
    size, received_at = said.get(b"RFC822.SIZE"), said.get(b"INTERNALDATE")
    fields = next((value for name, value in said.items() if name.startswith(b"BODY[HEADER")), b"")
    return Head(
        uid=uid,
        size=size if isinstance(size, int) else 0,
        received_at=received_at if isinstance(received_at, datetime) and received_at.tzinfo else None,
        fields=fields if isinstance(fields, bytes) else b"",
    )


def _pieces(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + _AT_ONCE] for start in range(0, len(uids), _AT_ONCE))


# --- the way in ------------------------------------------------------------------------------------------------------


def open_mailbox(account: Account, met: Callable[[Mailbox], None] = lambda box: None) -> Mailbox:
    """Connect, log in, select. Raises MailboxProblem saying which of these failed.

    `met` gets the mailbox before a word is said on the connection, so that it can be interrupted on the way in too.
    """
    with _stage("connect"):
        client: Any = IMAPClient(
            account.host, port=account.port, ssl=account.security == "tls", ssl_context=account.tls,
            timeout=SocketTimeout(connect=SECONDS_TO_CONNECT, read=SECONDS_TO_WAIT),
        )  # fmt: skip
    box = Mailbox(client, account)
    try:
        met(box)
        client.normalise_times = False  # dates keep their zone
        if account.security == "starttls":
            with _stage("connect"):
                client.starttls(account.tls)
        with _stage("login"):
            _log_in(client, account)
        with _stage("folder"):
            said = client.select_folder(account.folder)
    except BaseException:
        with suppress(Exception):
            client.shutdown()
        raise
    validity = said.get(b"UIDVALIDITY")
    box.uidvalidity = validity if isinstance(validity, int) else 0
    box.keywords = b"\\*" in _flags(said.get(b"PERMANENTFLAGS", ()))  # RFC 3501 §7.1: new keywords are taken
    return box


def _flags(said: object) -> tuple[object, ...]:
    return tuple(said) if isinstance(said, Iterable) else ()


def _log_in(client: Any, account: Account) -> None:
    if account.token is not None:
        client.sasl_login("XOAUTH2", _xoauth2(account.username, account.token()))
    elif account.password.isascii() and not client.has_capability("LOGINDISABLED"):
        client.login(account.username, account.password)
    else:
        client.plain_login(account.username, account.password)  # RFC 4616: UTF-8, which LOGIN has no place for


def _xoauth2(username: str, token: str) -> Callable[[bytes], str]:
    """Return what answers the server: the token once, and nothing to its reasons, after which it says NO."""
    answers = iter([f"user={username}\x01auth=Bearer {token}\x01\x01"])
    return lambda challenge: next(answers, "")


@contextmanager
def _stage(name: str) -> Iterator[None]:
    try:
        yield
    except MailboxProblem:
        raise
    except Exception as problem:  # a server may answer anything, and the library then raises anything
        raise MailboxProblem(name, _said(problem)) from problem


def _said(problem: Exception) -> str:
    """Return a problem in a line: what the server said, without the octets that were sent to it."""
    if isinstance(problem, imaplib.IMAP4.error):
        said = problem.args[0] if problem.args else ""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return " ".join(text.split())[:200] or type(problem).__name__
    return " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
