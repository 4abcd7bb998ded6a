"""DKIM (RFC 6376): signs frozen bytes, where the server that sends them on does not.

The same bytes get the same signature at every try. Must not: change a byte of what it signs, or read anything in it
but field names. The one user of dkimpy, which is loaded when the first signer is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

# RFC 6376 §5.4.1, and the fields of RFC 2369, 2919 and 8058 that we write. One-click needs a signature over its two.
_SIGNED = (
    b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
    b"mime-version", b"content-type", b"content-transfer-encoding", b"content-language",
    b"list-id", b"list-help", b"list-post", b"list-owner", b"list-unsubscribe", b"list-unsubscribe-post",
    b"auto-submitted",
)  # fmt: skip
# Named once more than they stand there, so that none can be added (RFC 6376 §8.15): readers show or obey the first.
_SEALED = frozenset({b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"content-type"})
_CANON = (b"relaxed", b"relaxed")  # RFC 6376 §3.4.2, §3.4.4: servers on the way touch white space
_PROBE = b"From: <probe@example.org>\r\n\r\nprobe\r\n"


class SigningProblem(ValueError):
    """A key that signs nothing. The text says why and shows nothing of the key."""


class Signer:
    """Signs for one domain. Raises SigningProblem when the key is none."""

    def __init__(self, domain: str, selector: str, key: bytes) -> None:
        self._domain = domain.encode("idna")
        self._selector = selector.encode("ascii")
        self._key = key
        try:
            self.sign(_PROBE)
        except Exception as problem:  # whatever the library trips over in a key
            raise SigningProblem(f"holds no RSA key in PEM form ({type(problem).__name__})") from None

    def sign(self, raw: bytes) -> bytes:
        """Return a message with its signature on top."""
        return self._signature(raw) + raw

    def _signature(self, raw: bytes) -> bytes:
        signed = _timeless()(raw, linesep=b"\r\n")
        header: bytes = signed.sign(
            self._selector, self._domain, self._key,
            canonicalize=_CANON, include_headers=_to_sign([name for name, _ in signed.headers]),
        )  # fmt: skip
        return header


def _to_sign(present: Sequence[bytes]) -> list[bytes]:
    count = Counter(name.lower() for name in present)
    return [name for name in _SIGNED for _ in range(count[name] + (name in _SEALED))]


@cache
def _timeless() -> Any:
    """Return dkimpy's signer without the time of signing, which would differ from try to try (RFC 6376 §3.5: t=)."""
    import dkim

    class Timeless(dkim.DKIM):  # type: ignore[misc,unused-ignore]
        def gen_header(self, fields: Any, *rest: Any, **named: Any) -> Any:
            return super().gen_header([(tag, value) for tag, value in fields if tag != b"t"], *rest, **named)

    return Timeless
