"""Which files are passed on, by which signs, under which names; and how a mail carries them."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

import msgspec
import pytest

from gateway.decide.attachments import SMALL_IMAGE, files_of
from gateway.model.attachment import Attachment, KeptBack
from gateway.model.charter import AttachmentRules, CharterProblem, read_charter
from gateway.model.filelink import file_code, file_named, is_file_code, which
from gateway.model.filetype import cleaned
from gateway.model.message import Message, Part
from gateway.model.stoplink import is_code_of, notice_named, stop_code
from gateway.render.files import part_of, with_files
from gateway.render.render import render
from gateway.resources import load_templates
from tests.builders import message
from tests.golden.rendered_specimens import FILM, MENU, SPECIMENS, WORKSPACE, notice, stored

USUAL = AttachmentRules()
WORDS = Part("text/plain", None, b"See there.")


def file(
    filename: str | None, media_type: str, content: bytes = b"content", *, disposition: str = "", content_id: str = ""
) -> Part:
    return Part(media_type, filename, content, is_attachment=True, disposition=disposition, content_id=content_id)


def judged(*parts: Part, rules: AttachmentRules = USUAL, html: str = "") -> list[tuple[str, KeptBack]]:
    mail = replace(message(parts=(WORDS, *parts)), html=html)
    return [(one.filename, one.kept_back) for one in files_of(mail, 17, rules)]


def verdict(*one: object, rules: AttachmentRules = USUAL) -> KeptBack:
    ((_, found),) = judged(file(*one), rules=rules)  # type: ignore[arg-type]
    return found


# --- by kind ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("plan.pdf", "application/pdf"),
        ("plan.PDF", "application/octet-stream"),  # the program did not know; the ending does
        ("plan.v2.final.pdf", "application/pdf"),
        ("photo.jpeg", "image/jpg"),
        ("notes.txt", "text/plain"),
        ("sums.csv", "text/csv"),
        ("sums.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("text.odt", "application/vnd.oasis.opendocument.text"),
        (None, "image/png"),
        ("sums.csv", "application/vnd.ms-excel"),  # as Windows says where Excel is installed
        ("sums.csv", "application/csv"),
        ("text.docx", "application/msword"),
        ("text.docx", "application/zip"),
        ("scan.PDF", "application/x-pdf"),
        ("text.odt", "application/x-vnd.oasis.opendocument.text"),
    ],
)
def test_usual_files_are_passed_on(filename: str | None, media_type: str) -> None:
    assert verdict(filename, media_type) is KeptBack.NO


@pytest.mark.parametrize(
    ("filename", "media_type", "content"),
    [
        ("setup.exe", "application/x-msdownload", b""),
        ("setup.exe", "application/octet-stream", b""),
        ("letter.pdf.exe", "application/pdf", b""),  # the last ending counts
        ("letter.exe.", "application/pdf", b""),  # Windows leaves the last dot out
        ("letter.exe \u200b", "application/pdf", b""),
        ("letter\u202efdp.exe", "application/pdf", b""),  # shown as letterexe.pdf
        ("letter.pdf", "application/x-msdownload", b""),
        ("letter.pdf", "application/pdf", b"MZ\x90"),
        ("letter.pdf", "application/octet-stream", b"\x7fELF"),
        ("notes.txt", "text/plain", b"#!/bin/sh\n"),
        ("notes.txt", "text/plain", b"\n <!DOCTYPE  html><script>"),
        ("run.sh", "text/plain", b""),
        ("run.js", "text/plain", b""),
        ("macro.docm", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b""),
        ("page.html", "text/plain", b""),
        ("page.txt", "text/html", b""),
        ("logo.svg", "image/svg+xml", b""),
        ("old.eml", "message/rfc822", b""),
        (None, "message/rfc822", b""),
        ("winmail.dat", "application/ms-tnef", b""),
        ("all.zip", "application/zip", b""),
        ("plan.pdf", "application/zip", b""),  # both signs must be of a kind that passes
        ("plan", "application/octet-stream", b""),
        ("plan.unheard", "application/octet-stream", b""),
        ("plan", "application/zip", b""),
        ("plan.zip", "application/pdf", b""),
        ("letter", "text/plain", b"#!/bin/sh\n"),
        (
            "sums.csv",
            "application/vnd.ms-excel",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ),  # Excel's old format, with macros
        ("sums.xls", "application/vnd.ms-excel", b""),
        ("sums.csv", "application/msword", b""),
        ("x.pdf:y.exe", "application/pdf", b""),
    ],
)
def test_what_may_do_harm_or_is_of_no_known_kind_is_kept_back(
    filename: str | None, media_type: str, content: bytes
) -> None:
    assert verdict(filename, media_type, content or b"content") is KeptBack.KIND


@pytest.mark.parametrize(
    ("filename", "media_type", "passed_as"),
    [
        ("README", "text/plain", "README.txt"),
        ("Report 1.2", "application/pdf", "Report 1.2.pdf"),
        ("photo", "image/jpeg", "photo.jpg"),
        ("plan.unheard", "application/pdf", "plan.unheard.pdf"),
        ("table.sql", "text/x-sql", "table.sql.txt"),
        ("x" * 120, "text/plain", "x" * 96 + ".txt"),
    ],
)
def test_what_has_no_known_ending_gets_that_of_its_type(filename: str, media_type: str, passed_as: str) -> None:
    assert judged(file(filename, media_type)) == [(passed_as, KeptBack.NO)]


def test_a_file_passes_as_what_its_ending_stands_for() -> None:
    mail = message(parts=(WORDS, file("sums.csv", "application/vnd.ms-excel")))
    assert [one.media_type for one in files_of(mail, 17, USUAL)] == ["text/csv"]


def test_a_charter_lets_further_kinds_through_but_none_that_does_harm() -> None:
    more = AttachmentRules(types=("application/zip", "application/step"), endings=(".step",))
    assert verdict("all.zip", "application/zip", rules=more) is KeptBack.NO
    old = AttachmentRules(types=("application/vnd.ms-excel",))
    assert (
        verdict("sums.xls", "application/vnd.ms-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", rules=old) is KeptBack.NO
    )
    assert verdict("part.step", "application/octet-stream", rules=more) is KeptBack.NO
    assert verdict("part.step", "application/step", rules=more) is KeptBack.NO
    assert verdict("part.step", "application/x-other", rules=more) is KeptBack.KIND
    assert verdict("plan.pdf", "application/pdf", rules=more) is KeptBack.KIND


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("types", ["text/html"]),
        ("types", ["message/rfc822"]),
        ("types", ["*"]),
        ("types", ["pdf"]),
        ("endings", [".exe"]),
        ("endings", ["a.b"]),
        ("most_bytes", 20_000_000),
        ("most_files", -1),
        ("pass-on", True),
    ],
)
def test_a_charter_that_lets_harm_through_or_says_nothing_is_refused(key: str, value: object) -> None:
    with pytest.raises(CharterProblem) as fault:
        read_charter({"name": "Acme", "address": "acme@ws.example.org", "attachments": {key: value}})
    assert fault.value.problems[0][0].startswith(f"attachments.{key}")


# --- by size, number and place ------------------------------------------------------------------


def test_all_files_of_a_mail_share_its_room_and_a_smaller_one_may_still_fit() -> None:
    pdf, rules = "application/pdf", AttachmentRules(most_bytes=10)
    found = judged(
        file("a.pdf", pdf, b"x" * 6), file("b.pdf", pdf, b"x" * 6), file("c.pdf", pdf, b"x" * 4), rules=rules
    )
    assert found == [("a.pdf", KeptBack.NO), ("b.pdf", KeptBack.SIZE), ("c.pdf", KeptBack.NO)]


def test_of_a_hundred_files_some_are_carried_and_the_others_named() -> None:
    found = judged(*(file(f"{number}.txt", "text/plain") for number in range(100)))
    assert [why for _, why in found].count(KeptBack.NO) == USUAL.most_files
    assert [why for _, why in found].count(KeptBack.NUMBER) == 80


def test_a_charter_may_have_none_passed_on() -> None:
    assert verdict("a.pdf", "application/pdf", rules=AttachmentRules(pass_on=False)) is KeptBack.OFF
    assert verdict("a.exe", "application/pdf", rules=AttachmentRules(pass_on=False)) is KeptBack.KIND


def test_a_small_picture_of_a_signature_is_no_file_and_a_large_one_is() -> None:
    html = '<p>See there.</p><img src="cid:logo@x"><img src="cid:plan@x">'
    logo = file("image001.png", "image/png", b"x" * 900, content_id="logo@x", disposition="inline")
    plan = file("image002.png", "image/png", b"x" * (SMALL_IMAGE + 1), content_id="plan@x", disposition="inline")
    alone = file("dot.png", "image/png", b"x", content_id="nowhere@x")
    found = judged(logo, plan, alone, html=html)
    assert found == [("image002.png", KeptBack.NO), ("dot.png", KeptBack.NO)]


def test_signatures_of_mail_and_other_forms_of_its_text_are_no_files() -> None:
    assert not judged(
        file("smime.p7s", "application/pkcs7-signature"),
        file("signature.asc", "application/pgp-signature"),
        file(None, "text/x-amp-html"),
        file(None, "text/calendar"),
        file("empty.pdf", "application/pdf", b""),
    )


def test_a_named_text_is_the_mail_itself_where_there_is_no_other() -> None:
    body = file("body.txt", "text/plain", disposition="inline")
    notes = file("notes.txt", "text/plain", disposition="attachment")
    mail: Message = message(parts=(body, notes))
    assert [one.filename for one in files_of(mail, 17, USUAL)] == ["notes.txt"]


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ana\\plan.pdf", "plan.pdf"),
        ("a\r\nContent-Type: text.html\r\n.pdf", "a Content-Type_ text.html .pdf"),
        ("plan\x00\x1b\u202e\u200b.pdf", "plan.pdf"),
        ("  .hidden.txt ", "hidden.txt"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ('say "cheese" <now>|.png', "say _cheese_ _now__.png"),
        ("CON.txt", "_CON.txt"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("...", ""),
    ],
)
def test_names_are_cleaned(written: str, name: str) -> None:
    found = cleaned(written)
    assert found == name
    assert len(found) <= 100
    assert not set(found) & set('/\\:*?"<>|\r\n\t\0')


@pytest.mark.parametrize(
    "name",
    ["plan.pdf", 'a "quoted" b.pdf', "été à l’ombre.pdf", "日本語" * 30 + ".pdf", "%41'*.txt", "x" * 99, "\ud800.txt"],
)
def test_a_part_gives_back_its_name_and_its_content_in_seven_bits(name: str) -> None:
    content = bytes(range(256)) * 300
    made = part_of(msgspec.structs.replace(MENU, filename=name), content)
    assert made.isascii()
    assert max(map(len, made.split(b"\r\n"))) <= 76
    part = email.message_from_bytes(made)
    assert part.get_filename() == name.encode("utf-8", "replace").decode()
    assert part.get_payload(decode=True) == content


def test_of_a_types_parameters_only_the_charset_of_a_text_stays() -> None:
    text = Attachment(filename="a.txt", media_type="text/plain", size=1, arrival=1, part=1)
    assert b"Content-Type: text/plain; charset=latin-1\r\n" in part_of(text, b"x", "latin-1")
    assert b"Content-Type: text/plain\r\n" in part_of(text, b"x", "utf-8\r\nBcc: a@b.example")
    assert b"Content-Type: application/pdf\r\n" in part_of(MENU, b"x", "utf-8")
    odd = msgspec.structs.replace(text, media_type="text/plain\r\nX: y")
    assert b"Content-Type: application/octet-stream\r\n" in part_of(odd, b"x")


# --- in the mail --------------------------------------------------------------------------------


def test_files_stand_behind_the_words_and_nothing_else_changes() -> None:
    made = stored(notice("post"))
    frozen = render(made, WORKSPACE, load_templates())
    whole = with_files(frozen, made.token, [part_of(MENU, b"%PDF"), part_of(MENU, b"more")])
    mail = email.message_from_bytes(whole, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in mail.iter_parts()] == [
        "multipart/alternative",
        *["application/pdf"] * 2,
    ]
    assert not any(part.defects for part in mail.walk())
    words = email.message_from_bytes(frozen, policy=email.policy.default)
    assert isinstance(words, EmailMessage)
    for form in ("plain", "html"):
        assert str(mail.get_body((form,))) == str(words.get_body((form,)))


def test_a_post_without_files_is_no_mixture() -> None:
    made = stored(notice("post-reply"))
    frozen = render(made, WORKSPACE, load_templates())
    assert b"multipart/mixed" not in frozen
    assert with_files(frozen, made.token, ()) == frozen


# --- links --------------------------------------------------------------------------------------


def test_a_link_is_good_for_files_alone_and_for_those_that_its_mail_offers() -> None:
    made = stored(notice("post"))
    secret = made.return_token
    code = file_code(made.id, secret)
    assert notice_named(code) == made.id
    assert is_file_code(code, made.id, secret)
    assert not is_file_code(stop_code(made.id, secret), made.id, secret)
    assert not is_code_of(code, made.id, secret)
    assert file_named(which(FILM), SPECIMENS["post"]) == FILM
    assert file_named("17-2", SPECIMENS["post"]) is None  # it is in the mail itself, and not linked
    for odd in ("18-3", "18-99", "", "18", "-2", "18-2-2", "١٨-٢", "9" * 400):
        assert file_named(odd, SPECIMENS["post"]) is None
    assert file_named(which(FILM), SPECIMENS["digest"]) == FILM
    assert file_named(which(FILM), SPECIMENS["receipt"]) is None


def test_each_reader_has_links_of_their_own() -> None:
    pages = "https://mail.example.org"
    made = stored(notice("post"))
    raw = render(made, WORKSPACE, load_templates(), pages)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    for form in ("plain", "html"):
        body = mail.get_body((form,))
        assert body is not None
        address = f"{pages}/f/{file_code(made.id, made.return_token)}/18-2"
        assert address in body.get_content()
