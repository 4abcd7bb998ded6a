"""Answers by mark as stories: words that name no item are held and settled with one digit, marks that a mail of ours
did not show count or are told of, and an answer in a mail of its own is never published.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from gateway.model.ballot import Pick
from gateway.model.entry import Answered, Posted, TaskChanged, TaskMade
from gateway.model.member import Receipts
from gateway.model.task import TaskAct
from gateway.pipeline.flow import Rules
from gateway.pipeline.person import export
from tests.flow.test_vote_stories import opened
from tests.flow.town import Letter, Town

Found = Callable[..., Town]
Lived = Callable[..., Town]
SERVER = "mx.example.net"  # the mail server before us, where one is named


@pytest.fixture
def town(lived: Lived) -> Town:
    return lived()


def digest(town: Town, who: str = "ben") -> Letter:
    """Return somebody's digest."""
    return town.newest(who, "digest")


def posted(town: Town) -> list[str]:
    """Return all that was published but Ana's own thread."""
    return [entry.text for entry in town.entries(Posted) if "ladder" not in entry.text]


# --- one digit settles ------------------------------------------------------------------------------------------------


def test_words_that_name_no_item_are_held_and_one_digit_settles_them(town: Town) -> None:
    town.answers("ben", digest(town), "Porto")
    assert town.votes("V-1") == {}
    asked = town.newest("ben", "ask-back").text
    assert "> Porto" in asked
    assert "1  [V-1] Where do we meet → Porto" in asked
    town.answers("ben", town.newest("ben", "ask-back"), "1")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert "✓ V-1: Porto" in town.newest("ben", "receipt").text
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.votes("V-1") == {}


def test_in_french_the_question_is_french_and_its_digit_settles(town: Town) -> None:
    town.answers("cleo", digest(town, "cleo"), "7 : oui")
    question = town.newest("cleo", "ask-back")
    assert question.message.subject
    assert "Votre réponse ne dit pas de quel point elle parle." in question.text
    assert "1  [V-2] New scanner → Oui" in question.text
    town.answers("cleo", question, "1")
    assert town.votes("V-2") == {"cleo": Pick("Yes")}


@pytest.mark.parametrize("text", ["V-1: Porto", "v1", "(1)", "1 Porto"])
def test_the_question_is_answered_by_a_mark_too_or_by_a_number_and_words(town: Town, text: str) -> None:
    town.answers("ben", digest(town), "Porto")
    town.answers("ben", town.newest("ben", "ask-back"), text, quote=False)
    assert town.votes("V-1") == {"ben": Pick("Porto")}


def test_what_else_the_answer_to_the_question_says_is_done_too(town: Town) -> None:
    town.answers("ben", digest(town), "Porto")
    town.answers("ben", town.newest("ben", "ask-back"), "V-1: Lisbon\nV-2: no\nT-1: done", quote=False)
    assert (town.votes("V-1"), town.votes("V-2")) == ({"ben": Pick("Lisbon")}, {"ben": Pick("No")})
    assert town.entries(TaskChanged)[-1].mark == "T-1"


def test_short_lines_above_the_answers_are_done_or_asked_about(town: Town) -> None:
    town.answers("ben", digest(town), "7: yes\n8: Porto\npause 3d\n\nT-1: done\n9: no", quote=False)
    assert town.entries(TaskChanged)[-1].mark == "T-1"
    held = [letter.text for letter in town.box("ben", "ask-back")]
    assert [any(f"> {words}" in text for text in held) for words in ("yes", "Porto", "no")] == [True, True, True]
    assert (town.votes("V-1"), town.votes("V-2"), posted(town)) == ({}, {}, [])
    town.answers("ben", digest(town), "pause 3d\nV-1: Porto", quote=False)
    assert "Porto" in town.newest("ben", "receipt").text
    assert "no mail for now" in town.newest("ben", "receipt").text


def test_an_answer_below_a_task_that_is_done_goes_to_nobody(town: Town) -> None:
    town.answers("ben", digest(town), "T-1: done\n\nPorto", quote=False)
    assert town.entries(TaskChanged)[-1].mark == "T-1"
    assert "1  [V-1] Where do we meet → Porto" in town.newest("ben", "ask-back").text
    assert not any("Porto" in letter.text for letter in town.box("ana", "task"))


