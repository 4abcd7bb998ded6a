"""`undo`: an answer to a receipt that takes back what its mail changed, as far as it can still be taken back.

Must not: take back what has gone out to others (a post), or touch a closed round.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from gateway.decide import rounds
from gateway.decide.acted import Acted, declined, joined
from gateway.decide.rituals.settings import local_day
from gateway.decide.sent import facts_of
from gateway.model.context import MailContext, RoundView
from gateway.model.decision import Why
from gateway.model.entry import Answered, AwayEnded, SettingsChanged, Withdrawn
from gateway.model.member import Member
from gateway.model.notice import Act, DeclineFacts, ReceiptFacts
from gateway.model.round import Ballot
from gateway.model.understood import Undo


def undo(context: MailContext, member: Member, asked: Undo) -> Acted:
    """Return one act of a receipt, or all of them, taken back."""
    receipt = facts_of(context, ReceiptFacts)
    acts = receipt.acts if receipt else ()
    chosen = acts if asked.number == 0 else acts[asked.number - 1 : asked.number]
    if not chosen:
        return declined(Why.DECLINED, DeclineFacts(reason="nothing-to-undo"))
    parts = [rule(context, member, act) for act in reversed(chosen) if (rule := _RULES.get(act.name))]
    if not parts:
        return declined(Why.DECLINED, DeclineFacts(reason="cannot-undo", mark=chosen[0].mark, title=chosen[0].title))
    return joined(parts)


def _answer_back(context: MailContext, member: Member, act: Act) -> Acted:
    """Take an answer back; the ballot it replaced, or the one withdrawn, stands again."""
    view = context.rounds.get(act.mark)
    if view is None:
        return declined(Why.DECLINED, DeclineFacts(reason="unknown-mark", mark=act.mark, title=act.title))
    refused = rounds.no_longer_open(context, view)
    if refused:
        return refused
    if _is_overtaken(view, act):
        return declined(Why.DECLINED, rounds.refusal("cannot-undo", view.round))
    undone = Act(name="undone", mark=act.mark, title=act.title, choice=act.before.choice if act.before else None)
    if act.before is not None:
        again = Answered(mark=act.mark, member_id=member.id, answer=act.before)
        return Acted(Why.ANSWERED, entries=(again,), acts=(undone,))
    if view.standing is None:
        return declined(Why.DECLINED, rounds.refusal("nothing-to-withdraw", view.round))
    if act.replaced:  # the receipt does not hold the check-in that was there before
        return declined(Why.DECLINED, rounds.refusal("cannot-undo", view.round))
    return Acted(Why.ANSWERED, entries=(Withdrawn(mark=act.mark, member_id=member.id),), acts=(undone,))


def _is_overtaken(view: RoundView, act: Act) -> bool:
    """Whether a later ballot stands in the place of what this act left: a receipt takes back its own mail alone."""
    standing = view.standing.answer if view.standing else None
    if act.name == "withdrawn":
        return standing is not None
    if not isinstance(standing, Ballot) or act.choice is None:
        return False
    return standing != Ballot(choice=act.choice, comment=act.comment)


def _settings_back(context: MailContext, member: Member, act: Act) -> Acted:
    if act.settings_before is None:
        return declined(Why.DECLINED, DeclineFacts(reason="cannot-undo"))
    entry = SettingsChanged(member_id=member.id, settings=act.settings_before)
    return Acted(Why.SETTINGS, entries=(entry,), acts=(Act(name="undone", text=act.name),))


def _back(context: MailContext, member: Member, act: Act) -> Acted:
    starts = date.fromisoformat(act.text) if act.text else date.min  # an absence still to come ends on its first day
    entry = AwayEnded(member_id=member.id, day=max(local_day(member, context.received_at), starts))
    return Acted(Why.AWAY, entries=(entry,), acts=(Act(name="back"),))


_RULES: dict[str, Callable[[MailContext, Member, Act], Acted]] = {
    **dict.fromkeys(("voted", "abstained", "withdrawn", "checked-in", "skipped"), _answer_back),
    **dict.fromkeys(
        ("delivery", "digest-time", "prompts", "paused", "resumed", "muted", "unmuted", "channel-left"), _settings_back
    ),
    "away": _back,
}
