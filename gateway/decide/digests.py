"""Digests: what is new since the last one, in the reader's own order of use, at the reader's own hour.

Who gets one, and of what:

- delivery `daily` and `weekly`: all sections;
- `immediate`: the same every day, but no threads: the posts came as they were written;
- `none`: no digest; and none for who is away or paused: the next one then reaches back to the last that was sent.

A channel's own setting overrides all that for its threads: a channel read daily by an immediate reader comes in the
digest. All of a member's digest comes at one pace, that of the member's own delivery.

What is open (votes, blockers) is shown in every digest but sends none: that takes something that happened since the
last one and that the reader did not do. Not the same thing twice: the due row carries the instant up to which all was
told.

Must not: count votes, show who chose what in a secret one, or show any result before the close.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from gateway.decide import reminders, routines
from gateway.decide.addressed import to_member
from gateway.decide.audience import audience_members, delivery_of
from gateway.decide.calendar import DAY, is_working_day, local
from gateway.decide.digest_times import BY_DIGEST, due_key, following, is_silent, pace, period_of
from gateway.decide.owed import wants_nothing
from gateway.decide.rituals.checkin import line
from gateway.model.charter import Charter
from gateway.model.context import Due, News, PostView, RoundView, TickContext
from gateway.model.decision import Decision, Why
from gateway.model.entry import Closed
from gateway.model.facts import (
    AwayLine,
    BlockerLine,
    CheckInLine,
    DecidedLine,
    DigestFacts,
    Item,
    NeedsYouLine,
    OpenVoteLine,
    TaskLine,
    ThreadLine,
)
from gateway.model.member import Delivery, Member
from gateway.model.notice import Notice
from gateway.model.round import CheckInForm, Phase, Ritual, Round, VoteForm
from gateway.model.task import Task

_POSTS_OF_A_THREAD = 3
_LINES_OF_A_POST = 5
_LETTERS_OF_A_POST = 400
_HORIZON = {"daily": 2 * DAY, "weekly": 8 * DAY}  # how far "coming up" looks
TASK = "task"  # what stands in the place of a ritual in a line that waits for its reader


# --- the rule -----------------------------------------------------------------------------------


def digest(due: Due, context: TickContext) -> Decision:
    """Return a member's digest, or why there is none now; the next one is always planned."""
    member = next((member for member in context.members if member.id == due.member_id), None)
    charter, now = context.workspace.charter, context.now
    rhythm = pace(member, charter) if member and member.left_at is None else None
    if member is None or rhythm is None:
        return Decision(Why.NOT_OWED, detail="gets no digest")
    day = local(due.at, member.timezone).date()
    refusal = _not_now(member, charter, day, rhythm, due)
    if refusal:
        missed = msgspec.structs.replace(due, number=1) if is_silent(member, day) else due
        return Decision(refusal[0], due=following(member, charter, now, missed), detail=refusal[1])
    since = due.since or now - _HORIZON[rhythm]
    facts = build(member, charter, context.news or News(), since=since, until=now, period=rhythm, names=context.names)
    if facts is None:
        told = msgspec.structs.replace(due, since=now, number=0)
        return Decision(Why.NOTHING_NEW, due=following(member, charter, now, told))
    told = msgspec.structs.replace(due, since=now, occurrence=day, number=0)
    return Decision(
        Why.DIGESTED,
        notices=(_notice(member, facts, now, key=f"{due_key(member.id)}:{period_of(day, rhythm)}"),),
        due=following(member, charter, now, told),
    )


def _not_now(member: Member, charter: Charter, day: date, rhythm: str, due: Due) -> tuple[Why, str] | None:
    if reason := wants_nothing(member, day):
        return Why.NOT_OWED, reason
    if member.away_on(day):
        return Why.NOT_OWED, "away"
    if due.occurrence and period_of(due.occurrence, rhythm) == period_of(day, rhythm):
        return Why.NOT_OWED, "this period has had its digest"
    if not is_working_day(day, charter, member=member):
        return Why.NOT_A_WORKING_DAY, ""
    return None


def _notice(member: Member, facts: DigestFacts, now: datetime, key: str) -> Notice:
    return to_member(
        member,
        facts,
        key,
        now,
        items=items_of(facts),
    )


