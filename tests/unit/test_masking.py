"""Our tokens in what somebody wrote: taken out, in whatever form they were pasted."""

from __future__ import annotations

from datetime import date
from time import perf_counter

import pytest

from gateway.model.nature import CalendarAnswer, Nature, Written
from gateway.model.reading import NewText, Quoted
from gateway.model.stoplink import stop_code
from gateway.model.token import LENGTH, Claim, KeyRing, Purpose
from gateway.understand.masked_files import masked_file
from gateway.understand.masking import masked, masked_comment, masked_new_text

KEYS = KeyRing({1: b"k" * 32}, 1)
CLAIM = Claim(7, 2, date(2026, 9, 1))
TOKEN = KEYS.sign(CLAIM, "acme")
RETURNS = KEYS.sign(CLAIM, "acme", Purpose.RETURNS)


def test_a_token_has_the_length_that_is_looked_for() -> None:
    assert {len(TOKEN), len(RETURNS)} == {LENGTH}


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (f"write to acme+r.{TOKEN}@ws.example.org, please", "write to acme@ws.example.org, please"),
        (f"<ACME=R={TOKEN.upper()}@ws.example.org>", "<acme@ws.example.org>"),
        (f"acme-b-{RETURNS}@ws.example.org", "acme@ws.example.org"),
        (f"acme+r.{TOKEN}+tag@ws.example.org", "acme@ws.example.org"),
        (f"<r.{TOKEN}.acme@ws.example.org>", "<acme@ws.example.org>"),
        (f"<b.{RETURNS}.acme@ws.example.org>", "<acme@ws.example.org>"),
        (f"mailto:acme%2Br.{TOKEN}%40ws.example.org?subject=x", "mailto:acme%40ws.example.org?subject=x"),
        (f"beta+r.{TOKEN}@ws.example.org", "beta+…@ws.example.org"),
        (f"the code is r.{TOKEN}", "the code is …"),
        (f"https://mail.example.org/u/{stop_code(7, TOKEN)} stops it", "https://mail.example.org/u/… stops it"),
        # encoded, as a link, a page or a mail in quoted-printable has it
        (f"mailto:acme%2br%2E{TOKEN}%40ws.example.org", "mailto:acme%40ws.example.org"),
        (f"mailto:acme+%72.%{ord(TOKEN[0]):x}{TOKEN[1:]}@ws.example.org", "mailto:acme@ws.example.org"),
        (f"acme&#43;r&#x2e;{TOKEN}&#64;ws.example.org", "acme&#64;ws.example.org"),
        (f"acme&plus;r.{TOKEN}&commat;ws.example.org", "acme&commat;ws.example.org"),
        (f"acme=3Dr=3D{TOKEN}=40ws.example.org", "acme=40ws.example.org"),
        (f"https%3A%2F%2Fmail.example.org%2Fu%2F{stop_code(7, TOKEN)}", "https%3A%2F%2Fmail.example.org%2Fu%2F…"),
        (f"r.{TOKEN}%2Eacme%40ws.example.org", "acme%40ws.example.org"),
        # broken over lines: wrapped, in quoted-printable, quoted
        (f"acme+r.{TOKEN[:9]}\n{TOKEN[9:]}@ws.example.org", "acme@ws.example.org"),
        (f"acme+r.{TOKEN[:9]}=\r\n{TOKEN[9:30]}=\r\n{TOKEN[30:]}@ws.example.org", "acme@ws.example.org"),
        (f"> acme+r.{TOKEN[:9]}\n>  {TOKEN[9:]}@ws.example.org", "> acme@ws.example.org"),
        (f"acme+\nr.{TOKEN}@ws.example.org", "acme@ws.example.org"),
        (f"<r.\n\t{TOKEN}.acme@ws.example.org>", "<acme@ws.example.org>"),
        (f"acme+r.{TOKEN[:20]} \n{TOKEN[20:]}@ws.example.org", "acme@ws.example.org"),
        (f"/u/{stop_code(7, TOKEN)[:12]}\n{stop_code(7, TOKEN)[12:]}", "/u/…"),
    ],
)
def test_a_token_goes_in_whatever_form_it_was_pasted(written: str, left: str) -> None:
    assert masked(written, "acme") == left


