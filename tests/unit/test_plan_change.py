"""What an answer leaves of a plan, and of the answer that stands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.decide.rituals.plan_change import amended, still_planned
from gateway.model.context import RoundView
from gateway.model.plan import line_of
from gateway.model.reading import CheckInKind, CheckInReading, PlanChanges
from gateway.model.round import CheckIn, Skip, Standing
from tests.tick_builders import asked, check_in, said, utc

PLAN = ("write the letter", "fix the roof")


SKIPPED = Standing(member_id=1, answer=Skip(words="pass"), at=utc("2026-03-02T10:00"))


def view(**given: Any) -> RoundView:
    return asked(check_in(), said(1, **given), plan=PLAN, open_blockers=("no key",))


def changing(*lines: str, to: tuple[str, ...] = (), **read: Any) -> CheckInReading:
    return CheckInReading(CheckInKind.CHECKIN, changes=PlanChanges(lines, to), **read)


def test_what_was_added_before_stays_when_more_is_added() -> None:
    stood = view(next=(*PLAN, "call bank"), done=("the gate",), mood=4, answers=(("Who?", "me"),))
    found = amended(changing(to=("paint",), next=(*PLAN, "paint")), stood)
    assert (found.next, found.done) == ((*PLAN, "call bank", "paint"), ("the gate",))
    assert (found.mood, found.answers) == (4, (("Who?", "me"),))


def test_a_line_that_was_done_and_is_moved_after_all_is_planned_and_not_done() -> None:
    stood = view(done=("write the letter (at last)",), next=("fix the roof", "call bank"))
    moved = "write the letter → Thu"
    found = amended(changing("write the letter", to=(moved,), next=(moved, "fix the roof")), stood)
    assert (found.done, found.next) == ((), ("fix the roof", "call bank", moved))


def test_a_line_that_is_changed_stays_where_it_stood() -> None:
    stood = view(next=("write the letter → Wed", "fix the roof"))
    found = amended(changing("write the letter", to=("write the letter → Thu",)), stood)
    assert found.next == ("write the letter → Thu", "fix the roof")


def test_the_last_line_dropped_leaves_nothing_planned() -> None:
    stood = view(next=("fix the roof",), done=("write the letter",))
    found = amended(changing("fix the roof", cleared=("fix the roof",)), stood)
    assert (found.next, still_planned(found, PLAN)) == ((), ())


def test_what_is_solved_or_done_stops_nobody_and_what_else_does_stays() -> None:
    stood = view(next=PLAN, blockers=("no key", "fix the roof: rain", "no ladder"))
    found = amended(changing("no key", "fix the roof", done=("fix the roof",), cleared=("no key",)), stood)
    assert (found.blockers, found.next) == (("no ladder",), ("write the letter",))


@pytest.mark.parametrize("standing", [None, SKIPPED])
def test_where_no_check_in_stands_it_is_the_answer(standing: Standing | None) -> None:
    reading = changing(to=("paint",), next=(*PLAN, "paint"))
    assert amended(reading, asked(check_in(), standing, plan=PLAN)) == reading


def test_a_whole_answer_takes_the_place_of_the_one_before() -> None:
    reading = CheckInReading(CheckInKind.CHECKIN, done=("the gate",))
    assert amended(reading, view(next=("call bank",))) == reading


@pytest.mark.parametrize(
    ("read", "left"),
    [
        ({"next": ("dance",)}, PLAN),
        ({"next": ("write letter",)}, PLAN[1:]),  # the same in fewer words
        ({"next": ("fix the roof with Bob",)}, PLAN[:1]),
        ({"done": ("the roof",), "next": ("dance",)}, PLAN[:1]),
        ({"blockers": ("fix the roof: rain",)}, PLAN),
        ({"unplanned": True}, ()),
        ({"changes": PlanChanges(), "next": ("paint",)}, ()),  # by numbers: what is left stands in `next`
    ],
)
def test_what_a_plan_leaves(read: dict[str, Any], left: tuple[str, ...]) -> None:
    assert still_planned(CheckInReading(CheckInKind.CHECKIN, **read), PLAN) == left


def test_a_line_is_told_from_one_that_begins_alike() -> None:
    lines = ("paint", "paint: the door", "write the letter → Wed")
    assert line_of("paint: the door", lines) == "paint: the door"
    assert line_of("paint (half)", lines) == "paint"
    assert line_of("write the letter → Thu", lines) == "write the letter → Wed"
    assert line_of("painting", lines) == ""


@given(st.lists(st.sampled_from([f"thing {letter}" for letter in "abcdefgh"]), unique=True), st.integers(0, 8))
def test_additions_one_by_one_come_to_what_they_come_to_at_once(added: list[str], first: int) -> None:
    stood = view(next=PLAN)
    one = amended(changing(to=tuple(added[:first])), stood)
    after = view(next=one.next)
    both = amended(changing(to=tuple(added[first:])), after)
    assert both.next == amended(changing(to=tuple(added)), stood).next == (*PLAN, *added)
    assert amended(changing(), after).next == CheckIn(next=one.next).next
