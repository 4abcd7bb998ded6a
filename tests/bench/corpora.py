"""Scores on the shared practice files and corpora, by their own scorer and by measure_machines.

A section of `python -m tests.bench`; where they are absent it says so. Must not: keep a copy of anything of theirs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure, Scale

CHECKOUT = Path(__file__).resolve().parents[2]
SCORED = ("practice/votes.jsonl", "practice/checkins.jsonl", "practice/commands.jsonl", "practice/clients.jsonl",
          "corpora/replies.jsonl")  # fmt: skip


def shared(name: str) -> Path | None:
    """Return a folder of the shared material, None where it is absent."""
    folder = Path(os.environ.get("RESTANTE_SHARED") or CHECKOUT.parent / "shared") / name
    return folder if folder.is_dir() else None


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield one line for each score."""
    practice = shared("practice")
    scorer = practice / "score.py" if practice else None
    if scorer is None or not scorer.exists():
        yield Figure("practice and corpora", "none here", "RESTANTE_SHARED, or ../shared")
        return
    for name in SCORED:
        file = scorer.parents[1] / name
        if file.exists():
            lines = _lines(sys.executable, str(scorer), str(file), "--", *READ) or ["no answer"]
            yield Figure(name, lines[0])
            yield from (Figure("", line) for line in lines[1:])
    for line in _lines(sys.executable, "-m", "tests.bench.measure_machines"):
        yield Figure(line[:34].strip(), line[34:].strip(), "shared mail corpora")


READ = (sys.executable, "-m", "gateway", "read", "--batch")


def _lines(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    return [line for line in done.stdout.splitlines() if line.strip()]
