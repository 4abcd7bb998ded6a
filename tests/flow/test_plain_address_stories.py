"""Stories of a mailbox with one plain address: no tag is ever written, and References, ids and marks decide instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.model.ballot import Pick
from tests.flow.town import DOMAIN, Town

PLAIN = f"acme@{DOMAIN}"


@pytest.fixture
def town(found: Callable[..., Town]) -> Town:
    """Give a town whose mails bear the plain address only."""
    made = found()
    made.rules = replace(made.rules, separator="")
    made.pipeline.rules = made.rules
    return made


def opened(town: Town) -> str:
    """Let Ana open a vote by the word in the subject, and return its mark."""
    assert town.writes("ana", PLAIN, "[VOTE] Where do we meet?", "- Lisbon\n- Porto\n").startswith("250")
    return town.newest("ben", "ballot").mark


def test_no_mail_bears_a_tag(town: Town) -> None:
    opened(town)
    town.writes("ana", PLAIN, "help", "help")
    for who in ("ana", "ben", "cleo"):
        for letter in town.box(who):
            tagged = re.findall(rf"acme[+\-.=][\w.]+@{re.escape(DOMAIN)}", letter.all_words)
            own_ids = {f"{letter.message.message_id}"}
            assert [one for one in tagged if one not in own_ids and not one.startswith("acme.")] == [], letter.kind
            assert letter.envelope_from == PLAIN
    assert "[VOTE]" in town.newest("ana", "help").text


def test_an_answer_finds_its_vote_by_references(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "Lisbon")
    assert town.votes(mark) == {"ben": Pick("Lisbon")}


def test_an_answer_without_references_finds_it_by_the_mark(town: Town) -> None:
    mark = opened(town)
    letter = town.newest("ben", "ballot")
    town.answers("ben", letter, "Porto", in_reply_to="<other@example.net>", references="<other@example.net>")
    town.confirms("ben")
    assert town.votes(mark) == {"ben": Pick("Porto")}


def test_a_forwarded_ballot_acts_for_nobody_else(town: Town) -> None:
    mark = opened(town)
    town.answers("cleo", town.newest("ben", "ballot"), "Porto")
    town.confirms("cleo")
    assert set(town.votes(mark)) <= {"cleo"}


def test_a_bounce_to_the_plain_address_finds_its_notice_by_what_it_returns(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    bounce = (
        f"From: MAILER-DAEMON@example.net\r\nTo: {PLAIN}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\nMessage-ID: <b@example.net>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\n\r\nNot delivered.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        "Final-Recipient: rfc822; ben@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{letter.message.message_id}>\r\n"
        f"X-Restante-Return: {letter.message.header('x-restante-return')}\r\n\r\n--x--\r\n"
    ).encode()
    town.sends("", bounce, PLAIN, sender="")
    assert town.last_reason == "bounced"
    assert str(letter.notice_id) in str([entry for entry in town.ledger() if "Bounced" in type(entry.entry).__name__])


def test_leaving_by_the_link_of_the_list_works(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    found = re.search(r"<mailto:([^?>]+)\?subject=([^>&]+)&body=([^>]+)>", letter.message.header("list-unsubscribe"))
    assert found
    assert found[1] == PLAIN
    town.writes("ben", found[1], found[2].replace("%20", " "), found[3])
    assert town.kinds("ben")[-1] == "confirm"
