"""Rounds, threads and news: what entries leave behind, read back as answers, closes and digests need it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model.ballot import Method, Pick, Question
from gateway.model.context import RoundView
from gateway.model.entry import (
    Answered,
    AnswerRestored,
    BlockerClosed,
    BlockerRaised,
    Cancelled,
    Closed,
    Corrected,
    Extended,
    HeldForSteward,
    MemberLeft,
    MemberReturned,
    OptionAdded,
    Paused,
    Posted,
    Reacted,
    Resumed,
    RoundRestored,
    Withdrawn,
)
from gateway.model.round import Ballot, CheckIn, Outcome, Phase, Result, Round, Skip, Standing, VoteForm
from store.database import Conflict, Forbidden, Store
from tests.store.samples import DAY, MINUTE, NOW, ballot, check_in, found, opened, people, post, record, said, vote

CLOSED = Closed(mark="V-1", outcome=Outcome(result=Result.PASSED), outcome_mark="O-1")


def _round(store: Store, workspace_id: int, mark: str = "V-1") -> Round:
    with store.read() as tx:
        got = tx.rounds.round(workspace_id, mark)
    assert got is not None
    return got


def _view(store: Store, workspace_id: int, mark: str, member_id: int) -> RoundView:
    with store.read() as tx:
        got = tx.rounds.view(workspace_id, mark, member_id)
    assert got is not None
    return got


def _question(store: Store, workspace_id: int) -> Question:
    form = _round(store, workspace_id).form
    assert isinstance(form, VoteForm)
    return form.question


# --- a round's life --------------------------------------------------------------------------------------------------


def test_a_round_asks_those_who_were_there_when_it_opened(store: Store, acme: int) -> None:
    ids = people(store, acme, 3)
    record(store, acme, opened(vote(message_id="m@x"), ids[:2]))
    assert _round(store, acme) == vote(electorate_size=2, message_id="m@x")
    with store.read() as tx:
        assert tx.rounds.electorate(acme, "V-1") == ids[:2]
        assert tx.rounds.unanswered(acme, "V-1") == ids[:2]
        assert tx.rounds.answered(acme, "V-1") == 0
        assert [tx.rounds.view(acme, "V-1", one) is not None for one in (*ids, 0)] == [True] * 4
        assert tx.rounds.round(acme, "V-2") is None
        assert tx.rounds.view(acme, "V-2", ids[0]) is None
    assert [_view(store, acme, "V-1", one).in_electorate for one in (*ids, 0)] == [True, True, False, False]


def test_a_second_ballot_replaces_the_first_and_counts_once(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, opened(vote(), [ana, ben]), ballot(ana, "No"))
    record(store, acme, ballot(ana, "Yes"), at=NOW + MINUTE, arrival_id=7)
    standing = Standing(member_id=ana, answer=Ballot(choice=Pick("Yes")), at=NOW + MINUTE, arrival_id=7)
    with store.read() as tx:
        assert tx.rounds.standings(acme, "V-1") == [standing]
        assert tx.rounds.answered(acme, "V-1") == 1
        assert tx.rounds.unanswered(acme, "V-1") == [ben]
    view = _view(store, acme, "V-1", ana)
    assert (view.standing, view.answered) == (standing, 1)
    assert _view(store, acme, "V-1", ben).standing is None


def test_an_answer_taken_back_is_owed_again(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, opened(vote(), [ana, ben]), ballot(ana), ballot(ben))
    record(store, acme, Withdrawn(mark="V-1", member_id=ana), Withdrawn(mark="V-1", member_id=ana))
    with store.read() as tx:
        assert tx.rounds.unanswered(acme, "V-1") == [ana]
        assert tx.rounds.answered(acme, "V-1") == 1
    record(store, acme, ballot(ana))
    assert _view(store, acme, "V-1", ana).answered == 2


def test_who_left_owes_nothing_and_keeps_a_ballot_cast(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, opened(vote(), [ana, ben]), ballot(ana))
    record(store, acme, MemberLeft(member_id=ana), MemberLeft(member_id=ben))
    with store.read() as tx:
        assert tx.rounds.unanswered(acme, "V-1") == []
        assert tx.rounds.electorate(acme, "V-1") == [ana, ben]
        assert [one.member_id for one in tx.rounds.standings(acme, "V-1")] == [ana]


def test_who_left_without_an_answer_is_none_of_those_it_counts(store: Store, acme: int) -> None:
    ana, ben, cleo = people(store, acme)
    record(store, acme, opened(vote(electorate_size=3), [ana, ben, cleo]), ballot(ana))
    assert _view(store, acme, "V-1", ana).asked == 3
    record(store, acme, MemberLeft(member_id=ana), MemberLeft(member_id=ben), at=NOW + MINUTE)
    assert [_view(store, acme, "V-1", one).asked for one in (ana, cleo)] == [2, 2], "a ballot cast is kept"
    record(store, acme, MemberReturned(member_id=ben, by=cleo), at=NOW + 2 * MINUTE)
    assert _view(store, acme, "V-1", cleo).asked == 3


def test_an_answer_whose_option_is_gone_is_owed_again_and_stands_again_with_it(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    before = vote(electorate_size=2)
    record(store, acme, opened(before, [ana, ben]), ballot(ana, "Yes"), ballot(ben, "No"))
    question = Question(text="Really?", method=Method.SINGLE, options=("Yes", "Perhaps"))
    record(store, acme, Corrected(mark="V-1", by=ana, question=question, title="Really?"))
    assert _round(store, acme).title == "Really?"
    with store.read() as tx:
        assert [one.member_id for one in tx.rounds.standings(acme, "V-1")] == [ana]
        assert (tx.rounds.unanswered(acme, "V-1"), tx.rounds.set_aside(acme, "V-1")) == ([ben], [ben])
        assert tx.rounds.answered(acme, "V-1") == 1
    view = _view(store, acme, "V-1", ben)
    assert (view.standing, view.set_aside and view.set_aside.answer) == (None, Ballot(choice=Pick("No")))
    record(store, acme, RoundRestored(mark="V-1", by=ana, round=before))
    with store.read() as tx:
        assert [one.member_id for one in tx.rounds.standings(acme, "V-1")] == [ana, ben]
        assert (tx.rounds.answered(acme, "V-1"), tx.rounds.set_aside(acme, "V-1")) == (2, [])


def test_an_answer_set_aside_is_replaced_and_withdrawn_without_being_counted_twice(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, opened(vote(), [ana, ben]), ballot(ana, "No"), ballot(ben, "No"))
    question = Question(text="Really?", method=Method.SINGLE, options=("Yes", "Perhaps"))
    record(store, acme, Corrected(mark="V-1", by=ana, question=question))
    record(store, acme, ballot(ana, "Yes"), Withdrawn(mark="V-1", member_id=ben))
    with store.read() as tx:
        assert (tx.rounds.answered(acme, "V-1"), tx.rounds.set_aside(acme, "V-1")) == (1, [])
    earlier = Standing(member_id=ana, answer=Ballot(choice=Pick("No")), at=NOW)
    record(store, acme, AnswerRestored(mark="V-1", member_id=ana, standing=earlier))
    with store.read() as tx:
        assert (tx.rounds.answered(acme, "V-1"), tx.rounds.set_aside(acme, "V-1")) == (0, [ana])


def test_a_round_is_extended_corrected_paused_and_resumed(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    record(store, acme, opened(vote(), [ana]), ballot(ana))
    record(store, acme, Extended(mark="V-1", by=ana, closes_at=NOW + 2 * DAY))
    assert _round(store, acme).closes_at == NOW + 2 * DAY
    record(store, acme, OptionAdded(mark="V-1", member_id=ana, label="Later"))
    record(store, acme, OptionAdded(mark="V-1", member_id=ana, label="Later"))
    assert _question(store, acme).options == ("Yes", "No", "Later")
    question = Question(text="Really?", method=Method.SINGLE, options=("A", "B"))
    record(store, acme, Corrected(mark="V-1", by=ana, question=question))
    assert _question(store, acme) == question
    record(store, acme, Paused(mark="V-1", member_id=ana, reason="wait"), at=NOW + MINUTE)
    record(store, acme, Paused(mark="V-1", member_id=ana, reason="and again"), at=NOW + 2 * MINUTE)
    assert (_round(store, acme).phase, _round(store, acme).paused_at) == (Phase.PAUSED, NOW + MINUTE)
    record(store, acme, Resumed(mark="V-1", by=ana, closes_at=NOW + 3 * DAY, text="amended"))
    resumed = _round(store, acme)
    assert (resumed.phase, resumed.paused_at, resumed.closes_at) == (Phase.OPEN, None, NOW + 3 * DAY)
    assert isinstance(resumed.form, VoteForm)
    assert (resumed.form.text, resumed.form.question) == ("amended", question)
    record(store, acme, Resumed(mark="V-1", by=ana, closes_at=NOW + 4 * DAY))  # amended while it ran
    assert _round(store, acme).closes_at == NOW + 4 * DAY


_AFTER_THE_END: list[Any] = [
    ballot(1),
    Withdrawn(mark="V-1", member_id=1),
    OptionAdded(mark="V-1", member_id=1, label="x"),
    Extended(mark="V-1", by=1, closes_at=NOW + 9 * DAY),
    Corrected(mark="V-1", by=1, question=Question(text="?", method=Method.YESNO, options=("Yes", "No"))),
    Paused(mark="V-1", member_id=1, reason=""),
    Resumed(mark="V-1", by=1, closes_at=NOW + 9 * DAY),
    Cancelled(mark="V-1", by=1, reason=""),
    CLOSED,
]


@pytest.mark.parametrize("end", [CLOSED, Cancelled(mark="V-1", by=1, reason="no use")], ids=["closed", "cancelled"])
@pytest.mark.parametrize("entry", _AFTER_THE_END, ids=[type(entry).__name__ for entry in _AFTER_THE_END])
def test_a_round_that_is_over_never_changes(store: Store, acme: int, end: Any, entry: Any) -> None:
    assert people(store, acme)[0] == 1
    record(store, acme, opened(vote(), [1]), ballot(1), end, at=NOW)
    before = _view(store, acme, "V-1", 1)
    with pytest.raises(Forbidden):
        record(store, acme, entry, at=NOW + MINUTE)
    assert _view(store, acme, "V-1", 1) == before
    assert before.round.closed_at == NOW


@pytest.mark.parametrize("entry", _AFTER_THE_END, ids=[type(entry).__name__ for entry in _AFTER_THE_END])
def test_nothing_happens_to_a_round_that_never_opened(store: Store, acme: int, entry: Any) -> None:
    with pytest.raises(Forbidden, match="no round V-1"):
        record(store, acme, entry)


def test_only_those_asked_answer(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, opened(vote(), [ana]))
    with pytest.raises(Forbidden, match=f"does not ask member {ben}"):
        record(store, acme, ballot(ben))


def test_a_closed_check_in_still_takes_late_answers(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    late = Answered(mark="C-1", member_id=ana, answer=CheckIn(done=("late",)), late=True)
    record(store, acme, opened(check_in(), [ana]), Closed(mark="C-1"))
    record(store, acme, late)
    view = _view(store, acme, "C-1", ana)
    assert view.standing is not None
    assert view.standing.late
    assert view.answered == 1


@pytest.mark.parametrize("entry", [opened(vote(), [1]), post(1)], ids=["round", "post"])
def test_a_mark_names_one_thing_for_ever(store: Store, acme: int, entry: Any) -> None:
    people(store, acme)
    record(store, acme, entry)
    with pytest.raises(Conflict):
        record(store, acme, entry)
    other = found(store, address="other@ws.example.org")
    record(store, other, entry)  # in its own workspace


@pytest.mark.parametrize("mark", ["", "P", "P-", "P-x", "7", "-7"])
def test_what_is_no_mark_is_not_recorded(store: Store, acme: int, mark: str) -> None:
    with pytest.raises(Forbidden, match="is no mark"):
        record(store, acme, post(1, mark=mark, thread=mark))


def test_fresh_numbers_follow_the_highest_in_use(store: Store, acme: int) -> None:
    people(store, acme)
    other = found(store, address="other@ws.example.org")
    record(store, acme, opened(vote(7), [1]), post(3), post(2), opened(check_in(1), [1]))
    record(store, acme, Closed(mark="V-7", outcome=Outcome(result=Result.PASSED), outcome_mark="O-4"))
    with store.read() as tx:
        fresh = tx.ledger.fresh(acme)
        assert [fresh.mark(letter) for letter in "VPCOT"] == ["V-8", "P-4", "C-2", "O-5", "T-1"]
        assert tx.ledger.fresh(other).mark("V") == "V-1"


# --- what a member sees ----------------------------------------------------------------------------------------------


def test_a_prompt_knows_the_plan_of_last_time(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(
        store,
        acme,
        opened(check_in(1), [ana, ben]),
        said(ana, "C-1", next=("call bank",)),
        Closed(mark="C-1"),
        opened(check_in(2), [ana, ben]),
        Answered(mark="C-2", member_id=ana, answer=Skip()),
        opened(check_in(3, routine="weekly"), [ana, ben]),
        said(ana, "C-3", next=("another routine",)),
        opened(check_in(4), [ana, ben]),
        said(ana, "C-4", next=("what comes after",)),
    )
    assert _view(store, acme, "C-2", ana).plan == ("call bank",)
    assert _view(store, acme, "C-4", ana).plan == ("call bank",)  # a skip is no plan, nor is an answer to itself
    assert _view(store, acme, "C-1", ana).plan == ()
    assert _view(store, acme, "C-4", ben).plan == ()
    with store.read() as tx:
        assert tx.rounds.last_checkin(acme, "daily", ana, "C-4") == CheckIn(next=("call bank",))
        assert tx.rounds.last_checkin(acme, "daily", ben, "C-4") is None
        assert tx.rounds.last_checkin(acme, "daily", ana, "C-9") is None


def test_a_late_answer_knows_whether_a_later_round_runs(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    record(store, acme, opened(check_in(1), [ana]), Closed(mark="C-1"))
    assert _view(store, acme, "C-1", ana).is_latest
    record(store, acme, opened(check_in(2, routine="weekly"), [ana]), opened(vote(), [ana]))
    assert _view(store, acme, "C-1", ana).is_latest
    record(store, acme, opened(check_in(3), [ana]))
    assert not _view(store, acme, "C-1", ana).is_latest
    assert _view(store, acme, "C-3", ana).is_latest
    assert _view(store, acme, "V-1", ana).is_latest
    record(store, acme, Closed(mark="C-3"))
    assert _view(store, acme, "C-1", ana).is_latest


def test_blockers_are_followed_until_closed(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, opened(check_in(1), [ana, ben]), BlockerRaised(mark="C-1", member_id=ana, text="no key"))
    record(store, acme, BlockerRaised(mark="C-1", member_id=ana, text="no key"), at=NOW + DAY)  # said again
    record(store, acme, BlockerRaised(mark="C-1", member_id=ben, text="no key"), at=NOW + DAY)
    record(store, acme, BlockerRaised(mark="C-1", member_id=ana, text="no desk"), at=NOW + DAY)
    assert _view(store, acme, "C-1", ana).open_blockers == ("no key", "no desk")
    record(store, acme, BlockerClosed(member_id=ana, text="no key"), BlockerClosed(member_id=ana, text="unknown"))
    assert _view(store, acme, "C-1", ana).open_blockers == ("no desk",)
    with store.read() as tx:
        assert [(one.name, one.text, one.since) for one in tx.rounds.blockers(acme)] == [
            ("Member2", "no key", NOW + DAY),
            ("Member1", "no desk", NOW + DAY),
        ]
    record(store, acme, BlockerRaised(mark="C-1", member_id=ana, text="no key"), at=NOW + 2 * DAY)
    assert _view(store, acme, "C-1", ana).open_blockers == ("no desk", "no key")


def test_views_are_those_of_marks_that_are_rounds(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, opened(vote(1), [ana]), opened(vote(2), [ben]), opened(check_in(1), [ana, ben]), post(1))
    record(store, acme, Paused(mark="V-2", member_id=ben, reason=""), Closed(mark="C-1"))
    with store.read() as tx:
        views = tx.rounds.views(acme, ["V-2", "P-1", "C-1", "V-9", "V-2"], ana)
        assert list(views) == ["V-2", "C-1"]
        assert [view.in_electorate for view in views.values()] == [False, True]
        assert tx.rounds.views(acme, [], ana) == {}
        assert [view.round.mark for view, _ in tx.rounds.open_views(acme, ana)] == ["V-1"]
        assert [view.round.mark for view, _ in tx.rounds.open_views(acme, ben)] == ["V-2"]
        assert [one.mark for one in tx.rounds.rounds(acme)] == ["C-1", "V-2", "V-1"]
        assert [one.mark for one in tx.rounds.rounds(acme, phase=Phase.CLOSED)] == ["C-1"]
        assert [one.mark for one in tx.rounds.rounds(acme, limit=1)] == ["C-1"]


def test_the_decision_log_holds_every_outcome(store: Store, acme: int) -> None:
    people(store, acme)
    record(store, acme, opened(vote(1), [1]), opened(check_in(1), [1]), opened(vote(2), [1]))
    record(store, acme, Closed(mark="C-1"), CLOSED, Cancelled(mark="V-2", by=1, reason=""))
    with store.read() as tx:
        ((round_, closed),) = tx.rounds.outcomes(acme)
    assert (round_.mark, round_.phase, closed) == ("V-1", Phase.CLOSED, CLOSED)


# --- threads ---------------------------------------------------------------------------------------------------------


def test_a_post_starts_a_thread_or_continues_one(store: Store, acme: int) -> None:
    record(store, acme, post(1, channel="design"))
    record(store, acme, post(2), at=NOW + MINUTE)
    record(store, acme, *(post(number, "P-1") for number in range(3, 8)), at=NOW + DAY)
    with store.read() as tx:
        thread = tx.rounds.thread(acme, "P-1")
        assert thread is not None
        assert (thread.subject, thread.channel, thread.root_message_id) == ("Lunch", "design", "P-1@mail.example.org")
        assert thread.last_message_ids == tuple(f"P-{n}@mail.example.org" for n in (5, 6, 7))
        assert [one.mark for one in tx.rounds.posts(acme, "P-1")] == ["P-1", "P-3", "P-4", "P-5", "P-6", "P-7"]
        assert [one.mark for one in tx.rounds.threads(acme)] == ["P-1", "P-2"]
        assert [one.mark for one in tx.rounds.threads(acme, limit=1)] == ["P-1"]
        view = tx.rounds.posts(acme, "P-1")[1]
        assert (view.thread, view.text, view.at) == ("P-1", "Words of P-3", NOW + DAY)
        assert tx.rounds.thread(acme, "P-99") is tx.rounds.thread(acme, "") is None


def test_a_mark_of_a_post_or_round_leads_to_its_thread(store: Store, acme: int) -> None:
    people(store, acme)
    record(store, acme, post(1), post(2, "P-1"), opened(vote(1, thread="P-1"), [1]), opened(vote(2), [1]))
    with store.read() as tx:
        threads = [tx.rounds.thread(acme, mark) for mark in ("P-1", "P-2", "V-1", "V-2")]
    assert [thread.mark for thread in threads if thread] == ["P-1", "P-1", "P-1", "V-2"]


def test_message_ids_lead_to_their_thread_and_the_newest_reference_wins(store: Store, acme: int) -> None:
    people(store, acme)
    record(store, acme, post(1, message_id="a@x"), post(2, message_id="b@x"), opened(vote(message_id="v@x"), [1]))
    record(store, acme, post(3, message_id="a@x"))  # somebody repeats an id: the thread keeps it
    other = found(store, address="other@ws.example.org")
    with store.read() as tx:
        assert tx.rounds.thread_of(acme, ["a@x"]) == "P-1"
        assert tx.rounds.thread_of(acme, ["a@x", "b@x", "unknown@x"]) == "P-2"
        assert tx.rounds.thread_of(acme, ["b@x", "a@x"]) == "P-1"
        assert tx.rounds.thread_of(acme, ["v@x"]) == "V-1"
        assert tx.rounds.thread_of(acme, []) is tx.rounds.thread_of(acme, ["unknown@x"]) is None
        assert tx.rounds.thread_of(other, ["a@x"]) is None
        assert tx.rounds.thread_of(acme, ["a@x", *(f"{n}@x" for n in range(50_000)), "b@x"]) == "P-2"


def test_a_post_in_a_thread_nobody_knows_starts_it(store: Store, acme: int) -> None:
    record(store, acme, post(5, "P-4"))
    with store.read() as tx:
        thread = tx.rounds.thread(acme, "P-4")
    assert thread is not None
    assert thread.last_message_ids == ("P-5@mail.example.org",)


def test_an_imported_old_post_does_not_make_a_thread_the_newest(store: Store, acme: int) -> None:
    record(store, acme, post(1), at=NOW - DAY)
    record(store, acme, post(2))
    record(store, acme, post(3, "P-2", imported=True), at=NOW - 9 * DAY)
    with store.read() as tx:
        assert [thread.mark for thread in tx.rounds.threads(acme)] == ["P-2", "P-1"]


def test_text_no_database_keeps_is_mended_and_not_refused(store: Store, acme: int) -> None:
    record(store, acme, post(1, subject="\x00\ud800", text="a\udc80b\x00c", message_id="\x00@x", author_name="\ud800"))
    with store.read() as tx:
        (view,) = tx.rounds.posts(acme, "P-1")
        (recorded,) = tx.ledger.entries(acme)
    assert view.text in ("a\ufffdb\x00c", "a\ufffdb\ufffdc")
    assert isinstance(recorded.entry, Posted)


# --- news ------------------------------------------------------------------------------------------------------------


def test_news_are_what_came_after_the_last_digest_and_never_the_same_twice(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    times = [NOW + number * DAY for number in range(4)]
    for number, at in enumerate(times, start=1):
        entries: list[Any] = [
            post(number),
            opened(vote(number), [ana]),
            opened(check_in(number), [ana]),
            Closed(mark=f"V-{number}", outcome=Outcome(result=Result.PASSED), outcome_mark=f"O-{number}"),
            said(ana, f"C-{number}", done=(f"{number}",)),
        ]
        record(store, acme, *entries, at=at)
    record(store, acme, opened(vote(9), [ana, ben]), ballot(ana, mark="V-9"), at=times[1])
    with store.read() as tx:
        first = tx.rounds.news(acme, times[0], times[1], ben)
        second = tx.rounds.news(acme, times[1], times[3], ben)
    assert [one.mark for one in first.posts] == ["P-2"]
    assert [one.mark for one in second.posts] == ["P-3", "P-4"]
    assert [round_.mark for round_, _ in second.closed] == ["V-3", "V-4"]
    assert all(b'"closed"' in entry for _, entry in second.closed)
    assert [(round_.mark, len(given)) for round_, given in second.checkins] == [("C-3", 1), ("C-4", 1)]
    assert [round_.mark for round_, _ in first.checkins] == ["C-2"]  # a ballot is no news
    running = {view.round.mark: (view.in_electorate, answered) for view, answered in second.open_rounds}
    assert running["V-9"] == (True, 1)
    assert running["C-1"] == (False, 1)


def test_imported_posts_are_no_news(store: Store, acme: int) -> None:
    record(store, acme, post(1, imported=True), post(2))
    with store.read() as tx:
        assert [one.mark for one in tx.rounds.news(acme, NOW - DAY, NOW, 0).posts] == ["P-2"]


# --- the ledger ------------------------------------------------------------------------------------------------------


def test_entries_come_back_as_they_were_written_in_order(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    people(store, acme)
    record(store, other, post(1))
    written: list[Any] = [
        post(1),
        opened(vote(), [1, 2]),
        ballot(1),
        Reacted(mark="P-1", member_id=1, emoji="👍"),
        HeldForSteward(arrival_id=4, reason="stranger"),
    ]
    with store.begin() as tx:
        ids = tx.ledger.append(acme, written, at=NOW, charter_version=3, arrival_id=9)
    with store.read() as tx:
        recorded = list(tx.ledger.entries(acme, since_id=ids[0] - 1))
        of_the_vote = [one.entry for one in tx.ledger.entries(acme, mark="V-1")]
        assert [one.id for one in tx.ledger.entries(acme, since_id=ids[0], limit=2)] == ids[1:3]
        assert list(tx.ledger.entries(acme, limit=0)) == []
    assert [one.entry for one in recorded] == written
    assert [one.id for one in recorded] == ids
    assert {(one.at, one.arrival_id, one.charter_version) for one in recorded} == {(NOW, 9, 3)}
    assert of_the_vote == [opened(vote(), [1, 2]), ballot(1)]


def test_a_long_ledger_is_read_in_pieces_to_its_end(store: Store, acme: int) -> None:
    record(store, acme, *(Reacted(mark="P-1", member_id=1, emoji=str(number)) for number in range(1_203)))
    with store.read() as tx:
        numbers = [one.entry.emoji for one in tx.ledger.entries(acme) if isinstance(one.entry, Reacted)]
        assert numbers == [str(number) for number in range(1_203)]
        assert len(list(tx.ledger.entries(acme, limit=1_001))) == 1_001
        assert len(list(tx.ledger.entries(acme, mark="P-1"))) == 1_203
        assert list(tx.ledger.entries(acme, mark="P-2")) == []
