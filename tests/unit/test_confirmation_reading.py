"""An answer to `please confirm` is a yes or a no that is all of what is written; all else is asked about again."""

from __future__ import annotations

import pytest

from gateway.model.understood import Settle
from gateway.resources import load_lexicon
from gateway.understand.reading.confirmation import read_confirmation

LEXICON = load_lexicon()


def read(text: str, act: str = "mail", named: str = "", name: str = "Ben Okri") -> int | None:
    found = read_confirmation(text, act, name, named, LEXICON, "Acme")
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
        "OK, thanks for asking", "Yes, that was me, thanks for letting me know", "D'accord, merci pour l'invitation",
        "Ja, dat was ik", "Yes, confirmed.", "yes yes", "Ja 👍", "Oui 🙂", "Yes, it's my new address",
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
        "OK, thanks for letting me know.", "OK thanks, good to know", "Right, thanks for the notice", "Okay. All good.",
        "Oh right, sorry about that", "Ok, danke für den Hinweis", "Ok, alles klar", "Na ja",
        "Vale, gracias por avisar",
        "Ok, grazie per l'avviso", "Ok, obrigado pelo aviso", "Oké, bedankt voor de melding", "Sí, fue él",
        "D'accord, merci pour votre message", "Ja, das war der", "Yes, that was him", "Oui, c'était lui", "Sure, sure",
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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Nora Miller", "OK,\nnot me"), ("Nora Miller", "OK,\n\nnot mine!"), ("Nora Miller", "Ok,\n\nno!"),
        ("Nick Olsen", "Ok.\n\nNo."), ("Nina Ode", "Right,\n\nnever"), ("Marie Petit", "ok,\n\npas moi"),
        ("Niko Imhof", "ok,\n\nnicht ich"), ("Ben Okri", "ok,\n\nbut mine?"), ("Ben Okri", "Yes\n\nBogus mail!"),
        ("Ben Okri", "Yes\n\nAbuse"), ("Nora Miller", "Yes\nNora\n\nPS: wait, that was not me!"),
        ("Nora Miller", "Yes,\nNora\n\nActually no, I did not send that."),
        ("Nora Miller", "OK\nNora Miller\nI never wrote this, do not count it"), ("Nora Miller", "Yes\nNora\nor not"),
        ("Nora Miller", "Yes\nNora\nwhat is it about?"),
        ("Nora Miller", "OK\n\nNora\n\nPS: that mail of 3 June is a fake"),
    ],
)  # fmt: skip
def test_words_that_begin_as_a_name_does_and_words_below_a_name_are_read(name: str, text: str) -> None:
    assert read(text, name=name) is None


@pytest.mark.parametrize("name", ["Ben Okri", "Nora Miller", "Nick Olsen"])
def test_a_yes_may_be_signed_in_short(name: str) -> None:
    first, last = name.split()
    for signed in (
        first,
        f"{first[0]}.",
        f"{first[0]}{last[0]}" if name != "Nick Olsen" else first,
        f"{first}ny",
        name,
    ):
        assert read(f"Yes\n\n{signed}", name=name) == 1, signed
    assert read(f"Hi Acme,\nyes, that was me\n\n{name}\nHead of Design\nwww.acme.example/{first}", name=name) == 1


@pytest.mark.parametrize("act", ["leave", "mail", "address", "remove", "govern"])
@pytest.mark.parametrize(
    "text",
    [
        "do nothing", "Please do nothing.", "Nothing", "Nothing, please", "Bitte nichts", "Rien", "Ne faites rien",
        "Niente", "Nada", "Niets", "Não façam nada", "Don't do anything, thanks",
    ],
)  # fmt: skip
def test_nothing_is_what_the_question_itself_says_who_did_not_ask_should_do(text: str, act: str) -> None:
    assert read(text, act) == 0


def test_no_more_mail_still_means_leaving_where_that_was_asked() -> None:
    assert [read(text, "leave") for text in ("No more mails please", "Keine Mails mehr", "Plus rien")] == [1, 1, 1]
    assert [read(text, "leave") for text in ("Nothing else", "Nada más")] == [0, 0]


ADDRESS = "mallory@evil.example"


@pytest.mark.parametrize(
    "text",
    [
        "Yes, Mallory wrote it", "OK, it was Mallory", "Oui, c'est Mallory", "Ja, das war Mallory", "Yes evil",
        "Sí, fue Mallory", "Sì, era Mallory", "Sim, foi Mallory", "Ja, dat was Mallory", "Yes, mallory at evil example",
        "OK, it was mallory@evil.example", "Yes, mallory@evil.example wrote it", "Yes, that's mallory@evil.example",
        "Yes, <mallory@evil.example> wrote it", "Ja, das war mallory@evil.example", "Yes, mallory@evil.example.org",
        "Yes, mallory@evil.example. It was Mallory",
    ],
)  # fmt: skip
def test_words_of_an_address_that_the_question_names_make_no_yes(text: str) -> None:
    assert read(text, "address", ADDRESS) is None


