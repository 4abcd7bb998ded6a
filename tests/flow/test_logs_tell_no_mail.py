"""What is logged of whole days: ids, reasons, counts; never a body, a subject, an address, a name or a token."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext, redirect_stderr
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import structlog

from gateway.app import log_to_stderr
from gateway.logs import hear_libraries
from gateway.pipeline import clicking
from gateway.pipeline.flow import Rules
from gateway.pipeline.letting_go import LettingGo
from gateway.pipeline.person import erase, find
from gateway.render.render import Templates
from gateway.resources import load_templates, template_folder
from gateway.understand.read import understand
from tests.flow.town import CHECK_IN, DOMAIN, Town

# Words that stand in what people write in these stories, and in nothing that we call something by.
WORDS = ("marzipan", "zeppelin", "quagga", "rutabaga", "ocelot", "xylophone", "krakatoa")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """Give what is written to standard error, by us and by libraries, set up as `serve` sets it up."""
    written, root = StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(Town, "_overheard", lambda self: nullcontext())
    with redirect_stderr(written):
        log_to_stderr(plain=False, level=logging.DEBUG)
        hear_libraries()
        try:
            yield written
        finally:
            structlog.reset_defaults()
            root.handlers[:] = handlers
            root.setLevel(level)


def told(town: Town, written: StringIO) -> list[str]:
    """Return what of people's mail stands in a log, after making sure there is one."""
    lines = written.getvalue().splitlines()
    assert len(lines) >= 15
    assert all(isinstance(json.loads(line), dict) for line in lines)
    with town.store.read() as tx:
        tokens = [one.token for one in tx.outbox.list(limit=None)]
        subjects = [one.subject for one in tx.inbox.list(limit=1000) if one.subject]
        ids = [one.message_id for one in tx.inbox.list(limit=1000) if one.message_id]
    traces = [*WORDS, "@", DOMAIN, "example.net", *tokens, *subjects, *ids]
    traces += [part for person in town.people.values() for part in (person.name, person.name.split()[1])]
    log = written.getvalue().lower()
    return [trace for trace in traces if trace.lower() in log]


def days(town: Town) -> None:
    """Let a bit of everything happen."""
    town.writes("ana", "acme+vote", "Marzipan?", "Marzipan for all?\n\n- Zeppelin\n- Quagga\n\nuntil Friday 17:00\n")
    town.answers("ben", town.newest("ben", "ballot"), "Quagga, because of the rutabaga")
    town.answers("cleo", town.newest("cleo", "ballot"), "hm, perhaps the zeppelin or the quagga")
    town.writes("ben", "acme+design", "An ocelot", "It plays the xylophone, see ben.moor@example.net.")
    town.answers("cleo", town.newest("cleo", "post"), "Krakatoa!")
    town.writes("Eve Ocelot <eve@example.org>", "acme", "Quagga offer", "Marzipan, cheap. eve@example.org")
    town.writes("Eve Ocelot <eve@example.org>", "acme+join", "join", "rutabaga")
    town.sends("ben", b"From: <ben@example.net>\r\nTo: acme\r\nSubject: =?x?b?ocelot\r\n\r\n\xff\xfe marzipan", "acme")
    town.sends("ben", b"\x00marzipan" * 30, "acme")
    town.at("2026-06-01 09:30")
    town.answers("ben", town.newest("ben", "prompt"), "done: the rutabaga\nblocked: krakatoa\nmood 4")
    town.post_office.refusals["cleo@example.net"] = (550, "5.1.1 <cleo@example.net> no such ocelot")
    town.post_office.is_open = False
    town.writes("ana", "acme", "Zeppelin", "The quagga again.")
    town.post_office.is_open = True
    town.writes("ben", "acme", "Zeppelin leave", "I'm away until 19 June, ask ana@example.net about the zeppelin")
    town.at("2026-06-05 18:00")


def test_days_of_mail_leave_no_word_of_it_in_the_log(found: Callable[..., Town], said: StringIO) -> None:
    town = found(routines={"daily": CHECK_IN}, strangers="hold")
    town.rules = Rules(pages="https://mail.example.com")
    town.reopen()
    days(town)
    assert told(town, said) == []


def test_clicks_erasure_and_letting_go_leave_none_either(found: Callable[..., Town], said: StringIO) -> None:
    town = found(routines={"daily": CHECK_IN})
    town.rules = Rules(pages="https://mail.example.com")
    town.reopen()
    days(town)
    code = re.findall(rb"/u/([a-z2-7]+)", town.newest("ana", "outcome").raw)[0].decode()
    clicking.stop(town.pipeline, code, town.clock.at)
    town.wait(days=3)
    erase(town.pipeline, find(town.pipeline, "ben@example.net"), town.clock.at)
    town.store.scrub()
    walk = LettingGo(town.pipeline, timedelta(), timedelta())
    while walk.step(town.clock.at):
        pass
    assert code not in said.getvalue()
    assert told(town, said) == []


def test_a_fault_of_ours_is_logged_without_what_was_being_read(
    found: Callable[..., Town], said: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = found()

    def stumble(message: Any, *others: Any) -> Any:
        if "quagga" in message.text:
            try:
                {}[message.text]
            except KeyError as fault:
                raise ValueError(f"{message.author} wrote {message.subject}") from fault
        return understand(message, *others)

    monkeypatch.setattr("gateway.pipeline.light.understand", stumble)
    for number in range(20):
        town.writes("ben", "acme", f"Zeppelin {number}", "The quagga." if number == 7 else "The ocelot.")
    assert told(town, said) == []
    (line,) = [json.loads(line) for line in said.getvalue().splitlines() if '"error"' in line]
    assert (line["event"], line["fault"], line["arrival"]) == ("processing failed", "ValueError", 8)
    assert any(step.startswith("KeyError") for step in line["raised"])
    assert any(re.fullmatch(r"gateway/pipeline/flow\.py:\d+ _settle", step) for step in line["raised"])


def test_a_fault_in_a_template_is_logged_without_what_was_being_shown(
    found: Callable[..., Town], said: StringIO
) -> None:
    town = found()
    mail = template_folder() / "mail"
    sources = {file.name: file.read_text(encoding="utf-8") for file in mail.glob("*.j2")}
    sources["post.txt.j2"] = "{{ {}[facts.text] }}"
    town.templates = Templates.compile(sources, {})
    town.reopen()
    for number in range(20):
        town.writes("ben", "acme", f"Zeppelin {number}", "The quagga.")
    assert "rendering failed" in said.getvalue()
    assert told(town, said) == []
    town.templates = load_templates()


async def test_what_libraries_complain_of_is_told_without_their_words(said: StringIO) -> None:
    logging.getLogger("some.library").error("cannot read %s", "ocelot@example.net")
    logging.getLogger("mail.log").error("%r said marzipan", ("127.0.0.1", 7))
    try:
        raise ValueError("quagga")
    except ValueError:
        logging.getLogger("some.library").exception("broke on rutabaga")

    async def lost() -> None:
        raise RuntimeError("krakatoa")

    task = asyncio.ensure_future(lost())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    import gc

    gc.collect()
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert {line["library"] for line in lines} == {"some.library", "mail.log", "asyncio"}
    assert {line.get("fault") for line in lines} == {None, "ValueError", "RuntimeError"}
    assert [word for word in (*WORDS, "example.net", "127.0.0.1") if word in said.getvalue()] == []
