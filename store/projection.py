"""What each type of entry changes in the rows beside the ledger: one function a type, in a table. Those about
people stand in projected_people.py, those about blockers in projected_blockers.py.

Rows are written in the transaction of their entry, so that reading costs the same whatever the length of the ledger.
Must not: decide anything, or write what the entry and the rows before it do not say: rows = fold of the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Executable, bindparam, case, delete, insert, select, update

from gateway.model.ballot import Question
from gateway.model.entry import (
    Answered,
    AnswerRestored,
    Cancelled,
    Closed,
    Corrected,
    Entry,
    Extended,
    OptionAdded,
    Paused,
    Posted,
    Resumed,
    RoundOpened,
    RoundRestored,
    TaskChanged,
    TaskMade,
    Withdrawn,
)
from gateway.model.repeated import words_key
from gateway.model.round import (
    PHASE_TRANSITIONS,
    Answer,
    CheckInForm,
    Phase,
    Ritual,
    Round,
    Standing,
    VoteForm,
    still_counts,
)
from gateway.model.task import Task
from store import counters
from store.codec import pack, storable
from store.faults import Forbidden
from store.place import Place
from store.projected_blockers import BLOCKERS
from store.projected_people import PEOPLE, alive
from store.sql import Sql, insert_for
from store.tables import (
    electorate,
    message_ids,
    posts,
    rounds,
    standings,
    tasks,
    threads,
)

_round: msgspec.json.Decoder[Round] = msgspec.json.Decoder(Round)
_answer: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
_task: msgspec.json.Decoder[Task] = msgspec.json.Decoder(Task)
replace = msgspec.structs.replace


def project(sql: Sql, place: Place, entry: Entry) -> None:
    """Write what follows from an entry. Raises Forbidden when the rows say that it cannot have happened."""
    projection = _PROJECTIONS.get(type(entry))
    if projection is not None:
        projection(sql, place, entry)


def _here(place: Place, mark: str) -> dict[str, Any]:
    return {"workspace_id": place.workspace_id, "mark": mark}


def _use_mark(sql: Sql, place: Place, mark: str) -> None:
    letter, _, number = mark.rpartition("-")
    if not letter or not number.isdecimal():
        raise Forbidden(f"{mark!r} is no mark")
    counters.move_past(sql, place.workspace_id, letter, int(number))


# --- threads and posts ------------------------------------------------------------------------------------------

_ADD_POST = insert(posts)
_ADD_THREAD = insert(threads)
_MOVE_THREAD = (
    update(threads)
    .where(threads.c.workspace_id == bindparam("b_workspace_id"), threads.c.mark == bindparam("b_mark"))
    .values(
        last_at=case((threads.c.last_at < bindparam("last_at"), bindparam("last_at")), else_=threads.c.last_at),
        posts=threads.c.posts + 1,
    )
)


def _posted(sql: Sql, place: Place, entry: Posted) -> None:
    sql.run(
        _ADD_POST,
        _here(place, entry.mark)
        | {"thread": entry.thread, "message_id": storable(entry.message_id), "at": place.at}
        | {"entry_id": place.entry_id, "imported": entry.imported}
        | {"author_id": entry.author_id, "words": words_key(entry), "unproven": entry.unproven},
    )
    where = {"b_workspace_id": place.workspace_id, "b_mark": entry.thread, "last_at": place.at}
    if entry.thread == entry.mark or not sql.run(_MOVE_THREAD, where):
        _start_thread(sql, place, entry.thread, entry.subject, entry.channel, entry.message_id, posts=1)
    _remember(sql, place, entry.message_id, entry.thread)
    _use_mark(sql, place, entry.mark)
    alive(sql, None if entry.imported else entry.author_id)


def _start_thread(
    sql: Sql, place: Place, mark: str, subject: str, channel: str | None, message_id: str, *, posts: int
) -> None:
    values = {"subject": storable(subject), "channel": channel, "root_message_id": storable(message_id), "posts": posts}
    sql.run(_ADD_THREAD, _here(place, mark) | values | {"started_at": place.at, "last_at": place.at})


def _remember(sql: Sql, place: Place, message_id: str, thread: str) -> None:
    """The first to carry a Message-ID keeps it: another mail with the same one takes no thread away."""
    if message_id:
        values = {"workspace_id": place.workspace_id, "message_id": storable(message_id), "thread": thread}
        sql.run(_remember_once(sql.dialect), values)


@lru_cache
def _remember_once(dialect: str) -> Executable:
    return insert_for(dialect, message_ids).on_conflict_do_nothing()


# --- rounds -----------------------------------------------------------------------------------------------------

_ADD_ROUND = insert(rounds)
_ADD_ELECTORATE = insert(electorate)
_THE_ROUND = (rounds.c.workspace_id == bindparam("b_workspace_id")) & (rounds.c.mark == bindparam("b_mark"))
_READ_ROUND = (
    select(rounds.c.record)
    .where(rounds.c.workspace_id == bindparam("workspace_id"), rounds.c.mark == bindparam("mark"))
    .with_for_update()
)
_READ_PHASE = (
    select(rounds.c.ritual, rounds.c.phase, rounds.c.record, electorate.c.member_id, standings.c.stands)
    .outerjoin(
        electorate,
        (electorate.c.workspace_id == rounds.c.workspace_id)
        & (electorate.c.mark == rounds.c.mark)
        & (electorate.c.member_id == bindparam("member_id")),
    )
    .outerjoin(
        standings,
        (standings.c.workspace_id == rounds.c.workspace_id)
        & (standings.c.mark == rounds.c.mark)
        & (standings.c.member_id == bindparam("member_id")),
    )
    .where(rounds.c.workspace_id == bindparam("workspace_id"), rounds.c.mark == bindparam("mark"))
    .with_for_update(of=rounds)
)
_CHANGE_ROUND = update(rounds).where(_THE_ROUND)
_COUNT_ANSWERS = update(rounds).where(_THE_ROUND).values(answered=rounds.c.answered + bindparam("difference"))
_THREAD_KNOWN = select(threads.c.mark).where(
    threads.c.workspace_id == bindparam("workspace_id"), threads.c.mark == bindparam("mark")
)


def _round_opened(sql: Sql, place: Place, entry: RoundOpened) -> None:
    round_ = replace(entry.round, electorate_size=len(entry.electorate))
    sql.run(
        _ADD_ROUND,
        _here(place, round_.mark)
        | {
            "ritual": round_.ritual.value,
            "phase": round_.phase.value,
            "routine": round_.routine,
            "thread": round_.thread,
            "answered": 0,
            "opened_entry_id": place.entry_id,
            "record": pack(round_),
        },
    )
    if entry.electorate:
        sql.run(_ADD_ELECTORATE, [_here(place, round_.mark) | {"member_id": one} for one in entry.electorate])
    if sql.value(_THREAD_KNOWN, _here(place, round_.thread)) is None:
        _start_thread(sql, place, round_.thread, round_.title, round_.channel, round_.message_id, posts=0)
    _remember(sql, place, round_.message_id, round_.thread)
    _use_mark(sql, place, round_.mark)


def _read_round(sql: Sql, place: Place, mark: str) -> Round:
    found = sql.value(_READ_ROUND, _here(place, mark))
    if found is None:
        raise Forbidden(f"there is no round {mark}")
    return _round.decode(found)


def _write_round(sql: Sql, place: Place, round_: Round, **columns: Any) -> None:
    values = {"phase": round_.phase.value, "record": pack(round_), "closed_at": round_.closed_at, **columns}
    sql.run(_CHANGE_ROUND, {"b_workspace_id": place.workspace_id, "b_mark": round_.mark, **values})


def _moved(round_: Round, phase: Phase, **changes: Any) -> Round:
    """A transition not listed cannot happen. Paused again, it stays as it is; resumed while open, it was amended."""
    if phase is round_.phase is Phase.PAUSED:
        return round_
    if (phase is not round_.phase and phase in PHASE_TRANSITIONS[round_.phase]) or phase is round_.phase is Phase.OPEN:
        return replace(round_, phase=phase, **changes)
    raise Forbidden(f"round {round_.mark} is {round_.phase.value} and cannot become {phase.value}")


def _running(sql: Sql, place: Place, mark: str) -> Round:
    round_ = _read_round(sql, place, mark)
    if round_.phase in (Phase.CLOSED, Phase.CANCELLED):
        raise Forbidden(f"round {mark} is {round_.phase.value}: it never changes again")
    return round_


def _vote_form(round_: Round) -> VoteForm:
    if not isinstance(round_.form, VoteForm):
        raise Forbidden(f"round {round_.mark} is no vote")
    return round_.form


def _with_question(round_: Round, question: Question) -> Round:
    return replace(round_, form=replace(_vote_form(round_), question=question))


def _option_added(sql: Sql, place: Place, entry: OptionAdded) -> None:
    round_ = _running(sql, place, entry.mark)
    question = _vote_form(round_).question
    if entry.label not in question.options:
        options = (*question.options, entry.label)
        _ask(sql, place, round_, _with_question(round_, replace(question, options=options)))


def _paused(sql: Sql, place: Place, entry: Paused) -> None:
    round_ = _read_round(sql, place, entry.mark)
    _write_round(sql, place, _moved(round_, Phase.PAUSED, paused_at=place.at))


def _resumed(sql: Sql, place: Place, entry: Resumed) -> None:
    round_ = _read_round(sql, place, entry.mark)
    round_ = _moved(round_, Phase.OPEN, paused_at=None, closes_at=entry.closes_at)
    if entry.text is not None:
        round_ = replace(round_, form=replace(_vote_form(round_), text=entry.text, about=None))
    _write_round(sql, place, round_)


def _extended(sql: Sql, place: Place, entry: Extended) -> None:
    _write_round(sql, place, replace(_running(sql, place, entry.mark), closes_at=entry.closes_at))


def _corrected(sql: Sql, place: Place, entry: Corrected) -> None:
    """Answers given stand as they are, as far as the corrected question still knows them."""
    round_ = _running(sql, place, entry.mark)
    corrected = _with_question(round_, entry.question)
    _ask(sql, place, round_, corrected if entry.title is None else replace(corrected, title=entry.title))


def _cancelled(sql: Sql, place: Place, entry: Cancelled) -> None:
    round_ = _read_round(sql, place, entry.mark)
    _write_round(sql, place, _moved(round_, Phase.CANCELLED, closed_at=place.at))


def _closed(sql: Sql, place: Place, entry: Closed) -> None:
    round_ = _moved(_read_round(sql, place, entry.mark), Phase.CLOSED, closed_at=place.at)
    _write_round(sql, place, round_, closed_entry_id=place.entry_id, outcome_mark=entry.outcome_mark)
    if entry.outcome_mark:
        _use_mark(sql, place, entry.outcome_mark)


def _round_restored(sql: Sql, place: Place, entry: RoundRestored) -> None:
    """Also one that was called off: only a round that has closed never changes again."""
    round_ = _read_round(sql, place, entry.mark)
    if round_.phase is Phase.CLOSED:
        raise Forbidden(f"round {entry.mark} is closed: it never changes again")
    _ask(sql, place, round_, entry.round)


# --- answers ----------------------------------------------------------------------------------------------------

_THE_STANDING = (
    (standings.c.workspace_id == bindparam("b_workspace_id"))
    & (standings.c.mark == bindparam("b_mark"))
    & (standings.c.member_id == bindparam("b_member_id"))
)
_ADD_STANDING = insert(standings)
_CHANGE_STANDING = update(standings).where(_THE_STANDING)
_DROP_STANDING = delete(standings).where(_THE_STANDING)
_READ_STANDINGS = select(standings.c.member_id, standings.c.answer, standings.c.stands).where(
    standings.c.workspace_id == bindparam("workspace_id"), standings.c.mark == bindparam("mark")
)
_READ_SET_ASIDE = _READ_STANDINGS.where(~standings.c.stands)
_RESEAT = update(standings).where(_THE_STANDING).values(stands=bindparam("stands"))
# What takes answers: a vote while it runs; a check-in also after its close, for its own record.
_TAKES_ANSWERS = {
    (Ritual.VOTE, Phase.OPEN),
    (Ritual.VOTE, Phase.PAUSED),
    (Ritual.CHECKIN, Phase.OPEN),
    (Ritual.CHECKIN, Phase.CLOSED),
}


def _ask(sql: Sql, place: Place, before: Round, round_: Round) -> None:
    """Write a round whose question may have changed: each answer stands as long as the question knows it."""
    _write_round(sql, place, round_)
    if not isinstance(round_.form, VoteForm):
        return
    is_wider = set(_vote_form(before).question.options) <= set(round_.form.question.options)
    for row in sql.rows(_READ_SET_ASIDE if is_wider else _READ_STANDINGS, _here(place, round_.mark)):
        stands = still_counts(_answer.decode(row.answer), round_.form)
        if stands is not row.stands:
            who = {"b_workspace_id": place.workspace_id, "b_mark": round_.mark, "b_member_id": row.member_id}
            sql.run(_RESEAT, who | {"stands": stands})
            _count(sql, place, round_.mark, 1 if stands else -1)


def _answered(sql: Sql, place: Place, entry: Answered) -> None:
    standing = Standing(
        member_id=entry.member_id, answer=entry.answer, at=place.at, late=entry.late, arrival_id=place.arrival_id
    )
    _put_answer(sql, place, entry.mark, _seat(sql, place, entry), standing)
    alive(sql, entry.member_id)


def _answer_restored(sql: Sql, place: Place, entry: AnswerRestored) -> None:
    seat = _seat(sql, place, entry)
    if entry.standing is None:
        _drop_answer(sql, place, entry.mark, entry.member_id, seat)
    else:
        _put_answer(sql, place, entry.mark, seat, entry.standing)
    alive(sql, entry.member_id)


def _put_answer(sql: Sql, place: Place, mark: str, seat: _Seat, given: Standing) -> None:
    stands = still_counts(given.answer, seat.form)
    who = {"b_workspace_id": place.workspace_id, "b_mark": mark, "b_member_id": given.member_id}
    what = {"at": given.at, "late": given.late, "arrival_id": given.arrival_id, "stands": stands}
    what |= {"kind": str(given.answer.__struct_config__.tag), "answer": pack(given.answer)}
    if seat.is_taken:
        sql.run(_CHANGE_STANDING, who | what)
    else:
        sql.run(_ADD_STANDING, _here(place, mark) | {"member_id": given.member_id} | what)
    if stands is not seat.stands:
        _count(sql, place, mark, 1 if stands else -1)


def _withdrawn(sql: Sql, place: Place, entry: Withdrawn) -> None:
    _drop_answer(sql, place, entry.mark, entry.member_id, _seat(sql, place, entry))


def _drop_answer(sql: Sql, place: Place, mark: str, member_id: int, seat: _Seat) -> None:
    sql.run(_DROP_STANDING, {"b_workspace_id": place.workspace_id, "b_mark": mark, "b_member_id": member_id})
    if seat.stands:
        _count(sql, place, mark, -1)


def _count(sql: Sql, place: Place, mark: str, difference: int) -> None:
    sql.run(_COUNT_ANSWERS, {"b_workspace_id": place.workspace_id, "b_mark": mark, "difference": difference})


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where an answer goes: what its round asks, whether there is one of this member, and whether it stands."""

    form: VoteForm | CheckInForm
    is_taken: bool
    stands: bool


