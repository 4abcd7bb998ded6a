"""The inbox: arrivals, durable before anything is understood, and what became of each.

Must not: look into the bytes, or let an arrival take a way that ARRIVAL_TRANSITIONS does not list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Executable, Row, bindparam, delete, exists, insert, or_, select, update

from gateway.model.address import fold_address
from gateway.model.arrival import ARRIVAL_TRANSITIONS, PUT_BACK, Arrival, ArrivalState, StoredArrival
from store.codec import expand, pack, squeeze, storable
from store.faults import Conflict, Forbidden
from store.sql import Sql, insert_for
from store.tables import arrivals, fingerprints, raw

_recipients = msgspec.json.Decoder(tuple[str, ...])

_ADD = insert(arrivals).returning(arrivals.c.id, sort_by_parameter_order=True)
_ADD_RAW = insert(raw)
_WAITING = arrivals.c.state == ArrivalState.RECEIVED.value
_PENDING = (
    select(arrivals, raw.c.body)
    .join(raw, raw.c.arrival_id == arrivals.c.id)
    .where(_WAITING, arrivals.c.id > bindparam("after"))
    .order_by(arrivals.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=arrivals, skip_locked=True)  # several processes on PostgreSQL; SQLite has one writer
)
_REMEMBERED = frozenset({ArrivalState.PROCESSED, ArrivalState.HELD})
_PENDING_SIZES = (
    select(arrivals.c.size)
    .where(_WAITING, arrivals.c.id > bindparam("after"))
    .order_by(arrivals.c.id)
    .limit(bindparam("limit"))
)
_PENDING_BYTES = 8 * 1024 * 1024  # raw mail handed out at a time, or one mail that is larger
_PENDING_BEFORE = select(exists().where(_WAITING, arrivals.c.received_at <= bindparam("instant")))
_GET = (
    select(arrivals, raw.c.body)
    .outerjoin(raw, raw.c.arrival_id == arrivals.c.id)
    .where(arrivals.c.id == bindparam("id"))
)
_HELD = (
    select(arrivals.c.id, arrivals.c.author, arrivals.c.reason)
    .join(raw, raw.c.arrival_id == arrivals.c.id)
    .where(arrivals.c.state == ArrivalState.HELD.value, arrivals.c.workspace_id == bindparam("workspace_id"))
    .order_by(arrivals.c.id)
)
_KEPT = select(raw.c.arrival_id).where(raw.c.arrival_id == bindparam("id"))
_STATE = select(arrivals.c.state).where(arrivals.c.id == bindparam("id"))
_SEEN = select(fingerprints.c.arrival_id).where(
    fingerprints.c.workspace_id == bindparam("workspace_id"), fingerprints.c.fingerprint == bindparam("fingerprint")
)
_ALIKE = (
    select(fingerprints.c.fingerprint, fingerprints.c.arrival_id, arrivals.c.state)
    .join(arrivals, arrivals.c.id == fingerprints.c.arrival_id)
    .where(
        fingerprints.c.workspace_id == bindparam("workspace_id"),
        fingerprints.c.fingerprint >= bindparam("first"),
        fingerprints.c.fingerprint < bindparam("beyond"),
    )
)
_NOTE = insert(fingerprints)
_FORGET = delete(fingerprints).where(
    fingerprints.c.workspace_id == bindparam("workspace_id"), fingerprints.c.fingerprint == bindparam("fingerprint")
)
# By the state to come: from the states that may become it, in the same statement.
_SETTLE = {
    state: update(arrivals).where(
        arrivals.c.id == bindparam("b_id"),
        or_(*(arrivals.c.state == before.value for before, after in ARRIVAL_TRANSITIONS.items() if state in after)),
    )
    for state in ArrivalState
}


class Noted(NamedTuple):
    """A fingerprint that was noted, the arrival that it stands for, and what has become of that one."""

    fingerprint: str
    arrival_id: int
    state: ArrivalState


class Inbox:
    """Arrivals of one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, received: Sequence[Arrival]) -> list[int]:
        """Write arrivals with their raw bytes and return their ids, in order. Durable once the transaction commits."""
        if not received:
            return []
        ids = self._sql.numbers(_ADD, [_columns(arrival) for arrival in received])
        bodies = [{"arrival_id": id_, "body": squeeze(one.raw)} for id_, one in zip(ids, received, strict=True)]
        self._sql.run(_ADD_RAW, bodies)
        return ids

    def pending(self, limit: int, after: int = 0) -> list[StoredArrival]:
        """Return what waits to be processed, oldest first, with its raw bytes: `limit` at most, fewer large ones.

        With `after`, what came in later than that arrival.
        """
        sizes = accumulate(int(row.size) for row in self._sql.rows(_PENDING_SIZES, {"limit": limit, "after": after}))
        few = max(1, sum(size <= _PENDING_BYTES for size in sizes))
        found = self._sql.rows(_PENDING, {"limit": min(few, limit), "after": after})
        return [_stored(row, row.body) for row in found]

    def pending_before(self, instant: datetime) -> bool:
        """Whether something received at this instant or earlier still waits: a deadline must wait for it too."""
        return bool(self._sql.value(_PENDING_BEFORE, {"instant": instant}))

    def seen(self, fingerprint: str, workspace_id: int) -> int | None:
        """Return the arrival that was processed or held with this fingerprint for this workspace, or None."""
        found = self._sql.value(_SEEN, {"workspace_id": workspace_id, "fingerprint": fingerprint})
        return None if found is None else int(found)

    def alike(self, beginning: str, workspace_id: int) -> list[Noted]:
        """Return what is noted for this workspace by fingerprints that begin so, in hexadecimal digits."""
        # "g" comes after every hexadecimal digit, wherever words are sorted.
        values = {"workspace_id": workspace_id, "first": beginning, "beyond": f"{beginning}g"}
        found = self._sql.rows(_ALIKE, values)
        return [Noted(row.fingerprint, row.arrival_id, ArrivalState(row.state)) for row in found]

    def take_over(self, arrival_id: int, workspace_id: int, fingerprint: str) -> None:
        """Let an arrival be the one that is known by a fingerprint, whichever was before."""
        row = {"workspace_id": workspace_id, "fingerprint": fingerprint}
        self._sql.run(_FORGET, row)
        self._sql.run(_NOTE, {**row, "arrival_id": arrival_id})

    def note(self, arrival_id: int, workspace_id: int, fingerprint: str) -> None:
        """Remember that an arrival was processed or held for a workspace. Raises Conflict when another already was."""
        row = {"workspace_id": workspace_id, "fingerprint": fingerprint, "arrival_id": arrival_id}
        if self._sql.run(_note_once(self._sql.dialect), row) == 1:  # PostgreSQL may not say how many
            return
        if self.seen(fingerprint, workspace_id) == arrival_id:
            return  # its second recipient in the same workspace is no other
        raise Conflict(f"arrival {arrival_id}: another was processed as the same mail")

    def settle(
        self,
        arrival_id: int,
        state: ArrivalState,
        reason: str,
        *,
        at: datetime,
        detail: str = "",
        workspace_id: int | None = None,
        fingerprint: str = "",
        message_id: str = "",
        subject: str = "",
        author: str = "",
    ) -> None:
        """Say what became of an arrival. With a fingerprint one that was processed or held is found by `seen`."""
        self._move(
            arrival_id,
            state,
            reason=reason,
            settled_at=at,
            detail=storable(detail),
            workspace_id=workspace_id,
            message_id=storable(message_id),
            subject=storable(subject),
            author=storable(author),
        )
        if state in _REMEMBERED and fingerprint and workspace_id is not None:
            self.note(arrival_id, workspace_id, fingerprint)

    def put_back(self, arrival_id: int, detail: str = PUT_BACK) -> None:
        """Let an arrival that was held, ignored or failed be processed again; until then `detail` says why."""
        if not self.keeps(arrival_id):
            raise Forbidden(f"arrival {arrival_id}: its bytes are no longer kept")
        self._move(arrival_id, ArrivalState.RECEIVED, reason="", detail=detail, settled_at=None)

    def keeps(self, arrival_id: int) -> bool:
        """Whether the bytes of an arrival are still kept."""
        return self._sql.value(_KEPT, {"id": arrival_id}) is not None

    def held_from(self, workspace_id: int, address: str) -> list[int]:
        """Return what is held for a workspace, was written from a folded address and is kept, oldest first."""
        held = self._sql.rows(_HELD, {"workspace_id": workspace_id})
        return [row.id for row in held if fold_address(row.author) == address]

    def held_as(self, workspace_id: int, reason: str) -> list[int]:
        """Return what is held for a workspace with this reason and is kept, oldest first."""
        return [row.id for row in self._sql.rows(_HELD, {"workspace_id": workspace_id}) if row.reason == reason]

    def get(self, arrival_id: int) -> StoredArrival | None:
        """Return an arrival with its raw bytes (b"" once they were purged), or None."""
        row = self._sql.first(_GET, {"id": arrival_id})
        return None if row is None else _stored(row, row.body)

    def list(
        self, *, limit: int, state: ArrivalState | None = None, before_id: int | None = None
    ) -> list[StoredArrival]:
        """Return arrivals newest first, without raw bytes; `before_id` continues where a list ended."""
        query = select(arrivals).order_by(arrivals.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(arrivals.c.state == state.value)
        if before_id is not None:
            query = query.where(arrivals.c.id < before_id)
        return [_stored(row, None) for row in self._sql.rows(query)]

    def _move(self, arrival_id: int, state: ArrivalState, **columns: Any) -> None:
        if self._sql.run(_SETTLE[state], {"b_id": arrival_id, "state": state.value, **columns}):
            return
        found = self._sql.value(_STATE, {"id": arrival_id})
        if found is None:
            raise Forbidden(f"there is no arrival {arrival_id}")
        raise Forbidden(f"arrival {arrival_id} is {found} and cannot become {state.value}")


@lru_cache
def _note_once(dialect: str) -> Executable:
    return insert_for(dialect, fingerprints).on_conflict_do_nothing()


def _columns(arrival: Arrival) -> dict[str, Any]:
    return {
        "door": arrival.door,
        "reverse_path": storable(arrival.reverse_path),
        "recipients": pack(arrival.recipients),
        "received_at": arrival.received_at,
        "accepted_at": arrival.accepted_at,
        "size": len(arrival.raw),
        "state": ArrivalState.RECEIVED.value,
    }


def _stored(row: Row[Any], body: bytes | None) -> StoredArrival:
    return StoredArrival(
        id=row.id,
        arrival=Arrival(
            door=row.door,
            reverse_path=row.reverse_path,
            recipients=_recipients.decode(row.recipients),
            raw=b"" if body is None else expand(body),
            received_at=row.received_at,
            accepted_at=row.accepted_at,
        ),
        state=ArrivalState(row.state),
        reason=row.reason,
        detail=row.detail,
        workspace_id=row.workspace_id,
        message_id=row.message_id,
        subject=row.subject,
        author=row.author,
        size=row.size,
        settled_at=row.settled_at,
    )