def test_several_answers_in_one_line_each_count(town: Town) -> None:
    town.answers("ben", digest(town), "V-1: Porto, V-2: no; T-1: done", quote=False)
    assert (town.votes("V-1"), town.votes("V-2")) == ({"ben": Pick("Porto")}, {"ben": Pick("No")})
    town.answers("ben", digest(town), "V-1 A V-2 yes", quote=False)
    assert (town.votes("V-1"), town.votes("V-2")) == ({"ben": Pick("Lisbon")}, {"ben": Pick("Yes")})
    town.answers("cleo", digest(town, "cleo"), "V-1 et V-3 : 2", quote=False)
    assert (town.votes("V-1")["cleo"], town.votes("V-3")["cleo"]) == (Pick("Porto"), Pick("Pine"))


def test_the_digits_of_a_mark_choose_nothing(town: Town) -> None:
    town.answers("ben", digest(town), "V-1: the same as V-2", quote=False)
    assert (town.votes("V-1"), town.votes("V-2")) == ({}, {})
    assert town.last_reason == "asked-back"


@pytest.mark.parametrize("said", ["never mind", "None of these, thanks.", "forget it", "laisse tomber", "vergiss es"])
def test_a_question_may_be_left(town: Town, said: str) -> None:
    town.answers("ben", digest(town), "Porto")
    town.answers("ben", town.newest("ben", "ask-back"), said, quote=False)
    assert "nothing was done" in town.newest("ben", "decline").text
    assert (town.votes("V-1"), posted(town)) == ({}, [])


@pytest.mark.parametrize("said", ["never mind", "V-1: never mind, sorry", "undo"])
def test_who_takes_back_what_was_never_said_is_not_asked_about_it(town: Town, said: str) -> None:
    town.answers("ben", digest(town), said, quote=False)
    assert (town.newest("ben").kind, town.votes("V-1"), posted(town)) == ("decline", {}, [])


def test_undo_in_answer_to_what_is_no_receipt_is_no_answer_to_it(town: Town) -> None:
    for kind in ("ballot", "task", "post", "prompt"):
        if town.box("ben", kind):
            town.answers("ben", town.newest("ben", kind), "undo", quote=False)
            assert "Reply “undo” to the mail" in town.newest("ben", "decline").text, kind
    assert (town.votes("V-1"), posted(town)) == ({}, [])


def test_nothing_said_of_a_thread_does_not_mute_it(town: Town) -> None:
    town.answers("ben", digest(town), "P-1: nothing", quote=False)
    town.answers("cleo", digest(town, "cleo"), "P-1 : rien", quote=False)
    assert "rien n’a été fait" in town.newest("cleo", "decline").text
    assert not town.box("ben", "receipt")
    assert posted(town) == []


@pytest.mark.parametrize("said", ["1\nT-1: done", "1 please, and T-1: done"])
def test_a_digit_settles_and_what_stands_beside_it_is_read_as_well(town: Town, said: str) -> None:
    town.answers("ben", digest(town), "Porto")
    town.answers("ben", town.newest("ben", "ask-back"), said, quote=False)
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert town.entries(TaskChanged)[-1].mark == "T-1"


def test_numbered_lines_are_asked_about_one_by_one(lived: Lived) -> None:
    town = lived(checks_in=True)
    town.answers("ben", digest(town), "1) Porto\n2) no", quote=False)
    first, second = (letter.text for letter in town.box("ben", "ask-back"))
    assert "1  [V-1] Where do we meet → Porto" in first
    assert "1  [V-2] New scanner → No" in second


def test_a_paragraph_below_another_vote_is_an_answer_to_the_one_asked(town: Town) -> None:
    ballot = next(letter for letter in town.box("ben", "ballot") if letter.mark == "V-1")
    town.answers("ben", ballot, "V-2: yes\n\nPorto", quote=False)
    assert (town.votes("V-1"), town.votes("V-2")) == ({"ben": Pick("Porto")}, {"ben": Pick("Yes")})