def _seat(sql: Sql, place: Place, entry: Answered | AnswerRestored | Withdrawn) -> _Seat:
    """Raises Forbidden where the round takes no such answer."""
    found = sql.first(_READ_PHASE, _here(place, entry.mark) | {"member_id": entry.member_id})
    if found is None:
        raise Forbidden(f"there is no round {entry.mark}")
    if found.member_id is None:
        raise Forbidden(f"round {entry.mark} does not ask member {entry.member_id}")
    is_late = Phase(found.phase) is Phase.CLOSED
    if (Ritual(found.ritual), Phase(found.phase)) not in _TAKES_ANSWERS or (is_late and isinstance(entry, Withdrawn)):
        raise Forbidden(f"round {entry.mark} is {found.phase}: it takes no answers")
    return _Seat(_round.decode(found.record).form, found.stands is not None, bool(found.stands))


# --- tasks ------------------------------------------------------------------------------------------------------

_ADD_TASK = insert(tasks)
_READ_TASK = (
    select(tasks.c.record)
    .where(tasks.c.workspace_id == bindparam("workspace_id"), tasks.c.mark == bindparam("mark"))
    .with_for_update()
)
_CHANGE_TASK = update(tasks).where(
    tasks.c.workspace_id == bindparam("b_workspace_id"), tasks.c.mark == bindparam("b_mark")
)


