"""What chooses nothing by itself: an objection taken back, and talk of the list of options; in seven languages."""

from __future__ import annotations

import pytest

from gateway.model.ballot import FIXED_OPTIONS, Choice, Method, Pick, PlusOne, Question
from gateway.model.reading import BallotKind, BallotReading
from gateway.resources import load_lexicon
from gateway.understand.reading.ballot import read_ballot

CITIES = ("Lisbon", "Porto")


def read(text: str, method: Method, question: str, options: tuple[str, ...] = ()) -> BallotReading:
    asked = Question(text=question, method=method, options=FIXED_OPTIONS.get(method, options))
    return read_ballot(text, asked, load_lexicon())


def chosen(text: str, question: str = "Where do we meet?") -> Choice | None:
    return read(text, Method.SINGLE, question, CITIES).choice


TALK = {
    "Where do we meet?": [
        "remove Porto",
        "please remove option Porto",
        "replace Porto by Ghent",
        "change Porto to Ghent",
        "swap Lisbon for Ghent",
        "Porto should be Ghent",
        "Porto should be spelt Oporto",
        "Porto is missing a date",
        "there is a typo in Porto",
        "B is a duplicate of A",
        "option B is Ghent, not Porto",
        "can we add Ghent beside Porto",
        "Porto is full, take it off the list",
        "Porto was cancelled, please delete it",
        "Porto appears twice",
    ],
    "Où se voir ?": [
        "retirer Porto",
        "supprimez Porto",
        "enlevez l'option B",
        "remplacer Porto par Gand",
        "il y a une faute dans Porto",
        "Porto n'est plus libre",
        "Porto est complet",
        "il manque une date à Porto",
        "Porto devrait être Gand",
        "l'option B est Gand, pas Porto",
    ],
    "Wo treffen wir uns?": [
        "Porto streichen",
        "bitte Porto löschen",
        "Porto durch Gent ersetzen",
        "in Porto ist ein Tippfehler",
        "Porto sollte Gent heißen",
        "nehmt Porto von der Liste",
        "Option B ist Gent, nicht Porto",
        "könnt ihr Gent neben Porto hinzufügen",
    ],
    "¿Dónde nos vemos?": [
        "quitad Porto",
        "eliminar Porto",
        "sustituid Porto por Gante",
        "hay una errata en Porto",
        "Porto debería ser Gante",
        "la opción B es Gante, no Porto",
    ],
    "Dove ci vediamo?": [
        "togliete Porto",
        "elimina Porto",
        "sostituite Porto con Gand",
        "c'è un refuso in Porto",
        "Porto dovrebbe essere Gand",
        "l'opzione B è Gand, non Porto",
    ],
    "Waar komen we samen?": [
        "verwijder Porto",
        "vervang Porto door Gent",
        "haal Porto van de lijst",
        "er zit een typefout in Porto",
        "optie B is Gent, niet Porto",
    ],
    "Onde nos encontramos?": [
        "retirem Porto",
        "eliminar o Porto",
        "substituam Porto por Gante",
        "há uma gralha em Porto",
        "o Porto deveria ser Gante",
        "a opção B é Gante, não Porto",
    ],
}


@pytest.mark.parametrize(("question", "text"), [(question, text) for question, of in TALK.items() for text in of])
def test_talk_of_the_list_of_options_is_no_vote(question: str, text: str) -> None:
    assert read(text, Method.SINGLE, question, CITIES).kind is BallotKind.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "change my vote to Porto",
        "please change my vote from Lisbon to Porto",
        "change to Porto",
        "swap me to Porto",
        "replace my vote by Porto",
        "Remove Lisbon, I vote Porto",
        "remove my vote for Lisbon, I choose Porto",
        "Porto, despite the typo",
        "Porto should be fine",
        "Porto should be our first choice",
        "Porto. Can we add Ghent next year?",
        "Go with Porto, delete my mail of yesterday",
        "Porto, et supprimez le reste",
        "Porto, streicht den Rest",
        "Porto please, Lisbon is no longer available",
        "there is a typo in Lisbon, but I vote for Porto",
        "je change mon vote pour Porto",
        "changez-moi pour Porto",
        "la dernière de la liste",
        "ändere meine Stimme auf Porto",
        "Porto, auch wenn es einen Tippfehler hat",
        "cambiadme a Porto",
        "cambio a Porto",
        "cambiate il mio voto: Porto",
        "cambio il mio voto in Porto",
        "verander mijn stem in Porto",
        "de laatste van de lijst",
        "mudo o meu voto para Porto",
        "troco para Porto",
    ],
)
def test_a_vote_beside_such_words_counts(text: str) -> None:
    assert chosen(text) == Pick("Porto")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("remove Porto", "Which city shall we remove from the list?"),
        ("supprimer Porto", "Quelle ville supprimer ?"),
        ("Porto streichen", "Welche Stadt sollen wir streichen?"),
        ("quitar Porto", "¿Qué ciudad quitar?"),
        ("togliere Porto", "Quale città togliere?"),
        ("Porto schrappen", "Welke stad schrappen we?"),
        ("retirar Porto", "Que cidade retirar?"),
    ],
)
def test_a_verb_of_the_question_answers_it(text: str, question: str) -> None:
    assert chosen(text, question) == Pick("Porto")


