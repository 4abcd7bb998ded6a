"""Takes our tokens out of what somebody wrote: whoever reads one could answer, or stop mail, in its owner's name.

They stand in the addresses, ids and links of every mail of ours, and people paste these. What is said with one is to be
read before (the pipeline does, in headers): here only words are changed. Must not: verify a token; what looks like one
goes, whosever it is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from gateway.model import stoplink, token
from gateway.model.address import SEPARATORS
from gateway.model.message import Message
from gateway.model.nature import Written
from gateway.model.reading import NewText

_ALPHABET = "[a-z2-7]"  # base32, in any case
_LIKELY = re.compile(rf"[rRbBuU][{re.escape(SEPARATORS)}/][A-Za-z2-7]{{{min(token.LENGTH, stoplink.LENGTH)}}}")
_GONE = "…"
_STOP = re.compile(rf"{stoplink.STOP_PATH}{_ALPHABET}{{{stoplink.LENGTH}}}(?!{_ALPHABET})", re.IGNORECASE)


@lru_cache(maxsize=500)
def _token(local: str) -> re.Pattern[str]:
    """Match a token as addresses and ids have it, with the workspace's name where it stands beside; also in a link."""
    name, parted = re.escape(local), f"[{re.escape(SEPARATORS)}]"
    before = rf"(?P<before>(?<![a-z0-9]){name}(?:{parted}|%2B))?(?:(?<![a-z0-9])|(?<=%2B))"
    within = rf"[rb]{parted}(?P<token>{_ALPHABET}{{{token.LENGTH}}})(?!{_ALPHABET})"
    more = r"(?:\+[\w.+-]{0,64}(?=@|%40))?"  # as programs add to an address
    return re.compile(rf"{before}{within}{more}(?P<behind>\.{name}(?=@|%40))?", re.IGNORECASE)


def masked(text: str, local: str) -> str:
    """Return a text without tokens: `acme@…` in place of `acme+r.TOKEN@…`. `local` is the workspace's local part."""
    if not _LIKELY.search(text):  # as in nearly every mail
        return text
    found = _token(local).sub(lambda hit: _left(hit, local), text)
    return _STOP.sub(f"{stoplink.STOP_PATH}{_GONE}", found)


def _left(hit: re.Match[str], local: str) -> str:
    """Return what stays in the place of what looks like a token; all of it where its form says that it is none."""
    if not token.may_be_ours(hit["token"]):
        return hit[0]
    return local if hit["before"] or hit["behind"] else _GONE


def masked_new_text(found: NewText, local: str) -> NewText:
    """Return a new text whose author's own lines bear no token; itself where there is none, as in nearly every mail."""
    text = masked(found.text, local)  # all own lines are among these
    if text == found.text:
        return found
    blocks = tuple(replace(block, text=masked(block.text, local)) for block in found.blocks)
    return replace(found, text=text, own=masked(found.own, local), blocks=blocks)


def masked_subject(message: Message, local: str) -> Message:
    """Return a message whose subject bears no token."""
    subject = masked(message.subject, local)
    return message if subject == message.subject else replace(message, subject=subject)


def masked_comment(written: Written, local: str) -> Written:
    """Return what wrote a message, with no token in what it said beside its answer to an invitation."""
    if written.calendar is None or (comment := masked(written.calendar.comment, local)) == written.calendar.comment:
        return written
    return replace(written, calendar=replace(written.calendar, comment=comment))
