"""Stories of files that come with a mail: passed on with a post, linked, kept back; who is told, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.message import Message as Tree
from email.policy import SMTP

import pytest

from gateway.model.entry import Posted
from gateway.pipeline import fetching, flow
from gateway.pipeline.fetching import Fetch, Fetched, Wanted
from gateway.pipeline.flow import Rules
from tests.fakes import Letter
from tests.flow.town import ANA, BEN, CLEO, Town, charter

PAGES = "https://mail.example.org/restante"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 2
File = tuple[str, str, bytes]  # name, media type, content


def with_files(town: Town, who: str, to: str, subject: str, text: str, *files: File) -> bytes:
    """Return a new mail with files, as mail programs write it."""
    mail = EmailMessage()
    town.written += 1
    mail["From"], mail["To"], mail["Subject"] = town.address_of(who), f"{to}@ws.example.org", subject
    mail["Message-ID"] = f"<{town.written}.{town.address_of(who)}>"
    mail.set_content(text)
    for name, media_type, content in files:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes(policy=SMTP)


def posts(town: Town, *files: File, who: str = "ana", text: str = "See there.") -> None:
    assert town.sends(who, with_files(town, who, "acme", "The roof", text, *files), "acme").startswith("250")


def carried(letter: Letter) -> dict[str, bytes]:
    """Return what a mail program finds attached to a letter."""
    tree = message_from_bytes(letter.raw)
    found: dict[str, bytes] = {}
    for part in tree.walk():
        if part.get_content_disposition() == "attachment":
            assert isinstance(part, Tree)
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found[str(part.get_filename())] = content
    return found


def fetched(town: Town, letter: Letter) -> list[Fetched]:
    """Return what the links in a letter's text lead to."""
    found = re.findall(rf"{re.escape(PAGES)}/f/([a-z2-7]{{32}})/([0-9-]+)", letter.text)
    return [taken(town, code, which) for code, which in found]


def taken(town: Town, code: str, which: str) -> Fetched:
    answer = fetching.find(town.pipeline, code, which, town.clock.at)
    return fetching.take_out(answer, town.pipeline.rules.limits) if isinstance(answer, Wanted) else answer


@pytest.fixture
def town(found: Callable[..., Town]) -> Town:
    return found()


@pytest.fixture
def linking(found: Callable[..., Town]) -> Town:
    made = found()
    made.rules = Rules(pages=PAGES)
    made.reopen()
    return made


def test_a_small_file_reaches_every_reader_as_it_was_and_its_author_hears_nothing(town: Town) -> None:
    posts(town, ("Dach für März.pdf", "application/pdf", PDF), ("notes.txt", "text/plain", b"one\ntwo\n"))
    for who in ("ben", "cleo"):
        letter = town.newest(who, "post")
        assert carried(letter) == {"Dach für März.pdf": PDF, "notes.txt": b"one\ntwo\n"}
        assert letter.raw.isascii()
        assert max(map(len, letter.raw.split(b"\r\n"))) <= 998  # RFC 5322 §2.1.1
        assert "See there." in letter.text
    assert "Dach für März.pdf (521 bytes), attached" in town.newest("ben").text
    assert "joint" in town.newest("cleo").text
    assert not town.box("ana")


def test_an_answer_to_a_post_with_files_is_read_as_any_other(town: Town) -> None:
    posts(town, ("roof.pdf", "application/pdf", PDF), ("setup.exe", "application/pdf", b"x"))
    letter = town.newest("ben", "post")
    town.answers("ben", letter, "Thanks, I'll read it tonight.")
    assert [one.text for one in town.entries(Posted)] == ["See there.", "Thanks, I'll read it tonight."]
    assert town.entries(Posted)[1].files == ()


def test_a_mail_that_was_purged_or_erased_before_its_copies_went_says_so(town: Town) -> None:
    raw = with_files(town, "ana", "acme", "The roof", "See there.", ("roof.pdf", "application/pdf", PDF))
    town.hands_in(raw, "acme", sender=town.address_of("ana"))
    town.pipeline.process(town.clock.at)
    assert b"JVBERi0xLjcK" in town.pipeline.prepare(town.clock.at, 1)[0].message  # one has gone, and was at hand
    with town.store.begin() as tx:
        tx.retention.raw(town.clock.at + timedelta(days=1), town.clock.at, after=0, limit=100)
    town.turn()
    letter = town.newest("cleo", "post")
    assert carried(letter) == {}
    assert "roof.pdf (521 octets), qui n’est plus conservé" in letter.text


