"""The inbox: raw bytes first, each arrival on its listed way, one effect for one mail."""

from __future__ import annotations

import itertools
import os
from typing import Any

import pytest

from gateway.model.arrival import ARRIVAL_TRANSITIONS, PUT_BACK, ArrivalState
from store.database import Conflict, Forbidden, Store
from tests.store.samples import DAY, MINUTE, NOW, arrival, found


def _added(store: Store, *raws: bytes) -> list[int]:
    with store.begin() as tx:
        return tx.inbox.add([arrival(raw=raw) for raw in raws])


def _settled(store: Store, arrival_id: int, state: ArrivalState = ArrivalState.PROCESSED, **facts: object) -> None:
    with store.begin() as tx:
        tx.inbox.settle(arrival_id, state, "posted", at=NOW, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00\xff\r\n" * 10, b"words " * 5_000, os.urandom(300_000), b"\x00", b"\x01" * 70],
    ids=["empty", "binary", "repetitive", "large", "a zero byte", "ones"],
)
def test_raw_bytes_come_back_as_they_were(store: Store, raw: bytes) -> None:
    (arrival_id,) = _added(store, raw)
    with store.read() as tx:
        stored = tx.inbox.get(arrival_id)
        assert [waiting.arrival.raw for waiting in tx.inbox.pending(1)] == [raw]
    assert stored is not None
    assert stored.arrival.raw == raw
    assert stored.size == len(raw)


def test_many_arrivals_get_their_ids_in_order(store: Store) -> None:
    raws = [b"mail %d" % number for number in range(700)]
    ids = _added(store, *raws)
    assert ids == sorted(set(ids))
    with store.read() as tx:
        assert [stored.arrival.raw for stored in tx.inbox.pending(1_000)] == raws
        assert [stored.id for stored in tx.inbox.pending(1_000)] == ids
        assert tx.inbox.add([]) == []


def test_an_envelope_that_is_no_text_of_a_database_is_kept_readable(store: Store) -> None:
    with store.begin() as tx:
        ids = tx.inbox.add([arrival(reverse_path="a\x00b\udc80@x", recipients=("\udcff\x00@y", "ok@y"))])
        texts: dict[str, Any] = {"detail": "\x00", "subject": "\ud800", "author": "\x00", "message_id": "\udc00"}
        tx.inbox.settle(ids[0], ArrivalState.FAILED, "our-fault", at=NOW, **texts)
    with store.read() as tx:
        stored = tx.inbox.get(ids[0])
    assert stored is not None
    assert stored.arrival.reverse_path == "a\ufffdb\ufffd@x"
    assert stored.arrival.recipients[1] == "ok@y"
    assert stored.subject == "\ufffd"


def test_the_oldest_are_processed_first_and_each_once(store: Store) -> None:
    first, second, third = _added(store, b"1", b"2", b"3")
    with store.read() as tx:
        assert [stored.id for stored in tx.inbox.pending(2)] == [first, second]
    _settled(store, first)
    with store.read() as tx:
        assert [stored.id for stored in tx.inbox.pending(9)] == [second, third]


def test_a_deadline_knows_what_came_before_it_and_still_waits(store: Store) -> None:
    with store.begin() as tx:
        (arrival_id,) = tx.inbox.add([arrival(received_at=NOW)])
    with store.read() as tx:
        assert tx.inbox.pending_before(NOW)
        assert tx.inbox.pending_before(NOW + MINUTE)
        assert not tx.inbox.pending_before(NOW - MINUTE)
    _settled(store, arrival_id)
    with store.read() as tx:
        assert not tx.inbox.pending_before(NOW + MINUTE)


