"""Measure the whole matrix: `python -m tests.matrix [--failures N]`. Prints the table and the first failures.

Digests, and prompts and reminders beside them.
"""

# ruff: noqa: T201 - it prints a table
from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.matrix.letters import towns
from tests.matrix.matrix import replies
from tests.matrix.measure import measured
from tests.matrix.prompts import cases, lived_town


def main() -> None:
    """Print the table of the whole matrix."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--failures", type=int, default=0, help="how many failures to name")
    wanted.add_argument("--thin", type=int, default=1, help="take every n-th reply only")
    arguments = wanted.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lived = towns(Path(folder))
        table = measured(reply for turn, reply in enumerate(replies(lived)) if turn % arguments.thin == 0)
        place = Path(folder) / "prompts"
        place.mkdir()
        asked = lived_town(place)
        for turn, case in enumerate(cases(asked)):
            if turn % arguments.thin == 0:
                table.count(case.program, case.style, case.fate, f"{case.program} / {case.style} / {case.name}")
        asked.close()
        print(table.printed())
        for name, came_to in table.unlanded[: arguments.failures]:
            print(f"\n{came_to.value}: {name}")
        for reply, mark, came_to, understood in table.failures[: arguments.failures]:
            print(
                f"\n{came_to.value}: {mark} of {reply.name}; answers {dict(reply.answers)}; homeless {reply.homeless!r}"
            )
            for piece in understood.pieces:
                print(f"    {piece.mark or '-'}: {piece.text!r} {type(piece.reading).__name__}")
        for town in lived.values():
            town.close()


main()
