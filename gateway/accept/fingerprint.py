"""The fingerprint of a mail: the same mail delivered twice, by any road, has one. Must not: parse MIME."""

from __future__ import annotations

import hashlib
import re

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
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:")


def fingerprint(raw: bytes) -> str:
    """Return a hash of a message without its trace fields; newlines count alike, however they were written."""
    text = raw.replace(b"\r\n", b"\n")
    head, _, body = text.partition(b"\n\n")
    digest = hashlib.sha256()
    keep = True
    for line in head.split(b"\n"):
        if line[:1] not in b" \t" or not line:
            found = _FIELD.match(line)
            keep = not (found and found[1].lower() in _TRACE)
        if keep:
            digest.update(line.rstrip() + b"\n")
    digest.update(b"\n" + body.rstrip(b"\n"))
    return digest.hexdigest()[:40]