def test_a_processed_mail_is_known_by_its_fingerprint_in_its_workspace(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    first, second = _added(store, b"1", b"1")
    with store.read() as tx:
        assert tx.inbox.seen("abc", acme) is None
    _settled(store, first, workspace_id=acme, fingerprint="abc", message_id="m@x", subject="s", author="a@x")
    with store.read() as tx:
        assert tx.inbox.seen("abc", acme) == first
        assert tx.inbox.seen("abc", other) is None
        stored = tx.inbox.get(first)
    assert stored is not None
    assert (stored.message_id, stored.subject, stored.author, stored.settled_at) == ("m@x", "s", "a@x", NOW)
    with pytest.raises(Conflict):
        _settled(store, second, workspace_id=acme, fingerprint="abc")
    with store.read() as tx:  # the second one still waits: its transaction wrote nothing
        assert [stored.id for stored in tx.inbox.pending(9)] == [second]


def test_one_mail_for_two_workspaces_is_known_in_both(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    (arrival_id,) = _added(store, b"1")
    with store.begin() as tx:
        tx.inbox.note(arrival_id, other, "abc")
        tx.inbox.note(arrival_id, other, "abc")
        tx.inbox.settle(arrival_id, ArrivalState.PROCESSED, "posted", at=NOW, workspace_id=acme, fingerprint="abc")
    with store.read() as tx:
        assert tx.inbox.seen("abc", acme) == tx.inbox.seen("abc", other) == arrival_id


@pytest.mark.parametrize("state", [ArrivalState.IGNORED, ArrivalState.FAILED])
def test_what_was_neither_processed_nor_held_leaves_no_fingerprint(
    store: Store, acme: int, state: ArrivalState
) -> None:
    (arrival_id,) = _added(store, b"1")
    _settled(store, arrival_id, state, workspace_id=acme, fingerprint="abc")
    with store.read() as tx:
        assert tx.inbox.seen("abc", acme) is None


def test_a_held_mail_is_known_and_another_may_take_its_place(store: Store, acme: int) -> None:
    first, second = _added(store, b"1", b"1")
    _settled(store, first, ArrivalState.HELD, workspace_id=acme, fingerprint="abcdef")
    with store.begin() as tx:
        assert tx.inbox.alike("abc", acme) == [("abcdef", first, ArrivalState.HELD)]
        assert tx.inbox.alike("abd", acme) == []
        tx.inbox.take_over(second, acme, "abcdef")
    with store.read() as tx:
        assert tx.inbox.seen("abcdef", acme) == second


def test_what_is_held_from_an_address_is_found_as_addresses_are_compared(store: Store, acme: int) -> None:
    authors = ("Ben@Home.example", "ben@home.example", "eve@home.example", "ben@home.example")
    *ids, processed = _added(store, *(b"%d" % number for number in range(5)))
    for number, author in zip(ids, authors, strict=True):
        _settled(store, number, ArrivalState.HELD, workspace_id=acme, author=author)
    _settled(store, processed, author="ben@home.example", workspace_id=acme)
    with store.begin() as tx:
        assert tx.inbox.held_from(acme, "ben@home.example") == [ids[0], ids[1], ids[3]]
        tx.inbox.put_back(ids[1], "read anew")
        assert (found := tx.inbox.get(ids[1])) is not None
        assert (found.state, found.detail) == (ArrivalState.RECEIVED, "read anew")
        assert tx.inbox.held_from(acme, "ben@home.example") == [ids[0], ids[3]]
        assert tx.inbox.held_from(acme + 1, "ben@home.example") == []


_WAYS = list(itertools.product(ArrivalState, ArrivalState))


@pytest.mark.parametrize(("before", "after"), _WAYS, ids=[f"{one}-{two}" for one, two in _WAYS])
def test_an_arrival_takes_only_the_ways_that_are_listed(
    store: Store, before: ArrivalState, after: ArrivalState
) -> None:
    (arrival_id,) = _added(store, b"1")
    if before is not ArrivalState.RECEIVED:
        _settled(store, arrival_id, before)
    if after in ARRIVAL_TRANSITIONS[before]:
        _settled(store, arrival_id, after)
        return
    with pytest.raises(Forbidden, match=f"{before.value} and cannot become {after.value}"):
        _settled(store, arrival_id, after)
    with store.read() as tx:
        stored = tx.inbox.get(arrival_id)
    assert stored is not None
    assert stored.state is before


def test_what_failed_can_be_put_back(store: Store) -> None:
    (arrival_id,) = _added(store, b"1")
    _settled(store, arrival_id, ArrivalState.FAILED, detail="KeyError")
    with store.begin() as tx:
        tx.inbox.put_back(arrival_id)
    with store.read() as tx:
        (stored,) = tx.inbox.pending(9)
    found = (stored.state, stored.reason, stored.detail, stored.settled_at)
    assert found == (ArrivalState.RECEIVED, "", PUT_BACK, None)


def test_what_was_processed_or_is_unknown_cannot_be_put_back(store: Store) -> None:
    (arrival_id,) = _added(store, b"1")
    _settled(store, arrival_id)
    for number in (arrival_id, 99):
        with pytest.raises(Forbidden), store.begin() as tx:
            tx.inbox.put_back(number)


def test_purged_bytes_cannot_be_processed_again(store: Store) -> None:
    (arrival_id,) = _added(store, b"1")
    _settled(store, arrival_id, ArrivalState.IGNORED)
    with store.begin() as tx:
        tx.retention.raw(NOW + DAY, NOW + DAY, after=0, limit=10)
    with pytest.raises(Forbidden, match="no longer kept"), store.begin() as tx:
        tx.inbox.put_back(arrival_id)


def test_listings_are_newest_first_and_go_on_where_they_ended(store: Store) -> None:
    ids = _added(store, *[b"%d" % number for number in range(5)])
    _settled(store, ids[1], ArrivalState.HELD)
    with store.read() as tx:
        first = tx.inbox.list(limit=2)
        rest = tx.inbox.list(limit=9, before_id=first[-1].id)
        held = tx.inbox.list(limit=9, state=ArrivalState.HELD)
    assert [stored.id for stored in (*first, *rest)] == ids[::-1]
    assert {stored.arrival.raw for stored in first} == {b""}
    assert [stored.id for stored in held] == [ids[1]]
