"""Pages and probes of a real `serve`: one click over HTTP, what is refused, and what the machine that watches reads."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from gateway.model.entry import SettingsChanged
from gateway.model.token import KeyRing
from gateway.understand.mime import read_message
from store.database import Store
from tests.wire.binary import Binary, free_port, listens, wait_until
from tests.wire.talk import Sink, Talk, mail

pytestmark = pytest.mark.wire

URL = "https://mail.example.org"


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    fields: dict[str, str]
    body: str


def ask(port: int, method: str, path: str, body: bytes | None = None, **fields: str) -> Answer:
    """Send one request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in fields.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)
    finally:
        connection.close()


@dataclass
class Web:
    """A running `serve` with both listeners, and the path of one member's link."""

    binary: Binary
    pages: int
    metrics: int
    path: str
    file: str  # the path of a file that came with a post

    def changes(self) -> int:
        store = Store.open(self.binary.folder / "restante.db", keys=KeyRing({}, 1))
        try:
            with store.read() as tx:
                return sum(isinstance(one.entry, SettingsChanged) for one in tx.ledger.entries(1))
        finally:
            store.close()


FILM = b"%PDF" + bytes(range(256)) * 6_000  # more than is attached


def with_film() -> bytes:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = "ana@example.net", "acme@ws.example.org", "The film"
    written["Message-ID"] = "<film@example.net>"
    written.set_content("See there.")
    written.add_attachment(FILM, maintype="application", subtype="pdf", filename='été "II".pdf')
    return written.as_bytes(policy=SMTP)


def hand_in(binary: Binary, raw: bytes) -> None:
    with Talk(binary.lmtp_port) as talk:
        talk.hello("LHLO")
        talk.say("MAIL FROM:<ana@example.net>")
        talk.say("RCPT TO:<acme@ws.example.org>")
        assert [code for code, _ in talk.data(raw)] == [250]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Web]:
    pages, metrics = free_port(), free_port()
    settings = {"LISTEN": f"127.0.0.1:{pages}", "URL": URL, "METRICS": f"127.0.0.1:{metrics}"}
    with Binary(
        tmp_path_factory.mktemp("web"),
        submission_port=sink.port,
        environment={f"RESTANTE_WEB__{key}": value for key, value in settings.items()},
    ) as binary:
        binary.init("acme@ws.example.org", "ana@example.net")
        binary.call("member", "add", "acme", "ben@example.net", "--name", "Ben")
        binary.serve()
        wait_until(lambda: listens(pages) and listens(metrics), "both listeners")
        hand_in(binary, mail("roof"))
        raw = wait_until(lambda: next((raw for to, raw in sink.kept if to == "ben@example.net"), b""), "Ben's copy")
        found = re.search(rb"List-Unsubscribe: <" + URL.encode() + rb"(/u/[a-z2-7]+)>,", raw)
        assert found, raw.decode()
        hand_in(binary, with_film())
        raw = wait_until(
            lambda: next((raw for to, raw in sink.kept if to == "ben@example.net" and b"The film" in raw), b""), "it"
        )
        film = re.search(re.escape(URL) + r"(/f/[a-z2-7]+/[0-9-]+)", read_message(raw).text)
        assert film, raw.decode()
        yield Web(binary, pages, metrics, found[1].decode(), film[1])
        assert binary.stop() == 0


def test_a_get_asks_and_changes_nothing(web: Web) -> None:
    before = web.changes()
    for method in ("GET", "HEAD"):
        answer = ask(web.pages, method, web.path)
        assert answer.status == 200
        assert web.changes() == before
    page = ask(web.pages, "GET", web.path).body
    assert page.count("<button") == 1
    assert 'method="post"' in page


def test_a_file_is_handed_out_to_be_kept_and_never_shown(web: Web) -> None:
    for method in ("GET", "HEAD"):
        connection = http.client.HTTPConnection("127.0.0.1", web.pages, timeout=20)
        connection.request(method, web.file)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read() == (FILM if method == "GET" else b"")
        connection.close()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        assert fields["content-length"] == str(len(FILM))
        assert fields["content-type"] == "application/octet-stream"
        assert fields["x-content-type-options"] == "nosniff"
        assert fields["cache-control"] == "no-store"
        assert "sandbox" in fields["content-security-policy"]
        # RFC 6266 §4.3; what a file name cannot hold everywhere was taken out as it came
        expected = "attachment; filename=\"_t_ _II_.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9%20_II_.pdf"
        assert fields["content-disposition"] == expected


def test_a_file_is_fetched_by_its_own_link_alone(web: Web) -> None:
    code, which = web.file.split("/")[2:]
    for path in (f"/f/{code[:-1]}x/{which}", f"/f/{code}/1-1", f"/f/{code}", f"/f/{code}/{which}/x", "/f/x/1-1"):
        answer = ask(web.pages, "GET", path)
        assert answer.status == 404, path
        assert "This link does not work" in answer.body
    assert ask(web.pages, "GET", web.path.replace("/u/", "/f/") + f"/{which}").status == 404
    assert ask(web.pages, "GET", f"/u/{code}").status == 404
    assert ask(web.pages, "POST", web.file).status == 405


