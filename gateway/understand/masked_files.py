"""Takes our tokens out of files that are text, as masking.py does with words. Must not: touch any other file."""

from __future__ import annotations

import codecs

from gateway.understand.masking import masked

_GONE = "..."  # in any charset
_TEXTS = frozenset({"application/json", "application/xml", "application/yaml", "application/rtf"})
_SAYS_NOTHING = "application/octet-stream"
_SAYS_SO = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}  # as a table saved by Excel does
_WIDE = {"utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


def masked_file(content: bytes, media_type: str, charset: str, local: str) -> bytes:
    """Return a file without our tokens where it is text; octet for octet as it came where it has none, or is not."""
    if not _is_text(content, media_type):
        return content
    codec = _codec(content, charset)
    try:
        text = content.decode(codec)
        found = masked(text, local, _GONE)
        return content if found == text else found.encode(codec)
    except UnicodeError:
        return content


def _is_text(content: bytes, media_type: str) -> bool:
    """Whether a file is text by its type; by what is in it, where its type says nothing."""
    if media_type == _SAYS_NOTHING:
        return content.startswith(tuple(_SAYS_SO)) or b"\0" not in content
    return media_type.startswith("text/") or media_type in _TEXTS


def _codec(content: bytes, charset: str) -> str:
    """Return how octets become letters and back: all but the wide charsets have those of a token as ASCII has them."""
    begun = next((codec for mark, codec in _SAYS_SO.items() if content.startswith(mark)), "")
    return begun or _WIDE.get(charset.casefold(), "latin-1")
