"""The outbox: each notice once, leased while it is tried, frozen before it goes, sent for good."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from gateway.model.ballot import Pick
from gateway.model.facts import AskBackFacts, DigestFacts, Facts, Guess, HelpFacts, Item, PostFacts, ReceiptFacts
from gateway.model.notice import Answering, Attempt, Notice, NoticeState, StoredNotice
from gateway.model.token import Claim, KeyRing
from store.database import Forbidden, Store
from store.outbox import NOTICE_TRANSITIONS, Outbox, Report
from tests.store.samples import DAY, EXPIRES, MINUTE, NOW, found, lost, notice

LEASE = 10 * MINUTE
POST = PostFacts(
    mark="P-1", thread="P-1", author_name="Ana", author_address="ana@example.org", subject="Lunch", text="Now?",
)  # fmt: skip


def _added(store: Store, workspace_id: int, *notices: Notice) -> list[int]:
    with store.begin() as tx:
        return tx.outbox.add(workspace_id, notices, expires_on=EXPIRES)


def _claimed(store: Store, limit: int = 100, after: timedelta = timedelta()) -> list[StoredNotice]:
    with store.begin() as tx:
        return tx.outbox.claim(NOW + after, limit, LEASE)


def _got(store: Store, notice_id: int) -> StoredNotice:
    with store.read() as tx:
        stored = tx.outbox.get(notice_id)
    assert stored is not None
    return stored


def _tried(notice_id: int, code: int = 250, after: timedelta = timedelta()) -> Attempt:
    return Attempt(notice_id=notice_id, at=NOW + after, code=code, text="so it was", took=0.25)


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_notice_comes_back_as_it_was_written(store: Store, acme: int) -> None:
    whole = notice(
        4, facts=POST, thread="P-1", mark="P-2", items=(Item(mark="V-7", text="Where?"),), answering=Answering.REPLIED,
        in_reply_to="a@b", references=("c@d", "e@f"), owed=True, subject_hint="Re: Lunch", timezone="Europe/Paris",
    )  # fmt: skip
    (notice_id,) = _added(store, acme, whole)
    stored = _got(store, notice_id)
    assert stored.notice == whole
    assert (stored.state, stored.frozen, stored.attempts, stored.workspace_id) == (NoticeState.QUEUED, None, 0, acme)


def test_each_notice_has_a_token_of_its_own_that_names_it(store: Store, acme: int, keys: KeyRing) -> None:
    ids = _added(store, acme, *(notice(number) for number in range(1, 4)))
    tokens = [_got(store, notice_id).token for notice_id in ids]
    assert [keys.verify(token, "acme") for token in tokens] == [
        Claim(notice_id, member_id, EXPIRES) for member_id, notice_id in enumerate(ids, start=1)
    ]
    assert keys.verify(tokens[0], "other") is None


def test_a_notice_whose_key_is_known_is_not_written_again(store: Store, acme: int) -> None:
    first = _added(store, acme, notice(1), notice(2), notice(1, name="the same key"))
    assert len(first) == 2
    again = _added(store, acme, notice(2, name="again"), notice(3))
    assert len(again) == 1
    assert _added(store, acme, notice(1), notice(2), notice(3)) == []
    assert _added(store, acme) == []
    with store.read() as tx:
        assert [stored.notice.name for stored in tx.outbox.list(limit=9)] == ["Member 3", "Member 2", "Member 1"]


def test_keys_are_a_workspaces_own(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    assert _added(store, acme, notice(1))
    assert _added(store, other, notice(1))


def test_a_thousand_copies_are_written_at_once_and_share_what_they_say(store: Store, acme: int) -> None:
    ids = _added(store, acme, *(notice(number, facts=POST) for number in range(1, 1_001)))
    assert len(set(ids)) == 1_000
    claimed = _claimed(store, limit=2_000)
    assert [stored.id for stored in claimed] == ids
    assert {stored.notice.facts for stored in claimed} == {POST}
    assert len({id(stored.notice.facts) for stored in claimed}) == 1
    assert len({stored.token for stored in claimed}) == 1_000


def test_ids_are_never_given_out_twice(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    ids = [
        *_added(store, acme, notice(1), notice(2)),
        *_added(store, other, notice(1)),
        *_added(store, acme, notice(3)),
    ]
    assert len(set(ids)) == 4


# --- claiming --------------------------------------------------------------------------------------------------------


def test_what_is_due_is_claimed_in_order_and_once(store: Store, acme: int) -> None:
    late, early, later, future = _added(
        store, acme, notice(1), notice(2, due_at=NOW - DAY), notice(3), notice(4, due_at=NOW + MINUTE)
    )
    assert [stored.id for stored in _claimed(store, limit=2)] == [early, late]
    assert [stored.id for stored in _claimed(store)] == [later]
    assert _claimed(store) == []
    assert [stored.id for stored in _claimed(store, after=MINUTE)] == [future]
    assert _got(store, early).state is NoticeState.LEASED


def test_a_lease_that_ran_out_is_given_to_the_next(store: Store, acme: int) -> None:
    first, second = _added(store, acme, notice(1), notice(2, due_at=NOW - DAY))
    assert len(_claimed(store)) == 2
    assert _claimed(store, after=LEASE - MINUTE) == []
    again = _claimed(store, after=LEASE)
    assert [stored.id for stored in again] == [second, first]
    assert again[0].state is NoticeState.LEASED
    assert _claimed(store, after=2 * LEASE - MINUTE) == []
    assert len(_claimed(store, after=2 * LEASE)) == 2


def test_a_claim_that_is_rolled_back_leaves_the_notice_to_others(store: Store, acme: int) -> None:
    _added(store, acme, notice(1))
    with lost(store) as tx:
        assert tx.outbox.claim(NOW, 9, LEASE)
    assert len(_claimed(store)) == 1


def test_a_lease_given_back_is_claimed_at_once(store: Store, acme: int) -> None:
    ids = _added(store, acme, notice(1), notice(2))
    _claimed(store, limit=1)
    with store.begin() as tx:
        tx.outbox.release()
    assert [stored.id for stored in _claimed(store)] == ids


def test_of_what_was_claimed_some_may_be_given_back(store: Store, acme: int) -> None:
    first, second, third = _added(store, acme, notice(1), notice(2), notice(3))
    _claimed(store)
    with store.begin() as tx:
        tx.outbox.report(Attempt(notice_id=third, at=NOW, code=250), state=NoticeState.SENT)
        tx.outbox.give_back([second, third])  # what was sent meanwhile stays sent
    assert [stored.id for stored in _claimed(store)] == [second]
    assert _got(store, first).state is NoticeState.LEASED
    assert _got(store, third).state is NoticeState.SENT


def test_the_outbox_says_when_there_is_something_to_do(store: Store, acme: int) -> None:
    with store.read() as tx:
        assert tx.outbox.next_at() is None
        assert tx.outbox.depth(NOW) == (0, None)
    first, _ = _added(store, acme, notice(1, due_at=NOW - DAY), notice(2, due_at=NOW + DAY))
    with store.read() as tx:
        assert tx.outbox.next_at() == NOW - DAY
        assert tx.outbox.depth(NOW) == (1, NOW - DAY)
    _claimed(store)
    with store.read() as tx:
        assert tx.outbox.next_at() == NOW + LEASE
        assert tx.outbox.depth(NOW) == (1, NOW - DAY)
    with store.begin() as tx:
        tx.outbox.report(_tried(first), state=NoticeState.SENT)
    with store.read() as tx:
        assert tx.outbox.next_at() == NOW + DAY
        assert tx.outbox.depth(NOW) == (0, None)


# --- freezing and reporting ------------------------------------------------------------------------------------------


def test_bytes_are_frozen_once_and_for_good(store: Store, acme: int) -> None:
    first, second = _added(store, acme, notice(1), notice(2))
    with store.begin() as tx:
        tx.outbox.freeze([(first, b"as it goes out\r\n" * 200), (second, b"\x00\x01")])
        tx.outbox.freeze([(first, b"another rendering")])
        tx.outbox.freeze([])
    assert _got(store, first).frozen == b"as it goes out\r\n" * 200
    assert [stored.frozen for stored in _claimed(store)] == [b"as it goes out\r\n" * 200, b"\x00\x01"]


def test_a_sent_notice_is_never_claimed_again(store: Store, acme: int) -> None:
    (notice_id,) = _added(store, acme, notice(1))
    _claimed(store)
    with store.begin() as tx:
        tx.outbox.report(_tried(notice_id), state=NoticeState.SENT, reason="sent")
    assert _claimed(store, after=DAY) == []
    stored = _got(store, notice_id)
    assert (stored.state, stored.sent_at, stored.attempts, stored.reason) == (NoticeState.SENT, NOW, 1, "sent")


def test_a_deferred_notice_waits_for_its_next_time(store: Store, acme: int) -> None:
    (notice_id,) = _added(store, acme, notice(1))
    _claimed(store)
    with store.begin() as tx:
        deferred = _tried(notice_id, 451)
        tx.outbox.report(deferred, state=NoticeState.QUEUED, next_attempt_at=NOW + 5 * MINUTE, reason="deferred")
        assert tx.outbox.next_at() == NOW + 5 * MINUTE
    assert _claimed(store, after=4 * MINUTE) == []
    (again,) = _claimed(store, after=5 * MINUTE)
    assert (again.attempts, again.reason, again.detail) == (1, "deferred", "451 so it was")


def test_every_attempt_is_recorded(store: Store, acme: int) -> None:
    (notice_id,) = _added(store, acme, notice(1))
    tries = [_tried(notice_id, 451), _tried(notice_id, 0, MINUTE), _tried(notice_id, 250, 2 * MINUTE)]
    for attempt, state in zip(tries, (NoticeState.QUEUED, NoticeState.QUEUED, NoticeState.SENT), strict=True):
        with store.begin() as tx:
            tx.outbox.claim(attempt.at, 9, LEASE)
            tx.outbox.report(attempt, state=state, next_attempt_at=attempt.at)
    with store.read() as tx:
        assert tx.outbox.attempts(notice_id) == tries
        assert tx.outbox.tries([notice_id, 99]) == {notice_id: (3, NOW)}


def test_many_attempts_are_reported_at_once(store: Store, acme: int) -> None:
    ids = _added(store, acme, *(notice(number) for number in range(1, 60)))
    _claimed(store)
    states = itertools.cycle([NoticeState.SENT, NoticeState.FAILED, NoticeState.QUEUED])
    reports = [Report(_tried(one), state, NOW + DAY, "r") for one, state in zip(ids, states, strict=False)]
    with store.begin() as tx:
        tx.outbox.report_all(reports)
        tx.outbox.report_all([])
    assert [_got(store, report.attempt.notice_id).state for report in reports] == [report.state for report in reports]


def test_that_it_was_sent_is_true_whatever_became_of_the_row(store: Store, acme: int) -> None:
    first, second = _added(store, acme, notice(1), notice(2))
    _claimed(store)
    with store.begin() as tx:
        tx.outbox.suppress(first, "answered", NOW)
        tx.outbox.suppress(second, "answered", NOW)
    with store.begin() as tx:
        tx.outbox.report(_tried(first), state=NoticeState.SENT)
        tx.outbox.report(_tried(second, 451), state=NoticeState.QUEUED, next_attempt_at=NOW)
    assert _got(store, first).state is NoticeState.SENT
    assert _got(store, second).state is NoticeState.SUPPRESSED


def test_a_report_that_comes_twice_counts_once(store: Store, acme: int) -> None:
    (notice_id,) = _added(store, acme, notice(1))
    _claimed(store)
    for after in (timedelta(), MINUTE):
        with store.begin() as tx:
            tx.outbox.report(_tried(notice_id, after=after), state=NoticeState.SENT)
    assert (_got(store, notice_id).sent_at, _got(store, notice_id).attempts) == (NOW, 1)


@pytest.mark.parametrize("state", [NoticeState.LEASED, NoticeState.SUPPRESSED])
def test_an_attempt_ends_in_a_state_that_attempts_have(store: Store, acme: int, state: NoticeState) -> None:
    (notice_id,) = _added(store, acme, notice(1))
    with pytest.raises(Forbidden), store.begin() as tx:
        tx.outbox.report(_tried(notice_id), state=state)


def _brought_to(store: Store, notice_id: int, state: NoticeState) -> None:
    with store.begin() as tx:
        if state is not NoticeState.QUEUED:
            tx.outbox.claim(NOW, 9, LEASE)
        if state is NoticeState.SUPPRESSED:
            tx.outbox.suppress(notice_id, "answered", NOW)
        elif state in (NoticeState.SENT, NoticeState.FAILED):
            tx.outbox.report(_tried(notice_id), state=state)


@pytest.mark.parametrize("state", list(NoticeState))
def test_a_notice_takes_only_the_ways_that_are_listed(store: Store, acme: int, state: NoticeState) -> None:
    (notice_id,) = _added(store, acme, notice(1))
    _brought_to(store, notice_id, state)
    ways: dict[NoticeState, Callable[[Outbox], None]] = {
        NoticeState.SUPPRESSED: lambda box: box.suppress(notice_id, "left", NOW),
        NoticeState.QUEUED: lambda box: box.requeue(notice_id),
    }
    for after, go in ways.items():
        if after in NOTICE_TRANSITIONS[state]:
            with store.read() as tx:
                go(tx.outbox)
                moved = tx.outbox.get(notice_id)
            assert moved is not None
            assert moved.state is after
        else:
            with pytest.raises(Forbidden, match="cannot become"), store.begin() as tx:
                go(tx.outbox)


def test_a_failed_notice_that_is_put_back_goes_out_with_the_same_bytes(store: Store, acme: int) -> None:
    (notice_id,) = _added(store, acme, notice(1))
    _claimed(store)
    with store.begin() as tx:
        tx.outbox.freeze([(notice_id, b"bytes")])
        tx.outbox.report(_tried(notice_id, 550), state=NoticeState.FAILED, reason="rejected")
    with store.begin() as tx:
        tx.outbox.requeue(notice_id)
    (again,) = _claimed(store)
    assert (again.frozen, again.attempts, again.reason) == (b"bytes", 0, "")


def test_nobody_moves_a_notice_that_is_not_there(store: Store) -> None:
    with pytest.raises(Forbidden, match="no notice 7"), store.begin() as tx:
        tx.outbox.suppress(7, "left", NOW)
    with pytest.raises(Forbidden, match="no notice 7"), store.begin() as tx:
        tx.outbox.requeue(7)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_an_answer_finds_what_we_sent(store: Store, acme: int) -> None:
    asked = AskBackFacts(
        mark="V-1",
        title="t",
        words="yes or no",
        missing="",
        guesses=(Guess(choice=Pick("Yes")), Guess(choice=Pick("No"))),
    )
    receipt = ReceiptFacts(acts=())
    ids = _added(
        store,
        acme,
        notice(1, facts=asked, mark="V-1", thread="P-1", items=(Item(mark="V-1"),), language="fr"),
        notice(2, facts=receipt),
        notice(3, facts=POST),
    )
    with store.begin() as tx:
        tx.outbox.claim(NOW, 9, LEASE)
        tx.outbox.freeze([(ids[0], b"as sent")])
        tx.outbox.report(_tried(ids[0]), state=NoticeState.SENT)
        sent = [tx.outbox.sent(one) for one in ids]
        assert tx.outbox.sent(99) is None
    first, second, third = (one for one in sent if one)
    assert (first.notice_id, first.kind, first.member_id, first.mark, first.thread) == (
        ids[0],
        "ask-back",
        1,
        "V-1",
        "P-1",
    )
    assert (first.items, first.language, first.sent_at, first.frozen) == ((Item(mark="V-1"),), "fr", NOW, b"as sent")
    assert [msgspec.json.decode(guess, type=Pick) for guess in first.guesses] == [Pick("Yes"), Pick("No")]
    assert [msgspec.json.decode(one.facts, type=Facts) for one in (first, second)] == [asked, receipt]
    assert (third.facts, third.guesses, third.frozen) == (b"", (), None)


def test_each_members_own_copy_of_a_post_is_found_for_references(store: Store, acme: int) -> None:
    first, second, _, _ = _added(
        store,
        acme,
        notice(1, facts=POST, mark="P-1"),
        notice(2, facts=POST, mark="P-1"),
        notice(1, key="a receipt about it", facts=ReceiptFacts(acts=()), mark="P-1"),
        notice(1, key="sent once more", facts=POST, mark="P-1"),
    )
    (given_up,) = _added(store, acme, notice(3, facts=POST, mark="P-1"))
    with store.begin() as tx:
        tx.outbox.suppress(given_up, "left", NOW)
    with store.read() as tx:
        tokens = {1: _token(tx.outbox.get(first)), 2: _token(tx.outbox.get(second))}
        assert tx.outbox.copy_tokens(acme, "P-1") == tokens
        assert tx.outbox.copy_tokens(acme, "P-2") == {}


def _token(stored: StoredNotice | None) -> str:
    assert stored is not None
    return stored.token


def test_automatic_answers_to_an_address_are_counted(store: Store, acme: int) -> None:
    answers = [
        notice(number, address="x@example.org", answering=Answering.REPLIED, due_at=NOW - number * MINUTE)
        for number in range(1, 5)
    ]
    _added(store, acme, *answers, notice(8, address="x@example.org"), notice(9, answering=Answering.REPLIED))
    with store.read() as tx:
        assert tx.answered.count_replied_since(acme, "x@example.org", NOW - 3 * MINUTE, kind="help") == 3
        assert tx.answered.count_replied_since(acme, "x@example.org", NOW - DAY, kind="help") == 4
        assert tx.answered.count_replied_since(acme, "x@example.org", NOW - DAY, kind="receipt") == 0


def test_answers_to_mail_that_nothing_proved_are_counted_apart(store: Store, acme: int) -> None:
    answers = [
        notice(number, address="x@example.org", answering=Answering.REPLIED, unproven=number > 1)
        for number in range(1, 5)
    ]
    _added(store, acme, *answers)
    with store.read() as tx:
        counted = [
            tx.answered.count_answers_since(acme, "x@example.org", NOW - DAY, unproven=it) for it in (False, True)
        ]
        without_help = tx.answered.count_answers_since(acme, "x@example.org", NOW - DAY, unproven=True, but="help")
    assert (counted, without_help) == ([1, 3], 0)


def test_a_question_back_about_a_round_is_remembered(store: Store, acme: int) -> None:
    asked = AskBackFacts(mark="V-1", title="t", words="w", missing="", guesses=())
    _added(store, acme, notice(1, facts=asked, mark="V-1"), notice(2, facts=HelpFacts(), mark="V-1"))
    with store.read() as tx:
        assert [tx.asked_back.was(acme, "V-1", member) for member in (1, 2)] == [True, False]
        assert not tx.asked_back.was(acme, "V-2", 1)


def test_notices_are_listed_newest_first_by_what_one_asks_for(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    ids = _added(store, acme, notice(1), notice(2, facts=POST, mark="P-1"), notice(3))
    (elsewhere,) = _added(store, other, notice(1))
    with store.begin() as tx:
        tx.outbox.suppress(ids[2], "left", NOW)
        tx.outbox.freeze([(ids[0], b"bytes")])
    with store.read() as tx:

        def listed(**wanted: object) -> list[int]:
            return [stored.id for stored in tx.outbox.list(limit=None, **wanted)]  # type: ignore[arg-type]

        assert listed() == [elsewhere, *ids[::-1]]
        assert listed(workspace_id=acme) == ids[::-1]
        assert listed(state=NoticeState.SUPPRESSED) == [ids[2]]
        assert listed(member_id=1) == [elsewhere, ids[0]]
        assert listed(kind="post") == listed(mark="P-1") == [ids[1]]
        assert listed(before_id=ids[2]) == [ids[1], ids[0]]
        assert [stored.id for stored in tx.outbox.list(limit=1)] == [elsewhere]
        assert {stored.frozen for stored in tx.outbox.list(limit=9)} == {None}


def test_when_few_may_go_digests_go_before_what_was_due_earlier(store: Store, acme: int) -> None:
    summary = DigestFacts(since=NOW, until=NOW, period="daily")
    (first, second) = _added(store, acme, notice(1, facts=POST), notice(2, facts=summary, due_at=NOW + MINUTE))
    later = NOW + 2 * MINUTE
    with store.begin() as tx:
        assert [one.id for one in tx.outbox.claim(later, 1, LEASE, digests_first=True)] == [second]
        assert [one.id for one in tx.outbox.claim(later, 5, LEASE, digests_first=True)] == [first]


def test_what_a_clock_that_was_ahead_put_off_goes_once_it_is_right(store: Store, acme: int) -> None:
    ahead = 40 * DAY
    (made, tried, held, waits) = _added(store, acme, notice(1, due_at=NOW + ahead), *map(notice, (2, 3, 4)))
    with store.begin() as tx:
        tx.outbox.claim(NOW, 3, ahead)
        for one, again in ((tried, ahead), (waits, timedelta(hours=4))):
            tx.outbox.report(_tried(one, 450), state=NoticeState.QUEUED, next_attempt_at=NOW + again)
        tx.outbox.bring_forward(NOW)
        assert {one.id for one in tx.outbox.claim(NOW, 9, LEASE)} == {made, tried, held}


def test_what_was_taken_lately_is_counted_by_when_it_was(store: Store, acme: int) -> None:
    (one, two, three) = _added(store, acme, notice(1), notice(2), notice(3))
    _claimed(store)
    with store.begin() as tx:
        tx.outbox.report(_tried(one), state=NoticeState.SENT)
        tx.outbox.report(_tried(two, 550), state=NoticeState.FAILED)
        tx.outbox.report(_tried(three, 250, 3 * MINUTE), state=NoticeState.SENT)
    with store.read() as tx:
        assert tx.outbox.sent_since(NOW - MINUTE) == [NOW, NOW + 3 * MINUTE]
        assert tx.outbox.sent_since(NOW) == [NOW + 3 * MINUTE]
