"""What is logged of a fault: its type and where it was raised, never what it says.

The text of an exception repeats what was being read: a value, an address, a line of a mail. So a log line holds none of
it; the mail itself is kept and can be looked at. Must not: decide what is logged (the edges do, once each).
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

_Raised = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

log = structlog.get_logger()


class Faults:
    """A step of structlog that turns an exception into its type and the lines it came by.

    `telling` are types whose text is known to repeat nothing of a mail: ours of the store.
    """

    def __init__(self, telling: tuple[type[BaseException], ...] = ()) -> None:
        self._telling = telling

    def __call__(self, logger: Any, method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Replace `exc_info` of a line."""
        fault = _fault(said.pop("exc_info", None))
        if fault is not None:
            said.setdefault("fault", type(fault).__name__)
            said["raised"] = [line for one in _chain(fault) for line in self._told(one)]
        return said

    def _told(self, fault: BaseException) -> list[str]:
        head = type(fault).__qualname__
        if isinstance(fault, self._telling):
            head += f": {fault}"
        elif isinstance(fault, OSError) and fault.strerror:
            head += f": {fault.strerror}"  # the system's own words
        frames = traceback.extract_tb(fault.__traceback__)
        return [head, *(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)]


def _fault(raised: object) -> BaseException | None:
    if isinstance(raised, BaseException):
        return raised
    if isinstance(raised, tuple):
        return raised[1] if isinstance(raised[1], BaseException) else None
    return sys.exc_info()[1] if raised else None


def _chain(fault: BaseException) -> list[BaseException]:
    """Return a fault and what led to it, the first cause last; a ring ends where it closes."""
    found: list[BaseException] = []
    one: BaseException | None = fault
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _short(file: str) -> str:
    """Return a file by its last folders: enough to find it, and no path of a machine."""
    return "/".join(Path(file).parts[-3:])


class Libraries(logging.Handler):
    """What libraries log, as lines of ours: who said something and where, without their text, which may quote mail."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        said: dict[str, Any] = {"library": record.name, "at": f"{record.funcName}:{record.lineno}"}
        if record.exc_info:
            said["exc_info"] = record.exc_info
        log.log(record.levelno, "a library complains", **said)


def hear_libraries() -> None:
    """Let warnings and errors of libraries come by us from here on, instead of as text on standard error."""
    root = logging.getLogger()
    root.handlers[:] = [Libraries(logging.WARNING)]
    root.setLevel(logging.WARNING)