def test_a_check_in_below_a_vote_is_noted_too(lived: Lived) -> None:
    town = lived(checks_in=True)
    town.answers("ben", town.newest("ben", "prompt"), "V-1: Porto\n\nDone: letter\nNext: roof", quote=False)
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert "1 done, 1 next" in town.newest("ben", "receipt").text


def test_a_post_above_a_vote_is_posted_and_the_vote_cast(found: Found) -> None:
    town = found()
    mark = opened(town)
    town.writes("ana", "acme", "The ladder", "I found the ladder.")
    town.answers("ben", town.newest("ben", "post"), f"Well found!\n\n{mark}: yes", quote=False)
    assert town.votes(mark) == {"ben": Pick("Yes")}
    assert [entry.text for entry in town.entries(Posted)][1:] == ["Well found!"]


def test_the_rest_of_the_mail_is_done_at_once(town: Town) -> None:
    town.answers("ben", digest(town), "V-2: yes\n1: Lisbon")
    assert town.votes("V-2") == {"ben": Pick("Yes")}
    assert town.votes("V-1") == {}
    assert "? not understood" in town.newest("ben", "receipt").text
    town.answers("ben", town.newest("ben", "ask-back"), "1")
    assert town.votes("V-1") == {"ben": Pick("Lisbon")}


def test_words_of_tasks_are_guessed_to_be_of_a_task(town: Town) -> None:
    town.answers("ben", digest(town), "done")
    assert "1  [T-1] send the budget" in town.newest("ben", "ask-back").text
    town.answers("ben", town.newest("ben", "ask-back"), "1")
    assert [(entry.mark, entry.act) for entry in town.entries(TaskChanged)] == [("T-1", TaskAct.DONE)]


def test_words_that_fit_nothing_may_be_posted_to_a_thread_by_a_digit(town: Town) -> None:
    words = "The coffee machine makes a strange noise since yesterday."
    town.answers("ben", digest(town), words)
    asked = town.newest("ben", "ask-back").text
    assert "[P-1] The ladder (goes to everybody who reads there)" in asked
    assert posted(town) == []
    number = next(line.split()[0] for line in asked.split("\n") if "[P-1]" in line)
    town.answers("ben", town.newest("ben", "ask-back"), number)
    assert posted(town) == [words]
    assert town.entries(Posted)[-1].thread == "P-1"


def test_silence_does_nothing(town: Town) -> None:
    town.answers("ben", digest(town), "Porto")
    town.at("2026-06-06 12:00")
    assert town.entries(Answered) == []
    assert town.round("V-1").closed_at is not None


def test_a_number_that_was_not_offered_is_asked_again_with_the_same_guesses(town: Town) -> None:
    town.answers("ben", digest(town), "Porto")
    town.answers("ben", town.newest("ben", "ask-back"), "9")
    assert town.votes("V-1") == {}
    assert len(town.box("ben", "ask-back")) == 2
    town.answers("ben", town.newest("ben", "ask-back"), "1")
    assert town.votes("V-1") == {"ben": Pick("Porto")}


def test_an_answer_that_comes_too_late_settles_nothing(town: Town) -> None:
    town.answers("ben", digest(town), "Porto")
    town.at("2026-06-06 12:00")
    town.answers("ben", town.newest("ben", "ask-back"), "1")
    assert town.votes("V-1") == {}
    assert "It closed on" in town.newest("ben", "decline").text


def test_nobody_settles_what_somebody_else_was_asked(town: Town) -> None:
    town.answers("ben", digest(town), "Porto")
    town.answers("cleo", town.newest("ben", "ask-back"), "1")
    assert town.votes("V-1") == {}
    assert posted(town) == []


def test_a_held_piece_reads_numbers_as_the_digest_showed_them(town: Town) -> None:
    town.answers("ben", digest(town), "Option B please")
    question = town.newest("ben", "ask-back")
    assert "[V-1] Where do we meet → Porto" in question.text
    town.answers("ana", town.newest("ana", "ballot", "V-1"), "add option: Rome")
    town.answers("ben", question, "1")
    assert town.votes("V-1") == {"ben": Pick("Porto")}


