"""A word of a stance that stands in another sense is no vote, and one that only looks alike still is one."""

from __future__ import annotations

import pytest

from gateway.model.ballot import FIXED_OPTIONS, Choice, Method, Pick, Question
from gateway.model.reading import BallotKind
from gateway.resources import load_lexicon
from gateway.understand.reading.ballot import read_ballot

ASKED = "Shall we paint the hall blue?"


def cast(
    text: str, method: Method = Method.YESNO, question: str = ASKED, options: tuple[str, ...] = ()
) -> Choice | None:
    asked = Question(text=question, method=method, options=FIXED_OPTIONS.get(method, options))
    reading = read_ballot(text, asked, load_lexicon())
    return reading.choice if reading.kind is BallotKind.BALLOT else None


@pytest.mark.parametrize(
    ("other", "vote", "label"),
    [
        ("We need approval from the landlord.", "Approval from me.", "Yes"),  # a noun that somebody else is to give
        ("Danke für eure Unterstützung.", "Meine Unterstützung habt ihr.", "Yes"),
        ("El apoyo del banco falta.", "Tenéis mi apoyo.", "Yes"),
        ("Die Zustimmung der Stadt fehlt noch.", "Meine Zustimmung habt ihr.", "Yes"),
        ("Let's agree on a date.", "I agree on the colour.", "Yes"),  # what several are still to agree on
        ("Il faut se mettre d'accord sur un prix.", "D'accord sur tout.", "Yes"),
        ("The road is blocked.", "I block this.", "No"),  # what is told of a thing
        ("Mi solicitud fue aprobada.", "Aprobado por mi parte.", "Yes"),
        ("I blocked the afternoon in my calendar.", "I block it.", "No"),  # an object of the verb's own
        ("Ich bin gegen Mittag wieder da.", "Ich bin gegen den Vorschlag.", "No"),  # a time
        ("Je suis pour deux jours à Lyon.", "Je suis pour.", "Yes"),
        ("Ik ben tegen twaalf uur terug.", "Ik ben tegen.", "No"),
        ("I'm fine, thanks for asking.", "I'm fine with it, thanks for asking.", "Yes"),  # wellbeing
        ("Mir geht es gut.", "Mir passt das gut.", "Yes"),
        ("Sto bene, grazie.", "Per me va bene.", "Yes"),
        ("Gerne melde ich mich morgen.", "Gerne.", "Yes"),  # an adverb of another verb
        ("Genau dazu habe ich eine Frage.", "Genau so machen wir es.", "Yes"),
        ("Klar ist das nicht.", "Klar!", "Yes"),
        ("Claro que tengo dudas.", "¡Claro!", "Yes"),
        ("Gut, dass du fragst.", "Gut, machen wir.", "Yes"),  # courtesy
        ("No need to reply.", "No need.", "No"),  # talk of the mails
        ("Eine Antwort ist nicht nötig.", "Nicht nötig.", "No"),
        ("Ich habe mir den Freitag dafür geblockt.", "Ich bin dafür.", "Yes"),
        ("Your request is being reviewed by our support staff.", "You have my support.", "Yes"),
    ],
)
def test_a_word_in_another_sense_is_no_vote_and_the_same_word_as_a_stance_is(other: str, vote: str, label: str) -> None:
    assert cast(other) is None
    assert cast(vote) == Pick(label)


def test_what_the_question_speaks_of_is_no_time_and_no_other_thing() -> None:
    assert cast("Ich bin gegen Mittwoch.", question="Sollen wir am Mittwoch tagen?") == Pick("No")
    assert cast("Ich bin gegen Mittwoch wieder da.", question="Sollen wir den Flur streichen?") is None
    assert cast("A reminder is not needed.", question="Shall we send a reminder?") == Pick("No")


def test_a_vote_beside_such_a_word_counts() -> None:
    assert cast("Yes. Approval from the landlord is still missing.") == Pick("Yes")
    assert cast("I'm fine, thanks for asking. I vote no.") == Pick("No")


def test_a_part_of_a_label_in_another_sense_chooses_nothing() -> None:
    firms = ("Support Ltd", "Friday Works")
    asked = "Which contractor?"
    assert cast("Our support staff will answer soon.", Method.SINGLE, asked, firms) is None
    assert cast("Support Ltd, please.", Method.SINGLE, asked, firms) == Pick("Support Ltd")
    assert cast("I'd go with the support company.", Method.SINGLE, asked, firms) == Pick("Support Ltd")
