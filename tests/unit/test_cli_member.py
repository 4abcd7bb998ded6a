"""`member`: people are added, renamed, imported and removed; what cannot be is named, and nothing half-done."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.app import build
from gateway.model.entry import DeliverySuspended
from gateway.pipeline.steering import change_people
from tests.cli_desk import Desk, desk


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    return desk(tmp_path)


def people(at: Desk) -> dict[str, tuple[str, list[str], str, str]]:
    listed = at.json("member", "list", "acme", "--json")
    return {one["address"]: (one["name"], one["roles"], one["language"], one["timezone"]) for one in listed}


def test_a_person_added_takes_what_is_not_said_from_the_charter(at: Desk) -> None:
    at.run("member", "add", "acme", "Bob@Example.org", "--name", "Bob")
    assert people(at)["bob@example.org"] == ("Bob", [], "en", "Europe/Paris")


def test_a_person_added_again_is_renamed_not_doubled(at: Desk) -> None:
    words = ("member", "add", "acme", "bob@example.org", "--name")
    at.run(*words, "Bob")
    at.run(*words, "Robert", "--role", "lead", "--role", "steward", "--language", "fr", "--timezone", "Asia/Tokyo")
    assert people(at)["bob@example.org"] == ("Robert", ["lead", "steward"], "fr", "Asia/Tokyo")
    assert "nothing to change" in at.run(*words, "Robert").output
    assert len(people(at)) == 2


def test_all_faults_of_a_person_are_named(at: Desk) -> None:
    said = at.run("member", "add", "acme", "bob", "--timezone", "Mars/Olympus", fails=True).output
    assert "address: 'bob' is no mail address" in said
    assert "timezone: 'Mars/Olympus' is no time zone; write one as Europe/Paris" in said
    assert "Nobody was added." in said


def test_a_person_removed_is_gone_from_the_list(at: Desk) -> None:
    at.run("member", "add", "acme", "bob@example.org")
    at.run("member", "remove", "acme", "BOB@example.org")
    assert list(people(at)) == ["ana@example.org"]
    assert (
        "bob@example.org is no member of acme"
        in at.run("member", "remove", "acme", "bob@example.org", fails=True).output
    )


def test_the_list_shows_whose_mail_is_suspended_and_why_and_a_command_resumes_it(at: Desk) -> None:
    (ana,) = at.json("member", "list", "acme", "--json")
    app = build(at.settings)
    suspended = DeliverySuspended(member_id=ana["id"], reason="complaint")
    change_people(app.pipeline, "acme", [suspended], now=app.clock())
    app.close()
    (listed,) = at.json("member", "list", "acme", "--json")
    assert listed["suspended"] is True
    assert listed["suspended_for"].startswith("complaint, ")
    assert "suspended:" in at.run("member", "list", "acme").output
    assert "mail reaches none of its stewards" in at.run("doctor", fails=True).output
    assert "mail goes there again" in at.run("member", "resume", "acme", "Ana@example.org").output
    assert "mail is not suspended" in at.run("member", "resume", "acme", "ana@example.org").output
    assert at.json("member", "list", "acme", "--json")[0]["suspended"] is False
    said = at.run("member", "resume", "acme", "eve@example.org", fails=True).output
    assert "eve@example.org is no member of acme" in said


@pytest.mark.parametrize(
    "words", [("add", "nope", "b@example.org"), ("remove", "nope", "b@example.org"), ("list", "nope")], ids=" ".join
)
def test_an_unknown_workspace_is_named_beside_those_there_are(at: Desk, words: tuple[str, ...]) -> None:
    assert "there is no workspace 'nope'; there is acme" in at.run("member", *words, fails=True).output


PEOPLE = "address,name,roles,language,timezone\nbob@example.org,Bob,lead steward,,\nélise@example.org,Élise,,fr,\n"


@pytest.mark.parametrize(
    "content",
    [
        PEOPLE.encode(),
        b"\xef\xbb\xbf" + PEOPLE.replace("\n", "\r\n").encode(),
        PEOPLE.replace(",", ";").replace("address", " Address ").encode(),
    ],
    ids=["plain", "as Excel saves it", "semicolons"],
)
def test_people_are_imported_from_a_csv_file(at: Desk, content: bytes) -> None:
    said = at.run("member", "import", "acme", at.file("people.csv", content)).output
    assert "2 lines read; people added or renamed: 2." in said
    assert people(at)["bob@example.org"] == ("Bob", ["lead", "steward"], "en", "Europe/Paris")
    assert people(at)["élise@example.org"] == ("Élise", [], "fr", "Europe/Paris")


def test_only_the_address_is_needed(at: Desk) -> None:
    at.run("member", "import", "acme", at.file("people.csv", "address\nbob@example.org\n\n"))
    assert people(at)["bob@example.org"][0] == "bob"


def test_a_fault_in_one_line_names_file_and_line_and_adds_nobody(at: Desk) -> None:
    file = at.file("people.csv", "address,timezone\nbob@example.org,\nbad,\n,Mars/Olympus\n")
    said = at.run("member", "import", "acme", file, fails=True).output
    assert f"{file}: line 3: address: 'bad' is no mail address" in said
    assert f"{file}: line 4: timezone: 'Mars/Olympus' is no time zone" in said
    assert "Nobody was added." in said
    assert list(people(at)) == ["ana@example.org"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"mail,name\nbob@example.org,Bob\n", "line 1: mail: no such column; there is address, name, roles"),
        (b"name\nBob\n", "line 1: the column `address` is missing"),
        (b"", "line 1: the column `address` is missing"),
        (b"address,name\nbob@example.org,Andr\xe9\n", "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_named(at: Desk, content: bytes, says: str) -> None:
    said = at.run("member", "import", "acme", at.file("people.csv", content), fails=True).output
    assert says in said
    assert "Nobody was added." in said


def test_the_list_is_a_table_for_a_person(at: Desk) -> None:
    shown = at.run("member", "list", "acme").output
    assert "ana@example.org" in shown
    assert "steward" in shown


def test_who_stands_in_for_somebody_is_named_and_unnamed(at: Desk) -> None:
    at.run("member", "add", "acme", "bob@example.org")
    at.run("member", "add", "acme", "cleo@example.org")
    assert "stands in" in at.run("member", "substitute", "acme", "bob@example.org", "cleo@example.org").output
    assert "nobody" in at.run("member", "substitute", "acme", "bob@example.org", "nobody").output
    assert "no member" in at.run("member", "substitute", "acme", "bob@example.org", "x@example.org", fails=True).output
    said = at.run("member", "substitute", "acme", "bob@example.org", "bob@example.org", fails=True).output
    assert "nobody stands in for themselves" in said
