"""What is wrong with a value that a person wrote into a charter or a setting, and the mend, in a sentence.

Must not: show a value that could be a secret: only numbers and words from a fixed choice are repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# By the name that pydantic gives a fault; `got` is what was written, the rest is what pydantic tells of the bound.
_TEXTS: Mapping[str, str] = {
    "missing": "is missing; write it, there is no default",
    "greater_than_equal": "{got} is too small; write {ge} or more",
    "greater_than": "{got} is too small; write more than {gt}",
    "less_than_equal": "{got} is too large; write {le} or less",
    "less_than": "{got} is too large; write less than {lt}",
    "literal_error": "{got} is not offered; write one of {expected}",
    "enum": "{got} is not offered; write one of {expected}",
    "int_type": "wants a whole number, without quotes",
    "int_parsing": "wants a whole number, without quotes",
    "int_from_float": "wants a whole number",
    "float_type": "wants a number, without quotes",
    "float_parsing": "wants a number, without quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "string_type": 'wants text in quotes, as "…"',
    "path_type": 'wants a path in quotes, as "…"',
    "time_parsing": 'is no time of day; write it as "08:30"',
    "time_type": 'is no time of day; write it as "08:30"',
    "tuple_type": 'wants a list, as ["…", "…"]',
    "dict_type": "wants a table of its own, under a heading in brackets",
    "model_type": "wants a table of its own, under a heading in brackets",
    "model_attributes_type": "wants a table of its own, under a heading in brackets",
}


def fault_text(fault: Mapping[str, Any]) -> str:
    """Return the sentence for one of pydantic's faults (an element of `ValidationError.errors()`)."""
    text = _TEXTS.get(fault["type"])
    if text is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    got = fault.get("input")
    shown = repr(got) if isinstance(got, int | float | str) else "this"
    return text.format(**{"got": shown, **fault.get("ctx", {})})
