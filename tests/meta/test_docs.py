"""What documents say of the code: the files they name are there, examples give what is shown, decisions are in order.

That links lead somewhere is tested with the committed files. Must not: hold a list of documents or files of its own.
"""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from gateway.resources import load_lexicon
from gateway.understand.requests import answer
from tests.meta.checkout import ROOT, committed

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
ABOUT_CODE = ("architecture.md", "understanding.md", "standards.md", *(f"decisions/{one.name}" for one in DECISIONS))

_NAMED_FILE = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|toml|j2|pot?|jsonl|sh))`")
_CITED = re.compile(r"\bRFC (\d{3,4})\b")
_LONGEST_DECISION = 40  # lines: what takes more is a guide

# Named for what they are, not for where they lie in the checkout: a file of the reader's own, and one that is no more.
_NOT_HERE = {"restante.toml", "pipeline.py", "gateway/pipeline.py"}


def _is_there(name: str) -> bool:
    """Whether a file is committed under this name, given whole or from some folder on."""
    return any(f"/{path.as_posix()}".endswith(f"/{name}") for path in committed())


@pytest.mark.parametrize("document", ABOUT_CODE)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    named = set(_NAMED_FILE.findall((ROOT / "docs" / document).read_text(encoding="utf-8")))
    assert sorted(name for name in named - _NOT_HERE if not _is_there(name)) == []


def test_the_architecture_names_every_folder_of_the_gateway() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.parts[1] for path in committed() if path.parts[0] == "gateway" and len(path.parts) > 2}
    empty = {room for room in rooms if not any((ROOT / "gateway" / room).rglob("[!_]*.*"))}
    assert sorted(room for room in rooms - empty if f"{room}/" not in text) == []


def test_the_architecture_names_every_table_of_the_store() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tables = re.findall(r'= Table\(\n +"(\w+)"', (ROOT / "store" / "tables.py").read_text(encoding="utf-8"))
    assert tables
    assert [table for table in tables if f"`{table}`" not in text] == []


def test_every_standard_the_code_cites_stands_in_the_list_of_them() -> None:
    listed = re.findall(r"\b\d{4}\b", (ROOT / "docs" / "standards.md").read_text(encoding="utf-8"))
    sources = [path for path in committed() if path.parts[0] in ("gateway", "store", "templates") and path.suffix]
    cited = {number for path in sources for number in _CITED.findall((ROOT / path).read_text("utf-8", "replace"))}
    assert len(cited) > 40
    assert sorted(cited - set(listed)) == []


def _examples() -> list[tuple[str, str]]:
    """Return the requests of docs/reading.md, each with the answer shown below it."""
    lines = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8").splitlines()
    shown = [line.strip() for line in lines if line.startswith('    {"id"')]
    return list(zip(shown[::2], shown[1::2], strict=True))


@pytest.mark.parametrize(("request_", "shown"), _examples())
def test_a_request_of_the_contract_is_answered_as_shown(request_: str, shown: str) -> None:
    found = json.dumps(answer(json.loads(request_), load_lexicon()), ensure_ascii=False)
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    assert re.fullmatch(pattern, found), found


def test_decisions_are_numbered_once_each_without_gaps() -> None:
    numbers = Counter(int(file.name[:4]) for file in DECISIONS)
    assert sorted(numbers.elements()) == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("name", [file.name for file in DECISIONS])
def test_a_decision_says_why_and_is_short(name: str) -> None:
    text = (ROOT / "docs" / "decisions" / name).read_text(encoding="utf-8")
    assert text.startswith(f"# {int(name[:4])}. ")
    assert all(re.search(rf"^(?:## |\*\*){part}\b", text, re.MULTILINE) for part in ("Context", "Decision"))
    assert len(text.splitlines()) <= _LONGEST_DECISION
