"""What is answered to "please say why" of a block: the reason, whatever vote its words would be by themselves."""

from __future__ import annotations

import pytest

from gateway.model.ballot import CONSENT_OPTIONS, PLUSONE_OPTIONS, Choice, Method, Pick, PlusOne, Question
from gateway.model.reading import BallotKind, BallotReading
from gateway.resources import load_lexicon
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.ballot_reason import read_reason

BLOCK = Pick("Block")
CONSENT = Question(text="Shall we adopt the rules?", method=Method.CONSENT, options=CONSENT_OPTIONS)
PLUSONE = Question(text="Release 2.0", method=Method.PLUSONE, options=PLUSONE_OPTIONS)


def answered(text: str, question: Question = CONSENT, asked: Choice = BLOCK) -> BallotReading:
    lexicon = load_lexicon()
    return read_reason(text, asked, read_ballot(text, question, lexicon), question, lexicon)


@pytest.mark.parametrize(
    "text",
    [
        "it is too expensive",
        "too soon",
        "not ready",
        "ok: the contract forbids it",
        "yes, because of the contract",
        "no, we agreed otherwise in May",
        "we should wait for the bank",
        "c'est trop cher",
        "ça ne va pas",
        "nous ne sommes pas prêts",
        "das ist zu teuer",
        "das geht nicht",
        "es demasiado caro",
        "è troppo caro",
        "het is te duur",
        "é caro demais",
    ],
)
def test_the_reason_asked_for_completes_the_block(text: str) -> None:
    reading = answered(text)
    assert (reading.kind, reading.choice, reading.comment) == (BallotKind.BALLOT, BLOCK, text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("agree", "Agree"),
        ("never mind, I agree", "Agree"),
        ("I've changed my mind, I agree", "Agree"),
        ("I disagree", "Disagree"),
        ("actually no reason, I abstain", "Abstain"),
        ("finalement d'accord", "Agree"),
        ("pas d'accord", "Disagree"),
        ("doch einverstanden", "Agree"),
        ("ich bin nicht einverstanden", "Disagree"),
        ("al final me abstengo", "Abstain"),
        ("pensándolo bien, de acuerdo", "Agree"),
        ("ripensandoci, sono d'accordo", "Agree"),
        ("toch akkoord", "Agree"),
        ("afinal concordo", "Agree"),
    ],
)
def test_an_option_by_its_name_alone_stands_in_the_place_of_the_block(text: str, label: str) -> None:
    reading = answered(text)
    assert (reading.kind, reading.choice) == (BallotKind.BALLOT, Pick(label))


@pytest.mark.parametrize(
    "text",
    [
        "please wait",
        "I have to think about it",
        "my answer is on the way",
        "undo",
        "undo V-1",
        "Rückgängig",
        "ok",
        "yes",
        "attendez",
        "je dois y réfléchir",
        "Moment, ich muss nachdenken",
        "espera, tengo que pensarlo",
        "un attimo, devo pensarci",
        "ik moet erover nadenken",
        "tenho de pensar",
    ],
)
def test_a_reason_that_is_put_off_is_asked_for_again(text: str) -> None:
    reading = answered(text)
    assert (reading.kind, reading.missing, reading.rivals) == (BallotKind.UNCLEAR, "reason", (BLOCK,))


def test_an_option_named_beside_other_words_is_asked_about() -> None:
    reading = answered("I agree with the goal, but the price is wrong")
    assert (reading.kind, reading.missing, reading.rivals) == (BallotKind.UNCLEAR, "several", (BLOCK, Pick("Agree")))


def test_a_question_and_a_withdrawal_stay_what_they_are() -> None:
    assert answered("what do you mean?").missing == "question"
    assert answered("withdraw").kind is BallotKind.WITHDRAW


@pytest.mark.parametrize("text", ["tests fail", "it breaks the build, 3 tests fail", "1 test fails", "no, not tested"])
def test_the_reason_of_a_minus_one_completes_it(text: str) -> None:
    reading = answered(text, PLUSONE, PlusOne(-1.0))
    assert (reading.kind, reading.choice, reading.comment) == (BallotKind.BALLOT, PlusOne(-1.0), text)


def test_a_number_alone_stands_in_the_place_of_a_minus_one_and_beside_words_is_asked_about() -> None:
    assert answered("make it +1 then", PLUSONE, PlusOne(-1.0)).choice == PlusOne(1.0)
    assert answered("0", PLUSONE, PlusOne(-1.0)).choice == PlusOne(0.0)
    assert answered("no, +1 after the fix", PLUSONE, PlusOne(-1.0)).kind is BallotKind.UNCLEAR
