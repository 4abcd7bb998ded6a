"""The matrix: every program × style × language × digest, what is typed in each reply, and where each answer must land.

`replies` is the same in every run. Must not: tune itself to what is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

from gateway.model.message import Message
from gateway.understand.mime import read_message
from tests.flow.town import Town
from tests.matrix.answers import ANSWERS, GREETINGS, REMARKS, YES_ALONE, Answer
from tests.matrix.composing import Draft, Spot
from tests.matrix.letters import READERS, SIZES, Held, ballot, held, prompt
from tests.matrix.phrases import LANGUAGES
from tests.matrix.programs import PROGRAMS

STYLES = ("inline", "trimmed", "marks", "deleted", "bottom", "within")
MARK_FORMS = ("{mark}: ", "{number}: ", "{number}) ", "[{mark}] ", "{mark}) ")


@dataclass(frozen=True)
class Reply:
    """One reply to be read: the answers it gives by mark, and what in it must land nowhere."""

    program: str
    style: str
    language: str
    size: str
    held: Held
    draft: Draft
    answers: tuple[tuple[str, Answer], ...]
    homeless: str = ""  # words that belong to no item: asked back, never part of an answer

    @property
    def raw(self) -> bytes:
        """Its bytes, as its program sends them."""
        return PROGRAMS[self.program](self.draft)

    @property
    def message(self) -> Message:
        """It as a reader's program takes it."""
        return read_message(self.raw)

    @property
    def name(self) -> str:
        """What it is called in a table or a failure."""
        return f"{self.program} / {self.style} / {self.language} / {self.size} of {self.held.reader}"


def replies(towns: dict[str, Town]) -> Iterator[Reply]:
    """Yield the whole matrix."""
    boxes = {(size, read): held(towns, size, read) for size in SIZES for read in READERS}
    everything = product(boxes.items(), STYLES, LANGUAGES, PROGRAMS)
    for turn, (((size, _), box), style, language, program) in enumerate(everything):
        yield _reply(turn, box, size, style, language, program)
    yield from _single(towns)
    yield from _doubtful(boxes)


def _blank(box: Held, language: str) -> Draft:
    person = box.town.people[box.reader]
    return Draft(
        asked=box.asked, name=person.name, address=person.address, language=language,
        at=box.asked.at + timedelta(hours=1),
    )  # fmt: skip


def _chosen(turn: int, box: Held, language: str) -> list[tuple[str, Answer]]:
    """Return some items of a digest in its order, with an answer to each."""
    marks = list(box.kinds)
    wanted = {1: 1, 5: 3, 20: 4}.get(len(marks), 1)
    step = max(1, len(marks) // wanted)
    first = turn * 7
    picked = sorted({(first + index * step + turn % 3) % len(marks) for index in range(wanted)})
    found: list[tuple[str, Answer]] = []
    for place in picked:
        options = ANSWERS[box.kinds[marks[place]]][language]
        found.append((marks[place], options[(turn + place) % len(options)]))
    return found


def _reply(turn: int, box: Held, size: str, style: str, language: str, program: str) -> Reply:
    answers = _chosen(turn, box, language)
    draft = _blank(box, language)
    several = len(box.kinds) > 1
    greeting = (GREETINGS[language], "") if turn % 3 == 0 else ()
    remark = (REMARKS[language], "") if several and turn % 11 == 5 else ()
    homeless = REMARKS[language] if remark else ""
    if style == "within":
        inline = tuple(
            (Spot(f"[{mark}]", below=1 + (turn + at) % 3), answer.lines) for at, (mark, answer) in enumerate(answers)
        )
        keep = tuple(mark for mark, _ in answers) if turn % 2 else ()
        draft = replace(draft, top=(*greeting, *remark)[:-1], inline=inline, keep=keep)
    elif style in ("inline", "trimmed"):
        inline = tuple(
            (Spot(f"[{mark}]", at_end=(turn + at) % 2 == 1), answer.lines) for at, (mark, answer) in enumerate(answers)
        )
        keep = tuple(mark for mark, _ in answers) if style == "trimmed" else ()
        draft = replace(draft, top=(*greeting, *remark)[:-1], inline=inline, keep=keep)
    else:
        written = _with_marks(turn, box, answers, alone=not several and turn % 2 == 0)
        if style == "bottom":
            draft = replace(draft, bottom=(*greeting, *remark, *written))
        else:
            draft = replace(draft, top=(*greeting, *remark, *written), quotes=style == "marks")
    return Reply(program, style, language, size, box, draft, tuple(answers), homeless)


def _with_marks(turn: int, box: Held, answers: list[tuple[str, Answer]], *, alone: bool) -> list[str]:
    """Return the answers as written out with their marks, in one of the forms people use."""
    lines: list[str] = []
    for at, (mark, answer) in enumerate(answers):
        form = MARK_FORMS[(turn // 5 + turn) % len(MARK_FORMS)]
        number = mark.partition("-")[2]
        if "number" in form and sum(other.partition("-")[2] == number for other in box.all_marks) > 1:
            form = MARK_FORMS[0]
        first, *others = answer.lines
        lines += [first if alone else form.format(mark=mark, number=number) + first, *others]
        if at + 1 < len(answers) and turn % 2:
            lines.append("")
    return lines


def _single(towns: dict[str, Town]) -> Iterator[Reply]:
    """Yield answers to mails that are about one thing: a prompt's whole and under its questions, a ballot's."""
    for (turn, (language, program)), read in product(enumerate(product(LANGUAGES, PROGRAMS)), READERS):
        asked, vote = prompt(towns, read), ballot(towns, read)
        mark, vote_mark = asked.letter.mark, vote.letter.mark
        answer = ANSWERS["check-in"][language][0]
        blank = _blank(asked, language)
        questions = [line[3:] for line in asked.letter.text.split("\n") if line[:2] in ("1.", "2.")]
        inline = tuple(
            (Spot(question), (said,)) for question, said in zip(questions, (*answer.done, *answer.next), strict=True)
        )
        under = replace(blank, inline=inline)
        whole = replace(blank, top=answer.lines) if turn % 2 else replace(blank, bottom=answer.lines)
        yield Reply(program, "questions", language, "prompt", asked, under, ((mark, answer),))
        yield Reply(program, "whole", language, "prompt", asked, whole, ((mark, answer),))
        choice = ANSWERS["meet"][language][turn % 3]
        ways = (
            replace(_blank(vote, language), top=choice.lines),
            replace(_blank(vote, language), bottom=choice.lines),
            replace(_blank(vote, language), top=choice.lines, quotes=False),
        )
        yield Reply(program, "whole", language, "ballot", vote, ways[turn % 3], ((vote_mark, choice),))


def _doubtful(boxes: dict[tuple[str, str], Held]) -> Iterator[Reply]:
    """Yield replies that answer no item one could name: each must be asked about."""
    several = [(size, box) for (size, _), box in boxes.items() if len(box.kinds) > 1]
    for turn, ((size, box), language, program) in enumerate(product(several, LANGUAGES, PROGRAMS)):
        shared = _shared_number(box)
        texts = (YES_ALONE[language], shared or "7", f"{shared}: {YES_ALONE[language]}" if shared else "9")
        text = texts[turn % 3]
        draft = replace(_blank(box, language), top=(text,), quotes=turn % 2 == 0)
        yield Reply(program, "doubtful", language, size, box, draft, (), text)


def _shared_number(box: Held) -> str:
    """Return a number that two items of a digest bear, "" when there is none."""
    numbers = [mark.partition("-")[2] for mark in box.all_marks]
    return next((number for number in numbers if numbers.count(number) > 1), "")
