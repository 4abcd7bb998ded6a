"""docs/security.md names a test for each attack, and each test it names is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.meta.checkout import ROOT

FEWEST = 30
USUAL = (
    "tests/flow/test_attacks.py",
    "tests/flow/test_attacks_tokens.py",
    "tests/flow/test_attacks_machines.py",
    "tests/flow/test_attacks_handed_on.py",
    "tests/wire/test_attacks_wire.py",
)
_ROW = re.compile(r"^\| (.+?) \| (.+?) \| `(test_\w+)`(?: in `([\w./]+)`)? \|$", re.MULTILINE)


def _attacks() -> list[tuple[str, str]]:
    """Return (test, the file it is named in, "" for the usual ones) of each row."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## Attacks")[2]
    return [(row[3], row[4] or "") for row in _ROW.finditer(text)]


def _tests_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


def test_at_least_thirty_attacks_are_named_each_with_a_test_of_its_own() -> None:
    attacks = _attacks()
    rows = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## Attacks")[2].count("\n| ") - 1
    assert len(attacks) == rows, "a row that names no test"
    assert len(attacks) >= FEWEST
    assert len({name for name, _ in attacks}) == len(attacks)


@pytest.mark.parametrize(("name", "file"), _attacks())
def test_the_test_of_an_attack_is_there(name: str, file: str) -> None:
    assert any(name in _tests_of(one) for one in ((file,) if file else USUAL))
