"""The entrance to understanding: a message and what we know of it → what it says. Calls the readers in order.

Must not: raise for anything a mail can hold, read words itself (the readers do), or decide what follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.model.address import Door, token_of_message_id
from gateway.model.ballot import FIXED_OPTIONS, Pick, Question
from gateway.model.context import MailContext, RoundView, Sent
from gateway.model.message import Message, Unreadable
from gateway.model.nature import Nature, Written
from gateway.model.reading import BallotKind, BallotReading, CheckInKind, CommandReading, Intent, NewText
from gateway.model.round import CheckInForm, Phase, Ritual, VoteForm
from gateway.model.task import TaskAct
from gateway.model.understood import (
    AbsenceNotice,
    CatchUp,
    Enrolling,
    Governing,
    Piece,
    Reading,
    Setting,
    Settle,
    ToAll,
    Understood,
    Word,
)
from gateway.understand.author import written_by
from gateway.understand.beside import parted
from gateway.understand.items import TO_ALL, WITH_ITEMS, by_item
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message, unreadable_reason
from gateway.understand.reading.away import read_absence
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.catching_up import read_as_read, read_catch_up
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.command import read_command
from gateway.understand.reading.doubt import is_doubtful
from gateway.understand.reading.govern import read_confirmation, read_governing, read_setting, read_undo
from gateway.understand.reading.people import read_enrolling, read_moderation
from gateway.understand.reading.plan import read_plan
from gateway.understand.reading.task_answer import read_owner, read_task_answer
from gateway.understand.reply import new_text
from gateway.understand.stray import stray

# Requests that a reply to anything of ours may hold, when they are its whole new text (product.md §5).
_REQUESTS = frozenset(
    {Intent.LEAVE, Intent.PAUSE, Intent.RESUME, Intent.AWAY, Intent.SET_FREQUENCY, Intent.HELP, Intent.STATUS}
)
_NO_BALLOT = BallotReading(BallotKind.UNCLEAR)  # for a vote that the mail answered did not show
_BARE_NUMBER = re.compile(r"^\W{0,3}(\d{1,2})\W{0,3}$")
_SHORT = 12  # words of a reply that may be a request and nothing else
_NO_REQUESTS = frozenset({Intent.NEW_TOPIC, Intent.UNCLEAR})
_LONG, _TOP, _BOTTOM = 1_500, 500, 350  # characters of a text that is long, and of its ends
_OF_OURS = (*WITH_ITEMS, "prompt", "reminder", "summary")  # what comes by its own rhythm
_OVER = ("outcome", "summary", "change")
_NOTHING = NewText(text="", own="")


def understand(message: Message, context: MailContext, lexicon: Lexicon) -> Understood:
    """Return what a message says, in the light of what it answers."""
    written = written_by(
        message,
        lexicon,
        envelope_from=context.reverse_path,
        is_own_id=lambda message_id: token_of_message_id(message_id, context.workspace.address) is not None,
        is_for_bounces=context.destination.door is Door.BOUNCE,
    )
    if written.nature is Nature.AUTOREPLY:
        absence = read_absence(message.subject, _plain(message, lexicon).own, _written_at(message, context), lexicon)
        noted = AbsenceNotice(absence.starts, absence.until) if absence else AbsenceNotice()
        return Understood(message, written, _NOTHING, absence=noted)
    if written.nature is not Nature.PERSON:
        return Understood(message, written, _NOTHING)
    problem = unreadable_reason(message)
    if problem:
        return _without_text(message, written, context, problem, lexicon)
    found = new_text(message, _original(context), lexicon)
    pieces = _pieces(found, message, context, lexicon)
    lost = stray(message, found, context, lexicon)
    return Understood(message, written, found, pieces=pieces, stray=lost, notes=(written.reason,))


def _plain(message: Message, lexicon: Lexicon) -> NewText:
    return new_text(message, None, lexicon)


def _original(context: MailContext) -> Message | None:
    frozen = context.answering.frozen if context.answering else None
    if frozen is None:
        return None
    try:
        return read_message(frozen)
    except Unreadable:
        return None  # what we sent can always be read; a store put back from a poor copy may not


def _written_at(message: Message, context: MailContext) -> datetime:
    """Relative dates count from when the mail was written, in its author's zone; an absurd Date counts for nothing."""
    zone = ZoneInfo(context.author.timezone if context.author else context.workspace.charter.timezone)
    stated = message.date
    plausible = stated is not None and abs((context.received_at - stated).total_seconds()) < 7 * 86_400
    return (stated if plausible and stated else context.received_at).astimezone(zone)


