"""Who may write a SQLite file: one process at a time, by a lock file beside it that names the command that writes.

SQLite before 3.51.3 can lose a commit when two connections write or checkpoint at the same moment (the WAL-reset
fault). So processes take turns, a transaction each, by `<file>.lock`; a process that is the only one of its kind
(`serve`) keeps `<file>.serving` for as long as it lives. Whoever waits stands in line at `<lock>.next`, past which
everybody goes, so that one who gives the lock back and wants it again at once does not keep the others out. One that
was stopped in line keeps nobody for longer than half their patience: they then look at the lock itself.
Must not: be relied upon over a network file system.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

from store.faults import StoreBusy, StoreFault

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.02  # seconds between two looks at a lock that is taken


class FileLock:
    """A lock that dies with its process, and says who has it. `command` is what a person would recognise."""

    def __init__(self, path: Path, command: str) -> None:
        self._path = path
        self._name = f"{command} (process {os.getpid()})\n".encode()
        self._descriptor: int | None = None
        self._line: int | None = None  # where one waits for one's turn

    def take(self, patience: float) -> None:
        """Take the lock, waiting `patience` seconds at most.

        Raises StoreBusy naming the command that has it, StoreFault where a lock file cannot be opened.
        """
        descriptor = self._open()
        now = time.monotonic()
        in_line = patience > 0 and self._stood_in_line(now + patience / 2)
        try:  # first in line, and alone there: often looked at, it costs little and keeps nobody waiting
            self._wait(descriptor, now + patience, _FIRST_PAUSE if in_line else _LONGEST_PAUSE)
        finally:
            if in_line and self._line is not None:
                fcntl.flock(self._line, fcntl.LOCK_UN)
        os.pwrite(descriptor, self._name, 0)
        os.ftruncate(descriptor, len(self._name))

    def look(self) -> None:
        """Raise StoreFault where one of the lock files that are there is not to be opened, or not by all who must."""
        store = _store_of(self._path)
        for path in (self._path, _line_of(self._path)):
            if path.exists():
                os.close(_opened(path, store))
                if _is_for_another(path, store):
                    raise StoreFault(f"{path} is not owned as the store is; {_mend(path, store)}", temporary=True)

    def _stood_in_line(self, until: float) -> bool:
        """Wait to be the first in line; False when whoever is first does not go on."""
        if self._line is None:
            self._line = _opened(_line_of(self._path), _store_of(self._path))
        return _got(self._line, until, _LONGEST_PAUSE)

    def _wait(self, descriptor: int, deadline: float, longest: float) -> None:
        if not _got(descriptor, deadline, longest):
            holder = self._holder(descriptor)
            raise StoreBusy(f"{self._path.stem} is held by {holder}; try again when it has ended")

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
            self._descriptor = _opened(self._path, _store_of(self._path))
        return self._descriptor

    @staticmethod
    def _holder(descriptor: int) -> str:
        return os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"


def _line_of(lock: Path) -> Path:
    return lock.with_name(f"{lock.name}.next")


def _store_of(lock: Path) -> Path:
    return lock.with_suffix("")


def _opened(path: Path, store: Path) -> int:
    """Open a lock file; one that is made here is as the store is, so that whoever writes that can write this."""
    flags = os.O_RDWR | os.O_CLOEXEC
    try:
        with contextlib.suppress(FileExistsError):
            made = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o660)
            _own(made, store)
            return made
        return os.open(path, flags)
    except OSError as fault:
        raise StoreFault(f"{path} cannot be opened ({fault.strerror}); {_mend(path, store)}", temporary=True) from fault


def _own(descriptor: int, store: Path) -> None:
    """Give a new file the store's mode, and its owner where we may: a command run by root makes nothing of root's."""
    with contextlib.suppress(OSError):
        like = store.stat()
        os.fchmod(descriptor, like.st_mode & 0o666)
        os.fchown(descriptor, like.st_uid, like.st_gid)


def _is_for_another(path: Path, store: Path) -> bool:
    """Tell whether the store's owner may not write a lock file; root, who may open all, sees it only so."""
    with contextlib.suppress(FileNotFoundError):
        lock, like = path.stat(), store.stat()
        shared = (lock.st_gid == like.st_gid and lock.st_mode & 0o060 == 0o060) or lock.st_mode & 0o006 == 0o006
        return like.st_uid not in (0, lock.st_uid) and not shared
    return False


def _mend(path: Path, store: Path) -> str:
    return f"give it the store's owner: chown --reference={store} {path}; chmod --reference={store} {path}"


def _got(descriptor: int, deadline: float, longest: float) -> bool:
    """Wait for a lock until an instant of the monotonic clock, with ever longer pauses; False when it is not given."""
    pause = _FIRST_PAUSE
    while not _locked(descriptor):
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, longest)
    return True


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
