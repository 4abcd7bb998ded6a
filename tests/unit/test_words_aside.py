"""Words laid aside are found by `Lists.of` alone: a rule that looked for them among all hits would never find any."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import gateway.understand.reading
from gateway.understand.reading.request import ASIDE

RULES = sorted(Path(gateway.understand.reading.__file__).parent.glob("*.py"))
AMONG_ALL = {"hits", "mentions", "asked_for"}


def _asked(source: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in AMONG_ALL:
            yield from (one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_no_rule_looks_among_all_hits_for_words_laid_aside() -> None:
    asked = {key for path in RULES for key in _asked(path.read_text(encoding="utf-8"))}
    assert "vote_ask" in asked
    assert asked.isdisjoint(ASIDE)
