"""Style rules written into the tags of templates while they are compiled, so that no page pays for it again.

Mail programs heed style attributes more reliably than a style element. Which rule holds for a tag is css-inline's
answer, for each tag of the templates and each that a foreign text can bring. Must not: know a template or a rule.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

import css_inline

_FILLED_IN = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->", re.DOTALL)  # and comments, which only Outlook reads
_COVER = "\ue003"  # stands for what is filled in while tags are looked at
_TAG = re.compile(r"<([a-z][a-z0-9]*)\b([^<>]*)>")
_CLASS = re.compile(r'\bclass="([^"]*)"')
_PLAIN_TAG = re.compile(r"<([a-z]+)(?=[ >])")
_HEAD_RULES = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_OURS = re.compile(r'<[^<>]*\bid="wanted"[^<>]*>')
_STYLE = re.compile(r'\bstyle="([^"]*)"')
# What a parser of HTML wants around a tag lest it be dropped.
_AROUND = {
    "td": "<table><tr>{}</tr></table>", "tr": "<table>{}</table>", "tbody": "<table>{}</table>", "body": "{}",
    "html": "", "head": "", "meta": "", "title": "", "style": "",
}  # fmt: skip

Sort = tuple[str, str]  # tag, classes: all that a rule can ask for


class UnclearStyle(ValueError):
    """A tag of a template whose style cannot be told before the page is made; the text names it."""


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    # No style sheet is ever fetched; what depends on the reader's screen (@media) stays in the head.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, minify_css=True)


def inlined(page: str) -> str:
    """Return a whole page with the rules of its style element written into style attributes."""
    return _inliner().inline(page)


def head_rules(css: str) -> str:
    """Return what of a style sheet has to stay in the head: the rules that depend on the reader's screen."""
    found = _HEAD_RULES.search(inlined(f"<html><head><style>{css}</style></head><body></body></html>"))
    return " ".join(found[1].split()) if found else ""


def styles(sorts: Iterable[Sort], css: str) -> dict[Sort, str]:
    """Return the style attribute's text for each sort of tag that has one."""
    return {sort: style for sort in dict.fromkeys(sorts) if (style := _style(*sort, css))}


@functools.lru_cache(maxsize=1024)  # templates have the same few sorts of tags
def _style(tag: str, classes: str, css: str) -> str:
    around = _AROUND.get(tag, "{}")
    body = around.format(f'<{tag} class="{classes}" id="wanted"></{tag}>')
    found = _OURS.search(inlined(f"<html><head><style>{css}</style></head>{body}</html>"))
    style = _STYLE.search(found[0]) if found else None
    return style[1] if style else ""


def styled(source: str, css: str) -> str:
    """Return a template's source with the style of each of its tags written into it.

    Raises UnclearStyle for a tag whose class is filled in, or that brings a style of its own.
    """
    covered: list[str] = []

    def cover(found: re.Match[str]) -> str:
        covered.append(found[0])
        return _COVER

    bare = _FILLED_IN.sub(cover, source)
    tags = list(_TAG.finditer(bare))
    known = styles((_sort(tag[1], tag[2]) for tag in tags), css)
    dressed = _TAG.sub(lambda tag: _dressed(tag[0], known.get(_sort(tag[1], tag[2]), "")), bare)
    put_back = iter(covered)
    return re.sub(_COVER, lambda _: next(put_back), dressed)


def _sort(tag: str, attributes: str) -> Sort:
    classes = _CLASS.search(attributes)
    if "style=" in attributes or (classes and _COVER in classes[1]):
        raise UnclearStyle(f"<{tag}{attributes.replace(_COVER, '…')}>: give it a class that stands in the style sheet")
    return tag, classes[1] if classes else ""


def _dressed(tag: str, style: str) -> str:
    return f'{tag[:-1]} style="{style}">' if style else tag


def dressed(html: str, known: Mapping[str, str]) -> str:
    """Return HTML that `post_html` made with its tags as the page has them; `known` has the style of each tag."""
    if html.count("<") == 2 * html.count("<p>"):
        return html.replace("<p>", f'<p style="{known["p"]}">' if "p" in known else "<p>")
    return _PLAIN_TAG.sub(lambda tag: f'{tag[0]} style="{known[tag[1]]}"' if tag[1] in known else tag[0], html)
