"""Any text is answered, at once, and only ever with what the question offers."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.ballot import FIXED_OPTIONS, Abstention, Method, Pick, Picks, PlusOne, Question, Ranking, Scores
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

LONGEST_TAKES = 2.0  # seconds, on a busy machine
METHODS = st.sampled_from(list(Method))
SPEECH = """
yes no not but if Lisbon Porto Berlin A B c 1 2 3 first last all except oui non pas ja nein sauf tous
+1 -1 -0.5 > = , . ? ! ( ) : and or then > 5/5 4,5 maybe 👍 🙃 best thanks, Jo
"""
WORDS = st.sampled_from([*SPEECH.split(), "\n"])
LABELS = st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=8, unique=True)


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def question(method: Method, options: tuple[str, ...] = ("Lisbon", "Berlin", "Porto")) -> Question:
    return Question(text="Where?", method=method, options=FIXED_OPTIONS.get(method, options))


def offered(asked: Question, choice: object) -> bool:
    match choice:
        case Pick(label):
            return label in asked.options
        case Picks(labels):
            return set(labels) <= set(asked.options) and len(set(labels)) == len(labels)
        case Ranking(groups):
            named = [label for group in groups for label in group]
            return set(named) <= set(asked.options) and len(set(named)) == len(named)
        case Scores(pairs):
            within = all(asked.lowest <= points <= asked.highest for _, points in pairs)
            return within and len(dict(pairs)) == len(pairs) and {label for label, _ in pairs} <= set(asked.options)
        case PlusOne(number):
            return -1 <= number <= 1
        case _:
            return isinstance(choice, Abstention)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=25).map(" ".join), METHODS)
def test_any_words_give_a_choice_the_question_offers_or_none(text: str, method: Method) -> None:
    asked = question(method)
    reading = read_ballot(text, asked, lexicon())
    if reading.kind is BallotKind.BALLOT:
        assert offered(asked, reading.choice)
    else:
        assert reading.choice is None
        assert all(offered(asked, rival) for rival in reading.rivals)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), METHODS, LABELS)
def test_any_text_and_any_labels_are_answered(text: str, method: Method, labels: list[str]) -> None:
    asked = question(method, tuple(labels))
    reading = read_ballot(text, asked, lexicon())
    assert reading.kind is not BallotKind.BALLOT or offered(asked, reading.choice)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=12).map(" ".join), METHODS)
def test_quoted_lines_change_nothing(text: str, method: Method) -> None:
    asked = question(method)
    assert read_ballot(text, asked, lexicon()) == read_ballot(f"{text}\n> yes, Lisbon, +1", asked, lexicon())


PEOPLE = st.sampled_from(["Rosa", "Mo", "My boss", "The others", "Everyone else"])
SAYS = st.sampled_from(["says", "said", "wants", "prefers", "would vote", "voted"])
ANSWERS = st.sampled_from(["yes", "no", "Lisbon", "Porto", "+1", "Berlin first"])


@settings(max_examples=100, deadline=None)
@given(PEOPLE, SAYS, ANSWERS, METHODS)
def test_what_another_says_is_never_counted(who: str, says: str, what: str, method: Method) -> None:
    reading = read_ballot(f"{who} {says} {what}.", question(method), lexicon())
    assert reading.kind is not BallotKind.BALLOT


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(2, 60), st.sampled_from(["yes", "votes for", "+1"]))
def test_a_count_of_votes_is_never_counted(many: int, few: int, side: str) -> None:
    for method in (Method.YESNO, Method.CONSENT, Method.PLUSONE):
        reading = read_ballot(f"So far: {many} {side}, {few} against.", question(method), lexicon())
        assert reading.kind is not BallotKind.BALLOT


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(
    "piece",
    ["yes no ", "Lisbon, ", "( ", "A > ", "+1 ", "not ", "~~x ", "**a ", "if ", "1 2 ", "é̂́", "\n\n", "[ ] ", "Lisbno "],
)
def test_a_huge_text_takes_no_longer_than_a_long_one(method: Method, piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    read_ballot(text, question(method), lexicon())
    assert time.process_time() - started < LONGEST_TAKES
