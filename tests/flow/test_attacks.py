"""Attacks by mail, each told as its sender would try it; nothing of it counts. docs/security.md names them all.

Mallory has an address of her own, knows all others, has mails of ours that somebody passed on, and writes any bytes.
She has no mailbox but her own. Must not: hold what belongs to the doors (test_attacks_wire.py in tests/wire).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import (
    AddressAdded,
    Answered,
    AwayNoted,
    Bounced,
    Cancelled,
    DeliverySuspended,
    MemberAdded,
    MemberLeft,
    Posted,
    RoundOpened,
    SettingsChanged,
    TaskChanged,
)
from gateway.model.round import Phase
from gateway.model.token import Claim, KeyRing
from gateway.pipeline.flow import Rules
from tests.fakes import Letter
from tests.flow.test_mail_stories import bounce_of
from tests.flow.test_vote_stories import opened
from tests.flow.town import ANA, BEN, CHECK_IN, CLEO, DOMAIN, KEYS, Town, full

Found = Callable[..., Town]
MALLORY = "mallory@evil.example"
SERVER = "mx.example.net"  # the mail server before us, named in the settings

COUNTED = (
    Answered, AwayNoted, Cancelled, DeliverySuspended, MemberAdded, MemberLeft, Posted, SettingsChanged, AddressAdded,
)  # fmt: skip


@pytest.fixture
def guarded(town: Town) -> Town:
    """Give the town behind a mail server that checks authors, with an open vote."""
    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()
    opened(town)
    return town


def counted(town: Town) -> list[Any]:
    """Return every entry that changed something, but for what founded the town."""
    return [entry for entry in (one.entry for one in town.ledger()) if isinstance(entry, COUNTED)][len(town.people) :]


def came(town: Town, raw: bytes, *results: str, to: str, sender: str = MALLORY) -> str:
    """Hand a mail in by way of the server before us, which adds what it found out."""
    trace = "".join(f"{AR}; {result}\r\n" for result in results)
    trace += f"Received: from evil.example (evil.example [192.0.2.9]) by {SERVER}; Mon, 01 Jun 2026 06:10:00 +0000\r\n"
    return town.sends(MALLORY, trace.encode() + raw, to, sender=sender)


def header(raw: bytes, name: str, value: str) -> bytes:
    """Return a mail with a field written anew, byte for byte as given."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(name.lower().encode() + b":")]
    return b"\r\n".join([*lines, f"{name}: {value}".encode(), b"", body])


FAILS = "dmarc=fail (p=reject) header.from=example.net; spf=pass smtp.mailfrom=evil.example"
PASSES = "dmarc=pass header.from=example.net"


# --- a forged author ------------------------------------------------------------------------------------------------


def test_a_forged_from_without_a_token_casts_no_vote(town: Town) -> None:
    mark = opened(town)
    before = counted(town)
    town.sends(MALLORY, town.mail("ben", "acme", f"Re: [acme {mark}] Lunch?", "Yes"), "acme", sender=MALLORY)
    assert (counted(town), town.votes(mark)) == (before, {})
    assert town.newest("ben").kind == "confirm"


def test_a_forged_from_that_failed_its_authentication_posts_nothing(guarded: Town) -> None:
    before = counted(guarded)
    came(guarded, guarded.mail("ben", "acme", "Money", "Please send all money to this account."), FAILS, to="acme")
    assert counted(guarded) == before
    assert guarded.arrivals()[0].state is ArrivalState.HELD


def test_a_failed_authentication_outweighs_a_token(guarded: Town) -> None:
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    came(guarded, raw, FAILS, to=to)
    assert guarded.votes("V-1") == {}


def test_a_forged_steward_cancels_nothing(guarded: Town) -> None:
    raw, to = guarded.reply("ana", guarded.newest("ana", "ballot"), "cancel")
    came(guarded, raw, FAILS, to=to)
    came(guarded, header(raw, "Message-ID", "<other@evil.example>"), to=to)  # no verdict at all: a token is not enough
    assert guarded.entries(Cancelled) == []


@pytest.mark.parametrize(
    "author",
    [
        'From: "Ben Moor <ben@example.net>" <mallory@evil.example>',
        "From: ben@example.net <mallory@evil.example>",
        "From: (ben@example.net) mallory@evil.example",
        "From: =?utf-8?q?Ben_Moor_=3Cben=40example=2Enet=3E?= <mallory@evil.example>",
        'From: <mallory@evil.example>, (a comment) "ben@example.net" <x@evil.example>',
    ],
)
def test_a_members_address_in_the_display_name_is_no_author(guarded: Town, author: str) -> None:
    before = counted(guarded)
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    came(guarded, header(raw, "From", author.removeprefix("From: ")), "spf=pass smtp.mailfrom=evil.example", to=to)
    assert counted(guarded) == before


