"""A lint of what we send: HTML and CSS against what mail programs support, contrast, structure, images, reading order.

What each program makes of an element, attribute or property stands in mail_support.toml, with its source; what is not
in that table is not sent, and what some program does not support has a word there on why it does no harm.
"""

from __future__ import annotations

import email
import email.policy
import functools
import re
import tomllib
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from gateway.render.render import render
from gateway.resources import load_templates, template_folder
from tests.golden.rendered_specimens import SPECIMENS, WORKSPACE, notice, stored

TEMPLATES = load_templates()
EVERYTHING = [(name, language) for name in SPECIMENS for language in ("en", "fr")]

PROGRAMS = ("gmail", "outlook", "apple", "yahoo", "thunderbird")
Table = dict[str, dict[str, dict[str, Any]]]
SUPPORT: Table = tomllib.loads(Path(__file__).with_name("mail_support.toml").read_text(encoding="utf-8"))
PROPERTIES = SUPPORT["property"]
ON_CELLS_ALONE = {"height", "vertical-align", "mso-line-height-rule"}  # nowhere else does Word heed them
NO_WIDTH_ON = {"body", "span", "div", "p"}

STYLE = re.sub(
    r"{#.*?#}", "", (template_folder() / "mail" / "style.css.j2").read_text(encoding="utf-8"), flags=re.DOTALL
)


def html_of(name: str, language: str) -> str:
    raw = render(stored(notice(name, language)), WORKSPACE, TEMPLATES)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def declarations(style: str) -> list[tuple[str, str]]:
    pairs = (part.partition(":") for part in style.split(";") if part.strip())
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]


@functools.cache
def used(name: str, language: str) -> frozenset[tuple[str, str, str, str]]:
    """Return what a page is made of: (sort, name, value, element) of each element, attribute and property."""
    found: set[tuple[str, str, str, str]] = set()
    for node in LexborHTMLParser(html_of(name, language)).css("*"):
        element = str(node.tag)
        found.add(("element", element, "", element))
        found |= {("attribute", key, value or "", element) for key, value in node.attributes.items()}
        found |= {("property", *pair, element) for pair in declarations(node.attributes.get("style") or "")}
    return frozenset(found)


@pytest.mark.parametrize(("name", "language"), EVERYTHING)
def test_only_what_the_table_knows_is_sent(name: str, language: str) -> None:
    for sort, thing, value, element in used(name, language):
        assert thing in SUPPORT[sort], f"{sort} {thing} is not in mail_support.toml"
        allowed = SUPPORT[sort][thing].get("values")
        assert allowed is None or re.fullmatch(allowed, value), (thing, value)
        assert "url(" not in value
        assert "!important" not in value
        assert sort != "property" or thing not in ON_CELLS_ALONE or element == "td", (thing, element)
        assert (sort, thing) != ("property", "width") or element not in NO_WIDTH_ON


@pytest.mark.parametrize(("name", "language"), EVERYTHING)
def test_every_tag_is_closed_where_it_belongs(name: str, language: str) -> None:
    page = re.sub(r"<!--.*?-->|<!DOCTYPE html>|<style>.*?</style>", "", html_of(name, language), flags=re.DOTALL)
    open_: list[str] = []
    for closes, tag in re.findall(r"<(/?)([a-z0-9]+)[^<>]*>", page):
        if closes:
            assert open_.pop() == tag, page
        elif tag not in ("meta", "br", "hr"):
            open_.append(tag)
    assert not open_
    assert page.count("<") == page.count(">")


@pytest.mark.parametrize("sort", SUPPORT)
def test_the_table_says_where_it_has_it_from_and_why_a_gap_does_no_harm(sort: str) -> None:
    for thing, said in SUPPORT[sort].items():
        assert "page" in said or "source" in said, thing
        assert set(said) <= {*PROGRAMS, "page", "source", "harmless", "values"}, thing
        gaps = [program for program in PROGRAMS if program in said]
        assert all(said[program] in ("partly", "no") for program in gaps), thing
        assert bool(gaps) == ("harmless" in said), thing


def test_the_table_holds_nothing_that_is_not_sent() -> None:
    seen = {(sort, thing) for case in EVERYTHING for sort, thing, _, _ in used(*case)}
    seen |= {("property", name) for _, body in rules(STYLE) for name in body}
    foreign = {("element", tag) for tag in ("b", "i", "em", "hr", "pre", "code")} | {("attribute", "start")}
    for sort in ("element", "attribute", "property"):
        assert {(sort, thing) for thing in SUPPORT[sort]} <= seen | foreign


@pytest.mark.parametrize(("name", "language"), EVERYTHING)
def test_a_page_is_small_and_asks_nothing_of_the_network(name: str, language: str) -> None:
    page = html_of(name, language)
    assert len(page.encode()) < 100_000  # Gmail cuts a mail at 102 kB
    assert len(re.findall(r"<style.*?</style>", page, re.DOTALL)[0]) < 8_192  # Gmail drops a longer style element
    assert not re.search(r"<(?:img|link|script|iframe|object|embed|svg|video)|@import|url\(|src=", page)


@pytest.mark.parametrize(("name", "language"), EVERYTHING)
def test_a_page_reads_well_aloud(name: str, language: str) -> None:
    page = html_of(name, language)
    tree = LexborHTMLParser(page)
    root = tree.css_first("html")
    assert root is not None
    assert root.attributes["lang"] == language
    title = tree.css_first("title")
    assert title is not None
    assert title.text(strip=True)
    assert all(table.attributes.get("role") == "presentation" for table in tree.css("table"))
    levels = [int(str(node.tag)[1]) for node in tree.css("h1, h2, h3")]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), levels
    assert levels.count(1) <= 1
    for link in tree.css("a"):
        assert link.text(strip=True)
    for bar in tree.css("td.fill, td.track"):  # what a bar shows is said in words beside it
        assert not bar.text(strip=True)
    assert 'name="color-scheme" content="light dark"' in page


