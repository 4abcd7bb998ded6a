"""Values to columns and back: frozen types as JSON text, instants as whole microseconds, raw bytes packed when small.

Must not: know a table.
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds UTC since 1970: exact, ordered, and the same in every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a naive datetime: it names no instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: it names no instant")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


_encoder = msgspec.json.Encoder()
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL keeps no NUL in a text, UTF-8 no lone surrogate


def storable(text: str) -> str:
    """Return a text from outside with what no database keeps replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def pack(value: Any) -> str:
    """Return a value as JSON text. Text that no database keeps (lone surrogates) is mended, never refused."""
    try:
        return _encoder.encode(value).decode()
    except UnicodeEncodeError:
        return _encoder.encode(_mended(msgspec.to_builtins(value))).decode()


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_mended(key): _mended(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mended(part) for part in value]
    return value


_SMALL = 128 * 1024  # beyond this, packing would hold up the door for longer than the disk does
_PLAIN, _DEFLATED = b"\x00", b"\x01"


def squeeze(raw: bytes) -> bytes:
    """Return bytes as they are kept: a first byte that says how, then the bytes."""
    if len(raw) <= _SMALL:
        packed = zlib.compress(raw, 1)
        if len(packed) < len(raw):
            return _DEFLATED + packed
    return _PLAIN + raw


def expand(kept: bytes) -> bytes:
    """Return the bytes that were kept by `squeeze`."""
    kept = bytes(kept)  # PostgreSQL's driver may hand out a memoryview
    return zlib.decompress(kept[1:]) if kept[:1] == _DEFLATED else kept[1:]
