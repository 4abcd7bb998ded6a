"""The quick bound on what an HTML body shows: never below what it shows, and never dear."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.understand.html import bare_text, most_letters

PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<b>", "</b>", "<br/>", "<!-- x > y -->", "<style>p{margin:0}</style>", "<style><!-- a -->",
        "</style>", "<title>News</title>", "<title><i>x</i>", "<textarea>", "</textarea>", "<a title='>'>", "<a b<c>",
        "< 3", "<", ">", "&amp;", "&nbsp;", "&NotEqualTilde;", "&lt;p&gt;", "word", " two words ", "\n\n", "é", "<p",
        "<table>", "<tr><td>", "</table>", "<head>", "<body>", "</body>",
    ]
)  # fmt: skip
SECONDS = 1.0


@given(st.lists(PIECES, max_size=25))
def test_a_body_never_shows_more_letters_than_its_bound(pieces: list[str]) -> None:
    html = "".join(pieces)
    assert len(" ".join(bare_text(html).split())) <= most_letters(html)


@pytest.mark.parametrize("piece", ["<", "<a", "<style", "<style>", "<style><!--", "<title", "</style ", "<!--"])
def test_no_html_makes_the_bound_dear(piece: str) -> None:
    html = piece * (3_000_000 // len(piece))
    started = time.process_time()
    most_letters(html)
    assert time.process_time() - started < SECONDS
