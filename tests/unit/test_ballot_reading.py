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
from gateway.understand.reading.ballot_points import scale_of
from gateway.understand.reading.ballot_vocabulary import vocabulary

READINGS = Path(__file__).parent.parent / "golden" / "readings"
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
    files = [READINGS / "ballots.jsonl", *sorted(READINGS.glob("ballots_idioms_*.jsonl"))]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
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


def test_bare_digits_in_a_line_are_the_options_from_best_to_last_as_every_ballot_asks_for_them() -> None:
    assert read("2 3 1", Method.RANKED).choice == Ranking((("Berlin",), ("Porto",), ("Lisbon",)))
    assert read("3, 2, 1", Method.RANKED).choice == Ranking((("Porto",), ("Berlin",), ("Lisbon",)))


def test_a_column_of_bare_digits_may_be_ranks_and_is_asked_back_with_both_readings() -> None:
    reading = read("2\n3\n1", Method.RANKED)
    assert reading.kind is BallotKind.UNCLEAR
    assert set(reading.rivals) == {
        Ranking((("Berlin",), ("Porto",), ("Lisbon",))),
        Ranking((("Porto",), ("Lisbon",), ("Berlin",))),
    }


def test_a_wish_for_something_else_is_a_no_and_one_for_what_was_asked_is_none() -> None:
    asked = "Shall we buy a new printer?"
    assert read("I'd rather spend it on chairs", Method.YESNO, asked=asked).choice == Pick("No")
    assert read("I'd rather buy two printers", Method.YESNO, asked=asked).kind is BallotKind.UNCLEAR
    assert read("I'd rather spend it on chairs", Method.CONSENT, asked=asked).kind is BallotKind.UNCLEAR


def test_what_is_not_needed_is_no_answer_where_the_question_is_about_ending_it() -> None:
    assert read("We don't need it", Method.YESNO, asked="Shall we buy a second van?").choice == Pick("No")
    assert read("We don't need it", Method.YESNO, asked="Shall we sell the van?").kind is BallotKind.UNCLEAR


def test_an_acknowledgement_before_something_to_be_done_first_is_no_yes() -> None:
    assert read("OK, I'll read it tonight", Method.YESNO).kind is BallotKind.UNCLEAR
    assert read("OK, but who would run it?", Method.YESNO).kind is BallotKind.UNCLEAR
    assert read("OK, it has bothered me for years", Method.YESNO).choice == Pick("Yes")


def test_passing_on_an_offer_is_a_no_and_passing_on_a_proposal_an_abstention() -> None:
    assert read("I'll pass", Method.YESNO, asked="Would you like a seat on the coach?").choice == Pick("No")
    assert read("I'll pass", Method.CONSENT, asked="Proposal: a coach for all.").choice == Pick("Abstain")


def test_a_copied_list_with_ticks_is_read_by_its_ticks() -> None:
    assert read("Lisbon\nBerlin x\nPorto", Method.SINGLE).choice == Pick("Berlin")
    assert read("Lisbon ✔\nBerlin ✗\nPorto ✔", Method.APPROVAL).choice == Picks(("Lisbon", "Porto"))
    assert read("Lisbon\nBerlin", Method.SINGLE).kind is BallotKind.UNCLEAR


def test_what_is_excepted_and_not_recognised_is_asked_about() -> None:
    assert read("Any of them except the harbour one", Method.APPROVAL).kind is BallotKind.UNCLEAR


def test_an_option_beside_a_withdrawal_is_not_chosen_by_being_named() -> None:
    assert read("Cancel my vote, Berlin has just dropped out", Method.SINGLE).kind is BallotKind.WITHDRAW


def test_neighbouring_letters_that_changed_places_are_one_slip() -> None:
    assert read("Protoo is too far, Lisobn", Method.SINGLE).choice == Pick("Lisbon")
    assert read("agere", Method.CONSENT).choice == Pick("Agree")


def test_the_size_of_a_paper_is_no_amount() -> None:
    assert read("the biggest one", Method.SINGLE, ("A4", "A3", "A2")).kind is BallotKind.UNCLEAR
    assert read("the biggest one", Method.SINGLE, ("4 m", "3 m", "2 m")).choice == Pick("4 m")


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
    assert read("Lisbin", Method.SINGLE, ("Lisbon", "Berlin")).choice == Pick("Lisbon")
    assert read("Lisbin", Method.SINGLE, ("Lisbon", "Lisban")).kind is BallotKind.UNCLEAR
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


