"""Whatever ids an archive holds: every message keeps a place, and no thread is a circle."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.resources import load_lexicon
from gateway.understand.thread import Archived, Place, thread

LEXICON = load_lexicon()
IDS = st.sampled_from(["", *(f"{letter}@x" for letter in "abcdefgh")])
ARCHIVED = st.builds(
    Archived,
    message_id=IDS,
    references=st.lists(IDS, max_size=5).map(tuple),
    in_reply_to=st.lists(IDS, max_size=2).map(tuple),
    subject=st.sampled_from(["", "Notes", "Re: Notes", "Fwd: Notes", "[l] Notes", "Other", "((", "Re: Re: ["]),
    sent_at=st.none() | st.integers(1, 28).map(lambda day: datetime(2026, 7, day, tzinfo=UTC)),
)


def _depth(places: tuple[Place, ...], number: int) -> int:
    depth, walk = 0, places[number].parent
    while walk is not None:
        depth += 1
        assert depth <= len(places), "a circle"
        walk = places[walk].parent
    return depth


@given(st.lists(ARCHIVED, max_size=14), st.booleans())
def test_every_message_has_a_place_and_no_thread_is_a_circle(messages: list[Archived], by_subject: bool) -> None:
    places = thread(messages, by_subject, LEXICON)
    assert len(places) == len(messages)
    for number, place in enumerate(places):
        _depth(places, number)
        assert 0 <= place.root < len(messages)
        assert places[place.root].root == place.root
        assert place.parent is None or places[place.parent].root == place.root


@given(st.lists(ARCHIVED, max_size=10))
def test_joining_by_subject_never_parts_what_references_joined(messages: list[Archived]) -> None:
    apart, joined = thread(messages), thread(messages, True, LEXICON)
    for one in range(len(messages)):
        for other in range(one):
            if apart[one].root == apart[other].root:
                assert joined[one].root == joined[other].root


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), min_size=8, max_size=8))
def test_the_order_of_an_archive_does_not_matter_where_ids_tell_all(order: list[int], links: list[int]) -> None:
    answered = [None if number == 0 else links[number] % number for number in range(8)]

    def chain(number: int | None) -> tuple[str, ...]:
        return () if number is None else (*chain(answered[number]), f"{number}@x")

    messages = [Archived(f"{number}@x", chain(answered[number])) for number in range(8)]
    places = thread([messages[number] for number in order])
    for position, number in enumerate(order):
        parent = places[position].parent
        assert (None if parent is None else order[parent]) == answered[number]
