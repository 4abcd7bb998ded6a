"""People are never taken for machines; machines are told by what only they do."""

from __future__ import annotations

import pytest

from gateway.model.message import Message
from gateway.model.nature import Nature, Written
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.mime import read_message

LEXICON = load_lexicon()


def mail(*fields: str, text: str = "Yes, Lisbon.", author: str = "Ana Lima <ana@town.example>") -> Message:
    head = "\r\n".join((f"From: {author}", "To: acme@ws.example.org", "Message-ID: <m1@town.example>", *fields))
    kind = "" if "Content-Type" in head else "\r\nContent-Type: text/plain; charset=utf-8"
    return read_message(f"{head}{kind}\r\n\r\n{text}\r\n".encode())


def told(*fields: str, text: str = "Yes, Lisbon.", author: str = "Ana Lima <ana@town.example>") -> Written:
    return written_by(mail(*fields, text=text, author=author), LEXICON)


# --- people --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        ("Subject: hello",),
        ("Subject: hello", "Auto-Submitted: no"),
        ("Subject: hello", "X-Auto-Response-Suppress: All"),
        ("Subject: hello", "Precedence: bulk"),
        ("Subject: hello", "Precedence: list", "List-Id: <dev.town.example>", "List-Unsubscribe: <mailto:x@y.example>"),
        ("Subject: hello", "Feedback-ID: 1:2:3", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
        ("Subject: Re: Automatic reply: your vote", "In-Reply-To: <a@b.example>"),
        ("Subject: AW: Automatische Antwort: Abstimmung", "In-Reply-To: <a@b.example>"),
        ("Subject: Out of office next week",),
        ("Subject: Out of office: 3 to 14 August",),
        ("Subject: Vacation: who stands in for me?", "In-Reply-To: <a@b.example>"),
        ("Subject: Vacation", "Precedence: bulk", "List-Post: <mailto:dev@town.example>"),
        ("Subject: Vacation", "Precedence: bulk", "Sender: owner-dev@town.example"),
        ("Subject: Urlaub",),
        ("Subject: Re: Lisbon", "In-Reply-To: <a@b.example>", "Precedence: bulk"),
        ("Subject: Re: Lisbon", "In-Reply-To: <a@b.example>", "X-Auto-Response-Suppress: All"),
        ("Subject: x", "Precedence: bulk", "X-Auto-Response-Suppress: All", "List-Post: <mailto:dev@town.example>"),
        ("Subject: Re: x", "Precedence: bulk", "X-Auto-Response-Suppress: All"),
        ("Subject: x", "In-Reply-To: <a@b.example>", "Precedence: junk", "X-Auto-Response-Suppress: OOF"),
        ("Subject: Absence",),
        ("Subject: Undelivered mail: what now?",),
        ("Subject: Re: Undelivered Mail Returned to Sender", "In-Reply-To: <a@b.example>"),
        ("Subject: Delivery failed: the printer",),
        ("Subject: Your message could not be delivered",),
        ("Subject: hello", "X-Autoreply: no"),
        ("Subject: hello", "Return-Path: <ana@town.example>"),
    ],
)
def test_a_person_is_never_taken_for_a_machine(fields: tuple[str, ...]) -> None:
    assert told(*fields).nature is Nature.PERSON


def test_a_person_may_speak_of_an_automatic_message() -> None:
    text = "I got this back:\n\nThis is an automatic reply: I am away.\n\nWhom shall I ask?"
    assert told("Subject: What is this", text=text).nature is Nature.PERSON


def test_a_postmaster_who_writes_by_hand_is_a_person() -> None:
    text = "We have had delivery problems since noon. Bear with us.\n\nAna"
    assert told("Subject: Delivery problems", text=text, author="postmaster@town.example").nature is Nature.PERSON


def test_a_postmaster_who_pastes_a_report_is_a_person() -> None:
    text = "Look at this:\n\nFinal-Recipient: rfc822; bob@far.example\nAction: failed\nStatus: 5.1.1\n"
    assert told("Subject: odd", text=text, author="postmaster@town.example").nature is Nature.PERSON


def test_a_person_who_writes_through_a_no_reply_address_is_a_person() -> None:
    author = '"Ana Lima via Docs" <comments-noreply@docs.example>'
    assert told("Subject: Comment", "Reply-To: ana@town.example", author=author).nature is Nature.PERSON


def test_a_calendar_file_without_a_method_is_an_attachment() -> None:
    fields = ("Subject: the dates", "MIME-Version: 1.0", "Content-Type: text/calendar; name=dates.ics")
    text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR"
    assert told(*fields, text=text).nature is Nature.PERSON


