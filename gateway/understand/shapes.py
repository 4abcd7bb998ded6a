"""Shapes that tell what a line is without a word of any language: drawn lines, links, signature marks, visiting cards.

Every test is linear in the line it reads, and lines are read up to `LONGEST` characters. Must not: hold a word, or
decide what is dropped.
"""

from __future__ import annotations

import re

LONGEST = 400  # characters of a line that are read
LONGEST_CARD_LINE = 110
LONGEST_SEPARATOR = 160

_RULED = "-_=*~—–"  # what drawn lines are made of
_RULE_LINE = re.compile(r"\s*(?:[-_=*~—–]\s?){3,}\s*$")
_ADDRESS = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{2,100}")
_LINK = re.compile(r"https?://|www\.|@", re.I)
_ONLY_LINK = re.compile(r"[<(]?(?:https?://|www\.)[^\s<>]{1,200}[>)]?", re.I)
_SIGNATURE_MARK = re.compile(r"(?:--|—|– ?–|__) ?$")
_DASHED_NAME = re.compile(r"\s{0,2}(?:-{1,2}|—|–|/)\s?([^\W\d_][\w.'’]*(?:[ -][^\W\d_][\w.'’]*){0,3})\s*$")
_BETWEEN_DETAILS = re.compile(r"\s[|·•–]\s|\t")
_MAY_BE_CONTACT = re.compile(r"[\d@\[]|://|[Ww][Ww][Ww]\.|[Cc][Ii][Dd]:|(?:^|[\s|·•–])\*?[A-Z]{2}")
_MAY_BE_PHONE = re.compile(r"\d(?:[\s().\-/*]{0,3}\d){7}")
_MAY_BE_NUMBER = re.compile(r"[A-Z]{2}[\s:.]{1,8}[A-Z0-9]")
_CONTACTS = {
    "phone": re.compile(r"(?:^|[\s(:*<])\+?\(?\d(?:[\s().\-/*]{0,3}\d){7,14}(?:[\s)*>]|$)"),
    "mail": re.compile(r"^(?:[^\s:|]{1,12}[:|]?\s{1,6})?[<*]{0,2}[^\s<>@\[\]]{1,60}@[^\s<>@\[\]]{1,60}[>*]{0,2}$"),
    "web": re.compile(
        r"^(?:[^\s:|]{1,12}[:|]?\s{1,6})?[<*]{0,2}(?:https?://|www\.)\S{3,200}$|<https?://[^<>\s]{3,200}>\*?$", re.I
    ),
    "number": re.compile(r"^\*?[A-Z]{2,6}\b[\s:.]{1,8}[A-Z0-9][A-Z0-9 .\-/]{6,40}\*?$"),
    "picture": re.compile(r"^\[(?:image|cid)\b[^\]]{0,200}\]$|^<?cid:\S{1,200}$", re.I),
}


def has_mail_address(text: str) -> bool:
    """Whether text holds something like ana@example.org."""
    return "@" in text and _ADDRESS.search(text[:LONGEST]) is not None


def is_rule(line: str) -> bool:
    """Whether a line is drawn: dashes, underscores, stars."""
    return line.lstrip()[:1] in _RULED and 0 < len(line) <= LONGEST_SEPARATOR and _RULE_LINE.match(line) is not None


def has_link(text: str) -> bool:
    """Whether text holds a web or mail address."""
    return _LINK.search(text) is not None


def is_link(line: str) -> bool:
    """Whether a line is a web address and nothing else."""
    return _ONLY_LINK.fullmatch(line.strip()) is not None


def is_signature_mark(line: str) -> bool:
    """Whether a line is the delimiter of a signature (RFC 3676 §4.3), its trailing space kept or lost."""
    line = line.strip(" *")
    return line[:1] in "-—–_" and _SIGNATURE_MARK.match(line) is not None


def is_dashed_name(line: str) -> bool:
    """Whether a line is a name behind a dash or stroke, as -Ana Lima or /Ana, its first and last words capitalised."""
    found = _DASHED_NAME.match(line[:LONGEST])
    if not found or len(found[1]) > 40:
        return False
    words = found[1].split()
    return words[0][:1].isupper() and words[-1][:1].isupper()


def could_be_card(text: str) -> bool:
    """Whether text may hold contact details of two kinds: a quick look before a closer one."""
    lower = text.lower()
    kinds = ("@" in text, "://" in text or "www." in lower, "[image" in lower or "cid:" in lower)
    found = sum(kinds)
    if not found:  # as in most mail: then only figures of both kinds can do
        return bool(_MAY_BE_PHONE.search(text) and _MAY_BE_NUMBER.search(text))
    return found > 1 or bool(_MAY_BE_PHONE.search(text) or _MAY_BE_NUMBER.search(text))


def contacts(line: str) -> frozenset[str]:
    """Return the kinds of contact detail a line holds: "phone", "mail", "web", "number", "picture"."""
    line = line.strip()[:LONGEST]
    if not _MAY_BE_CONTACT.search(line):
        return frozenset()
    pieces = [piece.strip() for piece in _BETWEEN_DETAILS.split(line)]
    return frozenset(kind for piece in pieces for kind, pattern in _CONTACTS.items() if pattern.search(piece))


def is_picture(line: str) -> bool:
    """Whether a line only stands for a picture: [cid:image001.png@01D9], [image: Logo]."""
    return _CONTACTS["picture"].search(line.strip()[:LONGEST]) is not None


def is_card_line(line: str) -> bool:
    """Whether a line could stand on a visiting card: short, and no sentence."""
    line = line.strip()
    words = line.split()
    if len(line) > LONGEST_CARD_LINE or line.endswith(("?", "!", ":", ";", ",")):
        return False
    is_sentence = line.endswith(".") and len(words[-1]) > 5  # Ltd. and Inc. end no sentence
    return not is_sentence and len([word for word in words if word.isalpha()]) <= 8
