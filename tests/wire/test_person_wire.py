"""Somebody is erased while `serve` runs: the file forgets them, and mail goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wire.binary import Binary, wait_until
from tests.wire.talk import Sink, Talk, mail

pytestmark = pytest.mark.wire


def hand_in(binary: Binary, raw: bytes) -> None:
    with Talk(binary.lmtp_port) as talk:
        talk.hello("LHLO")
        talk.say("MAIL FROM:<ana@example.net>")
        talk.say("RCPT TO:<acme@ws.example.org>")
        assert [code for code, _ in talk.data(raw)] == [250]


def test_a_person_is_erased_beside_a_running_server(tmp_path: Path, sink: Sink) -> None:
    with Binary(tmp_path / "team", submission_port=sink.port) as binary:
        binary.init("acme@ws.example.org", "ana@example.net")
        for who in ("ben", "cleo"):
            binary.call("member", "add", "acme", f"{who}@example.net", "--name", who.title())
        binary.serve()
        hand_in(binary, mail("The key", "ben@example.net has it."))
        wait_until(lambda: [to for to, _ in sink.kept if to == "cleo@example.net"], "Cleo's copy")
        wait_until(lambda: all(one.state == "processed" for one in binary.arrivals()), "all processed")
        assert "Erased." in binary.call("person", "erase", "ben@example.net", "--yes")
        files = sorted(binary.folder.glob("restante.db*"))
        assert b"ben@example.net" not in b"".join(file.read_bytes() for file in files).lower()
        sink.kept.clear()
        hand_in(binary, mail("Found it"))
        wait_until(lambda: [to for to, _ in sink.kept if to == "cleo@example.net"], "Cleo's second copy")
        assert [to for to, _ in sink.kept if to == "ben@example.net"] == []
        assert "error" not in binary.said
        assert binary.stop() == 0
