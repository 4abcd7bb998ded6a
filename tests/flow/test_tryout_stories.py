"""A mail to `acme+try@` changes nothing and is answered line by line, as a story."""

from __future__ import annotations

from typing import Any

from gateway.decide.try_out import MOST_A_DAY
from gateway.model.ballot import Pick
from tests.flow.test_vote_stories import opened
from tests.flow.town import Town, full
from tests.property.test_undo_properties import rows


def state(town: Town) -> tuple[Any, int]:
    return rows(town), len(town.ledger())


def test_a_vote_that_is_tried_opens_nothing_and_is_told_line_by_line(town: Town) -> None:
    before = state(town)
    town.writes("ben", "acme+try", "[VOTE] Where to?", "- Lisbon\n- Porto\n\nUntil Friday 5 June 17:00.")
    assert state(town) == before
    assert town.kinds("ben") == ["try-out"]
    assert town.reached("ballot") == []
    text = " ".join(town.newest("ben").text.split())
    assert "nothing was done" in text
    assert "the vote “Where to?” is open" in text
    assert "mails would go to others" in text
    assert town.last_reason == "tried"


def test_the_marks_of_what_was_tried_are_free_for_the_next(town: Town) -> None:
    town.writes("ben", "acme+try", "[VOTE] Where to?", "- Lisbon\n- Porto")
    assert opened(town) == "V-1"


def test_an_answer_is_tried_by_changing_where_it_goes(town: Town) -> None:
    mark = opened(town)
    before = state(town)
    town.answers("ben", town.newest("ben", "ballot"), "No, not this year.", to=full("acme+try"))
    assert state(town) == before
    assert f"{mark}: No" in town.newest("ben", "try-out").text
    town.answers("ben", town.newest("ben", "ballot"), "No, not this year.")
    assert town.votes(mark) == {"ben": Pick("No")}


def test_also_beside_the_address_that_would_do_it(town: Town) -> None:
    mark = opened(town)
    raw, to = town.reply("ben", town.newest("ben", "ballot"), "No.", cc=full("acme+try"))
    town.sends("ben", raw, to, full("acme+try"))
    assert town.votes(mark) == {}
    assert set(town.kinds("ben")) == {"ballot", "try-out"}


def test_what_would_be_asked_back_is_said(town: Town) -> None:
    opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "Perhaps, perhaps not.", to=full("acme+try"))
    told = " ".join(town.newest("ben", "try-out").text.split())
    assert "we ask in a mail of its own" in told
    assert "ask you back" not in told, "its line says so already"
    assert town.box("ben", "ask-back") == []


def test_a_post_that_is_tried_reaches_nobody(town: Town) -> None:
    before = state(town)
    town.writes("ben", "acme+try", "The ladder", "I found the ladder, it is behind the shed, as it always was.")
    assert state(town) == before
    assert town.reached("post") == []
    assert "2 mails would go to others" in " ".join(town.newest("ben").text.split())


def test_who_would_be_written_to_is_named_and_every_question_told(town: Town) -> None:
    before = state(town)
    text = "TODO @ben: send the budget\nTODO @zoe: swim\nTODO @nobody: rest"
    town.writes("ana", "acme+try", "Who does what", text)
    assert state(town) == before
    assert town.reached("task") == []
    told = " ".join(town.newest("ana", "try-out").text.split())
    assert "T-1: a task for Ben Moor: “send the budget”" in told
    assert "1 mail would go to others: Ben Moor." in told
    assert "T-2: We would ask you whom it is for." in told
    assert "T-3: We would ask you whom it is for." in told


def test_what_has_to_be_confirmed_first_is_told_with_all_that_follows_then(town: Town) -> None:
    mark = opened(town)
    town.writes("ana", "acme", "[TASK] send the budget @ben by Friday", "please")
    before = state(town)
    town.writes("ben", "acme+try", "", f"T-1: done\n{mark}: No")  # marks alone prove too little for a vote
    assert state(town) == before
    told = " ".join(town.newest("ben", "try-out").text.split())
    assert "confirm it before it is done" in told
    assert "✓ T-1: done" in told
    assert f"✓ {mark}: No" in told
    assert "1 mail would go to others: Ana Duarte." in told


def test_an_absence_that_would_end_is_told(town: Town) -> None:
    town.writes("ben", "acme", "", "I'm away from today")
    town.writes("ben", "acme+try", "The ladder", "I found the ladder, it is behind the shed, as it always was.")
    assert "welcome back" in town.newest("ben", "try-out").text
    assert town.member("ben").absences


def test_a_setting_that_is_tried_stays_as_it_was(town: Town) -> None:
    town.writes("cleo", "acme+try", "", "stop")
    assert not town.member("cleo").settings.paused
    assert town.newest("cleo").kind == "try-out"
    assert "à l’essai" in town.newest("cleo").text


def test_strangers_and_machines_get_no_answer(town: Town) -> None:
    town.writes("Eve <eve@elsewhere.example>", "acme+try", "Hello", "May I try this as well, just to see?")
    town.writes("ben", "acme+try", "Away", "I am away.", auto_submitted="auto-replied")
    assert town.post_office.letters == []


def test_there_are_only_so_many_answers_a_day(town: Town) -> None:
    for number in range(MOST_A_DAY + 2):
        town.writes("ben", "acme+try", f"Ladder {number}", "I found the ladder, it is behind the shed, as always.")
    assert len(town.box("ben", "try-out")) == MOST_A_DAY
