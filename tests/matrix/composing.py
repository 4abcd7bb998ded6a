"""What composing a reply takes in any program: what was typed and where, the mail quoted, wrapped, put into bytes.

Must not: import anything of gateway/, or know how replies are read.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from tests.matrix.markup import Node, TextLine
from tests.matrix.phrases import ATTRIBUTIONS

Lines = Sequence[str]


@dataclass(frozen=True)
class Asked:
    """The mail that is answered, as its reader's program holds it."""

    name: str
    address: str
    reply_to: str
    subject: str
    message_id: str
    references: tuple[str, ...]
    text: str
    html: str
    at: datetime  # aware, in the reader's zone


@dataclass(frozen=True)
class Spot:
    """Where an answer is typed: behind the block that shows `words`, `below` blocks further down within the item that
    it heads, or behind all of that item.
    """

    words: str
    at_end: bool = False
    below: int = 0


@dataclass(frozen=True)
class Draft:
    """What somebody typed, and where. `keep` names the items that are left of a trimmed quote."""

    asked: Asked
    name: str
    address: str
    language: str
    at: datetime
    top: tuple[str, ...] = ()
    inline: tuple[tuple[Spot, tuple[str, ...]], ...] = ()
    bottom: tuple[str, ...] = ()
    quotes: bool = True
    keep: tuple[str, ...] = ()


# --- the quoted mail ------------------------------------------------------------------------------------------------

_HEADING = re.compile(r"\[[VCTPO]-\d+\]")
_SECTION = re.compile(r"^[^\W\d_a-z][^a-z]*$")


def _is_entry(child: Node | str) -> bool:
    if isinstance(child, str):
        return False
    return child.tag == "h2" or (child.tag == "h3" and _HEADING.match(child.words) is not None)


def _place(root: Node, spot: Spot) -> Node:
    """Return the block behind which an answer is typed in HTML."""
    blocks = [node for node in root.all() if node.tag in ("h3", "p", "li", "td", "h1") and spot.words in node.words]
    found = min(blocks, key=lambda node: len(node.words), default=None)
    if found is None:
        raise LookupError(spot.words)
    if not (spot.at_end or spot.below):
        return found
    parent = next(one for one in root.all() if any(child is found for child in one.children))
    at = next(index for index, child in enumerate(parent.children) if child is found)
    last, left = found, spot.below
    for child in parent.children[at + 1 :]:
        if _is_entry(child) or (spot.below and not left):
            break
        if isinstance(child, Node) and child.words:
            last, left = child, left - 1
    return last


def line_of(lines: list[str], spot: Spot) -> int:
    """Return the index of the line behind which an answer is typed in plain text."""
    at = next(index for index, line in enumerate(lines) if spot.words in line)
    if not (spot.at_end or spot.below):
        while at + 1 < len(lines) and lines[at + 1].startswith(" " * 4) and lines[at].startswith("["):
            at += 1  # the rest of a long title
        return at
    end, left = at, spot.below
    for index in range(at + 1, len(lines)):
        is_next = _HEADING.match(lines[index]) or _SECTION.match(lines[index]) or lines[index].rstrip() == "--"
        if is_next or (spot.below and not left):
            break
        if lines[index].strip():
            end, left = index, left - 1
    return end


def ordered(root: Node, draft: Draft) -> list[tuple[Node, tuple[str, ...]]]:
    order = {id(node): index for index, node in enumerate(root.all())}
    placed = [(_place(root, spot), lines) for spot, lines in draft.inline]
    return sorted(placed, key=lambda pair: order[id(pair[0])])


def trimmed(root: Node, keep: tuple[str, ...]) -> Node:
    """Return a quoted mail with all blocks deleted but the items that are kept."""
    if not keep:
        return root
    parent = next(one for one in root.all() if any(_is_entry(child) for child in one.children))
    kept: list[Node | str] = []
    left = set(keep)
    is_kept = False
    for child in parent.children:
        if _is_entry(child):
            found = _HEADING.search(child.words) if isinstance(child, Node) else None
            is_kept = bool(found) and found[0].strip("[]") in left  # type: ignore[index]
            if is_kept and found:
                left.discard(found[0].strip("[]"))
        if is_kept:
            kept.append(child)
    return Node("", {}, kept)