@pytest.mark.parametrize(
    "fields",
    [
        "From: Ben Moor <ben@example.net>\r\nFrom: Mallory <mallory@evil.example>",
        "From: Mallory <mallory@evil.example>\r\nFrom: Ben Moor <ben@example.net>",
        "From: Ben Moor <ben@example.net>, Mallory <mallory@evil.example>",
        "From: Mallory <mallory@evil.example>, Ben Moor <ben@example.net>",
        "From: Team: Ben Moor <ben@example.net>, mallory@evil.example;",
        "From: Team: ben@example.net;, mallory@evil.example",
    ],
)
def test_several_authors_are_nobody(guarded: Town, fields: str) -> None:
    before = counted(guarded)
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"from:")]
    raw = b"\r\n".join([*lines, fields.encode(), b"", body])
    came(guarded, raw, "dkim=pass header.d=evil.example; dmarc=pass header.from=evil.example", to=to)
    assert counted(guarded) == before


@pytest.mark.parametrize("author", ["", "From:", "From: undisclosed:;", "From: Ben Moor", "From: <>"])
def test_a_mail_without_an_author_acts_for_nobody(guarded: Town, author: str) -> None:
    before = counted(guarded)
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"from:")]
    raw = b"\r\n".join([*lines, *([author.encode()] if author else []), b"", body])
    came(guarded, header(raw, "Sender", "Ben Moor <ben@example.net>"), PASSES, to=to)
    assert counted(guarded) == before


def test_sender_and_reply_to_prove_nothing_about_from(guarded: Town) -> None:
    before = counted(guarded)
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    raw = header(raw, "From", "Mallory <mallory@evil.example>")
    raw = header(header(raw, "Sender", "Ben Moor <ben@example.net>"), "Reply-To", "ben@example.net")
    came(guarded, raw, "dmarc=pass header.from=evil.example", to=to)
    assert counted(guarded) == before


def test_an_answer_never_goes_to_a_reply_to(town: Town) -> None:
    raw = header(town.mail("ben", "acme+help", "help", "help"), "Reply-To", MALLORY)
    town.sends(MALLORY, raw, "acme+help", sender=MALLORY)
    town.sends(MALLORY, header(town.mail("ben", "acme+leave", "bye", "leave"), "Reply-To", MALLORY), "acme+leave")
    assert town.box(MALLORY) == []
    assert [letter.kind for letter in town.box("ben")] == ["help", "confirm"]


@pytest.mark.parametrize(
    "address",
    [
        "ben@exаmple.net",  # a Cyrillic letter in the domain
        "ben@xn--exmple-4nf.net",  # the same, as DNS has it
        "bеn@example.net",  # a Cyrillic letter in the local part
        "ben@example.net.evil.example",
        "ben+team@example.net",
        "ben@example.org",
        "ben%example.net@evil.example",
        '"ben@example.net"@evil.example',
        "ben@еxample.net",
        "ben\u200b@example.net",
    ],
)
def test_an_address_that_looks_like_a_members_is_a_strangers(guarded: Town, address: str) -> None:
    before = counted(guarded)
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    came(guarded, header(raw, "From", f"Ben Moor <{address}>"), "spf=pass smtp.mailfrom=evil.example", to=to)
    assert counted(guarded) == before


@pytest.mark.parametrize(
    "author",
    ["=?utf-8?q?ben=40example=2Enet?=", "=?utf-8?b?" + base64.b64encode(b"ben@example.net").decode() + "?=",
     "=?utf-8?q?Ben?= <=?utf-8?q?ben=40example=2Enet?=>"],
)  # fmt: skip
def test_an_address_in_an_encoded_word_is_no_address(guarded: Town, author: str) -> None:
    """RFC 2047 §5: an encoded word never stands within an address."""
    before = counted(guarded)
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    came(guarded, header(raw, "From", author), to=to)
    assert counted(guarded) == before


@pytest.mark.parametrize("subject", ["T-1 done", "Done: send the budget"])
def test_a_forged_from_says_no_task_done(town: Town, subject: str) -> None:
    town.writes("ana", "acme+task", "send the budget", "@ben send the budget by 20 June 2026")
    town.sends(MALLORY, town.mail("ben", "acme", subject, "All sent."), "acme", sender=MALLORY)
    assert town.entries(TaskChanged) == []
    assert town.newest("ben").kind == "confirm"
    town.confirms("ben")
    assert len(town.entries(TaskChanged)) == 1


def test_a_forged_from_checks_nobody_in(found: Found) -> None:
    town = found(routines={"daily": CHECK_IN})
    town.at("09:30")
    text = "Done: painted the whole fence green\nNext: sleep in the barn\nBlockers: no paint left\n"
    town.sends(MALLORY, town.mail("ben", "acme", "Daily check-in", text), "acme", sender=MALLORY)
    assert town.entries(Answered) == []
    assert town.newest("ben").kind == "confirm"
    town.confirms("ben")
    assert [entry.member_id for entry in town.entries(Answered)] == [town.member("ben").id]


# --- the word of mail servers ---------------------------------------------------------------------------------------


def _with(raw: bytes, *fields: str) -> bytes:
    return "".join(f"{field}\r\n" for field in fields).encode() + raw


AR = f"Authentication-Results: {SERVER}"
RECEIVED = f"Received: from evil.example by {SERVER}; Mon, 01 Jun 2026 06:10:00 +0000"


