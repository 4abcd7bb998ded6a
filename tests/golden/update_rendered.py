"""The explicit update command of what we send: catalogue template, catalogues, golden files.

`python -m tests.golden.update_rendered` writes anew `templates/locale/restante.pot` and what is in `rendered/`, and
merges new messages into every catalogue (without a translation: the tests then fail until there is one).
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from gateway.model.ballot import FIXED_OPTIONS
from gateway.render.render import render
from gateway.resources import load_templates
from tests.golden.rendered_specimens import SPECIMENS, WORKSPACE, notice, stored

ROOT = Path(__file__).parents[2]
RENDERED = Path(__file__).parent / "rendered"
LOCALE = ROOT / "templates" / "locale"
LANGUAGES = ("en", "fr")
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "upgettext": ((1, "c"), 2),
    "say": ((1, "c"), 2),
}
_OPTIONS = {
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
    "extensions": "jinja2.ext.do",
}


def messages() -> Catalog:
    """Return every message that the templates and the render package say."""
    catalog = Catalog(project="restante", charset="utf-8", fuzzy=False)
    templates = [file for folder in ("mail", "web") for file in sorted((ROOT / "templates" / folder).glob("*.j2"))]
    sources = [(file, "jinja2.ext:babel_extract") for file in templates]
    sources.append((ROOT / "gateway" / "render" / "language.py", "python"))
    for file, method in sources:
        with file.open("rb") as opened:
            for _, message, _, context in extract(method, opened, _KEYWORDS, (), _OPTIONS):
                catalog.add(message, locations=[(file.relative_to(ROOT).as_posix(), 1)], context=context)
    for label in sorted({label for labels in FIXED_OPTIONS.values() for label in labels if label.isalpha()}):
        catalog.add(label, locations=[("gateway/model/ballot.py", 1)], context="vote")
    return catalog


def catalogue_text(catalog: Catalog) -> str:
    """Return the text of a catalogue: no dates and no names in its head, so that it changes as messages do."""
    written = io.BytesIO()
    write_po(written, catalog, omit_header=True, include_lineno=False, sort_output=True, width=120)
    head = ["Content-Type: text/plain; charset=utf-8"]
    if catalog.locale:
        head += [f"Language: {catalog.locale}", f"Plural-Forms: {catalog.plural_forms}"]
    lines = "".join(f'"{line}\\n"\n' for line in head)
    return f'msgid ""\nmsgstr ""\n{lines}\n{written.getvalue().decode()}'


def merged(text: str, language: str, catalog: Catalog) -> str:
    """Return a catalogue with the messages there are now; what is new has no translation, what is gone is left out."""
    known = read_po(io.StringIO(text), locale=language)
    known.update(catalog, no_fuzzy_matching=True)
    known.obsolete.clear()
    return catalogue_text(known)


def rendered(name: str, language: str) -> bytes:
    """Return a specimen as a whole message."""
    return render(stored(notice(name, language)), WORKSPACE, load_templates())


def update() -> None:
    """Write all of it."""
    catalog = messages()
    (LOCALE / "restante.pot").write_text(catalogue_text(catalog), encoding="utf-8")
    for file in LOCALE.glob("*/LC_MESSAGES/restante.po"):
        file.write_text(merged(file.read_text(encoding="utf-8"), file.parts[-3], catalog), encoding="utf-8")
    RENDERED.mkdir(exist_ok=True)
    wanted = {f"{name}.{language}.eml": (name, language) for name in SPECIMENS for language in LANGUAGES}
    for stale in RENDERED.glob("*.eml"):
        if stale.name not in wanted:
            stale.unlink()
    for file_name, (name, language) in wanted.items():
        (RENDERED / file_name).write_bytes(rendered(name, language))


if __name__ == "__main__":
    update()
