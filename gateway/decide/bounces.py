"""What machines report of our own mail: bounces, complaints; and absences that auto-replies state.

A bounce adds to its member's score, which fades; beyond a limit nothing more is sent there, until the member says that
mail arrives or a single mail tried now and then does not come back. Must not: answer a machine, ever (RFC 3834 §2).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from gateway.decide.acted import Acted, ignored
from gateway.decide.addressed import to_member
from gateway.decide.answering import once_per_day, to_author
from gateway.decide.audience import reachable
from gateway.decide.calendar import DAY, after_working_days
from gateway.decide.refusals import Blame, blame_in_report, gave_up, lacks_room, status_of
from gateway.decide.sent import facts_said
from gateway.model.authentication import Outcome
from gateway.model.context import Due, DueKind, MailContext, TickContext, Trust
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.entry import AwayNoted, Bounced, DeliveryResumed, DeliverySuspended, Entry
from gateway.model.facts import Act, ConfirmFacts, StewardFacts
from gateway.model.member import Absence, Member
from gateway.model.message import Message
from gateway.model.nature import Bounce, Nature
from gateway.model.notice import Attempt, Notice, StoredNotice
from gateway.model.understood import AbsenceNotice, Understood

_TEMPORARY = "4"  # RFC 3463 §3.1: persistent transient failure

HARD, SOFT = 1.0, 0.25  # what a mail adds that came back for good; or after days of trying, or from a full mailbox
LIMIT = 2.5  # three for good within some weeks
HALVED_AFTER = timedelta(days=30)
TOLD_AHEAD = timedelta(days=31)  # an auto-reply may tell so long before
LONGEST_TOLD = timedelta(days=400)  # … and of an end so far off
UNDATED_DAYS = 3  # working days that one holds for which names no end
PROBES = (timedelta(days=3), timedelta(days=7), timedelta(days=21))  # when a suspended member is tried again
PROBE_STAYS = timedelta(days=3)  # a mail that did not come back by then has arrived (RFC 5321 §4.5.4.1 tries 4–5 days)


def bounced(context: MailContext, understood: Understood) -> Acted:
    """Return the fact that a notice of ours came back, and what follows for its member's mail.

    Each notice counts once, and only one that its own signed address names: nobody else can speak for it. What the far
    server says of us or of that mail counts against nobody; stewards are told.
    """
    report = understood.written.bounce or Bounce()
    if context.is_forged:
        return ignored(Why.NOT_AUTHENTIC, "a report whose authentication failed")
    if context.bounced is not None and context.bounced.returned:
        return ignored(Why.BOUNCED, "this notice came back before")
    permanent = report.permanent and not report.status.startswith(_TEMPORARY)
    if blame_in_report(report) is not Blame.RECIPIENT:
        return _turned_away(_returned(context), report, permanent=permanent)
    return _came_back(_returned(context), report, permanent=permanent)


def refused(stored: StoredNotice, member: Member | None, attempt: Attempt, now: datetime) -> Decision:
    """Return what follows when the server that takes our mail will not have a notice's recipient.

    It says at once what another would have said in a report later, so it counts alike.
    """
    facts = stored.notice.facts
    tried = facts.number if isinstance(facts, ConfirmFacts) and facts.act == "deliver" else 0
    back = _Returned(now, stored.id, stored.notice.member_id, member, tried)
    report = Bounce(
        recipients=(stored.notice.address,),
        status=status_of(attempt),
        diagnostic=f"{attempt.code} {attempt.text}"[:300],
    )
    acted = _came_back(back, report, permanent=True)
    return Decision(acted.why, entries=acted.entries, broadcasts=acted.broadcasts, due=acted.due, undue=acted.undue)


def not_theirs(member: Member) -> Decision:
    """Return what follows when a refusal that counted against a member turns out to be one of us: nothing came back."""
    entry = DeliveryResumed(member_id=member.id, reason="not-theirs")
    return Decision(Why.RESUMED, entries=(entry,), undue=(probe_key(member.id),))


@dataclass(frozen=True, slots=True)
class _Returned:
    """A notice of ours that did not reach its reader, and when that was known.

    `member` is None where none of ours is named; `tried` says which probe it was, from 1, 0 where it was none.
    """

    at: datetime
    notice_id: int | None
    member_id: int
    member: Member | None
    tried: int


def _returned(context: MailContext) -> _Returned:
    number = context.bounced.member_id if context.bounced else 0
    member = next((one for one in context.members_named.values() if number and one.id == number), None)
    facts = facts_said(context.bounced, ConfirmFacts)
    tried = facts.number if facts is not None and facts.act == "deliver" else 0
    return _Returned(context.received_at, context.bounced.notice_id if context.bounced else None, number, member, tried)


def complained(context: MailContext, understood: Understood) -> Acted:
    """Return the fact that a recipient pressed "spam" (RFC 5965): at once they get no more of our mail; the only
    steward is asked again later.

    A report that nothing speaks for is told to the stewards and changes nothing: whoever has a mail of ours that was
    passed on can make the address it names out of the one to answer to.
    """
    report = understood.written.bounce or Bounce()
    if context.is_forged:
        return ignored(Why.NOT_AUTHENTIC, "a report whose authentication failed")
    if context.authentication.outcome is not Outcome.PASSED:  # an empty reverse-path is anybody's to write
        unproven = ignored(Why.NOT_AUTHENTIC, "a complaint that nothing speaks for")
        about = (_told(_returned(context), "complaint-unproven", report),) if context.bounced else ()
        return dataclasses.replace(unproven, broadcasts=about)
    back = _returned(context)
    member = back.member
    entries: tuple[Entry, ...] = (_entry(back, permanent=True, status="complaint", score=_score(back)),)
    if member is not None and not member.suspended:
        entries = (*entries, DeliverySuspended(member_id=member.id, reason="complaint"))
    told = _told(back, "complaint", report)
    undue, due = _tried_after_complaint(back, context.members)
    return Acted(Why.BOUNCED, entries=entries, broadcasts=(told,), due=due, undue=undue, settled=False)


def weighs_on_stewards(context: MailContext, understood: Understood) -> bool:
    """Whether a mail may leave a workspace without a steward whom mail reaches, so that all members are to be known."""
    return understood.written.nature is Nature.COMPLAINT and context.bounced is not None


def _tried_after_complaint(back: _Returned, members: Collection[Member]) -> tuple[tuple[str, ...], tuple[Due, ...]]:
    """Return what a complaint takes out, and when its member is tried again: never, but for the only steward left.

    What is for the stewards must reach somebody, and one slip, or one address of a mail that was passed on, is no word
    for good: it is as if the first probe had come back, and one more complaint about a probe counts as its return.
    """
    member = back.member
    if member is None:
        return (), ()
    others = (one for one in reachable(members) if one.id != member.id)
    if not member.is_steward or any(others):
        return (probe_key(member.id),), ()
    if member.suspended:
        return _next_probe(back, member)
    return (), _probe_after(member.id, 1, back.at)


def _came_back(back: _Returned, report: Bounce, *, permanent: bool) -> Acted:
    """Return what one more returned mail comes to: a score, and beyond a limit no more mail until they are back.

    A mailbox that is full is there: it adds what a server adds that could not be reached, however its own says it. All
    that comes back on one day has one cause, and adds what the worst of it does: a lively thread suspends nobody.
    """
    member, is_gone = back.member, permanent and not lacks_room(report) and not gave_up(report)
    before, added = _score(back), HARD if is_gone else SOFT
    score = max(before, added) if _came_back_today(back) else before + added
    entry = _entry(back, permanent=is_gone, status=report.status, score=round(score, 4) if member else 0.0)
    if member is not None and member.suspended:
        undue, due = _next_probe(back, member)
        return Acted(Why.BOUNCED, entries=(entry,), undue=undue, due=due, settled=False)
    if member is None or member.left_at is not None or score < LIMIT:
        told = (_told(back, "bounced", report),) if permanent else ()
        return Acted(Why.BOUNCED, entries=(entry,), broadcasts=told, settled=False)
    return Acted(
        Why.BOUNCED,
        entries=(entry, DeliverySuspended(member_id=member.id, reason="bounces")),
        broadcasts=(_told(back, "suspended", report),),
        due=(probe_due(member.id, back.at + PROBES[0], 0),),
        settled=False,
        detail="delivery suspended",
    )


def _turned_away(back: _Returned, report: Bounce, *, permanent: bool) -> Acted:
    """Return what a report comes to that says nothing of its member's address: noted, told once a day and domain."""
    entry = _entry(back, permanent=permanent, status=report.status, score=_score(back))
    undue, due = _next_probe(back, back.member) if back.member and back.member.suspended else ((), ())
    told = dataclasses.replace(_told(back, "turned-away", report), key=_once_a_day(back, "turned-away"))
    return Acted(Why.BOUNCED, entries=(entry,), broadcasts=(told,), undue=undue, due=due, settled=False)


