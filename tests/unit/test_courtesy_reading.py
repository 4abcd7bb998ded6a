"""What is courtesy and nothing else, below a subject that says it all."""

from __future__ import annotations

import pytest

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.courtesy import is_courtesy
from tests.flow.town import lexicon as loaded


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return loaded()


@pytest.mark.parametrize(
    "text",
    [
        "please",
        "Please!",
        "Thanks in advance,\nAna Duarte",
        "Hi all,\nplease, and thank you very much",
        "s'il vous plaît",
        "Merci d'avance\nCordialement, Ana",
        "bitte",
        "Hallo zusammen, bitte und vielen Dank im Voraus. Viele Grüße, Ana",
        "por favor, muchas gracias",
        "per favore, grazie mille",
        "alsjeblieft, alvast bedankt",
        "por favor, muito obrigada",
    ],
)
def test_courtesy_says_nothing_more(text: str, lexicon: Lexicon) -> None:
    assert is_courtesy(text, "Ana Duarte", lexicon)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "please?",
        "please not today",
        "Thanks, Ben",
        "please wait until Friday",
        "bitte nicht",
        "merci de patienter",
        "yes",
        "please " * 40,
    ],
)
def test_whatever_says_more_is_read(text: str, lexicon: Lexicon) -> None:
    assert not is_courtesy(text, "Ana Duarte", lexicon)
