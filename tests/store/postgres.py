"""A PostgreSQL of our own for the store's contract suite: on loopback, on a free port, in a folder that goes away.

RESTANTE_TEST_POSTGRES names another server instead, as an SQLAlchemy URL. Must not: touch the machine's own server.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")  # one folder for each version
_UNPRIVILEGED = ("postgres", "nobody")  # who runs it where we are root: it refuses to serve as root
_SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1")  # nothing here outlives the tests


def named() -> str:
    """Return the server that the environment names, "" when none."""
    return os.environ.get("RESTANTE_TEST_POSTGRES", "")


def _programs() -> Path | None:
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda found: float(found.parent.parent.name))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).parent if found else None


def missing() -> str:
    """Return what keeps the suite from PostgreSQL, in words that say how to mend it; "" when nothing does."""
    if find_spec("psycopg") is None:
        return "install psycopg (it is in requirements.lock)"
    if not named() and _programs() is None:
        return "install postgresql (Debian, Ubuntu: apt-get install postgresql), or name one in RESTANTE_TEST_POSTGRES"
    return ""


@contextmanager
def running() -> Iterator[str]:
    """Run a server while the block runs; yields its SQLAlchemy URL."""
    if named():
        yield named()
        return
    programs = _programs()
    assert programs is not None, missing()
    folder = Path(tempfile.mkdtemp(prefix="restante-pg-"))  # short: the path of a socket has 107 octets at most
    run = _Runner(programs)
    try:
        if run.account:
            os.chown(folder, run.account.pw_uid, run.account.pw_gid)
        cluster, port = folder / "data", _free_port()
        run(
            "initdb", "-D", str(cluster), "-U", "restante", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        options = " ".join(f"-c {one}" for one in (*_SETTINGS, f"port={port}", f"unix_socket_directories={folder}"))
        run("pg_ctl", "-D", str(cluster), "-o", options, "-l", str(folder / "log"), "-w", "-t", "60", "start")
        try:
            yield f"postgresql+psycopg://restante@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(cluster), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Runner:
    """Runs PostgreSQL's own programs, as somebody else where we are root."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.account = next(filter(None, map(_account, _UNPRIVILEGED))) if os.geteuid() == 0 else None

    def __call__(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+") as said:  # no pipe: the server would inherit it, and keep it open
            done = subprocess.run(
                [str(self._programs / program), *arguments],
                cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=120, check=False,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
            )  # fmt: skip
            said.seek(0)
            assert done.returncode == 0, f"{program}: {said.read()}"


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