def items_of(facts: DigestFacts) -> tuple[Item, ...]:
    """Return the things of a digest that can be answered, in the order they are shown, each once."""
    shown: list[tuple[str, str]] = [
        *((needed.mark, needed.title) for needed in facts.needs_you),
        *((decided.mark, decided.title) for decided in facts.decided),
        *((vote.mark, vote.title) for vote in facts.open_votes),
        *((task.mark, task.title) for task in facts.open_tasks),
        *((mark, title) for mark, title, _ in facts.checkins),
        *((thread.mark, thread.subject) for thread in facts.threads),
    ]
    titles = dict(reversed(shown))  # of a mark shown twice, the title it was first shown with
    return tuple(Item(mark=mark, text=titles[mark]) for mark in dict.fromkeys(mark for mark, _ in shown))


# --- the facts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """A member as a reader of news: what of it concerns them, and when it counts as new."""

    member: Member
    charter: Charter
    since: datetime
    until: datetime
    names: Mapping[int, str]
    own_threads: frozenset[str] = frozenset()
    catching_up: bool = False  # told all they read, also what came post by post

    def delivery(self, channel: str | None) -> Delivery:
        """How posts of a channel reach them."""
        known = self.charter.channels.get(channel) if channel else None
        watchers = {m.id for m in audience_members(known.watchers, (self.member,), self.charter)} if known else None
        return delivery_of(self.member, self.charter, channel, watchers)

    def follows(self, channel: str | None) -> bool:
        """Whether what happens in a channel is their business; what is in none is everyone's."""
        return channel is None or self.delivery(channel) is not Delivery.NONE

    @property
    def today(self) -> date:
        """The day it is where they live."""
        return local(self.until, self.member.timezone).date()

    def is_new(self, at: datetime) -> bool:
        """Whether something happened after what they were told of."""
        return at > self.since


def build(
    member: Member,
    charter: Charter,
    news: News,
    *,
    since: datetime,
    until: datetime,
    period: str,
    names: Mapping[int, str],
    catching_up: bool = False,
    though_nothing_is_new: bool = False,
) -> DigestFacts | None:
    """Return a member's digest of the time after `since` up to `until`, or None when nothing in it is new to them.

    Who catches up is told of all they read, also of what comes to them post by post; who asks for it, also of what
    waits for them though nothing is new.
    """
    reader = _Reader(member, charter, since, until, names, news.own_threads, catching_up)
    threads = _threads(reader, news.posts)
    facts = DigestFacts(since=since, until=until, period=period, threads=threads)
    if catching_up or (member.settings.delivery or charter.delivery) is not Delivery.NONE:
        facts = _with_rounds(facts, reader, news)
    return facts if though_nothing_is_new or _has_news(facts, reader, news) else None


def _with_rounds(facts: DigestFacts, reader: _Reader, news: News) -> DigestFacts:
    needs_you = _needs_you(reader, news.open_rounds)
    asked = {needed.mark for needed in needs_you}
    return msgspec.structs.replace(
        facts,
        needs_you=(*needs_you, *_own_tasks(reader, news.tasks)),
        open_tasks=_open_tasks(reader, news.tasks),
        decided=_decided(reader, news),
        open_votes=_open_votes(reader, news, asked),
        blockers=tuple(BlockerLine(name=b.name, text=b.text, since=b.since) for b in news.blockers),
        checkins=_checkins(reader, news),
        away=_away(reader, news.absent),
        coming_up=_coming_up(reader, facts.period),
    )


def _has_news(facts: DigestFacts, reader: _Reader, news: News) -> bool:
    """What others did since the last digest; a check-in that waits has its own prompt and needs no digest to say so."""
    own = reader.member.id
    opened = {view.round.mark for view, _ in news.open_rounds if reader.is_new(view.round.opened_at)}
    votes = {needed.mark for needed in facts.needs_you if needed.ritual == Ritual.VOTE}
    votes |= {vote.mark for vote in facts.open_votes}
    marks = {mark for mark, _, _ in facts.checkins}
    return (
        bool(facts.decided)
        or bool(facts.threads)
        or bool(votes & opened)
        or any(_is_new_task(task, reader) for task in _free(reader, news.tasks))
        or any(b.member_id != own and reader.is_new(b.since) for b in news.blockers if facts.blockers)
        or any(s.member_id != own for round_, given in news.checkins if round_.mark in marks for s in given)
    )


def _needs_you(reader: _Reader, open_rounds: Iterable[tuple[RoundView, int]]) -> tuple[NeedsYouLine, ...]:
    waiting = [(view, answered) for view, answered in open_rounds if _waits(view, reader)]
    return tuple(
        waiting_line(view, answered) for view, answered in sorted(waiting, key=lambda one: one[0].round.closes_at)
    )


