"""What machines report of our own mail: bounces, complaints; and absences that auto-replies state.

Must not: answer any of them, ever (RFC 3834 §2).
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from gateway.decide.acted import Acted, ignored
from gateway.model.context import MailContext
from gateway.model.decision import Broadcast, Group, Why
from gateway.model.entry import AwayNoted, Bounced
from gateway.model.member import Absence
from gateway.model.nature import Bounce
from gateway.model.notice import StewardFacts
from gateway.model.understood import Understood

_TEMPORARY = "4"  # RFC 3463 §3.1: persistent transient failure


def bounced(context: MailContext, understood: Understood) -> Acted:
    """Return the fact that a notice of ours came back, and what stewards are told of it, once a day and address."""
    report = understood.written.bounce or Bounce()
    return _returned(context, report, "bounced", report.permanent and not report.status.startswith(_TEMPORARY))


def complained(context: MailContext, understood: Understood) -> Acted:
    """Return the fact that a recipient pressed "spam" (RFC 5965): they get no more of our mail."""
    return _returned(context, understood.written.bounce or Bounce(), "complaint", True)


def _returned(context: MailContext, report: Bounce, about: str, permanent: bool) -> Acted:
    notice, member_id = context.bounced, context.bounced.member_id if context.bounced else 0
    status = "complaint" if about == "complaint" else report.status
    entry = Bounced(
        notice_id=notice.notice_id if notice else None,
        member_id=member_id or None,
        permanent=permanent,
        status=status,
    )
    member = next((one for one in context.members_named.values() if one.id == member_id), None)
    address = report.recipients[0] if report.recipients else member.address if member else ""
    facts = StewardFacts(about=about, name=member.name if member else "", address=address, text=report.diagnostic)
    day = context.received_at.date().isoformat()
    told = Broadcast(
        # What names no member of ours may be anybody's doing, a forged sender's above all: one a day, whoever it names.
        key=f"{about}:{member_id}:{day}",
        facts=facts,
        group=Group.STEWARDS,
        leave_out=frozenset({member_id} if member_id else ()),  # their own mail does not reach them
    )
    return Acted(Why.BOUNCED, entries=(entry,), broadcasts=(told,) if permanent else (), settled=False)


def noted_away(context: MailContext, understood: Understood) -> Acted:
    """Return the absence an auto-reply states; undated when it names no day. Never posted, never answered."""
    member = context.author
    if member is None or member.left_at is not None:
        return ignored(Why.MACHINE, "auto-reply of nobody we know")
    today = context.received_at.astimezone(ZoneInfo(member.timezone)).date()
    noted = understood.absence
    until = noted.until if noted else None
    starts = noted.starts if noted and noted.starts else today
    if until is not None and (until < today or until < starts):
        return ignored(Why.AWAY, "the absence is over")
    absence = Absence(starts=starts, until=until, source="auto-reply")
    if _is_known(member.absences, absence):
        return ignored(Why.AWAY, "known")
    return Acted(Why.AWAY, entries=(AwayNoted(member_id=member.id, absence=absence),), settled=False)


def _is_known(absences: tuple[Absence, ...], stated: Absence) -> bool:
    """Whether this is noted already: the same end, or an undated one that a known absence covers."""
    return any(
        known.covers(stated.starts) and (stated.until is None or known.until == stated.until) for known in absences
    )
