"""When two posts of one author say the same: what a program that answers everything writes again and again.

Must not: say how often is too often (decide/breaker.py does).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from gateway.model.entry import Posted

_SHORT = 30  # letters: "Thanks!", "+1 from me" are said again by people too
_LOOKED_AT = 2_000  # letters of a post; what comes later is signatures
# What differs from one answer of a program to the next: a number, "#4711", "INC-20931", or an id, "3fa9c21d".
_ID_OF_LETTERS = re.compile(r"[a-f]{6}")
_NUMBERED = re.compile(r"\b(?:[^\W\d]*+\d\w*+|[a-f]{6,}+\b)")


@dataclass(frozen=True, slots=True)
class Lately:
    """What one author has posted before: how often the same within a day, and how much in all."""

    same: int = 0  # in the same thread; as the start of a thread, with the same subject
    posts: int = (
        0  # within the last hour, in the same thread; as the start of a thread, of such; of a stranger, anywhere
    )
    today: int = 0  # within a day, of the same


def is_start(post: Posted) -> bool:
    """Return whether a post is the start of a thread."""
    return post.thread == post.mark


def may_recur(post: Posted) -> bool:
    """Return whether people may well say the same again: a few words, or one sentence about number after number."""
    return len(_squeezed(post.text)) < _SHORT or any(map(_NUMBERED.search, _said(post)))


def words_key(post: Posted) -> str:
    """Return sixteen digits by which a post is known that says the same, in its thread or as the start of one.

    A program that numbers what it answers ("ticket #4711") says the same with each number; short words do not.
    """
    return _key(post.subject if is_start(post) else None, post.text[:_LOOKED_AT])


@lru_cache(maxsize=32)
def _key(subject: str | None, text: str) -> str:
    """Return the key of what is said; asked for twice a post: when those before it are counted, and as it is kept."""
    said = [_squeezed(one) for one in (subject, text) if one is not None]
    if subject is not None or len(said[0]) >= _SHORT:
        said = [_without_numbers(one) for one in said]
    return hashlib.blake2b("\n".join(said).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _without_numbers(said: str) -> str:
    # Most texts have none, which is seen in a tenth of the time it takes to look at each word.
    if said.isascii() and not any(digit in said for digit in "0123456789") and not _ID_OF_LETTERS.search(said):
        return said
    return _NUMBERED.sub("", said)


def _said(post: Posted) -> list[str]:
    text = _squeezed(post.text)
    return [_squeezed(post.subject), text] if is_start(post) else [text]


def _squeezed(text: str) -> str:
    return " ".join(text[:_LOOKED_AT].split()).casefold()