def test_what_was_held_in_a_secret_vote_is_in_no_export(lived: Lived) -> None:
    town = lived(secret=True)
    town.answers("ben", digest(town), "1: Porto\nT-1: done")
    town.answers("ben", town.newest("ben", "ask-back"), "1")
    town.writes("ben", "acme", "vote", "I have thought about all of this for a long time.\n\nV-1: Porto")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    shown = export(town.pipeline, "ben@example.net")
    assert shown is not None
    assert [mail["raw_base64"] for mail in shown["mail_received"]] == [None, None, None]
    said = [one["says"] for one in shown["mail_sent"] if one["kind"] in ("ask-back", "receipt")]
    assert said == [None, None, None]


# --- marks that were not shown ----------------------------------------------------------------------------------------


def test_a_vote_opened_since_the_digest_counts_in_answer_to_it(town: Town) -> None:
    town.answers("ben", digest(town), "V-1: Porto\nV-3: Oak")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert town.votes("V-3") == {"ben": Pick("Oak")}
    town.answers("cleo", digest(town, "cleo"), "V-3 : Pine")
    assert town.votes("V-3")["cleo"] == Pick("Pine")


def test_a_mark_that_nothing_bears_is_told_of_and_part_of_nothing_else(town: Town) -> None:
    town.answers(
        "cleo", digest(town, "cleo"), "V-1 : Porto\nV-2 : oui\nT-9 : fait\nP-9 : bien vu\nC-9 : rien\nO-9 : bon"
    )
    assert town.votes("V-1") == {"cleo": Pick("Porto")}
    standing = town.standings("V-2")["cleo"].answer
    assert getattr(standing, "comment", "") is None
    said = town.newest("cleo", "receipt").text
    assert [
        mark for mark in ("T-9", "P-9", "C-9", "O-9") if f"✗ {mark}: Rien ici ne porte ce repère." not in said
    ] == []
    assert posted(town) == []


def test_several_marks_that_nothing_bears_are_told_of_in_one_mail(town: Town) -> None:
    before = len(town.box("ben"))
    town.answers("ben", digest(town), "T-8: done\nT-9: I'll take it", quote=False)
    assert len(town.box("ben")) == before + 1
    said = town.newest("ben", "receipt").text
    assert "✗ T-8" in said
    assert "✗ T-9" in said
    assert "undo" not in said.partition("--")[0]


def test_who_wants_no_receipts_is_told_of_a_no_all_the_same(town: Town) -> None:
    town.answers("ben", digest(town), "no receipts")
    assert town.member("ben").settings.receipts is Receipts.OFF
    before = len(town.box("ben"))
    town.answers("ben", digest(town), "V-1: Porto")
    assert len(town.box("ben")) == before
    town.answers("ben", digest(town), "V-1: Lisbon\nT-9: done")
    assert "✗ T-9" in town.newest("ben", "receipt").text


def test_a_task_of_somebody_elses_is_acted_on_as_the_rules_allow(town: Town) -> None:
    town.answers("ben", digest(town), "V-1: Porto\nT-2: → Monday\nT-3: I'll take it")
    assert [(entry.mark, entry.act) for entry in town.entries(TaskChanged)] == [("T-3", TaskAct.TAKE)]
    assert "✗ T-2: This task is with Cléo Martin" in town.newest("ben", "receipt").text
    town.answers("ben", digest(town), "V-1: Porto\nT-2: done")
    assert town.entries(TaskChanged)[-1].mark == "T-2"
    assert town.newest("cleo", "task").mark == "T-2", "its owner is told"


def test_a_vote_that_is_closed_is_told_of_beside_what_counts(town: Town) -> None:
    town.at("2026-06-06 10:00")
    town.writes("ana", "acme+vote", "New chairs", "- Oak\n- Pine\n\nPlease answer by Friday 12 June 18:00.")
    town.answers("ben", digest(town), "V-4: Oak\nV-1: Porto")
    assert town.votes("V-4") == {"ben": Pick("Oak")}
    assert "✗ V-1: It had closed before your answer came" in town.newest("ben", "receipt").text


