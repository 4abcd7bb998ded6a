"""What a text says of the one thing it answers: of a round, a task, a thread, or an item of a digest.

Must not: find out what a whole mail answers by its kind (read.py does), or read words itself (reading/ does).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.model.address import Door
from gateway.model.ballot import FIXED_OPTIONS, Pick, Question
from gateway.model.context import MailContext, RoundView, Sent
from gateway.model.plan import Numbered, numbered
from gateway.model.reading import BallotKind, BallotReading, CheckInKind, CommandReading, Intent
from gateway.model.round import CheckInForm, Phase, VoteForm
from gateway.model.task import TaskAct
from gateway.model.understood import (
    Governing,
    Piece,
    Reading,
    ToAll,
    Unknown,
    WhichItem,
)
from gateway.understand.asking import about_us, asked_beside, setting_in, whole_request
from gateway.understand.beside import parted
from gateway.understand.items import TO_ALL, WITH_ITEMS, by_item
from gateway.understand.lexicon import Lexicon
from gateway.understand.mail import Mail
from gateway.understand.marked import known_things
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.govern import read_governing
from gateway.understand.reading.plan import read_plan
from gateway.understand.reading.task_answer import read_task_answer
from gateway.understand.unnamed import which_item

_OVER = ("outcome", "summary", "change")
_OPENING = (Door.VOTE, Door.TASK)  # what is sent there begins something, unless all of it answers
_SHORT = 12  # words of a reply that may be a request and nothing else


def items_answered(mail: Mail) -> tuple[Piece, ...]:
    """Return a piece for each item answered, () when the reply is one whole."""
    context = mail.context
    if context.author is None and context.answering is None:
        return ()
    answers = by_item(mail.found, context.answering, mail.lexicon, known_things(context))
    pieces = tuple(piece for mark, text in answers for piece in under_item(mark, text, mail))
    return () if pieces and context.destination.door in _OPENING and not _all_answer(pieces) else pieces


def _all_answer(pieces: Sequence[Piece]) -> bool:
    return all(says_something(piece.reading) for piece in pieces)


def under_item(mark: str, text: str, mail: Mail) -> tuple[Piece, ...]:
    """Return the pieces of what stands under one item."""
    if mark in mail.context.tasks or mark in mail.context.rounds:
        return with_requests(text, mail, lambda said: to_item(mark, said, mail))
    if not mark:
        return (to_item(mark, text, mail),)
    # A post: its readers may want to know of an absence too, of a setting they do not.
    apart = parted(text, lambda said: asked_beside(said, mail))
    asked = tuple(Piece(said, reading=reading) for said, reading in apart.asked)
    item = to_item(mark, apart.text, mail)
    if isinstance(item.reading, Unknown):
        return (item, *asked)
    told = (
        said for said, reading in apart.asked if isinstance(reading, CommandReading) and reading.intent is Intent.AWAY
    )
    return (to_item(mark, "\n\n".join((apart.text, *told)), mail), *asked)


def to_item(mark: str, text: str, mail: Mail) -> Piece:
    """Read a text as what is said of the thing a mark stands for; of none with the mark ""."""
    if mark == TO_ALL:
        return Piece(text, reading=ToAll())
    if mark in mail.context.tasks:
        return to_task(text, mark, mail)
    view = mail.context.rounds.get(mark)
    if view is not None:
        return to_round(text, view, mail)
    if not mark:
        asked = setting_in(text, mail) or whole_request(text, mail, is_part=True)
        return Piece(text, reading=asked or _which_item(text, mail))
    sent = mail.context.answering
    is_shown = sent is not None and any(item.mark == mark for item in sent.items)
    if mark in mail.context.threads or (is_shown and not mark.startswith("V-")):
        return Piece(text, mark, setting_in(f"{text} {mark}", mail) or setting_in(text, mail))
    return Piece(text, mark, Unknown())


def _which_item(text: str, mail: Mail) -> WhichItem | None:
    return which_item(text, mail.context, lambda mark, words: to_item(mark, words, mail))


def to_round(text: str, view: RoundView, mail: Mail) -> Piece:
    """Read a text as what its round makes of it: a governing line, a setting, an answer, a request, or a remark."""
    mark = view.round.mark
    options = view.round.form.question.options if isinstance(view.round.form, VoteForm) else ()
    governing = read_governing(text, mail.written_at, mail.lexicon, options)
    if governing:
        return Piece(text, mark, governing)
    setting = setting_in(text, mail, options)
    if setting:
        return Piece(text, mark, setting)
    answer = _asked_instead(text, view, mail) or read_answer(text, view, mail)
    if is_an_answer(answer):
        return Piece(text, mark, answer)
    asked = answer if isinstance(answer, CommandReading) else whole_request(text, mail)
    return Piece(text, mark, asked if asked and not _hides_a_vote(asked, answer) else answer)


def _hides_a_vote(asked: CommandReading, answer: Reading | None) -> bool:
    """Whether an absence would be noted in the place of a vote that only may be one: that is asked back, not lost."""
    maybe = isinstance(answer, BallotReading) and (answer.rivals or answer.missing == "condition")
    return asked.intent is Intent.AWAY and bool(maybe)


def to_task(text: str, mark: str, mail: Mail) -> Piece:
    """Read a text as what is said of a task; else as a setting or a request that is all of it; else it is a remark."""
    sent = mail.context.answering
    said = read_task_answer(text, mail.written_at, mail.lexicon, is_offered=sent is not None and sent.kind == "task")
    if said and said.act:
        return Piece(text, mark, said)
    return Piece(text, mark, setting_in(text, mail) or whole_request(text, mail) or said)


def with_requests(text: str, mail: Mail, read: Callable[[str], Piece]) -> tuple[Piece, ...]:
    """Read a text as an answer, and what stands above or below it about its author's own mail as pieces of their own.

    Where what is left answers nothing, the text is one whole.
    """
    apart = parted(text, lambda said: asked_beside(said, mail))
    piece = read(apart.text) if apart.asked else None
    if piece is None or not says_something(piece.reading):
        return (read(text),)
    return (piece, *(Piece(said, reading=asked) for said, asked in apart.asked))


def says_something(reading: Reading | None) -> bool:
    """Tell whether a reading answers or governs something, and is no remark or question."""
    return is_an_answer(reading) or isinstance(reading, Governing) or getattr(reading, "act", None) is not None


def _asked_instead(text: str, view: RoundView, mail: Mail) -> CommandReading | None:
    """A check-in takes any words; so one line that is wholly a request ("pause 3d") is that, not what was done.

    An absence stays with the check-in, which skips the day.
    """
    if not isinstance(view.round.form, CheckInForm) or "\n" in text.strip():
        return None
    asked = whole_request(text, mail)
    return asked if asked and asked.intent is not Intent.AWAY else None


def is_an_answer(reading: Reading | None) -> bool:
    """Tell whether a reading answers a round."""
    kind = getattr(reading, "kind", None)
    return kind in (BallotKind.BALLOT, BallotKind.WITHDRAW, CheckInKind.CHECKIN)


def read_answer(text: str, view: RoundView, mail: Mail) -> Reading | None:
    """Read a text as the answer to a round; None where it is talk about one that is over."""
    sent = mail.context.answering
    over = sent is not None and sent.kind in _OVER and view.round.phase in (Phase.CLOSED, Phase.CANCELLED)
    match view.round.form:
        case VoteForm(question=question):
            ballot = _ballot(text, question, sent.questions.get(view.round.mark) if sent else None, mail.lexicon)
            # Talk about an outcome is a post to its thread; a bare vote that comes too late is told so.
            return None if over and (ballot.kind is BallotKind.UNCLEAR or ballot.comment) else ballot
        case CheckInForm() if over:
            return None
        case CheckInForm(questions=questions):
            today = mail.written_at.date()
            shown = _numbered(view, mail)
            planned = read_plan(
                shown.plan, text, mail.lexicon, blockers=shown.blockers, stopped=shown.stopped, sent_on=today,
                questions=questions, blocks=mail.found.blocks if text == mail.found.own else (),
            )  # fmt: skip
            return planned or read_checkin(_under_questions(text, mail), today, mail.lexicon, questions)


def _numbered(view: RoundView, mail: Mail) -> Numbered:
    """Return the lines that numbers stand for: as the author's own prompt showed them, whatever was closed since."""
    sent, author = mail.context.answering, mail.context.author
    if sent and sent.numbered and sent.mark == view.round.mark and author and sent.member_id == author.id:
        return sent.numbered
    return numbered(view.plan, view.open_blockers)


