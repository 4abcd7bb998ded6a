"""A text without marks becomes the same page by the short way as by reading its marks."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.render import html
from gateway.render.html import post_html

SIGNS = "ab Z1.9)(-+#=|[]:!\"'é“”…\u00a0\u202f\n\n  *_<&>@/~`\\\t\u3000"


@given(st.text(alphabet=SIGNS, max_size=60) | st.text(max_size=40))
@example("Hello there.\nSecond line\n\nThird  \nit's \"so\"")
@example("a\n   b\n\n \n  c\u00a0d\n 12 x\n1. y")
@example("see HTTP://example.org or mail ana@example.org")
@example("title\n===\n\n    four spaces\n# no heading\n|a|b|\n[x]: y")
def test_the_short_way_gives_the_same_page(text: str) -> None:
    short = post_html(text)
    unmarked, html._unmarked_html = html._unmarked_html, lambda text: str(html._marks()(html._prepared(text)))
    try:
        assert post_html(text) == short
    finally:
        html._unmarked_html = unmarked
