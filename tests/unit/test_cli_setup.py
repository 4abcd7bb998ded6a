"""`init`, `doctor`, help: what a newcomer meets first, over real files."""

from __future__ import annotations

import re
import socket
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
import structlog
from click.testing import CliRunner, Result

from gateway.app import build
from gateway.cli.main import main
from gateway.model.notice import Attempt
from tests.cli_desk import INIT, Desk, desk


def every_command(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


def typed(*words: str, answers: str | None = None) -> Result:
    result = CliRunner().invoke(main, list(words), input=answers)
    structlog.reset_defaults()
    return result


@pytest.mark.parametrize("path", tuple(every_command()), ids=" ".join)
def test_every_command_has_a_help_with_an_example(path: tuple[str, ...]) -> None:
    shown = typed(*path, "--help")
    assert shown.exit_code == 0
    assert re.search(r"Examples?:\n(.*\n)*?.*restante .*" + path[0], shown.output)


def test_init_with_options_asks_nothing_and_makes_a_workspace_that_works(tmp_path: Path) -> None:
    made = Desk(tmp_path / "team")
    result = typed("init", str(made.folder), *INIT)
    assert result.exit_code == 0, result.output
    assert sorted(file.name for file in made.folder.iterdir()) == [
        "acme.toml", "restante.db", "restante.db.lock", "restante.db.lock.next", "restante.toml",
    ]  # fmt: skip
    assert made.charter()["address"] == "acme@ws.example.org"
    assert "restante serve" in result.output
    people = made.json("member", "list", "acme", "--json")
    assert [(person["address"], person["roles"]) for person in people] == [("ana@example.org", ["steward"])]


def test_init_asks_what_is_not_given(tmp_path: Path) -> None:
    made = Desk(tmp_path / "team")
    answers = "Jardin\njardin@ws.example.org\nzoe@example.org\nEurope/Paris\nfr\n"
    result = typed("init", str(made.folder), answers=answers)
    assert result.exit_code == 0, result.output
    document = tomllib.loads((made.folder / "jardin.toml").read_text(encoding="utf-8"))
    assert (document["name"], document["languages"], document["timezone"]) == ("Jardin", ["fr"], "Europe/Paris")
    assert document["members"] == [{"address": "zoe@example.org", "name": "zoe", "roles": ["steward"]}]


def test_keys_and_mail_are_for_nobody_but_their_owner(tmp_path: Path) -> None:
    made = Desk(tmp_path / "team")
    typed("init", str(made.folder), *INIT)
    assert made.settings.stat().st_mode & 0o077 == 0
    assert (made.folder / "restante.db").stat().st_mode & 0o077 == 0
    assert made.folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in made.folder.glob("*.toml")} == {0o600}


def test_what_others_can_read_is_told_with_how_to_mend_it(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    made.folder.chmod(0o700)
    assert "others can" not in made.run("doctor").output
    secret, store = made.folder / "secret", made.folder / "restante.db"
    secret.write_text("x")
    made.setting("[submission]", f'[submission]\nusername = "x"\npassword_file = "{secret.name}"')
    for file in (secret, store, made.folder):
        file.chmod(0o755)
    found = made.run("doctor").output
    assert f"chmod 600 {secret}" in found
    assert f"chmod 600 {store}" in found
    assert f"chmod 700 {made.folder}" in found


def test_each_workspace_is_made_with_a_key_of_its_own(tmp_path: Path) -> None:
    for name in "ab":
        typed("init", str(tmp_path / name), *INIT)
    keys = [tomllib.loads(Desk(tmp_path / name).settings.read_text())["tokens"]["keys"]["1"] for name in "ab"]
    assert keys[0] != keys[1]
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


def test_quotes_in_a_name_stay_quotes(tmp_path: Path) -> None:
    made = Desk(tmp_path / "team")
    result = typed("init", str(made.folder), *INIT, "--name", 'The "A\\B" team\nand "more')
    assert result.exit_code == 0, result.output
    assert made.charter()["name"] == 'The "A\\B" team\nand "more'


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--timezone", "Mars/Olympus", "timezone: 'Mars/Olympus' is no time zone; write one as Europe/Paris"),
        ("--address", "acme", "address: 'acme' is no mail address"),
        ("--steward", 'a"b', "members.0.address: 'a\"b' is no mail address"),
        ("--submission", "mail.example.org", "--submission: 'mail.example.org' is not HOST:PORT"),
        ("--submission", "mail.example.org:0", "is not HOST:PORT"),
    ],
)
def test_a_fault_in_an_option_is_named_and_nothing_is_made(tmp_path: Path, option: str, value: str, says: str) -> None:
    folder = tmp_path / "team"
    result = typed("init", str(folder), *INIT, option, value)
    assert result.exit_code == 1
    assert says in result.output
    assert "Nothing was made." in result.output
    assert not folder.exists()


