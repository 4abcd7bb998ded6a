"""The words of the languages we read, as one frozen value handed to every reader.

Each language is one data file, words/<language>.toml, with a table for each reader: [reply], [machine], [ballot],
[checkin], [command], [date]. Must not: open files (app.py loads them) or hold a word of any language itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)  # by identity, so that a reader can cache what it compiles from it
class Lexicon:
    """Language code → table → key → words. Readers look in all languages, whatever the workspace's."""

    languages: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def tables(self, name: str) -> dict[str, Mapping[str, Any]]:
        """Return the table of this name for each language that has one, by language code."""
        return {code: tables[name] for code, tables in self.languages.items() if name in tables}

    def words(self, name: str, key: str) -> tuple[str, ...]:
        """Return the words under a key of a table, of all languages, in file order and without doubles."""
        found = (word for table in self.tables(name).values() for word in table.get(key, ()))
        return tuple(dict.fromkeys(found))


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, longest first; a line may end within one. It matches nothing for none."""
    ordered = sorted(set(words), key=len, reverse=True)
    return "|".join(r"[ \t]*[ \t\n][ \t]*".join(map(re.escape, word.split())) for word in ordered) or r"(?!)"
