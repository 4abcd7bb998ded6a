"""HTML bodies as lines: what stands on each, how deep it is quoted, and what the mail program itself says of it.

Mail programs wrap what they quote in containers of their own; the tables below name them. They are names of programs,
not words of a language. Must not: decide what is new text; reply.py weighs these marks with the other signs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_NODES = 30_000  # a body of more is read up to here: no person wrote it
MOST_TAGS = 4 * MOST_NODES  # elements end too, and some are passed over
MOST_DEPTH = 50  # of quotes
MOST_LETTERS = 2_000_000
MANY_TAGS = 200
MOST_OPEN = 500  # elements open at once


class Mark(StrEnum):
    """What a mail program says of a stretch of its own HTML."""

    NONE = ""
    QUOTED = "quoted"  # the element holds the mail that is answered
    REST = "rest"  # from this element on, everything is the mail that is answered
    ATTRIBUTION = "attribution"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class HtmlLine:
    """One line of a body as it would be seen, without quote marks. `is_rule` stands for a drawn line."""

    text: str
    depth: int = 0
    mark: Mark = Mark.NONE
    is_rule: bool = False


# Class names and ids, lower case; a trailing * matches any ending. Yahoo and Outlook put a prefix before those of the
# mail they quote (yiv123…, x_…), so a prefixed name is never one of the answering program.
_CONTAINERS: dict[str, Mark] = {
    # Gmail's div.gmail_quote holds answers between the quotes too: only its blockquotes are quoted.
    "gmail_attr": Mark.ATTRIBUTION,
    "moz-cite-prefix": Mark.ATTRIBUTION,
    "reply-intro": Mark.ATTRIBUTION,  # Roundcube
    "protonmail_quote": Mark.QUOTED,
    "tutanota_quote": Mark.QUOTED,
    "yahoo_quoted": Mark.QUOTED,
    "yahoo_quoted_*": Mark.QUOTED,
    "yahoo-quoted-begin": Mark.REST,
    "zmail_extra": Mark.QUOTED,  # Zoho
    "olk_src_body_section": Mark.QUOTED,
    "mail-editor-reference-message-container": Mark.QUOTED,
    "ms-outlook-mobile-reference-message": Mark.QUOTED,
    "moz-forward-container": Mark.QUOTED,
    "hey_quote": Mark.QUOTED,
    "spark_quote": Mark.QUOTED,
    "front-blockquote": Mark.QUOTED,
    "mailmate-quote": Mark.QUOTED,
    "edo-original-message": Mark.QUOTED,
    "replysplit": Mark.REST,
    "divrplyfwdmsg": Mark.REST,
    "appendonsend": Mark.REST,
    "stopspelling": Mark.REST,  # Hotmail's rule above the quote
    "zwchr": Mark.REST,  # Zimbra's rule
    "outlookmessageheader": Mark.REST,
    "isreplycontent": Mark.QUOTED,
    "isforwardcontent": Mark.QUOTED,
    "gmail_signature": Mark.SIGNATURE,
    "gmail_signature_prefix": Mark.SIGNATURE,
    "moz-signature": Mark.SIGNATURE,
    "protonmail_signature_block": Mark.SIGNATURE,
    "ms-outlook-mobile-signature": Mark.SIGNATURE,
    "applemailsignature": Mark.SIGNATURE,
    "composer_signature": Mark.SIGNATURE,
    "k9mail-signature": Mark.SIGNATURE,
    "tutanota_signature": Mark.SIGNATURE,
    "signature": Mark.SIGNATURE,
    "mobile-signature": Mark.SIGNATURE,
    "linebreakatbeginningofsignature": Mark.NONE,
}
_PREFIXED = tuple((name[:-1], mark) for name, mark in _CONTAINERS.items() if name.endswith("*"))
_RESTS = tuple(name for name, mark in _CONTAINERS.items() if mark is Mark.REST)
_SIGNATURES = '[class*="ignature" i], [id*="ignature" i]'  # every name of one in the table holds this
MOST_SIGNATURES = 20
_NAMED = {"quote": Mark.QUOTED, "messagereplysection": Mark.QUOTED}  # GMX, Spark: the name attribute of a div

# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
    "thead", "tr", "ul",
))
# fmt: on
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "table"])
# fmt: off
_SKIPPED = frozenset((
    "head", "style", "script", "title", "template", "noscript", "object", "svg", "math", "select", "button",
    "textarea",
))
# fmt: on
_CELLS = frozenset(("td", "th"))
_WHITE = re.compile(r"[ \t\n\r\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_NO_BORDER = re.compile(r"border\s*:\s*(?:none|0)", re.I)
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0", re.I)
_NO_P_MARGIN = re.compile(r"\bp\s*\{[^}]*margin(?:-top)?\s*:\s*0", re.I)
_LETTER = re.compile(r"[^\W_]")


# fmt: off
# Tags whose end may be left out (a new one ends the last) or that have none: they make no depth.
_SHALLOW = frozenset((
    "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "br", "hr", "img", "input", "meta",
    "link", "col", "area", "base", "embed", "param", "source", "track", "wbr",
))
# fmt: on
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.I)
# A tag, in lower case; one left open reaches to the end, so that a run of them costs but its length. What stands in a
# style is never shown.
_ANY_TAG = re.compile(rb"<(?:style\b[^>]*>(?:<!--)?[^<]*</style\s{0,9}>|[a-z/!?][^>]*+>?)")
_TAGS_AS_TEXT = (b"<textarea", b"<xmp", b"<iframe", b"<noembed", b"<noframes", b"<plaintext")
_TAGGED_TITLE = re.compile(rb"<title\b[^<]*<(?!/title)")
_FORMATTING = re.compile(r"</?(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?:[\s/][^>]*)?>", re.I)


def _parsed(html: str) -> LexborHTMLParser:
    """Return the tree of a body that cannot cost more than its length.

    An HTML parser opens each unclosed formatting element again in each new block, and searches all open elements at
    each new one: 40 kB of such tags took 7 s and 1.8 GB. Formatting says nothing to us, so where there is much of it,
    it goes; what lies deeper than anything a person wrote is not read.
    """
    html = html[:MOST_LETTERS]
    if html.count("<") > MANY_TAGS:
        html = _FORMATTING.sub("", html)
        html = html[: _read_up_to(html)]
    return LexborHTMLParser(html.encode("utf-8", "replace"))


def _read_up_to(html: str) -> int | None:
    """Return where a body is too deep, or holds more than any walk would reach; None where it is neither."""
    depth = 0
    for number, tag in enumerate(_TAG.finditer(html)):
        if number == MOST_TAGS:
            return tag.start()
        if tag[2].lower() in _SHALLOW:
            continue
        depth = max(0, depth + (-1 if tag[1] else 1))
        if depth > MOST_OPEN:
            return tag.start()
    return None


class HtmlBody:
    """One HTML body, made into a tree at the first question and then kept. No question raises."""

    def __init__(self, html: str) -> None:
        self.html = html

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The tree, without what no reader ever sees."""
        tree = _parsed(self.html)
        tree.strip_tags(["style", "script", "template"])
        return tree

    @cached_property
    def bare_text(self) -> str:
        """The words in order, one run of text a line: quick, for measuring and comparing."""
        return self.tree.body.text(separator="\n") if self.tree.body else ""

    @cached_property
    def lines(self) -> list[HtmlLine]:
        """The lines as they would be seen, empty ones for the space between paragraphs."""
        root = self.tree.body or self.tree.root
        return self._walk().run(root) if root is not None else []

    @property
    def signature(self) -> list[str]:
        """The lines that the mail program itself calls a signature."""
        if "ignature" not in self.html and "IGNATURE" not in self.html:
            return []
        if self._holds(_RESTS):  # what is a signature then depends on what stands above it
            return [line.text for line in self.lines if line.mark is Mark.SIGNATURE]
        found: list[str] = []
        for node in self.tree.css(_SIGNATURES)[:MOST_SIGNATURES]:
            if _mark(node.tag or "", node.attributes) is Mark.SIGNATURE:
                found += [line.text for line in self._walk(Mark.SIGNATURE).run(node) if line.mark is Mark.SIGNATURE]
        return found

    def _holds(self, names: tuple[str, ...]) -> bool:
        lower = self.html.lower()
        return any(name in lower for name in names)

    def _walk(self, mark: Mark = Mark.NONE) -> _Walk:
        head = self.html[:20_000]
        return _Walk(paragraphs_touch="{" in head and bool(_NO_P_MARGIN.search(head)), mark=mark)


