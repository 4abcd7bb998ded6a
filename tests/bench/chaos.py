"""`python -m tests.bench chaos`: thousands of mails through a real Postfix while `restante serve` is killed at random.

usage: python -m tests.bench chaos [--mails N] [--kills K] [--seed S] [--keep FOLDER]
Exit status 1 when a promise is broken. Must not: know how any of it works (tests/wire/storm.py does).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.wire.crowd import corpora
from tests.wire.programs import missing
from tests.wire.storm import CONNECTIONS, Reckoning, Storm


def main(arguments: list[str]) -> int:
    """Run the storm and print its table; returns 0 when every promise was kept, 2 where it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench chaos", description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder that is made, and kept to be looked into")
    chosen = parser.parse_args(arguments)
    if reason := missing():
        print(f"chaos: cannot run: {reason}")
        return 2
    if corpora() is None:
        print("chaos: no corpora here (RESTANTE_SHARED, or ../shared beside the checkout): our own mails alone")
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"… {time.monotonic() - started:5.0f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="restante-chaos-", ignore_cleanup_errors=True) as scratch:
        folder = chosen.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # Postfix drops root
        reckoning = Storm(folder, chosen.mails, chosen.kills, chosen.seed, say).run()
    print(f"seed {chosen.seed}, {time.monotonic() - started:.0f} s")
    for line in table(reckoning):
        print(line)
    for promise in reckoning.broken:
        print(f"BROKEN  {promise}")
    return 1 if reckoning.broken else 0


def table(reckoning: Reckoning) -> Iterator[str]:
    """Yield the lines of the final table."""
    rows: list[tuple[str, object]] = [
        ("mails handed to Postfix, and accepted by it", reckoning.handed_in),
        ("… refused by Postfix itself", reckoning.turned_away),
        ("mails Postfix had for us, its own bounces among them", reckoning.for_us),
        ("kills of `restante serve`", reckoning.died),
        ("refused at our door", sum(reckoning.refused.values())),
        *(_counted(reckoning.refused)),
        ("arrivals in the record", reckoning.arrived),
        ("… the same mail once more, our 250 lost in a death", reckoning.twice),
        *(_counted(Counter({f"{state}, {reason}": n for (state, reason), n in reckoning.states.items()}))),
        ("without a state or a reason (must be 0)", len(reckoning.unexplained)),
        ("faults of ours (must be 0)", len(reckoning.faults)),
        ("lost (must be 0)", len(reckoning.lost)),
        ("notices", sum(reckoning.notices.values())),
        *(_counted(reckoning.notices)),
        ("mails of ours in the world, by Message-ID", reckoning.sent),
        ("called sent, and nobody has it (must be 0)", len(reckoning.unsent)),
        ("Message-IDs with different bytes (must be 0)", len(reckoning.differing)),
        (f"copies beyond the first (at most {reckoning.died * CONNECTIONS})", reckoning.doubles),
        ("automatic answers to machines (must be 0)", len(reckoning.to_machines)),
    ]
    yield from (f"{what:56} {value:>8}" for what, value in rows)
    yield "written by: " + ", ".join(f"{kind} {number}" for kind, number in reckoning.kinds.most_common())


def _counted(counts: Counter[str]) -> Iterator[tuple[str, int]]:
    return ((f"  {what}", number) for what, number in counts.most_common())
