"""What stewards are told of notices that failed, and of such as wait since the server wants none from us."""

from __future__ import annotations

from typing import Any

from gateway.decide import undelivered
from gateway.model.decision import Decision, Why
from gateway.model.facts import StewardFacts
from tests.tick_builders import context, utc

NOW = "2026-03-02T09:00"


def told(**keys: Any) -> Decision:
    return undelivered.tell(undelivered.due(utc(NOW)), context(NOW, **keys))


def test_nothing_new_is_told_to_nobody_and_looked_at_no_more() -> None:
    assert told() == Decision(Why.NOTHING_NEW)


def test_each_is_told_in_a_mail_of_its_own_once_a_day() -> None:
    found = told(
        undelivered=(("bo@example.se", "550 5.1.1 gone"), ("no@example.org", "")),
        refused_us=("550 5.7.60 no", "550 5.4.5 so many a day"),
    )
    assert [one.facts for one in found.broadcasts] == [
        StewardFacts(about="undelivered", text="bo@example.se: 550 5.1.1 gone\nno@example.org", count=2),
        StewardFacts(about="refused-us", text="550 5.4.5 so many a day", count=2),
    ]
    assert [one.key for one in found.broadcasts] == ["undelivered:2026-03-02", "refused-us:2026-03-02"]
    assert [one.at for one in found.due] == [utc(NOW) + undelivered.AGAIN_AFTER]
