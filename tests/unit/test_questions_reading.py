"""A charter's own questions: what each asks for, and how its answers find it."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from gateway.model.reading import CheckInKind, CheckInReading
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.plan import read_plan
from gateway.understand.reading.questions import BLOCKERS, DONE, MOOD, NEXT, OTHER, kinds_of

TUESDAY = date(2026, 7, 14)
MOMENT, LEARNT, THANKS = OWN = ("Best moment of the week?", "What did you learn?", "Who should we thank?")
FRENCH = ("Le meilleur moment de la semaine ?", "Qu'avez-vous appris ?", "Qui devrions-nous remercier ?")
MIXED = ("What did you get done?", "What did you learn?", "Any blockers?", "How do you feel (1-5)?")
THREE = ((MOMENT, "the launch"), (LEARNT, "naming is hard"), (THANKS, "Ben, for the cake"))

KINDS = {
    DONE: (
        "What did you get done?", "What have you accomplished since Monday?", "Yesterday: what did you get done?",
        "Qu'avez-vous fait cette semaine ?", "Was hast du gestern gemacht?", "¿En qué trabajaste ayer?",
        "Cosa hai fatto ieri?", "O que fizeste ontem?", "Wat heb je deze week afgerond?",
    ),
    NEXT: (
        "What comes next?", "What do you plan to finish?", "What will you do today?", "Et ensuite ?",
        "Que comptez-vous faire la semaine prochaine ?", "Was steht heute an?", "¿Qué vas a hacer hoy?",
        "Cosa farai domani?", "O que vais fazer hoje?", "Waar ga je vandaag aan werken?",
    ),
    BLOCKERS: (
        "Is anything in your way?", "Any blockers?", "What do you need help with?", "Blockers: what slows you down?",
        "Qu'est-ce qui vous bloque ?", "Gibt es etwas, das dich blockiert?", "¿Hay algo que te bloquee?",
        "Cosa ti blocca?", "Algum bloqueio?", "Wat houdt je tegen?",
    ),
    MOOD: (
        "How are you, from 1 (poor) to 5 (great)?", "How do you feel today?", "Comment vous sentez-vous ?",
        "Wie geht es dir?", "¿Cómo te sientes?", "Come stai?", "Como te sentes?", "Hoe voel je je?",
    ),
    OTHER: (
        *OWN, *FRENCH, "Which problem did you solve?", "What do we need to stop doing?", "Who helped you this week?",
        "Who needs help?", "Today: what are you proud of?", "What did you do, and what will you do?",
        "Where are the slugs?", "How was this week?", "Was hast du gelernt?", "¿Qué has aprendido?",
        "Che problema hai risolto?", "Quem precisa de ajuda?", "Wie wil je bedanken?", "?", "",
    ),
}  # fmt: skip


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(text: str, *questions: str) -> CheckInReading:
    return read_checkin(text, TUESDAY, lexicon(), questions or OWN)


def standard(reading: CheckInReading) -> tuple[object, ...]:
    return reading.done, reading.next, reading.blockers, reading.mood


@pytest.mark.parametrize(("kind", "question"), [(kind, one) for kind, several in KINDS.items() for one in several])
def test_a_question_is_told_by_its_words(kind: str, question: str) -> None:
    assert kinds_of((question,), lexicon()) == (kind,)


def test_words_of_time_mean_what_is_not_asked_yet() -> None:
    assert kinds_of(("Last week?", "This week?", "In the way?"), lexicon()) == (DONE, NEXT, BLOCKERS)


@pytest.mark.parametrize(
    "text",
    [
        "1. the launch\n2. naming is hard\n3. Ben, for the cake",
        "1) the launch\n\n2) naming is\nhard\n\n3) Ben, for the cake\n\nCheers,\nAna",
        "Here you go:\n1. the launch\n2. naming is hard\n3. Ben, for the cake",
        "Q1: the launch\nQ2: naming is hard\nQ3: Ben, for the cake",
        "> Best moment of the week?\nthe launch\n> 2. What did you learn?\n>\nnaming is hard\n\n"
        "> Who should we thank?\nBen, for the cake",
        "> Who should\n> we thank?\nBen, for the cake\n> What did you learn?\nnaming is hard\n"
        "> Best moment of the week?\nthe launch",
        "Best moment of the week? the launch\nWhat did you learn?\nnaming is hard\n3. Who should we thank?\n"
        "Ben, for the cake",
        "**Best moment of the week**\nthe launch\n\n**What did you learn**\nnaming is hard\n\n**Who should we tank?**\n"
        "Ben, for the cake",
        "Best moment: the launch\nLearned: naming is hard\nThanks: Ben, for the cake",
        "Hello,\n\nthe launch\n\nnaming is hard\n\nBen, for the cake\n\nBest,\nAna",
        "the launch\nnaming is hard\nBen, for the cake",
        "- the launch\n- naming is hard\n- Ben, for the cake",
    ],
)
def test_an_answer_finds_its_question(text: str) -> None:
    reading = read(text)
    assert reading.kind is CheckInKind.CHECKIN
    assert reading.answers == THREE
    assert standard(reading) == ((), (), (), None)


def test_answers_find_french_questions() -> None:
    numbered = read("1. Le lancement\n2. Que nommer est difficile\n3. Ben", *FRENCH)
    labelled = read("Meilleur moment : Le lancement\nAppris : Que nommer est difficile\nMerci : Ben", *FRENCH)
    assert [answer for _, answer in numbered.answers] == ["Le lancement", "Que nommer est difficile", "Ben"]
    assert labelled.answers == numbered.answers


def test_the_third_answer_is_no_blocker_and_the_fourth_is_kept() -> None:
    questions = (*OWN, "Anything else?")
    reading = read("1. the launch\n2. caches lie\n3. waiting for Ben\n4. the printer is broken", *questions)
    assert reading.blockers == ()
    assert reading.answers[2:] == ((THANKS, "waiting for Ben"), ("Anything else?", "the printer is broken"))


def test_what_standard_questions_ask_goes_where_it_belongs() -> None:
    reading = read("1. website\n2. caches lie\n3. no key\n4. 4", *MIXED)
    assert standard(reading) == (("website",), (), ("no key",), 4)
    assert reading.answers == (("What did you learn?", "caches lie"),)


def test_labels_of_standard_questions_are_read_beside_own_ones() -> None:
    reading = read("Blockers: no key\nLearned: caches lie\nDone: website\n- mail server\nFeeling: 4", *MIXED)
    assert standard(reading) == (("website", "mail server"), (), ("no key",), 4)
    assert reading.answers == (("What did you learn?", "caches lie"),)


def test_prose_belongs_to_the_first_question_and_never_to_blockers() -> None:
    text = "We launched on Monday. I am blocked by the printer, and waiting for Ben."
    assert read(text).answers == ((MOMENT, text),)
    mixed = read(text, "Any blockers?", "What did you get done?", LEARNT)
    assert (mixed.done, mixed.blockers, mixed.answers) == ((text,), (), ())


def test_a_whole_prompt_quoted_names_no_question() -> None:
    quoted = "".join(f"> {number}. {question}\n" for number, question in enumerate(OWN, start=1))
    assert read(f"{quoted}\nThe launch. We all cheered.").answers == ((MOMENT, "The launch. We all cheered."),)


def test_quoted_lines_are_questions_only() -> None:
    reading = read("> What did you learn?\n> Ana: the moon is near\ncaches lie")
    assert reading.answers == ((LEARNT, "caches lie"),)


def test_nothing_is_no_answer_but_no_and_fine_are() -> None:
    assert read("1. none\n2. caches lie\n3. nobody").answers == ((LEARNT, "caches lie"),)
    assert read("1. rien\n2. caches lie\n3. -").answers == ((LEARNT, "caches lie"),)
    assert read("1. fine\n2. no", "How was the release?", "Shall we meet?").answers == (
        ("How was the release?", "fine"),
        ("Shall we meet?", "no"),
    )


def test_nothing_to_all_questions_is_a_check_in_without_answers() -> None:
    reading = read("1. none\n2. nothing\n3. nobody")
    assert (reading.kind, reading.answers) == (CheckInKind.CHECKIN, ())


def test_bullets_and_wrapped_lines_of_an_answer_stay_what_they_are() -> None:
    wrapped = "the launch, which went better than anybody in the whole of this team\nhad thought"
    reading = read(f"> Best moment of the week?\n{wrapped}\n> Who should we thank?\n- Ben\n- Cléo")
    assert reading.answers == ((MOMENT, wrapped.replace("\n", " ")), (THANKS, "Ben\nCléo"))


def test_a_number_of_five_rates_the_mood_only_where_it_is_asked_or_said() -> None:
    assert read("the launch\nnaming\nBen\n4/5").mood == 4
    assert read("1. the launch\n4. 3").mood == 3
    assert standard(read("4/5 tests pass\nnaming\nBen"))[3] is None


def test_a_mood_in_words_is_kept_in_words() -> None:
    reading = read("4. tired after the move", *MIXED)
    assert (reading.mood, reading.answers) == (None, ((MIXED[3], "tired after the move"),))


def test_who_labels_done_next_and_blockers_themselves_is_taken_at_their_word() -> None:
    reading = read("Done: website\nNext: bank\nBlockers: no key")
    assert standard(reading) == (("website",), ("bank",), ("no key",), None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", CheckInKind.UNCLEAR),
        ("ok", CheckInKind.UNCLEAR),
        ("> only quoted", CheckInKind.UNCLEAR),
        ("Can you explain what this is?", CheckInKind.UNCLEAR),
        ("skip", CheckInKind.SKIP),
        ("nothing to report", CheckInKind.SKIP),
        ("none", CheckInKind.SKIP),
        ("Sick today.\n\nBack on Monday.\n\nSorry!", CheckInKind.SKIP),
    ],
)
def test_who_passes_or_says_nothing_answers_no_question(text: str, kind: CheckInKind) -> None:
    reading = read(text)
    assert (reading.kind, reading.answers) == (kind, ())


def test_an_absence_is_noted_with_and_without_answers() -> None:
    assert read("I'm on holiday until 24 July.").away_until == date(2026, 7, 24)
    told = read("1. the launch\n2. I'm on holiday until 24 July.")
    assert (told.kind, told.away_until) == (CheckInKind.CHECKIN, date(2026, 7, 24))


def test_the_standard_questions_in_other_words_are_read_as_the_standard_ones() -> None:
    text = "Finished the website. Tomorrow I'll call the bank. Waiting for the key."
    reading = read(text, "What did you get done?", "What comes next?", "Is anything in your way?")
    assert reading == read_checkin(text, TUESDAY, lexicon())


def test_lines_beside_a_plan_answer_the_charters_questions() -> None:
    questions = ("What's next?", "Who should we thank?")
    text = "1 done\nThanks: Ben, who is stuck with the printer"
    reading = read_plan(("call the bank",), text, lexicon(), sent_on=TUESDAY, questions=questions)
    assert reading is not None
    assert (reading.done, reading.blockers) == (("call the bank",), ())
    assert reading.answers == ((THANKS, "Ben, who is stuck with the printer"),)


@pytest.mark.parametrize(
    "question",
    [
        "How can we help?",
        "Comment pouvons-nous t'aider ?",
        "Wie können wir dir helfen?",
        "¿Cómo podemos ayudarte?",
        "Come possiamo aiutarti?",
        "Como podemos ajudar?",
        "Hoe kunnen we je helpen?",
    ],
)
def test_an_offer_of_help_does_not_ask_for_what_is_in_the_way(question: str) -> None:
    assert kinds_of((question,), lexicon()) == (OTHER,)


@pytest.mark.parametrize("text", ["> What did you do?\nSwept the yard", "What did you do?\nSwept the yard"])
@pytest.mark.parametrize("asked", ["What did you learn?", "What did you see?"])
def test_a_question_repeated_word_for_word_goes_before_one_that_is_like_it(text: str, asked: str) -> None:
    questions = ("What did you do?", "What comes next?", asked)
    found = read_checkin(text, date(2026, 6, 2), lexicon(), questions)
    assert (found.done, found.answers) == (("Swept the yard",), ())
    found = read_checkin(text.replace(questions[0], asked), date(2026, 6, 2), lexicon(), questions)
    assert (found.done, found.answers) == ((), ((asked, "Swept the yard"),))
