"""Mail itself as stories: threads, doubles, strangers, addresses, tokens in wrong hands, machines, bounces."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import Bounced, HeldForSteward, MemberAdded, Posted, Reacted
from gateway.model.notice import NoticeState
from gateway.model.token import Claim
from tests.flow.test_vote_stories import opened
from tests.flow.town import DEV, DOMAIN, KEYS, TEAM, Town, full

Found = Callable[..., Town]


def bounce_of(raw: bytes, recipient: str, sender: str, status: str = "5.1.1") -> bytes:
    """Return the report of a mail server that could not deliver a letter (RFC 3464)."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    lines = [
        "From: Mail Delivery System <MAILER-DAEMON@example.net>",
        f"To: {sender}",
        "Subject: Undelivered Mail Returned to Sender",
        "Date: Mon, 01 Jun 2026 10:00:00 +0200",
        f"Message-ID: <bounce.{hash(raw) & 0xFFFF}@example.net>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
        "",
        "--b1",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"I could not deliver your mail to <{recipient}>.",
        "",
        "--b1",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.net",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        f"Status: {status}",
        "",
        "--b1",
        "Content-Type: text/rfc822-headers",
        "",
        head,
        "",
        "--b1--",
        "",
    ]
    return "\r\n".join(lines).encode()


# --- threads --------------------------------------------------------------------------------------------------------


def test_answers_come_together_in_one_thread_whoever_answers_whose_copy(found: Found) -> None:
    town = found(*TEAM, DEV)
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    town.answers("ben", town.newest("ben", "post"), "Good, I was looking for it all week.")
    town.answers("cleo", town.newest("cleo", "post"), "Merci, je la prends demain matin.")
    assert [post.thread for post in town.entries(Posted)] == ["P-1", "P-1", "P-1"]
    last = town.newest("dev", "post")
    first = town.box("dev", "post")[0]
    shared = set(first.message.references) & set(last.message.references)
    assert shared, "one id joins all copies"
    assert last.subject == f"Re: {first.subject}"


