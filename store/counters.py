"""Numbers that are given out once: of marks within a workspace, of members and notices within the store.

A number is taken in the transaction that uses it; one that is rolled back is given out again. Must not: know
what is numbered.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam, case, select

from store.sql import Sql, insert_for
from store.tables import counters

EVERYWHERE = 0  # the workspace of numbers that are unique over the whole store
MEMBERS, NOTICES = "member", "notice"

_OF = select(counters.c.letter, counters.c.next).where(counters.c.workspace_id == bindparam("workspace_id"))
_OF = _OF.with_for_update()  # whoever has read them decides first; SQLite has one writer anyway


def following(sql: Sql, workspace_id: int) -> Mapping[str, int]:
    """Return the next free number of each letter that has been used in a workspace."""
    return {row.letter: row.next for row in sql.rows(_OF, {"workspace_id": workspace_id})}


def take(sql: Sql, name: str, count: int = 1) -> int:
    """Take numbers that are unique over the whole store, and return the first of them."""
    return int(sql.value(_take(sql.dialect), {"workspace_id": EVERYWHERE, "letter": name, "count": count})) - count


def move_past(sql: Sql, workspace_id: int, letter: str, number: int) -> None:
    """Make the next number of a letter greater than one that is in use."""
    sql.run(_move_past(sql.dialect), {"workspace_id": workspace_id, "letter": letter, "next": number + 1})


@lru_cache
def _take(dialect: str) -> Executable:
    count: BindParameter[Any] = bindparam("count")
    row = insert_for(dialect, counters).values(
        workspace_id=bindparam("workspace_id"), letter=bindparam("letter"), next=count + 1
    )
    return row.on_conflict_do_update(
        index_elements=[counters.c.workspace_id, counters.c.letter], set_={"next": counters.c.next + count}
    ).returning(counters.c.next)


@lru_cache
def _move_past(dialect: str) -> Executable:
    row = insert_for(dialect, counters)
    higher = case((row.excluded.next > counters.c.next, row.excluded.next), else_=counters.c.next)
    return row.on_conflict_do_update(index_elements=[counters.c.workspace_id, counters.c.letter], set_={"next": higher})