@pytest.mark.parametrize("name", ["restante.toml", "acme.toml", "restante.db"])
def test_init_never_writes_over_a_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / name).write_text("mine")
    result = typed("init", str(folder), *INIT)
    assert result.exit_code == 1
    assert f"{folder / name} is there already" in result.output
    assert [file.read_text() for file in folder.iterdir()] == ["mine"]


def test_init_over_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "team").write_text("mine")
    result = typed("init", str(tmp_path / "team"), *INIT)
    assert result.exit_code == 1
    assert "is a file; name a folder" in result.output


# --- doctor ------------------------------------------------------------------------------------------------------


@pytest.fixture
def relay() -> Iterator[int]:
    """Give the port of something that takes connections, as a submission server does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def well(folder: Path, relay: int) -> Desk:
    made = desk(folder)
    made.setting("port = 8024", "port = 0")
    made.setting("port = 25\n", f"port = {relay}\n")
    made.setting('security = "none"', 'security = "tls"')  # so that no greeting is waited for
    return made


def test_a_well_workspace_is_found_well(tmp_path: Path, relay: int) -> None:
    found = well(tmp_path, relay).run("doctor")
    assert "✗" not in found.output
    assert "workspace acme: charter version 1, 1 member" in found.output


def test_a_submission_server_that_does_not_answer_is_a_fault(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    made = desk(tmp_path)
    made.setting("port = 25\n", f"port = {port}\n")
    found = made.run("doctor", fails=True)
    assert f"✗ submission: 127.0.0.1:{port} does not answer" in found.output
    assert "no mail can go out" in found.output


def test_all_faults_of_the_settings_are_named_at_once_with_file_key_and_mend(tmp_path: Path) -> None:
    made = desk(tmp_path)
    made.setting('separator = "+"', 'separator = "#"')
    made.setting("port = 8024", 'port = "often"')
    made.setting("[submission]", '[submision]\nhost = "x"\n\n[submission]')
    made.setting("per_minute = 0", "per_minute = -1")
    for command in (("doctor",), ("charter", "show"), ("serve",)):
        says = made.run(*command, fails=True).output
        assert f"{made.settings}: separator: '#' is not offered; write one of '+', '-', '.' or '='" in plain(says)
        assert f"{made.settings}: lmtp.port: wants a whole number, without quotes" in plain(says)
        assert f"{made.settings}: submision: there is no such key; did you mean 'submission'?" in plain(says)
        assert f"{made.settings}: submission.per_minute: -1 is too small; write 0 or more" in plain(says)


def plain(output: str) -> str:
    """Return the doctor's lines as other commands write them: `FILE: KEY: TEXT`."""
    return output.replace("✗ settings: ", "")


def test_a_key_that_is_no_key_is_never_shown(tmp_path: Path) -> None:
    made = desk(tmp_path)
    key = tomllib.loads(made.settings.read_text())["tokens"]["keys"]["1"]
    made.setting(key, "hush-" + key)
    says = made.run("doctor", fails=True).output
    assert "tokens.keys" in says
    assert "key 1 is not hex; make one with `openssl rand -hex 32`" in says
    assert key not in says


@pytest.mark.parametrize(
    ("content", "says"), [(b"hostname = [", "is not TOML"), (b"\xff\xfe", "is not TOML"), (None, "restante init")]
)
def test_a_settings_file_that_is_none_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    made = Desk(tmp_path)
    if content is not None:
        made.settings.write_bytes(content)
    found = made.run("doctor", fails=True)
    assert str(made.settings) in found.output
    assert says in found.output


