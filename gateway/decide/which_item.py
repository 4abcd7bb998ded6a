"""Words in answer to several things that name none: held, and their author is asked which of them is meant.

Must not: settle it (read as if it had stood under its item, the answer is an answer like any other), or rank guesses.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.decide.acted import Acted, declined
from gateway.decide.answering import once_per_mail, to_author
from gateway.model.ballot import Abstention, Choice, Question
from gateway.model.context import MailContext
from gateway.model.decision import Why
from gateway.model.facts import Act, AskBackFacts, DeclineFacts, Guess
from gateway.model.message import Message
from gateway.model.reading import BallotKind, BallotReading
from gateway.model.round import VoteForm
from gateway.model.understood import Piece, Reading, WhichItem

MISSING = "item"
_MOST_QUESTIONS = 3  # of one mail


def ask(context: MailContext, message: Message, piece: Piece, pieces: Sequence[Piece]) -> Acted:
    """Return the question back about a piece that is held: what it may answer, numbered."""
    sent, reading = context.answering, piece.reading
    assert sent is not None
    assert isinstance(reading, WhichItem)
    place = [other for other in pieces if isinstance(other.reading, WhichItem)].index(piece)
    if place >= _MOST_QUESTIONS:
        marks = " ".join(item.mark for item in sent.items)
        return declined(Why.ASKED_BACK, DeclineFacts(reason="which-item", detail=marks))
    facts = AskBackFacts(
        mark="",
        title="",
        words=reading.guesses[0].text.strip(),
        missing=MISSING,
        guesses=tuple(_guess(context, one) for one in reading.guesses),
    )
    notice = to_author(context, message, facts, once_per_mail(context, f"ask-back:{MISSING}{place}"), items=sent.items)
    act = Act(name="unclear", text=piece.text.strip())
    return Acted(Why.ASKED_BACK, notices=(notice,), acts=(act,), settled=False, detail=MISSING)


def _guess(context: MailContext, piece: Piece) -> Guess:
    question = _question(context, piece.mark)
    choice = _choice(piece.reading) if question else None
    return Guess(choice=choice, mark=piece.mark, title=_title(context, piece.mark), question=question)


def _choice(reading: Reading | None) -> Choice | None:
    if not isinstance(reading, BallotReading) or reading.kind is not BallotKind.BALLOT:
        return None
    return reading.choice if reading.choice is not None else Abstention()


def _question(context: MailContext, mark: str) -> Question | None:
    """Return a vote's question as the mail answered showed it: a number in the words means what stood there."""
    view, sent = context.rounds.get(mark), context.answering
    if view is None or not isinstance(view.round.form, VoteForm):
        return None
    return (sent.questions.get(mark) if sent else None) or view.round.form.question


def _title(context: MailContext, mark: str) -> str:
    if mark in context.rounds:
        return context.rounds[mark].round.title
    if mark in context.tasks:
        return context.tasks[mark].title
    return context.threads[mark].subject if mark in context.threads else ""