@pytest.mark.parametrize(
    "fields",
    [
        # written by the sender, below what the server before us says of the mail
        (f"{AR}; {FAILS}", RECEIVED, f"{AR}; {PASSES}"),
        # of a server nobody named
        (f"Authentication-Results: mx.evil.example; {PASSES}", RECEIVED),
        # beneath a hop that is none of ours: passed on from elsewhere
        (RECEIVED, "Received: from a by relay.evil.example; Mon, 01 Jun 2026 06:00:00 +0000",
         f"{AR}; {PASSES}"),
        # without a name, as Microsoft writes it, though no server of theirs is named
        (f"Authentication-Results: {PASSES}", RECEIVED),
        # a name that only begins or ends so
        (f"{AR}.evil.example; {PASSES}", RECEIVED),
        (f"Authentication-Results: evil{SERVER}; {PASSES}", RECEIVED),
        # results within what the sender chose
        (f'{AR}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.net"@evil.example',
         RECEIVED),
        (f"{AR}; spf=pass (x; dmarc=pass header.from=example.net) smtp.mailfrom=evil.example",
         RECEIVED),
        (f"{AR}; spf=pass smtp.mailfrom==?utf-8?q?x=3B_dmarc=3Dpass?=@evil.example", RECEIVED),
        # proof of another domain
        (f"{AR}; dmarc=pass header.from=evil.example", RECEIVED),
        (f"{AR}; dkim=pass header.d=evil.example", RECEIVED),
        (f"{AR}; dkim=pass header.d=net", RECEIVED),
        (f"{AR}; spf=pass smtp.helo=example.net smtp.mailfrom=evil.example", RECEIVED),
        (f"{AR} 2; {PASSES}", RECEIVED),
        (f"{AR}; none", RECEIVED),
    ],
)  # fmt: skip
def test_forged_authentication_results_prove_nothing(guarded: Town, fields: tuple[str, ...]) -> None:
    raw, to = guarded.reply("ana", guarded.newest("ana", "ballot"), "cancel")  # wants proof, a token is not enough
    guarded.sends(MALLORY, _with(raw, *fields), to, sender=MALLORY)
    assert guarded.entries(Cancelled) == []


def test_real_authentication_results_do_prove(guarded: Town) -> None:
    """So that the test before this one shows what it says."""
    raw, to = guarded.reply("ana", guarded.newest("ana", "ballot"), "cancel")
    guarded.sends("ana", _with(raw, f"{AR}; {PASSES}", RECEIVED), to)
    assert len(guarded.entries(Cancelled)) == 1
    assert "proven by dmarc of mx.example.net" in guarded.arrivals()[0].detail


# --- tokens in wrong hands ------------------------------------------------------------------------------------------


def test_a_forwarded_token_acts_for_nobody_else(town: Town) -> None:
    opened(town)
    raw, to = town.reply("Mallory <mallory@evil.example>", town.newest("ben", "ballot"), "Yes")
    town.sends(MALLORY, raw, to)
    assert town.votes("V-1") == {}
    assert [letter.kind for letter in town.box(MALLORY)] == []


def test_a_token_that_its_owner_pastes_is_shown_to_nobody(town: Town) -> None:
    opened(town)
    address = town.newest("ben", "ballot").message.reply_to[0].address
    token = address.partition("@")[0].partition("+r.")[2]
    town.writes("ben", "acme", f"Whose is {address}?", f"What is <{address}>\nfor, and r.{token}?")
    town.writes("ben", "acme+task", f"[TASK] @ana answer {address} by Friday", "please do")
    others = [letter for letter in town.post_office.letters if letter.to != BEN.address]
    assert {"post", "task"} <= {letter.kind for letter in others}
    assert [letter.kind for letter in others if token in letter.all_words.lower()] == []
    assert "acme@ws.example.org" in town.newest("ana", "post").text


def test_the_token_of_another_member_acts_for_its_author_never_for_its_owner(town: Town) -> None:
    """With no verdict it is held, and its author asked; only they can say that it counts."""
    opened(town)
    raw, to = town.reply("cleo", town.newest("ben", "ballot"), "Non", quote=False)
    town.sends(MALLORY, raw, to, sender=MALLORY)
    assert town.votes("V-1") == {}
    assert town.arrivals()[0].state is ArrivalState.HELD
    assert [town.newest(who).kind for who in ("ben", "cleo")] == ["ballot", "confirm"]
    town.confirms("cleo", "oui")
    assert town.votes("V-1") == {"cleo": Pick("No")}


def test_a_reply_to_all_of_a_proven_author_counts_at_once(guarded: Town) -> None:
    raw, to = guarded.reply("cleo", guarded.newest("ben", "ballot"), "Non", quote=False)
    came(guarded, raw, PASSES, to=to)
    assert guarded.votes("V-1") == {"cleo": Pick("No")}


def test_a_replayed_mail_counts_once(town: Town) -> None:
    opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes")
    town.sends("ben", raw, to)
    town.answers("ben", town.newest("ben", "ballot"), "No")
    town.sends(MALLORY, b"Received: from evil.example by x; Mon, 01 Jun 2026 06:30:00 +0000\r\n" + raw, to)
    assert town.votes("V-1") == {"ben": Pick("No")}


