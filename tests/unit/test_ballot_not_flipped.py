"""Votes beside words that would turn them over: "our", a denied offer, what is worth little, an objection mentioned."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.model.ballot import YESNO_OPTIONS, Method, Pick, Picks, Question
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

ASKED_BACK = BallotKind.UNCLEAR.value
OURS = {
    "Cambiamo il logo?": {
        "La nostra risposta è sì": "Yes",
        "Il nostro team è d'accordo": "Yes",
        "Per il nostro gruppo va bene": "Yes",
        "Quello attuale va bene": "No",
    },
    "Compramos uma carrinha?": {"O nosso voto é sim": "Yes", "A nossa equipa está de acordo": "Yes"},
    "¿Cambiamos el logo?": {"El nuestro es un sí": "Yes", "Lo que hay escrito me parece bien": "Yes"},
    "On change le logo ?": {"Le nôtre est oui": "Yes"},
    "Sollen wir das Logo ändern?": {"Das alte ist gut": "No", "Das alte ist gut, das neue besser": ASKED_BACK},
    "Shall we buy a new printer?": {
        "The old one works fine": "No",
        "The old one was good. This is better.": ASKED_BACK,
        "The old one works fine for Ana. I want the new one.": "Yes",
    },
}
OFFERS = {
    "Wil je notuleren?": {"Doe ik": "Yes", "Doe ik niet": ASKED_BACK, "Ik doe het liever niet": "No"},
    "Kom je maandag?": {
        "Ik kom zeker": "Yes",
        "Ik kom zeker niet": ASKED_BACK,
        "Ik ben er dan niet": ASKED_BACK,
        "Ik pas": "No",
        "Ik pas mijn agenda aan": ASKED_BACK,
    },
    "Kannst du protokollieren?": {"Mach ich": "Yes", "Mach ich nicht": ASKED_BACK, "Mache ich diesmal nicht": "No"},
    "Tu viens lundi ?": {
        "Je viens avec plaisir": "Yes",
        "Je viens pas": ASKED_BACK,
        "Je passe": "No",
        "Je passe te prendre à 8h": ASKED_BACK,
    },
    "Tu peux t'occuper des tracts ?": {"Je m'en charge plus": ASKED_BACK, "Je le ferai pas": ASKED_BACK},
    "Puoi fare il verbale?": {"Lo faccio io": "Yes", "Lo faccio io no": "No"},
    "Vieni alla festa?": {"Passo": "No", "Passo da te lunedì": ASKED_BACK},
}
WORTH = {
    "¿Vendemos lotería?": {"No sirve para nada": ASKED_BACK},
    "Vendiamo torte?": {"Non serve più": ASKED_BACK},
    "Vendons-nous des gâteaux ?": {"Personne n'en veut, on peut s'en passer": ASKED_BACK},
    "Sollen wir Paul einstellen?": {"Braucht keiner": ASKED_BACK, "Weg damit": ASKED_BACK},
    "Zullen we het contract sluiten?": {"Hebben we niet nodig": ASKED_BACK},
    "Shall we end the year with a party?": {"Waste of money": ASKED_BACK, "Scrap it": ASKED_BACK},
    "Shall we drop the end-of-year issue?": {"Get rid of it": "Yes", "Nobody reads it": "Yes", "I'd miss it": "No"},
    "Shall we buy a van?": {"Waste of money": "No"},
}
LET_PASS = {
    "Shall we hold the fair on Saturday?": {
        "I don't like it but I won't block it": ASKED_BACK,
        "Yes, I don't love it but I won't block it": "Yes",
        "I'd rather it went ahead": ASKED_BACK,
        "I'd rather it didn't go ahead": "No",
    },
    "Feiern wir am Samstag?": {
        "Dagegen habe ich nichts": "Yes",
        "Machen wir": "Yes",
        "Machen wir nicht": "No",
        "Das machen wir nicht": "No",
        "Ich mag es nicht, aber ich blockiere es nicht": ASKED_BACK,
    },
    "Can you come on Thursday?": {
        "On Thursday I'm in Leeds but I can call in": ASKED_BACK,
        "I'm off Thursday": ASKED_BACK,
        "I'm away Thursday": "No",
    },
}
NO_CHOICE = [
    "Lisbon should be dropped",
    "I hope Lisbon loses",
    "Lisbon last",
    "Lissabon zuletzt",
    "Ben wants Faro, but not me",
]
OBJECTIONS = {
    "Ich komme auf meinen Einwand zurück.": BallotKind.BALLOT,
    "I thought my objection was resolved, it isn't": BallotKind.UNCLEAR,
    "Jan says my objection is settled. It is not.": BallotKind.UNCLEAR,
    "My objection is settled.": BallotKind.WITHDRAW,
    "Ich ziehe meinen Einwand zurück.": BallotKind.WITHDRAW,
}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def chosen(text: str, asked: str) -> str:
    reading = read_ballot(text, Question(text=asked, method=Method.YESNO, options=YESNO_OPTIONS), lexicon())
    return reading.choice.label if isinstance(reading.choice, Pick) else reading.kind.value


@pytest.mark.parametrize(("asked", "answers"), [*OURS.items(), *OFFERS.items(), *WORTH.items(), *LET_PASS.items()])
def test_an_answer_is_not_turned_over_by_what_stands_beside_it(asked: str, answers: dict[str, str]) -> None:
    assert {text: chosen(text, asked) for text in answers} == answers


def test_an_objection_is_taken_back_only_where_nothing_denies_it() -> None:
    asked = Question(text="Shall we move?", method=Method.LAZY, options=())
    assert {text: read_ballot(text, asked, lexicon()).kind for text in OBJECTIONS} == OBJECTIONS


def test_the_days_its_author_is_elsewhere_are_no_choice() -> None:
    asked = Question(text="Which days?", method=Method.APPROVAL, options=("Monday", "Tuesday", "Wednesday"))
    assert read_ballot("I'm in Oslo from Monday to Tuesday", asked, lexicon()).kind is BallotKind.UNCLEAR
    assert read_ballot("I'm free from Monday to Tuesday", asked, lexicon()).kind is BallotKind.BALLOT


@pytest.mark.parametrize("method", [Method.SINGLE, Method.APPROVAL])
@pytest.mark.parametrize("text", NO_CHOICE)
def test_an_option_put_last_dropped_or_wanted_by_another_is_no_choice(text: str, method: Method) -> None:
    asked = Question(text="Where do we meet?", method=method, options=("Lisbon", "Porto", "Faro"))
    assert read_ballot(text, asked, lexicon()).kind is BallotKind.UNCLEAR


@pytest.mark.parametrize("word", ["through", "thru", "to"])
def test_days_named_from_one_through_another_are_all_chosen(word: str) -> None:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday")
    asked = Question(text="Which days suit you?", method=Method.APPROVAL, options=days)
    assert read_ballot(f"Monday {word} Wednesday", asked, lexicon()).choice == Picks(days[:3])
