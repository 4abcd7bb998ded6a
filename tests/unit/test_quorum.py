"""Enough answers: exact shares, and who counts."""

from __future__ import annotations

import pytest

from gateway.decide import quorum


@pytest.mark.parametrize(
    ("electorate", "share", "needed"), [(5, 0.5, 3), (4, 0.5, 2), (5, 0.6, 3), (10, 0.7, 7), (3, 0.0, 0), (3, 1, 3)]
)
def test_a_quorum_is_the_smallest_number_that_is_the_share(electorate: int, share: float, needed: int) -> None:
    assert quorum.needed(electorate, share) == needed
    assert quorum.is_reached(needed, electorate, share)
    assert not needed or not quorum.is_reached(needed - 1, electorate, share)


def test_a_quorum_of_people_is_that_number_of_any_electorate() -> None:
    assert [quorum.needed(electorate, 0.5, 5) for electorate in (4, 8, 100)] == [5, 5, 5]
    assert quorum.missing(3, 8, 0.0, people=5) == 2


def test_who_left_counts_only_with_a_ballot_cast() -> None:
    assert quorum.size({1, 2, 3, 4}, left={3, 4}, voters={4}) == 3


def test_what_is_missing_is_never_negative() -> None:
    assert [quorum.missing(answered, 10, 0.5) for answered in (3, 5, 9)] == [2, 0, 0]