def _footed(raw: bytes) -> bytes:
    lines = (b"", b"", b"_" * 47, b"dev mailing list", b"dev@lists.example", b"https://lists.example/listinfo/dev", b"")
    return raw.rstrip(b"\r\n") + b"\r\n".join(lines)


def _yes_then_no(town: Town, raw: bytes, to: str) -> None:
    """Ben's first ballot, as bytes, then another that replaces it: what a replay would have to undo."""
    came(town, raw, PASSES, to=to)
    assert town.votes("V-1") == {"ben": Pick("Yes")}
    came(town, town.reply("ben", town.newest("ben", "ballot"), "No")[0], PASSES, to=to)


def _recoded(raw: bytes) -> bytes:
    head, _, body = raw.partition(b"\r\n\r\n")
    head = header(head + b"\r\n\r\n", "Content-Transfer-Encoding", "base64").partition(b"\r\n\r\n")[0]
    return head + b"\r\n\r\n" + base64.encodebytes(body).replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    "dressed",
    [
        lambda raw: b"X-Extra: 1\r\n" + raw,
        lambda raw: b"Received: from evil.example by x; Mon, 01 Jun 2026 06:30:00 +0000\r\nX-Spam: no\r\n" + raw,
        lambda raw: header(raw, "Date", "Mon, 01 Jun 2026 11:00:00 +0000"),
        lambda raw: header(raw, "To", f"acme@{DOMAIN}"),
        lambda raw: header(raw, "In-Reply-To", "<x@evil.example>"),
        lambda raw: b"Message-ID: <evil@evil.example>\r\n" + raw,
        lambda raw: raw.rstrip(b"\r\n") + b" \r\n",
        _footed,
        _recoded,
    ],
    ids=[
        "a field more",
        "another road",
        "another date",
        "another recipient",
        "another reference",
        "another id on top",
        "a blank more",
        "a footer",
        "encoded",
    ],
)
def test_a_mail_sent_again_in_another_dress_restores_no_older_ballot(
    guarded: Town, dressed: Callable[[bytes], bytes]
) -> None:
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    _yes_then_no(guarded, raw, to)
    came(guarded, dressed(raw), PASSES, to=to)
    assert guarded.votes("V-1") == {"ben": Pick("No")}
    assert guarded.arrivals()[0].reason == "duplicate"


@pytest.mark.parametrize(
    "field",
    [
        "Subject: Yes",
        "Date: Mon, 01 Jun 2026 12:00:00 +0000",
        "Message-ID: <new@evil.example>",
        "References: <x@evil.example>",
        "Content-Type: text/plain; charset=utf-16",
        "X-A: a\rSubject: Yes",
    ],
)
def test_a_field_put_above_a_signed_one_takes_the_proof_away(guarded: Town, field: str) -> None:
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    raw = header(header(raw, "References", "<none@example.net>"), "Content-Type", "text/plain; charset=utf-8")
    came(guarded, field.encode() + b"\r\n" + raw, PASSES, to=to)
    assert guarded.votes("V-1") == {}
    assert guarded.arrivals()[0].state is ArrivalState.HELD


def test_a_subject_put_above_a_signed_mail_without_one_makes_no_other_mail(guarded: Town) -> None:
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"subject:")]
    bare = b"\r\n".join([*lines, b"", body])
    _yes_then_no(guarded, bare, to)
    came(guarded, b"Subject: Re: [acme V-1] x\r\n" + bare, PASSES, to=to)
    assert guarded.votes("V-1") == {"ben": Pick("No")}
    assert guarded.arrivals()[0].reason == "duplicate"


def test_a_whole_mail_hidden_in_a_field_above_a_signed_one_is_not_proven(guarded: Town) -> None:
    """Where a lone CR ends a line for one reader and not for the other, each reads another mail."""
    inner = b"X-A: a\rFrom: ben@example.net\rSubject: Re: [acme V-1] x\r\rYes\r\r-- \r"
    signed = guarded.mail("ben", "mallory@evil.example", "Hello", "Shall we meet?")
    came(guarded, inner + b"\r\n" + signed, PASSES, to="acme")
    assert guarded.votes("V-1") == {}
    assert guarded.entries(Posted) == []


def test_mails_that_nobody_proved_push_no_earlier_one_out_of_mind(guarded: Town) -> None:
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    raw = header(raw, "Message-ID", "<one@example.net>")
    _yes_then_no(guarded, raw, to)
    for number in range(6):
        forged = guarded.mail("ben", "acme", f"{number}", f"The roof leaks {number}.", message_id="<one@example.net>")
        came(guarded, forged, FAILS, to="acme")
    came(guarded, _recoded(raw), PASSES, to=to)
    assert guarded.votes("V-1") == {"ben": Pick("No")}
    assert guarded.arrivals()[0].reason == "duplicate"


def test_a_mail_is_known_in_another_dress_when_its_bytes_are_gone(guarded: Town) -> None:
    """No earlier mail is read again: not when it is let go, not when it is large."""
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    _yes_then_no(guarded, raw, to)
    with guarded.store.begin() as tx:
        tx.retention.raw(guarded.clock.at + timedelta(days=1), guarded.clock.at, after=0, limit=100)
    came(guarded, _recoded(raw), PASSES, to=to)
    assert guarded.votes("V-1") == {"ben": Pick("No")}
    assert guarded.arrivals()[0].reason == "duplicate"


