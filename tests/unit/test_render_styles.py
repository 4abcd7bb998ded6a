"""Styles are written in while templates are compiled: a page has what css-inline gives it as a whole."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage

import pytest
from selectolax.lexbor import LexborHTMLParser

from gateway.render.environment import TemplateProblem
from gateway.render.filters import FILTERS, TESTS
from gateway.render.render import Templates, render
from gateway.render.styles import UnclearStyle, dressed, head_rules, inlined, styled
from gateway.resources import load_templates, template_folder
from tests.golden.rendered_specimens import SPECIMENS, WORKSPACE, notice, stored

TEMPLATES = load_templates()
SOURCES = {file.name: file.read_text(encoding="utf-8") for file in (template_folder() / "mail").glob("*.j2")}
CSS = "p { margin: 0; } .lead { color: red; } td { padding: 1px; } @media (max-width: 9px) { p { margin: 1px; } }"

Node = tuple[str, dict[str, str | None], str]


def nodes(page: str) -> list[Node]:
    tree = LexborHTMLParser(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    assert tree.root is not None
    found = list(tree.root.traverse(include_text=True))
    return [
        (str(node.tag), dict(node.attributes), node.text(deep=False) or "") for node in found if node.tag != "style"
    ]


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_page_has_the_styles_that_the_whole_sheet_gives_it(name: str) -> None:
    raw = render(stored(notice(name, "fr")), WORKSPACE, TEMPLATES)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert isinstance(part, EmailMessage)
    page = str(part.get_content())
    sheet = re.sub(r"{#.*?#}", "", SOURCES["style.css.j2"], flags=re.DOTALL)
    bare = re.sub(r"<style>.*?</style>", "<style></style>", re.sub(r' style="[^"]*"', "", page), flags=re.DOTALL)
    assert nodes(page) == nodes(inlined(bare.replace("<style></style>", f"<style>{sheet}</style>")))


def test_a_tag_takes_its_style_and_keeps_what_is_filled_in() -> None:
    source = '{# <p> #}<p class="lead">{% if a < b %}{{ "<td>" }}{% endif %}</p><td width="{{ n }}%">x</td><b>y</b>'
    assert styled(source, CSS) == (
        '{# <p> #}<p class="lead" style="margin:0;color:red">{% if a < b %}{{ "<td>" }}{% endif %}</p>'
        '<td width="{{ n }}%" style="padding:1px">x</td><b>y</b>'
    )


def test_what_only_outlook_reads_is_left_alone() -> None:
    assert styled("<!--[if mso]><td><![endif]-->", CSS) == "<!--[if mso]><td><![endif]-->"


def test_rules_for_the_screen_stay_in_the_head() -> None:
    assert head_rules(CSS) == "@media (max-width: 9px) { p { margin: 1px; } }"
    assert head_rules("p { margin: 0 }") == ""


@pytest.mark.parametrize("tag", ['<p class="{{ sort }}">', '<p style="margin: 0">'])
def test_a_tag_whose_style_cannot_be_told_is_refused(tag: str) -> None:
    with pytest.raises(UnclearStyle, match="give it a class"):
        styled(tag, CSS)
    with pytest.raises(TemplateProblem, match=r"post.html.j2: <p "):
        Templates.compile(SOURCES | {"post.html.j2": tag}, {})


def test_foreign_tags_are_dressed_as_the_page_is() -> None:
    known = {"p": "margin:0", "a": "color:red", "ol": "padding:0"}
    assert dressed("<p>a</p>\n<p>b</p>\n", known) == '<p style="margin:0">a</p>\n<p style="margin:0">b</p>\n'
    assert dressed('<p>1 &lt; <a href="x">2</a></p><ol start="3"><li>x</li></ol><pre>y</pre>', known) == (
        '<p style="margin:0">1 &lt; <a style="color:red" href="x">2</a></p>'
        '<ol style="padding:0" start="3"><li>x</li></ol><pre>y</pre>'
    )
    assert dressed("<p>a</p>", {}) == "<p>a</p>"


def test_nothing_that_templates_call_asks_for_their_context() -> None:
    # gateway/render/environment.py leaves out the look at every call for this; macros are told apart there.
    for environment in (TEMPLATES.plain, TEMPLATES.marked):
        called = [*FILTERS.values(), *TESTS.values(), *environment.globals.values()]
        assert not [one for one in called if hasattr(one, "jinja_pass_arg")]
