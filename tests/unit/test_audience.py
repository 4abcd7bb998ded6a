"""Whom a broadcast reaches, and whom a charter's audiences name."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from gateway.decide.audience import audience_members, expand, voters
from gateway.model.decision import Broadcast, Group
from gateway.model.facts import PostFacts
from gateway.model.member import Delivery, Member, Settings
from tests.builders import ANA, BEN, CLEO, NOW, TEAM, charter, member, workspace

FACTS = PostFacts(
    mark="P-3",
    thread="P-3",
    author_name="Ben",
    author_address="ben@example.org",
    subject="Lunch",
    text="Shall we?",
)


def reached(
    *members: Member, electorate: tuple[int, ...] = (), rules: dict[str, Any] | None = None, **told: Any
) -> list[int]:
    defaults: dict[str, Any] = {"key": "post:P-3", "facts": FACTS, "group": Group.READERS, "thread": "P-3"}
    broadcast = Broadcast(**(defaults | told))
    notices = expand(
        broadcast,
        members=members,
        electorate=electorate,
        workspace=workspace(**(rules or {})),
        due_at=NOW,
        copy_ids={},
    )
    return [notice.member_id for notice in notices]


def dan(**settings: Any) -> Member:
    return member(4, "Dan", settings=Settings(**settings))


def test_readers_are_those_who_get_posts_at_once() -> None:
    weekly = member(5, "Eve", settings=Settings(delivery=Delivery.WEEKLY))
    assert reached(ANA, weekly, dan(delivery=Delivery.IMMEDIATE)) == [1, 4]
    assert reached(ANA, dan(delivery=Delivery.IMMEDIATE), rules={"delivery": "daily"}) == [4]


def test_what_a_member_chose_for_a_channel_outweighs_what_they_chose_for_all() -> None:
    loud = dan(delivery=Delivery.DAILY, channels={"design": Delivery.IMMEDIATE})
    quiet = member(5, "Eve", settings=Settings(channels={"design": Delivery.NONE}))
    assert reached(loud, quiet, channel="design") == [4]
    assert reached(loud, quiet) == [5]


def test_a_channel_reaches_its_watchers_and_whoever_chose_it() -> None:
    rules = {"channels": {"design": {"watchers": ["ben@example.org"]}}}
    chosen = dan(channels={"design": Delivery.IMMEDIATE})
    assert reached(ANA, BEN, chosen, channel="design", rules=rules) == [2, 4]


def test_the_author_and_those_who_have_it_already_are_left_out() -> None:
    second = member(4, "Dan", further_addresses=("dan@home.example",))
    told: dict[str, Any] = {
        "leave_out": frozenset({2}),
        "leave_out_addresses": frozenset({"cleo@example.org", "dan@home.example"}),
    }
    assert reached(ANA, BEN, CLEO, second, **told) == [1]


def test_a_muted_thread_is_not_passed_on() -> None:
    assert reached(ANA, dan(muted_threads=("P-3",))) == [1]
    assert reached(ANA, dan(muted_threads=("P-9",))) == [1, 4]


@pytest.mark.parametrize("group", list(Group))
def test_who_left_or_is_suspended_or_paused_gets_nothing(group: Group) -> None:
    people = (
        member(4, "Dan", left_at=NOW, roles=("steward",)),
        member(5, "Eve", suspended=True, roles=("steward",)),
        member(6, "Flo", settings=Settings(paused=True), roles=("steward",)),
        member(7, "Gus", settings=Settings(paused_until=NOW.date()), roles=("steward",)),
        member(8, "Hal", settings=Settings(paused_until=NOW.date() - timedelta(1)), roles=("steward",)),
    )
    assert reached(*people, group=group, electorate=(4, 5, 6, 7, 8)) == [8]


def test_a_pause_ends_at_the_members_own_midnight() -> None:
    until = Settings(paused_until=NOW.date() - timedelta(1))
    west = member(4, "Dan", settings=until, timezone="Pacific/Honolulu")
    assert reached(west, group=Group.EVERYONE) == [4]
    later = member(5, "Eve", settings=Settings(paused_until=NOW.date()), timezone="Pacific/Kiritimati")
    assert reached(later, group=Group.EVERYONE) == [5]  # it is tomorrow there


def test_ballots_reach_the_electorate_whatever_its_delivery_settings() -> None:
    assert reached(ANA, BEN, dan(delivery=Delivery.NONE), group=Group.ELECTORATE, electorate=(2, 4)) == [2, 4]


def test_stewards_and_single_members_can_be_meant() -> None:
    assert reached(*TEAM, group=Group.STEWARDS) == [1]
    assert reached(*TEAM, group=Group.EVERYONE, only=frozenset({3})) == [3]


def test_each_copy_has_its_own_key_language_and_place_in_its_readers_thread() -> None:
    french = member(4, "Dan", language="fr", timezone="Europe/Paris")
    broadcast = Broadcast(
        key="post:P-3",
        facts=FACTS,
        group=Group.READERS,
        mark="P-3",
        thread="P-3",
        references=("t.p-3.acme@ws.example.org", "mine@example.org"),
    )
    copies = {4: "r.token.acme@ws.example.org"}
    ana, dan = expand(
        broadcast, members=(ANA, french), electorate=(), workspace=workspace(), due_at=NOW, copy_ids=copies
    )
    assert (ana.key, dan.key, dan.language, dan.timezone) == ("post:P-3:1", "post:P-3:4", "fr", "Europe/Paris")
    assert (ana.in_reply_to, ana.references) == ("", broadcast.references)
    assert (dan.in_reply_to, dan.references[0]) == (copies[4], copies[4])


def test_audiences_of_a_charter() -> None:
    lead = member(4, "Dan", roles=("lead",))
    gone = member(5, "Eve", roles=("lead",), left_at=NOW)
    rules = charter(channels={"design": {"watchers": "role:lead"}})
    people = (*TEAM, lead, gone)
    names = {a: [m.id for m in audience_members(a, people, rules)] for a in ("all", "role:lead", "channel:design")}
    assert names == {"all": [1, 2, 3, 4], "role:lead": [4], "channel:design": [4]}
    assert [m.id for m in audience_members(("Ben@Example.org",), people, rules)] == [2]
    assert audience_members((), people, rules) == ()
    assert audience_members("role:nobody", people, rules) == ()


def test_a_channel_that_watches_itself_or_is_unknown_has_no_audience() -> None:
    rules = charter(channels={"design": {"watchers": "channel:design"}})
    assert audience_members("channel:design", TEAM, rules) == ()
    assert audience_members("channel:cooking", TEAM, rules) == ()


def test_an_observer_with_another_role_is_asked() -> None:
    rules = charter(roles={"guest": {"may": ["observe"]}, "lead": {"may": ["open_vote"]}})
    assert [m.id for m in voters((member(4, roles=("guest",)), member(5, roles=("guest", "lead"))), rules)] == [5]


def test_a_thousand_copies_are_made_in_no_time() -> None:
    people = [member(number, f"M{number}", settings=Settings(muted_threads=("P-9",))) for number in range(1, 1001)]
    told: dict[str, Any] = {"leave_out_addresses": frozenset({"m7@example.org"}), "channel": "design"}
    reached(*people[:1], **told)
    began = time.process_time()
    assert len(reached(*people, **told)) == 999
    assert time.process_time() - began < 0.1  # about 5 ms on one core; the bound leaves room for a busy machine
