"""A request that stands whole in the subject, over no text or next to none."""

from __future__ import annotations

import pytest

from gateway.model.reading import Intent
from tests.request_desk import read


@pytest.mark.parametrize("text", ["", "Thanks!"])
@pytest.mark.parametrize(
    ("subject", "intent"),
    [
        ("remove me from this list", Intent.LEAVE),
        ("Please remove me from this mailing list", Intent.LEAVE),
        ("unsubscribe me from your list", Intent.LEAVE),
        ("retirez-moi de cette liste", Intent.LEAVE),
        ("Bitte streicht mich von der Liste", Intent.LEAVE),
        ("borradme de esta lista", Intent.LEAVE),
        ("add me to the mailing list please", Intent.JOIN),
    ],
)
def test_a_subject_that_names_nothing_but_the_list_asks_however_few_of_its_words_do(
    subject: str, intent: Intent, text: str
) -> None:
    assert read(text, subject).intent is intent


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("remove me from the rota list", ""),
        ("remove me from the list of drivers", "Thanks"),
        ("remove me from this list", "The bus stops elsewhere from Monday, so please walk."),
        ("remove me from this list", "What do you all think of this note? I did not write it, it was on my door."),
    ],
)
def test_a_subject_that_names_something_else_or_stands_over_other_words_asks_for_nothing(
    subject: str, text: str
) -> None:
    assert read(text, subject).intent in (Intent.UNCLEAR, Intent.NEW_TOPIC)
