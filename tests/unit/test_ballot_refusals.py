"""Votes that say what their author does not want, or wants less: one option refused, put second, a hedged answer."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.model.ballot import YESNO_OPTIONS, Method, Pick, Question, Ranking
from gateway.model.reading import BallotKind, BallotReading
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

THREE = ("Lisbon", "Porto", "Ghent")
TWO = THREE[:2]
ASKED = {
    "en": "Where do we meet?",
    "de": "Wo treffen wir uns im Sommer?",
    "fr": "Où nous retrouvons-nous cet été ?",
    "es": "¿Dónde nos vemos este verano?",
    "it": "Dove ci vediamo quest'estate?",
    "pt": "Onde nos encontramos no verão?",
    "nl": "Waar zien we elkaar deze zomer?",
}
REFUSED = {
    "en": ("Porto: no", "no to Porto", "Porto - no", "Porto -> no", "Porto no"),
    "de": ("Porto: nein", "nein zu Porto", "Porto - nein", "Porto -> nein", "Porto nein"),
    "fr": ("Porto : non", "non à Porto", "Porto - non", "Porto -> non", "PORTO NON !", "non à B"),
    "es": ("Porto: no", "no a Porto", "Porto - no", "Porto -> no", "Porto no"),
    "it": ("Porto: no", "no a Porto", "Porto - no", "Porto -> no", "no per Porto"),
    "pt": ("Porto: não", "não ao Porto", "Porto - não", "Porto -> não", "Porto não"),
    "nl": ("Porto: nee", "nee tegen Porto", "Porto - nee", "Porto -> nee", "Porto nee"),
}
BOTH_REFUSED = {
    "en": "no to Lisbon and to Ghent",
    "de": "nein zu Lisbon und zu Ghent",
    "fr": "non à Lisbon et à Ghent",
    "es": "no a Lisbon y a Ghent",
    "it": "no a Lisbon e a Ghent",
    "pt": "não ao Lisbon e ao Ghent",
    "nl": "nee tegen Lisbon en tegen Ghent",
}
SECOND = {
    "en": ("Porto is my second choice", "my third choice would be Porto", "Porto is my runner-up"),
    "de": ("Porto ist mein zweiter Favorit", "meine dritte Wahl wäre Porto", "Porto ist meine zweite Wahl"),
    "fr": ("Porto est mon deuxième choix", "mon troisième choix serait Porto", "Porto en second choix"),
    "es": ("Porto es mi segunda opción", "mi tercera opción sería Porto", "Porto en segundo lugar"),
    "it": ("Porto è la mia seconda scelta", "la mia terza scelta sarebbe Porto", "Porto al secondo posto"),
    "pt": ("Porto é a minha segunda escolha", "a minha terceira opção seria Porto", "Porto em segundo lugar"),
    "nl": ("Porto is mijn tweede keus", "mijn derde keuze zou Porto zijn", "Porto op de tweede plaats"),
}
FIRST_BEHIND = {
    "en": "Porto is my second choice, Lisbon the first",
    "de": "Porto ist meine zweite Wahl, Lisbon die erste",
    "fr": "Porto est mon deuxième choix, Lisbon le premier",
    "es": "Porto es mi segunda opción, Lisbon la primera",
    "it": "Porto è la mia seconda scelta, Lisbon la prima",
    "pt": "Porto é a minha segunda opção, Lisbon a primeira",
    "nl": "Porto is mijn tweede keuze, Lisbon de eerste",
}
HEDGED = {
    "en": ("perhaps yes", "maybe no"),
    "de": ("vielleicht ja", "vielleicht nein"),
    "fr": ("peut-être oui", "peut-être non"),
    "es": ("quizás sí", "tal vez no"),
    "it": ("forse sì", "forse no"),
    "pt": ("talvez sim", "talvez não"),
    "nl": ("misschien ja", "misschien nee"),
}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(text: str, asked: str, options: tuple[str, ...] = THREE, method: Method = Method.SINGLE) -> BallotReading:
    return read_ballot(text, Question(text=asked, method=method, options=options), lexicon())


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("tongue", REFUSED)
def test_the_refusal_of_one_of_three_options_is_asked_back_whatever_language_asked(asked: str, tongue: str) -> None:
    kinds = {text: read(text, ASKED[asked]).kind for text in REFUSED[tongue]}
    assert kinds == dict.fromkeys(REFUSED[tongue], BallotKind.UNCLEAR)


@pytest.mark.parametrize("tongue", REFUSED)
def test_the_refusal_of_one_of_two_options_counts_for_the_other(tongue: str) -> None:
    chosen = {text: read(text, ASKED[tongue], TWO).choice for text in REFUSED[tongue]}
    assert chosen == dict.fromkeys(REFUSED[tongue], Pick("Lisbon"))


@pytest.mark.parametrize("tongue", BOTH_REFUSED)
def test_two_options_refused_in_one_breath_leave_the_third(tongue: str) -> None:
    assert read(BOTH_REFUSED[tongue], ASKED[tongue]).choice == Pick("Porto")


@pytest.mark.parametrize(("text", "option"), [("no 2", "Porto"), ("le no deux", "Porto"), ("je vote no 3", "Ghent")])
def test_the_short_word_for_number_refuses_nothing_ahead_of_one(text: str, option: str) -> None:
    assert read(text, ASKED["fr"]).choice == Pick(option)


def test_a_little_word_of_the_language_of_the_question_stays_one_ahead_of_an_option() -> None:
    assert read("eu voto no Porto", ASKED["pt"]).choice == Pick("Porto")


@pytest.mark.parametrize("method", [Method.SINGLE, Method.RANKED])
@pytest.mark.parametrize("tongue", SECOND)
def test_a_second_choice_without_a_first_is_asked_back(tongue: str, method: Method) -> None:
    kinds = {text: read(text, ASKED[tongue], method=method).kind for text in SECOND[tongue]}
    assert kinds == dict.fromkeys(SECOND[tongue], BallotKind.UNCLEAR)


@pytest.mark.parametrize("tongue", FIRST_BEHIND)
def test_a_first_choice_named_behind_the_second_is_the_first(tongue: str) -> None:
    text, asked = FIRST_BEHIND[tongue], ASKED[tongue]
    assert read(text, asked).choice == Pick("Lisbon")
    assert read(text, asked, method=Method.RANKED).choice == Ranking((("Lisbon",), ("Porto",)))


@pytest.mark.parametrize("tongue", HEDGED)
def test_a_yes_or_no_right_behind_a_perhaps_is_asked_back(tongue: str) -> None:
    kinds = {t: read(t, "Shall we buy it?", YESNO_OPTIONS, Method.YESNO).kind for t in HEDGED[tongue]}
    assert kinds == dict.fromkeys(HEDGED[tongue], BallotKind.UNCLEAR)


def test_a_plain_yes_that_settles_a_doubt_counts() -> None:
    assert read("Not sure at first, but yes", "Shall we buy it?", YESNO_OPTIONS, Method.YESNO).choice == Pick("Yes")