def test_a_post_acts_once_however_often_it_is_sent(web: Web) -> None:
    said = b"List-Unsubscribe=One-Click"  # RFC 8058 §3.2
    for _ in range(2):
        answer = ask(web.pages, "POST", web.path, said, Content_Type="application/x-www-form-urlencoded")
        assert answer.status == 200
        assert "location" not in answer.fields
        assert "<button" not in answer.body
    assert web.changes() == 1  # also when another test of this file has posted before


def test_a_form_of_several_parts_does_as_well(web: Web) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    answer = ask(web.pages, "POST", web.path, body, Content_Type="multipart/form-data; boundary=x")
    assert answer.status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_ours_gets_a_clear_page(web: Web, method: str) -> None:
    for path in ("/u/" + "a" * 32, "/u/x", "/u/%00%ff", "/u/" + "a" * 5000, web.path[:-1], web.path + "/more", "/"):
        answer = ask(web.pages, method, path)
        assert answer.status == 404, path
        assert "This link does not work" in answer.body


def test_pages_set_no_cookie_and_load_nothing(web: Web) -> None:
    for path in (web.path, "/u/x", "/nowhere"):
        fields = ask(web.pages, "GET", path).fields
        assert "set-cookie" not in fields
        assert "server" not in fields
        assert fields["content-security-policy"].startswith("default-src 'none'")
        assert (fields["referrer-policy"], fields["cache-control"]) == ("no-referrer", "no-store")


def test_other_methods_are_refused(web: Web) -> None:
    before = web.changes()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = ask(web.pages, method, web.path)
        assert answer.status == 405
        assert "POST" in answer.fields["allow"]
    assert web.changes() == before


def test_a_long_post_is_refused(web: Web) -> None:
    assert ask(web.pages, "POST", web.path, b"x" * 20_000).status == 413


def test_what_is_no_http_ends_the_connection_and_nothing_else(web: Web) -> None:
    for nonsense in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 4,
        b"GET\r\n\r\n",
        b"EHLO there\r\n",
        b"\0" * 40_000,
    ):
        with socket.create_connection(("127.0.0.1", web.pages), timeout=10) as client:
            client.sendall(nonsense)
            client.shutdown(socket.SHUT_WR)
            while client.recv(4096):
                pass
    assert ask(web.pages, "GET", web.path).status == 200


def test_many_connections_at_once_do_not_stop_the_mail(web: Web) -> None:
    idle = [socket.create_connection(("127.0.0.1", web.pages), timeout=10) for _ in range(150)]
    try:
        hand_in(web.binary, mail("meanwhile"))
    finally:
        for one in idle:
            one.close()
    wait_until(lambda: any(one.subject == "meanwhile" for one in web.binary.arrivals()), "the mail")


def test_the_log_of_a_click_tells_neither_code_nor_address(web: Web) -> None:
    ask(web.pages, "POST", web.path)
    wait_until(lambda: '"clicked"' in web.binary.said, "the line of a click")
    assert web.path.removeprefix("/u/") not in web.binary.said
    assert "127.0.0.1:" not in web.binary.said
    assert "ben@example.net" not in web.binary.said


def test_the_probes_answer_on_their_own_listener_alone(web: Web) -> None:
    assert ask(web.metrics, "GET", "/healthz").body == "ok\n"
    ready = ask(web.metrics, "GET", "/readyz")
    assert (ready.status, json.loads(ready.body)) == (
        200, {"ready": True, "store": "ok", "tick": "ok", "intake": "ok"}
    )  # fmt: skip
    assert [ask(web.pages, "GET", path).status for path in ("/healthz", "/readyz", "/metrics")] == [404] * 3
    assert ask(web.metrics, "GET", web.path).status == 404


def test_the_figures_tell_what_happened_and_name_nobody(web: Web) -> None:
    def figures() -> dict[str, float]:
        answer = ask(web.metrics, "GET", "/metrics")
        assert answer.fields["content-type"].startswith("text/plain; version=0.0.4")
        assert "@" not in answer.body
        lines = [line.rpartition(" ") for line in answer.body.splitlines() if not line.startswith("#")]
        return {name: float(number) for name, _, number in lines}

    wait_until(lambda: figures().get('restante_attempts_total{result="sent"}', 0) >= 1, "an attempt in the figures")
    found = figures()
    assert found['restante_arrivals_received_total{door="lmtp"}'] >= 1
    assert found['restante_arrivals_settled_total{state="processed"}'] >= 1
    assert any(name.startswith("restante_readings_total{") for name in found)
    assert found["restante_outbox_due"] >= 0
    assert 20e6 < found["process_resident_memory_bytes"] < 400e6
    assert found["restante_store_bytes"] > 0


def test_ready_says_no_while_the_store_cannot_be_written(web: Web) -> None:
    import fcntl

    with (web.binary.folder / "restante.db.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = ask(web.metrics, "GET", "/readyz")
    assert (answer.status, json.loads(answer.body)["store"]) == (503, "failing")
    assert ask(web.metrics, "GET", "/healthz").status == 200
    wait_until(lambda: ask(web.metrics, "GET", "/readyz").status == 200, "ready again")


def test_a_port_that_is_taken_is_named(tmp_path: Path, sink: Sink) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        binary = Binary(tmp_path, submission_port=sink.port, environment={"RESTANTE_WEB__METRICS": place})
        binary.init("acme@ws.example.org", "ana@example.net")
        with pytest.raises(AssertionError, match=rf"web\.metrics {re.escape(place)}"):
            binary.call("serve")
