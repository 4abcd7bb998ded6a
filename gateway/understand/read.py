"""The entrance to understanding: a message and what we know of it → what it says. Calls the readers in order.

Must not: raise for anything a mail can hold, read words itself (the readers do), or decide what follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.model.address import Door, fold_address, parse_local_part, token_of_message_id
from gateway.model.context import MailContext, Sent, Workspace
from gateway.model.facts import ConfirmFacts
from gateway.model.message import Message, Unreadable
from gateway.model.nature import Nature, Written
from gateway.model.reading import BallotReading, CommandReading, Intent, NewText
from gateway.model.said import facts_said
from gateway.model.understood import (
    AbsenceNotice,
    CatchUp,
    Enrolling,
    Governing,
    GoverningAct,
    Piece,
    Read,
    Reading,
    Setting,
    Settle,
    Understood,
    Word,
)
from gateway.understand.align import squeezed_all
from gateway.understand.answers import (
    answered_round,
    answered_task,
    beside_a_number,
    is_an_answer,
    items_answered,
    let_be,
    says_something,
    to_item,
    to_round,
    to_task,
    to_thread,
    under_item,
    with_requests,
)
from gateway.understand.asking import NO_REQUESTS, TOP, asked_beside, request_in, setting_in, whole_request
from gateway.understand.author import written_by
from gateway.understand.auto_reply import VACATION_WORDS, absence_told, is_vacation_reply
from gateway.understand.beside import requests_in
from gateway.understand.echo import without_echo
from gateway.understand.governed import governed
from gateway.understand.items import WITH_ITEMS
from gateway.understand.kept_back import kept_back
from gateway.understand.lexicon import Lexicon
from gateway.understand.mail import Mail, written_at
from gateway.understand.marked import marks_of_settings, round_in, unknown_marks
from gateway.understand.masking import masked_comment, masked_new_text, masked_subject
from gateway.understand.mime import read_message, unreadable_reason
from gateway.understand.post_beside import new_post_beside
from gateway.understand.reading.catching_up import as_read_below, read_as_read, read_catch_up
from gateway.understand.reading.confirmation import read_confirmation
from gateway.understand.reading.courtesy import is_courtesy
from gateway.understand.reading.lines import lines_of, sentences_of, without_manners
from gateway.understand.reading.people import read_enrolling, read_moderation
from gateway.understand.reading.task_answer import read_owner, read_task_answer
from gateway.understand.receipt_answer import to_receipt, undone, undos_in
from gateway.understand.reply import new_text
from gateway.understand.stray import stray
from gateway.understand.unnamed import settled, worded_anew

_BARE_NUMBER = re.compile(r"^\W{0,3}(\d{1,2})\W{0,3}$")
_NOTHING = NewText(text="", own="")


@dataclass(frozen=True, slots=True)
class Heard:
    """A mail before its words are weighed: who wrote it, what is newly written, and why that cannot be read, if so.

    `named` are marks of which its lines speak and that are not known beside it: to be looked up, for what they name.
    """

    written: Written
    found: NewText
    problem: str = ""
    named: tuple[str, ...] = ()


def hear(message: Message, context: MailContext, lexicon: Lexicon) -> Heard:
    """Return a mail as far as it can be told without weighing its words: a third of the cost of understanding it."""
    written = written_by(
        message,
        lexicon,
        envelope_from=context.reverse_path,
        is_own_id=lambda message_id: token_of_message_id(message_id, context.workspace.address) is not None,
        is_for_bounces=context.destination.door is Door.BOUNCE,
    )
    if written.nature is not Nature.PERSON:
        return Heard(masked_comment(written, context.workspace.name), _NOTHING)
    if context.author is None and _is_from_us(message, context.workspace):
        return Heard(Written(Nature.OWN_LOOP, "own-address"), _NOTHING)
    problem = unreadable_reason(message) or ""
    found = _NOTHING if problem else new_text(message, _original(context), lexicon)
    found = masked_new_text(found, context.workspace.name)
    if not _is_asked(context) and is_vacation_reply(message, found, written_at(message, context), lexicon):
        return Heard(Written(Nature.AUTOREPLY, VACATION_WORDS), _NOTHING)
    return Heard(written, found, problem, unknown_marks(f"{message.subject}\n{found.own}", context))


def _is_from_us(message: Message, group: Workspace) -> bool:
    """Whether a mail bears an address of its workspace as its author's: nobody writes from there but we."""
    local, _, domain = fold_address(message.author.address if message.author else "").rpartition("@")
    if domain != group.charter.domain or not group.address.separator:  # a plain mailbox is its owner's as well
        return False
    place = parse_local_part(local, (group.name,), {group.name: group.charter.channels})
    return place is not None and place.door is not Door.UNKNOWN


