"""What a member's new mail asks of rounds that it names: "cancel V-7", "cancel V-1 and V-2", a line or a sentence each.

Everything that such a mail says has to govern, else it is for its readers; but a sentence that governs, of somebody who
may, is asked about before it is posted. Must not: say what a sentence asks (reading/govern.py does), or hold a word of
any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gateway.model.address import Door
from gateway.model.round import VoteForm
from gateway.model.understood import Governing, GoverningAct, Piece
from gateway.understand.in_line import MarkGroup, groups_in, joins
from gateway.understand.lexicon import Lexicon
from gateway.understand.mail import Mail
from gateway.understand.marked import round_in
from gateway.understand.reading.govern import read_governing
from gateway.understand.reading.lines import Line, lines_of, sentences_of, without_manners

_LONGEST = 1_000  # letters of a mail that is nothing but this
_MOST = 20  # rounds governed by one mail
_ROUNDS = ("V-", "C-")
# Of several rounds at once: "vote on V-1 and V-2" is said to those who are asked, and a new text is one round's.
_OF_SEVERAL = (GoverningAct.CANCEL, GoverningAct.CLOSE, GoverningAct.EXTEND, GoverningAct.RESUME)
_ENDS = " \t,;:.!?–—-"


def governed(text: str, mail: Mail) -> tuple[Piece, ...]:
    """Return a piece for each round that a member's new mail governs, where that is all it says."""
    if not _may_be(mail):
        return ()
    return _one_line(text, mail) or _each(text, mail)


def governs_beside(mail: Mail) -> str:
    """Return the mark of a round that a sentence of a new mail governs, beside other words, where its author may; ""
    for none.
    """
    if not _may_be(mail) or mail.context.answering is not None or mail.context.thread is not None:
        return ""
    for sentence in _sentences(mail.found.own[:_LONGEST], mail):
        for clause in (sentence, *_clauses(sentence, mail.lexicon)):
            found = _of_marks(clause.rstrip(_ENDS), mail, leave_out_others=True)
            if found and any(_is_theirs(piece.mark, mail) for piece in found):
                return found[0].mark
    return ""


def _may_be(mail: Mail) -> bool:
    return mail.context.author is not None and mail.context.destination.door in (Door.POST, Door.REQUEST)


def _is_theirs(mark: str, mail: Mail) -> bool:
    author, view = mail.context.author, mail.context.rounds.get(mark)
    return author is not None and view is not None and (author.is_steward or view.round.opened_by == author.id)


def _one_line(text: str, mail: Mail) -> tuple[Piece, ...]:
    """Return the governing line that names its one round; what it says further is a reason."""
    mark = round_in(text)
    governing = _read(text, mark, mail) if mark else None
    return (Piece(text, mark, governing),) if governing else ()


def _read(text: str, mark: str, mail: Mail) -> Governing | None:
    view = mail.context.rounds.get(mark)
    options = view.round.form.question.options if view and isinstance(view.round.form, VoteForm) else ()
    governing = read_governing(text, mail.written_at, mail.lexicon, options)
    is_of_it = governing is not None and (view is None or bool(options) or not governing.is_of_options)
    return governing if is_of_it else None


# --- several --------------------------------------------------------------------------------------------------------


def _each(text: str, mail: Mail) -> tuple[Piece, ...]:
    """Return what each sentence governs, () where one of them governs nothing."""
    if len(text) > _LONGEST:
        return ()
    pieces: list[Piece] = []
    for sentence in _sentences(text, mail):
        found = _of_marks(sentence, mail) or _of_clauses(sentence, mail)
        if not found:
            return ()
        pieces += found
    marks = {piece.mark for piece in pieces}
    return tuple(pieces) if len(marks) == len(pieces) <= _MOST else ()


def _of_clauses(sentence: str, mail: Mail) -> tuple[Piece, ...]:
    """Return what the clauses of a sentence govern, each its own: "close V-1 now, and cancel V-2"."""
    found = [_of_marks(clause, mail) for clause in _clauses(sentence, mail.lexicon)]
    return tuple(piece for pieces in found for piece in pieces) if all(found) else ()


def _of_marks(sentence: str, mail: Mail, *, leave_out_others: bool = False) -> tuple[Piece, ...]:
    """Return a piece for each mark of the one group that a sentence names: said of all, it is said of each.

    What is no round cannot be governed, and neither can the others beside it, unless it is left out.
    """
    groups = groups_in(sentence, mail.lexicon)
    marks = [mark for mark in groups[0].marks if mark.startswith(_ROUNDS)] if len(groups) == 1 else []
    if len(groups) != 1 or (len(marks) < len(groups[0].marks) and not leave_out_others):
        return ()
    pieces = []
    for mark in marks:
        said = _said_of(mark, sentence, groups[0], mail.lexicon)
        governing = _read(said, mark, mail)
        if governing is None or governing.act not in _OF_SEVERAL:
            return ()
        pieces.append(Piece(said, mark, governing))
    return tuple(pieces)


def _said_of(mark: str, sentence: str, group: MarkGroup, lexicon: Lexicon) -> str:
    """Return a sentence with one mark in the place of several, and without the "both" that leads to them."""
    head = sentence[: group.start]
    head = _both(lexicon).sub("", head) if len(group.marks) > 1 else head
    return f"{head}{mark}{sentence[group.end :]}"


def _clauses(sentence: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the parts of a sentence around commas and "and", but for those that join marks."""
    groups = groups_in(sentence, lexicon)
    cuts = [
        found
        for found in _join(lexicon).finditer(sentence)
        if not any(group.start < found.end() and found.start() < group.end for group in groups)
    ]
    starts = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(sentence)]
    return tuple(sentence[start:end] for start, end in zip(starts, ends, strict=True))


def _sentences(text: str, mail: Mail) -> Iterator[str]:
    """Yield the sentences of a mail without greeting and closing; marks alone in their lines end the line above."""
    lines = [line.text for line in _listed(without_manners(lines_of(text), mail.lexicon), mail.lexicon)]
    for line in lines:
        yield from (said for said in sentences_of(line, mail.lexicon) if said)


def _listed(lines: list[Line], lexicon: Lexicon) -> list[Line]:
    joined: list[Line] = []
    for line in (line for line in lines if not line.is_blank):
        groups = groups_in(line.text, lexicon)
        is_marks = len(groups) == 1 and not (line.text[: groups[0].start] + line.text[groups[0].end :]).strip(_ENDS)
        if is_marks and joined:
            above = joined[-1].text.rstrip(_ENDS)
            sign = ", " if groups_in(above, lexicon) else " "
            joined[-1] = Line(f"{above}{sign}{line.text.strip(_ENDS)}")
        else:
            joined.append(line)
    return joined


@lru_cache(maxsize=8)
def _join(lexicon: Lexicon) -> re.Pattern[str]:
    words = rf"(?:{joins(lexicon)})\s{{1,2}}"
    return re.compile(rf"\s{{0,2}}[,;，；、]\s{{0,2}}(?:{words})?|\s{{1,2}}{words}", re.IGNORECASE)


@lru_cache(maxsize=8)
def _both(lexicon: Lexicon) -> re.Pattern[str]:
    words = sorted(map(re.escape, lexicon.words("items", "several")), key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words)})\s{{1,2}}$", re.IGNORECASE)