def test_an_old_ballot_sent_to_another_door_restores_nothing(guarded: Town) -> None:
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    _yes_then_no(guarded, raw, to)
    for door in ("acme", "acme+vote", "acme+request", "acme+help", "acme+owner", "acme+leave", "acme+join"):
        came(guarded, header(raw, "To", full(door)), PASSES, to=door)
        assert guarded.arrivals()[0].reason == "duplicate"
    assert guarded.votes("V-1") == {"ben": Pick("No")}


def test_another_mail_under_an_id_that_was_used_is_not_lost(guarded: Town) -> None:
    """A program that gives each of its mails one Message-ID is at fault; its owner still is heard."""
    raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), "Yes")
    other, _ = guarded.reply("ben", guarded.newest("ben", "ballot"), "No")
    came(guarded, header(raw, "Message-ID", "<always@example.net>"), PASSES, to=to)
    came(guarded, header(other, "Message-ID", "<always@example.net>"), PASSES, to=to)
    assert guarded.votes("V-1") == {"ben": Pick("No")}
    for subject in ("The ladder", "The hose"):
        mail = guarded.mail("ben", "acme", subject, "It lies behind the shed.", message_id="<always@example.net>")
        came(guarded, mail, PASSES, to="acme")
    assert [entry.subject for entry in guarded.entries(Posted)] == ["The ladder", "The hose"]


def test_a_held_mail_sent_again_is_held_and_asked_about_once(guarded: Town) -> None:
    raw = guarded.mail("ben", "acme", "Hello all", "I want to tell you about the roof of the shed, which leaks.")
    for dress in (b"", b"", b"X-Extra: 1\r\n"):
        came(guarded, dress + raw, FAILS, to="acme")
    assert [arrival.state for arrival in guarded.arrivals(ArrivalState.HELD)] == [ArrivalState.HELD]
    assert len(guarded.box("ben", "confirm")) == 1
    guarded.confirms("ben")
    came(guarded, raw, FAILS, to="acme")
    assert [entry.subject for entry in guarded.entries(Posted)] == ["Hello all"]


def test_a_copy_that_nobody_proved_keeps_the_mail_itself_out_of_nothing(guarded: Town) -> None:
    raw = guarded.mail("ben", "acme", "Hello all", "I want to tell you about the roof of the shed, which leaks.")
    came(guarded, raw, FAILS, to="acme")
    came(guarded, raw, PASSES, to="acme", sender="ben@example.net")
    assert [entry.subject for entry in guarded.entries(Posted)] == ["Hello all"]
    assert guarded.arrivals(ArrivalState.HELD) == []
    guarded.confirms("ben")  # the question about the copy: there is nothing left to settle
    came(guarded, raw, PASSES, to="acme")
    assert len(guarded.entries(Posted)) == 1
    other = guarded.mail("ben", "acme", "Once more", "The roof of the shed still leaks.")
    came(guarded, other, FAILS, to="acme")
    for again in (_footed(other), other, _footed(other), b"X-Extra: 1\r\n" + other):
        came(guarded, again, PASSES, to="acme", sender="ben@example.net")
    assert [entry.subject for entry in guarded.entries(Posted)] == ["Hello all", "Once more"]


def test_an_expired_token_is_no_proof(town: Town) -> None:
    opened(town, text="Shall we close the office in August? Yes or no, by 20 December.")
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes")
    town.pass_until(town.clock.at + timedelta(days=150))
    assert town.round("V-1").phase is Phase.OPEN
    town.sends(MALLORY, raw, to)
    assert town.votes("V-1") == {}


def test_a_token_whose_key_was_taken_out_is_no_proof_and_rotation_breaks_none(town: Town) -> None:
    opened(town)
    letters = {who: town.newest(who, "ballot") for who in ("ben", "cleo")}
    town.pipeline.keys = KeyRing({1: KEYS.keys[1], 2: bytes(range(32, 64))}, 2)
    town.answers("ben", letters["ben"], "Yes")
    assert set(town.votes("V-1")) == {"ben"}
    town.pipeline.keys = KeyRing({2: bytes(range(32, 64))}, 2)
    town.answers("cleo", letters["cleo"], "Non", quote=False)
    assert set(town.votes("V-1")) == {"ben"}