# Parts of mail that programs put together.
STATUS = (
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.far.example\r\n\r\n"
    "Final-Recipient: rfc822; bob@far.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
)
ABOUT_NOBODY = "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.far.example\r\n"
SHOWN = (
    "Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; bob@far.example\r\n"
    "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
)
SPAM = "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n"
RETURNED = "Content-Type: message/rfc822\r\n\r\nFrom: acme@ws.example.org\r\nSubject: Lunch?\r\n\r\nWhere?\r\n"
HEADERS = "Content-Type: text/rfc822-headers\r\n\r\nFrom: acme@ws.example.org\r\nSubject: Lunch?\r\n"
DATES = "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.far.example>"


def words(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"


def mixed(*parts: str, author: str = "Ana Lima <ana@town.example>", subject: str = "x") -> Written:
    text = "".join(f"--b\r\n{part}" for part in parts) + "--b--"
    fields = (f"Subject: {subject}", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b")
    return told(*fields, text=text, author=author)


@pytest.mark.parametrize("part", [STATUS, SHOWN, HEADERS])
def test_a_person_who_passes_a_report_on_with_a_word_of_their_own_is_a_person(part: str) -> None:
    forwarded = (
        "Ana, look what came back.\r\n\r\n-------- Forwarded Message --------\r\nSubject: Undelivered\r\n"
        "Date: Mon, 1 Jun 2026 10:00:00 +0200\r\nFrom: MAILER-DAEMON@mx.far.example\r\nTo: ana@town.example\r\n\r\n"
        "<bob@far.example>: user unknown"
    )
    for text in ("Ana, look what came back.", forwarded, forwarded.partition("\r\n\r\n")[2]):
        written = mixed(words(text), part, subject="Fwd: Undelivered Mail Returned to Sender")
        assert written.nature is Nature.PERSON


def test_a_person_who_sends_files_alone_is_a_person() -> None:
    assert mixed(RETURNED).nature is Nature.PERSON
    assert mixed("Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n").nature is Nature.PERSON


# --- machines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "nature"),
    [
        ((STATUS,), Nature.BOUNCE),
        ((words(" "), STATUS, RETURNED), Nature.BOUNCE),
        ((words("-- \r\nScanned on its way"), STATUS), Nature.BOUNCE),
        ((ABOUT_NOBODY,), Nature.BULK),
        ((SHOWN,), Nature.READ_RECEIPT),
        ((SPAM,), Nature.COMPLAINT),
        ((HEADERS,), Nature.BULK),
        ((DATES,), Nature.BULK),
    ],
)
def test_parts_for_programs_without_a_word_are_a_machines_whoever_sends_them(
    parts: tuple[str, ...], nature: Nature
) -> None:
    assert mixed(*parts).nature is nature


@pytest.mark.parametrize(
    ("kind", "nature"),
    [(STATUS, Nature.BOUNCE), (SHOWN, Nature.READ_RECEIPT), (SPAM, Nature.COMPLAINT), (DATES, Nature.BULK)],
)
def test_a_part_for_programs_that_is_the_whole_mail_is_a_machines(kind: str, nature: Nature) -> None:
    field, _, text = kind.partition("\r\n\r\n")
    assert told("Subject: x", "MIME-Version: 1.0", field, text=text).nature is nature


@pytest.mark.parametrize("author", [DAEMON, "postmaster@mx.far.example", "no-reply@mx.far.example"])
def test_a_mail_handed_back_without_a_word_is_a_machines(author: str) -> None:
    assert mixed(RETURNED, author=author).is_machine


@pytest.mark.parametrize("text", ["", "Yes, Lisbon.", "\r\n\r\n"])
def test_a_null_reverse_path_is_a_machines_without_any_other_sign(text: str) -> None:
    written = written_by(mail("Subject: x", text=text), LEXICON, envelope_from="")
    assert (written.nature, written.reason) == (Nature.AUTOREPLY, "null-reverse-path")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (("Subject: x", "Auto-Submitted: auto-replied"), "auto-submitted"),
        (("Subject: x", 'Auto-Submitted: Auto-Replied (vacation); owner-email="a@b.example"'), "auto-submitted"),
        (("Subject: x", "In-Reply-To: <a@b.example>", "Auto-Submitted: auto-generated"), "auto-submitted"),
        (("Subject: Re: x", "Auto-Submitted: auto-generated"), "auto-submitted"),
        (("Subject: x", "X-Autoreply: yes"), "x-autoreply"),
        (("Subject: x", "X-Autorespond:"), "x-autorespond"),
        (("Subject: x", "Precedence: auto_reply"), "precedence"),
        (("Subject: x", "Precedence: auto-reply"), "precedence"),
        (("Subject: x", "X-Mail-Autoreply: 1"), "x-mail-autoreply"),
        (("Subject: x", "X-Apple-Action: VACATION"), "x-apple-action"),
        (
            ("Subject: x", "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"),
            "x-ms-exchange-generated-message-source",
        ),
        (("Subject: x", "Return-Path: <>"), "null-reverse-path"),
        (("Subject: Automatic reply: your vote",), "formula"),
        (("Subject: [Auto-Reply] Re: your vote",), "formula"),
        (("Subject: Out of Office", "X-Auto-Response-Suppress: All"), "formula"),
        (("Subject: Out of Office", "Precedence: junk"), "formula"),
        (("Subject: Out of Office: Re: your vote", "In-Reply-To: <a@b.example>"), "formula"),
    ],
)
def test_an_automatic_reply_is_told_by_its_sign(fields: tuple[str, ...], reason: str) -> None:
    written = told(*fields)
    assert (written.nature, written.reason) == (Nature.AUTOREPLY, reason)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: x",
        "Réponse automatique : x",
        "Automatische Antwort: x",
        "Abwesenheitsnotiz: x",
        "Respuesta automática: x",
        "Risposta automatica: x",
        "Resposta automática: x",
        "Automatisch antwoord: x",
        "Autosvar: x",
        "Automaattinen vastaus: x",
        "Automatyczna odpowiedź: x",
        "Автоматический ответ: x",
        "自動応答: x",
        "自动答复: x",
    ],
)
def test_an_automatic_reply_is_told_in_many_languages(subject: str) -> None:
    assert told(f"Subject: {subject}").nature is Nature.AUTOREPLY


