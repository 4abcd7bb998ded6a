"""Attacks by what machines write, and by loops: forged bounces, complaints, vacation replies, our own mail sent back.

Nobody is silenced, marked away or answered without end by them. docs/security.md names all of these. Must not: forge
what a person writes (test_attacks.py does).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.entry import (
    AwayNoted,
    Bounced,
    DeliverySuspended,
    Posted,
)
from tests.flow.mallory import (
    MALLORY,
    came,
    complaint_about,
    header,
)
from tests.flow.test_mail_stories import bounce_of
from tests.flow.test_vote_stories import opened
from tests.flow.town import ANA, BEN, DOMAIN, Town, full

Found = Callable[..., Town]


def test_a_forged_bounce_without_our_address_suspends_nobody(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    for number in range(9):
        stripped = b"From: x <x@y.example>\r\nSubject: " + str(number).encode() + b"\r\n\r\n"
        town.sends(MALLORY, bounce_of(stripped, "ben@example.net", "acme@ws.example.org"), "acme", sender="")
    assert town.entries(DeliverySuspended) == []
    assert not town.member("ben").suspended
    assert letter.kind == "ballot"


def test_one_leaked_bounce_address_counts_once_however_often_it_is_used(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    for number in range(9):
        raw = bounce_of(letter.raw, "ben@example.net", letter.envelope_from).replace(b"bounce.", b"b%d." % number)
        town.sends(MALLORY, raw, letter.envelope_from, sender="")
    assert len(town.entries(Bounced)) == 1
    assert town.entries(DeliverySuspended) == []


def test_a_forged_complaint_suspends_nobody(guarded: Town) -> None:
    letter = guarded.newest("ben", "ballot")
    bare = replace(letter, raw=b"From: acme@ws.example.org\r\nSubject: x\r\n\r\n", envelope_from=full("acme"))
    came(guarded, complaint_about(bare, "ben@example.net"), to="acme")  # about nothing of ours
    came(guarded, complaint_about(letter, "ben@example.net"), "dmarc=fail header.from=evil.example",
         to=letter.envelope_from)  # fmt: skip
    assert guarded.box("ana", "steward") == []
    # out of a mail that was passed on, Return-Path and all
    raw = header(complaint_about(letter, "ben@example.net"), "Message-ID", "<two@evil.example>")
    came(guarded, raw, to=letter.envelope_from)
    assert len(guarded.box("ana", "steward")) == 1
    came(guarded, header(raw, "Message-ID", "<three@evil.example>"), to=letter.envelope_from, sender="")
    assert guarded.entries(DeliverySuspended) == []
    assert not guarded.member("ben").suspended


def test_where_no_server_checks_authors_a_complaint_is_told_and_changes_nothing(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    town.sends(MALLORY, complaint_about(letter, "ben@example.net"), letter.envelope_from, sender="")
    assert (town.entries(DeliverySuspended), town.newest("ana").kind) == ([], "steward")


def test_an_address_for_bounces_is_not_to_be_made_from_the_one_to_answer_to(town: Town) -> None:
    """Whoever sees a Reply-To, or the ids in an answer, may write; a report that names its notice so names nobody."""
    for subject in ("[VOTE] Lunch", "[VOTE] Supper", "[VOTE] Tea"):
        opened(town, subject=subject)
    made = [(one, one.message.reply_to[0].address.replace("+r.", "+b.")) for one in town.box("ben", "ballot")]
    assert len(made) == 3
    for number, (letter, address) in enumerate(made):
        ids = f"Message-ID: <{letter.message.message_id}>\r\nReply-To: <{letter.message.reply_to[0].address}>"
        report = bounce_of(f"From: acme@{DOMAIN}\r\n{ids}\r\n\r\n".encode(), "ben@example.net", address)
        for door in (address, "acme", letter.message.reply_to[0].address):
            town.sends(MALLORY, header(report, "Message-ID", f"<{number}{door}>"), door, sender="")
        bare = replace(letter, raw=f"From: x@y.example\r\n{ids}\r\n\r\n".encode(), envelope_from=address)
        raw = header(complaint_about(bare, "ben@example.net"), "Message-ID", f"<complaint{number}@evil.example>")
        town.sends(MALLORY, raw, address, sender="")
        away = town.mail("ben", address, "Out of office", "I am away until 30 June.", auto_submitted="auto-replied")
        town.sends(MALLORY, away, address, sender="")
    assert {entry.member_id for entry in town.entries(Bounced)} == {None}
    assert (town.entries(DeliverySuspended), town.entries(AwayNoted)) == ([], [])
    assert (town.member("ben").bounce_score, town.member("ben").suspended) == (0.0, False)


def test_an_address_for_bounces_answers_nothing(town: Town) -> None:
    """The token of a Return-Path is none to vote by."""
    opened(town)
    letter = town.newest("ben", "ballot")
    stolen = letter.envelope_from.replace("+b.", "+r.")
    raw, _ = town.reply("ben", letter, "Yes", references="", in_reply_to="<x@evil.example>", quote=False)
    town.sends(MALLORY, raw, stolen, sender=MALLORY)
    assert town.votes("V-1") == {}


def test_a_complaint_of_a_proven_sender_suspends(guarded: Town) -> None:
    """So that the test before this one shows what it says."""
    letter = guarded.newest("ben", "ballot")
    raw = complaint_about(letter, "ben@example.net")
    came(guarded, raw, "dmarc=pass header.from=evil.example", to=letter.envelope_from)
    assert guarded.member("ben").suspended


@pytest.mark.parametrize("kind", ["post", "ballot"])
@pytest.mark.parametrize(
    ("dress", "sender"),
    [
        ({"auto_submitted": "auto-replied"}, BEN.address),
        ({"subject": "Automatic reply: The garden"}, BEN.address),
        ({}, ""),
    ],
)
def test_a_vacation_reply_in_an_unknown_language_that_names_a_project_is_nobodys_word(
    town: Town, kind: str, dress: dict[str, Any], sender: str
) -> None:
    opened(town)
    town.writes("ana", "acme", "The garden", "Who has the key of PRJ-4711?")
    text = "Esmu prom līdz 15. jūnijam. Par projektu PRJ-4711 lūdzu rakstiet Jānim."
    raw, to = town.reply("ben", town.newest("ben", kind), text, quote=False, **dress)
    before = len(town.box("ben"))
    town.sends("ben", raw, to, sender=sender)
    assert (town.votes("V-1"), len(town.entries(Posted)), len(town.box("ben"))) == ({}, 1, before)


GATEWAYS: dict[str, Any] = {"precedence": "bulk", "x_auto_response_suppress": "All"}  # some put both on whatever passes


def test_a_person_whose_gateway_marks_their_mail_votes_and_posts_and_is_not_away(town: Town) -> None:
    opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "Yes, and I bring the keys.", **GATEWAYS)
    assert (list(town.votes("V-1")), town.member("ben").absences) == (["ben"], ())
    town.writes("ben", "acme", "The roof", "It leaks since Monday. Who can help me?", **GATEWAYS)
    assert len(town.entries(Posted)) == 1


def test_a_program_that_bears_only_the_marks_of_gateways_casts_no_vote_and_is_not_answered_without_end(
    town: Town,
) -> None:
    opened(town)
    text, answered = "Esmu prom līdz 15. jūnijam. Lūdzu rakstiet Jānim.", 0
    for _ in range(150):
        letters = town.box("ben")
        if len(letters) == answered:
            break
        answered = len(letters)
        raw, to = town.reply("ben", letters[-1], text, quote=False, **GATEWAYS)
        town.sends("ben", raw, to)
    assert (town.votes("V-1"), answered < 150) == ({}, True)


@pytest.mark.parametrize("sender", ["", "ben@example.net"])
def test_a_forged_vacation_reply_marks_nobody_away(town: Town, sender: str) -> None:
    raw = town.mail("ben", "acme", "Out of office until 30 June", "I am away until 30 June 2026.",
                    auto_submitted="auto-replied")  # fmt: skip
    town.sends(MALLORY, raw, "acme", sender=sender)
    assert town.entries(AwayNoted) == []


def test_a_person_who_calls_their_mail_automatic_gets_no_answer_and_no_vote(town: Town) -> None:
    opened(town)
    before = len(town.post_office.letters)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes")
    for number, keyword in enumerate(("auto-replied", "Auto-Generated; owner=x", "AUTO-NOTIFIED")):
        one = header(raw, "Message-ID", f"<auto{number}@example.net>")
        town.sends("ben", header(one, "Auto-Submitted", keyword), to)
    assert town.votes("V-1") == {}
    assert len(town.post_office.letters) == before


def test_auto_submitted_no_is_a_person(town: Town) -> None:
    """RFC 3834 §5: so that the test before this one shows what it says."""
    opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes")
    town.sends("ben", header(raw, "Auto-Submitted", "no"), to)
    assert set(town.votes("V-1")) == {"ben"}


_PARTS = (
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.far.example\r\n\r\n"
    "Final-Recipient: rfc822; x@far.example\r\nAction: failed\r\nStatus: 5.1.1",
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.far.example",
    "Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; x@far.example\r\n"
    "Disposition: manual-action/MDN-sent-manually; displayed",
    "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1",
    "Content-Type: text/rfc822-headers\r\n\r\nFrom: acme@ws.example.org\r\nSubject: x",
    "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR",
)
_RETURNED = "Content-Type: message/rfc822\r\n\r\nFrom: acme@ws.example.org\r\nSubject: x\r\n\r\nWhere?"


def _wordless(author: str, number: int, part: str, *, alone: bool) -> bytes:
    kind, _, text = part.partition("\r\n\r\n")
    if not alone:
        kind, text = "Content-Type: multipart/mixed; boundary=b", f"--b\r\n{part}\r\n--b--"
    head = f"From: {author}\r\nTo: acme@{DOMAIN}\r\nSubject: x\r\nMessage-ID: <wordless{number}@example.net>"
    return f"{head}\r\nMIME-Version: 1.0\r\n{kind}\r\n\r\n{text}\r\n".encode()


def test_parts_for_programs_without_a_word_are_never_answered(found: Found) -> None:
    """Nor is a mail handed back by a mail system, or anything from the null reverse-path; whatever address it names."""
    town = found(strangers="accept")
    before = len(town.post_office.letters)
    shapes = [("ben@example.net", part, "ben@example.net") for part in _PARTS]
    shapes += [("eve@far.example", part, "eve@far.example") for part in _PARTS]
    shapes += [(who, _RETURNED, "x@y.example") for who in ("MAILER-DAEMON@y.example", "postmaster@y.example")]
    shapes += [("ben@example.net", _RETURNED, ""), ("ben@example.net", "Content-Type: text/plain\r\n\r\nhelp", "")]
    number = 0
    for author, part, sender in shapes:
        for alone, door in ((True, "acme"), (False, "acme"), (False, "acme+help")):
            number += 1
            town.sends(MALLORY, _wordless(author, number, part, alone=alone), door, sender=sender)
    answered = [letter for letter in town.post_office.letters[before:] if letter.to != ANA.address]
    assert answered == []  # what stewards are told of a report is no answer to it
    assert town.entries(Posted) == []
    assert not any(letter.message.in_reply_to for letter in town.post_office.letters[before:])


def test_our_own_mail_sent_back_in_any_dress_makes_no_loop(town: Town) -> None:
    opened(town)
    own = town.newest("ben", "ballot")
    before = len(town.post_office.letters)
    for number, door in enumerate((own.envelope_from, own.message.reply_to[0].address, "acme", "acme+help")):
        raw = header(own.raw, "From", "Ben Moor <ben@example.net>")
        town.sends(MALLORY, b"X-Copy: %d\r\n" % number + raw, door, sender=MALLORY)
        town.sends(MALLORY, header(b"X-Bare: %d\r\n" % number + raw, "X-Restante-Loop", "x"), door, sender=MALLORY)
    assert town.votes("V-1") == {}
    assert len(town.post_office.letters) == before


def test_a_mail_that_goes_in_circles_is_refused(town: Town) -> None:
    hop = b"Received: from a.example by b.example; Mon, 01 Jun 2026 06:10:00 +0000\r\n"
    raw = town.mail("ben", "acme", "Hello", "I found the ladder behind the shed.")
    assert town.sends("ben", hop * 120 + raw, "acme").startswith("554 5.4.6")
    assert town.arrivals() == []


def test_two_machines_that_answer_each_other_end_at_once(town: Town) -> None:
    """A robot without any mark answers whatever it gets: after the circuit-breaker nothing more goes to it."""
    town.writes("ben", "acme+help", "help", "help")
    for number in range(200):
        newest = town.newest("ben")
        if number and newest.at < town.clock.at - timedelta(minutes=5):
            break
        town.answers("ben", newest, "help", quote=False)
    assert len(town.box("ben")) < 70


def test_strangers_get_one_answer_of_a_kind_a_day_also_across_restarts(town: Town) -> None:
    for number in range(6):
        raw = town.mail("Mallory <mallory@evil.example>", "acme+help", f"help {number}", "help")
        town.sends(MALLORY, raw, "acme+help")
        raw = town.mail("Mallory <mallory@evil.example>", "acme+join", f"join {number}", "join")
        town.sends(MALLORY, raw, "acme+join")
        town.reopen()
    assert sorted(letter.kind for letter in town.box(MALLORY)) == ["confirm", "help"]


@pytest.mark.parametrize("ours", ["acme", "acme+help", "acme-owner"])
@pytest.mark.parametrize("to", ["acme+join", "acme", "acme+owner"])
def test_a_stranger_under_an_address_of_ours_is_nobody(town: Town, ours: str, to: str) -> None:
    before = len(town.post_office.letters)
    town.sends(full(ours), town.mail(f"Acme <{full(ours)}>", to, "Join", "I would like to join, please."), to)
    assert (town.last_reason, len(town.post_office.letters)) == ("loop", before)