def _under_questions(text: str, mail: Mail) -> str:
    """Return a whole reply with the quoted lines it stands under, which may hold the question that is answered."""
    if text != mail.found.own or not any(block.under for block in mail.found.blocks):
        return text
    quoted = ("\n".join(f"> {line}" for line in block.under.split("\n")) for block in mail.found.blocks)
    return "\n".join(f"{under}\n{block.text}\n" for under, block in zip(quoted, mail.found.blocks, strict=True))


def _ballot(text: str, question: Question, shown: Question | None, lexicon: Lexicon) -> BallotReading:
    """Read a ballot. Where options were corrected, a number means what the mail it answers showed beside it.

    A choice that mail did not offer counts only where it is named in full.
    """
    reading = read_ballot(text, question, lexicon)
    if shown is None:
        return reading
    if shown.text != question.text and question.method in FIXED_OPTIONS and reading.choice is not None:
        # A yes to a question that has since been worded anew may mean the opposite: asked back, never guessed.
        rivals = (reading.choice,)
        return BallotReading(BallotKind.UNCLEAR, rivals=rivals, missing="reworded", evidence=reading.evidence)
    if shown.options == question.options[: len(shown.options)]:
        return reading
    as_shown = read_ballot(text, shown, lexicon)
    is_named = isinstance(reading.choice, Pick) and reading.choice.label.casefold() in text.casefold()
    return reading if as_shown.kind is BallotKind.UNCLEAR and is_named else as_shown


