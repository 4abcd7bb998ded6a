"""Every kind of mail in every language, as it was looked at and found good; changed only by the update command."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

from gateway.render.render import render
from gateway.resources import load_templates
from tests.golden.rendered_specimens import SPECIMENS, WORKSPACE, notice, stored
from tests.golden.update_rendered import LANGUAGES, LOCALE, RENDERED, catalogue_text, messages

TEMPLATES = load_templates()
HINT = "look at the change; if it is meant: python -m tests.golden.update_rendered"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SPECIMENS)
def test_a_mail_is_as_it_was_found_good(name: str, language: str) -> None:
    kept = (RENDERED / f"{name}.{language}.eml").read_bytes()
    assert render(stored(notice(name, language)), WORKSPACE, TEMPLATES) == kept, HINT


def test_no_golden_file_is_without_its_specimen() -> None:
    wanted = {f"{name}.{language}.eml" for name in SPECIMENS for language in LANGUAGES}
    assert {file.name for file in RENDERED.glob("*.eml")} == wanted


def test_the_catalogue_template_holds_every_message() -> None:
    assert (LOCALE / "restante.pot").read_text(encoding="utf-8") == catalogue_text(messages()), HINT


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_catalogue_is_complete_and_keeps_the_variables(language: str) -> None:
    file = LOCALE / language / "LC_MESSAGES" / "restante.po"
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=language, abort_invalid=True)
    said = {(message.id, message.context): message for message in catalogue if message.id}
    wanted = {(message.id, message.context) for message in messages() if message.id}
    assert set(said) == wanted, HINT
    for message in said.values():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy
        assert not list(message.check(catalogue)), message.id
