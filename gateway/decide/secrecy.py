"""What may be an answer to a vote that nobody sees, written by nobody we know: a member's other address is a stranger.

It is shown to no steward and posted for nobody, whatever a charter says of strangers. Must not: decide what becomes of
such a mail (checks.py does).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.model.address import Door
from gateway.model.context import Fresh, MailContext
from gateway.model.round import OVER, Round, VoteForm
from gateway.model.understood import Understood

_NAMED = re.compile(r"\bV[-‐-―−](\d{1,9})", re.IGNORECASE)
_BEFORE_TITLE = re.compile(r"^\s*(?:\[[^\]]*\]|\w{1,5}(?:\[\d+\])?\s*:)\s*", re.IGNORECASE)  # "Re:", "[acme V-1]"


def may_be_secret(context: MailContext, understood: Understood, text: str) -> bool:
    """Whether a mail, `text` what its author wrote, may hold a ballot that stewards must not see."""
    forms = [view.round.form for view in context.rounds.values()]
    if context.answers_lost or any(isinstance(form, VoteForm) and (form.secret or form.hidden) for form in forms):
        return True
    return is_nobodys(context) and _may_answer(context, understood, text)


def is_nobodys(context: MailContext) -> bool:
    """Whether a mail is of nobody who is a member now."""
    return context.author is None or context.author.left_at is not None


def _may_answer(context: MailContext, understood: Understood, text: str) -> bool:
    message = understood.message
    said = f"{message.text}\n{text}"
    return may_answer(message.subject, said, context.destination.door, context.secret_votes, context.fresh)


def may_answer(subject: str, text: str, door: Door, secret_votes: Sequence[Round], fresh: Fresh) -> bool:
    """Whether a mail names such a vote, or speaks of votes at all while one runs: it may have mistaken the mark.

    What no vote has borne yet is no mark that could be mistaken for another: "V-8 engines" while V-1 is the newest.
    """
    numbers = {int(number) for number in _NAMED.findall(f"{subject}\n{text}")}
    if any(vote.mark in {f"V-{number}" for number in numbers} for vote in secret_votes):
        return True
    running = [vote for vote in secret_votes if vote.phase not in OVER]
    if not running:
        return False
    newest = max(fresh.numbers.get("V", 1) - 1, *(int(vote.mark.partition("-")[2]) for vote in running))
    return (
        any(number <= newest for number in numbers)
        or door is Door.VOTE
        or any(_is_titled(subject, vote) for vote in running)
    )


def _is_titled(subject: str, vote: Round) -> bool:
    bare = subject
    while (shorter := _BEFORE_TITLE.sub("", bare)) != bare:
        bare = shorter
    return _folded(bare) == _folded(vote.title)


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