def _without_text(
    message: Message, written: Written, context: MailContext, problem: str, lexicon: Lexicon
) -> Understood:
    """A new mail may say all in its subject (`subscribe`, `help`); an answer without text cannot be read."""
    if problem == "empty" and context.answering is None and message.subject.strip():
        mail = _Mail(message, context, lexicon, _NOTHING)
        reading = _of_others(mail) or _request(message, "", context, lexicon)
        return Understood(message, written, _NOTHING, pieces=(Piece("", reading=reading),))
    return Understood(message, written, _NOTHING, unreadable=problem)


def _request(
    message: Message, text: str, context: MailContext, lexicon: Lexicon, *, is_part: bool = False
) -> CommandReading:
    """Read a text as a request. A long one is looked at where requests stand, and read whole only if one is there.

    `is_part`: other words of the mail answer something, so that these need not be about our mails.
    """

    def read(some: str) -> CommandReading:
        return read_command(
            address=_address_part(context), subject=message.subject, text=some,
            sent_at=_written_at(message, context), lexicon=lexicon,
            answers_ours=not is_part and _answers_ours(message, context), questions=_questions(context),
        )  # fmt: skip

    ends = _ends(text) if context.destination.door is Door.POST else text
    reading = read(ends)
    return read(text) if ends is not text and reading.intent not in _NO_REQUESTS else reading


def _questions(context: MailContext) -> tuple[str, ...]:
    """Return what check-ins ask here: as the one this mail belongs to does, else as all of the charter's do.

    A new mail is read before the rounds its author has open are looked up. Where routines ask different things it is
    not known which of them it answers: () stands for the standard questions.
    """
    running = {
        view.round.form.questions
        for view in context.rounds.values()
        if isinstance(view.round.form, CheckInForm) and view.in_electorate and view.round.phase is Phase.OPEN
    }
    routines = context.workspace.charter.routines.values()
    asked = running or {routine.questions for routine in routines if routine.ritual == Ritual.CHECKIN.value}
    return next(iter(asked)) if len(asked) == 1 else ()


def _ends(text: str) -> str:
    """Return the top and the bottom of a long text, in whole lines: only there is a request heard."""
    if len(text) <= _LONG:
        return text
    top = text.rfind("\n", 0, _TOP)
    bottom = text.find("\n", len(text) - _BOTTOM)
    return text if top < 0 or bottom < 0 else f"{text[:top]}\n\n{text[bottom + 1 :]}"


def _answers_ours(message: Message, context: MailContext) -> bool:
    """Whether a mail can only be about our own mails: it answers one that asks or tells, or has no subject."""
    if context.answering is not None:
        return context.answering.kind in _OF_OURS
    return context.thread is None and not message.subject.strip()


def _address_part(context: MailContext) -> str:
    tag = context.destination.tag if context.destination.door not in (Door.REPLY, Door.BOUNCE) else ""
    return f"{context.workspace.name}+{tag}" if tag else context.workspace.name


# --- one piece for each thing said ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mail:
    """What every reader of one mail needs."""

    message: Message
    context: MailContext
    lexicon: Lexicon
    found: NewText

    @property
    def written_at(self) -> datetime:
        return _written_at(self.message, self.context)


