"""What every command shares: opening the program, and errors that name the file, the key and the mend.

Must not: know a command.
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from gateway.app import App, build, log_to_stderr
from gateway.config import SettingsProblem
from gateway.model.charter import CharterProblem
from gateway.render.environment import TemplateProblem
from store.faults import StoreFault, StoreRefusal


def fail(text: str) -> NoReturn:
    """End with a message on standard error and exit code 1."""
    raise click.ClickException(text)


@contextmanager
def program(config: str, *, create: bool = False, log_level: int = logging.WARNING) -> Iterator[App]:
    """Open the program for one command; faults of people and machines become one clear message."""
    log_to_stderr(plain=sys.stderr.isatty(), level=log_level)  # a command speaks for itself; only `serve` tells all
    try:
        app = build(Path(config), create=create)
    except SettingsProblem as problem:
        fail(str(problem))
    except TemplateProblem as problem:
        fail(f"template {problem}")
    except StoreFault as problem:
        fail(f"the store cannot be opened: {problem}")
    try:
        yield app
    except (StoreFault, StoreRefusal) as problem:
        fail(f"the store refused: {problem}")
    finally:
        app.close()


def print_table(table: Table) -> None:
    """Print a table; where no terminal sets a width, wide enough for its lines to stay whole."""
    width = None if sys.stdout.isatty() else max(200, shutil.get_terminal_size().columns)
    Console(width=width, markup=False).print(table)  # a subject such as "[acme V-7]" is no markup


def instant(at: datetime) -> str:
    """Return an instant as listings show it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def counted(number: int, noun: str) -> str:
    """Return `1 mail`, `2 mails`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def charter_fault(file: str, problem: CharterProblem) -> NoReturn:
    """End with every fault of a charter, a line each; the one in force stays."""
    lines = [f"{file}: {key}: {text}" for key, text in problem.problems]
    fail("\n".join([*lines, "The charter in force stays as it is."]))
