"""What every command shares: opening the program, and errors that name the file, the key and the mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from gateway.app import App, build
from gateway.config import SettingsProblem
from gateway.model.charter import CharterProblem
from store.faults import StoreFault


def fail(text: str) -> NoReturn:
    """End with a message on standard error and exit code 1."""
    raise click.ClickException(text)


@contextmanager
def program(config: str, *, create: bool = False) -> Iterator[App]:
    """Open the program for one command; faults of people and machines become one clear message."""
    try:
        app = build(Path(config), create=create)
    except SettingsProblem as problem:
        fail(str(problem))
    except StoreFault as problem:
        fail(f"the store cannot be opened: {problem}")
    try:
        yield app
    except StoreFault as problem:
        fail(f"the store refused: {problem}")
    finally:
        app.close()


def charter_fault(file: str, problem: CharterProblem) -> NoReturn:
    """End with every fault of a charter, a line each; the one in force stays."""
    lines = [f"{file}: {key}: {text}" for key, text in problem.problems]
    fail("\n".join([*lines, "The charter in force stays as it is."]))