def _pieces(found: NewText, message: Message, context: MailContext, lexicon: Lexicon) -> tuple[Piece, ...]:
    """Return the pieces of a person's mail. What it answers says how it is read."""
    if not found.own.strip():
        return ()
    mail = _Mail(message, context, lexicon, found)
    kind = context.answering.kind if context.answering else ""
    special = _SPECIAL.get(kind)
    if special and (piece := special(mail)):
        return (piece,)
    by_item = _by_item(mail)
    if by_item:
        return by_item
    unnamed = _of_unnamed_thread(mail)
    if unnamed:
        return (Piece(found.own, reading=unnamed),)
    task = _answered_task(context)
    if task:
        return _with_requests(found.own, mail, lambda text: _to_task(text, task, mail))
    view = _answered_round(context)
    if view is not None:
        return _with_requests(found.own, mail, lambda text: _to_round(text, view, mail))
    if context.answering is not None or context.thread is not None:
        return _to_thread(mail)
    setting = _new_setting(mail) or _of_others(mail)
    return (Piece(found.own, reading=setting or _request(message, found.own, context, lexicon)),)


_FOR_REQUESTS = (Door.POST, Door.REQUEST, Door.JOIN, Door.LEAVE)


def _of_others(mail: _Mail) -> Enrolling | None:
    """Return the request to invite or remove people that a member's new mail to the workspace is."""
    if mail.context.author is None or mail.context.destination.door not in _FOR_REQUESTS:
        return None
    return read_enrolling(mail.message.subject, mail.found.own, mail.lexicon)


def _moderated(mail: _Mail) -> Piece | None:
    asked = read_moderation(mail.found.own, mail.lexicon)
    return Piece(mail.found.own, reading=asked) if asked else None


def _new_setting(mail: _Mail) -> Setting | CatchUp | None:
    """Return the one-word setting that a new mail to the workspace is, its subject saying the same or nothing."""
    if mail.context.destination.door not in (Door.POST, Door.REQUEST):
        return None
    text, subject = mail.found.own, mail.message.subject.strip()
    catch_up = read_catch_up(text, mail.written_at, mail.lexicon)
    if catch_up and (not subject or read_catch_up(subject, mail.written_at, mail.lexicon)):
        return catch_up
    setting = _setting(text, mail)
    return setting if setting and (not subject or _setting(subject, mail) == setting) else None


def _setting(text: str, mail: _Mail, options: Sequence[str] = ()) -> Setting | None:
    return read_setting(text, mail.lexicon, options, mail.context.workspace.charter.channels)


def _of_unnamed_thread(mail: _Mail) -> Setting | None:
    """Return `mute` said to several things at once: it is meant for one of them, and not known for which."""
    sent = mail.context.answering
    if sent is None or sent.kind not in WITH_ITEMS or len(sent.items) < 2:
        return None
    setting = _setting(mail.found.own, mail)
    return setting if setting == Setting(Word.MUTE) else None


def _about_us(text: str, mail: _Mail) -> Setting | CatchUp | None:
    """Return what an answer says of its author's own mail. "What did I miss?" below a post is asked of its author."""
    sent = mail.context.answering
    asked = sent is not None and sent.kind != "post" and read_catch_up(text, mail.written_at, mail.lexicon)
    return _setting(text, mail) or asked or None


def _answered_round(context: MailContext) -> RoundView | None:
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


def _answered_task(context: MailContext) -> str:
    """Return the mark of the one task that a whole reply is for, "" for none."""
    sent = context.answering
    mark = (sent.mark or _only_item(sent, context)) if sent else context.thread.mark if context.thread else ""
    return mark if mark in context.tasks else ""


def _settled(mail: _Mail) -> Piece | None:
    number = _BARE_NUMBER.match(mail.found.own.strip())
    mark = mail.context.answering.mark if mail.context.answering else ""
    return Piece(mail.found.own, mark, Settle(int(number[1]))) if number else None


def _undone(mail: _Mail) -> Piece | None:
    asked = read_undo(mail.found.own, mail.lexicon)
    return Piece(mail.found.own, reading=asked) if asked else None


def _confirmed(mail: _Mail) -> Piece:
    return Piece(mail.found.own, reading=read_confirmation(mail.found.own, mail.lexicon))


