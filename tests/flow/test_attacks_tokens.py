"""Attacks with tokens in wrong hands, mails sent again, and answers to our questions that somebody else gives.

A token counts together with its own member's address, once, and not for ever. docs/security.md names all of these.
Must not: forge an author who has no token (test_attacks.py does).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import (
    Cancelled,
    MemberAdded,
    Posted,
)
from gateway.model.round import Phase
from gateway.model.token import Claim, KeyRing
from gateway.pipeline.flow import Rules
from tests.flow.mallory import (
    FAILS,
    MALLORY,
    PASSES,
    SERVER,
    came,
    header,
)
from tests.flow.test_vote_stories import opened
from tests.flow.town import BEN, DOMAIN, KEYS, Town, full

Found = Callable[..., Town]


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
