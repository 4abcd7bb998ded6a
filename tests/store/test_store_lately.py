"""What an author has posted lately, among the newest posts: of members by thread, of strangers by address."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import structs

from gateway.model.arrival import ArrivalState
from gateway.model.entry import Posted
from gateway.model.repeated import Lately
from store.database import Store
from tests.store.samples import DAY, MINUTE, NOW, arrival, post

EVE, ROBOT = "Eve@elsewhere.example", 7
SAYS = "Thank you for your message. Somebody looks at ticket #%d soon."


def put(store: Store, workspace_id: int, entry: Posted, at: datetime, stranger: str = "") -> None:
    with store.begin() as tx:
        number = None
        if stranger:
            (number,) = tx.inbox.add([arrival(raw=f"Subject: {entry.mark}\r\n\r\n{at}\r\n".encode())])
            tx.inbox.settle(number, ArrivalState.PROCESSED, "posted", workspace_id=workspace_id, author=stranger, at=at)
        tx.ledger.append(workspace_id, [entry], at=at, charter_version=1, arrival_id=number)


def before(store: Store, workspace_id: int, entry: Posted, address: str = "") -> Lately:
    with store.read() as tx:
        return tx.posted.before(workspace_id, entry, address, NOW)


def test_what_a_member_said_in_a_thread_within_a_day_and_an_hour(store: Store, acme: int) -> None:
    put(store, acme, post(1), NOW - 3 * DAY)
    ages = (timedelta(hours=25), timedelta(hours=2), 20 * MINUTE)
    for number, age in enumerate(ages, start=2):
        put(store, acme, post(number, "P-1", author_id=ROBOT, text=SAYS % number), NOW - age)
    put(store, acme, post(5, "P-1", author_id=8, text=SAYS % 5), NOW - MINUTE)  # somebody else
    put(store, acme, post(6, "P-6", author_id=ROBOT, text=SAYS % 6), NOW - MINUTE)  # another thread
    assert before(store, acme, post(9, "P-1", author_id=ROBOT, text=SAYS % 9)) == Lately(same=2, posts=1, today=2)
    assert before(store, acme, post(9, "P-1", author_id=ROBOT, text="Something else")) == Lately(
        same=0, posts=1, today=2
    )


def test_what_nothing_proves_to_be_a_members_is_counted_apart(store: Store, acme: int) -> None:
    for number in range(2, 12):
        put(store, acme, post(number, "P-1", author_id=ROBOT, text=SAYS % 1, unproven=True), NOW - MINUTE)
        put(store, acme, post(number + 20, author_id=ROBOT, text=SAYS % 1, unproven=True), NOW - MINUTE)
    put(store, acme, post(50, "P-1", author_id=ROBOT, text=SAYS % 1), NOW - MINUTE)
    for mail, proven, forged in (
        (post(60, "P-1", author_id=ROBOT, text=SAYS % 1), Lately(1, 1, 1), Lately(10, 10, 10)),
        (post(60, author_id=ROBOT, text=SAYS % 1), Lately(), Lately(10, 10, 10)),
    ):
        assert before(store, acme, mail) == proven
        assert before(store, acme, structs.replace(mail, unproven=True)) == forged


def test_threads_that_a_member_starts_count_by_their_words_and_by_the_hour(store: Store, acme: int) -> None:
    for number in range(1, 22):
        subject = f"[Desk {number}] Received" if number % 10 == 0 else f"Topic {number}"
        put(store, acme, post(number, author_id=ROBOT, subject=subject, text="Thank you"), NOW - number * MINUTE)
    again = post(40, author_id=ROBOT, subject="[Desk 40] Received", text="Thank you")
    assert before(store, acme, again) == Lately(same=2, posts=21, today=21)


def test_a_stranger_is_counted_by_address_in_the_whole_workspace(store: Store, acme: int) -> None:
    put(store, acme, post(1, author_id=ROBOT), NOW - DAY / 2)
    put(store, acme, post(2, "P-1", author_name="Eve", text=SAYS % 2), NOW - 2 * MINUTE, EVE)
    put(store, acme, post(3, author_name="Not Eve", text=SAYS % 3), NOW - 2 * MINUTE, EVE.lower())
    put(store, acme, post(4, "P-1", text=SAYS % 4), NOW - 2 * MINUTE, "v@victim.example")
    assert before(store, acme, post(9, "P-1", text=SAYS % 9), EVE) == Lately(same=1, posts=2, today=2)
    assert before(store, acme, post(9, text="An offer"), EVE) == Lately(same=0, posts=2, today=2)
    assert before(store, acme, post(9, text="An offer"), "new@elsewhere.example") == Lately()