def most_letters(html: str) -> int:
    """Return how many letters `bare_text` has at most, its white space taken together: a count that needs no tree.

    What stands between tags is all that can be shown, and no entity is shorter than what it stands for. Elements whose
    tags are text themselves have no such bound.
    """
    lower = html[:MOST_LETTERS].encode("utf-8", "replace").lower()  # octets are looked through faster than letters
    if any(tag in lower for tag in _TAGS_AS_TEXT) or (b"<title" in lower and _TAGGED_TITLE.search(lower)):
        return len(html)
    return len(b" ".join(_ANY_TAG.sub(b" ", lower).split()).decode())


def bare_text(html: str) -> str:
    """Return the words of an HTML body in order, one run of text a line: quick, for measuring and comparing."""
    return HtmlBody(html).bare_text


def readable(html: str) -> str:
    """Return an HTML body as plain text, quoted lines with their > marks."""
    return "\n".join(">" * line.depth + " " * bool(line.depth) + line.text for line in HtmlBody(html).lines)


class _Walk:
    """A walk over the tree without recursion, writing lines as it goes."""

    def __init__(self, paragraphs_touch: bool, mark: Mark = Mark.NONE) -> None:
        self.lines: list[HtmlLine] = []
        self.buffer: list[str] = []
        self.depth = 0
        self.marks: list[Mark] = [mark]
        self.lists: list[int] = []  # next number of each open list, -1 for bullets
        self.preformatted = 0
        self.gap: int | None = None  # the quote depth of an empty line that is owed before the next text
        self.rest = False
        self.paragraphs_touch = paragraphs_touch

    def run(self, root: LexborNode) -> list[HtmlLine]:
        entered: list[LexborNode] = []
        at = root
        for _ in range(MOST_NODES):  # one by one, so that what lies beyond costs nothing
            following = None
            if at.tag == "-text":
                self.write(at.text_content or "")
            elif self.enter(at):
                following = at.first_child
                if following is None:
                    self.leave(at)
                else:
                    entered.append(at)
            if following is None:
                following = self._behind(at, entered)
            if following is None:
                break
            at = following
        self.end_line()
        return self.lines

    def _behind(self, node: LexborNode, entered: list[LexborNode]) -> LexborNode | None:
        """Return what follows a node within those entered, which are left where they end; None behind the last."""
        while entered:
            following = node.next
            if following is not None:
                return following
            node = entered.pop()
            self.leave(node)
        return None

    def write(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.split("\n")
            self.buffer.append(first)
            for line in others:
                self.end_line(keep_empty=True)
                self.buffer.append(line)
            return
        text = _WHITE.sub(" ", text)
        if text == " " and not self.buffer:
            return
        self.buffer.append(text)

    def end_line(self, keep_empty: bool = False) -> None:
        text = "".join(self.buffer)
        self.buffer = []
        if not self.preformatted:
            text = re.sub(r" {2,}", " ", text).strip(" ")
        if not text and not keep_empty:
            return
        if self.gap is not None and self.lines and self.lines[-1].text:
            self.lines.append(HtmlLine("", min(self.gap, self.depth), self.mark()))
        self.gap = None
        self.add(text)

    def mark(self) -> Mark:
        return Mark.REST if self.rest else self.marks[-1]

    def owe_gap(self) -> None:
        self.gap = self.depth if self.gap is None else min(self.gap, self.depth)

    def add(self, text: str, is_rule: bool = False) -> None:
        text = text.replace("\xa0", " ").rstrip()
        self.lines.append(HtmlLine(text, min(self.depth, MOST_DEPTH), self.mark(), is_rule))

    def enter(self, node: LexborNode) -> bool:
        """Begin an element; False to skip what is in it."""
        tag = node.tag or ""
        if tag in _SKIPPED or tag == "-comment" or tag.startswith("!"):
            return False
        attributes = node.attributes
        style = attributes.get("style") or "" if attributes else ""
        if (style and _HIDDEN.search(style)) or (attributes and "hidden" in attributes):
            return False
        if tag == "br":
            self.end_line(keep_empty=True)
            return False
        if tag == "img":
            alt = attributes.get("alt") or ""
            if alt and len(alt) <= 8 and not _LETTER.search(alt):  # an emoji drawn as a picture
                self.buffer.append(alt)
            return False
        if tag in _BLOCKS:
            self.end_line()
            if self.is_spaced(node, tag, style):
                self.owe_gap()
        mark = _mark(tag, attributes) if attributes else Mark.NONE
        if mark is Mark.REST:
            self.rest = True
        self.marks.append(mark if mark is not Mark.NONE else self.marks[-1])
        if tag == "hr":
            self.add("", is_rule=True)
        elif tag == "blockquote" and not _is_indent(style):
            self.depth += 1
        elif tag == "pre":
            self.preformatted += 1
        elif tag in ("ul", "ol", "menu", "dir"):
            self.lists.append(_first_number(attributes) if tag == "ol" else -1)
        elif tag == "li":
            self.bullet()
        elif tag in _CELLS and self.buffer:
            self.buffer.append(" \t")
        return True

    def bullet(self) -> None:
        number = self.lists[-1] if self.lists else -1
        if number > 0:
            self.lists[-1] = number + 1
        self.buffer.append(f"{number}. " if number > 0 else "- ")

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self.end_line()
            style = (node.attributes.get("style") or "") if node.attributes else ""
            if tag == "blockquote" and not _is_indent(style):
                self.depth -= 1
            if self.is_spaced(node, tag, style):
                self.owe_gap()
        if tag == "pre":
            self.preformatted -= 1
        elif tag in ("ul", "ol", "menu", "dir") and self.lists:
            self.lists.pop()
        self.marks.pop()

    def is_spaced(self, node: LexborNode, tag: str, style: str) -> bool:
        """Whether a reader sees an empty line around this element."""
        if tag not in _SPACED or self.lists:
            return False
        if tag == "p":
            name = (node.attributes.get("class") or "") if node.attributes else ""
            return not (self.paragraphs_touch or name.startswith(("Mso", "x_Mso")) or _NO_MARGIN.search(style))
        return tag != "table"


def _first_number(attributes: dict[str, str | None]) -> int:
    start = attributes.get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1


def _is_indent(style: str) -> bool:
    """Whether a blockquote is an indented paragraph: Gmail makes those by a blockquote without its line."""
    return _NO_BORDER.search(style) is not None and "border-left" not in style


def _mark(tag: str, attributes: dict[str, str | None]) -> Mark:
    for key in ("id", "class"):
        for name in (attributes.get(key) or "").lower().split():
            mark = _CONTAINERS.get(name)
            if mark is None:
                mark = next((found for prefix, found in _PREFIXED if name.startswith(prefix)), None)
            if mark:
                return mark
    name = (attributes.get("name") or "").lower()
    return _NAMED.get(name, Mark.NONE) if tag == "div" else Mark.NONE
