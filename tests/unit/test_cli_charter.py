"""`charter`: what is written is put in force or named with file, key and mend, and the old one stays."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.toml import as_toml
from tests.cli_desk import Desk, desk


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    return desk(tmp_path)


def changed(at: Desk, old: str, new: str) -> Path:
    text = (at.folder / "acme.toml").read_text(encoding="utf-8")
    assert old in text
    return at.file("changed.toml", text.replace(old, new))


def test_a_charter_applied_is_in_force_and_every_version_is_kept(at: Desk) -> None:
    said = at.run("charter", "apply", changed(at, "quorum = 0.0", "quorum = 0.5"))
    assert "acme: version 2 is in force; 0 changes to members." in said.output
    assert at.charter()["votes"]["quorum"] == 0.5
    assert "quorum = 0.0" in at.run("charter", "show", "acme", "--version", "1").output
    history = at.run("charter", "history").output
    assert "2026-11-23" in history
    assert history.count("command line") == 2


def test_the_same_charter_again_makes_no_new_version(at: Desk) -> None:
    assert "version 1 is in force" in at.run("charter", "apply", at.folder / "acme.toml").output


def test_a_charter_of_another_domain_takes_no_workspace_over_unless_it_has_moved(at: Desk) -> None:
    there = changed(at, "acme@ws.example.org", "acme@two.example.org")
    before, people = at.charter(), at.run("member", "list", "acme").output
    said = at.run("charter", "apply", there, fails=True).output
    assert f"{there}: address: acme is the workspace at acme@ws.example.org already" in said
    assert "--moved" in said
    assert (at.charter(), at.run("member", "list", "acme").output) == (before, people)
    assert "version 2 is in force" in at.run("charter", "apply", "--moved", there).output
    assert at.charter()["address"] == "acme@two.example.org"


def test_all_faults_of_a_charter_are_named_at_once_and_the_old_one_stays(at: Desk) -> None:
    faulty = at.file(
        "faulty.toml",
        'name = "Acme"\nadress = "acme@ws.example.org"\ntimezone = "Mars/Olympus"\ndigest_at = "25h"\n'
        'working_days = ["mon", "funday"]\n[votes]\nquorum = 3\nmethod = "loudest"\nsecret = "maybe"\n'
        '[routines.daily]\nritual = "check-in"\nrule = "FREQ=SOMETIMES"\nopen_for = "a while"\n',
    )
    before = at.charter()
    said = at.run("charter", "apply", faulty, fails=True).output
    for key, mend in {
        "address": "is missing; write it, there is no default",
        "adress": "there is no such key; did you mean 'address'?",
        "timezone": "'Mars/Olympus' is no time zone; write one as Europe/Paris or America/New_York",
        "digest_at": 'is no time of day; write it as "08:30"',
        "working_days.1": "'funday' is no day of the week; write monday, tuesday …",
        "votes.quorum": "3 is too large; write 1.0 or less",
        "votes.secret": "write true or false",
        "routines.daily.rule": "'FREQ=SOMETIMES' is no recurrence rule; write one as FREQ=WEEKLY;BYDAY=MO,TH",
        "routines.daily.open_for": "'a while' is no length of time; write it as '48 hours', '3 days'",
    }.items():
        assert f"{faulty}: {key}: {mend}" in said
    assert f"{faulty}: votes.method: 'loudest' is not offered; write one of 'yesno', 'consent'" in said
    assert "The charter in force stays as it is." in said
    assert at.charter() == before
    assert at.run("charter", "history").output.count("command line") == 1


@pytest.mark.parametrize("content", [b"name = [", b"\xff\xfe\x00", b"name = 'a'\nname = 'b'"])
def test_a_file_that_is_no_toml_is_named(at: Desk, content: bytes) -> None:
    said = at.run("charter", "apply", at.file("broken.toml", content), fails=True).output
    assert f"{at.folder / 'broken.toml'}: is not TOML" in said
    assert "The charter in force stays as it is." in said


def test_a_file_written_by_notepad_is_read(at: Desk) -> None:
    text = (at.folder / "acme.toml").read_bytes().replace(b'"Acme"', b'"Caf\xc3\xa9"').replace(b"\n", b"\r\n")
    at.run("charter", "apply", at.file("bom.toml", b"\xef\xbb\xbf" + text))
    assert at.charter()["name"] == "Café"


def test_members_of_a_charter_are_added_and_renamed_and_removed_only_by_prune(at: Desk) -> None:
    at.run("member", "add", "acme", "bob@example.org", "--name", "Bob")
    listed = changed(at, 'name = "Ana"', 'name = "Ana Silva"')
    at.run("charter", "apply", listed)
    assert {p["name"] for p in at.json("member", "list", "acme", "--json")} == {"Ana Silva", "Bob"}
    at.run("charter", "apply", listed, "--prune")
    assert {p["name"] for p in at.json("member", "list", "acme", "--json")} == {"Ana Silva"}


def test_what_show_writes_can_be_applied_as_it_is(at: Desk) -> None:
    shown = at.run("charter", "show").stdout
    said = at.run("charter", "apply", at.file("shown.toml", shown))
    assert "version 1 is in force" in said.output
    assert at.json("charter", "show", "acme", "--json") == tomllib.loads(shown)


def test_a_workspace_or_version_that_is_not_there_is_named(at: Desk) -> None:
    assert "name one of the workspaces: acme" in at.run("charter", "show", "nope", fails=True).output
    assert "acme has no version 9; the newest is 1" in at.run("charter", "show", "--version", "9", fails=True).output


# --- edit --------------------------------------------------------------------------------------------------------


def editor(at: Desk, monkeypatch: pytest.MonkeyPatch, *scripts: str) -> None:
    """Be an editor that runs one `sed` script each time it is opened."""
    for number, script in enumerate(scripts):
        at.file(f"{number}.sed", script)
    program = at.file("editor.sh", f'#!/bin/sh\ncd {at.folder}\nf=$(ls *.sed | head -1)\nsed -i -f $f "$1"\nrm $f\n')
    program.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(program))
    monkeypatch.setenv("EDITOR", str(program))


def test_edit_applies_what_was_saved(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(at, monkeypatch, "s/quorum = 0.0/quorum = 0.25/")
    assert "version 2 is in force" in at.run("charter", "edit").output
    assert at.charter()["votes"]["quorum"] == 0.25


def test_edit_of_nothing_changes_nothing(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(at, monkeypatch, "s/nothing/like it/")
    assert "Nothing changed." in at.run("charter", "edit").output


def test_a_fault_opens_the_editor_again_with_what_was_typed(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(at, monkeypatch, "s/quorum = 0.0/quorum = 7/", "s/quorum = 7/quorum = 0.7/")
    said = at.run("charter", "edit", typed="y\n").output
    assert "votes.quorum: 7 is too large" in said
    assert at.charter()["votes"]["quorum"] == 0.7


def test_a_fault_left_as_it_is_keeps_the_old_charter(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(at, monkeypatch, "s/quorum = 0.0/quorum = [/")
    at.run("charter", "edit", typed="n\n", fails=True)
    assert at.charter()["votes"]["quorum"] == 0.0
    assert "EDITOR" in os.environ


# --- TOML --------------------------------------------------------------------------------------------------------

_PLAIN = st.one_of(st.text(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
_DOCUMENTS = st.dictionaries(
    st.text(),
    st.recursive(_PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)),
    max_size=6,
)


@given(_DOCUMENTS)
def test_a_document_written_as_toml_reads_back_the_same(document: dict[str, Any]) -> None:
    assert tomllib.loads(as_toml(document)) == document
