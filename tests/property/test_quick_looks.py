"""A quick look at all lines never passes over one that a closer look would have told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.resources import load_lexicon
from gateway.understand.align import all_squeezed, squeezed
from gateway.understand.signs import Lines, signs_of

LEXICON = load_lexicon()
SIGNS = signs_of(LEXICON)
BEFORE = st.sampled_from(["", "", " ", "\t", "\xa0", "- ", "> ", "*", "[", "(", "— ", "\u3000"])
FIRST = st.sampled_from(
    (*LEXICON.words("reply", "on"), "Mon", "23/11/2026", "2026-11-23", "Ana <ana@example.org>", "Ünal")
)
THEN = st.sampled_from([" ", ", ", "", "\xa0", " 23 Nov 2026 ", " 3 x", " Ana Lima ", " <ana@example.org> "])
VERB = st.sampled_from(LEXICON.words("reply", "wrote"))
CASES = st.sampled_from([str, str.upper, str.lower, str.title])
OPENERS = st.builds(
    lambda before, first, then, verb, end, case: case(before + first + then + verb + end),
    BEFORE, FIRST, THEN, VERB, st.sampled_from([":", "", "：", " :"]), CASES,
)  # fmt: skip
LINES = st.lists(
    OPENERS | BEFORE | FIRST | st.sampled_from(["", "-----Original Message-----", "____", "Von: Ana", "A", "à"])
    | st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30),
    max_size=12,
)  # fmt: skip


@given(LINES)
def test_a_line_that_may_not_open_a_quote_opens_none(texts: list[str]) -> None:
    lines = Lines(texts, texts, [0] * len(texts))
    may_open = SIGNS.may_open(texts)
    assert all(SIGNS.opener(lines, at) is None for at in range(len(texts)) if not may_open[at])


@given(LINES)
def test_lines_compared_together_are_as_each_alone(texts: list[str]) -> None:
    together = all_squeezed(texts, with_ascii=True)
    assert together == {at: squeezed(text) for at, text in enumerate(texts) if text and not text.isspace()}
