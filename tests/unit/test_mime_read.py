"""What a mail says of itself, whatever its program got wrong."""

from __future__ import annotations

import email
import email.utils
from datetime import timedelta

import pytest

from gateway.model.message import Mailbox, Unreadable
from gateway.understand.mime import read_message, unreadable_reason

HEAD = b"From: Ana Lima <ana@Example.ORG>\nTo: team@ws.example\nSubject: plan\nMessage-ID: <a1@x>\n"


def mail(body: bytes, fields: bytes = b"") -> bytes:
    return HEAD + fields + b"\n" + body


def parts(*bodies: bytes, kind: bytes = b"mixed") -> bytes:
    opened = b"".join(b"--b\n" + body + b"\n" for body in bodies)
    return HEAD + b"Content-Type: multipart/" + kind + b'; boundary="b"\n\n' + opened + b"--b--\n"


def test_names_and_subjects_are_decoded_in_whatever_charset_they_name() -> None:
    message = read_message(
        b"From: =?iso-8859-1?Q?Jos=E9_?= =?iso-8859-1?Q?Caf=E9?= <Jose@Ex.ES>\n"
        b'To: "Lima, Ana" <ana@x.org>, bob@y.org\nSubject: =?utf-8?B?w6nDqQ==?=\n =?utf-8?q?_fin?=\n\nx'
    )
    assert message.author == Mailbox("Jose@ex.es", "José Café")
    assert message.to == (Mailbox("ana@x.org", "Lima, Ana"), Mailbox("bob@y.org"))
    assert message.subject == "éé fin"


def test_a_character_cut_in_two_by_neighbouring_encoded_words_is_whole_again() -> None:
    assert read_message(b"Subject: =?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=\n\nx").subject == "café"


def test_eight_bit_headers_are_read_as_utf_8_or_windows_1252() -> None:
    assert read_message("Subject: café\n\nx".encode()).subject == "café"
    assert read_message("Subject: café\n\nx".encode("cp1252")).subject == "café"


def test_a_name_in_broken_base64_costs_neither_the_mail_nor_the_address() -> None:
    broken = "From: =?UTF-8?B?0JrQuNGA0þjQuSC7L4jRhCw?= <eve@example.org>\r\n\r\nHello\r\n".encode()
    message = read_message(broken)
    assert message.author is not None
    assert message.author.address == "eve@example.org"
    assert message.text == "Hello\n"


@pytest.mark.parametrize(
    "value",
    [
        b"text/plain; charset=utf-8",
        b'TEXT/Plain; Charset="UTF-8"; format=flowed; DelSp=yes',
        b'multipart/mixed; boundary="----=_Part;a=b_1.2"',
        b"text/plain; charset=utf-8;",
        b"text/plain;\r\n\tcharset=us-ascii;\r\n name*=utf-8''%C3%A9.txt",
        b"text/plain; name*0=one; name*1=two",
        b'text/plain; name="a \\"quoted\\" name.txt"; charset=\'latin-1\'',
        b"text/plain; charset=",
        b"text/plain; =x; charset=utf-8",
        b"text; charset=utf-8",
        b"text/plain charset=utf-8",
        b"a/b/c; charset=utf-8",
        b"text/plain; charset=utf-8 (really)",
        b"",
        b"text/plain" + b" " * 4_000 + b"; charset=utf-8",
    ],
)
def test_the_short_way_to_a_media_type_finds_what_the_parser_finds(value: bytes) -> None:
    raw = b"Content-Type: " + value + b"\r\n\r\nbody\r\n"
    told = email.message_from_bytes(raw)
    message = read_message(raw)
    wanted = [(name.lower(), email.utils.collapse_rfc2231_value(text)) for name, text in (told.get_params() or [])[1:]]
    assert message.media_type == told.get_content_type()
    assert list(message.media_parameters) == wanted


def test_ids_are_without_brackets_and_references_oldest_first() -> None:
    message = read_message(mail(b"x", b"In-Reply-To: <b@x> (Ana's mail)\nReferences: <a@x>\n <b@x> <b@x>\n"))
    assert (message.message_id, message.in_reply_to, message.references) == ("a1@x", ("b@x",), ("a@x", "b@x"))


