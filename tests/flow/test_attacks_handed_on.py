"""Attacks with genuine mail that was meant for somebody else: handed on, dressed anew, or sent where none belongs.

Mallory, or a member, has a mail that its author really wrote and signed. docs/security.md names all of these. Must not:
forge an author who never wrote (test_attacks.py does).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

import pytest

from gateway.model.address import Alias
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import AwayNoted, Bounced, MemberLeft, Posted
from gateway.model.member import Delivery
from gateway.model.round import Phase
from gateway.understand.mime import read_message
from tests.flow.mallory import FAILS, MALLORY, PASSES, came, counted
from tests.flow.test_mail_stories import bounce_of
from tests.flow.test_vote_stories import opened
from tests.flow.town import ANA, BEN, DOMAIN, Town, charter, full

SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=x; h=from:subject:date:message-id:to"
AT_HOME = "ben@example.net"


def on_top(field: str, raw: bytes) -> bytes:
    """Return a mail with a field above all others, where no signature knows of it."""
    return field.encode() + b"\r\n" + raw


def held(town: Town, who: str) -> bool:
    """Whether the last mail waits for its author, who was asked."""
    return town.arrivals()[0].state is ArrivalState.HELD and town.newest(who).kind == "confirm"


# --- written to others -----------------------------------------------------------------------------------------------


def test_a_proven_mail_that_was_written_to_somebody_else_acts_nowhere(guarded: Town) -> None:
    before, ballot = counted(guarded), guarded.newest("ben", "ballot")
    door = ballot.message.reply_to[0].address
    ours = f"<{ballot.message.message_id}>"
    for who, subject, text, to, fields in (
        ("cleo", "Re: dinner", "Yes", door, {}),
        ("cleo", "Re: lunch", "No", "acme", {"in_reply_to": ours}),
        ("ana", "Re: dinner", "Cancel", door, {}),
        ("ana", "Cleo", "remove cleo@example.net", "acme", {}),
        ("cleo", "Stop", "stop", "acme", {}),
        ("cleo", "Salaries", "Ben earns 5000 a month, keep this to yourself.", "acme", {}),
    ):
        came(guarded, guarded.mail(who, AT_HOME, subject, text, **fields), PASSES, to=to)
        assert held(guarded, who), (subject, guarded.last_reason)
    assert (counted(guarded), guarded.votes("V-1")) == (before, {})
    assert guarded.round("V-1").phase is Phase.OPEN


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: on_top(f"Cc: acme@{DOMAIN}", raw),
        lambda raw: on_top(f"Cc: acme@{DOMAIN}", on_top(SIGNED, raw)),
        lambda raw: on_top(f"To: acme@{DOMAIN}", raw),
        lambda raw: raw.replace(b"\r\nSubject", f"\r\nTo: acme@{DOMAIN}\r\nSubject".encode()),
        lambda raw: on_top(f"Resent-To: acme@{DOMAIN}", raw),
        lambda raw: on_top(f"Delivered-To: acme@{DOMAIN}", raw),
        lambda raw: on_top(f"X-Original-To: acme@{DOMAIN}", raw),
    ],
)
def test_no_field_that_was_added_makes_a_mail_ours(guarded: Town, change: Callable[[bytes], bytes]) -> None:
    raw = change(guarded.mail("cleo", AT_HOME, "Re: dinner", "Yes"))
    came(guarded, raw, PASSES, to=guarded.newest("ben", "ballot").message.reply_to[0].address)
    assert (guarded.votes("V-1"), guarded.arrivals()[0].state) == ({}, ArrivalState.HELD)


def test_a_to_that_no_signature_names_may_have_been_added(guarded: Town) -> None:
    bare = SIGNED.removesuffix(":to")
    for number, signatures in enumerate(((bare,), (SIGNED, bare))):  # whoever hands it on can add a worthless one
        raw = guarded.mail("cleo", "acme", f"Dinner {number}", "See you at eight, and tell nobody.")
        for one in signatures:
            raw = on_top(one, raw)
        came(guarded, raw, PASSES, to="acme")
        assert held(guarded, "cleo")
    assert guarded.entries(Posted) == []


def test_our_address_in_somebodys_name_makes_no_mail_ours(guarded: Town) -> None:
    for name in (f'"acme@{DOMAIN}, Ben"', f"=?utf-8?q?acme=40{DOMAIN.replace('.', '=2E')}=2C_Ben?="):
        raw = guarded.mail("cleo", AT_HOME, f"Re: {len(name)}", "Yes")
        raw = raw.replace(f"To: {AT_HOME}".encode(), f"To: {name} <{AT_HOME}>".encode())
        came(guarded, raw, PASSES, to=guarded.newest("ben", "ballot").message.reply_to[0].address)
        assert (guarded.votes("V-1"), guarded.arrivals()[0].state) == ({}, ArrivalState.HELD)


@pytest.mark.parametrize("door", ["acme+help", "acme+owner", "acme+join", "acme+leave", "acme+design", "acme"])
def test_a_proven_mail_acts_at_no_other_address_of_ours_than_it_was_written_to(guarded: Town, door: str) -> None:
    before, answers = counted(guarded), guarded.newest("ben", "ballot").message.reply_to[0].address
    for who, text in (("cleo", "Yes"), ("ana", "Cancel")):
        raw = guarded.mail(who, door, "About the tea", text)
        came(guarded, raw, PASSES, to=answers)
        assert held(guarded, who)
        assert "V-1" in guarded.newest(who).text, "the question says what it would answer"
        copied = on_top(f"Cc: {answers}", guarded.mail(who, door, "About the milk", text))
        came(guarded, on_top(f"{SIGNED}:references:in-reply-to", copied), PASSES, to=door)
        assert held(guarded, who)
    assert (counted(guarded), guarded.votes("V-1"), guarded.round("V-1").phase) == (before, {}, Phase.OPEN)


def test_a_letter_to_the_stewards_is_posted_to_nobody_by_who_hands_it_on(guarded: Town) -> None:
    came(guarded, guarded.mail("cleo", "acme+owner", "Salaries", "I earn 5000 a month."), PASSES, to="acme")
    assert guarded.last_reason == "helped", "the stewards have it, as its To says"
    assert guarded.entries(Posted) == []


def test_references_that_no_signature_names_may_have_been_added(guarded: Town) -> None:
    ours = f"<{guarded.newest('ben', 'ballot').message.message_id}>"
    for number, field in enumerate(("References", "In-Reply-To")):
        raw = guarded.mail("ana", "acme", f"About the tea {number}", "Cancel")
        came(guarded, on_top(f"{field}: {ours}", on_top(SIGNED, raw)), PASSES, to="acme")
        assert held(guarded, "ana")
    assert guarded.round("V-1").phase is Phase.OPEN


def test_mail_whose_signature_names_little_counts_where_it_came_from_its_authors_own_server(guarded: Town) -> None:
    microsoft = "DKIM-Signature: v=1; d=example.net; s=x; h=From:Date:Subject:Message-ID:Content-Type:MIME-Version"
    results = f"{PASSES}; spf=pass smtp.mailfrom=example.net; dkim=pass header.d=example.net"
    raw = guarded.mail("ben", "acme", "News", "There is something new for all of you.")
    came(guarded, on_top(microsoft, raw), results, to="acme")
    raw, to = guarded.reply("ana", guarded.newest("ana", "ballot"), "Cancel")
    came(guarded, on_top(microsoft, raw), results, to=to)
    assert len(guarded.entries(Posted)) == 1
    assert guarded.round("V-1").phase is Phase.CANCELLED


def test_who_sends_us_a_blind_copy_says_so_and_it_counts(guarded: Town) -> None:
    came(guarded, guarded.mail("cleo", AT_HOME, "News", "There is something new for all of you."), PASSES, to="acme")
    guarded.confirms("cleo", "oui")
    assert len(guarded.entries(Posted)) == 1


def test_mail_passed_on_by_arrangement_is_ours(guarded: Town) -> None:
    passed_on_from(guarded, Alias("team@example.com"), Alias("@old.example.org"))
    for number, to in enumerate(("team@example.com", "Acme <anything@OLD.example.org>"), 1):
        came(guarded, guarded.mail("cleo", to, f"News {number}", f"Something new, number {number}."), PASSES, to="acme")
        assert len(guarded.entries(Posted)) == number


def passed_on_from(town: Town, *aliases: Alias) -> None:
    """Have mail to these passed on to us by arrangement."""
    town.rules = replace(town.rules, aliases=frozenset(aliases))
    town.reopen()


def test_mail_to_an_alias_of_one_workspace_acts_in_no_other(guarded: Town) -> None:
    guarded.apply({**charter(ANA), "name": "Beta", "address": full("beta")})
    passed_on_from(guarded, Alias("team@example.com", "acme"), Alias("all@example.com"))
    for number, to in enumerate(("team@example.com", "all@example.com")):
        raw = guarded.mail("ana", to, f"News {number}", f"Something new for all of you, number {number}.")
        came(guarded, raw, PASSES, to="beta")
        assert held(guarded, "ana")
    came(guarded, guarded.mail("ana", "team@example.com", "News", "Something new for all."), PASSES, to="acme")
    assert [entry.subject for entry in guarded.entries(Posted)] == ["News"]


@pytest.mark.parametrize("other", ["acme-design", "acme-vote", "acme-leave"])
def test_the_address_of_a_workspace_is_no_door_of_one_whose_name_begins_it(guarded: Town, other: str) -> None:
    guarded.apply({**charter(ANA, BEN), "name": other, "address": full(other)})
    raw = guarded.mail("ben", "acme", "Garden party", "Who comes to the party on Friday?", cc=full(other))
    came(guarded, raw, PASSES, to="acme")
    assert [(entry.subject, entry.channel) for entry in guarded.entries(Posted)] == [("Garden party", None)]


def test_mail_to_one_workspace_handed_on_to_the_channel_of_another_waits_for_its_author(guarded: Town) -> None:
    guarded.apply({**charter(ANA, BEN), "name": "Design", "address": full("acme-design")})
    raw = guarded.mail("ben", "acme-design", "Salaries", "Secret words for the people of design only.")
    came(guarded, raw, PASSES, to="acme+design")
    assert held(guarded, "ben")


def test_mail_to_an_alias_is_no_answer_to_one_mail_of_ours(guarded: Town) -> None:
    passed_on_from(guarded, Alias("team@example.com"))
    door = guarded.newest("ben", "ballot").message.reply_to[0].address
    came(guarded, guarded.mail("cleo", "team@example.com", "Re: lunch", "Yes"), PASSES, to=door)
    assert held(guarded, "cleo")
    assert guarded.votes("V-1") == {}


def test_a_signed_copy_counts(guarded: Town) -> None:
    raw = guarded.mail("ben", "client@example.com", "News", "Something new for all of you.", cc=full("acme"))
    came(guarded, on_top(f"{SIGNED}:cc", raw), PASSES, to="acme")
    assert len(guarded.entries(Posted)) == 1


@pytest.mark.parametrize("is_dressed", [False, True])
@pytest.mark.parametrize("is_to_our_door", [False, True])
def test_an_answer_that_went_to_somebody_else_alone_waits_for_its_author_wherever_it_is_handed_on(
    guarded: Town, is_to_our_door: bool, is_dressed: bool
) -> None:
    """Its References carry his own token: what he wrote between the two of them is neither posted nor counted."""
    ballot = guarded.newest("ben", "ballot")
    raw, _ = guarded.reply("ben", ballot, "No. Do not tell Ana!", to="client@example.com")
    raw = on_top(f"Cc: {full('acme')}", on_top(SIGNED, raw)) if is_dressed else raw  # what no signature names
    came(guarded, raw, PASSES, to=ballot.message.reply_to[0].address if is_to_our_door else "acme")
    assert held(guarded, "ben")
    guarded.writes("ana", "acme", "Salaries", "Who should earn more?")
    posts = len(guarded.entries(Posted))
    raw, _ = guarded.reply("ben", guarded.newest("ben", "post"), "Between us two: not Cleo.", to=ANA.address)
    came(guarded, raw, PASSES, to="acme")
    assert held(guarded, "ben")
    assert (guarded.votes("V-1"), len(guarded.entries(Posted))) == ({}, posts)
    guarded.confirms("ben")
    assert len(guarded.entries(Posted)) == posts + 1


def _by_server(raw: bytes, letters: str) -> bytes:
    """Return a mail with the signature of its author's server."""
    return on_top(f"DKIM-Signature: v=1; d=example.net; s=x; h=from:to:subject:date; bh=x; b={letters * 20}==", raw)


