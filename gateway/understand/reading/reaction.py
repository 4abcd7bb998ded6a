"""Emoji reactions that mail programs send as a mail of their own: Gmail's, Outlook's, RFC 9078's.

Must not: read a reaction into words someone typed: an emoji alone in an ordinary reply is that person's answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache

from gateway.model.message import Message
from gateway.model.nature import Reaction
from gateway.understand.lexicon import Lexicon, any_of

_GMAIL_TYPE = "text/vnd.google.email-reaction+json"
_LONGEST_JSON = 1_000
# The link every Gmail reaction carries in its text for other programs, whatever the language.
_GMAIL_CAMPAIGN = re.compile(r"utm_campaign=(?:3D)?emojireaction", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_IMAGE_TEXT = re.compile(r"<img\b[^<>]{0,2000}?\balt=[\"']([^\"'<>]{1,40})[\"']", re.IGNORECASE)
_TOP = 1_500  # characters: a reaction stands at the top, before any quoted text

# Pictographs (the blocks of Unicode TS 51 that mail programs offer), then what may follow one: skin tones, variation
# selectors, joiners with further pictographs; or a pair of regional indicators, or a keycap.
_PICTURE = r"[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
_AFTER = r"[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
_EMOJI = re.compile(
    rf"(?:{_PICTURE}{_AFTER}(?:\u200d{_PICTURE}{_AFTER})*|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3)"
)


def read_reaction(message: Message, lexicon: Lexicon) -> Reaction | None:
    """Return the reaction a message is, None when it is none."""
    return next((found for read in _READERS if (found := read(message, lexicon))), None)


def first_emoji(text: str) -> str:
    """Return the first emoji of a text with its modifiers, "" when there is none."""
    match = None if text.isascii() else _EMOJI.search(text)
    return match[0] if match else ""


def _by_gmail_part(message: Message, lexicon: Lexicon) -> Reaction | None:
    for part in message.parts:
        if part.media_type == _GMAIL_TYPE:
            return _from_json(part.content)
    return None


def _from_json(content: bytes) -> Reaction | None:
    """Return what the part says: {"emoji": one emoji, "version": 1}."""
    try:
        said = json.loads(content[:_LONGEST_JSON])
    except (ValueError, RecursionError):
        return None
    emoji = said.get("emoji") if isinstance(said, dict) else None
    return Reaction(emoji.strip()) if isinstance(emoji, str) and _EMOJI.fullmatch(emoji.strip()) else None


def _by_disposition(message: Message, lexicon: Lexicon) -> Reaction | None:
    """RFC 9078 §2: a part whose disposition is "reaction" holds emoji on its first line."""
    if message.header("content-disposition").partition(";")[0].strip().lower() != "reaction":
        return None
    emoji = first_emoji(message.text.strip().split("\n")[0])
    return Reaction(emoji) if emoji else None


def _by_gmail_text(message: Message, lexicon: Lexicon) -> Reaction | None:
    """A list or a gateway may have kept only the text for other programs: an emoji, then who reacted, with a link."""
    top = message.text.lstrip()[:_TOP]
    opening = _EMOJI.match(top)
    link = _GMAIL_CAMPAIGN.search(top) if opening else None
    if not link or not opening or not _stands_alone(top, opening.end()):
        return None
    # The link belongs to the line about the reaction, not to a reaction that is quoted further down.
    return Reaction(opening[0]) if not re.search(r"^>", top[: link.start()], re.MULTILINE) else None


def _stands_alone(text: str, end: int) -> bool:
    return text[end:].partition("\n")[0].strip() == ""


def _by_words(message: Message, lexicon: Lexicon) -> Reaction | None:
    """QUIRK: Outlook marks its reactions by nothing but their wording and a picture with an alternative text."""
    if not (message.in_reply_to or message.references):
        return None
    top = "\n".join(message.text.strip()[:_TOP].split("\n")[:4]) or _TAG.sub(" ", _body(message.html)).strip()[:300]
    pictured = _pictured(message.html)
    if not pictured and not first_emoji(top):  # most mail is told at a look
        return None
    said = _wordings(lexicon).search(top)
    if not said:
        return None
    after = top[said.end() :].strip(" :\n\t\r\u00a0")
    emoji = first_emoji(top[: said.end()]) or first_emoji(after[:40]) or pictured
    words = _EMOJI.sub("", after.partition("\n")[0]).strip(" :[].")
    # The picture may have a name in words; a sentence behind it is somebody's own.
    return Reaction(emoji) if emoji and len(words.split()) <= 2 else None


def _body(html: str) -> str:
    start = html.lower().find("<body")
    return html[max(start, 0) : max(start, 0) + 10_000]


def _pictured(html: str) -> str:
    """Return the emoji that the first picture of a reaction stands for."""
    image = _IMAGE_TEXT.search(_body(html)) if "<img" in html or "<IMG" in html else None
    return first_emoji(image[1]) if image else ""


@lru_cache(maxsize=8)
def _wordings(lexicon: Lexicon) -> re.Pattern[str]:
    """Return the pattern of a line that says who reacted: a name of up to six words, then the wording."""
    return re.compile(
        rf"^[^\n>]{{0,120}}?(?:{any_of(lexicon.words('machine', 'reactions'))})\b", re.IGNORECASE | re.MULTILINE
    )


_READERS: tuple[Callable[[Message, Lexicon], Reaction | None], ...] = (
    _by_gmail_part,
    _by_disposition,
    _by_gmail_text,
    _by_words,
)
