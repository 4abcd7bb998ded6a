"""Answers to a numbered plan."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest

from gateway.model.plan import Numbered, numbered
from gateway.model.reading import CheckInReading, PlanChanges, Quoted
from gateway.resources import load_lexicon
from gateway.understand.reading.plan import read_plan

LEXICON = load_lexicon()
PLAN = ("fix the login", "write the report", "plan the retro")


def read(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] | None:
    found = read_plan(PLAN, text, LEXICON)
    return (found.done, found.next, found.blockers) if found else None


def test_the_form_the_prompt_shows_is_a_full_answer() -> None:
    assert read("1 done  2 → Thu  3 dropped  + call the bank") == (
        ("fix the login",), ("write the report → Thu", "call the bank"), (),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "1 done 2 -> Thu 3 dropped + call the bank",
        "1. done\n2. moved to Thu\n3. dropped\n+ call the bank",
        "1) done\n2) → Thu\n3) no longer needed\n+ call the bank\n\nThanks, Bob",
        "#1 done, #2 postponed until Thu, #3 cancelled\n+ call the bank",
        "- 1: done\n- 2: moved to Thu\n- 3: skip\n- + call the bank",
        "1 ✓; 2 => Thu; 3 ✗\n+ call the bank",
        "Hi\n1 fait\n2 reporté à Thu\n3 abandonné\n+ call the bank",
        "1 erledigt, 2 verschoben auf Thu, 3 gestrichen\n+ call the bank",
        "1 hecho, 2 aplazado a Thu, 3 cancelado\n+ call the bank",
        "1 fatto, 2 rimandato a Thu, 3 annullato\n+ call the bank",
        "1 feito, 2 adiado para Thu, 3 cancelado\n+ call the bank",
        "1 gedaan, 2 verplaatst naar Thu, 3 geschrapt\n+ call the bank",
    ],
)
def test_the_same_answer_is_read_however_it_is_written(text: str) -> None:
    assert read(text) == (("fix the login",), ("write the report → Thu", "call the bank"), ())


@pytest.mark.parametrize(
    "text",
    [
        "1) done 2) Thu 3) dropped + call the bank",
        "#1 done #2 Thu #3 drop\n+ call the bank",
        "1 done 2 Thu 3 dropped + call the bank",
        "1 done and 2 Thu\n3 no longer\n+ call the bank",
        "done: 1\nThu: 2\ndropped: 3\n+ call the bank",
    ],
)
def test_a_number_with_a_sign_or_behind_what_is_over_may_have_a_day_alone(text: str) -> None:
    assert read(text) == (("fix the login",), ("write the report → Thu", "call the bank"), ())


def test_lines_said_again_may_share_one_line() -> None:
    said = "fix the login is done, write the report: tomorrow, plan the retro dropped"
    assert read(said) == (("fix the login",), ("write the report → tomorrow",), ())


def test_a_number_within_a_remark_is_no_line() -> None:
    assert read("1 done in 2 days") == (("fix the login (in 2 days)",), PLAN[1:], ())


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("1, 2 done", PLAN[:2]),
        ("1+2 done, 3 tomorrow", PLAN[:2]),
        ("1 and 3 done", (PLAN[0], PLAN[2])),
        ("done: 1, 3", (PLAN[0], PLAN[2])),
        ("all done", PLAN),
        ("tout est fait", PLAN),
        ("1 is not done, 2 done", (PLAN[1],)),
        ("1 noch nicht fertig\n2 fertig", (PLAN[1],)),
        ("1 100%\n2 80%", (PLAN[0],)),
        ("1 dropped\nrest done", PLAN[1:]),
        ("1 done, 2 tomorrow", PLAN[:1]),
    ],
)
def test_what_is_done_is_told_in_many_ways(text: str, done: tuple[str, ...]) -> None:
    found = read(text)
    assert found
    assert found[0] == done


@pytest.mark.parametrize("day", ["tomorrow", "next week", "Thursday", "lundi prochain", "morgen", "el jueves"])
def test_a_day_alone_is_verb_enough(day: str) -> None:
    assert read(f"2 {day}") == ((), ("fix the login", f"write the report → {day}", "plan the retro"), ())


def test_what_is_not_mentioned_stays_planned() -> None:
    assert read("2 done") == (("write the report",), ("fix the login", "plan the retro"), ())


def test_a_remark_is_kept_beside_its_line() -> None:
    assert read("1 done (took two days)\n2 half done") == (
        ("fix the login (took two days)",), ("write the report", "plan the retro"), (),
    )  # fmt: skip


def test_a_line_that_is_stuck_stays_planned_and_is_a_blocker() -> None:
    assert read("1 done\n2 blocked by the legal team") == (
        ("fix the login",), ("write the report", "plan the retro"), ("write the report: the legal team",),
    )  # fmt: skip


def test_a_line_moved_twice_names_the_last_day_alone() -> None:
    found = read_plan(("write the report → Thu",), "1 → Fri", LEXICON)
    assert found
    assert found.next == ("write the report → Fri",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "2 3",
        "done",
        "+1",
        "4 done",  # there is no such line
        "1. Fixed the login\n2. Write the tests\n3. none",  # the questions by number
        "1 new colleague started today and we did the tour",
        "Yesterday I finished the login page and today I shall write the report, it takes 2 days.",
    ],
)
def test_what_is_no_answer_by_numbers_is_left_to_others(text: str) -> None:
    assert read(text) is None


def test_free_words_beside_plan_lines_need_reading_of_their_own() -> None:
    text = "1 done\nBesides that we lost half a day to the broken printer again."
    assert read(text) is None
    assert read_plan(PLAN, text, LEXICON, sent_on=date(2026, 3, 2))


def test_numbers_after_the_plan_mean_the_open_blockers() -> None:
    found = read_plan(("a",), "1 done\n2 done", LEXICON, blockers=("no key",))
    assert found
    assert (found.done, found.cleared) == (("a",), ("no key",))


def test_a_line_that_was_dropped_is_gone() -> None:
    found = read_plan(PLAN, "1 dropped 2 done", LEXICON)
    assert found
    assert (found.cleared, found.done) == (PLAN[:1], PLAN[1:2])


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("1 done  2 → Thu  3 dropped  4 solved  + call the bank", ("4 solved",)),
        ("1. done\n2. → Thu\n3. dropped\n4. call mum\n+ call the bank", ("4. call mum",)),
        ("1 fait, 2 reporté à Thu, 3 abandonné, 4 réglé\n+ call the bank", ("4 réglé",)),
    ],
)
def test_a_number_too_many_is_left_out_and_said_and_the_rest_counts(text: str, beyond: tuple[str, ...]) -> None:
    found = read_plan(PLAN, text, LEXICON)
    assert found is not None
    assert (found.done, found.next) == (("fix the login",), ("write the report → Thu", "call the bank"))
    assert found.beyond == beyond


@pytest.mark.parametrize(
    "text", ["2 meetings done, 14 tickets closed", "12 done", "1 done, 7 done", "30 pages, 2 done"]
)
def test_numbers_that_are_no_list_of_lines_answer_no_plan(text: str) -> None:
    assert read_plan(PLAN, text, LEXICON) is None


@pytest.mark.parametrize("text", ["1 " * 1999, "1 done " * 570, "+ " * 1999, "1, " * 1300, "1 " * 1_000_000])
def test_whatever_is_sent_is_read_in_no_time(text: str) -> None:
    begun = process_time()
    read(text)
    assert process_time() - begun < 1


def test_all_done_speaks_of_the_plan_and_not_of_what_stops_people() -> None:
    found = read_plan(("a",), "all done", LEXICON, blockers=("no key",))
    assert found
    assert (found.done, found.cleared) == (("a",), ())


BLOCKERS = ("no key to the archive",)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1-2 done", (PLAN[2],)),
        ("1 to 3 done", ()),
        ("1 bis 3 erledigt", ()),
        ("everything done except 3", (PLAN[2],)),
        ("all done but 2 and 3", PLAN[1:]),
        ("tout est fait sauf 3", (PLAN[2],)),
        ("alles erledigt außer 3", (PLAN[2],)),
        ("all done except the report", (PLAN[1],)),
        ("3 tomorrow, the rest is done", ("plan the retro → tomorrow",)),
        ("done 1 2", (PLAN[2],)),
        ("fix the login: done\nwrite the report - Thursday", ("write the report → Thursday", PLAN[2])),
        ("1. fix the login - done\n2. write the report - Thursday", ("write the report → Thursday", PLAN[2])),
        ("1 fertig 2 auf Donnerstag verschoben 3 fällt weg", ("write the report → Donnerstag",)),
    ],
)
def test_what_is_left_is_told_by_ranges_exceptions_and_the_lines_themselves(text: str, left: tuple[str, ...]) -> None:
    found = read(text)
    assert found
    assert found[1] == left


def test_an_exception_that_names_no_line_is_not_guessed() -> None:
    assert read("all done except the usual") is None


@pytest.mark.parametrize(
    "text",
    [
        "1 done, 2 → Thu, blocker solved",
        "1 done\n4 solved",
        "1 done  2 → Thu  + call the bank, blocker solved",
        "1 done, 4 gone",
        "1 done\nno key to the archive: solved",
        "1 fait, 2 → jeudi, le blocage est levé",
        "1 erledigt, 2 → Do, Blocker gelöst",
        "1 done\nI'm no longer blocked",
        "blocker solved",
        "Done: the cellar\nNext: the roof\nBlockers: solved",
    ],
)
def test_what_stopped_somebody_is_closed_by_number_or_by_words(text: str) -> None:
    found = read_plan(PLAN, text, LEXICON, blockers=BLOCKERS, sent_on=date(2026, 11, 23))
    assert found
    assert (found.cleared, found.blockers) == (BLOCKERS, ())


def test_one_of_several_blockers_is_not_guessed_and_its_words_are_kept() -> None:
    found = read_plan(
        PLAN, "1 done\nblocker solved", LEXICON, blockers=("no key", "no money"), sent_on=date(2026, 11, 23)
    )
    assert found
    assert (found.cleared, found.done) == ((), (PLAN[0], "blocker solved"))


def test_what_is_said_of_a_line_again_is_not_piled_up() -> None:
    still = read_plan(("fix the login (at it)", "the report (50 %)"), "1 still at it\n2 80 %", LEXICON)
    assert still
    assert still.next == ("fix the login (at it)", "the report (80 %)")


def test_an_answer_below_a_quoted_line_of_the_plan_answers_that_line() -> None:
    blocks = (
        Quoted(under="Your plan of last time\n\n1. fix the login", text="done"),
        Quoted(under="1. write the report", text="\n→ Thu\nor Friday\n\nMore tomorrow."),  # the list was parted
        Quoted(under="  3  plan the retro", text="dropped"),
    )
    own = "\n".join(block.text for block in blocks)
    found = read_plan(PLAN, own, LEXICON, sent_on=date(2026, 11, 23), blocks=blocks)
    assert found
    assert (found.done, found.next[0]) == (PLAN[:1], "write the report → Thu or Friday")
    assert found.cleared == PLAN[2:]


def test_a_quoted_line_that_lost_its_mark_still_places_the_answer_below_it() -> None:
    own = "fix the login\ndone\n  2. write the report\n→ Thu"
    found = read_plan(PLAN, own, LEXICON, blocks=(Quoted(under="", text=own),))
    assert found
    assert (found.done, found.next) == (PLAN[:1], ("write the report → Thu", PLAN[2]))


# --- additions alone ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "done", "added"),
    [
        ("+ wash the car", (), ("wash the car",)),
        ("+wash the car", (), ("wash the car",)),
        ("- + wash the car", (), ("wash the car",)),
        ("Hi,\n+ laver la voiture\n+ appeler la banque\n\nMerci, Zoë", (), ("laver la voiture", "appeler la banque")),
        ("+ Auto waschen, + Bank anrufen", (), ("Auto waschen", "Bank anrufen")),
        ("Fixed the printer.\n+ call the bank", ("Fixed the printer.",), ("call the bank",)),
        ("Nothing new.\n+ call the bank", (), ("call the bank",)),
    ],
)
def test_lines_with_a_plus_add_to_the_plan_and_nothing_else(
    text: str, done: tuple[str, ...], added: tuple[str, ...]
) -> None:
    found = read_plan(PLAN, text, LEXICON, sent_on=date(2026, 6, 2))
    assert found is not None
    assert (found.done, found.next, found.blockers) == (done, (*PLAN, *added), ())


def test_a_plus_below_labels_with_their_own_words_still_adds() -> None:
    found = read_plan(PLAN, "Done: the printer\nBlockers: none\n+ buy milk", LEXICON, sent_on=date(2026, 6, 2))
    assert found is not None
    assert (found.done, found.next, found.unblocked) == (("the printer",), (*PLAN, "buy milk"), True)


@pytest.mark.parametrize(
    "text",
    [
        "Done:\n+ the report\n+ the letter\nNext:\n+ the roof",
        "Fait\n+ le rapport",
        "I did this:\n+ swept the floor",
        "+1",
    ],
)
def test_a_plus_that_is_a_bullet_below_a_label_adds_nothing(text: str) -> None:
    assert read_plan(PLAN, text, LEXICON, sent_on=date(2026, 6, 2)) is None


def test_where_no_plan_was_shown_a_plus_is_a_bullet() -> None:
    assert read_plan((), "+ wash the car", LEXICON, sent_on=date(2026, 6, 2)) is None


# --- lines of the plan that are in the way themselves -------------------------------------------


@pytest.mark.parametrize(
    "text", ["2 solved", "2 résolu", "2 gelöst", "write the report: solved", "blockers are solved"]
)
def test_solved_frees_a_line_of_the_plan_that_stays_planned(text: str) -> None:
    found = read_plan(PLAN, text, LEXICON, stopped=PLAN[1:2], sent_on=date(2026, 6, 2))
    assert found is not None
    assert (found.done, found.next, found.cleared) == ((), PLAN, PLAN[1:2])


@pytest.mark.parametrize("text", ["2 done", "write the report: done"])
def test_done_is_done_whatever_was_in_the_way(text: str) -> None:
    found = read_plan(PLAN, text, LEXICON, stopped=PLAN[1:2], sent_on=date(2026, 6, 2))
    assert found is not None
    assert (found.done, found.next) == (PLAN[1:2], (PLAN[0], PLAN[2]))


def test_each_thing_bears_one_number() -> None:
    shown = numbered(("fix the login → Thu", "write the report"), ("Fix the login", "no key"))
    assert shown == Numbered(("fix the login → Thu", "write the report"), ("no key",), ("fix the login → Thu",))


# --- what only changes the answer that stands ---------------------------------------------------


def answered(text: str) -> CheckInReading:
    found = read_plan(PLAN, text, LEXICON, blockers=("no key",), sent_on=date(2026, 6, 2), is_answered=True)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("+ call bank", PlanChanges(next=("call bank",))),
        ("1 done", PlanChanges(lines=PLAN[:1])),
        ("2 → Thu, + call bank\n\nThanks!", PlanChanges(PLAN[1:2], (f"{PLAN[1]} → Thu", "call bank"))),
        ("2 → jeudi, + appeler la banque", PlanChanges(PLAN[1:2], (f"{PLAN[1]} → jeudi", "appeler la banque"))),
        ("4 solved", PlanChanges(lines=("no key",))),
        ("3 dropped\nMood: 4", PlanChanges(lines=PLAN[2:])),
    ],
)
def test_numbers_and_additions_alone_tell_what_they_change(text: str, changes: PlanChanges) -> None:
    assert answered(text).changes == changes


@pytest.mark.parametrize("text", ["1 done\nNext: dance", "1 done\nDone: the roof", "1 fait\nBloqué : pas de clé"])
def test_labels_beside_numbers_make_it_an_answer_of_its_own(text: str) -> None:
    assert answered(text).changes is None


def test_labelled_answers_beside_additions_land_where_they_belong() -> None:
    english = answered("1 done\n+ call bank\n\nDone: the roof\nNext: dance\nBlockers: no ladder\nMood: 4")
    assert english.done == (PLAN[0], "the roof")
    assert english.next == (*PLAN[1:], "call bank", "dance")
    assert (english.blockers, english.mood) == (("no ladder",), 4)
    french = answered("1 fait, + appeler la banque\nFait : le toit\nEnsuite : danser\nBloqué : pas d'échelle")
    assert french.done == (PLAN[0], "le toit")
    assert french.next == (*PLAN[1:], "appeler la banque", "danser")
    assert french.blockers == ("pas d'échelle",)


def test_a_plus_adds_to_an_answer_where_there_was_no_plan() -> None:
    found = read_plan((), "+ wash the car", LEXICON, sent_on=date(2026, 6, 2), is_answered=True)
    assert found is not None
    assert found.changes == PlanChanges(next=("wash the car",))


LEARNT = ("What did you do?", "What comes next?", "What did you learn?")
APPRIS = ("Qu'as-tu fait ?", "Qu'est-ce qui vient ensuite ?", "Qu'as-tu appris ?")


@pytest.mark.parametrize(
    ("questions", "text"),
    [
        (LEARNT, "1 done\n+ call bank\n\nWhat did you learn? Patience"),
        (LEARNT, "1 done, + call bank\n\nWhat did you learn?\nPatience"),
        (LEARNT, "1 done\n+ call bank\nLearned: Patience"),
        (APPRIS, "1 fait, + call bank\n\nQu'as-tu appris ?\nPatience"),
        (APPRIS, "1 fait\n+ call bank\nAppris : Patience"),
    ],
)
def test_answers_to_own_questions_beside_additions_land_under_theirs(questions: tuple[str, ...], text: str) -> None:
    found = read_plan(PLAN, text, LEXICON, sent_on=date(2026, 6, 2), questions=questions)
    assert found is not None
    assert (found.done, found.next) == (PLAN[:1], (*PLAN[1:], "call bank"))
    assert found.answers == ((questions[2], "Patience"),)
    assert found.changes == PlanChanges(PLAN[:1], ("call bank",))
