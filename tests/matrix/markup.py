"""A small tree of HTML for the simulator: parsed, cut at an answer with its ancestors opened again, and written as
plain text in the ways mail programs do it.

Test code: knows what programs send, nothing of how Restante reads. Must not: import anything of gateway/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col"})
_SILENT = frozenset({"style", "title", "head", "script"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SPACED = _HEADINGS | {"blockquote", "ol", "p", "pre", "ul"}
_BLOCK = _SPACED | {"address", "article", "body", "center", "div", "dl", "li", "section", "table", "tbody", "tr"}


@dataclass(eq=False)
class Node:
    """An element; children are elements or runs of text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def __str__(self) -> str:
        inside = "".join(map(self._written, self.children))
        said = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        if not self.tag:
            return inside
        return f"<{self.tag}{said}>" if self.tag in VOID else f"<{self.tag}{said}>{inside}</{self.tag}>"

    def _written(self, child: Node | str) -> str:
        return str(child) if isinstance(child, Node) or self.tag == "style" else escape(child, quote=False)

    @property
    def words(self) -> str:
        """All its text, white space as in one line."""
        return " ".join("".join(_texts(self)).split())

    def all(self) -> Iterator[Node]:
        """Yield this element and all below it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.all()

    def copied(self, change: Callable[[Node], None] | None = None) -> Node:
        """Return a copy of the tree, each element changed on the way."""
        twin = Node(
            self.tag,
            dict(self.attributes),
            [child if isinstance(child, str) else child.copied(change) for child in self.children],
        )
        if change:
            change(twin)
        return twin


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br":
            yield " "
        elif child.tag not in _SILENT:
            yield from _texts(child)
            if child.tag in _BLOCK:
                yield " "


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if any(node.tag == tag for node in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(html: str) -> Node:
    """Return the tree of a body: comments gone, what stands in `<body>` as children of a nameless element."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    body = next((node for node in parser.open[0].all() if node.tag == "body"), parser.open[0])
    return Node("", {}, body.children)


def element(tag: str, *children: Node | str, **attributes: str) -> Node:
    """Return an element; `class_` and `http_equiv` as keywords must be written."""
    return Node(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}, list(children))


def parent_of(root: Node, node: Node) -> Node:
    """Return the element that holds another. Raises LookupError when none does."""
    for one in root.all():
        if any(child is node for child in one.children):
            return one
    raise LookupError(node.tag)


def cut_behind(root: Node, node: Node) -> tuple[Node, Node]:
    """Return a tree in two: all up to the end of an element, and what follows with the element's ancestors again."""
    if any(child is node for child in root.children):
        at = next(index for index, child in enumerate(root.children) if child is node) + 1
        return Node(root.tag, root.attributes, root.children[:at]), Node(root.tag, root.attributes, root.children[at:])
    for index, child in enumerate(root.children):
        if isinstance(child, Node) and any(one is node for one in child.all()):
            left, right = cut_behind(child, node)
            return (
                Node(root.tag, root.attributes, [*root.children[:index], left]),
                Node(root.tag, root.attributes, [right, *root.children[index + 1 :]]),
            )
    raise LookupError(node.tag)


def put_behind(root: Node, node: Node, others: list[Node]) -> None:
    """Put elements right behind another, where it stands."""
    parent = parent_of(root, node)
    at = next(index for index, child in enumerate(parent.children) if child is node) + 1
    parent.children[at:at] = others


# --- an HTML body as plain text -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Habits:
    """How a program writes HTML as text."""

    bold: str = ""  # around what is bold, headings included
    link: str = "{text}"
    cell: str = " "  # between the cells of a row
    row: str = "{}"
    bullet: str = "- "
    number: str = "{}. "
    skips_empty_rows: bool = True
    shouts: bool = False  # what is bold is in capitals


@dataclass
class TextLine:
    """One line of the text, how deep it is quoted."""

    depth: int
    text: str


def as_text(root: Node, habits: Habits) -> list[TextLine]:
    """Return a tree as lines, unwrapped; the depth counts blockquotes."""
    writer = _Writer(habits)
    writer.children(root)
    writer.end()
    lines = writer.lines
    while lines and not lines[-1].text.strip():
        lines.pop()
    return lines


