"""Mail handed out in batches: each piece stands apart in its transaction, and large mail does not fill the memory."""

from __future__ import annotations

import os
from contextlib import suppress

from gateway.model.arrival import ArrivalState
from store.database import Store
from store.inbox import _PENDING_BYTES
from tests.store.samples import NOW, arrival, post


def test_a_piece_that_fails_takes_back_what_it_wrote_and_nothing_else(store: Store, acme: int) -> None:
    with store.begin() as tx:
        ids = tx.inbox.add([arrival(), arrival(), arrival()])
    with store.begin() as tx:
        for number, arrival_id in enumerate(ids, start=1):
            try:
                with tx.apart():
                    tx.ledger.append(acme, [post(number)], at=NOW, charter_version=1, arrival_id=arrival_id)
                    tx.inbox.settle(arrival_id, ArrivalState.PROCESSED, "posted", at=NOW)
                    if number == 2:
                        raise LookupError
            except LookupError:
                tx.inbox.settle(arrival_id, ArrivalState.FAILED, "our-fault", at=NOW)
    with store.read() as tx:
        assert [one.arrival_id for one in tx.ledger.entries(acme)] == [ids[0], ids[2]]
        states = [found.state for number in ids if (found := tx.inbox.get(number))]
    assert states == [ArrivalState.PROCESSED, ArrivalState.FAILED, ArrivalState.PROCESSED]


def test_a_charter_of_a_piece_taken_back_is_not_remembered(store: Store, acme: int) -> None:
    with store.begin() as tx:
        before = tx.charters.in_force("acme")
        with suppress(LookupError), tx.apart():
            tx.charters.apply({"name": "Other", "address": "acme@ws.example.org"}, at=NOW, by="x")
            assert tx.charters.in_force("acme") != before
            raise LookupError
        assert tx.charters.in_force("acme") == before
    with store.read() as tx:
        assert tx.charters.in_force("acme") == before


def test_large_mail_is_handed_out_a_few_at_a_time_and_one_always(store: Store) -> None:
    large = os.urandom(_PENDING_BYTES * 3 // 8)
    with store.begin() as tx:
        tx.inbox.add([arrival(raw=large + bytes([number])) for number in range(5)])
        tx.inbox.add([arrival(raw=os.urandom(_PENDING_BYTES + 1))])
        tx.inbox.add([arrival(raw=b"small")])
    sizes = []
    while True:
        with store.begin() as tx:
            found = tx.inbox.pending(50)
            for stored in found:
                tx.inbox.settle(stored.id, ArrivalState.IGNORED, "duplicate", at=NOW)
        if not found:
            break
        sizes.append([len(stored.arrival.raw) for stored in found])
    assert [len(batch) for batch in sizes] == [2, 2, 1, 1, 1]
    assert all(sum(batch) <= _PENDING_BYTES or len(batch) == 1 for batch in sizes)
