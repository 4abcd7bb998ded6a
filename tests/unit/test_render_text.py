"""Lines, bars, foreign text made safe: the small pieces that pages are made of."""

from __future__ import annotations

import quopri
import re

import pytest

from gateway.render.bars import bar, cells
from gateway.render.html import post_html
from gateway.render.language import CatalogueProblem, catalogue_from_po, nearest_language
from gateway.render.shelf import Shelf
from gateway.render.styles import inlined
from gateway.render.text import clean, columns, one_line, pad, paragraphs, quoted_printable, shorten, wrap


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        (0, "░░░░░░░░░░"),
        (0.001, "█░░░░░░░░░"),
        (0.5, "█████░░░░░"),
        (0.999, "█████████░"),
        (1, "██████████"),
        (7, "██████████"),
        (-1, "░░░░░░░░░░"),
    ],
)
def test_a_bar_shows_any_and_all(share: float, drawn: str) -> None:
    assert bar(share) == drawn
    assert cells(share, 10) == drawn.count("█")


def test_quoted_lines_stay_quoted_when_wrapped() -> None:
    assert wrap("> > " + "word " * 20, width=30).split("\n") == ["> > word word word word word"] * 4


def test_bullets_hang() -> None:
    assert wrap("- one two three four\n2) five six seven", width=12).split("\n") == [
        "- one two",
        "  three four",
        "2) five six",
        "   seven",
    ]


def test_an_address_of_a_page_is_never_cut() -> None:
    address = "https://example.org/" + "a" * 100
    assert address in wrap(f"See {address} for more of it, please.", width=40).split("\n")


def test_a_first_line_may_begin_otherwise() -> None:
    assert wrap("one two three", "    ", 10, first="[V-7] ") == "[V-7] one\n    two\n    three"


def test_a_short_quotation_is_kept_together() -> None:
    assert wrap("Reply with “A: 5, B: 0” now", width=20) == "Reply with\n“A: 5, B: 0” now"


def test_wide_signs_take_two_columns() -> None:
    assert columns("日本") == 4
    assert columns("e\u0301") == 1
    assert pad("日本", 6) == "日本  "


def test_lines_shorter_than_a_line_are_left_as_they_are() -> None:
    assert wrap("  two   spaces\n\tand a tab") == "  two   spaces\n\tand a tab"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\0b\x1b[1m", "ab[1m"),
        ("gro\u202egnu", "grognu"),
        ("\ud800x\ue000\ue001\ue002", "x"),
        ("tab\tstays", "tab\tstays"),
        ("zero\u200djoiner 👩\u200d🚀", "zero\u200djoiner 👩\u200d🚀"),
    ],
)
def test_controls_are_taken_out(text: str, safe: str) -> None:
    assert clean(text) == safe


def test_one_line_is_one_line() -> None:
    assert one_line(" a \r\n\t b\u2028c\x0bd ") == "a b cd"


def test_a_text_is_cut_at_a_word() -> None:
    assert shorten("one two three four", 15) == "one two three…"
    assert shorten("short", 15) == "short"
    assert shorten("x" * 30, 10) == "x" * 9 + "…"


def test_a_page_has_one_blank_line_at_most() -> None:
    assert paragraphs("\n\na  \n\n\n\nb\n-- \nc\n\n") == "a\n\nb\n-- \nc\n"


def test_transfer_encoding_reads_back() -> None:
    text = "é" * 90 + "\n.\nFrom here\ntrail  \n-- \n" + "x" * 200 + "\n"
    encoded = quoted_printable(text)
    assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == text
    assert encoded.isascii()
    assert max(map(len, encoded.split(b"\r\n"))) <= 78
    assert b"\r\nFrom " not in encoded
    assert b"\r\n.\r\n" not in encoded


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "<p>a<br>\nb</p>"),
        ("<b>x</b> & <script>alert(1)</script>", "&lt;b&gt;x&lt;/b&gt; &amp; &lt;script&gt;alert(1)&lt;/script&gt;"),
        ("2*3*4 and snake_case_word", "2*3*4 and snake_case_word"),
        ("*bold* **strong**", "<em>bold</em> <strong>strong</strong>"),
        ("#4 is done\n# so is this\nthis\n-----", "#4 is done<br>\n# so is this<br>\nthis"),
        ("[1]: https://example.org/a", "[1]: <a href="),
        ("C:\\_tmp\\*", "C:\\_tmp\\*"),
        ("3. three", '<ol start="3">'),
        ("> old\nnew", "</blockquote>\n<p>new</p>"),
        ("![x](https://t.example/p.gif)", "![x]("),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("&#xE000; &lt;", "&amp;#xE000; &amp;lt;"),
        ("`<i>`", "<code>&lt;i&gt;</code>"),
    ],
)
def test_marks_of_mail_are_read_and_all_else_stays_as_written(text: str, html: str) -> None:
    assert html in post_html(text)


def test_a_very_long_text_keeps_its_words() -> None:
    text = "one <two>\n\nthree & four\n" * 5000
    html = post_html(text)
    assert html.count("&lt;two&gt;") == 5000
    assert "<p>three &amp; four<br>one &lt;two&gt;</p>" in html


def test_styles_come_inline_and_what_depends_on_the_screen_stays() -> None:
    style = "p { color: red; } @media (max-width: 9px) { p { color: blue } }"
    page = f"<html><head><style>{style}</style></head><p>x</p></html>"
    assert '<p style="color:red">x</p>' in inlined(page)
    assert "@media" in inlined(page)


def test_no_style_sheet_is_fetched() -> None:
    page = '<html><head><link rel="stylesheet" href="http://127.0.0.1:9/x.css"></head><p>x</p></html>'
    assert "<p>x</p>" in inlined(page)


def test_a_shelf_gives_up_the_least_lately_used() -> None:
    shelf: Shelf[str, int] = Shelf(100)
    for number, name in enumerate("abcd"):
        shelf.put(name, number, 25)
    assert shelf.get("a") == 0
    shelf.put("e", 4, 20)
    assert shelf.get("b") is None
    assert [shelf.get(name) for name in "acde"] == [0, 2, 3, 4]


def test_a_shelf_does_not_keep_what_would_fill_it() -> None:
    shelf: Shelf[str, int] = Shelf(100)
    shelf.put("large", 1, 26)
    assert len(shelf) == 0


def test_a_shelf_replaces_what_it_keeps() -> None:
    shelf: Shelf[str, int] = Shelf(100)
    shelf.put("a", 1, 20)
    shelf.put("a", 2, 20)
    assert (shelf.get("a"), len(shelf)) == (2, 1)


def test_a_catalogue_is_read_and_what_is_fuzzy_is_left_out() -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    text = head + 'msgid "a"\nmsgstr "é"\n\n#, fuzzy\nmsgid "b"\nmsgstr "x"\n'
    catalogue = catalogue_from_po(text)
    assert (catalogue.ugettext("a"), catalogue.ugettext("b")) == ("é", "b")


def test_a_broken_catalogue_names_its_fault() -> None:
    with pytest.raises(CatalogueProblem, match=re.escape("not a gettext catalogue")):
        catalogue_from_po("nonsense\n")


@pytest.mark.parametrize(("asked", "given"), [("fr", "fr"), ("fr-CA", "fr"), ("FR_fr", "fr"), ("de", "en"), ("", "en")])
def test_the_nearest_language_is_written(asked: str, given: str) -> None:
    assert nearest_language(asked, {"en": 1, "fr": 1}) == given
