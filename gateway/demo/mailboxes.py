"""The demo's mailboxes as a folder of .eml files and one page: every mail as text and as HTML side by side.

Must not: show anything but what really arrived.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from gateway.model.message import Message
from gateway.render.page import page
from gateway.resources import template_folder
from gateway.understand.mime import read_message


class _Person(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def program(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail as the page shows it; `file` is its .eml beside the page."""

    number: str
    file: str
    message: Message
    at: str  # the reader's own time


def write_mailboxes(folder: Path, boxes: Mapping[str, Sequence[bytes]], people: Sequence[_Person]) -> Path:
    """Write each mail as a file and the page that shows them; return the page."""
    shown = []
    for person in people:
        place = folder / "mail" / person.address.partition("@")[0]
        place.mkdir(parents=True, exist_ok=True)
        shown.append(
            (person, [_written(folder, place, person, n, raw) for n, raw in enumerate(boxes[person.address], start=1)])
        )
    source = (template_folder() / "web" / "mailboxes.html.j2").read_text(encoding="utf-8")
    index = folder / "index.html"
    index.write_text(page(source, boxes=shown), encoding="utf-8")
    return index


def _written(folder: Path, place: Path, person: _Person, number: int, raw: bytes) -> Shown:
    message = read_message(raw)
    words = re.sub(r"[^a-z0-9]+", "-", message.subject.lower()).strip("-")[:40]
    file = place / f"{number:02}-{words}.eml"
    file.write_bytes(raw)
    at = message.date.astimezone(ZoneInfo(person.timezone)).strftime("%a %d %b, %H:%M") if message.date else ""
    return Shown(f"{place.name}-{number}", file.relative_to(folder).as_posix(), message, at)