def test_an_outcome_is_talked_about_by_its_mark(town: Town) -> None:
    town.at("2026-06-06 10:00")
    town.answers("ben", digest(town), "O-1: a pity that nobody voted")
    assert town.entries(Posted)[-1].text == "a pity that nobody voted"
    assert town.entries(Posted)[-1].thread == town.round("V-1").thread


def test_prose_that_names_a_task_without_a_sign_stays_where_it_stands(town: Town) -> None:
    town.answers("ben", digest(town), "P-1: well found.\nT-2 is late, by the way, and\nT-9 too", quote=False)
    assert town.entries(Posted)[-1].text == "well found.\nT-2 is late, by the way, and\nT-9 too"


def test_a_check_in_that_lists_tasks_stays_whole(lived: Lived) -> None:
    town = lived(checks_in=True)
    town.answers(
        "ben", town.newest("ben", "prompt"), "Done:\n- T-2: watered\nT-9: the letter\nNext: the roof", quote=False
    )
    assert town.entries(TaskChanged) == []
    assert "the letter" in repr(town.standings("C-2")["ben"].answer)
    assert "watered" in repr(town.standings("C-2")["ben"].answer)


# --- a mail of its own ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["acme+design", "acme+vote"])
def test_a_marked_answer_in_a_new_mail_is_confirmed_and_counts_and_is_never_published(lived: Lived, to: str) -> None:
    town = lived(secret=True)
    since = len(town.post_office.letters)
    town.writes("ben", to, "vote", "V-1: Porto")
    assert town.votes("V-1") == {}, "a From alone is not enough for a vote"
    town.confirms("ben")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert posted(town) == []
    assert "Porto" not in town.everything_said(since, leave_out=["ben"])


def test_several_marked_answers_in_a_new_mail_each_land_in_their_place(town: Town) -> None:
    town.writes(
        "ben",
        "acme",
        "",
        "Hi,\n\nV-1: Porto\nV-3: Oak\nT-1: done\nP-1: Well found!\n\nI am on leave from 8 to 12 June.",
    )
    town.confirms("ben")
    assert (town.votes("V-1"), town.votes("V-3")) == ({"ben": Pick("Porto")}, {"ben": Pick("Oak")})
    assert town.entries(TaskChanged)[-1].mark == "T-1"
    assert town.entries(Posted)[-1].thread == "P-1"
    assert town.member("ben").away_on(date(2026, 6, 9))
    assert len(town.box("ben", "receipt")) == 1


def test_in_french_a_new_mail_may_hold_a_vote_and_an_absence(town: Town) -> None:
    town.writes("cleo", "acme", "", "V-1 : Porto\n\nJe suis en congé du 8 au 12 juin.")
    town.confirms("cleo", "oui")
    assert town.votes("V-1") == {"cleo": Pick("Porto")}
    assert town.member("cleo").away_on(date(2026, 6, 9))
    assert posted(town) == []


def test_a_ballot_below_other_words_is_asked_about_before_anything_is_published(lived: Lived) -> None:
    town = lived(secret=True)
    text = "I have thought about all of this for a long time yesterday evening.\n\nV-1: Porto"
    town.writes("ben", "acme", "My answer", text)
    assert posted(town) == []
    assert "Shall everybody read this?" in town.newest("ben", "confirm").message.subject
    town.answers("ben", digest(town), "V-1: Porto")
    assert town.votes("V-1") == {"ben": Pick("Porto")}


def test_nothing_of_a_mail_is_done_while_a_part_of_it_is_asked_about(town: Town) -> None:
    before = len(town.entries(TaskMade))
    town.writes("ben", "acme", "Kitchen", "TODO @cleo: buy tea\n\nV-1: Porto")
    assert len(town.entries(TaskMade)) == before
    town.confirms("ben")
    assert len(town.entries(TaskMade)) == before + 1
    assert town.votes("V-1") == {}


@pytest.mark.parametrize(
    ("subject", "text"),
    [("vote", "V-77: Porto"), ("vote", "V-1 Porto"), ("[V-1]", "Porto")],
)
def test_what_may_be_a_ballot_with_a_slip_is_not_published_unasked(town: Town, subject: str, text: str) -> None:
    town.writes("ben", "acme", subject, text)
    assert posted(town) == []
    assert town.newest("ben").kind == "confirm"


