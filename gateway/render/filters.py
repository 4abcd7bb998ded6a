"""What templates may call beside plain loops and ifs: bars, wrapping, links that answer. Must not: hold words.

Every function takes values and gives text; those named `*_html` give text that is safe to stand in a page.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from gateway.model.address import WorkspaceAddress
from gateway.model.attachment import Attachment
from gateway.model.filelink import FILE_PATH, which
from gateway.render.bars import bar, cells
from gateway.render.html import post_html
from gateway.render.language import has_fixed_options
from gateway.render.styles import dressed
from gateway.render.text import CODE_SIGN, TOKEN_SIGN, WIDTH, clean, columns, one_line, pad, shorten, wrap

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter(position: int) -> str:
    """Return the letter of an option by its position from 1; "" beyond Z."""
    return _LETTERS[position - 1] if 0 < position <= len(_LETTERS) else ""


def tag_of(value: msgspec.Struct) -> str:
    """Return the tag of a struct: which kind of choice, answer or facts it is."""
    return str(value.__struct_config__.tag)


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Return a text wrapped for a plain page; `first` stands before its first line, `indent` before the others."""
    return wrap(clean(str(text)), indent, WIDTH, first)


def bullet(text: str, sign: str = "- ", margin: str = "") -> str:
    """Return a text as one item of a list in a plain page, its further lines hanging."""
    return wrapped(text, margin + " " * columns(sign), margin + sign)


def in_columns(text: str, least: int) -> list[str]:
    """Return the lines of pairs, a tab between the two, with the second ones below each other; `least` columns in."""
    pairs = [line.partition("\t") for line in text.split("\n")]
    width = max(least, 2 + max(columns(first) for first, _, _ in pairs))
    return [f"{pad(first, width)}{second}" for first, _, second in pairs]


def paragraphs_in(styles: Mapping[str, str]) -> Callable[[str], Markup]:
    """Return the maker of foreign text for a page: paragraphs, lists, quotes, links, in the page's styles."""

    def paragraphs(text: str) -> Markup:
        return Markup(dressed(post_html(text), styles))  # what post_html lets through, and nothing else

    return paragraphs


def sentence(text: str) -> str:
    """Return a text with its first letter large, as a line of its own begins."""
    return text[:1].upper() + text[1:]


def unmarked(text: str) -> str:
    """Return a text as it was before it was escaped for a page."""
    return str(text.unescape()) if isinstance(text, Markup) else text


def widest(texts: list[str], most: int) -> int:
    """Return the columns of the widest text that is not wider than `most`."""
    return max((wide for wide in map(columns, texts) if wide <= most), default=0)


def reply_link(address: WorkspaceAddress, subject: str) -> Callable[[str], Markup]:
    """Return the maker of links that answer: `mailto:` with the reply address, the subject and the answer filled in.

    RFC 6068 §5: all but unreserved characters are percent-encoded, also the `+` that some programs read as a space.
    The recipient's token is put in when the mail is put together.
    """
    to = quote(address.reply_to(TOKEN_SIGN), safe="@" + TOKEN_SIGN).replace(quote(TOKEN_SIGN), TOKEN_SIGN)

    start = f"mailto:{to}?subject={quote(one_line(subject), safe='')}"

    def link(body: str = "") -> Markup:
        lines = clean(unmarked(body)).replace("\n", "\r\n")  # RFC 6068 §5: line breaks are %0D%0A
        return Markup(f"{start}&amp;body={_quoted(lines)}" if body else start)  # all quoted

    return link


def file_link(pages: str) -> Callable[[Attachment], str]:
    """Return the maker of addresses where a file can be fetched; they are "" where there are no pages, or it may not.

    The recipient's code is put in when the mail is put together.
    """

    def link(file: Attachment) -> str:
        return f"{pages}{FILE_PATH}{CODE_SIGN}/{which(file)}" if pages and file.is_fetchable else ""

    return link


@functools.lru_cache(maxsize=2048)  # the answers that links fill in are the same for many readers
def _quoted(text: str) -> str:
    return quote(text, safe="")


FILTERS: dict[str, Callable[..., Any]] = {
    "bar": bar,
    "bullet": bullet,
    "cells": cells,
    "letter": letter,
    "one_line": one_line,
    "pad": pad,
    "in_columns": in_columns,
    "sentence": sentence,
    "shorten": shorten,
    "paragraphs": paragraphs_in({}),
    "tag": tag_of,
    "wrapped": wrapped,
    "unmarked": unmarked,
    "widest": widest,
}
TESTS: dict[str, Callable[..., bool]] = {"fixed": has_fixed_options}
