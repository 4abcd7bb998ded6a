"""[web] and [retention] in the settings: what is refused, and how the mend is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import Settings, SettingsProblem, place_of, read_settings

KEYS = '[tokens.keys]\n1 = "' + "0" * 64 + '"\n'


def read(folder: Path, text: str) -> Settings:
    file = folder / "restante.toml"
    file.write_text(text + "\n" + KEYS, encoding="utf-8")
    return read_settings(file)


def test_pages_and_figures_are_off_unless_they_are_given_a_place(tmp_path: Path) -> None:
    web = read(tmp_path, "").web
    assert (web.listen, web.url, web.metrics) == ("", "", "")


def test_a_url_ends_without_a_slash_and_may_have_a_path(tmp_path: Path) -> None:
    web = read(tmp_path, '[web]\nlisten = "127.0.0.1:8080"\nurl = "https://mail.example.org/restante/"').web
    assert web.url == "https://mail.example.org/restante"


@pytest.mark.parametrize(
    ("table", "key", "mend"),
    [
        ('listen = "8080"\nurl = "https://x.example"', "web.listen", "127.0.0.1:8080"),
        ('listen = "127.0.0.1:99999"\nurl = "https://x.example"', "web.listen", "127.0.0.1:8080"),
        ('listen = "127.0.0.1:8080"\nurl = "http://x.example"', "web.url", "https"),
        ('listen = "127.0.0.1:8080"\nurl = "https://x.example/?a=b"', "web.url", "https"),
        ('listen = "127.0.0.1:8080"', "web.url", "together"),
        ('url = "https://x.example"', "web.listen", "together"),
        ('metrics = "here"', "web.metrics", "HOST:PORT"),
    ],
)
def test_what_cannot_be_is_named_with_its_mend(tmp_path: Path, table: str, key: str, mend: str) -> None:
    with pytest.raises(SettingsProblem) as problem:
        read(tmp_path, f"[web]\n{table}")
    ((named, text),) = problem.value.faults
    assert named == key
    assert mend in text


def test_a_key_of_before_is_told_where_it_stands_now(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem, match=r"raw_days in the table \[retention\]"):
        read(tmp_path, "raw_days = 30")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:80", ("::1", 80)), ("localhost:0", ("localhost", 0)),
        (":80", None), ("x", None), ("x:", None), ("x:65536", None), ("x:-1", None), ("x:٣", None),
    ],
)  # fmt: skip
def test_a_place_is_a_host_and_a_port(text: str, place: tuple[str, int] | None) -> None:
    assert place_of(text) == place


def test_a_fault_in_the_environment_names_the_variable_not_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTANTE_LMTP__PORT", "99999")
    with pytest.raises(SettingsProblem) as problem:
        read(tmp_path, '[retention]\nraw_days = "x"')
    said = str(problem.value).splitlines()
    assert any(line.startswith("RESTANTE_LMTP__PORT in the environment: lmtp.port: ") for line in said)
    assert any(line.startswith(f"{tmp_path / 'restante.toml'}: retention.raw_days: ") for line in said)
