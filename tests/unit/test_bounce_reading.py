"""Whom a report says was not reached, for good or not, and which mail of ours came back."""

from __future__ import annotations

import json

import pytest

from gateway.model.message import Mailbox, Message, Part
from gateway.model.nature import Bounce, Nature, Written
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.mime import read_message

LEXICON = load_lexicon()
DAEMON = Mailbox("mailer-daemon@mx.example")


def report(status: str, returned: bytes = b"") -> Written:
    parts = [Part("message/delivery-status", None, status.encode())]
    parts += [Part("message/rfc822", None, returned)] if returned else []
    return written_by(Message("", DAEMON, "x", None, parts=tuple(parts), media_type="multipart/report"), LEXICON)


def notice(
    text: str, subject: str = "Undelivered mail", author: str = DAEMON.address, to: str = "acme@x.example"
) -> Bounce:
    head = f"From: {author}\r\nTo: {to}\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    written = written_by(read_message(head.encode() + text.encode()), LEXICON)
    assert written.bounce is not None, written
    return written.bounce


def _bounce(written: Written) -> Bounce:
    assert written.bounce is not None
    return written.bounce


# --- RFC 3464 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "status", "nature", "permanent"),
    [
        ("failed", "5.1.1", Nature.BOUNCE, True),
        ("failed", "4.4.7", Nature.BOUNCE, False),
        ("Failed (really)", "5.0.0", Nature.BOUNCE, True),
        ("error", "5.0.0", Nature.BOUNCE, True),
        ("delayed", "4.4.1", Nature.DELAY, False),
        ("relayed", "2.0.0", Nature.DSN_SUCCESS, False),
        ("expanded", "2.0.0", Nature.DSN_SUCCESS, False),
        ("", "4.2.2", Nature.DELAY, False),
        ("", "5.2.2", Nature.BOUNCE, True),
    ],
)
def test_the_action_says_what_a_report_is(action: str, status: str, nature: Nature, permanent: bool) -> None:
    fields = f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: {status}\n"
    written = report(fields)
    assert (written.nature, _bounce(written).permanent) == (nature, permanent)
    assert _bounce(written).recipients == ("a@b.example",)


def test_of_several_recipients_the_failed_ones_count() -> None:
    fields = (
        "Reporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; late@b.example\nAction: delayed\nStatus: 4.0.0\n\n"
        "Final-Recipient: rfc822; gone@b.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; GONE@b.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; lost@b.example\nAction: failed\nStatus: 5.1.1\n"
    )
    assert _bounce(report(fields)).recipients == ("gone@b.example", "lost@b.example")


def test_the_address_we_wrote_to_comes_before_the_one_it_was_turned_into() -> None:
    fields = (
        "Reporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; x1@inner.example\nOriginal-Recipient: rfc822;club@b.example\nAction: failed\n"
    )
    assert _bounce(report(fields)).recipients == ("club@b.example",)


@pytest.mark.parametrize(
    "field",
    ["rfc822; a@b.example", "RFC822;<a@b.example>", "<a@b.example>", "a@b.example", "rfc822; smtp:a@b.example"],
)
def test_a_recipient_is_read_however_its_field_is_written(field: str) -> None:
    assert _bounce(report(f"X: y\n\nFinal-Recipient: {field}\nAction: failed\n")).recipients == ("a@b.example",)


def test_folded_fields_and_windows_lines_are_read() -> None:
    fields = "X: y\r\n\r\nFinal-Recipient: rfc822;\r\n a@b.example\r\nAction: failed\r\n"
    fields += "Diagnostic-Code: smtp; 550\r\n no\r\n"
    assert _bounce(report(fields)).recipients == ("a@b.example",)
    assert _bounce(report(fields)).diagnostic == "550 no"


def test_what_came_back_is_named_by_its_ids_and_addresses() -> None:
    returned = (
        b"Return-Path: <acme+b.tok@ws.example.org>\r\nReply-To: acme+r.tok@ws.example.org\r\n"
        b"From: Acme <acme@ws.example.org>\r\nMessage-ID: <own@ws.example.org>\r\n"
        b"References: <old@ws.example.org>\r\n <older@ws.example.org>\r\n\r\nMessage-ID: <in-the-text@x.example>\r\n"
    )
    found = _bounce(report("X: y\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\n", returned))
    assert found.returned_ids == ("own@ws.example.org", "old@ws.example.org", "older@ws.example.org")
    assert found.returned_tokens == ("acme+b.tok@ws.example.org", "acme+r.tok@ws.example.org", "acme@ws.example.org")


def test_a_report_whose_boundary_is_broken_is_read_from_its_text() -> None:
    text = "--b9\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n" + (
        "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b9--\r\n"
    )
    found = notice(text)
    assert (found.recipients, found.status) == (("a@b.example",), "5.1.1")


def test_an_address_with_its_middle_left_out_is_none() -> None:
    fields = "X: y\n\nFinal-Recipient: rfc822;someone...@b.example\nAction: failed\n"
    assert _bounce(report(fields)).recipients == ()


