"""Every outgoing header field of a notice, as bytes. Must not: make a body, or let foreign text break a line.

Foreign text comes in through `one_line`, so that no field can be injected (RFC 5322 §2.2: CR and LF end a field).
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import quote

from gateway.model.context import Workspace
from gateway.model.facts import PostFacts
from gateway.model.notice import Answering, Notice, StoredNotice
from gateway.model.stoplink import STOP_PATH, stop_code
from gateway.render.text import one_line, shorten

RETURN_FIELD = "X-Restante-Return"  # what bounces find their notice by where the envelope sender cannot say it
LOOP_FIELD = "X-Restante-Loop"  # whoever hands it back to us is a loop (understand/author.py looks for it)

# Kinds for which a vacation answer tells us something we use: who owes an answer is away.
_VACATION_WELCOME = frozenset({"prompt", "ballot", "reminder", "digest", "task", "task-reminder"})
# Kinds that answer one mail: they keep its subject.
ANSWERING_KINDS = frozenset({"receipt", "ask-back", "decline", "help", "status", "task-question", "try-out"})

_SUBJECT_MOST = 180
_REFERENCES_MOST = 12  # the first and the latest: RFC 5322 §3.6.4 sets no bound, some programs do
_ENCODED_WORD = 45  # octets: base64 makes 60 of them, within the 75 of RFC 2047 §2
_LINE = 76
_ATEXT = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # RFC 5322 §3.2.3, and the space between words
_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,400}@[\x21-\x3b\x3d\x3f-\x7e]{1,400}")
_REPLY_PREFIX = re.compile(r"re(?:\[\d+\])?\s?:\s*", re.IGNORECASE)


def header_block(stored: StoredNotice, workspace: Workspace, subject: str, language: str, pages: str = "") -> bytes:
    """Return all fields before those of MIME, each ended by CRLF.

    `subject` is the one of the template, without a mark; `language` the one the body is written in; `pages` where our
    web pages are reached, "" where there are none.
    """
    return b"".join(_folded(name, value) for name, value in _fields(stored, workspace, subject, language, pages))


def _fields(
    stored: StoredNotice, workspace: Workspace, subject: str, language: str, pages: str
) -> Iterator[tuple[str, str]]:
    notice, place = stored.notice, workspace.address
    yield "From", _mailbox(_author(notice, workspace), str(place))
    yield "To", _mailbox(notice.name, notice.address)
    yield "Reply-To", f"<{place.reply_to(stored.token)}>"
    yield "Subject", encoded(subject_line(notice, workspace.name, subject))
    # RFC 5322 §3.6.1: when the message was complete, which is when it fell due; a repetition is the same message.
    yield "Date", format_datetime(notice.due_at.astimezone(UTC))
    yield "Message-ID", f"<{place.message_id(stored.token)}>"
    yield from _thread_fields(notice, workspace)
    yield from _list_fields(stored, workspace, pages)
    yield from _machine_fields(notice, workspace)
    yield RETURN_FIELD, f"<{place.return_id(stored.return_token)}>"
    yield "Content-Language", language  # RFC 3282


def _author(notice: Notice, workspace: Workspace) -> str:
    """Return the name in From. The address is ours: a DMARC policy of the author's domain would reject theirs."""
    if isinstance(notice.facts, PostFacts):
        return f"{notice.facts.author_name or notice.facts.author_address} via {workspace.charter.name}"
    return workspace.charter.name


def subject_line(notice: Notice, workspace: str, subject: str) -> str:
    """Return the subject with the mark of what it is about, so that an answer finds its place without any other sign.

    Mails of one thread differ by `Re: ` alone, since some clients thread by subject too (RFC 5322 §3.6.5).
    """
    mark = notice.thread if isinstance(notice.facts, PostFacts) else notice.mark
    tag = f"[{workspace} {mark}]" if mark else f"[{workspace}]"
    bare = bare_subject(subject, workspace)
    again = "Re: " if _continues(notice) else ""
    return f"{again}{tag} {shorten(bare, _SUBJECT_MOST)}".rstrip()


def _continues(notice: Notice) -> bool:
    if isinstance(notice.facts, PostFacts):
        return notice.facts.mark != notice.facts.thread
    return notice.kind in ANSWERING_KINDS and bool(notice.subject_hint)


def bare_subject(subject: str, workspace: str) -> str:
    """Return a subject without the reply prefixes and marks that stand before it."""
    # What stands before our own mark with a colon is a reply prefix, of whatever language: `AW: [acme V-7] …`.
    before = r"(?:[^\W\d_]{1,6}\s?[:：]\s*){0,3}"
    mark = re.compile(rf"{before}\[{re.escape(workspace)}(?: [A-Z]-\d+)?\]\s*", re.IGNORECASE)
    bare = one_line(subject)
    while True:
        rest = bare
        for leading in (_REPLY_PREFIX, mark):
            found = leading.match(rest)
            rest = rest[found.end() :] if found else rest
        if rest == bare:
            return bare
        bare = rest