def test_a_copy_whose_file_goes_while_it_waits_to_be_taken_promises_none(town: Town) -> None:
    town.post_office.refusals = {"cleo@example.net": (450, "4.2.0 later")}
    posts(town, ("roof.pdf", "application/pdf", PDF))
    with town.store.begin() as tx:
        tx.retention.raw(town.clock.at + timedelta(days=1), town.clock.at, after=0, limit=100)
    town.post_office.refusals.clear()
    town.wait(hours=1)
    letter = town.newest("cleo", "post")
    assert (list(carried(town.newest("ben", "post"))), list(carried(letter))) == (["roof.pdf"], [])
    assert "roof.pdf (521 octets), qui n’est plus conservé" in letter.text


def test_what_is_frozen_is_kept_without_the_file_and_goes_out_the_same_at_every_try(town: Town) -> None:
    raw = with_files(town, "ana", "acme", "The roof", "See there.", ("roof.pdf", "application/pdf", PDF))
    town.hands_in(raw, "acme", sender=town.address_of("ana"))
    town.pipeline.process(town.clock.at)
    first = town.pipeline.prepare(town.clock.at, 10)
    town.reopen()  # what was claimed is given back to who starts after a crash
    town.pipeline.wake(town.clock.at)
    again = town.pipeline.prepare(town.clock.at, 10)
    assert {one.notice_id: one.message for one in first} == {one.notice_id: one.message for one in again}
    assert len(first) == 2
    with town.store.read() as tx:
        stored = tx.outbox.get(first[0].notice_id)
    assert stored is not None
    assert stored.frozen is not None
    assert b"JVBERi0xLjcK" not in stored.frozen
    assert b"JVBERi0xLjcK" in first[0].message


def test_no_more_mails_with_files_are_in_hand_than_there_is_room_for(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "MOST_IN_HAND", 5_000)
    raw = with_files(town, "ana", "acme", "The roof", "See there.", ("roof.pdf", "application/pdf", PDF * 10))
    town.hands_in(raw, "acme", sender=town.address_of("ana"))
    town.pipeline.process(town.clock.at)
    first, second = (town.pipeline.prepare(town.clock.at, 10) for _ in range(2))
    assert len(first) == len(second) == 1
    assert first[0].recipient != second[0].recipient


def test_what_is_too_large_is_named_and_its_author_told(town: Town) -> None:
    posts(town, ("film.pdf", "application/pdf", PDF * 3000), ("small.pdf", "application/pdf", PDF))
    letter = town.newest("ben", "post")
    assert carried(letter) == {"small.pdf": PDF}
    assert "film.pdf (1.6 MB), not passed on: it is too large" in letter.text
    assert "Ask Ana Duarte for it." in letter.text
    (receipt,) = town.box("ana")
    assert "not passed on, since too large: film.pdf" in receipt.text
    with town.store.read() as tx:
        assert "files kept back: size 1" in tx.inbox.list(limit=1)[0].detail  # as `restante mails` shows it


def test_what_is_too_large_is_linked_where_there_are_pages(linking: Town) -> None:
    posts(linking, ("film.pdf", "application/pdf", PDF * 3000), ("small.pdf", "application/pdf", PDF))
    letter = linking.newest("ben", "post")
    assert carried(letter) == {"small.pdf": PDF}
    (found,) = fetched(linking, letter)
    assert (found.fetch, found.filename, found.content) == (Fetch.FOUND, "film.pdf", PDF * 3000)
    assert "Ask Ana" not in letter.text
    (receipt,) = linking.box("ana")
    assert "readers get a link: film.pdf" in receipt.text


@pytest.mark.parametrize(
    "file",
    [
        ("setup.exe", "application/octet-stream", b"MZ..."),
        ("letter.pdf.exe", "application/pdf", b"MZ..."),
        ("letter.pdf", "application/pdf", b"MZ..."),
        ("page.html", "text/html", b"<html>hello</html>"),
        ("all.zip", "application/zip", b"PK"),
        ("winmail.dat", "application/ms-tnef", b"x"),
    ],
)
def test_what_may_do_harm_is_neither_passed_on_nor_linked(linking: Town, file: File) -> None:
    posts(linking, file)
    letter = linking.newest("ben", "post")
    assert carried(letter) == {}
    assert not fetched(linking, letter)
    assert f"{file[0]} (" in letter.text
    assert "files of this kind are not" in letter.text
    assert f"files of this kind are not: {file[0]}" in linking.newest("ana", "receipt").text