LIFTED = [
    "I take back my objection",
    "My objection is withdrawn.",
    "my objection is settled",
    "my objection has now been fully settled",
    "I drop my old objection",
    "I take my block back",
    "You can ignore my objection now",
    "vergesst meinen Einwand",
    "esqueçam a minha objeção",
    "retirer mon objection",
    "mon objection est réglée",
    "mon veto n'a plus lieu d'être",
    "Ich nehme meinen Einwand zurück",
    "meine Blockade hebe ich auf",
    "mein Einwand ist geklärt",
    "mi objeción está resuelta",
    "quito mi veto",
    "la mia obiezione è superata",
    "tolgo il mio veto",
    "ik laat mijn bezwaar vallen",
    "mijn bezwaar is van de baan",
    "a minha objeção foi ultrapassada",
    "levanto o meu bloqueio",
]


@pytest.mark.parametrize("text", LIFTED)
def test_an_objection_taken_back_confirms_none(text: str) -> None:
    assert read(text, Method.CONSENT, "Shall we paint it blue?").kind is BallotKind.UNCLEAR
    assert read(text, Method.LAZY, "Paint it blue").kind is BallotKind.WITHDRAW  # silence is consent


@pytest.mark.parametrize(
    "text",
    [
        "I take back my -1",
        "I drop my -1",
        "je retire mon -1",
        "ich nehme mein -1 zurück",
        "retiro mi -1",
        "ritiro il mio -1",
        "ik trek mijn -1 in",
        "retiro o meu -1",
    ],
)
def test_a_minus_one_taken_back_is_none(text: str) -> None:
    assert read(text, Method.PLUSONE, "Paint it blue").kind is BallotKind.WITHDRAW


@pytest.mark.parametrize(("text", "number"), [("my -1 becomes 0", 0), ("my -1 becomes +1", 1), ("mon -1 devient 0", 0)])
def test_what_a_minus_one_becomes_counts(text: str, number: float) -> None:
    assert read(text, Method.PLUSONE, "Paint it blue").choice == PlusOne(number)


@pytest.mark.parametrize(
    "text",
    [
        "I take back my objection, I agree",
        "no more objections from me",
        "je lève mon objection, d'accord",
        "Ich nehme meinen Einwand zurück und stimme zu",
        "retiro mi objeción, de acuerdo",
        "ritiro la mia obiezione, d'accordo",
        "ik trek mijn bezwaar in, akkoord",
        "retiro a minha objeção, concordo",
    ],
)
def test_what_stands_in_the_place_of_an_objection_counts(text: str) -> None:
    assert read(text, Method.CONSENT, "Shall we paint it blue?").choice == Pick("Agree")


@pytest.mark.parametrize(
    "text",
    [
        "I won't drop my objection",
        "ich nehme meinen Einwand nicht zurück",
        "je ne retire pas mon objection",
        "mon objection n'est pas levée",
        "ik trek mijn bezwaar niet in",
        "no retiro mi objeción",
        "non ritiro la mia obiezione",
        "não retiro a minha objeção",
    ],
)
@pytest.mark.parametrize("method", [Method.CONSENT, Method.LAZY])
def test_an_objection_that_stays_is_neither_agreement_nor_withdrawn(text: str, method: Method) -> None:
    reading = read(text, method, "Paint it blue")
    assert reading.kind is BallotKind.UNCLEAR or reading.choice == Pick("Disagree")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("my objection stands", "Disagree"),
        ("I object: nothing has been settled", "Disagree"),
        ("Disagree, we should take the old paint back first", "Disagree"),
        ("block, the funding was dropped", "Block"),
        ("I take back my agreement, I block: too dear", "Block"),
    ],
)
def test_an_objection_beside_such_words_stands(text: str, label: str) -> None:
    assert read(text, Method.CONSENT, "Shall we paint it blue?").choice == Pick(label)
