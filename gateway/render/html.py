"""Foreign text as safe HTML, and pages with their styles brought inline. Must not: let an image or a script through."""

from __future__ import annotations

import functools
import re

import css_inline
import mistune
import nh3

from gateway.render.text import STAR_SIGN, TOKEN_SIGN, clean

# Beyond this size a text is set as plain lines: reading its marks is not worth the time it could take.
_MARKED_UP_TO = 60_000

# What mail carries by habit. Headings, references, named links, images, tables and raw HTML are left out: in mail they
# are mostly accidents (`#4 is done`, `-----`, `[1]: see below`). What is not read as a mark stays as it was written.
_BLOCKS = ("fenced_code", "thematic_break", "block_quote", "list", "blank_line")
_INLINES = ("codespan", "emphasis", "auto_link", "auto_email", "linebreak", "url_link")

_TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "hr", "i", "li", "ol", "p", "pre", "strong", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}

# Whatever could begin a mark or an entity, and white space that parts lines in ways of its own.
_MAY_BE_MARKED = re.compile(
    r"[*_`\\~<>&]|https?:|^[ ]*(?:[-+]|\d{1,9}[.)])|^\s*[\u00a0\u202f]|[\u00a0\u202f]\s*$|[^\S \n\u00a0\u202f]",
    re.MULTILINE | re.IGNORECASE,
)
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
    return _safe(_html_of(text))


def _safe(raw: str) -> str:
    safe = nh3.clean(
        raw,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "title"},
    )
    return safe.replace(STAR_SIGN, "*").replace(TOKEN_SIGN, "")  # a numeric reference may have made the latter


def _html_of(text: str) -> str:
    if not _MAY_BE_MARKED.search(text):
        return _unmarked_html(text)
    return _plain_html(text) if len(text) > _MARKED_UP_TO else str(_marks()(_prepared(text)))


def _unmarked_html(text: str) -> str:
    """Return what reading the marks gives of a text that has none, as most posts: the same page, ten times as fast."""
    blocks = _BLANK_LINES.split(text.strip(" \n"))
    lines = ("<br />\n".join(line.strip(" ") for line in block.split("\n")) for block in blocks if block)
    return "".join(f"<p>{block}</p>\n" for block in lines)


def _prepared(text: str) -> str:
    # Marks would take a line straight below a quote into the quote: in mail it is the answer to it.
    return _STAR_IN_WORD.sub(STAR_SIGN, _QUOTE_ENDS.sub(r"\1\n\n", text))


def _plain_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"<p>{block}</p>" for block in escaped.replace("\n", "<br>").split("<br><br>") if block.strip())


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    # No style sheet is ever fetched; what depends on the reader's screen (@media) stays in the head.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def inlined(page: str) -> str:
    """Return a page with the rules of its style element written into style attributes."""
    return _inliner().inline(page)
