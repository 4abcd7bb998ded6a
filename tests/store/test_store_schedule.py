"""The schedule: one row a key, taken out when it is due, back again when its transaction is lost."""

from __future__ import annotations

from datetime import datetime

import pytest

from gateway.model.context import Due, DueKind
from store.database import Store
from tests.store.samples import DAY, MINUTE, NOW, found, lost


def _due(key: str, at: datetime = NOW, **facts: object) -> Due:
    return Due(key=key, kind=DueKind.REMIND, at=at, **facts)  # type: ignore[arg-type]


def _planned(store: Store, workspace_id: int, *dues: Due) -> None:
    with store.begin() as tx:
        tx.schedule.plan(workspace_id, dues)


def _keys(store: Store, workspace_id: int) -> list[str]:
    with store.read() as tx:
        return [due.key for due in tx.schedule.list(workspace_id, NOW + 1_000 * DAY)]


def test_planning_again_moves_a_row(store: Store, acme: int) -> None:
    _planned(store, acme, _due("close:V-1"), _due("remind:V-1:1"))
    moved = _due("close:V-1", NOW + DAY, mark="V-1", member_id=4, number=2, since=NOW, occurrence=NOW.date())
    _planned(store, acme, moved)
    with store.read() as tx:
        assert tx.schedule.list(acme, NOW + DAY) == [_due("remind:V-1:1"), moved]
        assert tx.schedule.list(acme, NOW) == [_due("remind:V-1:1")]
        assert tx.schedule.get(acme, ["close:V-1", "unknown"]) == [moved]
        assert tx.schedule.get(acme, []) == []


def test_the_same_key_in_two_workspaces_is_two_rows(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    _planned(store, acme, _due("close:V-1"))
    _planned(store, other, _due("close:V-1", NOW + DAY))
    with store.begin() as tx:
        tx.schedule.remove(other, ["close:V-1"])
    assert (_keys(store, acme), _keys(store, other)) == (["close:V-1"], [])


def test_what_is_due_is_taken_once_and_the_earliest_first(store: Store, acme: int) -> None:
    _planned(store, acme, _due("c", NOW - DAY), _due("b"), _due("a"), _due("later", NOW + MINUTE))
    with store.begin() as tx:
        assert [due.key for _, due in tx.schedule.claim(NOW, 2)] == ["c", "a"]
    with store.begin() as tx:
        assert tx.schedule.claim(NOW, 9) == [(acme, _due("b"))]
        assert tx.schedule.claim(NOW, 9) == []
        assert tx.schedule.next_at() == NOW + MINUTE
        tx.schedule.claim(NOW + DAY, 9)
        assert tx.schedule.next_at() is None


def test_what_was_taken_comes_back_when_its_transaction_is_lost(store: Store, acme: int) -> None:
    _planned(store, acme, _due("a"))
    with lost(store) as tx:
        assert tx.schedule.claim(NOW, 1)
    assert _keys(store, acme) == ["a"]


def test_a_row_that_was_taken_can_be_planned_again_at_once(store: Store, acme: int) -> None:
    _planned(store, acme, _due("a"))
    with store.begin() as tx:
        tx.schedule.claim(NOW, 1)
        tx.schedule.plan(acme, [_due("a", NOW + DAY)])
    with store.read() as tx:
        assert tx.schedule.list(acme, NOW + DAY) == [_due("a", NOW + DAY)]


_KEYS = ["close:V-1", "remind:V-10:1", "remind:V-1:1", "remind:V-1:2", "remind:V-1", "remind:v-1:3", "remind:V-1;"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("remind:V-1:*", ["close:V-1", "remind:V-10:1", "remind:V-1", "remind:v-1:3", "remind:V-1;"]),
        ("remind:V-1:1", ["close:V-1", "remind:V-10:1", "remind:V-1:2", "remind:V-1", "remind:v-1:3", "remind:V-1;"]),
        ("remind*", ["close:V-1"]),
        ("*", []),
        ("nothing:*", _KEYS),
    ],
)  # fmt: skip
def test_a_star_removes_all_that_begin_so_and_nothing_else(
    store: Store, acme: int, pattern: str, left: list[str]
) -> None:
    other = found(store, address="other@ws.example.org")
    for workspace_id in (acme, other):
        _planned(store, workspace_id, *(_due(key) for key in _KEYS))
    with store.begin() as tx:
        tx.schedule.remove(acme, [pattern])
    assert sorted(_keys(store, acme)) == sorted(left)
    assert sorted(_keys(store, other)) == sorted(_KEYS)


def test_thousands_of_rows_are_planned_read_and_removed_at_once(store: Store, acme: int) -> None:
    keys = [f"digest:{number}" for number in range(3_000)]
    _planned(store, acme, *(_due(key) for key in keys))
    with store.begin() as tx:
        assert len(tx.schedule.get(acme, keys)) == 3_000
        tx.schedule.remove(acme, keys[:2_999])
    assert _keys(store, acme) == ["digest:2999"]
