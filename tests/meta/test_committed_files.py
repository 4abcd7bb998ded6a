"""What lies beside the code, and in the documents: complete, consistent, and of no machine in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from gateway.cli.main import main
from gateway.model.facts import Facts
from tests.meta.checkout import ROOT, committed

WORDS = ROOT / "gateway" / "understand" / "words"
READ = ("en", "fr", "de", "es", "it", "pt", "nl")  # the languages we promise to read whole
KINDS = sorted(str(kind.__struct_config__.tag) for kind in Facts.__args__)

# Put together here, so that this file does not find itself.
HOSTS = tuple(
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"))
)
PLACES = tuple(f"/{name}/" for name in ("wo" + "rk", "ro" + "ot", "home/[a-z]+", "Us" + "ers"))
_TEXT = {
    ".py",
    ".md",
    ".toml",
    ".j2",
    ".sh",
    ".yaml",
    ".yml",
    ".txt",
    ".lock",
    ".cf",
    ".service",
    ".example",
    ".po",
    ".css",
    "",
}


def commands(command: click.Command = main, *path: str) -> list[tuple[tuple[str, ...], click.Command]]:
    """Return every command with the words that call it."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            found += commands(inner, *path, name)
    return found


@pytest.mark.parametrize(
    ("path", "command"), commands()[1:], ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_the_help_of_every_command_shows_an_example(path: tuple[str, ...], command: click.Command) -> None:
    told = command.get_help(click.Context(command, info_name=path[-1]))
    assert "Example" in told, f"restante {' '.join(path)}"
    assert "restante" in told.partition("Example")[2]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_notice_has_its_three_templates(kind: str) -> None:
    for part in ("subject", "txt", "html"):
        assert (ROOT / "templates" / "mail" / f"{kind}.{part}.j2").is_file(), f"{kind}.{part}.j2"


def test_no_template_is_left_over() -> None:
    names = {file.name.partition(".")[0] for file in (ROOT / "templates" / "mail").glob("*.*.j2")}
    assert sorted(names - set(KINDS) - {"base", "macros", "style"}) == []


@pytest.mark.parametrize("file", sorted(WORDS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_language_file_can_be_read(file: Path) -> None:
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    known = tomllib.loads((WORDS / "en.toml").read_text(encoding="utf-8"))
    assert tables
    assert set(tables) <= set(known), "a table that English lacks is read by nobody"


@pytest.mark.parametrize("language", READ[1:])
def test_the_languages_we_promise_have_the_same_tables(language: str) -> None:
    english = tomllib.loads((WORDS / "en.toml").read_text(encoding="utf-8"))
    other = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    assert set(other) == set(english)


def _texts() -> list[tuple[Path, str]]:
    files = [path for path in committed() if path.suffix in _TEXT and "golden" not in path.parts]
    return [(path, (ROOT / path).read_text(encoding="utf-8", errors="replace")) for path in files]


def test_no_committed_file_names_a_registry() -> None:
    assert [str(path) for path, text in _texts() if any(host in text for host in HOSTS)] == []


def test_no_committed_file_names_a_path_of_somebodys_machine() -> None:
    pattern = re.compile(rf"(?<![\w.~-])(?:{'|'.join(PLACES)})")
    found = [f"{path}: {match[0]}" for path, text in _texts() for match in pattern.finditer(text)]
    assert found == []


_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def _anchors(file: Path) -> set[str]:
    text = file.read_text(encoding="utf-8")
    plain = (re.sub(r"[`*_]", "", heading).lower() for heading in _HEADING.findall(text))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


DOCUMENTS = [path for path in committed() if path.suffix == ".md"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in (one or other for one, other in _LINK.findall(text)):
        if re.match(r"[a-z]+:", target):
            continue  # elsewhere: no test asks the network
        name, _, anchor = target.partition("#")
        file = (ROOT / path).parent / name if name else ROOT / path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []
