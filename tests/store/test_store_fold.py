"""The rows beside the ledger say what its entries say: against a plain fold written here, and against the core's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.decide.fold import fold
from gateway.model.ballot import Method, Pick, Question
from gateway.model.entry import (
    Answered,
    AwayEnded,
    AwayNoted,
    BlockerClosed,
    BlockerRaised,
    Bounced,
    Cancelled,
    Closed,
    Corrected,
    DeliveryResumed,
    DeliverySuspended,
    Entry,
    Extended,
    MemberLeft,
    MemberRenamed,
    OptionAdded,
    Paused,
    Posted,
    Resumed,
    RoundOpened,
    SettingsChanged,
    TaskChanged,
    TaskMade,
    Withdrawn,
)
from gateway.model.member import Absence, Member, Settings
from gateway.model.round import Answer, Ballot, CheckIn, Phase, Skip, VoteForm
from gateway.model.task import Course, Task, TaskAct, TaskState
from gateway.model.token import KeyRing
from store.database import Store, StoreRefusal
from tests.store.samples import NOW, check_in, found, opened, people, post, vote

VOTES, CHECKINS, PEOPLE = ("V-1", "V-2"), ("C-1", "C-2"), 3
DAYS = [NOW.date() + timedelta(days=n) for n in range(-2, 3)]


# --- the plain fold --------------------------------------------------------------------------------------------------


@dataclass
class Plain:
    """Everything the entries say, in the plainest way there is."""

    members: dict[int, Member]
    phases: dict[str, Phase] = field(default_factory=dict)
    closes: dict[str, Any] = field(default_factory=dict)
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: dict[str, set[int]] = field(default_factory=dict)
    answers: dict[tuple[str, int], tuple[Answer, Any, bool]] = field(default_factory=dict)
    blockers: list[tuple[int, str]] = field(default_factory=list)
    posts: dict[str, list[str]] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    bounced: dict[int, tuple[float, Any]] = field(default_factory=dict)
    suspended: set[int] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    tasks: dict[str, Task] = field(default_factory=dict)

    def may(self, entry: Entry) -> bool:
        """Whether this can be recorded after what came before."""
        mark = getattr(entry, "mark", "")
        phase, vote_ = self.phases.get(mark), mark.startswith("V")
        match entry:
            case RoundOpened(round=round_):
                return round_.mark not in self.phases
            case Posted(mark=mark, thread=thread):
                # A post whose thread is lost began it anew under that mark, which then starts no second one.
                return mark not in self.used and not (thread == mark and mark in self.subjects)
            case TaskMade(task=task):
                return task.mark not in self.tasks
            case TaskChanged(mark=mark):
                return mark in self.tasks
            case Withdrawn(member_id=who):
                return phase in ((Phase.OPEN, Phase.PAUSED) if vote_ else (Phase.OPEN,)) and who in self.asked[mark]
            case Answered(member_id=who):
                fine = (Phase.OPEN, Phase.PAUSED) if vote_ else (Phase.OPEN, Phase.CLOSED)
                return phase in fine and who in self.asked[mark]
            case Extended():
                return phase in (Phase.OPEN, Phase.PAUSED)
            case OptionAdded() | Corrected():
                return vote_ and phase in (Phase.OPEN, Phase.PAUSED)
            case Paused() | Cancelled() | Closed():
                return phase in (Phase.OPEN, Phase.PAUSED)
            case Resumed(text=text):
                return phase in (Phase.OPEN, Phase.PAUSED) and (vote_ or text is None)
        return True

    def apply(self, entry: Entry, at: Any) -> None:
        """Take in one more entry."""
        match entry:
            case RoundOpened(round=round_, electorate=electorate):
                self.phases[round_.mark], self.closes[round_.mark] = Phase.OPEN, round_.closes_at
                self.asked[round_.mark] = set(electorate)
                self.subjects.setdefault(round_.thread, round_.title)
                if isinstance(round_.form, VoteForm):
                    self.options[round_.mark] = round_.form.question.options
            case Posted(mark=mark, thread=thread):
                self.used.add(mark)
                self.subjects.setdefault(thread, entry.subject)
                self.posts.setdefault(thread, []).append(mark)
                self._alive(entry.author_id or 0)
            case Answered(mark=mark, member_id=who):
                self.answers[mark, who] = (entry.answer, at, entry.late)
                self._alive(who)
            case Withdrawn(mark=mark, member_id=who):
                self.answers.pop((mark, who), None)
            case OptionAdded(mark=mark, label=label):
                self.options[mark] = tuple(dict.fromkeys((*self.options[mark], label)))
            case Corrected(mark=mark, question=question):
                self.options[mark] = question.options
            case Paused(mark=mark):
                self.phases[mark] = Phase.PAUSED
            case Resumed(mark=mark, closes_at=closes_at):
                self.phases[mark], self.closes[mark] = Phase.OPEN, closes_at
            case Extended(mark=mark, closes_at=closes_at):
                self.closes[mark] = closes_at
            case Cancelled(mark=mark):
                self.phases[mark] = Phase.CANCELLED
            case Closed(mark=mark):
                self.phases[mark] = Phase.CLOSED
            case BlockerRaised(member_id=who, text=text):
                self.blockers += [(who, text)] if (who, text) not in self.blockers else []
            case BlockerClosed(member_id=who, text=text):
                self.blockers = [one for one in self.blockers if one != (who, text)]
            case Bounced(member_id=who, score=score):
                self.bounced[who or 0] = (score, at) if score else (0.0, None)
            case DeliverySuspended(member_id=who):
                self.suspended.add(who)
            case DeliveryResumed(member_id=who):
                self.suspended.discard(who)
                self._alive(who)
            case TaskMade(task=task):
                self.tasks[task.mark] = task
                self.subjects.setdefault(task.mark, task.title)
                self._alive(task.made_by)
            case TaskChanged(mark=mark, course=course, by=who):
                self.tasks[mark] = msgspec.structs.replace(self.tasks[mark], course=course, changed_at=at)
                self._alive(who)
            case _:
                self._people(entry, at)

    def _alive(self, who: int) -> None:
        self.bounced[who] = (0.0, None)

    def _people(self, entry: Entry, at: Any) -> None:
        who = getattr(entry, "member_id", 0)
        if who not in self.members:
            return
        before = self.members[who]
        changes: dict[str, Any] = {}
        match entry:
            case MemberRenamed(name=name):
                changes = {"name": name}
            case MemberLeft():
                changes = {"left_at": before.left_at or at}
            case SettingsChanged(settings=chosen):
                changes = {"settings": chosen}
                self._alive(who)
            case AwayNoted(absence=absence):
                changes = {"absences": tuple(dict.fromkeys((*before.absences, absence)))}
            case AwayEnded(day=day):
                changes = {"absences": tuple(_left_of(before.absences, day))}
        self.members[who] = msgspec.structs.replace(before, **changes)


def _left_of(absences: tuple[Absence, ...], day: date) -> Iterator[Absence]:
    for one in absences:
        over = one.until is not None and one.until < day
        if one.starts > day or over:
            yield one
        elif one.starts < day:
            yield Absence(starts=one.starts, until=day - timedelta(days=1), source=one.source)


# --- entries at random -----------------------------------------------------------------------------------------------

_marks = st.sampled_from(VOTES + CHECKINS)
_who = st.integers(0, PEOPLE - 1)  # by place; the ids are known when the members are
_labels = st.sampled_from(["Yes", "No", "Later"])
_texts = st.sampled_from(["no key", "no desk"])
_later = st.integers(1, 9).map(lambda days: NOW + timedelta(days=days))
_absences = st.builds(Absence, starts=st.sampled_from(DAYS), until=st.none() | st.sampled_from(DAYS))
_questions = st.lists(_labels, min_size=1, unique=True).map(
    lambda labels: Question(text="?", method=Method.SINGLE, options=tuple(labels))
)


_courses = st.builds(
    Course,
    owner=st.none() | _who,
    given_by=st.none() | _who,
    due=st.none() | st.sampled_from(DAYS),
    state=st.sampled_from(TaskState),
    reason=_texts,
)


def _task(number: int, course: Course) -> Task:
    return Task(mark=f"T-{number}", title=f"Task {number}", made_by=0, made_at=NOW, course=course)


def _of_people(course: Course, ids: list[int]) -> Course:
    owner = None if course.owner is None else ids[course.owner]
    return msgspec.structs.replace(course, owner=owner, given_by=None if course.given_by is None else ids[0])


def _answers(mark: str) -> st.SearchStrategy[Answer]:
    if mark in VOTES:
        return _labels.map(lambda label: Ballot(choice=Pick(label)))
    return st.just(Skip()) | _texts.map(lambda text: CheckIn(done=(text,)))


def _open(mark: str) -> Any:
    number = int(mark[2:])
    return vote(number) if mark in VOTES else check_in(number)


_steps: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda mark, some: opened(_open(mark), sorted(some)), _marks, st.sets(_who)),
    st.builds(lambda n, thread: (n, thread), st.integers(1, 6), st.sampled_from(["", "P-1", "V-1"])),
    _marks.flatmap(
        lambda mark: st.builds(Answered, mark=st.just(mark), member_id=_who, answer=_answers(mark), late=st.just(False))
    ),
    st.builds(Withdrawn, mark=_marks, member_id=_who),
    st.builds(OptionAdded, mark=_marks, member_id=_who, label=_labels),
    st.builds(Corrected, mark=_marks, by=_who, question=_questions),
    st.builds(Paused, mark=_marks, member_id=_who, reason=_texts),
    st.builds(Resumed, mark=_marks, by=_who, closes_at=_later, text=st.none() | _texts),
    st.builds(Extended, mark=_marks, by=_who, closes_at=_later),
    st.builds(Cancelled, mark=_marks, by=_who, reason=_texts),
    st.builds(Closed, mark=_marks),
    st.builds(lambda n, course: TaskMade(task=_task(n, course)), st.integers(1, 2), _courses),
    st.builds(
        TaskChanged, mark=st.sampled_from(["T-1", "T-2"]), by=_who, act=st.sampled_from(TaskAct), course=_courses
    ),
    st.builds(BlockerRaised, mark=_marks, member_id=_who, text=_texts),
    st.builds(BlockerClosed, member_id=_who, text=_texts),
    st.builds(
        Bounced, notice_id=st.none(), member_id=_who, permanent=st.booleans(), score=st.sampled_from([0.25, 1.0])
    ),
    st.builds(DeliverySuspended, member_id=_who, reason=st.just("bounces")),
    st.builds(DeliveryResumed, member_id=_who, reason=st.just("probe")),
    st.builds(MemberRenamed, member_id=_who, name=_texts),
    st.builds(MemberLeft, member_id=_who),
    st.builds(SettingsChanged, member_id=_who, settings=st.builds(Settings, digest_weekday=st.integers(0, 6))),
    st.builds(AwayNoted, member_id=_who, absence=_absences),
    st.builds(AwayEnded, member_id=_who, day=st.sampled_from(DAYS)),
)


def _entry(step: Any, ids: list[int], phases: dict[str, Phase]) -> Entry:
    """Return the entry of a step, its members by their ids, its lateness as a closed round asks for."""
    match step:
        case (number, thread):
            mark = f"P-{number}"
            return post(number, thread, author_id=ids[0], subject=mark)
        case RoundOpened(round=round_, electorate=places):
            electorate = tuple(ids[place] for place in places)
            return opened(msgspec.structs.replace(round_, electorate_size=len(electorate)), electorate)
        case TaskMade(task=task):
            made = msgspec.structs.replace(task, made_by=ids[0], course=_of_people(task.course, ids))
            return TaskMade(task=made)
        case TaskChanged():
            return msgspec.structs.replace(step, by=ids[step.by], course=_of_people(step.course, ids))
        case Answered(mark=mark):
            late = phases.get(mark) is Phase.CLOSED
            return msgspec.structs.replace(step, member_id=ids[step.member_id], late=late)
    if hasattr(step, "member_id"):
        return msgspec.structs.replace(step, member_id=ids[step.member_id])  # type: ignore[no-any-return]
    return step  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Store]:
    """One store for all examples; each works in a workspace of its own."""
    path = tmp_path_factory.mktemp("fold") / "restante.db"
    path.write_bytes(template.read_bytes())
    store = Store.open(path, keys=KeyRing({1: b"k" * 32}, 1))
    yield store
    store.close()


_numbers = count(1)


def _opening(mark: str) -> st.SearchStrategy[RoundOpened]:
    return st.sets(_who, min_size=1).map(lambda some: opened(_open(mark), sorted(some)))


_openings = st.tuples(_opening("V-1"), _opening("C-1"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(openings=_openings, steps=st.lists(_steps, min_size=5, max_size=40))
def test_rows_are_the_fold_of_the_entries(one_store: Store, openings: tuple[Any, ...], steps: list[Any]) -> None:
    workspace_id = found(one_store, address=f"w{next(_numbers)}@ws.example.org")
    ids = people(one_store, workspace_id, PEOPLE)
    with one_store.read() as tx:
        plain = Plain({one: got for one in ids if (got := tx.people.get(one))})
    for minute, step in enumerate([*openings, *steps]):
        entry, at = _entry(step, ids, plain.phases), NOW + timedelta(minutes=minute)
        if plain.may(entry):
            _append(one_store, workspace_id, entry, at)
            plain.apply(entry, at)
        else:
            with pytest.raises(StoreRefusal):
                _append(one_store, workspace_id, entry, at)
    _check_rows(one_store, workspace_id, plain)
    _check_against_the_core(one_store, workspace_id)


def _append(store: Store, workspace_id: int, entry: Entry, at: Any) -> None:
    with store.begin() as tx:
        tx.ledger.append(workspace_id, [entry], at=at, charter_version=1)


def _check_rows(store: Store, workspace_id: int, plain: Plain) -> None:
    with store.read() as tx:
        rounds, reading = {one.mark: one for one in tx.rounds.rounds(workspace_id)}, tx.rounds
        assert {mark: one.phase for mark, one in rounds.items()} == plain.phases
        assert {mark: one.closes_at for mark, one in rounds.items()} == plain.closes
        assert {m: r.form.question.options for m, r in rounds.items() if isinstance(r.form, VoteForm)} == plain.options
        for mark, asked in plain.asked.items():
            given_ = {who: said for (about, who), said in plain.answers.items() if about == mark}
            aside = {who for who, (said, _, _) in given_.items() if not _is_known(said, plain.options.get(mark, ()))}
            assert set(reading.set_aside(workspace_id, mark)) == aside
            given_ = {who: said for who, said in given_.items() if who not in aside}
            standings = {s.member_id: (s.answer, s.at, s.late) for s in reading.standings(workspace_id, mark)}
            assert standings == given_
            assert reading.answered(workspace_id, mark) == len(given_)
            assert set(reading.electorate(workspace_id, mark)) == asked
            present = {who for who in asked if plain.members[who].left_at is None}
            assert set(reading.unanswered(workspace_id, mark)) == present - set(given_)
        assert {one.mark: one for one in tx.tasks.all(workspace_id)} == {
            mark: _as_read(task, plain.members) for mark, task in plain.tasks.items()
        }
        assert [(one.member_id, one.text) for one in reading.blockers(workspace_id)] == plain.blockers
        assert {one.mark: one.subject for one in reading.threads(workspace_id)} == plain.subjects
        for thread in plain.subjects:
            assert [one.mark for one in reading.posts(workspace_id, thread)] == plain.posts.get(thread, [])
        for who, known in plain.members.items():
            score, bounced_at = plain.bounced.get(who, (0.0, None))
            assert tx.people.get(who) == msgspec.structs.replace(
                known,
                suspended=who in plain.suspended,
                bounce_score=score,
                bounced_at=bounced_at if score or who in plain.suspended else None,
            )


def _is_known(answer: Answer, options: tuple[str, ...]) -> bool:
    """Whether a vote's question knows what was picked."""
    return not isinstance(answer, Ballot) or not isinstance(answer.choice, Pick) or answer.choice.label in options


def _as_read(task: Task, members: dict[int, Member]) -> Task:
    """The task of somebody who has left is nobody's."""
    owner = members.get(task.course.owner or 0)
    if owner is None or owner.left_at is None:
        return task
    return msgspec.structs.replace(task, course=msgspec.structs.replace(task.course, owner=None))


def _check_against_the_core(store: Store, workspace_id: int) -> None:
    with store.read() as tx:
        states = fold(tx.ledger.entries(workspace_id))
        assert {mark: state.round for mark, state in states.items()} == {
            one.mark: one for one in tx.rounds.rounds(workspace_id)
        }
        for mark, state in states.items():
            assert {one.member_id: one for one in tx.rounds.standings(workspace_id, mark)} == dict(state.standings)
