"""The words of the languages we read, as one frozen value handed to every reader.

Each language is one data file, words/<language>.toml, with a table for each reader: [reply], [machine], [ballot],
[checkin], [command], [date]. Must not: open files (app.py loads them) or hold a word of any language itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload


class Words(Sequence[str]):
    """A list of words kept as one text and cut whenever it is looked through, which a reader does once.

    There are some eighty thousand words, and each as a value of its own takes four times its letters.
    """

    __slots__ = ("_text",)

    def __init__(self, words: Iterable[str]) -> None:
        """Take words without line ends, one or more."""
        self._text = "\n".join(words).encode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._cut())

    def __len__(self) -> int:
        return self._text.count(b"\n") + 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        return self._cut()[at]

    def _cut(self) -> list[str]:
        return self._text.decode().split("\n")


def packed(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the tables of a language with their lists of words as `Words`; what else is in them stays as it is."""
    return {name: {key: _packed(value) for key, value in table.items()} for name, table in tables.items()}


def _packed(value: Any) -> Any:
    is_words = isinstance(value, list) and value and all(isinstance(one, str) and "\n" not in one for one in value)
    return Words(value) if is_words else value


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
