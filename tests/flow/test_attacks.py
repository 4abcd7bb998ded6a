"""Attacks by mail, each told as its sender would try it; nothing of it counts. docs/security.md names them all.

Mallory has an address of her own, knows all others, has mails of ours that somebody passed on, and writes any bytes.
She has no mailbox but her own. Must not: hold what belongs to the doors (test_attacks_wire.py in tests/wire).
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import (
    AddressAdded,
    Answered,
    Cancelled,
    MemberAdded,
    Posted,
    RoundOpened,
    TaskChanged,
)
from gateway.pipeline.flow import Rules
from tests.flow.mallory import (
    AR,
    FAILS,
    MALLORY,
    PASSES,
    RECEIVED,
    SERVER,
    came,
    counted,
    header,
)
from tests.flow.test_vote_stories import opened
from tests.flow.town import ANA, BEN, CHECK_IN, CLEO, DOMAIN, Town

Found = Callable[..., Town]

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
