"""A desk to type commands at: a folder made by `restante init`, and the real commands over real files.

Must not: reach past the commands but to look at what they left.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import structlog
import time_machine
from click.testing import CliRunner, Result

from gateway.cli.main import main

INIT = (
    "--name", "Acme", "--address", "acme@ws.example.org", "--steward", "ana@example.org", "--steward-name", "Ana",
    "--timezone", "Europe/Paris", "--language", "en",
)  # fmt: skip
NOON = "2026-11-23T12:00+01:00"  # a Monday


@dataclass
class Desk:
    """One folder; `run` types a command there and returns what was printed with the exit code."""

    folder: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "restante.toml"

    def run(self, *words: str | Path, typed: str | bytes | None = None, fails: bool = False) -> Result:
        """Run `restante WORDS`; an exit code that is not awaited, or any traceback, fails the test."""
        arguments = ["--config", str(self.settings), *map(str, words)]
        try:
            result = CliRunner().invoke(main, arguments, input=typed)
        finally:
            structlog.reset_defaults()  # it would write to the runner's streams, which are closed by now
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert (result.exit_code != 0) is fails, result.output
        return result

    def json(self, *words: str | Path) -> Any:
        """Run a command that prints JSON."""
        return msgspec.json.decode(self.run(*words).stdout)

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file into the folder."""
        place = self.folder / name
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    def setting(self, old: str, new: str) -> None:
        """Change the settings file by hand."""
        text = self.settings.read_text(encoding="utf-8")
        assert old in text
        self.settings.write_text(text.replace(old, new), encoding="utf-8")

    def charter(self) -> dict[str, Any]:
        """Return the charter in force, as `charter show` writes it."""
        return tomllib.loads(self.run("charter", "show", "acme").stdout)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of every table of the store."""
        import sqlite3

        file = sqlite3.connect(self.folder / "restante.db")
        try:
            names = [row[0] for row in file.execute("select name from sqlite_master where type = 'table'")]
            return {name: sorted(file.execute(f"select * from {name}").fetchall(), key=repr) for name in names}
        finally:
            file.close()


def desk(folder: Path) -> Desk:
    """Return a desk with a fresh workspace whose clock stands at NOON."""
    made = Desk(folder / "team")
    made.folder.mkdir(parents=True)
    for name, content in _fresh().items():
        made.file(name, content).chmod(0o600)
    return made


@lru_cache
def _fresh() -> dict[str, bytes]:
    """Return the files that `init` makes, made once: opening a store and loading all words takes a while."""
    with TemporaryDirectory() as place, time_machine.travel(NOON, tick=False):
        made = Desk(Path(place) / "team")
        result = CliRunner().invoke(main, ["init", str(made.folder), *INIT, "--rehearsal"])
        structlog.reset_defaults()
        assert result.exit_code == 0, result.output
        made.run("tick", "--now", NOON)
        return {file.name: file.read_bytes() for file in made.folder.iterdir()}


def mail(to: str, subject: str, text: str, *, author: str = "Ana <ana@example.org>", number: int = 1) -> bytes:
    """Return a mail as a plain program writes it."""
    message = EmailMessage()
    message["From"] = author
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = f"Mon, 23 Nov 2026 12:{number:02}:00 +0100"
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content(text)
    return message.as_bytes(policy=SMTP)
