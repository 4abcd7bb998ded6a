"""Rounds, threads and news as the projections hold them: what answers, prompts, closes and digests need to read.

Each question is answered by a fixed number of statements on indexes. Must not: write, or judge what it reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Row, Select, bindparam, exists, func, select

from gateway.model.context import BlockerView, News, PostView, RoundView, ThreadView
from gateway.model.entry import Closed, Posted
from gateway.model.round import Answer, CheckIn, Phase, Ritual, Round, Standing
from store.people import People
from store.sql import Sql
from store.tables import blockers, electorate, ledger, members, message_ids, posts, rounds, standings, threads

_round: msgspec.json.Decoder[Round] = msgspec.json.Decoder(Round)
_answer: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
_posted: msgspec.json.Decoder[Posted] = msgspec.json.Decoder(Posted)
_closed: msgspec.json.Decoder[Closed] = msgspec.json.Decoder(Closed)

_RUNNING = (Phase.OPEN.value, Phase.PAUSED.value)
_CHECKIN_KIND = str(CheckIn.__struct_config__.tag)
_ZONES = timedelta(days=1)  # a day of UTC is also a part of the days before and after it elsewhere
_BACK = timedelta(days=2)  # who came back on the first day of the time was away on the day before
_NEWEST_IDS = 3  # how many of a thread's last Message-IDs its next mail refers to
_MOST_REFERENCES = 100  # how many ids of a References field are looked up, the newest

_HERE: BindParameter[Any] = bindparam("workspace_id")
_MARK: BindParameter[Any] = bindparam("mark")
_MEMBER: BindParameter[Any] = bindparam("member_id")

_ROUND = select(rounds.c.record).where(rounds.c.workspace_id == _HERE, rounds.c.mark == _MARK)
_ANSWERED = select(rounds.c.answered).where(rounds.c.workspace_id == _HERE, rounds.c.mark == _MARK)
_ELECTORATE = select(electorate.c.member_id).where(electorate.c.workspace_id == _HERE, electorate.c.mark == _MARK)
_ELECTORATE = _ELECTORATE.order_by(electorate.c.member_id)
_ASKED = (
    (electorate.c.workspace_id == rounds.c.workspace_id)
    & (electorate.c.mark == rounds.c.mark)
    & (electorate.c.member_id == _MEMBER)
)
_GIVEN = (
    (standings.c.workspace_id == rounds.c.workspace_id)
    & (standings.c.mark == rounds.c.mark)
    & (standings.c.member_id == _MEMBER)
)
_UNANSWERED = (
    _ELECTORATE.join(members, members.c.id == electorate.c.member_id)
    .outerjoin(
        standings,
        (standings.c.workspace_id == electorate.c.workspace_id)
        & (standings.c.mark == electorate.c.mark)
        & (standings.c.member_id == electorate.c.member_id)
        & standings.c.stands,
    )
    .where(standings.c.member_id.is_(None), members.c.left_at.is_(None))
)
_STANDINGS = (
    select(standings)
    .where(standings.c.workspace_id == _HERE, standings.c.mark == _MARK, standings.c.stands)
    .order_by(standings.c.at, standings.c.member_id)
)
_SET_ASIDE = select(standings.c.member_id).where(
    standings.c.workspace_id == _HERE, standings.c.mark == _MARK, ~standings.c.stands
)
_STANDINGS_BETWEEN = (
    select(standings, rounds.c.record)
    .join(rounds, (rounds.c.workspace_id == standings.c.workspace_id) & (rounds.c.mark == standings.c.mark))
    .where(
        standings.c.workspace_id == _HERE,
        standings.c.at > bindparam("since"),
        standings.c.at <= bindparam("until"),
        rounds.c.ritual == Ritual.CHECKIN.value,  # what is in a ballot is no news
    )
    .order_by(rounds.c.opened_entry_id, standings.c.at)
)
_later = rounds.alias("later")
_SUPERSEDED = exists().where(
    _later.c.workspace_id == rounds.c.workspace_id,
    _later.c.routine == rounds.c.routine,
    _later.c.opened_entry_id > rounds.c.opened_entry_id,
    _later.c.phase.in_(_RUNNING),
)
_asked = electorate.alias("asked")
_said = standings.alias("said")
# Only who left since a round opened can be among those it asks: few, and found by the index of those who left.
_OPENED_AT = select(ledger.c.at).where(ledger.c.id == rounds.c.opened_entry_id).correlate(rounds).scalar_subquery()
_LEFT_SINCE = (
    select(members.c.id)
    .where(members.c.workspace_id == rounds.c.workspace_id, members.c.left_at >= _OPENED_AT)
    .correlate(rounds)
)
_GONE = (
    select(func.count())
    .select_from(_asked)
    .where(
        _asked.c.workspace_id == rounds.c.workspace_id,
        _asked.c.mark == rounds.c.mark,
        _asked.c.member_id.in_(_LEFT_SINCE),
        ~exists().where(
            _said.c.workspace_id == _asked.c.workspace_id,
            _said.c.mark == _asked.c.mark,
            _said.c.member_id == _asked.c.member_id,
            _said.c.stands,
        ),
    )
    .correlate(rounds)
    .scalar_subquery()
)
_VIEWS = (
    select(
        rounds.c.mark,
        rounds.c.record,
        rounds.c.answered,
        rounds.c.opened_entry_id,
        electorate.c.member_id.label("asked"),
        standings.c.member_id,
        standings.c.at,
        standings.c.late,
        standings.c.arrival_id,
        standings.c.answer,
        standings.c.stands,
        _SUPERSEDED.label("superseded"),
        _GONE.label("gone"),
    )
    .outerjoin(electorate, _ASKED)
    .outerjoin(standings, _GIVEN)
    .where(rounds.c.workspace_id == _HERE)
)
_VIEW = _VIEWS.where(rounds.c.mark == _MARK)
_VIEWS_BY_MARK = _VIEWS.where(rounds.c.mark.in_(bindparam("marks", expanding=True)))
_VIEWS_RUNNING = _VIEWS.where(rounds.c.phase.in_(_RUNNING)).order_by(rounds.c.opened_entry_id)
_VIEWS_OWN = _VIEWS_RUNNING.where(electorate.c.member_id.is_not(None))

_LAST_CHECKIN = (
    select(standings.c.answer)
    .select_from(rounds)
    .join(standings, _GIVEN)
    .where(
        rounds.c.workspace_id == _HERE,
        rounds.c.routine == bindparam("routine"),
        rounds.c.opened_entry_id < bindparam("before"),
        standings.c.kind == _CHECKIN_KIND,
    )
    .order_by(rounds.c.opened_entry_id.desc())
    .limit(1)
)
_OPENED = select(rounds.c.opened_entry_id).where(rounds.c.workspace_id == _HERE, rounds.c.mark == _MARK)
_ROUNDS = select(rounds.c.record).where(rounds.c.workspace_id == _HERE).order_by(rounds.c.opened_entry_id.desc())
_CLOSED = (
    select(rounds.c.record, ledger.c.entry)
    .join(ledger, ledger.c.id == rounds.c.closed_entry_id)
    .where(rounds.c.workspace_id == _HERE)
    .order_by(rounds.c.closed_entry_id)
)
_CLOSED_BETWEEN = _CLOSED.where(rounds.c.closed_at > bindparam("since"), rounds.c.closed_at <= bindparam("until"))
_OUTCOMES = _CLOSED.where(rounds.c.outcome_mark.is_not(None))

_OPEN_BLOCKERS = (
    select(blockers.c.member_id, blockers.c.text, blockers.c.mark, blockers.c.since, members.c.name)
    .join(members, members.c.id == blockers.c.member_id)
    .where(blockers.c.workspace_id == _HERE, blockers.c.closed_at.is_(None))
    .order_by(blockers.c.entry_id)
)
_OWN_BLOCKERS = (
    select(blockers.c.text)
    .where(blockers.c.workspace_id == _HERE, blockers.c.closed_at.is_(None), blockers.c.member_id == _MEMBER)
    .order_by(blockers.c.entry_id)
)

_THREAD = select(threads).where(threads.c.workspace_id == _HERE, threads.c.mark == _MARK)
_THREADS = select(threads).where(threads.c.workspace_id == _HERE).order_by(threads.c.last_at.desc(), threads.c.mark)
_HOME_OF_POST = select(posts.c.thread).where(posts.c.workspace_id == _HERE, posts.c.mark == _MARK)
_HOME_OF_ROUND = select(rounds.c.thread).where(rounds.c.workspace_id == _HERE, rounds.c.mark == _MARK)
_HOME_OF_OUTCOME = select(rounds.c.thread).where(rounds.c.workspace_id == _HERE, rounds.c.outcome_mark == _MARK)
_LAST_IDS = (
    select(posts.c.message_id)
    .where(posts.c.workspace_id == _HERE, posts.c.thread == bindparam("thread"), posts.c.message_id != "")
    .order_by(posts.c.entry_id.desc())
    .limit(_NEWEST_IDS)
)
_THREADS_OF = select(message_ids.c.message_id, message_ids.c.thread).where(
    message_ids.c.workspace_id == _HERE, message_ids.c.message_id.in_(bindparam("ids", expanding=True))
)
_POSTS = (
    select(posts.c.at, ledger.c.entry)
    .join(ledger, ledger.c.id == posts.c.entry_id)
    .where(posts.c.workspace_id == _HERE)
)
_POSTS_OF = _POSTS.where(posts.c.thread == bindparam("thread")).order_by(posts.c.entry_id)
_POSTS_BETWEEN = _POSTS.where(
    posts.c.at > bindparam("since"), posts.c.at <= bindparam("until"), posts.c.imported.is_(False)
).order_by(posts.c.entry_id)


class Rounds:
    """What one transaction reads of rounds, threads and news. Marks and members are those of the workspace named."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    # --- rounds -------------------------------------------------------------------------------------------------

    def round(self, workspace_id: int, mark: str) -> Round | None:
        """Return a round as it stands."""
        found = self._sql.value(_ROUND, {"workspace_id": workspace_id, "mark": mark})
        return None if found is None else _round.decode(found)

    def rounds(self, workspace_id: int, *, phase: Phase | None = None, limit: int | None = None) -> list[Round]:
        """Return the rounds of a workspace, newest first."""
        query: Select[Any] = _ROUNDS.limit(limit)
        if phase is not None:
            query = query.where(rounds.c.phase == phase.value)
        return [_round.decode(row.record) for row in self._sql.rows(query, {"workspace_id": workspace_id})]

    def electorate(self, workspace_id: int, mark: str) -> list[int]:
        """Return the members asked, as fixed at opening; some may have left since."""
        return [row.member_id for row in self._sql.rows(_ELECTORATE, {"workspace_id": workspace_id, "mark": mark})]

    def answered(self, workspace_id: int, mark: str) -> int:
        """Return how many answers stand."""
        return int(self._sql.value(_ANSWERED, {"workspace_id": workspace_id, "mark": mark}) or 0)

    def unanswered(self, workspace_id: int, mark: str) -> list[int]:
        """Return the members asked who have no answer standing and have not left."""
        return [row.member_id for row in self._sql.rows(_UNANSWERED, {"workspace_id": workspace_id, "mark": mark})]

    def set_aside(self, workspace_id: int, mark: str) -> list[int]:
        """Return the members whose answer counts no more: the question, changed since, does not know it."""
        return [row.member_id for row in self._sql.rows(_SET_ASIDE, {"workspace_id": workspace_id, "mark": mark})]

    def standings(self, workspace_id: int, mark: str) -> list[Standing]:
        """Return the answers that stand, in the order they came."""
        found = self._sql.rows(_STANDINGS, {"workspace_id": workspace_id, "mark": mark})
        return [_standing(row) for row in found]

    def view(self, workspace_id: int, mark: str, member_id: int) -> RoundView | None:
        """Return a round as one member's answer to it needs it, or None; `member_id` 0 is nobody."""
        row = self._sql.first(_VIEW, {"workspace_id": workspace_id, "mark": mark, "member_id": member_id})
        return None if row is None else self._view(workspace_id, row, member_id)

    def views(self, workspace_id: int, marks: Sequence[str], member_id: int) -> dict[str, RoundView]:
        """Return the views of those marks that are rounds."""
        if not marks:
            return {}
        values = {"workspace_id": workspace_id, "marks": list(marks), "member_id": member_id}
        found = {row.mark: row for row in self._sql.rows(_VIEWS_BY_MARK, values)}
        return {mark: self._view(workspace_id, found[mark], member_id) for mark in marks if mark in found}

    def open_views(self, workspace_id: int, member_id: int) -> list[tuple[RoundView, int]]:
        """Return the running rounds that ask a member, oldest first, each with how many have answered."""
        return self._running(_VIEWS_OWN, workspace_id, member_id)

    def last_checkin(self, workspace_id: int, routine: str, member_id: int, before_mark: str) -> CheckIn | None:
        """Return what a member said in the newest round of a routine, before another one, that they did not skip."""
        before = self._sql.value(_OPENED, {"workspace_id": workspace_id, "mark": before_mark})
        return None if before is None else self._last_checkin(workspace_id, routine, member_id, before)

    def outcomes(self, workspace_id: int) -> list[tuple[Round, Closed]]:
        """Return the decision log: every vote that came to an outcome, oldest first."""
        found = self._sql.rows(_OUTCOMES, {"workspace_id": workspace_id})
        return [(_round.decode(row.record), _closed.decode(row.entry)) for row in found]

    def names(self, workspace_id: int) -> dict[int, str]:
        """Return the names of all who are or were members, by id."""
        return People(self._sql).names(workspace_id)

    # --- threads ------------------------------------------------------------------------------------------------

    def thread(self, workspace_id: int, mark: str) -> ThreadView | None:
        """Return the thread of a mark: its own, or the one that a post, round or outcome lives in."""
        here = {"workspace_id": workspace_id, "mark": mark}
        row = self._sql.first(_THREAD, here) if mark else None
        if row is None and mark:
            homes = (_HOME_OF_POST, _HOME_OF_ROUND, _HOME_OF_OUTCOME)
            home = next((found for home in homes if (found := self._sql.value(home, here))), None)
            row = self._sql.first(_THREAD, here | {"mark": home}) if home else None
        return None if row is None else _thread(row, self._last_ids(workspace_id, row.mark))

    def thread_of(self, workspace_id: int, ids: Sequence[str]) -> str | None:
        """Return the thread one of these Message-IDs belongs to; of several the last in the sequence wins."""
        newest = ids[-_MOST_REFERENCES:]
        if not newest:
            return None
        found = self._sql.rows(_THREADS_OF, {"workspace_id": workspace_id, "ids": list(newest)})
        known = {row.message_id: row.thread for row in found}
        return next((known[one] for one in reversed(newest) if one in known), None)

    def threads(self, workspace_id: int, limit: int | None = None) -> list[ThreadView]:
        """Return the threads of a workspace, those with the newest posts first; without their last Message-IDs."""
        return [_thread(row, ()) for row in self._sql.rows(_THREADS.limit(limit), {"workspace_id": workspace_id})]

    def posts(self, workspace_id: int, thread: str) -> list[PostView]:
        """Return the posts of a thread in the order they came."""
        return [_post(row) for row in self._sql.rows(_POSTS_OF, {"workspace_id": workspace_id, "thread": thread})]

    # --- news ---------------------------------------------------------------------------------------------------

    def news(self, workspace_id: int, since: datetime, until: datetime, member_id: int) -> News:
        """Return what happened after `since`, up to and with `until`, and what is open now, as a member may see it."""
        time = {"workspace_id": workspace_id, "since": since, "until": until}
        checkins: dict[str, tuple[Round, list[Standing]]] = {}
        for row in self._sql.rows(_STANDINGS_BETWEEN, time):
            checkins.setdefault(row.mark, (_round.decode(row.record), []))[1].append(_standing(row))
        return News(
            posts=tuple(_post(row) for row in self._sql.rows(_POSTS_BETWEEN, time)),
            closed=tuple(
                (_round.decode(row.record), row.entry.encode()) for row in self._sql.rows(_CLOSED_BETWEEN, time)
            ),
            open_rounds=tuple(self._running(_VIEWS_RUNNING, workspace_id, member_id)),
            checkins=tuple((round_, tuple(given)) for round_, given in checkins.values()),
            blockers=tuple(self.blockers(workspace_id)),
            absent=tuple(People(self._sql).absent(workspace_id, since.date() - _BACK, until.date() + _ZONES)),
        )

    def blockers(self, workspace_id: int) -> list[BlockerView]:
        """Return the open blockers of a workspace, oldest first."""
        found = self._sql.rows(_OPEN_BLOCKERS, {"workspace_id": workspace_id})
        return [
            BlockerView(member_id=row.member_id, name=row.name, text=row.text, mark=row.mark, since=row.since)
            for row in found
        ]

    # --- pieces -------------------------------------------------------------------------------------------------

    def _running(self, query: Select[Any], workspace_id: int, member_id: int) -> list[tuple[RoundView, int]]:
        found = self._sql.rows(query, {"workspace_id": workspace_id, "member_id": member_id})
        return [(self._view(workspace_id, row, member_id), row.answered) for row in found]

    def _view(self, workspace_id: int, row: Row[Any], member_id: int) -> RoundView:
        round_ = _round.decode(row.record)
        own = round_.ritual is Ritual.CHECKIN and row.asked is not None
        last = None
        if own and round_.routine is not None:
            last = self._last_checkin(workspace_id, round_.routine, member_id, row.opened_entry_id)
        return RoundView(
            round=round_,
            in_electorate=row.asked is not None,
            standing=_standing(row) if row.stands else None,
            set_aside=None if row.stands or row.answer is None else _standing(row),
            plan=last.next if last else (),
            carried=last.carried if last else (),
            is_latest=not row.superseded,
            open_blockers=self._own_blockers(workspace_id, member_id) if own else (),
            answered=row.answered,
            gone=row.gone,
        )

    def _last_checkin(self, workspace_id: int, routine: str, member_id: int, before: int) -> CheckIn | None:
        values = {"workspace_id": workspace_id, "routine": routine, "member_id": member_id, "before": before}
        found = self._sql.value(_LAST_CHECKIN, values)
        said = None if found is None else _answer.decode(found)
        return said if isinstance(said, CheckIn) else None

    def _own_blockers(self, workspace_id: int, member_id: int) -> tuple[str, ...]:
        values = {"workspace_id": workspace_id, "member_id": member_id}
        return tuple(row.text for row in self._sql.rows(_OWN_BLOCKERS, values))

    def _last_ids(self, workspace_id: int, thread: str) -> tuple[str, ...]:
        newest_first = self._sql.rows(_LAST_IDS, {"workspace_id": workspace_id, "thread": thread})
        return tuple(row.message_id for row in reversed(newest_first))


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        member_id=row.member_id,
        answer=_answer.decode(row.answer),
        at=row.at,
        late=row.late,
        arrival_id=row.arrival_id,
    )


def _thread(row: Row[Any], last_ids: tuple[str, ...]) -> ThreadView:
    return ThreadView(
        mark=row.mark,
        subject=row.subject,
        channel=row.channel,
        root_message_id=row.root_message_id,
        last_message_ids=last_ids,
    )


def _post(row: Row[Any]) -> PostView:
    entry = _posted.decode(row.entry)
    return PostView(
        mark=entry.mark,
        thread=entry.thread,
        subject=entry.subject,
        channel=entry.channel,
        author_id=entry.author_id,
        author_name=entry.author_name,
        text=entry.text,
        at=row.at,
        files=entry.files,
    )
