"""Tasks by mail: made, given, taken, declined, handed over, put off, done, dropped, undone; reminded of and shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.model.entry import MemberRenamed, Posted, TaskChanged, TaskMade
from gateway.model.task import Task, TaskState
from gateway.pipeline.steering import change_people
from tests.flow.town import ANA, BEN, CLEO, TEAM, Person, Town

DAILY = {"delivery": "daily"}  # so that everybody gets a digest


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town.founded(tmp_path)


def task(town: Town, mark: str = "T-1") -> Task:
    number = town.workspace_id
    with town.store.read() as tx:
        found = tx.tasks.task(number, mark)
    assert found is not None
    return found


def owner(town: Town, mark: str = "T-1") -> str:
    """Return who has a task, "" for nobody."""
    number = task(town, mark).course.owner
    return next((who for who in town.people if town.member(who).id == number), "")


def state(town: Town, mark: str = "T-1") -> TaskState:
    return task(town, mark).course.state


def given_to_ben(town: Town) -> None:
    town.at("2026-06-01 10:00")  # a Monday
    town.writes("ana", "acme+task", "@ben: send the budget by Friday", "It is for the bank, as last year.")


# --- made -----------------------------------------------------------------------------------------------------------


def test_a_task_made_for_somebody_is_told_to_them_by_one_mail(town: Town) -> None:
    given_to_ben(town)
    assert owner(town) == "ben"
    assert town.reached("task") == ["ben"]
    letter = town.newest("ben", "task", "T-1")
    assert "Ana Duarte gave you this task" in letter.text
    assert "send the budget" in letter.message.subject
    assert "Friday 5 June" in letter.text
    assert "Ben Moor" in town.newest("ana", "receipt").text


def test_a_todo_in_a_new_mail_to_the_workspace_makes_a_task_and_no_post(town: Town) -> None:
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "TODO @ben: send the budget by Friday", "Thanks!")
    assert (owner(town), task(town).title, str(task(town).course.due)) == ("ben", "send the budget", "2026-06-05")
    assert town.entries(Posted) == []


NOTES = "We met today, and all of it went well.\n\nTODO @ben: send the budget by Friday\nTODO @zoe: water the plants"


def test_lines_of_a_post_make_tasks_and_the_post_is_read_by_all(town: Town) -> None:
    town.writes("ana", "acme", "Notes of the meeting", NOTES)
    assert (task(town).title, owner(town)) == ("send the budget", "ben")
    assert task(town, "T-2").course.owner is None
    assert town.box("ana", "task-question", "T-2")
    assert town.reached("post") == ["ben", "cleo"]
    assert town.reached("task") == ["ben"]
    town.answers("cleo", town.newest("cleo", "post"), NOTES.replace("\n", " ").replace("TODO", "You wrote TODO"))
    assert len(town.entries(TaskMade)) == 2  # a reply hands nothing out, be it in what it quotes


def test_lines_in_a_quote_or_below_a_signature_make_no_task(town: Town) -> None:
    quoted = "Ana wrote to me, and it is quite right:\n\n> TODO @ben: send the budget\n\nI agree with every word of it."
    town.writes("cleo", "acme", "The budget", quoted)
    town.writes("cleo", "acme", "The hall", "The hall is free on Friday, all day.\n\n-- \nTODO @ben: be kind")
    assert town.entries(TaskMade) == []
    assert sorted(town.reached("post")) == ["ana", "ana", "ben", "ben"]


def test_a_line_for_two_is_asked_about(town: Town) -> None:
    town.writes("ana", "acme", "Hall", "TODO @ben and @cleo: clean the hall")
    question = town.newest("ana", "task-question")
    assert "Ben Moor" in question.text
    assert "Cléo Martin" in question.text
    town.answers("ana", question, "2")
    assert owner(town) == "cleo"


def test_the_tag_in_the_subject_makes_a_task(town: Town) -> None:
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "[TASK] book the hall", "@cleo, until 12 June please.")
    assert (owner(town), task(town).title, str(task(town).course.due)) == ("cleo", "book the hall", "2026-06-12")
    assert "vous confie" in town.newest("cleo", "task").text  # in her language


def test_the_address_of_tasks_takes_any_mail_for_one(town: Town) -> None:
    town.writes("ana", "acme+task", "Water the plants", "They are dry.")
    assert (owner(town), task(town).title) == ("", "Water the plants")
    assert town.reached("task") == []


def test_a_list_makes_several_tasks_each_with_its_owner(town: Town) -> None:
    town.at("2026-06-01 10:00")
    town.writes(
        "ana", "acme+task", "Next steps", "- @ben: order the ink by Friday\n- @cleo: call the bank\n- sweep the yard\n"
    )
    assert [owner(town, f"T-{n}") for n in (1, 2, 3)] == ["ben", "cleo", ""]
    assert town.reached("task") == ["ben", "cleo"]
    assert town.newest("ana", "receipt").text.count("✓") == 3


def test_a_task_for_oneself_is_told_to_nobody(town: Town) -> None:
    town.writes("ana", "acme+task", "Remind me to pay the rent by Friday", "please")
    assert owner(town) == "ana"
    assert town.reached("task") == []


# --- whom it is for -------------------------------------------------------------------------------------------------

MARIE, MARIE_TOO = Person("mc", "Marie Curie"), Person("mb", "Marie Blanc")


def test_a_name_that_fits_two_is_asked_back_and_the_task_kept_for_nobody(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, (ANA, MARIE, MARIE_TOO))
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "TODO @marie: send the budget by Friday", "-")
    assert owner(town) == ""
    asked = town.newest("ana", "task-question")
    assert "1  Marie Blanc" in asked.text or "1  Marie Curie" in asked.text
    town.answers("ana", asked, "2")
    chosen = owner(town)
    assert chosen in ("mc", "mb")
    assert town.reached("task") == [chosen]


def test_a_name_of_nobody_is_asked_back_and_settled_by_another(town: Town) -> None:
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "TODO @zoltan: send the budget by Friday", "-")
    asked = town.newest("ana", "task-question")
    assert (owner(town), "zoltan" in asked.text) == ("", True)
    town.answers("ana", asked, "Ben Moor")
    assert (owner(town), task(town).course.wanted) == ("ben", "")


def test_silence_on_the_question_leaves_the_task_to_whoever_takes_it(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, (ANA, BEN, CLEO), **DAILY)
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme", "TODO @zoltan: send the budget by Friday", "-")
    town.at("2026-06-02 12:00")
    digest = town.newest("ben", "digest")
    assert "T-1" in digest.text
    town.answers("ben", digest, "T-1: I'll take it")
    assert owner(town) == "ben"
    assert "Ben Moor takes it" in town.newest("ana", "task").text


# --- by reply -------------------------------------------------------------------------------------------------------


def test_ok_takes_a_task_that_was_given_and_changes_nothing(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "Ok, will do.")
    assert (owner(town), town.entries(TaskChanged)) == ("ben", [])
    assert "it is yours" in town.newest("ben", "receipt").text


def test_a_decline_goes_back_to_its_maker(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "Sorry, I have no time this week.")
    assert owner(town) == "ana"
    told = town.newest("ana", "task")
    assert "it is with you again" in told.text
    assert "no time this week" in told.text


def test_it_is_handed_over_and_the_next_one_may_decline(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "@cleo can you?")
    assert owner(town) == "cleo"
    assert "l’a confiée" not in town.newest("cleo", "task").text
    assert "Ben Moor handed it over to Cléo Martin" in town.newest("ana", "task").text
    town.answers("cleo", town.newest("cleo", "task"), "Je ne peux pas.")
    assert owner(town) == "ben"  # who gave it to her
    assert "it is with you again" in town.newest("ben", "task").text


def test_another_day_is_told_to_the_maker(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "→ next Tuesday")
    assert str(task(town).course.due) == "2026-06-09"
    assert "Tuesday 9 June" in town.newest("ana", "task").text


def test_done_is_told_to_the_maker_in_the_words_it_was_said_in(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "Done, it is in the drive.")
    assert state(town) is TaskState.DONE
    assert "it is in the drive" in town.newest("ana", "task").text


def test_dropped_keeps_its_reason(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "Dropped: the bank does not want it any more.")
    assert state(town) is TaskState.DROPPED
    assert "does not want it" in task(town).course.reason


def test_a_question_is_a_remark_in_the_thread_of_the_task(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "Which of the two budgets should it be?")
    assert [post.thread for post in town.entries(Posted)] == ["T-1"]
    post = town.newest("ana", "post")
    town.answers("ana", post, "The big one.")
    assert [post.thread for post in town.entries(Posted)] == ["T-1", "T-1"]
    town.answers("ben", town.newest("ben", "post"), "Done!")
    assert state(town) is TaskState.DONE


@pytest.mark.parametrize("words", ["Can we make it Tuesday?", "I can't before Thursday", "no idea, done or not done?"])
def test_in_doubt_the_task_stays_as_it_is_and_the_author_is_asked(town: Town, words: str) -> None:
    given_to_ben(town)
    before = task(town)
    town.answers("ben", town.newest("ben", "task"), words)
    assert task(town) == before
    assert town.newest("ben").kind == "decline"


def test_an_absence_said_in_answer_to_a_task_is_an_absence(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "I'm on leave from 3 to 14 August")
    assert len(town.member("ben").absences) == 1


def test_a_new_mail_names_a_task_by_its_mark_or_as_it_is_called(town: Town) -> None:
    given_to_ben(town)
    town.writes("ben", "acme", "T-1 done", "All sent.")
    town.confirms("ben")
    assert state(town) is TaskState.DONE
    town.writes("ana", "acme", "TODO @ben: order the ink by Friday", "-")
    town.writes("ben", "acme", "Done: order the ink", "It comes on Monday.")
    town.confirms("ben")
    assert state(town, "T-2") is TaskState.DONE


@pytest.mark.parametrize(
    ("older", "who"),
    [("T-1 done", "ben"), ("T-1: @cleo can you?", "ben"), ("T-1: → Monday", "ben"), ("T-1 done", "ana")],
)
def test_what_is_said_of_a_task_and_let_in_later_changes_nothing_that_came_after_it(
    town: Town, older: str, who: str
) -> None:
    given_to_ben(town)
    letter = town.newest("ben", "task")
    town.writes("ben", "acme", "A word", older)
    confirm = town.newest("ben", "confirm")
    if who == "ben":
        town.answers("ben", letter, "→ Friday")
    else:
        town.writes("ana", "acme", "T-1", "T-1: I take it over")
        town.confirms("ana")
    before = task(town)
    assert len(town.entries(TaskChanged)) == 1
    town.answers("ben", confirm, "yes")
    assert task(town) == before
    assert "Something newer stands in its place" in town.newest("ben", "decline").text
    town.answers("ben", letter, "done")
    assert state(town) is TaskState.DONE


# --- who may --------------------------------------------------------------------------------------------------------


def test_another_member_may_say_that_it_is_done_and_the_owner_opens_it_again(town: Town) -> None:
    given_to_ben(town)
    town.writes("cleo", "acme", "T-1 fait", "C'est fait.")
    town.confirms("cleo", "oui")
    assert state(town) is TaskState.DONE
    assert town.entries(TaskChanged)[-1].by == town.member("cleo").id
    told = town.newest("ben", "task")
    assert "Cléo Martin says that it is done" in told.text
    town.answers("ben", told, "Not done yet, I still wait for the numbers.")
    assert state(town) is TaskState.OPEN


def test_who_has_nothing_to_do_with_a_task_neither_drops_nor_moves_it(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, (ANA, BEN, replace(CLEO, language="en")))
    given_to_ben(town)
    before = task(town)
    for words in ("drop it", "→ Monday", "@ana can you?", "I'll take it"):
        raw = town.mail("cleo", "acme", "Re: [acme T-1] send the budget", words)
        town.sends("cleo", raw, "acme")
        town.confirms("cleo")  # a mark alone proves nobody
    assert task(town) == before
    assert "with Ben Moor" in town.newest("cleo", "decline").text


def test_a_task_that_is_over_takes_no_more_answers(town: Town) -> None:
    given_to_ben(town)
    letter = town.newest("ben", "task")
    town.answers("ben", letter, "done")
    town.answers("ben", letter, "→ Monday")
    assert state(town) is TaskState.DONE
    assert "done already" in town.newest("ben", "decline").text


def test_the_task_of_somebody_who_left_is_anyones(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, TEAM, **DAILY)
    given_to_ben(town)
    town.writes("ana", "acme", "", f"remove {town.address_of('ben')}")
    town.confirms("ana")
    assert task(town).course.owner is None
    town.writes("cleo", "acme", "T-1 fait", "C'est fait.")
    town.confirms("cleo", "oui")
    assert state(town) is TaskState.DONE


# --- undo -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["done", "dropped: no use", "→ Tuesday", "@cleo can you?", "I can't, no time"])
def test_undo_brings_a_task_back_as_it_was(town: Town, words: str) -> None:
    given_to_ben(town)
    before = task(town).course
    town.answers("ben", town.newest("ben", "task"), words)
    assert task(town).course != before
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert task(town).course == before


def test_undo_of_a_made_task_withdraws_it_and_tells_who_had_it(town: Town) -> None:
    given_to_ben(town)
    town.answers("ana", town.newest("ana", "receipt"), "undo")
    assert state(town) is TaskState.WITHDRAWN
    assert "took it back" in town.newest("ben", "task").text


def test_undo_takes_nothing_back_that_others_have_changed_since(town: Town) -> None:
    given_to_ben(town)
    town.answers("ben", town.newest("ben", "task"), "→ Tuesday")
    receipt = town.newest("ben", "receipt")
    town.answers("ana", town.newest("ana", "task"), "dropped")
    town.answers("ben", receipt, "undo")
    assert state(town) is TaskState.DROPPED


# --- digests --------------------------------------------------------------------------------------------------------


def test_a_digest_lists_ones_tasks_first_and_shows_what_is_overdue(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, TEAM, **DAILY)
    given_to_ben(town)
    town.at("2026-06-09 06:00")
    town.writes("ana", "acme", "News", "The roof is mended.")
    town.at("2026-06-09 12:00")
    digest = town.newest("ben", "digest")
    assert "Your task, overdue since Friday 5 June." in digest.text
    assert digest.text.index("T-1") < digest.text.index("The roof")


def test_a_task_of_nobody_is_told_in_the_next_digest_and_answered_there(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, TEAM, **DAILY)
    town.at("2026-06-01 10:00")
    town.writes("ana", "acme+task", "Water the plants by Thursday", "They are dry.")
    town.writes("ana", "acme+task", "Sweep the yard", "-")
    town.at("2026-06-02 12:00")
    digest = town.newest("ben", "digest")
    assert {"T-1", "T-2"} <= set(digest.text.replace("[", " ").replace("]", " ").split())
    town.item_by_item("ben", digest, {"T-1": "I'll take it", "T-2": "done"})
    assert (owner(town, "T-1"), state(town, "T-2")) == ("ben", TaskState.DONE)


def test_status_lists_ones_own_tasks(town: Town) -> None:
    given_to_ben(town)
    town.writes("ben", "acme", "status", "status")
    letter = town.newest("ben", "status")
    assert "send the budget" in letter.text
    town.answers("ben", letter, "T-1: done")
    assert state(town) is TaskState.DONE


# --- the record -----------------------------------------------------------------------------------------------------


def test_the_export_lists_tasks(town: Town) -> None:
    given_to_ben(town)
    exported = town.export()["tasks"]
    assert [(one["mark"], one["owner"], one["state"]) for one in exported] == [("T-1", "ben@example.net", "open")]


def test_nobody_acts_for_an_owner_by_a_mail_passed_on(town: Town) -> None:
    given_to_ben(town)
    before = task(town)
    town.answers("cleo", town.newest("ben", "task"), "drop it")
    assert task(town) == before


def test_a_stranger_changes_no_task(town: Town) -> None:
    given_to_ben(town)
    before = task(town)
    raw = town.mail("Eve <eve@example.com>", "acme", "Re: [acme T-1] send the budget", "done")
    town.sends("Eve <eve@example.com>", raw, "acme")
    assert task(town) == before


def test_a_substitute_acts_for_an_owner_who_is_away(tmp_path: Path) -> None:
    town = Town.founded(tmp_path, TEAM, substitutes="govern")
    named = MemberRenamed(member_id=town.member("ben").id, substitute=town.member("cleo").id)
    change_people(town.pipeline, "acme", [named], now=town.clock.at)
    given_to_ben(town)
    town.answers("ben", town.newest("ben"), "I'm away from 1 June to 9 June")
    raw = town.mail("cleo", "acme", "Re: [acme T-1] send the budget", "→ 12 juin")
    town.sends("cleo", raw, "acme")
    town.confirms("cleo")
    assert str(task(town).course.due) == "2026-06-12"