def _owner_named(mail: _Mail) -> Piece | None:
    """Read an answer to "whom is it for?": a number, or what may be said of any task, or a name."""
    settled, text = _settled(mail), mail.found.own
    if settled or mail.context.answering is None:
        return settled
    said = read_task_answer(text, mail.written_at, mail.lexicon)
    named = said if said and said.act else read_owner(text, mail.lexicon)
    return Piece(text, mail.context.answering.mark, named) if named else None


def _caught_up(mail: _Mail) -> Piece | None:
    said = read_as_read(mail.found.own, mail.lexicon)
    return Piece(mail.found.own, reading=said) if said else None


_SPECIAL: dict[str, Callable[[_Mail], Piece | None]] = {
    "ask-back": _settled,
    "receipt": _undone,
    "confirm": _confirmed,
    "steward": _moderated,
    "catch-up": _caught_up,
    "task-question": _owner_named,
}


def _to_round(text: str, view: RoundView, mail: _Mail) -> Piece:
    """Read a text as what its round makes of it: a governing line, a setting, an answer, a request, or a remark."""
    mark = view.round.mark
    options = view.round.form.question.options if isinstance(view.round.form, VoteForm) else ()
    governing = read_governing(text, mail.written_at, mail.lexicon, options)
    if governing:
        return Piece(text, mark, governing)
    setting = _setting(text, mail, options)
    if setting:
        return Piece(text, mark, setting)
    answer = _asked_instead(text, view, mail) or _answer(text, view, mail)
    if _is_an_answer(answer):
        return Piece(text, mark, answer)
    return Piece(text, mark, answer if isinstance(answer, CommandReading) else _whole_request(text, mail) or answer)


def _to_task(text: str, mark: str, mail: _Mail) -> Piece:
    """Read a text as what is said of a task; else as a setting or a request that is all of it; else it is a remark."""
    sent = mail.context.answering
    said = read_task_answer(text, mail.written_at, mail.lexicon, is_offered=sent is not None and sent.kind == "task")
    if said and said.act:
        return Piece(text, mark, said)
    return Piece(text, mark, _setting(text, mail) or _whole_request(text, mail) or said)


def _with_requests(text: str, mail: _Mail, read: Callable[[str], Piece]) -> tuple[Piece, ...]:
    """Read a text as an answer, and what stands above or below it about its author's own mail as pieces of their own.

    Where what is left answers nothing, the text is one whole.
    """
    apart = parted(text, lambda said: _beside(said, mail))
    piece = read(apart.text) if apart.asked else None
    if piece is None or not _says_something(piece.reading):
        return (read(text),)
    return (piece, *(Piece(said, reading=asked) for said, asked in apart.asked))


def _beside(text: str, mail: _Mail) -> Setting | CommandReading | None:
    """Return what a line beside an answer asks of its author's own mail; without dates it may be said of the answer."""
    setting = _setting(text, mail)
    if setting or "?" in text:
        return setting
    asked = _request(mail.message, text, mail.context, mail.lexicon)
    if asked.intent in (Intent.AWAY, Intent.PAUSE) and is_doubtful(text, mail.written_at, mail.lexicon):
        return None
    if asked.intent is Intent.AWAY:
        return asked if asked.until or asked.away_from else None
    if asked.intent is Intent.PAUSE:
        return asked if asked.until else None
    return asked if asked.intent is Intent.SET_FREQUENCY else None


def _says_something(reading: Reading | None) -> bool:
    return _is_an_answer(reading) or isinstance(reading, Governing) or getattr(reading, "act", None) is not None


def _asked_instead(text: str, view: RoundView, mail: _Mail) -> CommandReading | None:
    """A check-in takes any words; so one line that is wholly a request ("pause 3d") is that, not what was done.

    An absence stays with the check-in, which skips the day.
    """
    if not isinstance(view.round.form, CheckInForm) or "\n" in text.strip():
        return None
    asked = _whole_request(text, mail)
    return asked if asked and asked.intent is not Intent.AWAY else None


def _is_an_answer(reading: Reading | None) -> bool:
    kind = getattr(reading, "kind", None)
    return kind in (BallotKind.BALLOT, BallotKind.WITHDRAW, CheckInKind.CHECKIN)


