"""Whom something reaches: a charter's audiences, the electorate of a vote, and the copies of a broadcast.

Must not: decide what is said, or load members.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from gateway.decide.addressed import to_member
from gateway.model.address import fold_address
from gateway.model.charter import Audience, Charter
from gateway.model.context import Workspace
from gateway.model.decision import Broadcast, Group
from gateway.model.facts import Facts, StewardFacts
from gateway.model.member import Delivery, Member
from gateway.model.notice import Notice


def audience_members(audience: Audience, members: Iterable[Member], charter: Charter) -> tuple[Member, ...]:
    """Return the members a charter's audience names: "all", "role:lead", "channel:design", or addresses.

    Who has left is in no audience. A channel's audience are its watchers.
    """
    here = tuple(member for member in members if member.left_at is None)
    if not isinstance(audience, str):
        wanted = frozenset(fold_address(address) for address in audience)
        return tuple(m for m in here if m.address in wanted or not wanted.isdisjoint(m.further_addresses))
    kind, _, name = audience.partition(":")
    if kind == "role":
        return tuple(member for member in here if name in member.roles)
    if kind == "channel":
        watchers = charter.channels[name].watchers if name in charter.channels else ()
        return () if watchers == audience else audience_members(watchers, here, charter)
    return here if audience == "all" else ()


def only_observes(member: Member, charter: Charter) -> bool:
    """Whether a member is told but not asked: a role lets them observe, and none gives them anything else."""
    permissions = {p for role in member.roles if role in charter.roles for p in charter.roles[role].may}
    return permissions == {"observe"} and not member.is_steward


def voters(members: Iterable[Member], charter: Charter, audience: Audience = "all") -> tuple[Member, ...]:
    """Return who is asked when a vote opens: not who has left, gets no mail any more, or only observes."""
    asked = audience_members(audience, members, charter)
    return tuple(member for member in asked if not member.suspended and not only_observes(member, charter))


def observers(members: Iterable[Member], charter: Charter) -> tuple[Member, ...]:
    """Return the members who are told of everything and asked nothing."""
    return tuple(member for member in members if member.left_at is None and only_observes(member, charter))


# --- copies of a broadcast ------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def _day(zone: str, now: datetime) -> date:
    return now.astimezone(_zone(zone)).date()


def is_paused(member: Member, now: datetime) -> bool:
    """Whether a member asked for nothing but direct answers."""
    settings = member.settings
    if settings.paused:
        return True
    return settings.paused_until is not None and _day(member.timezone, now) <= settings.paused_until


def delivery_of(member: Member, charter: Charter, channel: str | None, watchers: Collection[int] | None) -> Delivery:
    """Return how posts of a channel (None: of no channel) reach a member.

    What the member chose for the channel counts first; of a channel they do not watch they get nothing; then comes what
    they chose for all, then what the charter says.
    """
    if channel is not None:
        chosen = member.settings.channels.get(channel)
        if chosen is not None:
            return chosen
        if watchers is not None and member.id not in watchers:
            return Delivery.NONE
    return member.settings.delivery or charter.delivery


def _readers(
    broadcast: Broadcast, members: Collection[Member], charter: Charter, writers: Collection[int]
) -> Callable[[Member], bool]:
    channel = broadcast.channel
    watchers: frozenset[int] | None = None
    if channel is not None and channel in charter.channels and charter.channels[channel].watchers != "all":
        watchers = frozenset(m.id for m in audience_members(charter.channels[channel].watchers, members, charter))

    def reads(member: Member) -> bool:
        muted = member.settings.muted_threads
        if muted and broadcast.thread in muted:
            return False
        if member.settings.only_mine and member.id not in writers:
            return False
        return delivery_of(member, charter, channel, watchers) is Delivery.IMMEDIATE

    return reads


def expand(
    broadcast: Broadcast,
    *,
    members: Collection[Member],
    electorate: Collection[int],
    workspace: Workspace,
    due_at: datetime,
    copy_ids: Mapping[int, str],
    writers: Collection[int] = (),
) -> tuple[Notice, ...]:
    """Return the copies of a broadcast, one for each member it reaches, in the order of `members`.

    `electorate` are the ids of the round's electorate, its observers among them when the broadcast says so, or of those
    in it who are set aside. `copy_ids` are the Message-IDs of the copy that each member has of what this answers: their
    mail program joins the two. `writers` are those who have written in its thread, for members who want no other.
    """
    if broadcast.group is Group.STEWARDS:
        return _to_stewards(broadcast, members, due_at)
    belongs = _belongs(broadcast, members, electorate, workspace.charter, writers)
    out, addresses, only = broadcast.leave_out, broadcast.leave_out_addresses, broadcast.only
    found: list[Notice] = []
    for member in members:
        if member.left_at is not None or member.suspended or member.id in out:
            continue
        if only is not None and member.id not in only:
            continue
        if not belongs(member) or is_paused(member, due_at):
            continue
        if addresses and (member.address in addresses or not addresses.isdisjoint(member.further_addresses)):
            continue
        found.append(_copy(broadcast, member, due_at, copy_ids.get(member.id, "")))
    return tuple(found)


def _belongs(
    broadcast: Broadcast,
    members: Collection[Member],
    electorate: Collection[int],
    charter: Charter,
    writers: Collection[int],
) -> Callable[[Member], bool]:
    match broadcast.group:
        case Group.READERS:
            return _readers(broadcast, members, charter, writers)
        case Group.ELECTORATE | Group.SET_ASIDE:
            asked = frozenset(electorate)
            return lambda member: member.id in asked
        case Group.EVERYONE:
            return lambda member: True
        case Group.STEWARDS:
            return lambda member: member.is_steward


# --- what is for the stewards ---------------------------------------------------------------------------------------

# What nobody has to do anything about: a steward who wants no mail for now is spared it.
_NEWS = frozenset({"bounced", "complaint-unproven", "joined", "left", "removed", "many-answers", "unproven-answers"})


def needs_a_steward(facts: Facts) -> bool:
    """Whether what the stewards are told of waits for one of them, or says that mail does not get through."""
    if not isinstance(facts, StewardFacts) or facts.about in _NEWS:
        return False
    return facts.about != "join" or bool(facts.arrival_id)  # else they join by their own yes


def reachable(members: Iterable[Member]) -> tuple[Member, ...]:
    """Return the stewards whom our mail reaches, paused or not."""
    return tuple(m for m in members if m.is_steward and m.left_at is None and not m.suspended)


def _to_stewards(broadcast: Broadcast, members: Collection[Member], due_at: datetime) -> tuple[Notice, ...]:
    """Return the copies for stewards: a pause is of their own mail, so what needs one of them reaches one all the same.

    It goes to those who are not paused; where all are, to all, and says why; where mail reaches none of them, their
    copies wait in the outbox until it does (owed.py, stewards.py).
    """
    members = [member for member in members if member.id not in broadcast.leave_out]
    reached = reachable(members)
    willing = [member for member in reached if not is_paused(member, due_at)]
    if willing or not needs_a_steward(broadcast.facts):
        return tuple(_copy(broadcast, member, due_at, "") for member in willing)
    if reached:
        assert isinstance(broadcast.facts, StewardFacts)
        facts = msgspec.structs.replace(broadcast.facts, though_paused=True)
        return tuple(_copy(replace(broadcast, facts=facts), member, due_at, "") for member in reached)
    waiting = replace(broadcast, owed=True)
    return tuple(_copy(waiting, m, due_at, "") for m in members if m.is_steward and m.left_at is None)


def _copy(broadcast: Broadcast, member: Member, due_at: datetime, copy_id: str) -> Notice:
    return to_member(
        member,
        broadcast.facts,
        f"{broadcast.key}:{member.id}",
        due_at,
        thread=broadcast.thread,
        mark=broadcast.mark,
        items=broadcast.items,
        in_reply_to=copy_id or broadcast.in_reply_to,
        references=(copy_id, *broadcast.references) if copy_id else broadcast.references,
        owed=broadcast.owed,
    )
