"""How a vote is to be held, as the mail that opens it says: its secrecy, quorum, majority, and when it closes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.decide.quorum import exceeds, needed
from gateway.model.reading import CommandReading, StatedRules
from gateway.resources import load_lexicon
from gateway.understand.reading.command import read_command

PARIS = ZoneInfo("Europe/Paris")
LISTED = "\n\n- Lisbon\n- Porto\n"


def read(text: str, subject: str = "Lisbon", address: str = "acme+vote") -> CommandReading:
    found = read_command(
        address=address,
        subject=subject,
        text=text,
        sent_at=datetime(2026, 11, 24, 10, tzinfo=PARIS),
        lexicon=load_lexicon(),
    )
    assert isinstance(found, CommandReading)
    return found


def rules(text: str, subject: str = "Lisbon") -> StatedRules:
    return read(text + LISTED, subject).rules


@pytest.mark.parametrize(
    "text",
    [
        "Secret ballot.",
        "Please vote, it is anonymous: the vote is anonymous.",
        "Vote à bulletin secret, merci.",
        "Die Abstimmung ist geheim.",
        "La votación es secreta.",
        "Il voto è segreto.",
        "O voto é secreto.",
        "De stemming is geheim.",
    ],
)
def test_a_secret_ballot_is_asked_for_in_words(text: str) -> None:
    assert rules(text).secret is True


@pytest.mark.parametrize("text", ["This is not a secret ballot.", "Open ballot please.", "Keine geheime Abstimmung."])
def test_an_open_ballot_is_asked_for_in_words(text: str) -> None:
    assert rules(text).secret is False


@pytest.mark.parametrize(
    "text",
    [
        "Should it be a secret ballot?",
        "Last year we had a secret ballot.",
        "I propose a secret ballot for the board.",
        "If we had a secret ballot, fewer would shout.",
        "Which one?",
    ],
)
def test_what_is_asked_proposed_or_told_of_others_is_no_rule(text: str) -> None:
    assert rules(text) == StatedRules()


def test_what_the_question_is_about_is_no_rule() -> None:
    assert rules("Secret ballot means paper slips.", "A secret ballot for the board?").secret is None
    assert read("Which do you prefer?\n\n- secret ballot\n- open ballot\n", "The board").rules.secret is None


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Results are visible to all.", False),
        ("Résultats visibles.", False),
        ("No interim results please.", True),
        ("Keine Zwischenergebnisse.", True),
    ],
)
def test_whether_results_are_seen_before_the_close_is_read(text: str, hidden: bool) -> None:
    assert rules(text).hidden is hidden


def test_an_instant_run_off_on_request_ranks_the_options() -> None:
    found = read("Instant run-off please." + LISTED)
    assert (found.rules.run_off, found.method) == (True, "ranked")


def test_voters_may_be_asked_to_add_options() -> None:
    assert rules("You may add options.").add_options is True


@pytest.mark.parametrize(
    ("text", "quorum"),
    [
        ("Quorum 75 %.", 0.75),
        ("A quorum of half of us.", 0.5),
        ("Quorum : la moitié.", 0.5),
        ("Quorum 40%, and a 60 % majority.", 0.4),
        ("Quórum 40 %.", 0.4),
    ],
)
def test_a_quorum_is_read(text: str, quorum: float) -> None:
    assert rules(text).quorum == quorum


def test_a_quorum_of_so_many_people_is_read() -> None:
    assert rules("Quorum of 5 people, 2/3 majority.").quorum_people == 5


@pytest.mark.parametrize(
    "text",
    [
        "Two-thirds majority.",
        "Quorum 75 %, 2/3 majority.",
        "Majorité des deux tiers, quorum : la moitié.",
        "Zweidrittelmehrheit.",
        "Maggioranza dei due terzi.",
        "Mayoría de dos tercios.",
    ],
)
def test_a_two_thirds_majority_is_read_and_two_of_three_reach_it(text: str) -> None:
    threshold = rules(text).threshold
    assert threshold is not None
    assert exceeds(2, 1, threshold)  # type: ignore[arg-type]
    assert not exceeds(65, 35, threshold)  # type: ignore[arg-type]


def test_a_simple_majority_is_more_than_half() -> None:
    assert rules("A simple majority will do.").threshold == 0.5


@pytest.mark.parametrize("share", ["1/3", "2/3", "3/4", "5/6", "3/7"])
def test_a_fraction_as_a_quorum_never_asks_for_one_too_many(share: str) -> None:
    quorum = rules(f"Quorum {share}.").quorum
    part, of = map(int, share.split("/"))
    assert quorum is not None
    assert needed(of, quorum) == part


@pytest.mark.parametrize(
    "text",
    [
        "Open until 17:00.",
        "Please answer by 5pm.",
        "Antworten bis 17:00",
        "Réponses avant 17h",
        "Respondan antes de las 17:00",
        "Graag antwoord voor 17.00 uur",
        "Please answer by 17:00 CET.",
        "The vote stays open until 17:00 so that those of us in New York have a chance too.",
    ],
)
def test_a_time_alone_closes_the_vote_that_day(text: str) -> None:
    found = read(text, "Adopt the plan")
    assert (found.deadline, found.deadline_has_time) == (datetime(2026, 11, 24, 17, tzinfo=PARIS), True)


def test_a_time_gone_by_is_tomorrows() -> None:
    assert read("Open until 8:30.", "Adopt the plan").deadline == datetime(2026, 11, 25, 8, 30, tzinfo=PARIS)


@pytest.mark.parametrize("text", ["Done by 5.", "Shall we be there by 17:00?", "We came at 17:00."])
def test_other_times_and_bare_numbers_close_nothing(text: str) -> None:
    assert read(text, "Adopt the plan").deadline is None


def test_the_subject_behind_the_mark_or_to_the_address_for_votes_is_the_question() -> None:
    text = "I propose that we buy a dog."
    assert read(text, "[VOTE] An office dog", "acme").question == "An office dog"
    assert read(text, "An office dog").question == "An office dog"
    assert read(text, "[VOTE]", "acme").question == "buy a dog"


@pytest.mark.parametrize(
    "text",
    [
        "We worked until 17:00.",
        "The course lasts three weeks.",
        "The lease runs until 31 December.",
        "Ana is away until Monday.",
        "The workshop runs for two days.",
        "We must move out by Friday.",
        "Wir haben bis 17 Uhr gearbeitet.",
        "Der Mietvertrag läuft bis zum 31. Dezember.",
        "Le bail court jusqu'au 31 décembre.",
        "El contrato termina antes del 31 de diciembre.",
        "Il contratto vale fino al 31 dicembre.",
        "O contrato vale até 31 de dezembro.",
        "Het contract loopt tot 31 december.",
    ],
)
def test_a_sentence_about_something_else_says_nothing_of_when_the_vote_ends(text: str) -> None:
    assert read(text, "[VOTE] Adopt the plan").deadline is None
    assert read(f"{text} Please answer by Thursday.", "[VOTE] Adopt the plan").deadline == THURSDAY


THURSDAY = datetime(2026, 11, 26, 23, 59, tzinfo=PARIS)


@pytest.mark.parametrize(
    "text",
    [
        "By Thursday, please.",
        "It runs until Thursday.",
        "I need your answers by Thursday.",
        "Please get back to me by Thursday.",
        "You have until Thursday.",
        "Bitte gebt mir bis Donnerstag Bescheid.",
        "Ihr habt bis Donnerstag Zeit.",
        "Donnez votre avis avant jeudi.",
        "Decidme antes del jueves.",
        "Fatemi sapere entro giovedì.",
        "Digam-me até quinta-feira.",
        "Laat het me weten voor donderdag.",
    ],
)
def test_a_sentence_about_the_answers_or_about_nothing_else_says_when_the_vote_ends(text: str) -> None:
    assert read(text, "[VOTE] Adopt the plan").deadline == THURSDAY


def test_an_option_says_nothing_of_when_the_vote_ends() -> None:
    assert read("- before Thursday\n- by Saturday", "[VOTE] When shall we move?").deadline is None


def test_a_question_keeps_a_day_that_is_not_the_end_of_its_vote() -> None:
    found = read("Shall we move out by Friday? Please answer by Thursday.", "[VOTE]")
    assert (found.question, found.deadline) == ("Shall we move out by Friday?", THURSDAY)


@pytest.mark.parametrize("text", ["Open for 72 hours.", "The vote is open for 72 hours.", "Offen für 72 Stunden."])
def test_a_length_in_hours_ends_the_vote_as_one_in_days_does(text: str) -> None:
    found = read(text, "[VOTE] Adopt the plan")
    assert (found.deadline, found.deadline_has_time) == (datetime(2026, 11, 27, 10, tzinfo=PARIS), True)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Open for 2 working days.", "2 working days"),
        ("for 3 business days", "3 working days"),
        ("Ouvert pendant trois jours ouvrés.", "3 working days"),
        ("Die Abstimmung läuft 5 Arbeitstage.", "5 working days"),
        ("Abierta durante 2 días hábiles.", "2 working days"),
        ("Aperto per 2 giorni lavorativi.", "2 working days"),
        ("Aberta durante 3 dias úteis.", "3 working days"),
        ("Open gedurende 2 werkdagen.", "2 working days"),
    ],
)
def test_working_days_are_left_for_the_charter_to_count(text: str, length: str) -> None:
    found = read(text + LISTED)
    assert (found.open_for, found.deadline) == (length, None)


@pytest.mark.parametrize(
    "text",
    [
        "The repair takes 2 working days.",
        "We have worked on it for 3 working days.",
        "Could we close the office for 2 working days?",
    ],
)
def test_working_days_of_something_else_close_no_vote(text: str) -> None:
    assert read(text + LISTED).open_for == ""


@pytest.mark.parametrize(
    "text",
    [
        "+1 / 0 / -1, open for at least 72 hours.",
        "Yes / No, by Friday 10:00",
        "Oui / Non / Abstention, jusqu'à vendredi 10 h",
        "Pour / Contre, avant vendredi 10 h",
        "Ja / Nein / Enthaltung, bis Freitag 10 Uhr",
        "Sí / No, hasta el viernes a las 10:00",
        "Sì / No, entro venerdì alle 10:00",
        "Sim / Não, até sexta-feira às 10:00",
        "Voor / Tegen, tot vrijdag 10:00",
    ],
)
def test_an_end_behind_the_answers_there_are_is_the_votes(text: str) -> None:
    found = read(f"Orlando?\n\n{text}", "Orlando")
    assert found.deadline == datetime(2026, 11, 27, 10, tzinfo=PARIS)
