"""Threads of archives: RFC 5256 REFERENCES, and what archives do to it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from gateway.resources import load_lexicon
from gateway.understand.mime import read_message
from gateway.understand.thread import Archived, Place, thread

LEXICON = load_lexicon()
DAWN = datetime(2026, 7, 3, 7, tzinfo=UTC)


def parents(*messages: Archived, by_subject: bool = False) -> list[int | None]:
    return [place.parent for place in thread(messages, by_subject, LEXICON)]


def titled(*subjects: str) -> list[Archived]:
    return [
        Archived(f"{n}@x", subject=subject, sent_at=DAWN + timedelta(hours=n)) for n, subject in enumerate(subjects)
    ]


def test_references_make_a_chain_in_any_order() -> None:
    a, b, c = Archived("a@x"), Archived("b@x", ("a@x",)), Archived("c@x", ("a@x", "b@x"))
    assert parents(a, b, c) == [None, 0, 1]
    assert parents(c, b, a) == [1, 2, None]


def test_in_reply_to_stands_in_for_references_and_only_its_first_id_counts() -> None:
    assert parents(Archived("a@x"), Archived("b@x"), Archived("c@x", (), ("b@x", "a@x"))) == [None, None, 1]


def test_references_outweigh_in_reply_to() -> None:
    assert parents(Archived("a@x"), Archived("b@x"), Archived("c@x", ("a@x",), ("b@x",))) == [None, None, 0]


def test_ones_own_references_outweigh_what_others_say() -> None:
    liar = Archived("l@x", ("a@x", "b@x"))  # puts b under a
    honest = Archived("b@x", ("c@x",))
    assert parents(Archived("a@x"), liar, Archived("c@x"), honest) == [None, 3, None, 2]


def test_a_message_missing_between_two_is_stepped_over() -> None:
    assert parents(Archived("a@x"), Archived("c@x", ("a@x", "missing@x"))) == [None, 0]


def test_answers_to_a_missing_mail_are_one_thread_without_parent() -> None:
    places = thread([Archived("b@x", ("gone@x",)), Archived("c@x", ("gone@x",))])
    assert places == (Place(None, 0), Place(None, 0))


def test_a_single_answer_to_a_missing_mail_is_the_top() -> None:
    assert thread([Archived("b@x", ("gone@x",))]) == (Place(None, 0),)


def test_ids_that_refer_in_a_circle_lose_nothing() -> None:
    circle = [Archived("a@x", ("c@x",)), Archived("b@x", ("a@x",)), Archived("c@x", ("b@x",))]
    places = thread(circle)
    assert len(places) == 3
    assert [place.parent for place in places].count(None) == 1
    assert {place.root for place in places} == {places[0].root}


def test_a_message_that_refers_to_itself_is_a_top() -> None:
    assert parents(Archived("a@x", ("a@x",)), Archived("b@x", ("a@x", "b@x"))) == [None, 0]


def test_messages_with_one_id_are_all_kept() -> None:
    assert parents(Archived("a@x"), Archived("a@x"), Archived("b@x", ("a@x",))) == [None, None, 0]


def test_messages_without_an_id_are_kept_under_what_they_answer() -> None:
    assert parents(Archived("a@x"), Archived("", ("a@x",)), Archived("", ("a@x",))) == [None, 0, 0]


def test_a_root_stands_for_its_whole_thread() -> None:
    places = thread([Archived("b@x", ("a@x",)), Archived("a@x"), Archived("c@x", ("a@x", "b@x")), Archived("d@x")])
    assert [place.root for place in places] == [1, 1, 1, 3]


# --- by subject ----------------------------------------------------------------------------------


def test_one_subject_joins_only_when_asked_for() -> None:
    messages = titled("Notes", "Re: Notes")
    assert parents(*messages) == [None, None]
    assert parents(*messages, by_subject=True) == [None, 0]


def test_two_of_one_subject_that_are_no_replies_stand_side_by_side() -> None:
    places = thread(titled("Notes", "Notes"), True, LEXICON)
    assert [place.parent for place in places] == [None, None]
    assert places[0].root == places[1].root


def test_a_reply_that_came_first_goes_under_the_original() -> None:
    assert parents(*titled("Re: Notes", "Notes"), by_subject=True) == [1, None]


@pytest.mark.parametrize(
    "reply",
    [
        "Re: Notes",
        "RE[2]: Notes",
        "Fwd: Re: Notes",
        "[list] Re: Notes",
        "Re: [list] Notes",
        "Notes (fwd)",
        "[Fwd: Notes]",
        "AW: Notes",
        "SV: notes",
        "TR : Notes",
        "Antw: RE: Notes",
        "回复：Notes",
    ],
)
def test_prefixes_tags_and_trailers_do_not_change_a_subject(reply: str) -> None:
    assert parents(*titled("Notes", reply), by_subject=True) == [None, 0]


@pytest.mark.parametrize("subject", ["", "Re:", "  ", "[x]"])
def test_empty_subjects_join_nothing_but_themselves(subject: str) -> None:
    assert parents(*titled("Notes", subject), by_subject=True) == [None, None]


# --- as read -------------------------------------------------------------------------------------


def test_only_valid_ids_count_unless_told_otherwise() -> None:
    raw = b"Message-ID: bare@x.example\r\nIn-Reply-To: a@x.example\r\nReferences: <1> <b@x.example>\r\n\r\nx"
    strict, lenient = Archived.of(read_message(raw)), Archived.of(read_message(raw), lenient=True)
    assert (strict.message_id, strict.references, strict.in_reply_to) == ("", ("b@x.example",), ())
    assert (lenient.message_id, lenient.references, lenient.in_reply_to) == (
        "bare@x.example",
        ("1", "b@x.example"),
        ("a@x.example",),
    )


def test_a_long_chain_costs_no_more_than_its_length() -> None:
    chain = [Archived("0@x")] + [Archived(f"{n}@x", (), (f"{n - 1}@x",)) for n in range(1, 20_000)]
    start = time.process_time()
    places = thread(chain)
    assert time.process_time() - start < 5
    assert places[-1] == Place(19_998, 0)
