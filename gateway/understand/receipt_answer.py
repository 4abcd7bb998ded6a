"""What an answer to a receipt says: which of its lines are taken back, which are worded anew, or thanks for it.

A line stands for what it is about: worded anew, a vote is voted again, an absence is another one, and what was opened
is put right. Must not: read words itself (reading/ does), or put anything back (decide/ does).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from gateway.model.change import RoundBegun, SettingsChange
from gateway.model.context import RoundView
from gateway.model.facts import Act, ReceiptFacts
from gateway.model.reading import CommandReading, Intent, NewText
from gateway.model.round import VoteForm
from gateway.model.said import facts_said
from gateway.model.understood import Governing, GoverningAct, Piece, Read, Setting, Undo
from gateway.understand.align import squeezed_all
from gateway.understand.answers import is_an_answer, items_answered, says_something, to_item, under_item
from gateway.understand.asking import whole_request
from gateway.understand.corrected import corrected_lines
from gateway.understand.mail import Mail
from gateway.understand.marks import marks_in
from gateway.understand.reading.away import absence_in
from gateway.understand.reading.command_ours import is_all_ours
from gateway.understand.reading.courtesy import is_contentment
from gateway.understand.reading.govern import read_undo, read_undos
from gateway.understand.reading.govern_deadline import read_deadline
from gateway.understand.reading.govern_options import read_listed
from gateway.understand.reading.request import make_request


def to_receipt(mail: Mail) -> tuple[Piece, ...]:
    """Return the lines of a receipt that are taken back, or worded anew; thanks for it ask for nothing."""
    return _line_by_line(mail) or undone(mail) or _anew(mail) or _thanked(mail)


def undone(mail: Mail) -> tuple[Piece, ...]:
    """Return what a mail takes back, where its first line says so and no more: `undo`, `undo 2`, `undo V-1`."""
    return tuple(Piece(mail.found.own, reading=asked) for asked in undos_in(mail.found.own, mail))


def undos_in(text: str, mail: Mail) -> tuple[Undo, ...]:
    """Return what a line takes back. By a mark it does so of a receipt: elsewhere "annuler V-1" calls a vote off."""
    sent = mail.context.answering
    first = text.strip().partition("\n")[0]
    marks = [] if sent else marks_in(first)
    if sent and sent.kind == "receipt":
        shown = {act.mark for act in _acts(mail)}
        marks = [mark for mark in marks_in(first) if mark in shown]
    return read_undos(text, mail.lexicon, marks)


def _acts(mail: Mail) -> tuple[Act, ...]:
    """Return the lines of the receipt that a mail answers, where it was made out to its author."""
    said = facts_said(mail.context.answering, ReceiptFacts) if mail.context.is_told_to_author else None
    return said.acts if said else ()


def _line_by_line(mail: Mail) -> tuple[Piece, ...]:
    """Return `undo 1` and, in the lines below or above it, what else is taken back or worded anew."""
    lines = mail.found.own.strip().split("\n")
    undos = [(line, undos_in(line, mail)) for line in lines]
    taken = [(line, asked) for line, asked in undos if asked and asked != (Undo(),)]
    rest = "\n".join(line for line, asked in undos if (line, asked) not in taken).strip()
    if not taken:
        return ()
    below = replace(mail, found=NewText(text=rest, own=rest))
    others = (_anew(below) or items_answered(below)) if rest else ()
    if not others and len(taken) < 2:
        return ()
    back = [Piece(line, reading=one) for line, asked in taken for one in asked]
    return (*sorted(back, key=_last_line_first), *others)


def _last_line_first(piece: Piece) -> int:
    return -piece.reading.number if isinstance(piece.reading, Undo) else 0


def _thanked(mail: Mail) -> tuple[Piece, ...]:
    text, author = mail.found.own, mail.message.author
    options = (option for view in mail.context.rounds.values() for option in _options(view))
    if any(squeezed_all(text).casefold() == squeezed_all(option).casefold() for option in options):
        return ()  # "Good" may be chosen
    return (Piece(text, reading=Read()),) if is_contentment(text, author.name if author else "", mail.lexicon) else ()


def _options(view: RoundView) -> tuple[str, ...]:
    return view.round.form.question.options if isinstance(view.round.form, VoteForm) else ()


# --- lines worded anew ----------------------------------------------------------------------------------------------


def _anew(mail: Mail) -> tuple[Piece, ...]:
    """Return the lines of a receipt that its answer words anew, each read as an answer to what the line is about."""
    acts, text = _acts(mail), mail.found.own
    lines = corrected_lines(text, len(acts), mail.written_at, mail.lexicon)
    if len(acts) == 1 and lines and _is_clear_whole(acts[0].mark, mail):
        return ()  # it shows no numbers: "1 > 2" may be the answer itself
    if not lines:
        return _without_number(text, acts, mail)
    return tuple(piece for number, words in lines for piece in _to_line(number, words, acts[number - 1], mail))


def _is_clear_whole(mark: str, mail: Mail) -> bool:
    return mark in mail.context.rounds and is_an_answer(to_item(mark, mail.found.own, mail).reading)


def _to_line(number: int, words: str, act: Act, mail: Mail) -> tuple[Piece, ...]:
    if read_undo(words, mail.lexicon):
        return (Piece(words, reading=Undo(number)),)
    if days := _other_days(words, act, mail):
        return _in_place_of(number, Piece(words, reading=days))
    pieces = under_item(act.mark, words, mail)
    if _adds_a_setting(act) and len(pieces) == 1 and isinstance(pieces[0].reading, Setting):
        return _in_place_of(number, pieces[0])
    if any(says_something(piece.reading) for piece in pieces):
        return pieces
    put_right = _put_right(words, act, mail, is_line=True)
    return (put_right,) if put_right else pieces


def _without_number(text: str, acts: Sequence[Act], mail: Mail) -> tuple[Piece, ...]:
    """Return what words without a number put right: the one absence a receipt tells of, the one vote it opened."""
    away = [number for number, act in enumerate(acts, 1) if act.name == "away"]
    if len(away) == 1 and (days := _other_days(text, acts[away[0] - 1], mail, is_named=False)):
        return _in_place_of(away[0], Piece(text, reading=days))
    put_right = _put_right(text, acts[0], mail, is_line=False) if len(acts) == 1 else None
    return (put_right,) if put_right else ()


def _in_place_of(number: int, piece: Piece) -> tuple[Piece, ...]:
    """Return what stands in the place of a line; what does not replace by itself what it was is taken back first."""
    is_added = isinstance(piece.reading, Setting) or getattr(piece.reading, "intent", None) is Intent.AWAY
    return (Piece(piece.text, reading=Undo(number)), piece) if is_added else (piece,)


def _adds_a_setting(act: Act) -> bool:
    """Whether a line changed a setting beside others of its kind: how a channel comes, which threads do not."""
    changed = [change for change in act.changed if isinstance(change, SettingsChange)]
    return any(
        change.before.channels != change.after.channels or change.before.muted_threads != change.after.muted_threads
        for change in changed
    )


# --- other days -----------------------------------------------------------------------------------------------------


def _other_days(text: str, act: Act, mail: Mail, *, is_named: bool = True) -> CommandReading | None:
    """Return the absence or pause that words give in the place of a line's; a day they do not name stays.

    `is_named`: they name the line. Words that do not, and tell of days apart from its own, tell of another absence.
    """
    if act.name not in ("away", "paused"):
        return None
    intent = Intent.AWAY if act.name == "away" else Intent.PAUSE
    asked = whole_request(text, mail, is_part=True)
    if asked is not None:
        is_it = asked.intent is intent and bool(asked.until or asked.away_from)
        return asked if is_it and (is_named or _meet(asked, act, mail)) else None
    request = make_request(mail.context.workspace.name, "", text, mail.written_at, mail.lexicon)
    days = absence_in(text, mail.written_at, mail.lexicon)
    if days is None or not all(is_all_ours(told, request) for told in request.sentences):
        return None
    if intent is Intent.PAUSE:
        return CommandReading(intent, until=days.until, through=days.starts is not None, evidence=text)
    return CommandReading(intent, away_from=days.starts or act.starts, until=days.until or act.until, evidence=text)


def _meet(asked: CommandReading, act: Act, mail: Mail) -> bool:
    """Whether an absence and that of a line have a day in common."""
    today = mail.written_at.date()
    starts, until = asked.away_from or today, asked.until or date.max
    return starts <= (act.until or date.max) and (act.starts or date.min) <= until


# --- what was opened ------------------------------------------------------------------------------------------------


def _put_right(text: str, act: Act, mail: Mail, *, is_line: bool) -> Piece | None:
    """Return what words change of a vote that the line says is open: its end, its options; as a line, its question."""
    view = mail.context.rounds.get(act.mark)
    if view is None or not any(isinstance(change, RoundBegun) for change in act.changed):
        return None
    until = read_deadline("", text, mail.written_at, mail.lexicon)
    if until is not None:
        return Piece(text, act.mark, Governing(GoverningAct.EXTEND, until=until))
    options = read_listed(text)
    if options and {option.casefold() for option in options} != {option.casefold() for option in _options(view)}:
        return Piece(text, act.mark, Governing(GoverningAct.CORRECT_OPTIONS, options=options))
    is_question = is_line and "\n" not in text and not options
    return Piece(text, act.mark, Governing(GoverningAct.CORRECT, text=text)) if is_question else None