@pytest.mark.parametrize("dress", ["another id", "no id", "other letters", "others on top", "folded"])
def test_a_signed_ballot_sent_again_under_another_message_id_is_the_same_ballot(guarded: Town, dress: str) -> None:
    """Few servers sign Message-ID (RFC 6376 §5.4.1), and a signature can be written in several ways."""
    ballot = guarded.newest("ben", "ballot")
    first, to = guarded.reply("ben", ballot, "Yes")
    came(guarded, _by_server(first, "Yes/"), PASSES, to=to)
    guarded.wait(hours=1)
    second, to = guarded.reply("ben", ballot, "No")
    came(guarded, _by_server(second, "No/+"), PASSES, to=to)
    assert guarded.votes("V-1") == {"ben": Pick("No")}
    guarded.wait(hours=1)
    name = b"Message-ID: <" + read_message(first).message_id.encode() + b">"
    assert name in first
    again = first.replace(name, b"X-Was: none" if dress == "no id" else b"Message-ID: <another@evil.example>")
    again = _by_server(again, "Yes0" if dress == "other letters" else "Yes/")
    if dress == "others on top":
        again = b"".join(_by_server(b"", f"{number:04}").rstrip() + b"\r\n" for number in range(30)) + again
    if dress == "folded":
        again = again.replace(b"; s=x; h=from:to:", b";\r\n\ts=x;\r\n h=from :to:")
    came(guarded, again, PASSES, to=to)
    assert (guarded.votes("V-1"), guarded.last_reason) == ({"ben": Pick("No")}, "duplicate")