def understand(message: Message, context: MailContext, lexicon: Lexicon, heard: Heard | None = None) -> Understood:
    """Return what a message says, in the light of what it answers; `heard` is what `hear` said of it, where asked."""
    heard = heard or hear(message, context, lexicon)
    written, found = heard.written, heard.found
    message = masked_subject(message, context.workspace.name)
    if written.nature is Nature.AUTOREPLY:
        return Understood(message, written, _NOTHING, absence=_absence_told(message, written, context, lexicon))
    if written.nature is not Nature.PERSON:
        return Understood(message, written, _NOTHING)
    if heard.problem:
        return _without_text(message, written, context, heard.problem, lexicon)
    if asked := _asked_in_subject(message, written, found, context, lexicon):
        return asked
    pieces = _pieces(found, message, context, lexicon)
    mail = Mail(message, context, lexicon, found)
    pieces, holds, spills = kept_back(pieces, mail)
    lost = stray(message, found, context, lexicon) or holds
    # What was known when it was heard is known still: nothing unknown then, nothing unknown now.
    unknown = unknown_marks(f"{message.subject}\n{found.own}", context) if heard.named else ()
    named = (*unknown, *marks_of_settings(pieces, context))
    return Understood(message, written, found, pieces=pieces, stray=lost, spills=spills, named=named)


# What asks for an answer: words that are none are asked about, lest one be lost in words of absence.
_ASKING = frozenset({"ballot", "prompt", "reminder", "ask-back", "confirm", "task", "task-question"})


def _is_asked(context: MailContext) -> bool:
    return context.answering is not None and context.answering.kind in _ASKING


def _plain(message: Message, lexicon: Lexicon) -> NewText:
    return new_text(message, None, lexicon)


def _absence_told(message: Message, written: Written, context: MailContext, lexicon: Lexicon) -> AbsenceNotice | None:
    """Return the absence an automatic reply tells of in words of its own; our subject in it names no day."""
    original = _read_again(context.bounced or context.answering)
    subject, text = (
        without_echo(said, original.subject if original else "", context.workspace.name)
        for said in (message.subject, _plain(message, lexicon).own)
    )
    return absence_told(written, subject, text, written_at(message, context), lexicon)


def _original(context: MailContext) -> Message | None:
    return _read_again(context.answering)


def _read_again(sent: Sent | None) -> Message | None:
    frozen = sent.frozen if sent else None
    if frozen is None:
        return None
    try:
        return read_message(frozen)
    except Unreadable:
        return None  # what we sent can always be read; a store put back from a poor copy may not


def _asked_in_subject(
    message: Message, written: Written, found: NewText, context: MailContext, lexicon: Lexicon
) -> Understood | None:
    """Return a new mail as its subject has it where that is a request, and below it stands "please" and no more."""
    if context.answering is not None or context.thread is not None or not message.subject.strip():
        return None
    if not is_courtesy(found.own, message.author.name if message.author else "", lexicon):
        return None
    understood = _without_text(message, written, context, "empty", lexicon)
    return understood if any(_is_request(piece.reading) for piece in understood.pieces) else None


def _is_request(reading: Reading | None) -> bool:
    return reading is not None and not (isinstance(reading, CommandReading) and reading.intent in NO_REQUESTS)


def _without_text(
    message: Message, written: Written, context: MailContext, problem: str, lexicon: Lexicon
) -> Understood:
    """A new mail may say all in its subject (`subscribe`, `help`); an answer without text cannot be read."""
    if problem == "empty" and context.answering is None and message.subject.strip():
        mail = Mail(message, context, lexicon, NewText(text="", own=message.subject))
        pieces = items_answered(mail) or governed(message.subject, mail)
        if not pieces and _is_new_undo(Mail(message, context, lexicon, _NOTHING)):
            pieces = undone(mail)
        if not pieces:
            mail = Mail(message, context, lexicon, _NOTHING)
            pieces = (Piece("", reading=_of_others(mail) or request_in("", mail)),)
        named = (*unknown_marks(message.subject, context), *marks_of_settings(pieces, context))
        pieces, lost, spills = kept_back(pieces, mail)
        return Understood(message, written, _NOTHING, pieces=pieces, stray=lost, spills=spills, named=named)
    return Understood(message, written, _NOTHING, unreadable=problem)


# --- one piece for each thing said ---------------------------------------------------------------------------------


