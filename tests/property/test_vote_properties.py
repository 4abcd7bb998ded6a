"""What votes promise whatever is said in them: mails in any order, decided one by one, folded as the ledger folds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.decide.fold import RoundState, fold
from gateway.decide.on_message import decide
from gateway.model.ballot import Method, Pick, PlusOne
from gateway.model.context import Trust
from gateway.model.decision import Decision
from gateway.model.entry import Answered, Entry, RoundOpened
from gateway.model.facts import ReceiptFacts
from gateway.model.member import Member
from gateway.model.reading import BallotKind, BallotReading
from gateway.model.round import Ballot, Phase
from gateway.model.understood import Governing, GoverningAct, Reading, Settle
from tests.builders import CLOSE, NOW, TEAM, ballot, context, message, piece, recorded, understood, view, vote_round

METHODS = {
    Method.YESNO: ("Yes", "No"),
    Method.CONSENT: ("Agree", "Abstain", "Disagree", "Block"),
    Method.LAZY: ("Agree", "Abstain", "Disagree", "Block"),
    Method.SINGLE: ("A", "B", "C"),
}


@st.composite
def readings(draw: st.DrawFn, method: Method) -> Reading:
    reading: Reading = draw(
        st.one_of(
            st.builds(ballot, st.sampled_from([Pick(x) for x in METHODS[method]]), st.sampled_from([None, "because"])),
            st.just(ballot(None)),
            st.just(ballot(PlusOne(1.0))),
            st.just(BallotReading(BallotKind.WITHDRAW)),
            st.just(BallotReading(BallotKind.UNCLEAR, missing="irony")),
            st.builds(Settle, st.integers(0, 5)),
            st.builds(
                Governing, st.sampled_from(list(GoverningAct)), text=st.sampled_from(["", "D", "Well?\n- A\n- D"])
            ),
        )
    )
    return reading


@st.composite
def stories(draw: st.DrawFn) -> tuple[Method, bool, list[tuple[Member, Reading, int]]]:
    method = draw(st.sampled_from(list(METHODS)))
    mails = st.tuples(st.sampled_from(TEAM), readings(method), st.integers(-5, 1))
    return method, draw(st.booleans()), draw(st.lists(mails, max_size=8))


def tell(
    method: Method, secret: bool, mails: list[tuple[Member, Reading, int]]
) -> tuple[RoundState, list[tuple[Member, Reading, RoundState, Decision]]]:
    """Tell a story: each mail is decided in the light of the entries before it."""
    opened = vote_round(method, *METHODS[method], secret=secret, add_options=True, reminders=())
    entries: list[Entry] = [RoundOpened(round=opened, electorate=tuple(each.id for each in TEAM))]
    said = []
    for number, (author, reading, hours) in enumerate(mails):
        state = fold(recorded(entries, at=NOW - timedelta(days=1)))["V-7"]
        seen = replace(view(state.round), standing=state.standings.get(author.id))
        at = CLOSE + timedelta(hours=hours)
        told = context(author, seen, received_at=at, now=at, arrival_id=number)
        mail = message(author, message_id=f"mail-{number}@example.org")
        decision = decide(told, understood(piece(reading, "as I said", "V-7"), mail=mail))
        said.append((author, reading, state, decision))
        entries += decision.entries
    return fold(recorded(entries, at=NOW - timedelta(days=1)))["V-7"], said


@settings(max_examples=200)
@given(stories())
def test_a_mail_gets_one_receipt_at_most_and_only_its_author_gets_it(
    story: tuple[Method, bool, list[tuple[Member, Reading, int]]],
) -> None:
    _, said = tell(*story)
    for author, _, _, decision in said:
        assert len([notice for notice in decision.notices if isinstance(notice.facts, ReceiptFacts)]) <= 1
        assert {notice.member_id for notice in decision.notices} <= {author.id}


@settings(max_examples=200)
@given(stories())
def test_nobody_is_counted_for_what_they_did_not_clearly_say(
    story: tuple[Method, bool, list[tuple[Member, Reading, int]]],
) -> None:
    _, said = tell(*story)
    for author, reading, state, decision in said:
        for entry in decision.entries:
            if isinstance(entry, Answered):
                assert entry.member_id == author.id
                assert isinstance(reading, BallotReading)
                assert reading.kind is BallotKind.BALLOT
                assert state.phase in (Phase.OPEN, Phase.PAUSED)
                assert isinstance(entry.answer, Ballot)
                if entry.answer.choice == Pick("Block") and state.round.form.question.method is Method.CONSENT:  # type: ignore[union-attr]
                    assert entry.answer.comment


@settings(max_examples=200)
@given(stories())
def test_a_secret_vote_tells_others_nothing_of_who_chose_what(
    story: tuple[Method, bool, list[tuple[Member, Reading, int]]],
) -> None:
    method, _, mails = story
    ballots = [mail for mail in mails if isinstance(mail[1], (BallotReading, Settle))]
    _, said = tell(method, True, ballots)
    for author, _, _, decision in said:
        for broadcast in decision.broadcasts:
            told = msgspec.json.encode(broadcast.facts).decode()
            assert author.name not in told
            assert author.address not in told


@settings(max_examples=200)
@given(stories(), st.sampled_from([Trust.FAILED, Trust.CLAIMED]))
def test_an_unproven_author_changes_no_round(
    story: tuple[Method, bool, list[tuple[Member, Reading, int]]], trust: Trust
) -> None:
    method, secret, mails = story
    opened = vote_round(method, *METHODS[method], secret=secret)
    for author, reading, _ in mails:
        told = context(author, view(opened), trust=trust)
        decision = decide(told, understood(piece(reading, "as I said", "V-7"), mail=message(author)))
        if not (isinstance(reading, Governing) and reading.act is GoverningAct.ADD_OPTION):
            assert not [entry for entry in decision.entries if getattr(entry, "mark", "") == "V-7"]