def test_a_token_that_was_made_up_or_signed_for_another_workspace_is_none(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    elsewhere = KEYS.sign(Claim(letter.notice_id, town.member("ben").id, date(2030, 1, 1)), "other")
    other_key = KeyRing({1: b"x" * 32}, 1).sign(
        Claim(letter.notice_id, town.member("ben").id, date(2030, 1, 1)), "acme"
    )
    for token in (elsewhere, other_key, "a" * 36, elsewhere[:-1], "7" * 36):
        raw, _ = town.reply("ben", letter, "Yes", references="", in_reply_to="<x@evil.example>", quote=False)
        town.sends(MALLORY, raw, f"acme+r.{token}@{DOMAIN}", sender=MALLORY)
    assert town.votes("V-1") == {}


def test_a_token_of_a_member_who_left_acts_for_nobody(town: Town) -> None:
    opened(town)
    ballot = town.newest("ben", "ballot")
    town.writes("ben", "acme+leave", "leave", "leave")
    town.confirms("ben")
    before = town.votes("V-1")
    town.answers("ben", ballot, "Yes")
    assert town.votes("V-1") == before


def test_a_question_for_confirmation_that_was_passed_on_confirms_nothing(guarded: Town) -> None:
    raw, to = guarded.reply("ana", guarded.newest("ana", "ballot"), "cancel")
    came(guarded, raw, to=to)
    asked = guarded.newest("ana", "confirm")
    mallorys, to = guarded.reply("Mallory <mallory@evil.example>", asked, "yes")
    came(guarded, mallorys, "dmarc=pass header.from=evil.example", to=to)
    forged, to = guarded.reply("ana", asked, "yes")
    came(guarded, forged, FAILS, to=to)
    assert guarded.entries(Cancelled) == []


def test_a_question_whether_to_join_lets_nobody_in_but_whom_it_asked(found: Found) -> None:
    """Strangers have no number that parts one from another: the address they were asked at does."""
    town = found(joining="open")
    eve = "Eve <eve@elsewhere.example>"
    town.sends("eve@elsewhere.example", town.mail(eve, "acme+join", "join", "join"), "acme+join")
    asked = town.newest("eve@elsewhere.example", "confirm")
    mallorys, to = town.reply("Mallory <mallory@evil.example>", asked, "yes")
    town.sends(MALLORY, mallorys, to)
    assert len(town.entries(MemberAdded)) == 3
    town.answers(eve, asked, "yes")
    assert len(town.entries(MemberAdded)) == 4


def test_a_question_to_confirm_carries_no_words_of_a_forger(town: Town) -> None:
    opened(town)
    won = "V-1: correct: You have won! Claim at http://evil.example/now"
    for subject, text in (("Hello", won), (won, won), (won, "invite eve@evil.example")):
        town.sends(MALLORY, town.mail("ana", "acme", subject, text), "acme", sender=MALLORY)
        asked = town.newest("ana", "confirm")
        assert "changes things for everybody" in " ".join(asked.text.split())
        assert "won" not in asked.all_words
        assert "evil" not in asked.all_words
    assert "V-1" in town.box("ana", "confirm")[0].subject


def test_a_yes_that_comes_too_late_confirms_nothing(town: Town) -> None:
    """Not even that of whom the server before us proves: what was asked is to be asked anew by then."""
    town.rules = Rules(authserv_ids=(SERVER,), token_days=1)
    town.reopen()
    opened(town, text="Shall we close the office in August? Yes or no, by 20 December.")
    raw, to = town.reply("ana", town.newest("ana", "ballot"), "cancel")
    came(town, raw, to=to)
    yes, to = town.reply("ana", town.newest("ana", "confirm"), "yes")
    town.wait(days=3)
    came(town, yes, PASSES, to=to)
    assert (town.entries(Cancelled), town.round("V-1").phase) == ([], Phase.OPEN)
    assert "has waited too long" in town.newest("ana", "decline").text


# --- threads and subjects -------------------------------------------------------------------------------------------


def test_a_hijacked_reference_votes_for_nobody(town: Town) -> None:
    opened(town)
    root = town.round("V-1").message_id or f"t.v-1.acme@{DOMAIN}"
    raw = town.mail("ben", "acme", "Re: Lunch?", "Yes", references=f"<{root}>", in_reply_to=f"<{root}>")
    town.sends(MALLORY, raw, "acme", sender=MALLORY)
    assert town.votes("V-1") == {}


def test_a_strangers_subject_mark_joins_and_answers_nothing(found: Found) -> None:
    town = found(strangers="accept", votes={"hidden": False})
    opened(town)
    raw = town.mail("Mallory <mallory@evil.example>", "acme", "Re: [acme V-1] Lunch?", "Yes")
    town.sends(MALLORY, raw, "acme")
    assert town.votes("V-1") == {}
    assert [entry.thread for entry in town.entries(Posted)] == ["P-1"]


def _in_calendar(raw: bytes, *lines: str) -> bytes:
    """The same mail as the answer of a calendar program to an invitation."""
    own = "".join(f"{line}\r\n" for line in lines)
    ics = (
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:-//x//y//EN\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1@x\r\n"
        f"DTSTAMP:20260601T080000Z\r\nORGANIZER:mailto:acme@ws.example.org\r\n{own}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    head = b"\r\n".join(
        x for x in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if not x.lower().startswith(b"content-")
    )
    return head + b"\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n" + ics.encode()


def test_a_calendar_answer_without_a_token_is_confirmed_first(town: Town) -> None:
    opened(town)
    raw = town.mail("ben", "acme", "Accepted: [acme V-1] Lunch?", "x")
    raw = _in_calendar(raw, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.net")
    town.sends(MALLORY, raw, "acme", sender=MALLORY)
    assert town.votes("V-1") == {}


def test_a_token_in_the_comment_of_a_calendar_answer_is_shown_to_nobody(town: Town) -> None:
    opened(town)
    ballot = town.newest("ben", "ballot")
    address = ballot.message.reply_to[0].address
    token = address.partition("@")[0].partition("+r.")[2]
    raw, to = town.reply("ben", ballot, "x", quote=False)
    said = ("ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.net", f"COMMENT:No\\, {address} says so")
    town.sends("ben", _in_calendar(raw, *said), to)
    assert town.votes("V-1") == {"ben": Pick("No")}
    town.wait(days=5)
    assert "acme@ws.example.org says so" in town.newest("ana", "outcome").text
    assert [
        one.kind for one in town.post_office.letters if one.to != BEN.address and token in one.all_words.lower()
    ] == []


# --- what is hidden or quoted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "What do the others think?\n\n> Yes\n> cancel\n> leave",
        "What do the others think?\n\n-- \nBen Moor\nstop\nleave\nYes",
        "What do the others think?\n\nOn Monday, Ana wrote:\n> Yes, and unsubscribe me",
    ],
)
def test_commands_in_quoted_text_and_signatures_do_nothing(town: Town, body: str) -> None:
    opened(town)
    before = [one for one in counted(town) if not isinstance(one, Posted)]
    town.answers("ben", town.newest("ben", "ballot"), body, quote=False)
    assert [one for one in counted(town) if not isinstance(one, Posted)] == before


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">Yes</div>',
        '<div style="DISPLAY : none !important">Yes</div>',
        "<div hidden>Yes</div>",
        '<span style="visibility:hidden">Yes</span>',
        "<!-- Yes -->",
        "<script>Yes</script>",
        '<style>.a:before{content:"Yes"}</style>',
        "<title>Yes</title>",
    ],
)
def test_hidden_text_is_not_read(town: Town, hidden: str) -> None:
    opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "x", quote=False)
    head = b"\r\n".join(
        x for x in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if not x.lower().startswith(b"content-")
    )
    html = f"<html><body>{hidden}<p>What do the others think of it?</p></body></html>"
    town.sends("ben", head + b"\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode(), to)
    assert town.votes("V-1") == {}


# --- injection ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?Lunch=0D=0ABcc=3A_all=40evil=2Eexample?=",
        "=?utf-8?b?" + base64.b64encode(b"Lunch\r\nReply-To: mallory@evil.example").decode() + "?=",
        "Lunch\u2028Bcc: all@evil.example",
        "=?utf-8?q?Lunch=0AX-Restante-Loop=3A_no?=",
    ],
)
def test_line_breaks_in_fields_make_no_fields(town: Town, subject: str) -> None:
    raw = header(town.mail("ben", "acme", "x", "I found the ladder behind the shed."), "Subject", subject)
    raw = header(raw, "From", "=?utf-8?q?Ben=0D=0ABcc=3A_x=40evil=2Eexample?= <ben@example.net>")
    town.sends("ben", raw, "acme")
    letters = town.box("ana", "post")
    assert len(letters) == 1
    names = [name for name, _ in letters[0].message.headers]
    assert "bcc" not in names
    assert letters[0].message.reply_to[0].address.startswith("acme+r.")
    assert names.count("reply-to") == 1


