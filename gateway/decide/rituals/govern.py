"""Governing a round by mail: cancel, extend, close, correct, amend, resume, put to a vote. Everyone asked is told.

For the round's opener, for stewards, and for roles that may govern. Must not: read words, or close a vote itself (its
clock does, at once when told to).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime

import msgspec

from gateway.decide import rounds
from gateway.decide.acted import Acted, declined
from gateway.decide.calendar import add_span
from gateway.decide.rituals.vote_opening import ballots, title_of
from gateway.model.ballot import FIXED_OPTIONS, Method, Question
from gateway.model.context import MailContext
from gateway.model.decision import Broadcast, Why
from gateway.model.entry import Cancelled, Corrected, Entry, Extended, Resumed
from gateway.model.facts import Act, ChangeFacts
from gateway.model.round import Phase, Round, VoteForm
from gateway.model.span import Span
from gateway.model.understood import Governing, GoverningAct

_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+(?=\S)")


def may_govern(context: MailContext, round_: Round) -> bool:
    """Whether the author may: the round's opener, a steward, or a role that governs."""
    author = context.author
    if author is None:
        return False
    if author.id == round_.opened_by or context.workspace.charter.allows(author.roles, "govern"):
        return True
    return round_.opened_by in context.stands_in_for  # where the charter lets substitutes act for the away


def govern(context: MailContext, round_: Round, asked: Governing) -> Acted:
    """Return what a governing line comes to: done and told, or declined with its reason."""
    failed = refusal(context, round_, asked)
    if failed:
        return declined(Why.DECLINED, rounds.refusal(failed, round_, detail=asked.text))
    return _RULES[asked.act](context, round_, asked)


def refusal(context: MailContext, round_: Round, asked: Governing) -> str | None:
    """Return why this author may not change this round so, None when they may."""
    lazy = isinstance(round_.form, VoteForm) and round_.form.question.method is Method.LAZY
    checks = (
        ("not-allowed", not may_govern(context, round_)),
        ("cancelled", round_.phase is Phase.CANCELLED),
        ("too-late", round_.phase is Phase.CLOSED),
        ("not-a-vote", asked.act in _OF_VOTES and not isinstance(round_.form, VoteForm)),
        ("not-lazy", asked.act in _OF_LAZY and not lazy),
        ("not-paused", asked.act is GoverningAct.RESUME and round_.phase is not Phase.PAUSED),
        ("paused", asked.act in _OF_RUNNING and round_.phase is Phase.PAUSED),
        ("no-text", asked.act in (GoverningAct.CORRECT, GoverningAct.AMEND) and not asked.text.strip()),
    )
    return next((reason for reason, fails in checks if fails), None)


_OF_VOTES = frozenset(
    {
        GoverningAct.CORRECT,
        GoverningAct.CORRECT_OPTIONS,
        GoverningAct.ADD_OPTION,
        GoverningAct.AMEND,
        GoverningAct.RESUME,
        GoverningAct.VOTE,
    }
)
_OF_LAZY = frozenset({GoverningAct.AMEND, GoverningAct.RESUME, GoverningAct.VOTE})
_OF_RUNNING = frozenset({GoverningAct.EXTEND, GoverningAct.CLOSE})


def _author_id(context: MailContext) -> int:
    return context.author.id if context.author else 0


def _by(context: MailContext) -> str:
    return (context.author.name or context.author.address) if context.author else ""


def _done(
    name: str,
    context: MailContext,
    round_: Round,
    entries: tuple[Entry, ...],
    told: tuple[Broadcast, ...],
    text: str = "",
) -> Acted:
    act = Act(name=name, mark=round_.mark, title=round_.title, text=text)
    return Acted(Why.ROUND_CHANGED, entries=entries, broadcasts=told, acts=(act,))


def _told(context: MailContext, round_: Round, change: str, reason: str = "") -> Broadcast:
    facts = ChangeFacts(
        change=change,
        mark=round_.mark,
        title=round_.title,
        by=_by(context),
        reason=reason,
        closes_at=None if change == "cancelled" else round_.closes_at,
        question=round_.form.question if isinstance(round_.form, VoteForm) and change != "cancelled" else None,
    )
    return rounds.told_of_change(context, round_, facts)


