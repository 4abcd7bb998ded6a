"""What falls due: one row a key, moved by planning it again. Must not: know what a due row wakes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec
from sqlalchemy import Executable, bindparam, delete, func, select, update

from gateway.model.context import Due
from store.codec import pack
from store.sql import Sql, insert_for
from store.tables import dues

_due: msgspec.json.Decoder[Due] = msgspec.json.Decoder(Due)

_HERE = dues.c.workspace_id == bindparam("workspace_id")
_REMOVE = delete(dues).where(dues.c.workspace_id == bindparam("b_workspace_id"), dues.c.key == bindparam("b_key"))
_PUT_OFF = (
    update(dues)
    .where(dues.c.workspace_id == bindparam("b_workspace_id"), dues.c.key == bindparam("b_key"))
    .values(at=bindparam("at"))
)
_PUT_OFF_BY = timedelta(hours=1)
_REMOVE_RANGE = delete(dues).where(
    dues.c.workspace_id == bindparam("b_workspace_id"), dues.c.key >= bindparam("first"), dues.c.key < bindparam("end")
)
_REMOVE_ALL = delete(dues).where(dues.c.workspace_id == bindparam("b_workspace_id"))
_CLAIM = (
    select(dues.c.workspace_id, dues.c.key, dues.c.due)
    .where(dues.c.at <= bindparam("now"))
    .order_by(dues.c.at, dues.c.key)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_NEXT_AT = select(func.min(dues.c.at))
_LIST = select(dues.c.due).where(_HERE, dues.c.at <= bindparam("until")).order_by(dues.c.at, dues.c.key)
_GET = select(dues.c.due).where(_HERE, dues.c.key.in_(bindparam("keys", expanding=True))).order_by(dues.c.key)
_KEYS_AT_ONCE = 500  # SQLite takes 32,766 parameters in a statement


class Schedule:
    """Due rows of one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def plan(self, workspace_id: int, planned: Sequence[Due]) -> None:
        """Write due rows; one whose key is there already is moved and says what the new one says."""
        if planned:
            self._sql.run(
                _plan(self._sql.dialect),
                [{"workspace_id": workspace_id, "key": due.key, "at": due.at, "due": pack(due)} for due in planned],
            )

    def remove(self, workspace_id: int, keys: Sequence[str]) -> None:
        """Take due rows out; a key that ends in `*` stands for all that begin so."""
        exact = [{"b_workspace_id": workspace_id, "b_key": key} for key in keys if not key.endswith("*")]
        if exact:
            self._sql.run(_REMOVE, exact)
        for beginning in (key[:-1] for key in keys if key.endswith("*")):
            self._remove_all(workspace_id, beginning)

    def claim(self, now: datetime, limit: int) -> list[tuple[int, Due]]:
        """Take out what is due, the earliest first: rolled back, it is due again.

        A row that cannot be read any more stays, and is put off: it must not hold up the others.
        """
        claimed: list[tuple[int, Due]] = []
        for row in self._sql.rows(_CLAIM, {"now": now, "limit": limit}):
            where = {"b_workspace_id": row.workspace_id, "b_key": row.key}
            try:
                claimed.append((row.workspace_id, _due.decode(row.due)))
            except msgspec.DecodeError:
                self._sql.run(_PUT_OFF, where | {"at": now + _PUT_OFF_BY})
            else:
                self._sql.run(_REMOVE, where)
        return claimed

    def next_at(self) -> datetime | None:
        """Return when the next row falls due, None when there is none."""
        found: datetime | None = self._sql.value(_NEXT_AT)
        return found

    def get(self, workspace_id: int, keys: Sequence[str]) -> list[Due]:
        """Return the rows with these keys, in the order of the keys."""
        found: list[Due] = []
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            values = {"workspace_id": workspace_id, "keys": list(keys[start : start + _KEYS_AT_ONCE])}
            found += [_due.decode(row.due) for row in self._sql.rows(_GET, values)]
        return found

    def list(self, workspace_id: int, until: datetime) -> list[Due]:
        """Return what falls due up to an instant, the earliest first."""
        found = self._sql.rows(_LIST, {"workspace_id": workspace_id, "until": until})
        return [_due.decode(row.due) for row in found]

    def _remove_all(self, workspace_id: int, beginning: str) -> None:
        if not beginning:
            self._sql.run(_REMOVE_ALL, {"b_workspace_id": workspace_id})
            return
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)  # the first text after all that begin so
        self._sql.run(_REMOVE_RANGE, {"b_workspace_id": workspace_id, "first": beginning, "end": end})


@lru_cache
def _plan(dialect: str) -> Executable:
    row = insert_for(dialect, dues)
    return row.on_conflict_do_update(
        index_elements=[dues.c.workspace_id, dues.c.key], set_={"at": row.excluded.at, "due": row.excluded.due}
    )