def test_only_the_new_text_is_passed_on(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    town.answers("ben", town.newest("ben", "post"), "Good, I was looking for it all week.")
    assert town.entries(Posted)[-1].text.strip() == "Good, I was looking for it all week."
    assert "behind the shed" not in town.newest("cleo", "post").message.text.split("all week.")[0]


def test_an_answer_without_token_finds_its_thread_by_references(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    town.answers("ben", town.newest("ben", "post"), "Good, I was looking for it all week.", to=full("acme"))
    assert town.entries(Posted)[-1].thread == "P-1"


def test_a_subject_alone_joins_nothing(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    town.writes("ben", "acme", "Re: The ladder", "Which one do you mean, the tall one or the other?")
    assert [post.thread for post in town.entries(Posted)] == ["P-1", "P-2"]


def test_a_post_to_a_channel_says_so_and_reaches_its_watchers(found: Found) -> None:
    town = found(channels={"design": {"purpose": "How things look", "watchers": ["ben@example.net"]}})
    town.writes("ana", "acme+design", "Colours", "I would paint the door green this time.")
    assert town.entries(Posted)[-1].channel == "design"
    assert town.reached("post") == ["ben"]
    assert "design" in town.newest("ben", "post").message.header("list-id")


def test_quoted_and_signed_lines_never_act(town: Town) -> None:
    mark = opened(town)
    ballot = town.newest("ben", "ballot")
    town.answers("ben", ballot, "No.\n\n-- \nBen\nunsubscribe\nYes")
    assert town.votes(mark) == {"ben": Pick("No")}
    town.answers("cleo", replace(ballot, to="cleo@example.net"), "> Yes\n> unsubscribe", quote=False, to=full("acme"))
    assert "cleo" not in town.votes(mark)
    assert len([m for m in town.people if town.member(m)]) == 3


# --- doubles --------------------------------------------------------------------------------------------------------


def test_the_same_words_each_week_are_no_double_where_a_program_gives_no_id_and_no_date(town: Town) -> None:
    raw = town.mail("ana", "acme", "Backup", "The backup of this week is done.")
    bare = b"\r\n".join(x for x in raw.split(b"\r\n") if not x.lower().startswith((b"message-id:", b"date:")))
    for posts in (1, 2):
        town.sends("ana", bare, "acme")
        town.wait(hours=18)
        town.sends("ana", bare, "acme")  # the same again, on the day after: a server tried twice
        assert len(town.entries(Posted)) == posts
        town.wait(days=7)


def test_the_same_mail_twice_acts_once(town: Town) -> None:
    opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes, gladly.")
    town.sends("ben", raw, to)
    before = len(town.ledger()), len(town.box("ben"))
    town.sends("ben", raw, to)
    assert (len(town.ledger()), len(town.box("ben"))) == before
    assert town.last_reason == "duplicate"


def test_the_same_mail_by_two_ways_acts_once(town: Town) -> None:
    raw = town.mail("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.", cc=full("acme+design"))
    town.sends("ana", b"Received: from a by b; Mon, 01 Jun 2026 06:00:00 +0200\r\n" + raw, "acme")
    town.sends("ana", b"Received: from c by d; Mon, 01 Jun 2026 06:00:01 +0200\r\n" + raw, "acme+design")
    assert len(town.entries(Posted)) == 1
    assert town.reached("post") == ["ben", "cleo"]


@pytest.mark.parametrize("doors", [("acme", "acme+help"), ("acme+help", "acme")])
def test_a_mail_delivered_to_each_recipient_by_itself_is_served_at_each_door(
    town: Town, doors: tuple[str, str]
) -> None:
    raw = town.mail("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    for door in (*doors, *doors):
        town.sends("ana", raw, door)
    assert len(town.entries(Posted)) == 1
    assert town.reached("post") == ["ben", "cleo"]
    assert len(town.box("ana", "help")) == 1
    assert town.last_reason == "duplicate"


@pytest.mark.parametrize("beside", ["owner", "help"])
def test_what_is_written_to_everybody_is_posted_whoever_else_is_to_look_at_it(town: Town, beside: str) -> None:
    raw = town.mail("ana", "acme", "The roof", "It leaks since yesterday.", cc=full(f"acme+{beside}"))
    town.sends("ana", raw, "acme", f"acme+{beside}")
    assert town.reached("post") == ["ben", "cleo"]


@pytest.mark.parametrize("came_to", [("acme",), ("acme", "acme+b.anything")])
def test_an_address_for_reports_in_somebodys_cc_makes_no_report_of_the_answers_to_it(
    town: Town, came_to: tuple[str, ...]
) -> None:
    raw = town.mail("ana", "acme", "The roof", "It leaks.", cc=full("acme+b.anything"))
    town.sends("ana", raw, *came_to)
    assert town.reached("post") == ["ben", "cleo"]


def test_a_channel_may_be_called_as_our_own_addresses_begin(found: Found) -> None:
    town = found(channels={"b-team": {"purpose": "The second eleven"}, "r-d": {"purpose": "Research"}})
    town.writes("ana", "acme+b-team", "Training", "On Thursday at six.")
    town.writes("ana", "acme+r-d", "The new oven", "It is hot.")
    assert [entry.channel for entry in town.entries(Posted)] == ["b-team", "r-d"]


def test_no_copy_bears_a_token_of_another_workspace(town: Town) -> None:
    token = KEYS.sign(Claim(7, 2, date(2026, 9, 1)), "corvid")
    theirs = f"r.{token}.corvid@other.example.net"
    town.sends("ben", town.mail("ben", "acme", "Re: lunch", "At noon.", references=f"<{theirs}>"), "acme")
    assert theirs not in town.newest("cleo", "post").message.references


# --- whose token, whose address -------------------------------------------------------------------------------------


def test_a_reply_all_with_anothers_token_acts_for_its_author(town: Town) -> None:
    mark = opened(town)
    bens = town.newest("ben", "ballot")
    town.answers("cleo", bens, "Non.", cc="ben@example.net")
    assert "ben" not in town.votes(mark)
    town.confirms("cleo", "oui")  # where the charter wants more proof than a token that is not the author's
    assert town.votes(mark) == {"cleo": Pick("No")}


def test_a_strangers_reply_with_a_members_token_is_held_and_never_lost(town: Town) -> None:
    mark = opened(town)
    raw, to = town.reply("Ben Moor <ben.moor@private.example>", town.newest("ben", "ballot"), "Yes from home.")
    town.sends("x", raw, to, sender="ben.moor@private.example")
    assert town.votes(mark) == {}
    assert [entry.reason for entry in town.entries(HeldForSteward)] == ["stranger"]
    assert town.arrivals()[0].state is ArrivalState.HELD
    assert town.newest("ana").kind == "steward"


@pytest.mark.parametrize(
    ("keys", "reason", "posts"),
    [
        ({"strangers": "hold"}, "stranger", 0),
        ({"strangers": "accept"}, "thread-started", 1),
        ({"posting": "anyone"}, "thread-started", 1),
    ],
)
def test_mail_of_strangers_is_treated_as_the_charter_says(
    found: Found, keys: dict[str, str], reason: str, posts: int
) -> None:
    town = found(**keys)
    stranger = "Eve <eve@elsewhere.example>"
    raw = town.mail(stranger, "acme", "An offer", "I would like to offer you my old piano.")
    town.sends(stranger, raw, "acme", sender="eve@elsewhere.example")
    assert town.last_reason == reason
    assert len(town.entries(Posted)) == posts
    assert (town.arrivals()[0].state is ArrivalState.HELD) == (keys.get("strangers") == "hold")
    assert town.box("eve@elsewhere.example") == [], "no backscatter"


def test_mail_of_strangers_is_refused_at_the_door_where_the_charter_says_so(found: Found) -> None:
    town = found(strangers="reject")
    raw = town.mail("Eve <eve@elsewhere.example>", "acme", "An offer", "I would like to offer you my old piano.")
    assert town.sends("eve@elsewhere.example", raw, "acme").startswith("550")
    assert (town.arrivals(), town.box("eve@elsewhere.example")) == ([], [])


def test_joining_by_mail_is_confirmed_and_only_then_done(town: Town) -> None:
    raw = town.mail("Gil <gil@example.net>", "acme+join", "join", "I would like to join.")
    town.sends("gil@example.net", raw, "acme+join")
    assert len(town.entries(MemberAdded)) == 3
    confirm = town.newest("gil@example.net")
    assert confirm.kind == "confirm"
    answer, to = town.reply("Gil <gil@example.net>", confirm, "yes")
    town.sends("gil@example.net", answer, to)
    assert town.entries(MemberAdded)[-1].member.address == "gil@example.net"
    assert town.newest("gil@example.net").kind == "welcome"


# --- the door -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["nobody", "acme+nothing", "acme+idea", "acme@elsewhere.example"])
def test_an_unknown_address_is_refused_at_the_door(town: Town, address: str) -> None:
    answer = town.writes("ana", address, "Hello", "Is anybody there at all?")
    assert answer.startswith("550")
    assert town.arrivals() == []


def test_the_refusal_names_what_there_is(town: Town) -> None:
    answer = town.writes("ana", "acme+dezign", "Hello", "Is anybody there at all?")
    assert "design" in answer
    assert "vote" in answer


@pytest.mark.parametrize("spelling", ["acme-leave", "ACME+LEAVE", "acme.leave", "acme=leave", "acme+unsubscribe"])
def test_the_habits_of_mailing_lists_are_understood_in_every_spelling(town: Town, spelling: str) -> None:
    assert town.writes("ben", spelling, "leave", "Please remove me.").startswith("250")
    assert town.newest("ben").kind == "confirm"


@pytest.mark.parametrize("alone", ["encrypted", "attachment", "empty"])
def test_a_reply_that_cannot_be_read_is_answered_once_and_changes_nothing(town: Town, alone: str) -> None:
    mark = opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "Yes", quote=False)
    head, _, _ = raw.partition(b"\r\n\r\n")
    fields = b"\r\n".join(
        line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime-version"))
    )
    blob = base64.b64encode(bytes(range(200)))
    bodies = {
        "encrypted": (
            b'MIME-Version: 1.0\r\nContent-Type: multipart/encrypted; boundary="e"'
            b"\r\n\r\n--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--e\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n"
            b"-----END PGP MESSAGE-----\r\n--e--\r\n"
        ),
        "attachment": (
            b"MIME-Version: 1.0\r\nContent-Type: application/pdf; name=vote.pdf\r\n"
            b"Content-Disposition: attachment; filename=vote.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + blob
        ),
        "empty": b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\r\n",
    }
    mail = fields + b"\r\n" + bodies[alone]
    town.sends("ben", mail, to)
    town.sends("ben", mail, to)
    assert town.votes(mark) == {}
    assert town.kinds("ben") == ["ballot", "decline"]
    assert mark in town.newest("ben").subject or mark in town.newest("ben").text


# --- machines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"auto_submitted": "auto-replied"},
        {"x_auto_response_suppress": "All", "auto_submitted": "auto-generated"},
    ],
)
def test_a_machine_is_never_answered_and_never_posted(town: Town, fields: dict[str, str]) -> None:
    town.writes("ben", "acme", "Ticket 47 was received", "Thank you for your mail, we will get back to you.", **fields)
    assert town.post_office.letters == []
    assert town.entries(Posted) == []


def test_our_own_mail_that_comes_back_is_a_loop_and_ends(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    own = town.newest("ben", "post")
    before = len(town.post_office.letters)
    town.sends("ben", own.raw, "acme", sender=own.envelope_from)
    assert len(town.post_office.letters) == before
    assert town.last_reason in ("loop", "machine", "duplicate")


@pytest.mark.parametrize(
    ("status", "said", "counts"),
    [
        ("5.0.0", "554 Message not allowed - [299]", False),
        ("5.2.0", "550 5.2.0 Mail rejected. ofr_506 [506]", False),
        ("5.0.0", "550 no such user", True),
        ("5.1.1", "550 5.1.1 rejected", True),
    ],
)
def test_whose_server_will_not_have_our_mail_is_a_member_as_before(
    town: Town, status: str, said: str, counts: bool
) -> None:
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", f"Some news, number {number}.")
        letter = town.newest("ben", "post")
        told = f"{status}\r\nDiagnostic-Code: smtp; {said}"
        report = bounce_of(letter.raw, letter.to, letter.envelope_from, told)
        town.sends("mailer-daemon@example.net", report, letter.envelope_from, sender="")
        town.wait(days=1)
    assert (town.member("ben").suspended, town.member("ben").bounce_score > 0) == (counts, counts)
    assert len(town.box("ana", "steward")) == 3, "one a day"


def test_a_bounce_finds_its_notice_by_verp_and_tells_the_stewards(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    report = bounce_of(letter.raw, "ben@example.net", letter.envelope_from)
    assert letter.envelope_from.startswith("acme+b.")
    town.sends("ben", report, letter.envelope_from, sender="")
    [bounced] = town.entries(Bounced)
    assert bounced.notice_id == letter.notice_id
    assert bounced.member_id == town.member("ben").id
    assert bounced.permanent
    assert town.newest("ana").kind == "steward"
    assert town.kinds("ben") == ["ballot"], "a bounce is never answered"


def test_a_reaction_of_a_mail_program_is_a_reaction_and_no_post(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    post = town.newest("ben", "post")
    raw, to = town.reply("ben", post, "x", quote=False)
    head = raw.partition(b"\r\n\r\n")[0]
    fields = b"\r\n".join(x for x in head.split(b"\r\n") if not x.lower().startswith((b"content-", b"mime-")))
    body = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="r"\r\n\r\n--r\r\n'
        b'Content-Type: text/plain; charset="UTF-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.b64encode("👍\n\nBen reacted via Gmail\n".encode())
        + b'\r\n--r\r\nContent-Type: text/vnd.google.email-reaction+json; charset="UTF-8"\r\n\r\n'
        + '{"emoji": "👍", "version": 1}'.encode()
        + b"\r\n--r--\r\n"
    )
    town.sends("ben", fields + b"\r\n" + body, to)
    assert [entry.emoji for entry in town.entries(Reacted)] == ["👍"]
    assert len(town.entries(Posted)) == 1


# --- the way out ----------------------------------------------------------------------------------------------------


def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(town: Town) -> None:
    town.post_office.refusals["ben@example.net"] = (451, "4.3.0 come back later")
    opened(town)
    assert town.box("ben") == []
    with town.store.read() as tx:
        waiting = list(tx.outbox.list(state=NoticeState.QUEUED, limit=None))
    assert [stored.notice.address for stored in waiting] == ["ben@example.net"]
    del town.post_office.refusals["ben@example.net"]
    town.wait(hours=2)
    assert town.kinds("ben") == ["ballot"]


def test_a_permanent_refusal_fails_the_notice_and_nothing_else(town: Town) -> None:
    town.post_office.refusals["ben@example.net"] = (550, "5.1.1 no such mailbox")
    opened(town)
    town.wait(hours=1)
    assert town.box("ben") == []
    assert [stored.notice.address for stored in town.notices(NoticeState.FAILED)] == ["ben@example.net"]
    assert town.kinds("cleo")[:1] == ["ballot"]


def test_a_post_office_that_is_closed_loses_nothing(town: Town) -> None:
    town.post_office.is_open = False
    opened(town)
    town.wait(hours=2)
    assert town.post_office.letters == []
    town.post_office.is_open = True
    town.wait(hours=5)
    assert town.reached("ballot") == ["ana", "ben", "cleo"]


def test_every_letter_carries_what_a_good_list_mail_carries(found: Found) -> None:
    town = found()
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    message = town.newest("ben", "post").message
    assert message.author is not None
    assert message.author.address == f"acme@{DOMAIN}", "the From is DMARC-safe"
    assert "Ana Duarte" in message.author.name
    assert message.reply_to[0].address.startswith("acme+r.")
    assert DOMAIN in message.header("list-id")
    assert "mailto:" in message.header("list-unsubscribe")
    assert len(message.reply_to[0].address.partition("@")[0]) <= 64
