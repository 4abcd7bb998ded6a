"""Check-ins: opened by a routine, answered in any form, followed by a summary with what stops people first.

A check-in is late from its closing time on and still finds its place while no later round of its routine is open. What
stops a member is followed over rounds until they say it is gone.

Must not: read words (understand/reading/checkin.py and plan.py do), or know when routines come round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from gateway.decide import reminders, rounds, routines
from gateway.decide.acted import Acted, declined, joined
from gateway.decide.addressed import to_member
from gateway.decide.audience import audience_members, observers
from gateway.decide.calendar import local
from gateway.decide.owed import wants_nothing
from gateway.decide.rituals import plan_change
from gateway.decide.rituals.plan_change import among
from gateway.decide.rounds import close_row, refusal
from gateway.decide.routines import Occurrence
from gateway.model.context import Due, DueKind, MailContext, RoundView, TickContext
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.entry import Answered, AwayNoted, BlockerClosed, BlockerRaised, Closed, Entry, RoundOpened
from gateway.model.facts import Act, AwayLine, CheckInLine, Item, PromptFacts, SummaryFacts
from gateway.model.member import Absence, Member
from gateway.model.notice import Notice
from gateway.model.plan import core, numbered
from gateway.model.reading import CheckInKind, CheckInReading
from gateway.model.round import MARK_LETTERS, CheckIn, CheckInForm, Phase, Ritual, Round, Skip, Standing

_MOST_SHOWN = 120  # letters of an answer in a receipt
_ENOUGH_TO_AVERAGE = 3  # a mean mood of fewer would tell whose it is


# --- opening ------------------------------------------------------------------------------------


def open_round(occurrence: Occurrence, context: TickContext) -> Decision:
    """Return the opening of a routine's check-in: the round, and when each member is asked, reminded, and it closes."""
    charter, now = context.workspace.charter, context.now
    round_ = _round(occurrence, context)
    dues = [close_row(round_.mark, round_.closes_at)]
    for member, at in occurrence.not_before(now).prompts:
        dues.append(_prompt_due(round_, member, at))
        dues.extend(reminders.member_dues(round_, member, charter))
    electorate = tuple(member.id for member, _ in occurrence.prompts)
    return Decision(Why.OPENED, entries=(RoundOpened(round=round_, electorate=electorate),), due=tuple(dues))


def _round(occurrence: Occurrence, context: TickContext) -> Round:
    routine = occurrence.routine
    mark = context.fresh.mark(MARK_LETTERS[Ritual.CHECKIN])
    return Round(
        mark=mark,
        ritual=Ritual.CHECKIN,
        title=routine.title or occurrence.name,
        thread=mark,
        opened_at=context.now,
        closes_at=occurrence.closes_at,
        form=CheckInForm(questions=routine.questions, mood=routine.mood),
        routine=occurrence.name,
        occurrence=occurrence.day,
        channel=routine.channel,
        observers=_told(occurrence, context),
        reminders=tuple(str(span) for span in routine.reminders),
        electorate_size=len(occurrence.prompts),
    )


def _told(occurrence: Occurrence, context: TickContext) -> tuple[int, ...]:
    """Who gets the summary without being asked: whom the routine names, and who only observes."""
    charter = context.workspace.charter
    named = audience_members(occurrence.routine.observers, context.members, charter)
    asked = {member.id for member, _ in occurrence.prompts}
    told = dict.fromkeys(member.id for member in (*named, *observers(context.members, charter)))
    return tuple(member_id for member_id in told if member_id not in asked)


def _prompt_key(mark: str, member_id: int) -> str:
    return f"prompt:{mark}:{member_id}"


def _prompt_due(round_: Round, member: Member, at: datetime) -> Due:
    key = _prompt_key(round_.mark, member.id)
    return Due(key=key, kind=DueKind.PROMPT, at=at, mark=round_.mark, member_id=member.id)


# --- asking -------------------------------------------------------------------------------------


def prompt(due: Due, context: TickContext) -> Decision:
    """Return the question to one member, unless they need not be asked any more.

    Asked late, after an outage, it takes the place of the reminders whose time has passed.
    """
    member = next((member for member in context.members if member.id == due.member_id), None)
    reason = _not_owed(member, context)
    if reason or member is None or context.view is None:
        return Decision(Why.NOT_OWED, detail=reason)
    round_, now = context.view.round, context.now
    passed = [at for at in reminders.times(round_, member, context.workspace.charter) if at <= now]
    return Decision(
        Why.PROMPTED,
        notices=(_prompt_notice(member, context.view, context),),
        undue=tuple(reminders.member_key(round_.mark, member.id, n) for n in range(1, len(passed) + 1)),
    )


