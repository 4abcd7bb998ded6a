"""Requests at the ends of an answer, parted from it."""

from __future__ import annotations

import pytest

from gateway.model.understood import Reading, Setting, Word
from gateway.understand.beside import parted, requests_in

LESS = Setting(Word.LESS)


def asked(text: str) -> Reading | None:
    return LESS if "fewer mails" in text else None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Porto\n\nfewer mails please", "Porto"),
        ("Porto.\nfewer mails please", "Porto."),
        ("fewer mails please\n\nPorto", "Porto"),
        ("Porto\n\nfewer mails please\n\nThanks, Ben", "Porto\n\nThanks, Ben"),
        ("Porto\n\nfewer mails\nplease", "Porto"),
    ],
)
def test_a_request_above_or_below_an_answer_is_parted_from_it(text: str, left: str) -> None:
    found = parted(text, asked)
    assert found.text == left
    assert [reading for _, reading in found.asked] == [LESS]


@pytest.mark.parametrize(
    "text",
    [
        "fewer mails please",
        "Porto, and fewer mails",
        "Porto\n\nfewer mails\n\nbecause the town is by the sea and has a harbour",
        "Porto would be the best place of all, because one gets there by\nfewer mails than elsewhere",
        f"Porto\n\nfewer mails {'and more ' * 20}",
    ],
)
def test_what_is_all_or_in_the_middle_or_goes_on_stays_whole(text: str) -> None:
    found = parted(text, asked)
    assert (found.text, found.asked) == (text.strip(), ())


def test_a_word_above_an_answer_is_parted_from_it_unless_a_list_goes_on() -> None:
    assert (parted("less\nPorto", each).text, parted("less\nPorto", each).above) == ("Porto", 1)
    assert parted("less\nmute it\nPorto", each).asked == ()
    assert parted("fewer mails as before\nPorto", asked).asked == ()


@pytest.mark.parametrize(
    ("text", "is_parted"),
    [
        ("We meet.\n\nmute it", True),
        ("We meet.\nmute it", False),
        ("mute it\n\nWe meet.", False),
        ("We meet.\n\nless", False),
        ("We meet:\nmore\nless", False),
    ],
)
def test_in_a_post_a_word_is_parted_only_below_an_empty_line_and_where_it_is_plain(text: str, is_parted: bool) -> None:
    assert bool(parted(text, each, is_post=True).asked) is is_parted


def test_several_requests_are_given_in_the_order_written() -> None:
    found = parted("yes\nfewer mails\n\nfewer mails please", asked)
    assert (found.text, [text for text, _ in found.asked]) == ("yes", ["fewer mails", "fewer mails please"])


def each(text: str) -> Reading | None:
    return {"fewer mails": LESS, "less": LESS, "mute it": Setting(Word.MUTE)}.get(text)


@pytest.mark.parametrize(
    ("sentences", "count"),
    [
        (("fewer mails", "mute it"), 2),
        (("fewer mails",), 0),  # one whole
        (("fewer mails", "less"), 0),  # one thing, said in two sentences
        (("fewer mails", "mute it", "Porto"), 0),  # something else too
    ],
)
def test_a_text_made_of_requests_is_each_of_them(sentences: tuple[str, ...], count: int) -> None:
    assert len(requests_in(sentences, each, lambda reading: reading)) == count
