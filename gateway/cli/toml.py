"""A document as TOML a person can read and edit: what the standard library reads but does not write (TOML 1.0).

Must not: know what a document means. Only what a charter is kept as: tables, lists, text, numbers, true and false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_LINE = 100
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def as_toml(document: Mapping[str, Any]) -> str:
    """Return a document as TOML text: plain keys first, then tables, then lists of tables; empty and None left out."""
    return "\n".join(_table(document, ())).strip() + "\n"


def text_literal(text: str) -> str:
    """Return a TOML string with its quotes."""
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    is_control = ord(sign) < 0x20 or sign == "\x7f"
    return f"\\u{ord(sign):04x}" if is_control else sign


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    kept = {key: value for key, value in table.items() if value is not None}
    for key, value in kept.items():
        if not _stands_apart(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in kept.items():
        if not _stands_apart(value):
            continue
        place = (*path, key)
        named = ".".join(_key(step) for step in place)
        for one in [value] if isinstance(value, Mapping) else value:
            if not isinstance(value, Mapping) or not _holds_only_tables(one):
                yield ""
                yield f"[{named}]" if isinstance(value, Mapping) else f"[[{named}]]"
            yield from _table(one, place)


def _stands_apart(value: Any) -> bool:
    """Whether a value is written under a heading of its own."""
    if isinstance(value, Mapping):
        return True
    return _is_list(value) and len(value) > 0 and all(isinstance(one, Mapping) for one in value)


def _holds_only_tables(table: Mapping[str, Any]) -> bool:
    """Whether a table needs no heading: the headings of those within it make it."""
    return bool(table) and all(isinstance(value, Mapping) for value in table.values())


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return text_literal(value)
        case Mapping():
            return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None) + " }"
    if not _is_list(value):
        raise TypeError(f"a {type(value).__name__} has no place in such a document")
    parts = [_value(one) for one in value]
    line = f"[{', '.join(parts)}]"
    return line if len(line) <= _LONGEST_LINE else "[\n" + "".join(f"  {part},\n" for part in parts) + "]"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else text_literal(key)
