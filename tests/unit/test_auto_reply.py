"""Automatic replies: told by their words where they bear no mark, and what one says of an absence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway.model.nature import Nature, Written
from gateway.model.reading import Dropped, NewText, Quoted
from gateway.model.understood import AbsenceNotice
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.auto_reply import absence_told, is_vacation_reply
from tests.builders import message

LEXICON = load_lexicon()
NOW = datetime(2026, 6, 1, 9, 5, tzinfo=UTC)
ANSWERED = "Re: [acme P-1] The plan"


def is_reply(text: str, subject: str = ANSWERED) -> bool:
    return is_vacation_reply(message("ben@example.org", subject), NewText(text, text), NOW, LEXICON)


@pytest.mark.parametrize(
    "quote",
    [
        {"dropped": (Dropped("On Monday Ana wrote:", "attribution"), Dropped("> Who is around?", "quote-prefix"))},
        {"dropped": (Dropped("Who is around next week?", "original"),)},
        {"blocks": (Quoted("> Who is around?", "I am on leave."),)},
    ],
)
def test_who_quotes_what_they_answer_is_a_person(quote: dict[str, Any]) -> None:
    text = "Sorry, I'm on leave until 15 June. I will answer when I return."
    mail = message("ben@example.org", ANSWERED)
    assert is_vacation_reply(mail, NewText(text, text, dropped=(Dropped("-- \nBen", "signature"),)), NOW, LEXICON)
    assert not is_vacation_reply(mail, NewText(text, text, **quote), NOW, LEXICON)


@pytest.mark.parametrize(
    "text",
    [
        "I am currently out of the office and will reply when I return.",
        "I am on holiday with limited access to my mail. For urgent matters call the office.",
        "Thank you for your email. I am out of the office with limited access to email.",
        "Hello,\n\nI'm out of the office until 20 June with no access to email.\n\nKind regards\nBen Moor",
        "Ich bin derzeit nicht im Büro. Ihre Nachricht wird nicht weitergeleitet.",
        "Vielen Dank für Ihre Nachricht. Ich bin im Urlaub. In dringenden Fällen hilft Frau Ott, ott@example.org.",
        "Je suis actuellement absent du bureau et vous répondrai à mon retour.",
        "Gracias por su mensaje. Estoy de vacaciones y responderé a mi regreso.",
        "Grazie per il messaggio. Sono in ferie e risponderò al mio rientro.",
        "Obrigado pela sua mensagem. Estou de férias e responderei no meu regresso.",
        "Bedankt voor uw bericht. Ik ben op vakantie en reageer bij terugkomst.",
    ],
)
def test_a_text_that_is_all_a_vacation_program_says_is_one(text: str) -> None:
    assert is_reply(text)


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office with limited access to email. I would go with the second draft, it reads better.",
        "I'm on holiday. Could you decide without me? For urgent matters call the office.",
        "I am out of the office on Friday, so let us rather meet on Monday morning in the small room.",
        "Thank you for your message. The shed is open.",
        "Thanks for your message. I'm off on Friday, Cleo can do it.",
        "Thank you for your message. I am on holiday, but yes from me.",
        "In my absence Cleo holds the meeting. I am on leave, and when I return I will look at the shed.",
        "I am on leave until Thursday.",
        "When I return from the garden I will look at the shed.",
    ],
)
def test_a_word_more_and_a_person_wrote_it(text: str) -> None:
    assert not is_reply(text)


def test_what_answers_nothing_is_no_reply() -> None:
    assert not is_reply("I am currently out of the office and will reply when I return.", subject="Holidays")


@pytest.mark.parametrize("opening", ["Out of office Re: ", "Away Re: ", "Abwesend AW: ", "Automatic reply Re: "])
def test_the_formula_of_a_subject_may_stand_right_ahead_of_the_subject_it_answers(opening: str) -> None:
    mail = message("ben@example.org", f"{opening}[acme P-1] The plan", in_reply_to=("p-1@ws.example.org",))
    assert written_by(mail, LEXICON).nature is Nature.AUTOREPLY


def test_a_person_may_open_a_subject_with_a_word_of_absence() -> None:
    mail = message("ben@example.org", "Vacation plans: who is here in August?")
    assert written_by(mail, LEXICON).nature is Nature.PERSON


# --- what it says ---------------------------------------------------------------------------------------------------


def told(text: str, reason: str = "auto-submitted", subject: str = ANSWERED) -> AbsenceNotice | None:
    return absence_told(Written(Nature.AUTOREPLY, reason), subject, text, NOW, LEXICON)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("We have received your mail. Ticket #4711 was opened.", ANSWERED),
        ("Our office hours are 9 to 5. We reply within two working days.", ANSWERED),
        ("Somebody will look at it.", "[Case 83021] The plan"),
        ("Zgłoszenie INC-20931 zostało przyjęte.", ANSWERED),
        ("Ihre Anfrage ist eingegangen.", ANSWERED),
    ],
)
def test_what_speaks_for_a_desk_tells_of_no_absence(text: str, subject: str) -> None:
    assert told(text, subject=subject) is None


def test_a_bare_word_with_an_empty_reverse_path_tells_of_no_absence() -> None:
    assert told("A", "null-reverse-path") is None


@pytest.mark.parametrize("text", ["A", "Yes.", "+1", ""])
def test_an_answer_of_a_letter_tells_of_no_absence_though_a_program_sent_it(text: str) -> None:
    assert told(text) is None


def test_an_absence_is_told_whatever_marks_the_reply_bears() -> None:
    notice = told("I am away until 19 June.", "null-reverse-path")
    assert notice is not None
    assert notice.until == date(2026, 6, 19)
    assert told("On leave. Ticket #4711 has to wait.") == AbsenceNotice()


def test_a_reply_in_a_language_whose_words_are_not_known_may_well_tell_of_an_absence() -> None:
    assert told("Jestem na urlopie do 20 czerwca.", subject="Re: [acme P-1043] The plan") == AbsenceNotice()


@pytest.mark.parametrize(
    ("text", "starts", "until"),
    [
        ("I am away. From 3 June to 12 June.", date(2026, 6, 3), date(2026, 6, 12)),
        (
            "I'm on holiday from Friday 29 May, returning Tuesday 9 June. In urgent cases contact Sam, who is away "
            "from 3 June to 5 June.",
            None,
            date(2026, 6, 8),
        ),
        ("Ich bin bis 12.06. im Urlaub. In dringenden Fällen hilft Sam, ab 3. Juni.", None, date(2026, 6, 12)),
        ("I am out of the office. Your request will be looked at by 30 June.", None, None),
        ("I work Monday to Wednesday only.", None, None),
        ("Please note: from 1 July my new address will be ben@new.example.", None, None),
    ],
)
def test_the_days_of_an_absence_are_those_of_the_sentences_that_tell_of_it(
    text: str, starts: date | None, until: date | None
) -> None:
    assert told(text, subject="Automatic reply: [acme V-1] Vote") == AbsenceNotice(starts, until)


@pytest.mark.parametrize(
    "text",
    [
        "Your request has been received. We will respond by 30 June 2026.",
        "Ihre Anfrage wurde erhalten. Wir antworten bis zum 30.06.2026.",
        "Votre demande a été reçue ; réponse avant le 30 juin 2026.",
        "Uw aanvraag wordt voor 30 juni behandeld.",
    ],
)
def test_the_day_by_which_a_desk_answers_is_no_absence(text: str) -> None:
    assert told(text, subject="Automatic reply: [acme V-1] Vote") is None