def test_the_same_words_signed_once_more_are_another_mail(guarded: Town) -> None:
    for text, stands in (("Yes", "Yes"), ("No", "No"), ("Yes", "Yes")):
        raw, to = guarded.reply("ben", guarded.newest("ben", "ballot"), text)
        came(guarded, _by_server(raw, "Yes/"), PASSES, to=to)
        assert guarded.votes("V-1") == {"ben": Pick(stands)}
        guarded.wait(hours=1)


# --- one field that leaves -------------------------------------------------------------------------------------------


def test_one_unsigned_field_makes_nobody_leave(guarded: Town) -> None:
    pressed = "X-Apple-Unsubscribe: true"
    letter = guarded.newest("ben", "ballot")
    stolen, door = guarded.reply("ben", letter, "x", x_apple_unsubscribe="true")
    came(guarded, stolen, FAILS, to=door)
    assert guarded.last_reason == "not-authentic"
    came(guarded, on_top(pressed, guarded.mail("ben", "cleo@example.net", "Dinner", "At eight?")), PASSES, to="acme")
    came(guarded, on_top(pressed, guarded.mail("ben", "acme", "Dinner", "At nine?")), PASSES, to="acme")
    assert guarded.entries(MemberLeft) == []
    assert not guarded.member("ben").settings.paused
    assert set(guarded.kinds("ben")) == {"ballot", "confirm"}


