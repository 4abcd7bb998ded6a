"""Mailboxes, logins, signing in the settings file: each fault is named with its key and its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import Settings, SettingsProblem, password_of, read_settings

KEYS = f'\n[tokens.keys]\n1 = "{"ab" * 32}"\n'
MAILBOX = 'host = "imap.example.org"\nusername = "team@example.org"\n'


def read(folder: Path, text: str) -> Settings:
    file = folder / "restante.toml"
    file.write_text(text + KEYS, encoding="utf-8")
    return read_settings(file)


def faults(folder: Path, text: str) -> dict[str, str]:
    with pytest.raises(SettingsProblem) as raised:
        read(folder, text)
    assert str(folder / "restante.toml") in str(raised.value)
    return dict(raised.value.faults)


def test_one_mailbox_and_further_ones_are_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    settings = read(
        tmp_path,
        f'[imap]\n{MAILBOX}password = "x"\n'
        f'[[mailboxes]]\n{MAILBOX}password_file = "secret"\nsecurity = "starttls"\nport = 143\n',
    )
    assert list(settings.fetched) == ["imap", "mailboxes.0"]
    assert [password_of(mailbox) for mailbox in settings.fetched.values()] == ["x", "sesame"]


def test_what_is_written_to_an_alias_or_to_the_login_of_a_mailbox_is_written_to_us(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    settings = read(
        tmp_path,
        f'aliases = ["acme@example.com"]\n[imap]\n{MAILBOX}password_file = "secret"\n'
        '[[mailboxes]]\nhost = "x.example.org"\nusername = "u1"\npassword = "y"\n',
    )
    assert settings.passed_on_to_us == (("acme@example.com", ""), ("team@example.org", ""))
    assert settings.secret_files == (tmp_path / "secret",)


def test_an_alias_and_the_login_of_a_mailbox_say_whose_they_are(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        'aliases = { "team@example.com" = "acme" }\n'
        f'[imap]\n{MAILBOX}password = "x"\naddress = "beta@ws.example.org"\n',
    )
    assert settings.passed_on_to_us == (("team@example.com", "acme"), ("team@example.org", "beta@ws.example.org"))
    assert "aliases" in " ".join(faults(tmp_path, "aliases = [1]"))


def test_aliases_may_stand_in_the_environment_in_either_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for said, expected in (('["a@x.org"]', (("a@x.org", ""),)), ('{"a@x.org": "acme"}', (("a@x.org", "acme"),))):
        monkeypatch.setenv("RESTANTE_ALIASES", said)
        assert read(tmp_path, "").passed_on_to_us == expected


def test_without_a_host_nothing_is_fetched(tmp_path: Path) -> None:
    assert read(tmp_path, "").fetched == {}


def test_a_secret_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTANTE_IMAP__PASSWORD", "from outside")
    assert password_of(read(tmp_path, f"[imap]\n{MAILBOX}").imap) == "from outside"


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        (f"[imap]\n{MAILBOX}", "imap.password", "is missing; set it, imap.password_file, or [imap.oauth]"),
        ('[imap]\nhost = "x"\npassword = "y"', "imap.username", "is missing"),
        ('[[mailboxes]]\nusername = "x"', "mailboxes.0.host", "is missing"),
        (f'[imap]\n{MAILBOX}password = "x"\nport = 0', "imap.port", "0 is too small; write 1 or more"),
        (f'[imap]\n{MAILBOX}password = "x"\npoll_seconds = 1', "imap.poll_seconds", "1 is too small"),
        (f'[imap]\n{MAILBOX}password = "x"\nsecurity = "ssl"', "imap.security", "'ssl' is not offered"),
        (f'[imap]\n{MAILBOX}password = "x"\nfoldr = "x"', "imap.foldr", "did you mean 'folder'?"),
        (f'[imap]\n{MAILBOX}password = "x"\ndone_folder = "INBOX"', "imap.folder", "must differ"),
        (f'[imap]\n{MAILBOX}password = "x"\nrecipient_header = "To:"', "imap.recipient_header", "without a colon"),
        (f'[imap]\n{MAILBOX}password = "x"\naddress = "acme"', "imap.address", "is no address"),
        (f'[imap]\n{MAILBOX}password_file = "gone"', "imap.password_file", "cannot be read: No such file"),
        (f'[imap]\n{MAILBOX}password = "x"\nca_file = "gone"', "imap.ca_file", "cannot be read"),
        (f'[imap]\n{MAILBOX}password = "x"\n[imap.oauth]\ncommand = "y"', "imap.password", "one login is enough"),
        (
            f'[imap]\n{MAILBOX}[imap.oauth]\ncommand = "y"\ntoken_url = "https://x.example/"',
            "imap.oauth.command",
            "one",
        ),
        (f'[imap]\n{MAILBOX}[imap.oauth]\ntoken_url = "http://x.example/"', "imap.oauth.token_url", "wants https"),
        (f'[imap]\n{MAILBOX}[imap.oauth]\ntoken_url = "https://x.example/"', "imap.oauth.refresh_token", "is missing"),
        ('[submission]\npassword = "x"', "submission.username", "is missing"),
        ('[submission]\nenvelope_sender = "acme"', "submission.envelope_sender", "is no address"),
        ("[submission]\nper_day = -1", "submission.per_day", "-1 is too small; write 0 or more"),
        ('[dkim]\ndomain = "x.org"\nselector = "s"', "dkim.key_file", "is missing; [dkim] wants"),
        ('[dkim]\ndomain = "x.org"\nselector = "s"\nkey_file = "gone"', "dkim.key_file", "cannot be read"),
    ],
)
def test_a_fault_names_its_key_and_its_mend(tmp_path: Path, text: str, key: str, says: str) -> None:
    found = faults(tmp_path, text)
    assert says in found[key]


def test_all_faults_of_a_mailbox_are_named_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, '[imap]\nhost = "x"\naddress = "y"\ndone_folder = "z"\naside_folder = "z"')
    assert set(found) == {"imap.username", "imap.address", "imap.done_folder"}


def test_what_does_not_go_together_is_named_beside_what_is_wrong_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTANTE_SUBMISSION__PASSWORD", "hush")
    text = '[tokens]\ncurrent = 9\ndays = "many"\n[dkim]\ndomain = "x.example"\n[[mailboxes]]\nport = -1'
    assert set(faults(tmp_path, text)) == {
        "tokens.days", "tokens.current", "mailboxes.0.port", "mailboxes.0.host", "submission.username",
        "dkim.selector", "dkim.key_file",
    }  # fmt: skip


def test_a_fault_that_only_follows_from_another_is_not_named(tmp_path: Path) -> None:
    file = tmp_path / "restante.toml"
    file.write_text('[tokens.keys]\n1 = "short"\n[imap]\nhost = "x"\nusername = "x"\npassword_file = 3\n')
    with pytest.raises(SettingsProblem) as raised:
        read_settings(file)
    assert {key for key, _ in raised.value.faults} == {"tokens.keys", "imap.password_file"}


def test_no_secret_is_shown(tmp_path: Path) -> None:
    settings = read(tmp_path, f'[imap]\n{MAILBOX}password = "hush"\n')
    assert "hush" not in repr(settings)
