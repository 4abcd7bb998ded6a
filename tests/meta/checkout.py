"""The checkout as the meta tests look at it: its files, as committed. Must not: import what it looks at."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gateway", "store")
_NOT_OURS = {".venv", ".git", "__pycache__", "node_modules", "build", "dist", "demo"}


@cache
def committed() -> tuple[Path, ...]:
    """Return every file that is or would be committed, relative to the root."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        files = (file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file())
        listed = [str(file) for file in files if not _NOT_OURS & set(file.parts) and not file.parts[0].startswith(".")]
    return tuple(Path(name) for name in sorted(listed) if (ROOT / name).is_file())


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield each Python file of some packages, ours unless said, as its path and its syntax tree."""
    for package in packages or PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), _tree(file)


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level names of everything a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
