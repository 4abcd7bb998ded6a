"""A template or a catalogue that cannot be used: its file, its line and the mend are named, and no command breaks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import resources
from gateway.render.environment import TemplateProblem
from gateway.resources import load_templates, template_folder
from tests.cli_desk import Desk, desk

MEND = "mend it, or put back the file that came with the program"


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    """A workspace made while all was well."""
    return desk(tmp_path)


@pytest.fixture
def broken(at: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program whose templates are a copy, one of them broken."""
    place = tmp_path / "program"
    shutil.copytree(template_folder(), place / "templates")
    file = place / "templates" / "mail" / "receipt.txt.j2"
    file.write_text("fine\n{% if %}\n", encoding="utf-8")
    monkeypatch.setattr(resources, "HERE", place)
    load_templates.cache_clear()
    yield file
    load_templates.cache_clear()


def test_a_command_names_the_broken_template_and_the_mend(broken: Path, at: Desk) -> None:
    for command in ("mails", "serve"):
        said = at.run(command, fails=True).output
        assert f"{broken}, line 2: " in said, command
        assert MEND in said, command


def test_the_doctor_names_a_broken_template_and_ends_well(broken: Path, at: Desk) -> None:
    assert f"✗ templates: {broken}, line 2: " in at.run("doctor", fails=True).output


def test_a_template_of_other_octets_is_named(broken: Path) -> None:
    broken.write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateProblem, match=r"receipt.txt.j2: is not UTF-8"):
        load_templates()


def test_a_broken_catalogue_is_named(broken: Path) -> None:
    catalogue = broken.parent.parent / "locale" / "fr" / "LC_MESSAGES" / "restante.po"
    catalogue.write_text("no gettext\n", encoding="utf-8")
    with pytest.raises(TemplateProblem, match=r"restante.po: "):
        load_templates()
