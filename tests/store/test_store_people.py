"""People: rows that entries change, one member an address, and who is reached."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from gateway.model.entry import (
    AddressAdded,
    AwayEnded,
    AwayNoted,
    Bounced,
    DeliveryResumed,
    DeliverySuspended,
    MemberAdded,
    MemberLeft,
    MemberRenamed,
    SettingsChanged,
)
from gateway.model.member import Absence, Delivery, Member, Settings
from store.database import Conflict, Forbidden, Store
from tests.store.samples import DAY, NOW, ballot, found, member, opened, people, post, record, vote

TODAY = NOW.date()


def _get(store: Store, member_id: int) -> Member:
    with store.read() as tx:
        got = tx.people.get(member_id)
    assert got is not None
    return got


def _by_address(store: Store, workspace_id: int, address: str) -> int | None:
    with store.read() as tx:
        got = tx.people.by_address(workspace_id, address)
    return got.id if got else None


def test_a_new_member_is_given_an_id_that_the_ledger_knows(store: Store, acme: int) -> None:
    ana = member("Ana", roles=("steward",), language="fr", further_addresses=("ana@home.example",))
    record(store, acme, MemberAdded(member=ana))
    with store.read() as tx:
        got = tx.people.by_address(acme, "ana@example.org")
        (recorded,) = tx.ledger.entries(acme)
    assert got is not None
    assert got.id > 0
    assert isinstance(recorded.entry, MemberAdded)
    assert recorded.entry.member.id == got.id
    assert (got.roles, got.language, got.joined_at) == (("steward",), "fr", NOW)


def test_ids_of_members_are_unique_over_all_workspaces(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    ids = [*people(store, acme, 2), *people(store, other, 2)]
    assert len(set(ids)) == 4
    record(store, acme, MemberAdded(member=member("Brought here", address="b@x.org", id=50)))
    record(store, acme, MemberAdded(member=member("Next", address="n@x.org")))
    assert _by_address(store, acme, "n@x.org") == 51


def test_a_member_is_found_by_every_address_of_their_own_workspace(store: Store, acme: int) -> None:
    other = found(store, address="other@ws.example.org")
    record(store, acme, MemberAdded(member=member("Ana", further_addresses=("ana@home.example",))))
    record(store, other, MemberAdded(member=member("Ana")))
    here = _by_address(store, acme, "ana@example.org")
    assert here == _by_address(store, acme, "ana@home.example")
    assert here != _by_address(store, other, "ana@example.org")
    assert _by_address(store, other, "ana@home.example") is None


def test_no_two_members_share_an_address(store: Store, acme: int) -> None:
    record(store, acme, MemberAdded(member=member("Ana", further_addresses=("shared@example.org",))))
    for clash in (member("Shared"), member("Ben", further_addresses=("ana@example.org",))):
        with pytest.raises(Conflict):
            record(store, acme, MemberAdded(member=clash))
    with store.read() as tx:
        assert [one.name for one in tx.people.all(acme)] == ["Ana"]


def test_who_left_is_found_no_more_and_may_come_back_as_somebody_new(store: Store, acme: int) -> None:
    ana, ben, _ = people(store, acme)
    record(store, acme, MemberLeft(member_id=ana), at=NOW + DAY)
    assert _by_address(store, acme, "member1@example.org") is None
    assert _get(store, ana).left_at == NOW + DAY
    with store.read() as tx:
        assert ana not in [one.id for one in tx.people.all(acme)]
        assert [one.id for one in tx.people.all(acme, include_left=True)][:2] == [ana, ben]
        assert tx.people.names(acme)[ana] == "Member1"
    record(store, acme, MemberAdded(member=member("Member1")))
    assert _by_address(store, acme, "member1@example.org") not in (None, ana)


def test_renaming_changes_what_is_stated_and_leaves_settings_alone(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    chosen = Settings(delivery=Delivery.DAILY, muted_threads=("P-1",), channels={"design": Delivery.NONE})
    record(store, acme, SettingsChanged(member_id=ana, settings=chosen))
    record(store, acme, MemberRenamed(member_id=ana, name="Ana", roles=("lead",)))
    got = _get(store, ana)
    assert (got.name, got.roles, got.language, got.settings) == ("Ana", ("lead",), "en", chosen)
    with store.read() as tx:
        assert tx.people.names(acme)[ana] == "Ana"


@pytest.mark.parametrize(
    "entry",
    [
        MemberRenamed(member_id=99, name="x"),
        MemberLeft(member_id=99),
        SettingsChanged(member_id=99, settings=Settings()),
        AwayNoted(member_id=99, absence=Absence(starts=TODAY)),
    ],
)
def test_nothing_is_recorded_of_people_of_another_workspace(store: Store, acme: int, entry: Any) -> None:
    with pytest.raises(Forbidden, match="no member 99"):
        record(store, acme, entry)
    with store.read() as tx:
        assert list(tx.ledger.entries(acme)) == []


@pytest.mark.parametrize(
    ("absence", "left"),
    [
        (Absence(starts=TODAY - 3 * DAY), (Absence(starts=TODAY - 3 * DAY, until=TODAY - DAY),)),
        (Absence(starts=TODAY), ()),
        (
            Absence(starts=TODAY - 3 * DAY, until=TODAY + 9 * DAY),
            (Absence(starts=TODAY - 3 * DAY, until=TODAY - DAY),),
        ),
        (Absence(starts=TODAY + DAY, until=TODAY + 2 * DAY), (Absence(starts=TODAY + DAY, until=TODAY + 2 * DAY),)),
        (Absence(starts=TODAY - 3 * DAY, until=TODAY - DAY), (Absence(starts=TODAY - 3 * DAY, until=TODAY - DAY),)),
    ],
    ids=["undated", "since today", "dated", "to come", "over"],
)
def test_who_is_back_was_away_until_the_day_before(
    store: Store, acme: int, absence: Absence, left: tuple[Absence, ...]
) -> None:
    ana, *_ = people(store, acme)
    record(store, acme, AwayNoted(member_id=ana, absence=absence), AwayNoted(member_id=ana, absence=absence))
    assert _get(store, ana).absences == (absence,)
    record(store, acme, AwayEnded(member_id=ana, day=TODAY))
    assert _get(store, ana).absences == left


def test_absences_that_touch_a_time_are_found(store: Store, acme: int) -> None:
    undated, dated, over, present = people(store, acme, 4)
    record(
        store,
        acme,
        AwayNoted(member_id=undated, absence=Absence(starts=TODAY - 30 * DAY)),
        AwayNoted(member_id=dated, absence=Absence(starts=TODAY + 3 * DAY, until=TODAY + 5 * DAY)),
        AwayNoted(member_id=over, absence=Absence(starts=TODAY - 9 * DAY, until=TODAY - 8 * DAY)),
    )

    def absent(first: date, last: date) -> list[int]:
        with store.read() as tx:
            return [one.id for one in tx.people.absent(acme, first, last)]

    assert absent(TODAY, TODAY) == [undated]
    assert absent(TODAY - 8 * DAY, TODAY + 3 * DAY) == [undated, dated, over]
    assert absent(TODAY + 6 * DAY, TODAY + 7 * DAY) == [undated]
    assert present not in absent(TODAY - 99 * DAY, TODAY + 99 * DAY)
    with store.read() as tx:
        assert [one.id for one in tx.rounds.news(acme, NOW - DAY, NOW, present).absent] == [undated]


def _bounce(member_id: int | None, **facts: Any) -> Bounced:
    return Bounced(**{"notice_id": 1, "member_id": member_id, "permanent": True} | facts)


def test_what_came_back_is_a_score_with_its_time_and_suspends_nothing_by_itself(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    record(store, acme, _bounce(ana, score=2.4), _bounce(None))
    found = _get(store, ana)
    assert (found.bounce_score, found.bounced_at, found.suspended) == (2.4, NOW, False)


def test_delivery_is_suspended_and_resumed_by_entries_of_their_own(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    record(store, acme, _bounce(ana, score=3.0), DeliverySuspended(member_id=ana, reason="bounces"))
    with store.read() as tx:
        assert [one.suspended for one in tx.people.all(acme)] == [True, False, False]
    record(store, acme, DeliveryResumed(member_id=ana, reason="confirmed"))
    found = _get(store, ana)
    assert (found.bounce_score, found.bounced_at, found.suspended) == (0, None, False)


@pytest.mark.parametrize("sign", ["answer", "post", "settings"])
def test_a_member_who_writes_starts_anew_and_what_is_suspended_stays_so(store: Store, acme: int, sign: str) -> None:
    ana, *_ = people(store, acme)
    suspended = DeliverySuspended(member_id=ana, reason="bounces")
    record(store, acme, opened(vote(), [ana]), _bounce(ana, score=3.0), suspended)
    record(store, acme, MemberRenamed(member_id=ana, name="Ana"), post(1, author_id=ana, imported=True))
    assert _get(store, ana).bounce_score == 3.0  # what was imported was written long ago
    signs = {
        "answer": ballot(ana),
        "post": post(2, author_id=ana),
        "settings": SettingsChanged(member_id=ana, settings=Settings()),
    }
    record(store, acme, signs[sign])
    assert (_get(store, ana).bounce_score, _get(store, ana).suspended) == (0, True)


def test_a_further_address_is_its_members_from_then_on(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    record(store, acme, AddressAdded(member_id=ana, address="ana@home.example"))
    with store.read() as tx:
        found = tx.people.by_address(acme, "ana@home.example")
    assert found is not None
    assert (found.id, found.further_addresses) == (ana, (*_get(store, ana).further_addresses[:-1], "ana@home.example"))


def test_absences_of_long_ago_stay_in_the_record(store: Store, acme: int) -> None:
    ana, *_ = people(store, acme)
    past = [Absence(starts=TODAY - timedelta(days=n), until=TODAY - timedelta(days=n)) for n in (400, 200, 10)]
    record(store, acme, *(AwayNoted(member_id=ana, absence=one) for one in past))
    assert _get(store, ana).absences == tuple(past)
