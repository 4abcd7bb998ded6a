"""The signed token in our addresses: which notice, to which member, until when, and what for.

A token is case-insensitive (base32), carries the number of its key (keys rotate) and the day it expires, and counts
only together with its member's own address. What it is for is signed with it: whoever sees the address to answer to
cannot make the one that bounces go to (docs/decisions/0019). Must not: decide what a token is good for.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

_EPOCH = date(2020, 1, 1)
_DAYS_TO_COME = 30_000  # from then on: no token is good beyond the century
_MAC_BYTES = 10  # 80 bits: guessing one costs 2^79 deliveries on average; keeps the local part within 64 octets
_HEAD = 1 + 5 + 4 + 2  # key number, notice, member, day
LENGTH = -(-(_HEAD + _MAC_BYTES) * 8 // 5)  # letters and digits of a token: 36


class Purpose(Enum):
    """What a token is for; its value is what the signature has of it."""

    ANSWERS = b""  # in Reply-To and Message-ID: for everybody who has the mail, or an answer to it
    RETURNS = b"\0returns"  # in the envelope sender: for mail systems


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

    def sign(self, claim: Claim, workspace: str, purpose: Purpose = Purpose.ANSWERS) -> str:
        """Return the token of a claim within a workspace: 36 characters of a–z and 2–7."""
        return self._signed(self.current, _told(claim), workspace, purpose)

    def for_returns(self, token: str, workspace: str) -> str:
        """Return the token of the same claim, as one of ours states it, for what comes back. Always the same one.

        It is "" where there is no key to sign with, for who only looks at a store.
        """
        raw = _raw(token)
        key = raw[0] if raw[0] in self.keys else self.current  # taken out since: whatever the old one says is over
        if key not in self.keys:
            return ""
        return self._signed(key, raw[1:_HEAD], workspace, Purpose.RETURNS)

    def verify(self, token: str, workspace: str, purpose: Purpose = Purpose.ANSWERS) -> Claim | None:
        """Return the claim of a token, also when it has expired, or None when we did not sign it for this workspace
        and this purpose.
        """
        try:
            raw = _raw(token)
        except ValueError:
            return None
        if len(raw) != _HEAD + _MAC_BYTES or raw[0] not in self.keys:
            return None
        head = raw[:_HEAD]
        if not hmac.compare_digest(raw[_HEAD:], self._mac(self.keys[raw[0]], head, workspace, purpose)):
            return None
        day = _EPOCH + timedelta(days=int.from_bytes(head[10:12], "big"))
        return Claim(int.from_bytes(head[1:6], "big"), int.from_bytes(head[6:10], "big"), day)

    def _signed(self, key: int, told: bytes, workspace: str, purpose: Purpose) -> str:
        head = bytes([key]) + told
        whole = head + self._mac(self.keys[key], head, workspace, purpose)
        return base64.b32encode(whole).decode("ascii").rstrip("=").lower()

    @staticmethod
    def _mac(key: bytes, head: bytes, workspace: str, purpose: Purpose) -> bytes:
        said = workspace.encode() + b"\0" + head + purpose.value
        return hmac.digest(key, said, "sha256")[:_MAC_BYTES]


def is_same(one: str, other: str) -> bool:
    """Whether two tokens are one, however they are written. A claim alone names a notice by its number, and where an
    older record was put back numbers are given out once more.
    """
    try:
        return hmac.compare_digest(_raw(one), _raw(other))
    except ValueError:
        return False


def may_be_ours(token: str) -> bool:
    """Whether letters and digits have the form of a token: numbers as small as ours, a day of these decades, no bit
    left over. Other systems write as many for ids of theirs, which hardly ever do.
    """
    try:
        raw = _raw(token)
    except ValueError:
        return False
    is_whole = len(raw) == _HEAD + _MAC_BYTES and base64.b32encode(raw).rstrip(b"=") == token.upper().encode()
    is_small = raw[1:2] == b"\0" and raw[6:7] == b"\0"  # of the notice's five octets, and the member's four
    return is_whole and is_small and int.from_bytes(raw[10:12], "big") < _DAYS_TO_COME


_RUN = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{LENGTH}}}(?![a-z2-7])")


def bears_one(name: str) -> bool:
    """Whether an address or an id has a token of ours in it, by its form: of any workspace, at any domain."""
    return any(map(may_be_ours, _RUN.findall(name.lower())))


def _told(claim: Claim) -> bytes:
    return (
        claim.notice_id.to_bytes(5, "big")
        + claim.member_id.to_bytes(4, "big")
        + (claim.expires_on - _EPOCH).days.to_bytes(2, "big")
    )


def _raw(token: str) -> bytes:
    """Return the octets of a token. Raises ValueError where it is none."""
    return base64.b32decode(token.upper() + "=" * (-len(token) % 8))