def _ballots_again(context: MailContext, round_: Round, before: Round) -> tuple[Broadcast, ...]:
    """Whose answer is set aside is told so. Both copies have one key, so that of the two they get the first alone."""
    key = f"ballot:{round_.mark}:a{context.arrival_id}"
    view = context.rounds.get(round_.mark)
    if view is not None:
        round_ = msgspec.structs.replace(round_, electorate_size=view.asked)
    kinds = (True, False) if rounds.has_other_options(round_, before) else (False,)
    return tuple(ballots(round_, context.workspace, _by(context), key=key, set_aside=set_aside) for set_aside in kinds)


def _running_until(context: MailContext, round_: Round, acted: Acted) -> Acted:
    """Return the act with the round's clock planned anew."""
    return dataclasses.replace(
        acted,
        due=rounds.clock(round_, context.now),
        undue=rounds.reminder_keys(round_.mark),
    )


# --- one rule an act ------------------------------------------------------------------------------------------------


def _cancel(context: MailContext, round_: Round, asked: Governing) -> Acted:
    reason = asked.text.strip()
    entry = Cancelled(mark=round_.mark, by=_author_id(context), reason=reason)
    done = _done("called-off", context, round_, (entry,), (_told(context, round_, "cancelled", reason),))
    acts = tuple(msgspec.structs.replace(act, title="") for act in done.acts)  # with a title it is the no to an answer
    return dataclasses.replace(done, acts=acts, undue=rounds.clock_keys(round_.mark))


def _extend(context: MailContext, round_: Round, asked: Governing) -> Acted:
    closes_at = _new_close(context, round_, asked)
    if closes_at is None:
        return declined(Why.DECLINED, rounds.refusal("no-time", round_))
    if closes_at <= round_.closes_at or closes_at <= context.now:
        return declined(Why.DECLINED, rounds.refusal("not-later", round_, at=round_.closes_at))
    later = msgspec.structs.replace(round_, closes_at=closes_at)
    entry = Extended(mark=round_.mark, by=_author_id(context), closes_at=closes_at)
    done = _done("extended", context, later, (entry,), (_told(context, later, "extended"),))
    return _running_until(context, later, done)


def _new_close(context: MailContext, round_: Round, asked: Governing) -> datetime | None:
    if asked.until is not None:
        return asked.until
    if not asked.for_span:
        return None
    charter = context.workspace.charter
    try:
        return add_span(round_.closes_at, Span.parse(asked.for_span), charter, charter.timezone)
    except (ValueError, OverflowError):
        return None


def _close_now(context: MailContext, round_: Round, asked: Governing) -> Acted:
    """Move the close to this moment: the clock closes it as it closes every round, with all ballots before it."""
    entry = Extended(mark=round_.mark, by=_author_id(context), closes_at=context.now)
    done = _done("closing", context, round_, (entry,), ())
    return dataclasses.replace(
        done, due=(rounds.close_row(round_.mark, context.now),), undue=rounds.reminder_keys(round_.mark)
    )


def _correct(context: MailContext, round_: Round, asked: Governing) -> Acted:
    question = _corrected(rounds.vote_form(round_).question, asked.text)
    if question.method not in FIXED_OPTIONS and len(question.options) < 2:
        return declined(Why.DECLINED, rounds.refusal("no-options", round_))
    return _put_right(context, round_, question)


def _correct_options(context: MailContext, round_: Round, asked: Governing) -> Acted:
    """Put a vote's options right; ballots given stand as far as theirs are still among them."""
    form = rounds.vote_form(round_)
    if form.question.method in FIXED_OPTIONS:
        return declined(Why.DECLINED, rounds.refusal("option-fixed", round_))
    if len(asked.options) < 2:
        return declined(Why.DECLINED, rounds.refusal("no-options", round_))
    return _put_right(context, round_, msgspec.structs.replace(form.question, options=asked.options))