def _once_a_day(back: _Returned, about: str) -> str:
    """Return the key of what all members at one provider meet alike."""
    domain = back.member.address.rpartition("@")[2] if back.member else ""
    return f"{about}:{domain}:{back.at.date().isoformat()}"


def _score(back: _Returned) -> float:
    """Return what is left of a member's score: half of it every thirty days."""
    member = back.member
    if member is None or member.bounced_at is None:
        return 0.0
    age = max(back.at - member.bounced_at, timedelta())
    return float(member.bounce_score * 0.5 ** (age / HALVED_AFTER))


def _came_back_today(back: _Returned) -> bool:
    at = back.member.bounced_at if back.member else None
    return at is not None and back.at.date() == at.date()


def _entry(back: _Returned, *, permanent: bool, status: str, score: float) -> Bounced:
    return Bounced(
        notice_id=back.notice_id, member_id=back.member_id or None, permanent=permanent, status=status, score=score
    )


def _told(back: _Returned, about: str, report: Bounce) -> Broadcast:
    """Return what stewards are told, once a day and member."""
    member, member_id = back.member, back.member_id
    address = report.recipients[0] if report.recipients else member.address if member else ""
    facts = StewardFacts(about=about, name=member.name if member else "", address=address, text=report.diagnostic)
    return Broadcast(
        # What names no member of ours may be anybody's doing, a forged sender's above all: one a day, whoever it names.
        key=f"{about}:{member_id}:{back.at.date().isoformat()}",
        facts=facts,
        group=Group.STEWARDS,
        leave_out=frozenset({member_id} if member_id else ()),  # their own mail does not reach them
    )