def test_a_pressed_button_stops_what_a_click_would_and_says_so(town: Town) -> None:
    town.writes("ana", "acme+design", "Logo", "What do you think about the new logo of ours, everyone?")
    answered, _ = town.reply("ben", town.newest("ben", "post"), "", quote=False, x_apple_unsubscribe="true")
    asked = unquote(town.newest("cleo", "post").message.header("list-unsubscribe").split("subject=")[1].rstrip(">"))
    anew = town.mail("cleo", "acme+leave", asked, "", x_apple_unsubscribe="true")  # as List-Unsubscribe asks for it
    for who, raw in (("ben", answered), ("cleo", anew)):
        town.sends(who, raw, "acme+leave")
        assert town.member(who).settings.channels == {"design": Delivery.NONE}
        assert town.newest(who).kind == "receipt"
    assert town.entries(MemberLeft) == []


# --- who is made to write --------------------------------------------------------------------------------------------


def test_no_answer_goes_to_a_stranger_whose_authentication_failed(guarded: Town) -> None:
    fails = "dmarc=fail (p=reject) header.from=bank.example; spf=fail smtp.mailfrom=bank.example"
    victim = "v@bank.example"
    for door in ("acme+join", "acme+help", "acme", "acme+owner", "acme+leave", "acme+request"):
        came(guarded, guarded.mail(f"Victim <{victim}>", door, "hi", "help"), fails, to=door, sender=victim)
    assert guarded.kinds(victim) == []


def test_a_member_whose_authentication_failed_is_asked_once_a_day(guarded: Town) -> None:
    for number in range(4):
        came(guarded, guarded.mail("ben", "acme", f"News {number}", f"Something new, {number}."), FAILS, to="acme")
        assert guarded.arrivals()[0].state is ArrivalState.HELD
    assert guarded.kinds("ben").count("confirm") == 1
    assert guarded.kinds("ana").count("steward") == 1
    guarded.answers("ana", guarded.newest("ana", "steward"), "accept")
    guarded.confirms("ana")
    assert len(guarded.entries(Posted)) == 1
    guarded.wait(days=1, hours=1)
    came(guarded, guarded.mail("ben", "acme", "News", "Something new the day after."), FAILS, to="acme")
    assert guarded.kinds("ben").count("confirm") == 2


