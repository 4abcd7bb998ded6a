"""`restante person`: shown as JSON, erased after a question, and told what is left to do by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_desk import Desk, desk, mail


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    made = desk(tmp_path)
    made.run("member", "add", "acme", "bob@example.org", "--name", "Bob Okoro")
    made.run(
        "inject",
        made.file("roof.eml", mail("acme@ws.example.org", "Roof", "It leaks.", author="Bob <bob@example.org>")),
    )
    return made


def octets(at: Desk) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(at.folder.glob("restante.db*")))


def test_what_is_held_of_a_person_is_printed_as_json(at: Desk) -> None:
    shown = at.json("person", "export", "bob@example.org")
    assert shown["addresses"] == ["bob@example.org"]
    assert [one["workspace"] for one in shown["memberships"]] == ["acme"]
    assert [one["subject"] for one in shown["mail_received"]] == ["Roof"]


def test_nobody_is_shown_nothing(at: Desk) -> None:
    assert "nothing is held of eve@example.org" in at.run("person", "export", "eve@example.org", fails=True).output


def test_erasing_asks_first_and_changes_nothing_without_a_yes(at: Desk) -> None:
    before = at.rows()
    said = at.run("person", "erase", "bob@example.org", typed="n\n", fails=True).output
    assert "acme: Bob Okoro, a member" in said
    assert "1 mail from them" in said
    assert at.rows() == before


def test_a_person_erased_is_nowhere_in_the_file(at: Desk) -> None:
    assert b"bob@example.org" in octets(at)
    said = at.run("person", "erase", "bob@example.org", "--yes").output
    assert "now erased-2" in said
    assert "Backups" in said
    assert b"bob@example.org" not in octets(at).lower()
    assert b"Bob Okoro" not in octets(at)
    assert "bob" not in at.run("member", "list", "acme").output
    assert "nothing is held of bob@example.org" in at.run("person", "erase", "bob@example.org", "--yes").output


def test_the_last_steward_is_pointed_out(at: Desk) -> None:
    said = at.run("person", "erase", "ana@example.org", typed="n\n", fails=True).output
    assert "acme: the last steward" in said


def test_mail_that_is_held_is_named(at: Desk) -> None:
    charter = at.folder / "acme.toml"
    charter.write_text(charter.read_text().replace('strangers = "reject"', 'strangers = "hold"'))
    at.run("charter", "apply", charter)
    at.run(
        "inject",
        at.file(
            "eve.eml",
            mail("acme@ws.example.org", "Offer", "Ask bob@example.org.", author="Eve <eve@example.com>", number=2),
        ),
    )
    said = at.run("person", "erase", "bob@example.org", "--yes", fails=True).output
    assert "mail 2 names this person and is not settled yet" in said
    assert "Nothing was changed" in said