def trimmed_lines(lines: list[str], keep: tuple[str, ...]) -> list[str]:
    if not keep:
        return lines
    kept: list[str] = []
    left = set(keep)
    is_kept = False
    for line in lines:
        found = _HEADING.match(line)
        if found:
            is_kept = found[0].strip("[]") in left
            left.discard(found[0].strip("[]"))
        elif _SECTION.match(line) or line.rstrip() == "--":
            is_kept = False
        if is_kept:
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def without_signature(lines: list[str]) -> list[str]:
    """Return lines without the signature of the mail answered, which some programs leave out."""
    at = next((index for index, line in enumerate(lines) if line.rstrip() == "--"), len(lines))
    return lines[:at]


# --- wrapping and prefixes ------------------------------------------------------------------------------------------


def wrapped_text(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    lead = text[: len(text) - len(text.lstrip(" "))]
    return textwrap.wrap(
        text, width, subsequent_indent=lead, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    ) or [text]


def quoted_text(lines: list[TextLine], width: int = 0, mark: str = "> ", empty: str = ">") -> str:
    out: list[str] = []
    for line in lines:
        pieces = wrapped_text(line.text, width - 2 * line.depth) if width and line.text else [line.text]
        for piece in pieces:
            prefix = mark.strip() * (line.depth - 1) + mark if line.depth else ""
            out.append((prefix + piece) if piece or not line.depth else mark.strip() * (line.depth - 1) + empty)
    return "\n".join(out) + "\n"


def flowed_text(lines: list[TextLine], width: int = 72) -> str:
    """Return text as format=flowed (RFC 3676): own lines space-stuffed and softly broken, quoted ones too."""
    out: list[str] = []
    for line in lines:
        stuffed = " " + line.text if not line.depth and line.text[:1] in (" ", ">") else line.text
        pieces = textwrap.wrap(stuffed, width, break_long_words=False, break_on_hyphens=False) or [""]
        if line.text.startswith(" ") and len(pieces) == 1:
            pieces = [stuffed]
        for index, piece in enumerate(pieces):
            soft = " " if index + 1 < len(pieces) else ""
            out.append(">" * line.depth + (" " if line.depth and piece else "") + piece + soft)
    return "\n".join(out) + "\n"


# --- the envelope of the message ------------------------------------------------------------------------------------


def mail_of(draft: Draft, prefix: str = "Re", **fields: str) -> EmailMessage:
    asked = draft.asked
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((draft.name, draft.address))
    mail["To"] = formataddr((asked.name, asked.reply_to))
    mail["Subject"] = f"{prefix}: {asked.subject}"
    mail["Date"] = format_datetime(draft.at)
    mail["Message-ID"] = f"<{abs(hash_of(draft)):x}.{draft.address}>"
    mail["In-Reply-To"] = f"<{asked.message_id}>"
    mail["References"] = " ".join(f"<{one}>" for one in (*asked.references, asked.message_id))
    for field, value in fields.items():
        mail[field.replace("_", "-")] = value
    return mail


def hash_of(draft: Draft) -> int:
    """Return a number of what was typed, the same in every run."""
    said = repr((draft.top, draft.inline, draft.bottom, draft.at, draft.address)).encode()
    number = 7
    for byte in said:
        number = (number * 131 + byte) % (1 << 61)
    return number


def _charset(text: str, wanted: str) -> str:
    try:
        text.encode(wanted)
    except UnicodeEncodeError:
        return "utf-8"
    return wanted


def as_bytes(
    mail: EmailMessage, text: str, html: str = "", *, charset: str = "utf-8", cte: str = "quoted-printable",
    params: dict[str, str] | None = None,
) -> bytes:  # fmt: skip
    if text:
        used = _charset(text, charset)
        mail.set_content(text, charset=used, cte=cte, params=params)
        if html:
            mail.add_alternative(html, subtype="html", charset=_charset(html, charset), cte=cte)
    else:
        mail.set_content(html, subtype="html", charset=_charset(html, charset), cte=cte)
    return mail.as_bytes()


def attribution(draft: Draft, program: str) -> str:
    """Return the line that a program writes above what it quotes."""
    asked = draft.asked
    return ATTRIBUTIONS[program][draft.language].written(asked.at, asked.name, asked.address, draft.language)
