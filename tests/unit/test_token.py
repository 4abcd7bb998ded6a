"""A token says what it is for; each is good for that alone, whichever key made it."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.model.address import WorkspaceAddress, token_of_message_id, token_of_return_id
from gateway.model.token import Claim, KeyRing, Purpose, is_same

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
MAX_LOCAL_PART = 64  # octets, RFC 5321 §4.5.3.1.1
RING = KeyRing({1: OLD}, 1)
CLAIM = Claim(41, 7, date(2027, 1, 1))


def test_a_token_is_good_for_its_own_purpose_alone() -> None:
    answers = RING.sign(CLAIM, "acme")
    returns = RING.for_returns(answers, "acme")
    assert returns == RING.sign(CLAIM, "acme", Purpose.RETURNS)
    assert RING.verify(answers, "acme") == RING.verify(returns, "acme", Purpose.RETURNS) == CLAIM
    assert RING.verify(returns, "acme") is None
    assert RING.verify(answers, "acme", Purpose.RETURNS) is None


def test_a_token_is_the_same_in_any_case_and_is_not_one_of_the_same_claim_under_another_key() -> None:
    token = RING.sign(CLAIM, "acme")
    assert is_same(token, token.upper())
    assert not is_same(token, KeyRing({1: NEW}, 1).sign(CLAIM, "acme"))
    assert not is_same(token, "")
    assert not is_same("!", token)


def test_a_token_of_before_there_were_purposes_still_answers() -> None:
    """Made on 2026-11-22 for this claim: mails with it are in mailboxes."""
    assert RING.sign(CLAIM, "acme") == "aeaaaaaafeaaaaahbh66gwj4todzw2bi4gxq"


def test_the_key_of_a_token_is_that_of_its_kin_unless_it_was_taken_out() -> None:
    answers = RING.sign(CLAIM, "acme")
    both = KeyRing({1: OLD, 2: NEW}, 2)
    assert both.for_returns(answers, "acme") == RING.for_returns(answers, "acme")
    after = KeyRing({2: NEW}, 2)
    assert after.verify(after.for_returns(answers, "acme"), "acme", Purpose.RETURNS) == CLAIM
    assert KeyRing({}, 1).for_returns(answers, "acme") == ""


@pytest.mark.parametrize("token", ["", "a", "!" * 36, "ä" * 36, "a" * 36, "a" * 400])
def test_what_is_no_token_is_none_for_any_purpose(token: str) -> None:
    assert [RING.verify(token, "acme", purpose) for purpose in Purpose] == [None, None]


def test_each_stands_in_a_mail_where_the_other_is_not_looked_for() -> None:
    place = WorkspaceAddress("acme", "ws.example.org")
    token = RING.for_returns(RING.sign(CLAIM, "acme"), "acme")
    assert token_of_return_id(f"<{place.return_id(token)}>", place) == token
    assert token_of_message_id(place.return_id(token), place) is None
    assert token_of_return_id(place.message_id(token), place) is None
    assert token_of_return_id("b.x.acme@elsewhere.example", place) is None
    assert len(place.verp(token).partition("@")[0]) <= MAX_LOCAL_PART
