"""Foreign text as safe HTML. Must not: let an image or a script through."""

from __future__ import annotations

import functools
import re

import mistune
import nh3

from gateway.render.text import STAR_SIGN, TOKEN_SIGN, clean

# Beyond this size a text is set as plain lines: reading its marks is not worth the time it could take.
_MARKED_UP_TO = 60_000

# What mail carries by habit. Headings, references, named links, images, tables and raw HTML are left out: in mail they
# are mostly accidents (`#4 is done`, `-----`, `[1]: see below`). What is not read as a mark stays as it was written.
_BLOCKS = ("fenced_code", "thematic_break", "block_quote", "list", "blank_line")
_INLINES = ("codespan", "emphasis", "auto_link", "auto_email", "linebreak", "url_link")

FOREIGN_TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "hr", "i", "li", "ol", "p", "pre", "strong", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}

# Whatever could begin a mark or an entity, and white space that parts lines in ways of its own.
_MARK_SIGNS = "*_`\\~<>&\t"
_LINK_STARTS = ("http:", "https:")
_LIST_OR_RULE = re.compile(r"\n *(?:[-+]|\d{1,9}[.)])")
_ODD_SPACE = re.compile(r"^\s*[\u00a0\u202f]|[\u00a0\u202f]\s*$|[^\S \n\u00a0\u202f]", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n(?: *\n)+")
_QUOTE_ENDS = re.compile(r"^([ \t]*>.*)\n(?=[ \t]*[^\s>])", re.MULTILINE)
_STAR_IN_WORD = re.compile(r"(?<=\w)\*(?=\w)")  # 2*3*4 is no emphasis


@functools.cache
def _marks() -> mistune.Markdown:
    markdown = mistune.create_markdown(escape=True, hard_wrap=True, plugins=["url"])
    assert isinstance(markdown, mistune.Markdown)
    for parser, wanted in ((markdown.block, _BLOCKS), (markdown.inline, _INLINES)):
        parser.rules = [rule for rule in parser.rules if rule in wanted]
    for nested in (markdown.block.block_quote_rules, markdown.block.list_rules):
        nested[:] = [rule for rule in nested if rule in _BLOCKS]
    return markdown


def post_html(text: str) -> str:
    """Return a post's text as HTML that holds nothing but paragraphs, lists, quotes, code, emphasis and links.

    Every word of the text is in it; line breaks are kept.
    """
    text = clean(text).strip("\n")
    if not may_be_marked(text):
        return _unmarked_html(text)
    return _safe(_plain_html(text) if len(text) > _MARKED_UP_TO else str(_marks()(_prepared(text))))


def may_be_marked(text: str) -> bool:
    """Whether a cleaned text could mean anything but its own signs and lines: each sign is looked for by itself."""
    if any(sign in text for sign in _MARK_SIGNS) or _LIST_OR_RULE.search("\n" + text):
        return True
    if ":" in text and any(start in text.casefold() for start in _LINK_STARTS):
        return True
    return not (text.isascii() or text.replace("\n", "").isprintable()) and bool(_ODD_SPACE.search(text))


def _safe(raw: str) -> str:
    safe = nh3.clean(
        raw,
        tags=FOREIGN_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "title"},
    )
    return safe.replace(STAR_SIGN, "*").replace(TOKEN_SIGN, "")  # a numeric reference may have made the latter


def _unmarked_html(text: str) -> str:
    """Return what reading the marks gives of a text that has none, as most posts: the same page, without the reading.

    Nothing in it wants to be escaped or taken out, for then it might be marked.
    """
    text = text.replace("\u00a0", "&nbsp;")
    blocks = _BLANK_LINES.split(text.strip(" \n"))
    lines = ("<br>\n".join(line.strip(" ") for line in block.split("\n")) for block in blocks if block)
    return "".join(f"<p>{block}</p>\n" for block in lines)


def _prepared(text: str) -> str:
    # Marks would take a line straight below a quote into the quote: in mail it is the answer to it.
    return _STAR_IN_WORD.sub(STAR_SIGN, _QUOTE_ENDS.sub(r"\1\n\n", text))


def _plain_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"<p>{block}</p>" for block in escaped.replace("\n", "<br>").split("<br><br>") if block.strip())
