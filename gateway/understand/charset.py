"""Bytes to text when the label lies: the declared charset, else UTF-8, else windows-1252; marks nobody sees taken out.

Must not: know what a mail is.
"""

from __future__ import annotations

import codecs
import re

# What mail programs write where they mean something else. Web browsers read the first ones the same way.
_MEANT = {
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
    "x-unknown": "utf-8",
    "unknown": "utf-8",
    "default": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-gbk": "gbk",
    "gb2312": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
}
_WESTERN = frozenset({"cp1252", "iso8859-15", "iso8859-9", "cp1254"})
_LEADING_MARK = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Zero-width space, word joiner, byte order mark, soft hyphen, marks of direction and NUL say nothing and break
# comparisons; joiners stay, since emoji and Persian are spelt with them. No-break spaces become plain ones; other line
# ends become \n.
_UNSEEN = dict.fromkeys(
    [*map(ord, "\x00\u00ad\u200b\u200e\u200f\u2060\ufeff"), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], ""
)
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009\u200a\u2002\u2003"), " ")
_TABLE = _UNSEEN | _SPACES | {ord("\u2028"): "\n", ord("\u2029"): "\n", ord("\x0c"): "\n", ord("\x0b"): "\n"}
_ODD = re.compile("[" + "".join(map(chr, _TABLE)) + "]")
# Bytes are looked through far faster than letters, and for a single one faster still: by it, how odd marks begin.
_ODD_STARTS = {
    first: tuple(start for start in sorted({chr(code).encode()[:2] for code in _TABLE}) if start.startswith(first))
    for first in sorted({chr(code).encode()[:1] for code in _TABLE})
}


def decoded(content: bytes, declared: str | None) -> str:
    """Return bytes as text, by the declared charset where that holds, else the likeliest one. Never raises."""
    if content.isascii() and b"\x1b" not in content and not (declared or "").lower().startswith("utf-"):
        return content.decode("ascii")
    for mark, codec in _LEADING_MARK.items():
        if content.startswith(mark):
            return content.decode(codec, "replace")
    name = _codec(declared)
    if name in _WESTERN:
        # A western label on bytes that are valid UTF-8 is nearly always a lie: text by chance valid is very rare.
        return _strict(content, "utf-8") or _strict(content, name) or content.decode("cp1252", "replace")
    text = _strict(content, name) if name else None
    if text is None:
        text = _strict(content, "utf-8")
    return _guessed(content) if text is None else text


def seen(text: str) -> str:
    """Return text as a reader sees it: no invisible marks, plain spaces, lines ended by \\n, no lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text.translate(_TABLE) if "\x00" in text or "\x0c" in text else text
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        encoded = text.encode("utf-8", "replace")
        text = encoded.decode()
    return _without_odd(text) if _may_hold_odd(encoded) else text


def _may_hold_odd(encoded: bytes) -> bool:
    return any(first in encoded and any(start in encoded for start in starts) for first, starts in _ODD_STARTS.items())


def _without_odd(text: str) -> str:
    """Return text with each odd mark replaced, one kind after the other: a few are rare, and `translate` reads all."""
    found = _ODD.search(text)
    while found:
        text = text.replace(found[0], _TABLE[ord(found[0])])
        found = _ODD.search(text, found.start())
    return text


def _codec(declared: str | None) -> str | None:
    """Return Python's name of a charset; None when there is no such text codec."""
    label = (declared or "").strip().strip("\"'").lower().replace("\x00", "")
    label = _MEANT.get(label, label)
    if not label or not label.isascii():
        return None
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return _MEANT.get(name, name)


def _strict(content: bytes, codec: str) -> str | None:
    try:
        text = content.decode(codec)
        text.encode()  # some codecs make lone surrogates
    except (LookupError, ValueError):
        return None
    return text


def _guessed(content: bytes) -> str:
    """Return bytes that are in no charset they claim: UTF-8 with a few broken places, else windows-1252."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(1 for char in text if ord(char) > 0x7F) - broken
    return text if good > broken else content.decode("cp1252", "replace")
