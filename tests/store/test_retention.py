"""What goes with time: bytes of old mail in and out, a few rows a commit, and nothing a round under way may want."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.entry import Closed
from gateway.model.facts import Act, Facts, ReceiptFacts, StewardFacts
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


TOLD = StewardFacts(about="held", name="Mal", address="mal@example.net", subject="Buy", text="Buy now", arrival_id=3)
REJECTED = ReceiptFacts(acts=(Act(name="held-rejected", text="mal@example.net"),), subject="Re: Held for you: Buy")
OWN = ReceiptFacts(acts=(Act(name="voted", mark="V-1", text="ok"),), subject="Re: V-1")


@pytest.mark.parametrize(
    ("facts", "left"),
    [
        (TOLD, StewardFacts(about="held", arrival_id=3)),
        (REJECTED, ReceiptFacts(acts=(Act(name="held-rejected"),), subject="")),
        (OWN, OWN),
    ],
    ids=["told", "a steward's receipt", "another receipt"],
)
def test_what_stewards_were_told_of_a_mail_goes_with_the_bytes_that_said_it(
    store: Store, acme: int, facts: Facts, left: Facts
) -> None:
    told = msgspec.structs.replace(notice(1), facts=facts, subject_hint="Re: Held for you: Buy")
    with store.begin() as tx:
        (number,) = tx.outbox.add(acme, [told], expires_on=EXPIRES)
        tx.outbox.claim(NOW, 100, 10 * MINUTE)
        tx.outbox.freeze([(number, b"bytes")])
        tx.outbox.report(Attempt(notice_id=number, at=NOW, code=250, text="ok"), state=NoticeState.SENT)
        tx.retention.frozen(NOW, after=0, limit=10)
        assert (found := tx.outbox.get(number)) is not None
        assert found.notice.facts == facts
        tx.retention.frozen(NOW + DAY, after=0, limit=10)
    with store.read() as tx:
        assert (found := tx.outbox.get(number)) is not None
    assert (found.notice.facts, found.notice.subject_hint) == (left, "")


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (ArrivalState.PROCESSED, ("ana@example.org", "")),
        (ArrivalState.IGNORED, ("", "")),
        (ArrivalState.HELD, ("", "")),  # nobody settled it: it came to nothing
    ],
)
def test_who_wrote_what_came_to_nothing_goes_with_its_bytes(
    store: Store, state: ArrivalState, left: tuple[str, str]
) -> None:
    (number,) = received(store, b"mail")
    with store.begin() as tx:
        tx.inbox.settle(number, state, "so", at=NOW, author="ana@example.org", subject="Buy")
        tx.retention.raw(NOW + DAY, NOW + DAY, after=0, limit=10)
    with store.read() as tx:
        assert (found := tx.inbox.get(number)) is not None
    assert (found.author, found.subject) == left
    assert bool(found.arrival.reverse_path) is bool(left[0])


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
