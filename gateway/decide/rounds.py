"""What every round has, whatever its ritual: the rows of its clock, whether an answer still comes in time, and how a
change to it is told.

Must not: know how answers are counted or read.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.decide.acted import Acted, declined
from gateway.decide.reminders import wake
from gateway.model.context import Due, DueKind, MailContext, RoundView, Workspace
from gateway.model.decision import Broadcast, Group, Why
from gateway.model.facts import ChangeFacts, DeclineFacts, Item
from gateway.model.round import CheckInForm, Phase, Round, VoteForm

_BREATH = timedelta(hours=1)  # from a ballot sent anew to a reminder of it


def close_row(mark: str, at: datetime) -> Due:
    """Return the row that closes a round; planning it again moves it."""
    return Due(key=f"close:{mark}", kind=DueKind.CLOSE, at=at, mark=mark)


def clock(round_: Round, now: datetime) -> tuple[Due, ...]:
    """Return the rows of a round that runs: its close, and the one that sets its reminders going."""
    closing = close_row(round_.mark, round_.closes_at)
    return (closing, wake(round_, now)) if round_.reminders else (closing,)


def asked_anew(round_: Round, before: Round, now: datetime) -> tuple[Due, ...]:
    """Return the row that reminds those whom other options ask again: had all answered, no other is left.

    Their ballot is on its way, so it waits a while.
    """
    runs = round_.phase is Phase.OPEN and bool(round_.reminders)
    return (wake(round_, now + _BREATH),) if runs and has_other_options(round_, before) else ()


def clock_keys(mark: str) -> tuple[str, ...]:
    """Return the keys of every row of a round's clock, to stop it."""
    return (f"close:{mark}", f"remind:{mark}:*", f"prompt:{mark}:*")


def reminder_keys(mark: str) -> tuple[str, ...]:
    """Return the keys of a round's reminders, to plan them anew."""
    return (f"remind:{mark}:*",)


def references(round_: Round, workspace: Workspace) -> tuple[str, ...]:
    """Return the ids by which mail programs join everything about a round to its thread."""
    ids = (workspace.address.thread_id(round_.thread), round_.message_id)
    return tuple(name for name in ids if name)


def told_of_change(
    context: MailContext,
    round_: Round,
    facts: ChangeFacts,
    *,
    leave_out: frozenset[int] = frozenset(),
    only: frozenset[int] | None = None,
) -> Broadcast:
    """Return what a mail's change to a round is told by: to everyone asked and its observers, or to some `only`."""
    return Broadcast(
        key=f"change:{round_.mark}:{facts.change}:a{context.arrival_id}",
        facts=facts,
        group=_told_group(facts, only),
        mark=round_.mark,
        thread=round_.thread,
        items=(Item(mark=round_.mark, text=round_.title),),
        observers=only is None and not facts.set_aside,
        leave_out=leave_out,
        only=only,
        references=references(round_, context.workspace),
    )


def _told_group(facts: ChangeFacts, only: frozenset[int] | None) -> Group:
    if only is not None:
        return Group.EVERYONE
    return Group.SET_ASIDE if facts.set_aside else Group.ELECTORATE


def vote_form(round_: Round) -> VoteForm:
    """Return the form of a round that is a vote."""
    assert isinstance(round_.form, VoteForm)
    return round_.form


def has_other_options(round_: Round, before: Round) -> bool:
    """Whether a vote has other options than before: an answer given may be set aside then."""
    forms = (round_.form, before.form)
    votes = [form.question.options for form in forms if isinstance(form, VoteForm)]
    return len(set(votes)) > 1


def no_longer_open(context: MailContext, view: RoundView) -> Acted | None:
    """Return the no to what comes after the end, None while the round takes answers.

    In time is what our server received in time, whatever the hour it is processed.
    """
    round_ = view.round
    if round_.phase is Phase.CANCELLED:
        return declined(Why.TOO_LATE, refusal("cancelled", round_, at=round_.closed_at))
    if round_.phase is Phase.CLOSED:
        return declined(Why.TOO_LATE, _late(context, round_, round_.closed_at or round_.closes_at))
    if round_.phase is not Phase.PAUSED and context.received_at > round_.closes_at:
        return declined(Why.TOO_LATE, _late(context, round_, round_.closes_at))
    return None


def overtaken(context: MailContext, view: RoundView) -> Acted | None:
    """Return the no to what came before the answer given last: a mail may be held and let in, or read anew, after it.

    Mails are numbered as they come, so neither a clock set back nor two of one second matter. What was taken back since
    counts as newer too: it left no answer on purpose.
    """
    given = view.given
    stands = given is not None and given.arrival_id is not None and given.arrival_id > context.arrival_id
    if not stands and view.round.mark not in context.newer:
        return None
    return declined(Why.DECLINED, refusal("changed-since", view.round))


def _late(context: MailContext, round_: Round, closed_at: datetime) -> DeclineFacts:
    """Return the no to what came too late, or was confirmed too late to count with what the outcome told."""
    is_answer_in_time = context.confirmed and context.received_at <= closed_at
    return refusal("confirmed-late" if is_answer_in_time else "too-late", round_, at=closed_at)


def refusal(reason: str, round_: Round, *, detail: str = "", at: datetime | None = None) -> DeclineFacts:
    """Return a no about a round."""
    return DeclineFacts(reason=reason, mark=round_.mark, title=round_.title, detail=detail, at=at)


def owed_check_in(context: MailContext) -> RoundView | None:
    """Return the one open check-in that waits for the author, or the one they have answered; None when in doubt."""
    waiting = [
        view
        for view in context.rounds.values()
        if isinstance(view.round.form, CheckInForm) and view.in_electorate and view.round.phase is Phase.OPEN
    ]
    owed = [view for view in waiting if view.standing is None] or waiting
    return owed[0] if len(owed) == 1 else None


def answered_view(context: MailContext, mark: str) -> RoundView | None:
    """Return the round a piece answers: the one it names, else that of the notice answered."""
    named = mark or (context.answering.mark if context.answering else "")
    return context.rounds.get(named)