def _thread_fields(notice: Notice, workspace: Workspace) -> Iterator[tuple[str, str]]:
    """RFC 5322 §3.6.4. Every copy of a thread refers to one id that no mail has: all clients join them by it."""
    root = (workspace.address.thread_id(notice.thread),) if notice.thread else ()
    named = (*root, *notice.references, notice.in_reply_to)
    ids = [bare for bare in dict.fromkeys(one.strip("<> ") for one in named) if _MESSAGE_ID.fullmatch(bare)]
    ids = ids[:1] + ids[1:][-(_REFERENCES_MOST - 1) :]
    parent = notice.in_reply_to.strip("<> ")
    if parent in ids:
        yield "In-Reply-To", f"<{parent}>"
    elif len(ids) > 1:
        yield "In-Reply-To", f"<{ids[-1]}>"
    if ids:
        yield "References", " ".join(f"<{one}>" for one in ids)


def _list_fields(stored: StoredNotice, workspace: Workspace, pages: str) -> Iterator[tuple[str, str]]:
    """RFC 2369 and RFC 2919: for members only; somebody who is none has nothing to leave."""
    notice, place = stored.notice, workspace.address
    yield "List-Help", f"<mailto:{place.tagged('help')}>"  # RFC 2369 §3.1
    if not notice.member_id:
        return
    channel = notice.facts.channel if isinstance(notice.facts, PostFacts) else None
    name = f"{channel}.{place.local}.{place.domain}" if channel else f"{place.local}.{place.domain}"
    yield "List-Id", f"{_phrase(workspace.charter.name)} <{name}>"  # RFC 2919 §3
    yield "List-Post", f"<mailto:{place.tagged(channel) if channel else place}>"  # RFC 2369 §3.4
    # RFC 2369 §3.2. Asked from the member's own address, it is confirmed; from another, a steward looks at it.
    words = "" if place.separator else "&body=leave"  # where no tag says so, a word does
    by_mail = f"<mailto:{place.tagged('leave')}?subject={quote('leave ' + stored.token)}{words}>"
    if pages:
        # RFC 8058 §3.1: one HTTPS address, and the field that says a POST to it needs no further word.
        yield "List-Unsubscribe", f"<{pages}{STOP_PATH}{stop_code(stored.id, stored.return_token)}>, {by_mail}"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    else:
        yield "List-Unsubscribe", by_mail
    yield "List-Owner", f"<mailto:{place.tagged('owner')}>"  # RFC 2369 §3.5


def _machine_fields(notice: Notice, workspace: Workspace) -> Iterator[tuple[str, str]]:
    if isinstance(notice.facts, PostFacts):
        yield "Precedence", "list"  # RFC 3834 §2: by custom, responders leave these alone
    else:
        yield "Auto-Submitted", Answering(notice.answering).value  # RFC 3834 §5; a person wrote a post
    if notice.kind not in _VACATION_WELCOME:
        yield "X-Auto-Response-Suppress", "OOF, AutoReply"  # [MS-OXCMAIL] §2.1.3.2.21
    yield LOOP_FIELD, str(workspace.address)


def _mailbox(name: str, address: str) -> str:
    phrase = _phrase(name)
    # RFC 6532 §3.2: a local part beyond ASCII stays UTF-8; the sender must then ask for SMTPUTF8.
    bare = re.sub(r"[\s<>]", "", one_line(address))
    return f"{phrase} <{bare}>" if phrase else f"<{bare}>"


@functools.lru_cache(maxsize=2048)
def _phrase(name: str) -> str:
    """Return a display name as RFC 5322 §3.2.5 wants it: bare, quoted, or as encoded words."""
    name = shorten(one_line(name), 100)
    if not name.isascii() or "=?" in name:
        return encoded(name)
    if _ATEXT.fullmatch(name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


@functools.lru_cache(maxsize=2048)
def encoded(text: str) -> str:
    """Return unstructured text as it stands in a field: bare ASCII, or encoded words (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return text
    return " ".join(f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[bytes]:
    """Split into pieces of whole characters: RFC 2047 §5 (3)."""
    chunk = b""
    for sign in text:
        octets = sign.encode("utf-8", "replace")
        if len(chunk) + len(octets) > _ENCODED_WORD:
            yield chunk
            chunk = b""
        chunk += octets
    yield chunk


def _folded(name: str, value: str) -> bytes:
    """Return one field, folded at spaces so that lines stay within 78 where they can (RFC 5322 §2.2.3)."""
    line = f"{name}: {value}"
    if len(line) <= _LINE:
        return line.encode("utf-8") + b"\r\n"
    lines: list[str] = []
    current = f"{name}:"
    for word in value.split(" "):
        if len(current) + 1 + len(word) > _LINE and current != f"{name}:":
            lines.append(current)
            current = ""
        current += f" {word}"
    return "\r\n".join([*lines, current]).encode("utf-8") + b"\r\n"
