"""A mail has one fingerprint by any road; another mail has another, whatever it is called."""

from __future__ import annotations

import pytest

from gateway.accept.fingerprint import HALF, beginnings, digest_of_words, fingerprint, fingerprint_of_before

HEAD = (
    b"From: ana@example.net\r\nTo: acme@ws.example.org\r\nSubject: Lunch?\r\nDate: Mon, 01 Jun 2026 08:00:00 +0200\r\n"
)
BODY = b"\r\nYes\r\n"


def taken(raw: bytes, author: str = "ana@example.net", message_id: str = "1@example.net", subject: str = "x") -> str:
    return fingerprint(raw, author, message_id, subject)


@pytest.mark.parametrize("message_id", ["1@example.net", ""])
@pytest.mark.parametrize(
    "raw",
    [
        b"Received: by x; Mon\r\n\tfolded\r\nReturn-Path: <a@b>\r\n" + HEAD + BODY,
        b"X-Extra: 1\r\n" + HEAD + BODY,
        (HEAD + BODY).replace(b"\r\n", b"\n"),
        HEAD + BODY + b"\r\n\r\n",
        b"\r\n" + HEAD + BODY,
        HEAD + BODY.replace(b"Yes", b"Yes \t"),
        HEAD + BODY + b" \r\n",
    ],
)
def test_another_road_changes_nothing(raw: bytes, message_id: str) -> None:
    assert taken(raw, message_id=message_id) == taken(HEAD + BODY, message_id=message_id)


def test_a_day_parts_what_nothing_else_does() -> None:
    bare = b"From: ana@example.net\r\n\r\nBackup done\r\n"
    monday, tuesday = (fingerprint(bare, "ana@example.net", "", "x", day) for day in ("2026-06-01", "2026-06-02"))
    assert monday[:HALF] != tuesday[:HALF]
    assert monday[HALF:] == tuesday[HALF:]


def test_the_first_half_says_which_mail_and_the_second_what_it_says() -> None:
    one, other = taken(HEAD + BODY), taken(HEAD + b"\r\nNo\r\n")
    assert one[:HALF] == other[:HALF]
    assert one[HALF:] != other[HALF:]
    assert taken(HEAD + BODY, author="ben@example.net")[HALF:] == one[HALF:]
    assert taken(HEAD + BODY, author="ben@example.net")[:HALF] != one[:HALF]
    assert taken(HEAD + BODY, subject="y")[HALF:] != one[HALF:]
    assert taken(HEAD + BODY, subject=" x ") == one


def test_each_id_a_mail_names_has_its_first_half() -> None:
    other, own = beginnings("ana@example.net", ["2@example.net", "1@example.net"])
    assert taken(HEAD + BODY)[:HALF] == own != other


def test_words_are_digested_however_they_are_spaced() -> None:
    assert digest_of_words(["a  b\n", "c"]) == digest_of_words([" a\tb", "c "]) != digest_of_words(["ab", "c"])
    assert digest_of_words(["a", "b"]) != digest_of_words(["a b"])
    assert digest_of_words(["a"], [b"file"]) != digest_of_words(["a"])


def test_what_stores_of_before_hold_is_still_taken_alike() -> None:
    """Written down by the function itself, as it stood before migration 0005."""
    known = "13e4b6cf5000cf2a167733891505c8a1d8e6e380"
    assert fingerprint_of_before(HEAD + BODY) == known
    assert fingerprint_of_before(b"Received: by x;\r\n\tMon\r\n" + HEAD + BODY + b"\r\n") == known
    assert fingerprint_of_before(b"X-Extra: 1\r\n" + HEAD + BODY) != known


def test_without_an_id_the_date_and_the_places_tell_mails_apart() -> None:
    later = HEAD.replace(b"08:00", b"09:00")
    elsewhere = HEAD.replace(b"acme@", b"acme+design@")
    assert len({taken(head + BODY, message_id="") for head in (HEAD, later, elsewhere)}) == 3


def test_without_id_and_date_every_field_tells_but_what_servers_write() -> None:
    bare = b"\r\n".join(line for line in HEAD.split(b"\r\n") if not line.startswith(b"Date"))
    assert taken(bare + BODY, message_id="") == taken(b"Received: by y\r\n" + bare + BODY, message_id="")
    assert taken(bare + BODY, message_id="") != taken(b"X-Number: 2\r\n" + bare + BODY, message_id="")


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"\xff\xfe", b"From: a", b":\n :\n\n"])
def test_any_bytes_have_one(raw: bytes) -> None:
    assert len(fingerprint(raw, "", "", "\udcff")) == 2 * HALF
