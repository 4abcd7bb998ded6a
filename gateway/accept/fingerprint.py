"""The fingerprint of a mail: by which it is known when it comes again, by any road and in any dress.

Its first half is whose mail it is and what its author's program called it (RFC 5322 §3.6.4: a Message-ID is one mail's
and no other's), its second what it says. Nothing else of the header enters: servers on the way add fields, and so does
whoever sends an old mail once more. Must not: parse MIME.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

HALF = 20  # hexadecimal digits: 80 bits

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


def fingerprint(raw: bytes, author: str, message_id: str, subject: str) -> str:
    """Return forty hexadecimal digits for a mail with its folded author address, "" where it has none.

    Newlines count alike, however they were written.
    """
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    named = message_id.encode("utf-8", "surrogatepass") if message_id else b"\n".join(_standing_for_id(head))
    said = " ".join(subject.split()).encode("utf-8", "surrogatepass") + b"\0" + body.rstrip(b"\n")
    return _half(author.encode("utf-8", "surrogatepass") + b"\0" + named) + _half(said)


def _standing_for_id(head: bytes) -> Iterator[bytes]:
    """Yield the fields by which a mail without a Message-ID is known: its date and places, else all but trace."""
    fields = [(found[1].lower(), found[0].rstrip()) for found in _FIELD.finditer(head)]
    is_dated = any(name == b"date" for name, _ in fields)
    return (text for name, text in fields if (name in _TELLING if is_dated else name not in _TRACE))


def _half(what: bytes) -> str:
    return hashlib.sha256(what).hexdigest()[:HALF]
