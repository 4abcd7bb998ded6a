"""Tasks: one piece of work with one owner and a due date. No round: nobody is asked, and nothing is counted.

Must not: say who may do what to a task (decide/rituals/task.py does), or how one is shown.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

TASK_LETTER = "T"


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"  # its making was undone: as if it had never been


class TaskAct(StrEnum):
    """What can be done to a task that exists."""

    TAKE = "take"
    DECLINE = "decline"  # its owner gives it back to whoever gave it
    HAND = "hand"  # over to somebody else
    POSTPONE = "postpone"  # or bring forward: another day
    DONE = "done"
    DROP = "drop"
    STILL = "still"  # it goes on as it is; said of a task that was done, it is open again
    UNDO = "undo"


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a task that change, whole: whose it is, when it is due, where it stands and why.

    `owner` None: anyone may take it. `given_by` is the member a decline goes back to, `handed_on` who had it before
    them, the latest last: the way it goes on as each of them declines too. `wanted` is the name that its maker wrote
    and that fits nobody, or more than one; "" otherwise. `reason` are the words of the last change.
    """

    owner: int | None = None
    given_by: int | None = None
    handed_on: tuple[int, ...] = ()
    due: date | None = None
    state: TaskState = TaskState.OPEN
    wanted: str = ""
    reason: str = ""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task. `mark` is `T-12`, and also the mark of the thread of what is said about it."""

    mark: str
    title: str
    made_by: int
    made_at: datetime
    course: Course = Course()
    channel: str | None = None
    text: str = ""  # what its maker wrote beside it
    message_id: str = ""  # of the mail that made it
    changed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.course.state is TaskState.OPEN
