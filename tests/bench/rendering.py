"""How many mails are rendered a second: digests that nobody else gets alike, and posts. A section of the bench.

Must not: measure what the shelf of pages saves (the fan-out does).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace

from gateway.render.render import render
from gateway.render.shelf import Shelf
from gateway.resources import load_templates
from tests.bench.figures import Figure, Scale
from tests.golden import rendered_specimens as specimens

SECONDS = 2.0


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield mails a second, each made anew."""
    templates = replace(load_templates(), shelf=Shelf(0))
    for name, least in (("digest", 300), ("post", None)):
        stored = [specimens.stored(specimens.notice(name, language)) for language in ("en", "fr")]
        for one in stored:
            render(one, specimens.WORKSPACE, templates)
        started, made = time.perf_counter(), 0
        for one in itertools.cycle(stored):
            render(one, specimens.WORKSPACE, templates)
            made += 1
            if time.perf_counter() - started > SECONDS:
                break
        rate = made / (time.perf_counter() - started)
        goal, reached = (f"≥ {least}/s", rate >= least) if least else ("", None)
        yield Figure(
            f"{name}s rendered, each made anew", f"{rate:.0f}/s", "text and HTML, two languages", goal, reached
        )