@pytest.mark.parametrize("name", SPECIMENS)
def test_every_link_that_answers_fills_the_answer_in(name: str) -> None:
    made = stored(notice(name))
    tree = LexborHTMLParser(html_of(name, "en"))
    links = [
        node.attributes["href"] or "" for node in tree.css("a") if (node.attributes["href"] or "").startswith("mailto")
    ]
    assert links or not made.notice.member_id or "confirm" in name
    for link in links:
        to, _, fields = link.removeprefix("mailto:").partition("?")
        assert unquote(to) == WORKSPACE.address.reply_to(made.token)
        assert "+" not in link  # read as a space by some
        subject, _, body = fields.partition("&")
        assert unquote(subject).startswith("subject=Re: [acme")
        assert body.startswith("body=")
        assert len(link) < 2000


@pytest.mark.parametrize("name", [name for name in SPECIMENS if name.startswith("ballot")])
def test_every_option_of_a_vote_is_a_link_or_in_the_list_of_one(name: str) -> None:
    tree = LexborHTMLParser(html_of(name, "en"))
    bodies = [unquote((node.attributes["href"] or "").partition("&body=")[2]) for node in tree.css("a.choose")]
    question = getattr(SPECIMENS[name], "question", None)
    assert question is not None
    for option in question.options:
        assert any(option in body for body in bodies)


# --- contrast, WCAG 2.2 §1.4.3 --------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rules(css: str) -> list[tuple[str, dict[str, str]]]:
    found = re.findall(r"([^{}]+){([^{}]*)}", css)
    return [(names.strip(), dict(declarations(body.replace("!important", "")))) for names, body in found]


LIGHT = STYLE.partition("@media")[0]
DARK = STYLE.partition("(prefers-color-scheme: dark) {")[2].rpartition("}")[0]


@pytest.mark.parametrize(("css", "sheet"), [(LIGHT, "#fffdf9"), (DARK, "#1b2023")])
def test_every_text_stands_out_from_its_ground(css: str, sheet: str) -> None:
    grounds = {sheet} | {
        body["background-color"] for names, body in rules(css) if names in (".option", "pre", ".aside", "pre, .aside")
    }
    colours = {body["color"] for _, body in rules(css) if "color" in body}
    assert len(colours) >= 3
    for colour in colours:
        for ground in grounds:
            assert contrast(colour, ground) >= 4.5, (colour, ground)


@pytest.mark.parametrize(("css", "sheet"), [(LIGHT, "#fffdf9"), (DARK, "#1b2023")])
def test_a_bar_stands_out_from_its_lane(css: str, sheet: str) -> None:
    ground = {names: body.get("background-color", "") for names, body in rules(css)}
    lane = ground.get(".track") or ground[".track, hr"]
    for fill in (ground[".fill"], ground[".rest"]):
        assert contrast(fill, lane) >= 3  # WCAG 2.2 §1.4.11
        assert contrast(fill, sheet) >= 3


def test_the_dark_page_changes_every_colour_of_the_light_one() -> None:
    dark = {name.strip() for names, _ in rules(DARK) for name in names.split(",")}
    light = {
        name.strip()
        for names, body in rules(LIGHT)
        for name in names.split(",")
        if {"color", "background-color"} & set(body)
    }
    assert light <= dark, light - dark


def test_media_rules_are_the_known_ones() -> None:
    assert {*re.findall(r"@media (\([^{]*\)) {", STYLE), "!important"} == set(SUPPORT["at-rule"])
    for _, body in rules(STYLE.partition("@media")[2]):
        assert set(body) <= set(PROPERTIES)
    assert STYLE.count("!important") == STYLE.count(" !important;")


# --- the templates themselves ---------------------------------------------------------------------------------------

SOURCES = {file.name: file.read_text(encoding="utf-8") for file in (template_folder() / "mail").glob("*.j2")}


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_says_its_words_through_the_catalogue(name: str) -> None:
    bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", SOURCES[name], flags=re.DOTALL)
    if name == "style.css.j2":
        return
    bare = re.sub(r"<style>.*?</style>|<!--.*?-->|<[^>]*>|&[a-z]+;", " ", bare, flags=re.DOTALL)
    assert not re.search(r"[A-Za-z]{2,}", bare), re.findall(r"[A-Za-z]{2,}", bare)


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_holds_no_logic_beyond_loops_and_ifs(name: str) -> None:
    statements = set(re.findall(r"{%-?\s*(\w+)", SOURCES[name]))
    assert statements <= {
        "if", "elif", "else", "endif", "for", "endfor", "set", "do", "block", "endblock", "extends", "import",
        "include",
        "macro", "endmacro",
    }  # fmt: skip
    assert "|safe" not in SOURCES[name].replace(" ", "")


def test_no_line_of_a_french_mail_can_begin_with_a_mark_that_belongs_to_the_word_before() -> None:
    catalogue = (template_folder() / "locale" / "fr" / "LC_MESSAGES" / "restante.po").read_text(encoding="utf-8")
    said = "".join(re.findall(r"^msgstr(?:\[\d\])? (.*(?:\n\".*)*)", catalogue, re.M))
    assert said.count("\N{NO-BREAK SPACE}") > 200
    assert re.findall(r".{0,30}\S [?!;:»](?![-)]).{0,10}|.{0,10}« .{0,30}", said) == []
