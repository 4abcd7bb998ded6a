"""A vote corrected while it runs: whose option is gone is asked again, what is told agrees, and it can be undone."""

from __future__ import annotations

from collections.abc import Callable

from gateway.model.ballot import Pick
from gateway.model.entry import Closed
from gateway.model.round import Result
from tests.flow.town import TEAM, Town

Found = Callable[..., Town]

TO_GHENT = "correct: Where in March?\n- Lisbon\n- Ghent"


def corrected(found: Found) -> Town:
    """Ben and Cléo chose Porto; Ana, who opened the vote, puts Ghent in its place."""
    town = found(*TEAM, digest_at="09:30", votes={"reminders": ["4 hours"], "quorum": 0.5})
    town.at("10:00")
    town.writes("ana", "acme+vote", "Where", "- Lisbon\n- Porto\n\nBy tomorrow 17:00.")
    for who in ("ben", "cleo"):
        town.answers(who, town.newest(who, "ballot"), "Porto")
    town.answers("ana", town.newest("ana", "ballot"), TO_GHENT)
    assert "> - Ghent" in town.newest("ana", "confirm").text, "it says what would be done"
    town.confirms("ana")
    return town


def test_whose_option_was_corrected_away_is_asked_again_and_counts_as_one_who_has_not_answered(found: Found) -> None:
    town = corrected(found)
    anew = town.newest("ben", "ballot")
    assert "Please answer again: Where in March?" in anew.subject
    assert "your answer counts no more" in " ".join(anew.text.split())
    assert "Porto" not in anew.text, "the old list is gone from it"
    assert "17:00." not in anew.text.split("Open until")[0], "and the old deadline"
    assert "Corrected: Where in March?" in town.newest("ana", "ballot").subject
    assert len(town.box("ben", "ballot")) == 2, "one copy of the correction, not two"

    town.answers("ben", anew, "status")
    status = town.newest("ben", "status").text
    assert "NEEDS YOU" in status
    assert "[V-1] Where in March?" in status
    assert "0 of 3 have answered" in status

    town.at("2026-06-02 13:05")
    assert set(town.reached("reminder")) == {"ana", "ben", "cleo"}
    town.answers("ben", town.newest("ben", "reminder"), "Ghent")
    town.answers("cleo", town.newest("cleo", "reminder"), "Ghent")
    town.at("2026-06-02 17:01")
    (closed,) = town.entries(Closed)
    assert (closed.outcome.result, closed.outcome.answered) == (Result.CHOSEN, 2)
    assert town.export()["rounds"][0]["answered"] == 2


def test_a_correction_undone_lets_the_answers_to_what_is_there_again_stand(found: Found) -> None:
    town = corrected(found)
    assert town.votes("V-1") == {}
    town.answers("cleo", town.newest("cleo", "ballot"), "Ghent")
    town.answers("ana", town.newest("ana", "receipt"), "undo")
    assert town.last_reason == "not-authentic", "a token alone does not undo what a token alone did not do"
    town.confirms("ana")
    assert town.votes("V-1") == {"ben": Pick("Porto")}
    assert "ne compte donc plus" in " ".join(town.newest("cleo", "change").text.split()), "Ghent went with it"
    assert "counts no more" not in " ".join(town.newest("ben", "change").text.split())
    assert "[V-1] Where\n" in town.newest("ben", "change").text


def test_a_deadline_corrected_renames_nothing(found: Found) -> None:
    town = found(*TEAM)
    town.at("10:00")
    town.writes("ana", "acme+vote", "Where", "- Lisbon\n- Porto\n\nBy tomorrow 17:00.")
    town.answers("ana", town.newest("ana", "ballot"), "Correction: the deadline is Thursday 17:00")
    town.confirms("ana")
    assert town.round("V-1").closes_at.isoformat() == "2026-06-04T17:00:00+02:00"
    assert town.round("V-1").title == "Where"
    assert town.kinds("ben")[-1] == "change"


def test_what_is_taken_back_while_it_is_set_aside_stays_so_when_the_correction_is_undone(found: Found) -> None:
    town = corrected(found)
    town.answers("ben", town.newest("ben", "ballot"), "I withdraw my vote")
    town.answers("cleo", town.newest("cleo", "receipt"), "undo")
    town.answers("ana", town.newest("ana", "receipt"), "undo")
    town.confirms("ana")
    assert town.votes("V-1") == {}


def test_undo_of_a_new_answer_leaves_the_one_that_was_set_aside(found: Found) -> None:
    town = corrected(found)
    town.answers("ben", town.newest("ben", "ballot"), "Ghent")
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.votes("V-1") == {}
    town.answers("ana", town.newest("ana", "receipt"), "undo")
    town.confirms("ana")
    assert town.votes("V-1") == {"ben": Pick("Porto"), "cleo": Pick("Porto")}