def test_a_name_with_an_address_in_it_does_not_pass_for_an_author(town: Town) -> None:
    raw = header(town.mail("ben", "acme", "Hello", "I found the ladder behind the shed."), "From",
                 '"Ana Duarte <ana@example.net>" <ben@example.net>')  # fmt: skip
    town.sends("ben", raw, "acme")
    letter = town.newest("cleo", "post")
    assert letter.message.author is not None
    assert letter.message.author.address == f"acme@{DOMAIN}"
    assert town.entries(Posted)[0].author_name == "Ben Moor"


def test_a_newcomer_under_a_members_name_is_shown_with_their_address(town: Town) -> None:
    who = f"Ana Duarte <{MALLORY}>"
    town.sends(MALLORY, town.mail(who, "acme+join", "join", "join"), "acme+join", sender=MALLORY)
    raw, to = town.reply(who, town.newest(MALLORY, "confirm"), "yes")
    town.sends(MALLORY, raw, to, sender=MALLORY)
    town.sends(MALLORY, town.mail(who, "acme", "Bank", "Please pay this to my new account."), "acme", sender=MALLORY)
    author = town.newest("cleo", "post").message.author
    assert author is not None
    assert author.name == f"Ana Duarte ({MALLORY}) via Acme"


# --- machines -------------------------------------------------------------------------------------------------------


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


def complaint_about(letter: Letter, recipient: str) -> bytes:
    """Return a feedback report (RFC 5965) as a provider sends it."""
    head = letter.raw.partition(b"\r\n\r\n")[0].decode()
    return (
        f"From: <abuse@evil.example>\r\nTo: {letter.envelope_from}\r\nSubject: FW: report\r\n"
        "Date: Mon, 01 Jun 2026 10:00:00 +0200\r\nMessage-ID: <fbl@evil.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="c"\r\n\r\n'
        "--c\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--c\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: X/1\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: {recipient}\r\n\r\n--c\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--c--\r\n"
    ).encode()


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


# --- people ---------------------------------------------------------------------------------------------------------


