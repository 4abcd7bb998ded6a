"""Promises of rendering that hold for any text: nothing is injected, nothing is lost, thread and token come back."""

from __future__ import annotations

import email
import email.policy
import quopri
import re
from email.message import EmailMessage

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gateway.model.address import token_of_message_id
from gateway.model.facts import DigestFacts, PostFacts, ThreadLine
from gateway.render.html import post_html
from gateway.render.render import render
from gateway.render.text import WIDTH, clean, columns, one_line, quoted_printable, wrap
from gateway.resources import load_templates
from tests.golden.rendered_specimens import NOW, SPECIMENS, WORKSPACE, named, notice, stored

TEMPLATES = load_templates()
TEXTS = st.text(max_size=300) | st.text(
    alphabet="ab \t\r\n\x0b\x85\u2028<>&\"'*_`[]()#-=:;.@\\/!\ue000é日", max_size=300
)
LINES = st.text(alphabet="abc é日-*>.0123456789\t\n", max_size=400)


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def page(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


@settings(max_examples=60, deadline=None)
@given(subject=TEXTS, name=TEXTS, text=TEXTS, hint=TEXTS)
def test_no_text_changes_the_headers_or_the_structure(subject: str, name: str, text: str, hint: str) -> None:
    facts = msgspec.structs.replace(
        SPECIMENS["post"], subject=subject, author_name=name, text=text, files=(named(name),)
    )
    made = stored(notice("post", facts=facts, name=name, references=(hint,)))
    raw = render(made, WORKSPACE, TEMPLATES)
    usual = read(render(stored(notice("post")), WORKSPACE, TEMPLATES))
    message = read(raw)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert [key for key in message.keys() if key != "In-Reply-To"] == usual.keys()  # noqa: SIM118  # keys in order, doubles too
    assert token_of_message_id(message["Message-ID"], WORKSPACE.address) == made.token
    assert message["References"].split()[0] == "<t.p-14.acme@ws.example.org>"
    assert message["From"].addresses[0].addr_spec == "acme@ws.example.org"
    (words,) = message.iter_parts()
    assert isinstance(words, EmailMessage)
    assert len(list(words.iter_parts())) == 2


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_a_page_holds_every_word_and_nothing_that_acts(text: str) -> None:
    facts = msgspec.structs.replace(SPECIMENS["post"], text=text, subject=text, author_name=text[:20], channel=None)
    message = read(render(stored(notice("post", facts=facts)), WORKSPACE, TEMPLATES))
    words = clean(text).split()
    plain = page(message, "plain")
    assert all(word in plain for word in words if set(word) != {"-"})
    tree = LexborHTMLParser(page(message, "html"))
    assert not tree.css("img, script, iframe, object, form, input, video, link")
    for node in tree.css("a"):
        assert re.match(r"(mailto|https?):", node.attributes["href"] or "")


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_a_posts_text_becomes_harmless_html(text: str) -> None:
    html = post_html(text)
    assert set(re.findall(r"<([a-z]+)", html)) <= {
        "a", "b", "blockquote", "br", "code", "em", "hr", "i", "li", "ol", "p", "pre", "strong", "ul",
    }  # fmt: skip
    assert "\ue000" not in html
    assert "\ue001" not in html


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(TEXTS, max_size=4))
def test_a_digest_takes_any_text(texts: list[str]) -> None:
    threads = tuple(
        ThreadLine(mark=f"P-{number}", subject=text, channel=text[:5] or None, posts=((text, text, NOW),))
        for number, text in enumerate(texts)
    )
    facts = DigestFacts(since=NOW, until=NOW, period="daily", threads=threads, away=(), coming_up=((str(texts), NOW),))
    message = read(render(stored(notice("digest", facts=facts)), WORKSPACE, TEMPLATES))
    for number in range(len(texts)):
        assert f"[P-{number}]" in page(message, "plain")
        assert f"[P-{number}]" in page(message, "html")


@settings(max_examples=200, deadline=None)
@given(text=LINES)
def test_wrapping_keeps_words_and_width(text: str) -> None:
    wrapped = wrap(text)
    assert "".join(wrapped.split()).replace(">", "") == "".join(text.split()).replace(">", "")
    for line in wrapped.split("\n"):
        assert columns(line) <= WIDTH or len(line.lstrip("> -*.0123456789\t").split()) <= 1 or "\t" in line


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_transfer_encoding_is_reversible(text: str) -> None:
    safe = clean(text)
    encoded = quoted_printable(safe)
    assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == safe
    assert all(len(line) <= 78 for line in encoded.split(b"\r\n"))


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_one_line_never_breaks(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_posts_are_posts() -> None:
    assert isinstance(SPECIMENS["post"], PostFacts)
