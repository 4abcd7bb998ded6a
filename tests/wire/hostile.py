"""Hostile mails of our own making: each generator makes one kind of abuse, as large as it is told.

They aim at what costs out of proportion to a mail's size: depth, repetition, fields that parsers scan again and again.
"""

from __future__ import annotations

from collections.abc import Callable

HEAD = (
    b"From: Ana Duarte <ana@example.net>\r\nTo: acme@ws.example.org\r\nMessage-ID: <%b@example.net>\r\n"
    b"Subject: %b\r\nMIME-Version: 1.0\r\n"
)


def _head(name: str) -> bytes:
    return HEAD.replace(b"%b", name.encode())


def _nest(levels: int, opening: Callable[[int], bytes]) -> bytes:
    return b"".join(opening(level) for level in range(levels))


HOSTILE: dict[str, bytes] = {
    "nested-multiparts": _head("nested-multiparts")
    + _nest(1000, lambda n: b'Content-Type: multipart/mixed; boundary="x%d"\r\n\r\n--x%d\r\n' % (n, n))
    + b"\r\nat the bottom\r\n",
    "nested-messages": _head("nested-messages")
    + _nest(1000, lambda n: b"Content-Type: message/rfc822\r\n\r\nSubject: level %d\r\nMIME-Version: 1.0\r\n" % n)
    + b"\r\nat the bottom\r\n",
    "many-parts": _head("many-parts")
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\n\r\na\r\n" * 60_000
    + b"--x--\r\n",
    "many-fields": _head("many-fields") + b"".join(b"X-%d: y\r\n" % n for n in range(60_000)) + b"\r\nbody\r\n",
    "one-huge-field": _head("one-huge-field") + b"X-Long: " + b"word\r\n " * 200_000 + b"\r\n\r\nbody\r\n",
    "parameters": _head("parameters")
    + b"Content-Type: text/plain"
    + b"".join(b"; p*%d=v" % n for n in range(20_000))
    + b"\r\n\r\nbody\r\n",
    "semicolons": _head("semicolons") + b"Content-Type: text/plain" + b";" * 40_000 + b"\r\n\r\nbody\r\n",
    "quotes": b"From: " + b'"' * 39_000 + b" <ana@example.net>\r\nTo: acme@ws.example.org\r\n\r\nbody\r\n",
    "comments": b"From: ana@example.net " + b"(" * 30_000 + b"\r\nTo: acme@ws.example.org\r\n\r\nbody\r\n",
    "recipients": b"From: ana@example.net\r\nTo: "
    + b",\r\n ".join(b"p%d@example.net" % n for n in range(30_000))
    + b"\r\n\r\nbody\r\n",
    "encoded-words": b"From: ana@example.net\r\nSubject: "
    + b"\r\n ".join([b"=?utf-8?q?=C3=A9?="] * 20_000)
    + b"\r\n\r\nbody\r\n",
    "references": _head("references")
    + b"References: "
    + b"\r\n ".join(b"<%d@example.net>" % n for n in range(30_000))
    + b"\r\n\r\nbody\r\n",
    "nul": _head("nul") + b"\r\n" + b"\0" * 1_000_000 + b"\r\n",
    "nul-in-fields": b"From: ana@example.net\0\r\nSub\0ject: x\r\nContent-Type: text/plain; charset=\0\r\n\r\nbody\r\n",
    "no-fields": b"\r\n\r\n\r\n",
    "no-author": b"Subject: nobody wrote this\r\n\r\nbody\r\n",
    "two-authors": b"From: ana@example.net\r\nFrom: ben@example.net\r\nSubject: who?\r\n\r\nWho wrote this mail?\r\n",
    "wrong-charset": _head("wrong-charset")
    + b"Content-Type: text/plain; charset=no-such-thing\r\n\r\n\xff\xfe\xe9\r\n",
    "wrong-encoding": _head("wrong-encoding")
    + b"Content-Transfer-Encoding: base64\r\n\r\n"
    + b"@@@@====AA" * 50_000
    + b"\r\n",
    "soft-breaks": _head("soft-breaks") + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * 1_000_000,
    "soft-breaks-within-limits": _head("soft-breaks-within-limits")
    + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    + b"=\r\n" * 990_000,
    "quoted-lines": _head("quoted-lines") + b"\r\n" + b">" * 3_000 + b"\r\n" + b"> a\r\n" * 100_000,
    "from-the-future": b"From: ana@example.net\r\nDate: Mon, 01 Jan 9999 00:00:00 +0000\r\n\r\nLater.\r\n",
    "date-of-nonsense": b"From: ana@example.net\r\nDate: " + b"99 " * 5_000 + b"\r\nSubject: x\r\n\r\nWhen?\r\n",
    "html-of-tables": _head("html-of-tables")
    + b"Content-Type: text/html\r\n\r\n"
    + b"<table><tr><td>\r\n" * 30_000
    + b"deep\r\n",
    "open-boundary": _head("open-boundary") + b'Content-Type: multipart/mixed; boundary="\r\n\r\n--\r\nbody\r\n',
    "dashes": _head("dashes")
    + b'Content-Type: multipart/mixed; boundary="'
    + b"-" * 60
    + b'"\r\n\r\n'
    + b"-" * 59
    + b"\r\n"
    + (b"-" * 60 + b"\r\n") * 20_000,
}