@pytest.mark.parametrize(
    "text",
    [
        "Yes, mallory@evil.example", "Yes, mallory@evil.example is mine", "Yes, mallory@evil.example is my new address",
        "Yes, Ben Okri <mallory@evil.example>", "Yes. My new address is mallory@evil.example", "Yes, Ben wrote it",
        "Yes, I wrote it from mallory@evil.example", "Oui, mallory@evil.example est mon adresse",
        "Ja, mallory@evil.example ist meine neue Adresse", "Sí, mallory@evil.example es mío",
        "Sì, il mio nuovo indirizzo è mallory@evil.example", "Sim, mallory@evil.example é o meu endereço",
        "Ja, mallory@evil.example is van mij",
    ],
)  # fmt: skip
def test_a_yes_may_name_the_address_as_a_whole_and_as_its_authors(text: str) -> None:
    assert read(text, "address", ADDRESS) == 1


@pytest.mark.parametrize(
    ("text", "named", "number"),
    [
        ("OK, it was Cleo", "cleo@example.net", None),
        ("Yes, Cleo wrote it", "cleo@example.net", None),
        ("OK, that was cleo@example.net", "cleo@example.net", None),
        ("Yes, remove Cleo", "cleo@example.net", 1),
        ("Yes, remove cleo@example.net please", "cleo@example.net", 1),
        ("Yes, remove Cleo", "cleo@example.net, ben@example.net", None),
        ("Yes, remove cleo@example.net", "cleo@example.net, ben@example.net", None),
        ("Yes, remove cleo@example.net, ben@example.net", "cleo@example.net, ben@example.net", 1),
    ],
)
def test_who_is_to_be_removed_is_named_behind_that_alone_and_all_of_them(
    text: str, named: str, number: int | None
) -> None:
    assert read(text, "remove", named) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Yes, it is forged", None), ("OK, it was Mallory", None), ("Yes, Mallory did it", None),
        ("Yes, cancel V-1", 1), ("Yes, please cancel V-1", 1), ("Yes, cancel V-2", None),
    ],
)  # fmt: skip
def test_a_yes_repeats_what_a_mail_asked_for_from_what_is_to_be_done_on(text: str, number: int | None) -> None:
    assert read(text, "govern", "Cancel V-1, it is forged: Mallory did it") == number


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("OK, it was Ben", "ben@example.net"), ("Ja, dat was Ben", "ben@example.net"),
        ("Sì, era Mia", "mia@example.net"), ("Sí, era Mía", "mia@example.net"),
    ],
)  # fmt: skip
def test_a_name_that_is_a_small_word_of_some_language_is_a_name(text: str, named: str) -> None:
    assert [read(text, act, named, name="Nora Miller") for act in ("remove", "address")] == [None, None]
    assert read("Ja 👍", "address", named, name="Nora Miller") == 1
    assert read("Ja, ik ben zeker", "address", named, name="Nora Miller") == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ja, Cleo entfernen", 1), ("Ja, bitte Cleo entfernen", 1), ("Ja, Cleo aus der Liste entfernen", 1),
        ("Sí, elimina a Cleo", 1), ("Sim, remova a Cleo", 1), ("Oui, supprime Cleo", 1),
        ("Oui, retirez cleo@example.net de la liste", 1), ("Ja, Cleo verwijderen", 1), ("Ja, schrijf Cleo uit", 1),
        ("Ja, schrijf Dora uit", None), ("Ja, Dora entfernen", None), ("Cleo entfernen", None),
        ("Yes, remove Cleo wrote it", None), ("Ja, Cleo war es, entfernen", None),
        ("Ja, Cleo und Dora entfernen", None),
    ],
)  # fmt: skip
def test_a_name_and_the_act_stand_in_the_order_of_any_language(text: str, number: int | None) -> None:
    assert read(text, "remove", "cleo@example.net") == number


@pytest.mark.parametrize(
    ("text", "asked", "number"),
    [
        ("Ja, V-1 abbrechen", "V-1 abbrechen", 1), ("Ja, V-1 abbrechen", "Bitte V-1 abbrechen, danke", 1),
        ("Ja, V-2 abbrechen", "V-1 abbrechen", None), ("Ja, V-1", "V-1 abbrechen", None),
        ("Yes, extend until Friday", "extend V-1 until Friday", 1), ("Yes, close V-1 now", "close V-1", 1),
        ("Yes, extend until Monday", "extend V-1 until Friday", None),
        ("Yes, cancel V-2", "Cancel V-1, not V-2", None), ("Yes, Mallory cancel V-1", "Mallory: cancel V-1", None),
    ],
)  # fmt: skip
def test_a_wish_is_repeated_in_the_order_of_any_language(text: str, asked: str, number: int | None) -> None:
    assert read(text, "govern", asked) == number


@pytest.mark.parametrize(
    "text",
    [
        "Stimmt, die andere war von mir", "Stimmt, die zweite ist von mir", "Oui, personne", "Yeah right",
        "Yes, my account was used", "OK, I have changed my account", "Sí, dos", "Certo, l'altro", "Ja, de andere",
        "Vale, la otra es mía", "Certo, o outro", "Oui, un autre", "ok, this is the second mail",
    ],
)  # fmt: skip
def test_a_word_of_another_mail_or_another_person_is_no_yes(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Yes, that is my other account", "yes, it is my second address", "Ja, das ist meine andere Adresse",
        "Oui, les deux sont à moi", "Oui, c'est mon autre adresse", "Sí, es mi otra dirección",
        "Sì, è il mio altro indirizzo", "Sim, é o meu outro endereço", "Ja, mijn andere adres",
    ],
)  # fmt: skip
def test_another_address_of_ones_own_is_a_yes(text: str) -> None:
    assert read(text) == 1