def test_a_mail_without_from_date_or_message_id_is_still_a_mail() -> None:
    message = read_message(b"Subject: hm\n\nhello")
    assert (message.author, message.date, message.message_id, message.text) == (None, None, "", "hello")


def test_the_first_of_doubled_fields_counts_and_all_are_kept() -> None:
    message = read_message(b"Subject: one\nSubject: two\nFrom: a@x.org\nFrom: b@x.org\n\nx")
    assert message.subject == "one"
    assert message.author == Mailbox("a@x.org")
    assert message.header_all("Subject") == ("one", "two")


@pytest.mark.parametrize(
    "written",
    ["Mon, 45 Foo 2026 99:99", "Thu, 01 Jan 1970 00:00:00 +0000", "Mon, 1 Jan 2240 10:00:00 +0000", "1 1 1 1", ""],
)
def test_an_absurd_date_is_no_date(written: str) -> None:
    assert read_message(f"Date: {written}\nSubject: x\n\nx".encode()).date is None


def test_a_date_is_aware_even_where_the_mail_hides_its_zone() -> None:
    date = read_message(b"Date: Tue, 10 Mar 2026 08:00:00 -0000\n\nx").date
    assert date is not None
    assert date.utcoffset() == timedelta(0)


def test_a_line_that_lost_its_folding_does_not_lose_the_fields_below_it() -> None:
    message = read_message(b"From: a@x.org\nSubject: a long\nsubject line\nTo: b@x.org\nMessage-ID: <q@x>\n\nbody")
    assert message.subject == "a long subject line"
    assert message.to == (Mailbox("b@x.org"),)
    assert message.text == "body"


@pytest.mark.parametrize(
    ("charset", "content"),
    [
        ("utf-8", "Größe – ok".encode("cp1252")),
        ("us-ascii", "Größe – ok".encode()),
        ("iso-8859-1", "Größe – ok".encode()),
        ("iso-8859-1", "Größe – ok".encode("cp1252")),
        ("no-such-charset", "Größe – ok".encode()),
        ("x-unknown", "Größe – ok".encode("cp1252")),
        ("utf-8", "\ufeffGröße – ok".encode()),
    ],
)
def test_a_charset_that_lies_is_seen_through(charset: str, content: bytes) -> None:
    message = read_message(mail(content, f"Content-Type: text/plain; charset={charset}\n".encode()))
    assert message.text == "Größe – ok"


def test_marks_nobody_sees_are_taken_out_and_spaces_are_plain() -> None:
    body = "12\u00a0400\u202fEUR \u200bok\u2060 \u202aab\u202c \U0001f469\u200d\U0001f4bb".encode()
    text = read_message(mail(body, b"Content-Type: text/plain; charset=utf-8\n")).text
    assert text == "12 400 EUR ok ab \U0001f469\u200d\U0001f4bb"


def test_quoted_printable_without_its_label_is_undone() -> None:
    text = read_message(mail(b"Gr=C3=B6=C3=9Fe and a =\nlong line\n")).text
    assert text == "Größe and a long line\n"


def test_an_equals_sign_is_not_quoted_printable() -> None:
    assert read_message(mail(b"a=1\nb=20\n")).text == "a=1\nb=20\n"


def test_flowed_lines_are_joined_but_neither_quotes_nor_signatures_with_them() -> None:
    body = b"> quoted \n> more\none \ntwo\n\n-- \nAna \nLima\n From the start\n"
    text = read_message(mail(body, b"Content-Type: text/plain; format=flowed\n")).text
    assert text == "> quoted more\none two\n\n-- \nAna Lima\nFrom the start\n"


def test_carriage_returns_alone_end_lines_too() -> None:
    message = read_message(b"From: a@x.org\rSubject: s\r\rone\rtwo\r")
    assert (message.subject, message.text) == ("s", "one\ntwo\n")


def test_an_alternative_gives_one_text_of_each_type() -> None:
    message = read_message(
        parts(b"Content-Type: text/plain\n\nplain", b"Content-Type: text/html\n\n<b>rich</b>", kind=b"alternative")
    )
    assert (message.text, message.html) == ("plain", "<b>rich</b>")