def _not_owed(member: Member | None, context: TickContext) -> str:
    view, now = context.view, context.now
    if member is None or view is None or not view.in_electorate:
        return "not asked"
    if view.round.phase is not Phase.OPEN or now >= view.round.closes_at:
        return "closed"
    if view.standing is not None:
        return "answered"
    today = local(now, member.timezone).date()
    if reason := wants_nothing(member, today):
        return reason
    return "away" if member.away_on(today) else ""


def _prompt_notice(member: Member, view: RoundView, context: TickContext) -> Notice:
    round_ = view.round
    return to_member(
        member,
        _prompt_facts(view, context),
        _prompt_key(round_.mark, member.id),
        context.now,
        thread=round_.thread,
        mark=round_.mark,
        items=(Item(mark=round_.mark, text=round_.title),),
        owed=True,
    )


def asked_again(context: MailContext, round_: Round, member: Member) -> tuple[Due, ...]:
    """Return what is still to come of asking a member whose answer was taken back."""
    charter, now = context.workspace.charter, context.now
    reminded = (due for due in reminders.member_dues(round_, member, charter) if due.at > now)
    prompted = reminders.asked_at(round_, member, charter)
    return (*reminded, *((_prompt_due(round_, member, prompted),) if prompted > now else ()))


def prompts_again(context: MailContext, round_: Round) -> tuple[Due, ...]:
    """Return the prompts of a round that was called off and runs again; nobody is asked twice by their keys.

    `context.members` are everyone.
    """
    charter = context.workspace.charter
    routine = charter.routines.get(round_.routine or "")
    if routine is None or round_.occurrence is None:
        return ()
    found = routines.occurrence(round_.routine or "", routine, round_.occurrence, context.members, charter)
    prompts = found.not_before(context.now).prompts if found else ()
    return tuple(_prompt_due(round_, member, at) for member, at in prompts)


def _prompt_facts(view: RoundView, context: TickContext) -> PromptFacts:
    round_, form, last = view.round, view.round.form, context.last_checkin
    shown = numbered(view.plan or (last.next if last else ()), view.open_blockers)
    return PromptFacts(
        mark=round_.mark,
        title=round_.title,
        questions=form.questions if isinstance(form, CheckInForm) else (),
        mood=isinstance(form, CheckInForm) and form.mood,
        plan=shown.plan,
        closes_at=round_.closes_at,
        occurrence=round_.occurrence,
        blockers=shown.blockers,
        stopped=shown.stopped,
    )


# --- answers ------------------------------------------------------------------------------------


def answer(context: MailContext, view: RoundView, reading: CheckInReading, text: str) -> Acted:
    """Return what a member's answer to a check-in comes to: recorded, late, skipped, or declined with its reason."""
    member, refused = context.author, _refused(context, view, reading, text)
    if refused or member is None:
        return refused or declined(Why.DECLINED, refusal("not-asked", view.round))
    is_skip = reading.kind is CheckInKind.SKIP
    told = _skipped(context, view, reading, member, text) if is_skip else _checked_in(context, view, reading, member)
    if told.why is Why.ANSWERED and (overtaken := rounds.overtaken(context, view)):
        return overtaken
    if is_skip or not reading.beyond:
        return told
    return joined(
        (told, declined(Why.ASKED_BACK, refusal("no-such-line", view.round, detail="; ".join(reading.beyond))))
    )


def _refused(context: MailContext, view: RoundView, reading: CheckInReading, text: str) -> Acted | None:
    """The first reason found counts."""
    round_ = view.round
    if context.author is None or not view.in_electorate:
        return declined(Why.DECLINED, refusal("not-asked", round_))
    if round_.phase is Phase.CANCELLED:
        return declined(Why.TOO_LATE, refusal("cancelled", round_, at=round_.closed_at))
    if _is_late(context, round_) and not view.is_latest:
        return declined(Why.TOO_LATE, refusal("too-late", round_, at=round_.closed_at or round_.closes_at))
    if reading.kind is CheckInKind.UNCLEAR:
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        return declined(Why.ASKED_BACK, refusal("no-check-in", round_, detail=first[:200]))
    return None


def _is_late(context: MailContext, round_: Round) -> bool:
    return round_.phase is Phase.CLOSED or context.received_at > round_.closes_at


