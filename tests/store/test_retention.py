"""What goes with time: bytes of old mail in and out, a few rows a commit, and nothing a round under way may want."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.entry import Closed
from gateway.model.notice import Attempt, NoticeState
from gateway.model.token import KeyRing
from gateway.pipeline.flow import Pipeline
from gateway.pipeline.letting_go import LettingGo
from gateway.resources import load_lexicon, load_templates
from store.database import Store
from store.retention import TOO_OLD
from tests.store.samples import DAY, EXPIRES, MINUTE, NOW, arrival, notice, opened, vote


def received(store: Store, *raws: bytes, at: datetime = NOW) -> list[int]:
    with store.begin() as tx:
        return tx.inbox.add([arrival(raw=raw, received_at=at) for raw in raws])


def settled(store: Store, number: int, state: ArrivalState = ArrivalState.PROCESSED, at: datetime = NOW) -> None:
    with store.begin() as tx:
        tx.inbox.settle(number, state, "so", at=at)


def kept(store: Store, numbers: list[int]) -> list[bytes]:
    with store.read() as tx:
        return [found.arrival.raw for number in numbers if (found := tx.inbox.get(number))]


def sent(
    store: Store, workspace: int, *numbers: int, mark: str = "", state: NoticeState = NoticeState.SENT
) -> list[int]:
    with store.begin() as tx:
        ids = tx.outbox.add(workspace, [notice(number, mark=mark) for number in numbers], expires_on=EXPIRES)
        tx.outbox.claim(NOW, 100, 10 * MINUTE)
        tx.outbox.freeze([(one, b"bytes of %d" % one) for one in ids])
        if state is not NoticeState.LEASED:
            for one in ids:
                tx.outbox.report(Attempt(notice_id=one, at=NOW, code=250, text="so it was"), state=state)
    return ids


def frozen(store: Store, numbers: list[int]) -> list[bool]:
    with store.read() as tx:
        return [bool(found and found.frozen) for found in map(tx.outbox.get, numbers)]


def test_the_bytes_of_settled_mail_go_when_their_time_is_over(store: Store) -> None:
    old, fresh, waiting = received(store, b"old", b"fresh", b"waiting")
    settled(store, old)
    settled(store, fresh, at=NOW + 2 * DAY)
    with store.begin() as tx:
        step = tx.retention.raw(NOW + DAY, NOW + DAY, after=0, limit=10)
    assert (step.gone, step.after) == (1, None)
    assert kept(store, [old, fresh, waiting]) == [b"", b"fresh", b"waiting"]


@pytest.mark.parametrize("state", [ArrivalState.HELD, ArrivalState.FAILED])
def test_what_nobody_settled_in_that_time_is_finished_with_its_bytes(store: Store, state: ArrivalState) -> None:
    (number,) = received(store, b"waits for somebody")
    settled(store, number, state)
    with store.begin() as tx:
        tx.retention.raw(NOW + DAY, NOW + 9 * DAY, after=0, limit=10)
    with store.read() as tx:
        found = tx.inbox.get(number)
    assert found is not None
    assert (found.state, found.reason, found.arrival.raw) == (ArrivalState.IGNORED, TOO_OLD, b"")


def test_a_step_is_bounded_and_the_next_goes_on_behind_it(store: Store) -> None:
    numbers = received(store, *[b"mail %d" % number for number in range(25)])
    for number in numbers:
        settled(store, number)
    after, steps = 0, []
    while True:
        with store.begin() as tx:
            step = tx.retention.raw(NOW + DAY, NOW, after=after, limit=10)
        steps.append(step.gone)
        if step.after is None:
            break
        after = step.after
    assert steps == [10, 10, 5]
    assert kept(store, numbers) == [b""] * 25


def test_a_walk_ends_where_mail_is_young(store: Store) -> None:
    received(store, *[b"%d" % number for number in range(30)], at=NOW + 5 * DAY)
    with store.begin() as tx:
        assert tx.retention.raw(NOW + DAY, NOW, after=0, limit=10).after is None


def test_the_bytes_of_notices_go_with_the_tries_at_them(store: Store, acme: int) -> None:
    ids = sent(store, acme, 1, 2)
    with store.begin() as tx:
        assert tx.retention.frozen(NOW, after=0, limit=10).gone == 0
        assert tx.retention.frozen(NOW + DAY, after=0, limit=10).gone == 2
    assert frozen(store, ids) == [False, False]
    with store.read() as tx:
        assert tx.outbox.attempts(ids[0]) == []
        assert tx.outbox.sent(ids[0]) is not None


def test_a_notice_on_its_way_keeps_its_bytes(store: Store, acme: int) -> None:
    ids = sent(store, acme, 1, state=NoticeState.LEASED)
    with store.begin() as tx:
        assert tx.retention.frozen(NOW + DAY, after=0, limit=10).gone == 0
    assert frozen(store, ids) == [True]


def test_the_ballots_of_a_vote_under_way_keep_their_bytes(store: Store, acme: int) -> None:
    with store.begin() as tx:
        tx.ledger.append(acme, [opened(vote(1), [1])], at=NOW, charter_version=1)
    ids = sent(store, acme, 1, mark="V-1")
    with store.begin() as tx:
        assert tx.retention.frozen(NOW + DAY, after=0, limit=10).gone == 0
        tx.ledger.append(acme, [Closed(mark="V-1")], at=NOW, charter_version=1)
        assert tx.retention.frozen(NOW + DAY, after=0, limit=10).gone == 1
    assert frozen(store, ids) == [False]


def test_what_went_is_not_left_in_free_pages(store: Store) -> None:
    store_file = store._engine.url.database or ""
    if store._engine.dialect.name != "sqlite":
        pytest.skip("a matter of SQLite's file")
    secret = b"\xff\xfe secret \x00 words " * 20_000  # larger than is packed, over many pages
    (number,) = received(store, secret)
    settled(store, number)
    with store.begin() as tx:
        tx.retention.raw(NOW + DAY, NOW, after=0, limit=10)
    store.close()
    with open(store_file, "rb") as file:
        assert b"\xff\xfe secret \x00 words " not in file.read()


def test_a_walk_of_the_schedule_lets_go_of_all_in_steps(store: Store, acme: int, keys: KeyRing) -> None:
    numbers = received(store, *[b"%d" % number for number in range(7)])
    for number in numbers:
        settled(store, number)
    ids = sent(store, acme, *range(1, 8))
    pipeline = Pipeline(store, load_lexicon(), load_templates(), keys)
    walk = LettingGo(pipeline, timedelta(days=30), timedelta(days=60), at_once=3)
    later = NOW + 45 * DAY
    assert [walk.step(later) for _ in range(4)] == [1, 1, 1, 0]
    assert kept(store, numbers) == [b""] * 7
    assert frozen(store, ids) == [True] * 7
    while walk.step(NOW + 61 * DAY):
        pass
    assert frozen(store, ids) == [False] * 7
