"""What one entry costs, in statements and in rows looked at, whatever is there already: counted, not timed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from gateway.model.entry import Answered, Withdrawn
from gateway.model.round import CheckIn
from gateway.model.token import KeyRing
from store.database import Store
from tests.store.samples import (
    EXPIRES,
    MINUTE,
    NOW,
    ballot,
    check_in,
    found,
    notice,
    opened,
    people,
    post,
    record,
    vote,
)

_KEYS = KeyRing({1: b"k" * 32}, current=1)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A file whose workspace holds a round of 4,000 answers beside one of 40, and some thousand posts."""
    path = tmp_path_factory.mktemp("grown") / "restante.db"
    shutil.copyfile(template, path)
    store = Store.open(path, keys=_KEYS)
    workspace_id = found(store)
    ids = people(store, workspace_id, 4_002)
    record(store, workspace_id, opened(vote(1), ids), *(ballot(one) for one in ids[:4_000]))
    record(store, workspace_id, opened(vote(2), ids[:42]), *(ballot(one, mark="V-2") for one in ids[:40]))
    record(store, workspace_id, *(post(number, "P-1" if number > 1 else "") for number in range(1, 3_000)))
    store.close()
    return path


@pytest.fixture
def large(grown: Path, file: Path) -> Iterator[tuple[Store, int]]:
    """A store of such a file, and its workspace."""
    shutil.copyfile(grown, file)
    store = Store.open(file, keys=_KEYS)
    with store.read() as tx:
        workspace_id = tx.charters.names()["acme"]
    yield store, workspace_id
    store.close()


@contextmanager
def _counted(store: Store) -> Iterator[dict[str, int]]:
    """Count the statements of a block, and the steps that SQLite's own machine takes for them."""
    counts = {"statements": 0, "steps": 0}
    connection = store._connection
    assert connection is not None
    raw: Any = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)

    def step() -> None:
        counts["steps"] += 1

    def statement(*_: Any) -> None:
        counts["statements"] += 1

    raw.set_progress_handler(step, 1)
    event.listen(store._engine, "before_cursor_execute", statement)
    yield counts
    event.remove(store._engine, "before_cursor_execute", statement)
    raw.set_progress_handler(None, 0)


def _cost(store: Store, act: Callable[[], None]) -> dict[str, int]:
    with _counted(store) as counts:
        act()
    return counts


def _assert_alike(large: dict[str, int], small: dict[str, int]) -> None:
    """The same statements; as many steps, but for what a deeper tree takes."""
    assert large["statements"] == small["statements"]
    assert large["steps"] <= small["steps"] * 1.1


def test_a_ballot_costs_the_same_in_a_round_of_any_size(large: tuple[Store, int]) -> None:
    store, acme = large

    def cost(entry: Answered | Withdrawn) -> dict[str, int]:
        return _cost(store, lambda: record(store, acme, entry))

    record(store, acme, ballot(4_001), ballot(41, mark="V-2"))
    _assert_alike(cost(ballot(4_002)), cost(ballot(42, mark="V-2")))  # a first one
    _assert_alike(cost(ballot(3, "No")), cost(ballot(3, "No", "V-2")))  # in place of another
    _assert_alike(cost(Withdrawn(mark="V-1", member_id=3)), cost(Withdrawn(mark="V-2", member_id=3)))


def test_a_post_costs_the_same_in_a_ledger_of_any_length(large: tuple[Store, int]) -> None:
    store, acme = large
    other = found(store, address="other@ws.example.org")
    record(store, other, post(1))
    record(store, acme, post(4_000, "P-1"))
    short = _cost(store, lambda: record(store, other, post(5_000, "P-1")))
    long = _cost(store, lambda: record(store, acme, post(5_000, "P-1")))
    _assert_alike(long, short)


def test_what_an_answer_needs_to_know_costs_the_same_in_a_round_of_any_size(large: tuple[Store, int]) -> None:
    store, acme = large

    def look(mark: str) -> None:
        with store.read() as tx:
            tx.rounds.view(acme, mark, 7)
            tx.rounds.answered(acme, mark)
            tx.ledger.fresh(acme)
            tx.people.by_address(acme, "member7@example.org")
            tx.rounds.thread_of(acme, ["P-9@mail.example.org"])

    look("V-2")
    small = _cost(store, lambda: look("V-2"))
    _assert_alike(_cost(store, lambda: look("V-1")), small)


def test_a_check_in_finds_its_last_plan_past_any_number_of_rounds(large: tuple[Store, int]) -> None:
    store, acme = large
    for number in range(1, 80):
        given = Answered(mark=f"C-{number}", member_id=1, answer=CheckIn(next=("x",)))
        record(store, acme, opened(check_in(number), [1, 2]), given)

    def look(mark: str) -> None:
        with store.read() as tx:
            view = tx.rounds.view(acme, mark, 1)
            assert view is not None
            assert view.plan == ("x",)

    look("C-3")
    few = _cost(store, lambda: look("C-3"))
    _assert_alike(_cost(store, lambda: look("C-79")), few)


def test_claiming_and_reporting_cost_the_same_beside_any_number_of_sent_notices(large: tuple[Store, int]) -> None:
    store, acme = large

    def deliver(first: int, count: int) -> dict[str, int]:
        with store.begin() as tx:
            tx.outbox.add(acme, [notice(number) for number in range(first, first + count)], expires_on=EXPIRES)

        def go() -> None:
            with store.begin() as tx:
                claimed = tx.outbox.claim(NOW, 20, MINUTE)
                tx.outbox.freeze([(stored.id, b"bytes") for stored in claimed])
                tx.outbox.release()

        cost = _cost(store, go)
        with store.begin() as tx:
            for stored in tx.outbox.claim(NOW, 10_000, MINUTE):
                tx.outbox.suppress(stored.id, "test", NOW)
        return cost

    few = deliver(1, 20)
    deliver(100, 3_000)
    many = deliver(10_000, 20)
    _assert_alike(many, few)
