"""Charters: TinyDB over one versioned row of the SQL transaction; every version kept, none half."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from tinydb import TinyDB, where

from store.charters import CharterStorage
from store.database import Forbidden, Store
from tests.store.samples import CHARTER, DAY, NOW, arrival, found, lost


def _in_force(store: Store) -> tuple[int, dict[str, Any]]:
    with store.read() as tx:
        current = tx.charters.current("acme")
    assert current is not None
    return current[1], current[2]


def test_a_charter_comes_back_as_it_was_applied(store: Store, acme: int) -> None:
    with store.read() as tx:
        assert tx.charters.current("acme") == tx.charters.current(acme) == (acme, 1, CHARTER)
        assert tx.charters.current("ACME") == (acme, 1, CHARTER)
        assert tx.charters.names() == {"acme": acme}
        assert tx.charters.name_of(acme) == "acme"


def test_keys_keep_the_order_they_were_written_in(store: Store, acme: int) -> None:
    _, document = _in_force(store)
    assert list(document) == list(CHARTER)
    assert list(document["channels"]) == ["design", "ops"]


@pytest.mark.parametrize(
    "keys",
    [
        {"routines": {"daily": {"ritual": "check-in", "rule": "FREQ=DAILY", "questions": ["Done?", "Next?"]}}},
        {"members": [{"address": "ana@example.org"}, {"address": "ben@example.org", "roles": ["lead"]}]},
        {"channels": {}, "roles": {}, "members": []},
        {"order": ["a"], "says": {"name": "x"}, "charter": {"deep": {"er": [1, 2.5, None, True]}}},
        {"channels": ["not", "a", "table"], "members": {"not": "a list"}, "roles": "neither"},
        {"channels": {"name": {"name": "says", "says": "name"}}},
    ],
)
def test_whatever_a_document_holds_comes_back(store: Store, keys: dict[str, Any]) -> None:
    found(store, **keys)
    assert _in_force(store) == (1, CHARTER | keys)


def test_times_of_a_toml_file_are_kept_as_text(store: Store) -> None:
    with store.begin() as tx:
        stated = CHARTER | {"digest_at": time(8, 30), "since": date(2026, 1, 2)}
        assert tx.charters.apply(stated, at=NOW, by="ana") == tx.charters.apply(stated, at=NOW, by="ana")
    assert _in_force(store) == (1, CHARTER | {"digest_at": "08:30:00", "since": "2026-01-02"})


def test_a_change_makes_a_version_and_every_version_is_kept(store: Store, acme: int) -> None:
    changed = CHARTER | {"name": "Acme & Co", "channels": {}}
    with store.begin() as tx:
        assert tx.charters.apply(changed, at=NOW + DAY, by="ben") == (acme, 2)
        assert tx.charters.current(acme) == (acme, 2, changed)
    with store.read() as tx:
        assert tx.charters.current("acme") == (acme, 2, changed)
        assert tx.charters.version("acme", 1) == CHARTER
        assert tx.charters.version("acme", 2) == changed
        assert tx.charters.version("acme", 3) is None
        assert tx.charters.version("acme", 0) is None
        assert tx.charters.history("acme") == [(1, NOW, "ana"), (2, NOW + DAY, "ben")]


def test_an_equal_document_makes_no_version(store: Store, acme: int) -> None:
    turned = dict(reversed(CHARTER.items()))
    with store.begin() as tx:
        assert tx.charters.apply(turned, at=NOW + DAY, by="ben") == (acme, 1)
        assert len(tx.charters.history("acme")) == 1


def test_a_version_that_is_rolled_back_was_never_there(store: Store, acme: int) -> None:
    for name in ("Never", "Neither"):
        with lost(store) as tx:
            tx.charters.apply(CHARTER | {"name": name}, at=NOW, by="ben")
            assert tx.charters.current("acme") == (acme, 2, CHARTER | {"name": name})
            tx.inbox.add([arrival()])
        assert _in_force(store) == (1, CHARTER)
    with store.read() as tx:
        tx.charters.apply(CHARTER | {"name": "Tried out"}, at=NOW, by="ben")
        assert tx.charters.current("acme") == (acme, 2, CHARTER | {"name": "Tried out"})
    with store.begin() as tx:
        tx.charters.apply(CHARTER | {"name": "In force"}, at=NOW, by="ben")
    assert _in_force(store) == (2, CHARTER | {"name": "In force"})


def test_a_workspace_that_is_rolled_back_leaves_its_name_free(store: Store) -> None:
    with lost(store) as tx:
        tx.charters.apply(CHARTER | {"address": "first@ws.example.org"}, at=NOW, by="ana")
    second = found(store, address="second@ws.example.org")
    with store.read() as tx:
        assert tx.charters.names() == {"second": second}
        assert tx.charters.name_of(second) == "second"


def test_what_a_caller_changes_in_a_document_stays_with_the_caller(store: Store, acme: int) -> None:
    _, document = _in_force(store)
    document["channels"]["design"]["purpose"] = "changed"
    document["languages"].append("de")
    assert _in_force(store) == (1, CHARTER)


def test_another_process_sees_the_version_in_force(store: Store, acme: int, address: str) -> None:
    other = Store.open(address, keys=store._keys)
    assert _in_force(other) == (1, CHARTER)
    found(other, name="Changed elsewhere")
    assert _in_force(store) == (2, CHARTER | {"name": "Changed elsewhere"})
    other.close()


def test_tinydb_holds_the_parts_as_tables(store: Store, acme: int) -> None:
    with store.read() as tx:
        charter = tx.charters.open("acme")
        assert charter is not None
        assert charter.tables() >= {"charter", "channels", "roles"}
        (design,) = charter.table("channels").search(where("name") == "design")
        assert design["says"] == {"purpose": "How it looks"}
        assert tx.charters.open("nobody") is None


def test_a_charter_in_force_is_not_changed_in_place(store: Store, acme: int) -> None:
    with store.begin() as tx:
        charter = tx.charters.open("acme")
        assert charter is not None
        with pytest.raises(Forbidden, match="apply a new version"):
            charter.table("channels").insert({"name": "sneaked in"})
    assert _in_force(store) == (1, CHARTER)


def test_the_storage_writes_within_its_transaction_alone(store: Store, acme: int) -> None:
    with store.read() as tx:
        scratch = TinyDB(tx._sql, acme, 7, at=NOW, by="ana", storage=CharterStorage)
        scratch.table("drafts").insert({"word": "one"})
        scratch.table("drafts").update({"word": "two"})
        assert scratch.table("drafts").all() == [{"word": "two"}]
        assert CharterStorage(tx._sql, acme, 7).read() is not None
    with store.read() as tx:
        assert CharterStorage(tx._sql, acme, 7).read() is None


@pytest.mark.parametrize("document", [{}, {"address": "nobody"}, {"address": 7}, {"address": "@x.org"}])
def test_a_charter_without_an_address_is_refused(store: Store, document: dict[str, Any]) -> None:
    with pytest.raises(Forbidden, match="address"), store.begin() as tx:
        tx.charters.apply(document, at=NOW, by="ana")


def test_nobody_knows_a_workspace_that_was_never_founded(store: Store) -> None:
    with store.read() as tx:
        assert tx.charters.current("acme") is None
        assert tx.charters.current(7) is None
        assert tx.charters.version("acme", 1) is None
        assert tx.charters.history("acme") == []
        with pytest.raises(Forbidden, match="no workspace 7"):
            tx.charters.name_of(7)