def _pieces(found: NewText, message: Message, context: MailContext, lexicon: Lexicon) -> tuple[Piece, ...]:
    """Return the pieces of a person's mail. What it answers says how it is read."""
    if not found.own.strip():
        return ()
    mail = Mail(message, context, lexicon, found)
    kind = context.answering.kind if context.answering else ""
    if kind == "ask-back" and context.is_told_to_author and (left := _left(mail)):
        return left
    several = _SPECIAL_SEVERAL.get(kind)
    if several and (pieces := several(mail)):
        return pieces
    special = _SPECIAL.get(kind)
    if special and (piece := special(mail)):
        return (piece,)
    if context.answering is not None and (taken_back := undone(mail)) and not _is_chosen_or_governs(mail):
        return taken_back
    by_item = items_answered(mail)
    if by_item:
        return by_item
    unnamed = _of_unnamed_thread(mail)
    if unnamed:
        return (Piece(found.own, reading=unnamed),)
    task = answered_task(context)
    if task:
        return with_requests(found.own, mail, lambda text: to_task(text, task, mail))
    view = answered_round(context)
    if view is not None:
        return with_requests(found.own, mail, lambda text: to_round(text, view, mail))
    if context.answering is not None or context.thread is not None:
        return to_thread(mail)
    if answered := _below_its_mark(mail):
        return answered
    if requests := _several_requests(mail):
        return requests
    if asked_of_rounds := governed(found.own, mail):
        return asked_of_rounds
    if _is_new_undo(mail):
        return undone(mail)
    reading = _new_setting(mail) or _of_others(mail) or request_in(found.own, mail)
    if parts := new_post_beside(mail, reading):
        return parts
    asked = Piece(found.own, reading=reading)
    # A mail that hands something out in some of its lines is for its readers all the same.
    return (Piece(found.own), asked) if isinstance(reading, CommandReading) and reading.is_beside else (asked,)


def _below_its_mark(mail: Mail) -> tuple[Piece, ...]:
    """Return what a member's new mail says of the round that its subject names: "cancel"; "yes" below a mark alone.

    What is not plain is left to be read as any other mail.
    """
    context, subject = mail.context, mail.message.subject
    mark, is_for_us = round_in(subject), context.destination.door in (Door.POST, Door.REQUEST)
    if context.author is None or mark not in context.rounds or not is_for_us:
        return ()
    said, *alone = (squeezed_all(x).casefold() for x in (subject, mark, f"{context.workspace.name} {mark}"))
    reading = (piece := to_item(mark, mail.found.own, mail)).reading
    governs = isinstance(reading, Governing) and (
        said in alone or reading.act is not GoverningAct.VOTE
    )  # "Please vote." to all
    return (piece,) if governs or (said in alone and is_an_answer(reading)) else ()


_FOR_REQUESTS = (Door.POST, Door.REQUEST, Door.JOIN, Door.LEAVE)


def _several_requests(mail: Mail) -> tuple[Piece, ...]:
    """Return a piece for each request about its author's own mail, where a new mail is nothing but some of them."""
    if mail.context.destination.door not in (Door.POST, Door.REQUEST) or len(mail.found.own) > TOP:
        return ()
    lines = without_manners(lines_of(mail.found.own), mail.lexicon)
    sentences = [said for line in lines if line.text for said in sentences_of(line.text, mail.lexicon)]
    found = requests_in(sentences, lambda said: asked_beside(said, mail), _kind_of)
    return tuple(Piece(said, reading=reading) for said, reading in found)


def _kind_of(reading: Reading) -> object:
    return reading.intent if isinstance(reading, CommandReading) else reading


def _of_others(mail: Mail) -> Enrolling | None:
    """Return the request to invite or remove people that a member's new mail to the workspace is."""
    if mail.context.author is None or mail.context.destination.door not in _FOR_REQUESTS:
        return None
    return read_enrolling(mail.message.subject, mail.found.own, mail.lexicon)


def _moderated(mail: Mail) -> Piece | None:
    asked = read_moderation(mail.found.own, mail.lexicon)
    return Piece(mail.found.own, reading=asked) if asked else None


def _new_setting(mail: Mail) -> Setting | CatchUp | None:
    """Return the one-word setting that a new mail to the workspace is, its subject saying the same or nothing."""
    if mail.context.destination.door not in (Door.POST, Door.REQUEST):
        return None
    text, subject = mail.found.own, mail.message.subject.strip()
    catch_up = read_catch_up(text, mail.written_at, mail.lexicon)
    if catch_up and (not subject or read_catch_up(subject, mail.written_at, mail.lexicon)):
        return catch_up
    setting = setting_in(text, mail)
    return setting if setting and (not subject or setting_in(subject, mail) == setting) else None


def _is_new_undo(mail: Mail) -> bool:
    """Whether a new mail to the workspace is `undo` and no more: it answers no receipt, and is no topic either."""
    subject = mail.message.subject.strip()
    is_request = mail.context.author is not None and mail.context.destination.door in (Door.POST, Door.REQUEST)
    is_alone = not mail.found.own.strip() or bool(undos_in(mail.found.own, mail))
    return is_request and is_alone and (not subject or bool(undos_in(subject, mail)))


