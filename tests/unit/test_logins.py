"""Access tokens: from a command, from a token server; kept until they end, asked for anew when refused, never shown."""

from __future__ import annotations

import shlex
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.send.login import AccessTokens, ByCommand, ByRefreshToken, LoginProblem, Token
from tests.wire.imap_hosts import TOKEN, TokenServer


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def asking(server: TokenServer, **keys: Any) -> ByRefreshToken:
    return ByRefreshToken(f"http://127.0.0.1:{server.port}/token", "client", **keys)


def test_a_token_is_used_until_a_minute_before_its_end() -> None:
    given = iter(["first", "second"])
    clock = Clock()
    tokens = AccessTokens(lambda: Token(next(given), 3600), clock)
    assert tokens() == "first"
    clock.at = 3539
    assert tokens() == "first"
    clock.at = 3541
    assert tokens() == "second"


def test_a_refused_token_is_not_used_again() -> None:
    given = iter(["first", "second"])
    tokens = AccessTokens(lambda: Token(next(given), 3600), Clock())
    tokens()
    tokens.forget()
    assert tokens() == "second"


def test_a_command_prints_the_token() -> None:
    assert ByCommand(python("print('abc')"))().text == "abc"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (python("print('two words')"), "printed no token"),
        (python("pass"), "printed no token"),
        (python("import sys; sys.exit('no such account')"), r"failed \(1\): no such account"),
        ("/no/such/program", "cannot be run"),
        ("'unclosed", "cannot be run"),
    ],
)
def test_a_command_that_gives_none_is_told(command: str, says: str) -> None:
    with pytest.raises(LoginProblem, match=says):
        ByCommand(command)()


def test_a_refresh_token_is_exchanged_as_the_standard_says() -> None:
    with TokenServer().open() as server:
        token = asking(server, refresh_token="r+1", client_secret="s", scope="mail offline")()
        assert token == Token(TOKEN, 3600.0)
        [form] = server.asked
    assert form == "grant_type=refresh_token&refresh_token=r%2B1&client_id=client&client_secret=s&scope=mail+offline"


def test_a_renewed_refresh_token_is_kept_in_its_file_for_nobody_else_to_read(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old\n")
    with TokenServer(answers={"refresh_token": "new"}).open() as server:
        source = asking(server, file=file)
        source()
        assert file.read_text() == "new\n"
        assert file.stat().st_mode & 0o077 == 0
        source()
        assert "refresh_token=new" in server.asked[1]


def test_without_a_file_a_renewed_one_lasts_as_long_as_the_process() -> None:
    with TokenServer(answers={"refresh_token": "new"}).open() as server:
        source = asking(server, refresh_token="old")
        source()
        source()
        assert "refresh_token=new" in server.asked[1]


@pytest.mark.parametrize(
    ("answers", "lasts"), [({"expires_in": "1800"}, 1800.0), ({"expires_in": None}, 300.0), ({"expires_in": []}, 300.0)]
)
def test_how_long_it_lasts_may_be_written_in_any_way(answers: dict[str, object], lasts: float) -> None:
    with TokenServer(answers=answers).open() as server:
        assert asking(server, refresh_token="r")().lasts == lasts


def test_a_refusal_names_its_code_and_no_secret() -> None:
    with TokenServer(refused=True).open() as server, pytest.raises(LoginProblem, match="400 invalid_grant") as raised:
        asking(server, refresh_token="hush", client_secret="quiet")()
    assert not any(word in str(raised.value) for word in ("hush", "quiet", "secret words"))


def test_an_answer_without_a_token_is_told() -> None:
    with TokenServer(answers={"access_token": ""}).open() as server, pytest.raises(LoginProblem, match="without"):
        asking(server, refresh_token="r")()


def test_a_server_that_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(LoginProblem, match="does not answer"):
        ByRefreshToken(f"http://127.0.0.1:{port}/", "client", refresh_token="r")()
