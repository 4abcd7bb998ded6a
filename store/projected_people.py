"""What entries about people change in the rows of members and addresses: one function a type, in a table.

Must not: decide anything, or write what the entry and the rows before it do not say: rows = fold of the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from gateway.model.entry import (
    AbsencesRestored,
    AddressAdded,
    AddressRemoved,
    AwayEnded,
    AwayNoted,
    Bounced,
    DeliveryResumed,
    DeliverySuspended,
    MemberAdded,
    MemberLeft,
    MemberRenamed,
    MemberReturned,
    SettingsChanged,
)
from gateway.model.member import Absence, Member
from store.codec import pack, storable
from store.faults import Forbidden
from store.place import Place
from store.sql import Sql
from store.tables import addresses, members

_member: msgspec.json.Decoder[Member] = msgspec.json.Decoder(Member)
replace = msgspec.structs.replace

_ADD_MEMBER = insert(members)
_ADD_ADDRESS = insert(addresses)
_DROP_ADDRESSES = delete(addresses).where(addresses.c.member_id == bindparam("member_id"))
_READ_MEMBER = (
    select(members.c.record)
    .where(members.c.id == bindparam("id"), members.c.workspace_id == bindparam("workspace_id"))
    .with_for_update()
)
_CHANGE_MEMBER = update(members).where(members.c.id == bindparam("b_id"))
_BOUNCED: Any = _CHANGE_MEMBER.values(bounce_score=bindparam("score"), bounced_at=bindparam("at"))
_ALIVE: Any = _CHANGE_MEMBER.where(members.c.bounce_score > 0).values(bounce_score=0, bounced_at=None)
_SUSPEND: Any = _CHANGE_MEMBER.values(suspended=True)
_RESUME: Any = _CHANGE_MEMBER.values(suspended=False, bounce_score=0, bounced_at=None)
_DROP_ADDRESS = delete(addresses).where(
    addresses.c.member_id == bindparam("b_member_id"), addresses.c.address == bindparam("b_address")
)


def _member_added(sql: Sql, place: Place, entry: MemberAdded) -> None:
    member = entry.member
    if member.joined_at is None:
        member = replace(member, joined_at=place.at)
    who = {"id": member.id, "workspace_id": place.workspace_id}
    sql.run(_ADD_MEMBER, who | {"suspended": member.suspended} | _member_columns(member))
    if member.left_at is None:
        _add_addresses(sql, place, member)


def _member_columns(member: Member) -> dict[str, Any]:
    """Whether delivery is suspended, and what came back, stand in columns of their own, not in the record."""
    return {
        "name": storable(member.name),
        "left_at": member.left_at,
        "absent_until": max((absence.until or date.max for absence in member.absences), default=None),
        "record": pack(replace(member, suspended=False, bounce_score=0.0, bounced_at=None)),
    }


def _bounced(sql: Sql, place: Place, entry: Bounced) -> None:
    if entry.member_id is not None:
        sql.run(_BOUNCED, {"b_id": entry.member_id, "score": entry.score, "at": place.at})


def _delivery_suspended(sql: Sql, place: Place, entry: DeliverySuspended) -> None:
    sql.run(_SUSPEND, {"b_id": entry.member_id})


def _delivery_resumed(sql: Sql, place: Place, entry: DeliveryResumed) -> None:
    sql.run(_RESUME, {"b_id": entry.member_id})


def _address_added(sql: Sql, place: Place, entry: AddressAdded) -> None:
    def add(member: Member) -> Member:
        return replace(member, further_addresses=(*member.further_addresses, entry.address))

    _change_member(sql, place, entry.member_id, add)
    row = {"address": entry.address, "workspace_id": place.workspace_id, "member_id": entry.member_id}
    sql.run(_ADD_ADDRESS, row)


def alive(sql: Sql, member_id: int | None) -> None:
    """Note that a member who writes is there: what came back before counts no more. Mail that is suspended stays so."""
    if member_id:
        sql.run(_ALIVE, {"b_id": member_id})


def _add_addresses(sql: Sql, place: Place, member: Member) -> None:
    own = dict.fromkeys((member.address, *member.further_addresses))
    sql.run(
        _ADD_ADDRESS,
        [{"address": one, "workspace_id": place.workspace_id, "member_id": member.id} for one in own],
    )


def _change_member(sql: Sql, place: Place, member_id: int, change: Callable[[Member], Member]) -> None:
    found = sql.value(_READ_MEMBER, {"id": member_id, "workspace_id": place.workspace_id})
    if found is None:
        raise Forbidden(f"there is no member {member_id} in this workspace")
    sql.run(_CHANGE_MEMBER, {"b_id": member_id} | _member_columns(change(_member.decode(found))))


def _member_renamed(sql: Sql, place: Place, entry: MemberRenamed) -> None:
    stated = {key: getattr(entry, key) for key in ("name", "roles", "language", "timezone")}
    changes = {key: value for key, value in stated.items() if value is not None}
    if entry.substitute is not None:
        changes["substitute"] = entry.substitute or None
    _change_member(sql, place, entry.member_id, lambda member: replace(member, **changes))


def _member_left(sql: Sql, place: Place, entry: MemberLeft) -> None:
    _change_member(sql, place, entry.member_id, lambda member: replace(member, left_at=member.left_at or place.at))
    sql.run(_DROP_ADDRESSES, {"member_id": entry.member_id})


def _member_returned(sql: Sql, place: Place, entry: MemberReturned) -> None:
    _change_member(sql, place, entry.member_id, lambda member: replace(member, left_at=None))
    found = sql.value(_READ_MEMBER, {"id": entry.member_id, "workspace_id": place.workspace_id})
    _add_addresses(sql, place, _member.decode(found))


def _address_removed(sql: Sql, place: Place, entry: AddressRemoved) -> None:
    def remove(member: Member) -> Member:
        left = tuple(one for one in member.further_addresses if one != entry.address)
        return replace(member, further_addresses=left)

    _change_member(sql, place, entry.member_id, remove)
    sql.run(_DROP_ADDRESS, {"b_member_id": entry.member_id, "b_address": entry.address})


def _absences_restored(sql: Sql, place: Place, entry: AbsencesRestored) -> None:
    _change_member(sql, place, entry.member_id, lambda member: replace(member, absences=entry.absences))


def _settings_changed(sql: Sql, place: Place, entry: SettingsChanged) -> None:
    _change_member(sql, place, entry.member_id, lambda member: replace(member, settings=entry.settings))
    alive(sql, entry.member_id)


def _away_noted(sql: Sql, place: Place, entry: AwayNoted) -> None:
    def note(member: Member) -> Member:
        known = entry.absence in member.absences
        return member if known else replace(member, absences=(*member.absences, entry.absence))

    _change_member(sql, place, entry.member_id, note)


def _away_ended(sql: Sql, place: Place, entry: AwayEnded) -> None:
    def end(member: Member) -> Member:
        return replace(member, absences=tuple(kept for one in member.absences for kept in _ended(one, entry.day)))

    _change_member(sql, place, entry.member_id, end)


def _ended(absence: Absence, day: date) -> tuple[Absence, ...]:
    """What is left of an absence for somebody who is back on a day: the days before it."""
    if not absence.covers(day):
        return (absence,)
    return (replace(absence, until=day - timedelta(days=1)),) if absence.starts < day else ()


# For projection.py.
PEOPLE: dict[type, Callable[[Sql, Place, Any], None]] = {
    Bounced: _bounced,
    DeliverySuspended: _delivery_suspended,
    DeliveryResumed: _delivery_resumed,
    AddressAdded: _address_added,
    AddressRemoved: _address_removed,
    MemberAdded: _member_added,
    MemberRenamed: _member_renamed,
    MemberLeft: _member_left,
    SettingsChanged: _settings_changed,
    AwayNoted: _away_noted,
    AwayEnded: _away_ended,
    AbsencesRestored: _absences_restored,
    MemberReturned: _member_returned,
}