def test_nobody_is_signed_up_or_off_in_their_absence(guarded: Town) -> None:
    before = counted(guarded)
    came(guarded, guarded.mail("victim@elsewhere.example", "acme+join", "join", "join"), to="acme+join")
    came(guarded, guarded.mail("ben", "acme+leave", "leave", "leave"), to="acme+leave")
    came(guarded, guarded.mail("ben", "acme", "unsubscribe", "Please stop sending me these."), to="acme")
    assert counted(guarded) == before


@pytest.mark.parametrize("text", ["invite mallory@evil.example", "remove ben@example.net"])
def test_a_forged_steward_invites_and_removes_nobody(guarded: Town, text: str) -> None:
    before = counted(guarded)
    came(guarded, guarded.mail("ana", "acme", "People", text), to="acme")
    came(guarded, guarded.mail("ana", "acme", "People", text), FAILS, to="acme")
    assert counted(guarded) == before
    assert guarded.box(MALLORY) == []


@pytest.mark.parametrize("text", ["invite mallory@evil.example", "remove ana@example.net"])
def test_a_member_without_the_right_invites_and_removes_nobody(town: Town, text: str) -> None:
    before = counted(town)
    town.writes("ben", "acme", "People", text)
    assert counted(town) == before
    assert (town.box(MALLORY), town.newest("ben").kind) == ([], "decline")


def test_a_forged_stranger_makes_the_server_before_us_write_to_nobody(guarded: Town) -> None:
    """What we refuse by LMTP comes from a queue, whose server then tells the sender: only where that is who wrote."""
    victim = "Victim <victim@elsewhere.example>"
    raw = guarded.mail(victim, "acme", "An offer", "I would like to sell you a piano.")
    before = counted(guarded)
    assert came(guarded, raw, "dmarc=fail header.from=elsewhere.example", to="acme").startswith("250")
    assert guarded.arrivals()[0].reason == "stranger"
    passes = "dmarc=pass header.from=elsewhere.example"
    answer = came(guarded, header(raw, "Message-ID", "<two@elsewhere.example>"), passes, to="acme")
    assert answer.startswith("550 5.7.1 only members can write here")
    assert counted(guarded) == before


def test_a_strangers_word_on_held_mail_settles_nothing(found: Found) -> None:
    town = found(strangers="hold")
    raw = town.mail("Mallory <mallory@evil.example>", "acme", "An offer", "I would like to sell you a piano.")
    town.sends(MALLORY, raw, "acme")
    held = town.newest("ana", "steward")
    for who in ("Mallory <mallory@evil.example>", "ben"):
        answer, to = town.reply(who, held, "accept", quote=False)
        town.sends(who if who == "ben" else MALLORY, answer, to)
    assert town.entries(Posted) == []
    assert len(town.entries(MemberAdded)) == 3


def test_a_proven_members_word_on_held_mail_that_a_steward_passed_on_settles_nothing(found: Found) -> None:
    town = found(strangers="hold")
    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()
    came(town, town.mail("Mallory <mallory@evil.example>", "acme", "An offer", "I sell pianos."), to="acme")
    held = town.newest("ana", "steward")
    for word in ("accept", "add", "reject"):
        answer, to = town.reply("ben", held, word, quote=False)
        came(town, answer, PASSES, to=to, sender="ben")
        assert "This is for a steward" in town.newest("ben", "decline").text
    assert town.entries(Posted) == []
    assert len(town.entries(MemberAdded)) == 3
    assert len(town.arrivals(ArrivalState.HELD)) == 1


def test_a_stranger_claims_no_members_address(town: Town) -> None:
    opened(town)
    raw, to = town.reply("Mallory <mallory@evil.example>", town.newest("ben", "ballot"), "Yes")
    town.sends(MALLORY, raw, to)
    asked = town.newest("ben", "confirm")
    answer, to = town.reply("Mallory <mallory@evil.example>", asked, "yes")
    town.sends(MALLORY, answer, to)
    assert town.entries(AddressAdded) == []
    assert town.votes("V-1") == {}


def test_one_leaked_token_makes_one_question_a_day(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    for number in range(12):
        raw, to = town.reply(f"Eve <e{number}@evil.example>", letter, "Yes")
        town.sends(MALLORY, raw, to)
    assert len(town.box("ben", "confirm")) == 1
    assert len(town.arrivals(ArrivalState.HELD)) == 12
    town.wait(days=1)
    raw, to = town.reply("Eve <e99@evil.example>", letter, "Yes")
    town.sends(MALLORY, raw, to)
    assert len(town.box("ben", "confirm")) == 2


def test_a_stranger_opens_no_vote(found: Found) -> None:
    town = found(strangers="accept")
    raw = town.mail("Mallory <mallory@evil.example>", "acme+vote", "Fire Ana?", "- yes\n- no")
    town.sends(MALLORY, raw, "acme+vote")
    assert town.entries(RoundOpened) == []


def test_people_of_the_town_are_who_the_stories_say() -> None:
    """The attacks above name them by address."""
    assert [person.address for person in (ANA, BEN, CLEO)] == ["ana@example.net", "ben@example.net", "cleo@example.net"]
