"""The documents as a reader goes through them: each can be reached from the README, and pictures are small."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)\s:]+)\)")
CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def linked(document: Path) -> list[Path]:
    """Return the files and folders a document links to."""
    text = CODE_BLOCK.sub("", document.read_text(encoding="utf-8"))
    return [(document.parent / link.partition("#")[0]).resolve() for link in LINK.findall(text)]


def test_every_document_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in seen or not document.exists():
            continue
        seen.add(document)
        if document.is_dir():
            waiting += document.glob("*.md")
        elif document.suffix == ".md":
            waiting += linked(document)
    assert [path for path in (ROOT / "docs").rglob("*.md") if path not in seen] == []


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "gallery").glob("*.png"))
    assert pictures
    assert all(picture.stat().st_size <= 150_000 for picture in pictures)
