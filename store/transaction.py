"""One unit of work: inbox, ledger, outbox, people, charters, rounds and schedule behind one commit.

Must not: commit or roll back by itself; leaving `Store.begin()` or `Store.read()` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache

from sqlalchemy import Executable, bindparam, select

from gateway.model.token import KeyRing
from store.answered import AnsweredLately
from store.asked_back import AskedBack
from store.charters import Cache, Charters
from store.codec import storable
from store.erasure import Erasure
from store.faults import StoreFault
from store.gauges import Gauges
from store.inbox import Inbox
from store.lately import PostedLately
from store.ledger import Ledger
from store.outbox import Outbox
from store.people import People
from store.reading import Rounds
from store.retention import Retention
from store.schedule import Schedule
from store.sql import Sql, insert_for
from store.tables import notes
from store.tasks import Tasks

_GET_MARK = select(notes.c.value).where(notes.c.name == bindparam("name"))


class Transaction:
    """Everything durable, as one transaction sees and changes it. Of no use once it has ended."""

    def __init__(self, sql: Sql, keys: KeyRing, cache: Cache) -> None:
        self._sql = sql
        self._keys = keys
        self._cache = cache
        self._marks: dict[str, str | None] = {}  # as read in this transaction

    @cached_property
    def inbox(self) -> Inbox:
        """Arrivals."""
        return Inbox(self._sql)

    @cached_property
    def ledger(self) -> Ledger:
        """Entries."""
        return Ledger(self._sql)

    @cached_property
    def outbox(self) -> Outbox:
        """Notices."""
        return Outbox(self._sql, self._keys, self.charters.name_of)

    @cached_property
    def answered(self) -> AnsweredLately:
        """What an address was answered lately."""
        return AnsweredLately(self._sql)

    @cached_property
    def asked_back(self) -> AskedBack:
        """Questions back."""
        return AskedBack(self._sql)

    @cached_property
    def people(self) -> People:
        """Members."""
        return People(self._sql)

    @cached_property
    def charters(self) -> Charters:
        """Charters and the workspaces they govern."""
        return Charters(self._sql, self._cache)

    @cached_property
    def rounds(self) -> Rounds:
        """Rounds, threads and news."""
        return Rounds(self._sql)

    @cached_property
    def posted(self) -> PostedLately:
        """What an author has posted lately."""
        return PostedLately(self._sql)

    @cached_property
    def tasks(self) -> Tasks:
        """Tasks."""
        return Tasks(self._sql)

    @cached_property
    def schedule(self) -> Schedule:
        """Due rows."""
        return Schedule(self._sql)

    @cached_property
    def gauges(self) -> Gauges:
        """How much there is of what is not finished."""
        return Gauges(self._sql)

    @cached_property
    def retention(self) -> Retention:
        """What is let go with time."""
        return Retention(self._sql)

    @cached_property
    def erasure(self) -> Erasure:
        """What is let go because a person asked for it."""
        return Erasure(self._sql)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Run a piece that may fail by itself: an exception takes back what the piece wrote, and nothing else."""
        self._sql.begin_piece()
        try:
            yield
        except BaseException as fault:
            self._cache.clear()  # it may hold a version that is now not to be
            self.charters.forget()
            self._marks.clear()
            self._take_back(fault)
            raise
        self._sql.end_piece()

    def _take_back(self, fault: BaseException) -> None:
        """Take a piece back. Where the engine has taken back all of it already, as SQLite does when its disk is full,
        the fault that made it do so is the one to tell of.
        """
        try:
            self._sql.take_back_piece()
        except StoreFault:
            if not isinstance(fault, StoreFault):
                raise

    def get_mark(self, name: str) -> str | None:
        """Return a value of the store itself, such as when it was last alive."""
        # SQLite has one writer: what a transaction read once stays so for all mails of its turn.
        if name not in self._marks or self._sql.dialect != "sqlite":
            self._marks[name] = self._sql.value(_GET_MARK, {"name": name})
        return self._marks[name]

    def set_mark(self, name: str, value: str) -> None:
        """Keep a value of the store itself."""
        self._marks.pop(name, None)
        self._sql.run(_set_mark(self._sql.dialect), {"name": name, "value": storable(value)})


@lru_cache
def _set_mark(dialect: str) -> Executable:
    row = insert_for(dialect, notes)
    return row.on_conflict_do_update(index_elements=[notes.c.name], set_={"value": row.excluded.value})
