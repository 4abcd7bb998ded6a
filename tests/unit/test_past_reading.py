"""The past of a task's own verb, in seven languages: said done by it, and by no other verb or tense."""

from __future__ import annotations

import pytest

from gateway.resources import load_lexicon
from gateway.understand.reading.past import first_but, past_in
from gateway.understand.reading.phrases import words_of

SAID = [
    ("en", "carry the boxes", "carried"),
    ("en", "drop off the parcel", "dropped"),
    ("en", "pay the rent", "paid"),
    ("fr", "rendre les clés", "rendues"),
    ("fr", "écrire au maire", "écrit"),
    ("de", "Miete bezahlen", "bezahlt"),
    ("de", "Zaun reparieren", "repariert"),
    ("de", "Kisten wegbringen", "weggebracht"),
    ("de", "Pakete abholen", "abgeholt"),
    ("es", "empezar el acta", "empecé"),
    ("es", "poner la mesa", "puesta"),
    ("it", "chiudere il cancello", "chiuso"),
    ("pt", "pagar a luz", "paguei"),
    ("nl", "zaal huren", "gehuurd"),
    ("nl", "hek verven", "geverfd"),
    ("nl", "loodgieter bellen", "gebeld"),
]
NOT_SAID = [
    ("en", "pay the rent", "pay"),
    ("en", "pay the rent", "called"),
    ("fr", "rendre les clés", "rendrai"),
    ("fr", "payer la facture", "paye"),
    ("de", "Miete bezahlen", "bezahle"),
    ("es", "pagar la luz", "pague"),
    ("es", "pagar la luz", "pagaré"),
    ("it", "pagare la luce", "pagherò"),
    ("pt", "pagar a luz", "pagarei"),
    ("nl", "huur betalen", "betaal"),
]


@pytest.mark.parametrize(("language", "title", "word"), SAID)
def test_the_past_of_the_own_verb_is_known(language: str, title: str, word: str) -> None:
    assert past_in(words_of(word), title, frozenset({language}), load_lexicon()) == (0, frozenset({language}))


@pytest.mark.parametrize(("language", "title", "word"), NOT_SAID)
def test_another_tense_or_verb_says_nothing_of_it(language: str, title: str, word: str) -> None:
    assert past_in(words_of(word), title, frozenset({language}), load_lexicon()) is None


def test_the_word_that_takes_it_back_is_found() -> None:
    assert first_but(words_of("I called but nobody was in"), frozenset({"en"}), load_lexicon()) == 2