class _Writer:
    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.lines: list[TextLine] = []
        self.buffer = ""
        self.depth = 0
        self.owed = False
        self.lists: list[int] = []

    def end(self, keep: bool = False) -> None:
        text = self.buffer.rstrip(" ")
        self.buffer = ""
        if not text.strip() and not keep:
            return
        if self.owed and self.lines:
            self.lines.append(TextLine(min(self.depth, self.lines[-1].depth), ""))
        self.owed = False
        self.lines.append(TextLine(self.depth, text))

    def owe(self) -> None:
        self.owed = bool(self.lines) and bool(self.lines[-1].text.strip())

    def children(self, node: Node) -> None:
        for child in node.children:
            if isinstance(child, str):
                self.text(child, keep=node.tag == "pre")
            elif child.tag not in _SILENT:
                self.element(child)

    def text(self, said: str, keep: bool = False) -> None:
        if keep:
            first, *others = said.split("\n")
            self.buffer += first
            for line in others:
                self.end(keep=True)
                self.buffer = line
            return
        collapsed = " ".join(part for part in said.replace("\n", " ").replace("\t", " ").split(" ") if part)
        lead = " " if said[:1].isspace() and said[:1] != "\xa0" else ""
        tail = " " if said[-1:].isspace() and said[-1:] != "\xa0" and collapsed else ""
        if (lead and self.buffer and not self.buffer.endswith((" ", "\t"))) or not lead:
            self.buffer += lead
        self.buffer += collapsed + tail

    def element(self, node: Node) -> None:
        rule = getattr(self, f"on_{node.tag}", None)
        if rule is not None:
            rule(node)
        elif node.tag in _HEADINGS:
            self.block(node, bold=True)
        elif node.tag in _BLOCK:
            self.block(node)
        else:
            self.children(node)

    def block(self, node: Node, bold: bool = False) -> None:
        self.end()
        if node.tag in _SPACED and not self.lists:
            self.owe()
        if bold:
            self.on_b(node)
        else:
            self.children(node)
        self.end()
        if node.tag in _SPACED and not self.lists:
            self.owe()

    def on_br(self, node: Node) -> None:
        self.end(keep=True)

    def on_hr(self, node: Node) -> None:
        self.end()
        self.buffer = "_" * 32
        self.end()

    def on_b(self, node: Node) -> None:
        before = len(self.buffer)
        self.children(node)
        said = self.buffer[before:]
        if self.habits.shouts:
            self.buffer = self.buffer[:before] + said.upper()
        elif said.strip() and self.habits.bold:
            mark = self.habits.bold
            self.buffer = self.buffer[:before] + f"{mark}{said.strip(' ')}{mark}" + " " * said.endswith(" ")

    on_strong = on_b

    def on_a(self, node: Node) -> None:
        before = len(self.buffer)
        self.children(node)
        said = self.buffer[before:]
        url = node.attributes.get("href", "")
        if url and said.strip() and url != said.strip() and url != f"mailto:{said.strip()}":
            self.buffer = self.buffer[:before] + self.habits.link.format(
                text=said.strip(), url=url, bare=url.removeprefix("mailto:")
            )

    def on_blockquote(self, node: Node) -> None:
        self.end()
        self.owe()
        self.depth += 1
        outer, self.lists = self.lists, []
        self.children(node)
        self.end()
        self.depth -= 1
        self.lists = outer
        self.owe()

    def on_ul(self, node: Node) -> None:
        self.listed(node, 0)

    def on_ol(self, node: Node) -> None:
        self.listed(node, int(node.attributes.get("start", "1")))

    def listed(self, node: Node, first: int) -> None:
        self.end()
        if not self.lists:
            self.owe()
        self.lists.append(first)
        self.children(node)
        self.end()
        self.lists.pop()
        if not self.lists:
            self.owe()

    def on_li(self, node: Node) -> None:
        self.end()
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        self.buffer = self.habits.number.format(number) if number else self.habits.bullet
        self.children(node)
        self.end()

    def on_tr(self, node: Node) -> None:
        cells = [child for child in node.children if isinstance(child, Node)]
        simple = all(one.tag not in _BLOCK and one.tag != "br" for cell in cells for one in cell.all())
        if not simple:
            self.block(node)
            return
        self.end()
        said = []
        for cell in cells:
            self.children(cell)
            said.append(self.buffer.strip(" "))
            self.buffer = ""
        filled = [one for one in said if one.strip(" \xa0")]
        if filled or not self.habits.skips_empty_rows:
            self.buffer = self.habits.row.format(self.habits.cell.join(said))
        self.end(keep=not self.habits.skips_empty_rows)

    def on_td(self, node: Node) -> None:
        self.block(node)

    on_th = on_td
