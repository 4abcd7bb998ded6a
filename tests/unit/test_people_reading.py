"""What is said of people: a steward's word on held mail, and whom to invite or remove."""

from __future__ import annotations

import pytest

from gateway.model.understood import Enrolling, Enrolment, Moderation
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.people import read_enrolling, read_moderation
from tests.flow.town import lexicon as loaded


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return loaded()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("accept", Moderation.ACCEPT),
        ("Please accept it.", Moderation.ACCEPT),
        ("Hello Restante,\nannehmen\n\nGruß, Ana", Moderation.ACCEPT),
        ("REJECT!", Moderation.REJECT),
        ("spam", Moderation.REJECT),
        ("ablehnen, bitte", Moderation.REJECT),
        ("add them", Moderation.ADD),
        ("aufnehmen", Moderation.ADD),
    ],
)
def test_one_word_settles_held_mail(text: str, word: Moderation, lexicon: Lexicon) -> None:
    found = read_moderation(text, lexicon)
    assert found is not None
    assert found.word is word


@pytest.mark.parametrize(
    "text", ["", "yes", "Who is that?", "accept?", "I would rather not accept this", "accept or reject", "x" * 5000]
)
def test_other_words_settle_nothing(text: str, lexicon: Lexicon) -> None:
    assert read_moderation(text, lexicon) is None


@pytest.mark.parametrize(
    ("subject", "text", "act"),
    [
        ("", "invite eve@x.org", Enrolment.INVITE),
        ("", "Please invite Eve Stone <eve@x.org>.", Enrolment.INVITE),
        ("", "Could you invite eve@x.org?", Enrolment.INVITE),
        ("", "bitte lade eve@x.org ein", Enrolment.INVITE),
        ("", "eve@x.org bitte einladen", Enrolment.INVITE),
        ("", "Merci d'inviter eve@x.org", Enrolment.INVITE),
        ("", "nodig eve@x.org uit", Enrolment.INVITE),
        ("", "por favor, invita a eve@x.org", Enrolment.INVITE),
        ("", "invita eve@x.org per favore", Enrolment.INVITE),
        ("", "convida eve@x.org", Enrolment.INVITE),
        ("Invite", "eve@x.org", Enrolment.INVITE),
        ("", "Please add our new colleague Eve Stone (eve@x.org) to the team", Enrolment.INVITE),
        ("", "Bitte lade auch meine Kollegin eve@x.org ein", Enrolment.INVITE),
        ("", "Merci d'inviter aussi ma collègue eve@x.org", Enrolment.INVITE),
        ("", "Voeg ook onze nieuwe collega eve@x.org toe", Enrolment.INVITE),
        ("Remove eve@x.org", "She left the company last week.", Enrolment.REMOVE),
        ("eve@x.org bitte entfernen", "Sie hat uns verlassen.", Enrolment.REMOVE),
        ("invite eve@x.org", "", Enrolment.INVITE),
        ("", "Please remove eve@x.org from the list.", Enrolment.REMOVE),
        ("", "Bitte eve@x.org entfernen", Enrolment.REMOVE),
        ("", "retire eve@x.org de la liste", Enrolment.REMOVE),
        ("", "quita a eve@x.org de la lista", Enrolment.REMOVE),
        ("", "rimuovi eve@x.org dal gruppo", Enrolment.REMOVE),
        ("", "remova eve@x.org do grupo", Enrolment.REMOVE),
        ("", "verwijder eve@x.org uit de groep", Enrolment.REMOVE),
    ],
)
def test_people_are_invited_and_removed_in_seven_languages(
    subject: str, text: str, act: Enrolment, lexicon: Lexicon
) -> None:
    assert read_enrolling(subject, text, lexicon) == Enrolling(act, ("eve@x.org",))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Party", "Thanks for the invite! ana@x.org"),
        ("Party", "Shall we invite eve@x.org?"),
        ("Party", "Write to eve@x.org about the cake."),
        (
            "Party",
            "I invite you all to my birthday next week in the garden; if you come, tell ana@x.org what you bring.",
        ),
        ("Party", "invite everybody"),
        ("Party", "We should invite eve@x.org to the garden party on Friday."),
        ("", "Please add eve@x.org to the guest list."),
        ("", "Please add Eve (eve@x.org) to the calendar invitation."),
        ("", "Bitte lade eve@x.org zum Gartenfest ein."),
        ("", "Merci d'ajouter eve@x.org à la liste des invités."),
        ("", "Por favor invita a eve@x.org a la fiesta."),
        ("", "Per favore aggiungi eve@x.org alla lista degli invitati."),
        ("", "Voeg eve@x.org toe aan de gastenlijst."),
        ("", "Remove eve@x.org from the list of speakers."),
        ("Invite eve@x.org", "I think that she would like our summer party."),
        ("Remove eve@x.org", "Shall we?"),
        ("Remove eve@x.org", "She wrote to us for the last time in May. " * 9),
        ("", ""),
    ],
)
def test_talk_of_inviting_invites_nobody(subject: str, text: str, lexicon: Lexicon) -> None:
    assert read_enrolling(subject, text, lexicon) is None
