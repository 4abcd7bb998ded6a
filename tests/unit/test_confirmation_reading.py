"""An answer to `please confirm` is a yes or a no that is all of what is written; all else is asked about again."""

from __future__ import annotations

import pytest

from gateway.model.understood import Settle
from gateway.resources import load_lexicon
from gateway.understand.reading.confirmation import read_confirmation

LEXICON = load_lexicon()


def read(text: str, act: str = "mail", named: str = "") -> int | None:
    found = read_confirmation(text, act, "Ben Okri Acme", named, LEXICON)
    return found.number if isinstance(found, Settle) else None


@pytest.mark.parametrize(
    "text",
    [
        "Yes", "yes please", "I confirm", "Hi,\nyes, that was me", "Yes, thanks!\n\nBen",
        "Yes, I sent that from my phone",
        "OK, go ahead", "That's me, yes", "Correct, that is mine", "Yes\n\nBen Okri\nHead of Design\n+351 21 555 01",
        "Hi all,\n\nyes, it was me. Sorry!\n\nBest regards\nBen", "Ja, bitte", "Ja, das war ich",
        "Ja, stimmt so. Danke!",
        "oui", "Oui, c'est bien moi, merci", "Sí, fui yo", "Sì, confermo", "Sim, fui eu", "Ja, dat klopt",
        "Yes.\n\nBest,\nB.", "yes 👍", "Yes\n\nBenny", "Yes, thanks for checking!", "Yes, both are mine",
        "Yes, please count my vote", "Yes, I can confirm", "Yes I am sure", "Ja, ich war's",
        "Ja, die Nachricht ist von mir",
        "Ja, das ist meine neue Adresse", "Ja hoor", "Ja, die mail is van mij", "Oui, c'est ma nouvelle adresse",
        "Oui, j'ai envoyé ce mail", "Sí, ese correo es mío", "Sì, ho scritto io questa mail", "Sim, este e-mail é meu",
        "Ja, dat was ik", "Yes, confirmed.", "yes yes", "Yes, it's my new address",
    ],
)  # fmt: skip
def test_a_yes_may_be_polite_and_signed(text: str) -> None:
    assert read(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "no", "No, that wasn't me", "I did not send this", "Not me!", "Das war ich nicht", "Nein danke", "Non merci",
        "No, this is spam",
        "No, please delete it", "Nein, bitte löschen",
        "Non, ce n'est pas moi", "No, no fui yo", "No, non sono stato io", "Não, não fui eu", "Nee, dat was ik niet",
    ],
)  # fmt: skip
def test_a_no_is_a_no(text: str) -> None:
    assert read(text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "", "what is this?", "Confirm what?", "OK, who is this?", "Yes, that's a fake", "Yes that mail isn't mine",
        "Yes, not from me", "Correct, not mine", "Yes I was hacked", "Yes, cancel it", "Yes, remove it", "Yes, ignore",
        "Yes\nNo wait, that is not my address!", "Yes, but what is it?", "Yes, my account was hacked", "Yes, it's spam",
        "Yes, a colleague wrote it", "Yes I forwarded it to Mallory", "Yes, somebody else sent it", "Ben", "Thanks!",
        "Ja, das ist gefälscht", "Ja, bitte löschen", "Bestätigen?", "Was soll ich bestätigen?", "Oui, c'est un faux",
        "Confirmer quoi ?", "Oui, supprimez-le", "Sí, bórralo", "Sì, è falso", "Leave", "Join", "Yes no",
        "Yes later", "Yes, he sent it", "Yes, my son sent it", "No, wait, yes", "Yes\nBogus!", "Yes, was this from you",
        "Yes\n\nI never sent this vote", "Yes, it is not me", "Sent from my iPhone",
    ],
)  # fmt: skip
def test_whatever_says_more_or_less_confirms_nothing(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "act", "number"),
    [
        ("Leave.", "leave", 1),
        ("Yes, stop all mail", "leave", 1),
        ("Yes, please don't send me anything any more", "leave", 1),
        ("Leave. I don't need this", "leave", 1),
        ("Ja, bitte austragen", "leave", 1),
        ("Leave it", "leave", 0),
        ("No, I want to stay", "leave", 0),
        ("leave me alone", "leave", None),
        ("Leave what?", "leave", None),
        ("Leave", "join", None),
        ("Subscribe me please", "join", 1),
        ("Leave me", "leave", 0),
        ("Subscribe", "join", 1),
        ("Yes, I'd love to join!", "join", 1),
        ("Yes, I'd love to", "join", 1),
        ("Oui, merci pour l'invitation", "join", 1),
        ("Ja, bedankt voor de uitnodiging", "join", 1),
    ],
)
def test_the_word_of_what_is_asked_is_a_yes_to_that_alone(text: str, act: str, number: int | None) -> None:
    assert read(text, act) == number


def test_a_yes_may_repeat_what_was_asked() -> None:
    assert read("Yes, cancel V-1", "govern", "Cancel V-1, the room is gone") == 1
    assert read("Yes, remove Ana Duarte", "remove", "Ana Duarte") == 1
    assert read("Cancel V-1", "govern", "Cancel V-1") is None, "it may be the one that was asked about, quoted"
    assert read("Yes, extend V-1", "govern", "Cancel V-1") is None