@pytest.mark.parametrize(
    "written",
    [
        "acme+help@ws.example.org",
        "r.smith@example.org",
        f"car.{TOKEN}",
        f"r.{TOKEN}a",
        "b-side",
        "acme+r.short@x",
        "https://git.example.org/tree/r-mfzwizlomruw4z3tmvzxg2lpnzuxgzloor2g",
        "https://shop.example.org/p?a=1&b=abcdefghijklmnopqrstuvwxyz234567abcd",
        f"r.{TOKEN[:-1]}{'b' if TOKEN[-1] != 'b' else 'c'}",  # bits are left over
        f"https://shop.example.org/p%2Br.{TOKEN[::-1]}",
        "- r.\nthe\nred\nhouse\nbehind\nthe\nold\nmill\nnear\nlodz",
        "https://forum.example.org/u/marie\nthanksforyourhelpwiththeoldmill",
        f"r.{TOKEN[:9]} {TOKEN[9:]}",  # two words
        "a b.\n\n" + "= \n" * 40,
    ],
)
def test_what_is_no_token_stays(written: str) -> None:
    assert masked(written, "acme") == written


def test_the_authors_lines_lose_it_and_the_quoted_ones_they_stand_under_do_not() -> None:
    address = f"acme+r.{TOKEN}@ws.example.org"
    block = Quoted(under=f"> Answer to {address}", text=f"I wrote to {address}.")
    found = masked_new_text(NewText(text=block.text, own=block.text, blocks=(block,)), "acme")
    assert (found.own, found.text, found.blocks[0].text) == ("I wrote to acme@ws.example.org.",) * 3
    assert found.blocks[0].under == block.under
    plain = NewText(text="Hello", own="Hello")
    assert masked_new_text(plain, "acme") is plain


def test_the_comment_beside_an_answer_to_an_invitation_loses_it() -> None:
    answer = CalendarAnswer("x", "ben@example.net", "declined", f"No: acme+r.{TOKEN}@ws.example.org says so")
    found = masked_comment(Written(Nature.CALENDAR_ANSWER, "itip-method", calendar=answer), "acme")
    assert found.calendar is not None
    assert (found.calendar.comment, found.calendar.partstat) == ("No: acme@ws.example.org says so", "declined")
    for plain in (
        Written(Nature.BULK, "list"),
        Written(Nature.CALENDAR_ANSWER, "", calendar=CalendarAnswer("", "", "")),
    ):
        assert masked_comment(plain, "acme") is plain


# --- files ----------------------------------------------------------------------------------------------------------

WRITTEN = f"Ana;acme+r.{TOKEN}@ws.example.org;r.{TOKEN}\r\n"
LEFT = "Ana;acme@ws.example.org;...\r\n"


@pytest.mark.parametrize("media_type", ["text/plain", "text/csv", "text/markdown", "application/json"])
@pytest.mark.parametrize(
    ("charset", "codec"),
    [("utf-8", "utf-8"), ("", "utf-8"), ("iso-8859-1", "latin-1"), ("utf-16le", "utf-16-le"), ("", "utf-16")],
)
def test_a_file_that_is_text_loses_it_in_its_own_charset(media_type: str, charset: str, codec: str) -> None:
    content = f"é{WRITTEN}é".encode(codec)
    found = masked_file(content, media_type, charset, "acme")
    assert found.decode(codec) == f"é{LEFT}é"


@pytest.mark.parametrize("codec", ["utf-8", "latin-1", "utf-16"])
def test_a_file_whose_type_says_nothing_is_text_by_what_is_in_it(codec: str) -> None:
    content = f"é{WRITTEN}é".encode(codec)
    assert masked_file(content, "application/octet-stream", "", "acme").decode(codec) == f"é{LEFT}é"


@pytest.mark.parametrize(
    ("content", "media_type", "charset"),
    [
        (WRITTEN.encode(), "application/pdf", ""),
        (WRITTEN.encode(), "image/png", ""),
        (b"\0\1" + WRITTEN.encode(), "application/octet-stream", ""),
        (b"\xff\xfeo", "text/plain", ""),  # cut short
        (b"\x00\x81\xff nothing of ours", "text/plain", "koi8-r"),
    ],
)
def test_any_other_file_and_one_without_it_stays_octet_for_octet(content: bytes, media_type: str, charset: str) -> None:
    assert masked_file(content, media_type, charset, "acme") is content


@pytest.mark.parametrize("repeated", ["b.", "r.a", "b=\n", "r.\n ", "r.&#98;", "acme+", f"r.{'a' * 35}=\n", "/u/a\n"])
def test_what_looks_like_the_beginning_of_one_over_and_over_takes_no_long_time(repeated: str) -> None:
    started = perf_counter()
    masked(repeated * (400_000 // len(repeated)), "acme")
    assert perf_counter() - started < 4
