"""Ballots whose answer lies in a turn of phrase: what there is already, what is said of another first, stretches,
conditions that come late, places told by little words.
"""

from __future__ import annotations

from functools import cache

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
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

CITIES = ("Oslo", "Rome", "Bern")
FIXED = {Method.YESNO: YESNO_OPTIONS, Method.CONSENT: CONSENT_OPTIONS, Method.PLUSONE: PLUSONE_OPTIONS}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def choice(text: str, method: Method, asked: str, options: tuple[str, ...] = CITIES) -> Choice | None:
    """Return what a reply chooses, None where it is unclear."""
    question = Question(text=asked, method=method, options=FIXED.get(method, options))
    found = read_ballot(text, question, lexicon())
    return found.choice if found.kind is BallotKind.BALLOT else None


def answer(text: str, asked: str) -> str:
    """Return the label a reply to a yes-or-no question chooses, "" where it is unclear."""
    found = choice(text, Method.YESNO, asked)
    return found.label if isinstance(found, Pick) else ""


@pytest.mark.parametrize(
    ("asked", "text", "label"),
    [
        ("Do we change the copier?", "What we have works well", "No"),
        ("On change de photocopieur ?", "L'ancien fait parfaitement l'affaire", "No"),
        ("¿Compramos otra impresora?", "La actual funciona bien", "No"),
        ("Compriamo un'altra stampante?", "Quella attuale funziona benissimo", "No"),
        ("Compramos outra impressora?", "A que temos chega e sobra", "No"),
        ("Kaufen wir einen neuen Kopierer?", "Der alte funktioniert noch gut", "No"),
        ("Kopen we een kopieermachine?", "De huidige voldoet prima", "No"),
        ("Garde-t-on le photocopieur ?", "L'actuel marche encore très bien", "Yes"),
        ("On change de photocopieur ?", "Oui, l'actuel est mort", "Yes"),
        ("On change de photocopieur ?", "L'actuel est bien mais il est lent", ""),
        ("On change de photocopieur ?", "L'actuel ne suffit plus", ""),
    ],
)
def test_praise_of_what_there_is_speaks_against_a_change(asked: str, text: str, label: str) -> None:
    assert answer(text, asked) == label


@pytest.mark.parametrize(
    ("asked", "text", "label"),
    [
        ("¿Te importa que grabemos?", "No, adelante", "No"),
        ("Do you mind if we record it?", "No, go ahead", "No"),
        ("Do you mind if we record it?", "Yes, go ahead", ""),
        ("Do we record it?", "No, go ahead", ""),
    ],
)
def test_a_go_ahead_goes_with_a_no_to_who_objects(asked: str, text: str, label: str) -> None:
    assert answer(text, asked) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Les enfants seraient déçus si on arrêtait, donc oui", "Yes"),
        ("S'il reste gratuit, alors oui", ""),
        ("Oui, mais il faut que ce soit chauffé", ""),
        ("Non, mais il faut que ce soit chauffé", "No"),
        ("Mon oui devient un non", "No"),
        ("My no becomes a yes", "Yes"),
    ],
)
def test_an_if_holds_a_vote_back_unless_the_vote_is_drawn_from_it(text: str, label: str) -> None:
    assert answer(text, "On garde le jardin ?") == label


@pytest.mark.parametrize(
    ("text", "label"), [("Sí si hay dinero", ""), ("Sí, sí", "Yes"), ("sí sí", "Yes"), ("si si", "Yes")]
)
def test_a_yes_with_its_accent_is_followed_by_an_if_without(text: str, label: str) -> None:
    assert answer(text, "¿Seguimos con el huerto?") == label


@pytest.mark.parametrize("text", ["Sem opinião, não conduzo", "Me es indiferente, no conduzco"])
def test_no_opinion_outweighs_the_no_of_another_verb(text: str) -> None:
    assert choice(text, Method.CONSENT, "Proposta: comprar uma carrinha.") == Pick("Abstain")
    assert answer(text, "Compramos uma carrinha?") == ""


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Ana wants Oslo and I want Rome", "Rome"),
        ("Mi jefe quiere Oslo y yo Rome", "Rome"),
        ("Ana veut Oslo et moi Rome", "Rome"),
        ("Ana wants Oslo and Rome", ""),
        ("J'aime autant Oslo que Rome", ""),
        ("Me gusta tanto Oslo como Rome", ""),
        ("Preferisco Oslo a Rome", "Oslo"),
        ("¿Oslo? Muy lejos. Pues Rome.", "Rome"),
    ],
)
def test_an_author_speaks_again_behind_another(text: str, label: str) -> None:
    found = choice(text, Method.SINGLE, "Where?")
    assert (found.label if isinstance(found, Pick) else "") == label


DAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì")
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")


@pytest.mark.parametrize(
    ("options", "text", "picked"),
    [
        (DAYS, "Da martedì a giovedì", DAYS[1:4]),
        (DAYS, "Da martedì in poi", None),
        (JOURS, "De mardi à jeudi", JOURS[1:4]),
        (JOURS, "mardi, à jeudi !", JOURS[1:2]),
        (("Talk", "Film", "Walk"), "Verrei al film e al talk", ("Talk", "Film")),
        (("Talk", "Film", "Walk"), "Verrei al film e al cinema", ("Film",)),
    ],
)
def test_a_stretch_is_all_between_its_ends(options: tuple[str, ...], text: str, picked: tuple[str, ...] | None) -> None:
    found = choice(text, Method.APPROVAL, "Quali?", options)
    assert found == (None if picked is None else Picks(picked))


