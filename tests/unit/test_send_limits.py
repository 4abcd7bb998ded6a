"""How much may go out: one domain's share of the connections, and a day's number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.model.notice import Attempt, Outgoing
from gateway.send.limits import DailyCap, Queue

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def outgoing(number: int, recipient: str) -> Outgoing:
    return Outgoing(notice_id=number, sender="", recipient=recipient, message=b"")


def queue(per_domain: int, *recipients: str) -> Queue:
    return Queue([outgoing(number, to) for number, to in enumerate(recipients, 1)], per_domain)


def taken(queue: Queue) -> int:
    found = queue.take()
    return found.notice_id if found else 0


def sent(at: datetime, code: int = 250) -> Attempt:
    return Attempt(notice_id=1, at=at, code=code)


def test_without_a_limit_mail_goes_in_its_order() -> None:
    mails = queue(0, "a@x.org", "b@x.org", "c@y.org")
    assert [taken(mails) for _ in range(4)] == [1, 2, 3, 0]


def test_a_domain_at_its_limit_lets_others_pass_and_gets_its_turns_back() -> None:
    mails = queue(1, "a@x.org", "b@X.org", "c@y.org", "d@x.org")
    assert [taken(mails) for _ in range(3)] == [1, 3, 0]
    mails.finished(outgoing(1, "a@x.org"))
    assert [taken(mails) for _ in range(2)] == [2, 0]
    mails.finished(outgoing(2, "b@X.org"))
    assert taken(mails) == 4


def test_no_cap_leaves_any_number() -> None:
    cap = DailyCap(0)
    cap.note([sent(NOW)])
    assert cap.room(NOW) is None
    assert not cap.is_near(NOW)


def test_a_day_has_so_much_room_and_hours_ago_count() -> None:
    cap = DailyCap(10)
    cap.remember([NOW - timedelta(hours=25), NOW - timedelta(hours=23)])
    assert cap.room(NOW) == 9
    cap.note([sent(NOW), sent(NOW, 550), sent(NOW, 0)])
    assert cap.room(NOW) == 8, "only what was taken counts"
    cap.note([sent(NOW)] * 20)
    assert cap.room(NOW) == 0
    assert cap.room(NOW + timedelta(hours=24)) == 10


def test_what_a_clock_that_was_ahead_dated_takes_no_room_once_it_is_right() -> None:
    ahead = NOW + timedelta(days=40)
    cap = DailyCap(3)
    cap.note([sent(ahead)] * 3)
    assert (cap.room(ahead), cap.room(NOW)) == (0, 3)
    cap.note([sent(ahead), sent(NOW)])
    cap.note([sent(NOW - timedelta(seconds=2))])  # put right by a little, as clocks are all the time
    assert cap.room(NOW) == 1


def test_the_last_fifth_of_a_day_goes_to_digests_first() -> None:
    cap = DailyCap(10)
    cap.note([sent(NOW)] * 7)
    assert not cap.is_near(NOW)
    cap.note([sent(NOW)])
    assert cap.is_near(NOW)
