"""The signed token in our addresses: which notice, to which member, until when.

A token is case-insensitive (base32), carries the number of its key (keys rotate) and the day it expires, and counts
only together with its member's own address. Must not: decide what a token is good for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_EPOCH = date(2020, 1, 1)
_MAC_BYTES = 10  # 80 bits: guessing one costs 2^79 deliveries on average; keeps the local part within 64 octets
_HEAD = 1 + 5 + 4 + 2  # key number, notice, member, day


@dataclass(frozen=True, slots=True)
class Claim:
    """What a valid token says."""

    notice_id: int
    member_id: int  # 0 for a notice to somebody who is no member
    expires_on: date


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by number (0–255), at least 32 bytes each. `current` signs; all verify, so that keys rotate without breaking
    mails in flight.
    """

    keys: Mapping[int, bytes]
    current: int

    def sign(self, claim: Claim, workspace: str) -> str:
        """Return the token of a claim within a workspace: 36 characters of a–z and 2–7."""
        head = (
            bytes([self.current])
            + claim.notice_id.to_bytes(5, "big")
            + claim.member_id.to_bytes(4, "big")
            + (claim.expires_on - _EPOCH).days.to_bytes(2, "big")
        )
        return (
            base64.b32encode(head + self._mac(self.keys[self.current], head, workspace))
            .decode("ascii")
            .rstrip("=")
            .lower()
        )

    def verify(self, token: str, workspace: str) -> Claim | None:
        """Return the claim of a token, also when it has expired, or None when we did not sign it for this workspace."""
        padded = token.upper() + "=" * (-len(token) % 8)
        try:
            raw = base64.b32decode(padded)
        except ValueError:
            return None
        if len(raw) != _HEAD + _MAC_BYTES or raw[0] not in self.keys:
            return None
        head = raw[:_HEAD]
        if not hmac.compare_digest(raw[_HEAD:], self._mac(self.keys[raw[0]], head, workspace)):
            return None
        day = _EPOCH + timedelta(days=int.from_bytes(head[10:12], "big"))
        return Claim(int.from_bytes(head[1:6], "big"), int.from_bytes(head[6:10], "big"), day)

    @staticmethod
    def _mac(key: bytes, head: bytes, workspace: str) -> bytes:
        return hmac.new(key, workspace.encode() + b"\0" + head, hashlib.sha256).digest()[:_MAC_BYTES]
