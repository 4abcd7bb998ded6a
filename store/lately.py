"""What an author has posted lately: how often the same, and how much.

What nothing proves to be a member's is counted apart: anybody can send it. Looked for among the newest posts, on
indexes that are there: a loop is quick, and makes most of them. Must not: write, or say how much is too much.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, case, func, select

from gateway.model.entry import Posted
from gateway.model.repeated import Lately, is_start, words_key
from store.sql import Sql
from store.tables import arrivals, ledger, posts

_NEWEST = 150
_NEWEST_STARTS = 100  # looked through for every new topic, most of which nobody repeats
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)

_COLUMNS = (
    posts.c.author_id, posts.c.unproven, posts.c.words, posts.c.at, posts.c.mark, posts.c.thread, posts.c.entry_id,
)  # fmt: skip
_POSTED = select(*_COLUMNS).where(posts.c.workspace_id == bindparam("workspace_id")).limit(_NEWEST)
_OF_THREAD = _POSTED.where(posts.c.thread == bindparam("thread")).order_by(posts.c.entry_id.desc()).subquery()
_OF_ALL = _POSTED.order_by(posts.c.at.desc()).subquery()
_OF_LAST = _POSTED.order_by(posts.c.at.desc()).limit(_NEWEST_STARTS).subquery()


def _counted(among: Subquery) -> Select[Any]:
    """Return how many of some posts say the same, how many came within the hour, and how many within the last day."""
    same = func.coalesce(func.sum(case((among.c.words == bindparam("words"), 1), else_=0)), 0)
    fresh = func.coalesce(func.sum(case((among.c.at > bindparam("hour_ago"), 1), else_=0)), 0)
    return select(same.label("same"), fresh.label("fresh"), func.count().label("today")).where(
        among.c.at > bindparam("day_ago")
    )


def _of_member(among: Subquery) -> Select[Any]:
    mail = _counted(among).where(among.c.author_id == bindparam("author_id"))
    return mail.where(among.c.unproven == bindparam("unproven"))


def _of_stranger(among: Subquery) -> Select[Any]:
    """A stranger is told by the address on record of their mail: what they call themselves may change each time."""
    mail = _counted(among).join(ledger, ledger.c.id == among.c.entry_id)
    mail = mail.join(arrivals, arrivals.c.id == ledger.c.arrival_id)
    return mail.where(among.c.author_id.is_(None), func.lower(arrivals.c.author) == bindparam("address"))


_STARTED_BY_MEMBER = _of_member(_OF_LAST).where(_OF_LAST.c.mark == _OF_LAST.c.thread)
_BY_MEMBER = _of_member(_OF_THREAD)
_BY_STRANGER = _of_stranger(_OF_ALL)
_BY_STRANGER_IN_THREAD = _of_stranger(_OF_THREAD)


class PostedLately:
    """What one transaction reads of the newest posts."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def before(self, workspace_id: int, post: Posted, address: str, now: datetime) -> Lately:
        """Return what the author of a post has posted before it; `address` is the one they wrote from.

        A member is counted in the one thread, and as one who starts threads by the hour, by posts as well proven as
        this one; a stranger in the whole workspace, the same words in the thread.
        """
        asked = {"workspace_id": workspace_id, "words": words_key(post), "thread": post.thread}
        asked |= {"day_ago": now - _DAY, "hour_ago": now - _HOUR}
        if post.author_id is not None:
            asked |= {"author_id": post.author_id, "unproven": post.unproven}
            if not is_start(post):
                return self._ask(_BY_MEMBER, asked)
            return self._ask(_STARTED_BY_MEMBER, asked)
        asked |= {"address": address.lower()}
        here = self._ask(_BY_STRANGER, asked)
        same = here.same if is_start(post) else self._ask(_BY_STRANGER_IN_THREAD, asked).same
        return Lately(same, here.posts, here.today)

    def _ask(self, query: Select[Any], asked: dict[str, Any]) -> Lately:
        row: Any = self._sql.first(query, asked)
        return Lately(int(row.same), int(row.fresh), int(row.today))
