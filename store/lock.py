"""Who may write a SQLite file: one process at a time, by a lock file beside it that names the command that writes.

SQLite before 3.51.3 can lose a commit when two connections write or checkpoint at the same moment (the WAL-reset
fault). So processes take turns, a transaction each, by `<file>.lock`; a process that is the only one of its kind
(`serve`) keeps `<file>.serving` for as long as it lives. Whoever waits stands in line at `<lock>.next`, past which
everybody goes, so that one who gives the lock back and wants it again at once does not keep the others out.
Must not: be relied upon over a network file system.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from store.faults import StoreBusy

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.02  # seconds between two looks at a lock that is taken


class FileLock:
    """A lock that dies with its process, and says who has it. `command` is what a person would recognise."""

    def __init__(self, path: Path, command: str) -> None:
        self._path = path
        self._name = f"{command} (process {os.getpid()})\n".encode()
        self._descriptor: int | None = None
        self._line: int | None = None  # where one waits for one's turn

    def take(self, patience: float) -> None:
        """Take the lock, waiting `patience` seconds at most. Raises StoreBusy naming the command that has it."""
        descriptor = self._open()
        deadline = time.monotonic() + patience
        if patience <= 0:
            self._wait(descriptor, deadline, _FIRST_PAUSE)
        else:
            line = self._stand_in_line(deadline)
            try:  # first in line, and alone there: often looked at, it costs little and keeps nobody waiting
                self._wait(descriptor, deadline, _FIRST_PAUSE)
            finally:
                fcntl.flock(line, fcntl.LOCK_UN)
        os.pwrite(descriptor, self._name, 0)
        os.ftruncate(descriptor, len(self._name))

    def _stand_in_line(self, deadline: float) -> int:
        if self._line is None:
            self._line = _opened(self._path.with_name(f"{self._path.name}.next"))
        self._wait(self._line, deadline, _LONGEST_PAUSE)
        return self._line

    def _wait(self, descriptor: int, deadline: float, longest: float) -> None:
        pause = _FIRST_PAUSE
        while not _locked(descriptor):
            if time.monotonic() >= deadline:
                holder = self._holder(self._open())
                raise StoreBusy(f"{self._path.stem} is held by {holder}; try again when it has ended")
            time.sleep(pause)
            pause = min(pause * 2, longest)

    def give_back(self) -> None:
        """Let the next one have it."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock back for good. The file stays: taking it away would split the lock in two."""
        for descriptor in (self._descriptor, self._line):
            if descriptor is not None:
                os.close(descriptor)
        self._descriptor = self._line = None

    def _open(self) -> int:
        if self._descriptor is None:
            self._descriptor = _opened(self._path)
        return self._descriptor

    @staticmethod
    def _holder(descriptor: int) -> str:
        return os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