def _put_right(context: MailContext, round_: Round, question: Question) -> Acted:
    title = _title_anew(round_, question)
    entry = Corrected(mark=round_.mark, by=_author_id(context), question=question, title=title)
    corrected = _with_form(round_, msgspec.structs.replace(rounds.vote_form(round_), question=question))
    corrected = msgspec.structs.replace(corrected, title=title or round_.title)
    done = _done("corrected", context, corrected, (entry,), _ballots_again(context, corrected, round_), question.text)
    return dataclasses.replace(done, due=rounds.asked_anew(corrected, round_, context.now))


def _title_anew(round_: Round, question: Question) -> str | None:
    """Return the title that a corrected question gives its vote; None where that has one of its own, or keeps it."""
    was, title = title_of(rounds.vote_form(round_).question.text), title_of(question.text)
    return title if round_.title == was != title else None


def _corrected(question: Question, text: str) -> Question:
    """Return the question as corrected: its first lines; bulleted ones are the options, where it has its own."""
    lines = [line for line in text.splitlines() if line.strip()]
    options = [_BULLET.sub("", line).strip() for line in lines if _BULLET.match(line)]
    words = " ".join(line.strip() for line in lines if not _BULLET.match(line))
    own = question.method not in FIXED_OPTIONS and bool(options)
    return msgspec.structs.replace(
        question,
        text=words or question.text,
        options=tuple(dict.fromkeys(options)) if own else question.options,
    )


def _amend(context: MailContext, round_: Round, asked: Governing) -> Acted:
    """Put an amended text before everyone; the clock starts anew. Objections stand until taken back."""
    charter, text = context.workspace.charter, asked.text.strip()
    closes_at = add_span(context.now, charter.votes.open_for, charter, charter.timezone)
    amended = _with_form(
        _resumed(round_, closes_at), msgspec.structs.replace(rounds.vote_form(round_), text=text, about=None)
    )
    entry = Resumed(mark=round_.mark, by=_author_id(context), closes_at=closes_at, text=text)
    done = _done("amended", context, amended, (entry,), _ballots_again(context, amended, round_))
    return _running_until(context, amended, done)


def _resume(context: MailContext, round_: Round, asked: Governing) -> Acted:
    """Let the clock run on: what was left when it stopped is left now."""
    left = round_.closes_at - (round_.paused_at or round_.opened_at)
    running = _resumed(round_, context.now + left)
    entry = Resumed(mark=round_.mark, by=_author_id(context), closes_at=running.closes_at)
    done = _done("round-resumed", context, running, (entry,), (_told(context, running, "resumed", asked.text.strip()),))
    return _running_until(context, running, done)


def _put_to_vote(context: MailContext, round_: Round, asked: Governing) -> Acted:
    """Turn a lazy consensus into a vote by consent: the same options, so that every answer given stands."""
    charter, form = context.workspace.charter, rounds.vote_form(round_)
    closes_at = add_span(context.now, charter.votes.open_for, charter, charter.timezone)
    question = msgspec.structs.replace(form.question, method=Method.CONSENT)
    running = _with_form(_resumed(round_, closes_at), msgspec.structs.replace(form, question=question))
    entries = (
        Corrected(mark=round_.mark, by=_author_id(context), question=question),
        Resumed(mark=round_.mark, by=_author_id(context), closes_at=closes_at),
    )
    done = _done("put-to-vote", context, running, entries, (_told(context, running, "put-to-vote"),))
    return _running_until(context, running, done)


def _with_form(round_: Round, form: VoteForm) -> Round:
    return msgspec.structs.replace(round_, form=form)


def _resumed(round_: Round, closes_at: datetime) -> Round:
    return msgspec.structs.replace(round_, phase=Phase.OPEN, paused_at=None, closes_at=closes_at)


_RULES: dict[GoverningAct, Callable[[MailContext, Round, Governing], Acted]] = {
    GoverningAct.CANCEL: _cancel,
    GoverningAct.EXTEND: _extend,
    GoverningAct.CLOSE: _close_now,
    GoverningAct.CORRECT: _correct,
    GoverningAct.CORRECT_OPTIONS: _correct_options,
    GoverningAct.AMEND: _amend,
    GoverningAct.RESUME: _resume,
    GoverningAct.VOTE: _put_to_vote,
}
