"""Turns that answer only where they are the whole answer: with more of a sentence behind them they begin another."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.model.ballot import FIXED_OPTIONS, Method, Pick, Question
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

ASKED_BACK = "?"
TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "Shall we change the logo?": {
        "Yes": ("Feel free", "Please feel free", "You may", "Of course you may", "I guess",
                "Feel free to change the logo"),
        "No": ("It's not yet safe to try I guess", "It isn't yet safe to try", "I'd mind"),
        ASKED_BACK: (
            "Feel free to vote without me", "You may want to check the price first", "You may well regret it",
            "You may not", "I mind the store on Fridays", "I guess Ana knows",
        ),
    },
    "Changeons-nous le logo ?": {
        "Yes": ("Ce serait utile", "Il me semble nécessaire", "C'est nécessaire de changer le logo",
                "C'est indispensable depuis que la couleur a passé"),
        "No": ("Il ne faut pas", "Il ne faut surtout pas", "Il ne faut pas changer le logo", "Il ne faut pas le faire"),
        ASKED_BACK: (
            "Il me semble nécessaire d'attendre le budget", "Ce serait utile de savoir combien ça coûte",
            "Il ne faut pas tarder", "Il ne faut pas hésiter", "C'est urgent de réparer le toit",
            "Ça me paraît utile de connaître le prix d'abord",
        ),
    },
    "Supprimons-nous le bulletin ?": {
        "No": ("Il me manquerait", "Ça me manquerait beaucoup"),
        ASKED_BACK: ("Il me manquerait une info pour voter",),
    },
    "Cambiamo il logo?": {
        "Yes": ("È necessario", "Secondo me è necessario", "È necessario cambiare il logo", "Sarebbe utile"),
        "No": ("Non mi sembra necessario",),
        ASKED_BACK: ("È necessario parlarne lunedì", "Sarebbe opportuno rinviare"),
    },
    "Teniamo la newsletter?": {"Yes": ("Via mail la leggo volentieri",), "No": ("Nella spazzatura",)},
    "Mudamos o logótipo?": {
        "Yes": ("É necessário", "Parece-me oportuno"),
        ASKED_BACK: ("É necessário pedir um orçamento", "Parece-me oportuno esperar"),
    },
    "¿Cambiamos el logo?": {
        "Yes": ("Me parece urgente", "Es urgente", "Es urgente desde que se borró"),
        "No": ("No me parece urgente",),
        ASKED_BACK: ("Me parece urgente arreglar el tejado", "Es conveniente esperar"),
    },
    "¿Mantenemos el boletín?": {"No": ("A la basura",), ASKED_BACK: ("Estoy fuera hasta el lunes",)},
    "Zullen we het logo veranderen?": {
        "Yes": ("Best", "Best hoor", "Mij best", "Ik zou het fijn vinden"),
        ASKED_BACK: ("Best duur", "Het best wachten we even", "Ik zou het fijn vinden als iemand de prijs noemt"),
    },
    "Sollen wir das Logo ändern?": {
        "Yes": ("Ihr dürft", "Klar, ihr dürft"),
        ASKED_BACK: ("Ihr dürft mich am Montag fragen", "Ihr dürft nicht"),
    },
}  # fmt: skip
LINES = [(asked, text, want) for asked, rows in TABLE.items() for want, texts in rows.items() for text in texts]


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.mark.parametrize(("asked", "text", "want"), LINES)
def test_a_turn_answers_only_where_nothing_else_is_said(asked: str, text: str, want: str) -> None:
    question = Question(text=asked, method=Method.YESNO, options=FIXED_OPTIONS[Method.YESNO])
    got = read_ballot(text, question, lexicon())
    assert got.kind in (BallotKind.BALLOT, BallotKind.UNCLEAR)
    assert (got.choice.label if isinstance(got.choice, Pick) else ASKED_BACK) == want
