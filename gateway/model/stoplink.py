"""The code in the address by which one click stops mail (RFC 8058): it names a notice, and proves that we wrote it.

It is made from the notice's token for returns, one way: whoever sees the address in a log or a browser's history learns
nothing that an answer by mail would be believed for; and whoever sees the token for answers, which stands in References
of all that follows, learns no code. Must not: decide what a click does (decide/on_click.py does).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

STOP_PATH = "/u/"  # below where our pages are reached; the code follows

_NOTICE_BYTES = 5  # as in the token
_PROOF_BYTES = 15  # 20 octets in all: 32 characters of base32 and no padding
LENGTH = (_NOTICE_BYTES + _PROOF_BYTES) * 8 // 5


def stop_code(notice_id: int, token: str) -> str:
    """Return the code of a notice with this token for returns: 32 characters of a–z and 2–7."""
    return code_for(b"stop", notice_id, token)


def code_for(purpose: bytes, notice_id: int, token: str) -> str:
    """Return a code of this form that is good for one purpose alone."""
    proof = hashlib.sha256(purpose + b"\0" + token.lower().encode()).digest()[:_PROOF_BYTES]
    return base64.b32encode(notice_id.to_bytes(_NOTICE_BYTES, "big") + proof).decode("ascii").lower()


def notice_named(code: str) -> int | None:
    """Return the notice that a code names, None when it is no code; whether we wrote it is for `is_code_of` to say."""
    if len(code) != LENGTH or not code.isascii():
        return None
    try:
        raw = base64.b32decode(code.upper())
    except ValueError:
        return None
    return int.from_bytes(raw[:_NOTICE_BYTES], "big")


def is_code_of(code: str, notice_id: int, token: str) -> bool:
    """Whether a code is the one of this notice with this token; takes equally long for every wrong one."""
    return hmac.compare_digest(code.lower().encode(), stop_code(notice_id, token).encode())
