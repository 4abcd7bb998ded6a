"""A lint of what we send: HTML and CSS against what mail programs support, contrast, structure, images, reading order.

The tables below say which elements, attributes and properties may stand in a mail of ours, and why those that some
program ignores do no harm. They are made from the vendors' own documentation and from caniemail.com (MIT).
"""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from itertools import pairwise
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from gateway.render.render import render
from gateway.resources import load_templates, template_folder
from tests.golden.rendered_specimens import SPECIMENS, WORKSPACE, notice, stored

TEMPLATES = load_templates()
EVERYTHING = [(name, language) for name in SPECIMENS for language in ("en", "fr")]

# Understood by Gmail, Outlook for Windows (Word), Apple Mail, Yahoo and Thunderbird alike.
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "h1", "h2", "h3", "p", "ul", "ol",
    "li", "a", "strong", "em", "b", "i", "br", "span", "blockquote", "pre", "code", "hr",
}  # fmt: skip
ATTRIBUTES = {
    "style", "class", "width", "align", "bgcolor", "colspan", "cellpadding", "cellspacing", "border", "href", "rel",
    "lang", "role", "aria-hidden", "start", "name", "content", "http-equiv",
}  # fmt: skip
PROPERTIES = {
    "background-color", "border", "border-left", "border-top", "border-bottom", "color", "font-family", "font-size",
    "font-weight", "height", "line-height", "margin", "padding", "text-align", "text-decoration", "vertical-align",
    "white-space", "width",
}  # fmt: skip
# Ignored somewhere, without harm.
TOLERATED = {
    "max-width": "Outlook for Windows ignores it: a table of 600 px, in a comment for it alone, holds the page",
    "display": "Outlook for Windows ignores block on a link: its padding comes from mso-padding-alt on the cell",
    "mso-padding-alt": "for Outlook for Windows alone",
    "word-wrap": "long words in code run over the edge where it is ignored",
}
# May stand in @media rules, which some drop (Outlook for Windows, Gmail for foreign accounts): nothing depends on them.
AT_RULES = {"(max-width: 480px)", "(prefers-color-scheme: dark)"}

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


@pytest.mark.parametrize(("name", "language"), EVERYTHING)
def test_only_what_every_program_understands_is_sent(name: str, language: str) -> None:
    tree = LexborHTMLParser(html_of(name, language))
    for node in tree.css("*"):
        assert node.tag in ELEMENTS
        assert set(node.attributes) <= ATTRIBUTES, node.html
        for key, value in declarations(node.attributes.get("style") or ""):
            assert key in PROPERTIES or key in TOLERATED, key
            assert "url(" not in value
            assert "var(" not in value
            assert key != "margin" or "-" not in value  # Outlook.com drops negative margins


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
    fill = ground[".fill"]
    lane = ground.get(".track") or ground[".track, hr"]
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
    assert set(re.findall(r"@media (\([^{]*\)) {", STYLE)) == AT_RULES
    for _, body in rules(STYLE.partition("@media")[2]):
        assert set(body) <= PROPERTIES | set(TOLERATED) | {"border-color", "border-top-color"}


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