def _checked_in(context: MailContext, view: RoundView, reading: CheckInReading, member: Member) -> Acted:
    round_, late = view.round, _is_late(context, view.round)
    reading = plan_change.amended(reading, view)
    given = _given(reading, view)
    entries: list[Entry] = [
        Answered(mark=round_.mark, member_id=member.id, answer=given, late=late, evidence=reading.evidence)
    ]
    blockers = _blocker_entries(view, reading, member)
    entries += blockers
    stuck = _carried_too_often(context, view, given, member)
    counts = (len(given.done), len(given.next), len(given.blockers))
    act = Act(
        name="late" if late else "checked-in",
        mark=round_.mark,
        title=round_.title,
        counts=counts,
        answers=len(given.answers),
        cleared=sum(isinstance(entry, BlockerClosed) for entry in blockers),
        replaced=view.standing is not None and reading.changes is None,
        lines=tuple(_lines(given, view)) if reading.changes is not None else (),
        text=_words(reading.evidence),
    )
    away, away_acts = _away(context, reading, member)
    acts = (act, *(Act(name="stuck", mark=round_.mark, title=round_.title, text=one.text) for one in stuck), *away_acts)
    return Acted(Why.ANSWERED, (*entries, *stuck, *away), undue=_nothing_owed(round_, member), acts=acts)


def _lines(given: CheckIn, view: RoundView) -> Iterator[tuple[str, str]]:
    """Yield what numbers came to in words, for whoever wrote them to see that they were taken as meant."""
    dropped = plan_change.dropped(given, view.plan)
    told = (("done", given.done), ("next", given.next), ("blockers", given.blockers), ("dropped", dropped))
    yield from ((what, _words("; ".join(lines))) for what, lines in told if lines)


def _words(evidence: str) -> str:
    """The words an answer rests on as a line of a receipt has them."""
    said = " ".join(evidence.split())
    return said if len(said) <= _MOST_SHOWN else f"{said[:_MOST_SHOWN].rsplit(' ', 1)[0]} …"


def _given(reading: CheckInReading, view: RoundView) -> CheckIn:
    planned = (*plan_change.still_planned(reading, view.plan), *reading.next)
    carried = tuple(_times_carried(item, view) for item in planned)
    return CheckIn(
        done=reading.done,
        next=planned,
        blockers=reading.blockers,
        mood=reading.mood,
        answers=reading.answers,
        carried=carried if any(carried) else (),
    )


def _times_carried(item: str, view: RoundView) -> int:
    counts = dict(zip(view.plan, view.carried, strict=False))
    return next((counts.get(line, 0) + 1 for line in view.plan if among(item, (line,))), 0)


def _skipped(context: MailContext, view: RoundView, reading: CheckInReading, member: Member, text: str) -> Acted:
    """Passing records nothing but that. A check-in given before stays when its author only says they are off now."""
    round_ = view.round
    away, away_acts = _away(context, reading, member)
    if away and view.standing is not None and isinstance(view.standing.answer, CheckIn):
        return Acted(Why.AWAY, away, undue=_nothing_owed(round_, member), acts=away_acts)
    words = reading.evidence or text.strip()[:200]
    late = _is_late(context, round_)
    passed = Answered(
        mark=round_.mark, member_id=member.id, answer=Skip(words=words), late=late, evidence=reading.evidence
    )
    act = Act(name="skipped", mark=round_.mark, title=round_.title, replaced=view.standing is not None)
    return Acted(Why.ANSWERED, (passed, *away), undue=_nothing_owed(round_, member), acts=(act, *away_acts))


def _away(context: MailContext, reading: CheckInReading, member: Member) -> tuple[tuple[Entry, ...], tuple[Act, ...]]:
    today = local(context.received_at, member.timezone).date()
    until = reading.away_until
    if until is None or until < today:
        return (), ()
    starts = max(reading.away_from or today, today)
    act = Act(name="away", until=until, starts=starts if starts > today else None)
    absence = Absence(starts=starts, until=until, unproven=context.is_unproven)
    return (AwayNoted(member_id=member.id, absence=absence),), (act,)


def _nothing_owed(round_: Round, member: Member) -> tuple[str, ...]:
    return _prompt_key(round_.mark, member.id), reminders.member_key(round_.mark, member.id, "*")


# --- blockers -----------------------------------------------------------------------------------


def _blocker_entries(view: RoundView, reading: CheckInReading, member: Member) -> list[Entry]:
    """What is new is raised; closed is what the author says is gone, did, or took out of their own answer of before."""
    before = view.standing.answer.blockers if view.standing and isinstance(view.standing.answer, CheckIn) else ()
    known = tuple(dict.fromkeys((*view.open_blockers, *before)))
    raised = [text for text in reading.blockers if not among(text, known)]
    gone = [text for text in known if not among(text, reading.blockers) and _is_gone(text, reading, before)]
    return [
        *(BlockerRaised(mark=view.round.mark, member_id=member.id, text=text) for text in raised),
        *(BlockerClosed(member_id=member.id, text=text) for text in gone),
    ]


def _carried_too_often(context: MailContext, view: RoundView, given: CheckIn, member: Member) -> list[BlockerRaised]:
    """What is planned again and again is raised, once, as something that may be stuck."""
    limit = context.workspace.charter.blockers_after
    known = (*view.open_blockers, *given.blockers)
    stuck = _stuck(given, limit, known)
    return [BlockerRaised(mark=view.round.mark, member_id=member.id, text=text) for text in stuck]


