"""Who may write a SQLite file: one process at a time, by a lock file beside it that names the command that writes.

SQLite before 3.51.3 can lose a commit when two connections write or checkpoint at the same moment (the WAL-reset
fault). So processes take turns, a transaction each, by `<file>.lock`; a process that is the only one of its kind
(`serve`) keeps `<file>.serving` for as long as it lives. Must not: be relied upon over a network file system.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from store.faults import StoreBusy

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05  # seconds between two looks at a lock that is taken


class FileLock:
    """A lock that dies with its process, and says who has it. `command` is what a person would recognise."""

    def __init__(self, path: Path, command: str) -> None:
        self._path = path
        self._name = f"{command} (process {os.getpid()})\n".encode()
        self._descriptor: int | None = None

    def take(self, patience: float) -> None:
        """Take the lock, waiting `patience` seconds at most. Raises StoreBusy naming the command that has it."""
        descriptor = self._open()
        pause, deadline = _FIRST_PAUSE, time.monotonic() + patience
        while not _locked(descriptor):
            if time.monotonic() >= deadline:
                raise StoreBusy(f"{self._path.stem} is held by {self._holder(descriptor)}; try again when it has ended")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        os.pwrite(descriptor, self._name, 0)
        os.ftruncate(descriptor, len(self._name))

    def give_back(self) -> None:
        """Let the next one have it."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock back for good. The file stays: taking it away would split the lock in two."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        return self._descriptor

    @staticmethod
    def _holder(descriptor: int) -> str:
        return os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