# --- back again -----------------------------------------------------------------------------------------------------


def probe_key(member_id: int) -> str:
    """Return the key of the due row that tries a suspended member's mail once more."""
    return f"probe:{member_id}"


def probe_due(member_id: int, at: datetime, number: int) -> Due:
    """Return the due row of the `number`-th try, from 0."""
    return Due(key=probe_key(member_id), kind=DueKind.PROBE, at=at, member_id=member_id, number=number)


def probe(due: Due, context: TickContext) -> Decision:
    """Send one mail to a suspended member; when it does not come back within days, mail goes there again."""
    member = next(iter(context.members), None)
    if member is None or member.left_at is not None or not member.suspended:
        return Decision(Why.NOT_OWED, detail="nothing is suspended")
    facts = ConfirmFacts(
        act="deliver", title=context.workspace.charter.name, address=member.address, number=due.number + 1
    )
    notice = to_member(member, facts, _probe_notice(member.id, context.now), context.now)
    later = msgspec.structs.replace(due, kind=DueKind.PROBED, at=context.now + PROBE_STAYS, since=context.now)
    return Decision(Why.PROBED, notices=(notice,), due=(later,))


def probe_notice_of(due: Due) -> str:
    """Return the key of the notice that a row asks after."""
    return _probe_notice(due.member_id, due.since or due.at - PROBE_STAYS)  # a row of before says no more than its time


def _probe_notice(member_id: int, at: datetime) -> str:
    return f"{probe_key(member_id)}:{at.date().isoformat()}"


def probed(due: Due, context: TickContext) -> Decision:
    """Resume where the mail that was tried was taken, and did not come back: its return would have taken this row out.

    One that is still on its way has shown nothing yet; one that nobody took is as one that came back.
    """
    member = next(iter(context.members), None)
    if member is None or member.left_at is not None or not member.suspended:
        return Decision(Why.NOT_OWED, detail="nothing is suspended")
    tried = context.probe
    if tried.taken_at is not None and tried.taken_at + PROBE_STAYS <= context.now:
        return Decision(Why.RESUMED, entries=(DeliveryResumed(member_id=member.id, reason="probe"),))
    if tried.taken_at is not None or tried.waits:
        at = tried.taken_at + PROBE_STAYS if tried.taken_at else context.now + DAY
        return Decision(Why.NOT_OWED, due=(msgspec.structs.replace(due, at=at),), detail="the mail tried is on its way")
    following = _probe_after(member.id, due.number + 1, context.now)
    return Decision(Why.NOT_OWED, due=following, detail="the mail tried was taken by nobody")