def _waits(view: RoundView, reader: _Reader) -> bool:
    round_ = view.round
    return (
        view.in_electorate
        and view.standing is None
        and round_.phase is Phase.OPEN
        and round_.closes_at > reader.until
        and reminders.asked_at(round_, reader.member, reader.charter) <= reader.until
    )


def waiting_line(view: RoundView, answered: int) -> NeedsYouLine:
    """Return a round as it waits for its reader; of a vote with how many have answered."""
    round_ = view.round
    line = NeedsYouLine(mark=round_.mark, ritual=round_.ritual, title=round_.title, closes_at=round_.closes_at)
    match round_.form:
        case VoteForm(question=question):
            return msgspec.structs.replace(line, question=question, answered=answered, electorate=view.asked)
        case CheckInForm(questions=questions):
            return msgspec.structs.replace(line, questions=questions)


# --- tasks --------------------------------------------------------------------------------------


def by_due(task: Task) -> tuple[bool, date, datetime]:
    """Return what tasks are sorted by: the soonest first, those without a date last."""
    return task.course.due is None, task.course.due or date.max, task.made_at


def task_line(task: Task, today: date) -> NeedsYouLine:
    """Return a task as it waits for its owner."""
    due = task.course.due
    return NeedsYouLine(
        mark=task.mark,
        ritual=TASK,
        title=task.title,
        closes_at=None,
        due=due,
        overdue=due is not None and due < today,
    )


def _own_tasks(reader: _Reader, tasks: Iterable[Task]) -> tuple[NeedsYouLine, ...]:
    own = sorted((task for task in tasks if task.course.owner == reader.member.id), key=by_due)
    return tuple(task_line(task, reader.today) for task in own)


