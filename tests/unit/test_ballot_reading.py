"""Votes out of free words: golden replies of seven languages, and the promises behind them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.model.ballot import (
    CONSENT_OPTIONS,
    PLUSONE_OPTIONS,
    YESNO_OPTIONS,
    Abstention,
    Choice,
    Method,
    Pick,
    Picks,
    PlusOne,
    Question,
    Ranking,
    Scores,
)
from gateway.model.reading import BallotKind, BallotReading
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

CASES = Path(__file__).parent.parent / "golden" / "readings" / "ballots.jsonl"
CITIES = ("Lisbon", "Berlin", "Porto")
FIXED = {
    Method.YESNO: YESNO_OPTIONS,
    Method.CONSENT: CONSENT_OPTIONS,
    Method.LAZY: CONSENT_OPTIONS,
    Method.PLUSONE: PLUSONE_OPTIONS,
}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(text: str, method: Method, options: tuple[str, ...] = CITIES, asked: str = "Shall we?") -> BallotReading:
    return read_ballot(text, Question(text=asked, method=method, options=FIXED.get(method, options)), lexicon())


def cases() -> list[Any]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=f"{case['id']}-{case['lang']}") for case in map(json.loads, lines)]


def wanted_choice(method: Method, plain: Any) -> Choice:
    if plain is None:
        return Abstention()
    if method is Method.APPROVAL:
        return Picks(tuple(plain))
    if method is Method.RANKED:
        return Ranking(tuple(tuple(group) if isinstance(group, list) else (group,) for group in plain))
    if method is Method.SCORE:
        return Scores(tuple((label, float(points)) for label, points in plain.items()))
    return PlusOne(float(plain)) if method is Method.PLUSONE else Pick(plain)


def is_same(method: Method, options: tuple[str, ...], want: Choice, got: Choice | None) -> bool:
    """Whether two choices count the same: options not named rank last together; order tells nothing elsewhere."""
    if isinstance(want, Ranking) and isinstance(got, Ranking):
        return weak_order(want, options) == weak_order(got, options)
    if isinstance(want, Scores) and isinstance(got, Scores):
        return dict(want.pairs) == dict(got.pairs)
    if isinstance(want, Abstention) and method is Method.PLUSONE:
        return got == PlusOne(0.0)
    return want == got


def weak_order(ranking: Ranking, options: tuple[str, ...]) -> list[frozenset[str]]:
    groups = [frozenset(group) for group in ranking.groups]
    rest = frozenset(options).difference(*groups)
    return [group for group in [*groups, rest] if group]


@pytest.mark.parametrize("case", cases())
def test_a_golden_reply_is_read_as_its_author_meant_it(case: dict[str, Any]) -> None:
    method, options = Method(case["method"]), tuple(case["options"])
    got = read(case["reply"], method, options, case["question"])
    for want in [case["expected"], *case.get("also_ok", [])]:
        if want["kind"] != got.kind:
            continue
        if want["kind"] != "ballot" or is_same(method, options, wanted_choice(method, want["choice"]), got.choice):
            return
    pytest.fail(f"read as {got}")


@pytest.mark.parametrize("case", [c for c in cases() if "comment" in c.values[0]["expected"]])
def test_a_remark_is_told_from_a_bare_vote(case: dict[str, Any]) -> None:
    got = read(case["reply"], Method(case["method"]), tuple(case["options"]), case["question"])
    assert bool(got.comment) == case["expected"]["comment"]


def test_the_golden_replies_cover_every_language_and_method() -> None:
    seen = [case.values[0] for case in cases()]
    assert (
        {c["lang"] for c in seen} == set(load_lexicon().tables("ballot")) >= {"en", "fr", "de", "es", "it", "pt", "nl"}
    )
    assert {c["method"] for c in seen} >= {m.value for m in Method if m is not Method.LAZY}


def test_lazy_consensus_is_read_as_consent_is() -> None:
    for text in ("Fine by me", "I object: too early", "Veto, it is unlawful", "abstain"):
        assert read(text, Method.LAZY) == read(text, Method.CONSENT)


def test_a_conditional_yes_is_asked_back_as_lacking_its_condition() -> None:
    reading = read("Yes, provided it stays under 500 euros", Method.YESNO)
    assert (reading.kind, reading.missing) == (BallotKind.UNCLEAR, "condition")
    assert reading.rivals == (Pick("Yes"),)


def test_an_if_in_a_sentence_of_its_own_is_no_condition() -> None:
    assert read("Yes. If you need help moving, call me.", Method.YESNO).choice == Pick("Yes")


def test_two_options_are_both_named_in_the_question_back() -> None:
    reading = read("Lisbon or Porto", Method.SINGLE)
    assert reading.kind is BallotKind.UNCLEAR
    assert reading.missing == "several"
    assert set(reading.rivals) == {Pick("Lisbon"), Pick("Porto")}


def test_bare_digits_that_could_be_options_or_ranks_are_asked_back_with_both_readings() -> None:
    reading = read("2 3 1", Method.RANKED)
    assert reading.kind is BallotKind.UNCLEAR
    assert set(reading.rivals) == {
        Ranking((("Berlin",), ("Porto",), ("Lisbon",))),
        Ranking((("Porto",), ("Lisbon",), ("Berlin",))),
    }


def test_bare_digits_that_mean_the_same_either_way_are_counted() -> None:
    assert read("3 2 1", Method.RANKED).choice == Ranking((("Porto",), ("Berlin",), ("Lisbon",)))


def test_points_beyond_the_range_are_asked_back() -> None:
    assert read("Lisbon 9, Porto 2", Method.SCORE).missing == "range"


def test_the_range_of_points_is_the_one_of_the_question() -> None:
    question = Question(text="Points?", method=Method.SCORE, options=CITIES, lowest=0, highest=10)
    assert read_ballot("Lisbon 9/10, Porto 2", question, lexicon()).choice == Scores((("Lisbon", 9.0), ("Porto", 2.0)))


def test_a_fraction_keeps_its_number() -> None:
    assert read("-0.9, I could not build it", Method.PLUSONE).choice == PlusOne(-0.9)


def test_an_objection_merely_denied_is_no_plus_one() -> None:
    assert read("no objections", Method.PLUSONE).kind is BallotKind.UNCLEAR


def test_an_explicit_abstention_counts_where_no_option_says_so() -> None:
    assert read("I abstain", Method.SINGLE).choice == Abstention()
    assert read("I abstain", Method.YESNO).choice == Abstention()


def test_a_withdrawal_with_a_new_choice_is_the_new_choice() -> None:
    assert read("I withdraw my vote for Lisbon. Porto please.", Method.SINGLE).choice == Pick("Porto")


def test_asking_how_to_withdraw_withdraws_nothing() -> None:
    assert read("How do I withdraw my vote?", Method.SINGLE).kind is BallotKind.UNCLEAR


def test_a_misspelt_label_counts_only_when_no_other_is_near() -> None:
    assert read("Lisbno", Method.SINGLE, ("Lisbon", "Berlin")).kind is BallotKind.UNCLEAR
    assert read("Lissbon", Method.SINGLE, ("Lisbon", "Berlin")).choice == Pick("Lisbon")
    assert read("Marta", Method.SINGLE, ("Marte", "Marto")).kind is BallotKind.UNCLEAR


def test_an_exact_label_wins_over_one_that_contains_it() -> None:
    assert read("blue", Method.SINGLE, ("Blue", "Dark blue")).choice == Pick("Blue")
    assert read("dark blue", Method.SINGLE, ("Blue", "Dark blue")).choice == Pick("Dark blue")


def test_labels_that_say_yes_and_no_take_a_plain_yes() -> None:
    options = ("Oui, en juin", "Non, plus tard")
    assert read("oui", Method.SINGLE, options, "On lance ?").choice == Pick("Oui, en juin")


def test_an_article_is_not_option_a() -> None:
    assert read("a great choice would be nice", Method.SINGLE).kind is BallotKind.UNCLEAR


def test_a_vote_for_what_somebody_said_is_no_vote() -> None:
    assert read("+1 to what Anna wrote", Method.PLUSONE).kind is BallotKind.UNCLEAR
    assert read("I agree with Sam", Method.CONSENT).kind is BallotKind.UNCLEAR


def test_quoted_lines_never_vote() -> None:
    assert read("> yes\n\nWhat does it cost?", Method.YESNO).kind is BallotKind.UNCLEAR


def test_a_signature_never_votes() -> None:
    assert read("Porto\n\n-- \nBerlin Office", Method.SINGLE).choice == Pick("Porto")


def test_the_evidence_is_words_of_the_text() -> None:
    text = "Hi all,\n\nwe talked about it at length. So: yes from me.\n\nCheers,\nJo"
    reading = read(text, Method.YESNO)
    assert reading.evidence
    assert reading.evidence in text


def test_the_comment_leaves_out_greeting_and_signature() -> None:
    reading = read("Hi all,\n\nNo. The lease forbids it.\n\nBest regards,\nJo Miller", Method.YESNO)
    assert reading.comment == "The lease forbids it."


def test_a_workspace_in_one_language_reads_another() -> None:
    assert read("nein, das geht leider nicht", Method.YESNO, asked="Faut-il repousser la réunion ?").choice == Pick(
        "No"
    )
    assert read("sí, claro", Method.YESNO, asked="Sollen wir verschieben?").choice == Pick("Yes")


def test_nothing_is_read_from_nothing() -> None:
    for text in ("", "   \n\n", "> all\n> quoted", "Hi Jo,\n\nThanks,\nSam", "…", "🤔"):
        for method in Method:
            assert read(text, method).kind is BallotKind.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Lisbonne est belle mais je vote pour Gand.",
        "Lisbon is nice but I'd rather have Madrid",
        "Porto ist schön, aber ich stimme für Brüssel",
        "Porto es bonita pero voto por Madrid",
    ],
)
def test_a_choice_of_something_that_is_no_option_is_not_counted_for_the_option_beside_it(text: str) -> None:
    question = Question(text="Where do we meet?", method=Method.SINGLE, options=("Lisbon", "Porto", "Ghent"))
    assert read_ballot(text, question, lexicon()).kind is BallotKind.UNCLEAR


@pytest.mark.parametrize("text", ["Sì", "si.", "Sí", "Oui", "Ja!", "y", "sim"])
def test_a_yes_alone_is_a_yes_whatever_the_language_of_the_question(text: str) -> None:
    question = Question(text="Shall we move?", method=Method.YESNO, options=("Yes", "No"))
    assert read_ballot(text, question, lexicon()).choice == Pick("Yes")