def _probe_after(member_id: int, tried: int, at: datetime) -> tuple[Due, ...]:
    """Return the row of the probe that follows so many; () after the last."""
    return () if tried >= len(PROBES) else (probe_due(member_id, at + PROBES[tried], tried),)


def _next_probe(back: _Returned, member: Member) -> tuple[tuple[str, ...], tuple[Due, ...]]:
    """Return what a probe that came back takes out, and when to try again; other mail that comes late changes nothing.

    After the last probe only the member's own word, or a steward's, resumes.
    """
    if back.tried == 0:
        return (), ()
    return (probe_key(member.id),), _probe_after(member.id, back.tried, back.at)


def ask_to_resume(context: MailContext, message: Message) -> Notice | None:
    """Return the question whether a suspended member's mail reaches them again, once a day; None for all others."""
    member = context.author
    if member is None or not member.suspended:
        return None
    facts = ConfirmFacts(act="deliver", title=context.workspace.charter.name, address=message.author_address)
    return to_author(context, message, facts, once_per_day(context, message, "confirm:deliver"))


def resume(member: Member) -> Acted:
    """Return what a member's confirmation comes to: they have our mail, so it reaches them."""
    entry = DeliveryResumed(member_id=member.id, reason="confirmed")
    return Acted(Why.RESUMED, entries=(entry,), undue=(probe_key(member.id),), acts=(Act(name="resumed"),))


# --- absences -------------------------------------------------------------------------------------------------------


def noted_away(context: MailContext, understood: Understood) -> Acted:
    """Return the absence an auto-reply states; undated when it names no day. Never posted, never answered."""
    member = context.author
    if member is None or member.left_at is not None:
        return ignored(Why.MACHINE, "auto-reply of nobody we know")
    if not _answers_mail_of_ours(context, member):
        return ignored(Why.NOT_AUTHENTIC, "an auto-reply that answers no mail of ours to its author")
    if understood.absence is None:
        return ignored(Why.MACHINE, "an auto-reply that tells of no absence")
    today = context.received_at.astimezone(ZoneInfo(member.timezone)).date()
    starts, until = _stated(understood.absence, today)
    if until is not None and (until < today or until < starts):
        return ignored(Why.AWAY, "the absence is over")
    holds_from = max(starts, today)
    lapses_on = None
    if until is None:
        lapses_on = after_working_days(holds_from, UNDATED_DAYS, context.workspace.charter, member)
    # Never unproven: either a server proves its author, or it went to the address for returns of their own copy.
    absence = Absence(starts=starts, until=until, source="auto-reply", lapses_on=lapses_on)
    if _is_known(member.absences, absence, holds_from):
        return ignored(Why.AWAY, "known")
    return Acted(Why.AWAY, entries=(AwayNoted(member_id=member.id, absence=absence),), settled=False)


def _stated(noted: AbsenceNotice, today: date) -> tuple[date, date | None]:
    """Return when an absence begins and ends, None for an end that is not named.

    A program answers because its owner is away now: one day to come, or a time far off, is a date of something else. So
    is an end years away; who is on such a leave is away by each reply anew.
    """
    if noted.until is not None and noted.until - today > LONGEST_TOLD:
        return today, None
    if noted.starts is None:
        return today, noted.until
    is_one_day_to_come = today < noted.starts == noted.until
    if is_one_day_to_come or noted.starts - today > TOLD_AHEAD:
        return today, None
    return noted.starts, noted.until


def _answers_mail_of_ours(context: MailContext, member: Member) -> bool:
    """Whether a program of the member's wrote it: it had our mail, or the server before us proves the address.

    RFC 3834 §4: answers go to the reverse-path, which names the notice and its member.
    """
    if context.trust is Trust.FAILED:
        return False
    return context.trust is Trust.PROVEN or (context.bounced is not None and context.bounced.member_id == member.id)


def _is_known(absences: tuple[Absence, ...], stated: Absence, day: date) -> bool:
    """Whether this is noted already, as of a day: the same end, or an undated one that a known absence covers; but not
    by what nothing proves.
    """
    known = (one for one in absences if one.covers(day) and not one.unproven)
    return any(stated.until is None or one.until == stated.until for one in known)
