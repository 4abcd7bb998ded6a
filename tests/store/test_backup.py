"""deploy/backup.sh and deploy/restore.sh: what comes back is what was there, also when it was copied while in use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.app import build
from tests.cli_desk import Desk, desk, mail

DEPLOY = Path(__file__).parents[2] / "deploy"


def script(name: str, *words: Path | str, fails: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [DEPLOY / name, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHON": sys.executable, **environment},
        check=False,
    )
    assert (done.returncode != 0) is fails, done.stderr
    return done


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    made = desk(tmp_path)
    made.run("member", "add", "acme", "bob@example.org", "--name", "Bob")
    question = "Where do we meet?\n\n- Lisbon\n- Porto\n"
    made.run("inject", made.file("vote.eml", mail("acme+vote@ws.example.org", "Where do we meet?", question)))
    return made


def test_a_backup_restored_elsewhere_gives_the_same_export_and_the_same_mails(at: Desk, tmp_path: Path) -> None:
    made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    again = Desk(tmp_path / "again")
    script("restore.sh", made, again.folder)
    for words in (("export", "acme"), ("mails", "--json"), ("mails", "--out", "--json"), ("charter", "history")):
        assert again.run(*words).output == at.run(*words).output
    was, is_now = at.rows(), again.rows()
    assert was.pop("counters") < is_now.pop("counters")  # numbers given out since the backup are not given out again
    assert is_now == was


def test_no_number_given_out_before_a_restore_is_given_out_again_after_it(at: Desk, tmp_path: Path) -> None:
    made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    asked = mail("acme+vote@ws.example.org", "And when?", "And when?\n\n- May\n- June\n")
    backed_up = given_out(at)
    lives = []
    for name in ("lost", "lost-too", "kept"):
        at.run("inject", at.file(f"{name}.eml", asked))
        lives.append(given_out(at) - backed_up)
        script("restore.sh", made, at.folder)
    assert all({kind for kind, _ in life} == {"notice", "vote"} for life in lives)
    assert len(set().union(*lives)) == sum(map(len, lives))


def given_out(at: Desk) -> set[tuple[str, object]]:
    """Return the numbers of notices and the marks of votes that stand in a store."""
    rows = at.rows()
    return {("notice", row[0]) for row in rows["outbox"]} | {("vote", row[1]) for row in rows["rounds"]}


def test_a_backup_made_while_the_store_is_in_use_is_whole(at: Desk, tmp_path: Path) -> None:
    app = build(at.settings)
    try:
        app.store.occupy()
        with app.store.begin() as tx:
            tx.set_mark("committed", "yes")
        with app.store.begin() as tx:
            tx.set_mark("under-way", "yes")
            made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    finally:
        app.close()
    script("restore.sh", made, tmp_path / "again")
    names = [row[0] for row in Desk(tmp_path / "again").rows()["notes"]]
    assert "committed" in names
    assert "under-way" not in names


# As docs/with-a-mailbox.md has it set up, with a token beside the password.
MAILBOX = """
[imap]
host = "imap.example.org"
username = "acme@example.org"
password_file = "password"

[dkim]
domain = "example.org"
selector = "restante"
key_file = "secret/dkim.pem"
"""


def with_a_mailbox(at: Desk) -> dict[str, str]:
    """Set a desk up with files that its settings name; return what they hold."""
    settings = at.settings.read_text()
    at.settings.write_text(settings.replace("[tokens] ", MAILBOX + "\n[tokens] ", 1))
    assert MAILBOX in at.settings.read_text()
    key = subprocess.run(["openssl", "genrsa", "1024"], capture_output=True, check=True).stdout.decode()
    held = {"password": "correct horse", "secret/dkim.pem": key}
    for name, text in held.items():
        (at.folder / name).parent.mkdir(exist_ok=True)
        (at.folder / name).write_text(text)
    return held


def test_a_restored_backup_starts_with_the_files_its_settings_name(at: Desk, tmp_path: Path) -> None:
    held = with_a_mailbox(at)
    (at.folder / "not-ours").write_text("nobody named it")
    made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    again = Desk(tmp_path / "again")
    said = script("restore.sh", made, again.folder)
    assert said.stderr == ""
    assert {name: (again.folder / name).read_text() for name in held} == held
    assert (again.folder / "acme.toml").read_text() == (at.folder / "acme.toml").read_text()
    assert not (again.folder / "not-ours").exists()
    assert all(file.stat().st_mode & 0o077 == 0 for folder in (made, again.folder) for file in folder.rglob("*"))
    found = again.run("doctor", fails=True).output  # nobody answers at example.org
    assert "signs as example.org" in found
    assert "workspace acme" in found
    assert "does not exist" not in found


def test_a_restore_says_which_file_is_missing_and_leaves_one_that_differs(at: Desk, tmp_path: Path) -> None:
    with_a_mailbox(at)
    (at.folder / "password").unlink()
    made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    again = tmp_path / "again"
    said = script("restore.sh", made, again).stderr
    assert f"{again / 'password'}, which is missing" in said
    assert "dkim.pem" not in said
    (again / "secret" / "dkim.pem").write_text("another")
    assert "dkim.pem differs" in script("restore.sh", made, again).stderr
    assert (again / "secret" / "dkim.pem").read_text() == "another"


def test_keys_and_mail_stay_private_in_a_backup(at: Desk, tmp_path: Path) -> None:
    made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    assert sorted(file.name for file in made.iterdir()) == ["acme.toml", "restante.db", "restante.toml"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in [made, *made.iterdir()])


def test_only_the_newest_backups_are_kept(at: Desk, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    for day in range(1, 6):
        (backups / f"restante-2020010{day}T000000Z").mkdir(parents=True)
    made = Path(script("backup.sh", at.folder, backups, KEEP="2").stdout.strip())
    assert sorted(backups.iterdir()) == [backups / "restante-20200105T000000Z", made]


def test_a_restore_sets_aside_what_is_in_the_way(at: Desk, tmp_path: Path) -> None:
    made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    before = at.run("export", "acme").output
    at.run("member", "add", "acme", "late@example.org")
    at.setting("per_minute = 0", "per_minute = 60")
    said = script("restore.sh", made, at.folder)
    assert at.run("export", "acme").output == before
    assert [file.name for file in at.folder.glob("before-restore-*/restante.db")] == ["restante.db"]
    assert "per_minute = 60" in at.settings.read_text()
    assert "restante.toml.from-backup" in said.stderr


def test_a_restore_under_a_running_server_is_refused(at: Desk, tmp_path: Path) -> None:
    made = Path(script("backup.sh", at.folder, tmp_path / "backups").stdout.strip())
    app = build(at.settings)
    try:
        app.store.occupy()
        assert "stop it first" in script("restore.sh", made, at.folder, fails=True).stderr
    finally:
        app.close()
    assert list(at.folder.glob("before-restore-*")) == []


def test_what_is_no_store_is_refused_and_leaves_nothing(at: Desk, tmp_path: Path) -> None:
    assert "there is no" in script("backup.sh", tmp_path / "nowhere", tmp_path / "backups", fails=True).stderr
    (at.folder / "restante.db").write_bytes(b"no store at all" * 100)
    script("backup.sh", at.folder, tmp_path / "backups", fails=True)
    assert list((tmp_path / "backups").iterdir()) == []
    script("restore.sh", at.folder, tmp_path / "again", fails=True)
    assert not (tmp_path / "again" / "restante.db").exists()
    assert "usage:" in script("restore.sh", fails=True).stderr
