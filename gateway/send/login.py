"""Access tokens for logins without a password (XOAUTH2): made by a command, or by a refresh token (RFC 6749 §6).

An edge: it asks a program or a token server. Must not: show a token or a secret in what it raises or logs.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

SECONDS_TO_WAIT = 30.0
SECONDS_WITHOUT_WORD = 300.0  # how long a token is used when nobody says how long it lasts
SECONDS_BEFORE_ITS_END = 60.0  # a token that ends in a minute is not begun with
MOST_BYTES = 65_536  # of an answer that holds a token

log = structlog.get_logger()


class LoginProblem(Exception):
    """No token to be had. The text says why and names no secret."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and for how many seconds it lasts."""

    text: str
    lasts: float


class Source(Protocol):
    """Where tokens come from."""

    def __call__(self) -> Token:
        """Return a fresh token. Raises LoginProblem."""


@dataclass
class AccessTokens:
    """Hands out one token until it ends or is refused; safe to ask from several threads. `elapsed` counts seconds."""

    source: Source
    elapsed: Callable[[], float]
    _kept: Token | None = None
    _until: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> str:
        """Return a token that still lasts. It may ask the network: not for the loop's own thread."""
        with self._turn:
            if self._kept is None or self.elapsed() >= self._until:
                self._kept = self.source()
                self._until = self.elapsed() + max(self._kept.lasts - SECONDS_BEFORE_ITS_END, 0.0)
            return self._kept.text

    def forget(self) -> None:
        """Let the next one be fresh: a server refused this one."""
        with self._turn:
            self._kept = None


@dataclass(frozen=True)
class ByCommand:
    """A program that prints an access token, as those that keep refresh tokens for mail programs do."""

    command: str

    def __call__(self) -> Token:
        """Run it and return what it prints."""
        try:
            done = subprocess.run(
                shlex.split(self.command),
                stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_TO_WAIT, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise LoginProblem(f"the token command took longer than {SECONDS_TO_WAIT:.0f} s") from None
        except (OSError, ValueError) as problem:
            raise LoginProblem(f"the token command cannot be run: {problem}") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise LoginProblem(f"the token command failed ({done.returncode}): {said[-1][:200] if said else 'silent'}")
        lines = done.stdout.decode("utf-8", "replace").split()
        if len(lines) != 1:
            raise LoginProblem("the token command printed no token: one word is wanted, and nothing else")
        return Token(lines[0], SECONDS_WITHOUT_WORD)


@dataclass
class ByRefreshToken:
    """A token server that takes a refresh token. One that it renews is kept, in the file where there is one."""

    url: str
    client_id: str
    client_secret: str = ""
    refresh_token: str = ""
    file: Path | None = None
    scope: str = ""

    def __call__(self) -> Token:
        """Ask and return the answer's token."""
        answer = _asked(self.url, self._form())
        renewed = answer.get("refresh_token")
        if isinstance(renewed, str) and renewed and renewed != self._current():
            self._keep(renewed)
        text, lasts = answer.get("access_token"), answer.get("expires_in", SECONDS_WITHOUT_WORD)
        if not isinstance(text, str) or not text:
            raise LoginProblem("the token server answered without an access token")
        try:
            return Token(text, float(str(lasts)))  # QUIRK: some write the number as text
        except ValueError:
            return Token(text, SECONDS_WITHOUT_WORD)

    def _form(self) -> dict[str, str]:
        form = {  # RFC 6749 §6
            "grant_type": "refresh_token",
            "refresh_token": self._current(),
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": self.scope,
        }
        return {name: value for name, value in form.items() if value}

    def _current(self) -> str:
        if self.file is None:
            return self.refresh_token
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise LoginProblem(f"{self.file} cannot be read: {problem.strerror}") from None

    def _keep(self, renewed: str) -> None:
        """RFC 6749 §6: the old one may be worthless from now on."""
        self.refresh_token = renewed
        if self.file is None:
            log.warning("refresh token renewed", mend="name a refresh_token_file, so that it outlives this process")
            return
        fresh = self.file.with_name(f"{self.file.name}.new")
        try:
            fresh.touch(mode=0o600)
            fresh.write_text(renewed + "\n", encoding="utf-8")
            fresh.replace(self.file)
        except OSError as problem:
            log.error("refresh token not kept", fault=type(problem).__name__)


def _asked(url: str, form: dict[str, str]) -> dict[str, object]:
    body = urllib.parse.urlencode(form).encode("ascii")
    asked = urllib.request.Request(url, body, {"Accept": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS_TO_WAIT) as said:
            raw = said.read(MOST_BYTES)
    except urllib.error.HTTPError as refused:
        with refused:
            raise LoginProblem(f"the token server refused: {refused.code} {_why(refused.read(MOST_BYTES))}") from None
    except (OSError, ValueError) as problem:
        raise LoginProblem(f"the token server does not answer: {getattr(problem, 'reason', problem)}") from None
    return _read(raw)


def _read(raw: bytes) -> dict[str, object]:
    try:
        found = json.loads(raw)
    except ValueError:
        raise LoginProblem("the token server's answer is not JSON") from None
    if not isinstance(found, dict):
        raise LoginProblem("the token server's answer is not JSON of the form {…}")
    return found


def _why(raw: bytes) -> str:
    """Return the error code of RFC 6749 §5.2, as `invalid_grant`: the rest of an answer may say too much."""
    try:
        code = json.loads(raw).get("error", "")
    except (ValueError, AttributeError):
        return ""
    return str(code)[:60]
