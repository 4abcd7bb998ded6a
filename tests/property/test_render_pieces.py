"""The short ways of rendering give what the long ways give: wrapping, transfer encoding, cleaning."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.render.text import (
    CODE_SIGN,
    TOKEN_SIGN,
    WIDTH,
    _fill,
    _fill_even,
    _is_even,
    body,
    clean,
    filled,
    quoted_printable,
)

WORDS = st.text(alphabet="ab é—“.", min_size=1, max_size=12) | st.text(alphabet="x/:.", min_size=1, max_size=90)
LINES = st.lists(WORDS, max_size=40).map(" ".join) | st.text(alphabet="ab \t", max_size=300)
MARGINS = st.text(alphabet=" >-1.", max_size=80)
PAGES = st.text(alphabet=f"ab=é \t\n{TOKEN_SIGN}F", max_size=300) | st.lists(
    st.sampled_from(["From here", TOKEN_SIGN, "\n", "a line", " ", "=" * 80, "é" * 40, "\t"]), max_size=12
).map("".join)


@settings(max_examples=400, deadline=None)
@given(words=LINES, first=MARGINS, rest=MARGINS, width=st.integers(1, WIDTH))
def test_looking_for_spaces_fills_lines_as_counting_words_does(words: str, first: str, rest: str, width: int) -> None:
    words = words.strip(" \t")
    assert _is_even(words)
    assert _fill_even(words, first, rest, width) == _fill(words, first, rest, width)


@settings(max_examples=400, deadline=None)
@given(text=PAGES, token=st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=60))
def test_a_body_encoded_for_all_is_the_body_encoded_for_one(text: str, token: str) -> None:
    assert b"".join(filled(body(text), token)) == quoted_printable(text.replace(TOKEN_SIGN, token))
    linked = f"{text}\n{CODE_SIGN}/1{TOKEN_SIGN}{text}"
    told = linked.replace(CODE_SIGN, "code").replace(TOKEN_SIGN, token)
    assert b"".join(filled(body(linked), token, "code")) == quoted_printable(told)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60) | st.text(alphabet="ab\n\r\x85\u2028\u202a\u2066\ue000é\u00a0“", max_size=60))
def test_a_clean_text_stays_as_it_is_and_holds_nothing_that_acts(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\ue003\ufeff]", cleaned)


@given(text=st.text(alphabet="aé \n\tb", max_size=60))
def test_cleaning_takes_nothing_from_a_text_without_controls(text: str) -> None:
    assert clean(text) == text
