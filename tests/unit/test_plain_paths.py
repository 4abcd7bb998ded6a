"""Addresses of the SMTP dialogue read by the short way are what the library reads."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from aiosmtpd.smtp import SMTP

from gateway.arrive.smtp_server import plain_path

PLAIN = (
    "<ana@example.org>",
    "<acme+vote@ws.example.org>",
    "<acme+r-1a.2b.3c@ws.example.org> SIZE=4096 BODY=8BITMIME",
    "<o'hara_{x}@example.org>  NOTIFY=NEVER",
    "<root@localhost>",
)
OTHER = ("", "<>", "ana@example.org", '<"a b"@example.org>', "<@relay.example:ana@example.org>", "<a..b@example.org>",
         "<.a@example.org>", "<ana@[192.0.2.1]>", "<anä@example.org>", "<ana@example.org", "<ana@example.org>(note)",
         "<ana@example.org>\tSIZE=1", "<ana@example.org.>")  # fmt: skip


@pytest.mark.parametrize("argument", PLAIN)
def test_a_plain_path_is_read_as_the_library_reads_it(argument: str) -> None:
    assert plain_path(argument) == SMTP._getaddr(SimpleNamespace(local_part_limit=0), argument)  # type: ignore[arg-type]


@pytest.mark.parametrize("argument", OTHER)
def test_any_other_path_is_left_to_the_library(argument: str) -> None:
    assert plain_path(argument) is None