def _task_made(sql: Sql, place: Place, entry: TaskMade) -> None:
    task = entry.task
    sql.run(_ADD_TASK, _here(place, task.mark) | {"made_entry_id": place.entry_id} | _task_columns(task))
    if sql.value(_THREAD_KNOWN, _here(place, task.mark)) is None:
        _start_thread(sql, place, task.mark, task.title, task.channel, task.message_id, posts=0)
    _remember(sql, place, task.message_id, task.mark)
    _use_mark(sql, place, task.mark)
    alive(sql, task.made_by)


def _task_changed(sql: Sql, place: Place, entry: TaskChanged) -> None:
    found = sql.value(_READ_TASK, _here(place, entry.mark))
    if found is None:
        raise Forbidden(f"there is no task {entry.mark}")
    task = replace(_task.decode(found), course=entry.course, changed_at=place.at)
    sql.run(_CHANGE_TASK, {"b_workspace_id": place.workspace_id, "b_mark": entry.mark} | _task_columns(task))
    alive(sql, entry.by)


def _task_columns(task: Task) -> dict[str, Any]:
    return {"state": task.course.state.value, "owner_id": task.course.owner, "record": pack(task)}


_PROJECTIONS: dict[type, Callable[[Sql, Place, Any], None]] = {
    Posted: _posted,
    RoundOpened: _round_opened,
    Answered: _answered,
    AnswerRestored: _answer_restored,
    RoundRestored: _round_restored,
    Withdrawn: _withdrawn,
    OptionAdded: _option_added,
    Paused: _paused,
    Resumed: _resumed,
    Extended: _extended,
    Corrected: _corrected,
    Cancelled: _cancelled,
    Closed: _closed,
    TaskMade: _task_made,
    TaskChanged: _task_changed,
    **BLOCKERS,
    **PEOPLE,
}
