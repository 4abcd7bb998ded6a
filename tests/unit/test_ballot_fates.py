"""Votes that say what is to become of a thing, praise that is no vote, absences that are one, prices nobody named."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.model.ballot import CONSENT_OPTIONS, YESNO_OPTIONS, Method, Pick, Picks, Question, Ranking
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot

Answers = dict[str, str]
ASKED_BACK = "?"
KEEP: dict[str, Answers] = {
    "Faut-il garder l'ancien logo ?": {
        "Il ne faut pas garder l'ancien logo": "No",
        "Il ne faut surtout pas le changer": "Yes",
        "Il faut le changer": "No",
        "Ne le gardons pas": "No",
        "Je ne vois aucune raison de le changer": "Yes",
        "Il faut garder le contact avec l'imprimeur": ASKED_BACK,
        "Il faut changer l'heure de la réunion": ASKED_BACK,
        "Marie veut le garder": ASKED_BACK,
        "Je ne sais pas s'il faut le garder": ASKED_BACK,
    },
    "¿Mantenemos el logo antiguo?": {"No hay que cambiarlo": "Yes", "Hay que cambiarlo": "No"},
    "Manteniamo il vecchio logo?": {"Bisogna mantenerlo": "Yes", "Non vedo motivo di cambiarlo": "Yes"},
    "Mantemos o logótipo antigo?": {"Não devemos mudá-lo": "Yes", "Temos de o mudar": "No"},
    "Should we keep the old logo?": {
        "We shouldn't keep the old logo": "No",
        "We mustn't change it": "Yes",
        "I see no reason to keep it": "No",
        "Keep up the good work": ASKED_BACK,
    },
    "Sollen wir das alte Logo behalten?": {
        "Wir sollten es nicht behalten": "No",
        "Ich sehe keinen Grund, es zu ändern": "Yes",
    },
    "Houden we het oude logo?": {"We moeten het niet veranderen": "Yes", "We moeten het niet houden": "No"},
}
CHANGE: dict[str, Answers] = {
    "Change-t-on de logo ?": {
        "Il ne faut pas garder l'ancien logo": "Yes",
        "Il faut garder l'ancien": "No",
        "Je ne vois aucune raison d'en changer": "No",
    },
    "¿Cambiamos de logo?": {"No hay que mantener el antiguo": "Yes", "Hay que mantener el antiguo": "No"},
    "Should we change the meeting day?": {
        "Let's not change it again": "No",
        "I'd change the room as well": ASKED_BACK,
        "I need to change my train first": ASKED_BACK,
        "Ben wants to change it": ASKED_BACK,
        "If we change it, tell the caterer": ASKED_BACK,
    },
    "Sollen wir das Logo ändern?": {"Wir sollten das alte nicht behalten": "Yes", "Logo, das machen wir": "Yes"},
}
END: dict[str, Answers] = {
    "Supprime-t-on la newsletter papier ?": {"Ne la gardons pas": "Yes", "Il faut la garder": "No"},
    "Ferme-t-on le local en août ?": {
        "Je ne vois aucune raison de rester ouverts": "Yes",
        "On reste joignables": ASKED_BACK,
        "Il faut fermer la porte à clé en partant": ASKED_BACK,
    },
    "Supprime-t-on la pause de 16 h ?": {"On peut s'en passer": "Yes"},
    "¿Dejamos de imprimir el programa?": {"Yo seguiría imprimiéndolo": "No"},
    "Should we scrap the print newsletter?": {"We shouldn't scrap it": "No", "We shouldn't keep it": "Yes"},
    "Should we cancel the Friday call?": {"Don't keep it on my account": ASKED_BACK, "Keep me posted": ASKED_BACK},
    "Shall we sell raffle tickets?": {"Scrap it": ASKED_BACK},
}
PRAISE: dict[str, Answers] = {
    "¿Compramos una impresora nueva?": {
        "Sería genial saber cuánto cuesta": ASKED_BACK,
        "Sería genial": "Yes",
        "Sería genial comprarla": "Yes",
    },
    "On achète une nouvelle imprimante ?": {
        "Ce serait bien de demander à la compta": ASKED_BACK,
        "Ce serait bien de l'acheter": "Yes",
        "Oui, et ce serait bien de demander un devis": "Yes",
    },
    "On demande un devis ?": {"Ce serait bien de demander un devis": "Yes"},
    "Shall we buy a new printer?": {
        "It would be good to know the price": ASKED_BACK,
        "A smart move if you ask me": "Yes",
        "It's cheaper than last year, which is good. I'm afraid it's a no from me": "No",
        "Yes, but let's wait for the sales": ASKED_BACK,
    },
    "Kaufen wir einen neuen Drucker?": {"Wäre schön, mal die Buchhaltung zu fragen": ASKED_BACK, "Wäre super": "Yes"},
}
BIDDEN: dict[str, Answers] = {
    "¿Renovamos el contrato?": {"Renovadlo, por favor": "Yes", "Renovado por quién": ASKED_BACK},
    "Shall we hire a trainee?": {
        "I don't see how we could": "No",
        "I don't see how we could say no": ASKED_BACK,
    },
    "Shall we start at 8.30?": {"It's too early, but yes": "Yes", "Too early for me, but fine": "Yes"},
}
ABSENT: dict[str, Answers] = {
    "Peux-tu animer l'atelier du 6 mars ?": {"Le 6 ça ne va pas être possible": "No"},
    "Can you bring the projector on Thursday?": {
        "Thursday I'm in Leeds": "No",
        "I'm in the office on Thursday, no problem": "Yes",
        "I'm away until Wednesday, so yes": "Yes",
    },
    "Can you host on the 9th?": {"I'm in Oslo on the 9th": "No", "I'm in Oslo on the 8th": ASKED_BACK},
    "Puoi tenere tu il verbale domani?": {"Domani sono in ferie": "No", "Ci penso io": "Yes", "Ci penso": ASKED_BACK},
    "Puoi venire giovedì?": {"Giovedì sono a Torino, mi spiace": "No"},
    "Kannst du am Donnerstag kommen?": {"Am Donnerstag bin ich in Kiel": "No", "Am Donnerstag bin ich im Büro": "?"},
}
MINDED: dict[str, Answers] = {
    "¿Te importa que cambiemos la reunión?": {"Pues sí, tengo clase": "Yes", "No, para nada": "No"},
    "Do you mind if we move the meeting?": {"Sure": "No", "Oh yes, I teach then": "Yes"},
}
ROUND: dict[str, Answers] = {
    "Proposition : réunions en visio.": {
        "Je ne suis pas emballée mais je ne bloquerai pas": "Agree",
        "Je ne bloque pas": ASKED_BACK,
        "D'accord sur le fond, mais attendons la fin de la campagne": ASKED_BACK,
    },
    "Proposal: we stop the print edition.": {"No reason to keep it": "Agree", "We should keep it": "Disagree"},
}
NAMED: dict[tuple[str, ...], Answers] = {
    ("Bouygues 20 Go", "Orange 50 Go", "Free 150 Go"): {"Le moins cher des trois": ASKED_BACK},
    ("Petite – 9 €", "Grande – 79 €"): {"la moins chère": "Petite – 9 €"},
    ("Week 27", "Week 28"): {"The cheapest": ASKED_BACK, "the earliest": "Week 27"},
    ("Porto", "Lisbon"): {
        "Porto is fully booked": ASKED_BACK,
        "Porto is closed that week": ASKED_BACK,
        "Porto is fully booked, so Lisbon": "Lisbon",
    },
    ("Train", "Car", "Covoiturage"): {
        "Le car": "Car",
        "Train, car c'est plus rapide": "Train",
        "Plutôt car que train": "Car",
    },
    ("quinta", "sexta"): {"tanto me faz quinta como sexta": ASKED_BACK, "Tanto me faz, mas prefiro sexta": "sexta"},
    ("Pizzas", "Crêpes"): {"pitzas": "Pizzas"},
    ("17 h", "18 h", "19 h 30"): {"dix-sept heures": "17 h", "dix-neuf heures trente": "19 h 30"},
}
SEVERAL: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {
    ("9:00", "15:00", "18:00"): {"15 and 18": ("15:00", "18:00"), "15 y 18": ("15:00", "18:00")},
    ("3 mai", "10 mai", "17 mai"): {"Le 10 je suis à un mariage, les autres ça va": ("3 mai", "17 mai")},
}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def chosen(text: str, question: Question) -> str | tuple[str, ...]:
    match read_ballot(text, question, lexicon()).choice:
        case Pick(label):
            return label
        case Picks(labels):
            return labels
    return ASKED_BACK


def answers_to(asked: str, answers: Answers, method: Method, options: tuple[str, ...]) -> dict[str, object]:
    """Return the answers that are read otherwise, each with its reading."""
    question = Question(text=asked, method=method, options=options)
    return {text: got for text, right in answers.items() if (got := chosen(text, question)) != right}


@pytest.mark.parametrize(
    ("asked", "answers"),
    [pair for table in (KEEP, CHANGE, END, PRAISE, BIDDEN, ABSENT, MINDED) for pair in table.items()],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_yes_or_no_is_what_follows_from_the_words_for_what_was_asked(asked: str, answers: Answers) -> None:
    assert answers_to(asked, answers, Method.YESNO, YESNO_OPTIONS) == {}


@pytest.mark.parametrize(("asked", "answers"), ROUND.items())
def test_a_proposal_is_agreed_to_or_not_by_what_is_to_become_of_the_thing(asked: str, answers: Answers) -> None:
    assert answers_to(asked, answers, Method.CONSENT, CONSENT_OPTIONS) == {}


@pytest.mark.parametrize(("options", "answers"), NAMED.items())
def test_a_fact_about_an_option_or_a_price_nobody_named_chooses_nothing(
    options: tuple[str, ...], answers: Answers
) -> None:
    assert answers_to("Which?", answers, Method.SINGLE, options) == {}


def test_little_words_that_name_options_are_told_where_they_are_listed() -> None:
    question = Question(text="Ordinate.", method=Method.RANKED, options=("Logo uno", "Logo due", "Logo tre"))
    reading = read_ballot("tre, uno, due", question, lexicon())
    assert reading.choice == Ranking((("Logo tre",), ("Logo uno",), ("Logo due",)))


def test_a_label_and_a_word_of_the_question_run_together_name_the_label() -> None:
    question = Question(text="Welcher Kuchen?", method=Method.SINGLE, options=("Apfel", "Mohn", "Käse"))
    assert [chosen(text, question) for text in ("Käsekuchen!", "Apfelsaft")] == ["Käse", ASKED_BACK]


@pytest.mark.parametrize(("options", "answers"), SEVERAL.items())
def test_two_hours_and_a_day_taken_are_told_among_several(
    options: tuple[str, ...], answers: dict[str, tuple[str, ...]]
) -> None:
    question = Question(text="When?", method=Method.APPROVAL, options=options)
    assert {text: chosen(text, question) for text in answers} == answers
