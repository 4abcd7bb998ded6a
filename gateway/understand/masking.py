"""Takes our tokens out of what somebody wrote: whoever reads one could answer, or stop mail, in its owner's name.

They stand in the addresses, ids and links of every mail of ours, and people paste these. What is said with one is to be
read before (the pipeline does, in headers): here only words are changed. Must not: verify a token; what looks like one
goes, whosever it is.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache

from gateway.model import stoplink, token
from gateway.model.address import SEPARATORS
from gateway.model.message import Message
from gateway.model.nature import Written
from gateway.model.reading import NewText

_LETTERS = "a-z2-7"  # base32, in any case
# As programs write a letter or a sign that a link, a page or a mail must not have as it is: %2B (RFC 3986 §2.1), =2B
# (RFC 2045 §6.7), &#43; (HTML). Whatever follows such a link undoes it.
_ENCODED = re.compile(
    r"[%=]([2-7][0-9a-f])|(&#x?[0-9a-f]{2,4};|&(?:plus|period|equals|hyphen|dash|commat);)", re.IGNORECASE
)
_ANY = r"(?:[%=][2-7][0-9a-f]|&#x?[0-9a-f]{2,4};)"
_LETTER = rf"(?:[{_LETTERS}]|{_ANY})"
_SEPARATOR = (
    rf"(?:[{re.escape(SEPARATORS)}]|[%=]2[bde]|[%=]3d|&#x?[0-9a-f]{{2,4}};|&(?:plus|period|equals|hyphen|dash);)"
)
_AT = r"(?:@|[%=]40|&#x40;|&#64;|&commat;)"
# Where a line ends within: wrapped, by a program or in quoted-printable, and perhaps quoted.
_BREAK = r"(?:=?[ \t]{0,80}\r?\n[ \t>|]{0,80})"
_KIND = rf"(?:[rb]|{_ANY})"
_SPELT = rf"{_BREAK}?(?P<token>(?:{_LETTER}{_BREAK}?){{{token.LENGTH - 1}}}{_LETTER})(?![{_LETTERS}])"
_CODE = rf"(?P<code>(?:{_LETTER}{_BREAK}?){{{stoplink.LENGTH - 1}}}{_LETTER})(?![{_LETTERS}])"
_SLASH = r"(?:/|[%=]2F)"
assert stoplink.STOP_PATH == "/u/"
_STOP = re.compile(rf"(?P<path>{_SLASH}u{_SLASH}){_CODE}", re.IGNORECASE)
_LIKELY = re.compile(rf"{_KIND}{_BREAK}?{_SEPARATOR}{_SPELT}", re.IGNORECASE)
_GONE = "…"
_NUMBERS = 2**32  # of notices: more than there ever are


@lru_cache(maxsize=500)
def _token(local: str) -> re.Pattern[str]:
    """Match a token as addresses and ids have it, with the workspace's name where it stands beside; also in a link."""
    name = re.escape(local)
    before = rf"(?P<before>(?<![a-z0-9]){name}{_BREAK}?{_SEPARATOR}{_BREAK}?)?"
    begins = r"(?:(?<![a-z0-9])|(?<=[%=]2[bde])|(?<=[%=]3d))"
    more = rf"(?:(?:\+|[%=]2b)[\w.+-]{{0,64}}(?={_AT}))?"  # as programs add to an address
    behind = rf"(?P<behind>{_BREAK}?{_SEPARATOR}{_BREAK}?{name}(?={_AT}))?"
    return re.compile(rf"{before}{begins}{_KIND}{_BREAK}?{_SEPARATOR}{_SPELT}{more}{behind}", re.IGNORECASE)


def masked(text: str, local: str, gone: str = _GONE) -> str:
    """Return a text without tokens: `acme@…` in place of `acme+r.TOKEN@…`, `gone` in place of one that stands alone.

    `local` is the workspace's local part.
    """
    if _LIKELY.search(text):  # as in hardly any mail
        text = _token(local).sub(lambda hit: _left(hit, local, gone), text)
    return _STOP.sub(lambda hit: _left_of_link(hit, gone), text)


def _left(hit: re.Match[str], local: str, gone: str) -> str:
    """Return what stays in the place of what looks like a token; all of it where its form says that it is none."""
    if not token.may_be_ours(_as_meant(hit["token"])):
        return hit[0]
    return local if hit["before"] or hit["behind"] else gone


def _left_of_link(hit: re.Match[str], gone: str) -> str:
    """The same for the code of a link. One in several lines may be words: it is a code where its number is small."""
    meant = _as_meant(hit["code"])
    number = stoplink.notice_named(meant)
    is_code = meant == hit["code"] or (number is not None and number < _NUMBERS)
    return f"{hit['path']}{gone}" if is_code else hit[0]


def _as_meant(written: str) -> str:
    """Return letters as whoever follows a link reads them: in one line, and none encoded."""
    return _ENCODED.sub(_decoded, re.sub(_BREAK, "", written))


def _decoded(hit: re.Match[str]) -> str:
    return chr(int(hit[1], 16)) if hit[1] else html.unescape(hit[2])


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
