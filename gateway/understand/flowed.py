"""format=flowed (RFC 3676): soft line breaks joined, quote marks and the signature line left in place.

Must not: decide what is quoted; it only joins what the sending program broke.
"""

from __future__ import annotations

import re

_QUOTE = re.compile(r">*")


def unflowed(text: str, delete_space: bool = False) -> str:
    """Return flowed text with its paragraphs on one line each. `delete_space` is the DelSp parameter."""
    out: list[str] = []
    open_depth = -1  # the quote depth of the paragraph still open, -1 for none
    for line in text.split("\n"):
        depth = len(_QUOTE.match(line)[0])  # type: ignore[index]  # a pattern that matches the empty text
        content = line[depth:]
        if content.startswith(" "):  # RFC 3676 §4.4: one space of stuffing
            content = content[1:]
        signature = content == "-- "  # RFC 3676 §4.3: never flowed
        if depth == open_depth and not signature:
            out[-1] += content
        else:
            out.append(_prefixed(depth, content))
        # RFC 3676 §4.2: a line that ends in a space goes on, if the next one has the same depth
        flows = content.endswith(" ") and not signature and not content.isspace()
        open_depth = depth if flows else -1
        if flows and delete_space:
            out[-1] = out[-1][:-1]
    return "\n".join(out)


def _prefixed(depth: int, content: str) -> str:
    if not depth:
        return content
    return ">" * depth + (" " + content if content else "")
