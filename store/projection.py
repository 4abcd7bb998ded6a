"""What each type of entry changes in the rows beside the ledger: one function a type, in a table.

Rows are written in the transaction of their entry, so that reading costs the same whatever the length of the ledger.
Must not: decide anything, or write what the entry and the rows before it do not say: rows = fold of the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Executable, bindparam, case, delete, insert, select, update

from gateway.model.ballot import Question
from gateway.model.entry import (
    AbsencesRestored,
    AddressAdded,
    AddressRemoved,
    Answered,
    AnswerRestored,
    AwayEnded,
    AwayNoted,
    BlockerClosed,
    BlockerRaised,
    BlockerReopened,
    BlockerTakenBack,
    Bounced,
    Cancelled,
    Closed,
    Corrected,
    DeliveryResumed,
    DeliverySuspended,
    Entry,
    Extended,
    MemberAdded,
    MemberLeft,
    MemberRenamed,
    MemberReturned,
    OptionAdded,
    Paused,
    Posted,
    Resumed,
    RoundOpened,
    RoundRestored,
    SettingsChanged,
    TaskChanged,
    TaskMade,
    Withdrawn,
)
from gateway.model.member import Absence, Member
from gateway.model.round import PHASE_TRANSITIONS, Answer, Phase, Ritual, Round, VoteForm
from gateway.model.task import Task
from store import counters
from store.codec import pack, storable
from store.faults import Forbidden
from store.sql import Sql, insert_for
from store.tables import (
    addresses,
    blockers,
    electorate,
    members,
    message_ids,
    posts,
    rounds,
    standings,
    tasks,
    threads,
)

_round: msgspec.json.Decoder[Round] = msgspec.json.Decoder(Round)
_member: msgspec.json.Decoder[Member] = msgspec.json.Decoder(Member)
_task: msgspec.json.Decoder[Task] = msgspec.json.Decoder(Task)
replace = msgspec.structs.replace


class Place(NamedTuple):
    """Where an entry stands: its workspace, its row in the ledger, its instant, the arrival it came from."""

    workspace_id: int
    entry_id: int
    at: datetime
    arrival_id: int | None


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
        | {"entry_id": place.entry_id, "imported": entry.imported},
    )
    where = {"b_workspace_id": place.workspace_id, "b_mark": entry.thread, "last_at": place.at}
    if entry.thread == entry.mark or not sql.run(_MOVE_THREAD, where):
        _start_thread(sql, place, entry.thread, entry.subject, entry.channel, entry.message_id, posts=1)
    _remember(sql, place, entry.message_id, entry.thread)
    _use_mark(sql, place, entry.mark)
    _alive(sql, None if entry.imported else entry.author_id)


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
    select(rounds.c.ritual, rounds.c.phase, electorate.c.member_id)
    .outerjoin(
        electorate,
        (electorate.c.workspace_id == rounds.c.workspace_id)
        & (electorate.c.mark == rounds.c.mark)
        & (electorate.c.member_id == bindparam("member_id")),
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
        _write_round(sql, place, _with_question(round_, replace(question, options=options)))


def _paused(sql: Sql, place: Place, entry: Paused) -> None:
    round_ = _read_round(sql, place, entry.mark)
    _write_round(sql, place, _moved(round_, Phase.PAUSED, paused_at=place.at))


def _resumed(sql: Sql, place: Place, entry: Resumed) -> None:
    round_ = _read_round(sql, place, entry.mark)
    round_ = _moved(round_, Phase.OPEN, paused_at=None, closes_at=entry.closes_at)
    if entry.text is not None:
        round_ = replace(round_, form=replace(_vote_form(round_), text=entry.text))
    _write_round(sql, place, round_)


def _extended(sql: Sql, place: Place, entry: Extended) -> None:
    _write_round(sql, place, replace(_running(sql, place, entry.mark), closes_at=entry.closes_at))


def _corrected(sql: Sql, place: Place, entry: Corrected) -> None:
    """Answers given stand as they are; the tally takes of each what the corrected question still knows."""
    _write_round(sql, place, _with_question(_running(sql, place, entry.mark), entry.question))


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
    if _read_round(sql, place, entry.mark).phase is Phase.CLOSED:
        raise Forbidden(f"round {entry.mark} is closed: it never changes again")
    _write_round(sql, place, entry.round)


# --- answers ----------------------------------------------------------------------------------------------------

_THE_STANDING = (
    (standings.c.workspace_id == bindparam("b_workspace_id"))
    & (standings.c.mark == bindparam("b_mark"))
    & (standings.c.member_id == bindparam("b_member_id"))
)
_ADD_STANDING = insert(standings)
_CHANGE_STANDING = update(standings).where(_THE_STANDING)
_DROP_STANDING = delete(standings).where(_THE_STANDING)
# What takes answers: a vote while it runs; a check-in also after its close, for its own record.
_TAKES_ANSWERS = {
    (Ritual.VOTE, Phase.OPEN),
    (Ritual.VOTE, Phase.PAUSED),
    (Ritual.CHECKIN, Phase.OPEN),
    (Ritual.CHECKIN, Phase.CLOSED),
}


def _answered(sql: Sql, place: Place, entry: Answered) -> None:
    _check_takes_answers(sql, place, entry)
    what = {"at": place.at, "late": entry.late, "arrival_id": place.arrival_id}
    _put_answer(sql, place, entry.mark, entry.member_id, entry.answer, **what)
    _alive(sql, entry.member_id)


def _answer_restored(sql: Sql, place: Place, entry: AnswerRestored) -> None:
    _check_takes_answers(sql, place, entry)
    before = entry.standing
    if before is None:
        _drop_answer(sql, place, entry.mark, entry.member_id)
    else:
        what = {"at": before.at, "late": before.late, "arrival_id": before.arrival_id}
        _put_answer(sql, place, entry.mark, entry.member_id, before.answer, **what)
    _alive(sql, entry.member_id)


def _put_answer(sql: Sql, place: Place, mark: str, member_id: int, answer: Answer, **what: Any) -> None:
    who = {"b_workspace_id": place.workspace_id, "b_mark": mark, "b_member_id": member_id}
    what |= {"kind": str(answer.__struct_config__.tag), "answer": pack(answer)}
    if not sql.run(_CHANGE_STANDING, who | what):
        sql.run(_ADD_STANDING, _here(place, mark) | {"member_id": member_id} | what)
        _count(sql, place, mark, 1)


def _withdrawn(sql: Sql, place: Place, entry: Withdrawn) -> None:
    _check_takes_answers(sql, place, entry)
    _drop_answer(sql, place, entry.mark, entry.member_id)


def _drop_answer(sql: Sql, place: Place, mark: str, member_id: int) -> None:
    if sql.run(_DROP_STANDING, {"b_workspace_id": place.workspace_id, "b_mark": mark, "b_member_id": member_id}):
        _count(sql, place, mark, -1)


def _count(sql: Sql, place: Place, mark: str, difference: int) -> None:
    sql.run(_COUNT_ANSWERS, {"b_workspace_id": place.workspace_id, "b_mark": mark, "difference": difference})


def _check_takes_answers(sql: Sql, place: Place, entry: Answered | AnswerRestored | Withdrawn) -> None:
    found = sql.first(_READ_PHASE, _here(place, entry.mark) | {"member_id": entry.member_id})
    if found is None:
        raise Forbidden(f"there is no round {entry.mark}")
    if found.member_id is None:
        raise Forbidden(f"round {entry.mark} does not ask member {entry.member_id}")
    is_late = Phase(found.phase) is Phase.CLOSED
    if (Ritual(found.ritual), Phase(found.phase)) not in _TAKES_ANSWERS or (is_late and isinstance(entry, Withdrawn)):
        raise Forbidden(f"round {entry.mark} is {found.phase}: it takes no answers")


# --- blockers and bounces ---------------------------------------------------------------------------------------

_ADD_BLOCKER = insert(blockers)
_OPEN_BLOCKERS = (
    (blockers.c.workspace_id == bindparam("b_workspace_id"))
    & blockers.c.closed_at.is_(None)
    & (blockers.c.member_id == bindparam("b_member_id"))
    & (blockers.c.text == bindparam("b_text"))
)
_READ_BLOCKER = select(blockers.c.entry_id).where(_OPEN_BLOCKERS)
_CLOSE_BLOCKER = update(blockers).where(_OPEN_BLOCKERS)
_DROP_BLOCKER = delete(blockers).where(_OPEN_BLOCKERS)
_READ_CLOSED = (
    select(blockers.c.entry_id)
    .where(
        blockers.c.workspace_id == bindparam("b_workspace_id"),
        blockers.c.closed_at.is_not(None),
        blockers.c.member_id == bindparam("b_member_id"),
        blockers.c.text == bindparam("b_text"),
    )
    .order_by(blockers.c.closed_at.desc(), blockers.c.entry_id.desc())
    .limit(1)
)
_REOPEN_BLOCKER: Any = update(blockers).where(blockers.c.entry_id == bindparam("b_entry_id")).values(closed_at=None)


def _blocker(place: Place, entry: BlockerRaised | BlockerClosed | BlockerReopened | BlockerTakenBack) -> dict[str, Any]:
    return {"b_workspace_id": place.workspace_id, "b_member_id": entry.member_id, "b_text": storable(entry.text)}


def _blocker_raised(sql: Sql, place: Place, entry: BlockerRaised) -> None:
    if sql.value(_READ_BLOCKER, _blocker(place, entry)) is None:  # said again, it is the same one, open since then
        values = {"entry_id": place.entry_id, "member_id": entry.member_id, "text": storable(entry.text)}
        sql.run(_ADD_BLOCKER, _here(place, entry.mark) | values | {"since": place.at})


def _blocker_closed(sql: Sql, place: Place, entry: BlockerClosed) -> None:
    sql.run(_CLOSE_BLOCKER, _blocker(place, entry) | {"closed_at": place.at})


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
    _alive(sql, task.made_by)


def _task_changed(sql: Sql, place: Place, entry: TaskChanged) -> None:
    found = sql.value(_READ_TASK, _here(place, entry.mark))
    if found is None:
        raise Forbidden(f"there is no task {entry.mark}")
    task = replace(_task.decode(found), course=entry.course, changed_at=place.at)
    sql.run(_CHANGE_TASK, {"b_workspace_id": place.workspace_id, "b_mark": entry.mark} | _task_columns(task))
    _alive(sql, entry.by)


def _task_columns(task: Task) -> dict[str, Any]:
    return {"state": task.course.state.value, "owner_id": task.course.owner, "record": pack(task)}


def _blocker_taken_back(sql: Sql, place: Place, entry: BlockerTakenBack) -> None:
    sql.run(_DROP_BLOCKER, _blocker(place, entry))


def _blocker_reopened(sql: Sql, place: Place, entry: BlockerReopened) -> None:
    """The one that was closed last; raised anew in the meantime, it is open as that."""
    said = _blocker(place, entry)
    last = sql.value(_READ_CLOSED, said)
    if last is not None and sql.value(_READ_BLOCKER, said) is None:
        sql.run(_REOPEN_BLOCKER, {"b_entry_id": last})


# --- members ----------------------------------------------------------------------------------------------------

_ADD_MEMBER = insert(members)
_ADD_ADDRESSES = insert(addresses)
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
_ADD_ADDRESS = insert(addresses)
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


def _alive(sql: Sql, member_id: int | None) -> None:
    """A member who writes is there: what came back before counts no more. Mail that is suspended stays so."""
    if member_id:
        sql.run(_ALIVE, {"b_id": member_id})


def _add_addresses(sql: Sql, place: Place, member: Member) -> None:
    own = dict.fromkeys((member.address, *member.further_addresses))
    sql.run(
        _ADD_ADDRESSES,
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
    _alive(sql, entry.member_id)


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
    BlockerRaised: _blocker_raised,
    BlockerClosed: _blocker_closed,
    BlockerTakenBack: _blocker_taken_back,
    BlockerReopened: _blocker_reopened,
    Bounced: _bounced,
    DeliverySuspended: _delivery_suspended,
    DeliveryResumed: _delivery_resumed,
    AddressAdded: _address_added,
    AddressRemoved: _address_removed,
    TaskMade: _task_made,
    TaskChanged: _task_changed,
    MemberAdded: _member_added,
    MemberRenamed: _member_renamed,
    MemberLeft: _member_left,
    SettingsChanged: _settings_changed,
    AwayNoted: _away_noted,
    AwayEnded: _away_ended,
    AbsencesRestored: _absences_restored,
    MemberReturned: _member_returned,
}
