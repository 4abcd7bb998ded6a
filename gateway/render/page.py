"""Pages for a browser, from templates handed in. Must not: act on anything; a page only shows."""

from __future__ import annotations

from typing import Any

import jinja2


def page(source: str, **values: Any) -> str:
    """Return a page: one template filled, every value escaped unless the template says it is safe."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source).render(values)