def test_the_environment_goes_before_the_file(tmp_path: Path, relay: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = well(tmp_path, relay)
    monkeypatch.setenv("RESTANTE_LMTP__PORT", "70000")
    assert "lmtp.port" in made.run("doctor", fails=True).output


def test_a_port_that_is_taken_and_a_readable_key_are_told_but_no_fault(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    made.setting("port = 0\n\n[submission]", f"port = {relay}\n\n[submission]")
    made.settings.chmod(0o644)
    found = made.run("doctor")
    assert f"· lmtp.port: 127.0.0.1:{relay} is taken" in found.output
    assert f"chmod 600 {made.settings}" in found.output


@pytest.mark.parametrize(
    ("refused", "text", "said"),
    [
        (
            "sender",
            "5.7.60 SendAsDenied",
            "✗ submission: 1 notice refused for our sender, or for what it may send; by the words here",
        ),
        (
            "recipient",
            "5.7.1 wants nothing",
            "· outbox: 1 notice refused where others are not: 550 5.7.1 wants nothing",
        ),
    ],
)
def test_mail_that_waits_is_a_fault_where_the_way_out_refuses_us_and_not_where_one_address_does(
    tmp_path: Path, relay: int, refused: str, text: str, said: str
) -> None:
    made = well(tmp_path, relay)
    mail = (
        b"From: ana@example.org\r\nTo: acme+help@ws.example.org\r\nSubject: help\r\nMessage-ID: <1@x>\r\n\r\nhelp\r\n"
    )
    made.run("inject", made.file("help.eml", mail))
    app = build(made.settings)
    try:
        now = app.clock()
        [ready] = app.pipeline.prepare(now, 10)
        answer = Attempt(notice_id=ready.notice_id, at=now, code=550, text=text, refused=refused)
        app.pipeline.report([answer], now)
    finally:
        app.close()
    found = made.run("doctor", fails=refused == "sender").output
    assert said in found
    assert f"550 {text}" in found


def test_a_missing_store_a_missing_charter_and_a_missing_steward_are_faults(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    (made.folder / "restante.db").rename(made.folder / "elsewhere")
    assert "there is no store at" in made.run("doctor", fails=True).output
    (made.folder / "restante.db").touch()
    assert "✗ charters: there is none; apply one" in made.run("doctor", fails=True).output
    text = (made.folder / "acme.toml").read_text()
    made.run("charter", "apply", made.file("acme.toml", text.replace('roles = ["steward"]', "")))
    assert "✗ workspace acme: has no steward" in made.run("doctor", fails=True).output


def test_a_clock_behind_the_last_sign_of_life_is_a_fault(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    app = build(made.settings)
    app.pipeline.beat(app.clock() + timedelta(days=40))
    app.close()
    assert "✗ clock: the last sign of life in the store is still to come" in made.run("doctor", fails=True).output


def test_an_alias_that_is_for_nobody_among_several_workspaces_is_a_fault(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    aliases = 'aliases = ["team@example.com", "acme@example.com", "@old.example.org"]\n'
    (made.folder / "restante.toml").write_text(aliases + (made.folder / "restante.toml").read_text())
    assert "aliases" not in made.run("doctor").output
    text = (made.folder / "acme.toml").read_text()
    made.run("charter", "apply", made.file("beta.toml", text.replace("acme@", "beta@")))
    found = made.run("doctor", fails=True).output
    assert "✗ aliases: team@example.com is passed on to none of acme, beta" in found
    assert 'write it as aliases = { "team@example.com" = "acme" }' in found
    assert found.count("✗") == 1


def test_a_lock_file_that_cannot_be_opened_is_told_with_its_mend(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    line = made.folder / "restante.db.lock.next"
    line.unlink(missing_ok=True)
    line.mkdir()
    for command in (("doctor",), ("member", "add", "acme", "eve@example.net")):
        answer = made.run(*command, fails=True)
        assert f"{line} cannot be opened" in answer.output
        assert f"chown --reference={made.folder / 'restante.db'} {line}" in answer.output


def test_a_store_that_is_none_is_a_fault(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    made.file("restante.db", b"this is no database, only some text that is long enough" * 20)
    assert "✗ store" in made.run("doctor", fails=True).output


def test_a_second_serve_on_one_store_is_refused(tmp_path: Path, relay: int) -> None:
    from gateway.app import build

    made = well(tmp_path, relay)
    made.setting("port = 0\n\n[submission]", "port = 9\n\n[submission]")
    first = build(made.settings)
    try:
        first.store.occupy()
        assert "restante.db is held by restante (process" in made.run("serve", fails=True).output
    finally:
        first.close()


def test_serve_without_a_door_says_which_to_open(tmp_path: Path, relay: int) -> None:
    says = well(tmp_path, relay).run("serve", fails=True).output
    assert "smtp.port, lmtp.port: both are 0" in says


def test_serve_on_a_port_that_is_taken_says_so(tmp_path: Path, relay: int) -> None:
    made = well(tmp_path, relay)
    made.setting("port = 0\n\n[submission]", f"port = {relay}\n\n[submission]")
    assert "cannot listen" in made.run("serve", fails=True).output
