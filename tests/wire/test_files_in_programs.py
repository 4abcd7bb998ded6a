"""What a real mail program makes of a mail of ours with files: their names and contents, as it saves them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from gateway.render.files import part_of, with_files
from gateway.render.render import render
from gateway.resources import load_templates
from tests.golden.rendered_specimens import MENU, WORKSPACE, notice, stored

pytestmark = pytest.mark.wire

CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 3
NAMES = (
    "plan.pdf",
    "Dach für März – ein recht langer Name, der sich über mehrere Zeilen erstreckt.pdf",
    "日本語のとても長い名前の書類.pdf",
    "annual report 2026.pdf",
)


@pytest.mark.skipif(shutil.which("s-nail") is None, reason="s-nail is not installed")
def test_a_program_saves_files_under_their_names_with_every_octet(tmp_path: Path) -> None:
    made = stored(notice("post"))
    parts = [part_of(msgspec.structs.replace(MENU, filename=name), CONTENT) for name in NAMES]
    raw = with_files(render(made, WORKSPACE, load_templates()), made.token, parts)
    mbox = tmp_path / "mbox"
    mbox.write_bytes(b"From ana@example.org Mon Jun  1 00:00:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n")
    saved = tmp_path / "saved"
    saved.mkdir()
    subprocess.run(
        ["s-nail", "-n", "-R", "-f", str(mbox)],
        input=b"write words\n" + b"\n" * len(NAMES) + b"x\n",  # each file under the name it offers
        cwd=saved,
        env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)},
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert {file.name: file.read_bytes() for file in saved.iterdir() if file.suffix} == dict.fromkeys(NAMES, CONTENT)
