"""Templates compiled: one environment for text pages, one for HTML pages, whose tags have their styles written in.

Must not: render anything, or read a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import jinja2
from jinja2.runtime import Context, Macro

from gateway.render.filters import FILTERS, TESTS, paragraphs_in
from gateway.render.html import FOREIGN_TAGS
from gateway.render.styles import UnclearStyle, head_rules, styled, styles

STYLE_SHEET = "style.css.j2"


class TemplateProblem(ValueError):
    """A template that cannot be used; the text names the file, the line and what is wrong."""


class _Names(Context):
    """The names a template sees. What it calls is a macro or a plain function: nothing of ours asks for the context.

    Jinja looks at every call for what the function might ask for, which is a tenth of the time of a digest.
    """

    def call(self, called: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """Return what a macro or function gives."""
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(self.eval_ctx, *arguments, **named) if type(called) is Macro else called(*arguments, **named)


def environments(sources: Mapping[str, str]) -> tuple[jinja2.Environment, jinja2.Environment]:
    """Return the environment of subjects and text pages, and that of HTML pages, with every template compiled.

    Raises TemplateProblem where a template cannot be used.
    """
    plain, marked = _environment(sources, escape=False), _environment(_with_styles(sources), escape=True)
    marked.filters["paragraphs"] = paragraphs_in(_styles_of_foreign_tags(sources[STYLE_SHEET]))
    for name in sources:
        for environment in (plain, marked):
            if _is_used_by(environment is marked, name):
                _check(environment, name)
    return plain, marked


def _environment(sources: Mapping[str, str], *, escape: bool) -> jinja2.Environment:
    # Escaping is the environment's and not the file's: a macro of words.j2 called from a page gives what is safe there.
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=escape,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        auto_reload=False,
    )
    environment.context_class = _Names
    environment.filters.update(FILTERS)
    environment.tests.update(TESTS)
    return environment


def _with_styles(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sources of HTML pages with the style sheet written into their tags; its rest is for the head."""
    css = _bare(sources[STYLE_SHEET])
    made = {name: _styled(name, source, css) if ".html." in name else source for name, source in sources.items()}
    return made | {STYLE_SHEET: head_rules(css)}


def _styled(name: str, source: str, css: str) -> str:
    try:
        return styled(source, css)
    except UnclearStyle as fault:
        raise TemplateProblem(f"{name}: {fault}") from None


def _styles_of_foreign_tags(css: str) -> dict[str, str]:
    found = styles(((tag, "") for tag in FOREIGN_TAGS), _bare(css))
    return {tag: style for (tag, _), style in found.items()}


def _bare(css: str) -> str:
    return re.sub(r"{#.*?#}", "", css, flags=re.DOTALL)


def _is_used_by(marked: bool, name: str) -> bool:
    """Whether a page of this sort is made with a template; those without a sort in their name serve both."""
    is_plain, is_marked = ".txt." in name or ".subject." in name, ".html." in name or ".css." in name
    return not is_plain if marked else not is_marked


def _check(environment: jinja2.Environment, name: str) -> None:
    try:
        environment.get_template(name)
    except jinja2.TemplateSyntaxError as fault:
        raise TemplateProblem(f"{fault.name or name}, line {fault.lineno}: {fault.message}") from None
