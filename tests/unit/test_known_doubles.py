"""What is noted of a mail, and of how many of one author and Message-ID."""

from __future__ import annotations

import pytest

from gateway.model.arrival import ArrivalState
from gateway.pipeline.doubles import Known
from store.inbox import Noted


@pytest.mark.parametrize("state", ArrivalState)
def test_of_many_alike_only_what_acts_is_noted(state: ArrivalState) -> None:
    assert Known("abc").to_note(state) == "abc"
    assert Known("abc", is_one_of_many=True).to_note(state) == ("abc" if state is ArrivalState.PROCESSED else "")


@pytest.mark.parametrize("state", ArrivalState)
def test_a_mail_has_acted_where_its_copy_was_processed(state: ArrivalState) -> None:
    assert Known("abc", Noted("abd", 1, state)).has_acted is (state is ArrivalState.PROCESSED)
    assert not Known("abc").has_acted
