"""`make bench`: every figure beside its reference, in one table; progress goes to standard error.

usage: python -m tests.bench [--quick] [SECTION ...]
       python -m tests.bench chaos [--mails N] [--kills K] [--seed S]
Sections: accept post fanout memory scale reading items render digests corpora peers.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time

from tests.bench import corpora, flow, items, peers, reading, rendering, scale
from tests.bench.figures import HEAD, QUICK, WHOLE, Section, line

SECTIONS: dict[str, Section] = {
    "accept": flow.accept,
    "post": flow.post,
    "fanout": flow.fanout,
    "memory": flow.memory,
    "scale": scale.figures,
    "reading": reading.figures,
    "items": items.figures,
    "render": rendering.figures,
    "digests": rendering.digests,
    "corpora": corpora.figures,
    "peers": peers.figures,
}


def main() -> int:
    """Measure and print; returns 0 whatever the figures are. `chaos` measures nothing: it tries promises."""
    if sys.argv[1:2] == ["chaos"]:
        from tests.bench import chaos

        return chaos.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="which to measure; all when none is named")
    parser.add_argument("--quick", action="store_true", help="fewer of everything: a minute or two")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"{unknown[0]}: there is no such section; there is {', '.join(SECTIONS)}")
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n{HEAD}", flush=True
    )
    started = time.monotonic()
    for name in chosen.sections or SECTIONS:
        print(f"… {name}, {time.monotonic() - started:.0f} s so far", file=sys.stderr, flush=True)
        for figure in SECTIONS[name](QUICK if chosen.quick else WHOLE):
            print(line(figure), flush=True)
    print(f"… done in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