# --- return addresses ------------------------------------------------------------------------------------------------


def test_a_return_address_expires(town: Town) -> None:
    for number in range(3):
        town.writes("ana", "acme", f"News {number}", f"Something new for everybody to read here, {number}.")
    letters = town.box("ben", "post")
    town.wait(days=300)
    for letter in letters:
        raw = bounce_of(letter.raw, "ben@example.net", letter.envelope_from)
        town.sends("m@example.com", raw, letter.envelope_from, sender="")
        town.sends("m@example.com", raw, "acme", sender="")  # what it returns names the notice too
    assert {entry.member_id for entry in town.entries(Bounced)} == {None}
    assert not town.member("ben").suspended


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Your message was received", "Thank you for contacting Moor Ltd. Ticket 1234 has been opened."),
        ("Re: [acme V-1] Close the office in August", "Hello, nobody reads this at the moment. Regards, Ben"),
    ],
)
def test_what_comes_to_a_return_address_is_never_posted_or_answered(town: Town, subject: str, text: str) -> None:
    opened(town)
    letter, before = town.newest("ben", "ballot"), counted(town)
    sent = len(town.post_office.letters)
    for fields in ({}, {"in_reply_to": f"<{letter.message.message_id}>"}):
        for who in ("ben", "Zed <zed@example.com>"):
            town.sends(who, town.mail(who, letter.envelope_from, subject, text, **fields), letter.envelope_from)
            assert (town.last_reason, town.arrivals()[0].detail.split(";")[0]) == ("machine", "return address")
    assert counted(town) == before
    assert len(town.post_office.letters) == sent


def test_a_vote_that_a_program_sent_to_the_return_address_counts_in_silence(town: Town) -> None:
    mark = opened(town)
    letter, sent = town.newest("ben", "ballot"), len(town.post_office.letters)
    raw, _ = town.reply("ben", letter, "Yes", to=letter.envelope_from)
    town.sends("ben", raw, letter.envelope_from)
    assert town.votes(mark) == {"ben": Pick("Yes")}
    raw, _ = town.reply("cleo", letter, "No", to=letter.envelope_from)  # Ben's token
    town.sends("cleo", raw, letter.envelope_from)
    town.sends(MALLORY, raw.replace(b"cleo@example.net", b"ben@example.net"), "acme+b.made.up", sender=MALLORY)
    assert set(town.votes(mark)) == {"ben"}
    assert town.entries(AwayNoted) == []
    assert len(town.post_office.letters) == sent


# --- in the subject alone --------------------------------------------------------------------------------------------


def test_a_request_about_people_in_the_subject_is_published_to_nobody(town: Town) -> None:
    for text in ("please", "Bitte, und danke im Voraus!\nAna", "She left the company last week."):
        town.writes("ana", "acme", "remove cleo@example.net", text)
        assert held(town, "ana")
    town.writes("ben", "acme", "Remove cleo@example.net", "please")
    assert town.newest("ben").kind == "decline"
    assert town.entries(Posted) == []
    assert town.kinds("cleo") == []


def test_a_governing_line_that_names_its_vote_is_read_and_published_to_nobody(town: Town) -> None:
    mark = opened(town)
    for subject, text in (
        (f"Cancel {mark}", "please"),
        ("", f"cancel {mark}"),
        (f"bitte {mark} absagen", "danke"),
        (f"[acme {mark}]", "close it now please"),
        (f"About {mark}", "Cancel."),
        (mark, "please cancel"),
    ):
        town.writes("ana", "acme", subject, text)
        assert held(town, "ana")
    town.writes("ben", "acme", mark, "cancel")
    assert town.newest("ben").kind == "decline"
    town.confirms("ana")
    assert town.round(mark).phase is Phase.CANCELLED
    town.writes("ben", "acme", "cancel V-99", "please")
    assert town.newest("ben").kind == "decline"
    assert town.entries(Posted) == []
    town.writes("ben", "acme", "News", f"We had to cancel {mark}, sorry.")
    assert len(town.entries(Posted)) == 1
