"""Our tokens in what somebody wrote: taken out, in whatever form they were pasted."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.model.nature import CalendarAnswer, Nature, Written
from gateway.model.reading import NewText, Quoted
from gateway.model.stoplink import stop_code
from gateway.model.token import LENGTH, Claim, KeyRing, Purpose
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