@pytest.mark.parametrize(
    ("options", "text", "label"),
    [
        (("En mai", "En septembre", "En janvier"), "le plus tôt possible", "En mai"),
        (("En mai", "En septembre", "En janvier"), "le plus tard possible", "En janvier"),
        (("En janvier", "En mai", "En septembre"), "le plus tôt possible", "En janvier"),
        (("En septembre", "En janvier", "En mai"), "le plus tard possible", "En mai"),
        (("17 h", "9 h", "12 h"), "le plus tôt possible", "9 h"),
        (("Sítio do Zé", "Farol"), "Zé!", "Sítio do Zé"),
    ],
)
def test_months_shown_over_the_new_year_stay_in_order(options: tuple[str, ...], text: str, label: str) -> None:
    assert choice(text, Method.SINGLE, "Quand ?", options) == Pick(label)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("n°1 les jardins, n°2 le toit", (("jardins",), ("toit",))),
        ("1/ toit 2/ cour 3/ jardins", (("toit",), ("cour",), ("jardins",))),
        ("La cour arrive en tête, le toit ferme la marche", (("cour",), ("jardins",), ("toit",))),
    ],
)
def test_numbers_ahead_of_labels_are_their_places(text: str, groups: tuple[tuple[str, ...], ...]) -> None:
    assert choice(text, Method.RANKED, "Classez.", ("toit", "cour", "jardins")) == Ranking(groups)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Oslo 4, Rome ?, Bern 5", (("Oslo", 4.0), ("Bern", 5.0))),
        ("Oslo 5, os outros nem fui ver", (("Oslo", 5.0),)),
        ("Oslo 5, os outros 2", (("Oslo", 5.0), ("Rome", 2.0), ("Bern", 2.0))),
    ],
)
def test_what_gets_no_points_has_none(text: str, pairs: tuple[tuple[str, float], ...]) -> None:
    found = choice(text, Method.SCORE, "Avalia de 0 a 5.")
    assert isinstance(found, Scores)
    assert dict(found.pairs) == dict(pairs)


@pytest.mark.parametrize(
    ("text", "number"),
    [("+1, chi lo usa ancora?", 1.0), ("-1, retiro mi +1", -1.0), ("+1, ma chi paga?", None)],
)
def test_a_number_stands_beside_a_question_of_no_weight(text: str, number: float | None) -> None:
    assert choice(text, Method.PLUSONE, "[VOTE] 4.0") == (None if number is None else PlusOne(number))


def test_letters_alone_are_told_by_the_language_of_the_question() -> None:
    options = ("Visita", "Taller", "Concierto", "Película")
    assert choice("A y C", Method.APPROVAL, "¿Qué actividades?", options) == Picks(("Visita", "Concierto"))


def test_an_abstention_is_none_of_the_options() -> None:
    assert choice("Me abstengo", Method.SINGLE, "¿Dónde?") == Abstention()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Mathis plays better but Farid talks to people. Farid.", "Farid"),
        ("Bruno. Farid.", ""),
        ("Farid... o no, mejor Bruno", "Bruno"),
        ("Farid... or not", ""),
        ("Non voto per Farid", ""),
    ],
)
def test_an_option_that_is_the_last_word_is_the_choice(text: str, label: str) -> None:
    found = choice(text, Method.SINGLE, "Who?", ("Bruno", "Farid", "Mathis"))
    assert (found.label if isinstance(found, Pick) else "") == label


@pytest.mark.parametrize(
    ("asked", "text", "label"),
    [
        ("On repeint le préau en jaune ?", "Tout sauf jaune !", "No"),
        ("Faut-il déplacer le marché ?", "Déplaçons !", "Yes"),
        ("Faut-il déplacer le marché ?", "Le marché !", ""),
        ("Gardes-tu ton numéro ?", "le fixe oui, le portable non", ""),
    ],
)
def test_the_words_of_the_question_answer_it(asked: str, text: str, label: str) -> None:
    assert answer(text, asked) == label


def test_an_option_named_with_the_rest_taken_is_no_choice() -> None:
    options = ("Olives", "Anchois", "Ananas")
    assert choice("Je connais les anchois, le reste me va", Method.APPROVAL, "Quels ?", options) is None
    assert choice("Je suis allergique aux anchois, le reste me va", Method.APPROVAL, "Quels ?", options) == Picks(
        ("Olives", "Ananas")
    )


@pytest.mark.parametrize("text", ["no antes de las 14", "pas avant 14 h", "non prima delle 14"])
def test_a_time_not_to_be_passed_is_no_choice(text: str) -> None:
    assert choice(text, Method.SINGLE, "A qué hora?", ("13:00", "14:00", "15:30")) is None


def test_a_capital_within_a_sentence_is_a_name_though_the_word_is_small() -> None:
    options = ("Proposta Norte", "Proposta Sul")
    found = choice("5 à Norte e zero à Sul", Method.SCORE, "De 0 a 5?", options)
    assert isinstance(found, Scores)
    assert dict(found.pairs) == {"Proposta Norte": 5.0, "Proposta Sul": 0.0}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("¿Pasamos la fiesta al 12?", "Sí... bueno, no sé"),
        ("Spostiamo la festa al 12?", "Se Paolo dice sì, sì"),
        ("Passamos a festa para dia 12?", "Sim... quer dizer, não sei"),
        ("Passamos a festa para dia 12?", "de acordo em falar disso"),
    ],
)
def test_a_doubt_behind_a_pause_is_no_answer(asked: str, text: str) -> None:
    assert answer(text, asked) == ""


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Oslo is a beautiful city, Rome too", ""),
        ("Je serai à Oslo ce week-end-là", ""),
        ("Ana l'a fait les deux dernières fois, laissons sa chance à Rome", "Rome"),
    ],
)
def test_an_option_that_is_but_talked_of_is_no_choice(text: str, label: str) -> None:
    found = choice(text, Method.SINGLE, "Where?")
    assert (found.label if isinstance(found, Pick) else "") == label