def _answer(text: str, view: RoundView, mail: _Mail) -> Reading | None:
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
            planned = read_plan(
                view.plan, text, mail.lexicon, blockers=view.open_blockers, sent_on=today, questions=questions,
                blocks=mail.found.blocks if text == mail.found.own else (),
            )  # fmt: skip
            return planned or read_checkin(_under_questions(text, mail), today, mail.lexicon, questions)


def _under_questions(text: str, mail: _Mail) -> str:
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


def _whole_request(text: str, mail: _Mail, *, is_part: bool = False) -> CommandReading | None:
    """Return the request that a whole new text is, in answer to anything of ours; None when it is none."""
    reading = _request(mail.message, text, mail.context, mail.lexicon, is_part=is_part)
    return reading if reading.intent in _REQUESTS else None


def _done_in_talk(mail: _Mail, mark: str) -> Piece | None:
    """Return what a reply to a post in a task's thread says of the task, where all it says is that it is done."""
    if mark not in mail.context.tasks:
        return None
    said = read_task_answer(mail.found.own, mail.written_at, mail.lexicon)
    is_all = said is not None and said.act is TaskAct.DONE and not said.remark
    return Piece(mail.found.own, mark, said) if is_all else None


def _to_thread(mail: _Mail) -> tuple[Piece, ...]:
    """Read a reply to a post: a setting or a request that is all of it, else a post, and the request it holds."""
    sent, thread, text = mail.context.answering, mail.context.thread, mail.found.own
    if thread and (done := _done_in_talk(mail, thread.mark)):
        return (done,)
    mark = thread.mark if thread else sent.thread or _only_item(sent, mail.context) if sent else ""
    asked = _about_us(text, mail) or _whole_request(text, mail)
    if asked is None or len(text.split()) <= _SHORT:
        return (Piece(text, mark, asked),)
    # What else a longer reply says would be lost if it were a request alone.
    return (Piece(text, mark, asked), Piece(text, mark))


def _only_item(sent: Sent, context: MailContext) -> str:
    """Return the mark of the one thing a mail holds: a reply to it as a whole can be about nothing else.

    A round that does not take it is none: "Yes, good idea!" from somebody who has voted is neither ballot nor post.
    """
    only = sent.items[0].mark if sent.kind in WITH_ITEMS and len(sent.items) == 1 else ""
    return "" if only in context.rounds else only


# --- item by item --------------------------------------------------------------------------------------------------


def _by_item(mail: _Mail) -> tuple[Piece, ...]:
    """Return a piece for each item answered, () when the reply is one whole."""
    answers = by_item(mail.found, mail.context.answering, mail.lexicon)
    return tuple(piece for mark, text in answers for piece in _with_beside(mark, text, mail))


def _with_beside(mark: str, text: str, mail: _Mail) -> tuple[Piece, ...]:
    """Return the pieces of what stands under one item."""
    if mark in mail.context.tasks or mark in mail.context.rounds:
        return _with_requests(text, mail, lambda said: _to_item(mark, said, mail))
    if not mark or mark.startswith("V-"):
        return (_to_item(mark, text, mail),)
    # A post: its readers may want to know of an absence too, of a setting they do not.
    apart = parted(text, lambda said: _beside(said, mail))
    asked = tuple(Piece(said, reading=reading) for said, reading in apart.asked)
    told = (
        said for said, reading in apart.asked if isinstance(reading, CommandReading) and reading.intent is Intent.AWAY
    )
    return (_to_item(mark, "\n\n".join((apart.text, *told)), mail), *asked)


def _to_item(mark: str, text: str, mail: _Mail) -> Piece:
    if mark == TO_ALL:
        return Piece(text, reading=ToAll())
    if mark in mail.context.tasks:
        return _to_task(text, mark, mail)
    view = mail.context.rounds.get(mark)
    if view is not None:
        return _to_round(text, view, mail)
    if not mark:
        return Piece(text, reading=_setting(text, mail) or _whole_request(text, mail, is_part=True))
    return Piece(text, mark, _NO_BALLOT if mark.startswith("V-") else _setting(text, mail))
