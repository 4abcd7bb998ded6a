"""Tasks as the projection holds them: what answers, reminders, digests and the export need to read.

Must not: write, or judge what it reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, or_, select

from gateway.model.task import Task, TaskState
from store.sql import Sql
from store.tables import members, tasks

_task: msgspec.json.Decoder[Task] = msgspec.json.Decoder(Task)

_TASKS = (
    select(tasks.c.mark, tasks.c.record, members.c.left_at)
    .outerjoin(members, members.c.id == tasks.c.owner_id)
    .where(tasks.c.workspace_id == bindparam("workspace_id"))
    .order_by(tasks.c.made_entry_id, tasks.c.mark)
)
_TASK = _TASKS.where(tasks.c.mark == bindparam("mark"))
_TASKS_BY_MARK = _TASKS.where(tasks.c.mark.in_(bindparam("marks", expanding=True)))
_OPEN = _TASKS.where(tasks.c.state == TaskState.OPEN.value)
_OPEN_OWN = _OPEN.where(tasks.c.owner_id == bindparam("member_id"))
_MOST_FREE = 100  # open tasks of nobody that one digest is given
_OPEN_FREE = _OPEN.where(or_(tasks.c.owner_id.is_(None), members.c.left_at.is_not(None))).limit(_MOST_FREE)


class Tasks:
    """What one transaction reads of tasks. A task whose owner has left is nobody's, as anyone may take it."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def task(self, workspace_id: int, mark: str) -> Task | None:
        """Return a task as it stands."""
        row = self._sql.first(_TASK, {"workspace_id": workspace_id, "mark": mark})
        return None if row is None else _read(row)

    def by_mark(self, workspace_id: int, marks: Sequence[str]) -> dict[str, Task]:
        """Return those of these marks that are tasks."""
        if not marks:
            return {}
        found = self._sql.rows(_TASKS_BY_MARK, {"workspace_id": workspace_id, "marks": list(marks)})
        return {row.mark: _read(row) for row in found}

    def own(self, workspace_id: int, member_id: int) -> list[Task]:
        """Return the open tasks of a member, oldest first."""
        found = self._sql.rows(_OPEN_OWN, {"workspace_id": workspace_id, "member_id": member_id})
        return [_read(row) for row in found]

    def free(self, workspace_id: int) -> list[Task]:
        """Return open tasks that nobody has, oldest first, a hundred at most."""
        found = self._sql.rows(_OPEN_FREE, {"workspace_id": workspace_id})
        return [_read(row) for row in found]

    def all(self, workspace_id: int) -> list[Task]:
        """Return every task of a workspace, oldest first."""
        return [_read(row) for row in self._sql.rows(_TASKS, {"workspace_id": workspace_id})]


def _read(row: Row[Any]) -> Task:
    task = _task.decode(row.record)
    if row.left_at is None:
        return task
    return msgspec.structs.replace(task, course=msgspec.structs.replace(task.course, owner=None))
