"""Votes as they open: by mail, by a subject tag, by wish; for whom, by which method, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.decide.rituals import vote
from gateway.model.address import Door
from gateway.model.ballot import Method
from gateway.model.context import Due, DueKind
from gateway.model.decision import Decision, Group, Why
from gateway.model.entry import RoundOpened
from gateway.model.facts import BallotFacts, ReceiptFacts
from gateway.model.reading import CommandReading, Intent, StatedRules
from gateway.model.round import VoteForm
from tests.builders import (
    ANA,
    BEN,
    NOW,
    TEAM,
    context,
    door,
    facts_of,
    member,
    message,
    of_kind,
    piece,
    say,
    thread,
    tick,
    vote_round,
    workspace,
)
from tests.unit.test_vote import reason_of_no


def wish(**facts: Any) -> CommandReading:
    return CommandReading(Intent.NEW_VOTE, **facts)


def opened(decision: Decision) -> RoundOpened:
    (entry,) = of_kind(decision, RoundOpened)
    assert isinstance(entry, RoundOpened)
    return entry


def form_of(decision: Decision) -> VoteForm:
    form = opened(decision).round.form
    assert isinstance(form, VoteForm)
    return form


def test_mail_to_the_vote_address_opens_a_vote_for_everyone() -> None:
    mail = message(subject="Move the office?")
    decision = say(context(BEN, destination=door(Door.VOTE)), piece(wish(question="Move the office?")), mail=mail)
    entry = opened(decision)
    assert (entry.round.mark, entry.round.title, entry.electorate) == ("V-8", "Move the office?", (1, 2, 3))
    assert (entry.round.thread, entry.round.opened_by, entry.round.message_id) == ("V-8", 2, "mail-1@example.org")
    assert form_of(decision).question.method is Method.YESNO
    (ballots,) = decision.broadcasts
    assert (ballots.group, ballots.leave_out, ballots.mark) == (Group.ELECTORATE, frozenset(), "V-8")
    assert isinstance(ballots.facts, BallotFacts)
    assert [act.name for act in facts_of(decision, ReceiptFacts)[0].acts] == ["vote-opened"]


def test_the_receipt_of_an_opened_vote_names_the_rules_taken() -> None:
    rules = StatedRules(secret=True, quorum_people=5, threshold=0.6)
    mail, asked = message(subject="Move?"), wish(question="Move?", rules=rules)
    (act,) = facts_of(say(context(BEN), piece(asked), mail=mail), ReceiptFacts)[0].acts
    assert (act.stated, act.method) == (StatedRules(secret=True, quorum_people=3, threshold=0.6), Method.YESNO)
    (act,) = facts_of(say(context(BEN), piece(wish(question="Move?")), mail=mail), ReceiptFacts)[0].acts
    assert act.stated is None


def test_a_vote_is_open_for_the_working_days_of_the_charter() -> None:
    decision = say(context(BEN, destination=door(Door.VOTE)), piece(wish(question="Move?")))
    assert opened(decision).round.closes_at == datetime(2026, 6, 8, 10, tzinfo=UTC)  # Thursday, Friday, Monday
    assert [due.key for due in decision.due if due.kind is DueKind.CLOSE] == ["close:V-8"]
    assert any(due.kind is DueKind.REMIND for due in decision.due)


def test_a_named_day_ends_with_its_working_hours() -> None:
    parisian = member(2, "Ben", timezone="Europe/Paris")
    asked = wish(question="Move?", deadline=datetime(2026, 6, 5, 12, tzinfo=UTC))
    decision = say(context(parisian, destination=door(Door.VOTE)), piece(asked))
    assert opened(decision).round.closes_at == datetime(2026, 6, 5, 16, tzinfo=UTC)


def test_a_deadline_that_has_passed_is_declined() -> None:
    asked = wish(question="Move?", deadline=NOW - timedelta(hours=1), deadline_has_time=True)
    decision = say(context(BEN, destination=door(Door.VOTE)), piece(asked))
    assert (decision.entries, reason_of_no(decision)) == ((), "deadline-past")


@pytest.mark.parametrize(
    ("subject", "text", "asked", "method"),
    [
        ("Office", "Where to?", {"options": ("Lisbon", "Porto")}, Method.SINGLE),
        ("Office", "Where to?", {"options": ("Lisbon", "Porto"), "method": "ranked"}, Method.RANKED),
        ("[VOTE] Release 1.2", "Please vote +1, 0 or -1.", {}, Method.PLUSONE),
        ("[VOTE] Release 1.2", "Shall it go out?", {}, Method.YESNO),
        ("[LAZY CONSENSUS] Drop Python 3.9", "Silence is fine.", {}, Method.LAZY),
        ("Office", "Shall we?", {"method": "consent"}, Method.CONSENT),
    ],
)
def test_the_method_follows_from_the_words_and_the_options(
    subject: str, text: str, asked: dict[str, Any], method: Method
) -> None:
    mail = message(subject=subject)
    decision = say(context(BEN, destination=door(Door.VOTE)), piece(wish(question="Q?", **asked), text), mail=mail)
    assert form_of(decision).question.method is method


def test_a_subject_tag_opens_a_vote_at_the_workspace_itself() -> None:
    decision = say(context(BEN), piece(None, "Please vote +1."), mail=message(subject="[VOTE] Release 1.2"))
    assert (opened(decision).round.title, form_of(decision).text) == ("Release 1.2", "Please vote +1.")


def test_an_answer_under_a_subject_tag_opens_nothing() -> None:
    mail = message(subject="Re: [VOTE] Release 1.2")
    decision = say(context(BEN, thread=thread()), piece(None, "I am not sure."), mail=mail)
    assert decision.why is Why.POSTED


def test_a_wish_within_a_thread_opens_the_vote_in_that_thread() -> None:
    decision = say(context(BEN, thread=thread("P-4")), piece(wish(question="Pizza?")))
    assert opened(decision).round.thread == "P-4"


def test_a_vote_between_options_needs_two() -> None:
    asked = wish(question="Where?", options=("Lisbon",), method="single")
    decision = say(context(BEN, destination=door(Door.VOTE)), piece(asked))
    assert reason_of_no(decision) == "needs-options"


def test_options_that_say_the_same_are_one() -> None:
    asked = wish(question="Where?", options=("Lisbon", "lisbon ", "Porto"))
    decision = say(context(BEN, destination=door(Door.VOTE)), piece(asked))
    assert len(form_of(decision).question.options) == 2


def test_only_whom_the_charter_lets_open_votes_may() -> None:
    rules = {"roles": {"lead": {"may": ["open_vote"]}}}
    told = context(BEN, destination=door(Door.VOTE), rules=rules)
    assert reason_of_no(say(told, piece(wish(question="Move?")))) == "not-allowed"
    assert opened(say(context(ANA, destination=door(Door.VOTE), rules=rules), piece(wish(question="Move?"))))


def test_observers_the_suspended_and_those_who_left_are_not_asked() -> None:
    people = (
        *TEAM,
        member(4, "Dan", roles=("guest",)),
        member(5, "Eve", suspended=True),
        member(6, "Flo", left_at=NOW),
    )
    rules = {"roles": {"guest": {"may": ["observe"]}}}
    decision = say(
        context(BEN, destination=door(Door.VOTE), members=people, rules=rules), piece(wish(question="Move?"))
    )
    assert (opened(decision).electorate, opened(decision).round.observers) == ((1, 2, 3), (4,))


def test_a_vote_in_a_channel_is_for_its_watchers() -> None:
    rules = {"channels": {"design": {"watchers": ["cleo@example.org", "ben@example.org"]}}}
    decision = say(
        context(BEN, destination=door(Door.VOTE, channel="design"), rules=rules), piece(wish(question="Blue?"))
    )
    assert opened(decision).electorate == (2, 3)


LUNCH: dict[str, object] = {"ritual": "vote", "rule": "FREQ=WEEKLY;BYDAY=WE", "question": "Lunch together?"}


def test_a_routine_opens_its_vote() -> None:
    routine = {
        "ritual": "vote",
        "rule": "FREQ=WEEKLY;BYDAY=WE",
        "question": "Lunch where?",
        "options": ["Here", "There"],
        "open_for": "4 hours",
    }
    decision = by_routine(routine)
    assert opened(decision).round.closes_at == NOW + timedelta(hours=4)
    assert form_of(decision).question.method is Method.SINGLE


def by_routine(routine: Mapping[str, object], **rules: object) -> Decision:
    told = tick(vote_round(), now=NOW, workspace=workspace(routines={"lunch": routine}, **rules))
    return vote.open_round(Due(key="routine:lunch", kind=DueKind.ROUTINE, at=NOW, routine="lunch"), told)


def test_a_routines_rules_say_how_long_its_vote_is_open_and_when_it_reminds() -> None:
    rules = {"method": "approval", "open_for": "2 days", "reminders": ["3 hours"]}
    round_ = opened(by_routine(LUNCH | {"options": ["Here", "There"], "rules": rules})).round
    assert (round_.closes_at, round_.reminders) == (NOW + timedelta(days=2), ("3 hours",))


def test_what_a_routines_rules_leave_out_is_as_in_all_votes() -> None:
    votes = {"secret": True, "quorum": 0.5, "open_for": "9 days"}
    routine = LUNCH | {"rules": {"method": "consent", "quorum": 0.0}, "open_for": "4 hours"}
    decision = by_routine(routine, votes=votes)
    form = form_of(decision)
    assert (form.secret, form.quorum, form.question.method) == (True, 0.0, Method.CONSENT)
    assert opened(decision).round.closes_at == NOW + timedelta(hours=4)


def test_a_routine_without_options_asks_yes_or_no_whatever_all_votes_do() -> None:
    assert form_of(by_routine(LUNCH, votes={"method": "ranked"})).question.method is Method.YESNO
