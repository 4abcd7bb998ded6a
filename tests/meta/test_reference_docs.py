"""docs/charter.md and docs/settings.md name every key with its default, and their examples are valid."""

from __future__ import annotations

import re
import tomllib
from datetime import time
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from gateway.cli.toml import as_toml
from gateway.config import (
    Dkim,
    Limits,
    Listen,
    Mailbox,
    OAuth,
    Retention,
    Settings,
    Submission,
    Tokens,
    Web,
    read_settings,
)
from gateway.model.charter import (
    WEEKDAYS,
    Channel,
    Charter,
    CharterMember,
    Hours,
    Role,
    Routine,
    TrustRules,
    VoteRules,
    read_charter,
)
from gateway.model.span import Span

DOCS = Path(__file__).parents[2] / "docs"

# Heading (or the line above the table) → what it describes.
CHARTER_PARTS: dict[str, type[BaseModel]] = {
    "## The workspace": Charter,
    "In `[working_hours]`:": Hours,
    "## `[roles.NAME]`": Role,
    "## `[trust]`": TrustRules,
    "## `[channels.NAME]`": Channel,
    "## `[votes]`": VoteRules,
    "## `[routines.NAME]`": Routine,
    "## `[[members]]`": CharterMember,
}
SETTINGS_PARTS: dict[str, type[BaseModel]] = {
    "## General": Settings,
    "## `[smtp]` and `[lmtp]`": Listen,
    "## `[imap]` and `[[mailboxes]]`": Mailbox,
    "## `[submission]`": Submission,
    "## `[imap.oauth]`, `[submission.oauth]`": OAuth,
    "## `[dkim]`": Dkim,
    "## `[limits]`": Limits,
    "## `[retention]`": Retention,
    "## `[web]`": Web,
    "## `[tokens]`": Tokens,
}
PARTS = [("charter.md", *part) for part in CHARTER_PARTS.items()] + [
    ("settings.md", *part) for part in SETTINGS_PARTS.items()
]


def rows(document: str, part: str) -> dict[str, str]:
    """Return key → default of the first table below a line."""
    text = (DOCS / document).read_text(encoding="utf-8")
    assert text.count(f"\n{part}\n") == 1, part
    below = text.partition(f"\n{part}\n")[2]
    table = re.search(r"\| key \| default \| meaning \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", below)
    assert table
    found = [re.match(r"\| `(\w+)` \| (.*?) \|", line) for line in table[1].splitlines()]
    assert all(found)
    return {row[1]: row[2] for row in found if row}


def shown(field: FieldInfo) -> str:
    """Return how a default stands in a table."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    plain = written(value)
    if plain is None or plain == {} or isinstance(plain, BaseModel):
        return "–"
    return "`" + as_toml({"x": [plain]}).removeprefix("x = [").removesuffix("]\n") + "`"


def written(value: Any) -> Any:
    """Return a value as a person writes it."""
    match value:
        case Hours():
            return {"from": written(value.start), "to": written(value.end)}
        case time():
            return value.strftime("%H:%M")
        case Span():
            return str(value)
        case Enum():
            return value.value
        case Path():
            return str(value)
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return [written(one) for one in value]
    return value


@pytest.mark.parametrize(("document", "part", "model"), PARTS, ids=[part for _, part, _ in PARTS])
def test_every_key_stands_in_the_document_with_its_default(document: str, part: str, model: type[BaseModel]) -> None:
    expected = {field.alias or name: shown(field) for name, field in model.model_fields.items()}
    for name, stated in {
        "working_days": "`" + str([WEEKDAYS[day][:3] for day in range(5)]).replace("'", '"') + "`",
        "working_hours": '`{ from = "09:00", to = "18:00" }`',
        "keys": "required",
    }.items():
        if name in expected:
            expected[name] = stated
    assert rows(document, part) == expected


def examples(document: str) -> list[str]:
    found = re.findall(r"```toml\n(.*?)```", (DOCS / document).read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return [str(one) for one in found]


def test_the_examples_of_a_charter_can_be_applied() -> None:
    for example in examples("charter.md"):
        read_charter(tomllib.loads(example))


def test_the_examples_of_settings_are_valid(tmp_path: Path) -> None:
    for example in examples("settings.md"):
        file = tmp_path / "restante.toml"
        file.write_text(example, encoding="utf-8")
        read_settings(file)