# --- free words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The following failed:\n\n  bob@far.example\n    550 no such mailbox\n",
        "<bob@far.example>:\nSorry, nobody here by that name.\n",
        " * bob@far.example\n\nfor help ask support@mx.example\n",
        "bob@far.example: 550 5.1.1 unknown\n",
        "550 <bob@far.example>... User unknown\n",
        ">>> RCPT To:<bob@far.example>\n<<< 550 no\n",
        "It could not be delivered to <bob@far.example>, says mx.far.example.\n",
        "Unknown user: bob@far.example\n",
        "L'envoi au destinataire bob@far.example n'a pas abouti ; voir abuse@mx.example\n",
        "Zustellung an bob@far.example nicht möglich; Rückfragen an postmaster@mx.example\n",
        "No se pudo entregar a bob@far.example.\n",
        "Non è stato possibile consegnare a bob@far.example\n",
        "Não foi possível entregar para bob@far.example\n",
        "Het bericht kon niet worden bezorgd bij bob@far.example.\n",
        "К сожалению, письмо не доставлено.\n\n  bob@far.example\n",
        "宛先: bob@far.example\n",
    ],
)
def test_a_recipient_is_found_in_free_words(text: str) -> None:
    assert notice(text).recipients == ("bob@far.example",)


def test_the_one_address_the_returned_mail_went_to_is_the_recipient() -> None:
    text = (
        "It did not work out.\n\nReceived: from a by b\nFrom: acme@x.example\nTo: bob@far.example\n"
        "Message-ID: <own@ws.example.org>\n\nhello\n"
    )
    assert (notice(text).recipients, notice(text).returned_ids) == (("bob@far.example",), ("own@ws.example.org",))


def test_the_sender_of_the_returned_mail_is_no_recipient() -> None:
    text = "acme@x.example\nbob@far.example\n\nReceived: by b\nFrom: acme@x.example\nSubject: hi\n\nhello\n"
    assert notice(text).recipients == ("bob@far.example",)


def test_who_writes_to_themselves_is_their_own_recipient() -> None:
    assert notice("<acme@x.example>:\ndisk full\n").recipients == ("acme@x.example",)


def test_an_address_within_a_sentence_heads_its_line_by_chance() -> None:
    text = "Message not delivered. If in doubt, please be so kind as to ask\nhotline@mx.example who knows more.\n"
    assert notice(f"{text}\nbob@far.example: gone\n").recipients == ("bob@far.example",)


def test_a_warning_is_a_delay() -> None:
    head = b"From: mailer-daemon@mx.example\r\nSubject: Warning: message delayed 24 hours\r\n\r\n"
    written = written_by(read_message(head + b"\n  bob@far.example\n\nWe will keep trying.\n"), LEXICON)
    assert (written.nature, _bounce(written).permanent) == (Nature.DELAY, False)


def test_a_notice_that_names_nobody_is_a_bounce_of_nobody() -> None:
    assert notice("Something went wrong.").recipients == ()


def test_a_failure_of_the_library_is_not_ours() -> None:
    assert (
        notice("\n".join(f"line {n} @ \udcff ÿ".encode("utf-8", "replace").decode() for n in range(50))).recipients
        == ()
    )


# --- other forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "nature"), [("abuse", Nature.COMPLAINT), ("auth-failure", Nature.BULK), ("not-spam", Nature.BULK)]
)
def test_only_a_complaint_of_a_recipient_is_one(kind: str, nature: Nature) -> None:
    fields = f"Feedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: a@b.example\n"
    parts = (Part("message/feedback-report", None, fields.encode()),)
    message = Message("", Mailbox("fbl@b.example"), "x", None, parts=parts, media_type="multipart/report")
    assert written_by(message, LEXICON).nature is nature


@pytest.mark.parametrize(
    ("kind", "of", "nature", "permanent"),
    [
        ("Permanent", "Bounce", Nature.BOUNCE, True),
        ("Transient", "Bounce", Nature.BOUNCE, False),
        ("", "Complaint", Nature.COMPLAINT, False),
        ("", "Delivery", Nature.DSN_SUCCESS, False),
    ],
)
def test_a_notification_in_json_is_read(kind: str, of: str, nature: Nature, permanent: bool) -> None:
    said = {
        "notificationType": of,
        "bounce": {"bounceType": kind, "bouncedRecipients": [{"emailAddress": "a@b.example"}]},
        "complaint": {"complainedRecipients": [{"emailAddress": "a@b.example"}]},
        "delivery": {"recipients": ["a@b.example"]},
        "mail": {"commonHeaders": {"messageId": "<own@ws.example.org>"}},
    }
    message = Message("", Mailbox("no-reply@sns.example"), "Notification", None, text=json.dumps(said) + "\n--\nstop")
    written = written_by(message, LEXICON)
    assert (written.nature, _bounce(written).permanent) == (nature, permanent)
    assert _bounce(written).recipients == ("a@b.example",)
    assert _bounce(written).returned_ids == ("own@ws.example.org",)


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"notificationType": 3}', '{"notificationType": "Bounce", "bounce": 1}']
)
def test_broken_json_is_no_fault(text: str) -> None:
    message = Message("", Mailbox("no-reply@sns.example"), "x", None, text=text)
    assert written_by(message, LEXICON).nature in (Nature.PERSON, Nature.BOUNCE)
