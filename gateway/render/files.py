"""Files in a mail: each a MIME part, 7-bit and under a safe name; put into a frozen message as it goes out.

The frozen bytes are a whole mail without its files, so that they are kept once, in the mail that brought them, and not
once a reader. Put in, the message is a function of both: the same at every try. Must not: judge a file.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from urllib.parse import quote

from gateway.model.attachment import Attachment
from gateway.model.facts import PostFacts
from gateway.model.notice import StoredNotice

_LINE = 76
_CHUNK = 57 * 1024  # octets encoded at a time: a multiple of 57, which base64 makes a line of
_QUOTED = re.compile(r"[ !#-\[\]-~]+")  # RFC 2045 §5.1: what stands in a quoted string as it is
_TOKEN = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,40}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")  # RFC 6838 §4.2
_SHORT = 54  # signs of a name that stands in one piece, so that its line stays within 76
_PIECE = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,17}")  # whole octets, 51 signs at most


def carried(stored: StoredNotice) -> tuple[Attachment, ...]:
    """Return the files that a notice carries; () for all but posts."""
    facts = stored.notice.facts
    return tuple(one for one in facts.files if one.is_passed_on) if isinstance(facts, PostFacts) else ()


def boundary(token: str) -> str:
    """Return what parts a message from its files; "=_" stands in no base64 and in no quoted-printable text."""
    return f"=_files.{token[-24:]}"


def end(token: str) -> bytes:
    """Return how a message that carries files ends."""
    return f"--{boundary(token)}--\r\n".encode()


def with_files(frozen: bytes, token: str, parts: Sequence[bytes]) -> bytes:
    """Return a frozen message with files put in behind its words, each as `part_of` gave it."""
    last = end(token)
    if not parts or not frozen.endswith(last):
        return frozen
    delimiter = f"--{boundary(token)}\r\n".encode()
    pieces = [memoryview(frozen)[: -len(last)]]
    for part in parts:
        pieces += [memoryview(delimiter), memoryview(part)]
    return b"".join([*pieces, last])


def part_of(file: Attachment, content: bytes, charset: str = "") -> bytes:
    """Return a file as a part: header fields, base64 (RFC 2045 §6.8), an empty line behind it."""
    media_type = file.media_type if _MEDIA_TYPE.fullmatch(file.media_type) else "application/octet-stream"
    # Of the parameters only what says how a text is to be read; others act on some programs (`method` of a calendar).
    says = f"; charset={charset}" if media_type.startswith("text/") and _TOKEN.fullmatch(charset) else ""
    head = (
        f"Content-Type: {media_type}{says}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {filename_parameter(file.filename)}\r\n\r\n"
    )
    return head.encode("ascii") + _base64(content) + b"\r\n"


def _base64(content: bytes) -> bytes:
    lines = bytearray()
    for start in range(0, len(content), _CHUNK):
        encoded = base64.b64encode(content[start : start + _CHUNK])
        lines += b"".join(encoded[at : at + _LINE] + b"\r\n" for at in range(0, len(encoded), _LINE))
    return bytes(lines)


def filename_parameter(name: str) -> str:
    """Return the parameter that names a file, folded: a quoted string, or RFC 2231 §4 in pieces of §3 where long."""
    if _QUOTED.fullmatch(name) and len(name) < _SHORT:
        return f'filename="{name}"'
    encoded = quote(name, safe="", encoding="utf-8", errors="replace")
    if len(encoded) <= _SHORT:
        return f"filename*=utf-8''{encoded}"
    first, *rest = _PIECE.findall(encoded)
    pieces = [f"filename*0*=utf-8''{first}", *(f"filename*{number}*={piece}" for number, piece in enumerate(rest, 1))]
    return ";\r\n ".join(pieces)
