"""The only place that builds things: settings → clock, chance, words, templates, store, edges.

Must not: hold any logic of the domain.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from gateway.understand.lexicon import Lexicon

HERE = Path(__file__).parent


def load_lexicon(folder: Path = HERE / "understand" / "words") -> Lexicon:
    """Return the words of every language that has a file in the folder."""
    files = sorted(folder.glob("*.toml"), key=lambda file: (file.stem != "en", file.stem))
    return Lexicon({file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files})
