"""What became of each answer: landed on its item, asked back, landed on another one, spoilt by words that are not its
own, or lost. A table by program and style.

Must not: read mail itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.model.ballot import Choice, Picks, Scores
from gateway.model.reading import BallotKind, BallotReading, CheckInKind, CheckInReading
from gateway.model.understood import Piece, Understood, WhichItem
from tests.matrix.answers import GREETINGS, Answer
from tests.matrix.matrix import Reply


class Fate(StrEnum):
    """What became of one answer."""

    LANDED = "landed"
    ASKED = "asked back"
    WRONG = "wrong item"
    SPOILT = "spoilt"  # on its item, with words that are not part of it
    LOST = "lost"


def words(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def same_choice(one: Choice | None, other: Choice | None) -> bool:
    """Whether two choices are one, in whatever order their parts were said."""
    if isinstance(one, Picks) and isinstance(other, Picks):
        return sorted(one.labels) == sorted(other.labels)
    if isinstance(one, Scores) and isinstance(other, Scores):
        return sorted(one.pairs) == sorted(other.pairs)
    return one == other


def _agrees(piece: Piece, answer: Answer) -> bool:
    reading = piece.reading
    if answer.choice is not None:
        is_ballot = isinstance(reading, BallotReading) and reading.kind is BallotKind.BALLOT
        return is_ballot and same_choice(reading.choice, answer.choice)  # type: ignore[union-attr]
    if answer.done:
        is_checkin = isinstance(reading, CheckInReading) and reading.kind is CheckInKind.CHECKIN
        return is_checkin and (reading.done, reading.next) == (answer.done, answer.next)  # type: ignore[union-attr]
    return reading is None


def _is_asked_about(piece: Piece) -> bool:
    unclear = isinstance(piece.reading, BallotReading) and piece.reading.kind is BallotKind.UNCLEAR
    return not piece.mark or unclear


def fate(understood: Understood, mark: str, answer: Answer, *, one_thing: bool) -> Fate:
    """Return what became of one answer. Where a mail is about one thing, its piece need not be word for word."""
    own = [piece for piece in understood.pieces if piece.mark == mark]
    others = [piece for piece in understood.pieces if piece.mark not in (mark, "")]
    said = words(answer.lines[0])
    if len(own) == 1 and _agrees(own[0], answer):
        clean = one_thing or _without_greeting(own[0].text) == answer.words
        return Fate.LANDED if clean else Fate.SPOILT
    if any(_is_whole(said, piece) for piece in others):
        return Fate.WRONG
    if own:
        return Fate.ASKED if all(map(_is_asked_about, own)) else Fate.SPOILT
    if any(_is_asked_about(piece) and said in words(piece.text) for piece in understood.pieces):
        return Fate.ASKED
    return Fate.LOST


def _without_greeting(text: str) -> str:
    """Return words without a greeting above them: it belongs to an answer that is the whole mail."""
    said = words(text)
    for greeting in GREETINGS.values():
        said = said.removeprefix(greeting).strip()
    return said


def _is_whole(said: str, piece: Piece) -> bool:
    return said in [words(line) for line in piece.text.split("\n")] or (len(said) > 20 and said in words(piece.text))


def homeless_fate(understood: Understood, text: str) -> Fate:
    """Return what became of words that belong to no item: asked back is right; part of an item's answer is the wrong
    place; and they may be taken for a request of their own.
    """
    holding = [piece for piece in understood.pieces if words(text) in words(piece.text)]
    if any(piece.mark and not _is_asked_about(piece) for piece in holding):
        return Fate.WRONG
    if any(not piece.mark and not isinstance(piece.reading, WhichItem | None) for piece in holding):
        return Fate.SPOILT
    return Fate.ASKED if holding else Fate.LOST


@dataclass
class Table:
    """Counts by program and style, and what failed."""

    answers: dict[tuple[str, str], Counter[Fate]] = field(default_factory=dict)
    homeless: Counter[Fate] = field(default_factory=Counter)
    failures: list[tuple[Reply, str, Fate, Understood]] = field(default_factory=list)
    unlanded: list[tuple[str, Fate]] = field(default_factory=list)  # of what is no reply to a digest: its name

    def count(self, program: str, style: str, came_to: Fate, name: str) -> None:
        """Count what became of an answer that was read elsewhere."""
        self.answers.setdefault((program, style), Counter())[came_to] += 1
        if came_to is not Fate.LANDED:
            self.unlanded.append((name, came_to))

    def add(self, reply: Reply) -> None:
        """Read a reply and count what became of its answers."""
        understood = reply.held.understood(reply.raw)
        for mark, answer in reply.answers:
            came_to = fate(understood, mark, answer, one_thing=len(reply.held.all_marks) == 1)
            self.answers.setdefault((reply.program, reply.style), Counter())[came_to] += 1
            if came_to is not Fate.LANDED:
                self.failures.append((reply, mark, came_to, understood))
        if reply.homeless:
            came_to = homeless_fate(understood, reply.homeless)
            self.homeless[came_to] += 1
            if came_to is not Fate.ASKED:
                self.failures.append((reply, "", came_to, understood))

    @property
    def total(self) -> Counter[Fate]:
        """All answers together."""
        return sum(self.answers.values(), Counter())

    def share(self, fate_: Fate) -> float:
        """Return the part of all answers that came to this."""
        return self.total[fate_] / max(1, self.total.total())

    def printed(self) -> str:
        """Return the table: landed of all, and each other fate where there was one."""
        styles = list(dict.fromkeys(style for _, style in self.answers))
        lines = [f"{'':20}" + "".join(f"{style:>22}" for style in styles)]
        for program in dict.fromkeys(program for program, _ in self.answers):
            cells = (self.answers.get((program, style), Counter()) for style in styles)
            lines.append(f"{program:20}" + "".join(f"{_cell(counts):>22}" for counts in cells))
        total = self.total
        shares = ", ".join(f"{one.value} {total[one]} ({total[one] / total.total():.2%})" for one in Fate)
        lines += ["", f"{total.total()} answers: {shares}"]
        lines.append(
            "belonging to no item: "
            + ", ".join(f"{one.value} {self.homeless[one]}" for one in Fate if self.homeless[one])
        )
        return "\n".join(lines)


def _cell(counts: Counter[Fate]) -> str:
    signs = {Fate.ASKED: "?", Fate.WRONG: "!", Fate.SPOILT: "~", Fate.LOST: "-"}
    rest = " ".join(f"{sign}{counts[one]}" for one, sign in signs.items() if counts[one])
    return f"{counts[Fate.LANDED]}/{counts.total()} {rest}".strip() if counts else ""


def measured(replies: Iterable[Reply]) -> Table:
    """Return the table of these replies."""
    table = Table()
    for reply in replies:
        table.add(reply)
    return table
