"""A text without marks becomes the same page by the short way as by reading its marks."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.render.html import _marks, _prepared, _safe, may_be_marked, post_html
from gateway.render.text import clean

SIGNS = "ab Z1.9)(-+#=|[]:!\"'é“”…\u00a0\u202f\n\n  @/~"


@given(st.text(alphabet=SIGNS, max_size=60) | st.text(max_size=40))
@example('Hello there.\nSecond line\n\nThird  \nit\'s "so"')
@example("a\n   b\n\n \n  c\u00a0d\n 12 x\n1 y")
@example("title\n===\n\n    four spaces\n# no heading\n|a|b|\n[x]: y")
def test_the_short_way_gives_the_same_page(text: str) -> None:
    text = clean(text).strip("\n")
    assume(not may_be_marked(text))
    assert post_html(text) == _safe(str(_marks()(_prepared(text))))
