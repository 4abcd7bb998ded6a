"""Words beside a setting: what stands beside it is a post, an answer or a question, and never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gateway.model.ballot import Method, Pick
from gateway.model.context import MailContext
from gateway.model.reading import BallotKind, BallotReading, CommandReading, Intent
from gateway.model.round import Phase, Round
from gateway.model.task import Course, Task
from gateway.model.understood import CatchUp, Governing, GoverningAct, Piece, Setting, WhichItem, Word
from gateway.resources import load_lexicon
from gateway.understand.read import understand
from tests.builders import BEN, NOW, context, message, sent, thread, view, vote_round

LEXICON = load_lexicon()
NEWS = "The scaffold comes on Friday and we need four people to carry the beams up."
WHERE = vote_round(Method.SINGLE, "Lisbon", "Porto")
TASK = Task(mark="T-1", title="Budget", made_by=1, made_at=NOW, course=Course(owner=BEN.id))


def pieces(text: str, told: MailContext, subject: str = "Re: The roof") -> tuple[Piece, ...]:
    mail = message(BEN, subject, text=text)
    return understand(mail, replace(told, reverse_path=BEN.address), LEXICON).pieces


def to_post(text: str) -> tuple[Piece, ...]:
    return pieces(text, context(BEN, answering=sent("post", "P-4"), thread=thread()))


def new(text: str, subject: str = "Saturday") -> tuple[Piece, ...]:
    return pieces(text, context(BEN), subject)


def to_ballot(text: str, round_: Round) -> tuple[Piece, ...]:
    return pieces(text, context(BEN, view(round_), answering=sent("ballot", "V-7")))


def posted(found: tuple[Piece, ...]) -> list[str]:
    talk = (Intent.NEW_TOPIC, Intent.UNCLEAR)
    posts = (one for one in found if one.reading is None or getattr(one.reading, "intent", None) in talk)
    return [piece.text for piece in posts]


def asked(found: tuple[Piece, ...]) -> list[Any]:
    return [
        one.reading.intent if isinstance(one.reading, CommandReading) else one.reading.word
        for one in found
        if isinstance(one.reading, (CommandReading, Setting)) and one.text not in posted(found)
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("pause 3d", Intent.PAUSE),
        ("Please pause my mails until Monday.", Intent.PAUSE),
        ("Mettez mes messages en pause jusqu'à lundi, svp.", Intent.PAUSE),
        ("Bitte meine Mails bis Montag pausieren.", Intent.PAUSE),
    ],
)
@pytest.mark.parametrize("text", ["{news}\n\n{line}", "{line}\n\n{news}", "{news}\n{line}"])
def test_a_setting_beside_a_reply_to_a_post_is_done_and_shown_to_nobody(text: str, line: str, what: Any) -> None:
    found = to_post(text.format(news=NEWS, line=line))
    assert (posted(found), asked(found)) == ([NEWS], [what])


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("resume", Intent.RESUME),
        ("weekly", Intent.SET_FREQUENCY),
        ("mute", Word.MUTE),
        ("sourdine", Word.MUTE),
    ],
)
def test_a_word_in_a_post_is_a_setting_below_an_empty_line_only(line: str, what: Any) -> None:
    found = to_post(f"{NEWS}\n\n{line}")
    assert (posted(found), asked(found)) == ([NEWS], [what])
    for text in (f"{line}\n\n{NEWS}", f"{line}\n{NEWS}", f"{NEWS}\n{line}"):
        assert (posted(to_post(text)), asked(to_post(text))) == ([text], [])


@pytest.mark.parametrize("read", [to_post, new])
@pytest.mark.parametrize(
    "text",
    [
        "Stop!\nDo not enter the cellar.",
        "I would not do it.\n\nStop.",
        "Too much salt in the soup.\n\nLess",
        "Weekly\nThat is how often we should water the plants.",
        "Mute\nis what the button on the mic says.",
        "Don't send anything before Friday, the flyer has a typo.",
        "Send nothing until Monday, the shop is closed.",
        "My son has the flu, so no cake on Monday.",
        "La fièvre aphteuse : visites suspendues jusqu'au 20 juin.",
    ],
)
def test_what_is_said_to_readers_is_no_setting(text: str, read: Any) -> None:
    assert (posted(read(text)), len(read(text))) == ([text], 1)


@pytest.mark.parametrize("read", [to_post, new])
@pytest.mark.parametrize(
    "text",
    [
        "Let me breathe until Monday, then I'll look at the timetable.",
        "I'm on tour with the band until Friday, tickets attached.",
    ],
)
def test_a_clause_for_readers_beside_a_request_is_published_as_well(text: str, read: Any) -> None:
    assert (posted(read(text)), len(read(text))) == ([text], 2)


@pytest.mark.parametrize(
    ("line", "what"),
    [("pause 3d", Intent.PAUSE), ("resume", Intent.RESUME), ("pause 3j", Intent.PAUSE)],
)
def test_a_setting_below_an_announcement_leaves_that_to_its_readers(line: str, what: Any) -> None:
    found = new(f"{NEWS}\n\n{line}")
    assert (posted(found), asked(found)) == ([NEWS], [what])


@pytest.mark.parametrize(
    "line", ["I'm on leave from 3 to 14 August", "Je suis en congé du 3 au 14 août", "I'm ill today"]
)
@pytest.mark.parametrize("read", [to_post, new])
def test_readers_are_told_of_an_absence_beside_a_post_too(line: str, read: Any) -> None:
    found = read(f"{NEWS}\n\n{line}")
    assert (posted(found), asked(found)) == ([f"{NEWS}\n\n{line}"], [Intent.AWAY])


def test_what_was_missed_is_asked_for_below_an_announcement() -> None:
    post, request = new(f"{NEWS}\n\nWhat did I miss?")
    assert (post.text, isinstance(request.reading, CatchUp)) == (NEWS, True)


@pytest.mark.parametrize(
    "text",
    ["I would say:\nmonthly\nweekly", "Either:\n\n- monthly\n- weekly", "Which?\n\nless\n\nmore", "weekly\nmonthly"],
)
def test_a_list_of_words_asks_for_nothing(text: str) -> None:
    assert posted(to_post(text)) == [text]
    assert posted(new(f"How often do we meet?\n\n{text}")) == [f"How often do we meet?\n\n{text}"]


def test_a_word_above_a_new_topic_is_its_heading() -> None:
    text = "weekly\n\nThe weekly report: the roof is fixed and paid for by all."
    assert posted(new(text)) == [text]


@pytest.mark.parametrize("text", ["Thanks!\n\nmute", "Hi,\n\nmute\n\nBen"])
def test_manners_beside_a_setting_are_no_post(text: str) -> None:
    assert (posted(to_post(text)), asked(to_post(text))) == ([], [Word.MUTE])
    for read in (to_post, new):
        assert posted(read("Hi,\n\nI'm on leave from 3 to 14 August.\n\nBen")) == []


@pytest.mark.parametrize(
    "text",
    ["Saturday works. Pause my mails until Monday.", "away until Thursday, but I will bring the ladder on Saturday"],
)
def test_an_answer_in_one_breath_with_a_request_is_a_post_too(text: str) -> None:
    assert posted(to_post(text)) == [text]
    assert len(to_post(text)) == 2


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Pause my mails until Monday.\n\nI am swamped with exams.", ""),
        ("Pause my mails until Monday.\n\nI am swamped with exams.", "Pause"),
        ("Please send me mails only once a week.\n\nI get too many mails from work, and cannot follow.", "Mails"),
        ("Please pause my mails until Monday, I am swamped with exams.", "Saturday"),
    ],
)
def test_why_something_is_asked_is_shown_to_nobody(text: str, subject: str) -> None:
    assert posted(new(text, subject)) == []


def test_an_announcement_in_one_paragraph_with_a_request_reaches_its_readers() -> None:
    text = "The roof is fixed now, and Erin paid for it. Please pause my mails until Monday."
    assert (posted(new(text)), len(new(text))) == ([text], 2)


def to_digest(text: str) -> tuple[Piece, ...]:
    told = sent("digest", items=("V-7", "P-4"))
    return pieces(text, context(BEN, view(WHERE), answering=told, threads={"P-4": thread()}), "Re: Digest")


def test_words_below_a_digest_that_name_no_item_are_asked_about_beside_a_setting() -> None:
    request, which = to_digest("I will bring the ladder on Saturday.\n\npause 3d")
    assert getattr(request.reading, "intent", None) is Intent.PAUSE
    assert isinstance(which.reading, WhichItem)
    assert asked(to_digest("Pause my mails until Monday.\n\nI am swamped with exams.")) == [Intent.PAUSE]
    assert len(to_digest("Pause my mails until Monday.\n\nI am swamped with exams.")) == 1


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["resume\n\nPorto", "Porto\n\nresume", "resume\nPorto", "reprendre\n\nPorto"])
def test_a_ballot_beside_resume_counts(text: str) -> None:
    ballot, request = to_ballot(text, WHERE)
    assert isinstance(ballot.reading, BallotReading)
    assert (ballot.reading.kind, ballot.reading.choice) == (BallotKind.BALLOT, Pick("Porto"))
    assert isinstance(request.reading, CommandReading)
    assert request.reading.intent is Intent.RESUME


def test_resume_beside_a_ballot_is_of_the_vote_that_stands_still() -> None:
    still = msgspec.structs.replace(WHERE, phase=Phase.PAUSED, paused_at=NOW - timedelta(hours=1))
    _, resumed = to_ballot("resume\n\nPorto", still)
    assert isinstance(resumed.reading, Governing)
    assert resumed.reading.act is GoverningAct.RESUME
    (whole,) = to_ballot("resume\n\nthe hall is free again", still)
    assert isinstance(whole.reading, Governing)
    assert whole.reading.text == "the hall is free again"


def test_words_beside_a_setting_that_are_no_ballot_are_asked_about() -> None:
    unclear, request = to_ballot("I have not made up my mind.\n\npause 3d", WHERE)
    assert isinstance(unclear.reading, BallotReading)
    assert unclear.reading.kind is BallotKind.UNCLEAR
    assert getattr(request.reading, "intent", None) is Intent.PAUSE
    assert asked(to_ballot("Thanks!\n\npause 3d", WHERE)) == [Intent.PAUSE]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("I asked the bank, they need a form.\n\npause 3d", "I asked the bank, they need a form."),
        ("Asked the bank. Pause my mails until Monday.", "Asked the bank. Pause my mails until Monday."),
    ],
)
def test_a_remark_on_a_task_beside_a_setting_is_one(text: str, remark: str) -> None:
    told = context(BEN, answering=sent("task", "T-1"), tasks={"T-1": TASK})
    first, second = pieces(text, told, "Re: Budget")
    assert (first.text, first.mark, first.reading) == (remark, "T-1", None)
    assert getattr(second.reading, "intent", None) is Intent.PAUSE


def test_who_is_back_and_was_never_away_says_so_to_readers_only() -> None:
    assert posted(to_post(f"{NEWS}\n\nI'm back.")) == [f"{NEWS}\n\nI'm back."]
