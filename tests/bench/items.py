"""Answers to digests item by item: how many of the matrix land, are asked back, or go astray (tests/matrix)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.bench.figures import QUICK, Figure, Scale
from tests.matrix.letters import towns
from tests.matrix.matrix import replies
from tests.matrix.measure import Fate, measured


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield what becomes of the answers of the matrix; all of it, or one in eleven for a quick look."""
    with tempfile.TemporaryDirectory() as folder:
        lived = towns(Path(folder))
        table = measured(islice(replies(lived), None, None, 11 if scale is QUICK else 1))
        for town in lived.values():
            town.close()
    programs = len({program for program, _ in table.answers})
    landed, asked, wrong = (table.share(fate) for fate in (Fate.LANDED, Fate.ASKED, Fate.WRONG))
    answers = f"{table.total.total()} answers by {programs} programs"
    yield Figure("answers that land on their item", f"{landed:.2%}", answers, "≥ 98 %", landed >= 0.98)
    yield Figure("… on a wrong item", f"{wrong:.2%}", answers, "0 %", wrong == 0)
    yield Figure("… asked back", f"{asked:.2%}", answers, "≤ 2 %", asked <= 0.02)