_ODD = (
    b'Content-Type: application/pdf; name="=?utf-8?b?4oCuZXhlLnBkZg==?="\r\n\r\nx',  # a sign that turns letters round
    b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*0*=utf-8''%2e%2e%2f%2e%2e;"
    b" filename*1*=%2fetc%2froof.pdf\r\n\r\nx",
    b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf\r\n\t.exe"\r\n\r\nx',
    b"Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: inner\r\n\r\nhello",
    b'Content-Type: text/plain; charset="utf-8\\"; x=y"\r\nContent-Disposition: attachment; filename=n.txt\r\n\r\n\xff',
    b"Content-Type: application/x-msdownload; name=a.pdf\r\nContent-Disposition: attachment; filename=b.pdf\r\n\r\nx",
    b"Content-Type: application/pdf; name=a.exe\r\nContent-Disposition: attachment; filename=c.pdf\r\n\r\nx",
    b"Content-Type: image/png\r\nContent-Disposition: inline\r\n\r\nx",
)


def test_parts_that_mean_to_deceive_are_named_as_they_are(town: Town) -> None:
    head = b"From: ana@example.net\r\nTo: acme@ws.example.org\r\nSubject: Odd\r\nMessage-ID: <odd@example.net>\r\n"
    head += b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n"
    parts = (b"Content-Type: text/plain\r\n\r\nSee there.", *_ODD)
    town.sends("ana", head + b"".join(b"--X\r\n" + part + b"\r\n" for part in parts) + b"--X--\r\n", "acme")
    letter = town.newest("ben", "post")
    assert carried(letter) == {"exe.pdf": b"x", "roof.pdf": b"x", "n.txt": b"\xff", "c.pdf": b"x", "8.png": b"x"}
    told = " ".join(town.newest("ana", "receipt").text.split())
    assert "files of this kind are not: a.pdf .exe, 4.eml, b.pdf" in told
    assert b"a.exe" not in letter.raw
    assert not town.faults


def test_a_no_on_a_file_is_told_to_who_wants_no_receipts_and_never_to_a_machine(town: Town) -> None:
    town.writes("ana", "acme", "receipts off", "receipts off")
    posts(town, ("setup.exe", "application/octet-stream", b"MZ..."))
    assert len(town.box("ana", "receipt")) == 2
    raw = with_files(town, "ben", "acme", "The roof", "See.", ("setup.exe", "application/octet-stream", b"MZ"))
    town.sends("ben", raw.replace(b"Subject:", b"Auto-Submitted: auto-generated\r\nSubject:", 1), "acme")
    assert not town.box("ben", "receipt")


def test_the_french_are_told_in_french(town: Town) -> None:
    posts(town, ("film.pdf", "application/pdf", PDF * 3000), ("setup.exe", "application/pdf", b"x"), who="cleo")
    assert "trop volumineux : film.pdf" in " ".join(town.newest("cleo", "receipt").text.split())
    posts(town, ("film.pdf", "application/pdf", PDF * 3000))
    assert "film.pdf (1,6 Mo)" in town.newest("cleo", "post").text


@pytest.mark.parametrize("there_are_pages", [False, True])
def test_a_digest_names_files_and_carries_none(town: Town, linking: Town, there_are_pages: bool) -> None:
    place = linking if there_are_pages else town
    place.writes("ben", "acme", "daily", "daily")
    posts(place, ("roof.pdf", "application/pdf", PDF), ("setup.exe", "application/pdf", b"x"))
    place.at("2026-06-02 10:00")
    digest = place.newest("ben", "digest")
    assert carried(digest) == {}
    assert "roof.pdf (521 bytes)" in digest.text
    assert "setup.exe (1 byte), not passed on: files of this kind are not" in " ".join(digest.text.split())
    assert [one.content for one in fetched(place, digest)] == ([PDF] if there_are_pages else [])
    assert ("Ask Ana Duarte for it." in digest.text) is there_are_pages
    assert ("Ask Ana Duarte for them." in digest.text) is not there_are_pages


def test_a_link_ends_with_its_time_with_membership_and_with_the_mail_behind_it(linking: Town) -> None:
    posts(linking, ("film.pdf", "application/pdf", PDF * 3000))
    letter = linking.newest("ben", "post")
    ((code, which),) = re.findall(rf"{re.escape(PAGES)}/f/([a-z2-7]{{32}})/([0-9-]+)", letter.text)
    assert taken(linking, code, which).fetch is Fetch.FOUND
    for wrong in (
        ("a" * 32, which),
        (code[:-1] + ("a" if code[-1] != "a" else "b"), which),
        (code, "1-0"),
        (code, "x"),
    ):
        assert taken(linking, *wrong).fetch is Fetch.UNKNOWN
    stop = re.findall(rf"{re.escape(PAGES)}/u/([a-z2-7]{{32}})", str(letter.raw))[0]
    assert taken(linking, stop, which).fetch is Fetch.UNKNOWN
    late = linking.clock.at + timedelta(days=200)
    assert isinstance(found := fetching.find(linking.pipeline, code, which, late), Fetched)
    assert found.fetch is Fetch.GONE
    with linking.store.begin() as tx:
        tx.retention.raw(linking.clock.at + timedelta(days=1), linking.clock.at, after=0, limit=100)
    assert taken(linking, code, which).fetch is Fetch.GONE