def _done_in_talk(mail: Mail, mark: str) -> Piece | None:
    """Return what a reply to a post in a task's thread says of the task, where all it says is that it is done."""
    if mark not in mail.context.tasks:
        return None
    said = read_task_answer(mail.found.own, mail.written_at, mail.lexicon)
    is_all = said is not None and said.act is TaskAct.DONE and not said.remark
    return Piece(mail.found.own, mark, said) if is_all else None


def to_thread(mail: Mail) -> tuple[Piece, ...]:
    """Read a reply to a post: a setting or a request that is all of it, else a post, and the request it holds."""
    sent, thread, text = mail.context.answering, mail.context.thread, mail.found.own
    if thread and (done := _done_in_talk(mail, thread.mark)):
        return (done,)
    mark = thread.mark if thread else sent.thread or _only_item(sent, mail.context) if sent else ""
    asked = about_us(text, mail) or whole_request(text, mail)
    said = Piece(text, mark, None if mark else _which_item(text, mail))
    if asked is None:
        return (said,)
    # What else a longer reply says would be lost if it were a request alone.
    return (Piece(text, mark, asked), said) if len(text.split()) > _SHORT else (Piece(text, mark, asked),)


def _only_item(sent: Sent, context: MailContext) -> str:
    """Return the mark of the one thing a mail holds: a reply to it as a whole can be about nothing else.

    A round that does not take it is none: "Yes, good idea!" from somebody who has voted is neither ballot nor post.
    """
    only = sent.items[0].mark if sent.kind in WITH_ITEMS and len(sent.items) == 1 else ""
    return "" if only in context.rounds else only


def answered_round(context: MailContext) -> RoundView | None:
    """Return the one round that a whole reply is for: the notice's, the thread's, or the one open item of a digest."""
    sent = context.answering
    mark = sent.mark if sent else context.thread.mark if context.thread else ""
    if mark in context.rounds:
        return context.rounds[mark]
    if sent and sent.kind in WITH_ITEMS:
        return _one_that_waits(context, sent)
    return None


def _one_that_waits(context: MailContext, sent: Sent) -> RoundView | None:
    """Return the one open round of several things. A vote is never guessed: it must be all there is, and unanswered."""
    running = [view for view in context.rounds.values() if view.in_electorate and view.round.phase is Phase.OPEN]
    view = running[0] if len(running) == 1 else None
    if view is None or not isinstance(view.round.form, VoteForm):
        return view
    return view if view.standing is None and len(sent.items) == 1 else None


def answered_task(context: MailContext) -> str:
    """Return the mark of the one task that a whole reply is for, "" for none."""
    sent = context.answering
    mark = (sent.mark or _only_item(sent, context)) if sent else context.thread.mark if context.thread else ""
    return mark if mark in context.tasks else ""
