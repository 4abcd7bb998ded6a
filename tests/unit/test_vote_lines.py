"""Rules of a vote written a line each, as docs/members.md shows them, or as bullets below the options."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import CommandReading, StatedRules
from gateway.resources import load_lexicon
from gateway.understand.reading.command import read_command

PARIS = ZoneInfo("Europe/Paris")
FRIDAY = datetime(2026, 11, 27, 17, tzinfo=PARIS)
LISTED = ("Lyon", "Nantes")
OPTIONS = "- Lyon\n- Nantes\n"

FIVE_LINES = {
    "en": "secret ballot\nquorum 5\ntwo-thirds majority\nyou may add options\nresults visible\nby Friday 17:00",
    "fr": "scrutin secret\nquorum 5\nmajorité des deux tiers\nvous pouvez ajouter des options\nrésultats visibles\n"
    "avant vendredi 17 h",
    "de": "geheime Abstimmung\nQuorum 5\nZweidrittelmehrheit\nihr könnt Optionen ergänzen\n"
    "Zwischenergebnisse sichtbar\nbis Freitag 17 Uhr",
    "es": "votación secreta\nquórum 5\nmayoría de dos tercios\npodéis añadir opciones\nresultados visibles\n"
    "antes del viernes a las 17:00",
    "it": "voto segreto\nquorum 5\nmaggioranza dei due terzi\npotete aggiungere opzioni\nrisultati visibili\n"
    "entro venerdì alle 17",
    "nl": "geheime stemming\nquorum 5\ntwee derde meerderheid\njullie mogen opties toevoegen\nresultaten zichtbaar\n"
    "voor vrijdag 17 uur",
    "pt": "voto secreto\nquórum 5\nmaioria de dois terços\npodem acrescentar opções\nresultados visíveis\n"
    "até sexta-feira às 17h",
}


def read(text: str, subject: str = "Lyon ou Nantes") -> CommandReading:
    found = read_command(
        address="acme+vote",
        subject=subject,
        text=text,
        sent_at=datetime(2026, 11, 24, 10, tzinfo=PARIS),
        lexicon=load_lexicon(),
    )
    assert isinstance(found, CommandReading)
    return found


def says_it_all(rules: StatedRules) -> bool:
    majority = rules.threshold is not None and 0.66 < rules.threshold < 2 / 3
    return (rules.secret, rules.hidden, rules.add_options, rules.quorum_people) == (True, False, True, 5) and majority


@pytest.mark.parametrize("language", FIVE_LINES)
def test_rules_a_line_each_are_all_read_with_the_end_below_them(language: str) -> None:
    found = read(f"{OPTIONS}\n{FIVE_LINES[language]}")
    assert says_it_all(found.rules), found.rules
    assert (found.options, found.deadline) == (LISTED, FRIDAY)


@pytest.mark.parametrize("language", FIVE_LINES)
def test_rules_as_bullets_of_the_list_are_rules_and_no_options(language: str) -> None:
    bullets = "".join(f"- {line}\n" for line in FIVE_LINES[language].split("\n"))
    for text in (OPTIONS + bullets, bullets + OPTIONS):
        found = read(text)
        assert says_it_all(found.rules), found.rules
        assert (found.options, found.deadline) == (LISTED, FRIDAY)


def test_rules_alone_are_no_options_of_a_vote_that_has_none() -> None:
    for text in ("- secret ballot\n- quorum 5\n", "secret ballot\nquorum 5\n"):
        found = read(text, "[VOTE] Adopt the plan")
        assert (found.options, found.rules) == ((), StatedRules(secret=True, quorum_people=5))


def test_a_rule_wrapped_into_the_next_line_keeps_its_meaning() -> None:
    assert read(f"This will not be a\nsecret ballot.\n\n{OPTIONS}").rules.secret is None
    assert read(f"we want a quorum but no\nsecret ballot\n\n{OPTIONS}").rules.secret is False
    assert read(f"wir machen das nicht als\ngeheime Abstimmung\n\n{OPTIONS}").rules.secret is None
    assert read(f"quorum\n50 %\n\n{OPTIONS}").rules.quorum == 0.5


@pytest.mark.parametrize(
    ("subject", "options"),
    [
        ("How shall we vote?", ("by mail", "online", "secret ballot")),
        ("Comment voter ?", ("par mail", "en ligne", "scrutin secret")),
        ("Wie stimmen wir ab? Die Abstimmung", ("per Mail", "online", "geheime Abstimmung")),
        ("¿Cómo votamos?", ("por correo", "en línea", "voto secreto")),
        ("Come votiamo?", ("per posta", "online", "voto segreto")),
        ("Hoe stemmen we?", ("per post", "online", "geheime stemming")),
        ("Como votamos?", ("por correio", "em linha", "voto secreto")),
        ("The chair", ("show of hands", "secret ballot", "open ballot")),
        ("What shall we buy?", ("new chairs", "secret ballot box")),
        ("Where?", ("Lyon", "secret ballot")),
        ("When shall we move?", ("before Thursday", "by Saturday")),
        ("When shall we move?", ("this week", "next week", "by Saturday")),
    ],
)
def test_an_option_that_reads_like_a_rule_or_an_end_stays_one(subject: str, options: tuple[str, ...]) -> None:
    assert read("".join(f"- {option}\n" for option in options), subject).options == options


def test_an_end_beside_rules_is_read_with_them() -> None:
    found = read(f"{OPTIONS}\nÀ bulletin secret, quorum 50 %, avant vendredi 17 h.")
    assert (found.rules, found.deadline) == (StatedRules(secret=True, quorum=0.5), FRIDAY)


@pytest.mark.parametrize(
    ("subject", "question"),
    [
        ("Where do we meet? (secret ballot)", "Where do we meet?"),
        ("[VOTE] Where do we meet? [secret ballot]", "Where do we meet?"),
        ("Scrutin secret : où se voir ?", "où se voir ?"),
        ("Wo treffen wir uns? (geheime Abstimmung)", "Wo treffen wir uns?"),
    ],
)
def test_a_rule_beside_the_question_of_the_subject_is_read_and_no_part_of_it(subject: str, question: str) -> None:
    found = read(OPTIONS, subject)
    assert (found.question, found.rules) == (question, StatedRules(secret=True))


@pytest.mark.parametrize(
    "subject", ["A secret ballot for the board?", "Secret ballot: yes or no?", "The venue (the mill)"]
)
def test_a_question_about_a_rule_states_none(subject: str) -> None:
    found = read(OPTIONS, subject)
    assert (found.question, found.rules) == (subject, StatedRules())