def _free(reader: _Reader, tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks that nobody has, of what the reader follows."""
    free = (task for task in tasks if task.course.owner is None and reader.follows(task.channel))
    return sorted(free, key=by_due)


def _open_tasks(reader: _Reader, tasks: Iterable[Task]) -> tuple[TaskLine, ...]:
    return tuple(
        TaskLine(
            mark=task.mark,
            title=task.title,
            by=reader.names.get(task.made_by, ""),
            due=task.course.due,
            overdue=task.course.due is not None and task.course.due < reader.today,
        )
        for task in _free(reader, tasks)
    )


def _is_new_task(task: Task, reader: _Reader) -> bool:
    return reader.is_new(task.changed_at or task.made_at) and task.made_by != reader.member.id


def _decided(reader: _Reader, news: News) -> tuple[DecidedLine, ...]:
    found = ((round_, msgspec.json.decode(entry, type=Closed)) for round_, entry in news.closed)
    return tuple(
        DecidedLine(mark=round_.mark, outcome_mark=entry.outcome_mark or "", title=round_.title, outcome=entry.outcome)
        for round_, entry in found
        if entry.outcome is not None and reader.follows(round_.channel)
    )


def _open_votes(reader: _Reader, news: News, asked: Collection[str]) -> tuple[OpenVoteLine, ...]:
    """Every open vote that is not shown above, with how many have answered and nothing more."""
    shown = [
        (view, answered)
        for view, answered in news.open_rounds
        if view.round.ritual is Ritual.VOTE
        and runs(view.round, reader.until)
        and view.round.mark not in asked
        and (view.in_electorate or reader.follows(view.round.channel))
    ]
    ordered = sorted(shown, key=lambda one: one[0].round.closes_at)
    return tuple(open_vote_line(view, answered) for view, answered in ordered)


def runs(round_: Round, now: datetime) -> bool:
    """Whether a round takes answers: also while its clock stands still; one that waits for its close, none any more."""
    return round_.phase is Phase.PAUSED or (round_.phase is Phase.OPEN and round_.closes_at > now)


def open_vote_line(view: RoundView, answered: int) -> OpenVoteLine:
    """Return an open vote with how many have answered; its question where the reader may vote."""
    round_ = view.round
    return OpenVoteLine(
        mark=round_.mark,
        title=round_.title,
        answered=answered,
        electorate=view.asked,
        closes_at=None if round_.phase is Phase.PAUSED else round_.closes_at,
        question=round_.form.question if view.in_electorate and isinstance(round_.form, VoteForm) else None,
    )


def _checkins(reader: _Reader, news: News) -> tuple[tuple[str, str, tuple[CheckInLine, ...]], ...]:
    shown = []
    for round_, standings in news.checkins:
        if standings and _may_read(reader, round_, {standing.member_id for standing in standings}):
            lines = (line(reader.names.get(standing.member_id, ""), standing) for standing in standings)
            ordered = tuple(sorted(lines, key=lambda shown: shown.name.casefold()))
            shown.append((round_.mark, round_.title, ordered))
    return tuple(shown)


def _may_read(reader: _Reader, round_: Round, answered: Collection[int]) -> bool:
    """A check-in is for those it asks and its observers, as its summary is."""
    member, routine = reader.member, reader.charter.routines.get(round_.routine or "")
    if member.id in round_.observers or member.id in answered:
        return True
    return routine is not None and bool(audience_members(routine.audience, (member,), reader.charter))


# --- threads ------------------------------------------------------------------------------------


def _threads(reader: _Reader, posts: Iterable[PostView]) -> tuple[ThreadLine, ...]:
    """Threads with something new by somebody else, the one with the newest post first."""
    by_thread: dict[str, list[PostView]] = {}
    for post in sorted(posts, key=lambda post: post.at, reverse=True):
        if _comes_by_digest(post, reader):
            by_thread.setdefault(post.thread, []).append(post)
    others = ({post.author_id for post in found} - {reader.member.id} for found in by_thread.values())
    return tuple(_thread_line(found) for found, by in zip(by_thread.values(), others, strict=True) if by)


def _comes_by_digest(post: PostView, reader: _Reader) -> bool:
    settings = reader.member.settings
    if post.thread in settings.muted_threads or not reader.is_new(post.at):
        return False
    if settings.only_mine and post.thread not in reader.own_threads:
        return False
    delivery = reader.delivery(post.channel)
    return delivery in BY_DIGEST or (reader.catching_up and delivery is not Delivery.NONE)


def _thread_line(newest_first: list[PostView]) -> ThreadLine:
    shown = newest_first[:_POSTS_OF_A_THREAD]
    first = newest_first[-1]
    return ThreadLine(
        mark=first.thread,
        subject=first.subject,
        channel=first.channel,
        posts=tuple((post.author_name, shortened(post.text), post.at) for post in shown),
        more=len(newest_first) - len(shown),
        files=tuple(post.files for post in shown) if any(post.files for post in shown) else (),
    )


def shortened(text: str) -> str:
    """Return the first few lines of a text, "…" where something was left out; cut between words where there are any."""
    lines = [line.rstrip() for line in text.strip().splitlines() if line.strip()]
    kept = "\n".join(lines[:_LINES_OF_A_POST])
    if len(kept) > _LETTERS_OF_A_POST:
        head = kept[:_LETTERS_OF_A_POST]
        cut = max(head.rfind(" "), head.rfind("\n"))
        return (head[:cut] if cut > _LETTERS_OF_A_POST // 2 else head).rstrip() + " …"
    return kept + " …" if len(lines) > _LINES_OF_A_POST else kept


# --- people and what is to come -----------------------------------------------------------------


def _away(reader: _Reader, absent: Iterable[Member]) -> tuple[AwayLine, ...]:
    """Who is away on the reader's day, and who has come back since the last digest."""
    today, before = (local(at, reader.member.timezone).date() for at in (reader.until, reader.since))
    lines = (_away_line(member, today, before) for member in absent if member.id != reader.member.id)
    return tuple(sorted((line for line in lines if line), key=lambda line: (line.back, line.name.casefold())))


def _away_line(member: Member, today: date, before: date) -> AwayLine | None:
    now = member.away_on(today)
    if now:
        return AwayLine(name=member.name, until=now.until)
    ended = [absence.until for absence in member.absences if absence.until and before - DAY <= absence.until < today]
    return AwayLine(name=member.name, until=max(ended), back=True) if ended else None


def _coming_up(reader: _Reader, period: str) -> tuple[tuple[str, datetime], ...]:
    """The next time each routine asks the reader, as far as one looks ahead, the soonest first."""
    last = reader.until + _HORIZON[period]
    found = (
        (routine.title or name, _next_asked(name, reader, last)) for name, routine in reader.charter.routines.items()
    )
    return tuple(sorted(((title, at) for title, at in found if at), key=lambda coming: coming[1]))


def _next_asked(name: str, reader: _Reader, last: datetime) -> datetime | None:
    charter, routine = reader.charter, reader.charter.routines[name]
    for day in routines.days_after(routine.rule, reader.until.date() - 2 * DAY):
        if day > last.date() + timedelta(days=1):
            break
        found = routines.occurrence(name, routine, day, (reader.member,), charter)
        at = found.prompts[0][1] if found else None
        if at and reader.until < at <= last:
            return at
    return None