@pytest.mark.parametrize(
    "text", ["Porto, it's cheaper", "plutôt Porto, c'est moins cher", "Porto, weil es billiger ist"]
)
def test_a_degree_behind_an_option_that_is_named_is_its_reason(text: str) -> None:
    assert read(text, Method.SINGLE).comment == text


def test_a_degree_within_the_name_of_an_option_is_no_reason() -> None:
    trains = ("Later train", "Earlier train")
    assert read("Later train > Earlier train", Method.RANKED, trains).comment is None


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


# --- whose words, and of when --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Rosa says yes",
        "Most people here want it, as far as I can tell",
        "Selon Rosa, oui",
        "Rosa ist dafür",
        "Rosa dice que sí",
        "Rosa è favorevole",
        "A Rosa é a favor",
        "Volgens Rosa wel, ja",
        "On behalf of Rosa: yes",
    ],
)
def test_what_another_wants_is_no_vote_of_the_author(text: str) -> None:
    assert read(text, Method.YESNO).kind is BallotKind.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Rosa says no, I say yes",
        "My colleagues are against it but I'm for it",
        "Rosa sagt nein, ich sage ja",
        "Yes, as Rosa says",
        "Rosa est contre mais moi je suis pour",
    ],
)
def test_an_author_who_names_another_still_votes(text: str) -> None:
    assert read(text, Method.YESNO).choice == Pick("Yes")


@pytest.mark.parametrize(
    "text",
    [
        "Rosa: +1\nMo: +1",
        "Result: 3 +1, no -1",
        "This vote passes with four +1.",
        "+1: Rosa, Mo, Lee. -1: none.",
        "Das Ergebnis ist da: 5 +1, keine Gegenstimmen.",
    ],
)
def test_the_count_of_a_vote_is_no_vote(text: str) -> None:
    assert read(text, Method.PLUSONE).kind is BallotKind.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Lisbon was lovely last year. Porto this time!",
        "Lisbon is lovely but Porto for me",
        "Lisbonne... enfin Lisbon, c'était bien l'an passé. Cette fois Porto !",
        "Lisbon war letztes Jahr toll, diesmal Porto",
        "Lisbon estuvo muy bien, pero este año Porto",
    ],
)
def test_an_option_remembered_or_praised_gives_way_to_the_one_chosen(text: str) -> None:
    assert read(text, Method.SINGLE).choice == Pick("Porto")


def test_a_memory_alone_chooses_nothing() -> None:
    assert read("Lisbon was lovely last year", Method.SINGLE).kind is BallotKind.UNCLEAR


def test_an_author_who_goes_on_to_hesitate_is_asked_back() -> None:
    assert read("Yes. Though I'm still thinking about it.", Method.YESNO).kind is BallotKind.UNCLEAR
    assert read("Porto, but I haven't decided yet", Method.SINGLE).kind is BallotKind.UNCLEAR


# --- what the question makes of an answer --------------------------------------------------------


def test_a_phrase_of_refusal_that_bids_what_is_asked_is_a_yes() -> None:
    assert read("Skip it.", Method.YESNO, asked="Shall we skip the June call?").choice == Pick("Yes")
    assert read("Skip it.", Method.YESNO, asked="Shall we paint the hall?").choice == Pick("No")


def test_no_objection_is_a_no_where_the_question_is_who_objects() -> None:
    assert read("no objections", Method.YESNO, asked="Any objections to filming?").choice == Pick("No")
    assert read("no objections", Method.YESNO, asked="Shall we film it?").choice == Pick("Yes")


@pytest.mark.parametrize(
    ("text", "options", "chosen"),
    [
        ("half seven", ("18:30", "19:30"), "19:30"),
        ("halb sieben", ("18:30", "19:30"), "18:30"),
        ("half zeven graag", ("18:30", "19:30"), "18:30"),
        ("sept heures et demie", ("7h30", "8h30"), "7h30"),
        ("a las siete y media", ("7:30", "8:30"), "7:30"),
        ("alle sette e mezza", ("7:30", "8:30"), "7:30"),
        ("às sete e meia", ("7:30", "8:30"), "7:30"),
        ("quarter to eight", ("7:45", "8:15"), "7:45"),
        ("um acht", ("7.30 Uhr", "8.00 Uhr"), "8.00 Uhr"),
    ],
)
def test_a_time_said_in_words_is_the_option_of_that_time(text: str, options: tuple[str, ...], chosen: str) -> None:
    assert read(text, Method.SINGLE, options, "?").choice == Pick(chosen)


