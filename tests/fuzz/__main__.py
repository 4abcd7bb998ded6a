"""`make fuzz`: each target for a while, one after the other; what breaks the contract is kept as a file and named.

usage: python -m tests.fuzz [--seconds N] [--keep FOLDER] [TARGET ...]
Needs atheris, which is no dependency of ours: where it is missing, this says so and ends well.
Turn each finding into a test before mending it.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import LONGEST, TARGETS, seeds

CHECKOUT = Path(__file__).resolve().parents[2]
MEGABYTES = 700  # of one process, the fuzzer's own book-keeping among them
USUAL = 2_048


def main() -> int:
    """Fuzz; returns 1 when an input broke the contract."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all when none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--keep", type=Path, help="where grown inputs and findings are kept; else they go with the run")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.targets if name not in TARGETS]:
        parser.error(f"{unknown[0]}: there is no such target; there is {', '.join(TARGETS)}")
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write("fuzzing is left out: atheris is not installed here (pip install atheris)\n")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.keep or Path(scratch)
        return max(_fuzz(name, chosen.seconds, folder / name) for name in chosen.targets or TARGETS)


def _fuzz(name: str, seconds: int, folder: Path) -> int:
    """Run one target; returns 1 when it found something."""
    grown, given = folder / "grown", folder / "given"
    for each in (grown, given):
        each.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (given / f"{number}").write_bytes(seed)
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.child", name, f"-max_total_time={seconds}", f"-rss_limit_mb={MEGABYTES}",
         f"-max_len={LONGEST.get(name, USUAL)}", "-timeout=60", f"-artifact_prefix={folder}/", "-verbosity=0",
         str(grown), str(given)],
        cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    findings = [file for file in sorted(folder.iterdir()) if file.is_file()]
    told = "nothing found" if done.returncode == 0 else f"broke the contract: {_last_words(done.stdout + done.stderr)}"
    sys.stdout.write(f"{name:10}{seconds} s, {len(list(grown.iterdir()))} inputs grown, {told}\n")
    for file in findings:
        sys.stdout.write(f"  {file.name}: {file.read_bytes()[:1_500].hex()}\n")
    return int(done.returncode != 0)


def _last_words(trace: str) -> str:
    lines = [line for line in trace.splitlines() if line.strip() and not line.startswith(("MS:", "0x", "artifact"))]
    told = [line for line in lines if "Error" in line or "TooSlow" in line or "ERROR" in line]
    return " / ".join(dict.fromkeys(told[:3] or lines[-3:]))[:600]


if __name__ == "__main__":
    sys.exit(main())