def test_files_of_a_mail_that_also_answers_go_to_nobody(town: Town) -> None:
    town.writes("ana", "acme+vote", "Repair it?", "Repair it?\n\n- Yes\n- No\n")
    ballot = town.newest("ben", "ballot")
    raw, to = town.reply("ben", ballot, "Yes")
    mail = message_from_bytes(raw, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="mine.pdf")
    before = len(town.post_office.letters)
    town.sends("ben", mail.as_bytes(policy=SMTP), to)
    assert all(not carried(letter) for letter in town.post_office.letters[before:])
    assert "mine.pdf" not in town.everything_said(leave_out=("ben",))
    assert "along with posts alone: mine.pdf" in " ".join(town.newest("ben", "receipt").text.split())


def test_a_try_out_tells_what_would_be_passed_on_and_what_not(town: Town) -> None:
    files = (("roof.pdf", "application/pdf", PDF), ("setup.exe", "application/pdf", b"x"))
    town.sends("ben", with_files(town, "ben", "acme+try", "The roof", "See there.", *files), "acme+try")
    told = " ".join(town.newest("ben", "try-out").text.split())
    assert "✓ passed on with it: roof.pdf" in told
    assert "✗ not passed on, since files of this kind are not: setup.exe" in told
    assert not town.box("ana", "post")


def test_files_of_strangers_are_not_passed_on(town: Town) -> None:
    town.apply(charter(ANA, BEN, CLEO, strangers="accept"))
    posts(town, ("roof.pdf", "application/pdf", PDF), who="eve@example.com")
    letter = town.newest("ben", "post")
    assert carried(letter) == {}
    assert "roof.pdf (521 bytes), not passed on: its sender is no member" in letter.text


@pytest.mark.parametrize(
    ("media_type", "name", "content", "said"),
    [
        ("application/pdf", "roof.pdf", PDF, "an attachment and no words"),
        ("application/ms-tnef", "winmail.dat", b"x", "only Outlook can read"),
        ("application/pkcs7-mime; smime-type=signed-data", "smime.p7m", b"x", "packed into its signature"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m", b"x", "encrypted"),
    ],
)
def test_what_holds_no_words_is_answered_with_its_own_reason(
    town: Town, media_type: str, name: str, content: bytes, said: str
) -> None:
    raw = with_files(town, "ben", "acme", "The roof", "", (name, "application/x", content))
    town.sends("ben", raw.replace(b"application/x\r\n", media_type.encode() + b"\r\n"), "acme")
    assert said in " ".join(town.newest("ben", "decline").text.split())
    assert len(town.box("ben")) == 1


def test_a_token_in_a_file_that_is_text_is_passed_on_to_nobody(found: Callable[..., Town]) -> None:
    """Neither in a copy nor behind a link; a file that is none stays as it came."""
    town = found()
    town.rules = Rules(pages=PAGES)
    town.reopen()
    town.writes("ana", "acme+vote", "Move?", "Shall we move?")
    address = town.newest("ben", "ballot").message.reply_to[0].address
    token = address.partition("@")[0].partition("+r.")[2].encode()
    table = b"who;where\r\nBen;%s\r\n" % address.encode()
    broken = b"acme%%2Br.%s\r\n%s%%40ws.example.org" % (token[:12], token[12:])
    pdf = PDF + address.encode()
    posts(
        town,
        ("a.csv", "text/csv", table),
        ("b.txt", "text/plain", broken),
        ("c.pdf", "application/pdf", pdf),
        who="ben",
    )
    letter = town.newest("ana", "post")
    files = carried(letter)
    assert files["a.csv"] == b"who;where\r\nBen;acme@ws.example.org\r\n"
    assert (files["b.txt"], files["c.pdf"]) == (b"acme%40ws.example.org", pdf)
    large = b"x" * 1_000_000 + table
    posts(town, ("large.csv", "text/csv", large), who="ben")
    [one] = fetched(town, town.newest("ana", "post"))
    assert one.content.endswith(b"Ben;acme@ws.example.org\r\n")