def _of_unnamed_thread(mail: Mail) -> Setting | None:
    """Return `mute` said to several things at once: it is meant for one of them, and not known for which."""
    sent = mail.context.answering
    if sent is None or sent.kind not in WITH_ITEMS or len(sent.items) < 2:
        return None
    setting = setting_in(mail.found.own, mail)
    return setting if setting == Setting(Word.MUTE) else None


def _settled(mail: Mail) -> Piece | None:
    number = _BARE_NUMBER.match(mail.found.own.strip())
    mark = mail.context.answering.mark if mail.context.answering else ""
    return Piece(mail.found.own, mark, Settle(int(number[1]))) if number else None


def _left(mail: Mail) -> tuple[Piece, ...]:
    """Return an answer to a question back that leaves it, or that gives a number and says something else besides."""
    if left := let_be(mail):
        return (left,)
    number, others = beside_a_number(mail) or ("", ())
    if not number:
        return ()
    alone = replace(mail, found=NewText(text=number, own=number))
    one = _settled(alone) if alone.context.answering and alone.context.answering.mark else None
    return (*((one,) if one else _item_settled(alone)), *others)


def _is_chosen_or_governs(mail: Mail) -> bool:
    """Whether `undo` in answer to what is no receipt is an option of a vote, or calls off what its author opened."""
    view = answered_round(mail.context)
    reading = to_round(mail.found.own, view, mail, may_be_reason=False).reading if view else None
    return isinstance(reading, Governing) or (isinstance(reading, BallotReading) and is_an_answer(reading))


def _confirmed(mail: Mail) -> Piece:
    asked_for = facts_said(mail.context.answering, ConfirmFacts)
    act, named = (asked_for.act, _named(asked_for)) if asked_for else ("", "")
    group = mail.context.workspace.name
    answer = read_confirmation(mail.found.own, act, mail.name, named, mail.lexicon, group)
    asked = None if answer else whole_request(mail.found.own, mail)
    return Piece(mail.found.own, reading=asked if asked and asked.intent is Intent.HELP else answer)


def _named(asked: ConfirmFacts) -> str:
    """Return what a yes may repeat of the question; of a mail that may be forged nothing, its subject neither."""
    return {"govern": asked.words, "remove": asked.title, "address": asked.title}.get(asked.act, "")


def _owner_named(mail: Mail) -> Piece | None:
    """Read an answer to "whom is it for?": a number, or what may be said of any task, or a name."""
    settled, text = _settled(mail) or let_be(mail), mail.found.own
    if settled or mail.context.answering is None:
        return settled
    said = read_task_answer(text, mail.written_at, mail.lexicon)
    named = said if said and said.act else read_owner(text, mail.lexicon)
    return Piece(text, mail.context.answering.mark, named) if named else None


def _caught_up(mail: Mail) -> Piece | None:
    said = read_as_read(mail.found.own, mail.lexicon)
    return Piece(mail.found.own, reading=said) if said else None


_SPECIAL: dict[str, Callable[[Mail], Piece | None]] = {
    "ask-back": _settled,
    "confirm": _confirmed,
    "steward": _moderated,
    "catch-up": _caught_up,
    "task-question": _owner_named,
}


def _item_settled(mail: Mail) -> tuple[Piece, ...]:
    """Return what was held since it named no item, read as if it had stood under the one that is named now."""
    found = settled(mail.found.own, mail.context)
    if found is not None:
        mark, words = found
        return under_item(mark, words, mail) if mark else (to_item("", words, mail),)
    anew = worded_anew(mail.found.own, mail.context, mail.written_at, mail.lexicon)
    pieces = under_item(*anew, mail) if anew else ()
    return pieces if pieces and says_something(pieces[0].reading) else ()


def _read_and_answered(mail: Mail) -> tuple[Piece, ...]:
    """Return answers to what a catch-up shows and the `ok` below them, which is no part of the last."""
    parted = as_read_below(mail.found.own, mail.lexicon)
    pieces = items_answered(mail) if parted else ()
    last = as_read_below(pieces[-1].text, mail.lexicon) if pieces else None
    if last is None:
        return ()
    return (*pieces[:-1], *under_item(pieces[-1].mark, last[0], mail), Piece(last[1], reading=Read()))


_SPECIAL_SEVERAL: dict[str, Callable[[Mail], tuple[Piece, ...]]] = {
    "ask-back": _item_settled,
    "receipt": to_receipt,
    "catch-up": _read_and_answered,
}


# --- item by item --------------------------------------------------------------------------------------------------
