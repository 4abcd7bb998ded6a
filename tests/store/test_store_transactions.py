"""What a transaction promises: all of it or nothing, one at a time, durable once it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gateway.model.entry import MemberAdded
from gateway.model.token import KeyRing
from store.database import Conflict, Store, StoreFault, StoreFull, StoreRefusal
from tests.store.samples import EXPIRES as TOKEN_DAY
from tests.store.samples import NOW, arrival, ballot, found, lost, member, notice, opened, people, post, record, vote


def test_what_was_committed_is_there_after_opening_again(address: str, keys: KeyRing) -> None:
    store = Store.open(address, keys=keys, create=True)
    with store.begin() as tx:
        ids = tx.inbox.add([arrival(raw=b"kept")])
    store.close()
    again = Store.open(address, keys=keys)
    with again.read() as tx:
        stored = tx.inbox.get(ids[0])
    again.close()
    assert stored is not None
    assert stored.arrival == arrival(raw=b"kept")


def test_an_exception_undoes_everything_of_its_transaction(store: Store, acme: int) -> None:
    one, *_ = people(store, acme)
    record(store, acme, opened(vote(), [one]))
    with lost(store) as tx:
        tx.inbox.add([arrival()])
        tx.ledger.append(acme, [ballot(one), post(1)], at=NOW, charter_version=1)
        tx.outbox.add(acme, [notice(1)], expires_on=TOKEN_DAY)
        tx.set_mark("alive_at", "now")
    with store.read() as tx:
        assert tx.inbox.list(limit=10) == []
        assert tx.rounds.answered(acme, "V-1") == 0
        assert tx.rounds.standings(acme, "V-1") == []
        assert tx.rounds.thread(acme, "P-1") is None
        assert tx.ledger.fresh(acme).mark("P") == "P-1"
        assert tx.outbox.list(limit=10) == []
        assert tx.get_mark("alive_at") is None


def test_reading_leaves_everything_as_it_was(store: Store, acme: int) -> None:
    with store.read() as tx:
        tx.inbox.add([arrival()])
        tx.charters.apply({"address": "other@ws.example.org"}, at=NOW, by="ana")
        assert tx.inbox.list(limit=10)
        assert set(tx.charters.names()) == {"acme", "other"}
    with store.read() as tx:
        assert tx.inbox.list(limit=10) == []
        assert set(tx.charters.names()) == {"acme"}


def test_marks_are_kept_and_replaced(store: Store) -> None:
    with store.begin() as tx:
        tx.set_mark("clock", "1")
        tx.set_mark("clock", "2")
    with store.read() as tx:
        assert tx.get_mark("clock") == "2"
        assert tx.get_mark("other") is None


def test_a_transaction_within_a_transaction_is_a_clear_error(store: Store) -> None:
    with store.begin(), pytest.raises(RuntimeError, match="in a transaction already"), store.read():
        pass
    with store.begin() as tx:
        tx.set_mark("still", "fine")


def test_threads_wait_for_each_other(store: Store) -> None:
    def count_up() -> None:
        for _ in range(20):
            with store.begin() as tx:
                tx.set_mark("count", str(int(tx.get_mark("count") or 0) + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert tx.get_mark("count") == "80"


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreFault, match="closed"), store.begin():
        pass


def test_a_naive_instant_is_refused(store: Store) -> None:
    with pytest.raises(StoreRefusal, match="no time zone"), store.begin() as tx:
        tx.inbox.add([arrival(received_at=NOW.replace(tzinfo=None))])


def test_a_fact_written_twice_is_a_conflict_and_no_fault_of_the_store(store: Store, acme: int) -> None:
    record(store, acme, MemberAdded(member=member("Ana")))
    with pytest.raises(Conflict) as raised:
        record(store, acme, MemberAdded(member=member("Anna", address="ana@example.org")))
    assert not isinstance(raised.value, StoreFault)
    assert not raised.value.temporary
    assert "ana@example.org" not in str(raised.value)


def test_what_goes_wrong_names_no_content(store: Store, acme: int) -> None:
    record(store, acme, post(1))
    with pytest.raises(Conflict) as raised:
        record(store, acme, post(1, text="a secret"))
    assert "a secret" not in f"{raised.value} {raised.value.__cause__}"


# --- SQLite alone ----------------------------------------------------------------------------------------------------


def test_a_full_disk_is_temporary_and_loses_nothing(file: Path, keys: KeyRing) -> None:
    store = Store.open(file, keys=keys, create=True)
    with store.begin() as tx:
        tx.inbox.add([arrival(raw=b"first")])
    assert store._connection is not None
    store._connection.exec_driver_sql("PRAGMA max_page_count = 100")
    store._connection.rollback()
    with pytest.raises(StoreFull) as raised, store.begin() as tx:
        tx.inbox.add([arrival(raw=os.urandom(1_000_000))])
    assert raised.value.temporary
    with store.begin() as tx:
        assert [stored.arrival.raw for stored in tx.inbox.pending(10)] == [b"first"]
        tx.set_mark("small", "things still fit")
    store.close()


def test_a_disk_that_fills_within_a_piece_is_told_as_a_full_disk(file: Path, keys: KeyRing) -> None:
    """SQLite then takes back the whole transaction, and knows no piece any more."""
    store = Store.open(file, keys=keys, create=True)
    assert store._connection is not None
    store._connection.exec_driver_sql("PRAGMA max_page_count = 100")
    store._connection.rollback()
    with pytest.raises(StoreFull), store.begin() as tx, tx.apart(), tx.apart():
        tx.inbox.add([arrival(raw=b"small"), arrival(raw=os.urandom(1_000_000))])
    with store.begin() as tx:
        assert tx.inbox.pending(10) == []
        tx.set_mark("small", "things still fit")
    store.close()


_WRITER = """
import sys
from store.database import Store
from gateway.model.token import KeyRing
from tests.store.samples import NOW, arrival, notice, EXPIRES

store = Store.open(sys.argv[1], keys=KeyRing({1: b"k" * 32}, 1))
for number in range(1, 100_000):
    with store.begin() as tx:
        tx.inbox.add([arrival(raw=b"mail %d" % number)])
        tx.set_mark("last", str(number))
        tx.outbox.add(1, [notice(number)], expires_on=EXPIRES)
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_process_killed_while_it_writes_leaves_whole_transactions(file: Path, keys: KeyRing, after: int) -> None:
    store = Store.open(file, keys=keys, create=True)
    found(store)
    store.close()
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= after:
            break
    time.sleep(0.001 * after)  # somewhere within a transaction
    writer.send_signal(signal.SIGKILL)
    told = [int(line) for line in writer.stdout.read().split()] or [after]
    writer.wait()
    writer.stdout.close()

    store = Store.open(file, keys=keys)
    with store.read() as tx:
        last = int(tx.get_mark("last") or 0)
        mails = [stored.arrival.raw for stored in tx.inbox.pending(100_000)]
        queued, _ = tx.outbox.depth(NOW)
    assert store.is_healthy
    store.close()
    assert last >= told[-1]  # what was acknowledged is there
    assert mails == [b"mail %d" % number for number in range(1, last + 1)]
    assert queued == last