def test_a_subject_alone_may_be_the_answer(town: Town) -> None:
    town.writes("ben", "acme", "V-1: Porto", "")
    town.confirms("ben")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert posted(town) == []


def test_a_reply_to_a_post_that_begins_with_a_mark_is_no_post(found: Found) -> None:
    town = found(votes={"secret": True})
    mark = opened(town)
    town.writes("ana", "acme", "The ladder", "I found the ladder.")
    town.answers("ben", town.newest("ben", "post"), f"{mark}: yes")
    assert town.votes(mark) == {"ben": Pick("Yes")}
    assert len(town.entries(Posted)) == 1


def test_an_author_whom_a_server_vouches_for_answers_in_a_new_mail_at_once(town: Town) -> None:
    town.rules = Rules(authserv_ids=(SERVER,))
    town.reopen()
    raw = town.mail("ben", "acme", "vote", "V-1: Porto\nT-1: done")
    results = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.net\r\n"
    town.sends("ben", results.encode() + raw, "acme")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert town.entries(TaskChanged)[-1].mark == "T-1"
    assert posted(town) == []


def test_a_stranger_who_names_a_vote_in_a_new_mail_is_no_voter(town: Town) -> None:
    town.writes("Eve <eve@evil.example>", "acme", "vote", "V-1: Porto")
    assert town.votes("V-1") == {}
    assert posted(town) == []


@pytest.mark.parametrize(
    "text",
    [
        "V-1: Where do we meet\nT-1: send the budget\n\nLet us go through these two on Thursday, at noon, in the yard.",
        "The V-8: engines are loud, and so is the hall; who has been there lately and can say how it was?",
        "Three things.\n\nP-8: is what we say of the first part, P-9: of the second, as everybody knows by now.",
    ],
)
def test_a_topic_that_only_speaks_of_marks_is_a_topic(town: Town, text: str) -> None:
    town.writes("ben", "acme", "For Thursday", text)
    assert posted(town) == [text]


# --- lines of a receipt -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1 Lisbon", "1) Lisbon"])
def test_a_line_of_a_receipt_is_corrected_by_its_number(town: Town, text: str) -> None:
    town.answers("ben", digest(town), "V-1: Porto\nV-2: yes\nT-1: done")
    receipt = town.newest("ben", "receipt")
    town.answers("ben", receipt, text)
    assert town.votes("V-1") == {"ben": Pick("Lisbon")}
    assert town.votes("V-2") == {"ben": Pick("Yes")}
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.votes("V-1") == {"ben": Pick("Porto")}


def test_in_french_several_lines_are_corrected_and_one_is_undone(town: Town) -> None:
    town.answers("cleo", digest(town, "cleo"), "V-1 : Porto\nV-2 : oui\nT-2 : fait")
    town.answers("cleo", town.newest("cleo", "receipt"), "2 non, trop cher\n1 : Lisbon\n3 annuler")
    assert (town.votes("V-1"), town.votes("V-2")) == ({"cleo": Pick("Lisbon")}, {"cleo": Pick("No")})
    assert [entry.act for entry in town.entries(TaskChanged)] == [TaskAct.DONE, TaskAct.UNDO]


def test_the_only_line_of_a_receipt_has_a_number_too(town: Town) -> None:
    town.answers("ben", town.newest("ben", "ballot", "V-1"), "Porto")
    town.answers("ben", town.newest("ben", "receipt"), "1: Lisbon")
    assert town.votes("V-1") == {"ben": Pick("Lisbon")}


@pytest.mark.parametrize("text", ["2 June would be better", "9 Lisbon"])
def test_what_is_no_line_of_a_receipt_changes_nothing(town: Town, text: str) -> None:
    town.answers("ben", digest(town), "V-1: Porto\nV-2: yes\nT-1: done")
    before = len(town.entries(Answered)), len(town.entries(TaskChanged))
    town.answers("ben", town.newest("ben", "receipt"), text)
    assert (len(town.entries(Answered)), len(town.entries(TaskChanged))) == before
    assert posted(town) == []