def test_texts_side_by_side_are_joined_and_attachments_kept_apart() -> None:
    message = read_message(
        parts(
            b"Content-Type: text/plain\n\nabove",
            b'Content-Type: text/plain; name="notes.txt"\nContent-Disposition: attachment\n\nsome file',
            b"Content-Type: text/plain\n\nfooter",
        )
    )
    assert message.text == "above\nfooter"
    attached = [part for part in message.parts if part.is_attachment]
    assert [(part.filename, part.content) for part in attached] == [("notes.txt", b"some file")]


def test_every_leaf_is_kept_with_its_decoded_bytes_and_parameters() -> None:
    message = read_message(
        parts(
            b"Content-Type: application/octet-stream; name*=utf-8''caf%C3%A9.bin\n"
            b"Content-Transfer-Encoding: base64\n\nAAEC\n",
            b"Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR",
            b"Content-Type: message/rfc822\n\nSubject: inner\n\nhello",
            b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n",
        )
    )
    by_type = {part.media_type: part for part in message.parts}
    assert by_type["application/octet-stream"].content == b"\x00\x01\x02"
    assert by_type["application/octet-stream"].filename == "café.bin"
    assert ("method", "REPLY") in by_type["text/calendar"].parameters
    assert read_message(by_type["message/rfc822"].content).subject == "inner"
    assert b"Action: failed" in by_type["message/delivery-status"].content
    assert message.text == ""


def test_a_multipart_whose_delimiter_never_comes_is_read_as_text() -> None:
    assert read_message(HEAD + b"Content-Type: multipart/mixed; boundary=zz\n\nhello\n").text == "hello\n"
    assert read_message(HEAD + b"Content-Type: multipart/mixed\n\nhello\n").text == "hello\n"


def test_nul_bytes_break_neither_fields_nor_text() -> None:
    message = read_message(b'Subject: a\x00b\nContent-Type: text/plain; charset="u\x00tf-8"\n\nhe\x00llo')
    assert (message.subject, message.text) == ("ab", "hello")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (mail(b"-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n"), "encrypted"),
        (parts(b"Content-Type: application/pgp-encrypted\n\nVersion: 1", kind=b"encrypted"), "encrypted"),
        (mail(b"MIAG", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n"), "encrypted"),
        (mail(b"MIAG", b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n"), "opaque-signature"),
        (parts(b"Content-Type: application/ms-tnef; name=winmail.dat\n\nx"), "winmail"),
        (parts(b"Content-Type: application/pdf; name=scan.pdf\n\nx"), "attachment-alone"),
        (mail(b" \n\n"), "empty"),
        (mail(b"<html><body><br></body></html>", b"Content-Type: text/html\n"), "empty"),
        (mail(b"yes"), None),
        (mail(b"<p>yes</p>", b"Content-Type: text/html\n"), None),
    ],
)
def test_what_cannot_be_read_is_named(raw: bytes, reason: str | None) -> None:
    message = read_message(raw)
    assert unreadable_reason(message) == reason


def test_nothing_at_all_is_unreadable() -> None:
    with pytest.raises(Unreadable) as caught:
        read_message(b" \r\n")
    assert caught.value.reason == "empty"


@pytest.mark.parametrize(
    ("fields", "contradicts", "others"),
    [
        ("", False, ()),
        ("Message-ID: <1@a>\r\nReceived: by x\r\nReceived: by y\r\n", False, ()),
        ("Message-ID: <2@a>\r\n", True, ("1@a",)),
        ("Message-ID: <2@a> <3@a>\r\n", True, ("3@a", "1@a")),
        ("Subject: Other\r\n", True, ()),
        ("SUBJECT:  Hello\r\n", False, ()),
        ("Date: Mon, 01 Jun 2026 09:00:00 +0200\r\n", True, ()),
        ("References: <9@a>\r\nReferences: <8@a>\r\n", True, ()),
        ("X: a\rSubject: Other\r\n", True, ()),
    ],
)
def test_of_single_fields_that_stand_twice_a_mail_tells(
    fields: str, contradicts: bool, others: tuple[str, ...]
) -> None:
    usual = "From: a@b\r\nMessage-ID: <1@a>\r\nSubject: Hello\r\nDate: Mon, 01 Jun 2026 08:00:00 +0200\r\n\r\nYes\r\n"
    message = read_message((fields + usual).encode())
    assert (message.contradicts_itself, message.other_ids) == (contradicts, others)
