"""Whether wire tests run here, and the places and programs they share.

RESTANTE_WIRE=no leaves them out; RESTANTE_WIRE=required makes it a failure when something they need is missing;
otherwise they are left out with a line that says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.binary import Binary
from tests.wire.programs import missing
from tests.wire.talk import Sink


def cannot(reason: str) -> None:
    """Leave a test out, or fail it where it is required."""
    if os.environ.get("RESTANTE_WIRE") == "required":
        pytest.fail(f"this wire test is required, and cannot run: {reason}")
    pytest.skip(f"wire test left out: {reason}")


@pytest.fixture(autouse=True, scope="session")
def _wanted() -> None:
    if os.environ.get("RESTANTE_WIRE") == "no":
        pytest.skip("wire tests left out, as RESTANTE_WIRE=no asks")
    if not sys.platform.startswith("linux"):
        cannot("they are written for Linux")


@pytest.fixture
def programs() -> None:
    """Postfix, Dovecot and neomutt are here."""
    if reason := missing():
        cannot(reason)


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder that other accounts can enter, which pytest's own cannot be: Dovecot and Postfix drop root."""
    folder = Path(tempfile.mkdtemp(prefix="restante-wire-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    """Give a server that takes all we send."""
    with Sink().open() as opened:
        yield opened


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a certificate and its key, made by openssl."""
    if not shutil.which("openssl"):
        cannot("install openssl (on Debian or Ubuntu: apt-get install openssl)")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sink: Sink, certificate: tuple[Path, Path]) -> Iterator[Binary]:
    """Give a running `restante serve` with both doors open and TLS offered, shared by the tests of a file."""
    binary = Binary(
        tmp_path_factory.mktemp("served"),
        submission_port=sink.port,
        environment={
            "RESTANTE_SMTP__CERTIFICATE": str(certificate[0]),
            "RESTANTE_SMTP__KEY": str(certificate[1]),
        },
    )
    binary.init("acme@ws.example.org", "ana@example.net")
    binary.call("member", "add", "acme", "ben@example.net", "--name", "Ben")
    binary.serve()
    yield binary
    assert binary.stop() == 0
