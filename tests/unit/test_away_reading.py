"""Absences out of vacation programs' replies: the last day away, in seven languages."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.resources import load_lexicon
from gateway.understand.echo import without_echo
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.away import Absence, read_absence

SENT = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
AUGUST_2, AUGUST_7 = date(2026, 8, 2), date(2026, 8, 7)


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(subject: str, text: str) -> Absence | None:
    return read_absence(subject, text, SENT, lexicon())


@pytest.mark.parametrize(
    ("subject", "text", "starts", "until"),
    [
        ("Automatic reply: News", "I am out of the office until 7 August. For urgent matters call Jo.", None, AUGUST_7),
        ("Out of office", "I am away and will be back on Monday 3rd August.", None, AUGUST_2),
        ("Out of Office", "I'm on leave from 20 July to 7 August with no access to mail.", date(2026, 7, 20), AUGUST_7),
        ("Réponse automatique", "Je suis absent du 20 juillet au 7 août inclus.", date(2026, 7, 20), AUGUST_7),
        ("Absence", "Je suis en congés et de retour le 3 août.", None, AUGUST_2),
        ("Abwesenheitsnotiz", "Ich bin bis einschließlich 7. August im Urlaub.", None, AUGUST_7),
        ("Automatische Antwort", "Ab dem 3. August bin ich wieder erreichbar.", None, AUGUST_2),
        ("Abwesend", "Ich bin vom 20.07.2026 bis 07.08.2026 nicht im Büro.", date(2026, 7, 20), AUGUST_7),
        ("Respuesta automática", "Estaré de vacaciones hasta el 7 de agosto.", None, AUGUST_7),
        ("Fuera de la oficina", "Vuelvo el lunes 3 de agosto.", None, AUGUST_2),
        ("Fuori sede", "Sono in ferie dal 20 luglio al 7 agosto.", date(2026, 7, 20), AUGUST_7),
        ("Risposta automatica", "Sarò assente fino al 7 agosto, rientro il 10 agosto.", None, AUGUST_7),
        ("Resposta automática", "Estou de férias até 7 de agosto.", None, AUGUST_7),
        ("Ausência", "Estarei fora e regresso a 3 de agosto.", None, AUGUST_2),
        ("Automatisch antwoord", "Ik ben met vakantie tot en met 7 augustus.", None, AUGUST_7),
        ("Afwezig", "Ik ben op maandag 3 augustus weer aanwezig.", None, AUGUST_2),
    ],
)
def test_the_last_day_away_is_read(subject: str, text: str, starts: date | None, until: date) -> None:
    absence = read(subject, text)
    assert absence is not None
    assert (absence.starts, absence.until) == (starts, until)


@pytest.mark.parametrize(
    ("text", "starts", "until"),
    [
        ("I'm back in the office on Monday 3 August. Please ask Dev, who is away from 20 to 21 July.", None, AUGUST_2),
        ("I'm back on 3 August. Please ask Dev (dev@example.net); he is away on 20 July.", None, AUGUST_2),
        ("I am away until 7 August. Please ask Dev, who is away from 20 to 21 July.", None, AUGUST_7),
        ("Je suis de retour le 3 août. Jo est absente du 20 au 21 juillet.", None, AUGUST_2),
        ("I'm away from 20 July to 2 August. I'm back on 3 August.", date(2026, 7, 20), AUGUST_2),
        ("I'm back on 3 August. I'm away from 20 July to 2 August.", date(2026, 7, 20), AUGUST_2),
    ],
)
def test_the_days_of_who_is_named_instead_are_theirs(text: str, starts: date | None, until: date) -> None:
    assert read("Automatic reply", text) == Absence(starts, until)


def test_an_absence_without_dates_names_none() -> None:
    absence = read("Out of office", "I am currently away and will answer when I return.")
    assert absence is not None
    assert (absence.starts, absence.until) == (None, None)


def test_a_mail_that_tells_of_no_absence_is_none() -> None:
    assert read("Re: Minutes", "Thank you, we have received your mail and given it the number 4711.") is None


OURS = "Re: [acme V-1] Close from 20 to 24 July?"


@pytest.mark.parametrize(
    "prefix",
    ["Automatic reply: ", "Réponse automatique : ", "Automatische Antwort: ", "Respuesta automática: ",
     "Risposta automatica: ", "Resposta automática: ", "Automatisch antwoord: ", "Auto: "],
)  # fmt: skip
def test_our_subject_repeated_by_a_program_names_no_day(prefix: str) -> None:
    for echoed in (
        OURS,
        "[ACME V-1] Close from\n 20 to 24 July?",
        "[acme] Close from 20 to",
        "Close from 20 to 24 July?",
    ):
        said = without_echo(prefix + echoed, OURS, "acme")
        absence = read_absence(said, "I'm out of office.", SENT, lexicon())
        assert absence is not None
        assert (absence.starts, absence.until) == (None, None)
    assert "July" not in without_echo(f"{prefix}[acme V-1] Close from 20 to 24 July?", "", "acme")


@pytest.mark.parametrize(
    "subject",
    ["Out of office until 7 August", f"Out of office until 7 August: {OURS}", f"{OURS} (out of office until 7 August)"],
)
def test_what_a_program_says_in_a_subject_of_its_own_counts(subject: str) -> None:
    absence = read_absence(without_echo(subject, OURS, "acme"), "I'm out of office.", SENT, lexicon())
    assert absence is not None
    assert absence.until == AUGUST_7


def test_our_subject_is_taken_out_of_the_text_too_and_short_ones_are_left() -> None:
    text = "I am out of office and got your mail about close from 20\nto 24 July? Thanks."
    assert "24 July" not in without_echo(text, OURS, "acme")
    assert without_echo("Away until Friday", "[acme P-2] Until Friday", "acme") == "Away until Friday"