def test_the_words_of_an_absence_count_when_the_text_calls_itself_automatic() -> None:
    text = "Ceci est une réponse automatique. Je reviens le 3 mars."
    assert told("Subject: Absence", text=text).nature is Nature.AUTOREPLY


def test_the_reverse_path_of_the_transfer_outweighs_the_header() -> None:
    message = mail("Subject: x", "Return-Path: <ana@town.example>")
    assert written_by(message, LEXICON, envelope_from="").nature is Nature.AUTOREPLY
    assert (
        written_by(mail("Subject: x", "Return-Path: <>"), LEXICON, envelope_from="a@b.example").nature is Nature.PERSON
    )


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        (("Subject: Cron <root@box> backup", "X-Cron-Env: <SHELL=/bin/sh>"), "root@box.example"),
        (("Subject: backup", "Auto-Submitted: auto-generated"), "root@box.example"),
        (("Subject: sale", "List-Unsubscribe: <mailto:u@shop.example>"), "no-reply@shop.example"),
        (("Subject: sale", "Precedence: bulk"), "donotreply@shop.example"),
    ],
)
def test_mail_of_programs_that_answers_nothing_is_bulk(fields: tuple[str, ...], author: str) -> None:
    assert told(*fields, author=author).nature is Nature.BULK


def test_our_own_mail_that_comes_back_is_a_loop() -> None:
    assert told("Subject: x", "X-Restante-Loop: acme@ws.example.org").nature is Nature.OWN_LOOP
    written = written_by(mail("Subject: x"), LEXICON, is_own_id=lambda one: one == "m1@town.example")
    assert (written.nature, written.reason) == (Nature.OWN_LOOP, "own-message-id")


def test_pressing_unsubscribe_in_a_mail_program_is_its_owners_wish() -> None:
    written = told("Subject: unsubscribe", "Auto-Submitted: auto-replied", "X-Apple-Unsubscribe: true")
    assert (written.nature, written.is_machine) == (Nature.UNSUBSCRIBE, False)


def test_mail_at_a_reverse_path_of_ours_may_be_a_notice_whoever_sends_it() -> None:
    message = mail("Subject: RE: your notice", text="Your message could not be delivered to:\n\nbob@far.example\n")
    assert written_by(message, LEXICON).nature is Nature.PERSON
    written = written_by(message, LEXICON, is_for_bounces=True)
    assert written.nature is Nature.BOUNCE
    assert written.bounce is not None
    assert written.bounce.recipients == ("bob@far.example",)


def test_natures_that_a_person_chose_are_no_machines() -> None:
    people = {nature for nature in Nature if not nature.is_machine}
    assert people == {
        Nature.PERSON,
        Nature.REACTION,
        Nature.CALENDAR_ANSWER,
        Nature.CALENDAR_CANCEL,
        Nature.CALENDAR_REQUEST,
        Nature.UNSUBSCRIBE,
    }


@pytest.mark.parametrize(
    ("fields", "is_answerable"),
    [
        (("Subject: x",), True),
        (("Subject: x", "X-Auto-Response-Suppress: OOF, DR"), True),
        (("Subject: x", "X-Auto-Response-Suppress: DR, AutoReply"), False),
        (("Subject: x", "Precedence: bulk"), False),
        (("Subject: x", "List-Id: <dev.town.example>"), False),
        (("Subject: x", "List-Unsubscribe: <mailto:off@shop.example>"), False),  # RFC 3834 §2: any List-* field
        (("Subject: x", "Auto-Submitted: auto-replied"), False),
    ],
)
def test_lists_and_bulk_mail_are_read_and_not_answered(fields: tuple[str, ...], is_answerable: bool) -> None:
    assert told(*fields).is_answerable is is_answerable
