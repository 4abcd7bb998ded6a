"""The fingerprint of a mail: by which it is known when it comes again, by any road and in any dress.

Its first half is whose mail it is and what its author's program called it (RFC 5322 §3.6.4: a Message-ID is one mail's
and no other's), its second what it says. Nothing else of the header enters: servers on the way add fields, and so does
whoever sends an old mail once more. Must not: parse MIME.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

HALF = 20  # hexadecimal digits: 80 bits
WHOLE = 2 * HALF

# What servers on the way add or change (RFC 5321 §4.4, RFC 8601, RFC 6376, RFC 8617), different at each delivery.
_TRACE = frozenset(
    b"""
    received return-path delivered-to x-original-to envelope-to x-envelope-from x-envelope-to
    authentication-results received-spf arc-seal arc-message-signature arc-authentication-results
    x-spam-status x-spam-score x-spam-level x-spam-flag x-spam-checker-version x-virus-scanned
    x-spamd-result x-spamd-bar x-rspamd-server x-rspamd-queue-id x-rspamd-action
    lines status x-status x-uid x-keywords x-mozilla-status x-mozilla-status2
    """.split()
)
_TELLING = frozenset(b"date to cc in-reply-to references".split())  # of one mail among all its author's
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(?:.*(?:\n[ \t].*)*)")
_FIELD_NAME = re.compile(rb"^([!-9;-~]+)[ \t]*:")
_BLANKS = bytes.maketrans(b"\t", b" ")


def fingerprint(raw: bytes, author: str, message_id: str, subject: str, day: str = "") -> str:
    """Return forty hexadecimal digits for a mail with its folded author address, "" where it has none.

    Newlines count alike, however they were written, and so do blanks, however many: a signature that leaves them out of
    account (RFC 6376 §3.4.4) holds whatever somebody adds of them. `day` parts mails that nothing else does.
    """
    head, _, body = raw.lstrip(b"\r\n").replace(b"\r\n", b"\n").partition(b"\n\n")
    named = _encoded(message_id) if message_id else b"\n".join(_standing_for_id(head))
    named += b"\0" + _encoded(day) if day else b""
    said = _encoded(" ".join(subject.split())) + b"\0" + _without_spare_blanks(body)
    return _half(_encoded(author) + b"\0" + named) + _half(said)


def beginnings(author: str, message_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the first half of the fingerprint that the author's mail of each of these Message-IDs has."""
    return tuple(_half(_encoded(author) + b"\0" + _encoded(one)) for one in message_ids)


def beginning_by_signature(author: str, signed_as: str) -> str:
    """Return the first half of a fingerprint by which the author's mail is known that a signature is of.

    Many servers sign no Message-ID (RFC 6376 §5.4.1 does not ask for it), so a signed mail may come again under another
    one. What is signed cannot be another.
    """
    return _half(_encoded(author) + b"\0signed\0" + _encoded(signed_as))


def digest_of_words(words: Sequence[str], others: Sequence[bytes] = ()) -> str:
    """Return sixteen hexadecimal digits for texts, however they are spaced, and digests of what is no text."""
    squeezed = (_without_spare_blanks(_encoded(text).replace(b"\n", b" ")).strip(b" ") for text in words)
    return hashlib.sha256(b"\0".join((*squeezed, *others))).hexdigest()[:16]


def fingerprint_of_before(raw: bytes) -> str:
    """Return what the fingerprint was in stores before migration 0005: of all fields but the trace, and the body."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    digest = hashlib.sha256()
    keep = True
    for line in head.split(b"\n"):
        if line[:1] not in b" \t" or not line:
            found = _FIELD_NAME.match(line)
            keep = not (found and found[1].lower() in _TRACE)
        if keep:
            digest.update(line.rstrip() + b"\n")
    digest.update(b"\n" + body.rstrip(b"\n"))
    return digest.hexdigest()[:WHOLE]


def _standing_for_id(head: bytes) -> Iterator[bytes]:
    """Yield the fields by which a mail without a Message-ID is known: its date and places, else all but trace."""
    fields = [(found[1].lower(), found[0].rstrip()) for found in _FIELD.finditer(head)]
    is_dated = any(name == b"date" for name, _ in fields)
    return (text for name, text in fields if (name in _TELLING if is_dated else name not in _TRACE))


def _without_spare_blanks(text: bytes) -> bytes:
    text = text.translate(_BLANKS)
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text.replace(b" \n", b"\n").rstrip(b" \n")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _half(what: bytes) -> str:
    return hashlib.sha256(what).hexdigest()[:HALF]