def test_a_part_of_the_day_tells_the_options_that_lie_in_it() -> None:
    options = ("Mon 9am", "Mon 4pm", "Fri 9am")
    assert read("any of the mornings", Method.APPROVAL, options).choice == Picks(("Mon 9am", "Fri 9am"))
    assert read("Monday afternoon", Method.SINGLE, options).choice == Pick("Mon 4pm")


def test_the_cheapest_is_told_among_prices_with_thousands() -> None:
    assert read("the cheapest", Method.SINGLE, ("£900", "£1,200", "£2,400")).choice == Pick("£900")


def test_points_of_a_count_of_something_else_are_no_points() -> None:
    assert read("I visited Lisbon 3 times", Method.SCORE).kind is BallotKind.UNCLEAR


def test_an_option_passed_over_is_not_given_its_neighbours_points() -> None:
    assert read("no idea about Berlin, Porto 4", Method.SCORE).choice == Scores((("Porto", 4.0),))
    assert read("Porto 4, Berlin I skip", Method.SCORE).choice == Scores((("Porto", 4.0),))


def test_an_order_that_its_own_numbers_contradict_is_asked_back() -> None:
    assert read("Berlin third, Porto first, Lisbon", Method.RANKED).kind is BallotKind.UNCLEAR


def test_an_order_to_be_rearranged_is_asked_back() -> None:
    assert read("Lisbon, Porto, Berlin. No, swap the last two", Method.RANKED).kind is BallotKind.UNCLEAR


def test_an_authors_own_number_counts_no_votes() -> None:
    assert read("I have 2 objections: the price and the noise", Method.LAZY).choice == Pick("Disagree")
    assert read("Je m'oppose : 900 euros, c'est trop", Method.LAZY).choice == Pick("Disagree")


def test_a_yes_that_a_question_is_set_against_is_asked_back() -> None:
    assert read("Yes, but who pays?", Method.YESNO).missing == "question"
    assert read("Yes! Who pays, by the way?", Method.YESNO).choice == Pick("Yes")


def test_light_words_are_read_past_and_stay_in_the_remark() -> None:
    got = read("I'd frankly, honestly rather we seriously didn't. The hall is damp.", Method.YESNO)
    assert got.comment is None or "damp" in got.comment
    assert read("Je préférerais franchement pas", Method.YESNO).evidence == "Je préférerais franchement pas"


def test_a_fact_about_an_option_chooses_nothing() -> None:
    assert read("Porto has a nice bridge", Method.SINGLE).kind is BallotKind.UNCLEAR
    assert read("Porto, the bridge is nice", Method.SINGLE).choice == Pick("Porto")


def test_a_label_that_is_a_word_of_rank_ranks_nothing() -> None:
    assert read("Silver > Gold", Method.RANKED, ("Gold", "Silver")).choice == Ranking((("Silver",), ("Gold",)))


def test_an_amount_is_no_hundred_percent() -> None:
    assert read("100", Method.YESNO).kind is BallotKind.UNCLEAR
    assert read("100%", Method.YESNO).choice == Pick("Yes")


def test_a_day_and_month_in_figures_on_a_label_is_named_by_its_day() -> None:
    options = ("Mo 3.3.", "Di 4.3.", "Do 6.3.")
    assert read("Bei mir gehen der 3. und der 6.", Method.APPROVAL, options).choice == Picks(("Mo 3.3.", "Do 6.3."))


@pytest.mark.parametrize(
    ("question", "scale"),
    [
        ("Score each from 1 to 10", (1, 10)),
        ("Notez de 0 à 5", (0, 5)),
        ("0-100 bitte", (0, 100)),
        ("Rate them", None),
        ("Notez sur 20.", (0, 20)),
        ("Rate each out of 10", (0, 10)),
        ("Rate each of 10 firms", None),
    ],
)
def test_the_scale_a_question_names_is_told(question: str, scale: tuple[int, int] | None) -> None:
    assert scale_of(question, vocabulary(lexicon())) == scale