def _stuck(given: CheckIn, limit: int, known: Iterable[str]) -> list[str]:
    """What an answer plans once too often, and what is not known to be stopped by something."""
    counted = zip(given.next, given.carried, strict=False)
    return [core(item) for item, times in counted if times == limit and not among(item, known)]


def _is_gone(text: str, reading: CheckInReading, before: tuple[str, ...]) -> bool:
    return reading.unblocked or text in before or among(text, reading.cleared) or among(text, reading.done)


# --- closing ------------------------------------------------------------------------------------


def close(due: Due, context: TickContext) -> Decision:
    """Return the end of a check-in: the round closed, and its summary to those asked and its observers."""
    assert context.view is not None
    round_ = context.view.round
    facts = summary(round_, context)
    told = () if _says_nothing(facts) else (_summary_broadcast(facts, round_),)
    return Decision(
        Why.CLOSED,
        entries=(Closed(mark=round_.mark),),
        broadcasts=told,
        undue=(f"prompt:{round_.mark}:*", f"remind:{round_.mark}:*"),
        detail=f"{facts.answered} of {facts.electorate} answered",
    )


def _says_nothing(facts: SummaryFacts) -> bool:
    """When all who were asked are away there is nothing to sum up."""
    return not facts.lines and not facts.silent


def _summary_broadcast(facts: SummaryFacts, round_: Round) -> Broadcast:
    return Broadcast(
        key=f"summary:{round_.mark}",
        facts=facts,
        group=Group.ELECTORATE,
        mark=round_.mark,
        thread=round_.thread,
        channel=round_.channel,
        items=(Item(mark=round_.mark, text=round_.title),),
        observers=True,
    )


def summary(round_: Round, context: TickContext) -> SummaryFacts:
    """Return a check-in summed up: who is stopped by something first, then by name; who is silent, who is away."""
    members = {member.id: member for member in context.members}
    answered = {standing.member_id: standing for standing in context.standings}
    missing = [members[i] for i in context.electorate if i not in answered and i in members]
    gone = {member.id: absence for member in missing if (absence := _absence(member, round_, context.now))}
    lines = sorted((_line(standing, members, context) for standing in answered.values()), key=_blocked_first)
    return SummaryFacts(
        mark=round_.mark,
        title=round_.title,
        occurrence=round_.occurrence,
        lines=tuple(lines),
        silent=_names(m for m in missing if m.id not in gone and m.left_at is None),
        away=tuple(
            AwayLine(name=m.name, until=gone[m.id].until) for m in missing if m.id in gone and m.left_at is None
        ),
        answered=len(answered),
        electorate=len(answered) + sum(member.left_at is None for member in missing),
        mood=_mood(context.standings),
    )


def _absence(member: Member, round_: Round, now: datetime) -> Absence | None:
    """Away on the round's day, or when it closes."""
    day = round_.occurrence or local(round_.opened_at, member.timezone).date()
    return member.away_on(day) or member.away_on(local(now, member.timezone).date())


def _names(members: Iterable[Member]) -> tuple[str, ...]:
    return tuple(sorted((member.name for member in members), key=str.casefold))


def _line(standing: Standing, members: dict[int, Member], context: TickContext) -> CheckInLine:
    member = members.get(standing.member_id)
    name = member.name if member else context.names.get(standing.member_id, "")
    return _with_stuck(line(name, standing), context.workspace.charter.blockers_after)


def _with_stuck(shown: CheckInLine, limit: int) -> CheckInLine:
    """Return a line with what it raised by carrying it too often beside what its author says is in the way."""
    if shown.checkin is None or not (stuck := _stuck(shown.checkin, limit, shown.checkin.blockers)):
        return shown
    blockers = (*shown.checkin.blockers, *stuck)
    return msgspec.structs.replace(shown, checkin=msgspec.structs.replace(shown.checkin, blockers=blockers))


def line(name: str, standing: Standing) -> CheckInLine:
    """Return one member's answer as summaries and digests show it."""
    given = standing.answer
    return CheckInLine(name=name, checkin=given if isinstance(given, CheckIn) else None, late=standing.late)


def _blocked_first(shown: CheckInLine) -> tuple[bool, bool, str]:
    return not (shown.checkin and shown.checkin.blockers), shown.checkin is None, shown.name.casefold()


def _mood(standings: Iterable[Standing]) -> float | None:
    rated = [s.answer.mood for s in standings if isinstance(s.answer, CheckIn) and s.answer.mood is not None]
    return sum(rated) / len(rated) if len(rated) >= _ENOUGH_TO_AVERAGE else None
